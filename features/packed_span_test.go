package features

import (
	"math"
	"math/rand/v2"
	"testing"
)

// A span of a column is its values one by one.
func TestSpan(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	const n = 2*blockRows + 300
	for name, draw := range numberKinds {
		values, instants, places := make([]float64, n), make([]Micros, n), make([]uint32, n)
		for i := range values {
			values[i], instants[i], places[i] = draw(r), Micros(r.Int64N(1e15)), uint32(r.IntN(300))
			if r.IntN(20) == 0 {
				values[i], instants[i] = math.NaN(), NoTime
			}
		}
		numbers, times, codes := NumbersOf(values), TimesOf(instants), PlacesOf(places)
		for range 40 {
			from := r.IntN(n)
			count := r.IntN(min(n-from, 5000)) + 1
			gotNumbers, gotTimes, gotPlaces, none := make([]float64, count), make([]Micros, count), make([]uint32, count), make([]Micros, count)
			numbers.Span(from, gotNumbers)
			times.Span(from, gotTimes)
			codes.Span(from, gotPlaces)
			(*Times)(nil).Span(from, none)
			for k := range count {
				number := numbers.At(from + k)
				if math.Float64bits(gotNumbers[k]) != math.Float64bits(number) || gotTimes[k] != times.At(from+k) || gotPlaces[k] != places[from+k] || none[k] != NoTime {
					t.Fatalf("%s, place %d of %d from %d: %v %v %v, want %v %v %v", name, k, count, from, gotNumbers[k], gotTimes[k], gotPlaces[k],
						number, times.At(from+k), places[from+k])
				}
			}
		}
	}
}

// BenchmarkPack packs blocks of codes, of which some are missing or none, and of amounts.
func BenchmarkPack(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	codes, holes, cents := make([]int64, blockRows), make([]int64, blockRows), make([]int64, blockRows)
	for i := range codes {
		codes[i], holes[i], cents[i] = int64(r.IntN(200)), int64(r.IntN(200)), int64(math.Float64bits(numberKinds["cents"](r)))
		if r.IntN(20) == 0 {
			holes[i] = none
		}
	}
	for name, pack := range map[string]func(){
		"codes": func() { packWhole(codes, &slab{}) }, "with holes": func() { packWhole(holes, &slab{}) }, "amounts": func() { packNumbers(cents, &slab{}) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				pack()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*blockRows), "ns/value")
		})
	}
}
