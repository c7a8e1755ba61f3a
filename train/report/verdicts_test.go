package report

import (
	"math"
	"strings"
	"testing"

	"leadscore/models"
	"leadscore/models/metrics"
	"leadscore/train/report/page"
)

// What a team finds more by the model is good only where its interval says so, whatever the ranking of all leads says.
func TestCapacityVerdict(t *testing.T) {
	e := made(t, 300, false)
	m, err := Measure(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	if want := m.Scores[0].Worked.Won - m.Scores[1].Worked.Won; math.Abs(m.WorkedMore.Value-want) > 1e-9 || !(m.WorkedMore.Low < want && want < m.WorkedMore.High) {
		t.Errorf("difference %+v, want %v", m.WorkedMore, want)
	}
	e.Validation.Difference = metrics.Estimate{Value: 0.1, Low: 0.05, High: 0.15} // the model ranks surely better
	for name, c := range map[string]struct {
		more metrics.Estimate
		tone page.Tone
		says string
	}{
		"surely more":   {metrics.Estimate{Value: 26, Low: 13, High: 39, StandardError: 6}, page.Good, "(difference 2.0 [1.0, 3.0])"},
		"perhaps more":  {metrics.Estimate{Value: 13, Low: -13, High: 39, StandardError: 13}, page.Unclear, "(difference 1.0 [−1.0, 3.0])"},
		"surely fewer":  {metrics.Estimate{Value: -26, Low: -39, High: -13, StandardError: 6}, page.Bad, "(difference −2.0 [−3.0, −1.0])"},
		"the same wins": {metrics.Estimate{}, page.Unclear, "(the same wins)"},
	} {
		m.WorkedMore, m.Periods = &c.more, 13
		if tone, text := capacityVerdict(e, m); tone != c.tone || !strings.Contains(text, c.says) {
			t.Errorf("%s: %v %q, want %v with %q", name, tone, text, c.tone, c.says)
		}
	}
}

// Suspects in use are told of at the top, each field once, those that somebody has explained left out.
func TestSuspectsInTheVerdict(t *testing.T) {
	e := made(t, 60, false)
	suspect := string(models.Suspect)
	e.Leaks = []Leak{{Field: "a", Grade: suspect}, {Field: "a", Grade: suspect}, {Field: "b", Grade: suspect}, {Field: "c", Grade: suspect, Because: "known at once"}}
	if got := written(t, e); !strings.Contains(got, "2 fields in use may be known only later, or not carry over") {
		t.Error("two suspects are not in the verdict")
	}
	e.Leaks = e.Leaks[3:]
	if got := written(t, e); strings.Contains(got, "in use may be known only later") {
		t.Error("an explained suspect is in the verdict")
	}
}
