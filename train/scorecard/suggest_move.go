package scorecard

import (
	"math"
	"sort"
	"strconv"

	"go.yaml.in/yaml/v3"

	"leadscore/models/rules/evidence"
)

// moveThresholds writes the thresholds that the same share of leads reaches under the new points.
func moveThresholds(mql *yaml.Node, before, after *evidence.Sheet) {
	for _, one := range []struct {
		key        string
		was, isNow []float64
	}{{"fit", before.Fit, after.Fit}, {"engagement", before.Engagement, after.Engagement}, {"total", before.Points, after.Points}} {
		if n := get(mql, one.key); n != nil {
			moveNode(n, one.was, one.isNow)
		}
	}
}

// moveGrades does the same for the three grades of a dimension, and keeps them falling.
func moveGrades(grades *yaml.Node, was, isNow []float64) {
	if grades == nil {
		return
	}
	last := math.Inf(1)
	for i := 1; i < len(grades.Content); i += 2 {
		n := grades.Content[i]
		moveNode(n, was, isNow)
		value, _ := strconv.ParseFloat(n.Value, 64)
		if value >= last {
			value = last - 1
			setNumber(n, value)
		}
		last = value
	}
}

func moveNode(n *yaml.Node, was, isNow []float64) {
	least, err := strconv.ParseFloat(n.Value, 64)
	if err != nil {
		return // the book was parsed: it is a number
	}
	reached := 0
	for _, p := range was {
		if p >= least {
			reached++
		}
	}
	setNumber(n, cutFor(isNow, reached))
}

func setNumber(n *yaml.Node, value float64) {
	*n = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.FormatFloat(value, 'f', -1, 64)}
}

// cutFor is the whole number that nearest to so many of the points reach, the higher one of two equally near.
func cutFor(points []float64, reached int) float64 {
	sorted := append([]float64(nil), points...)
	sort.Float64s(sorted)
	at := func(cut float64) int { return len(sorted) - sort.SearchFloat64s(sorted, cut) }
	place := max(0, len(sorted)-max(reached, 1))
	low := math.Floor(sorted[place])
	best, nearest := low, math.MaxInt
	for cut := low + 2; cut >= low-1; cut-- {
		if away := abs(at(cut) - reached); away < nearest && cut <= sorted[len(sorted)-1] {
			best, nearest = cut, away
		}
	}
	return best
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
