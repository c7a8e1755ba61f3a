package main

import (
	"bytes"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"leadscore/features"
	"leadscore/models/rules"
)

func TestFoldsAreRowIndexModFour(t *testing.T) {
	want := []split{
		{train: []int{1, 2, 3, 5}, score: []int{0, 4}},
		{train: []int{0, 2, 3, 4}, score: []int{1, 5}},
		{train: []int{0, 1, 3, 4, 5}, score: []int{2}},
		{train: []int{0, 1, 2, 4, 5}, score: []int{3}},
	}
	if diff := cmp.Diff(want, folds(6), cmp.AllowUnexported(split{})); diff != "" {
		t.Errorf("folds(6) (-want +got):\n%s", diff)
	}
	last := timeOrder(10)[0]
	if len(last.train) != 7 || !slices.Equal(last.score, []int{7, 8, 9}) {
		t.Errorf("timeOrder(10) = %+v, want the last three rows scored", last)
	}
	moved := recalibratedOrder(100)[0]
	if len(moved.train) != 70 || !slices.Equal(moved.recalibrate, []int{70, 71, 72, 73, 74, 75}) || len(moved.score) != 24 || moved.score[0] != 76 {
		t.Errorf("recalibratedOrder(100) = %+v, want 70 rows, the next 6 and the last 24", moved)
	}
}

const log = `case_id,amount_req,reg_date,event_no,activity,lifecycle,resource,timestamp
1,5000,2011-10-01T00:00:00.500+02:00,1,A_SUBMITTED,COMPLETE,112,2011-10-01T00:00:00.500+02:00
2,8000,2011-10-02T00:00:00.000+02:00,1,A_SUBMITTED,COMPLETE,112,2011-10-02T00:00:00.000+02:00
1,5000,2011-10-01T00:00:00.500+02:00,2,O_SENT,COMPLETE,112,2011-10-03T00:00:00.000+02:00
2,8000,2011-10-02T00:00:00.000+02:00,2,A_DECLINED,COMPLETE,112,2011-10-05T00:00:00.000+02:00
1,5000,2011-10-01T00:00:00.500+02:00,3,A_APPROVED,COMPLETE,112,2011-10-20T00:00:00.000+02:00
1,5000,2011-10-01T00:00:00.500+02:00,4,A_ACTIVATED,COMPLETE,112,2011-10-20T00:00:00.000+02:00
3,900,2011-10-03T00:00:00.000+02:00,1,A_SUBMITTED,COMPLETE,112,2011-10-03T00:00:00.000+02:00
4,700,2011-10-25T00:00:00.000+02:00,1,A_SUBMITTED,COMPLETE,112,2011-10-25T00:00:00.000+02:00
4,700,2011-10-25T00:00:00.000+02:00,2,A_CANCELLED,COMPLETE,112,2011-11-05T00:00:00.000+01:00
`

func TestLeadsOfLog(t *testing.T) {
	parsed, err := parseTable(strings.NewReader(log), ',', nil)
	if err != nil {
		t.Fatal(err)
	}
	h, err := leadsOfLog(parsed)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		name        string
		row         []string
		won, judged bool
	}{
		{"approved after its snapshot", []string{"1", "5000", "2011-10-01T00:00:00.500+02:00", "won", "2011-10-20T00:00:00.000+02:00"}, true, true},
		{"declined before its snapshot", []string{"2", "8000", "2011-10-02T00:00:00.000+02:00", "lost", "2011-10-05T00:00:00.000+02:00"}, false, false},
		{"open", []string{"3", "900", "2011-10-03T00:00:00.000+02:00", "open", ""}, false, false},
		{"cancelled after its snapshot", []string{"4", "700", "2011-10-25T00:00:00.000+02:00", "lost", "2011-11-05T00:00:00.000+01:00"}, false, true},
	} {
		t.Run(want.name, func(t *testing.T) {
			if diff := cmp.Diff(want.row, h.rows[i]); diff != "" {
				t.Errorf("lead (-want +got):\n%s", diff)
			}
			if h.won[i] != want.won || h.judged[i] != want.judged {
				t.Errorf("won %v, judged %v; want %v, %v", h.won[i], h.judged[i], want.won, want.judged)
			}
		})
	}
	header, rows := h.without(h.hidden, []int{0})
	if !slices.Equal(header, []string{"case_id", "amount_req", "reg_date"}) || len(rows[0]) != 3 {
		t.Errorf("a lead to be scored has columns %q: neither outcome nor closed time may be seen", header)
	}
	if got := h.eventsOf([]int{1, 2}); len(got) != 3 || slices.ContainsFunc(got, func(e []string) bool { return e[0] != "2" && e[0] != "3" }) {
		t.Errorf("events of leads 2 and 3: %q", got)
	}
}

func TestJoinMaven(t *testing.T) {
	tables := []*sheet{
		{[]string{"opportunity_id", "sales_agent", "product", "account", "deal_stage"}, [][]string{
			{"A", "Ann", "GTXPro", "Isdom", "Won"}, {"B", "Ann", "GTX Pro", "", "Engaging"}, {"C", "Ann", "GTX Pro", "Isdom", "Lost"}}},
		{[]string{"account", "sector"}, [][]string{{"Isdom", "retail"}}},
		{[]string{"product", "sales_price"}, [][]string{{"GTX Pro", "4821"}}},
		{[]string{"sales_agent", "manager"}, [][]string{{"Ann", "Dustin"}}},
	}
	got, err := joinMaven(tables[0], tables[1], tables[2], tables[3])
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"A", "Ann", "GTX Pro", "Isdom", "Won", "retail", "4821", "Dustin"}, {"C", "Ann", "GTX Pro", "Isdom", "Lost", "retail", "4821", "Dustin"}}
	if diff := cmp.Diff(want, got.rows); diff != "" {
		t.Errorf("closed deals (-want +got):\n%s", diff)
	}
	tables[1].rows = nil
	if _, err := joinMaven(tables[0], tables[1], tables[2], tables[3]); err == nil || !strings.Contains(err.Error(), "Isdom") {
		t.Errorf("a deal of an unknown account: error %v, want one that names it", err)
	}
}

func TestBooksParse(t *testing.T) {
	for _, d := range datasets {
		t.Run(d.name, func(t *testing.T) {
			text := func(kind string) (string, []byte) {
				name := "books/" + d.name + "." + kind
				content, err := books.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				return name, content
			}
			schema, err := features.ParseSchema(text("schema.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			name, content := text("rules.yaml")
			if _, err := rules.Parse(name, content, schema); err != nil {
				t.Error(err)
			}
		})
	}
}

// Every column of a prepared file is in its schema, so that none is used or left out by accident.
func TestSchemasNameEveryColumn(t *testing.T) {
	const dir = "../../../shared/data"
	if _, err := os.Stat(filepath.Join(dir, "README.md")); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("the real data are absent:", err)
	}
	for _, d := range datasets {
		t.Run(d.name, func(t *testing.T) {
			h, err := d.prepare(dir)
			if err != nil {
				t.Fatal(err)
			}
			content, err := books.ReadFile("books/" + d.name + ".schema.yaml")
			if err != nil {
				t.Fatal(err)
			}
			schema, err := features.ParseSchema(d.name, content)
			if err != nil {
				t.Fatal(err)
			}
			known := []string{schema.Lead.ID, schema.Lead.Created, schema.Lead.Closed, schema.Outcome.Column}
			for _, f := range schema.Fields {
				column := f.Column
				if column == "" {
					column = f.Name
				}
				known = append(known, column)
				if !slices.Contains(h.header, column) {
					t.Errorf("field %s: the file has no column %q", f.Name, column)
				}
			}
			for _, column := range h.header {
				if !slices.Contains(known, column) {
					t.Errorf("column %q is not in the schema", column)
				}
			}
		})
	}
}

func TestRecheckFindsAWrongFigure(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	scores, wins := make([]float64, 800), make([]float64, 800)
	for i := range scores {
		scores[i] = math.Round(1+98*r.Float64()) / 100
		wins[i] = asNumber(r.Float64() < scores[i])
	}
	var m measurement
	if err := m.compute(scores, wins); err != nil {
		t.Fatal(err)
	}
	for name, bend := range map[string]func(*measurement){
		"AUC":                   func(m *measurement) { m.AUC += 1e-6 },
		"log loss":              func(m *measurement) { m.LogLoss += 1e-6 },
		"calibration slope":     func(m *measurement) { m.Slope += 1e-4 },
		"calibration intercept": func(m *measurement) { m.Intercept += 1e-4 },
	} {
		bent := m
		bend(&bent)
		if err := bent.recheck(scores, wins); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("a wrong %s: error %v, want one that names it", name, err)
		}
	}
}

// Low probabilities close together, of which far more win: bank ahead in time, recalibrated.
func TestRecheckOfScoresThatLieTogether(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	scores, wins := make([]float64, 8000), make([]float64, 8000)
	for i := range scores {
		logOdds := -2.6 + 0.4*r.NormFloat64()
		scores[i] = 1 / (1 + math.Exp(-logOdds))
		wins[i] = asNumber(r.Float64() < 1/(1+math.Exp(-3.5-1.8*logOdds)))
	}
	var m measurement
	if err := m.compute(scores, wins); err != nil {
		t.Fatal(err)
	}
	if err := m.recheck(scores, wins); err != nil {
		t.Error(err)
	}
}

func TestGoals(t *testing.T) {
	plain := goals{leastAUC: 0.8, mostLogLoss: 0.4, slope: true}
	control := goals{leastAUC: 0.47, mostAUC: 0.55, wantsNoSignalWarning: true}
	moved := goals{ratio: true}
	for name, c := range map[string]struct {
		goals  goals
		m      measurement
		missed int
	}{
		"reached":          {plain, measurement{AUC: 0.8, Slope: 1.05}, 0},
		"AUC missed":       {plain, measurement{AUC: 0.79999, Slope: 1}, 1},
		"all missed":       {plain, measurement{AUC: 0.7, Slope: 0.9, LogLoss: 0.41}, 3},
		"no log loss":      {plain, measurement{AUC: 0.8, Slope: 1, LogLoss: math.NaN()}, 1},
		"ratio reached":    {moved, measurement{Ratio: 0.8}, 0},
		"ratio missed":     {moved, measurement{Ratio: 1.26}, 1},
		"no ratio":         {moved, measurement{Ratio: math.NaN()}, 1},
		"nothing asked":    {goals{}, measurement{AUC: 0.1, Slope: 9, LogLoss: 9}, 0},
		"no slope":         {plain, measurement{AUC: 0.9, Slope: math.NaN()}, 1},
		"control":          {control, measurement{AUC: 0.5, noSignal: 4}, 0},
		"silent once":      {control, measurement{AUC: 0.5, noSignal: 3}, 1},
		"control with AUC": {control, measurement{AUC: 0.6, noSignal: 4}, 1},
	} {
		c.m.holdAgainst(c.goals, "skill", 4)
		if len(c.m.Missed) != c.missed {
			t.Errorf("%s: missed %q, want %d", name, c.m.Missed, c.missed)
		}
	}
}

func TestRunWithoutDataOrArguments(t *testing.T) {
	for name, c := range map[string]struct {
		arguments []string
		code      int
		says      string
	}{
		"no data":          {[]string{"-data", t.TempDir()}, 0, "skipped"},
		"unknown data set": {[]string{"-only", "iris"}, 2, `no data set "iris"`},
		"unknown flag":     {[]string{"-fast"}, 2, "-fast"},
	} {
		var out, log bytes.Buffer
		if code := run(t.Context(), c.arguments, &out, &log); code != c.code || !strings.Contains(log.String(), c.says) {
			t.Errorf("%s: code %d, %q; want %d and %q", name, code, log.String(), c.code, c.says)
		}
	}
}

func TestReadScoresWantsEveryLeadInOrder(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"good":        {"lead_id,points,probability\nA,1,0.5\nB,2,0.25\n", ""},
		"a lead less": {"lead_id,probability\nA,0.5\n", "1 leads scored, want 2"},
		"other order": {"lead_id,probability\nB,0.5\nA,0.5\n", "line 2 is lead B, want A"},
		"certain":     {"lead_id,probability\nA,0.5\nB,1\n", "not between 0 and 1"},
		"no column":   {"lead_id,points\nA,0.5\nB,1\n", `no column "probability"`},
	} {
		path := filepath.Join(t.TempDir(), "scores.csv")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := readScores(path, []string{"A", "B"})
		if got := ""; err != nil && (c.want == "" || !strings.Contains(err.Error(), c.want)) || err == nil && c.want != got {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
}
