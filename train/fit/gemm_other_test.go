//go:build !amd64

package fit

func tileWays() map[string]func(k int, a, b []float64, scale float64, c []float64, stride, step int) {
	return map[string]func(int, []float64, []float64, float64, []float64, int, int){"the one taken": multiplyTile}
}
