package comparison

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Capacity is how many leads a team works: so many in a period, or a share of all that come. Exactly one is set.
type Capacity struct {
	Leads int     `json:"leads,omitempty"` // ≥ 1
	Per   Period  `json:"per,omitempty"`
	Share float64 `json:"share,omitempty"` // in (0, 1]
}

// Period is the time that a capacity is for.
type Period string

const (
	Day  Period = "day"
	Week Period = "week"
)

// Micros is the period's length in microseconds.
func (p Period) Micros() int64 {
	const day = 24 * 60 * 60 * 1_000_000
	if p == Week {
		return 7 * day
	}
	return day
}

// ParseCapacity reads "40/week", "8/day" or "20%"; nil for the empty text.
func ParseCapacity(text string) (*Capacity, error) {
	if text == "" {
		return nil, nil
	}
	fault := fmt.Errorf("%q: write a number of leads and a period, such as 40/week or 8/day, or a share of the leads, such as 20%%", text)
	if share, ok := strings.CutSuffix(strings.TrimSpace(text), "%"); ok {
		percent, err := strconv.ParseFloat(strings.TrimSpace(share), 64)
		if err != nil || !(percent > 0 && percent <= 100) {
			return nil, fault
		}
		return &Capacity{Share: percent / 100}, nil
	}
	number, per, _ := strings.Cut(text, "/")
	leads, err := strconv.Atoi(strings.TrimSpace(number))
	period := Period(strings.TrimSpace(per))
	if err != nil || leads < 1 || leads > 1_000_000_000 || period != Day && period != Week {
		return nil, fault
	}
	return &Capacity{Leads: leads, Per: period}, nil
}

// String writes the capacity as it is read.
func (c Capacity) String() string {
	if c.Share > 0 {
		return strconv.FormatFloat(math.Round(100*c.Share*1e9)/1e9, 'f', -1, 64) + "%"
	}
	return fmt.Sprintf("%d/%s", c.Leads, c.Per)
}

// periods numbers the capacity's periods from the first instant; nil for a share.
func (c Capacity) periods(times []int64) (of []int, count int) {
	if c.Share > 0 || len(times) == 0 {
		return nil, 1
	}
	return c.Per.Number(times)
}

// Number gives each instant, in microseconds, its period, counted from the first instant; count is the number of periods up to the last.
func (p Period) Number(times []int64) (of []int, count int) {
	first := times[0]
	for _, t := range times {
		first = min(first, t)
	}
	of = make([]int, len(times))
	for i, t := range times {
		of[i] = int((t - first) / p.Micros())
		count = max(count, of[i]+1)
	}
	return of, count
}

// leads is how many are worked in each period.
func (c Capacity) leads(all int) int {
	if c.Share > 0 {
		return max(1, int(math.Round(c.Share*float64(all))))
	}
	return c.Leads
}
