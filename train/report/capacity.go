package report

import (
	"fmt"
	"strconv"
	"strings"
)

// Capacity is how many leads a team works in a period.
type Capacity struct {
	Leads int // ≥ 1
	Per   Period
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

// ParseCapacity reads "40/week" or "8/day"; nil for the empty text.
func ParseCapacity(text string) (*Capacity, error) {
	if text == "" {
		return nil, nil
	}
	number, per, _ := strings.Cut(text, "/")
	leads, err := strconv.Atoi(strings.TrimSpace(number))
	period := Period(strings.TrimSpace(per))
	if err != nil || leads < 1 || leads > 1_000_000_000 || period != Day && period != Week {
		return nil, fmt.Errorf("%q: write a number of leads and a period, such as 40/week or 8/day", text)
	}
	return &Capacity{Leads: leads, Per: period}, nil
}
