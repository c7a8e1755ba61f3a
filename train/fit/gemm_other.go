//go:build !amd64

package fit

func multiplyTile(k int, a, b []float64, out *[microRows * microColumns]float64) {
	multiplyPlain(k, a, b, out)
}
