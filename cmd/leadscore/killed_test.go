package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// score is killed (SIGKILL) when its first parts stand, and a few times later: there is no result, the same command goes on from the parts, the result is to the byte
// that of a run that was never killed, and nothing else is left behind.
func TestKilledScore(t *testing.T) {
	made, dir := trained(t), t.TempDir()
	leads := filepath.Join(dir, "leads.csv")
	if err := os.WriteFile(leads, manyLeads(t, 270_000), 0o600); err != nil {
		t.Fatal(err)
	}
	binary, err := exec.LookPath("leadscore")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"scores.parquet", "scores.csv"} {
		folder := filepath.Join(dir, "of "+name)
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		args := func(out string) []string {
			return []string{"score", "--store", made + "/store", "--model", "deals", "--leads", leads, "--as-of", "2026-08-01", "--out", out}
		}
		whole, out := filepath.Join(dir, name), filepath.Join(folder, name)
		mustRun(t, args(whole)...)
		parts := func() int {
			done, _ := filepath.Glob(filepath.Join(folder, "."+name+".parts", "part-*.json"))
			return len(done)
		}
		for round := range 2 {
			had := parts()
			command := exec.Command(binary, args(out)...)
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			await(t, time.Minute, func() bool { return parts() > had }, func() string { return "no part is finished" })
			_ = command.Process.Kill()
			if err := command.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
				t.Fatalf("round %d: it ended by itself: %v", round, err)
			}
			if left, _ := filepath.Glob(filepath.Join(folder, "[^.]*")); len(left) > 0 {
				t.Fatalf("round %d: a killed run left %q where others look", round, left)
			}
		}
		var stderr bytes.Buffer
		command := exec.Command(binary, args(out)...)
		command.Stderr = &stderr
		if err := command.Run(); err != nil || !strings.Contains(stderr.String(), "going on from an earlier run of this command") {
			t.Fatalf("%v, stderr %q", err, stderr.String())
		}
		want, err := os.ReadFile(whole)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(out)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %v; %d bytes, %d of a run that was not killed", name, err, len(got), len(want))
		}
		if left, err := filesBelow(folder); err != nil || len(left) != 1 {
			t.Errorf("left behind: %q, %v", left, err)
		}
	}
}

// manyLeads are the new leads of testdata again and again, under ids of their own.
func manyLeads(t *testing.T, n int) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(historyDir(t), "newleads.csv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	var out bytes.Buffer
	fmt.Fprintln(&out, lines[0])
	for i := range n {
		_, rest, _ := strings.Cut(lines[1+i%(len(lines)-1)], ",")
		fmt.Fprintf(&out, "L%07d,%s\n", i, rest)
	}
	return out.Bytes()
}
