package features

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Figures that are kept give the same encoder and the same codes as those that are worked out again; of other instants or by another definition
// they are not used.
func TestKeepFigures(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 9))
			s := randomSchema(t, r)
			table := randomTable(r, s, 4500)
			fresh := historyOf(t, table, randomEvents(r, table))
			kept := *fresh
			kept.KeepFigures()
			for i := range s.Engagement {
				if kept.figure(&s.Engagement[i]) == nil {
					t.Fatalf("figure %s is not kept", s.Engagement[i].Name)
				}
			}
			sameCodes(t, fresh, &kept)

			other := slices.Clone(s.Engagement)
			other[0].Within, other[1].HalfLife.Duration = 2*other[0].Within, 5*other[1].HalfLife.Duration
			sameCodes(t, fresh.WithFigures(other), kept.WithFigures(other))

			later, moved := *fresh, kept
			later.AsOf = slices.Clone(fresh.AsOf)
			for i := range later.AsOf {
				if later.AsOf[i] != NoTime {
					later.AsOf[i] += 5 * Day
				}
			}
			moved.AsOf = later.AsOf
			sameCodes(t, &later, &moved)
		})
	}
}

// sameCodes holds encoders and codes of two histories against each other, of all leads and of some.
func sameCodes(t *testing.T, a, b *History) {
	t.Helper()
	rows := allRows(a.Table)
	for _, rows := range [][]int32{rows, rows[1000:1500]} {
		want, err := FitEncoder(a, rows, Limits{MinLevelRows: 2})
		if err != nil {
			t.Fatal(err)
		}
		got, err := FitEncoder(b, rows, Limits{MinLevelRows: 2})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Encoder{})); diff != "" {
			t.Errorf("another encoder:\n%s", diff)
		}
		first, err := want.EncodeRows(t.Context(), a, rows)
		if err != nil {
			t.Fatal(err)
		}
		second, err := got.EncodeRows(t.Context(), b, rows)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("other codes:\n%s", diff)
		}
	}
}
