package comparison

import (
	"math"
	"sort"

	"leadscore/models"
	"leadscore/models/metrics"
	"leadscore/models/rules"
)

// Gap is a lead on which the scores are far apart.
type Gap struct {
	LeadID                string              `json:"lead_id"`
	Row                   int32               `json:"-"`
	Won                   bool                `json:"won"`
	Probability           float64             `json:"probability"`
	Points                float64             `json:"points"`
	ProbabilityPercentile float64             `json:"probability_percentile"`
	PointsPercentile      float64             `json:"points_percentile"`
	Gap                   float64             `json:"gap"` // percentiles; positive: the model likes the lead better
	Quadrant              models.Quadrant     `json:"quadrant"`
	Qualification         rules.Qualification `json:"qualification"`
	Causes                []models.Cause      `json:"causes"`
}

// mostGaps is the number of leads shown.
const mostGaps = 20

// keepGap keeps the leads with the largest gaps, the largest first; of equal ones the first that came.
func (l *Leads) keepGap(s *models.Score, o Outcome) {
	size := math.Abs(s.Comparison.Gap)
	at := sort.Search(len(l.gaps), func(k int) bool { return math.Abs(l.gaps[k].Gap) < size })
	if at == mostGaps || size == 0 {
		return
	}
	c := &s.Comparison
	gap := Gap{LeadID: s.LeadID, Row: o.Row, Won: o.Won, Probability: s.Prediction.Probability, Points: s.Rules.Points,
		ProbabilityPercentile: c.ProbabilityPercentile, PointsPercentile: c.PointsPercentile, Gap: c.Gap,
		Quadrant: c.Quadrant, Qualification: s.Rules.Qualification, Causes: c.Causes}
	if len(l.gaps) < mostGaps {
		l.gaps = append(l.gaps, Gap{})
	}
	copy(l.gaps[at+1:], l.gaps[at:])
	l.gaps[at] = gap
}

// Behind is a rule or a field among the causes of disagreements: leads that one score calls high and the other low.
type Behind struct {
	Name   string           `json:"name"`
	Detail string           `json:"detail,omitempty"` // a rule's reason
	Leads  int              `json:"leads"`            // disagreements that it is a cause of
	Wrong  int              `json:"wrong"`            // of those, where its own score was wrong: high and lost, or low and won
	Won    int              `json:"won"`              // of Leads
	Rate   metrics.Estimate `json:"win_rate"`         // Won over Leads, Wilson
	Raised int              `json:"raised"`           // of Leads, where it pushed its own score up
}

// countCauses counts a lead's causes where the scores disagree. A gate of the rule book that decided is a cause as a rule is.
func (l *Leads) countCauses(s *models.Score, won bool) {
	quadrant := s.Comparison.Quadrant
	if quadrant != models.RuleOnly && quadrant != models.ModelOnly {
		return
	}
	if len(s.Comparison.Causes) == 0 {
		l.closeCalls++
	}
	for _, cause := range s.Comparison.Causes {
		of, high := l.rules, quadrant == models.RuleOnly
		detail := cause.Detail
		if cause.Side == "model" {
			of, high, detail = l.fields, quadrant == models.ModelOnly, ""
		}
		b := of[cause.Name]
		if b == nil {
			b = &Behind{Name: cause.Name, Detail: detail}
			of[cause.Name] = b
		}
		b.Leads++
		if high != won {
			b.Wrong++
		}
		if won {
			b.Won++
		}
		if high {
			b.Raised++
		}
	}
}

// behind lists what stands behind most wrong disagreements first.
func behind(of map[string]*Behind) ([]Behind, error) {
	list := make([]Behind, 0, len(of))
	for _, b := range of {
		rate, err := metrics.Wilson(float64(b.Won), float64(b.Leads))
		if err != nil {
			return nil, err
		}
		one := *b
		one.Rate = rate
		list = append(list, one)
	}
	sort.Slice(list, func(i, k int) bool {
		a, b := &list[i], &list[k]
		if a.Wrong != b.Wrong {
			return a.Wrong > b.Wrong
		}
		return a.Leads > b.Leads || a.Leads == b.Leads && a.Name < b.Name
	})
	return list, nil
}
