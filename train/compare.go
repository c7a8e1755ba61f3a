package train

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/bulk"
	"leadscore/models/closed"
	"leadscore/models/comparison"
	"leadscore/models/logistic"
	"leadscore/models/rules"
)

// CompareConfig says which version's two scores to hold against which closed leads. Its zero value is invalid.
type CompareConfig struct {
	Store  string // directory of the version store
	Model  string // deals, deals@challenger or deals/VERSION
	Leads  []string
	Events []string // may be empty

	// Refit judges a stand-in instead of the version: the same schema and rules, fitted to the older part of the leads and judged on the
	// newest HoldOut of them. It is the way out where the version has seen all leads that there are.
	Refit   bool
	HoldOut float64 // in (0, 0.5]; for Refit

	Capacity *comparison.Capacity // nil: the share that the rules hand over
	By       []string             // fields to divide the leads by; empty: up to three categories that the model makes most of

	LeaveOutBadRows bool
	Code            string // the program and its revision
	Progress        func(stage string, done, total int64)
}

// Compared is a comparison with the leads behind it.
type Compared struct {
	Comparison *comparison.Comparison
	Leads      *comparison.Leads
	Scorer     *models.Scorer
	History    *features.History
	Warnings   []features.Warning // of the data, counted
}

// Errors of [Compare] that a caller can mend.
var (
	ErrSeen     = fmt.Errorf("%w, so both scores would be judged on leads that they know", ErrLearned)
	ErrNoneLeft = errors.New("no fair comparison: it takes at least one won lead and one that was not, newer than all that the version has learned from and older than the horizon")
)

// refitHint says what to do about both.
const refitHint = "give newer closed deals, or judge a stand-in that is fitted to the older part of these leads only (--refit)"

// Compare holds both scores of a version against closed leads that neither was made from. It leaves out, counted, what the version may know and
// what is no fair sample; leads without times cannot be told apart, which the result's basis says.
func Compare(ctx context.Context, cfg CompareConfig) (*Compared, error) {
	base, err := openCompared(&cfg)
	if err != nil {
		return nil, err
	}
	d, err := readClosed(ctx, base, &RecalibrateConfig{Leads: cfg.Leads, Events: cfg.Events, LeaveOutBadRows: cfg.LeaveOutBadRows, Progress: cfg.Progress})
	if err != nil {
		return nil, err
	}
	fields, err := cfg.divisions(d.history.Table)
	if err != nil {
		return nil, err
	}
	choose := chooseNewer
	if cfg.Refit {
		choose = chooseRefit
	}
	judged, err := choose(ctx, base, d, &cfg)
	if err != nil {
		return nil, err
	}
	result := &Compared{Scorer: judged.scorer, History: d.history, Warnings: d.warnings}
	progress := func(done, total int64) { cfg.progress("scoring", done, total) }
	if result.Leads, err = comparison.Score(ctx, judged.scorer, d.history, judged.leads, progress); err != nil {
		return nil, err
	}
	if fields == nil {
		fields = result.Leads.MostTelling(d.history.Table)
	}
	for _, f := range fields {
		result.Leads.Segments = append(result.Leads.Segments, comparison.Divide(d.history.Table, f, judged.leads.Rows))
	}
	cfg.progress("comparing", 0, 0)
	result.Comparison, err = result.Leads.Compare(ctx, comparison.Config{Capacity: cfg.Capacity, Basis: judged.basis})
	return result, err
}

func openCompared(cfg *CompareConfig) (*models.Version, error) {
	if cfg.Refit && !(cfg.HoldOut > 0 && cfg.HoldOut <= 0.5) {
		return nil, &settingsError{fmt.Errorf("hold-out share %v: write a number above 0 and up to 0.5", cfg.HoldOut)}
	}
	_, base, _, err := openBase(&RecalibrateConfig{Store: cfg.Store, Model: cfg.Model, Leads: cfg.Leads})
	return base, err
}

// judged are the leads to judge on, and by whose scores.
type judged struct {
	scorer *models.Scorer
	leads  *closed.Selection
	basis  *comparison.Basis
}

// chooseNewer takes the closed leads that are newer than all that the version has learned from.
func chooseNewer(_ context.Context, base *models.Version, d *data, _ *CompareConfig) (*judged, error) {
	if d.fingerprint == base.Training.Fingerprint {
		return nil, fmt.Errorf("%w: %s", ErrSeen, refitHint)
	}
	s, basis := comparison.Newest(d.history, base, d.rows, d.leftOut)
	if s.Won == 0 || s.Won == len(s.Rows) {
		return nil, fmt.Errorf("%w; of %d leads %d can be used, %d of them won%s: %s", ErrNoneLeft, d.rows, len(s.Rows), s.Won, describeLeftOut(s.LeftOut), refitHint)
	}
	scorer, err := models.NewScorer(base)
	if err != nil {
		return nil, err
	}
	return &judged{scorer, s, basis}, nil
}

// chooseRefit fits a stand-in to the older part, as validation does, and takes the newest part.
func chooseRefit(ctx context.Context, base *models.Version, d *data, cfg *CompareConfig) (*judged, error) {
	p, err := populate(d.history)
	if err != nil {
		return nil, err
	}
	s := splitByTime(d.history, p, cfg.HoldOut)
	if s == nil {
		return nil, ErrNoNewest
	}
	cfg.progress("fitting a stand-in to the older leads", 0, 0)
	settings := Defaults()
	settings.Pairs = hasPairs(base)
	fitted, err := fitFrom(ctx, d.history, p, s.past, beginning{describe: true}, &settings)
	if err != nil {
		return nil, err
	}
	standIn, err := standInOf(base, d, p, s, fitted)
	if err != nil {
		return nil, err
	}
	scorer, err := models.NewScorer(standIn)
	if err != nil {
		return nil, err
	}
	leads := &closed.Selection{Rows: s.newest, Wins: outcomesOf(s.newest, p), Dated: p.Dated, Until: p.Until}
	leads.Won = int(countWon(leads.Wins))
	b := &comparison.Basis{Kind: comparison.Refit, Read: d.rows, WonLate: int(p.WonLate), Past: len(s.past), LeftOut: mergeCounts(d.leftOut, p.LeftOut)}
	b.LeftOut["older: the stand-in learned from them"] = int64(len(s.past))
	if apart := len(p.Rows) - len(s.past) - len(s.newest); apart > 0 {
		b.LeftOut["between the two parts: outcome not known yet when the newest part began, or of an account in both"] = int64(apart)
	}
	b.Words = fmt.Sprintf("The model judged here is a stand-in: the same fields and settings, fitted to the %d older leads only and judged on %s, which it has not seen. The stored version is fitted to more.",
		len(s.past), s.words)
	b.Words += comparison.RulesUndated
	for _, warning := range s.warnings {
		if !strings.HasPrefix(warning, roughPart) { // the comparison says so itself
			b.Words += " Mind: " + warning + "."
		}
	}
	return &judged{scorer, leads, b}, nil
}

// hasPairs says that a version was fitted with pairs of fields, so that its stand-in may look for them too.
func hasPairs(v *models.Version) bool {
	return slices.ContainsFunc(v.Logistic.Terms, func(t logistic.Term) bool { return len(t.Inputs) > 1 })
}

// standInOf puts the fit into a version of its own, ranked among the leads that it was fitted to.
func standInOf(base *models.Version, d *data, p *Population, s *split, f *fitted) (*models.Version, error) {
	book, err := rules.Parse("rules.yaml of the model", []byte(base.Rules), d.history.Table.Schema)
	if err != nil {
		return nil, err
	}
	past := *p
	past.Rows = s.past
	withBook := *d
	withBook.book = book
	reference, err := referenceOf(&withBook, &past, f)
	if err != nil {
		return nil, err
	}
	v := &models.Version{Code: base.Code, Model: base.Model, ID: base.ID, Reference: reference, Schema: d.history.Table.Schema,
		Rules: base.Rules, Encoder: f.encoder, Logistic: f.model}
	if p.Dated {
		v.Training.Newest = timestamp(d.history.AsOf[s.past[len(s.past)-1]])
	}
	return v, v.MakeGolden()
}

func (c *CompareConfig) progress(stage string, done, total int64) {
	if c.Progress != nil {
		c.Progress(stage, done, total)
	}
}

// Export writes every lead with both scores, ranks, causes and outcome: CSV, TSV, JSON Lines or Parquet by the path's ending.
func (c *Compared) Export(ctx context.Context, path string, progress func(stage string, done, total int64)) error {
	l, t := c.Leads, c.History.Table
	ranks := l.Ranks()
	number := func(name string, of func(k int) (float64, bool)) bulk.Further {
		return bulk.Further{Name: name, Number: of}
	}
	further := []bulk.Further{
		number("won", func(k int) (float64, bool) { return l.Wins[k], true }),
		number("days_to_win", func(k int) (float64, bool) { return l.Days[k], l.Days[k] == l.Days[k] }),
		number("rank_model", func(k int) (float64, bool) { return ranks[0][k], true }),
		number("rank_rules", func(k int) (float64, bool) { return ranks[1][k], true }),
	}
	if t.Account != nil {
		further = append(further, bulk.Further{Name: "account", Text: func(k int) string { return t.Accounts[t.Account.At(int(l.Rows[k]))] }})
	}
	for s := range l.Segments {
		segment := &l.Segments[s]
		further = append(further, bulk.Further{Name: "by_" + segment.Field, Text: func(k int) string { return segment.Levels[segment.Of[k]] }})
	}
	return bulk.WriteChosen(ctx, c.Scorer, bulk.Chosen{History: c.History, Rows: l.Rows, Further: further, Out: path,
		Progress: func(done, total int64) {
			if progress != nil {
				progress("writing "+path, done, total)
			}
		}})
}
