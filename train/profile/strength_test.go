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
		s := measure(l, o, sharedBy(len(o.of)))
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
