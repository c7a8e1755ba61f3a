package profile

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"leadscore/features"
)

// AUC against its definition: of all pairs of a won and a lost lead, the share in which the won one ranks higher.
func TestAUCOfPairs(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var ranked []rankedLeads
		for range 1 + random.IntN(12) {
			ranked = append(ranked, rankedLeads{float64(random.IntN(5)), float64(random.IntN(4)), float64(random.IntN(4))})
		}
		higher, pairs := 0.0, 0.0
		for _, a := range ranked {
			for _, b := range ranked {
				n := a.won * b.lost
				pairs += n
				switch {
				case a.score > b.score:
					higher += n
				case a.score == b.score:
					higher += n / 2
				}
			}
		}
		got, _ := aucOf(ranked)
		if want := higher / pairs; pairs > 0 && math.Abs(got-want) > 1e-12 || pairs == 0 && !math.IsNaN(got) {
			t.Fatalf("aucOf(%v) = %v, want %v", ranked, got, want)
		}
	}
}

// Hanley and McNeil's own example (Radiology 143, 1982, 29–36): 51 abnormal and 58 normal images, area 0.893,
// standard error 0.032.
func TestAUCError(t *testing.T) {
	ranked := []rankedLeads{{1, 3, 33}, {2, 2, 6}, {3, 2, 6}, {4, 11, 11}, {5, 33, 2}}
	auc, se := aucOf(ranked)
	if math.Abs(auc-0.893) > 0.0005 || math.Abs(se-0.032) > 0.0005 {
		t.Errorf("AUC %.4f ± %.4f, want 0.893 ± 0.032", auc, se)
	}
}

// A value worked out by hand: shares 0.75 and 0.25 against 0.25 and 0.75 give 2 · 0.5 · ln 3 nats. With many leads the half
// lead added to each cell is lost in the tolerance of 1e-3.
func TestInformationValue(t *testing.T) {
	bins := []bin{{won: 75_000, lost: 25_000}, {won: 25_000, lost: 75_000}}
	got, se := informationValue(bins)
	if want := math.Log(3); math.Abs(got-want) > 1e-3 {
		t.Errorf("information value = %.5f, want %.5f", got, want)
	}
	if se <= 0 || se > 0.02 {
		t.Errorf("standard error = %g", se)
	}
	same, _ := informationValue([]bin{{won: 10, lost: 20}, {won: 10, lost: 20}})
	if same != 0 {
		t.Errorf("information value of equal shares = %g, want 0", same)
	}
}

// The standard error is that of repeated draws. 2,000 draws have a standard deviation known to 1.6 %; the delta method leaves
// out terms of order 1/n, here below 2 %.
func TestInformationError(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	draw := func() []bin {
		bins := make([]bin, 3)
		for range 3000 {
			bins[pick(random, 0.5, 0.3)].won++
			bins[pick(random, 0.2, 0.3)].lost++
		}
		return bins
	}
	var sum, squares, errors float64
	const draws = 2000
	for range draws {
		v, se := informationValue(draw())
		sum, squares, errors = sum+v, squares+v*v, errors+se
	}
	spread := math.Sqrt(squares/draws - sum/draws*sum/draws)
	if ratio := errors / draws / spread; ratio < 0.95 || ratio > 1.05 {
		t.Errorf("standard error %.5f against a spread of %.5f", errors/draws, spread)
	}
}

func pick(random *rand.Rand, first, second float64) int {
	switch u := random.Float64(); {
	case u < first:
		return 0
	case u < first+second:
		return 1
	}
	return 2
}

// A column of noise with many values must not look strong: each half is ranked by the other.
func TestNoiseHasNoStrength(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	texts := make([]string, 4000)
	o := &labels{of: make([]features.Outcome, len(texts))}
	for i := range texts {
		texts[i] = fmt.Sprint("v", random.IntN(300))
		o.of[i] = features.Lost
		if random.Float64() < 0.3 {
			o.of[i] = features.Won
		}
	}
	for _, outcome := range o.of {
		if outcome == features.Won {
			o.won++
		} else {
			o.lost++
		}
	}
	s := measure(lookOf("x", texts...), o)
	if math.Abs(s.auc-0.5) > 3*s.aucError || s.information > 0.1 {
		t.Errorf("AUC %.3f ± %.3f, information value %.3f of noise", s.auc, s.aucError, s.information)
	}
}

// Equal values stay together, every row is in exactly one bin, and the bins are in order.
func TestNumberBins(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for round := range 40 {
		n := 1 + random.IntN(400)
		o := &labels{of: make([]features.Outcome, n), lost: n}
		texts := series(n, func(int) string {
			if random.IntN(10) == 0 {
				return ""
			}
			return fmt.Sprint(math.Round(random.NormFloat64()*float64(round)*10) / 10)
		})
		for i := range o.of {
			o.of[i] = features.Lost
		}
		l := lookOf("x", append(texts, "1.5", "2.5", "0.5")...)
		if l.kind != features.Number {
			continue
		}
		o.of = append(o.of, features.Lost, features.Lost, features.Lost)
		s := measure(l, o)
		total, last := 0, math.Inf(-1)
		for _, b := range s.bins {
			total += b.decided()
			if isRange(&b) {
				if b.low != last {
					t.Fatalf("a range begins at %g, the one before ends at %g", b.low, last)
				}
				last = b.high
			}
		}
		if total != n+3 || !math.IsInf(last, 1) || len(s.bins) > mostBins+1 {
			t.Fatalf("%d leads in %d bins up to %g, want %d leads up to +Inf", total, len(s.bins), last, n+3)
		}
	}
}

// A sample of a large file is spread over the file, within its bound, and the same every time.
func TestSampleIsBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("lead_id,outcome,x\n")
	const rows = 30_000
	for i := range rows {
		fmt.Fprintf(&b, "%d,%s,%d\n", i, []string{"won", "lost"}[i%2], i/100)
	}
	path := writeFile(t, t.TempDir(), "leads.csv", b.String())
	read := func() *sample {
		s, err := readSample(context.Background(), []string{path}, reading{keep: 1000})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := read()
	if s.rows != rows || s.len() > 1000 || s.len() < 300 || s.complete() {
		t.Fatalf("%d of %d rows sampled, want 300 to 1000 of %d", s.len(), s.rows, rows)
	}
	first, second := 0, 0
	for row, number := range s.numbers {
		if got, want := s.columns[0].values[s.columns[0].codes[row]], fmt.Sprint(number); got != want {
			t.Fatalf("row %d holds id %s", number, got)
		}
		if number < rows/2 {
			first++
		} else {
			second++
		}
	}
	if first < second*3/4 || second < first*3/4 {
		t.Errorf("%d rows of the first half, %d of the second", first, second)
	}
	if len(s.columns[0].values) != s.len()+1 {
		t.Errorf("%d values are kept for %d rows", len(s.columns[0].values), s.len())
	}
	if again := read(); fmt.Sprint(again.numbers) != fmt.Sprint(s.numbers) {
		t.Error("another read, another sample")
	}
}
