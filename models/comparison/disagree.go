package comparison

import (
	"math"

	"leadscore/models"
	"leadscore/models/metrics"
)

// Disagreement is where the scores part, and who was right there.
type Disagreement struct {
	HighShare float64    `json:"high_share"` // of the reference leads that each score calls high
	Quadrants []Quadrant `json:"quadrants"`  // both high, rule only, model only, both low
	// ModelLessRules is the win rate of the leads that only the model calls high less that of those that only the rules do (Newcombe);
	// nil where there are none on one side.
	ModelLessRules *metrics.Estimate `json:"model_only_less_rule_only"`
	Gaps           []Gap             `json:"gaps"`        // the 20 leads with the largest, of all leads
	CloseCalls     int               `json:"close_calls"` // disagreements of less than ten ranks in a hundred: no cause is named
	Rules          []Behind          `json:"rules"`       // behind disagreements, those most often wrong first
	Fields         []Behind          `json:"fields"`
}

// Quadrant is the leads of one quadrant.
type Quadrant struct {
	Quadrant models.Quadrant   `json:"quadrant"`
	Leads    int               `json:"leads"`
	Won      int               `json:"won"`
	Rate     metrics.Estimate  `json:"win_rate"`
	Expected float64           `json:"expected"`          // wins by the model
	Days     *metrics.Estimate `json:"days_to_win"`       // median of the wins whose time is known
	DaysOf   int               `json:"days_of,omitempty"` // so many wins
}

// Quadrants in the order in which they are listed.
var quadrants = []models.Quadrant{models.BothHigh, models.RuleOnly, models.ModelOnly, models.BothLow}

func (c *Comparison) disagree(l *Leads) (err error) {
	d := &c.Disagreement
	d.HighShare, d.Gaps = l.HighShare, append([]Gap{}, l.gaps...)
	for _, q := range quadrants {
		one, err := quadrantOf(l, q)
		if err != nil {
			return err
		}
		d.Quadrants = append(d.Quadrants, one)
	}
	ruleOnly, modelOnly := &d.Quadrants[1], &d.Quadrants[2]
	if ruleOnly.Leads > 0 && modelOnly.Leads > 0 {
		difference, err := metrics.RateDifference(float64(modelOnly.Won), float64(modelOnly.Leads), float64(ruleOnly.Won), float64(ruleOnly.Leads))
		if err != nil {
			return err
		}
		d.ModelLessRules = &difference
	}
	d.CloseCalls = l.closeCalls
	if d.Rules, err = behind(l.rules); err != nil {
		return err
	}
	d.Fields, err = behind(l.fields)
	return err
}

func quadrantOf(l *Leads, q models.Quadrant) (one Quadrant, err error) {
	one.Quadrant = q
	var days []float64
	for i := range l.Quadrant {
		if l.Quadrant[i] != q {
			continue
		}
		one.Leads++
		one.Won += int(l.Wins[i])
		one.Expected += l.Probability[i]
		if !math.IsNaN(l.Days[i]) {
			days = append(days, l.Days[i])
		}
	}
	if one.Rate, err = metrics.Wilson(float64(one.Won), float64(one.Leads)); err != nil || len(days) == 0 {
		return one, err
	}
	median, err := metrics.Median(days)
	one.Days, one.DaysOf = &median, len(days)
	return one, err
}
