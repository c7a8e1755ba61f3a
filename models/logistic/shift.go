package logistic

import "leadscore/models/metrics"

// Shifted returns the model whose log-odds are shift.LogOdds of this one's, for every lead: the intercept is moved and each
// coefficient multiplied by the slope, so the log-odds stay an exact sum of table look-ups. The variance
// becomes
//
//	Slope²·Var(η) + InterceptError² + (η − Center)²·SlopeError²
//
// The last part is the square of a sum over the tables, so it is one more column of the variance's factor; nothing is
// approximated. Where the factor has no room left, the oldest last column keeps its variances and loses its covariances.
// newest, in seconds since 1970 UTC, is when the shift was measured: from there on the market's drift counts anew; 0 leaves
// it. Lambda and EDF stay what they were at the fit.
func (m *Model) Shifted(shift metrics.Shift, newest int64) *Model {
	moved := *m
	moved.Intercept = shift.LogOdds(m.Intercept)
	if m.Curve != nil {
		moved.Curve = m.Curve.Shifted(shift, shift)
	}
	moved.Terms = make([]Term, len(m.Terms))
	for t, term := range m.Terms {
		term.Coefficients = make([]float64, len(term.Coefficients))
		for c, value := range m.Terms[t].Coefficients {
			term.Coefficients[c] = shift.Slope * value
		}
		moved.Terms[t] = term
	}
	moved.Variance = m.shiftedVariance(shift)
	if m.Drift != nil {
		drift := *m.Drift
		drift.VariancePerDay *= shift.Slope * shift.Slope
		drift.End = max(drift.End, newest)
		moved.Drift = &drift
	}
	return &moved
}

func (m *Model) shiftedVariance(shift metrics.Shift) Variance {
	from := m.Variance
	if shift.SlopeError > 0 && from.Rank == MaxRank {
		from = from.withoutLastColumn()
	}
	rank := from.Rank
	if shift.SlopeError > 0 {
		rank++
	}
	square := shift.Slope * shift.Slope
	to := Variance{
		Rank: rank, WorstError: from.WorstError,
		Intercept: make(Floats, 0, rank), Factor: make(Floats, 0, rank*len(from.Diagonal)), Diagonal: make(Floats, len(from.Diagonal)),
		Constant: square*from.Constant + shift.InterceptError*shift.InterceptError,
	}
	for _, b := range from.Blocks {
		table := make(Floats, len(b.Table))
		for i, value := range b.Table {
			table[i] = float32(square * float64(value))
		}
		to.Blocks = append(to.Blocks, Block{First: b.First, Second: b.Second, Table: table})
	}
	row := func(out, in Floats, slopeColumn float64) Floats {
		for _, value := range in {
			out = append(out, float32(shift.Slope*float64(value)))
		}
		if shift.SlopeError > 0 {
			out = append(out, float32(shift.SlopeError*slopeColumn))
		}
		return out
	}
	to.Intercept = row(to.Intercept, from.Intercept, m.Intercept-shift.Center)
	cell := 0
	for _, term := range m.Terms {
		for _, value := range term.Coefficients {
			to.Factor = row(to.Factor, from.Factor[cell*from.Rank:(cell+1)*from.Rank], value)
			to.Diagonal[cell] = float32(square * float64(from.Diagonal[cell]))
			cell++
		}
	}
	return to
}

// withoutLastColumn moves the factor's last column into the single variances.
func (v Variance) withoutLastColumn() Variance {
	last := v.Rank - 1
	cut := Variance{
		Rank: last, WorstError: v.WorstError, Intercept: v.Intercept[:last], Blocks: v.Blocks,
		Factor: make(Floats, 0, last*len(v.Diagonal)), Diagonal: make(Floats, len(v.Diagonal)),
		Constant: v.Constant + float64(v.Intercept[last])*float64(v.Intercept[last]),
	}
	for cell := range v.Diagonal {
		row := v.Factor[cell*v.Rank : (cell+1)*v.Rank]
		cut.Factor = append(cut.Factor, row[:last]...)
		cut.Diagonal[cell] = v.Diagonal[cell] + row[last]*row[last]
	}
	return cut
}
