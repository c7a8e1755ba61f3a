package bulk

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leadscore/features/source"
)

// TestResume: a run that ends in the middle leaves its finished parts, the same command goes on from them, and the result is that of a run
// that was never ended; another command begins anew.
func TestResume(t *testing.T) {
	scorer := artifactScorer(t)
	lots := Config{Leads: []string{newLeadsFile}, AsOf: AsOf{AsOfTime, time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)}} // without events
	for name, cfg := range map[string]Config{"scores.csv": snapshotConfig(""), "scores.parquet": snapshotConfig(""), "scores.jsonl.gz": snapshotConfig(""),
		"lots.csv": lots, "lots.parquet": lots} {
		t.Run(name, func(t *testing.T) {
			if inLots(scorer.Version().Schema, &cfg) != strings.HasPrefix(name, "lots") {
				t.Fatal("not the way of reading that this test means")
			}
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
				if strings.HasSuffix(stage, "scoring") && done >= 50 {
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
	cfg := Config{Out: filepath.Join(t.TempDir(), "scores.csv"), PartRows: 50}
	resumed := func(leads string) int {
		p := newParts(artifactScorer(t), &cfg, newReport())
		p.job.Leads = leads
		if err := p.open(); err != nil {
			t.Fatal(err)
		}
		if p.report.Resumed != nil {
			return p.report.Resumed.Parts
		}
		if err := errors.Join(os.WriteFile(p.path(0), nil, 0o600), writeJSON(p.path(0)+".json", newReport())); err != nil {
			t.Fatal(err)
		}
		return 0
	}
	for i, leads := range []string{"a", "a", "b", "b"} {
		if got := resumed(leads); got != i%2 {
			t.Errorf("%d parts of job %q, want %d", got, leads, i%2)
		}
	}
}

// A fault behind leads that were scored already leaves nothing, and a result that was there as it was.
func TestFaultBehindLots(t *testing.T) {
	text, err := os.ReadFile(newLeadsFile)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(strings.TrimSpace(string(text))+"\n", "\n")
	var many strings.Builder
	many.WriteString(lines[0])
	for i := range 3 * source.DefaultBatchRows {
		_, rest, _ := strings.Cut(lines[1+i%(len(lines)-2)], ",")
		fmt.Fprintf(&many, "L%d,%s", i, rest)
	}
	_, rest, _ := strings.Cut(lines[1], ",")
	fmt.Fprintf(&many, "L1,%s", rest)
	folder := t.TempDir()
	leads, out := filepath.Join(t.TempDir(), "leads.csv"), filepath.Join(folder, "scores.csv")
	if err := errors.Join(os.WriteFile(leads, []byte(many.String()), 0o600), os.WriteFile(out, []byte("before"), 0o600)); err != nil {
		t.Fatal(err)
	}
	cfg := Config{Leads: []string{leads}, Out: out, AsOf: AsOf{AsOfTime, time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)}, PartRows: source.DefaultBatchRows}
	if _, err := Run(t.Context(), artifactScorer(t), cfg); err == nil || !strings.Contains(err.Error(), "a doubled id") {
		t.Errorf("a doubled id behind three lots: %v", err)
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if text, err := os.ReadFile(out); err != nil || string(text) != "before" {
		t.Errorf("the result is now %q, %v", text, err)
	}
	cfg.LeaveOutBadRows = true
	report, err := Run(t.Context(), artifactScorer(t), cfg)
	if err != nil || report.Leads != 3*source.DefaultBatchRows || total64(report.LeftOut) != 1 {
		t.Errorf("%v, %+v: want all leads but one", err, report)
	}
}

func total64(counts map[string]int64) (sum int64) {
	for _, count := range counts {
		sum += count
	}
	return sum
}
