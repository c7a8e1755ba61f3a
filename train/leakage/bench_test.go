package leakage_test

import (
	"context"
	"path/filepath"
	"testing"

	"leadscore/features"
	"leadscore/train/leakage"
	"leadscore/train/profile"
	"leadscore/train/simulate"
)

// BenchmarkExamine takes a history of 200,000 leads with all their events.
func BenchmarkExamine(b *testing.B) {
	ctx, dir := context.Background(), b.TempDir()
	const rows = 200_000
	if _, err := simulate.Run(ctx, simulate.Config{Leads: rows, Seed: 3, Out: dir}); err != nil {
		b.Fatal(err)
	}
	leads, events := []string{filepath.Join(dir, "leads.csv")}, []string{filepath.Join(dir, "events.csv")}
	p, err := profile.Run(ctx, profile.Config{Leads: leads, Events: events, Out: dir})
	if err != nil {
		b.Fatal(err)
	}
	table, _, err := features.ReadLeads(ctx, &p.Schema, leads, features.ReadOptions{Outcome: true})
	if err != nil {
		b.Fatal(err)
	}
	log, _, err := features.ReadEvents(ctx, &p.Schema, events, table, features.ReadOptions{})
	if err != nil {
		b.Fatal(err)
	}
	h, err := features.NewHistory(table, log)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := leakage.Examine(ctx, leadsOf(h)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "leads/s")
}
