package simulate

import (
	"math"
	"strconv"
	"strings"
	"testing"
)

func TestSharesSumToOne(t *testing.T) {
	w := newTruth()
	for _, c := range []category{w.industry, w.country, w.role, w.seniority, w.source, w.techStack} {
		for _, u := range []float64{0, .5, 1} {
			sum := 0.0
			for _, l := range c.levels {
				sum += l.shareAt(u)
			}
			if math.Abs(sum-1) > 1e-12 {
				t.Errorf("%s: the shares at %g of the span sum to %g, want 1", c.field, u, sum)
			}
		}
	}
	if got := []int{len(w.industry.levels), len(w.country.levels)}; got[0] != 12 || got[1] != 25 {
		t.Errorf("industries, countries = %v, want 12, 25", got)
	}
}

// TestLogOddsOfConstructedLeads has the sums worked out by hand from TRUTH.md.
func TestLogOddsOfConstructedLeads(t *testing.T) {
	w := newTruth()
	at := func(c category, name string) uint8 { return c.find(name) }
	const snapshot = 20_000 * day
	// All terms of this lead are zero but for the intercept, its company mail (+0.10), missing values of seniority (-0.15), tech_stack (-0.10),
	// employees (+0.55) and company_founded (-0.25), and no event (-0.70).
	plain := lead{snapshot: snapshot, industry: at(w.industry, "healthcare"), country: at(w.country, "FR"),
		role: at(w.role, "operations"), seniority: missing, source: at(w.source, "paid_search"), techStack: missing, founded: noDate}
	base := -3.55 + .10 - .15 - .10 + .55 - .25 - .70
	ago := func(days float64, kind uint8) event { return event{at: snapshot - int64(days*day), kind: kind} }

	for _, test := range []struct {
		name   string
		change func(*lead)
		events []event
		days   float64 // from Start to creation
		want   float64 // more than base
	}{
		{name: "plain"},
		{name: "best size", change: func(l *lead) { l.employees = 250 }, want: 1.30 - .55},
		{name: "one width above", change: func(l *lead) { l.employees = 1014 }, want: 1.30*math.Exp(-.5) - .55}, // 250·e^1.4 = 1013.8
		{name: "four years old", change: func(l *lead) { l.founded = 20_000 - 1461 }, want: -.80/2 + .25},
		{name: "budget at the reference", change: func(l *lead) { l.budget = 20_000 }, want: .45},
		{name: "budget doubled", change: func(l *lead) { l.budget = 40_000 }, want: .57},
		{name: "budget beyond the limit", change: func(l *lead) { l.budget = 20_000_000 }, want: .45 + 3*.12},
		{name: "opted out", change: func(l *lead) { l.optOut = true }, want: -.45},
		{name: "free mail", change: func(l *lead) { l.emailKind = freeMail }, want: -.60},
		{name: "director in education", change: func(l *lead) {
			l.seniority, l.industry = at(w.seniority, "director"), at(w.industry, "education")
		}, want: .40 + .15 - .45},
		{name: "director in software: interaction", change: func(l *lead) {
			l.seniority, l.industry = at(w.seniority, "director"), at(w.industry, "software")
		}, want: .40 + .15 + .35 + .40},
		{name: "250 by referral: interaction", change: func(l *lead) {
			l.employees, l.source = 250, at(w.source, "referral")
		}, want: 1.30 - .55 + .65 + .45},
		{name: "unknown size by referral: none", change: func(l *lead) { l.source = at(w.source, "referral") }, want: .65},
		{name: "half-life of the drift", days: 100, want: .15},
		// The last event 4 days ago takes half of -0.60 and gives back the -0.70 of none.
		{name: "one view 4 days ago", events: []event{ago(4, pageView)}, want: .70 - .30 + .05*math.Log1p(math.Exp2(-4./14))},
		{name: "a demo request 14 days ago", events: []event{ago(14, demoRequest)},
			want: .70 - .60*(1-math.Exp2(-14./4)) + 2.10*math.Log(1.5)},
		{name: "two demo requests at different ages", events: []event{ago(14, demoRequest), ago(4, demoRequest)},
			want: .70 - .30 + 2.10*math.Log1p(.5+math.Exp2(-4./14))},
		{name: "pricing first", events: []event{ago(28, pricingPage), ago(4, emailOpen)},
			want: .70 - .30 + .75*math.Log(1.25) - .30},
		{name: "pricing second", events: []event{ago(28, emailOpen), ago(28, pricingPage), ago(4, emailOpen)},
			want: .70 - .30 + .75*math.Log(1.25)},
		{name: "at the snapshot or later: not seen", events: []event{ago(0, demoRequest), ago(-1, quoteRequest)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := plain
			if test.change != nil {
				test.change(&l)
			}
			e := w.engagement(test.events, l.snapshot)
			got := w.logOdds(&l, &e, test.days)
			// A size is a whole number: 1014 for 1013.8 is off by 1.3·e^-0.5·(2e-4/1.4) = 1.1e-4.
			if math.Abs(got-base-test.want) > 1.2e-4 {
				t.Errorf("logOdds = %.5f more than the plain lead's, want %.5f", got-base, test.want)
			}
		})
	}
}

// TestDescribeShowsEveryNumberInFull: TRUTH.md writes two decimals, so no log-odds may have more.
func TestDescribeShowsEveryNumberInFull(t *testing.T) {
	w := newTruth()
	text := string(describe(w, &Report{Format: FormatCSV}))
	check := func(what string, x float64) {
		if shown, err := strconv.ParseFloat(signed(x), 64); err != nil || shown != x {
			t.Errorf("%s: %v is shown as %s", what, x, signed(x))
		}
	}
	for _, c := range []category{w.industry, w.country, w.role, w.seniority, w.source, w.techStack, w.email} {
		for _, l := range c.levels {
			check(c.field+" "+l.name, l.logOdds)
			if !strings.Contains(text, "| "+l.name+" | "+signed(l.logOdds)+" |") {
				t.Errorf("TRUTH.md has no row for %s %s", c.field, l.name)
			}
		}
		check(c.field+" missing", c.missingLogOdds)
	}
	for _, k := range w.kinds {
		check(k.name, k.logOdds)
		if !strings.Contains(text, "| "+k.name+" | "+signed(k.logOdds)+" |") {
			t.Errorf("TRUTH.md has no row for %s", k.name)
		}
	}
	for what, x := range map[string]float64{"intercept": w.intercept, "employees": w.employees.height, "employees missing": w.employees.missing,
		"age": w.age.atZero, "age missing": w.age.missing, "budget": w.budget.stated, "doubling": w.budget.perDoubling,
		"opt-out": w.optOut, "recency": w.recency.far, "no event": w.recency.none, "pricing first": w.pricingFirst,
		"pair 1": w.seniorIndustry.logOdds, "pair 2": w.sizeSource.logOdds, "drift": w.drift.total} {
		check(what, x)
		if !strings.Contains(text, signed(x)) {
			t.Errorf("TRUTH.md does not show %s, %s", what, signed(x))
		}
	}
}

func TestRankingAUC(t *testing.T) {
	for _, test := range []struct {
		name      string
		won, rest []float64
		want      float64
	}{
		{"perfect", []float64{.9, .8}, []float64{.1, .7}, 1},
		{"reversed", []float64{.1}, []float64{.9, .3}, 0},
		{"ties count half", []float64{.5}, []float64{.5, .5}, .5},
		{"one of four pairs wrong", []float64{.6, .2}, []float64{.4, .1}, .75},
		{"the ends of the range", []float64{1}, []float64{0}, 1},
		{"one class", []float64{.5}, nil, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			var r ranking
			for _, p := range test.won {
				r.add(score{p, true})
			}
			for _, p := range test.rest {
				r.add(score{p, false})
			}
			if got := r.auc(); got != test.want {
				t.Errorf("auc() = %v, want %v", got, test.want)
			}
		})
	}
}
