package models

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"leadscore/features"
	"leadscore/models/logistic"
)

func TestEncodeDecode(t *testing.T) {
	v := artifact(t)
	text, err := v.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, err := DecodeVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	second, err := again.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, second) {
		t.Error("read and written again, the file has other bytes")
	}
	if !reflect.DeepEqual(v.Logistic, again.Logistic) || !reflect.DeepEqual(v.Golden, again.Golden) ||
		!reflect.DeepEqual(v.Schema, again.Schema) || v.Rules != again.Rules {
		t.Error("read again, the version holds other values")
	}
}

// A file's layout must not touch what it says: brackets, quotes, escapes and line feeds stand in texts too.
func TestJoinShortLists(t *testing.T) {
	for name, value := range map[string]any{
		"empty lists":        []any{[]int{}, []any{[]any{}}, map[string]any{}},
		"plain":              map[string]any{"a": []float64{1, -2.5e-300, math.MaxFloat64}, "b": "x"},
		"brackets in texts":  []string{"[1, 2]", "]", "[", "{", "}", `a "quoted" [x]`},
		"escapes":            []string{`\`, `\\`, `\"`, `"`, "\n  two\n  lines [ ]", "\t", "\u2028", "<&>", "日本 × ü"},
		"texts with spaces":  []string{"  two  blanks ", " [ ", "a, b"},
		"keys with brackets": map[string]any{"[": []int{1}, `"]`: []string{"]"}, `\`: []bool{true, false}},
		"lists in lists":     []any{[]int{1, 2}, []any{[]string{"a [", "b ]"}, map[string]any{"x": []int{1, 2}}}, nil, true},
		"ends in a text":     "[",
		"number":             1.5,
	} {
		t.Run(name, func(t *testing.T) { joined(t, value) })
	}
}

func FuzzJoinShortLists(f *testing.F) {
	for _, seed := range []string{`[1,[2,"]"],{"a":["\\\"[",null]}]`, `"["`, `{"[":[]}`, `[" \n [ ",-1e-7]`, `[[[]]]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var value any
		if json.Unmarshal(text, &value) != nil {
			joinShortLists(text) // whatever comes: no panic
			return
		}
		joined(t, value)
	})
}

// joined lays a value out both ways and compares what the texts say, and that a list of plain values is one line.
func joined(t *testing.T, value any) {
	t.Helper()
	laidOut, err := json.MarshalIndent(value, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	text := joinShortLists(laidOut)
	var before, after any
	if err := json.Unmarshal(laidOut, &before); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &after); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	if !reflect.DeepEqual(before, after) {
		t.Errorf("%s\nsays something else than\n%s", text, laidOut)
	}
	if again := joinShortLists(text); !bytes.Equal(again, text) {
		t.Errorf("joined twice: %s, once: %s", again, text)
	}
}

// Each fault alone is refused: a file whose parts do not fit each other would score wrongly or panic.
func TestPartsThatDoNotFit(t *testing.T) {
	for name, change := range map[string]func(v *Version){
		"no schema":               func(v *Version) { v.Schema = nil },
		"no encoder":              func(v *Version) { v.Encoder = nil },
		"no model":                func(v *Version) { v.Logistic = nil },
		"a field less":            func(v *Version) { v.Schema.Fields = v.Schema.Fields[1:] },
		"fields swapped":          func(v *Version) { f := v.Schema.Fields; f[0], f[2] = f[2], f[0] },
		"field of another kind":   func(v *Version) { v.Schema.Fields[1].Kind = features.Category; v.Schema.Fields[1].Special = nil },
		"field not used":          func(v *Version) { v.Schema.Fields[0].Use, v.Schema.Fields[0].Because = features.UseNo, "no" },
		"engagement renamed":      func(v *Version) { v.Schema.Engagement[0].Name = "other" },
		"engagement of another":   func(v *Version) { v.Schema.Engagement[0].Count = []string{"page_view"} },
		"engagement's half-life":  func(v *Version) { v.Schema.Engagement[0].HalfLife.Duration *= 2 },
		"time zone":               func(v *Version) { v.Schema.Format.TimeZone = "Europe/Berlin" },
		"an input less":           func(v *Version) { v.Encoder.Inputs = v.Encoder.Inputs[1:]; v.Encoder.Coders = v.Encoder.Coders[1:] },
		"a level less":            func(v *Version) { v.Encoder.Coders[0].Levels = v.Encoder.Coders[0].Levels[1:] },
		"a bin more":              func(v *Version) { c := &v.Encoder.Coders[1]; c.Cuts = append(c.Cuts, c.Cuts[len(c.Cuts)-1]+1) },
		"cuts out of order":       func(v *Version) { slices.Reverse(v.Encoder.Coders[1].Cuts) },
		"the model has one more":  func(v *Version) { v.Logistic.Bins = append(v.Logistic.Bins, 3) },
		"the model has one less":  func(v *Version) { v.Logistic.Bins = v.Logistic.Bins[:1]; v.Logistic.Terms = v.Logistic.Terms[:1] },
		"no term's input":         func(v *Version) { v.Logistic.Terms[0].Inputs = []int{} },
		"a term's input is none":  func(v *Version) { v.Logistic.Terms[0].Inputs = []int{-1} },
		"a term of other input":   func(v *Version) { v.Logistic.Terms[0].Inputs = []int{1} },
		"a coefficient less":      func(v *Version) { c := &v.Logistic.Terms[0].Coefficients; *c = (*c)[1:] },
		"variance of other rank":  func(v *Version) { v.Logistic.Variance.Rank++ },
		"variance cut":            func(v *Version) { v.Logistic.Variance.Factor = v.Logistic.Variance.Factor[1:] },
		"drift of no input":       func(v *Version) { v.Logistic.Drift.Input = 99 },
		"drift shrinks":           func(v *Version) { v.Logistic.Drift.VariancePerDay = -1 },
		"no reference":            func(v *Version) { v.Reference = Reference{} },
		"reference out of order":  func(v *Version) { slices.Reverse(v.Reference.Probability.Values) },
		"reference beyond 1":      func(v *Version) { v.Reference.Points.Through[0] = 2 },
		"all leads high":          func(v *Version) { v.Reference.HighShare = 1 },
		"bins renamed":            func(v *Version) { v.Encoder.Inputs[0].Name = "x" },
		"an input of another use": func(v *Version) { v.Encoder.Inputs[0].Index = 2 },
	} {
		t.Run(name, func(t *testing.T) {
			v := artifact(t)
			change(v)
			text, err := v.Encode()
			if err != nil {
				t.Fatal(err)
			}
			_, err = DecodeVersion(text)
			mustFail(t, name, err, ErrFormat)
		})
	}
}

// What the parts say alone may be right, and the scores wrong all the same: the golden rows hold them together.
func TestGoldenRowsGuard(t *testing.T) {
	for name, change := range map[string]func(v *Version){
		"none":                    func(v *Version) { v.Golden = nil },
		"log-odds":                func(v *Version) { v.Golden[3].LogOdds += 1e-6 },
		"standard error":          func(v *Version) { v.Golden[3].StandardError *= 1.001 },
		"points":                  func(v *Version) { v.Golden[3].Points++ },
		"too few values":          func(v *Version) { v.Golden[3].Values = nil },
		"intercept moved":         func(v *Version) { v.Logistic.Intercept += 1e-3 },
		"coefficients swapped":    func(v *Version) { c := v.Logistic.Terms[0].Coefficients; c[0], c[1] = c[1], c[0] },
		"a cut moved":             func(v *Version) { c := v.Encoder.Coders[1].Cuts; c[0] = (c[0] + c[1]) / 2 * 1.2 },
		"a level renamed":         func(v *Version) { l := v.Encoder.Coders[0].Levels; l[len(l)-1] += "x" },
		"rules with other points": func(v *Version) { v.Rules = strings.Replace(v.Rules, "points: 20", "points: 19", 1) },
		"variance":                func(v *Version) { v.Logistic.Variance.Constant += 0.01 },
		"events forgotten":        func(v *Version) { v.Golden[goldenRows-2].Events = nil },
	} {
		t.Run(name, func(t *testing.T) {
			v := artifact(t)
			change(v)
			text, err := v.Encode()
			if err != nil {
				t.Fatal(err)
			}
			v, err = DecodeVersion(text)
			if err != nil {
				t.Fatalf("only the golden rows should notice: %v", err)
			}
			_, err = NewScorer(v)
			mustFail(t, name, err, ErrGolden)
		})
	}
	v := artifact(t)
	v.Rules = "version: 1\nname: [not rules"
	if _, err := NewScorer(v); err == nil {
		t.Error("rules that cannot be read make a scorer")
	}
}

// The golden leads are made of cuts and levels: no number, text or time of a lead of the training data is in them.
func TestGoldenLeadsAreMadeUp(t *testing.T) {
	v := artifact(t)
	h := history(t, v.Schema, historyLeads, historyEvents)
	times := map[features.Micros]bool{}
	for i := range h.Table.Len() {
		times[h.Table.Created.At(i)] = true
		for f := range v.Schema.Fields {
			if value := h.Table.Value(i, f); !value.Missing && v.Schema.Fields[f].Kind == features.Date {
				times[value.Time] = true
			}
		}
		var events features.LeadEvents
		h.Events.Of(i, &events)
		for _, event := range events.Times {
			times[event] = true
		}
	}
	allowed := map[string]bool{"": true}
	midway := map[float64]bool{0: true, 1: true} // and what a boolean holds
	for i := range v.Encoder.Coders {
		coder := &v.Encoder.Coders[i]
		for _, level := range coder.Levels {
			allowed[level] = true
		}
		for k := range coder.Cuts {
			midway[exampleNumber(coder.Cuts, k)] = true
		}
		midway[exampleNumber(coder.Cuts, len(coder.Cuts))] = true
	}
	newest := v.Golden[0].AsOf
	for i, g := range v.Golden {
		for f, value := range g.Values {
			field := &v.Schema.Fields[f]
			if !allowed[value.Text] || !midway[value.Number] {
				t.Errorf("golden row %d, %s: %+v is neither a level nor midway between cuts", i, field.Name, value)
			}
			if field.Kind == features.Date && !value.Missing && (newest-value.Time)%features.Day != 0 {
				t.Errorf("golden row %d, %s: %v is not whole days before the newest snapshot", i, field.Name, value.Time.Time())
			}
		}
		for _, event := range g.Events {
			if times[event.Time] {
				t.Errorf("golden row %d has an event of a lead's own time %v", i, event.Time.Time())
			}
		}
	}
	if len(v.Golden) != goldenRows || len(v.Golden[5].Events) == 0 || v.Golden[5].Values[0].Missing {
		t.Errorf("%d golden rows; row 5: %+v", len(v.Golden), v.Golden[5])
	}
	for f, value := range v.Golden[goldenRows-1].Values {
		if !value.Missing {
			t.Errorf("the last golden row has field %d", f)
		}
	}
}

// withPair adds a term of two inputs by hand, as a search for pairs would.
func withPair(t testing.TB, v *Version) *Version {
	t.Helper()
	first, second := 0, 1
	term := logistic.Term{
		Name: v.Encoder.Inputs[first].Name + " × " + v.Encoder.Inputs[second].Name, Inputs: []int{first, second},
		Shape: []int{2, 3}, Coefficients: []float64{0.25, -0.125, 0.0625, -0.5, 0.375, 0.03125}, Lambda: []float64{2}, EDF: 1.5,
	}
	for side, input := range term.Inputs {
		coarse := make([]uint16, v.Encoder.Bins(input))
		for code := range coarse {
			coarse[code] = uint16(code % term.Shape[side])
		}
		term.Coarse = append(term.Coarse, coarse)
	}
	m := v.Logistic
	m.Terms = append(m.Terms, term)
	for range term.Coefficients {
		m.Variance.Factor = append(m.Variance.Factor, make([]float32, m.Variance.Rank)...)
		m.Variance.Diagonal = append(m.Variance.Diagonal, 0.01)
	}
	if err := v.MakeGolden(); err != nil {
		t.Fatal(err)
	}
	text, err := v.Encode()
	if err != nil {
		t.Fatal(err)
	}
	v, err = DecodeVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Whatever becomes of the text: an error, or a version that scores its own golden leads without a panic. The fuzzer puts a
// text in the place of some bytes of a whole file, since it would hardly find a file by itself.
func FuzzDecodeVersion(f *testing.F) {
	text := slimArtifact(f)
	for _, seed := range [][2]string{
		{`"bins": [`, `"bins": [3,`}, {`"inputs": [0]`, `"inputs": []`}, {`"inputs": [0]`, `"inputs": [99]`}, {`"golden": [`, `"golden": [{},`},
		{`"index": 0`, `"index": 7`}, {`"levels": [`, `"levels": ["",`}, {`"cuts": [`, `"cuts": [1e308,`}, {`"values": [`, `"values": [0,`},
		{`"rank": `, `"rank": 1`}, {`"as_of": `, `"as_of": 9`}, {`"Missing": true`, `"Missing": false`}, {`"schema": {`, `"schema": null, "x": {`},
	} {
		at := bytes.Index(text, []byte(seed[0]))
		if at < 0 {
			f.Fatalf("the artifact does not hold %q", seed[0])
		}
		f.Add(uint32(at), uint32(len(seed[0])), seed[1])
	}
	f.Add(uint32(0), uint32(len(text)), "{}")
	f.Fuzz(func(t *testing.T, at, length uint32, instead string) {
		from := int(at) % (len(text) + 1)
		to := min(from+int(length), len(text))
		v, err := DecodeVersion(slices.Concat(text[:from], []byte(instead), text[to:]))
		if err != nil {
			return
		}
		s, err := newUncheckedScorer(v)
		if err != nil {
			return
		}
		for i := range v.Golden {
			if g := &v.Golden[i]; len(g.Values) == len(v.Schema.Fields) {
				if logOdds, _, _ := s.goldenFigures(g); math.IsNaN(logOdds) {
					t.Errorf("golden row %d scores NaN", i)
				}
			}
		}
		_ = s.checkGolden()
	})
}

// slimArtifact is the artifact with short distributions, so that a fuzzer changes what matters.
func slimArtifact(t testing.TB) []byte {
	v := artifact(t)
	for _, d := range []*[]float64{
		&v.Reference.Probability.Values, &v.Reference.Probability.Below, &v.Reference.Probability.Through,
		&v.Reference.Points.Values, &v.Reference.Points.Below, &v.Reference.Points.Through,
	} {
		*d = (*d)[:2]
	}
	v.Validation = Validation{}
	text, err := v.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return text
}
