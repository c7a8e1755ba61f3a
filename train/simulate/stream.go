package simulate

import (
	"math"
	"math/rand/v2"
)

// What a stream of random numbers is for. A stream is found by (seed, purpose, number) alone, so nothing that is made
// depends on what was made before it, nor on how many goroutines make it.
const (
	forBlock = iota + 1
	forAccount
	forLead
	forStages
	newLeadPurposes = 16 // added for the leads to score, which are other leads
)

// stream is one sequence of random numbers that can be pointed at any (seed, purpose, number) without an allocation.
type stream struct {
	pcg rand.PCG
	*rand.Rand
}

func newStream() *stream {
	s := &stream{}
	s.Rand = rand.New(&s.pcg)
	return s
}

// reset points s at the beginning of one sequence. Neighbouring numbers give unrelated sequences, hence the mixing.
func (s *stream) reset(seed uint64, purpose int, number int64) {
	high := mix(seed + uint64(purpose)*0x9e3779b97f4a7c15)
	s.pcg.Seed(high, mix(high^uint64(number)))
}

// mix is the finaliser of SplitMix64: Steele, Lea & Flood, Fast splittable pseudorandom number generators, OOPSLA 2014.
func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

// chance returns true with probability p.
func (s *stream) chance(p float64) bool { return s.Float64() < p }

// logNormal returns median·exp(sigma·N(0, 1)).
func (s *stream) logNormal(median, sigma float64) float64 {
	return median * math.Exp(sigma*s.NormFloat64())
}

// poisson returns a Poisson count of the mean, 0 ≤ mean ≤ 100. Cost O(mean). Method: Knuth, The Art of Computer
// Programming, vol. 2, 3rd ed. (1998), section 3.4.1, algorithm Q.
func (s *stream) poisson(mean float64) int {
	limit, product, count := math.Exp(-mean), s.Float64(), 0
	for product > limit {
		product *= s.Float64()
		count++
	}
	return count
}

// kumaraswamy returns a number in [0, 1) with distribution function 1-(1-x^a)^b: a beta distribution in all but name whose
// inverse has a formula. Source: Kumaraswamy, Journal of Hydrology 46 (1980), 79-88.
func (s *stream) kumaraswamy(a, b float64) float64 {
	return math.Pow(1-math.Pow(1-s.Float64(), 1/b), 1/a)
}

// choose returns the position of a level, each with its share at the fraction u of the span, 0 ≤ u ≤ 1.
func (s *stream) choose(c *category, u float64) uint8 {
	x := s.Float64()
	for i := range c.levels {
		x -= c.levels[i].shareAt(u)
		if x < 0 {
			return uint8(i)
		}
	}
	return uint8(len(c.levels) - 1) // the shares sum to 1 but for rounding
}

// recorded is choose, or missing as often as the field goes unrecorded.
func (s *stream) recorded(c *category, u float64) uint8 {
	if s.chance(c.missing) {
		return missing
	}
	return s.choose(c, u)
}

func (l *level) shareAt(u float64) float64 {
	if l.atEnd == 0 {
		return l.share
	}
	return l.share + u*(l.atEnd-l.share)
}
