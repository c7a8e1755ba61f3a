package fit

import "golang.org/x/sys/cpu"

// What the processor has.
var (
	hasAVX512 = cpu.X86.HasAVX512F
	hasFMA    = cpu.X86.HasAVX2 && cpu.X86.HasFMA
)

//go:noescape
func multiplyAVX512(k int, a, b *float64, scale float64, c *float64, stride, step int)

//go:noescape
func multiplyAVX2(k int, a, b *float64, scale float64, c *float64, stride, step int)

func multiplyTile(k int, a, b []float64, scale float64, c []float64, stride, step int) {
	if k == 0 || !hasFMA {
		multiplyPlain(k, a, b, scale, c, stride, step)
		return
	}
	_, _, _ = a[:k*microRows], b[:(k-1)*step+microColumns], c[:(microRows-1)*stride+microColumns]
	if hasAVX512 {
		multiplyAVX512(k, &a[0], &b[0], scale, &c[0], stride, step)
	} else {
		multiplyAVX2(k, &a[0], &b[0], scale, &c[0], stride, step)
	}
}
