package train

import (
	"fmt"

	"leadscore/models"
	"leadscore/models/metrics"
	"leadscore/train/report/page"
)

// sampleOf holds the training leads against the sample that a model of the final fit's strength asks for. The strength is that of the fit, less its
// optimism: the held-out part of a small history holds too few wins to measure one.
func sampleOf(p *Population, final *fitted) (*models.SampleSize, error) {
	n, parameters := int64(len(p.Rows)), final.parameters()
	s := &models.SampleSize{Rarer: min(p.Won, n-p.Won), Strength: final.description.strength}
	s.PerParameter = float64(s.Rarer) / parameters
	var err error
	if s.Needed, err = metrics.NeededSample(parameters, s.Strength.Adjusted, float64(p.Won)/float64(n)); err != nil {
		return nil, fmt.Errorf("sample size: %w", err)
	}
	return s, nil
}

// fewToShow is the number of leads of the rarer outcome below which fields that gain nothing may just not have had the chance to show: 100 is the
// usual least for a validation (Collins et al., Statistics in Medicine 35, 2016).
const fewToShow = 100

// smallSample warns where the leads are fewer than asked for.
func smallSample(t *models.Training) []string {
	s := t.Sample
	switch {
	case s.Needed.Leads == 0 && s.Rarer < fewToShow:
		return []string{fmt.Sprintf("few outcomes: %s of the rarer outcome, on which the fields gain no more than chance would; more leads may show more",
			page.Plural(s.Rarer, "lead", "leads"))}
	case s.Needed.Leads == 0:
		return []string{fmt.Sprintf("the fields tell next to nothing beyond the win rate: %.1f effective parameters on %d leads gain no more than chance would, so no sample of this kind is large enough",
			t.EffectiveParameters, t.Used)}
	case !s.Enough(t.Used):
		return []string{fmt.Sprintf("few outcomes: %d leads of the rarer outcome for %.1f effective parameters; a model of this strength asks for %d, of %d leads (Riley et al.), so look at the intervals",
			s.Rarer, t.EffectiveParameters, s.Needed.Rarer, s.Needed.Leads)}
	}
	return nil
}

// sampleWords says the same as figures, in a line or two.
func sampleWords(t *models.Training) string {
	s := t.Sample
	if s == nil {
		return fmt.Sprintf("%.1f effective parameters", t.EffectiveParameters)
	}
	words := fmt.Sprintf("%.1f effective parameters, %.1f leads of the rarer outcome for each; expected shrinkage %.2f", t.EffectiveParameters, s.PerParameter, s.Strength.Shrinkage)
	if s.Needed.Leads == 0 {
		return words
	}
	return words + fmt.Sprintf("\nSample asked for (Riley et al.): %d leads, %d of the rarer outcome; there are %d, %d of them. "+
		"Shrinkage 0.9 takes %d, optimism below 0.05 %d, the level to 0.05 %d", s.Needed.Leads, s.Needed.Rarer, t.Used, s.Rarer,
		s.Needed.ForShrinkage, s.Needed.ForOptimism, s.Needed.ForLevel)
}
