package evidence

import (
	"context"
	"math"
	"sort"

	"gonum.org/v1/gonum/stat/distuv"

	"leadscore/features"
	"leadscore/models/metrics"
	"leadscore/models/ridge"
	"leadscore/models/rules"
)

// Verdict says what the data make of a rule.
type Verdict string

const (
	Dead      Verdict = "dead"      // fires never, almost never, or for everyone: it moves no lead past another
	Unseen    Verdict = "unseen"    // fires later in a lead's life, but not at the snapshots: the history cannot judge it
	Redundant Verdict = "redundant" // adds nothing beside other rules
	Harmful   Verdict = "harmful"   // points with the wrong sign
	Overpaid  Verdict = "overpaid"  // the right sign, clearly too many points
	Underpaid Verdict = "underpaid" // clearly too few
	Fair      Verdict = "fair"      // the data support about what is given
	Unproven  Verdict = "unproven"  // too few leads to tell
)

// Evidence is what closed deals say about each rule of a book.
type Evidence struct {
	Book  string `json:"book"`
	Leads int    `json:"leads"`
	Won   int    `json:"won"`

	// Rate is the book's exchange rate: the log-odds of winning that one of its points stands for, as most of its rules have it.
	Rate      float64 `json:"log_odds_per_point"`
	RateWords string  `json:"rate"`
	// RateOfTotal is the same by regression of the outcome on the total points; faulty rules pull it down.
	RateOfTotal float64 `json:"log_odds_per_point_of_total"`

	Rules    []RuleEvidence `json:"rules"`
	Warnings []string       `json:"warnings,omitempty"`
}

// RuleEvidence is one rule beside the outcomes. Points are of one firing before decay.
type RuleEvidence struct {
	ID        string          `json:"id"`
	Dimension rules.Dimension `json:"dimension"`
	Reason    string          `json:"reason,omitempty"`
	Line      int             `json:"line"`

	Leads      int     `json:"leads"` // that it fires for at their snapshots
	Share      float64 `json:"share"`
	NotJudged  int     `json:"not_judged"`            // that lack a value that it needs
	FiresLater int     `json:"fires_later,omitempty"` // leads that it fires for at their end; counted for rules that hardly fire at the snapshots

	With       metrics.Estimate `json:"win_rate_with"` // 95 %, Wilson
	Without    metrics.Estimate `json:"win_rate_without"`
	Difference metrics.Estimate `json:"win_rate_difference"` // 95 %, Newcombe

	Given float64 `json:"points_given"`
	// Earned are the points that the data support beside the other rules, 95 % interval; nil where they cannot tell.
	Earned *metrics.Estimate `json:"points_earned"`
	// PDiffers and PWrongSign are Holm-adjusted: how likely chance alone makes a difference between given and earned this large,
	// counting all rules; and a sign this wrong, counting the rules that surely differ (1 for the others).
	PDiffers   float64 `json:"p_differs"`
	PWrongSign float64 `json:"p_wrong_sign"`

	Overlaps []Overlap `json:"overlaps,omitempty"` // the most alike first, at most 3
	SameAs   string    `json:"same_as,omitempty"`  // an earlier rule that fires for practically the same leads
	Verdict  Verdict   `json:"verdict"`
	Words    string    `json:"words"`

	index int
	alone float64 // standard errors between with and without
}

// Overlap says how much two rules fire for the same leads.
type Overlap struct {
	ID      string  `json:"id"`
	Both    int     `json:"both"`    // leads
	Jaccard float64 `json:"jaccard"` // both over either, 0 to 1
	Share   float64 `json:"share"`   // both over the leads of this rule
}

const (
	deadLeads      = 5     // fewer leads than this are almost none,
	deadShare      = 0.001 // and so is a smaller share
	rareShare      = 0.01  // of leads that a dead rule at most fires for, by the upper end of Wilson's interval
	constantShare  = 0.995 // of leads from which a rule fires for everyone
	sameJaccard    = 0.9   // from which two rules fire for the same leads
	leastOverlap   = 0.1   // Jaccard of an overlap worth a word
	mostOverlaps   = 3
	significant    = 0.05
	differs        = 1.0 / 3 // share of the points given by which they must be off, beside being surely off
	leastDiffers   = 1.0     // point
	usualRate      = math.Ln2 / 10
	usualRateWords = "10 points double the odds of winning, because the book's own points do not go with winning"
)

// Judge holds each rule of the sheet's book against the outcomes of the sheet's leads. Cost: a regression on all rules and, where rules hardly fire,
// a score of each lead.
func Judge(ctx context.Context, s *Sheet, l *Leads) (*Evidence, error) {
	wins := l.Outcomes(s.Rows)
	e := &Evidence{Book: s.Book.Version(), Leads: len(s.Rows), Rules: make([]RuleEvidence, len(s.Rules)), Warnings: l.Warnings}
	for _, y := range wins {
		e.Won += int(y)
	}
	for r := range e.Rules {
		if err := e.count(r, s, wins); err != nil {
			return nil, err
		}
	}
	e.findOverlaps(s)
	fitted, of, err := e.jointFit(ctx, s, wins)
	if err != nil {
		return nil, err
	}
	if err := e.setRate(s, wins, fitted, of); err != nil {
		return nil, err
	}
	e.setEarned(s, fitted, of)
	if err := e.countLater(ctx, s, l); err != nil {
		return nil, err
	}
	for r := range e.Rules {
		e.decide(&e.Rules[r])
	}
	return e, nil
}

// count fills in how often a rule fires and the win rates with and without.
func (e *Evidence) count(r int, s *Sheet, wins []float64) (err error) {
	info, column := &s.Rules[r], &s.Columns[r]
	rule := RuleEvidence{ID: info.ID, Dimension: info.Dimension, Reason: info.Reason, Line: info.Line, Given: info.Points,
		Leads: len(column.At), NotJudged: s.NotJudged[r], PDiffers: 1, PWrongSign: 1, index: r}
	won := 0.0
	for _, at := range column.At {
		won += wins[at]
	}
	n, all := float64(rule.Leads), float64(len(wins))
	rule.Share = n / all
	if rule.With, err = metrics.Wilson(won, n); err != nil {
		return err
	}
	if rule.Without, err = metrics.Wilson(float64(e.Won)-won, all-n); err != nil {
		return err
	}
	if n > 0 && n < all {
		if rule.Difference, err = metrics.RateDifference(won, n, float64(e.Won)-won, all-n); err != nil {
			return err
		}
		mean := float64(e.Won) / all
		rule.alone = rule.Difference.Value / math.Sqrt(mean*(1-mean)*(1/n+1/(all-n)))
	}
	e.Rules[r] = rule
	return nil
}

// still says whether a rule tells no leads apart.
func (r *RuleEvidence) still() bool {
	return r.Leads < deadLeads || r.Share < deadShare || r.Share >= constantShare
}

// findOverlaps compares every two rules that fire.
func (e *Evidence) findOverlaps(s *Sheet) {
	for r := range e.Rules {
		a := &e.Rules[r]
		for k := range e.Rules {
			b := &e.Rules[k]
			if k == r || a.Leads == 0 || b.Leads == 0 {
				continue
			}
			both := common(&s.Columns[r], &s.Columns[k])
			o := Overlap{ID: b.ID, Both: both, Jaccard: float64(both) / float64(a.Leads+b.Leads-both), Share: float64(both) / float64(a.Leads)}
			if o.Jaccard >= sameJaccard && k < r && a.SameAs == "" && b.SameAs == "" && !a.still() && !b.still() {
				a.SameAs = b.ID
			}
			if o.Jaccard >= leastOverlap {
				a.Overlaps = append(a.Overlaps, o)
			}
		}
		sort.SliceStable(a.Overlaps, func(i, k int) bool { return a.Overlaps[i].Jaccard > a.Overlaps[k].Jaccard })
		a.Overlaps = a.Overlaps[:min(mostOverlaps, len(a.Overlaps))]
	}
}

// jointFit fits all rules that tell leads apart, each set of doubles once. of holds each rule's place in the fit, −1 for none.
func (e *Evidence) jointFit(ctx context.Context, s *Sheet, wins []float64) (fitted *ridge.Fit, of []int, err error) {
	of = make([]int, len(e.Rules))
	var columns []ridge.Column
	for r := range e.Rules {
		of[r] = -1
		if rule := &e.Rules[r]; !rule.still() && rule.SameAs == "" {
			of[r] = len(columns)
			columns = append(columns, s.Columns[r])
		}
	}
	fitted, err = ridge.Shrunk(ctx, columns, wins)
	return fitted, of, err
}

// setRate finds the log-odds that a point stands for: the rate under which the rules as given are nearest to the data in the
// sum of |earned − given| over standard error, so a weighted median of the rules' own rates. A few faulty rules do not move
// it, as they would the regression on the total.
func (e *Evidence) setRate(s *Sheet, wins []float64, fitted *ridge.Fit, of []int) error {
	line, err := metrics.FitLine(s.Points, wins)
	if err != nil {
		return err
	}
	e.RateOfTotal = line.Slope
	type own struct{ rate, weight float64 }
	var list []own
	total := 0.0
	for r, c := range of {
		if c < 0 {
			continue
		}
		given := WeightOf(s.Book, s.Rules[r].Dimension) * s.Rules[r].Points
		if given != 0 {
			o := own{fitted.Beta[c] / given, math.Abs(given) / fitted.StandardError(c)}
			list, total = append(list, o), total+o.weight
		}
	}
	sort.SliceStable(list, func(i, k int) bool { return list[i].rate < list[k].rate })
	half := 0.0
	for _, o := range list {
		if half += o.weight; half >= total/2 {
			e.Rate = o.rate
			break
		}
	}
	switch {
	case e.Rate > 0:
		e.RateWords = RateWords(e.Rate)
	case e.RateOfTotal > 0:
		e.Rate, e.RateWords = e.RateOfTotal, RateWords(e.RateOfTotal)
	default:
		e.Rate, e.RateWords = usualRate, usualRateWords
	}
	return nil
}

// WeightOf is the weight of a dimension in the total.
func WeightOf(b *rules.Book, d rules.Dimension) float64 {
	fit, engagement := b.Weights()
	if d == rules.Fit {
		return fit
	}
	return engagement
}

// Z95 is the 97.5 % quantile of the normal distribution: ±Z95 standard errors are a 95 % interval.
const Z95 = 1.959963984540054

// setEarned turns coefficients into points and adjusts the tests for the number of rules.
func (e *Evidence) setEarned(s *Sheet, fitted *ridge.Fit, of []int) {
	var tested []int
	var off, wrong []float64
	for r, c := range of {
		weight := WeightOf(s.Book, s.Rules[r].Dimension)
		if c < 0 || weight == 0 {
			continue
		}
		unit := 1 / (e.Rate * weight)
		value, se := fitted.Beta[c]*unit, fitted.StandardError(c)*unit
		rule := &e.Rules[r]
		rule.Earned = &metrics.Estimate{Value: value, StandardError: se, Low: value - Z95*se, High: value + Z95*se}
		tested = append(tested, r)
		off = append(off, 2*distuv.UnitNormal.Survival(math.Abs(value-rule.Given)/se))
		wrong = append(wrong, distuv.UnitNormal.Survival(-math.Copysign(1, rule.Given)*value/se))
	}
	var suspects []int // the sign is asked only of rules that surely earn something else than they are given
	var signs []float64
	for i, p := range metrics.Holm(off) {
		e.Rules[tested[i]].PDiffers = p
		if p < significant {
			suspects, signs = append(suspects, tested[i]), append(signs, wrong[i])
		}
	}
	for i, p := range metrics.Holm(signs) {
		e.Rules[suspects[i]].PWrongSign = p
	}
}

// countLater looks at the leads again at their end (their closing, else the end of the history), for rules that hardly fire at
// the snapshots: "silent for 30 days" cannot hold a week after a lead came.
func (e *Evidence) countLater(ctx context.Context, s *Sheet, l *Leads) error {
	quiet := false
	for r := range e.Rules {
		quiet = quiet || e.Rules[r].Leads < deadLeads || e.Rules[r].Share < deadShare
	}
	if !quiet || !l.Dated {
		return nil
	}
	end := *l.History
	end.AsOf = make([]features.Micros, len(l.History.AsOf))
	for i := range end.AsOf {
		end.AsOf[i] = max(l.EndOf(i), l.History.AsOf[i])
	}
	later, err := NewSheet(ctx, s.Book, &end, s.Rows)
	if err != nil {
		return err
	}
	for r := range e.Rules {
		if rule := &e.Rules[r]; rule.Leads < deadLeads || rule.Share < deadShare {
			rule.FiresLater = len(later.Columns[r].At)
		}
	}
	return nil
}
