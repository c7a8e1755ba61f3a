package profile

import (
	"sort"

	"leadscore/features"
	"leadscore/models"
	"leadscore/train/leakage"
)

// suspect gathers the evidence that a column is known only after the outcome. closed is the column of the closing time, nil
// where there is none.
func (h *history) suspect(l *look, s *strength, closed *look) []models.Suspicion {
	c := &leakage.Column{Name: l.name, Kind: l.kind, Whole: l.whole, Recorded: true, Cells: cellsOf(s.bins)}
	if l.kind == features.Number {
		for row, code := range l.column.codes {
			if !l.missing[code] && l.number[code] != 0 {
				c.NonZero[h.labels.of[row]]++
			}
		}
	}
	if l.kind == features.Date && closed != nil && closed != l {
		c.Closing = h.atClosing(l, closed)
	}
	return leakage.Judge(c, &s.Strength)
}

// atClosing counts the decided leads whose date lies within a day of the closing or after it.
func (h *history) atClosing(l, closed *look) leakage.Later {
	late := leakage.Later{What: "dates of decided leads are that of " + closed.name + " or later"}
	for row, code := range l.column.codes {
		t, end := l.time[code], closed.time[closed.column.codes[row]]
		if h.labels.of[row] == features.Open || t == features.NoTime || end == features.NoTime {
			continue
		}
		late.Of++
		if t > end-leakage.CloseBy {
			late.N++
		}
	}
	return late
}

// timeSpans cuts the sampled rows into spans of time with about as many rows each: by the time that leads came, or by the file's
// order where that is not known.
func (h *history) timeSpans() []uint8 {
	order := make([]int, h.sample.len())
	for i := range order {
		order[i] = i
	}
	if r := h.roles.created; r >= 0 {
		sort.SliceStable(order, func(a, b int) bool { return h.timeOf(r, order[a]) < h.timeOf(r, order[b]) })
	}
	return leakage.Spans(order)
}
