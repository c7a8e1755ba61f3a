package logistic

import "golang.org/x/sys/cpu"

// hasAVX says that the processor has the instructions of addRows32.
var hasAVX = cpu.X86.HasAVX

//go:noescape
func addRows32(out, values *float32, rows *int, n int)

// addRows is addRowsPlain, 32 places at a time. It checks what the assembly does not: that each row lies within values.
func addRows(out, values []float32, rows []int) {
	const places = 32
	if !hasAVX || len(out) < places || len(rows) == 0 {
		addRowsPlain(out, values, rows)
		return
	}
	for _, at := range rows {
		_ = values[at : at+len(out)]
	}
	k := 0
	for ; k+places <= len(out); k += places {
		addRows32(&out[k], &values[k], &rows[0], len(rows))
	}
	if k < len(out) {
		addRowsPlain(out[k:], values[k:], rows)
	}
}
