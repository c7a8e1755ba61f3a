package funnel

import (
	"errors"
	"maps"
	"slices"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/metrics"
	"leadscore/models/rules"
)

// Scored are the scores of a version, one entry a row of the table. A lead that was handed over was scored as of its hand-over, another at the version's snapshot.
type Scored struct {
	Model         string // deals/2026-06-30-3f9a2c1b7d04
	Rules         string
	Known         []bool          // the row was scored
	Learned       []bool          // the version may have learned from the lead
	LearnedUntil  features.Micros // [features.NoTime]: not known
	Probability   []float64
	Points        []float64
	Grade         []string
	Qualification []rules.Qualification
	Quadrant      []models.Quadrant
}

// Feedback is what sales' answers and the outcomes say about the scores.
type Feedback struct {
	Model string `json:"model"`
	Rules string `json:"rules"`
	// Learned is how many of the leads the version may have learned from: with them its figures flatter it.
	Scored  int `json:"scored"`
	Learned int `json:"learned"`
	// Qualification, Grade and Probability divide the leads by a score: all of them by qualification, those handed over by the others.
	Qualification []Band `json:"by_qualification"`
	Grade         []Band `json:"by_grade"`
	Probability   []Band `json:"by_probability"` // fifths, the lowest first
	Ranking       Ranks  `json:"ranking"`
	// Against counts the leads that sales answered against both scores. RejectedHigh and AcceptedLow are the first of them: leads that sales rejected though both scores call them high, and took though both call them low.
	Against      Against   `json:"against_both_scores"`
	RejectedHigh []Example `json:"rejected_despite_high"`
	AcceptedLow  []Example `json:"accepted_despite_low"`
}

// Against counts answers against both scores.
type Against struct {
	RejectedHigh int `json:"rejected_high"`
	AcceptedLow  int `json:"accepted_low"`
}

// Band are leads with about the same score.
type Band struct {
	Name       string            `json:"name"`
	Low        *float64          `json:"low,omitempty"` // the score's range, where it is a number
	High       *float64          `json:"high,omitempty"`
	Leads      int               `json:"leads"`
	HandedOver int               `json:"handed_over"`
	Accepted   int               `json:"accepted"`
	Rejected   int               `json:"rejected"`
	Closed     int               `json:"closed"`
	Won        int               `json:"won"`
	Takes      *metrics.Estimate `json:"acceptance"` // accepted of those answered; null without any
	Wins       *metrics.Estimate `json:"win_rate"`   // won of those closed
}

// Ranks says whether the scores put the leads that sales takes before those that it rejects.
type Ranks struct {
	Leads      int               `json:"leads"` // handed over and answered
	Accepted   int               `json:"accepted"`
	Unlearned  bool              `json:"unlearned"` // only leads that the version has not learned from
	Model      *metrics.Estimate `json:"model_auc"` // null with fewer than ten of either answer
	Rules      *metrics.Estimate `json:"rules_auc"`
	Difference *metrics.Estimate `json:"difference"` // paired
}

// Example is a lead to talk about.
type Example struct {
	Lead        string  `json:"lead"`
	Owner       string  `json:"owner,omitempty"`
	Reason      string  `json:"reason,omitempty"`
	Points      float64 `json:"points"`
	Probability float64 `json:"probability"`
	Outcome     string  `json:"outcome"`
}

// mostExamples is how many leads each list shows; the table that is written has all.
const mostExamples = 10

func (f *follower) feedback() error {
	s := f.in.Scored
	if s == nil {
		return nil
	}
	b := &Feedback{Model: s.Model, Rules: s.Rules}
	for i := range f.leads {
		if row := f.leads[i].row; s.Known[row] {
			b.Scored++
			if s.Learned[row] {
				b.Learned++
			}
		}
	}
	b.Qualification = f.bands(func(j *journey) string { return string(s.Qualification[j.row]) }, false,
		[]string{string(rules.FastLane), string(rules.MQL), string(rules.Held), string(rules.Nurture), string(rules.Excluded)})
	b.Grade = f.bands(func(j *journey) string { return s.Grade[j.row] }, true, nil)
	b.Probability = f.fifths()
	if err := f.ranking(&b.Ranking); err != nil {
		return err
	}
	b.RejectedHigh, b.Against.RejectedHigh = f.examples(Rejected, models.BothHigh)
	b.AcceptedLow, b.Against.AcceptedLow = f.examples(Accepted, models.BothLow)
	f.out.Feedback = b
	return nil
}

// bands counts the leads by a label; names puts some of the labels first, and shows them even if no lead has one.
func (f *follower) bands(label func(*journey) string, handedOver bool, names []string) []Band {
	of := map[string]*Band{}
	for i := range f.leads {
		j := &f.leads[i]
		if !f.in.Scored.Known[j.row] || handedOver && !j.handedOver() {
			continue
		}
		name := label(j)
		if of[name] == nil {
			of[name] = &Band{Name: name}
		}
		of[name].add(j)
	}
	var list []Band
	for _, name := range names {
		if of[name] == nil {
			of[name] = &Band{Name: name}
		}
	}
	for _, name := range slices.Concat(names, slices.Sorted(maps.Keys(of))) {
		if b := of[name]; b != nil {
			b.rates()
			list, of[name] = append(list, *b), nil
		}
	}
	return list
}

func (b *Band) add(j *journey) {
	b.Leads++
	if j.handedOver() {
		b.HandedOver++
		switch j.verdict() {
		case Accepted:
			b.Accepted++
		case Rejected:
			b.Rejected++
		}
	}
	if j.closed != none {
		b.Closed++
	}
	if j.outcome == features.Won {
		b.Won++
	}
}

func (b *Band) rates() {
	b.Takes, b.Wins = rateOf(b.Accepted, b.Accepted+b.Rejected), rateOf(b.Won, b.Closed)
}

// rateOf is a share with its interval; nil of none.
func rateOf(part, of int) *metrics.Estimate {
	if of == 0 {
		return nil
	}
	e, _ := metrics.Wilson(float64(part), float64(of))
	return &e
}

// fifths divides the leads that were handed over by their probability, ties together.
func (f *follower) fifths() []Band {
	s := f.in.Scored
	var handed []*journey
	for i := range f.leads {
		if j := &f.leads[i]; j.handedOver() && s.Known[j.row] {
			handed = append(handed, j)
		}
	}
	slices.SortStableFunc(handed, func(a, b *journey) int { return cmpFloat(s.Probability[a.row], s.Probability[b.row]) })
	var list []Band
	for k, from := 0, 0; k < 5 && from < len(handed); k++ {
		to := max(from, (k+1)*len(handed)/5)
		for to > from && to < len(handed) && s.Probability[handed[to].row] == s.Probability[handed[to-1].row] {
			to++
		}
		if to == from {
			continue
		}
		low, high := s.Probability[handed[from].row], s.Probability[handed[to-1].row]
		b := Band{Name: [...]string{"lowest fifth", "second fifth", "middle fifth", "fourth fifth", "highest fifth"}[k], Low: &low, High: &high}
		for _, j := range handed[from:to] {
			b.add(j)
		}
		b.rates()
		list, from = append(list, b), to
	}
	return list
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// ranking holds both scores against what sales answered. Where enough leads are new to the version only they count.
func (f *follower) ranking(r *Ranks) error {
	s := f.in.Scored
	collect := func(unlearned bool) (accepted, model, points []float64, taken int) {
		for i := range f.leads {
			j := &f.leads[i]
			if !s.Known[j.row] || !j.handedOver() || j.verdict() == Unanswered || unlearned && s.Learned[j.row] {
				continue
			}
			win := 0.0
			if j.verdict() == Accepted {
				win = 1
				taken++
			}
			accepted, model, points = append(accepted, win), append(model, s.Probability[j.row]), append(points, s.Points[j.row])
		}
		return accepted, model, points, taken
	}
	few := func(n, taken int) bool { return min(taken, n-taken) < metrics.FewestForDeLong }
	accepted, model, points, taken := collect(true)
	if r.Unlearned = true; few(len(accepted), taken) {
		r.Unlearned = false
		accepted, model, points, taken = collect(false)
	}
	if r.Leads, r.Accepted = len(accepted), taken; few(r.Leads, taken) {
		return nil
	}
	byModel, err1 := metrics.AUC(model, accepted)
	byRules, err2 := metrics.AUC(points, accepted)
	difference, err3 := metrics.AUCDifference(model, points, accepted)
	r.Model, r.Rules, r.Difference = &byModel, &byRules, &difference
	return errors.Join(err1, err2, err3)
}

// examples lists leads that sales answered against both scores, those with the largest or the smallest probability first, and counts them all.
func (f *follower) examples(v Verdict, q models.Quadrant) (list []Example, all int) {
	s := f.in.Scored
	var found []*journey
	for i := range f.leads {
		if j := &f.leads[i]; s.Known[j.row] && j.handedOver() && j.verdict() == v && s.Quadrant[j.row] == q {
			found = append(found, j)
		}
	}
	slices.SortStableFunc(found, func(a, b *journey) int {
		order := cmpFloat(s.Probability[a.row], s.Probability[b.row])
		if v == Rejected {
			return -order
		}
		return order
	})
	list = []Example{}
	for _, j := range found[:min(len(found), mostExamples)] {
		e := Example{Lead: f.in.Table.IDs.At(int(j.row)), Owner: f.in.Log.Owners[j.owner], Points: s.Points[j.row], Probability: s.Probability[j.row], Outcome: outcomeWord(j)}
		if v == Rejected {
			e.Reason = f.in.Log.Reasons[j.reason]
		}
		list = append(list, e)
	}
	return list, len(found)
}

func outcomeWord(j *journey) string {
	return [...]string{features.Open: "open", features.Won: "won", features.Lost: "lost"}[j.outcome]
}
