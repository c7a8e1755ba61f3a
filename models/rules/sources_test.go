package rules

import (
	"testing"

	"leadscore/features"
)

// The worked examples of the source documents that the product is built from, one book each.

func sourceSchema(t *testing.T) *features.Schema {
	t.Helper()
	s, err := features.LoadSchema("testdata/sources-schema.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSourceExamples(t *testing.T) {
	s := sourceSchema(t)
	matching := map[string]any{"role": "head of operations", "industry": "mechanical engineering"}
	tests := []struct {
		name, book            string
		values                map[string]any
		events                []string
		points                float64
		wantFit, wantEngaging float64
		want                  Qualification
	}{
		{"whitepaper 5", "capability-8.yaml", nil, []string{"whitepaper 1"}, 5, 0, 5, Nurture},
		{"demo request 10", "capability-8.yaml", nil, []string{"demo_request 1"}, 10, 0, 10, Nurture},
		{"newsletter click 2", "capability-8.yaml", nil, []string{"newsletter_click 1"}, 2, 0, 2, Nurture},
		{"all three 17", "capability-8.yaml", nil, []string{"newsletter_click 3", "whitepaper 2", "demo_request 1"}, 17, 0, 17, Nurture},

		{"role, industry and demo make 35", "capability-9.yaml", matching, []string{"demo_request 2"}, 35, 25, 10, Nurture},
		{"the pricing page makes 50: MQL", "capability-9.yaml", matching, []string{"demo_request 2", "pricing_page 1"}, 50, 25, 25, MQL},
		{"role alone 15", "capability-9.yaml", map[string]any{"role": "head of operations", "industry": "retail"}, nil, 15, 15, 0, Nurture},

		{"pricing page 10", "capability-10.yaml", map[string]any{"employees": 20}, []string{"pricing_page 1"}, 10, 0, 10, Nurture},
		{"demo booking 25", "capability-10.yaml", map[string]any{"employees": 20}, []string{"demo_booking 1"}, 25, 0, 25, Nurture},
		{"company size 5", "capability-10.yaml", map[string]any{"employees": 50}, nil, 5, 5, 0, Nurture},
		{"together 40", "capability-10.yaml", map[string]any{"employees": 80}, []string{"pricing_page 2", "demo_booking 1"}, 40, 5, 35, Nurture},
	}
	for _, tc := range tests {
		t.Run(tc.book+" "+tc.name, func(t *testing.T) {
			b, err := Load("testdata/"+tc.book, s)
			if err != nil {
				t.Fatal(err)
			}
			got := b.Score(lead(t, s, tc.values, tc.events...))
			if got.Points != tc.points || got.Fit != tc.wantFit || got.Engagement != tc.wantEngaging || got.Qualification != tc.want {
				t.Errorf("Score(…) = %v points, fit %v, engagement %v, %s; want %v, %v, %v, %s", got.Points, got.Fit, got.Engagement,
					got.Qualification, tc.points, tc.wantFit, tc.wantEngaging, tc.want)
			}
			checkSums(t, b, got)
		})
	}
}
