package models

import (
	"context"
	"encoding/json"
	"flag"
	"math"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"leadscore/features"
)

// Package train's tests make the file; this flag then writes what it scores.
var writeArtifact = flag.Bool("artifact", false, "write the scores of the current format's model file anew")

const (
	artifactFile   = "testdata/artifacts/v1.json"
	artifactScores = "testdata/artifacts/v1.scores.json"
	historyLeads   = "../testdata/history/leads.csv"
	historyEvents  = "../testdata/history/events.csv"
	newLeads       = "../testdata/history/newleads.csv"
	newEvents      = "../testdata/history/newevents.csv"
)

// artifact reads the committed model file of the first format. Package train's tests made it.
func artifact(t testing.TB) *Version {
	t.Helper()
	v, err := DecodeVersion(artifactText(t))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func artifactText(t testing.TB) []byte {
	t.Helper()
	text, err := os.ReadFile(artifactFile)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func scorerOf(t testing.TB, v *Version) *Scorer {
	t.Helper()
	s, err := NewScorer(v)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// history reads leads of the made-up history by the artifact's schema, each at its snapshot.
func history(t testing.TB, s *features.Schema, leads, events string) *features.History {
	t.Helper()
	table, _, err := features.ReadLeads(context.Background(), s, []string{leads}, features.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	log, _, err := features.ReadEvents(context.Background(), s, []string{events}, table, features.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	h, err := features.NewHistory(table, log)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestArtifactScores: the first format's file scores the same for ever, on leads outside it. A figure may differ in the
// last places where a machine fuses multiply and add; log-odds are sums of table values, the same bits everywhere.
func TestArtifactScores(t *testing.T) {
	v := artifact(t)
	scorer, h := scorerOf(t, v), history(t, v.Schema, newLeads, newEvents)
	var got []Score
	for i := range 40 {
		var snapshot features.Snapshot
		h.Snapshot(i, &snapshot)
		got = append(got, scorer.Score(&snapshot))
	}
	text, err := json.MarshalIndent(got, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if *writeArtifact {
		if err := os.WriteFile(artifactScores, joinShortLists(append(text, '\n')), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(artifactScores)
	if err != nil {
		t.Fatal(err)
	}
	var want []Score
	if err := json.Unmarshal(kept, &want); err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if math.Float64bits(want[i].Prediction.LogOdds) != math.Float64bits(got[i].Prediction.LogOdds) {
			t.Errorf("lead %s: log-odds %v, want %v", got[i].LeadID, got[i].Prediction.LogOdds, want[i].Prediction.LogOdds)
		}
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(1e-12, 1e-12), cmpopts.EquateEmpty(), cmpopts.IgnoreFields(Prediction{}, "Cells")); diff != "" {
		t.Errorf("scores of the first format's file changed (-kept +now):\n%s", diff)
	}
}
