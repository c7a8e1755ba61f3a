package features

import (
	"math"
	"strings"

	"leadscore/features/source"
)

// weightColumn reads how much each lead counts: every lead needs a finite number of 0 or more.
type weightColumn struct{ numbers *numberColumn }

func newWeightColumn(format *FileFormat) *weightColumn {
	return &weightColumn{newNumberColumn(&Field{Name: "lead.weight"}, format)}
}

func (w *weightColumn) read(c *source.Column, rows int, bad func(int, *FieldError)) {
	faulty := map[int]bool{}
	w.numbers.read(c, rows, func(row int, fault *FieldError) {
		faulty[row] = true
		if strings.Contains(fault.Want, "missing") { // a weight has no texts that mean missing
			fault.Want = aWeight
		}
		bad(row, fault)
	})
	for row, v := range w.numbers.values {
		switch {
		case faulty[row]:
		case math.IsNaN(v):
			bad(row, &FieldError{Field: w.numbers.field.Name, Problem: "no weight", Want: aWeight})
		case v < 0:
			bad(row, &FieldError{Field: w.numbers.field.Name, Value: numberText(v), Problem: "a weight below 0", Want: aWeight})
		}
	}
}

// aWeight says what a weight is.
const aWeight = "write 1 for a lead that counts once, 2 for one that counts as two, 0 for one that does not count"

func (w *weightColumn) keep(kept []int32) { w.numbers.keep(kept) }
