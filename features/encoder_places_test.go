package features

import "testing"

// TestCodeIn: the same encoder gives every code back, and another one the code of the same value.
func TestCodeIn(t *testing.T) {
	input := []Input{{Name: "n", Source: FromField, Kind: Number, Ordered: true}, {Name: "c", Source: FromField, Index: 1, Kind: Category}}
	a := &Encoder{Inputs: input, Coders: []Coder{
		{Cuts: []float64{1, 2, 4}, Special: []float64{99}, Min: 0, Max: 10},
		{Levels: []string{"x", "y"}},
	}}
	b := &Encoder{Inputs: input, Coders: []Coder{
		{Cuts: []float64{2.5}, Special: []float64{5, 99}, Min: 0, Max: 10},
		{Levels: []string{"w", "y"}},
	}}
	for _, e := range []*Encoder{a, b} {
		if err := e.Validate(); err != nil {
			t.Fatal(err)
		}
		for i := range input {
			for code := range e.Bins(i) {
				if got := e.CodeIn(e, i, uint16(code)); got != code {
					t.Errorf("input %d: code %d becomes %d in the same encoder", i, code, got)
				}
			}
		}
	}
	for _, c := range []struct {
		input int
		want  []int // by code of a
	}{
		{0, []int{0, 0, 1, 1, 3, 4}}, // bins with middles 0.5, 1.5, 3, 7; special 99; missing
		{1, []int{-1, 1, 2, 3}},      // x unknown, y, other, missing
	} {
		for code, want := range c.want {
			if got := a.CodeIn(b, c.input, uint16(code)); got != want {
				t.Errorf("input %d: CodeIn(%d) = %d, want %d", c.input, code, got, want)
			}
		}
	}
}
