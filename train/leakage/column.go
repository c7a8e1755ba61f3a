package leakage

import (
	"leadscore/features"
)

const (
	// Blocks is how many spans of time, with about as many leads each, the history is cut into: so many that the market stands
	// still within one, a fortnight of two years.
	Blocks = 50
	// coarse is how many of them are taken together where each needs leads of two groups.
	coarse = 5
)

// Column is what the evidence is read from. It is made of sums over leads, so that tables of parts of a history add up.
type Column struct {
	Name string
	// Kind of the values; an engagement figure is a number or a category.
	Kind features.Kind
	// Whole says that all values are whole numbers.
	Whole bool
	// Recorded says that the column is as the file was exported, and not computed as of the snapshot: its name may speak of a
	// later state.
	Recorded bool
	// Cells are the values in falling frequency, or the ranges in rising order; then rare values together, then missing.
	Cells []Cell
	// NonZero counts the leads by [features.Outcome] whose number is not 0; for a number only.
	NonZero [3]int
	// Closing and Snapshot say how a date, or the events of a figure, lie to the closing and to the snapshot.
	Closing, Snapshot Later
	// Plans counts dates beyond the history's end, which no one can have recorded: they were planned. For a date only.
	Plans int
	// Unique says why the values are names of single leads, "" if they are not; UniqueShare is the share of different ones.
	Unique      string
	UniqueShare float64
}

// Later counts leads (or events): those that lie at or after an instant, of all that can be compared with it.
type Later struct {
	N, Of int
	What  string // the instant in words
}

func (l Later) share() float64 { return share{l.N, l.Of}.rate() }

// Cell is a value, or a range of values, and what became of its leads.
type Cell struct {
	Label   string
	Missing bool
	Other   bool // rare values together
	Counts  [Blocks]Count
}

// Count is what became of the leads of a cell in one span of time. The halves have nothing to do with the leads' order, see
// [Half].
type Count struct {
	Won, Lost [2]int32
	Open      int32
}

// Half deals rows into two halves that have nothing to do with their order.
func Half(row int) int { return int(Scatter(uint64(row)+1<<40) & 1) }

// Scatter mixes the bits of row numbers, so that any of them choose rows at random but the same every time: the finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
func Scatter(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Spans gives each row its span of time, 0 to Blocks-1, of rows in the order of time.
func Spans(order []int) []uint8 {
	spans := make([]uint8, len(order))
	for place, row := range order {
		spans[row] = uint8(place * Blocks / len(order))
	}
	return spans
}

// Add counts a lead.
func (c *Count) Add(outcome features.Outcome, half int) {
	switch outcome {
	case features.Won:
		c.Won[half]++
	case features.Lost:
		c.Lost[half]++
	default:
		c.Open++
	}
}

// Subtract takes other leads' counts off.
func (c *Count) Subtract(other *Count) {
	for half := range 2 {
		c.Won[half] -= other.Won[half]
		c.Lost[half] -= other.Lost[half]
	}
	c.Open -= other.Open
}

func (c *Count) won() int  { return int(c.Won[0] + c.Won[1]) }
func (c *Count) lost() int { return int(c.Lost[0] + c.Lost[1]) }

// of counts the leads with an outcome.
func (c *Count) of(outcome features.Outcome) int {
	switch outcome {
	case features.Won:
		return c.won()
	case features.Lost:
		return c.lost()
	}
	return int(c.Open)
}

// sum is what became of the cell's leads over all time.
func (c *Cell) sum() (won, lost, open int) {
	for b := range c.Counts {
		won, lost, open = won+c.Counts[b].won(), lost+c.Counts[b].lost(), open+int(c.Counts[b].Open)
	}
	return won, lost, open
}

func (c *Cell) decided() int {
	won, lost, _ := c.sum()
	return won + lost
}

// rate is the win rate of the cell's decided leads, NaN without any.
func (c *Cell) rate() float64 {
	won, lost, _ := c.sum()
	return float64(won) / float64(won+lost)
}

// totals are the leads of the column.
func (c *Column) totals() (won, lost, open int) {
	for i := range c.Cells {
		w, l, o := c.Cells[i].sum()
		won, lost, open = won+w, lost+l, open+o
	}
	return won, lost, open
}

// share is a count among leads.
type share struct{ n, of int }

func (s share) rate() float64 {
	if s.of == 0 {
		return 0
	}
	return float64(s.n) / float64(s.of)
}

// filled counts the leads of each outcome that have a value.
func (c *Column) filled() (won, lost, open share) {
	won.of, lost.of, open.of = c.totals()
	for i := range c.Cells {
		if !c.Cells[i].Missing {
			w, l, o := c.Cells[i].sum()
			won.n, lost.n, open.n = won.n+w, lost.n+l, open.n+o
		}
	}
	return won, lost, open
}

// perSpan counts leads by tenth of the history: all, and those with a value.
func (c *Column) perSpan(outcomes ...features.Outcome) (all, filled [Blocks / coarse]int) {
	for i := range c.Cells {
		for b := range c.Cells[i].Counts {
			for _, outcome := range outcomes {
				n := c.Cells[i].Counts[b].of(outcome)
				all[b/coarse] += n
				if !c.Cells[i].Missing {
					filled[b/coarse] += n
				}
			}
		}
	}
	return all, filled
}

// likeForLike gives the shares of two groups of leads that have a value, the second group's spans of time given to both
// (direct standardisation), so that a column that was introduced later is not mistaken for one that is filled later. Spans
// that only one of the groups has are left out.
func (c *Column) likeForLike(first, second []features.Outcome) (a, b share) {
	allA, filledA := c.perSpan(first...)
	allB, filledB := c.perSpan(second...)
	expected := 0.0
	for i := range allA {
		if allA[i] > 0 && allB[i] > 0 {
			a.of, b.of, b.n = a.of+allA[i], b.of+allB[i], b.n+filledB[i]
			expected += float64(allB[i]) * float64(filledA[i]) / float64(allA[i])
		}
	}
	if b.of > 0 {
		a.n = int(expected/float64(b.of)*float64(a.of) + 0.5)
	}
	return a, b
}
