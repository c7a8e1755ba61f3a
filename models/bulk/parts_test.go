package bulk

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestResume: a run that ends in the middle leaves its finished parts, the same command goes on from them, and the result is that of a run
// that was never ended; another command begins anew.
func TestResume(t *testing.T) {
	scorer, cfg := artifactScorer(t), snapshotConfig("")
	for _, name := range []string{"scores.csv", "scores.parquet", "scores.jsonl.gz"} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			whole := cfg
			whole.Out, whole.PartRows = filepath.Join(folder, "whole-"+name), 50
			want, err := Run(context.Background(), scorer, whole)
			if err != nil {
				t.Fatal(err)
			}
			ended := whole
			ended.Out = filepath.Join(folder, name)
			ctx, stop := context.WithCancel(context.Background())
			ended.Progress = func(stage string, done, _ int64) {
				if stage == "scoring" && done >= 50 {
					stop()
				}
			}
			if _, err := Run(ctx, scorer, ended); !errors.Is(err, context.Canceled) {
				t.Fatalf("the ended run: %v", err)
			}
			if _, err := os.Stat(ended.Out); err == nil {
				t.Fatal("an ended run left a result")
			}
			ended.Progress = nil
			other := ended
			other.Explain = true
			got, err := Run(context.Background(), scorer, ended)
			if err != nil {
				t.Fatal(err)
			}
			if got.Resumed == nil || got.Resumed.Parts < 1 || got.Resumed.Of != 4 {
				t.Errorf("resumed %+v, want at least 1 of 4 parts", got.Resumed)
			}
			if got.Leads != want.Leads || got.ExpectedWins != want.ExpectedWins {
				t.Errorf("%d leads, %v wins; want %d, %v", got.Leads, got.ExpectedWins, want.Leads, want.ExpectedWins)
			}
			a, err := os.ReadFile(whole.Out)
			if err != nil {
				t.Fatal(err)
			}
			b, err := os.ReadFile(ended.Out)
			if err != nil {
				t.Fatal(err)
			}
			if string(a) != string(b) {
				t.Error("the result differs from that of a run that was never ended")
			}
			left, err := filepath.Glob(filepath.Join(folder, ".*"))
			if err != nil || len(left) > 0 {
				t.Errorf("left behind: %s", strings.Join(left, ", "))
			}
			if report, err := Run(context.Background(), scorer, other); err != nil || report.Resumed != nil {
				t.Errorf("another command: %v, resumed %+v", err, report)
			}
		})
	}
}

// TestOtherJobBeginsAnew: parts of other files are thrown away.
func TestOtherJobBeginsAnew(t *testing.T) {
	cfg := Config{Out: filepath.Join(t.TempDir(), "scores.csv")}
	one := job{Leads: "a", Rows: 100, PartRows: 50}
	p, err := openParts(&cfg, one)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(p.path(0), nil, 0o600), writeJSON(p.path(0)+".json", newReport())); err != nil {
		t.Fatal(err)
	}
	if p, err = openParts(&cfg, one); err != nil || p.resumed != 1 {
		t.Fatalf("the same job: %v, %d parts", err, p.resumed)
	}
	two := one
	two.Leads = "b"
	if p, err = openParts(&cfg, two); err != nil || p.resumed != 0 {
		t.Fatalf("another job: %v, %d parts", err, p.resumed)
	}
}
