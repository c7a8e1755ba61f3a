package report

import (
	"context"
	"errors"
	"math"
	"sort"
	"time"

	"leadscore/models/metrics"
)

// Measures are the statistics of an [Evidence], each computed once. nil and empty are figures that the data have no answer for.
type Measures struct {
	Scores      []ScoreMeasures // as in Evidence.Scores
	Differences []Difference    // the model against each other score
	BaseRate    float64
	MonthRates  []metrics.Estimate // as in Evidence.Months
	Bands       []SpeedBand        // by the model's score
	Sooner      *metrics.Estimate  // chance that a win of the top fifth came sooner than one of the bottom three fifths
	ByMonth     []Part             // of the newest part
	BySegment   []SegmentParts
	ByEvidence  []Part            // enough, thin
	Periods     int               // that the capacity was applied to
	WorkedMore  *metrics.Estimate // wins among the leads that the model would have worked less those by the rules, in all periods; nil without a capacity
	Importance  []float64
	PairWeight  []float64
}

// ScoreMeasures are one score's statistics beyond those of models.Figures.
type ScoreMeasures struct {
	AveragePrecision *float64
	BrierSkill       *float64
	NagelkerkeR2     *float64
	ExpectedObserved *metrics.Estimate
	SmoothECE        *float64
	Curve            *metrics.CalibrationCurve
	NetBenefit       []metrics.NetBenefitPoint
	Gains            []metrics.GainsPoint
	Worked           *metrics.Worked
	Tenths           []metrics.Estimate // win rate of each decile
}

// Difference is the model's AUC less another score's.
type Difference struct {
	Against   string
	DeLong    metrics.Estimate
	Clustered *metrics.ClusteredDifference
}

// Part is a slice of the newest part.
type Part struct {
	Label    string
	Leads    int
	Won      int
	Rate     metrics.Estimate
	Expected float64           // wins by the model
	Ratio    *metrics.Estimate // expected over observed
	AUC      []*metrics.Estimate
}

// SegmentParts are the levels of one segment.
type SegmentParts struct {
	Field string
	Parts []Part
}

// Settings of the statistics.
const (
	gainsParts = 100  // points of a gains curve
	replicates = 1000 // of the bootstrap: its bounds are then good to about a tenth of a standard error
	bootSeed   = 20261122
	// A part of the leads needs so many won and so many lost ones for an AUC: with fewer its interval means nothing.
	fewestForAUC = 5
)

// Measure computes the report's statistics. Cost O(n log n) and 1,000 bootstrap draws of n leads a comparison.
// It ends soon after ctx does, with its error.
func Measure(ctx context.Context, e *Evidence) (*Measures, error) {
	m := &Measures{}
	m.fieldWeights(e)
	for _, month := range e.Months {
		rate, err := metrics.Wilson(float64(month.Won), float64(month.Used))
		if err != nil {
			return nil, err
		}
		m.MonthRates = append(m.MonthRates, rate)
	}
	if len(e.Wins) == 0 {
		return m, nil
	}
	for _, w := range e.Wins {
		m.BaseRate += w
	}
	m.BaseRate /= float64(len(e.Wins))
	periods := m.periods(e)
	for i := range e.Scores {
		s, err := measureScore(e, &e.Scores[i], periods, m.BaseRate)
		if err != nil {
			return nil, err
		}
		m.Scores = append(m.Scores, s)
	}
	if err := m.workedMore(e, periods); err != nil {
		return nil, err
	}
	if err := m.compare(ctx, e); err != nil {
		return nil, err
	}
	if err := m.speed(e); err != nil {
		return nil, err
	}
	return m, m.parts(e)
}

// known keeps a figure unless the data have no answer for it: one class only, or too few leads. Another error is passed on.
func known[T any](fault *error, value T, err error) *T {
	switch {
	case err == nil:
		return &value
	case errors.Is(err, metrics.ErrOneClass), errors.Is(err, metrics.ErrTooFew), errors.Is(err, metrics.ErrNotConverged):
	case *fault == nil:
		*fault = err
	}
	return nil
}

func measureScore(e *Evidence, s *Score, periods []int, rate float64) (m ScoreMeasures, fault error) {
	keep := func(v float64, err error) *float64 { return known(&fault, v, err) }
	m.AveragePrecision = keep(metrics.AveragePrecision(s.Ranking, e.Wins))
	m.BrierSkill = keep(metrics.BrierSkill(s.Predictions, e.Wins))
	m.NagelkerkeR2 = keep(metrics.NagelkerkeR2(s.Predictions, e.Wins))
	m.SmoothECE = keep(metrics.SmoothECE(s.Predictions, e.Wins))
	ratio, err := metrics.ExpectedOverObserved(s.Predictions, e.Wins)
	m.ExpectedObserved = known(&fault, ratio, err)
	curve, err := metrics.NewCalibrationCurve(s.Predictions, e.Wins)
	m.Curve = known(&fault, curve, err)
	if m.NetBenefit, err = metrics.NetBenefit(s.Predictions, e.Wins, thresholds(rate)); err != nil {
		return m, err
	}
	for _, d := range s.Figures.Deciles {
		rate, err := metrics.Wilson(min(d.Won, float64(d.Leads)), float64(d.Leads))
		if err != nil {
			return m, err
		}
		m.Tenths = append(m.Tenths, rate)
	}
	gains, err := metrics.Gains(s.Ranking, e.Wins, gainsParts)
	if known(&fault, gains, err) != nil {
		m.Gains = gains
	}
	if periods != nil {
		worked, err := metrics.AtCapacity(s.Ranking, e.Wins, periods, e.Capacity.Leads)
		m.Worked = known(&fault, worked, err)
	}
	return m, fault
}

// thresholds are those at which somebody might work a lead: up to three times the base rate.
func thresholds(rate float64) []float64 {
	most := min(max(3*rate, 0.05), 0.95)
	var list []float64
	for k := 1; k <= 60; k++ {
		list = append(list, most*float64(k)/60)
	}
	return list
}

// periods numbers the capacity's periods from the newest part's first snapshot; nil without a capacity or without times.
func (m *Measures) periods(e *Evidence) []int {
	if e.Capacity == nil || e.Times == nil {
		return nil
	}
	periods, count := e.Capacity.Per.Number(e.Times)
	m.Periods = count
	return periods
}

// workedMore sets the model's choice of leads against the rules', on the same leads.
func (m *Measures) workedMore(e *Evidence, periods []int) error {
	if periods == nil || len(e.Scores) < 2 {
		return nil
	}
	chosen := func(i int) []float64 { return metrics.BestOf(e.Scores[i].Ranking, periods, e.Capacity.Leads) }
	difference, err := metrics.WonDifference(chosen(0), chosen(1), e.Wins, e.Accounts)
	m.WorkedMore = &difference
	return err
}

// compare sets the model against every other score.
func (m *Measures) compare(ctx context.Context, e *Evidence) error {
	for i := range e.Scores {
		if i == 0 {
			continue
		}
		other := &e.Scores[i]
		d := Difference{Against: other.Name, DeLong: e.Validation.Difference}
		if i > 1 { // that against the rules was computed when the run judged
			var err error
			if d.DeLong, err = metrics.AUCDifference(e.Scores[0].Ranking, other.Ranking, e.Wins); err != nil {
				return err
			}
		}
		clustered, err := metrics.ClusteredAUCDifference(ctx, e.Scores[0].Ranking, other.Ranking, e.Wins, e.Accounts,
			metrics.Bootstrap{Replicates: replicates, Seed: bootSeed})
		var fault error
		if d.Clustered = known(&fault, clustered, err); fault != nil {
			return fault
		}
		m.Differences = append(m.Differences, d)
	}
	return nil
}

// parts measures the newest part by month and by segment.
func (m *Measures) parts(e *Evidence) error {
	if e.Times != nil {
		of, labels := months(e.Times)
		parts, err := divide(e, of, labels)
		if err != nil {
			return err
		}
		m.ByMonth = parts
	}
	if err := m.byEvidence(e); err != nil {
		return err
	}
	for _, segment := range e.Segments {
		parts, err := divide(e, segment.Of, segment.Levels)
		if err != nil {
			return err
		}
		m.BySegment = append(m.BySegment, SegmentParts{segment.Field, parts})
	}
	return nil
}

// byEvidence divides the newest part by how much each probability rests on.
func (m *Measures) byEvidence(e *Evidence) (err error) {
	if e.Thin == nil {
		return nil
	}
	of := make([]int, len(e.Thin))
	for i, thin := range e.Thin {
		if thin {
			of[i] = 1
		}
	}
	m.ByEvidence, err = divide(e, of, []string{"enough", "thin"})
	return err
}

// months gives each instant's calendar month (UTC) as a place in the labels, which rise.
func months(times []int64) (of []int, labels []string) {
	label := func(t int64) string { return time.UnixMicro(t).UTC().Format("2006-01") }
	places := map[string]int{}
	for _, t := range times {
		if _, seen := places[label(t)]; !seen {
			places[label(t)] = 0
			labels = append(labels, label(t))
		}
	}
	sort.Strings(labels)
	for i, l := range labels {
		places[l] = i
	}
	of = make([]int, len(times))
	for i, t := range times {
		of[i] = places[label(t)]
	}
	return of, labels
}

// divide measures each part that has a lead.
func divide(e *Evidence, of []int, labels []string) ([]Part, error) {
	rows := make([][]int, len(labels))
	for i, part := range of {
		rows[part] = append(rows[part], i)
	}
	var parts []Part
	for k, label := range labels {
		if len(rows[k]) == 0 {
			continue
		}
		part, err := measurePart(e, label, rows[k])
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return parts, nil
}

func measurePart(e *Evidence, label string, rows []int) (p Part, fault error) {
	wins, predictions := pick(e.Wins, rows), pick(e.Scores[0].Predictions, rows)
	p = Part{Label: label, Leads: len(rows)}
	for i, w := range wins {
		p.Won += int(w)
		p.Expected += predictions[i]
	}
	var err error
	if p.Rate, err = metrics.Wilson(float64(p.Won), float64(p.Leads)); err != nil {
		return p, err
	}
	ratio, err := metrics.ExpectedOverObserved(predictions, wins)
	p.Ratio = known(&fault, ratio, err)
	for i := range e.Scores {
		if min(p.Won, p.Leads-p.Won) < fewestForAUC {
			p.AUC = append(p.AUC, nil)
			continue
		}
		area, err := metrics.AUC(pick(e.Scores[i].Ranking, rows), wins)
		p.AUC = append(p.AUC, known(&fault, area, err))
	}
	return p, fault
}

func pick(values []float64, rows []int) []float64 {
	out := make([]float64, len(rows))
	for k, i := range rows {
		out[k] = values[i]
	}
	return out
}

// fieldWeights are how far the contributions of each table spread over the training leads: their standard deviation, in log-odds.
func (m *Measures) fieldWeights(e *Evidence) {
	m.Importance = importance(e.Fields)
	for i := range e.Pairs {
		var s spread
		for r, row := range e.Pairs[i].LogOdds {
			for c, v := range row {
				s.add(float64(e.Pairs[i].Leads[r][c]), v)
			}
		}
		m.PairWeight = append(m.PairWeight, s.deviation())
	}
}

func importance(fields []Field) []float64 {
	weights := make([]float64, len(fields))
	for i := range fields {
		var s spread
		for _, b := range fields[i].Bins {
			s.add(float64(b.Leads), b.LogOdds)
		}
		weights[i] = s.deviation()
	}
	return weights
}

// spread sums up a weighted standard deviation.
type spread struct{ weight, sum, squares float64 }

func (s *spread) add(weight, value float64) {
	s.weight += weight
	s.sum += weight * value
	s.squares += weight * value * value
}

func (s *spread) deviation() float64 {
	if s.weight == 0 {
		return 0
	}
	mean := s.sum / s.weight
	return math.Sqrt(max(0, s.squares/s.weight-mean*mean))
}
