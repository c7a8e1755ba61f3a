package bulk

import (
	"context"

	"leadscore/features"
	"leadscore/features/source"
	"leadscore/models"
)

// Chosen says which leads of a history to write with their scores, and what besides.
type Chosen struct {
	History *features.History
	Rows    []int32 // leads of the history, in the order of the result
	Further []Further
	Out     string // as [Config.Out]

	Progress func(done, total int64) // may be nil
}

// Further is a column beside the scores: one of Text and Number is set, called with the place in Rows. A number that is not there is
// false.
type Further struct {
	Name   string
	Text   func(k int) string
	Number func(k int) (float64, bool)
}

// WriteChosen scores the leads, each at its instant in the history, and writes them: the columns of [Run], the causes of the gap between the
// scores as JSON, and the further columns. Under Out there is afterwards the whole result or, on any error, what was there before.
func WriteChosen(ctx context.Context, scorer *models.Scorer, c Chosen) error {
	r := newResults(scorer, false)
	r.explain = true // for the causes
	r.number("gap", func(s *models.Score) float64 { return s.Comparison.Gap })
	r.text("causes", func(s *models.Score) string { return asJSON(s.Comparison.Causes) })
	info := r.info()
	further := make([]source.Column, len(c.Further))
	for f := range c.Further {
		kind := source.Text
		if c.Further[f].Number != nil {
			kind = source.Number
		}
		further[f].ColumnInfo = source.ColumnInfo{Name: c.Further[f].Name, Kind: kind}
		info = append(info, further[f].ColumnInfo)
	}
	out, err := source.Create(c.Out, info)
	if err != nil {
		return err
	}
	defer out.Discard()
	n := min(len(c.Rows), chunk)
	r.allocate(n)
	for f := range further {
		further[f].Null = make([]bool, n)
		if further[f].Kind == source.Text {
			further[f].Text = make([]string, n)
		} else {
			further[f].Numbers = make([]float64, n)
		}
	}
	scores := make([]models.Score, n)
	for first := 0; first < len(c.Rows); first += chunk {
		if err := ctx.Err(); err != nil {
			return err
		}
		part := scores[:min(chunk, len(c.Rows)-first)]
		r.scoreRows(c.History, c.Rows[first:first+len(part)], part)
		columns := make([]source.Column, 0, len(info))
		for k := range r.columns {
			columns = append(columns, r.columns[k].data)
		}
		for f := range further {
			c.Further[f].fill(&further[f], first, len(part))
			columns = append(columns, further[f])
		}
		if err := out.Write(columns, len(part)); err != nil {
			return err
		}
		if c.Progress != nil {
			c.Progress(int64(first+len(part)), int64(len(c.Rows)))
		}
	}
	if err := c.History.Events.Err(); err != nil {
		return err
	}
	return out.Commit()
}

func (f *Further) fill(c *source.Column, first, n int) {
	for i := range n {
		if f.Number == nil {
			c.Text[i] = f.Text(first + i)
			continue
		}
		value, known := f.Number(first + i)
		c.Numbers[i], c.Null[i] = value, !known
	}
}
