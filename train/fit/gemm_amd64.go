package fit

import "golang.org/x/sys/cpu"

// wide says that the processor has the instructions of multiplyPacked.
var wide = cpu.X86.HasAVX2

//go:noescape
func multiplyPacked(k int, a, b, out *float64)

func multiplyTile(k int, a, b []float64, out *[microRows * microColumns]float64) {
	if wide && k > 0 {
		multiplyPacked(k, &a[:k*microRows][0], &b[:k*microColumns][0], &out[0])
		return
	}
	multiplyPlain(k, a, b, out)
}
