package models

import (
	"math"
	"slices"
	"strings"
	"testing"

	"leadscore/features"
	"leadscore/models/logistic"
)

func TestDiffOfEqual(t *testing.T) {
	d := DiffVersions(artifact(t), artifact(t))
	if len(d.Terms)+len(d.Inputs)+len(d.Rules)+len(d.Schema) != 0 || d.Equal != len(artifact(t).Logistic.Terms) {
		t.Errorf("a version differs from itself: %+v", d)
	}
}

// ordered finds a term of one number input with at least three bins.
func ordered(t *testing.T, v *Version) (term, input int) {
	t.Helper()
	for i, one := range v.Logistic.Terms {
		if in := one.Inputs[0]; len(one.Inputs) == 1 && v.Encoder.Inputs[in].Ordered && len(v.Encoder.Coders[in].Cuts) >= 2 {
			return i, in
		}
	}
	t.Fatal("no number among the artifact's inputs")
	return 0, 0
}

// Every kind of change is found, at its place and with its size.
func TestDiffFinds(t *testing.T) {
	t.Run("a coefficient", func(t *testing.T) {
		before, after := artifact(t), artifact(t)
		at, input := ordered(t, after)
		term := &after.Logistic.Terms[at]
		was := term.Coefficients[1]
		term.Coefficients[1] -= 0.75
		term.Coefficients[2] += 0.5
		d := DiffVersions(before, after)
		if len(d.Terms) != 1 || len(d.Inputs) != 0 {
			t.Fatalf("changes %+v", d.Terms)
		}
		c := d.Terms[0]
		if c.Term != term.Name || c.Change != Changed || math.Abs(c.Largest+0.75) > 1e-12 || c.Where != after.Encoder.Label(input, 1) ||
			c.There != [2]float64{was, was - 0.75} {
			t.Errorf("change %+v", c)
		}
	})
	t.Run("a bin divided in two", func(t *testing.T) {
		before, after := artifact(t), artifact(t)
		at, input := ordered(t, after)
		cuts := after.Encoder.Coders[input].Cuts
		after.Encoder.Coders[input].Cuts = slices.Insert(slices.Clone(cuts), 1, (cuts[0]+cuts[1])/2)
		term := &after.Logistic.Terms[at]
		term.Coefficients = slices.Insert(slices.Clone(term.Coefficients), 1, term.Coefficients[1])
		d := DiffVersions(before, after)
		if len(d.Terms) != 0 {
			t.Errorf("the same function in finer bins: %+v", d.Terms)
		}
		if len(d.Inputs) != 1 || d.Inputs[0].Bins[1] != d.Inputs[0].Bins[0]+1 {
			t.Errorf("inputs %+v", d.Inputs)
		}
		term.Coefficients[1] += 0.25 // the lower half alone
		d = DiffVersions(before, after)
		if len(d.Terms) != 1 || math.Abs(d.Terms[0].Largest-0.25) > 1e-12 || d.Terms[0].Where != after.Encoder.Label(input, 1) {
			t.Errorf("change %+v", d.Terms)
		}
	})
	t.Run("a level that came", func(t *testing.T) {
		before, after := artifact(t), artifact(t)
		at := slices.IndexFunc(after.Logistic.Terms, func(term logistic.Term) bool {
			in := term.Inputs[0]
			return len(term.Inputs) == 1 && after.Encoder.Inputs[in].Source == features.FromField && len(after.Encoder.Coders[in].Levels) > 1
		})
		term := &after.Logistic.Terms[at]
		coder := &after.Encoder.Coders[term.Inputs[0]]
		unseen := term.Coefficients[len(coder.Levels)]
		coder.Levels = append(slices.Clone(coder.Levels), "zzz")
		term.Coefficients = slices.Insert(slices.Clone(term.Coefficients), len(coder.Levels)-1, unseen+2)
		d := DiffVersions(before, after)
		if len(d.Terms) != 1 || d.Terms[0].Where != "zzz" || math.Abs(d.Terms[0].Largest-2) > 1e-12 || d.Terms[0].There[0] != unseen {
			t.Errorf("change %+v", d.Terms)
		}
		if len(d.Inputs) != 1 || !slices.Equal(d.Inputs[0].Added, []string{"zzz"}) {
			t.Errorf("inputs %+v", d.Inputs)
		}
	})
	t.Run("terms that came and went", func(t *testing.T) {
		before, after := artifact(t), artifact(t)
		gone := before.Logistic.Terms[0].Name
		after.Logistic.Terms = after.Logistic.Terms[1:]
		most := 0.0
		for _, c := range before.Logistic.Terms[0].Coefficients {
			most = math.Max(most, math.Abs(c))
		}
		for change, d := range map[string]*Diff{Removed: DiffVersions(before, after), Added: DiffVersions(after, before)} {
			if len(d.Terms) != 1 || d.Terms[0].Term != gone || d.Terms[0].Change != change || math.Abs(d.Terms[0].Largest) != most {
				t.Errorf("%s: %+v, want %s by %v", change, d.Terms, gone, most)
			}
		}
	})
	t.Run("rules", func(t *testing.T) {
		before, after := artifact(t), artifact(t)
		lines := strings.SplitAfter(before.Rules, "\n")
		after.Rules = lines[0] + "# new\n" + strings.Join(lines[2:], "")
		d := DiffVersions(before, after)
		if len(d.Rules) != 2 || d.Rules[0].Added || d.Rules[0].Line != 2 || !d.Rules[1].Added || d.Rules[1].Text != "# new" {
			t.Errorf("rules %+v", d.Rules)
		}
	})
}

// Each word of the schema that says something else is found under what it is said of, and nothing else is.
func TestDiffSchemas(t *testing.T) {
	before, after := artifact(t), artifact(t)
	number := slices.IndexFunc(after.Schema.Fields, func(f features.Field) bool { return f.Kind == features.Number && f.Used() })
	if number < 0 || len(after.Schema.Engagement) == 0 || after.Schema.Recency != nil || after.Schema.Segments != nil {
		t.Fatal("the artifact's schema is another one than this test was written for")
	}
	half, _ := features.ParseDuration("365d")
	span, _ := features.ParseDuration("9d")
	s := *after.Schema
	s.Fields, s.Engagement = slices.Clone(s.Fields), slices.Clone(s.Engagement)
	s.Fields[number].Monotone = features.Up
	s.Recency, s.Segments = &features.Recency{HalfLife: half}, &features.Segments{By: "country"}
	s.Lead.Weight = "weight"
	figure := s.Engagement[0].Name
	was := before.Schema.Engagement[0].HalfLife
	s.Engagement[0].HalfLife = features.HalfLife{Duration: span} // learned: the schema had said auto
	after.Training.HalfLives = []HalfLife{{Figure: figure, Days: 9}}
	s.Fields = append(s.Fields, features.Field{Name: "seats", Kind: features.Number, Use: features.UseNo, Because: "new"})
	after.Schema = &s
	auto := SchemaChange{Of: "engagement " + figure, Word: "half_life", Change: Added, After: "auto"}
	if !was.IsZero() {
		auto.Change, auto.Before = Changed, was.String()
	}
	want := []SchemaChange{
		{Of: "schema", Word: "lead.weight", Change: Added, After: "weight"},
		{Of: "schema", Word: "recency.half_life", Change: Added, After: "365d"},
		{Of: "schema", Word: "segments.by", Change: Added, After: "country"},
		{Of: "field " + s.Fields[number].Name, Word: "monotone", Change: Added, After: "up"},
		{Of: "field seats", Change: Added, After: "because: new, kind: number, use: no"},
		auto,
	}
	if got := DiffVersions(before, after).Schema; !slices.Equal(got, want) {
		t.Errorf("changes\n%+v\nwant\n%+v", got, want)
	}
	back := DiffVersions(after, before).Schema
	for i := range want {
		want[i].Before, want[i].After = want[i].After, want[i].Before
		switch want[i].Change {
		case Added:
			want[i].Change = Removed
		case Removed:
			want[i].Change = Added
		}
	}
	for _, c := range want {
		if !slices.Contains(back, c) {
			t.Errorf("the way back lacks %+v; it has %+v", c, back)
		}
	}
	if len(back) != len(want) {
		t.Errorf("%d changes on the way back, want %d", len(back), len(want))
	}
}

// Taking the lines out and putting the others in makes one text of the other.
func FuzzDiffLines(f *testing.F) {
	f.Add("a\nb\nc\n", "a\nc\nd\n")
	f.Add("", "x")
	f.Add("a\na\nb", "b\na\na")
	f.Fuzz(func(t *testing.T, before, after string) {
		if strings.Count(before, "\n") > 200 || strings.Count(after, "\n") > 200 {
			return // long texts cost the square of their lines
		}
		lines := strings.Split(strings.TrimSuffix(before, "\n"), "\n")
		changes := diffLines(before, after)
		shift := 0
		for _, c := range changes {
			if c.Added {
				lines = slices.Insert(lines, c.Line-1, c.Text)
				shift++
				continue
			}
			at := c.Line - 1 + shift
			if lines[at] != c.Text {
				t.Fatalf("line %d is %q, not %q", c.Line, lines[at], c.Text)
			}
			lines = slices.Delete(lines, at, at+1)
			shift--
		}
		if got := strings.Join(lines, "\n"); got != strings.TrimSuffix(after, "\n") {
			t.Errorf("the changes make %q of %q, not %q", got, before, after)
		}
	})
}
