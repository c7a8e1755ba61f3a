package train

import (
	"context"
	"fmt"
	"math"
	"runtime"

	"golang.org/x/sync/errgroup"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/metrics"
)

// Rolling origins judge the recipe again and again as time moves on: the leads from rollingStart of the way on are cut into
// equal windows, and each is judged by a fit to what was known when it began.
const (
	// LeastOrigins is the least number of origins, where there are any.
	LeastOrigins = 4
	mostOrigins  = 50
	// rollingStart is the share of the leads before the first window.
	rollingStart = 0.4
	// The fits beside the main one, at the origins and on a random split, look at no more than so many leads, evenly spread: figures of
	// a recipe, not of a model, for which its time must not grow with the history. An AUC from 100,000 leads is right to about 0.002.
	mostFittedBeside, mostJudgedBeside = 50_000, 100_000
)

// roll fits and judges at each origin, fields without pairs, and returns what the last fit has settled. An origin without both outcomes on both sides has
// no figures and says so; nil where none has any. Each fit begins where the one before it, of older leads, ended. Cost: a fit without pairs an origin, to
// 40 … 85 % of the leads with four of them.
func roll(ctx context.Context, d *data, p *Population, cfg *Config) (*models.Rolling, *settled, error) {
	r := &models.Rolling{Origins: make([]models.Origin, cfg.Rolling)}
	var earlier *settled
	group, judging := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for k := range r.Origins {
		cfg.progress("judging at earlier times", int64(k), int64(cfg.Rolling))
		o := &r.Origins[k]
		a := rollTo(d, p, windowOf(d.history, p, k, cfg.Rolling), o)
		if o.Skipped != "" {
			continue
		}
		past, err := fitPlain(judging, d.history, p, a.past, earlier, cfg)
		if err != nil { // where judging failed, that has ended this fit too, and is what to tell
			if failed := group.Wait(); failed != nil {
				return nil, nil, failed
			}
			return nil, nil, fmt.Errorf("rolling origin %d: %w", k+1, err)
		}
		earlier = past.settled()
		group.Go(func() error {
			if err := judgeOrigin(judging, past, d, p, a, o); err != nil {
				return fmt.Errorf("rolling origin %d: %w", k+1, err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	for _, origin := range r.Origins {
		if origin.Past > mostFittedBeside {
			r.MostFitted = mostFittedBeside
		}
		if origin.Leads > mostJudgedBeside {
			r.MostJudged = mostJudgedBeside
		}
	}
	r.Model = summarise(r.Origins, func(o *models.Origin) *models.OriginFigures { return o.Model })
	r.Rules = summarise(r.Origins, func(o *models.Origin) *models.OriginFigures { return o.Rules })
	if r.Model == nil {
		return nil, earlier, nil
	}
	return r, earlier, nil
}

// window is a run of the population's leads.
type window struct{ from, to int }

// windowOf is window k of n; leads of one instant fall into one.
func windowOf(h *features.History, p *Population, k, n int) window {
	at := func(k int) int {
		share := rollingStart + (1-rollingStart)*float64(k)/float64(n)
		return p.cutBefore(h, p.Rows, int(share*float64(len(p.Rows))+0.5))
	}
	return window{at(k), at(k + 1)}
}

// rollTo takes what was known when the window began and what it judges; without both outcomes on both sides the origin says so.
func rollTo(d *data, p *Population, w window, o *models.Origin) apart {
	if w.from == w.to {
		o.Skipped = "no leads: too many came at one instant"
		return apart{}
	}
	known, gap := knownBefore(d.history, p, p.Rows, w.from)
	a := keepAccountsApart(d.history, p, known, p.Rows[w.from:w.to])
	won, _ := countOutcomes(a.judged, p)
	o.Past, o.Gap, o.Accounts = int64(len(a.past)), int64(gap), int64(a.leftOut+a.taken)
	o.Leads, o.Won = int64(len(a.judged)), int64(won)
	if p.Dated {
		o.From = timestamp(d.history.AsOf[p.Rows[w.from]])
	}
	o.Skipped = skipped(p, a)
	a.past, a.judged = evenly(a.past, mostFittedBeside), evenly(a.judged, mostJudgedBeside)
	return a
}

// skipped says why an origin has no figures; empty where it has.
func skipped(p *Population, a apart) string {
	switch {
	case len(a.past) == 0 && a.taken > 0:
		return "no past leads of other accounts"
	case len(a.past) == 0:
		return "no past outcomes known yet"
	case rarer(a.past, p) == 0:
		return "past: one outcome only"
	case rarer(a.judged, p) == 0:
		return "judged: one outcome only"
	}
	return ""
}

// judgeOrigin judges a fit to the past of an origin, and the rules, on its window.
func judgeOrigin(ctx context.Context, past *fitted, d *data, p *Population, a apart, o *models.Origin) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	wins := outcomesOf(a.judged, p)
	predicted := predict(past, d.history, a.judged)
	var err error
	if o.Model, err = originFigures(predicted, predicted, wins); err != nil {
		return err
	}
	points := scorePoints(d.book, d.history, a.judged)
	line, err := metrics.FitLine(scorePoints(d.book, d.history, a.past), outcomesOf(a.past, p))
	if err != nil {
		return err
	}
	onProbabilityScale := make([]float64, len(points))
	for i := range points {
		onProbabilityScale[i] = line.Probability(points[i])
	}
	o.Rules, err = originFigures(points, onProbabilityScale, wins)
	return err
}

// fitPlain fits the fields without pairs, for figures beside the main one: the search for pairs would make them cost many
// times as much. Its standard errors are not to be used.
func fitPlain(ctx context.Context, h *features.History, p *Population, rows []int32, earlier *settled, cfg *Config) (*fitted, error) {
	plain := *cfg
	plain.Pairs, plain.plain, plain.quick = false, true, true
	return fitFrom(ctx, h, p, rows, beginning{settled: earlier}, &plain)
}

func originFigures(scores, predictions, wins []float64) (*models.OriginFigures, error) {
	auc, err := metrics.AUC(scores, wins)
	if err != nil {
		return nil, err
	}
	o := &models.OriginFigures{AUC: auc.Value}
	if o.LogLoss, err = metrics.LogLoss(predictions, wins); err != nil {
		return nil, err
	}
	calibration, err := calibrationOf(predictions, wins)
	if err != nil {
		return nil, err
	}
	o.ExpectedObserved = calibration.Expected / calibration.Observed
	if s := calibration.Slope; s.StandardError > 0 {
		o.Slope = &s.Value
	}
	return o, nil
}

// summarise gives the mean and the worst of one score; nil without figures.
func summarise(origins []models.Origin, of func(*models.Origin) *models.OriginFigures) *models.OriginsSummary {
	var s models.OriginsSummary
	n, slopes, sum := 0.0, 0.0, 0.0
	for i := range origins {
		f := of(&origins[i])
		if f == nil {
			continue
		}
		if n++; n == 1 {
			s.Worst = *f
		}
		s.Mean.AUC += f.AUC
		s.Mean.LogLoss += f.LogLoss
		s.Mean.ExpectedObserved += f.ExpectedObserved
		s.Worst.AUC = min(s.Worst.AUC, f.AUC)
		s.Worst.LogLoss = max(s.Worst.LogLoss, f.LogLoss)
		if f.Slope != nil {
			slopes, sum = slopes+1, sum+*f.Slope
			if s.Worst.Slope == nil || math.Abs(*f.Slope-1) > math.Abs(*s.Worst.Slope-1) {
				s.Worst.Slope = f.Slope
			}
		}
		if offBy(f.ExpectedObserved) > offBy(s.Worst.ExpectedObserved) {
			s.Worst.ExpectedObserved = f.ExpectedObserved
		}
	}
	if n == 0 {
		return nil
	}
	s.Mean.AUC /= n
	s.Mean.LogLoss /= n
	if slopes > 0 {
		mean := sum / slopes
		s.Mean.Slope = &mean
	}
	s.Mean.ExpectedObserved /= n
	return &s
}

// offBy is how far a ratio lies from 1: half and double are equally far.
func offBy(ratio float64) float64 { return math.Abs(math.Log(ratio)) }

// lookBack adds what the recipe did at earlier times, and what a random split would have claimed.
func (v *validation) lookBack(ctx context.Context, d *data, p *Population, s *split, cfg *Config) error {
	if cfg.Rolling == 0 {
		return nil
	}
	var earlier *settled
	var err error
	if v.Rolling, earlier, err = roll(ctx, d, p, cfg); err != nil {
		return err
	}
	if !s.mixed { // else there is no split by time to hold a random one against
		v.Contrast, err = v.contrast(ctx, d, p, s, earlier, cfg)
	}
	return err
}
