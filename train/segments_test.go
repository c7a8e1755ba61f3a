package train

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"leadscore/features"
	"leadscore/models"
)

// regionalHistory is leads of four regions; in the first, more size is better, in the second it is worse.
func regionalHistory(t *testing.T, n int, seed uint64) *features.History {
	t.Helper()
	h := weighedHistory(t, n, seed)
	h.Table.Weight = nil
	random := rand.New(rand.NewPCG(seed, 12))
	s := h.Table.Schema
	s.Fields = append(s.Fields, features.Field{Name: "region", Kind: features.Category})
	s.Segments = &features.Segments{By: "region"}
	codes := make([]uint32, n)
	slopes := []float64{0, 0.3, -0.3, 0.1, 0}
	for i := range codes {
		codes[i] = uint32(1 + random.IntN(4)*random.IntN(4)/3)
		h.Table.Outcome[i] = lost
		if random.Float64() < 1/(1+math.Exp(0.5-slopes[codes[i]]*(h.Table.Columns[0].Numbers.At(i)-5.5))) {
			h.Table.Outcome[i] = won
		}
	}
	h.Table.Columns = append(h.Table.Columns, features.Column{Codes: features.PlacesOf(codes), Levels: []string{"", "north", "south", "east", "west"}})
	return h
}

// The stored model has the deviations, each segment its row, and a lead of a region that training has not seen is scored by the whole.
func TestSegmentsReachTheModel(t *testing.T) {
	h := regionalHistory(t, 3000, 1)
	p, m := mustPopulate(t, h), fitHistory(t, h)
	s := segmentsOf(h.Table.Schema, m)
	if !s.Kept || !(s.LossWith < s.LossWithout-0.02) || len(s.Fields) == 0 || s.Fields[0] != "size" || len(s.Segments) != 4 {
		t.Fatalf("%+v", s)
	}
	leads := int64(0)
	for k, g := range s.Segments {
		leads += g.Leads
		if !(g.LevelLeans > 0 && g.LevelLeans < 1 && g.EffectsLean >= 0 && g.EffectsLean <= 1 && g.LevelError > 0) {
			t.Errorf("segment %+v", g)
		}
		for _, other := range s.Segments[:k] {
			if (g.Leads < other.Leads) != (g.LevelLeans > other.LevelLeans) {
				t.Errorf("%s has %d leads and leans by %v, %s has %d and leans by %v", g.Name, g.Leads, g.LevelLeans, other.Name, other.Leads, other.LevelLeans)
			}
		}
	}
	if leads != int64(len(p.Rows)) {
		t.Errorf("%d leads in segments, want %d", leads, len(p.Rows))
	}
	snapshot := features.Snapshot{AsOf: h.AsOf[0], Created: h.Table.Created.At(0), Values: []features.Value{{Number: 3}, {Text: "atlantis"}}}
	codes, status := make([]uint16, len(m.encoder.Inputs)), make([]features.Status, len(m.encoder.Inputs))
	m.encoder.Encode(&snapshot, codes, status)
	contributions := make([]float64, len(m.model.Terms))
	m.model.Contributions(codes, contributions)
	for k, term := range m.model.Terms {
		if strings.HasPrefix(term.Name, "region × ") && contributions[k] != 0 {
			t.Errorf("%s adds %v to a lead of an unseen region", term.Name, contributions[k])
		}
	}
	text := strings.Builder{}
	writeSegments(&text, s, nil)
	if !strings.Contains(text.String(), "Segments by region: out of fold the log loss is ") || !strings.Contains(text.String(), "north") {
		t.Error(text.String())
	}
	h.Table.Schema.Segments = nil
	if segmentsOf(h.Table.Schema, fitHistory(t, h)) != nil {
		t.Error("segments without a wish for any")
	}
}

// The newest part is judged by segment; the parts are all of it.
func TestJudgedBySegment(t *testing.T) {
	h := regionalHistory(t, 2000, 2)
	p, m := mustPopulate(t, h), fitHistory(t, h)
	v := &validation{newest: p.Rows[1500:]}
	v.predicted = predict(m, h, v.newest)
	if err := v.bySegment(m, h, outcomesOf(v.newest, p)); err != nil {
		t.Fatal(err)
	}
	var sum models.SegmentFigures
	for _, f := range v.Segments {
		sum.Leads, sum.Won, sum.Expected = sum.Leads+f.Leads, sum.Won+f.Won, sum.Expected+f.Expected
		if f.AUC == nil || !(f.AUC.Value > 0.4) {
			t.Errorf("segment %+v", f)
		}
	}
	won, _ := countOutcomes(v.newest, p)
	if sum.Leads != int64(len(v.newest)) || sum.Won != int64(won) || len(v.Segments) != 4 {
		t.Errorf("%d leads and %d won in %d segments", sum.Leads, sum.Won, len(v.Segments))
	}
}
