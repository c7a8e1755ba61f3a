package simulate

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The bytes are those of amd64: other processors round a·b+c once instead of twice.
func TestRunMakesTheHistoryInTestdata(t *testing.T) {
	committed := filepath.Join("..", "..", "testdata", "history")
	if *update {
		run(t, fixture(committed))
	}
	out := filepath.Join(t.TempDir(), "history")
	run(t, fixture(out))
	if diff := cmp.Diff(readAll(t, committed), readAll(t, out)); diff != "" {
		t.Errorf("testdata/history is not what the code makes (go test ./train/simulate -update writes it):\n%.2000s", diff)
	}
	size := 0
	for _, content := range readAll(t, committed) {
		size += len(content)
	}
	if size >= 1<<20 {
		t.Errorf("testdata/history has %d bytes, want less than 1 MiB", size)
	}
}
