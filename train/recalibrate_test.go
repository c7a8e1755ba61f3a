package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/closed"
	"leadscore/models/logistic"
)

// features0 is the first day of made-up histories.
var features0 = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// closedLeads writes n leads from the given day on, three a day, whose outcomes are drawn from the version's own log-odds moved by
// intercept and slope. It appends rows given besides.
func (g *gateRun) closedLeads(t *testing.T, v *models.Version, name string, day, n int, intercept, slope float64, more string) string {
	t.Helper()
	random := rand.New(rand.NewPCG(11, uint64(n)))
	rows := make([][2]float64, n)
	var text strings.Builder
	text.WriteString("id,created,closed,stage,strong,noise\n")
	for i := range rows {
		rows[i] = [2]float64{random.NormFloat64(), random.NormFloat64()}
		fmt.Fprintf(&text, "N%d,%s,%s,lost,%.4f,%.4f\n", i, dayAfter(day+i/3), dayAfter(day+i/3+5), rows[i][0], rows[i][1])
	}
	g.write(t, name, text.String())
	path := filepath.Join(g.dir, name)
	table, _, err := features.ReadLeads(context.Background(), v.Schema, []string{path}, features.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	h, err := features.NewHistory(table, nil)
	if err != nil {
		t.Fatal(err)
	}
	all := make([]int32, n)
	for i := range all {
		all[i] = int32(i)
	}
	logOdds, err := logOddsOf(context.Background(), v, h, all)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(text.String(), "\n")
	for i, eta := range logOdds {
		if random.Float64() < logistic.Probability(intercept+slope*eta) {
			lines[i+1] = strings.Replace(lines[i+1], ",lost,", ",won,", 1)
		}
	}
	g.write(t, name, strings.Join(lines, "")+more)
	return path
}

// base trains the version to be moved; its newest snapshot is of day 500.
func (g *gateRun) base(t *testing.T) (*models.Version, RecalibrateConfig) {
	t.Helper()
	g.cfg.Gate = false
	v := g.run(t).Version
	return v, RecalibrateConfig{Store: g.cfg.Store, Model: "deals", Code: "test"}
}

// The move is found: outcomes drawn from log-odds moved by a known intercept and slope give both back, and the figures on the later
// half become right.
func TestRecalibrateFindsTheMove(t *testing.T) {
	for _, c := range []struct {
		name             string
		intercept, slope float64
	}{{"level", 0.8, 1}, {"level down", -0.9, 1}, {"both", 0.5, 0.5}, {"steeper", 0, 2}} {
		t.Run(c.name, func(t *testing.T) {
			g := newGateRun(t, "L")
			base, cfg := g.base(t)
			cfg.Leads = []string{g.closedLeads(t, base, "closed.csv", 600, 6000, c.intercept, c.slope, "")}
			result, err := Recalibrate(context.Background(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			how := &result.How
			s := how.Shift
			// Four standard errors, about the center, where intercept and slope do not depend on each other.
			if got, want := s.LogOdds(s.Center), c.intercept+c.slope*s.Center; math.Abs(got-want) > 4*s.InterceptError {
				t.Errorf("level at %.2f is %.3f, want %.3f ± %.3f", s.Center, got, want, s.InterceptError)
			}
			if s.SlopeError == 0 && c.slope != 1 || math.Abs(s.Slope-c.slope) > 4*s.SlopeError {
				t.Errorf("slope %.3f ± %.3f, want %.3f", s.Slope, s.SlopeError, c.slope)
			}
			young := how.LeftOut[closed.Early]
			if young == 0 || young > 120 || how.Leads+young != 6000 {
				t.Errorf("%d used, %d too young: want all but the last horizon's", how.Leads, young)
			}
			after := how.Later.After.Calibration
			if ratio := after.Expected / after.Observed; ratio < 0.9 || ratio > 1.1 || math.Abs(after.Slope.Value-1) > 4*math.Sqrt2*after.Slope.StandardError {
				t.Errorf("later half: ratio %.3f, slope %+v", ratio, after.Slope)
			}
			if result.Alias != models.Champion || result.Version.Recalibration.Base != base.ID {
				t.Errorf("alias %s, base %s", result.Alias, result.Version.Recalibration.Base)
			}
			var text strings.Builder
			if err := result.WriteText(&text); err != nil || !strings.Contains(text.String(), "newer half, after") {
				t.Errorf("%v\n%s", err, text.String())
			}
		})
	}
}

// What the version knows already, and what is too young, is not used; a second recalibration knows the first one's leads.
func TestRecalibrateUsesNewLeadsOnly(t *testing.T) {
	g := newGateRun(t, "L")
	base, cfg := g.base(t)
	old, err := os.ReadFile(g.cfg.Leads[0])
	if err != nil {
		t.Fatal(err)
	}
	_, rows, _ := strings.Cut(string(old), "\n")
	cfg.Leads = []string{g.closedLeads(t, base, "closed.csv", 600, 3000, 1, 1, rows)}
	result, err := Recalibrate(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if got := result.How.LeftOut[closed.Learned]; got != base.Training.Used {
		t.Errorf("%d leads left out as known, want the %d that were trained on", got, base.Training.Used)
	}
	if _, err = Recalibrate(context.Background(), cfg); !errors.Is(err, ErrLearned) {
		t.Errorf("a second time by the same leads: %v", err)
	}
	again, err := os.ReadFile(cfg.Leads[0])
	if err != nil {
		t.Fatal(err)
	}
	g.write(t, "again.csv", string(again)+"X,2024-01-01,2024-01-05,lost,0,0\n") // the same leads in another file
	cfg.Leads = []string{filepath.Join(g.dir, "again.csv")}
	if _, err = Recalibrate(context.Background(), cfg); !errors.Is(err, ErrTooFew) || !strings.Contains(err.Error(), closed.Learned) {
		t.Errorf("a second time by the same leads and one more: %v", err)
	}
}

func TestRecalibrateRefuses(t *testing.T) {
	g := newGateRun(t, "L")
	base, cfg := g.base(t)
	for _, c := range []struct {
		name string
		cfg  func(*RecalibrateConfig)
		want error
	}{
		{"too few", func(r *RecalibrateConfig) { r.Leads = []string{g.closedLeads(t, base, "few.csv", 600, 40, 0, 1, "")} }, ErrTooFew},
		{"backwards", func(r *RecalibrateConfig) {
			r.Leads = []string{g.closedLeads(t, base, "back.csv", 600, 3000, 0, -1, "")}
		}, ErrBackwards},
		{"its own leads", func(r *RecalibrateConfig) { r.Leads = g.cfg.Leads }, ErrLearned},
		{"no leads", func(*RecalibrateConfig) {}, ErrSettings},
		{"no name", func(r *RecalibrateConfig) { r.Model = "A/B" }, models.ErrName},
		{"no model", func(r *RecalibrateConfig) { r.Leads, r.Model = []string{"x.csv"}, "other" }, models.ErrNoModel},
	} {
		t.Run(c.name, func(t *testing.T) {
			own := cfg
			c.cfg(&own)
			if _, err := Recalibrate(context.Background(), own); !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
		})
	}
	store, err := models.OpenStore(cfg.Store)
	if err != nil {
		t.Fatal(err)
	}
	if list, err := store.List("deals"); err != nil || len(list) != 1 {
		t.Errorf("after refusals the store has %+v, %v", list, err)
	}
}

// A level that does not hold still: the move measured on the older half makes the newer one worse, and that is said.
func TestRecalibrateWarnsOfAMovingLevel(t *testing.T) {
	g := newGateRun(t, "L")
	base, cfg := g.base(t)
	up := g.closedLeads(t, base, "up.csv", 600, 1500, 2, 1, "")
	g.closedLeads(t, base, "down.csv", 1200, 1501, -0.5, 1, "")
	rows, err := os.ReadFile(filepath.Join(g.dir, "down.csv"))
	if err != nil {
		t.Fatal(err)
	}
	later := strings.ReplaceAll(string(rows[strings.IndexByte(string(rows), '\n')+1:]), "N", "M")
	first, err := os.ReadFile(up)
	if err != nil {
		t.Fatal(err)
	}
	g.write(t, "both.csv", string(first)+later)
	cfg.Leads = []string{filepath.Join(g.dir, "both.csv")}
	result, err := Recalibrate(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if w := strings.Join(result.How.Warnings, "\n"); !strings.Contains(w, "made the newer half worse") {
		t.Errorf("newer half %+v, warnings %q", result.How.Later, w)
	}
}

// A version that is right is left alone, or moved by no more than chance makes; one moved by its id becomes challenger.
func TestRecalibrateAlias(t *testing.T) {
	g := newGateRun(t, "L")
	base, cfg := g.base(t)
	cfg.Leads = []string{g.closedLeads(t, base, "closed.csv", 600, 3000, 1, 1, "")}
	cfg.Model = "deals/" + base.ID
	result, err := Recalibrate(context.Background(), cfg)
	if err != nil || result.Alias != models.Challenger {
		t.Fatalf("alias %+v, %v; want challenger", result, err)
	}
	store, err := models.OpenStore(cfg.Store)
	if err != nil {
		t.Fatal(err)
	}
	if id, err := store.Resolve("deals", ""); err != nil || id != base.ID {
		t.Errorf("champion %s, %v; want %s as before", id, err, base.ID)
	}
}

// Training and recalibration give the same bytes on any number of cores.
func TestSameBytes(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var first [2]string
	for _, cores := range []int{1, 2, 5} {
		runtime.GOMAXPROCS(cores)
		g := newGateRun(t, "L")
		base, cfg := g.base(t)
		cfg.Leads = []string{g.closedLeads(t, base, "closed.csv", 600, 3000, 0.4, 0.6, "")}
		result, err := Recalibrate(context.Background(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		got := [2]string{base.Checksum, result.Version.Checksum}
		if first[0] == "" {
			first = got
		}
		if got != first {
			t.Errorf("%d cores: checksums %v, on one core %v", cores, got, first)
		}
	}
	t.Run("with pairs and events", func(t *testing.T) {
		want := ""
		for _, cores := range []int{1, 3} {
			runtime.GOMAXPROCS(cores)
			cfg := historyConfig(t)
			cfg.Pairs, cfg.MaxBins = true, 16
			result, err := Run(context.Background(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			if want == "" {
				want = result.Version.Checksum
			}
			if result.Version.Checksum != want {
				t.Errorf("%d cores: %s, on one %s", cores, result.Version.Checksum, want)
			}
		}
	})
}
