package train

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"leadscore/features"
)

// A promised direction reaches the stored model: its tables keep it, and it is in no pair.
func TestPromisesReachTheModel(t *testing.T) {
	cfg := historyConfig(t)
	cfg.Pairs = true
	d, err := readData(context.Background(), &cfg)
	if err != nil {
		t.Fatal(err)
	}
	schema := d.history.Table.Schema
	for i := range schema.Fields {
		if f := &schema.Fields[i]; f.Used() && f.Kind == features.Number {
			f.Monotone = features.Up
		}
	}
	for i := range schema.Engagement {
		if e := &schema.Engagement[i]; e.Used() && !e.IsCategory() {
			e.Monotone = features.Down // more activity, less chance: nonsense, but promised
		}
	}
	p := mustPopulate(t, d.history)
	final, err := fitTo(context.Background(), d.history, p, p.Rows, &cfg)
	if err != nil {
		t.Fatal(err)
	}
	promised := 0
	for _, term := range final.model.Terms {
		for _, input := range term.Inputs {
			direction := final.encoder.Inputs[input].Monotone
			if direction == "" {
				continue
			}
			promised++
			if len(term.Inputs) > 1 {
				t.Errorf("%s is a pair of a promised field", term.Name)
				continue
			}
			table := term.Coefficients[:final.encoder.OrderedBins(input)]
			for c := 1; c < len(table); c++ {
				if direction == features.Up && table[c] < table[c-1] || direction == features.Down && table[c] > table[c-1] {
					t.Errorf("%s, %s: %v after %v", term.Name, direction, table[c], table[c-1])
				}
			}
		}
	}
	if promises := promisesOf(final); promised < 5 || len(promises) != promised {
		t.Errorf("%d tables with a promise, %d reported", promised, len(promises))
	}
}

// A promise against the data is warned of.
func TestPromiseAgainstTheData(t *testing.T) {
	h := weighedHistory(t, 1500, 9) // the chance rises with size
	h.Table.Schema.Fields[0].Monotone = features.Down
	promises := promisesOf(fitHistory(t, h))
	if len(promises) != 1 || promises[0].Held != promises[0].Steps || promises[0].P > 1e-6 {
		t.Errorf("%+v, want one that is held at every step, against all chance", promises)
	}
	if warnings := contradicted(promises); len(warnings) != 1 || !strings.HasPrefix(warnings[0], "the data contradict monotone: down of size (χ² ") {
		t.Errorf("warnings %q", warnings)
	}
}

// Promises that are true are seldom called contradicted: the truth is level, the hardest of them.
func TestTruePromisesAreNotContradicted(t *testing.T) {
	against := 0
	const runs = 200
	for seed := range uint64(runs) {
		h := weighedHistory(t, 300, seed)
		h.Table.Weight = nil
		random := rand.New(rand.NewPCG(seed, 77))
		for i := range h.Table.Outcome {
			h.Table.Outcome[i] = won + features.Outcome(random.IntN(2))
		}
		h.Table.Schema.Fields[0].Monotone = features.Up
		for _, p := range promisesOf(fitHistory(t, h)) {
			if p.Against {
				against++
			}
		}
	}
	if against > 2 { // expected 0.2 of 200
		t.Errorf("%d of %d true promises are called contradicted", against, runs)
	}
}
