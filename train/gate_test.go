package train

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"leadscore/models"
	"leadscore/models/metrics"
)

// With many deals a deficit within the margin passes and one beyond it does not; with few, what chance makes passes.
func TestAllowedDeficit(t *testing.T) {
	for _, c := range []struct {
		name         string
		champion, se float64
		want         float64
	}{
		{"no noise: a tenth of the champion's advantage", 0.80, 0, 0.03},
		{"no noise, no advantage", 0.52, 0, 0.01},
		{"a champion below chance", 0.45, 0, 0.01},
		{"little noise", 0.80, 0.005, 0.03 - 1.6448536269514722*0.005},
		{"much noise", 0.80, 0.05, 0.8416212335729143 * 0.05},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := allowedDeficit(c.champion, c.se); math.Abs(got-c.want) > 1e-12 {
				t.Errorf("allowedDeficit(%v, %v) = %v, want %v", c.champion, c.se, got, c.want)
			}
		})
	}
}

// Of equally good versions at least four in five pass, however few the deals. Of versions that lost half of the champion's
// advantage fewer pass the more deals there are, and hardly any of 4,000.
func TestGateErrorRates(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const runs = 300
	rate := func(n int, signal float64) float64 {
		passed := 0
		for range runs {
			wins, ours, theirs := make([]float64, n), make([]float64, n), make([]float64, n)
			for i := range wins {
				common := random.NormFloat64()
				if random.Float64() < 0.25 {
					wins[i] = 1
				}
				theirs[i] = 1.1*wins[i] + common + 0.3*random.NormFloat64()
				ours[i] = signal*wins[i] + common + 0.3*random.NormFloat64()
			}
			difference, err := metrics.AUCDifference(ours, theirs, wins)
			if err != nil {
				t.Fatal(err)
			}
			champion, err := metrics.AUC(theirs, wins)
			if err != nil {
				t.Fatal(err)
			}
			if difference.Value > -allowedDeficit(champion.Value, difference.StandardError) {
				passed++
			}
		}
		return float64(passed) / runs
	}
	last := 1.0
	for _, n := range []int{80, 400, 4000} {
		equal, half := rate(n, 1.1), rate(n, 0.5)
		// 0.73 is 0.8 less three standard errors of 300 runs.
		if equal < 0.73 {
			t.Errorf("%d deals: %.2f of the equally good pass", n, equal)
		}
		if half > last || n == 4000 && half > 0.02 {
			t.Errorf("%d deals: %.2f of those that lost half pass, %.2f with fewer deals", n, half, last)
		}
		last = half
	}
}

func TestCheckCalibration(t *testing.T) {
	exact := func(value, width float64) metrics.Estimate {
		return metrics.Estimate{Value: value, StandardError: width / 1.96, Low: value - width, High: value + width}
	}
	for _, c := range []struct {
		name string
		c    metrics.Calibration
		want bool
	}{
		{"right", metrics.Calibration{Slope: exact(1, .05), Intercept: exact(0, .05), Expected: 100, Observed: 100}, true},
		{"a little off, and shown", metrics.Calibration{Slope: exact(.9, .05), Intercept: exact(.1, .05), Expected: 90, Observed: 100}, true},
		{"too extreme", metrics.Calibration{Slope: exact(.7, .1), Intercept: exact(0, .05), Expected: 100, Observed: 100}, false},
		{"far off, but not shown", metrics.Calibration{Slope: exact(.5, .6), Intercept: exact(.4, .6), Expected: 6, Observed: 9}, true},
		{"level wrong", metrics.Calibration{Slope: exact(1, .05), Intercept: exact(.5, .1), Expected: 60, Observed: 100}, false},
		{"too many expected", metrics.Calibration{Slope: exact(1, .05), Intercept: exact(-.5, .1), Expected: 150, Observed: 100}, false},
		{"no slope to measure", metrics.Calibration{Intercept: exact(0, .05), Expected: 100, Observed: 100}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := checkCalibration(&c.c); got.Passed != c.want || got.Reason == "" {
				t.Errorf("checkCalibration = %+v, want passed %v", got, c.want)
			}
		})
	}
}

func TestCheckLeaks(t *testing.T) {
	if got := checkLeaks([]models.Suspicion{{Field: "stage", Grade: models.Suspect}, {Field: "tags", Grade: models.Leak, Because: "known at creation"}}); !got.Passed {
		t.Errorf("a suspect and an explained leak: %+v", got)
	}
	if got := checkLeaks([]models.Suspicion{{Field: "tags", Grade: models.Leak}}); got.Passed || !strings.Contains(got.Reason, "tags") {
		t.Errorf("a leak: %+v", got)
	}
}

// gateRun is a history of leads with two numbers: strong tells won from lost, noise does not.
type gateRun struct {
	dir string
	cfg Config
}

func newGateRun(t *testing.T, name string) *gateRun {
	t.Helper()
	g := &gateRun{dir: t.TempDir()}
	random := rand.New(rand.NewPCG(7, 8))
	var leads strings.Builder
	leads.WriteString("id,created,closed,stage,strong,noise\n")
	for i := range 1500 {
		strong, noise := random.NormFloat64(), random.NormFloat64()
		stage := "lost"
		if random.Float64() < 1/(1+math.Exp(1-1.5*strong)) {
			stage = "won"
		}
		day := i / 3
		fmt.Fprintf(&leads, "%s%d,%s,%s,%s,%.4f,%.4f\n", name, i, dayAfter(day), dayAfter(day+5), stage, strong, noise)
	}
	g.write(t, "leads.csv", leads.String())
	g.write(t, "rules.yaml", "version: 1\nname: t\nfit:\n  rules:\n    - {id: a, points: 1, reason: strong, when: lead.strong > 0.5}\nengagement: {rules: [{id: b, points: 1, reason: noise, when: lead.noise > 0.5}]}\nthresholds: {mql: {total: 1}}\n")
	g.schema(t, "[{name: strong, kind: number}, {name: noise, kind: number}]")
	g.cfg = Defaults()
	g.cfg.Schema, g.cfg.Rules = filepath.Join(g.dir, "schema.yaml"), filepath.Join(g.dir, "rules.yaml")
	g.cfg.Leads = []string{filepath.Join(g.dir, "leads.csv")}
	g.cfg.Store, g.cfg.Model, g.cfg.Code = filepath.Join(g.dir, "store"), "deals", "test"
	g.cfg.Pairs, g.cfg.Gate = false, true
	return g
}

func dayAfter(days int) string {
	return features0.AddDate(0, 0, days).Format("2006-01-02")
}

func (g *gateRun) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(g.dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (g *gateRun) schema(t *testing.T, fields string) {
	t.Helper()
	g.write(t, "schema.yaml", "version: 1\nlead: {id: id, created: created, closed: closed}\noutcome: {column: stage, won: [won], lost: [lost]}\nsnapshot: created + 1d\nhorizon: 30d\nfields: "+fields+"\n")
}

func (g *gateRun) run(t *testing.T) *Result {
	t.Helper()
	result, err := Run(context.Background(), g.cfg)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// The first version becomes champion; the same again stays it; one without the strong field is refused, stored as
// challenger with the reason, and the champion stays.
func TestGateRun(t *testing.T) {
	g := newGateRun(t, "L")
	first := g.run(t)
	if first.Gate == nil || !first.Gate.Passed || first.Alias != models.Champion {
		t.Fatalf("first version: %+v", first.Gate)
	}
	if again := g.run(t); again.Version.ID != first.Version.ID || !again.Gate.Passed {
		t.Fatalf("the same again: %s, %+v", again.Version.ID, again.Gate)
	}
	g.schema(t, "[{name: strong, kind: number, use: no, because: test}, {name: noise, kind: number}]")
	g.write(t, "rules.yaml", "version: 1\nname: t\nfit: {rules: [{id: b, points: 1, reason: noise, when: lead.noise > 0.5}]}\nthresholds: {mql: {total: 1}}\n")
	worse := g.run(t)
	if worse.Gate.Passed || worse.Alias != models.Challenger || worse.Gate.Champion != first.Version.ID {
		t.Fatalf("a version without signal: %+v", worse.Gate)
	}
	failed := map[string]bool{}
	for _, check := range worse.Gate.Checks {
		failed[check.Name] = !check.Passed
	}
	if !failed["signal"] || !failed["champion"] || failed["leaks"] {
		t.Errorf("checks %+v: want signal and champion to fail", worse.Gate.Checks)
	}
	var text strings.Builder
	if err := worse.WriteText(&text); err != nil || !strings.Contains(text.String(), "Gate: refused.") || !strings.Contains(text.String(), "as challenger") {
		t.Errorf("summary:\n%s", text.String())
	}
	store, err := models.OpenStore(g.cfg.Store)
	if err != nil {
		t.Fatal(err)
	}
	aliases, err := store.Aliases("deals")
	if err != nil {
		t.Fatal(err)
	}
	moves := aliases.MovesOf(worse.Version.ID)
	if aliases.Current[models.Champion] != first.Version.ID || len(moves) != 1 || moves[0].Gate == nil || moves[0].Gate.Passed || moves[0].Reason == "" {
		t.Errorf("aliases %+v, moves %+v", aliases.Current, moves)
	}
}

// Settings that contradict each other are said before any work.
func TestGateSettings(t *testing.T) {
	cfg := Config{Gate: true, Alias: models.Challenger}
	if err := cfg.validate(); err == nil || !strings.Contains(err.Error(), "gate") {
		t.Errorf("gate for a challenger: %v", err)
	}
}

// Where weights undo a sampling, one lost lead in five kept and counted five times, the fit's probabilities are those of all leads. The gate judges
// them by weight; counted once each the same leads would say that far too few wins are expected.
func TestGateJudgesCalibrationByWeight(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	const kept, each = 3000, 5
	var weights []string
	cfg := madeUpConfig(t, kept, func(int) (float64, string, bool) {
		for {
			size := math.Round(random.NormFloat64()*100) / 100
			isWon := random.Float64() < 1/(1+math.Exp(1.5-size))
			switch {
			case isWon:
				weights = append(weights, "1")
			case random.IntN(each) == 0:
				weights = append(weights, fmt.Sprint(each))
			default:
				continue
			}
			return size, []string{"a", "b"}[random.IntN(2)], isWon
		}
	})
	lines := strings.Split(strings.TrimSpace(readText(t, cfg.Leads[0])), "\n")
	lines[0] += ",weight"
	for i, w := range weights {
		lines[i+1] += "," + w
	}
	writeText(t, cfg.Leads[0], strings.Join(lines, "\n")+"\n")
	writeText(t, cfg.Schema, strings.Replace(readText(t, cfg.Schema), "lead: {id: id}", "lead: {id: id, weight: weight}", 1))
	cfg.Gate, cfg.Rolling, cfg.Baselines = true, 0, false
	r := mustTrain(t, cfg)
	v := &r.Version.Validation
	if v.Weighted == nil || v.Weighted.Calibration == nil {
		t.Fatal("no figures by weight")
	}
	if once := v.Model.Calibration; once.Expected > 0.6*once.Observed {
		t.Errorf("counted once, %.0f wins are expected and %.0f observed: the test shows nothing", once.Expected, once.Observed)
	}
	if c := v.Weighted.Calibration; math.Abs(c.Expected/c.Observed-1) > 0.2 || c.Slope.Low > 1 || c.Slope.High < 1 {
		t.Errorf("by weight %.0f wins are expected and %.0f observed, slope %+v", c.Expected, c.Observed, c.Slope)
	}
	if !r.Gate.Passed {
		t.Errorf("%+v", r.Gate.Checks)
	}
	if reason := r.Gate.Checks[1].Reason; !strings.HasPrefix(reason, "counted by their weight: slope") {
		t.Errorf("the gate does not say how it counted: %s", reason)
	}
}

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func writeText(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// An AUC from a handful of wins is no evidence, whatever its interval says.
func TestGateAsksForEnoughToShowSignal(t *testing.T) {
	v := &models.Validation{Leads: 53, Won: 5}
	v.Model.AUC = metrics.Estimate{Value: 0.9, Low: 0.7, High: 1}
	if check := checkSignal(v); check.Passed || !strings.Contains(check.Reason, "5 won and 48 lost are too few") {
		t.Errorf("%+v", check)
	}
	v.Won = 10
	if check := checkSignal(v); !check.Passed || strings.Contains(check.Reason, "too few") {
		t.Errorf("%+v", check)
	}
}
