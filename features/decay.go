package features

import "math"

// Decay is 2^(-age/halfLife): what is left of something that halves in each half-life, both in the same unit, halfLife > 0. It is 1 at age 0,
// above 1 before that. It is [math.Exp2] on amd64, bit for bit, in half the time; multiplications and additions stay apart, so that all
// machines give the same bits.
func Decay(age, halfLife Micros) float64 {
	x := -float64(age) / float64(halfLife)
	if !(x > -1000 && x < 1000) { // so that the exponent below is that of a normal number
		return math.Exp2(x)
	}
	// e^r by a rational function after the whole part k of x: FreeBSD's e_exp.c, as in Go's math package.
	const (
		ln2High = 6.93147180369123816490e-01
		ln2Low  = 1.90821492927058770002e-10
		p1      = 1.66666666666666657415e-01
		p2      = -2.77777777770155933842e-03
		p3      = 6.61375632143793436117e-05
		p4      = -1.65339022054652515390e-06
		p5      = 4.13813679705723846039e-08
	)
	k := int(x - 0.5)
	if x > 0 {
		k = int(x + 0.5)
	}
	t := x - float64(k)
	high, low := float64(t*ln2High), float64(-t*ln2Low)
	r := high - low
	r2 := float64(r * r)
	c := p4 + float64(r2*p5)
	c = p3 + float64(r2*c)
	c = p2 + float64(r2*c)
	c = p1 + float64(r2*c)
	c = r - float64(r2*c)
	y := 1 - ((low - float64(r*c)/(2-c)) - high)
	return math.Float64frombits(math.Float64bits(y) + uint64(k)<<52) // y·2^k
}

// DecayNear is [Decay] to a relative error below [DecayNearError], in half of its time: for whoever rounds it and asks Decay where that could matter. rate is 1/halfLife.
//
// 2^x is 2^(whole part of x), a 64th of 2 from a table, and e^r of what remains, |r| ≤ ln 2/128, by its series up to r⁴, which leaves out r⁵/120 < 4·10⁻¹⁴.
func DecayNear(age Micros, rate float64) float64 {
	const (
		parts = len(decayParts)
		whole = 3 << 51 // adding it rounds to a whole number, which the low bits then hold
	)
	x := -float64(age) * rate
	if !(x > -1000 && x < 1000) {
		return math.Exp2(x)
	}
	rounded := x*float64(parts) + whole
	k := int64(math.Float64bits(rounded)) - int64(math.Float64bits(whole))
	r := (x*float64(parts) - (rounded - whole)) * (math.Ln2 / float64(parts))
	y := decayParts[k&int64(parts-1)] * (1 + r*(1+r*(1./2+r*(1./6+r*(1./24)))))
	return math.Float64frombits(math.Float64bits(y) + uint64(k>>6)<<52)
}

// DecayNearError bounds the relative error of [DecayNear]: that of its series, and that of x, which is at most 1,000 and rounded three times.
const DecayNearError = 1e-12

// decayParts are 2^(k/64).
var decayParts = func() (parts [64]float64) {
	for k := range parts {
		parts[k] = math.Exp2(float64(k) / float64(len(parts)))
	}
	return parts
}()
