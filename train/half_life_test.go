package train

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"leadscore/features"
	"leadscore/models"
)

// fadingHistory is leads with visits over 80 days before their snapshot, of which the chance of a win remembers each for a true half-life.
func fadingHistory(t *testing.T, n int, days float64, seed uint64) *features.History {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 6))
	values := make([]float64, n)
	entries := repeated(n, func(i int) entry {
		values[i] = float64(random.IntN(8))
		return entry{lost, random.Float64() * 50, 0}
	})
	builder := features.NewEventBuilder(n)
	for i := range entries {
		rate, felt := random.ExpFloat64()*4, 0.0
		snapshot := entries[i].created + 7
		for at := snapshot - 80; at < snapshot; at += random.ExpFloat64() * 20 / (rate + 0.1) {
			if at > snapshot-80 {
				builder.Add(i, instant(at), "visit")
				felt += math.Exp2(-(snapshot - at) / days)
			}
		}
		if random.Float64() < 1/(1+math.Exp(2-1.3*math.Log1p(felt)-values[i]/8)) {
			entries[i].outcome = won
		}
		entries[i].closed = snapshot + 1
	}
	h := constructed(t, entries...)
	s := h.Table.Schema
	s.Fields = []features.Field{{Name: "size", Kind: features.Number}}
	s.Engagement = []features.Engagement{{Name: "visits", Count: []string{features.AnyEvent}, HalfLife: features.HalfLife{Auto: true}}}
	h.Table.Columns = []features.Column{{Numbers: features.NumbersOf(values)}}
	h.Events = builder.Build()
	return h
}

func learn(t *testing.T, h *features.History, p *Population, rows []int32) models.HalfLife {
	t.Helper()
	cfg := Defaults()
	with, learned, err := learnHalfLives(context.Background(), h, p, rows, &cfg)
	if err != nil {
		t.Fatal(err)
	}
	if len(learned) != 1 || wantsHalfLives(with.Table.Schema) || !wantsHalfLives(h.Table.Schema) {
		t.Fatalf("%d half-lives learned", len(learned))
	}
	if got := spanDays(with.Table.Schema.Engagement[0].HalfLife.Duration); got != learned[0].Days {
		t.Fatalf("the history has %v days, learned were %v", got, learned[0].Days)
	}
	return learned[0]
}

// The true half-life lies in the interval, which is a 90 % one: more than four of 12 seeds miss it with a chance of 0.4 %.
func TestHalfLifeIsRecovered(t *testing.T) {
	missed := 0
	var errors []float64 // of the log
	for seed := range uint64(12) {
		truth := []float64{4, 10, 25}[seed%3]
		h := fadingHistory(t, 3000, truth, seed)
		p := mustPopulate(t, h)
		got := learn(t, h, p, p.Rows)
		if !got.Told() {
			t.Errorf("seed %d: %+v, want the data to tell", seed, got)
		}
		if truth < got.Low || got.High > 0 && truth > got.High {
			missed++
			t.Logf("seed %d: learned %v days [%v, %v], true are %v", seed, got.Days, got.Low, got.High, truth)
		}
		errors = append(errors, math.Abs(math.Log(got.Days/truth)))
	}
	slices.Sort(errors)
	if missed > 4 || errors[6] > 0.3 {
		t.Errorf("%d of 12 intervals miss the truth, half of the half-lives are off by more than e^±%.2f", missed, errors[6])
	}
}

// Leads outside the rows that are fitted to do not count: their outcomes and events may be anything.
func TestHalfLifeDoesNotPeek(t *testing.T) {
	h := fadingHistory(t, 1500, 10, 21)
	p := mustPopulate(t, h)
	past, later := p.Rows[:1000], p.Rows[1000:]
	first := learn(t, h, p, past)
	builder, events := features.NewEventBuilder(h.Table.Len()), features.LeadEvents{}
	for _, row := range past {
		h.Events.Of(int(row), &events)
		for _, at := range events.Times {
			builder.Add(int(row), at, "visit")
		}
	}
	for _, row := range later {
		p.Wins[row] = 1 - p.Wins[row]
		builder.Add(int(row), h.AsOf[row]-1, "visit")
	}
	h.Events = builder.Build()
	second := learn(t, h, p, past)
	a, _ := json.Marshal(first)
	b, _ := json.Marshal(second)
	if string(a) != string(b) {
		t.Errorf("learned %s, after a change of later leads %s", a, b)
	}
}

// Where no visit matters, the data do not tell, and the words say so.
func TestHalfLifeOfNoise(t *testing.T) {
	h := fadingHistory(t, 1500, 10, 22)
	random := rand.New(rand.NewPCG(22, 22))
	for i := range h.Table.Outcome {
		h.Table.Outcome[i] = won + features.Outcome(random.IntN(2))
	}
	p := mustPopulate(t, h)
	got := learn(t, h, p, p.Rows)
	if words := got.Words(); got.Told() || !strings.HasSuffix(words, "the data do not tell one from another") {
		t.Errorf("%+v: %s", got, words)
	}
}

// A model whose half-life was learned serves by a plain number: read back, its schema has a span, and files and single leads get the same codes.
func TestLearnedHalfLifeIsServed(t *testing.T) {
	cfg := historyConfig(t)
	text, err := os.ReadFile(cfg.Schema)
	if err != nil {
		t.Fatal(err)
	}
	auto := strings.Replace(string(text), "half_life: 14d", "half_life: auto", 1)
	if auto == string(text) {
		t.Fatal("the schema has no half-life")
	}
	cfg.Schema = filepath.Join(t.TempDir(), "schema.yaml")
	if err := os.WriteFile(cfg.Schema, []byte(auto), 0o666); err != nil {
		t.Fatal(err)
	}
	result := mustTrain(t, cfg)
	store, err := models.OpenStore(cfg.Store)
	if err != nil {
		t.Fatal(err)
	}
	v, err := store.Get("deals", models.Champion)
	if err != nil {
		t.Fatal(err)
	}
	if wantsHalfLives(v.Schema) || len(v.Training.HalfLives) != 1 || len(v.Validation.HalfLives) != 1 {
		t.Fatalf("learned %+v, from the past %+v", v.Training.HalfLives, v.Validation.HalfLives)
	}
	if _, err := models.NewScorer(v); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := result.WriteText(&b); err != nil || !strings.Contains(b.String(), "Half-life of ") {
		t.Errorf("the summary does not show the half-life: %v", err)
	}
	table, _, err := features.ReadLeads(context.Background(), v.Schema, cfg.Leads, features.ReadOptions{Outcome: true})
	if err != nil {
		t.Fatal(err)
	}
	events, _, err := features.ReadEvents(context.Background(), v.Schema, cfg.Events, table, features.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	h, err := features.NewHistory(table, events)
	if err != nil {
		t.Fatal(err)
	}
	columns, err := v.Encoder.EncodeHistory(context.Background(), h)
	if err != nil {
		t.Fatal(err)
	}
	var s features.Snapshot
	one, other := make([]uint16, len(columns)), make([]uint16, len(columns))
	for row := range table.Len() {
		h.Snapshot(row, &s)
		v.Encoder.Encode(&s, one, nil)
		for i := range columns {
			other[i] = columns[i].At(row)
		}
		if a, b := v.Logistic.LogOdds(one), v.Logistic.LogOdds(other); math.Float64bits(a) != math.Float64bits(b) {
			t.Fatalf("lead %d has log-odds %v alone and %v in the file", row, a, b)
		}
	}
}
