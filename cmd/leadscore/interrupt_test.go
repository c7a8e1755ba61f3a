package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// patient is a context that is cancelled once it has been asked a number of times, so that a command can be interrupted
// anywhere without a clock.
type patient struct {
	context.Context
	cancel context.CancelFunc
	left   atomic.Int64
}

func newPatient(asked int64) *patient {
	p := &patient{}
	p.Context, p.cancel = context.WithCancel(context.Background())
	p.left.Store(asked)
	return p
}

func (p *patient) Err() error {
	if p.left.Add(-1) < 0 {
		p.cancel()
	}
	return p.Context.Err()
}

// Ctrl-C anywhere in train or score: exit code 1, one line, and files as they were.
func TestInterrupted(t *testing.T) {
	made, history := trained(t), historyDir(t)
	for name, args := range map[string][]string{
		"init": {"init", "--leads", history + "/leads.csv", "--events", history + "/events.csv", "--out", "out"},
		"train": {"train", "--schema", made + "/schema.yaml", "--rules", made + "/rules.yaml", "--leads", history + "/leads.csv",
			"--events", history + "/events.csv", "--store", "out", "--model", "deals", "--no-pairs"},
		"score": {"score", "--store", made + "/store", "--model", "deals", "--leads", history + "/newleads.csv",
			"--events", history + "/newevents.csv", "--out", "out"},
		"simulate": {"simulate", "--leads", "60", "--out", "out"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for i := range args {
				if args[i] == "out" {
					args[i] = filepath.Join(dir, "out")
					if name == "score" {
						args[i] += ".csv"
					}
				}
			}
			finished := false
			for asked := int64(0); !finished && asked < 4096; asked = 2*asked + 1 {
				ctx := newPatient(asked)
				var stdout, stderr bytes.Buffer
				code := run(ctx, args, &stdout, &stderr)
				ctx.cancel()
				if finished = code == exitOK; finished {
					break
				}
				if code != exitFailed || stdout.Len() > 0 || !strings.HasSuffix(stderr.String(), "leadscore: interrupted; nothing was changed\n") {
					t.Fatalf("cancelled after %d looks: exit code %d, stdout %q, stderr %q", asked, code, stdout.String(), stderr.String())
				}
				left, err := filesBelow(dir)
				if err != nil || len(left) > 0 {
					t.Fatalf("cancelled after %d looks: it left %v, %v", asked, left, err)
				}
			}
			if !finished {
				t.Fatal("it never finished")
			}
		})
	}
}

// filesBelow lists every plain file, hidden ones too.
func filesBelow(dir string) (files []string, err error) {
	err = filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files = append(files, path)
		}
		return err
	})
	return files, err
}
