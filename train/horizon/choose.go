// Package horizon chooses the time within which a win counts, where nobody has said it: the time within which 90 % of the eventual wins came, rounded up
// to a span that people plan by. Start at [Choose].
package horizon

import (
	"fmt"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/metrics"
)

const (
	// wins is the share of the eventual wins that should come within the horizon.
	wins = 0.9
	// leastWins is the number of wins with times that a horizon is read from.
	leastWins = 20
	// leastFollowed is the share of leads that must be older than the horizon: the others could not be used.
	leastFollowed = 0.5
)

// spans are the horizons that the choice rounds up to, in days.
var spans = []int{7, 14, 30, 60, 90, 120, 180, 270, 365, 540, 730}

// Lead is the time that a lead was watched, from its snapshot, and how that ended: won, lost, or open when the history was taken.
type Lead struct {
	Span   features.Micros // ≥ 0
	Ending features.Outcome
}

// Choose says what it saw and what it chose; with too few wins Days is 0. leads are those with times, whose outcome came after the snapshot; untimed
// is the number of the others; olderThan is the share of leads that are older than so many days. The horizon says what a win is; it is read from all leads,
// and so is no choice that the newest ones could flatter.
func Choose(leads []Lead, untimed int, olderThan func(days int) float64) *models.HorizonChoice {
	c := &models.HorizonChoice{Untimed: untimed}
	for _, l := range leads {
		switch l.Ending {
		case features.Won:
			c.Won++
		case features.Lost:
			c.Lost++
		default:
			c.Open++
		}
	}
	if c.Won < leastWins {
		have := fmt.Sprintf("only %d wins have", c.Won)
		switch c.Won {
		case 0:
			have = "no win has"
		case 1:
			have = "only 1 win has"
		}
		c.Words = fmt.Sprintf("a win counts whenever it came: %s times to read a horizon from, %d are needed", have, leastWins)
		return c
	}
	won := metrics.NewIncidence(followed(leads))
	last := won.Steps[len(won.Steps)-1]
	c.EverWon, c.StillOpen, c.LongestDays = last.Reached, last.Waiting, inDays(last.Span)
	for _, q := range []struct {
		share float64
		days  *float64
	}{{0.5, &c.HalfDays}, {0.75, &c.ThreeQuarterDays}, {wins, &c.NinetyDays}} {
		span, _ := won.When(q.share * last.Reached)
		*q.days = inDays(span)
	}
	for _, days := range spans {
		c.Curve = append(c.Curve, models.HorizonPoint{Days: days, Won: won.By(int64(features.Micros(days) * features.Day)), Followed: olderThan(days)})
	}
	settle(c)
	return c
}

// followed are the leads as they wait for a win, beside which a loss competes.
func followed(leads []Lead) []metrics.FollowUp {
	list := make([]metrics.FollowUp, len(leads))
	for i, l := range leads {
		list[i] = metrics.FollowUp{Span: int64(l.Span), Ending: [...]metrics.Ending{features.Open: metrics.StillWaiting, features.Won: metrics.Reached, features.Lost: metrics.EndedOtherwise}[l.Ending]}
	}
	return list
}

// settle takes the least span that holds the wins, or the longest one that enough leads were followed for.
func settle(c *models.HorizonChoice) {
	want := len(c.Curve) - 1
	for want > 0 && float64(c.Curve[want-1].Days) >= c.NinetyDays {
		want--
	}
	at := want
	for at > 0 && c.Curve[at].Followed < leastFollowed {
		at--
	}
	c.Days, c.WithinHorizon = c.Curve[at].Days, c.Curve[at].Won/c.EverWon
	c.TooShort = at < want
	c.Words = fmt.Sprintf("a win counts within %d days of the snapshot, chosen from the data: half of the wins came within %.3g days, 90 %% within %.3g; %.0f %% of them within the horizon",
		c.Days, c.HalfDays, c.NinetyDays, 100*c.WithinHorizon)
	if c.TooShort {
		c.Words += fmt.Sprintf("; the history is too short for the %d days that 90 %% would take: only %.0f %% of the leads are that old, so the longest span that half of them are old enough for is taken",
			c.Curve[want].Days, 100*c.Curve[want].Followed)
	}
	if beyond := c.StillOpen / (c.StillOpen + c.EverWon); beyond > 1-wins {
		c.Words += fmt.Sprintf("; %.0f %% of the leads are still open after the longest %.0f days seen, so later wins are possible", 100*c.StillOpen, c.LongestDays)
	}
}

func inDays(span int64) float64 { return float64(span) / float64(features.Day) }
