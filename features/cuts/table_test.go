package cuts

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"
)

// cutKinds are cuts as training makes them, and as none does.
var cutKinds = map[string]func(r *rand.Rand) float64{
	"even":     func(r *rand.Rand) float64 { return 1000 * r.Float64() },
	"skewed":   func(r *rand.Rand) float64 { return math.Exp(7 + 2*r.NormFloat64()) },
	"centred":  func(r *rand.Rand) float64 { return r.NormFloat64() },
	"counts":   func(r *rand.Rand) float64 { return math.Floor(math.Exp(2.5+r.NormFloat64())) - 0.5 },
	"close by": func(r *rand.Rand) float64 { return 1e6 + 1e-9*r.Float64() },
	"any":      func(r *rand.Rand) float64 { return oneUnlessFinite(math.Float64frombits(r.Uint64())) },
	"ends": func(r *rand.Rand) float64 {
		return []float64{-math.MaxFloat64, -1, -5e-324, 0, 5e-324, 1, math.MaxFloat64}[r.IntN(7)]
	},
}

func oneUnlessFinite(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 1
	}
	return v
}

// A number's bin is the number of cuts at or below it, wherever the cuts lie.
func TestTable(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 2))
	for name, draw := range cutKinds {
		for _, n := range []int{0, 1, 3, 4, 5, 40, 250, 1000} {
			var cuts []float64
			for range n {
				cuts = append(cuts, draw(r))
			}
			slices.Sort(cuts)
			cuts = slices.Compact(cuts)
			table := New(cuts)
			values := []float64{math.Copysign(0, -1), 0, -math.MaxFloat64, math.MaxFloat64, math.Inf(1), math.Inf(-1)}
			for _, cut := range cuts {
				values = append(values, cut, math.Nextafter(cut, math.Inf(1)), math.Nextafter(cut, math.Inf(-1)), -cut)
			}
			for range 2000 {
				values = append(values, draw(r))
			}
			for _, v := range values {
				want := sort.Search(len(cuts), func(k int) bool { return cuts[k] > v })
				if got := table.Bin(v); int(got) != want {
					t.Fatalf("%s, %d cuts: %v in bin %d, want %d", name, len(cuts), v, got, want)
				}
			}
		}
	}
}

// BenchmarkBin finds bins by the table and by a search among all cuts.
func BenchmarkBin(b *testing.B) {
	for _, name := range []string{"even", "skewed", "centred"} {
		r := rand.New(rand.NewPCG(4, 2))
		cuts, values := make([]float64, 40), make([]float64, 4096)
		for i := range cuts {
			cuts[i] = cutKinds[name](r)
		}
		slices.Sort(cuts)
		for i := range values {
			values[i] = cutKinds[name](r)
		}
		table, all := New(cuts), Table{}
		all.fill(cuts, 1)
		for form, t := range map[string]*Table{"table": &table, "search": &all} {
			b.Run(name+"/"+form, func(b *testing.B) {
				sum := 0
				for i := 0; b.Loop(); i++ {
					sum += int(t.Bin(values[i%len(values)]))
				}
				if sum < 0 {
					b.Fatal(sum)
				}
			})
		}
	}
}
