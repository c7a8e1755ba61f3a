package fit

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

func randomGeneral(random *rand.Rand, rows, columns, stride int) blas64.General {
	m := blas64.General{Rows: rows, Cols: columns, Stride: stride, Data: make([]float64, rows*stride)}
	for i := range m.Data {
		m.Data[i] = random.NormFloat64()
	}
	return m
}

func addProduct(scale float64, a, b, c blas64.General) {
	addPacked(scale, packed(a, microRows), packed(b, microColumns), span{rows: a.Rows, columns: b.Rows, depth: a.Cols}, c)
}

// TestAddProduct holds the product against gonum's, with edges that do not fill a small product, and strides.
func TestAddProduct(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for _, size := range [][3]int{{1, 1, 1}, {4, 8, 3}, {5, 9, 300}, {96, 96, 96}, {17, 23, 513}, {3, 8, 256}, {8, 16, 256}} {
		m, n, k := size[0], size[1], size[2]
		a, b := randomGeneral(random, m, k, k+3), randomGeneral(random, n, k, k)
		got := randomGeneral(random, m, n, n+2)
		want := blas64.General{Rows: m, Cols: n, Stride: got.Stride, Data: append([]float64(nil), got.Data...)}
		addProduct(-1.5, a, b, got)
		blas64.Gemm(blas.NoTrans, blas.Trans, -1.5, a, b, 1, want)
		for i := range got.Data {
			// k products of about 1 are summed: an error of k·2⁻⁵³ at most, times 4.
			if math.Abs(got.Data[i]-want.Data[i]) > 4*float64(k+1)*0x1p-53*10 {
				t.Fatalf("%v: number %d is %v, want %v", size, i, got.Data[i], want.Data[i])
			}
		}
	}
}

// TestAddPackedParts: parts of packed matrices, and a symmetric right factor as it is.
func TestAddPackedParts(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 9))
	a, b := randomGeneral(random, 40, 50, 50), randomGeneral(random, 64, 70, 71)
	got := randomGeneral(random, 11, 20, 20)
	want := blas64.General{Rows: 11, Cols: 20, Stride: 20, Data: slices.Clone(got.Data)}
	part := func(m blas64.General, row, rows, column, columns int) blas64.General {
		return blas64.General{Rows: rows, Cols: columns, Stride: m.Stride, Data: m.Data[row*m.Stride+column:]}
	}
	addPacked(1, packed(a, microRows), packed(b, microColumns), span{row: 16, rows: 11, column: 32, columns: 20, leftFrom: 3, rightFrom: 7, depth: 40}, got)
	blas64.Gemm(blas.NoTrans, blas.Trans, 1, part(a, 16, 11, 3, 40), part(b, 32, 20, 7, 40), 1, want)
	for i := range got.Data {
		if math.Abs(got.Data[i]-want.Data[i]) > 1e-12 {
			t.Fatalf("number %d is %v, want %v", i, got.Data[i], want.Data[i])
		}
	}
	const n = 2 * microColumns
	s := randomGeneral(random, n, n, n+1)
	for i := range n {
		for j := range i {
			s.Data[j*s.Stride+i] = s.Data[i*s.Stride+j]
		}
	}
	left := randomGeneral(random, 9, n, n)
	plain, bySymmetry := randomGeneral(random, 9, n, n), blas64.General{Rows: 9, Cols: n, Stride: n}
	bySymmetry.Data = slices.Clone(plain.Data)
	addProduct(1, left, s, plain)
	addPacked(1, packed(left, microRows), symmetric(s), span{rows: 9, columns: n, depth: n}, bySymmetry)
	if !slices.Equal(plain.Data, bySymmetry.Data) {
		t.Error("a symmetric right factor gives other bits than a packed one")
	}
}

// TestMultiplyTileBits: whatever instructions the processor has, the bits are the same.
func TestMultiplyTileBits(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for _, k := range []int{0, 1, 2, 97, 256} {
		const stride, step = microColumns + 3, microColumns + 5
		a, b := randomGeneral(random, k, microRows, microRows).Data, randomGeneral(random, k, step, step).Data
		c := randomGeneral(random, microRows, microColumns, stride).Data
		want := slices.Clone(c)
		multiplyPlain(k, a, b, -1, want, stride, step)
		for name, multiply := range tileWays() {
			got := slices.Clone(c)
			multiply(k, a, b, -1, got, stride, step)
			if !slices.Equal(got, want) {
				t.Errorf("%s, k = %d: %v, want %v", name, k, got, want)
			}
		}
	}
}

func BenchmarkFactorise(b *testing.B) {
	for _, n := range []int{500, 1500} {
		b.Run(fmt.Sprintf("p=%d", n), func(b *testing.B) {
			random := rand.New(rand.NewPCG(8, 8))
			m := newSquare(n)
			for i := range n {
				for j := range i {
					m.row(i)[j] = random.NormFloat64()
				}
				m.row(i)[i] = 4 * float64(n)
			}
			work := newSquare(n)
			for b.Loop() {
				copy(work.data, m.data)
				if !work.factorise() {
					b.Fatal("not positive definite")
				}
				work.inverseRows()
			}
			b.ReportMetric(2.0/3*float64(n)*float64(n)*float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e9, "Gflop/s")
		})
	}
}
