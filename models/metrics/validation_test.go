package metrics

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"runtime"
	"testing"
	"time"
)

// otherPrograms is what scikit-learn, statsmodels, scipy, dcurves and relplot say; see testdata/ref/validation.py.
type otherPrograms struct {
	AveragePrecision float64        `json:"average_precision"`
	BrierSkill       float64        `json:"brier_skill"`
	Nagelkerke       float64        `json:"nagelkerke"`
	Gains            []float64      `json:"gains"`
	Thresholds       []float64      `json:"thresholds"`
	NetBenefit       []float64      `json:"net_benefit"`
	NetBenefitAll    []float64      `json:"net_benefit_all"`
	SmoothECE        float64        `json:"smooth_ece"`
	SmoothECERelplot float64        `json:"smooth_ece_relplot"`
	BootstrapError   float64        `json:"bootstrap_error"`
	Bootstrap        []float64      `json:"bootstrap"`
	Sooner           float64        `json:"sooner"`
	CoinPoints       map[string]int `json:"coin_points"`
	LogError         float64        `json:"log_error"`
	Ratio            float64        `json:"ratio"`
}

func readOtherPrograms(t *testing.T) otherPrograms {
	t.Helper()
	text, err := os.ReadFile("testdata/ref/validation.json")
	if err != nil {
		t.Fatal(err)
	}
	var o otherPrograms
	if err := json.Unmarshal(text, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

func agrees(t *testing.T, name string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s = %.12g, want %.12g ± %g", name, got, want, tolerance)
	}
}

// rounding is what two correct programs may differ by in double precision.
const rounding = 1e-12

func TestRankingAgainstOtherPrograms(t *testing.T) {
	r, o := readReference(t), readOtherPrograms(t)
	precision, err := AveragePrecision(r.first, r.wins)
	if err != nil {
		t.Fatal(err)
	}
	agrees(t, "average precision", precision, o.AveragePrecision, rounding)
	gains, err := Gains(r.first, r.wins, 10)
	if err != nil {
		t.Fatal(err)
	}
	for k, at := range []int{1, 2, 5} { // 30, 60 and 150 of 300 leads; the brute force draws 20,000 orders of ties
		agrees(t, "gains", gains[at].Caught, o.Gains[k], 1e-3)
	}
	benefit, err := NetBenefit(r.first, r.wins, o.Thresholds)
	if err != nil {
		t.Fatal(err)
	}
	for k := range benefit {
		agrees(t, "net benefit", benefit[k].Score, o.NetBenefit[k], rounding)
		agrees(t, "net benefit of all", benefit[k].All, o.NetBenefitAll[k], rounding)
	}
}

func TestSkillAgainstOtherPrograms(t *testing.T) {
	r, o := readReference(t), readOtherPrograms(t)
	skill, err := BrierSkill(r.first, r.wins)
	if err != nil {
		t.Fatal(err)
	}
	agrees(t, "Brier skill", skill, o.BrierSkill, rounding)
	explained, err := NagelkerkeR2(r.first, r.wins)
	if err != nil {
		t.Fatal(err)
	}
	agrees(t, "Nagelkerke R²", explained, o.Nagelkerke, rounding)
	ratio, err := ExpectedOverObserved(r.first, r.wins)
	if err != nil {
		t.Fatal(err)
	}
	agrees(t, "expected over observed", ratio.Value, o.Ratio, rounding)
	agrees(t, "its low bound", ratio.Low, o.Ratio*math.Exp(-1.959963984540054*o.LogError), rounding)
	agrees(t, "its high bound", ratio.High, o.Ratio*math.Exp(1.959963984540054*o.LogError), rounding)
}

// TestCalibrationCurveAgainstR holds the curve against R's lowess and its errors against rms::val.prob.
func TestCalibrationCurveAgainstR(t *testing.T) {
	r := readReference(t)
	curve, err := NewCalibrationCurve(r.first, r.wins)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{}
	for _, row := range readCSV(t, "testdata/ref/validation.csv") {
		want[row[0]] = number(t, row[1])
	}
	agrees(t, "ICI", curve.ICI, want["ici"], rounding)
	agrees(t, "E50", curve.E50, want["e50"], rounding)
	agrees(t, "E90", curve.E90, want["e90"], rounding)
	agrees(t, "Emax", curve.EMax, want["e_max"], rounding)
	points := Isotonic{} // only for its interpolation
	for _, p := range curve.Points {
		points.Scores, points.Values = append(points.Scores, p.Prediction), append(points.Values, p.WinRate)
		if !(p.Low <= p.WinRate && p.WinRate <= p.High && p.Low >= 0 && p.High <= 1) {
			t.Errorf("point %+v: its interval does not hold it", p)
		}
	}
	for at, name := range map[float64]string{0.05: "curve_0.05", 0.2: "curve_0.2", 0.35: "curve_0.35", 0.5: "curve_0.5", 0.8: "curve_0.8", 0.95: "curve_0.95"} {
		agrees(t, name, points.At(at), want[name], rounding)
	}
}

func TestSmoothECEAgainstOtherPrograms(t *testing.T) {
	r, o := readReference(t), readOtherPrograms(t)
	got, err := SmoothECE(r.first, r.wins)
	if err != nil {
		t.Fatal(err)
	}
	agrees(t, "smooth ECE by brute force", got, o.SmoothECE, 2e-4)    // the width is found to 1e-4
	agrees(t, "smooth ECE by relplot", got, o.SmoothECERelplot, 5e-4) // relplot rounds predictions to a grid of 1e-3
}

func TestBootstrapAgainstAnotherProgram(t *testing.T) {
	r, o := readReference(t), readOtherPrograms(t)
	clusters := make([]uint32, len(r.wins))
	for i := range clusters {
		clusters[i] = uint32(i/4) + 1
	}
	got, err := ClusteredAUCDifference(t.Context(), r.first, r.second, r.wins, clusters, Bootstrap{Replicates: 4000, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	if got.Clusters != 75 || got.Replicates != 4000 {
		t.Errorf("%d clusters, %d replicates, want 75 and 4000", got.Clusters, got.Replicates)
	}
	// 4,000 draws place a 2.5 % point to √(0.025·0.975/4000)/density ≈ 0.04 standard errors; four of those.
	tolerance := 4 * 0.042 * o.BootstrapError
	agrees(t, "low bound", got.Low, o.Bootstrap[0], tolerance)
	agrees(t, "high bound", got.High, o.Bootstrap[1], tolerance)
	agrees(t, "standard error", got.StandardError, o.BootstrapError, 4*o.BootstrapError/math.Sqrt(2*4000))
	agrees(t, "difference", got.Value, r.AUCFirst-r.AUCSecond, rounding)
}

func TestBootstrapIsTheSameOnAnyNumberOfCores(t *testing.T) {
	r := readReference(t)
	draw := func(cores int) ClusteredDifference {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		got, err := ClusteredAUCDifference(t.Context(), r.first, r.second, r.wins, nil, Bootstrap{Replicates: 101, Seed: 7})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if one, five := draw(1), draw(5); one != five {
		t.Errorf("one core %+v, five %+v", one, five)
	}
}

func TestDurationsAgainstScipy(t *testing.T) {
	r, o := readReference(t), readOtherPrograms(t)
	var a, b []float64
	for i, w := range r.wins {
		if w == 1 {
			a, b = append(a, 100*r.first[i]), append(b, 100*r.second[i]+3)
		}
	}
	got, err := Sooner(a, b)
	if err != nil {
		t.Fatal(err)
	}
	agrees(t, "Sooner", got.Value, o.Sooner, rounding)
	for n, want := range map[int]int{1: o.CoinPoints["1"], 5: o.CoinPoints["5"], 6: o.CoinPoints["6"], 7: o.CoinPoints["7"], 20: o.CoinPoints["20"], 137: o.CoinPoints["137"], 1000: o.CoinPoints["1000"]} {
		if got := coinPoint(n); got != want {
			t.Errorf("coinPoint(%d) = %d, want %d", n, got, want)
		}
	}
	median, err := Median([]float64{7, 1, 5, 3, 9, 2, 8, 4, 6, 10})
	if err != nil || median.Value != 5.5 || median.Low != 2 || median.High != 9 { // ranks 2 and 9 of 10
		t.Errorf("Median = %+v, %v", median, err)
	}
}

// Where all predictions are equal the curve is one point: the win rate.
func TestCalibrationCurveOfOnePrediction(t *testing.T) {
	for n := 3; n < 600; n += 7 {
		predictions, wins, won := make([]float64, n), make([]float64, n), 0.0
		for i := range n {
			predictions[i] = 0.6589743589743589 // its sums round
			if i*i%7 < 3 {
				wins[i], won = 1, won+1
			}
		}
		curve, err := NewCalibrationCurve(predictions, wins)
		if err != nil {
			t.Fatal(err)
		}
		rate := won / float64(n)
		if want := math.Abs(predictions[0] - rate); len(curve.Points) != 1 || math.Abs(curve.Points[0].WinRate-rate) > 1e-9 || math.Abs(curve.ICI-want) > 1e-9 || math.Abs(curve.EMax-want) > 1e-9 {
			t.Fatalf("%d leads, %v won: %+v", n, rate, curve)
		}
	}
}

// TestNoAnswerIsAnErrorOrANumber walks every function over the corners: one lead, one class, ties only.
func TestNoAnswerIsAnErrorOrANumber(t *testing.T) {
	corners := []struct {
		name         string
		scores, wins []float64
	}{
		{"one won lead", []float64{0.3}, []float64{1}},
		{"one lost lead", []float64{0.3}, []float64{0}},
		{"all won", []float64{0.1, 0.5, 0.9}, []float64{1, 1, 1}},
		{"all lost", []float64{0.1, 0.5, 0.9}, []float64{0, 0, 0}},
		{"one score", []float64{0.4, 0.4, 0.4, 0.4}, []float64{1, 0, 0, 1}},
		{"certain and right", []float64{0, 0, 1, 1}, []float64{0, 0, 1, 1}},
		{"certain and wrong", []float64{1, 1, 0, 0}, []float64{0, 0, 1, 1}},
		{"two leads", []float64{0.2, 0.7}, []float64{0, 1}},
		{"none", nil, nil},
	}
	for _, c := range corners {
		t.Run(c.name, func(t *testing.T) {
			check := func(name string, err error, values ...float64) {
				t.Helper()
				if err != nil {
					if !errors.Is(err, ErrOneClass) && !errors.Is(err, ErrEmpty) {
						t.Errorf("%s: %v, want ErrOneClass or ErrEmpty", name, err)
					}
					return
				}
				for _, v := range values {
					if math.IsNaN(v) || math.IsInf(v, 0) {
						t.Errorf("%s = %v", name, values)
					}
				}
			}
			v, err := AveragePrecision(c.scores, c.wins)
			check("AveragePrecision", err, v)
			v, err = BrierSkill(c.scores, c.wins)
			check("BrierSkill", err, v)
			v, err = NagelkerkeR2(c.scores, c.wins)
			check("NagelkerkeR2", err, v)
			v, err = SmoothECE(c.scores, c.wins)
			check("SmoothECE", err, v)
			e, err := ExpectedOverObserved(c.scores, c.wins)
			check("ExpectedOverObserved", err, e.Value, e.Low, e.High)
			curve, err := NewCalibrationCurve(c.scores, c.wins)
			check("NewCalibrationCurve", err, curve.ICI, curve.E50, curve.E90, curve.EMax)
			for _, p := range curve.Points {
				check("point", nil, p.Prediction, p.WinRate, p.Low, p.High)
			}
			gains, err := Gains(c.scores, c.wins, 10)
			check("Gains", err)
			for _, g := range gains {
				check("gain", nil, g.Worked, g.Caught)
			}
			worked, err := AtCapacity(c.scores, c.wins, nil, 2)
			check("AtCapacity", err, worked.Won, worked.Caught, worked.Precision.Value)
			difference, err := ClusteredAUCDifference(t.Context(), c.scores, c.wins, c.wins, nil, Bootstrap{Replicates: 20})
			if errors.Is(err, ErrTooFew) {
				err = ErrOneClass
			}
			check("ClusteredAUCDifference", err, difference.Value, difference.Low, difference.High, difference.StandardError)
			median, err := Median(c.scores)
			check("Median", err, median.Value, median.Low, median.High)
		})
	}
}

func TestSmoothECEOfConstructedScores(t *testing.T) {
	// Half of the leads are won and all are given 0.3: every residual mean is 0.2 whatever the width.
	scores, wins := make([]float64, 1000), make([]float64, 1000)
	for i := range scores {
		scores[i], wins[i] = 0.3, float64(i%2)
	}
	got, err := SmoothECE(scores, wins)
	if err != nil {
		t.Fatal(err)
	}
	agrees(t, "smooth ECE", got, 0.2, 1e-4)
}

func TestAtCapacityOfConstructedLeads(t *testing.T) {
	scores := []float64{9, 8, 8, 1 /* next period */, 5, 5, 5, 5}
	wins := []float64{1, 1, 0, 0, 1, 0, 0, 0}
	got, err := AtCapacity(scores, wins, []int{0, 0, 0, 0, 1, 1, 1, 1}, 2)
	// First period: the 9 and half of the pair of 8: 1.5 wins. Second: two of four ties with one win: 0.5.
	if err != nil || got.Leads != 4 || got.Won != 2 || math.Abs(got.Caught-2.0/3) > rounding {
		t.Errorf("AtCapacity = %+v, %v; want 4 leads, 2 wins", got, err)
	}
}

func BenchmarkMeasures(b *testing.B) {
	const n = 200_000
	scores, other, wins := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range scores {
		scores[i] = float64((i*7919)%n) / n
		other[i] = float64((i*104729)%1000) / 1000
		wins[i] = float64(((i * 31) % 97) / 90)
	}
	b.Run("calibration curve", func(b *testing.B) {
		for b.Loop() {
			_, _ = NewCalibrationCurve(scores, wins)
		}
	})
	b.Run("smooth ECE", func(b *testing.B) {
		for b.Loop() {
			_, _ = SmoothECE(scores, wins)
		}
	})
	b.Run("bootstrap", func(b *testing.B) {
		for b.Loop() {
			_, _ = ClusteredAUCDifference(b.Context(), scores, other, wins, nil, Bootstrap{Replicates: 1000})
		}
	})
}

// A bootstrap ends soon after its caller has given up.
func TestClusteredAUCDifferenceStops(t *testing.T) {
	scores, wins := make([]float64, 2000), make([]float64, 2000)
	for i := range scores {
		scores[i], wins[i] = float64((i*7919)%2000), float64(i%2)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	started := time.Now()
	_, err := ClusteredAUCDifference(ctx, scores, scores, wins, nil, Bootstrap{Replicates: 10_000_000})
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(started) > 10*time.Second {
		t.Errorf("after %v: %v", time.Since(started), err)
	}
}
