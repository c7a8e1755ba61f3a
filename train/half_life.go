package train

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"leadscore/features"
	"leadscore/models"
	"leadscore/train/fit"
)

// Half-lives to try: powers of two of a day, refined around the best to an eighth of a doubling. halfLifeRows leads, evenly spread in time, tell as much as
// the question needs: on more the choice moves within its interval.
const (
	shortestHalfLife = 1 // days
	longestHalfLife  = 512
	halfLifeRows     = 20_000
	finestHalfLife   = 1.0 / 8 // doublings
	halfLifeRounds   = 2       // over the figures, where several are learned
)

// learnHalfLives chooses the half-lives that the schema leaves to training, from the given rows and nothing else: of each the one with the
// highest marginal likelihood of the joint fit of all fields without pairs, at its best λ. It is the criterion by which λ itself is chosen, so that a
// figure that fits better only because it is rougher gains nothing. It returns the history with plain half-lives. Cost: about 16 fits a figure to at most
// 20,000 leads.
func learnHalfLives(ctx context.Context, h *features.History, p *Population, rows []int32, cfg *Config) (*features.History, []models.HalfLife, error) {
	figures := slices.Clone(h.Table.Schema.Engagement)
	var auto []int // inputs
	for i, in := range h.Table.Schema.Inputs() {
		if in.Source == features.FromEngagement && figures[in.Index].HalfLife.Auto {
			auto = append(auto, i)
		}
	}
	for i := range figures { // of those not used, too
		if figures[i].HalfLife.Auto {
			figures[i].HalfLife = features.HalfLife{Duration: features.ProvisionalHalfLife}
		}
	}
	if len(auto) == 0 {
		return h.WithFigures(figures), nil, nil
	}
	s, err := newHalfLifeSearch(ctx, h, p, rows, cfg)
	if err != nil {
		return nil, nil, err
	}
	learned := make([]models.HalfLife, len(auto))
	for round := range halfLifeRounds {
		if round > 0 && len(auto) == 1 {
			break
		}
		for k, input := range auto {
			if learned[k], err = s.search(ctx, input); err != nil {
				return nil, nil, fmt.Errorf("half-life of %s: %w", s.encoder.Inputs[input].Name, err)
			}
		}
	}
	return h.WithFigures(s.encoder.Engagement), learned, nil
}

// wantsHalfLives says that a figure's half-life is to be learned.
func wantsHalfLives(s *features.Schema) bool {
	return slices.ContainsFunc(s.Engagement, func(e features.Engagement) bool { return e.HalfLife.Auto })
}

// halfLifeSearch holds the sampled leads and the encoder with the half-lives so far.
type halfLifeSearch struct {
	history *features.History
	rows    []int32
	limits  features.Limits
	encoder *features.Encoder
	design  fit.Design
	config  fit.Config
	fits    fit.Comparison
}

func newHalfLifeSearch(ctx context.Context, h *features.History, p *Population, rows []int32, cfg *Config) (*halfLifeSearch, error) {
	s := &halfLifeSearch{history: h, rows: evenly(rows, halfLifeRows), limits: features.Limits{MaxBins: cfg.MaxBins, MinLevelRows: cfg.MinLevelRows}}
	var err error
	if s.encoder, err = features.FitEncoder(h, s.rows, s.limits); err != nil {
		return nil, fmt.Errorf("bins: %w", err)
	}
	plain := *cfg
	plain.Pairs = false
	s.config = fitConfig(s.encoder, &plain)
	codes, err := s.encoder.EncodeRows(ctx, h, s.rows)
	if err != nil {
		return nil, fmt.Errorf("codes: %w", err)
	}
	s.design = fit.Design{Inputs: fitInputs(s.encoder), Codes: fitCodes(codes), Wins: outcomesOf(s.rows, p)}
	if weights := weigh(h, rows); weights != nil {
		for _, row := range s.rows {
			s.design.Weights = append(s.design.Weights, weights[row])
		}
	}
	return s, nil
}

// search tries half-lives of one figure, the others as they are, and leaves the best in the encoder.
func (s *halfLifeSearch) search(ctx context.Context, input int) (models.HalfLife, error) {
	tried := map[features.Duration]float64{}
	try := func(days float64) error {
		span := wholeSpan(days)
		if _, done := tried[span]; done {
			return nil
		}
		evidence, err := s.evidence(ctx, input, span)
		tried[span] = evidence
		return err
	}
	for days := float64(shortestHalfLife); days <= longestHalfLife; days *= 2 {
		if err := try(days); err != nil {
			return models.HalfLife{}, err
		}
	}
	for step := 0.5; step >= finestHalfLife; step /= 2 {
		best := spanDays(bestSpan(tried))
		for _, days := range []float64{best * math.Exp2(-step), best * math.Exp2(step)} {
			if days < shortestHalfLife || days > longestHalfLife {
				continue
			}
			if err := try(days); err != nil {
				return models.HalfLife{}, err
			}
		}
	}
	best := bestSpan(tried)
	s.set(input, best)
	return describeHalfLife(s.encoder.Inputs[input].Name, best, tried, len(s.rows)), nil
}

// evidence is that of the fit with one figure's half-life set.
func (s *halfLifeSearch) evidence(ctx context.Context, input int, span features.Duration) (float64, error) {
	s.set(input, span)
	return s.fits.Evidence(ctx, &s.design, s.config, input)
}

// set gives the figure a half-life, and new bins and codes.
func (s *halfLifeSearch) set(input int, span features.Duration) {
	figure := s.encoder.Engagement[s.encoder.Inputs[input].Index]
	figure.HalfLife = features.HalfLife{Duration: span}
	s.encoder = s.encoder.WithFigure(s.history, s.rows, s.limits, input, figure)
	s.design.Inputs, s.design.Codes = fitInputs(s.encoder), slices.Clone(s.design.Codes)
	s.design.Codes[input] = fit.Codes(s.encoder.EncodeNumber(s.history, s.rows, input))
}

// wholeSpan rounds to hours below ten days and to days from there on, so that the model's schema reads well.
func wholeSpan(days float64) features.Duration {
	unit := time.Hour
	if days >= 10 {
		unit = 24 * time.Hour
	}
	return features.Duration(time.Duration(days * 24 * float64(time.Hour)).Round(unit))
}

func spanDays(d features.Duration) float64 { return float64(d.Micros()) / float64(features.Day) }

// bestSpan is the one with the highest evidence, of equals the longest.
func bestSpan(tried map[features.Duration]float64) (best features.Duration) {
	for span, evidence := range tried {
		if best == 0 || evidence > tried[best] || evidence == tried[best] && span > best {
			best = span
		}
	}
	return best
}

// describeHalfLife puts the profile in order and finds where it has fallen by half of [models.HalfLifeDrop], straight between the points in log half-life.
func describeHalfLife(name string, best features.Duration, tried map[features.Duration]float64, leads int) models.HalfLife {
	h := models.HalfLife{Figure: name, Days: spanDays(best), Leads: int64(leads)}
	for span, evidence := range tried {
		h.Profile = append(h.Profile, models.HalfLifePoint{Days: spanDays(span), Loss: tried[best] - evidence})
		h.Gain = max(h.Gain, 2*(tried[best]-evidence))
	}
	sort.Slice(h.Profile, func(i, j int) bool { return h.Profile[i].Days < h.Profile[j].Days })
	at := slices.IndexFunc(h.Profile, func(p models.HalfLifePoint) bool { return p.Days == h.Days })
	for k := at; k > 0 && h.Low == 0; k-- {
		h.Low = crossing(h.Profile[k], h.Profile[k-1])
	}
	for k := at; k+1 < len(h.Profile) && h.High == 0; k++ {
		h.High = crossing(h.Profile[k], h.Profile[k+1])
	}
	return h
}

// crossing is where the loss reaches the limit between two points; 0 where it does not.
func crossing(near, far models.HalfLifePoint) float64 {
	limit := models.HalfLifeDrop / 2
	if far.Loss < limit {
		return 0
	}
	share := (limit - near.Loss) / (far.Loss - near.Loss)
	return math.Exp(math.Log(near.Days) + share*(math.Log(far.Days)-math.Log(near.Days)))
}

// writeHalfLives shows what was learned, and from the past part alone beside it.
func writeHalfLives(b *strings.Builder, learned, past []models.HalfLife) {
	for i := range learned {
		h := &learned[i]
		fmt.Fprintf(b, "Half-life of %s, learned: %s", h.Figure, h.Words())
		if i < len(past) {
			fmt.Fprintf(b, "; from the past part alone %.3g days", past[i].Days)
		}
		b.WriteString(".\n")
	}
}
