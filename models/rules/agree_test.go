package rules

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"leadscore/features"
)

// The compiled form of a condition must say what CEL's own interpreter says, for every lead.

func TestCompiledAgreesWithCEL(t *testing.T) {
	s := testSchema(t)
	env, err := newEnvironment(s)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	b := exampleBook(t)
	counts := map[truth]int{}
	compiled, conditions := 0, 0
	for range 1500 {
		text := randomCondition(random, 3)
		c, faults := compileCondition(env, s, text)
		if c == nil {
			t.Fatalf("%s: %v", text, faults)
		}
		conditions++
		if c.test != nil {
			compiled++
		}
		for range 20 {
			counts[agree(t, b, c, randomLead(random, s))]++
		}
	}
	if compiled*10 < conditions*9 {
		t.Errorf("%d of %d conditions are compiled, want nine in ten", compiled, conditions)
	}
	for _, is := range []truth{no, yes, unjudged} {
		if counts[is] < 1000 {
			t.Errorf("truth %d came up %d times: the leads and conditions do not test it", is, counts[is])
		}
	}
}

// agree returns what both say.
func agree(t testing.TB, b *Book, c *condition, lead *features.Snapshot) truth {
	t.Helper()
	m := newMoment(b)
	m.look(lead)
	want, err := c.interpret(m)
	if c.test == nil || err != nil && strings.Contains(err.Error(), "cost limit") {
		return want
	}
	m.look(lead)
	if got := c.test(m); got != want {
		t.Fatalf("%s\n compiled %d, CEL %d (%v)\n lead %+v", c.text, got, want, err, lead)
	}
	return want
}

var (
	numberFields = []string{"lead.employees", "lead.growth", "engagement.visits_30d", "engagement.days_since_demo",
		`events.count("pricing_page")`, `events.count(["whitepaper", "webinar"], days(30))`, `events.count("any", days(7.5))`,
		`events.days("any")`, `events.days("any", days(30))`, `events.days_since_last("webinar")`, `events.days_since_last(["any"])`,
		`events.before_first("pricing_page")`}
	textFields = []string{"lead.industry", "lead.country", "lead.title", "lead.seniority", "engagement.first_contact", "events.first()"}
	boolFields = []string{"lead.budget_holder", "lead.opt_out"}
	dateFields = []string{"lead.founded", "created", "as_of", `timestamp("2026-01-31T00:00:00Z")`}
	words      = []string{"DE", "AT", "CTO", "Head of Sales", "engineer", "software", "pricing_page", "", "É"}
	amounts    = []string{"0", "3", "50", "0.2", "-1", "49.5", "1000"}
	compares   = []string{"==", "!=", "<", "<=", ">", ">="}
)

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

func randomCondition(r *rand.Rand, depth int) string {
	if depth > 0 && r.IntN(2) == 0 {
		a := randomCondition(r, depth-1)
		switch r.IntN(4) {
		case 0:
			return "(" + a + " && " + randomCondition(r, depth-1) + ")"
		case 1:
			return "(" + a + " || " + randomCondition(r, depth-1) + ")"
		case 2:
			return "!(" + a + ")"
		}
		return "(" + a + " ? " + randomCondition(r, depth-1) + " : " + randomCondition(r, depth-1) + ")"
	}
	word := func() string { return fmt.Sprintf("%q", pick(r, words)) }
	switch r.IntN(13) {
	case 11:
		return pick(r, textFields) + ".matches(" + pick(r, []string{`"^(?i)cto$"`, `"e.*r"`, `"\\bof\\b"`}) + ")"
	case 0, 1:
		return pick(r, numberFields) + " " + pick(r, compares) + " " + pick(r, amounts)
	case 2:
		return pick(r, amounts) + " " + pick(r, compares) + " " + pick(r, numberFields)
	case 3:
		return pick(r, numberFields) + " " + pick(r, compares) + " " + pick(r, numberFields)
	case 4:
		return pick(r, textFields) + " " + pick(r, compares[:2]) + " " + word()
	case 5:
		return pick(r, textFields) + " in [" + word() + ", " + word() + "]"
	case 6:
		return pick(r, numberFields) + " in [3, 50, 0.2]"
	case 7:
		lower := pick(r, []string{"", ".lowerAscii()"})
		return pick(r, textFields) + lower + pick(r, []string{".contains(", ".startsWith(", ".endsWith("}) + word() + ")"
	case 8:
		return pick(r, boolFields)
	case 9:
		return "has(" + pick(r, []string{"lead.employees", "lead.country", "lead.founded", "lead.opt_out", "engagement.days_since_demo"}) + ")"
	case 10:
		return pick(r, []string{"as_of - lead.founded", "created - lead.founded", "as_of - created"}) + " " + pick(r, compares) + " days(" + pick(r, amounts) + ")"
	}
	return pick(r, dateFields) + " " + pick(r, compares) + " " + pick(r, dateFields)
}

func randomLead(r *rand.Rand, s *features.Schema) *features.Snapshot {
	lead := &features.Snapshot{AsOf: now, Created: now - features.Micros(r.IntN(200))*features.Day, Values: make([]features.Value, len(s.Fields))}
	if r.IntN(10) == 0 {
		lead.AsOf = features.NoTime
	}
	if r.IntN(10) == 0 {
		lead.Created = features.NoTime
	}
	for i := range lead.Values {
		v := &lead.Values[i]
		if v.Missing = r.IntN(4) == 0; v.Missing {
			continue
		}
		switch s.Fields[i].Kind {
		case features.Number:
			v.Number = []float64{0, 3, 50, 49.5, 0.2, -1, 1000, 77}[r.IntN(8)]
		case features.Boolean:
			v.Number = float64(r.IntN(2))
		case features.Date:
			v.Time = now - features.Micros(r.IntN(400))*features.Day
			if r.IntN(5) == 0 { // further apart than a CEL duration reaches
				v.Time -= 300 * 365 * features.Day
			}
		case features.Email:
			v.Text = emailKinds[r.IntN(len(emailKinds))]
		default:
			v.Text = pick(r, words)
		}
	}
	for age := 100 * r.IntN(2); age > 0; age -= 1 + r.IntN(20) {
		lead.Events = append(lead.Events, features.Event{Time: now - features.Micros(age)*features.Day/2 - features.Micros(r.IntN(2)),
			Type: []string{"pricing_page", "webinar", "whitepaper", "demo_request"}[r.IntN(4)]})
	}
	return lead
}

func FuzzCompiledAgreesWithCEL(f *testing.F) {
	s := testSchema(f)
	env, err := newEnvironment(s)
	if err != nil {
		f.Fatal(err)
	}
	b := exampleBook(f)
	random := rand.New(rand.NewPCG(3, 4))
	for range 40 {
		f.Add(randomCondition(random, 2), random.Uint64())
	}
	f.Add(`lead.title.matches("^(?i)cto$") || [1, 2].exists(x, x == 2)`, uint64(1))
	f.Add(`dyn(1).first() == "x" || dyn(lead.title).count("x") > 1.0`, uint64(2))
	f.Add(`events.count([lead.title, "any"], days(lead.employees)) > 1 && days(1e300) > days(1)`, uint64(3))
	f.Add(`[1, 2].exists(lead, lead > 1) && {"a": lead.growth}["a"] > 1`, uint64(4))
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		if !utf8.ValidString(text) {
			return
		}
		c, _ := compileCondition(env, s, text)
		if c == nil {
			return
		}
		r := rand.New(rand.NewPCG(seed, 5))
		for range 10 {
			agree(t, b, c, randomLead(r, s))
		}
	})
}
