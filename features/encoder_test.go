package features

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"leadscore/features/cuts"
)

func TestQuantileCuts(t *testing.T) {
	run := func(pairs ...float64) (sorted []float64) { // value, count, value, count …
		for i := 0; i < len(pairs); i += 2 {
			for range int(pairs[i+1]) {
				sorted = append(sorted, pairs[i])
			}
		}
		return sorted
	}
	even := make([]float64, 100)
	for i := range even {
		even[i] = float64(i)
	}
	cases := []struct {
		name   string
		sorted []float64
		bins   int
		want   []float64
	}{
		{"one value", run(5, 9), 4, nil},
		{"a bin a value", run(1, 3, 2, 1, 4, 7), 4, []float64{1.5, 3}},
		{"as many values as bins", run(1, 1, 2, 1, 3, 1), 3, []float64{1.5, 2.5}},
		{"equal mass", even, 4, []float64{24.5, 49.5, 74.5}},
		{"a heavy value stands alone", run(0, 50, 1, 1, 2, 1, 3, 1, 4, 1, 5, 1, 6, 1), 4, []float64{.5, 2.5, 4.5}},
		{"a heavy value in the middle", run(1, 2, 2, 2, 3, 60, 4, 2, 5, 2), 3, []float64{2.5, 3.5}},
		{"one bin", even, 1, nil},
		{"neighbouring floats", run(1, 1, math.Nextafter(1, 2), 1), 2, []float64{math.Nextafter(1, 2)}},
		{"huge", run(-math.MaxFloat64, 1, math.MaxFloat64, 1), 2, []float64{0}},
		{"tiny", run(0, 1, 5e-324, 1), 2, []float64{5e-324}},
		{"zeros of both signs are one value", []float64{math.Copysign(0, -1), 0, 1}, 3, []float64{.5}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := quantileCuts(c.sorted, c.bins); !slices.Equal(got, c.want) {
				t.Errorf("quantileCuts = %v, want %v", got, c.want)
			}
		})
	}
}

// For any values: at most the allowed bins, no value in two bins, cuts ascend, every bin has a value, and none has more than
// twice the mean mass unless a single value fills it.
func TestQuantileCutsProperties(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 7))
		values := make([]float64, 1+r.IntN(2000))
		for i := range values {
			switch r.IntN(3) {
			case 0:
				values[i] = float64(r.IntN(20))
			case 1:
				values[i] = math.Exp(r.NormFloat64() * 50)
			default:
				values[i] = r.NormFloat64()
			}
		}
		slices.Sort(values)
		maxBins := 1 + r.IntN(60)
		c := Coder{Cuts: quantileCuts(values, maxBins)}
		if len(c.Cuts)+1 > maxBins || !slices.IsSorted(c.Cuts) || len(slices.Compact(slices.Clone(c.Cuts))) != len(c.Cuts) {
			t.Fatalf("seed %d: %d cuts for %d bins", seed, len(c.Cuts), maxBins)
		}
		mass, kinds := make([]int, len(c.Cuts)+1), make([]int, len(c.Cuts)+1)
		table := cuts.New(c.Cuts)
		for i, v := range values {
			mass[table.Bin(v)]++
			if i == 0 || v != values[i-1] {
				kinds[table.Bin(v)]++
			}
		}
		for b := range mass {
			if mass[b] == 0 {
				t.Fatalf("seed %d: bin %d is empty", seed, b)
			}
			if mean := float64(len(values)) / float64(maxBins); kinds[b] > 1 && float64(mass[b]) > 2*mean+1 {
				t.Fatalf("seed %d: bin %d holds %d of %d values in %d bins", seed, b, mass[b], len(values), maxBins)
			}
		}
		// The same as counting the cuts one by one.
		for _, v := range append(values, math.Inf(1), math.Inf(-1), math.Copysign(0, -1)) {
			n := 0
			for _, cut := range c.Cuts {
				if cut <= v {
					n++
				}
			}
			if int(table.Bin(v)) != n {
				t.Fatalf("seed %d: bin(%v) = %d, want %d", seed, v, table.Bin(v), n)
			}
		}
	}
}

// randomSchema has fields of every kind and figures of every kind, under a random snapshot rule.
func randomSchema(t testing.TB, r *rand.Rand) *Schema {
	s := &Schema{
		Version: 1,
		Lead:    LeadColumns{ID: "id", Created: "created", Closed: "closed"},
		Outcome: OutcomeColumns{Column: "y", Won: []string{"w"}, Lost: []string{"l"}},
		Events:  EventColumns{Lead: "l", Time: "t", Type: "e"},
		Format:  FileFormat{TimeZone: []string{"", "Europe/Berlin", "Asia/Kolkata"}[r.IntN(3)]},
	}
	day := Duration(24 * 3600 * 1e9)
	switch r.IntN(4) {
	case 0:
		s.Snapshot.AfterCreated = new(7 * day)
	case 1:
		s.Snapshot.Event = "visit"
	case 2:
		s.Snapshot.Column = "scored_at"
	}
	for i := range 3 + r.IntN(6) {
		f := Field{Name: fmt.Sprint("f", i), Kind: Kind(kinds[r.IntN(len(kinds))])}
		if f.Kind == Number && r.IntN(2) == 0 {
			f.Special = []float64{999, -1}
		}
		if i > 0 && r.IntN(8) == 0 {
			f.Use, f.Because = UseNo, "test"
		}
		s.Fields = append(s.Fields, f)
	}
	s.Engagement = []Engagement{
		{Name: "e0", Count: []string{"visit", "demo"}, Within: 5 * day},
		{Name: "e1", Count: []string{AnyEvent}, HalfLife: HalfLife{Duration: 3 * day}},
		{Name: "e2", DaysSinceLast: []string{AnyEvent}},
		{Name: "e3", DistinctDays: []string{"visit"}},
		{Name: "e4", FirstEvent: true},
		{Name: "e5", EventsBeforeFirst: []string{"demo"}},
	}
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	return s
}

func randomType(r *rand.Rand) string {
	return []string{"visit", "demo", "mail", "Änderung"}[r.IntN(4)]
}

func randomNumber(r *rand.Rand) float64 {
	odd := []float64{0, math.Copysign(0, -1), 999, -1, 1e300, -1e300, 5e-324, math.MaxFloat64, -math.MaxFloat64}
	switch r.IntN(4) {
	case 0:
		return odd[r.IntN(len(odd))]
	case 1:
		return float64(r.IntN(10))
	}
	return r.NormFloat64() * 100
}

func randomText(r *rand.Rand) string {
	return []string{"Germany", "España", "日本", "missing", "other", "a\u0301", "x\x00y", "\xff"}[r.IntN(8)]
}

func randomTime(r *rand.Rand) Micros { return Micros(r.Int64N(int64(2000*Day))) + 18_000*Day }

// randomTable fills columns as a reader does: code 0 and NaN are missing.
func randomTable(r *rand.Rand, s *Schema, n int) *Table {
	t := &Table{Schema: s, IDs: &IDs{}, Created: &Times{}, Closed: &Times{}, SnapshotAt: &Times{}, Columns: make([]Column, len(s.Fields))}
	for i := range n {
		t.IDs.add(fmt.Sprint("L", i))
		t.Created.add(randomTime(r))
		t.Closed.add(randomTime(r))
		t.SnapshotAt.add(randomTime(r))
		t.Outcome = append(t.Outcome, Outcome(r.IntN(3)))
	}
	for k := range s.Fields {
		f, c := &s.Fields[k], &t.Columns[k]
		if !f.Used() {
			continue
		}
		var code *codeColumn
		switch f.Kind {
		case Boolean:
			code = newCodeColumn(f, nil, falseLevel, trueLevel)
		case Category, Email:
			code = newCodeColumn(f, nil)
		case Number:
			c.Numbers = &Numbers{}
		case Date:
			c.Times = &Times{}
		}
		for range n {
			missing := r.IntN(5) == 0
			switch f.Kind {
			case Number:
				v := randomNumber(r)
				if missing {
					v = math.NaN()
				}
				c.Numbers.add(v)
			case Date:
				v := randomTime(r)
				if missing {
					v = NoTime
				}
				c.Times.add(v)
			default:
				text := randomText(r)
				if f.Kind == Boolean {
					text = []string{falseLevel, trueLevel}[r.IntN(2)]
				} else if f.Kind == Email {
					text = EmailKind([]string{"x", "a@gmail.com", "a@mailinator.com", "a@acme-tools.com"}[r.IntN(4)])
				}
				if missing {
					text = ""
				}
				place, _ := code.code(text)
				code.column.add(place)
			}
		}
		if code != nil {
			c.Codes, c.Levels = &code.column, code.levels
		}
	}
	return t
}

func randomEvents(r *rand.Rand, t *Table) *EventLog {
	b := NewEventBuilder(t.Len())
	for i := range t.Len() {
		for range r.IntN(8) {
			b.Add(i, t.Created.At(i)+Micros(r.Int64N(int64(20*Day))), randomType(r))
		}
	}
	return b.Build()
}

// One lead in a file of many and the same lead in a request get the same codes, bit for bit: through the history by column,
// through the history's snapshot, and through NewLead. The encoder knows only half of the leads, and went through JSON.
func TestFileAndRequestAgree(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 5))
			s := randomSchema(t, r)
			table := randomTable(r, s, 400)
			h := historyOf(t, table, randomEvents(r, table))
			e, err := FitEncoder(h, allRows(table)[:200], Limits{MaxBins: []int{0, 8, 300}[r.IntN(3)], MinLevelRows: 1 + r.IntN(12)})
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(e)
			if err != nil {
				t.Fatal(err)
			}
			var loaded Encoder
			if err := json.Unmarshal(text, &loaded); err != nil {
				t.Fatal(err)
			}
			if err := loaded.Matches(s); err != nil {
				t.Fatal(err)
			}
			if other := *s; true {
				other.Fields = other.Fields[:len(other.Fields)-1]
				if err := loaded.Matches(&other); s.Fields[len(s.Fields)-1].Used() && !errors.Is(err, ErrOtherSchema) {
					t.Fatalf("a schema without its last field: %v", err)
				}
			}
			byColumn, err := e.EncodeHistory(context.Background(), h)
			if err != nil {
				t.Fatal(err)
			}
			codes, status := make([]uint16, len(e.Inputs)), make([]Status, len(e.Inputs))
			again := make([]uint16, len(e.Inputs))
			rowCodes, rowStatus := byRows(e, h)
			var snapshot Snapshot
			for row := range table.Len() {
				h.Snapshot(row, &snapshot)
				e.Encode(&snapshot, codes, status)
				request := requestOf(t, h, row).At(h.AsOf[row])
				loaded.Encode(&request, again, nil)
				for i := range codes {
					if codes[i] != byColumn[i].At(row) || codes[i] != again[i] {
						t.Fatalf("lead %d, input %s: snapshot %d, by column %d, request %d", row, e.Inputs[i].Name, codes[i], byColumn[i].At(row), again[i])
					}
					if at := row*len(codes) + i; rowCodes[at] != codes[i] || rowStatus[at] != status[i] {
						t.Fatalf("lead %d, input %s: snapshot %d (%d), by rows %d (%d)", row, e.Inputs[i].Name, codes[i], status[i], rowCodes[at], rowStatus[at])
					}
					if int(codes[i]) >= e.Bins(i) || e.Label(i, codes[i]) == "" {
						t.Fatalf("lead %d, input %s: code %d of %d", row, e.Inputs[i].Name, codes[i], e.Bins(i))
					}
					if (status[i] == Missing) != (codes[i] == e.MissingCode(i)) {
						t.Fatalf("lead %d, input %s: status %s, code %d", row, e.Inputs[i].Name, status[i], codes[i])
					}
					if row < 200 && status[i] == Outside {
						t.Fatalf("lead %d, input %s: outside of what it was fitted on", row, e.Inputs[i].Name)
					}
				}
			}
		})
	}
}

// requestOf asks for lead row as a client would, with its events out of order.
func requestOf(t *testing.T, h *History, row int) *Lead {
	t.Helper()
	s, values := h.Table.Schema, map[string]any{}
	for field := range s.Fields {
		f, v := &s.Fields[field], h.Table.Value(row, field)
		switch {
		case v.Missing && row%2 == 0:
			values[f.Name] = nil
		case v.Missing:
		case f.Kind == Number:
			values[f.Name] = v.Number
		case f.Kind == Boolean:
			values[f.Name] = v.Number == 1
		case f.Kind == Date:
			values[f.Name] = v.Time.Time()
		case f.Kind == Email:
			values[f.Name] = map[string]string{"invalid": "x", "free": "a@gmail.com", "disposable": "a@mailinator.com", "company": "a@acme-tools.com"}[v.Text]
		default:
			values[f.Name] = v.Text
		}
	}
	var events []Event
	if h.Events != nil {
		events = h.Events.appendBefore(nil, row, math.MaxInt64, &LeadEvents{})
		slices.Reverse(events)
	}
	lead, err := s.NewLead(h.Table.IDs.At(row), h.Table.Created.At(row), values, events)
	if err != nil {
		t.Fatal(err)
	}
	return lead
}

func TestEncoderCodes(t *testing.T) {
	s := schemaOf(t, "version: 1\nlead: {id: i}\nfields:\n- {name: n, kind: number, special: [999]}\n- {name: c, kind: category}\n- {name: b, kind: boolean}\n")
	text := "i,n,c,b\n"
	for i := range 30 {
		text += fmt.Sprintf("%d,%d,%s,%s\n", i, i%3*10, []string{"x", "other", "rare"}[min(i/14, 2)], []string{"yes", "no"}[i%2])
	}
	table, _, err := readText(t, s, text, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	h, err := NewHistory(table, nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := FitEncoder(h, allRows(table), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		input string
		value any
		code  uint16
		label string
		known Status
	}{
		{"n", 0., 0, "up to 4", Present},
		{"n", math.Copysign(0, -1), 0, "up to 4", Present},
		{"n", 10., 1, "5 to 14", Present},
		{"n", 15., 2, "15 or more", Present},
		{"n", 21., 2, "15 or more", Outside},
		{"n", -1e300, 0, "up to 4", Outside},
		{"n", 999., 3, "999", Present},
		{"n", nil, 4, "missing", Missing},
		{"c", "other", 0, `"other"`, Present},
		{"c", "x", 1, "x", Present},
		{"c", "rare", 2, "other", Unseen},
		{"c", "new", 2, "other", Unseen},
		{"c", "", 3, "missing", Missing},
		{"b", false, 0, "false", Present},
		{"b", true, 1, "true", Present},
		{"b", nil, 3, "missing", Missing},
	}
	for _, c := range cases {
		t.Run(fmt.Sprint(c.input, " ", c.value), func(t *testing.T) {
			lead, err := s.NewLead("1", NoTime, map[string]any{c.input: c.value}, nil)
			if err != nil {
				t.Fatal(err)
			}
			snapshot, codes, status := lead.At(NoTime), make([]uint16, 3), make([]Status, 3)
			e.Encode(&snapshot, codes, status)
			i, _ := s.FieldIndex(c.input)
			if codes[i] != c.code || status[i] != c.known || e.Label(i, codes[i]) != c.label {
				t.Errorf("code %d, %s, %q, want %d, %s, %q", codes[i], status[i], e.Label(i, codes[i]), c.code, c.known, c.label)
			}
		})
	}
	if e.Bins(0) != 5 || e.OrderedBins(0) != 3 || e.Bins(1) != 4 || e.OrderedBins(1) != 0 || e.Label(0, 5) != "" {
		t.Errorf("bins %d, %d of %d, %d", e.Bins(0), e.OrderedBins(0), e.Bins(1), e.OrderedBins(1))
	}
	t.Run("fitted on the given rows only", func(t *testing.T) {
		part, err := FitEncoder(h, []int32{0, 3, 6}, Limits{MinLevelRows: 1})
		if err != nil {
			t.Fatal(err)
		}
		want := []Coder{{Special: []float64{999}, Whole: true}, {Levels: []string{"x"}}, {Levels: []string{"false", "true"}}}
		if diff := cmp.Diff(want, part.Coders, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("coders:\n%s", diff)
		}
	})
	t.Run("order of rows", func(t *testing.T) {
		rows := allRows(table)
		slices.Reverse(rows)
		other, err := FitEncoder(h, rows, Limits{})
		if err != nil || !cmp.Equal(e.Coders, other.Coders) {
			t.Errorf("changes the encoder: %v", err)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		cancelled, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := e.EncodeHistory(cancelled, h); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("no rows", func(t *testing.T) {
		if _, err := FitEncoder(h, nil, Limits{}); err != ErrNoRows {
			t.Errorf("got %v", err)
		}
	})
	t.Run("frequent levels first", func(t *testing.T) {
		few, err := FitEncoder(h, allRows(table), Limits{MaxLevels: 1, MinLevelRows: 1})
		if err != nil || !slices.Equal(few.Coders[1].Levels, []string{"other"}) { // 14 each: the first by name
			t.Errorf("got %v, %v", few, err)
		}
	})
	t.Run("a number never seen", func(t *testing.T) {
		none := &Encoder{Inputs: e.Inputs[:1], Coders: []Coder{{Min: 0, Max: -1}}}
		if err := none.Validate(); err != nil {
			t.Fatal(err)
		}
		for _, v := range []float64{-5, -.5, 0, 7} {
			if code, known := none.number(0, v); code != 0 || known != Outside {
				t.Errorf("number(%v) = %d, %s", v, code, known)
			}
		}
	})
}

func TestCalendarLevels(t *testing.T) {
	s := schemaOf(t, "version: 1\nlead: {id: i, created: c}\nsnapshot: created + 1d\nfields: [{name: n, kind: number}]\nformat: {time_zone: Asia/Tokyo}\n")
	text := "i,c,n\n"
	for i := range 400 {
		text += fmt.Sprintf("%d,%s,1\n", i, (Micros(i) * Day).Time().Format("2006-01-02"))
	}
	table, _, err := readText(t, s, text, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := FitEncoder(historyOf(t, table, nil), allRows(table), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, in := range e.Inputs {
		at[in.Name] = i
	}
	if got := e.Coders[at["created month"]].Levels; len(got) != 12 || got[0] != "January" || got[11] != "December" {
		t.Errorf("months are %q", got)
	}
	if got := e.Coders[at["created weekday"]].Levels; len(got) != 7 || got[0] != "Monday" || got[6] != "Sunday" {
		t.Errorf("weekdays are %q", got)
	}
	if got := e.OrderedBins(at["snapshot time"]); got != driftBins {
		t.Errorf("snapshot time has %d bins", got)
	}
	// 1970-01-01 in Tokyo was a Thursday, though in UTC the day before was not over.
	lead, err := s.NewLead("1", table.Created.At(0), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	snapshot, codes := lead.At(table.Created.At(0)+Day), make([]uint16, len(e.Inputs))
	e.Encode(&snapshot, codes, nil)
	if got := e.Label(at["created weekday"], codes[at["created weekday"]]); got != "Thursday" {
		t.Errorf("1970-01-01 in Tokyo is a %s", got)
	}
	if got := e.Label(at["snapshot time"], 0); !strings.HasPrefix(got, "below 1970-01-1") {
		t.Errorf("the first bin of the snapshot time is %q", got)
	}
}

func TestEncoderValidate(t *testing.T) {
	good := func() *Encoder {
		return &Encoder{
			Inputs: []Input{{Name: "n", Source: FromField, Kind: Number, Ordered: true}, {Name: "c", Source: FromField, Index: 1, Kind: Category}},
			Coders: []Coder{{Cuts: []float64{1, 2}, Min: 0, Max: 3}, {Levels: []string{"a", "b"}}},
		}
	}
	if err := good().Validate(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(e *Encoder){
		"coders":          func(e *Encoder) { e.Coders = e.Coders[:1] },
		"name twice":      func(e *Encoder) { e.Inputs[1].Name = "n" },
		"cuts":            func(e *Encoder) { e.Coders[0].Cuts = []float64{2, 2} },
		"NaN cut":         func(e *Encoder) { e.Coders[0].Cuts = []float64{math.NaN()} },
		"infinite bound":  func(e *Encoder) { e.Coders[0].Max = math.Inf(1) },
		"values doubled":  func(e *Encoder) { e.Coders[0].Cuts, e.Coders[0].Values = nil, []float64{2, 2} },
		"values and cuts": func(e *Encoder) { e.Coders[0].Values = []float64{1, 2} },
		"NaN value":       func(e *Encoder) { e.Coders[0].Cuts, e.Coders[0].Values = nil, []float64{math.NaN()} },
		"special value":   func(e *Encoder) { e.Coders[0] = Coder{Special: []float64{2}, Values: []float64{1, 2}} },
		"text's values":   func(e *Encoder) { e.Coders[1].Values = []float64{1} },
		"levels":          func(e *Encoder) { e.Coders[1].Levels = []string{"a", "a"} },
		"empty level":     func(e *Encoder) { e.Coders[1].Levels = []string{""} },
		"kinds swapped":   func(e *Encoder) { e.Coders[0], e.Coders[1] = e.Coders[1], e.Coders[0] },
		"negative place":  func(e *Encoder) { e.Inputs[0].Index = -1 },
		"source":          func(e *Encoder) { e.Inputs[0].Source = "x" },
		"part":            func(e *Encoder) { e.Inputs[0].Kind, e.Inputs[0].Part = Date, "year" },
		"figure":          func(e *Encoder) { e.Inputs[0].Source, e.Inputs[0].Index = FromEngagement, 0 },
		"time zone":       func(e *Encoder) { e.TimeZone = "Mars" },
		"order of a text": func(e *Encoder) { e.Inputs[1].Ordered = true },
	} {
		t.Run(name, func(t *testing.T) {
			e := good()
			spoil(e)
			if err := e.Validate(); err == nil {
				t.Error("no error")
			}
		})
	}
	if err := json.Unmarshal([]byte(`{"inputs":[],"coders":[],"extra":1}`), &Encoder{}); err == nil {
		t.Error("an unknown key is no error")
	}
}

func TestEncodeAllocatesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	s := randomSchema(t, r)
	table := randomTable(r, s, 300)
	h := historyOf(t, table, randomEvents(r, table))
	e, err := FitEncoder(h, allRows(table), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var snapshot Snapshot
	h.Snapshot(7, &snapshot)
	codes, status := make([]uint16, len(e.Inputs)), make([]Status, len(e.Inputs))
	if n := testing.AllocsPerRun(100, func() { e.Encode(&snapshot, codes, status) }); n != 0 {
		t.Errorf("Encode allocates %v times", n)
	}
	h.Snapshot(8, &snapshot)
	if n := testing.AllocsPerRun(100, func() { h.Snapshot(7, &snapshot) }); n > 0 {
		t.Errorf("Snapshot allocates %v times into slices that are large enough", n)
	}
}

// A number that is not whole keeps its cuts as they are; calendar time has bins of equal width; a count of no event has a level of its own.
func TestEncoderBinsByMeaning(t *testing.T) {
	s := schemaOf(t, `version: 1
lead: {id: id, created: created}
snapshot: created + 1d
fields:
  - {name: x, kind: number}
events: {lead: id, time: time, type: type}
engagement:
  - {name: visits, count: [visit]}
`)
	table, _, err := readText(t, s, "id,created,x\n1,2026-01-01,0.5\n2,2026-01-02,1.5\n3,2026-04-11,2.5\n", ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	events := NewEventBuilder(table.Len())
	events.Add(0, table.Created.At(0), "visit")
	h, err := NewHistory(table, events.Build())
	if err != nil {
		t.Fatal(err)
	}
	e, err := FitEncoder(h, allRows(table), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	codes := make([]uint16, len(e.Inputs))
	var snapshot Snapshot
	h.Snapshot(1, &snapshot)
	e.Encode(&snapshot, codes, nil)
	for i, in := range e.Inputs {
		switch in.Name {
		case "x":
			if got := e.Label(i, 1); got != "1 to 2" {
				t.Errorf("label of the middle bin %q, want 1 to 2", got)
			}
		case "visits":
			if got := e.Label(i, codes[i]); got != "0" || int(codes[i]) < e.OrderedBins(i) {
				t.Errorf("no visit has code %d, %q, want a level of its own, 0", codes[i], got)
			}
		case "snapshot time":
			cuts := e.Coders[i].Cuts
			for k := 2; k < len(cuts); k++ {
				if w := cuts[k] - cuts[k-1]; math.Abs(w-(cuts[1]-cuts[0])) > 1e-9 {
					t.Errorf("bin %d is %v days wide, the first %v", k, w, cuts[1]-cuts[0])
				}
			}
			if len(cuts) != driftBins-1 {
				t.Errorf("%d cuts, want %d", len(cuts), driftBins-1)
			}
		}
	}
}

// byRows are the codes of all leads by [RowEncoder], in pieces of different lengths.
func byRows(e *Encoder, h *History) (codes []uint16, status []Status) {
	n, inputs, rows := h.Table.Len(), len(e.Inputs), e.Rows(h)
	codes, status = make([]uint16, n*inputs), make([]Status, n*inputs)
	var snapshot Snapshot
	for from, count := 0, 1; from < n; from, count = from+count, 3*count {
		count = min(count, n-from)
		rows.Encode(from, count, codes[from*inputs:], status[from*inputs:])
		for row := from; row < from+count; row++ {
			h.SnapshotOf(row, nil, &snapshot)
			e.EncodeFigures(&snapshot, codes[row*inputs:(row+1)*inputs], status[row*inputs:(row+1)*inputs])
		}
	}
	return codes, status
}
