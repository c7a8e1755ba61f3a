package train

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/closed"
)

// weighedHistory is leads with one number each, and weights.
func weighedHistory(t *testing.T, n int, seed uint64) *features.History {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 1))
	values, weights := make([]float64, n), make([]float64, n)
	h := constructed(t, repeated(n, func(i int) entry {
		values[i], weights[i] = float64(random.IntN(12)), float64(1+random.IntN(3))
		e := entry{lost, random.Float64() * 60, 0}
		if random.Float64() < 1/(1+math.Exp(1.5-values[i]/5)) {
			e.outcome = won
		}
		e.closed = e.created + 8
		return e
	})...)
	h.Table.Schema.Fields = []features.Field{{Name: "size", Kind: features.Number}}
	h.Table.Columns = []features.Column{{Numbers: features.NumbersOf(values)}}
	h.Table.Weight = features.NumbersOf(weights)
	return h
}

// A lead of weight 3 is three leads of weight 1: the same model, from the bins to the standard errors.
func TestWeightEqualsCopies(t *testing.T) {
	h := weighedHistory(t, 400, 5)
	var rows []int
	for i := range h.Table.Weight.Len() {
		for range int(h.Table.Weight.At(i)) {
			rows = append(rows, i)
		}
	}
	copies := weighedHistory(t, len(rows), 5)
	copies.Table.Weight = nil
	var sizes []float64
	var created, ended []features.Micros
	for k, row := range rows {
		sizes = append(sizes, h.Table.Columns[0].Numbers.At(row))
		created, ended = append(created, h.Table.Created.At(row)), append(ended, h.Table.Closed.At(row))
		copies.Table.Outcome[k], copies.AsOf[k] = h.Table.Outcome[row], h.AsOf[row]
	}
	copies.Table.Columns[0].Numbers = features.NumbersOf(sizes)
	copies.Table.Created, copies.Table.Closed = features.TimesOf(created), features.TimesOf(ended)
	one, many := fitHistory(t, h), fitHistory(t, copies)
	if d := math.Abs(one.model.Intercept - many.model.Intercept); d > 1e-4 {
		t.Errorf("intercepts %v and %v", one.model.Intercept, many.model.Intercept)
	}
	for k := range one.model.Terms {
		a, b := one.model.Terms[k].Coefficients, many.model.Terms[k].Coefficients
		if len(a) != len(b) {
			t.Fatalf("term %s has %d and %d entries", one.model.Terms[k].Name, len(a), len(b))
		}
		errors, others := one.model.TermStandardErrors(k), many.model.TermStandardErrors(k)
		for c := range a { // λ is settled to 1e-3
			if math.Abs(a[c]-b[c]) > 1e-3 || math.Abs(errors[c]-others[c]) > 1e-3 {
				t.Errorf("term %s, entry %d: %v ± %v with weights, %v ± %v with copies", one.model.Terms[k].Name, c, a[c], errors[c], b[c], others[c])
			}
		}
	}
	w := weightingOf(h, mustPopulate(t, h))
	if w.Sum != float64(len(rows)) || !(w.EffectiveLeads < 400) || w.Oldest != 1 {
		t.Errorf("%+v, want a sum of %d and less than 400 effective leads", w, len(rows))
	}
}

func fitHistory(t *testing.T, h *features.History) *fitted {
	t.Helper()
	p, cfg := mustPopulate(t, h), Defaults()
	m, err := fitFrom(context.Background(), h, p, p.Rows, beginning{describe: true}, &cfg)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func mustPopulate(t *testing.T, h *features.History) *Population {
	t.Helper()
	p, err := populate(h)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A lead of weight 0 is left out, and counted; all of them, and there is nothing to train on.
// Weights that add up to more leads than they tell of are warned of; fading old deals, and weights about 1, are not.
func TestOverWeight(t *testing.T) {
	for name, c := range map[string]struct {
		w    *models.Weighting
		says string
	}{
		"none":      {nil, ""},
		"recency":   {&models.Weighting{HalfLife: "90d", Sum: 300, EffectiveLeads: 500}, ""},
		"about one": {&models.Weighting{Column: "w", Sum: 1000, EffectiveLeads: 900}, ""},
		"a sample":  {&models.Weighting{Column: "w", Sum: 6000, EffectiveLeads: 2000}, "add up to 6000 leads and tell as much as 2000"},
	} {
		got := strings.Join(overWeight(c.w), "")
		if (got == "") != (c.says == "") || !strings.Contains(got, c.says) || c.says != "" && !strings.HasSuffix(got, "divide all weights by 3") {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestWeightZero(t *testing.T) {
	h := weighedHistory(t, 300, 6)
	weights := make([]float64, h.Table.Len())
	for i := 100; i < len(weights); i++ {
		weights[i] = h.Table.Weight.At(i)
	}
	h.Table.Weight = features.NumbersOf(weights)
	if p := mustPopulate(t, h); p.LeftOut[closed.NoWeight] != 100 || len(p.Rows) != 200 {
		t.Errorf("%d used, left out %v", len(p.Rows), p.LeftOut)
	}
	h.Table.Weight = features.NumbersOf(make([]float64, len(weights)))
	if _, err := populate(h); err == nil || !strings.Contains(err.Error(), closed.NoWeight) {
		t.Errorf("error %v, want one that counts the leads without weight", err)
	}
}

// Recency counts from the newest of the rows that are fitted to, and halves a lead's own weight once a half-life.
func TestRecency(t *testing.T) {
	h := weighedHistory(t, 300, 7)
	h.Table.Schema.Recency = &features.Recency{HalfLife: features.Duration(10 * 24 * 3600 * 1e9)}
	p := mustPopulate(t, h)
	for _, rows := range [][]int32{p.Rows, p.Rows[:150]} {
		weights, newest := weigh(h, rows), newestOf(h, rows)
		if newest != h.AsOf[rows[len(rows)-1]] {
			t.Fatal("the newest row is not the newest")
		}
		for _, row := range rows {
			days := float64(newest-h.AsOf[row]) / float64(features.Day)
			if want := h.Table.Weight.At(int(row)) * math.Pow(0.5, days/10); math.Abs(weights[row]-want) > 1e-12 {
				t.Fatalf("weight %v after %v days, want %v", weights[row], days, want)
			}
		}
	}
	w := weightingOf(h, p)
	if w.HalfLife != "10d" || !(w.Oldest > 0 && w.Oldest < 0.1) || !(w.EffectiveLeads < float64(len(p.Rows))/2) {
		t.Errorf("%+v", w)
	}
	h.Table.Weight, h.Table.Schema.Recency = nil, nil
	if weigh(h, p.Rows) != nil || weightingOf(h, p) != nil {
		t.Error("weights without a wish for any")
	}
}

// A market that turns round: recency learns what holds now, the plain fit a mixture.
func TestRecencyFollowsTheMarket(t *testing.T) {
	h := weighedHistory(t, 4000, 8)
	h.Table.Weight = nil
	random := rand.New(rand.NewPCG(8, 8))
	for i := range h.Table.Outcome {
		slope := 0.4
		if h.Table.Created.At(i) > instant(45) {
			slope = -0.4
		}
		h.Table.Outcome[i] = lost
		if random.Float64() < 1/(1+math.Exp(-slope*(h.Table.Columns[0].Numbers.At(i)-5.5))) {
			h.Table.Outcome[i] = won
		}
	}
	ends := func(m *fitted) float64 {
		table := m.model.Terms[0].Coefficients
		return table[11] - table[0]
	}
	plain := ends(fitHistory(t, h))
	h.Table.Schema.Recency = &features.Recency{HalfLife: features.Duration(7 * 24 * 3600 * 1e9)}
	recent := ends(fitHistory(t, h))
	if !(plain > 0.5 && recent < -1) {
		t.Errorf("from the smallest to the largest size the plain fit rises by %v, the recent one by %v; the truth now is −4.4, over all time it rises", plain, recent)
	}
}
