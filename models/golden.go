package models

import (
	"fmt"
	"math"
	"time"

	"leadscore/features"
)

// Golden is a made-up lead that stands in the model file with both its scores. A version that does not reproduce them on
// load (another program, another machine, a changed file) never serves. The leads are put together from the encoder's own
// bins and levels, so that no real person's data are in the file.
type Golden struct {
	AsOf          features.Micros  `json:"as_of,omitempty"`
	Created       features.Micros  `json:"created,omitempty"`
	Values        []features.Value `json:"values"`
	Events        []features.Event `json:"events,omitempty"`
	LogOdds       float64          `json:"log_odds"`
	StandardError float64          `json:"standard_error"`
	Points        float64          `json:"points"`
}

// goldenRows is how many are made: enough to touch most bins of small fields, few enough to read.
const goldenRows = 16

// Sums of table values are the same bits on every machine; 2^x in decay and the standard error's products may differ
// in the last place where the machine fuses multiply and add.
const goldenTolerance = 1e-9

// MakeGolden fills v.Golden from the version's own scorer.
func (v *Version) MakeGolden() error {
	s, err := newUncheckedScorer(v)
	if err != nil {
		return err
	}
	v.Golden = make([]Golden, goldenRows)
	for i := range v.Golden {
		g := v.goldenLead(i)
		g.LogOdds, g.StandardError, g.Points = s.goldenFigures(&g)
		v.Golden[i] = g
	}
	return nil
}

// goldenLead makes the i-th lead: each field takes another of its bins or levels, the last row has everything missing.
func (v *Version) goldenLead(i int) Golden {
	g := Golden{AsOf: features.NoTime, Created: features.NoTime, Values: make([]features.Value, len(v.Schema.Fields))}
	if newest, ok := parseTime(v.Training.Newest); ok {
		g.AsOf = newest
		g.Created = newest - features.Micros(i)*features.Day
	}
	for f := range g.Values {
		g.Values[f].Missing = true
	}
	if i == goldenRows-1 {
		return g
	}
	for input, in := range v.Encoder.Inputs {
		if in.Source == features.FromField && (in.Part == "" || in.Part == features.Age) {
			g.Values[in.Index] = exampleValue(in, &v.Encoder.Coders[input], i*7+input, g.AsOf)
		}
	}
	g.Events = v.goldenEvents(i, g.AsOf)
	return g
}

// goldenEvents gives the i-th lead i events of the types that the schema's engagement figures name, a day and a half
// apart.
func (v *Version) goldenEvents(i int, asOf features.Micros) []features.Event {
	types := v.Schema.EventTypes()
	if asOf == features.NoTime || len(types) == 0 {
		return nil
	}
	events := make([]features.Event, i)
	for e := range events {
		back := features.Micros(i-e) * features.Day * 3 / 2
		events[e] = features.Event{Time: asOf - back, Type: types[(i+e)%len(types)]}
	}
	return events
}

// exampleValue is a value in the k-th bin or level, counted round.
func exampleValue(in features.Input, coder *features.Coder, k int, asOf features.Micros) features.Value {
	if in.Ordered {
		number := exampleNumber(coder.Cuts, k)
		if n := len(coder.Values); n > 0 {
			number = coder.Values[k%n]
		}
		if in.Part != features.Age {
			return features.Value{Number: number}
		}
		if asOf == features.NoTime {
			asOf = 0
		}
		return features.Value{Time: asOf - features.Micros(number)*features.Day}
	}
	if len(coder.Levels) == 0 {
		return features.Value{Missing: true}
	}
	level := coder.Levels[k%len(coder.Levels)]
	value := features.Value{Text: level}
	if level == "true" {
		value.Number = 1
	}
	return value
}

// exampleNumber lies in the k-th of the bins that the cuts make.
func exampleNumber(cuts []float64, k int) float64 {
	if len(cuts) == 0 {
		return 0
	}
	switch bin := k % (len(cuts) + 1); bin {
	case 0:
		return cuts[0] - 1
	case len(cuts):
		return cuts[bin-1] + 1
	default:
		return cuts[bin-1]/2 + cuts[bin]/2
	}
}

func parseTime(text string) (features.Micros, bool) {
	t, err := time.Parse(time.RFC3339, text)
	return features.Micros(t.UnixMicro()), err == nil
}

func (s *Scorer) goldenFigures(g *Golden) (logOdds, standardError, points float64) {
	score := s.Score(&features.Snapshot{AsOf: g.AsOf, Created: g.Created, Values: g.Values, Events: g.Events})
	scratch := s.scratch.Get().(*scratch)
	defer s.scratch.Put(scratch)
	snapshot := features.Snapshot{AsOf: g.AsOf, Created: g.Created, Values: g.Values, Events: g.Events}
	s.version.Encoder.Encode(&snapshot, scratch.codes, scratch.status)
	return score.Prediction.LogOdds, s.version.Logistic.StandardErrorAt(scratch.codes, 0), score.Rules.Points
}

// checkGolden scores each golden row again.
func (s *Scorer) checkGolden() error {
	if len(s.version.Golden) == 0 {
		return fmt.Errorf("%w: it has none", ErrGolden)
	}
	for i := range s.version.Golden {
		g := &s.version.Golden[i]
		if len(g.Values) != len(s.version.Schema.Fields) {
			return fmt.Errorf("%w: row %d has %d values, the schema %d fields", ErrGolden, i, len(g.Values), len(s.version.Schema.Fields))
		}
		logOdds, standardError, points := s.goldenFigures(g)
		if !near(logOdds, g.LogOdds) || !near(standardError, g.StandardError) || !near(points, g.Points) {
			return fmt.Errorf("%w: row %d gives log-odds %v ± %v and %v points, the file says %v ± %v and %v",
				ErrGolden, i, logOdds, standardError, points, g.LogOdds, g.StandardError, g.Points)
		}
	}
	return nil
}

func near(a, b float64) bool {
	return math.Abs(a-b) <= goldenTolerance*math.Max(1, math.Abs(b))
}
