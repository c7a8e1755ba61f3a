package train

import (
	"context"
	"math"
	"slices"

	"leadscore/features"
	"leadscore/train/baseline"
	"leadscore/train/report"
)

// addBaselines fits simple methods to the past and judges them on the newest part. A fault of theirs is a note, not an error: they stand
// beside the model only.
func addBaselines(ctx context.Context, e *report.Evidence, d *data, p *Population, v *validation, encoder *features.Encoder) error {
	results, err := baseline.Run(ctx, rawData(d.history, p, v.past, encoder), rawData(d.history, p, v.newest, encoder), baseline.Defaults())
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		e.BaselineNote = "the simple methods could not run: " + err.Error()
		return nil
	}
	e.Baselines = results
	return nil
}

// rawData are the model's inputs as they are before bins: numbers and texts. A special value means something else than its size, so it
// counts as missing.
func rawData(h *features.History, p *Population, rows []int32, encoder *features.Encoder) baseline.Data {
	out := baseline.Data{Columns: make([]baseline.Column, len(encoder.Inputs)), Won: make([]bool, len(rows))}
	for i, in := range encoder.Inputs {
		out.Columns[i].Name = in.Name
		if in.Ordered {
			out.Columns[i].Numbers = make([]float64, len(rows))
		} else {
			out.Columns[i].Texts = make([]string, len(rows))
		}
	}
	parallelRows(len(rows), func(from, to int) {
		var s features.Snapshot
		codes := make([]uint16, len(encoder.Inputs))
		for k := from; k < to; k++ {
			h.Snapshot(int(rows[k]), &s)
			out.Won[k] = p.Wins[rows[k]] == 1
			encoder.Encode(&s, codes, nil)
			for i := range encoder.Inputs {
				if encoder.Inputs[i].Ordered {
					out.Columns[i].Numbers[k] = rawNumber(encoder, i, &s)
				} else if codes[i] != encoder.MissingCode(i) {
					out.Columns[i].Texts[k] = encoder.Label(i, codes[i])
				}
			}
		}
	})
	return out
}

// rawNumber is a number's value at the snapshot, NaN where it is missing, special or infinite.
func rawNumber(encoder *features.Encoder, i int, s *features.Snapshot) float64 {
	in := &encoder.Inputs[i]
	v := math.NaN()
	switch in.Source {
	case features.FromField:
		if value := &s.Values[in.Index]; !value.Missing && in.Part != "" {
			v = days(in.Part, value.Time, s.AsOf)
		} else if !value.Missing {
			v = value.Number
		}
	case features.FromEngagement:
		v, _ = encoder.Engagement[in.Index].Value(s.Events, s.AsOf)
	case features.FromCreated:
		v = days(in.Part, s.Created, s.AsOf)
	case features.FromSnapshot:
		v = days(in.Part, s.AsOf, s.AsOf)
	}
	if math.IsInf(v, 0) || slices.Contains(encoder.Coders[i].Special, v) && in.Source == features.FromField {
		return math.NaN()
	}
	return v
}

// days is a date's age at the snapshot or its day since 1970; NaN where it is not known.
func days(part features.Part, date, asOf features.Micros) float64 {
	switch {
	case date == features.NoTime || part == features.Age && asOf == features.NoTime:
		return math.NaN()
	case part == features.Age:
		return (asOf - date).Days()
	}
	return date.Days()
}
