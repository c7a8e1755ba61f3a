package simulate

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write testdata/history anew")

// fixture is what made testdata/history.
func fixture(out string) Config { return Config{Leads: 1200, Seed: 7, Out: out} }

func TestRunGivesTheSameBytesForASeed(t *testing.T) {
	for _, format := range []string{FormatCSV, FormatParquet} {
		t.Run(format, func(t *testing.T) {
			bySetting := func(seed uint64, workers int) map[string]string {
				out := filepath.Join(t.TempDir(), "out")
				run(t, Config{Leads: 3000, Seed: seed, Out: out, Format: format, Workers: workers})
				return readAll(t, out)
			}
			first := bySetting(3, 1)
			if again := bySetting(3, 5); !cmp.Equal(first, again) {
				t.Error("one worker and five workers give different bytes")
			}
			other := bySetting(4, 1)
			for name, content := range first {
				if other[name] == content {
					t.Errorf("%s is the same for seeds 3 and 4", name)
				}
			}
		})
	}
}

func TestRunMakesALeadWhateverTheCount(t *testing.T) {
	small, large := filepath.Join(t.TempDir(), "s"), filepath.Join(t.TempDir(), "l")
	run(t, Config{Leads: 700, Seed: 1, Out: small})
	run(t, Config{Leads: 1500, Seed: 1, Out: large})
	for _, name := range []string{"leads.csv", "events.csv", "truth.csv"} {
		if !strings.HasPrefix(readAll(t, large)[name], readAll(t, small)[name]) {
			t.Errorf("%s of 700 leads is not how that of 1500 leads begins", name)
		}
	}
}

func TestRunReportsWhatItWrote(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	var progress []int
	c := Config{Leads: 1000, Seed: 5, Out: out, Progress: func(n int) { progress = append(progress, n) }}
	r := run(t, c)
	files := readAll(t, out)
	lines := func(name string) int { return strings.Count(files[name], "\n") - 1 }
	got := []int{r.Leads, r.Events, r.NewLeads, r.NewEvents, r.Won + r.Lost + r.Open, len(r.Files)}
	want := []int{lines("leads.csv"), lines("events.csv"), lines("newleads.csv"), lines("newevents.csv"), 1000, len(files)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the report differs from the files (-files +report):\n%s", diff)
	}
	for _, f := range r.Files {
		if int(f.Bytes) != len(files[f.Name]) {
			t.Errorf("%s: reported %d bytes, wrote %d", f.Name, f.Bytes, len(files[f.Name]))
		}
	}
	if len(progress) == 0 || progress[len(progress)-1] != 1000 {
		t.Errorf("progress ended at %v, want 1000", progress)
	}
}

func TestRunCancelledLeavesNothing(t *testing.T) {
	for _, exists := range []bool{false, true} {
		for _, format := range []string{FormatCSV, FormatParquet} {
			parent := t.TempDir()
			out := filepath.Join(parent, "out")
			if exists {
				run(t, Config{Leads: 10, Seed: 1, Out: out})
			}
			before := readAll(t, parent)
			ctx, cancel := context.WithCancel(t.Context())
			_, err := Run(ctx, Config{Leads: 5_000_000, Seed: 2, Out: out, Format: format, Progress: func(int) { cancel() }})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("Run(cancelled) = %v, want context.Canceled", err)
			}
			if diff := cmp.Diff(before, readAll(t, parent)); diff != "" {
				t.Errorf("exists=%v %s: the directory changed:\n%.500s", exists, format, diff)
			}
		}
	}
}

func TestRunReplacesAnEarlierSimulation(t *testing.T) {
	out := filepath.Join(t.TempDir(), "deep", "out")
	run(t, Config{Leads: 10, Seed: 1, Out: out})
	mine := filepath.Join(out, "notes.txt")
	if err := os.WriteFile(mine, []byte("keep"), 0o644); err != nil {
		t.Fatal(err)
	}
	run(t, Config{Leads: 20, Seed: 1, Out: out, Format: FormatParquet})
	files := readAll(t, out)
	if files["notes.txt"] != "keep" {
		t.Error("a file that is not a simulation's was touched")
	}
	if _, stale := files["leads.csv"]; stale || files["leads.parquet"] == "" {
		t.Error("want leads.parquet alone, the earlier leads.csv gone")
	}
	if len(files) != 11 {
		t.Errorf("got %d files, want 11: %v", len(files), names(files))
	}
}

func TestRunRefusesToOverwriteWhatIsNotItsOwn(t *testing.T) {
	out := t.TempDir()
	if err := os.WriteFile(filepath.Join(out, "leads.csv"), []byte("real leads"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Run(t.Context(), Config{Leads: 10, Out: out})
	if !errors.Is(err, ErrInTheWay) || !strings.Contains(err.Error(), "leads.csv") {
		t.Errorf("Run over a stranger's leads.csv = %v, want ErrInTheWay with its name", err)
	}
	if files := readAll(t, out); len(files) != 1 || files["leads.csv"] != "real leads" {
		t.Errorf("the directory changed: %v", names(files))
	}
}

func TestRunNamesEveryBadSetting(t *testing.T) {
	at := func(s string) time.Time {
		parsed, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	for _, test := range []struct {
		name   string
		config Config
		want   []string // parts of the message: field, value, what would be right
	}{
		{"no leads", Config{Out: "x"}, []string{"Leads is 0", "from 1 to 99999999"}},
		{"negative leads", Config{Leads: -3, Out: "x"}, []string{"Leads is -3", "from 1 to 99999999"}},
		{"too many leads", Config{Leads: 100_000_000, Out: "x"}, []string{"Leads is 100000000", "from 1 to 99999999"}},
		{"negative new leads", Config{Leads: 1, NewLeads: -1, Out: "x"}, []string{"NewLeads is -1", "0 for the default"}},
		{"no directory", Config{Leads: 1}, []string{`Out is ""`, "the name of a directory"}},
		{"a file as directory", Config{Leads: 1, Out: "run_test.go"}, []string{"Out is ", "run_test.go", "a directory"}},
		{"format", Config{Leads: 1, Out: "x", Format: "xlsx"}, []string{`Format is "xlsx"`, `"csv" or "parquet"`}},
		{"workers", Config{Leads: 1, Out: "x", Workers: -1}, []string{"Workers is -1", "a positive number"}},
		{"short span", Config{Leads: 1, Out: "x", Start: at("2026-01-01T00:00:00Z")},
			[]string{"Start is 2026-01-01T00:00:00Z", "200 days before End, that is 2025-12-12T00:00:00Z or earlier"}},
		{"fractions", Config{Leads: 1, Out: "x", Start: at("2023-01-01T00:00:00.5Z")}, []string{"Start is 2023-01-01T00:00:00.5Z", "whole seconds"}},
		{"far past", Config{Leads: 1, Out: "x", Start: at("1889-01-01T00:00:00Z")}, []string{"Start is 1889", "a year from 1990 to 2200"}},
		{"far future", Config{Leads: 1, Out: "x", End: at("2201-01-01T00:00:00Z")}, []string{"End is 2201", "a year from 1990 to 2200"}},
		{"several", Config{Leads: 0, Format: "xlsx"}, []string{"Leads is 0", `Out is ""`, `Format is "xlsx"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, err := Run(t.Context(), test.config)
			var fault *ConfigError
			if r != nil || !errors.As(err, &fault) {
				t.Fatalf("Run = %v, %v, want a ConfigError", r, err)
			}
			for _, part := range test.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("message %q does not say %q", err, part)
				}
			}
			if _, err := os.Stat("x"); err == nil {
				t.Error("a directory was made")
			}
		})
	}
}

func TestRunMakesOneLead(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	if r := run(t, Config{Leads: 1, Out: out}); r.Leads != 1 || r.NewLeads != 1 || r.AUC != 0 {
		t.Errorf("Run of one lead = %+v, want one lead, one new lead, no AUC", r)
	}
}

func run(t *testing.T, c Config) *Report {
	t.Helper()
	r, err := Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// readAll returns the contents of all files below a directory, by relative name.
func readAll(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files[name] = string(bytes.Clone(content))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func names(files map[string]string) (all []string) {
	for name := range files {
		all = append(all, name)
	}
	return all
}
