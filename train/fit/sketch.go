package fit

import "math"

// sketch is a part of the leads whose Hessian stands for that of all: lead i is in it with probability π_i, and its curvature counts 1/π_i
// times. π follows the leads' leverage, so that a rare level is seen as closely as a common one: then the sketched Hessian is
// within about √(p/rows) of the whole in every direction (Drineas, Mahoney & Muthukrishnan, SIAM Journal on Matrix Analysis 30, 2008; as the
// Hessian of Newton's method: Pilanci & Wainwright, SIAM Journal on Optimization 27, 2017).
type sketch struct {
	rows  []int32
	times []float64 // 1/π
	leads *leads    // their codes and, once [sketch.follow] was called, their curvature
}

// sketchBy makes the Hessians of a fit of more leads from about so many. Gradients and the objective stay those of all leads, so the minimum
// is the same. A fit with promises keeps the whole Hessian.
func (f *fitter) sketchBy(rows int) {
	if len(f.leads.wins) <= rows || len(f.bounds) > 0 {
		return
	}
	leverage := f.leads.leverage(f.terms)
	scale := scaleTo(leverage, float64(rows))
	s := &sketch{}
	for i, v := range leverage {
		if p := v * scale; p >= 1 {
			s.rows, s.times = append(s.rows, int32(i)), append(s.times, 1)
		} else if uniform(uint64(i)) < p {
			s.rows, s.times = append(s.rows, int32(i)), append(s.times, 1/p)
		}
	}
	s.leads = &leads{codes: make([]column, len(f.terms)), curvature: make([]float64, len(s.rows))}
	parallel(len(f.terms), func(t int) { s.leads.codes[t].Codes = f.leads.codes[t].take(s.rows) })
	f.sketch = s
}

// scaleTo is the factor by which Σ min(1, factor·v) is the given number, which is below that of the values, to a few percent.
func scaleTo(values []float64, number float64) float64 {
	most := math.Inf(1) // values from here on count 1
	factor := 0.0
	for range 8 {
		sum, ones := 0.0, 0.0
		for _, v := range values {
			if v >= most {
				ones++
			} else {
				sum += v
			}
		}
		factor = (number - ones) / sum
		if factor*most <= 1 { // no further value counts 1
			break
		}
		most = 1 / factor
	}
	return factor
}

// leverage is, by lead, Σ_t w_i/Σ_{leads of the same cell} w, w being the curvature: the leverage in fits of one term each.
func (l *leads) leverage(terms []*term) []float64 {
	out := make([]float64, len(l.curvature))
	inverse := make([][]float64, len(terms))
	parallel(len(terms), func(t int) {
		if terms[t].size == 0 {
			return
		}
		inverse[t] = make([]float64, terms[t].cells)
		l.codes[t].sumByCell(l.curvature, inverse[t])
		for c, sum := range inverse[t] {
			if sum > 0 {
				inverse[t][c] = 1 / sum
			}
		}
	})
	l.byChunk(func(from, to int) {
		var room [chunk]uint16
		part := out[from:to]
		for t, table := range inverse {
			if table == nil {
				continue
			}
			addCodes(part, l.codes[t].part(from, to, &room), table)
		}
		for i := range part {
			part[i] *= l.curvature[from+i]
		}
	})
	return out
}

// uniform is a number in [0,1) for each lead, the same on every run (the finaliser of SplitMix64; Steele, Lea & Flood, OOPSLA 2014).
func uniform(i uint64) float64 {
	z := (i + 1) * 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return float64((z^z>>31)>>11) / (1 << 53)
}

// follow takes the curvature of its leads from all leads'.
func (s *sketch) follow(all *leads) *leads {
	for k, row := range s.rows {
		s.leads.curvature[k] = all.curvature[row] * s.times[k]
	}
	return s.leads
}
