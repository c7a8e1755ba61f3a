package comparison

import (
	"math"
	"sort"

	"leadscore/models/metrics"
	"leadscore/models/rules"
)

// Scale puts points and win rates onto one scale. It speaks of the leads whose points decide: the fast lane and the excluded stand apart.
type Scale struct {
	Leads int `json:"leads"`
	// Curve is the win rate that each number of points has meant, never falling, with its band; at most 200 points of it. Its ends hold
	// 20 leads each, as if these had the same points.
	Curve    []metrics.BandPoint `json:"curve"`
	Bands    []Band              `json:"bands"`  // stretches of points, rising
	Steps    []Step              `json:"steps"`  // each band against the one below
	Wrong    []Step              `json:"wrong"`  // any two bands of which the higher surely won less, counting all pairs
	Levels   []Level             `json:"levels"` // round numbers of points
	FastLane Band                `json:"fast_lane"`
	Excluded Band                `json:"excluded"`
	Model    []Band              `json:"model"` // the same by the model: stretches of its probability, of about as many leads each
}

// Band is the leads of a stretch of points, or of probability.
type Band struct {
	From     float64          `json:"from"` // least and most of its leads' scores
	To       float64          `json:"to"`
	Leads    int              `json:"leads"`
	Won      int              `json:"won"`
	Rate     metrics.Estimate `json:"win_rate"`
	Expected float64          `json:"expected"` // mean probability by the model
}

// Step compares two bands of points.
type Step struct {
	Lower      int              `json:"lower"` // places in Bands
	Higher     int              `json:"higher"`
	Difference metrics.Estimate `json:"difference"` // win rate of the higher less that of the lower (Newcombe)
	Meaning    Meaning          `json:"meaning"`
}

// Meaning says whether more points were better.
type Meaning string

const (
	Better  Meaning = "better"
	Unclear Meaning = "unclear"
	Worse   Meaning = "worse"
)

// Level is a round number of points on the other scale.
type Level struct {
	Points  float64 `json:"points"`
	Reach   int     `json:"reach"` // leads with so many or more
	WinRate float64 `json:"win_rate"`
	Low     float64 `json:"low"`
	High    float64 `json:"high"`
	// SameRank is the model's probability that as many leads reach.
	SameRank float64 `json:"probability_of_same_rank"`
}

// Settings of the scale.
const (
	mostCurve      = 200
	mostBands      = 10
	fewestInBand   = 20
	mostModelBands = 8
)

func (c *Comparison) scale(l *Leads) (err error) {
	s := &c.Scale
	var decided, fast, excluded []int
	for i, q := range l.Qualification {
		switch q {
		case rules.FastLane:
			fast = append(fast, i)
		case rules.Excluded:
			excluded = append(excluded, i)
		default:
			decided = append(decided, i)
		}
	}
	s.Leads = len(decided)
	if s.FastLane, err = bandOf(l, l.Points, fast); err != nil {
		return err
	}
	if s.Excluded, err = bandOf(l, l.Points, excluded); err != nil {
		return err
	}
	if s.Model, err = modelBands(l); err != nil || len(decided) == 0 {
		return err
	}
	points := pick(l.Points, decided)
	curve, err := metrics.IsotonicBand(withoutEnds(points), pick(l.Wins, decided))
	if err != nil {
		return err
	}
	if err := s.addBands(l, decided, points); err != nil {
		return err
	}
	s.addLevels(curve, pick(l.Probability, decided))
	s.Curve = thin(curve)
	return nil
}

// withoutEnds gives the 20 lowest leads one score and the 20 highest: an isotonic fit follows its last few leads wherever they go.
func withoutEnds(points []float64) []float64 {
	sorted := append([]float64{}, points...)
	sort.Float64s(sorted)
	n := len(sorted)
	k := min(fewestInBand, (n+1)/2)
	low, high := sorted[k-1], sorted[n-k]
	clamped := make([]float64, n)
	for i, p := range points {
		clamped[i] = min(max(p, low), high)
	}
	return clamped
}

func bandOf(l *Leads, scores []float64, rows []int) (b Band, err error) {
	b.Leads = len(rows)
	for k, i := range rows {
		if k == 0 {
			b.From, b.To = scores[i], scores[i]
		}
		b.From, b.To = min(b.From, scores[i]), max(b.To, scores[i])
		b.Won += int(l.Wins[i])
		b.Expected += l.Probability[i]
	}
	if b.Leads > 0 {
		b.Expected /= float64(b.Leads)
	}
	b.Rate, err = metrics.Wilson(float64(b.Won), float64(b.Leads))
	return b, err
}

// addBands cuts the points at round numbers, 20 leads a band at least, and compares the bands.
func (s *Scale) addBands(l *Leads, rows []int, points []float64) error {
	step := roundStep(points)
	byCut := map[float64][]int{}
	for k, p := range points {
		byCut[math.Floor(p/step)] = append(byCut[math.Floor(p/step)], rows[k])
	}
	cuts := make([]float64, 0, len(byCut))
	for cut := range byCut {
		cuts = append(cuts, cut)
	}
	sort.Float64s(cuts)
	var groups [][]int
	for _, cut := range cuts {
		if last := len(groups) - 1; last >= 0 && len(groups[last]) < fewestInBand {
			groups[last] = append(groups[last], byCut[cut]...)
			continue
		}
		groups = append(groups, byCut[cut])
	}
	if last := len(groups) - 1; last > 0 && len(groups[last]) < fewestInBand {
		groups[last-1], groups = append(groups[last-1], groups[last]...), groups[:last]
	}
	for _, group := range groups {
		band, err := bandOf(l, l.Points, group)
		if err != nil {
			return err
		}
		s.Bands = append(s.Bands, band)
	}
	return s.addSteps()
}

// roundStep is a width of 1, 2, 5, 10, … points that makes at most ten bands.
func roundStep(points []float64) float64 {
	least, most := points[0], points[0]
	for _, p := range points {
		least, most = min(least, p), max(most, p)
	}
	for power := 1.0; ; power *= 10 {
		for _, factor := range []float64{1, 2, 5} {
			step := factor * power
			if math.Floor(most/step)-math.Floor(least/step) < mostBands {
				return step
			}
		}
	}
}

// addSteps compares neighbours as they are, and looks for wrong orders among all pairs with Holm's correction for their number.
func (s *Scale) addSteps() error {
	s.Steps, s.Wrong = []Step{}, []Step{}
	var pairs []Step
	var falls []float64
	for high := range s.Bands {
		for low := range high {
			a, b := &s.Bands[high], &s.Bands[low]
			difference, err := metrics.RateDifference(float64(a.Won), float64(a.Leads), float64(b.Won), float64(b.Leads))
			if err != nil {
				return err
			}
			step := Step{Lower: low, Higher: high, Difference: difference, Meaning: Unclear}
			switch {
			case difference.Low > 0:
				step.Meaning = Better
			case difference.High < 0:
				step.Meaning = Worse
			}
			if low == high-1 {
				s.Steps = append(s.Steps, step)
			}
			pairs, falls = append(pairs, step), append(falls, metrics.LowerRateP(float64(a.Won), float64(a.Leads), float64(b.Won), float64(b.Leads)))
		}
	}
	for k, p := range metrics.Holm(falls) {
		if p < 0.05 {
			pairs[k].Meaning = Worse
			s.Wrong = append(s.Wrong, pairs[k])
		}
	}
	return nil
}

// addLevels reads the curve at round numbers of points.
func (s *Scale) addLevels(curve []metrics.BandPoint, probability []float64) {
	n := len(probability)
	sorted := append([]float64{}, probability...)
	sort.Float64s(sorted)
	least, most := curve[0].Score, curve[len(curve)-1].Score
	all := make([]float64, len(curve))
	for k := range curve {
		all[k] = curve[k].Score
	}
	step := roundStep([]float64{least, most})
	for points := math.Ceil(least/step) * step; points <= most; points += step {
		at := sort.SearchFloat64s(all, points) // the first lead that reaches them
		below := 0
		if at > 0 {
			below = curve[at-1].NotAbove
		}
		p := &curve[at]
		s.Levels = append(s.Levels, Level{Points: points, Reach: n - below, WinRate: p.WinRate, Low: p.Low, High: p.High, SameRank: sorted[below]})
	}
}

// thin keeps at most 200 evenly ranked points, the ends among them.
func thin(curve []metrics.BandPoint) []metrics.BandPoint {
	if len(curve) <= mostCurve {
		return curve
	}
	kept := make([]metrics.BandPoint, 0, mostCurve)
	for k := range mostCurve {
		kept = append(kept, curve[k*(len(curve)-1)/(mostCurve-1)])
	}
	return kept
}

// modelBands cut the leads by the model's probability into runs of about the same length, ties together.
func modelBands(l *Leads) ([]Band, error) {
	order := metrics.RisingOrder(l.Probability)
	parts := max(1, min(mostModelBands, len(order)/fewestInBand))
	var bands []Band
	for from, part := 0, 1; from < len(order); part++ {
		to := len(order)
		if part < parts {
			to = max(part*len(order)/parts, from+1)
		}
		for to < len(order) && l.Probability[order[to]] == l.Probability[order[to-1]] {
			to++
		}
		band, err := bandOf(l, l.Probability, order[from:to])
		if err != nil {
			return nil, err
		}
		bands, from = append(bands, band), to
	}
	return bands, nil
}
