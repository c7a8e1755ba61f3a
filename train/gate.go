package train

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/logistic"
	"leadscore/models/metrics"
	"leadscore/train/fit"
)

// The gate's bounds; docs/decisions/0006-gate.md says why.
const (
	// skillToLose is the share of the champion's advantage over chance (AUC − 0.5) that a new version may lose.
	skillToLose = 0.1
	// leastMargin is the margin where the champion has next to no advantage: a difference in AUC that nobody notices.
	leastMargin = 0.01
	// A version passes that is shown to be within the margin with 95 % confidence, one-sided; where the deals are too few to
	// show that, one whose deficit is no larger than an equally good version's would be in four cases of five.
	normal95, normal80 = 1.6448536269514722, 0.8416212335729143
	// fewestToCompare is the least number of won and of lost leads that a comparison with a champion takes.
	fewestToCompare = metrics.FewestForDeLong
	// Bounds of the calibration slope, and of expected over observed wins, for data that are large enough to show a
	// smaller fault: a quarter off.
	leastRatio, mostRatio = metrics.LeastNear, metrics.MostNear
)

// gate says whether a new version may become champion.
type gate struct {
	store      *models.Store
	version    *models.Version
	data       *data
	population *Population
	validation *validation
	cfg        *Config
}

// judge makes every check, so that all that speaks against a version is said at once.
func (g *gate) judge(ctx context.Context) (*models.GateRecord, error) {
	record := &models.GateRecord{}
	if g.validation.Leads == 0 {
		record.Checks = []models.GateCheck{{Name: "signal", Reason: "no leads could be held out to judge it by"}}
		return record, nil
	}
	champion, err := g.store.Get(g.version.Model, models.Champion)
	if err != nil && !errors.Is(err, models.ErrNoModel) && !errors.Is(err, models.ErrNoVersion) {
		return nil, fmt.Errorf("gate: the champion cannot be read: %w", err)
	}
	if err == nil {
		record.Champion = champion.ID
	}
	record.Checks = []models.GateCheck{checkSignal(&g.validation.Validation), g.checkCalibration(), checkLeaks(g.version.Training.Leakage)}
	compared, err := g.checkChampion(ctx, champion)
	if err != nil {
		return nil, err
	}
	record.Checks = append(record.Checks, compared)
	record.Passed = true
	for _, check := range record.Checks {
		record.Passed = record.Passed && check.Passed
	}
	return record, nil
}

func checkSignal(v *models.Validation) models.GateCheck {
	check := models.GateCheck{Name: "signal", Passed: v.Model.AUC.Low > 0.5,
		Reason: fmt.Sprintf("AUC %s on the held-out leads; its interval must lie above 0.5", estimate(v.Model.AUC))}
	if lost := v.Leads - v.Won; min(v.Won, lost) < fewestToCompare {
		check.Passed = false
		check.Reason += fmt.Sprintf(", and %d won and %d lost are too few for that interval to be trusted; it takes %d of each, so a person has to decide (models promote)", v.Won, lost, fewestToCompare)
	}
	return check
}

// checkCalibration looks at the calibration by weight where leads have weights of their own: the fit counts by them, so its probabilities are those of the leads
// that they stand for. Ranking is judged on the leads as they are, each once.
func (g *gate) checkCalibration() models.GateCheck {
	weighted := g.validation.Weighted
	if weighted == nil || weighted.Calibration == nil {
		return checkCalibration(&g.validation.Model.Calibration)
	}
	check := checkCalibration(weighted.Calibration)
	check.Reason = "counted by their weight: " + check.Reason
	return check
}

// checkCalibration asks that slope and level are right, or not shown to be wrong, or wrong by little.
func checkCalibration(c *metrics.Calibration) models.GateCheck {
	within := func(x float64) bool { return x >= leastRatio && x <= mostRatio }
	holds := func(e metrics.Estimate, x float64) bool { return e.Low <= x && x <= e.High }
	ratio := c.Expected / c.Observed
	slope := c.Slope.StandardError > 0 && (holds(c.Slope, 1) || within(c.Slope.Value))
	level := holds(c.Intercept, 0) || within(ratio)
	reason := fmt.Sprintf("slope %s must hold 1 or lie within %g to %g; %.1f wins expected, %.0f observed, ratio %.2f must lie there too or be due to chance",
		estimate(c.Slope), leastRatio, mostRatio, c.Expected, c.Observed, ratio)
	if c.Slope == (metrics.Estimate{}) {
		reason += "; a dash: the probabilities hardly differ, so they have no slope"
	}
	if !level {
		reason += "; leadscore recalibrate may mend the level"
	}
	return models.GateCheck{Name: "calibration", Passed: slope && level, Reason: reason}
}

// checkLeaks asks that every field graded as a leak is explained in the schema.
func checkLeaks(found []models.Suspicion) models.GateCheck {
	var names []string
	for _, leak := range models.Unexplained(found) {
		names = append(names, leak.Field)
	}
	if len(names) == 0 {
		return models.GateCheck{Name: "leaks", Passed: true, Reason: "no field is graded as known only after the outcome without the schema saying why it is used"}
	}
	return models.GateCheck{Name: "leaks", Reason: "known only after the outcome: " + strings.Join(names, ", ")}
}

// checkChampion holds the version, judged by its fit to the past, against the champion on the same leads.
func (g *gate) checkChampion(ctx context.Context, champion *models.Version) (models.GateCheck, error) {
	check := models.GateCheck{Name: "champion", Passed: true}
	switch {
	case champion == nil:
		check.Reason = "there is no champion to hold it against"
		return check, nil
	case champion.ID == g.version.ID:
		check.Reason = "it is the champion already"
		return check, nil
	}
	choice, theirs, words, err := g.fairMatch(ctx, champion)
	if ctx.Err() != nil {
		return check, ctx.Err()
	}
	if err != nil {
		check.Passed = false
		check.Reason = fmt.Sprintf("champion %s cannot score these leads: %v", champion.ID, err)
		return check, nil
	}
	return g.compare(champion, choice, theirs, words)
}

// compare tests the difference on the chosen leads; theirs are the champion's log-odds of all held-out leads.
func (g *gate) compare(champion *models.Version, choice []int, theirs []float64, words string) (check models.GateCheck, err error) {
	check.Name = "champion"
	wins := takeAt(outcomesOf(g.validation.newest, g.population), choice)
	won := countWon(wins)
	if lost := int64(len(wins)) - won; min(won, lost) < fewestToCompare {
		check.Reason = fmt.Sprintf("%d won and %d lost held-out leads are too few to hold it against champion %s; it takes %d of each", won, lost, champion.ID, fewestToCompare)
		return check, nil
	}
	ours, theirs := takeAt(g.validation.predicted, choice), takeAt(theirs, choice)
	difference, err := metrics.AUCDifference(ours, theirs, wins)
	if err != nil {
		return check, fmt.Errorf("gate: %w", err)
	}
	was, err := metrics.AUC(theirs, wins)
	if err != nil {
		return check, fmt.Errorf("gate: %w", err)
	}
	allowed := allowedDeficit(was.Value, difference.StandardError)
	check.Passed = difference.Value > -allowed
	check.Reason = fmt.Sprintf("AUC %.3f against %.3f of champion %s on %d held-out leads%s, %d won; difference %s, allowed deficit %.3f",
		was.Value+difference.Value, was.Value, champion.ID, len(wins), words, won, estimate(difference), allowed)
	return check, nil
}

// allowedDeficit is how far below the champion's AUC a version may be found; see the constants.
func allowedDeficit(championAUC, standardError float64) float64 {
	margin := math.Max(leastMargin, skillToLose*(championAUC-0.5))
	return math.Max(margin-normal95*standardError, normal80*standardError)
}

// fairMatch chooses how to hold the champion against the new version so that neither has seen the leads' outcomes: on the held-out
// leads that are newer than all it has learned from; where these are too few, on all, by the champion's recipe (its fields,
// bins and pairs) fitted to the same past as the new version. The stored champion knows some of them, which is worth
// more than most improvements.
func (g *gate) fairMatch(ctx context.Context, champion *models.Version) (choice []int, logOdds []float64, words string, err error) {
	view, err := g.viewOf(ctx, champion)
	if err != nil {
		return nil, nil, "", err
	}
	champion = g.atOneTime(champion)
	if choice = g.unseenBy(champion); choice != nil {
		logOdds, err = logOddsOf(ctx, champion, view.history, view.rows(g.validation.newest))
		return choice, logOdds, " newer than its training", err
	}
	choice = make([]int, len(g.validation.newest))
	for i := range choice {
		choice[i] = i
	}
	logOdds, err = g.refit(ctx, champion, view)
	return choice, logOdds, " (its fields, bins and pairs, fitted to the same past: too few leads are newer than its training)", err
}

// championLogOdds scores all held-out leads with the stored champion, each at the same instant as the new version; it may have
// been fitted to some of them.
func (g *gate) championLogOdds(ctx context.Context, champion *models.Version) ([]float64, error) {
	view, err := g.viewOf(ctx, champion)
	if err != nil {
		return nil, err
	}
	return logOddsOf(ctx, g.atOneTime(champion), view.history, view.rows(g.validation.newest))
}

// atOneTime is the champion as the new version is judged: without drift where leads of all times are mixed.
func (g *gate) atOneTime(champion *models.Version) *models.Version {
	if !g.validation.Mixed {
		return champion
	}
	still := *champion
	still.Logistic = withoutDrift(champion.Logistic, champion.Encoder)
	return &still
}

// unseenBy picks the held-out leads that are newer than all that the champion has learned from; nil if they are too few.
func (g *gate) unseenBy(champion *models.Version) (choice []int) {
	learned, knows := champion.LearnedUntil()
	if !knows || !g.population.Dated {
		return nil
	}
	won := 0
	for i, row := range g.validation.newest {
		if g.data.history.AsOf[row] > learned {
			choice = append(choice, i)
			won += int(g.population.Wins[row])
		}
	}
	if min(won, len(choice)-won) < fewestToCompare {
		return nil
	}
	return choice
}

// refit fits the champion's recipe to the past part and scores the held-out leads with it.
func (g *gate) refit(ctx context.Context, champion *models.Version, view *championView) ([]float64, error) {
	codes, err := champion.Encoder.EncodeHistory(ctx, view.history)
	if err != nil {
		return nil, fmt.Errorf("codes: %w", err)
	}
	wins := make([]float64, view.history.Table.Len())
	for _, row := range g.population.Rows {
		wins[view.row(row)] = float64(g.population.Wins[row])
	}
	cfg := *g.cfg
	cfg.Pairs = slices.ContainsFunc(champion.Logistic.Terms, func(t logistic.Term) bool { return len(t.Inputs) > 1 })
	design := &fit.Design{Inputs: fitInputs(champion.Encoder), Codes: fitCodes(codes), Wins: wins, Rows: view.rows(g.validation.past)}
	model, _, err := fit.Fit(ctx, design, fitConfig(champion.Encoder, &cfg))
	if err != nil {
		return nil, fmt.Errorf("fit: %w", err)
	}
	refitted := *champion
	refitted.Logistic = model
	return logOddsOf(ctx, g.atOneTime(&refitted), view.history, view.rows(g.validation.newest))
}

// championView is the same leads as the champion's schema reads them, each looked at when the new version looks.
type championView struct {
	history *features.History
	place   []int32 // of each lead of the new version's history; nil: the same
}

func (v *championView) row(row int32) int32 {
	if v.place == nil {
		return row
	}
	return v.place[row]
}

func (v *championView) rows(rows []int32) []int32 {
	out := make([]int32, len(rows))
	for i, row := range rows {
		out[i] = v.row(row)
	}
	return out
}

// viewOf reads the leads anew only where the champion's schema is another.
func (g *gate) viewOf(ctx context.Context, champion *models.Version) (*championView, error) {
	own := g.data.history
	if sameSchema(champion.Schema, own.Table.Schema) {
		return &championView{history: own}, nil
	}
	d, err := readHistory(ctx, champion.Schema, "the champion's schema", g.cfg.Leads, g.cfg.Events,
		func(string) features.ReadOptions { return features.ReadOptions{LeaveOutBadRows: g.cfg.LeaveOutBadRows} })
	if err != nil {
		return nil, err
	}
	view := &championView{history: d.history, place: make([]int32, own.Table.Len())}
	at, end := 0, d.history.Table.Len()
	for row := range view.place { // both stand in the order of the same files
		want := own.Table.Row(row)
		for at < end && d.history.Table.Row(at).Before(want) {
			at++
		}
		if at == end || d.history.Table.Row(at) != want {
			return nil, fmt.Errorf("by its schema there is no lead of %s", own.Table.Position(row))
		}
		view.place[row] = int32(at)
		d.history.AsOf[at] = own.AsOf[row]
	}
	return view, nil
}

func sameSchema(a, b *features.Schema) bool {
	one, errOne := json.Marshal(a)
	two, errTwo := json.Marshal(b)
	return errOne == nil && errTwo == nil && bytes.Equal(one, two)
}

func takeAt(values []float64, at []int) []float64 {
	out := make([]float64, len(at))
	for i, j := range at {
		out[i] = values[j]
	}
	return out
}
