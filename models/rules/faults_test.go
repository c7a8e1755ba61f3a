package rules

import (
	"slices"
	"strings"
	"testing"
)

// book puts fit rules into a book that is right otherwise.
func book(fitRules string) string {
	return "version: 1\nname: t\nfit:\n  groups: {g: {max: 20}}\n  rules:\n" + fitRules
}

func TestFaults(t *testing.T) {
	tests := []struct{ name, book, want string }{
		{"unknown key", "version: 1\nname: t\nfitt: {}\n", `line 3: field fitt: unknown key; did you mean fit?`},
		{"no version", "name: t\n", "version 0 is not known; write version: 1"},
		{"newer version", "version: 2\nname: t\n", "line 1: version 2 is not known; write version: 1"},
		{"no name", "version: 1\n", `"" is no name for a book`},
		{"id twice", book("    - {id: a, points: 1, reason: r, when: lead.opt_out}\n    - {id: a, points: 2, reason: r, when: lead.budget_holder}\n"),
			"line 7: rule a: the id is already on line 6; give each an id of its own"},
		{"id twice across lists", book("    - {id: a, points: 1, reason: r, when: lead.opt_out}\n") + "exclude:\n  - {id: a, reason: r, when: lead.opt_out}\n",
			"line 8: exclude a: the id is already on line 6"},
		{"no id", book("    - {points: 1, reason: r, when: lead.opt_out}\n"), `line 6: rule: "" is no id; write id: with letters`},
		{"unknown group", book("    - {id: a, group: gg, points: 1, reason: r, when: lead.opt_out}\n"),
			"line 6: rule a: group gg is not under fit.groups; did you mean g?"},
		{"no reason", book("    - {id: a, points: 1, when: lead.opt_out}\n"), "line 6: rule a: the reason is missing; say in words why"},
		{"no points", book("    - {id: a, reason: r, when: lead.opt_out}\n"), "line 6: rule a: points are missing; write points: 10"},
		{"points no number", book("    - {id: a, points: many, reason: r, when: lead.opt_out}\n"), `line 6: field fit.rules[0].points: "many": not a number`},
		{"too many decimals", book("    - {id: a, points: 1.0005, reason: r, when: lead.opt_out}\n"), "line 6: rule a: points: 1.0005 has more than three decimals; write 1.001"},
		{"points out of range", book("    - {id: a, points: 1e9, reason: r, when: lead.opt_out}\n"), "line 6: rule a: points: 1e+09 is out of range; write a number between -100000 and 100000"},
		{"nothing asked", book("    - {id: a, points: 1, reason: r}\n"), "line 6: rule a: neither when nor event"},
		{"cap upside down", "version: 1\nname: t\nfit:\n  cap: {max: -1}\n", "line 4: fit: max -1 is below 0"},
		{"min above 0", "version: 1\nname: t\nfit:\n  cap: {min: 5}\n", "line 4: fit: min 5 is above 0"},

		{"unknown field", book("    - {id: a, points: 1, reason: r, when: lead.employes >= 50}\n"),
			"line 6: rule a: when: column 5: field employes is not in the schema; did you mean employees?"},
		{"field not for use", book("    - {id: a, points: 1, reason: r, when: lead.close_reason == \"x\"}\n"),
			"field close_reason is marked use: no in the schema (known only after the outcome)"},
		{"unknown figure", book("    - {id: a, points: 1, reason: r, when: engagement.visit_30d > 2}\n"),
			"engagement figure visit_30d is not in the schema; did you mean visits_30d?"},
		{"figure taken for a field", book("    - {id: a, points: 1, reason: r, when: lead.visits_30d > 2}\n"), "did you mean engagement.visits_30d?"},
		{"field without lead", book("    - {id: a, points: 1, reason: r, when: employees > 2}\n"), "employees is a field of the lead; write lead.employees"},
		{"number beside text", book("    - {id: a, points: 1, reason: r, when: 'lead.employees >= \"50\"'}\n"),
			"employees is a number, compared with 50; write digits without quotes"},
		{"text beside number", book("    - {id: a, points: 1, reason: r, when: lead.country == 49}\n"), "country is a category, compared with 49; write a text in quotes"},
		{"boolean beside text", book("    - {id: a, points: 1, reason: r, when: 'lead.opt_out == \"yes\"'}\n"),
			"opt_out is a boolean, compared with yes; write lead.opt_out for yes and !lead.opt_out for no"},
		{"list of another kind", book("    - {id: a, points: 1, reason: r, when: 'lead.country in [\"DE\", 1]'}\n"), "country is a category, compared with 1"},
		{"e-mail domain", book("    - {id: a, points: 1, reason: r, when: 'lead.email == \"gmail.com\"'}\n"),
			`email is an e-mail: only its kind is kept, and "gmail.com" is none; its kinds are company, free, disposable, invalid`},
		{"date beside text", book("    - {id: a, points: 1, reason: r, when: 'lead.founded < \"2020\"'}\n"), "founded is a date, compared with 2020; write timestamp("},
		{"not a condition", book("    - {id: a, points: 1, reason: r, when: lead.employees}\n"), "gives double, not yes or no; write a comparison"},
		{"one equals sign", book("    - {id: a, points: 1, reason: r, when: lead.employees = 5}\n"), "line 6: rule a: when: column"},
		{"syntax", book("    - {id: a, points: 1, reason: r, when: 'lead.employees >'}\n"), "Syntax error"},
		{"bad pattern", book("    - {id: a, points: 1, reason: r, when: 'lead.title.matches(\"(\")'}\n"), "line 6: rule a: when: column"},
		{"lead alone", book("    - {id: a, points: 1, reason: r, when: lead == lead}\n"), "lead stands alone; name a field of it"},
		{"events function", book("    - {id: a, points: 1, reason: r, when: 'events.cont(\"x\") > 1'}\n"), "events has no function cont; did you mean count?"},
		{"line in a block", book("    - id: a\n      points: 1\n      reason: r\n      when: |\n        lead.opt_out ||\n        lead.employes > 1\n"),
			"line 11: rule a: when: column 5: field employes"},

		{"at_most 0", book("    - {id: a, points: 1, reason: r, event: x, at_most: 0}\n"), "line 6: rule a: at_most 0 counts no event; write 1 or more"},
		{"negative half-life", book("    - {id: a, points: 1, reason: r, event: x, half_life: -3d}\n"), `line 6: field fit.rules[0].half_life: "-3d": not a time span`},
		{"at_most without event", book("    - {id: a, points: 1, reason: r, when: lead.opt_out, at_most: 2}\n"), "at_most without event"},
		{"within without event", book("    - {id: a, points: 1, reason: r, when: lead.opt_out, within: 3d}\n"), "within without event"},
		{"at_least with at_most", book("    - {id: a, points: 1, reason: r, event: x, at_least: 2, at_most: 3}\n"), "at_most with at_least"},
		{"at_least with half_life", book("    - {id: a, points: 1, reason: r, event: x, at_least: 2, half_life: 3d}\n"), "half_life with at_least"},
		{"at_least 0", book("    - {id: a, points: 1, reason: r, event: x, at_least: 0}\n"), "at_least 0; write 1 or more"},
		{"first and after", book("    - {id: a, points: 1, reason: r, event: x, first: true, after: y}\n"), "the very first event comes after none"},
		{"empty event", book("    - {id: a, points: 1, reason: r, event: []}\n"), "not an event type"},

		{"threshold above cap", "version: 1\nname: t\nfit:\n  cap: {max: 60}\nthresholds:\n  mql: {fit: 80}\n",
			"line 6: mql.fit 80 can never be reached: fit is capped at 60; write 60 or less, or raise fit.cap.max"},
		{"no threshold named", "version: 1\nname: t\nthresholds:\n  mql: {}\n", "line 4: thresholds.mql names no threshold"},
		{"grades do not fall", "version: 1\nname: t\ngrades:\n  fit: {A: 10, B: 20, C: 5}\n", "line 4: grades.fit: B from 20 is not below A from 10; write falling points"},
		{"grade left out", "version: 1\nname: t\ngrades:\n  engagement: {1: 10, 3: 5}\n", "line 4: grades.engagement: the points of 2 are missing"},
		{"grade above cap", "version: 1\nname: t\nfit:\n  cap: {max: 30}\ngrades:\n  fit: {A: 40, B: 20, C: 5}\n", "line 6: grade A from 40 can never be reached: fit is capped at 30"},
		{"negative weight", "version: 1\nname: t\ntotal: {fit_weight: -1}\n", "line 3: fit_weight -1 is out of range"},
		{"no weight", "version: 1\nname: t\ntotal: {fit_weight: 0, engagement_weight: 0}\n", "both weights are 0"},
		{"empty file", "", "the file is empty"},
	}
	s := testSchema(t)
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			got := faultsOf(t, s, tc.book)
			if !slices.ContainsFunc(got, func(m string) bool { return strings.HasPrefix(m, "rules.yaml: ") && strings.Contains(m, tc.want) }) {
				t.Errorf("faults %q, want one with %q", got, tc.want)
			}
			if len(got) != 1 && tc.name != "one equals sign" && tc.name != "syntax" && tc.name != "lead alone" {
				t.Errorf("%d faults %q, want one", len(got), got)
			}
		})
	}
}

func TestAllFaultsAtOnce(t *testing.T) {
	got := faultsOf(t, testSchema(t), book("    - {id: a, points: 1, reason: r, when: lead.employes > 1 && lead.contry == \"DE\"}\n    - {id: b, group: x, reason: '', event: y, at_most: 0}\n"))
	if len(got) != 6 {
		t.Errorf("%d faults, want 6: two fields, group, reason, points, at_most\n%s", len(got), strings.Join(got, "\n"))
	}
}

func TestWarnings(t *testing.T) {
	tests := []struct{ name, book, want string }{
		{"contradiction", book("    - {id: a, points: 1, reason: r, when: lead.employees > 50 && lead.employees < 10}\n"), "line 6: rule a can never be true, whatever the lead: lead.employees > 50 && lead.employees < 10"},
		{"two texts at once", book("    - {id: a, points: 1, reason: r, when: 'lead.country == \"DE\" && lead.country in [\"AT\", \"CH\"]'}\n"), "rule a can never be true"},
		{"false", book("    - {id: a, points: 1, reason: r, when: 'false'}\n"), "rule a can never be true"},
		{"present and missing", book("    - {id: a, points: 1, reason: r, when: '!has(lead.country) && lead.country == \"DE\"'}\n"), "rule a can never be true"},
		{"negative count", book("    - {id: a, points: 1, reason: r, when: engagement.visits_30d < 0}\n"), "rule a can never be true"},
		{"opaque parts", book("    - {id: a, points: 1, reason: r, when: 'lead.title.contains(\"x\") && 1.0 == lead.growth && lead.growth > 2'}\n"), "rule a can never be true"},
		{"always", book("    - {id: a, points: 1, reason: r, when: has(lead.country) || !has(lead.country)}\n"), "rule a is true for every lead:"},
		{"always if known", book("    - {id: a, points: 1, reason: r, when: lead.employees >= 50 || lead.employees < 50}\n"), "rule a is true for every lead that has the value"},
		{"all e-mail kinds", book("    - {id: a, points: 1, reason: r, when: 'lead.email in [\"company\", \"free\", \"disposable\", \"invalid\"]'}\n"), "rule a is true for every lead that has the value"},
		{"no points", book("    - {id: a, points: 0, reason: r, when: lead.opt_out}\n"), "line 6: rule a gives 0 points and so has no effect"},
		{"cap 0", "version: 1\nname: t\nfit:\n  groups: {g: {max: 0}}\n  rules:\n    - {id: a, group: g, points: 5, reason: r, when: lead.opt_out}\n", "line 6: rule a: its points never count: group g is capped at 0 on that side"},
		{"group without rules", book("    - {id: a, points: 1, reason: r, when: lead.opt_out}\n"), "line 4: group g has no rules"},
		{"twice", book("    - {id: a, points: 1, reason: r, when: lead.employees>=50}\n    - {id: b, points: 2, reason: r, when: (lead.employees >= 50)}\n"), "line 7: rule b asks the same as rule a (line 6): both give points"},
		{"behind exclude", book("    - {id: a, points: -5, reason: r, when: 'lead.seniority == \"student\"'}\n") + "exclude:\n  - {id: out, reason: r, when: 'lead.seniority in [\"student\", \"trainee\"]'}\n",
			"line 6: rule a fires only for leads that out (line 8) excludes"},
		{"threshold never reached", book("    - {id: a, points: 5, reason: r, when: lead.opt_out}\n") + "thresholds:\n  mql: {fit: 6}\n", "line 8: mql.fit 6 is never reached: all rules of fit together give at most 5"},
		{"total never reached", book("    - {id: a, points: 5, reason: r, when: lead.opt_out}\n") + "thresholds:\n  mql: {fit: 5, total: 6}\n", "line 8: mql.total 6 is never reached: all rules together give at most 5"},
		{"grade never reached", book("    - {id: a, points: 5, reason: r, when: lead.opt_out}\n") + "grades:\n  fit: {A: 6, B: 4, C: 2}\n", "line 8: grade A from 6 is never reached"},
		{"one dimension only", book("    - {id: a, points: 5, reason: r, when: lead.opt_out}\n") + "thresholds:\n  mql: {total: 5}\n", "thresholds.mql does not ask for fit"},
		{"no threshold", book("    - {id: a, points: 5, reason: r, when: lead.opt_out}\n"), "there is no thresholds.mql"},
		{"thresholds of 0", book("    - {id: a, points: 5, reason: r, when: lead.opt_out}\n") + "thresholds:\n  mql: {fit: 0}\n", "line 8: thresholds.mql is reached with 0 points"},
		{"no end", "version: 1\nname: t\nengagement:\n  rules:\n    - {id: a, event: x, points: 5, reason: r}\n", "line 3: engagement can grow without end"},
	}
	s := testSchema(t)
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			got := parse(t, s, tc.book).Warnings()
			if !slices.ContainsFunc(got, func(m string) bool { return strings.HasPrefix(m, "rules.yaml: line ") && strings.Contains(m, tc.want) }) {
				t.Errorf("Warnings() = %q, want one with %q", got, tc.want)
			}
		})
	}
}

// What can be true for some lead must not be called impossible.
func TestNoFalseWarning(t *testing.T) {
	s := testSchema(t)
	for _, when := range []string{
		`lead.employees > 50 && lead.employees < 51`, `lead.country != "DE" && lead.country != "AT"`, `50 < lead.employees && lead.employees <= 60`,
		`lead.title.contains("a") && !lead.title.contains("b")`, `lead.opt_out == false`, `has(lead.country)`, `lead.growth < 0`,
		`events.count("x") == 0`, `as_of - created > days(3) && lead.employees in [1, 2]`, `!(lead.email == "free")`, `lead.growth > lead.employees`,
	} {
		for _, w := range parse(t, s, "version: 1\nname: t\nfit:\n  rules:\n    - id: a\n      points: 1\n      reason: r\n      when: '"+when+"'\n").Warnings() {
			if strings.Contains(w, "rule a") {
				t.Errorf("%s: %s", when, w)
			}
		}
	}
	for _, w := range parse(t, s, book("    - {id: a, points: -5, reason: r, when: lead.opt_out}\n")+
		"exclude:\n  - {id: out, reason: r, when: lead.opt_out && (lead.growth > 1 || lead.growth <= 1)}\n").Warnings() {
		if strings.Contains(w, "rule a") {
			t.Errorf("a lead without growth is not excluded, but: %s", w)
		}
	}
}
