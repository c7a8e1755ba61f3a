package rules

import (
	"testing"

	"leadscore/features"
)

// busyLead fires rules of every kind of the example book.
func busyLead(t testing.TB, s *features.Schema) *features.Snapshot {
	return lead(t, s, map[string]any{"employees": 620, "growth": 0.25, "industry": "software", "country": "DE", "seniority": "head",
		"title": "Head of Engineering", "budget_holder": true, "opt_out": false, "email": "company", "founded": now - 4000*features.Day},
		"webinar 45", "whitepaper 30", "product_page 12", "pricing_page 10", "product_page 6", "pricing_page 4", "case_study 3",
		"pricing_page 2", "newsletter_click 2", "product_page 1", "demo_request 0.5")
}

func BenchmarkScore(b *testing.B) {
	book := exampleBook(b)
	s := busyLead(b, book.schema)
	b.Run("rules=20/explained", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			book.Score(s)
		}
	})
	b.Run("rules=20/points", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			book.Points(s)
		}
	})
}

func BenchmarkCondition(b *testing.B) {
	book := exampleBook(b)
	m := newMoment(book)
	m.look(busyLead(b, book.schema))
	c := book.dimensions[0].rules[3].when
	b.Run("compiled", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			c.judge(m)
		}
	})
	b.Run("interpreted", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = c.interpret(m)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	s := testSchema(b)
	text := exampleBook(b).Source()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse("example.yaml", text, s); err != nil {
			b.Fatal(err)
		}
	}
}
