package scorecard

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sort"

	"go.yaml.in/yaml/v3"

	"leadscore/models/metrics"
	"leadscore/models/rules"
	"leadscore/models/rules/evidence"
)

// Suggestion is a scorecard learnt from the past leads in the user's own vocabulary, and how it did on the newest ones.
type Suggestion struct {
	Present  string `json:"present"`   // version of the book that it starts from
	Text     []byte `json:"-"`         // the new rules.yaml
	Learnt   int    `json:"learnt_on"` // past leads
	Tried    int    `json:"tried"`     // rules that could have entered
	Rules    int    `json:"rules"`
	Doubling int    `json:"points_per_doubling"` // points that double the odds of winning

	Changes []Change  `json:"changes"`
	Caps    []CapMove `json:"caps_moved,omitempty"` // empty: they are the present book's

	Split   string        `json:"judged_on"`
	Leads   int           `json:"judged_leads"`
	Won     int           `json:"judged_won"`
	Figures []BookFigures `json:"figures,omitempty"` // model, unrounded, suggested, present
	// BehindModel is the suggested book's AUC less the model's, AheadOfPresent less the present book's; 95 % (DeLong).
	BehindModel    *metrics.Estimate `json:"behind_model,omitempty"`
	AheadOfPresent *metrics.Estimate `json:"ahead_of_present,omitempty"`
	Warnings       []string          `json:"warnings,omitempty"`

	book *rules.Book
}

// Change is one line of the difference between the books.
type Change struct {
	ID     string   `json:"id"`
	Change string   `json:"change"` // kept, repaid, removed, new
	Before *float64 `json:"points_before"`
	After  *float64 `json:"points_after"`
	Reason string   `json:"reason"`
	Words  string   `json:"words,omitempty"` // why it was removed
}

// BookFigures are one score's figures on the newest leads.
type BookFigures struct {
	Name    string           `json:"name"`
	AUC     metrics.Estimate `json:"auc"`
	LogLoss float64          `json:"log_loss"` // nats a lead
}

// SuggestConfig says how large the new book may be. Its zero value is invalid.
type SuggestConfig struct {
	AtMost int       // rules that give points, 1 to 100
	Model  []float64 // the model's probabilities of the newest leads, from a fit to the past; nil: not compared
}

// ErrAtMost is returned for a number of rules that no book can have.
var ErrAtMost = errors.New("at most so many rules: write 1 to 100")

// ErrNoRules says that nothing in the data tells won from lost leads surely enough for a rule.
var ErrNoRules = errors.New("no rule tells won from lost leads: nothing to suggest")

// suggestLeads bounds the leads that rules are chosen on: more hardly move whole points. Evenly over time.
const suggestLeads = 20_000

// suggester holds what the steps share.
type suggester struct {
	leads      *Leads
	present    *evidence.Sheet // of the past leads
	judged     *evidence.Evidence
	text       *bookText
	candidates []candidate
	sheet      *evidence.Sheet // of the candidates
	wins       []float64
	chosen     *selection
}

// Suggest learns a scorecard on the past leads and judges it on the newest. The present book is never changed.
func Suggest(ctx context.Context, book *rules.Book, l *Leads, cfg SuggestConfig) (*Suggestion, error) {
	if cfg.AtMost < 1 || cfg.AtMost > 100 {
		return nil, ErrAtMost
	}
	text, err := readBookText(book.Source())
	if err != nil {
		return nil, err
	}
	past := l.Past
	if len(past) == 0 {
		past = l.Rows
	}
	rows := evenly(past, suggestLeads)
	s := &suggester{leads: l, text: text, wins: l.Outcomes(rows)}
	if s.present, err = evidence.NewSheet(ctx, book, l.History, rows); err != nil {
		return nil, err
	}
	if s.judged, err = evidence.Judge(ctx, s.present, &l.Leads); err != nil {
		return nil, err
	}
	s.candidates = append(s.presentRules(), vocabulary(l, rows)...)
	if s.sheet, err = s.candidateSheet(ctx, rows); err != nil {
		return nil, err
	}
	if s.chosen, err = choose(ctx, s.sheet.Columns, s.isPresent(), s.prices(), s.wins, cfg.AtMost); err != nil {
		return nil, err
	}
	if len(s.chosen.chosen) == 0 {
		return nil, ErrNoRules
	}
	best, err := s.bestScale(ctx)
	if err != nil {
		return nil, err
	}
	best.Learnt, best.Tried, best.Warnings = len(rows), len(s.candidates), l.Warnings
	s.explainChanges(best)
	return best, s.judge(ctx, best, cfg.Model)
}

// evenly takes at most so many rows, spread over all.
func evenly(rows []int32, most int) []int32 {
	if len(rows) <= most {
		return rows
	}
	some := make([]int32, most)
	for i := range some {
		some[i] = rows[i*len(rows)/most]
	}
	return some
}

func (s *suggester) presentRules() (list []candidate) {
	for _, r := range s.present.Rules {
		list = append(list, candidate{dimension: r.Dimension, present: r.ID, about: r.ID, reason: r.Reason})
	}
	return list
}

func (s *suggester) isPresent() []bool {
	list := make([]bool, len(s.sheet.Rules))
	for i := range list {
		list[i] = s.candidates[i].present != ""
	}
	return list
}

func (s *suggester) prices() []float64 {
	list := make([]float64, len(s.candidates))
	for i := range list {
		list[i] = s.candidates[i].price
	}
	return list
}

// candidatePoints gives decayed shares four more digits than one point would.
const candidatePoints = 1000

// candidateSheet scores all candidates as one large book without caps, gates and thresholds: so a column is what the rule
// itself will say, with the book's own decay.
func (s *suggester) candidateSheet(ctx context.Context, rows []int32) (*evidence.Sheet, error) {
	big := s.text.clone()
	drop(big.top(), "exclude", "fast_lane", "require", "order_guard", "thresholds", "grades")
	nodes := map[rules.Dimension][]*yaml.Node{}
	// The sheet lists fit first, as a book does.
	ordered := append([]candidate(nil), s.candidates...)
	sort.SliceStable(ordered, func(i, k int) bool { return ordered[i].dimension == rules.Fit && ordered[k].dimension != rules.Fit })
	s.candidates = ordered
	for i := range ordered {
		id := fmt.Sprintf("c%d", i)
		node := ordered[i].node(s.text, id, candidatePoints)
		drop(node, "group")
		nodes[ordered[i].dimension] = append(nodes[ordered[i].dimension], node)
	}
	for _, d := range []rules.Dimension{rules.Fit, rules.Engagement} {
		big.setRules(d, nodes[d])
		if section := get(big.top(), string(d)); section != nil {
			drop(section, "cap", "groups")
		}
	}
	source, err := big.bytes()
	if err != nil {
		return nil, err
	}
	book, err := rules.Parse("candidate rules", source, s.leads.History.Table.Schema)
	if err != nil {
		return nil, err
	}
	return evidence.NewSheet(ctx, book, s.leads.History, rows)
}

// The scale of a suggestion, in points that double the odds of winning.
const (
	leastScale = 3.0
	mostScale  = 30.0
)

// smallerScales are shares of the book's own scale that are tried where its caps would cut too much.
var smallerScales = []float64{1, 0.75, 0.5, 0.35, 0.25}

// lossToSpare is the log loss, in nats a lead, that the book's own scale may cost against the best.
const lossToSpare = 0.001

// bestScale rounds at the present book's own scale, so that people know what a point is and the difference shows what really
// changed. Where its caps would then cut too much, it takes a smaller one; where none of these is good enough, it keeps the scale and moves the
// caps, which the suggestion says.
func (s *suggester) bestScale(ctx context.Context) (*Suggestion, error) {
	own := math.Ln2 / s.judged.Rate
	var list []*Suggestion
	var losses []float64
	least := math.Inf(1)
	for _, share := range smallerScales {
		suggestion, loss, err := s.atScale(ctx, math.Round(min(max(own*share, leastScale), mostScale)), false)
		if err != nil {
			return nil, err
		}
		list, losses, least = append(list, suggestion), append(losses, loss), min(least, loss)
	}
	moved, loss, err := s.atScale(ctx, math.Round(min(max(own, leastScale), mostScale)), true)
	if err != nil || loss < least-lossToSpare {
		return moved, err
	}
	for i, loss := range losses {
		if loss <= least+lossToSpare {
			return list[i], nil
		}
	}
	return list[0], nil
}

// lossOfLine is the log loss of points put on the scale of probabilities.
func lossOfLine(points, wins []float64) (float64, error) {
	line, err := metrics.FitLine(points, wins)
	if err != nil {
		return 0, err
	}
	return metrics.LogLoss(probabilities(line, points), wins)
}

func probabilities(line metrics.Line, points []float64) []float64 {
	list := make([]float64, len(points))
	for i, p := range points {
		list[i] = line.Probability(p)
	}
	return list
}

// atScale writes the book at one scale, and says what log loss its points have on the leads that it is learnt from. Rules that round to 0 points are
// left out.
func (s *suggester) atScale(ctx context.Context, doubling float64, moveCaps bool) (*Suggestion, float64, error) {
	columns, weights := s.chosen.picked(), make([]float64, len(s.chosen.chosen))
	for i, c := range s.chosen.chosen {
		weights[i] = evidence.WeightOf(s.present.Book, s.candidates[c].dimension)
		if weights[i] == 0 {
			weights[i] = 1
		}
	}
	r := roundPoints(columns, s.wins, s.chosen.fitted, weights, doubling/math.Ln2)
	text := s.text.clone()
	nodes := map[rules.Dimension][]*yaml.Node{}
	suggestion := &Suggestion{Present: s.present.Book.Version(), Doubling: int(doubling)}
	taken := map[string]bool{}
	for _, g := range s.present.Rules {
		taken[g.ID] = true // a new rule never takes the name of a present one
	}
	for _, i := range s.order(r) {
		c := &s.candidates[s.chosen.chosen[i]]
		id := c.present
		if id == "" {
			id = c.named(taken)
			taken[id] = true
		}
		node := c.node(s.text, id, r.points[i])
		node.HeadComment = s.comment(s.chosen.chosen[i])
		nodes[c.dimension] = append(nodes[c.dimension], node)
		suggestion.Changes = append(suggestion.Changes, s.change(c, id, r.points[i]))
	}
	suggestion.Rules = len(suggestion.Changes)
	if err := s.write(ctx, suggestion, text, nodes, moveCaps); err != nil {
		return nil, 0, err
	}
	sheet, err := evidence.NewSheet(ctx, suggestion.book, s.leads.History, s.sheet.Rows)
	if err != nil {
		return nil, 0, err
	}
	loss, err := lossOfLine(sheet.Points, s.wins)
	return suggestion, loss, err
}

// order lists the rules with points, the most points first.
func (s *suggester) order(r *rounded) (order []int) {
	for i, p := range r.points {
		if p != 0 {
			order = append(order, i)
		}
	}
	sort.SliceStable(order, func(i, k int) bool { return r.points[order[i]] > r.points[order[k]] })
	return order
}

// comment says what the rule's leads did.
func (s *suggester) comment(c int) string {
	column := &s.sheet.Columns[c]
	won := 0.0
	for _, at := range column.At {
		won += s.wins[at]
	}
	n := len(column.At)
	return fmt.Sprintf("# %d of %d leads, of which %s won; of the others %s", n, len(s.wins), evidence.Percent(won/float64(max(1, n))),
		evidence.Percent((sum(s.wins)-won)/float64(max(1, len(s.wins)-n))))
}

func sum(values []float64) (total float64) {
	for _, v := range values {
		total += v
	}
	return total
}

func (s *suggester) change(c *candidate, id string, after float64) Change {
	change := Change{ID: id, Change: "new", After: &after, Reason: c.reason}
	if c.present != "" {
		for _, r := range s.present.Rules {
			if r.ID == c.present {
				before := r.Points
				change.Before, change.Change = &before, "repaid"
				if before == after {
					change.Change = "kept"
				}
			}
		}
	}
	return change
}

// write puts the rules in place, and the thresholds and grades where the same share of the past leads reaches them.
func (s *suggester) write(ctx context.Context, suggestion *Suggestion, text *bookText, nodes map[rules.Dimension][]*yaml.Node, moveCaps bool) (err error) {
	for _, d := range []rules.Dimension{rules.Fit, rules.Engagement} {
		text.setRules(d, nodes[d])
	}
	text.dropEmptyGroups()
	text.root.HeadComment, text.top().Content[0].HeadComment = "", "" // they tell of the present book
	set(text.top(), "name", scalar(s.present.Book.Name()+"-suggested"))
	text.top().HeadComment = fmt.Sprintf("# Proposed by leadscore rules suggest from %d closed leads, beside %s; nothing uses it until a person takes it.\n# %d points stand for a doubling of the odds of winning.",
		len(s.wins), s.present.Book.Version(), suggestion.Doubling)
	thresholds, grades := get(text.top(), "thresholds"), get(text.top(), "grades")
	thresholds, grades = cloneNode(thresholds), cloneNode(grades)
	drop(text.top(), "thresholds", "grades")
	if moveCaps {
		if suggestion.Caps, err = s.moveCaps(ctx, text); err != nil {
			return err
		}
	}
	bare, err := s.parse(text)
	if err != nil {
		return err
	}
	sheet, err := evidence.NewSheet(ctx, bare, s.leads.History, s.sheet.Rows)
	if err != nil {
		return err
	}
	if thresholds != nil {
		moveThresholds(get(thresholds, "mql"), s.present, sheet)
		set(text.top(), "thresholds", thresholds)
	}
	if grades != nil {
		moveGrades(get(grades, "fit"), s.present.Fit, sheet.Fit)
		moveGrades(get(grades, "engagement"), s.present.Engagement, sheet.Engagement)
		set(text.top(), "grades", grades)
	}
	if suggestion.book, err = s.parse(text); err != nil {
		return err
	}
	suggestion.Text, err = text.bytes()
	return err
}

func (s *suggester) parse(text *bookText) (*rules.Book, error) {
	source, err := text.bytes()
	if err != nil {
		return nil, err
	}
	return rules.Parse("suggested rules", source, s.leads.History.Table.Schema)
}
