package train

import (
	"fmt"
	"time"

	"leadscore/features"
	"leadscore/models"
)

// Choice of the horizon.
const (
	// horizonWins is the share of the eventual wins that should come within the horizon.
	horizonWins = 0.9
	// leastTimedWins is the number of wins with times that a horizon is read from.
	leastTimedWins = 20
	// leastFollowed is the share of leads that must be older than the horizon: the others could not be used.
	leastFollowed = 0.5
)

// horizonDays are the horizons that the choice rounds up to: spans that people plan by.
var horizonDays = []int{7, 14, 30, 60, 90, 120, 180, 270, 365, 540, 730}

// chooseHorizon sets the horizon of the history's schema where that gives none: the time within which 90 % of the eventual
// wins came, rounded up to a usual span. It returns nil where the schema gives one, or where there are no times to read
// one from, and else what it saw. The horizon says what a win is; it is read from all leads, and so is no choice that the
// newest ones could flatter.
func chooseHorizon(h *features.History, until features.Micros) *models.HorizonChoice {
	schema := h.Table.Schema
	if schema.Horizon > 0 || schema.Snapshot.IsZero() || h.Table.Closed == nil || until == features.NoTime {
		return nil
	}
	leads, c := followUps(h, until)
	if c.Won < leastTimedWins {
		c.Words = fmt.Sprintf("a win counts whenever it came: only %d wins have times to read a horizon from, %d are needed", c.Won, leastTimedWins)
		return c
	}
	steps := incidence(leads)
	last := steps[len(steps)-1]
	c.EverWon, c.StillOpen, c.LongestDays = last.won, last.open, inDays(last.span)
	for _, q := range []struct {
		share float64
		days  *float64
	}{{0.5, &c.HalfDays}, {0.75, &c.ThreeQuarterDays}, {horizonWins, &c.NinetyDays}} {
		span, _ := reached(steps, q.share*last.won)
		*q.days = inDays(span)
	}
	for _, days := range horizonDays {
		c.Curve = append(c.Curve, models.HorizonPoint{Days: days,
			Won: wonBy(steps, features.Micros(days)*features.Day), Followed: followedShare(h, until, days)})
	}
	settle(c)
	schema.Horizon = features.Duration(c.Days) * features.Duration(dayLength)
	return c
}

// followUps lists the leads that can be followed from their snapshot, and counts the others.
func followUps(h *features.History, until features.Micros) ([]followUp, *models.HorizonChoice) {
	c := &models.HorizonChoice{}
	var leads []followUp
	for i := range h.Table.Len() {
		from, end := h.AsOf[i], until
		ending := stillOpen
		switch h.Table.Outcome[i] {
		case features.Won:
			ending, end = endedWon, h.Table.Closed.At(i)
		case features.Lost:
			ending, end = endedLost, h.Table.Closed.At(i)
		}
		if from == features.NoTime || end == features.NoTime || end < from || h.Table.Created.At(i) > end {
			c.Untimed++
			continue
		}
		leads = append(leads, followUp{end - from, ending})
		switch ending {
		case endedWon:
			c.Won++
		case endedLost:
			c.Lost++
		default:
			c.Open++
		}
	}
	return leads, c
}

// followedShare is the share of the leads that are older than so many days, from their snapshot.
func followedShare(h *features.History, until features.Micros, days int) float64 {
	old, all := 0, 0
	for _, asOf := range h.AsOf {
		if asOf == features.NoTime || asOf > until {
			continue
		}
		all++
		if asOf+features.Micros(days)*features.Day <= until {
			old++
		}
	}
	return float64(old) / float64(max(1, all))
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
	if beyond := c.StillOpen / (c.StillOpen + c.EverWon); beyond > 1-horizonWins {
		c.Words += fmt.Sprintf("; %.0f %% of the leads are still open after the longest %.0f days seen, so later wins are possible", 100*c.StillOpen, c.LongestDays)
	}
}

const dayLength = 24 * time.Hour

func inDays(span features.Micros) float64 { return float64(span) / float64(features.Day) }
