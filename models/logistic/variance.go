package logistic

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
)

// MaxRank bounds the rank of a variance factor, so that a standard error needs no allocation.
const MaxRank = 128

// Normal90 is the 95 % quantile of the standard normal distribution: ±Normal90 standard errors
// hold the middle 90 %.
const Normal90 = 1.6448536269514722

// Variance approximates xᵀVx, where x marks the intercept and one cell of each term and V = (H+S_λ)⁻¹ in the
// centred parametrisation:
//
//	Var(η) ≈ ‖f_0 + Σ_terms f_cell‖² + d_0 + Σ_terms d_cell + 2 Σ_blocks e_cells
//
// f is a row of Rank numbers for the intercept and for each coefficient, d one number a
// coefficient. d is chosen so that ‖f_cell‖² + d_cell is each coefficient's own variance exactly; what
// the rank limits is the covariance between terms; for the pairs of terms where it matters most, e, by the cells of both, is what
// the factor leaves of it. Storing V itself would cost the square of the
// number of coefficients. d may be negative (the factor may overstate a single variance), the sum is
// cut at 0.
type Variance struct {
	// Rank is the length of a factor row, 0 … MaxRank.
	Rank int `json:"rank"`
	// Intercept is f_0, length Rank.
	Intercept Floats `json:"intercept"`
	// Constant is d_0, in squared log-odds.
	Constant float64 `json:"constant"`
	// Factor holds the rows of all coefficients, term after term: (Σ coefficients)·Rank numbers.
	Factor Floats `json:"factor"`
	// Diagonal holds d of all coefficients, in squared log-odds.
	Diagonal Floats `json:"diagonal"`
	// Blocks are pairs of terms whose covariance is kept cell by cell.
	Blocks []Block `json:"blocks,omitempty"`
	// WorstError is the largest relative error of the standard error that was met over the training
	// rows looked at (0.01 = 1 %).
	WorstError float64 `json:"worst_error"`
}

// Block is what the factor leaves of the covariance of two different terms.
type Block struct {
	// First and Second are positions in Terms.
	First  int `json:"first"`
	Second int `json:"second"`
	// Table holds squared log-odds, row-major: a row per coefficient of First, a column per coefficient of Second.
	Table Floats `json:"table"`
}

// Floats is a list of numbers that JSON carries as base64 of little-endian 32-bit floats: a third of the size of
// decimal text, and the same bytes for the same numbers.
type Floats []float32

// MarshalJSON writes the base64 text.
func (f Floats) MarshalJSON() ([]byte, error) {
	raw := make([]byte, 4*len(f))
	for i, value := range f {
		binary.LittleEndian.PutUint32(raw[4*i:], math.Float32bits(value))
	}
	return json.Marshal(base64.StdEncoding.EncodeToString(raw))
}

// UnmarshalJSON reads the base64 text; a length that is no multiple of 4 bytes is an error.
func (f *Floats) UnmarshalJSON(text []byte) error {
	var encoded string
	if err := json.Unmarshal(text, &encoded); err != nil {
		return fmt.Errorf("floats: %w", err)
	}
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return fmt.Errorf("floats: %w", err)
	}
	if len(raw)%4 != 0 {
		return fmt.Errorf("floats: %d bytes, want a multiple of 4", len(raw))
	}
	values := make(Floats, len(raw)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	*f = values
	return nil
}

// StandardError returns the standard error of LogOdds(codes), in log-odds. 0 allocations.
func (m *Model) StandardError(codes []uint16) float64 { return m.StandardErrorAt(codes, 0) }

// StandardErrorAt is [Model.StandardError] for a lead that came daysBeyond days after Drift.End (see
// [Model.DaysBeyond]): a model that was not refitted is less and less sure. Days below 0
// count as 0; without Drift they change nothing. 0 allocations.
func (m *Model) StandardErrorAt(codes []uint16, daysBeyond float64) float64 {
	v := &m.Variance
	var room [MaxRank]float32
	var places [fewTerms]int
	rows, total, offset := places[:0], v.Constant, 0
	for t := range m.Terms {
		term := &m.Terms[t]
		at := offset + term.Cell(codes)
		rows = append(rows, at*v.Rank)
		total += float64(v.Diagonal[at])
		offset += len(term.Coefficients)
	}
	for _, value := range v.sum(rows, room[:v.Rank]) {
		total += float64(value) * float64(value)
	}
	for i := range v.Blocks {
		b := &v.Blocks[i]
		second := &m.Terms[b.Second]
		total += 2 * float64(b.Table[m.Terms[b.First].Cell(codes)*len(second.Coefficients)+second.Cell(codes)])
	}
	if m.Drift != nil && daysBeyond > 0 {
		total += m.Drift.VariancePerDay * daysBeyond
	}
	return math.Sqrt(max(total, 0))
}

// fewTerms is how many terms a standard error takes without an allocation.
const fewTerms = 256

// sum adds the factor's rows, which begin at the places given, to the intercept's, place by place in the order of the rows.
func (v *Variance) sum(rows []int, out []float32) []float32 {
	copy(out, v.Intercept)
	addRows(out, v.Factor, rows)
	return out
}

// addRowsPlain adds to out as many numbers of values from each of the rows on. It goes by stripes of eight places, whose sums stay in registers: much
// of a score's time is spent here.
func addRowsPlain(out, values []float32, rows []int) {
	const stripe = 8
	k := 0
	for ; k+stripe <= len(out); k += stripe {
		s := (*[stripe]float32)(out[k:])
		s0, s1, s2, s3, s4, s5, s6, s7 := s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]
		for _, at := range rows {
			f := (*[stripe]float32)(values[at+k:])
			s0, s1, s2, s3 = s0+f[0], s1+f[1], s2+f[2], s3+f[3]
			s4, s5, s6, s7 = s4+f[4], s5+f[5], s6+f[6], s7+f[7]
		}
		*s = [stripe]float32{s0, s1, s2, s3, s4, s5, s6, s7}
	}
	for ; k < len(out); k++ {
		for _, at := range rows {
			out[k] += values[at+k]
		}
	}
}

// DaysBeyond is how many days a snapshot (in seconds since 1970 UTC) lies beyond the last bin of the
// calendar input; 0 before it and for a model without Drift.
func (m *Model) DaysBeyond(snapshot int64) float64 {
	const secondsPerDay = 86400
	if m.Drift == nil || snapshot <= m.Drift.End {
		return 0
	}
	return (float64(snapshot) - float64(m.Drift.End)) / secondsPerDay
}

// TermStandardErrors returns the standard error of each coefficient of a term, in log-odds: the
// band around a field's shape. Allocates its answer.
func (m *Model) TermStandardErrors(term int) []float64 {
	offset := 0
	for t := range term {
		offset += len(m.Terms[t].Coefficients)
	}
	v := &m.Variance
	out := make([]float64, len(m.Terms[term].Coefficients))
	for c := range out {
		at := offset + c
		total := float64(v.Diagonal[at])
		for _, value := range v.Factor[at*v.Rank : (at+1)*v.Rank] {
			total += float64(value) * float64(value)
		}
		out[c] = math.Sqrt(max(total, 0))
	}
	return out
}

// Probability is 1/(1+exp(-logOdds)), without overflow at either end.
func Probability(logOdds float64) float64 {
	if logOdds >= 0 {
		return 1 / (1 + math.Exp(-logOdds))
	}
	e := math.Exp(logOdds)
	return e / (1 + e)
}

// Ends returns the ends of the 90 % interval of log-odds, given the log-odds and the standard error of [Model.StandardErrorAt]: ± 1.6449 standard
// errors, with a Curve about what it maps, and then mapped by it.
func (m *Model) Ends(logOdds, standardError float64) (low, high float64) {
	width := Normal90 * standardError
	if m.Curve == nil {
		return logOdds - width, logOdds + width
	}
	eta := m.Curve.Inverse(logOdds)
	return min(m.Curve.At(eta-width), logOdds), max(m.Curve.At(eta+width), logOdds) // rounding must not put an end beyond the middle
}

// Interval returns the ends of the 90 % interval of the probability: Probability(logOdds ± 1.6449·standardError).
func Interval(logOdds, standardError float64) (low, high float64) {
	width := Normal90 * standardError
	return Probability(logOdds - width), Probability(logOdds + width)
}
