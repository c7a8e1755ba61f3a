package features

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// numberKinds are columns of numbers as files have them, and as none has.
var numberKinds = map[string]func(r *rand.Rand) float64{
	"counts":            func(r *rand.Rand) float64 { return math.Round(math.Exp(2.5 + r.NormFloat64())) },
	"cents":             func(r *rand.Rand) float64 { return math.Round(100*math.Exp(7+1.5*r.NormFloat64())) / 100 },
	"shares":            func(r *rand.Rand) float64 { return math.Round(1e4*r.Float64()) / 1e4 },
	"rates":             func(r *rand.Rand) float64 { return []float64{0.1, 1.299, 4.857, -3.4, 93.994}[r.IntN(5)] },
	"thousands":         func(r *rand.Rand) float64 { return 1000 * float64(r.IntN(500)) },
	"float32":           func(r *rand.Rand) float64 { return float64(float32(r.NormFloat64())) },
	"any":               func(r *rand.Rand) float64 { return r.NormFloat64() },
	"any bits":          func(r *rand.Rand) float64 { return math.Float64frombits(r.Uint64()) },
	"minus zero":        func(r *rand.Rand) float64 { return []float64{0, math.Copysign(0, -1), 1}[r.IntN(3)] },
	"one":               func(*rand.Rand) float64 { return 0.3 },
	"none":              func(*rand.Rand) float64 { return math.NaN() },
	"ends of the range": func(r *rand.Rand) float64 { return []float64{math.MaxFloat64, -math.MaxFloat64, 5e-324, 1}[r.IntN(4)] },
	"large whole":       func(r *rand.Rand) float64 { return float64(int64(1)<<52 + r.Int64N(1<<53)) },
	"many digits":       func(r *rand.Rand) float64 { return float64(r.Int64N(1<<50)) / 1e15 },
	"growing digits":    func(r *rand.Rand) float64 { n := r.IntN(9); return math.Round(r.Float64()*powers[n]) / powers[n] },
}

// What is read is what was put in, bit for bit, missing numbers apart, which are NaN.
func TestNumbersKeepTheirBits(t *testing.T) {
	for name, draw := range numberKinds {
		for _, n := range []int{0, 1, blockRows - 1, blockRows, 3*blockRows + 17} {
			r := rand.New(rand.NewPCG(7, uint64(n)))
			values := make([]float64, n)
			for i := range values {
				if values[i] = draw(r); r.IntN(20) == 0 {
					values[i] = math.NaN()
				}
			}
			column := NumbersOf(values)
			if column.Len() != n {
				t.Fatalf("%s: %d of %d", name, column.Len(), n)
			}
			for i, v := range values {
				if got := column.At(i); math.Float64bits(got) != math.Float64bits(v) && !(math.IsNaN(got) && math.IsNaN(v)) {
					t.Fatalf("%s: number %d is %v, was %v", name, i, got, v)
				}
			}
		}
	}
}

// Columns that files have take few bits. The figures are those of the values: 1000 counts need 10 bits and so on.
func TestNumbersTakeFewBits(t *testing.T) {
	for name, most := range map[string]uint8{"counts": 11, "cents": 28, "shares": 14, "rates": 17, "thousands": 9, "float32": 32, "one": 0, "none": 0, "any": 64} {
		r := rand.New(rand.NewPCG(7, 7))
		column := &Numbers{}
		for range blockRows {
			column.add(numberKinds[name](r))
		}
		if got := column.packed.blocks[0].width; got > most {
			t.Errorf("%s: %d bits a number, want at most %d", name, got, most)
		}
	}
}

func TestWholeNumbersKeepTheirValue(t *testing.T) {
	kinds := map[string]func(r *rand.Rand, i int) int64{
		"any": func(r *rand.Rand, _ int) int64 { return int64(r.Uint64()) },
		"the two ends": func(r *rand.Rand, _ int) int64 {
			return []int64{math.MinInt64, math.MaxInt64, math.MinInt64 + 1}[r.IntN(3)]
		},
		"days in micros": func(r *rand.Rand, i int) int64 { return 19_000*int64(Day) + int64(Day)*int64(i/40) },
		"micros":         func(r *rand.Rand, i int) int64 { return 19_000*int64(Day) + int64(i)*9_460_799 + r.Int64N(1000) },
		"codes":          func(r *rand.Rand, _ int) int64 { return int64(r.IntN(201)) },
		"alike":          func(*rand.Rand, int) int64 { return 42 },
		"or none":        func(r *rand.Rand, _ int) int64 { return []int64{none, 42}[r.IntN(2)] },
	}
	for bits := range 64 {
		kinds[fmt.Sprint(bits, " bits")] = func(r *rand.Rand, _ int) int64 { return int64(r.Uint64()>>(63-bits)) - 3 }
	}
	for name, draw := range kinds {
		r := rand.New(rand.NewPCG(3, 4))
		values, column := make([]Micros, 2*blockRows+5), &Times{}
		for i := range values {
			values[i] = Micros(draw(r, i))
			column.add(values[i])
		}
		column.packed.fit()
		for i, v := range values {
			if got := column.At(i); got != v {
				t.Fatalf("%s: value %d is %d, was %d", name, i, got, v)
			}
		}
	}
}

func FuzzPacked(f *testing.F) {
	f.Add([]byte("12345678ABCDEFGH"))
	f.Add(binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, 1<<63), math.Float64bits(0.1)))
	f.Fuzz(func(t *testing.T, text []byte) {
		var values []int64
		for len(text) >= 8 {
			values, text = append(values, int64(binary.LittleEndian.Uint64(text))), text[8:]
		}
		whole, numbers := packWhole(values, &slab{}), packNumbers(values, &slab{})
		for i, v := range values {
			if got := whole.at(i); got != v {
				t.Errorf("whole %d, was %d", got, v)
			}
			want, got := math.Float64frombits(uint64(v)), numbers.number(numbers.at(i))
			if math.Float64bits(got) != uint64(v) && !(math.IsNaN(got) && math.IsNaN(want)) {
				t.Errorf("number %v, was %v", got, want)
			}
		}
	})
}

func TestIDs(t *testing.T) {
	for name, id := range map[string]func(i int) string{
		"of one length": func(i int) string { return fmt.Sprintf("L%08d", i) },
		"of any":        func(i int) string { return strings.Repeat("ü", i%7) + fmt.Sprint(i) },
		"empty":         func(int) string { return "" },
	} {
		want := make([]string, 2*blockRows+3)
		for i := range want {
			want[i] = id(i)
		}
		if got := IDsOf(want); got.Len() != len(want) || !slices.Equal(slices.Collect(got.Values()), want) {
			t.Errorf("%s: other ids, or not %d", name, len(want))
		}
	}
}

// BenchmarkColumn measures one value of a column of 200 levels, and of cents, in any order, beside that of a slice.
func BenchmarkColumn(b *testing.B) {
	const n = 1 << 20
	r := rand.New(rand.NewPCG(1, 1))
	codes, cents, rows := make([]uint32, n), make([]float64, n), make([]int32, n)
	for i := range n {
		codes[i], cents[i], rows[i] = uint32(r.IntN(200)), numberKinds["cents"](r), int32(r.IntN(n))
	}
	places, numbers := PlacesOf(codes), NumbersOf(cents)
	b.Run("codes/packed", func(b *testing.B) {
		sum := uint32(0)
		for i := range b.N {
			sum += places.At(int(rows[i&(n-1)]))
		}
		_ = sum
	})
	b.Run("codes/slice", func(b *testing.B) {
		sum := uint32(0)
		for i := range b.N {
			sum += codes[rows[i&(n-1)]]
		}
		_ = sum
	})
	b.Run("numbers/packed", func(b *testing.B) {
		sum := 0.0
		for i := range b.N {
			sum += numbers.At(int(rows[i&(n-1)]))
		}
		_ = sum
	})
	b.Run("numbers/slice", func(b *testing.B) {
		sum := 0.0
		for i := range b.N {
			sum += cents[rows[i&(n-1)]]
		}
		_ = sum
	})
}
