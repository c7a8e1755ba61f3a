package scorecard

import (
	"context"
	"fmt"

	"leadscore/models/metrics"
	"leadscore/models/ridge"
	"leadscore/models/rules"
	"leadscore/models/rules/evidence"
)

// explainChanges adds the removed rules and why they went.
func (s *suggester) explainChanges(suggestion *Suggestion) {
	kept := map[string]bool{}
	for _, c := range suggestion.Changes {
		kept[c.ID] = true
	}
	for _, r := range s.judged.Rules {
		if kept[r.ID] {
			continue
		}
		words := string(r.Verdict) + ": " + r.Words
		switch r.Verdict {
		case evidence.Fair, evidence.Unproven:
			words = "adds too little beside the rules above (" + r.Words + ")"
		case evidence.Unseen:
			words += "; keep it if you believe in it"
		}
		before := r.Given
		suggestion.Changes = append(suggestion.Changes, Change{ID: r.ID, Change: "removed", Before: &before, Reason: r.Reason, Words: words})
	}
}

// judge holds the suggested book against the newest leads, beside the present one, the model and the unrounded scorecard.
func (s *suggester) judge(ctx context.Context, suggestion *Suggestion, model []float64) error {
	newest := s.leads.Newest
	if len(newest) == 0 {
		suggestion.Warnings = append(suggestion.Warnings, "no newest part could be held out, so what the suggested book is worth on leads that it was not learnt from is not known")
		return nil
	}
	if model != nil && len(model) != len(newest) {
		return fmt.Errorf("%d probabilities for %d leads", len(model), len(newest))
	}
	wins := s.leads.Outcomes(newest)
	suggestion.Split, suggestion.Leads, suggestion.Won = s.leads.Split, len(newest), int(sum(wins))
	exact, err := s.unrounded(ctx, newest)
	if err != nil {
		return err
	}
	var points [3][]float64
	for i, one := range []struct {
		book *rules.Book
		rows []int32
	}{{suggestion.book, newest}, {suggestion.book, s.sheet.Rows}, {s.present.Book, newest}} {
		sheet, err := evidence.NewSheet(ctx, one.book, s.leads.History, one.rows)
		if err != nil {
			return err
		}
		points[i] = sheet.Points
	}
	suggested, learnt, present := points[0], points[1], points[2]
	add := func(name string, ranking, predictions []float64, err error) error {
		if err != nil {
			return err
		}
		f := BookFigures{Name: name}
		if f.AUC, err = metrics.AUC(ranking, wins); err != nil {
			return err
		}
		if f.LogLoss, err = metrics.LogLoss(predictions, wins); err != nil {
			return err
		}
		suggestion.Figures = append(suggestion.Figures, f)
		return nil
	}
	if model != nil {
		if err := add("the model", model, model, nil); err != nil {
			return err
		}
		behind, err := metrics.AUCDifference(suggested, model, wins)
		if err != nil {
			return err
		}
		suggestion.BehindModel = &behind
	}
	if err := add("suggested, before rounding and caps", exact, exact, nil); err != nil {
		return err
	}
	onScale, err := onLine(learnt, s.wins, suggested)
	if err := add("suggested", suggested, onScale, err); err != nil {
		return err
	}
	onScale, err = onLine(s.present.Points, s.wins, present)
	if err := add("present", present, onScale, err); err != nil {
		return err
	}
	ahead, err := metrics.AUCDifference(suggested, present, wins)
	suggestion.AheadOfPresent = &ahead
	return err
}

// onLine puts points on the scale of probabilities by what the past leads say.
func onLine(learnt, wins, points []float64) ([]float64, error) {
	line, err := metrics.FitLine(learnt, wins)
	return probabilities(line, points), err
}

// unrounded gives the chosen rules' probabilities by their coefficients as fitted.
func (s *suggester) unrounded(ctx context.Context, rows []int32) ([]float64, error) {
	sheet, err := evidence.NewSheet(ctx, s.sheet.Book, s.leads.History, rows)
	if err != nil {
		return nil, err
	}
	p := make([]float64, len(rows))
	for i := range p {
		p[i] = s.chosen.fitted.Intercept
	}
	for i, c := range s.chosen.chosen {
		shift(p, &sheet.Columns[c], s.chosen.fitted.Beta[i])
	}
	for i := range p {
		p[i] = ridge.Mean(p[i])
	}
	return p, nil
}
