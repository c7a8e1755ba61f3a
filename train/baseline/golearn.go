package baseline

import (
	"fmt"

	"github.com/sjwhitworth/golearn/base"
)

// The classes as golearn's naive Bayes sees them. Its trees take the numbers 0 and 1.
const (
	lostClass = "lost"
	wonClass  = "won"
)

// floatGrid is coded leads as golearn's trees take them: number attributes, and the outcome as the number 0 or 1.
func floatGrid(rows [][]float64, won []bool) *base.DenseInstances {
	grid := base.NewDenseInstances()
	specs := make([]base.AttributeSpec, len(rows[0]))
	for j := range specs {
		specs[j] = grid.AddAttribute(base.NewFloatAttribute(fmt.Sprintf("column %d", j)))
	}
	class := base.NewFloatAttribute("outcome")
	classSpec := grid.AddAttribute(class)
	grid.AddClassAttribute(class)
	grid.Extend(len(rows))
	for i, row := range rows {
		for j, spec := range specs {
			grid.Set(spec, i, base.PackFloatToBytes(row[j]))
		}
		grid.Set(classSpec, i, base.PackFloatToBytes(float64(label(won[i]))))
	}
	return grid
}

// label is the outcome as golearn's trees take it.
func label(won bool) int64 {
	if won {
		return 1
	}
	return 0
}

// binaryGrids are past and newer leads as golearn's naive Bayes takes them: one yes-no attribute for each code of each
// column. Both grids share their attributes, as golearn compares attributes by identity.
func binaryGrids(c coding, past, recent [][]float64, won []bool) (fit, judge *base.DenseInstances) {
	var attributes []base.Attribute
	for j, column := range c.columns {
		for code := range column.size {
			attributes = append(attributes, base.NewBinaryAttribute(fmt.Sprintf("column %d code %d", j, code)))
		}
	}
	class := base.NewCategoricalAttribute()
	class.SetName("outcome")
	class.GetSysValFromString(lostClass) // teaches the attribute its values, in this order
	class.GetSysValFromString(wonClass)

	fill := func(rows [][]float64, won []bool) *base.DenseInstances {
		grid := base.NewDenseInstances()
		specs := make([]base.AttributeSpec, len(attributes))
		for j, a := range attributes {
			specs[j] = grid.AddAttribute(a)
		}
		classSpec := grid.AddAttribute(class)
		grid.AddClassAttribute(class)
		grid.Extend(len(rows))
		for i, row := range rows {
			first := 0
			for j, column := range c.columns {
				grid.Set(specs[first+int(row[j])], i, []byte{1})
				first += column.size
			}
			text := lostClass
			if won != nil && won[i] {
				text = wonClass
			}
			grid.Set(classSpec, i, class.GetSysValFromString(text))
		}
		return grid
	}
	return fill(past, won), fill(recent, nil)
}
