package metrics

import (
	"fmt"
	"math"
	"slices"
	"sort"
)

// Curve is a rising map of log-odds to log-odds: straight between its knots, and beyond the outer ones a move by the same amount as there.
type Curve struct {
	From []float64 `json:"from"` // log-odds, rising strictly, 2 at least
	To   []float64 `json:"to"`   // rising strictly, too, so that the curve changes no ranking
}

// At maps log-odds.
func (c *Curve) At(x float64) float64 { return interpolate(c.From, c.To, x) }

// Inverse gives the log-odds that [Curve.At] maps to y.
func (c *Curve) Inverse(y float64) float64 { return interpolate(c.To, c.From, y) }

func interpolate(from, to []float64, x float64) float64 {
	last := len(from) - 1
	switch at := sort.SearchFloat64s(from, x); {
	case at > last:
		return to[last] + (x - from[last])
	case at == 0:
		return to[0] + (x - from[0])
	default:
		share := (x - from[at-1]) / (from[at] - from[at-1])
		return to[at-1] + share*(to[at]-to[at-1])
	}
}

// Shifted is the curve of a model whose log-odds before it were moved by before, and whose log-odds after it are moved by after.
func (c *Curve) Shifted(before, after Shift) *Curve {
	moved := &Curve{From: slices.Clone(c.From), To: slices.Clone(c.To)}
	for i := range moved.From {
		moved.From[i], moved.To[i] = before.LogOdds(c.From[i]), after.LogOdds(c.To[i])
	}
	return moved
}

// Validate checks a curve that was read from a file.
func (c *Curve) Validate() error {
	if len(c.From) < 2 || len(c.From) != len(c.To) {
		return fmt.Errorf("%w: %d and %d knots of a calibration curve", ErrInput, len(c.From), len(c.To))
	}
	for _, knots := range [][]float64{c.From, c.To} {
		for i, x := range knots {
			if math.IsNaN(x) || math.IsInf(x, 0) || i > 0 && x <= knots[i-1] {
				return fmt.Errorf("%w: knot %d of a calibration curve is %v", ErrInput, i, x)
			}
		}
	}
	return nil
}

// fewestInKnot is the least number of won, and of lost, leads behind a knot: an odds ratio from ten of each has a standard error of about 0.45.
const fewestInKnot = 10

// FitCurve fits a rising curve to log-odds and outcomes: isotonic regression, each level stretch of which becomes one knot at its mean log-odds
// (centred isotonic regression: Oron & Flournoy, Statistics in Biopharmaceutical Research 9, 2017), so that the curve rises strictly and leads
// keep their order. Stretches of fewer than ten won or ten lost leads are joined with the next. It is nil where fewer than two are left.
func FitCurve(logOdds, wins []float64) (*Curve, error) {
	steps, err := FitIsotonic(logOdds, wins, nil)
	if err != nil {
		return nil, err
	}
	var blocks []curveBlock
	for _, i := range RisingOrder(logOdds) {
		value := steps.At(logOdds[i])
		if n := len(blocks); n == 0 || blocks[n-1].full() && value > blocks[n-1].value {
			blocks = append(blocks, curveBlock{})
		}
		last := &blocks[len(blocks)-1]
		last.value = value
		last.leads++
		last.won += wins[i]
		last.sum += logOdds[i]
	}
	if n := len(blocks); n > 1 && !blocks[n-1].full() {
		blocks[n-2].join(blocks[n-1])
		blocks = blocks[:n-1]
	}
	if len(blocks) < 2 {
		return nil, nil
	}
	c := &Curve{}
	for _, b := range blocks {
		rate := b.won / b.leads
		c.From, c.To = append(c.From, b.sum/b.leads), append(c.To, math.Log(rate)-math.Log1p(-rate))
	}
	return c, c.Validate()
}

// curveBlock is a stretch of leads that becomes a knot.
type curveBlock struct{ leads, won, sum, value float64 }

func (b *curveBlock) full() bool { return b.won >= fewestInKnot && b.leads-b.won >= fewestInKnot }

func (b *curveBlock) join(next curveBlock) {
	b.leads += next.leads
	b.won += next.won
	b.sum += next.sum
	b.value = next.value
}
