package bulk

import (
	"slices"
	"testing"

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
