package bulk

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/rules"
)

// The reason of every lead is that of its own points, however many reasons there are, whichever lead a chunk begins with.
func TestManyReasons(t *testing.T) {
	r := newResults(artifactScorer(t), false)
	const leads = 1000
	r.allocate(leads)
	at := slices.IndexFunc(r.columns, func(c column) bool { return c.info.Name == "qualification_reason" })
	reasons := &r.columns[at].data
	scores := make([]models.Score, leads)
	for i := range scores {
		scores[i].Prediction.Inputs = make([]features.Status, len(r.scorer.Version().Encoder.Inputs))
	}
	for first := 0; first < 3*mostWords; first += leads {
		for i := range scores {
			points := -float64((first+i)%(mostWords+2*leads)) / 1000 // those of the first leads come again
			scores[i].Rules = rules.Score{Points: points, Fit: points}
		}
		scores[0].Rules.Reason = "excluded by a rule"
		r.begin()
		r.fill(0, scores)
		for i := range scores {
			want := scores[i].Rules.Reason
			if want == "" {
				want = r.scorer.Rules().Shortfall(&scores[i].Rules)
			}
			if got := reasons.TextAt(i); got != want {
				t.Fatalf("lead %d: reason %q, want %q", first+i, got, want)
			}
		}
	}
}

// A set of terms has one number, other sets have others, however many there are.
func TestTermSets(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 7))
	var sets termSets
	for range 3 {
		known, names := map[uint32]string{}, map[string]uint32{}
		for range 20_000 {
			set, name := uint32(0), ""
			for term := range 40 {
				if r.IntN(20) == 0 {
					set = sets.with(set, term)
					name += fmt.Sprint(term, " ")
				}
			}
			if other, ok := known[set]; ok && other != name {
				t.Fatalf("set %d is %q and %q", set, other, name)
			}
			if other, ok := names[name]; ok && other != set {
				t.Fatalf("%q is set %d and %d", name, other, set)
			}
			known[set], names[name] = name, set
		}
		if len(known) < 1000 {
			t.Fatalf("%d sets are too few for this test", len(known))
		}
		sets.clear()
	}
}
