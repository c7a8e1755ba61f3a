//go:build !amd64

package fit

func multiplyTile(k int, a, b []float64, scale float64, c []float64, stride, step int) {
	multiplyPlain(k, a, b, scale, c, stride, step)
}
