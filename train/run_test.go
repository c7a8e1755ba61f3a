package train

import (
	"bytes"
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

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/metrics"
)

func mustTrain(t *testing.T, cfg Config) *Result {
	t.Helper()
	result, err := Run(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// The same input gives the same bytes, and so the same version, on one core and on two.
func TestDeterministic(t *testing.T) {
	var first []byte
	var id string
	for i, cores := range []int{2, 1} {
		before := runtime.GOMAXPROCS(cores)
		result := mustTrain(t, historyConfig(t))
		runtime.GOMAXPROCS(before)
		text, err := os.ReadFile(filepath.Join(result.Store, "deals", "versions", result.Version.ID, "model.json"))
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first, id = text, result.Version.ID
			continue
		}
		if !bytes.Equal(text, first) || result.Version.ID != id {
			t.Errorf("run %d on %d cores made version %s, the first %s", i, cores, result.Version.ID, id)
		}
	}
}

// What is stored is champion, scores, counts every lead, and names what it was made from.
func TestRun(t *testing.T) {
	cfg := historyConfig(t)
	var stages []string
	cfg.Progress = func(stage string, _, _ int64) {
		if len(stages) == 0 || stages[len(stages)-1] != stage {
			stages = append(stages, stage)
		}
	}
	result := mustTrain(t, cfg)
	store, err := models.OpenStore(cfg.Store)
	if err != nil {
		t.Fatal(err)
	}
	v, err := store.Get("deals", models.Champion)
	if err != nil || v.ID != result.Version.ID {
		t.Fatalf("champion %v, %v; want %s", v, err, result.Version.ID)
	}
	if _, err := models.NewScorer(v); err != nil {
		t.Fatal(err)
	}
	tr := v.Training
	all := tr.Used
	for _, count := range tr.LeftOut {
		all += count
	}
	if tr.Rows != 1200 || all != 1200 || tr.Won < 140 || len(tr.Fingerprint) != 64 || v.Code != "leadscore test" {
		t.Errorf("training %+v: want 1200 leads, all counted", tr)
	}
	if val := v.Validation; val.Past+val.Leads+val.Gap+val.AccountsApart != tr.Used || v.Reference.Leads != tr.Used {
		t.Errorf("%d past, %d newest, %d in the reference: want %d", v.Validation.Past, v.Validation.Leads, v.Reference.Leads, tr.Used)
	}
	if len(tr.SnapshotAgeDays) != 3 || tr.SnapshotAgeDays[1] != 7 {
		t.Errorf("age at the snapshot %v days, want 7", tr.SnapshotAgeDays)
	}
	if len(stages) < 4 {
		t.Errorf("stages %q", stages)
	}
}

// A challenger leaves the champion alone.
func TestChallenger(t *testing.T) {
	cfg := historyConfig(t)
	champion := mustTrain(t, cfg).Version.ID
	cfg.Alias, cfg.MaxBins = models.Challenger, 8
	challenger := mustTrain(t, cfg).Version.ID
	store, err := models.OpenStore(cfg.Store)
	if err != nil {
		t.Fatal(err)
	}
	aliases, err := store.Aliases("deals")
	if err != nil {
		t.Fatal(err)
	}
	if challenger == champion || aliases.Current[models.Champion] != champion || aliases.Current[models.Challenger] != challenger {
		t.Errorf("aliases %v; want champion %s, challenger %s", aliases.Current, champion, challenger)
	}
}

// The figures of the validation are those that a naive computation gives on the leads' scores.
func TestValidationFigures(t *testing.T) {
	cfg := historyConfig(t)
	d, err := readData(context.Background(), &cfg)
	if err != nil {
		t.Fatal(err)
	}
	p, err := populate(d.history)
	if err != nil {
		t.Fatal(err)
	}
	v, err := validate(context.Background(), d, p, &cfg)
	if err != nil {
		t.Fatal(err)
	}
	s := splitByTime(d.history, p, cfg.HoldOut)
	past, err := fitTo(context.Background(), d.history, p, s.past, &cfg)
	if err != nil {
		t.Fatal(err)
	}
	predicted, points, wins := predict(past, d.history, s.newest), scorePoints(d.book, d.history, s.newest), outcomesOf(s.newest, p)
	near(t, "model's AUC", v.Model.AUC.Value, naiveAUC(predicted, wins))
	near(t, "rules' AUC", v.Rules.AUC.Value, naiveAUC(points, wins))
	near(t, "difference", v.Difference.Value, naiveAUC(predicted, wins)-naiveAUC(points, wins))
	var loss, brier, expected, observed float64
	for i, q := range predicted {
		loss -= wins[i]*math.Log(q) + (1-wins[i])*math.Log(1-q)
		brier += (wins[i] - q) * (wins[i] - q)
		expected += q
		observed += wins[i]
	}
	n := float64(len(wins))
	near(t, "log loss", v.Model.LogLoss, loss/n)
	near(t, "Brier score", v.Model.Brier, brier/n)
	near(t, "expected wins", v.Model.Calibration.Expected, expected)
	near(t, "observed wins", v.Model.Calibration.Observed, observed)
	near(t, "wins", float64(v.Won), observed)
	line := v.Model.Calibration
	near(t, "calibration slope", line.Slope.Value, calibrationSlope(predicted, wins))
	var leads int
	var caught float64
	for i, decile := range v.Model.Deciles {
		leads += decile.Leads
		caught += decile.Won
		if i > 0 && decile.LeastScore > v.Model.Deciles[i-1].LeastScore {
			t.Errorf("decile %d scores above the one before", decile.Decile)
		}
		near(t, "caught so far", decile.Caught, caught/observed)
		near(t, "win rate", decile.WinRate, decile.Won/float64(decile.Leads))
	}
	if leads != len(wins) || math.Abs(caught-observed) > 1e-9 {
		t.Errorf("deciles hold %d leads and %v wins of %d and %v", leads, caught, len(wins), observed)
	}
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-9*math.Max(1, math.Abs(want)) {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

// naiveAUC looks at every pair of a won and a lost lead.
func naiveAUC(scores, wins []float64) float64 {
	var above, pairs float64
	for i := range scores {
		for j := range scores {
			if wins[i] == 1 && wins[j] == 0 {
				pairs++
				switch {
				case scores[i] > scores[j]:
					above++
				case scores[i] == scores[j]:
					above += 0.5
				}
			}
		}
	}
	return above / pairs
}

// calibrationSlope is b of log-odds(win) = a + b·log-odds(prediction), by Newton's steps, with nothing shared with package
// metrics.
func calibrationSlope(predicted, wins []float64) float64 {
	a, b := 0.0, 1.0
	for range 50 {
		var ga, gb, haa, hab, hbb float64
		for i, q := range predicted {
			x := math.Log(q / (1 - q))
			p := 1 / (1 + math.Exp(-a-b*x))
			w := p * (1 - p)
			ga, gb = ga+wins[i]-p, gb+(wins[i]-p)*x
			haa, hab, hbb = haa+w, hab+w*x, hbb+w*x*x
		}
		det := haa*hbb - hab*hab
		a, b = a+(hbb*ga-hab*gb)/det, b+(haa*gb-hab*ga)/det
	}
	return b
}

// observedUntil2026 copies a schema and says when the history was taken, so that later events do not make leads older.
func observedUntil2026(t *testing.T, schema string) string {
	t.Helper()
	text, err := os.ReadFile(schema)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "schema.yaml")
	if err := os.WriteFile(path, append(text, "\nobserved_until: 2026-07-01\n"...), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// What happened at a snapshot or later changes no code of any lead.
func TestLaterEventsAreNotSeen(t *testing.T) {
	cfg := historyConfig(t)
	cfg.Schema = observedUntil2026(t, cfg.Schema)
	cfg.Events = []string{"../testdata/history/events.csv"}
	before := fittedHistory(t, cfg)
	text, err := os.ReadFile(cfg.Events[0])
	if err != nil {
		t.Fatal(err)
	}
	var more strings.Builder
	more.Write(text)
	for i, id := range before.d.history.Table.IDs.All() {
		asOf := before.d.history.AsOf[i]
		for k, kind := range []string{"demo_request", "unsubscribe", "pricing_page"} {
			fmt.Fprintf(&more, "%s,%s,%s\n", id, kind, (asOf + 40*60_000_000*features.Micros(k)).Time().Format("2006-01-02T15:04:05.000000Z07:00"))
		}
	}
	cfg.Events = []string{filepath.Join(t.TempDir(), "events.csv")}
	if err := os.WriteFile(cfg.Events[0], []byte(more.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	after := fittedHistory(t, cfg)
	if after.d.history.Events.Len() != before.d.history.Events.Len()+3*1200 {
		t.Fatalf("%d events, before %d: the later ones were not read", after.d.history.Events.Len(), before.d.history.Events.Len())
	}
	was, err := before.m.encoder.EncodeHistory(t.Context(), before.d.history)
	if err != nil {
		t.Fatal(err)
	}
	is, err := after.m.encoder.EncodeHistory(t.Context(), after.d.history)
	if err != nil {
		t.Fatal(err)
	}
	for c := range was {
		for i := range 1200 {
			if a, b := was[c].At(i), is[c].At(i); a != b {
				t.Fatalf("lead %d, %s: code %d became %d", i, before.m.encoder.Inputs[c].Name, a, b)
			}
		}
	}
}

type trained struct {
	d *data
	p *Population
	m *fitted
}

func fittedHistory(t *testing.T, cfg Config) trained {
	t.Helper()
	d, err := readData(context.Background(), &cfg)
	if err != nil {
		t.Fatal(err)
	}
	p, err := populate(d.history)
	if err != nil {
		t.Fatal(err)
	}
	m, err := fitTo(context.Background(), d.history, p, p.Rows, &cfg)
	if err != nil {
		t.Fatal(err)
	}
	return trained{d, p, m}
}

// madeUp writes a history of n leads with two fields and no times, and trains on it.
func madeUp(t *testing.T, n int, lead func(i int) (size float64, kind string, won bool)) (*Result, error) {
	t.Helper()
	return Run(context.Background(), madeUpConfig(t, n, lead))
}

func madeUpConfig(t *testing.T, n int, lead func(i int) (size float64, kind string, won bool)) Config {
	t.Helper()
	dir := t.TempDir()
	var leads strings.Builder
	leads.WriteString("id,size,kind,result\n")
	for i := range n {
		size, kind, isWon := lead(i)
		fmt.Fprintf(&leads, "L%d,%v,%s,%v\n", i, size, kind, isWon)
	}
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	cfg := Defaults()
	cfg.Leads = []string{write("leads.csv", leads.String())}
	cfg.Schema = write("schema.yaml", "version: 1\nlead: {id: id}\noutcome: {column: result, won: [\"true\"], lost: [\"false\"]}\n"+
		"fields:\n  - {name: size, kind: number, use: \"yes\", because: made up}\n  - {name: kind, kind: category}\n")
	cfg.Rules = write("rules.yaml", "version: 1\nname: small\nfit:\n  rules:\n    - {id: large, points: 10, reason: large, when: lead.size > 5.0}\n"+
		"thresholds:\n  mql: {fit: 10}\n")
	cfg.Store, cfg.Model, cfg.Pairs = filepath.Join(dir, "store"), "small", false
	return cfg
}

// Little data is no error: there is a model, and it says how little it knows.
func TestLittleData(t *testing.T) {
	kinds := []string{"a", "b", "c"}
	for _, c := range []struct {
		name  string
		n     int
		lead  func(i int) (float64, string, bool)
		warns []string // each is in some warning
	}{
		{"30 leads, one win", 30, func(i int) (float64, string, bool) { return float64(i % 7), kinds[i%3], i == 3 },
			[]string{"could not be judged", "few outcomes"}},
		{"40 leads, 4 wins", 40, func(i int) (float64, string, bool) { return float64(i % 7), kinds[i%3], i%10 == 3 },
			[]string{"held-out part has only", "few outcomes"}},
		{"all leads are alike", 200, func(i int) (float64, string, bool) { return 1, "a", i%4 == 0 },
			[]string{"no signal"}},
		{"everything is missing", 200, func(i int) (float64, string, bool) { return math.NaN(), "", i%4 == 0 },
			nil},
		{"two leads", 2, func(i int) (float64, string, bool) { return float64(i), "a", i == 0 },
			[]string{"could not be judged"}},
		{"one field tells all", 400, func(i int) (float64, string, bool) { return float64(i % 2), "a", i%2 == 0 },
			nil},
		{"sorted by outcome", 200, func(i int) (float64, string, bool) { return float64(i % 7), kinds[i%3], i < 60 },
			[]string{"every fifth lead"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			result, err := madeUp(t, c.n, c.lead)
			if c.name == "everything is missing" { // NaN is a fault of the file, by line and field
				if err == nil || !strings.Contains(err.Error(), "line 2") || !strings.Contains(err.Error(), "size") {
					t.Errorf("error %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			all := strings.Join(result.Version.Training.Warnings, "\n")
			for _, words := range c.warns {
				if !strings.Contains(all, words) {
					t.Errorf("no warning of %q among:\n%s", words, all)
				}
			}
			if _, err := models.NewScorer(result.Version); err != nil {
				t.Error(err)
			}
			var text strings.Builder
			if err := result.WriteText(&text); err != nil || strings.Contains(text.String(), "NaN") || strings.Contains(text.String(), "Inf") {
				t.Errorf("%v\n%s", err, text.String())
			}
		})
	}
}

// Pure noise is called noise.
func TestNoSignal(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	result, err := madeUp(t, 1500, func(int) (float64, string, bool) {
		return float64(random.IntN(50)), []string{"a", "b", "c"}[random.IntN(3)], random.IntN(4) == 0
	})
	if err != nil {
		t.Fatal(err)
	}
	if all := strings.Join(result.Version.Training.Warnings, "\n"); !strings.Contains(all, "no signal") {
		t.Errorf("no warning of it among:\n%s", all)
	}
}

// A clear signal is called better than rules that miss it, and never noise.
func TestSignal(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	result, err := madeUp(t, 1500, func(int) (float64, string, bool) {
		size := float64(random.IntN(50))
		return size, "a", random.Float64() < 0.9*size/50
	})
	if err != nil {
		t.Fatal(err)
	}
	if all := strings.Join(result.Version.Training.Warnings, "\n"); strings.Contains(all, "no signal") {
		t.Errorf("a clear signal is called none:\n%s", all)
	}
	if v := result.Version.Validation; !strings.HasPrefix(v.Verdict, "the model ranks better") || v.Difference.Low <= 0 {
		t.Errorf("verdict %q", v.Verdict)
	}
}

// A run that fails says why and leaves no store behind.
func TestRunFails(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(cfg *Config)
		want   error
		words  []string
	}{
		{"nothing is set", func(cfg *Config) { *cfg = Config{} }, models.ErrName, []string{"no schema", "no rules", "no file of leads", "hold-out", "bins", "rows", "alias"}},
		{"hold-out", func(cfg *Config) { cfg.HoldOut = math.NaN() }, nil, []string{"hold-out share NaN"}},
		{"model's name", func(cfg *Config) { cfg.Model = "../x" }, models.ErrName, nil},
		{"model's name with an alias", func(cfg *Config) { cfg.Model = "deals@champion" }, nil, []string{"bare name"}},
		{"no such schema", func(cfg *Config) { cfg.Schema = "nothing.yaml" }, os.ErrNotExist, []string{"nothing.yaml"}},
		{"no such rules", func(cfg *Config) { cfg.Rules = "nothing.yaml" }, os.ErrNotExist, []string{"nothing.yaml"}},
		{"no such leads", func(cfg *Config) { cfg.Leads = []string{"nothing.csv"} }, os.ErrNotExist, []string{"nothing.csv"}},
		{"no such events", func(cfg *Config) { cfg.Events = []string{"nothing.csv"} }, os.ErrNotExist, []string{"nothing.csv"}},
		{"no events at all", func(cfg *Config) { cfg.Events = nil }, nil, []string{"--events"}},
		{"open leads only", func(cfg *Config) { cfg.Leads = []string{"../testdata/history/newleads.csv"} }, nil, []string{"outcome"}},
		{"the store is a file", func(cfg *Config) { cfg.Store = "run_test.go" }, nil, []string{"run_test.go"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := historyConfig(t)
			place := cfg.Store
			c.change(&cfg)
			_, err := Run(context.Background(), cfg)
			if err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Fatalf("error %v, want %v", err, c.want)
			}
			for _, word := range c.words {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("error %q does not say %q", err, word)
				}
			}
			if _, err := os.Stat(place); err == nil {
				t.Error("a store was made")
			}
		})
	}
}

// A cancelled run stores nothing.
func TestRunCancelled(t *testing.T) {
	for _, at := range []string{"reading leads", "fitting to the past", "fitting to all leads"} {
		t.Run(at, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			cfg := historyConfig(t)
			cfg.Progress = func(stage string, _, _ int64) {
				if stage == at {
					cancel()
				}
			}
			if _, err := Run(ctx, cfg); !errors.Is(err, context.Canceled) {
				t.Errorf("error %v, want %v", err, context.Canceled)
			}
			if _, err := os.Stat(cfg.Store); err == nil {
				t.Error("a store was made")
			}
		})
	}
}

// TestGoldenText holds the summary that a person reads. The figures are those of the artifact, which no fit changes.
func TestGoldenText(t *testing.T) {
	text, err := os.ReadFile(artifact)
	if err != nil {
		t.Fatal(err)
	}
	v, err := models.DecodeVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	v.ID = "2026-06-09-0123456789ab"
	var got strings.Builder
	if err := (&Result{Version: v, Store: "models", Alias: models.Champion}).WriteText(&got); err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/summary.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("the summary changed; -update writes it anew. Now:\n%s\nkept:\n%s", got.String(), want)
	}
}

// The best fifth of a summary is its two tenths, by leads.
func TestBest(t *testing.T) {
	tenths := []metrics.Decile{
		{Decile: 1, Leads: 10, Won: 6, LeastScore: 0.5, Predicted: 0.7, WinRate: 0.6, Lift: 3, Caught: 0.3},
		{Decile: 2, Leads: 30, Won: 6, LeastScore: 0.4, Predicted: 0.3, WinRate: 0.2, Lift: 1, Caught: 0.6},
	}
	got := best(tenths)
	if got.Leads != 40 || got.Won != 12 || got.LeastScore != 0.4 || got.WinRate != 0.3 || got.Caught != 0.6 ||
		math.Abs(got.Predicted-0.4) > 1e-12 || math.Abs(got.Lift-1.5) > 1e-12 {
		t.Errorf("%+v", got)
	}
	if one := best(tenths[:1]); one != tenths[0] {
		t.Errorf("the best tenth is %+v", one)
	}
}
