package train

import (
	"context"
	"math/rand/v2"
	"slices"

	"golang.org/x/sync/errgroup"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/metrics"
)

// contrast judges the recipe, fields without pairs, on a random split of the same size as the split by time, and on that
// itself: how much a random split would have flattered. earlier is what a fit to the start of the past has settled. Nil where a side of the random split would
// lack an outcome, or too few leads judge for two AUCs to be held against each other.
func (v *validation) contrast(ctx context.Context, d *data, p *Population, s *split, earlier *settled, cfg *Config) (*models.Contrast, error) {
	past, judged := randomSplit(d.history, p, len(s.newest))
	if rarer(past, p) == 0 || min(rarer(judged, p), rarer(s.newest, p)) < metrics.FewestForDeLong {
		return nil, nil
	}
	cfg.progress("judging on a random split", 0, 0)
	c := &models.Contrast{Leads: int64(len(judged)), TimeAUC: v.Model.AUC.Value}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		c.RandomAUC, err = plainAUC(ctx, d, p, past, judged, nil, cfg)
		return err
	})
	if cfg.Pairs || len(s.past) > mostFittedBeside || len(s.newest) > mostJudgedBeside { // else that fit has been made already
		group.Go(func() (err error) {
			c.TimeAUC, err = plainAUC(ctx, d, p, s.past, s.newest, earlier, cfg)
			return err
		})
	}
	return c, group.Wait()
}

// randomSplit draws accounts until their leads are at least so many: those judge, the rest is the past. The seed is fixed, so
// the same leads give the same split. Both parts are in the population's order.
func randomSplit(h *features.History, p *Population, judgedLeads int) (past, judged []int32) {
	random := rand.New(rand.NewPCG(1, 2))
	if h.Table.Account == nil { // as below, each lead being a group
		order := slices.Clone(p.Rows)
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		judged, past = order[:judgedLeads], order[judgedLeads:]
		p.sortByPlace(past)
		p.sortByPlace(judged)
		return past, judged
	}
	groups := accountGroups(h, p.Rows)
	random.Shuffle(len(groups), func(i, j int) { groups[i], groups[j] = groups[j], groups[i] })
	for _, group := range groups {
		if len(judged) < judgedLeads {
			judged = append(judged, group...)
		} else {
			past = append(past, group...)
		}
	}
	p.sortByPlace(past)
	p.sortByPlace(judged)
	return past, judged
}

func plainAUC(ctx context.Context, d *data, p *Population, past, judged []int32, earlier *settled, cfg *Config) (float64, error) {
	past, judged = evenly(past, mostFittedBeside), evenly(judged, mostJudgedBeside)
	model, err := fitPlain(ctx, d.history, p, past, earlier, cfg)
	if err != nil {
		return 0, err
	}
	auc, err := metrics.AUC(predict(model, d.history, judged), outcomesOf(judged, p))
	return auc.Value, err
}
