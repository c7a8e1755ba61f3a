package train

import (
	"context"
	"errors"
	"fmt"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/logistic"
	"leadscore/train/report"
)

// completeEvidence adds what costs time and only the report shows: the champion's scores and simple methods.
func (g *gate) completeEvidence(ctx context.Context, e *report.Evidence, encoder *features.Encoder) error {
	if g.validation.Leads == 0 {
		return nil
	}
	if err := g.addChampion(ctx, e); err != nil {
		return err
	}
	if !g.cfg.Baselines {
		return nil
	}
	g.cfg.progress("fitting simple methods", 0, 0)
	return addBaselines(ctx, e, g.data, g.population, g.validation, encoder)
}

// addChampion scores the held-out leads with the present champion, and says what to mind when it may have been fitted to them.
func (g *gate) addChampion(ctx context.Context, e *report.Evidence) error {
	champion, err := g.store.Get(g.version.Model, models.Champion)
	switch {
	case errors.Is(err, models.ErrNoModel), errors.Is(err, models.ErrNoVersion):
		e.ChampionNote = "there is no champion yet to compare with"
		return nil
	case err != nil:
		return fmt.Errorf("report: the champion cannot be read: %w", err)
	case champion.ID == g.version.ID:
		e.ChampionNote = "the champion is this very version, so there is no other to compare with"
		return nil
	}
	scores, err := g.championLogOdds(ctx, champion)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		e.ChampionNote = fmt.Sprintf("the champion %s cannot score these leads: %v", champion.ID, err)
		return nil
	}
	for i := range scores {
		scores[i] = logistic.Probability(scores[i])
	}
	f, err := figures(scores, scores, e.Wins)
	if err != nil {
		return fmt.Errorf("champion: %w", err)
	}
	e.Scores = append(e.Scores, report.Score{Name: "champion", Ranking: scores, Predictions: scores, Figures: f})
	e.ChampionNote, e.ChampionFlattered = g.championNote(champion)
	return nil
}

// championNote says how many of the held-out leads the champion was fitted to. The model here is the fit to the past, which has seen none.
func (g *gate) championNote(champion *models.Version) (note string, flattered bool) {
	learned, known := champion.LearnedUntil()
	if !known || !g.population.Dated {
		return fmt.Sprintf("the champion %s may itself have been fitted to some of these leads, which flatters it", champion.ID), true
	}
	seen := 0
	for _, row := range g.validation.newest {
		if g.data.history.AsOf[row] <= learned {
			seen++
		}
	}
	if seen == 0 {
		return fmt.Sprintf("the champion %s has seen none of these leads either", champion.ID), false
	}
	return fmt.Sprintf("the champion %s may itself have been fitted to %d of these %d leads, which flatters it", champion.ID, seen, len(g.validation.newest)), true
}
