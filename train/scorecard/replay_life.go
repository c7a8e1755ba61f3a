package scorecard

import (
	"errors"

	"leadscore/features"
	"leadscore/models/metrics"
	"leadscore/models/rules"
)

// follow replays every lead's life under both books.
func (b *Backtest) follow(books [2]*rules.Book, l *Leads, wins []float64) (err error) {
	if !l.Dated || l.History.Table.Created == nil {
		b.Warnings = append(b.Warnings, "without the times at which leads came, hand-overs cannot be followed over time")
		return nil
	}
	at := l.handOvers(books)
	life := &Lives{}
	for k := range books {
		picked := make([]bool, len(l.Rows))
		for i := range picked {
			picked[i] = at[k][i] != features.NoTime
		}
		if life.Handed[k], err = b.handed(picked, wins); err != nil {
			return err
		}
		if life.DaysBeforeWin[k], err = medianOrNone(l.daysBeforeWin(at[k])); err != nil {
			return err
		}
	}
	var moved []float64
	for i := range l.Rows {
		was, is := at[0][i], at[1][i]
		if was == features.NoTime || is == features.NoTime {
			continue
		}
		life.Both++
		switch {
		case is <= was-hour:
			life.Sooner++
		case is >= was+hour:
			life.Later++
		default:
			life.Same++
			continue
		}
		moved = append(moved, (is - was).Days())
	}
	b.Life = life
	life.DaysLater, err = medianOrNone(moved)
	return err
}

// medianOrNone is 0 for no values.
func medianOrNone(values []float64) (metrics.Estimate, error) {
	e, err := metrics.Median(values)
	if errors.Is(err, metrics.ErrEmpty) {
		return metrics.Estimate{}, nil
	}
	return e, err
}

func (l *Leads) daysBeforeWin(at []features.Micros) (days []float64) {
	closed := l.History.Table.Closed
	for i, row := range l.Rows {
		if end := closed.At(int(row)); l.Wins[row] == 1 && at[i] != features.NoTime && end != features.NoTime {
			days = append(days, (end - at[i]).Days())
		}
	}
	return days
}

// handOvers finds when each lead is first handed over by each book; NoTime for never. Fields are those of the file: their
// earlier values are not known.
func (l *Leads) handOvers(books [2]*rules.Book) (at [2][]features.Micros) {
	for k := range books {
		at[k] = make([]features.Micros, len(l.Rows))
	}
	moving := *l.History // its instants move along each lead's life; every lead is one goroutine's
	moving.AsOf = make([]features.Micros, len(l.History.AsOf))
	parallel(len(l.Rows), func(_, from, to int) {
		var snapshot features.Snapshot
		var instants []features.Micros
		for i := from; i < to; i++ {
			row := int(l.Rows[i])
			instants = l.instants(row, instants[:0])
			at[0][i], at[1][i] = features.NoTime, features.NoTime
			for _, instant := range instants {
				moving.AsOf[row] = instant
				moving.Snapshot(row, &snapshot)
				for k, book := range books {
					if at[k][i] == features.NoTime {
						if _, _, _, q := book.Points(&snapshot); handedOver(q) {
							at[k][i] = instant
						}
					}
				}
				if at[0][i] != features.NoTime && at[1][i] != features.NoTime {
					break
				}
			}
		}
	})
	return at
}

// instants at which a lead's points may rise: its creation, right after each event, and every week, up to its end. Both lists are merged in
// time.
func (l *Leads) instants(row int, into []features.Micros) []features.Micros {
	created, end := l.History.Table.Created.At(row), l.EndOf(row)
	if created == features.NoTime || end < created {
		return into
	}
	into = append(into, created)
	weekly := created + week
	if l.History.Events != nil {
		var events features.LeadEvents
		l.History.Events.Of(row, &events)
		for _, t := range events.Times {
			if t < created {
				continue
			}
			if t >= end {
				break
			}
			for ; weekly <= t; weekly += week {
				into = append(into, weekly)
			}
			into = append(into, t+1) // a score sees what came strictly before
		}
	}
	for ; weekly < end; weekly += week {
		into = append(into, weekly)
	}
	return into
}
