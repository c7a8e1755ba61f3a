package rules

import "testing"

// The amounts below by hand: fit 15+15+10+5 cut to 40, and 15; engagement 10·(2^(−5/14)+2^(−3/14)+2^(−2/14)) = 25.484,
// 5·2^(−6/30) = 4.353, 4·(2^(−6/30)+2^(−4/30)) = 7.129, 3·2^(−9/30) = 2.437, 10 and 5.
func TestQualification(t *testing.T) {
	s := testSchema(t)
	b := exampleBook(t)
	good := map[string]any{"employees": 620, "industry": "software", "country": "DE", "seniority": "head", "opt_out": false, "email": "company"}
	with := func(name string, value any) map[string]any {
		changed := map[string]any{}
		for k, v := range good {
			changed[k] = v
		}
		if value == nil {
			delete(changed, name)
		} else {
			changed[name] = value
		}
		return changed
	}
	active := []string{"webinar 9", "whitepaper 6", "pricing_page 5", "case_study 4", "pricing_page 3", "pricing_page 2"}
	tests := []struct {
		name   string
		values map[string]any
		events []string
		want   Qualification
		by     string
		reason string
	}{
		{"both dimensions", good, active, MQL, "", "all thresholds reached"},
		{"fit alone", good, nil, Nurture, "", "below the threshold: engagement 0 of 30, total 55 of 60"},
		{"engagement alone", map[string]any{"employees": 20, "opt_out": false}, active, Nurture, "", "below the threshold: fit 0 of 25, total 54.403 of 60"},
		{"asks for a call", map[string]any{"employees": 3, "opt_out": false}, []string{"call_request 1"}, FastLane, "wants-a-call", "asked for a call or a demo within the last two weeks"},
		{"asked long ago", map[string]any{"employees": 3, "opt_out": false}, []string{"call_request 15"}, Nurture, "", ""},
		{"opted out", with("opt_out", true), active, Excluded, "opted-out", "has opted out"},
		{"opted out and asks for a call", with("opt_out", true), []string{"call_request 1"}, Excluded, "opted-out", ""},
		{"job seeker", with("seniority", "job_seeker"), active, Excluded, "job-seeker", "student or job seeker"},
		{"student", with("seniority", "student"), active, Excluded, "job-seeker", ""},
		{"bounces", good, []string{"mail_bounce 30", "mail_bounce 20", "mail_bounce 10"}, Excluded, "bounced", ""},
		{"two bounces", good, []string{"mail_bounce 30", "mail_bounce 20"}, Nurture, "", ""},
		{"all on one day", good, []string{"webinar 3.2", "whitepaper 3.15", "pricing_page 3.1", "case_study 3.1", "pricing_page 3.05", "pricing_page 3"}, Held, "one-day", "all contacts on a single day"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			got := b.Score(lead(t, s, tc.values, tc.events...))
			if got.Qualification != tc.want || got.RuleID != tc.by || tc.reason != "" && got.Reason != tc.reason {
				t.Errorf("%s by %q: %s; want %s by %q: %s (fit %v engagement %v)", got.Qualification, got.RuleID, got.Reason, tc.want, tc.by, tc.reason, got.Fit, got.Engagement)
			}
			if got.Qualification == Excluded && got.Points == 0 && got.Fit == 0 {
				t.Error("an excluded lead keeps its points")
			}
		})
	}
}

// A hard minimum that is not met keeps a lead from qualifying; one that cannot be judged holds it for a person to look at.
func TestRequire(t *testing.T) {
	s := testSchema(t)
	b := parse(t, s, small("fit", "    - {id: a, points: 50, reason: budget, when: lead.budget_holder}\n")+`
require:
  - {id: size, reason: at least 50 employees, when: lead.employees >= 50}
thresholds: {mql: {fit: 40}}
`)
	for _, tc := range []struct {
		name   string
		values map[string]any
		want   Qualification
		reason string
	}{
		{"met", map[string]any{"budget_holder": true, "employees": 50}, MQL, "all thresholds reached"},
		{"not met", map[string]any{"budget_holder": true, "employees": 49}, Nurture, "not met: at least 50 employees"},
		{"missing", map[string]any{"budget_holder": true}, Held, "cannot be judged: at least 50 employees"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := b.Score(lead(t, s, tc.values)); got.Qualification != tc.want || got.Reason != tc.reason {
				t.Errorf("%s: %s; want %s: %s", got.Qualification, got.Reason, tc.want, tc.reason)
			}
		})
	}
}

// One look at the prices as the very first contact is no reason to call; after other contacts it is.
func TestOrderGuard(t *testing.T) {
	s := testSchema(t)
	b := parse(t, s, small("engagement", "    - {id: a, event: pricing_page, points: 40, at_most: 1, reason: prices}\n")+`
order_guard:
  - {id: first-look, reason: the prices were the first thing seen, when: events.before_first("pricing_page") < 2}
thresholds: {mql: {engagement: 40}}
`)
	if got := b.Score(lead(t, s, nil, "pricing_page 1")); got.Qualification != Held || got.Reason != "the prices were the first thing seen" {
		t.Errorf("first contact: %s: %s, want held", got.Qualification, got.Reason)
	}
	if got := b.Score(lead(t, s, nil, "webinar 3", "whitepaper 2", "pricing_page 1")); got.Qualification != MQL {
		t.Errorf("after two contacts: %s: %s, want mql", got.Qualification, got.Reason)
	}
}

func TestTotalAndGrades(t *testing.T) {
	s := testSchema(t)
	text := `version: 1
name: t
fit:
  rules: [{id: a, points: 30, reason: r, when: lead.employees > 5}, {id: b, points: 15, reason: r, when: lead.opt_out}]
engagement:
  rules: [{id: c, points: 20.5, reason: r, event: x, at_most: 2}]
thresholds: {mql: {fit: 30, engagement: 20}}
grades:
  fit: {A: 40, B: 30, C: 10}
  engagement: {1: 40, 2: 20.5, 3: 1}
total: {fit_weight: 0.6, engagement_weight: 0.4}
`
	b := parse(t, s, text)
	for _, tc := range []struct {
		name      string
		values    map[string]any
		events    []string
		points    float64
		grade     string
		readiness Readiness
	}{
		{"nothing", nil, nil, 0, "D4", Neither},
		{"fit", map[string]any{"employees": 6, "opt_out": true}, nil, 27, "A4", FitNotReady},
		{"active", nil, []string{"x 2", "x 1"}, 16.4, "D1", ActiveUnfit},
		{"both", map[string]any{"employees": 6}, []string{"x 1"}, 26.2, "B2", FitAndActive},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := b.Score(lead(t, s, tc.values, tc.events...))
			if got.Points != tc.points || got.Grade != tc.grade || got.Readiness != tc.readiness {
				t.Errorf("%v points, %s, %s; want %v, %s, %s", got.Points, got.Grade, got.Readiness, tc.points, tc.grade, tc.readiness)
			}
			checkSums(t, b, got)
		})
	}
}
