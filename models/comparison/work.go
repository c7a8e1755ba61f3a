package comparison

import (
	"math"
	"sort"

	"leadscore/models/metrics"
	"leadscore/models/rules"
)

// Work is what a team of a given capacity finds by each score. Counts of wins may be fractional where leads tie for the last places.
type Work struct {
	Capacity Capacity `json:"capacity"`
	Assumed  bool     `json:"assumed"`  // none was given: the share that the rules hand over stands in
	Untimed  bool     `json:"untimed"`  // one a period was given, but the leads have no times: that share stands in
	Periods  int      `json:"periods"`  // that the leads came in; 1 for a share
	Leads    int      `json:"leads"`    // worked in each period, or fewer where fewer came
	Arrivals float64  `json:"arrivals"` // leads a period
	Worked   float64  `json:"worked"`   // a period

	Won        [2]float64       `json:"won"`        // found a period
	Missed     [2]float64       `json:"missed"`     // a period
	Difference metrics.Estimate `json:"difference"` // wins a period, model less rules

	Curve   []WorkPoint `json:"curve"`
	Cutoffs []Cutoff    `json:"cutoffs"` // too strict, the team's, too lax
}

// WorkPoint is a capacity and what it finds.
type WorkPoint struct {
	Leads int        `json:"leads"` // worked in each period
	Won   [2]float64 `json:"won"`   // a period
}

// Cutoff is a pair of thresholds that hand over at most so many leads a period on average, and what lies behind them.
type Cutoff struct {
	Name   string    `json:"name"` // strict, capacity, lax
	Aim    float64   `json:"aim"`  // leads a period
	Scores [2]Passed `json:"scores"`
}

// Passed are the leads that reach a threshold.
type Passed struct {
	Threshold float64          `json:"threshold"` // probability, or points
	Leads     int              `json:"leads"`
	PerPeriod float64          `json:"leads_per_period"`
	Busiest   int              `json:"busiest"` // leads of the fullest period
	Won       int              `json:"won"`
	Missed    int              `json:"missed"`
	Rate      metrics.Estimate `json:"win_rate"`
	TooMany   bool             `json:"too_many"` // even the highest threshold hands over more than the aim
}

// mostWorkPoints of the trade-off curve.
const mostWorkPoints = 60

func (c *Comparison) work(l *Leads, orders [2][]float64, capacity *Capacity) (err error) {
	w := &c.Work
	times := l.times()
	w.Assumed, w.Untimed = capacity == nil, capacity != nil && capacity.Share == 0 && times == nil
	w.Capacity = Capacity{Share: l.HighShare}
	if !w.Assumed && !w.Untimed {
		w.Capacity = *capacity
	}
	periods, count := w.Capacity.periods(times)
	w.Periods, w.Leads = count, w.Capacity.leads(c.Leads)
	w.Arrivals = float64(c.Leads) / float64(count)
	var picked [2][]float64
	var curves [2][]float64
	for k := range orders {
		picked[k] = metrics.BestOf(orders[k], periods, w.Leads)
		won := wonOf(picked[k], l.Wins)
		w.Won[k], w.Missed[k] = won/float64(count), (float64(c.Won)-won)/float64(count)
		if curves[k], err = metrics.WonByCapacity(orders[k], l.Wins, periods); err != nil {
			return err
		}
	}
	for _, share := range picked[0] {
		w.Worked += share / float64(count)
	}
	if w.Difference, err = metrics.WonDifference(picked[0], picked[1], l.Wins, l.Accounts); err != nil {
		return err
	}
	w.Difference = scaled(w.Difference, 1/float64(count))
	w.addCurve(curves)
	for _, aim := range []struct {
		name  string
		times float64
	}{{"strict", 0.5}, {"capacity", 1}, {"lax", 2}} {
		cutoff := Cutoff{Name: aim.name, Aim: aim.times * float64(w.Leads)}
		most := int(math.Floor(cutoff.Aim * float64(count)))
		for k := range orders {
			cutoff.Scores[k] = w.pass(l, k, most, periods)
			if cutoff.Scores[k].Rate, err = metrics.Wilson(float64(cutoff.Scores[k].Won), float64(cutoff.Scores[k].Leads)); err != nil {
				return err
			}
			cutoff.Scores[k].Missed = c.Won - cutoff.Scores[k].Won
		}
		w.Cutoffs = append(w.Cutoffs, cutoff)
	}
	return nil
}

func scaled(e metrics.Estimate, by float64) metrics.Estimate {
	return metrics.Estimate{Value: e.Value * by, StandardError: e.StandardError * by, Low: e.Low * by, High: e.High * by}
}

// addCurve keeps at most 60 capacities, the team's own among them.
func (w *Work) addCurve(curves [2][]float64) {
	most := len(curves[0]) - 1
	keep := map[int]bool{0: true, most: true, min(w.Leads, most): true}
	for k := range mostWorkPoints {
		keep[k*most/(mostWorkPoints-1)] = true
	}
	at := make([]int, 0, len(keep))
	for k := range keep {
		at = append(at, k)
	}
	sort.Ints(at)
	for _, k := range at {
		w.Curve = append(w.Curve, WorkPoint{k, [2]float64{curves[0][k] / float64(w.Periods), curves[1][k] / float64(w.Periods)}})
	}
}

// pass finds the laxest threshold that at most so many leads reach: a probability in thousandths, or whole points. The fast lane passes
// whatever its points, the excluded never.
func (w *Work) pass(l *Leads, score, most int, periods []int) (p Passed) {
	unit := 1000.0
	var eligible []float64
	fast := 0
	if score == 0 {
		eligible = append(eligible, l.Probability...)
	} else {
		unit = 1
		for i, q := range l.Qualification {
			switch q {
			case rules.FastLane:
				fast++
			case rules.Excluded:
			default:
				eligible = append(eligible, l.Points[i])
			}
		}
	}
	p.Threshold = laxest(eligible, most-fast, unit)
	reached := func(i int) bool {
		switch {
		case score == 0:
			return l.Probability[i] >= p.Threshold
		case l.Qualification[i] == rules.FastLane:
			return true
		}
		return l.Qualification[i] != rules.Excluded && l.Points[i] >= p.Threshold
	}
	full := make([]int, w.Periods)
	for i := range l.Wins {
		if !reached(i) {
			continue
		}
		p.Leads++
		p.Won += int(l.Wins[i])
		if periods != nil {
			full[periods[i]]++
		} else {
			full[0]++
		}
	}
	for _, n := range full {
		p.Busiest = max(p.Busiest, n)
	}
	p.PerPeriod, p.TooMany = float64(p.Leads)/float64(w.Periods), p.Leads > most
	return p
}

// laxest is the smallest multiple of 1/unit that at most so many scores reach, but never one that none does, where there are any.
func laxest(scores []float64, most int, unit float64) float64 {
	if len(scores) == 0 {
		return 0
	}
	sorted := append([]float64{}, scores...)
	sort.Float64s(sorted)
	n := len(sorted)
	steps := make([]float64, n) // the highest threshold that each score reaches, in steps
	for i, s := range sorted {
		steps[i] = math.Floor(s*unit + 1e-9)
	}
	if most >= n {
		return steps[0] / unit
	}
	// thresholds above the step of the first lead that must not pass
	step := steps[n-1]
	if must := n - max(most, 0) - 1; steps[must] < steps[n-1] {
		step = steps[must] + 1
		at := sort.SearchFloat64s(steps, step)
		step = steps[at] // a threshold that a lead just reaches: the same leads, and a number that occurs
	}
	return step / unit
}
