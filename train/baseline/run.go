package baseline

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// Settings bound what the comparison may cost. The zero value is invalid; see [Defaults].
type Settings struct {
	MaxLeads      int           // past leads that a golearn method is fitted on, and newer ones it is judged on; ≥ 1
	MaxNeighbours int           // the same for nearest neighbours, whose cost is the product of both; ≥ 1
	Trees         int           // of the bagged trees; ≥ 1
	Seed          uint64        // of the samples; the same seed gives the same results
	Limit         time.Duration // for one golearn method; > 0
}

// Defaults keeps all methods together under about ten seconds on two cores, whatever the number of leads.
func Defaults() Settings {
	return Settings{MaxLeads: 5000, MaxNeighbours: 2000, Trees: 25, Seed: 1, Limit: 30 * time.Second}
}

// Result is how one method did on the newer leads.
type Result struct {
	Name      string     `json:"name"`
	TrainedOn int        `json:"trained_on"` // leads
	JudgedOn  int        `json:"judged_on"`  // leads
	AUC       *float64   `json:"auc,omitempty"`
	LogLoss   *float64   `json:"log_loss,omitempty"` // nats a lead, probabilities kept in [0.0001, 0.9999]
	Brier     *float64   `json:"brier,omitempty"`
	Confusion *Confusion `json:"confusion,omitempty"` // a lead counts as predicted won from probability 0.5 up
	Note      string     `json:"note,omitempty"`
	Failed    string     `json:"failed,omitempty"` // "golearn CART failed: …"; then there are no figures
}

// ErrOneClass says that the past leads, or the newer ones, are all won or all lost.
var ErrOneClass = errors.New("baseline: all leads have the same outcome")

// Run fits every method on past and judges it on recent, which has the same columns. The order of the results is that of
// the package comment. A method that fails has Failed set; Run itself fails on data that no method can use, and when
// ctx ends.
//
// The figures depend on nothing but data and settings. A method beyond its time limit is given up; golearn cannot be
// stopped, so its goroutine ends by itself, on data bounded by the settings.
func Run(ctx context.Context, past, recent Data, s Settings) ([]Result, error) {
	if err := check(past, recent, s); err != nil {
		return nil, err
	}
	results := []Result{
		judge("base rate", past.Len(), recent, baseRate(past, recent)),
		judge("naive Bayes (Odoo CRM)", past.Len(), recent, odooScores(past, recent)),
	}
	few, judged := past.sample(s.MaxLeads, s.Seed), recent.sample(s.MaxLeads, s.Seed+1)
	fewest, judgedFewest := past.sample(s.MaxNeighbours, s.Seed+2), recent.sample(s.MaxNeighbours, s.Seed+3)
	random := rand.New(rand.NewPCG(s.Seed, 4))
	for _, m := range []method{
		{"golearn naive Bayes", few, judged, func(context.Context) (prediction, error) { return bernoulli(few, judged) }},
		{"golearn CART", few, judged, func(context.Context) (prediction, error) { return cart(few, judged) }},
		{"golearn bagged CART", few, judged, func(ctx context.Context) (prediction, error) {
			return baggedCART(ctx, few, judged, s.Trees, random)
		}},
		{"golearn nearest neighbours", fewest, judgedFewest, func(ctx context.Context) (prediction, error) {
			return neighbours(ctx, fewest, judgedFewest)
		}},
	} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		results = append(results, m.run(ctx, s.Limit, past.Len(), recent.Len()))
	}
	return results, nil
}

// prediction is what a method says of each lead that it is judged on.
type prediction struct {
	probability []float64 // of winning; nil where the method names only a class
	won         []bool    // the class
	note        string
}

// classed adds the class of each probability: won from 0.5 up.
func classed(probability []float64) prediction {
	won := make([]bool, len(probability))
	for i, p := range probability {
		won[i] = p >= 0.5
	}
	return prediction{probability: probability, won: won}
}

// method is one of golearn's, with the leads it is fitted and judged on.
type method struct {
	name         string
	past, recent Data
	predict      func(context.Context) (prediction, error)
}

// run fits and judges the method within limit.
func (m method) run(ctx context.Context, limit time.Duration, pastLeads, recentLeads int) Result {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	answer, err := guard(ctx, m.predict)
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("took longer than %v", limit)
	}
	if err != nil {
		return Result{Name: m.name, TrainedOn: m.past.Len(), JudgedOn: m.recent.Len(),
			Failed: fmt.Sprintf("%s failed: %v", m.name, err)}
	}
	result := judge(m.name, m.past.Len(), m.recent, answer)
	if m.past.Len() < pastLeads || m.recent.Len() < recentLeads {
		note := fmt.Sprintf("fitted on a sample of %d of %d leads, judged on %d of %d", m.past.Len(), pastLeads, m.recent.Len(), recentLeads)
		result.Note = join(result.Note, note)
	}
	return result
}

// guard runs golearn on its own goroutine, so that it can be given up, and turns its panics into errors.
func guard(ctx context.Context, predict func(context.Context) (prediction, error)) (prediction, error) {
	type reply struct {
		prediction
		error
	}
	replies := make(chan reply, 1) // room for one: a method that was given up must not wait for a reader
	go func() {
		// golearn panics on data that it does not expect (naive Bayes on a class without any yes, for one). These are
		// comparisons beside the model: they may fail, the training may not. Nothing else here recovers.
		defer func() {
			if fault := recover(); fault != nil {
				replies <- reply{error: fmt.Errorf("panic: %v", fault)}
			}
		}()
		answer, err := predict(ctx)
		replies <- reply{answer, err}
	}()
	select {
	case r := <-replies:
		return r.prediction, r.error
	case <-ctx.Done():
		return prediction{}, ctx.Err()
	}
}

func baseRate(past, recent Data) prediction {
	return classed(slices.Repeat([]float64{past.winRate()}, recent.Len()))
}

func join(notes ...string) string {
	text := ""
	for _, note := range notes {
		if text != "" && note != "" {
			text += "; "
		}
		text += note
	}
	return text
}
