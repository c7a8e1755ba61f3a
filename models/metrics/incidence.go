package metrics

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// Ending is how the follow-up of a lead ended.
type Ending uint8

const (
	StillWaiting   Ending = iota // censored: neither had happened when the data were taken
	Reached                      // what is waited for happened
	EndedOtherwise               // something happened after which it cannot: a competing end
)

// FollowUp is the time that a lead was watched, in the caller's unit, and how that ended.
type FollowUp struct {
	Span   int64 // ≥ 0
	Ending Ending
}

// IncidenceStep is the state just after a time at which something happened.
type IncidenceStep struct {
	Span     int64
	AtRisk   int     // leads that were still waiting and in sight just before
	Reached  float64 // share of leads that had reached by then
	Waiting  float64 // share still waiting
	variance float64 // of Reached
}

// Incidence is the share of leads that reach something by each time.
type Incidence struct {
	Steps []IncidenceStep // by rising span
	Leads int

	leads []FollowUp // by rising span
	known []int32    // how many of the leads before the one at a place ended, one way or the other
}

// NewIncidence estimates which share of leads reaches something by each time: the cumulative incidence beside the competing end,
//
//	F(t) = Σ_{t_i ≤ t} S(t_i−) · reached_i / atRisk_i,    S(t) = Π_{t_i ≤ t} (1 − (reached_i + ended_i) / atRisk_i)
//
// (Aalen & Johansen, Scandinavian Journal of Statistics 5, 1978, 141–150; without competing ends it is 1 − Kaplan–Meier). A lead that ended
// otherwise leaves with certainty, so it never counts as one that might still get there, as it would if it were censored. Of equal times those that
// ended come before the censored ones. Cost O(n log n).
func NewIncidence(leads []FollowUp) *Incidence {
	leads = slices.Clone(leads)
	slices.SortFunc(leads, func(a, b FollowUp) int { return cmp.Compare(a.Span, b.Span) })
	in := &Incidence{Leads: len(leads), leads: leads, known: make([]int32, len(leads)+1)}
	var v deltaVariance
	reached, waiting := 0.0, 1.0
	for i := 0; i < len(leads); {
		atRisk, span := len(leads)-i, leads[i].Span
		counts := [3]int{}
		for ; i < len(leads) && leads[i].Span == span; i++ {
			counts[leads[i].Ending]++
			in.known[i+1] = in.known[i]
			if leads[i].Ending != StillWaiting {
				in.known[i+1]++
			}
		}
		if ended := counts[Reached] + counts[EndedOtherwise]; ended > 0 {
			before := waiting
			reached += before * float64(counts[Reached]) / float64(atRisk)
			waiting *= 1 - float64(ended)/float64(atRisk)
			variance := v.add(before, reached, float64(atRisk), float64(ended), float64(counts[Reached]))
			in.Steps = append(in.Steps, IncidenceStep{span, atRisk, reached, waiting, variance})
		}
	}
	return in
}

// deltaVariance sums up the variance of F(t) by the delta method (Dinse & Larson, Biometrika 73, 1986, 379–386; in this form Marubini & Valsecchi, Analysing
// Survival Data from Clinical Trials and Observational Studies, 1995, section 10.4),
//
//	Σ (F(t) − F_i)² d_i/(n_i (n_i − d_i)) + Σ S_i−² r_i (n_i − r_i)/n_i³ − 2 Σ (F(t) − F_i) S_i− r_i/n_i²,
//
// d ends of either kind and r of them reached, of n at risk. Without competing ends it is Greenwood's. The square is multiplied out, so that each step is O(1).
type deltaVariance struct{ a, b, c, d, e, g float64 }

func (v *deltaVariance) add(before, f, n, ended, reached float64) float64 {
	if n > ended { // else F stays as it is from here on: the term is 0
		a := ended / (n * (n - ended))
		v.a, v.b, v.c = v.a+a, v.b+f*a, v.c+f*f*a
	}
	v.d += before * before * reached * (n - reached) / (n * n * n)
	e := before * reached / (n * n)
	v.e, v.g = v.e+e, v.g+f*e
	return math.Max(0, f*f*v.a-2*f*v.b+v.c+v.d-2*f*v.e+2*v.g)
}

// at is the last step that is not later than span; below 0 for none.
func (in *Incidence) at(span int64) int {
	return sort.Search(len(in.Steps), func(i int) bool { return in.Steps[i].Span > span }) - 1
}

// By is the share that reached within span.
func (in *Incidence) By(span int64) float64 {
	if at := in.at(span); at >= 0 {
		return in.Steps[at].Reached
	}
	return 0
}

// Ever is the share that reached in all the time seen.
func (in *Incidence) Ever() float64 { return in.By(math.MaxInt64) }

// When is the first time by which at least a share of the leads has reached; false where it never is.
func (in *Incidence) When(share float64) (int64, bool) {
	at := sort.Search(len(in.Steps), func(i int) bool { return in.Steps[i].Reached >= share })
	if at == len(in.Steps) {
		return 0, false
	}
	return in.Steps[at].Span, true
}

// Followed is the number of leads whose state at span is known: they had ended, or were in sight so long.
func (in *Incidence) Followed(span int64) int {
	at := sort.Search(len(in.leads), func(i int) bool { return in.leads[i].Span >= span })
	return int(in.known[at]) + len(in.leads) - at
}

// Rate is [Incidence.By] with its 95 % interval: Wilson's for as many leads as have the estimate's variance (Dorey & Korn, Statistics in Medicine 6, 1987, 679–687).
// Where all leads were followed so long it is Wilson's interval of their share. Where none or all have reached, the variance says nothing, and the leads that
// were followed so long count. Where none was followed so long, the value is the share that has reached so far, at the least, and the interval goes on up to
// the share that has not ended otherwise: those who wait may all get there yet.
func (in *Incidence) Rate(span int64) Estimate {
	longest := int64(0)
	if len(in.leads) > 0 {
		longest = in.leads[len(in.leads)-1].Span
	}
	e := in.rateAt(min(span, longest))
	if span > longest && (len(in.Steps) == 0 || in.Steps[len(in.Steps)-1].Waiting > 1e-12) {
		e.High = 1 - in.otherwise().rateAt(longest).Low
	}
	return e
}

func (in *Incidence) rateAt(span int64) Estimate {
	if at := in.at(span); at >= 0 {
		return rateOf(in.Steps[at].Reached, in.Steps[at].variance, in.Followed(span))
	}
	return rateOf(0, 0, in.Followed(span))
}

// otherwise is the incidence of the competing end.
func (in *Incidence) otherwise() *Incidence {
	leads := slices.Clone(in.leads)
	for i := range leads {
		leads[i].Ending = [...]Ending{StillWaiting: StillWaiting, Reached: EndedOtherwise, EndedOtherwise: Reached}[leads[i].Ending]
	}
	return NewIncidence(leads)
}

func rateOf(share, variance float64, followed int) Estimate {
	n := float64(followed)
	if variance > 0 && share > 0 && share < 1 {
		n = share * (1 - share) / variance
	}
	if n < 1e-9 {
		return Estimate{Value: share, Low: 0, High: 1}
	}
	e := Estimate{Value: share, StandardError: math.Sqrt(variance)}
	e.Low, e.High = wilson(min(share, 1)*n, n, z95)
	return e
}

// Time is a time by which a share of leads has reached, with its 95 % interval. What is not reached in the time seen is false.
type Time struct {
	At, Low, High              int64
	Known, LowKnown, HighKnown bool
}

// Quantile is the time by which a share of all leads has reached. The interval holds the times at which that share lies within [Incidence.Rate]'s (Brookmeyer
// & Crowley, Biometrics 38, 1982, 29–41).
func (in *Incidence) Quantile(share float64) (t Time) {
	t.At, t.Known = in.When(share)
	for i := range in.Steps {
		s := &in.Steps[i]
		e := rateOf(s.Reached, s.variance, in.Followed(s.Span))
		if !t.LowKnown && e.High >= share {
			t.Low, t.LowKnown = s.Span, true
		}
		if e.Low >= share {
			t.High, t.HighKnown = s.Span, true
			break
		}
	}
	return t
}
