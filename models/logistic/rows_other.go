//go:build !amd64

package logistic

func addRows(out, values []float32, rows []int) { addRowsPlain(out, values, rows) }
