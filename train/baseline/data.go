package baseline

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Data are leads by column, with their outcomes.
type Data struct {
	Columns []Column
	Won     []bool // one a lead
}

// Column is one number or one category of every lead. Exactly one of Numbers and Texts is set.
type Column struct {
	Name    string
	Numbers []float64 // NaN: missing. Infinite values are refused
	Texts   []string  // "": missing
}

// Len is the number of leads.
func (d Data) Len() int { return len(d.Won) }

// winRate is the share of wins, 0 to 1.
func (d Data) winRate() float64 { return float64(d.wins()) / float64(d.Len()) }

func (d Data) wins() int {
	n := 0
	for _, won := range d.Won {
		if won {
			n++
		}
	}
	return n
}

// sample returns at most n leads, chosen by seed, in their old order. It holds both outcomes where d does: a sample that
// met only one, on rare wins, gets one lead of the other in place of its last.
func (d Data) sample(n int, seed uint64) Data {
	if d.Len() <= n {
		return d
	}
	rows := rand.New(rand.NewPCG(seed, 0)).Perm(d.Len())
	chosen, rest := rows[:n], rows[n:]
	first := d.Won[chosen[0]]
	same := func(row int) bool { return d.Won[row] == first }
	if !slices.ContainsFunc(chosen, func(row int) bool { return !same(row) }) {
		if i := slices.IndexFunc(rest, func(row int) bool { return !same(row) }); i >= 0 {
			chosen[n-1] = rest[i]
		}
	}
	slices.Sort(chosen)
	return d.take(chosen)
}

// take returns the leads of these rows; a row may occur more than once.
func (d Data) take(rows []int) Data {
	out := Data{Columns: make([]Column, len(d.Columns)), Won: pick(d.Won, rows)}
	for c, column := range d.Columns {
		out.Columns[c] = Column{Name: column.Name, Numbers: pick(column.Numbers, rows), Texts: pick(column.Texts, rows)}
	}
	return out
}

func pick[T any](values []T, rows []int) []T {
	if values == nil {
		return nil
	}
	out := make([]T, len(rows))
	for i, row := range rows {
		out[i] = values[row]
	}
	return out
}

// check refuses data and settings that no method can use, all faults at once.
func check(past, recent Data, s Settings) error {
	var faults []error
	if s.MaxLeads < 1 || s.MaxNeighbours < 1 || s.Trees < 1 || s.Limit <= 0 {
		faults = append(faults, fmt.Errorf("baseline: settings %+v: each bound must be positive; start from Defaults", s))
	}
	for _, part := range []struct {
		name string
		Data
	}{{"past", past}, {"newer", recent}} {
		faults = append(faults, part.shape(part.name))
		if wins := part.wins(); part.Len() == 0 || wins == 0 || wins == part.Len() {
			faults = append(faults, fmt.Errorf("%w: %d of %d %s leads are won", ErrOneClass, wins, part.Len(), part.name))
		}
	}
	if len(past.Columns) != len(recent.Columns) {
		faults = append(faults, fmt.Errorf("baseline: %d columns in the past leads, %d in the newer ones", len(past.Columns), len(recent.Columns)))
		return errors.Join(faults...)
	}
	for c := range past.Columns {
		a, b := past.Columns[c], recent.Columns[c]
		if a.Name != b.Name || (a.Numbers == nil) != (b.Numbers == nil) {
			faults = append(faults, fmt.Errorf("baseline: column %d is %q in the past leads and %q in the newer ones, or of another kind", c+1, a.Name, b.Name))
		}
	}
	return errors.Join(faults...)
}

// shape reports columns of another length than the outcomes, and infinite numbers.
func (d Data) shape(part string) error {
	if len(d.Columns) == 0 {
		return fmt.Errorf("baseline: the %s leads have no columns", part)
	}
	var faults []error
	for _, c := range d.Columns {
		if (c.Numbers == nil) == (c.Texts == nil) || max(len(c.Numbers), len(c.Texts)) != d.Len() {
			faults = append(faults, fmt.Errorf("baseline: column %q of the %s leads: want %d numbers or %d texts, got %d and %d",
				c.Name, part, d.Len(), d.Len(), len(c.Numbers), len(c.Texts)))
		}
		if i := slices.IndexFunc(c.Numbers, func(v float64) bool { return math.IsInf(v, 0) }); i >= 0 {
			faults = append(faults, fmt.Errorf("baseline: column %q of the %s leads: row %d is infinite", c.Name, part, i+1))
		}
	}
	return errors.Join(faults...)
}
