package profile

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"leadscore/features"
	"leadscore/features/source"
	"leadscore/train/naming"
)

func TestMeaning(t *testing.T) {
	for _, c := range []struct {
		text            string
		won, lost, sure bool
	}{
		{"Won", true, false, true}, {"Closed Won", true, false, true}, {"6 - Closed/Won", true, false, true}, {"CONVERTED", true, false, true},
		{"accepted", true, false, true}, {"Loss", false, true, true}, {"Closed Lost", false, true, true}, {"Lost - price", false, true, true},
		{"Lost to competitor that won", false, true, true}, {"Not Won", false, true, true}, {"declined", false, true, true},
		{"Cancelled", false, true, true}, {"Disqualified", false, true, true}, {"1", true, false, false}, {"0", false, true, false},
		{"Yes", true, false, false}, {"FALSE", false, true, false}, {"ja", true, false, false}, {"1.0", true, false, false},
		{"Engaging", false, false, false}, {"Wonder", false, false, false}, {"", false, false, false}, {"glossy", false, false, false},
	} {
		won, lost, sure := meaning(c.text)
		if won != c.won || lost != c.lost || sure != c.sure {
			t.Errorf("meaning(%q) = won %v, lost %v, sure %v; want %v, %v, %v", c.text, won, lost, sure, c.won, c.lost, c.sure)
		}
	}
}

func TestWords(t *testing.T) {
	for name, want := range map[string]string{
		"TotalVisits": "total visits", "total_visits": "total visits", "emp.var.rate": "emp var rate", "customerID": "customer id",
		"Opportunity Amount USD": "opportunity amount usd", "HTTPServer": "http server", "": "", "é": "é", "A1Field": "a1 field",
	} {
		if got := strings.Join(naming.Words(name), " "); got != want {
			t.Errorf("naming.Words(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestNames(t *testing.T) {
	taken := nameMaker{}
	for _, c := range []struct{ column, want string }{
		{"Do Not Email", "do_not_email"}, {"do-not-email", "do_not_email_2"}, {"in", "in_value"}, {"In", "in_value_2"}, {"1st touch", "n1st_touch"},
		{"Größe", "grosse"}, {"日本", "column_7"}, {"emp.var.rate", "emp_var_rate"}, {"any", "any_value"},
		{strings.Repeat("x", 300), strings.Repeat("x", 60)},
	} {
		if got := taken.make(c.column, "column_7"); got != c.want {
			t.Errorf("name of %q = %q, want %q", c.column, got, c.want)
		}
	}
}

// lookOf is the look of a column with these values, in this order.
func lookOf(name string, texts ...string) *look {
	s := &sample{columns: []column{{name: name, kind: source.Text, values: []string{""}, codeOf: map[string]uint32{"": 0}}}}
	for i, text := range texts {
		s.columns[0].add(text)
		s.numbers = append(s.numbers, int64(i))
	}
	s.rows = int64(len(texts))
	return lookAt(&s.columns[0], decimalSign(s))
}

// repeat lists each text so many times.
func repeat(counts ...any) []string {
	var list []string
	for i := 0; i < len(counts); i += 2 {
		for range counts[i+1].(int) {
			list = append(list, counts[i].(string))
		}
	}
	return list
}

// series lists the texts of numbers.
func series(n int, f func(i int) string) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = f(i)
	}
	return list
}

func TestKinds(t *testing.T) {
	number := func(i int) string { return fmt.Sprint(i * 7 % 50) }
	cases := map[string]struct {
		column  string
		values  []string
		kind    features.Kind
		missing []string
		special []float64
		layout  string
	}{
		"numbers":                  {"size", series(100, number), features.Number, nil, nil, ""},
		"numbers with placeholder": {"size", append(series(100, number), "n/a", "unknown", "NA"), features.Number, []string{"NA", "n/a", "unknown"}, nil, ""},
		"numbers with a stray":     {"size", append(series(100, number), "tbc"), features.Number, []string{"tbc"}, nil, ""},
		"many texts, some numbers": {"plan", series(100, func(i int) string { return []string{"basic", "12", "pro"}[i%3] }), features.Category, nil, nil, ""},
		"decimal comma":            {"amount", series(100, func(i int) string { return fmt.Sprintf("1.%03d,%d", i, i%10) }), features.Number, nil, nil, ""},
		"one currency":             {"amount", series(100, func(i int) string { return fmt.Sprintf("€ %d.50", i) }), features.Number, nil, nil, ""},
		"two currencies":           {"amount", series(100, func(i int) string { return []string{"€5", "$6"}[i%2] }), features.Category, nil, nil, ""},
		"codes 1 to 5":             {"rank", series(500, func(i int) string { return fmt.Sprint(1 + i%5) }), features.Category, nil, nil, ""},
		"size classes":             {"Client Size By Revenue", repeat("1", 900, "2", 50, "3", 30, "4", 20), features.Category, nil, nil, ""},
		"counts with a thin tail":  {"previous_x", repeat("0", 860, "1", 110, "2", 20, "3", 6, "4", 3, "7", 1), features.Number, nil, nil, ""},
		"counts by name":           {"pages", series(500, func(i int) string { return fmt.Sprint(i % 5) }), features.Number, nil, nil, ""},
		"never is 999":             {"pdays", append(series(100, func(i int) string { return fmt.Sprint(i % 28) }), repeat("999", 400)...), features.Number, nil, []float64{999}, ""},
		"never is -1":              {"since", append(series(100, func(i int) string { return fmt.Sprint(i % 28) }), repeat("-1", 100)...), features.Number, nil, []float64{-1}, ""},
		"999 among thousands":      {"price", series(1000, func(i int) string { return fmt.Sprint(i) }), features.Number, nil, nil, ""},
		"yes and no":               {"vip", repeat("Yes", 10, "No", 20), features.Boolean, nil, nil, ""},
		"yes, no and unknown":      {"default", repeat("yes", 10, "no", 20, "unknown", 10), features.Boolean, []string{"unknown"}, nil, ""},
		"0 and 1":                  {"SeniorCitizen", repeat("0", 10, "1", 20), features.Boolean, nil, nil, ""},
		"only yes":                 {"flag", repeat("yes", 10, "", 20), features.Category, nil, nil, ""},
		"1 and 2":                  {"sex", repeat("1", 10, "2", 20), features.Number, nil, nil, ""},
		"Select is missing":        {"City", repeat("Select", 10, "Mumbai", 20, "Thane", 5), features.Category, []string{"Select"}, nil, ""},
		"None is a value":          {"Competitor", repeat("None", 10, "Known", 20, "Unknown", 50), features.Category, nil, nil, ""},
		"days":                     {"d", series(100, func(i int) string { return fmt.Sprintf("2024-%02d-%02d", 1+i%12, 1+i%28) }), features.Date, nil, nil, ""},
		"German days":              {"d", series(100, func(i int) string { return fmt.Sprintf("%02d.%02d.2024", 1+i%28, 1+i%12) }), features.Date, nil, nil, "02.01.2006"},
		"American days":            {"d", series(100, func(i int) string { return fmt.Sprintf("%02d/%02d/2024", 1+i%12, 1+i%28) }), features.Date, nil, nil, "01/02/2006"},
		"seconds since 1970":       {"created_at", series(100, func(i int) string { return fmt.Sprint(1_700_000_000 + i*86400) }), features.Date, nil, nil, features.LayoutUnix},
		"seconds spent":            {"Total Time on Website", series(100, func(i int) string { return fmt.Sprint(i * 23) }), features.Number, nil, nil, ""},
		"big numbers":              {"revenue", series(100, func(i int) string { return fmt.Sprint(20_000_000 + i*7919) }), features.Number, nil, nil, ""},
		"addresses":                {"contact", series(100, func(i int) string { return fmt.Sprintf("a%d@firm%d.com", i, i) }), features.Email, nil, nil, ""},
		"nothing":                  {"x", repeat("", 10, "NULL", 5), features.Category, []string{"NULL"}, nil, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			l := lookOf(c.column, c.values...)
			slices.Sort(l.field.Missing)
			if l.kind != c.kind || !slices.Equal(l.field.Missing, c.missing) || !slices.Equal(l.field.Special, c.special) || l.field.Layout != c.layout {
				t.Errorf("kind %s (%s), missing %q, special %v, layout %q; want %s, %q, %v, %q",
					l.kind, l.why, l.field.Missing, l.field.Special, l.field.Layout, c.kind, c.missing, c.special, c.layout)
			}
		})
	}
}

func TestUseless(t *testing.T) {
	cases := map[string]struct {
		column string
		values []string
		says   string // "" for useful
	}{
		"constant":           {"x", repeat("No", 50), "constant"},
		"flag or nothing":    {"x", repeat("yes", 20, "", 30), ""},
		"sentences":          {"notes", series(100, func(i int) string { return fmt.Sprintf("called %d", i) }), "free text"},
		"hardly shared":      {"street", series(200, func(i int) string { return fmt.Sprint("road ", i/3) }), "hardly any value"},
		"number of the lead": {"Lead Number", series(100, func(i int) string { return fmt.Sprint(90000 - i*13%977) }), "identifies"},
		"counter":            {"x", series(100, func(i int) string { return fmt.Sprint(i + 5) }), "identifies"},
		"distinct revenues":  {"revenue", series(100, func(i int) string { return fmt.Sprint(i * 7919 % 100_003) }), ""},
		"distinct fractions": {"ratio", series(100, func(i int) string { return fmt.Sprint(float64(i) / 7) }), ""},
		"countries":          {"country", series(100, func(i int) string { return []string{"DE", "AT", "CH"}[i%3] }), ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := useless(lookOf(c.column, c.values...), len(c.values))
			if (got == "") != (c.says == "") || !strings.Contains(got, c.says) {
				t.Errorf("useless = %q, want %q", got, c.says)
			}
		})
	}
}

// made is a file of n rows; columns are name and value by row.
func made(n int, columns ...any) string {
	var b strings.Builder
	for c := 0; c < len(columns); c += 2 {
		if c > 0 {
			b.WriteByte(',')
		}
		b.WriteString(columns[c].(string))
	}
	for i := range n {
		b.WriteByte('\n')
		for c := 1; c < len(columns); c += 2 {
			if c > 1 {
				b.WriteByte(',')
			}
			fmt.Fprint(&b, columns[c].(func(int) any)(i))
		}
	}
	return b.String() + "\n"
}

func one(of ...any) func(int) any { return func(i int) any { return of[i%len(of)] } }

func TestRoles(t *testing.T) {
	id := func(prefix string) func(int) any {
		return func(i int) any { return fmt.Sprint(prefix, 1000+i*17%1009) }
	}
	amount := func(i int) any { return 5 + i*7%90 }
	day := func(start int) func(int) any {
		return func(i int) any { return fmt.Sprintf("2024-%02d-%02d", start+i%3, 1+i%28) }
	}
	outcome := one("won", "lost", "lost")
	cases := map[string]struct {
		text           string
		lead           features.LeadColumns
		outcome        string
		snapshot, asks string
	}{
		"lead_id goes before others": {made(200, "uuid", id("u"), "lead_id", id("L"), "outcome", outcome, "size", amount),
			features.LeadColumns{ID: "lead_id"}, "outcome", "", ""},
		"Opportunity Number": {made(200, "Opportunity Number", id(""), "size", amount, "Result", one("Won", "Loss")),
			features.LeadColumns{ID: "Opportunity Number"}, "Result", "", ""},
		"an address is no id": {made(200, "email", func(i int) any { return fmt.Sprintf("a%d@b%d.com", i, i) }, "size", amount, "outcome", outcome),
			features.LeadColumns{}, "", "", "--id"},
		"a repeated lead_id is events": {made(200, "lead_id", func(i int) any { return i / 10 }, "size", amount, "outcome", outcome),
			features.LeadColumns{}, "", "", "--events"},
		"y among yes and no": {made(200, "id", id(""), "vip", one("yes", "no"), "size", amount, "y", one("no", "no", "yes")),
			features.LeadColumns{ID: "id"}, "y", "", ""},
		"several yes and no": {made(200, "id", id(""), "vip", one("yes", "no"), "big", one("no", "no", "yes"), "size", amount),
			features.LeadColumns{}, "", "", "--outcome"},
		"stages with open ones": {made(200, "id", id(""), "Stage", one("Closed Won", "Closed Lost", "Proposal"), "size", amount),
			features.LeadColumns{ID: "id"}, "Stage", "", ""},
		"created and closed": {made(200, "lead_id", id("L"), "created_at", day(1), "closed_at", day(5), "size", amount, "outcome", outcome),
			features.LeadColumns{ID: "lead_id", Created: "created_at", Closed: "closed_at"}, "outcome", "created + 0d", ""},
		"closed before created is no closing": {made(200, "lead_id", id("L"), "created_at", day(5), "closed_at", day(1), "size", amount, "outcome", outcome),
			features.LeadColumns{ID: "lead_id", Created: "created_at"}, "outcome", "created + 0d", ""},
		"one date, called date": {made(200, "lead_id", id("L"), "Date", day(1), "size", amount, "outcome", outcome),
			features.LeadColumns{ID: "lead_id", Created: "Date"}, "outcome", "created + 0d", ""},
		"last contact is not created": {made(200, "lead_id", id("L"), "last_contact", day(1), "size", amount, "outcome", outcome),
			features.LeadColumns{ID: "lead_id"}, "outcome", "", ""},
		"account and a value known before": {made(200, "lead_id", id("L"), "Company Name", func(i int) any { return fmt.Sprint("firm ", i/4) },
			"Deal Amount", amount, "outcome", outcome), features.LeadColumns{ID: "lead_id", Account: "Company Name"}, "outcome", "", ""},
		"a value known only after": {made(200, "lead_id", id("L"), "close_value", func(i int) any {
			if i%3 == 0 {
				return 100 + i
			}
			return 0
		}, "size", amount, "outcome", outcome), features.LeadColumns{ID: "lead_id", Value: "close_value"}, "outcome", "", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p, err := profileOf(t, c.text, "", Config{})
			if c.asks != "" {
				if err == nil || !strings.Contains(err.Error(), c.asks) {
					t.Fatalf("error = %v, want a question that names %s", err, c.asks)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if p.Schema.Lead != c.lead || p.Schema.Outcome.Column != c.outcome || p.Schema.Snapshot.String() != c.snapshot {
				t.Errorf("lead %+v, outcome %s, snapshot %s; want %+v, %s, %s", p.Schema.Lead, p.Schema.Outcome.Column, p.Schema.Snapshot,
					c.lead, c.outcome, c.snapshot)
			}
		})
	}
}

func TestQuantile(t *testing.T) {
	spans := []features.Micros{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	for q, want := range map[float64]features.Micros{0: 1, 0.5: 6, 0.9: 10, 1: 10} {
		if got := quantile(spans, q); got != want {
			t.Errorf("quantile(%g) = %d, want %d", q, got, want)
		}
	}
	if got := later(spans, 7); math.Abs(got-0.3) > 1e-12 {
		t.Errorf("later than 7 = %g, want 0.3", got)
	}
}
