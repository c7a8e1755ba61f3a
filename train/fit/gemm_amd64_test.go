package fit

// tileWays are the ways to make a small product that this processor has.
func tileWays() map[string]func(k int, a, b []float64, scale float64, c []float64, stride, step int) {
	ways := map[string]func(int, []float64, []float64, float64, []float64, int, int){"the one taken": multiplyTile}
	if hasFMA {
		ways["AVX2"] = with(multiplyAVX2)
	}
	if hasAVX512 {
		ways["AVX-512"] = with(multiplyAVX512)
	}
	return ways
}

func with(multiply func(k int, a, b *float64, scale float64, c *float64, stride, step int)) func(int, []float64, []float64, float64, []float64, int, int) {
	return func(k int, a, b []float64, scale float64, c []float64, stride, step int) {
		if k > 0 {
			multiply(k, &a[0], &b[0], scale, &c[0], stride, step)
		}
	}
}
