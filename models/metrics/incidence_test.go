package metrics

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// watched are the leads of testdata/ref/incidence.R, in days.
func watched(t *testing.T) (leads []FollowUp) {
	t.Helper()
	endings := map[string]Ending{"open": StillWaiting, "won": Reached, "lost": EndedOtherwise}
	for _, row := range readCSV(t, "testdata/ref/incidence_leads.csv") {
		leads = append(leads, FollowUp{int64(number(t, row[0])), endings[row[1]]})
	}
	return leads
}

func spaced(t *testing.T, text string) float64 { return number(t, strings.TrimSpace(text)) }

// The figures of R's survival package.
func TestIncidenceReference(t *testing.T) {
	steps, want := NewIncidence(watched(t)).Steps, readCSV(t, "testdata/ref/incidence.csv")
	if len(steps) != len(want) {
		t.Fatalf("%d steps, want %d", len(steps), len(want))
	}
	for i, row := range want {
		s := steps[i]
		if float64(s.Span) != spaced(t, row[0]) || float64(s.AtRisk) != spaced(t, row[1]) ||
			math.Abs(s.Waiting-spaced(t, row[2])) > 1e-12 || math.Abs(s.Reached-spaced(t, row[3])) > 1e-12 {
			t.Errorf("step %d: %+v, want %v", i, s, row)
		}
	}
}

// The variance of R's etm package, and Greenwood's of survival where there is no competing end.
func TestIncidenceVarianceReference(t *testing.T) {
	leads := watched(t)
	in := NewIncidence(leads)
	for i := range leads {
		if leads[i].Ending == EndedOtherwise {
			leads[i].Ending = Reached
		}
	}
	either := NewIncidence(leads)
	for _, row := range readCSV(t, "testdata/ref/incidence_variance.csv") {
		day := int64(spaced(t, row[0]))
		if got, want := in.Rate(day), spaced(t, row[2]); math.Abs(got.StandardError-math.Sqrt(want)) > 1e-9 {
			t.Errorf("day %d: standard error %v, etm has %v", day, got.StandardError, math.Sqrt(want))
		}
		got := either.Rate(day)
		if math.Abs(got.Value-spaced(t, row[3])) > 1e-12 {
			t.Errorf("day %d: either %v, want %s", day, got.Value, row[3])
		}
		if text := strings.TrimSpace(row[4]); text != "NaN" && text != "NA" { // once nobody is left Greenwood's has no value in R
			if math.Abs(got.StandardError-math.Sqrt(number(t, text))) > 1e-9 {
				t.Errorf("day %d: Greenwood %v, want %v", day, got.StandardError, math.Sqrt(number(t, text)))
			}
		}
	}
}

func TestIncidenceByHand(t *testing.T) {
	// Of four leads one is won on day 1; of the three left one is lost on day 2 and one was last seen open then; the last is won
	// on day 5: 1/4 + 3/4·2/3·1 = 3/4.
	in := NewIncidence([]FollowUp{{5, Reached}, {2, StillWaiting}, {1, Reached}, {2, EndedOtherwise}})
	want := []IncidenceStep{{1, 4, 0.25, 0.75, 0}, {2, 3, 0.25, 0.5, 0}, {5, 1, 0.75, 0, 0}}
	for i := range want {
		s := in.Steps[i]
		if math.Abs(s.Reached-want[i].Reached) > 1e-15 || math.Abs(s.Waiting-want[i].Waiting) > 1e-15 || s.AtRisk != want[i].AtRisk {
			t.Errorf("step %d: %+v, want %+v", i, s, want[i])
		}
	}
	if at, ok := in.When(0.5); !ok || at != 5 {
		t.Errorf("half is reached at %v, %v", at, ok)
	}
	if _, ok := in.When(0.76); ok {
		t.Error("more is reached than ever was")
	}
	if got := in.By(3); got != 0.25 {
		t.Errorf("by day 3: %v", got)
	}
	for span, followed := range []int{0: 4, 1: 4, 2: 4, 3: 3, 5: 3, 6: 3} { // the one last seen on day 2 is not known from day 3 on
		if span != 4 && in.Followed(int64(span)) != followed {
			t.Errorf("%d followed %d days, want %d", in.Followed(int64(span)), span, followed)
		}
	}
	// Nobody was followed for ten days of three: one has reached, one has ended otherwise, one waits and may reach yet.
	open := NewIncidence([]FollowUp{{1, Reached}, {2, EndedOtherwise}, {5, StillWaiting}})
	e, ended := open.Rate(10), must[Estimate](t)(Wilson(1, 3))
	if math.Abs(e.Value-1.0/3) > 1e-12 || math.Abs(e.Low-ended.Low) > 1e-9 || math.Abs(e.High-(1-ended.Low)) > 1e-9 {
		t.Errorf("beyond the time seen: %+v", e)
	}
	if e := open.Rate(5); math.Abs(e.High-ended.High) > 1e-9 {
		t.Errorf("at its end: %+v", e)
	}
	none := NewIncidence(nil)
	if len(none.Steps) != 0 || none.By(1) != 0 || none.Rate(1) != (Estimate{High: 1}) {
		t.Error("no leads have an incidence")
	}
}

// Where all are followed it is the plain share of leads, whatever ended otherwise meanwhile, with Wilson's interval.
func TestIncidenceOfAllFollowed(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	leads := make([]FollowUp, 300)
	for i := range leads {
		leads[i] = FollowUp{int64(random.IntN(40)), Reached + Ending(random.IntN(2))}
	}
	in := NewIncidence(leads)
	for span := range int64(41) {
		reached := 0.0
		for _, l := range leads {
			if l.Ending == Reached && l.Span <= span {
				reached++
			}
		}
		want, got := must[Estimate](t)(Wilson(reached, 300)), in.Rate(span)
		if math.Abs(got.Value-want.Value) > 1e-12 || math.Abs(got.Low-want.Low) > 1e-9 || math.Abs(got.High-want.High) > 1e-9 {
			t.Fatalf("by %d: %+v, want %+v", span, got, want)
		}
	}
}

// The interval of a rate holds the true rate about as often as it says, with half of the leads censored and with few leads.
func TestIncidenceIntervalCovers(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{25, 200} {
		const runs, span = 2000, 30
		// Two exponential ends, reached at rate 0.02 a day and otherwise at 0.03: F(30) = 0.4·(1 − e^(−1.5)).
		truth, held := 0.4*(1-math.Exp(-0.05*span)), 0
		for range runs {
			leads := make([]FollowUp, n)
			for i := range leads {
				ends, seen := random.ExpFloat64()/0.05, 60*random.Float64()
				leads[i] = FollowUp{int64(1e6 * min(ends, seen)), StillWaiting}
				if ends <= seen {
					leads[i].Ending = EndedOtherwise
					if random.Float64() < 0.4 {
						leads[i].Ending = Reached
					}
				}
			}
			if e := NewIncidence(leads).Rate(span * 1e6); e.Low <= truth && truth <= e.High {
				held++
			}
		}
		if share := float64(held) / runs; share < 0.93 || share > 0.985 {
			t.Errorf("%d leads: the interval holds the truth in %.1f %% of the draws, want about 95", n, 100*share)
		}
	}
}

// A median of exponential times, a third of them censored: ln 2 / rate, and its interval holds it.
func TestIncidenceQuantile(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	const runs, n = 1000, 120
	held := 0
	for range runs {
		leads := make([]FollowUp, n)
		for i := range leads {
			at, seen := random.ExpFloat64()/0.1, 30*random.Float64()
			leads[i] = FollowUp{int64(1e6 * min(at, seen)), StillWaiting}
			if at <= seen {
				leads[i].Ending = Reached
			}
		}
		q := NewIncidence(leads).Quantile(0.5)
		truth := int64(math.Round(1e6 * math.Ln2 / 0.1))
		if q.Known && q.LowKnown && q.Low <= truth && (!q.HighKnown || truth <= q.High) {
			held++
		}
	}
	if share := float64(held) / runs; share < 0.93 || share > 0.985 {
		t.Errorf("the interval holds the median in %.1f %% of the draws, want about 95", 100*share)
	}
	if q := NewIncidence([]FollowUp{{1, Reached}, {2, StillWaiting}, {3, StillWaiting}}).Quantile(0.5); q.Known {
		t.Errorf("a median that was not reached: %+v", q)
	}
}
