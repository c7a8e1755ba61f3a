package browser

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A page with every fault that the check is for: each must be found, or the check is none.
func TestFaultsAreFound(t *testing.T) {
	b := New(t)
	path := filepath.Join(t.TempDir(), "faulty.html")
	page := `<!DOCTYPE html><html><head><title>faulty</title><style>body{background:#fff;color:#000}</style></head><body><main>
<p id="a" style="width:3000px">too wide</p><p id="a" style="color:#ccc">pale</p>
<svg class="chart" role="img" viewBox="0 0 100 100" width="100"><title>chart</title><desc>words</desc>
<text x="10" y="50">over</text><text x="12" y="52">under</text><text x="90" y="20">a long text that is cut</text></svg>
<svg class="chart" viewBox="0 0 10 10" width="10"></svg>
<script>console.error("broken"); undefined.property</script></main></body></html>`
	if err := os.WriteFile(path, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	b.open(path, 360, "light", "screen")
	found := strings.Join(b.run(pageFaults), "\n")
	for _, want := range []string{"wide in a window", "runs out of the window", "id twice: a", "hard to read", "cut text a long", "under lies over over", "chart without words", "has a script"} {
		if !strings.Contains(found, want) {
			t.Errorf("not found: %s\n%s", want, found)
		}
	}
	if console := strings.Join(b.faults, "\n"); !strings.Contains(console, "broken") || !strings.Contains(console, "TypeError") {
		t.Errorf("the console's errors are not seen: %s", console)
	}
}

// The report that is kept; others, lying about, by hand: REPORTS=a.html,b.html go test ./train/report/browser -run Named.
func TestNamed(t *testing.T) {
	names := os.Getenv("REPORTS")
	if names == "" {
		names = filepath.Join("..", "testdata", "report.golden.html")
	}
	b := New(t)
	for _, name := range strings.Split(names, ",") {
		b.Check(t, name)
	}
}
