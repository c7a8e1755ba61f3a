package comparison

import (
	"context"
	"math"
	"runtime"
	"sort"
	"sync"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/closed"
	"leadscore/models/metrics"
	"leadscore/models/rules"
)

// Leads are closed leads with both scores, by column: one entry a lead in each slice. Make them with [New] and [Leads.Add], or with [Score].
type Leads struct {
	Version string // "deals/2026-06-30-3f9a2c1b7d04"
	Rules   string // the rule book's version

	IDs                   []string
	Rows                  []int32 // the caller's number of each lead
	Wins                  []float64
	Probability, Points   []float64
	ProbabilityPercentile []float64 // among the version's reference leads, 0 to 100
	PointsPercentile      []float64
	Quadrant              []models.Quadrant
	Qualification         []rules.Qualification
	AsOf                  []features.Micros // snapshot; NoTime without one
	Days                  []float64         // to the win; NaN where not won or not known
	Accounts              []uint32          // 0: none; nil: the data name no accounts
	Segments              []Segment
	HighShare             float64 // of the reference leads that each score calls high

	gaps          []Gap
	closeCalls    int
	rules, fields map[string]*Behind
	terms         map[string]*spread // of each of the model's terms, over the leads
}

// Outcome is what became of a lead.
type Outcome struct {
	Row     int32 // the caller's number of the lead
	Won     bool
	Days    float64 // from the snapshot to the win; NaN where not won or not known
	Account uint32  // 0: none
}

// Segment divides the leads by a field.
type Segment struct {
	Field  string
	Levels []string
	Of     []int // each lead's level
}

// New makes an empty list of leads for the version's scores.
func New(scorer *models.Scorer) *Leads {
	v := scorer.Version()
	return &Leads{Version: v.Model + "/" + v.ID, Rules: scorer.Rules().Version(), HighShare: v.Reference.HighShare,
		rules: map[string]*Behind{}, fields: map[string]*Behind{}, terms: map[string]*spread{}}
}

// Add adds a scored lead. Explanations are counted, and kept of the leads with the largest gaps only: the rest of the lead takes about 120 bytes.
func (l *Leads) Add(s *models.Score, o Outcome) {
	win := 0.0
	if o.Won {
		win = 1
	}
	c := &s.Comparison
	l.IDs, l.Rows, l.Wins = append(l.IDs, s.LeadID), append(l.Rows, o.Row), append(l.Wins, win)
	l.Probability, l.Points = append(l.Probability, s.Prediction.Probability), append(l.Points, s.Rules.Points)
	l.ProbabilityPercentile = append(l.ProbabilityPercentile, c.ProbabilityPercentile)
	l.PointsPercentile = append(l.PointsPercentile, c.PointsPercentile)
	l.Quadrant, l.Qualification = append(l.Quadrant, c.Quadrant), append(l.Qualification, s.Rules.Qualification)
	l.AsOf, l.Days = append(l.AsOf, s.AsOf), append(l.Days, o.Days)
	if o.Account != 0 && l.Accounts == nil {
		l.Accounts = make([]uint32, len(l.IDs)-1, cap(l.IDs))
	}
	if l.Accounts != nil {
		l.Accounts = append(l.Accounts, o.Account)
	}
	for _, c := range s.Prediction.Contributions {
		l.addTerm(c)
	}
	l.countCauses(s, o.Won)
	l.keepGap(s, o)
}

// spread sums up a standard deviation.
type spread struct{ n, sum, squares float64 }

func (l *Leads) addTerm(c *models.Contribution) {
	s := l.terms[c.Term]
	if s == nil {
		s = &spread{}
		l.terms[c.Term] = s
	}
	s.n, s.sum, s.squares = s.n+1, s.sum+c.LogOdds, s.squares+c.LogOdds*c.LogOdds
}

// Spread is how far a term of the model sets these leads apart: the standard deviation of what it adds, in log-odds. 0 for a term that the model does
// not have.
func (l *Leads) Spread(term string) float64 {
	s := l.terms[term]
	if s == nil {
		return 0
	}
	mean := s.sum / s.n
	return math.Sqrt(max(0, s.squares/s.n-mean*mean))
}

// Ranks are the places of the leads by each score, 1 the best; leads that tie share the middle of their places.
func (l *Leads) Ranks() (ranks [2][]float64) {
	for k, order := range [2][]float64{l.Probability, l.RuleOrder()} {
		ranks[k] = metrics.Ranks(order)
	}
	return ranks
}

// Len is the number of leads.
func (l *Leads) Len() int { return len(l.IDs) }

// RuleOrder is a number by which the leads stand as the rule book would have them worked: the fast lane above all points, the excluded
// below, within each by points.
func (l *Leads) RuleOrder() []float64 {
	least, most := math.Inf(1), math.Inf(-1)
	for _, p := range l.Points {
		least, most = min(least, p), max(most, p)
	}
	step := math.Ceil(most-least) + 1
	order := make([]float64, len(l.Points))
	for i, p := range l.Points {
		switch l.Qualification[i] {
		case rules.FastLane:
			p += step
		case rules.Excluded:
			p -= step
		}
		order[i] = p
	}
	return order
}

// Dated says that the leads have times.
func (l *Leads) Dated() bool {
	for _, t := range l.AsOf {
		if t != features.NoTime {
			return true
		}
	}
	return false
}

// times are the snapshots in microseconds; nil without times.
func (l *Leads) times() []int64 {
	if !l.Dated() {
		return nil
	}
	times := make([]int64, len(l.AsOf))
	for i, t := range l.AsOf {
		times[i] = int64(t)
	}
	return times
}

// chunk is the number of leads scored between two looks at the context.
const chunk = 4096

// Score scores the selected leads, each at its snapshot, on all cores. progress may be nil.
func Score(ctx context.Context, scorer *models.Scorer, h *features.History, s *closed.Selection, progress func(done, total int64)) (*Leads, error) {
	l := New(scorer)
	days := daysToWin(h, s)
	scores := make([]models.Score, min(chunk, len(s.Rows)))
	for first := 0; first < len(s.Rows); first += chunk {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		rows := s.Rows[first:min(first+chunk, len(s.Rows))]
		scoreRows(scorer, h, rows, scores)
		for k, row := range rows {
			o := Outcome{Row: row, Won: s.Wins[first+k] == 1, Days: days[first+k]}
			if h.Table.Account != nil {
				o.Account = h.Table.Account.At(int(row))
			}
			l.Add(&scores[k], o)
		}
		if progress != nil {
			progress(int64(first+len(rows)), int64(len(s.Rows)))
		}
	}
	return l, h.Events.Err()
}

func scoreRows(scorer *models.Scorer, h *features.History, rows []int32, into []models.Score) {
	var group sync.WaitGroup
	cores := runtime.GOMAXPROCS(0)
	for c := range cores {
		group.Go(func() {
			var snapshot features.Snapshot
			for k := c; k < len(rows); k += cores {
				h.Snapshot(int(rows[k]), &snapshot)
				into[k] = scorer.Score(&snapshot)
			}
		})
	}
	group.Wait()
}

// daysToWin counts from the snapshot, or from creation where the snapshot is the closing itself.
func daysToWin(h *features.History, s *closed.Selection) []float64 {
	t := h.Table
	days := make([]float64, len(s.Rows))
	for k, row := range s.Rows {
		days[k] = math.NaN()
		start, closed := h.AsOf[row], t.Closed.At(int(row))
		if t.Schema.Snapshot.IsZero() {
			start = t.Created.At(int(row))
		}
		if s.Wins[k] == 1 && start != features.NoTime && closed != features.NoTime {
			days[k] = float64(closed-start) / float64(features.Day)
		}
	}
	return days
}

// missing is the label of leads that have no value.
const missing = "missing"

// mostLevels is the number of values by which leads are divided; the rarer ones are put together.
const mostLevels = 12

// otherLevels is the label of those.
const otherLevels = "all others"

// NewSegment divides leads by a label each; an empty one is missing. Beyond 12 labels the rarest are put together. Levels stand in the
// alphabet's order, the put-together and the missing last.
func NewSegment(field string, labels []string) Segment {
	counts := map[string]int{}
	for _, label := range labels {
		counts[label]++
	}
	levels := make([]string, 0, len(counts))
	for label := range counts {
		if label != "" {
			levels = append(levels, label)
		}
	}
	sort.Slice(levels, func(i, k int) bool {
		a, b := levels[i], levels[k]
		return counts[a] > counts[b] || counts[a] == counts[b] && a < b
	})
	rare := len(levels) > mostLevels
	if rare {
		levels = levels[:mostLevels-1]
	}
	sort.Strings(levels)
	if rare {
		levels = append(levels, otherLevels)
	}
	if counts[""] > 0 {
		levels = append(levels, missing)
	}
	place := map[string]int{}
	for k, label := range levels {
		place[label] = k
	}
	s := Segment{Field: field, Levels: levels, Of: make([]int, len(labels))}
	for i, label := range labels {
		at, known := place[label]
		switch {
		case label == "":
			at = place[missing]
		case !known:
			at = place[otherLevels]
		}
		s.Of[i] = at
	}
	return s
}
