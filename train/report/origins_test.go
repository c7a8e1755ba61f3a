package report

import (
	"strings"
	"testing"

	"leadscore/models"
	"leadscore/train/report/page"
)

// The verdict speaks of earlier times at which the recipe failed, and only of those.
func TestOriginsVerdict(t *testing.T) {
	origin := func(won int64, auc, ratio float64) models.Origin {
		return models.Origin{Leads: 1000, Won: won, Model: &models.OriginFigures{AUC: auc, ExpectedObserved: ratio}}
	}
	for name, c := range map[string]struct {
		origins []models.Origin
		tone    page.Tone
		want    []string // none: it says nothing
	}{
		"held":                      {[]models.Origin{origin(300, 0.8, 1.05), origin(300, 0.75, 0.9)}, page.Unclear, nil},
		"no better than chance":     {[]models.Origin{origin(357, 0.488, 1.0), origin(600, 0.67, 1.0)}, page.Bad, []string{"at 1 of 2 times", "no better than chance (AUC 0.488 to 0.670)"}},
		"a level that moves":        {[]models.Origin{origin(357, 0.7, 2.01), origin(600, 0.67, 0.68)}, page.Unclear, []string{"at 2 of 2 times", "(0.68 to 2.01 of those that came)"}},
		"a level off by chance":     {[]models.Origin{origin(25, 0.7, 1.35)}, page.Unclear, nil},
		"too few wins to speak":     {[]models.Origin{origin(5, 0.4, 3)}, page.Unclear, nil},
		"a window that was skipped": {[]models.Origin{{Skipped: "no wins", Won: 100, Leads: 1000}}, page.Unclear, nil},
	} {
		t.Run(name, func(t *testing.T) {
			tone, said := originsVerdict(&models.Rolling{Origins: c.origins})
			if said != "" && c.want == nil {
				t.Errorf("it says %q", said)
			}
			for _, part := range c.want {
				if !strings.Contains(said, part) || tone != c.tone {
					t.Errorf("%v: %q, want %v with %q", tone, said, c.tone, part)
				}
			}
		})
	}
	if _, said := originsVerdict(nil); said != "" {
		t.Errorf("without origins it says %q", said)
	}
}

// Values of a number stand in its order, what is no value last; levels that are no numbers keep theirs.
func TestInOrderOfNumbers(t *testing.T) {
	of := func(labels ...string) *Field {
		f := &Field{}
		for _, label := range labels {
			f.Bins = append(f.Bins, Bin{Label: label})
		}
		return f
	}
	for name, c := range map[string]struct {
		field *Field
		want  string
	}{
		"numbers":      {of("4.86", "another value", "-1.1", "10", "missing"), "-1.1 4.86 10 another value missing"},
		"texts":        {of("wed", "mon", "1"), "wed mon 1"},
		"yes and no":   {of("true", "false", "missing"), "true false missing"},
		"mostly texts": {of("b", "2", "a", "1", "c"), "b 2 a 1 c"},
	} {
		places := make([]int, len(c.field.Bins))
		for i := range places {
			places[i] = i
		}
		inOrderOfNumbers(c.field, places)
		var got []string
		for _, k := range places {
			got = append(got, c.field.Bins[k].Label)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
}
