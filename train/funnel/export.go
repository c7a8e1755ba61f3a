package funnel

import (
	"context"
	"math"

	"leadscore/features"
	"leadscore/features/source"
)

// exportRows is how many leads are written at once.
const exportRows = 8192

// Export writes a row a lead: how it came to sales, when it reached each stage, what sales answered, what became of it, and its scores where there are any. CSV,
// TSV, JSON Lines or Parquet by the path's ending; whole or not at all.
func (f *Funnel) Export(ctx context.Context, path string) error {
	columns := f.exported()
	infos := make([]source.ColumnInfo, len(columns))
	for i, c := range columns {
		infos[i] = source.ColumnInfo{Name: c.name, Kind: c.kind}
	}
	w, err := source.Create(path, infos)
	if err != nil {
		return err
	}
	defer w.Discard()
	for from := 0; from < len(f.journeys); from += exportRows {
		if err := ctx.Err(); err != nil {
			return err
		}
		part := f.journeys[from:min(from+exportRows, len(f.journeys))]
		batch := make([]source.Column, len(columns))
		for i, c := range columns {
			batch[i] = c.fill(infos[i], part)
		}
		if err := w.Write(batch, len(part)); err != nil {
			return err
		}
	}
	return w.Commit()
}

// exportedColumn is one column; the function of its kind is set.
type exportedColumn struct {
	name   string
	kind   source.Kind
	text   func(*journey) string
	time   func(*journey) features.Micros
	number func(*journey) float64 // NaN: none
}

func (c *exportedColumn) fill(info source.ColumnInfo, part []journey) source.Column {
	column := source.Column{ColumnInfo: info, Null: make([]bool, len(part))}
	for i := range part {
		switch c.kind {
		case source.Text:
			text := c.text(&part[i])
			column.Null[i], column.Text = text == "", append(column.Text, text)
		case source.Time:
			at := c.time(&part[i])
			column.Null[i], column.Times = at == none, append(column.Times, int64(at))
		default:
			v := c.number(&part[i])
			column.Null[i], column.Numbers = math.IsNaN(v), append(column.Numbers, v)
		}
	}
	return column
}

func (f *Funnel) exported() []exportedColumn {
	t, log, p := f.in.Table, f.in.Log, f.in.Process
	text := func(name string, of func(*journey) string) exportedColumn {
		return exportedColumn{name: name, kind: source.Text, text: of}
	}
	at := func(name string, of func(*journey) features.Micros) exportedColumn {
		return exportedColumn{name: name, kind: source.Time, time: of}
	}
	list := []exportedColumn{
		text("lead_id", func(j *journey) string { return t.IDs.At(int(j.row)) }),
		text("owner", func(j *journey) string { return log.Owners[j.owner] }),
		text("way", func(j *journey) string { return string(j.way) }),
		at("created", func(j *journey) features.Micros { return j.created }),
	}
	for k, stage := range p.stageNames() {
		list = append(list, at("reached_"+stage, func(j *journey) features.Micros { return j.reached[k] }))
	}
	list = append(list,
		text("answer", func(j *journey) string {
			if !j.handedOver() {
				return ""
			}
			return string(j.verdict())
		}),
		at("accepted", func(j *journey) features.Micros { return j.accepted }),
		at("rejected", func(j *journey) features.Micros { return j.rejectedFrom(none) }),
		text("reason", func(j *journey) string { return log.Reasons[j.reason] }),
		text("outcome", outcomeWord),
		at("closed", func(j *journey) features.Micros { return j.closed }),
	)
	s := f.in.Scored
	if s == nil {
		return list
	}
	score := func(name string, of func(row int32) float64) exportedColumn {
		return exportedColumn{name: name, kind: source.Number, number: func(j *journey) float64 {
			if !s.Known[j.row] {
				return math.NaN()
			}
			return of(j.row)
		}}
	}
	word := func(name string, of func(row int32) string) exportedColumn {
		return text(name, func(j *journey) string { return of(j.row) })
	}
	return append(list, score("probability", func(row int32) float64 { return s.Probability[row] }), score("points", func(row int32) float64 { return s.Points[row] }),
		word("grade", func(row int32) string { return s.Grade[row] }), word("qualification", func(row int32) string { return string(s.Qualification[row]) }),
		word("quadrant", func(row int32) string { return string(s.Quadrant[row]) }))
}
