package main

import (
	"os"
	"path/filepath"
	"testing"

	"leadscore/train/report/browser"
)

// TestReportsInBrowser makes the reports of a made-up history and of real data, with the starter rule book of init, and opens them in
// Chromium.
func TestReportsInBrowser(t *testing.T) {
	b := browser.New(t)
	t.Run("made-up history", func(t *testing.T) {
		history := historyDir(t)
		leads, events := filepath.Join(history, "leads.csv"), filepath.Join(history, "events.csv")
		checkReports(t, b, nil, []string{"--leads", leads, "--events", events}, []string{"--capacity", "10/week"}, []string{"--capacity", "10/week", "--refit"})
	})
	t.Run("funnel", func(t *testing.T) {
		history, made := historyDir(t), trained(t)
		file := func(name string) string { return filepath.Join(history, name) }
		mustRun(t, "funnel", "--store", made+"/store", "--model", "deals", "--leads", file("leads.csv"), "--events", file("events.csv"), "--stages", file("stages.csv"), "--costs", file("costs.csv"), "--report", made+"/funnel.html")
		b.Check(t, made+"/funnel.html")
	})
	t.Run("x_education", func(t *testing.T) {
		data := []string{"--leads", realData(t, "x_education", "Leads.csv")}
		checkReports(t, b, nil, data, []string{"--no-baselines"}, []string{"--capacity", "20%", "--refit"})
	})
	t.Run("ibm_win_loss", func(t *testing.T) {
		data := []string{"--leads", realData(t, "ibm_win_loss", "WA_Fn-UseC_-Sales-Win-Loss.csv")}
		bad := []string{"--bad-rows", "leave-out"} // an opportunity that stands twice
		checkReports(t, b, []string{"--id", "Opportunity Number"}, data, append([]string{"--no-baselines"}, bad...), append([]string{"--refit", "--by", "Region"}, bad...))
	})
}

// realData is a public file beside the repository.
func realData(t *testing.T, path ...string) string {
	t.Helper()
	file := filepath.Join(append([]string{"..", "..", "..", "shared", "data"}, path...)...)
	if _, err := os.Stat(file); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("skipped: no real data here: %v", err)
	}
	return file
}

// checkReports goes from files to both reports: data are the flags of the leads and events.
func checkReports(t *testing.T, b *browser.Browser, initFlags, data, trainFlags, compareFlags []string) {
	t.Helper()
	dir := t.TempDir()
	command := func(name string, flags ...[]string) {
		args := append([]string{name}, data...)
		for _, list := range flags {
			args = append(args, list...)
		}
		mustRun(t, args...)
	}
	store := []string{"--store", dir + "/store", "--model", "deals"}
	command("init", []string{"--out", dir}, initFlags)
	command("train", []string{"--schema", dir + "/schema.yaml", "--rules", dir + "/rules.yaml", "--no-pairs", "--rolling", "0", "--report", dir + "/validation.html"}, store, trainFlags)
	command("compare", []string{"--report", dir + "/comparison.html"}, store, compareFlags)
	b.Check(t, dir+"/validation.html")
	b.Check(t, dir+"/comparison.html")
}
