package serve

import (
	"bytes"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"leadscore/features"
	"leadscore/models"
	leadscorev1 "leadscore/proto/leadscore/v1"
)

// alias moves an alias of the fixture's model in the store.
func (f *fixture) alias(t testing.TB, alias, id string) {
	t.Helper()
	if err := f.store.SetAlias("deals", alias, id); err != nil {
		t.Fatal(err)
	}
}

// versionOfAnswer asks for one lead and gives the version that answered.
func (r *running) versionOfAnswer(t testing.TB, model string) string {
	t.Helper()
	answer, err := r.scoring.ScoreLead(t.Context(), &leadscorev1.ScoreLeadRequest{Model: model, Lead: records()[0].wire()})
	if err != nil {
		t.Fatal(err)
	}
	return answer.GetScoredBy().GetVersion()
}

func (r *running) healthOf(t testing.TB, service string) healthpb.HealthCheckResponse_ServingStatus {
	t.Helper()
	answer, err := healthpb.NewHealthClient(r.connection).Check(t.Context(), &healthpb.HealthCheckRequest{Service: service})
	if err != nil {
		t.Fatal(err)
	}
	return answer.GetStatus()
}

func TestReloadTakesUpMovedAliases(t *testing.T) {
	f := newFixture(t)
	third := f.put(t, "deals", 0.125)
	server := f.start(t, Config{})
	f.alias(t, models.Champion, third)
	if got := server.versionOfAnswer(t, "deals"); got != f.champion {
		t.Errorf("before the reload %s answers, want the old champion %s", got, f.champion)
	}
	server.Reload()
	for name, want := range map[string]string{"deals": third, "deals@champion": third, "deals@challenger": f.challenger, "deals/" + f.champion: f.champion} {
		if got := server.versionOfAnswer(t, name); got != want {
			t.Errorf("%s: %s answers, want %s", name, got, want)
		}
	}
	state := server.Models()[0]
	if state.Champion.ID != third || state.Challenger.ID != f.challenger || state.Reloads != 2 || state.Failed != 0 || state.Fault != "" {
		t.Errorf("state %+v, want two versions taken up and no fault", state)
	}
}

func TestReloadByPolling(t *testing.T) {
	f := newFixture(t)
	third := f.put(t, "deals", 0.125)
	server := f.start(t, Config{ReloadEvery: time.Millisecond})
	f.alias(t, models.Champion, third)
	for deadline := time.Now().Add(10 * time.Second); server.versionOfAnswer(t, "deals") != third; {
		if time.Now().After(deadline) {
			t.Fatal("ten seconds, and the poll has not seen the new champion")
		}
	}
}

// Whatever is wrong with the version that an alias names, the one that answers goes on, health and state say so, and once it is mended it
// is taken up.
func TestReloadKeepsTheOldVersion(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, f *fixture, id string) (mend func()){
		"changed file": func(t *testing.T, f *fixture, id string) func() {
			return rewrite(t, filepath.Join(f.store.Dir(), "deals", "versions", id, "model.json"), func(text []byte) []byte {
				return bytes.Replace(text, []byte("-1.2"), []byte("-0.2"), 1)
			})
		},
		"half-written file": func(t *testing.T, f *fixture, id string) func() {
			return rewrite(t, filepath.Join(f.store.Dir(), "deals", "versions", id, "model.json"), func(text []byte) []byte { return text[:len(text)/2] })
		},
		"no checksums": func(t *testing.T, f *fixture, id string) func() {
			return rewrite(t, filepath.Join(f.store.Dir(), "deals", "versions", id, "SHA256SUMS"), func([]byte) []byte { return nil })
		},
		"no folder": func(t *testing.T, f *fixture, id string) func() {
			return moveAway(t, filepath.Join(f.store.Dir(), "deals", "versions", id))
		},
		"no store": func(t *testing.T, f *fixture, id string) func() { return moveAway(t, f.store.Dir()) },
		"no aliases": func(t *testing.T, f *fixture, id string) func() {
			return moveAway(t, filepath.Join(f.store.Dir(), "deals", "aliases.json"))
		},
		"torn aliases": func(t *testing.T, f *fixture, id string) func() {
			return rewrite(t, filepath.Join(f.store.Dir(), "deals", "aliases.json"), func(text []byte) []byte { return text[:len(text)-9] })
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			third := f.put(t, "deals", 0.125)
			var log bytes.Buffer
			server := f.start(t, Config{Log: slog.New(slog.NewTextHandler(&log, nil))})
			f.alias(t, models.Champion, third)
			mend := damage(t, f, third)
			for range 3 {
				server.Reload()
			}
			if got := server.versionOfAnswer(t, "deals"); got != f.champion {
				t.Errorf("%s answers, want the old %s", got, f.champion)
			}
			if got := server.healthOf(t, "models/deals"); got != healthpb.HealthCheckResponse_NOT_SERVING {
				t.Errorf("health of models/deals: %v, want NOT_SERVING", got)
			}
			if got := server.healthOf(t, scoringService); got != healthpb.HealthCheckResponse_SERVING {
				t.Errorf("health of the service: %v, want SERVING: it answers", got)
			}
			if state := server.Models()[0]; state.Fault == "" || state.FaultSince.IsZero() || state.Failed != 3 {
				t.Errorf("state %+v, want a fault, met three times", state)
			}
			model, err := server.models.GetModel(t.Context(), &leadscorev1.GetModelRequest{Name: "models/deals"})
			if err != nil || model.GetFault().GetMessage() == "" || model.GetChampion() != "models/deals/versions/"+f.champion {
				t.Errorf("GetModel = %v, %v; want a fault and the old champion", model, err)
			}
			if strings.Contains(model.GetFault().GetMessage(), f.store.Dir()) {
				t.Errorf("the fault tells where the store lies: %s", model.GetFault().GetMessage())
			}
			mend()
			server.Reload()
			if got := server.versionOfAnswer(t, "deals"); got != third {
				t.Errorf("after mending %s answers, want %s", got, third)
			}
			if got := server.healthOf(t, "models/deals"); got != healthpb.HealthCheckResponse_SERVING {
				t.Errorf("health after mending: %v, want SERVING", got)
			}
			server.stop()
			<-server.ended
			if n := strings.Count(log.String(), "kept the old version"); n != 1 {
				t.Errorf("the log tells the fault %d times, want once:\n%s", n, log.String())
			}
		})
	}
}

func rewrite(t *testing.T, path string, change func([]byte) []byte) (mend func()) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write := func(text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(change(bytes.Clone(text)))
	return func() { write(text) }
}

func moveAway(t *testing.T, path string) (mend func()) {
	t.Helper()
	aside := filepath.Join(t.TempDir(), "aside")
	if err := os.Rename(path, aside); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := os.Rename(aside, path); err != nil {
			t.Fatal(err)
		}
	}
}

// A challenger that goes is no fault; the champion that goes is one.
func TestChallengerMayGo(t *testing.T) {
	f := newFixture(t)
	server := f.start(t, Config{})
	defer rewrite(t, filepath.Join(f.store.Dir(), "deals", "aliases.json"), func([]byte) []byte {
		return fmt.Appendf(nil, `{"current": {"champion": %q}}`, f.champion)
	})()
	server.Reload()
	if state := server.Models()[0]; state.Fault != "" || state.Challenger != nil {
		t.Errorf("state %+v, want no fault and no challenger", state)
	}
	_, err := server.scoring.ScoreLead(t.Context(), &leadscorev1.ScoreLeadRequest{Model: "deals@challenger", Lead: records()[0].wire()})
	if status.Code(err) != codes.NotFound {
		t.Errorf("a challenger that is gone: %v, want NotFound", err)
	}
}

// Reloads without end under load: no call fails, and no answer mixes two versions: every probability is that of the version named.
func TestReloadUnderLoad(t *testing.T) {
	f := newFixture(t)
	server := f.start(t, Config{Shadow: true})
	request := &leadscorev1.BatchScoreLeadsRequest{Model: "deals", Explanation: leadscorev1.Explanation_EXPLANATION_NONE}
	expected := map[string][]float64{f.champion: nil, f.challenger: nil}
	asOf := features.MicrosOf(time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC))
	request.AsOf = timestamp(asOf)
	for i := range 100 {
		r := records()[i]
		request.Leads = append(request.Leads, r.wire())
	}
	for id := range expected {
		answer, err := server.scoring.BatchScoreLeads(t.Context(), &leadscorev1.BatchScoreLeadsRequest{Model: "deals/" + id, Leads: request.Leads, AsOf: request.AsOf})
		if err != nil {
			t.Fatal(err)
		}
		for _, result := range answer.GetResults() {
			expected[id] = append(expected[id], result.GetScore().GetPrediction().GetProbability())
		}
	}
	var answered [2]atomic.Int64
	var callers sync.WaitGroup
	done := make(chan struct{})
	for range 4 {
		callers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				answer, err := server.scoring.BatchScoreLeads(t.Context(), request)
				if err != nil {
					t.Errorf("a call failed: %v", err)
					return
				}
				by := answer.GetScoredBy().GetVersion()
				for i, result := range answer.GetResults() {
					if got := result.GetScore().GetPrediction().GetProbability(); got != expected[by][i] {
						t.Errorf("lead %d scored by %s: %v, want %v", i, by, got, expected[by][i])
						return
					}
				}
				if by == f.champion {
					answered[0].Add(1)
				} else {
					answered[1].Add(1)
				}
			}
		})
	}
	for i := 0; i < 40 || answered[0].Load() < 20 || answered[1].Load() < 20; i++ {
		f.alias(t, models.Champion, []string{f.challenger, f.champion}[i%2])
		server.Reload()
	}
	close(done)
	callers.Wait()
}

func TestShadowCounts(t *testing.T) {
	f := newFixture(t)
	server := f.start(t, Config{Shadow: true})
	request := &leadscorev1.BatchScoreLeadsRequest{Model: "deals", AsOf: timestamp(features.MicrosOf(time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)))}
	for _, r := range records() {
		request.Leads = append(request.Leads, r.wire())
	}
	var probability [2][]float64
	var rank [2][]float64
	var high [2][]bool
	for side, name := range []string{"deals/" + f.champion, "deals/" + f.challenger} { // by id: no shadow
		request.Model = name
		answer, err := server.scoring.BatchScoreLeads(t.Context(), request)
		if err != nil {
			t.Fatal(err)
		}
		for _, result := range answer.GetResults() {
			score := result.GetScore()
			probability[side] = append(probability[side], score.GetPrediction().GetProbability())
			rank[side] = append(rank[side], score.GetPrediction().GetPercentile())
			quadrant := score.GetComparison().GetQuadrant()
			high[side] = append(high[side], quadrant == leadscorev1.Quadrant_QUADRANT_BOTH_HIGH || quadrant == leadscorev1.Quadrant_QUADRANT_MODEL_ONLY)
		}
	}
	request.Model = "deals"
	answer, err := server.scoring.BatchScoreLeads(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	want := &ShadowCounts{Leads: int64(len(request.Leads))}
	moved := map[float64]int64{}
	for i := range request.Leads {
		if got := answer.GetResults()[i].GetScore().GetPrediction().GetProbability(); got != probability[0][i] {
			t.Fatalf("lead %d: %v, want the champion's %v", i, got, probability[0][i])
		}
		change := probability[1][i] - probability[0][i]
		want.MeanChange += change / float64(want.Leads)
		want.MeanAbsoluteChange += math.Abs(change) / float64(want.Leads)
		if high[0][i] && !high[1][i] {
			want.Fell++
		}
		if high[1][i] && !high[0][i] {
			want.Rose++
		}
		from := 0.0
		for _, step := range rankSteps {
			if math.Abs(rank[1][i]-rank[0][i]) >= step {
				from = step
			}
		}
		moved[from]++
	}
	got := server.Models()[0].Shadow
	if got.Leads != want.Leads || got.Fell != want.Fell || got.Rose != want.Rose || got.Failed != 0 || got.Requalified != 0 ||
		math.Abs(got.MeanChange-want.MeanChange) > 1e-12 || math.Abs(got.MeanAbsoluteChange-want.MeanAbsoluteChange) > 1e-12 {
		t.Errorf("shadow counts %+v, want %+v", got, want)
	}
	for _, class := range got.RankChanges {
		if class.Leads != moved[class.From] {
			t.Errorf("%d ranks moved by %v or more, want %d", class.Leads, class.From, moved[class.From])
		}
	}
	if got.Fell+got.Rose == 0 || len(moved) < 2 {
		t.Errorf("fell %d, rose %d, moved %v: the fixture shows nothing", got.Fell, got.Rose, moved)
	}
	model, err := server.models.GetModel(t.Context(), &leadscorev1.GetModelRequest{Name: "models/deals"})
	if err != nil || model.GetShadow().GetLeads() != want.Leads || model.GetShadow().GetChallenger() != "models/deals/versions/"+f.challenger {
		t.Errorf("GetModel = %v, %v; want the shadow's counts", model, err)
	}
	f.alias(t, models.Challenger, f.put(t, "deals", 0.125))
	server.Reload()
	if got := server.Models()[0].Shadow; got.Leads != 0 {
		t.Errorf("%d leads counted for a pair that has just met, want 0", got.Leads)
	}
}

// A challenger that reads other fields than the champion: leads that it cannot read are the champion's, and counted.
func TestChallengerWithOtherFields(t *testing.T) {
	f := newFixture(t)
	schema, err := features.ParseSchema("schema.yaml", []byte(strings.Replace(schemaText, "  - {name: revenue, kind: number}\n", "", 1)))
	if err != nil {
		t.Fatal(err)
	}
	narrow, err := f.store.Put(version(t, history(t, schema), "deals", 0.5))
	if err != nil {
		t.Fatal(err)
	}
	f.alias(t, models.Challenger, narrow)
	server := f.start(t, Config{Shadow: true, Canary: map[string]float64{"deals": 1}})
	full := records()[0].wire()
	part := records()[1].wire()
	delete(part.Fields, "revenue")
	request := &leadscorev1.BatchScoreLeadsRequest{Model: "deals", Leads: []*leadscorev1.Lead{full, part}}
	answer, err := server.scoring.BatchScoreLeads(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	if answer.GetScoredBy().GetVersion() != f.champion || answer.GetResults()[0].GetScoredBy() != nil || answer.GetResults()[0].GetScore() == nil {
		t.Errorf("the lead that only the champion can read: %v", answer.GetResults()[0])
	}
	if by := answer.GetResults()[1].GetScoredBy(); by.GetVersion() != narrow || !by.GetCanary() || by.GetAlias() != models.Challenger {
		t.Errorf("the lead that the challenger can read: scored by %v, want the canary %s", by, narrow)
	}
	request.Model = "deals@champion" // the champion itself: no canary
	if answer, err = server.scoring.BatchScoreLeads(t.Context(), request); err != nil || answer.GetResults()[1].GetScoredBy() != nil {
		t.Errorf("deals@champion: %v, %v; want the champion alone", answer, err)
	}
	if got := server.Models()[0].Shadow; got.Leads != 1 || got.Failed != 2 {
		t.Errorf("the shadow scored %d and failed %d, want 1 and 2", got.Leads, got.Failed)
	}
}

// The share is kept, a lead stays on its side, and a larger share moves none back.
func TestCanaryShares(t *testing.T) {
	const leads = 20_000
	small, large := newCanary(0.05, &ready{version: &models.Version{}, scorer: someScorer(t)}), newCanary(0.2, &ready{version: &models.Version{}, scorer: someScorer(t)})
	var inSmall, inLarge int
	for i := range leads {
		id := fmt.Sprintf("L-%d", i)
		if small.takes(id) {
			inSmall++
			if !large.takes(id) {
				t.Fatalf("lead %s belongs to a share of 5 %% and not to one of 20 %%", id)
			}
		}
		if large.takes(id) {
			inLarge++
		}
	}
	for _, side := range []struct {
		got   int
		share float64
	}{{inSmall, 0.05}, {inLarge, 0.2}} {
		// 4.5 standard deviations of a binomial
		if want := side.share * leads; math.Abs(float64(side.got)-want) > 4.5*math.Sqrt(want*(1-side.share)) {
			t.Errorf("%d of %d leads in a share of %v", side.got, leads, side.share)
		}
	}
	none, all := newCanary(0, small.route.ready), newCanary(1, small.route.ready)
	if none.takes("L-1") || !all.takes("L-1") || (*canary)(nil).takes("L-1") {
		t.Error("a share of 0, of 1, or none at all is wrong")
	}
	for _, share := range []float64{-0.1, 1.1, math.NaN()} {
		if checkCanary(map[string]float64{"deals": share}) == nil {
			t.Errorf("a share of %v is taken", share)
		}
	}
}

func someScorer(t *testing.T) *models.Scorer {
	return newFixture(t).scorer(t, "")
}

func TestCanaryNeedsItsModel(t *testing.T) {
	f := newFixture(t)
	for _, names := range [][]string{{"deals@champion"}, {"deals/" + f.champion}} {
		if _, err := New(Config{Store: f.store, Models: names, Canary: map[string]float64{"deals": 0.1}}); err == nil {
			t.Errorf("a canary share for %v is taken", names)
		}
	}
	if _, err := New(Config{Store: f.store, Models: []string{"deals"}, Canary: map[string]float64{"quotes": 0.1}}); err == nil {
		t.Error("a canary share for a model that is not served is taken")
	}
}

// A challenger that panics costs no call.
func TestShadowPanicsAlone(t *testing.T) {
	f := newFixture(t)
	server := f.start(t, Config{Shadow: true})
	shadow := server.catalog.table.Load().models[0].shadow
	shadow.challenger = &ready{version: new(models.Version)} // it can neither read nor score
	if got := server.versionOfAnswer(t, "deals"); got != f.champion {
		t.Errorf("%s answers, want %s", got, f.champion)
	}
	if got := shadow.counts(); got.Failed != 1 || got.Leads != 0 {
		t.Errorf("counts %+v, want one failure", got)
	}
}
