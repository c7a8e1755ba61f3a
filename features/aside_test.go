package features

import (
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// asideTable is a table of all kinds of columns, of some full blocks and a rest.
func asideTable() (*Table, func() []uint64) {
	const n = 70*blockRows + 17 // codes of 70 blocks of 16 bits take more than one slab
	r := rand.New(rand.NewPCG(5, 6))
	numbers, wide, codes, times := make([]float64, n), make([]float64, n), make([]uint32, n), make([]Micros, n)
	for i := range n {
		numbers[i], wide[i] = numberKinds["cents"](r), r.NormFloat64()
		codes[i], times[i] = uint32(r.IntN(1<<16)), Micros(r.Int64N(1<<40))
		if r.IntN(10) == 0 {
			numbers[i], times[i] = math.NaN(), NoTime
		}
	}
	one := make([]float64, n) // of no bits
	t := &Table{Created: TimesOf(times), DealValue: NumbersOf(one), Columns: []Column{
		{Numbers: NumbersOf(numbers)}, {Codes: PlacesOf(codes)}, {Numbers: NumbersOf(wide)}, {}, {Times: TimesOf(times)}}}
	return t, func() (all []uint64) {
		for i := range n {
			all = append(all, math.Float64bits(numbers[i])^math.Float64bits(t.Columns[0].Numbers.At(i)), math.Float64bits(wide[i])^math.Float64bits(t.Columns[2].Numbers.At(i)),
				uint64(codes[i]^t.Columns[1].Codes.At(i)), uint64(times[i]^t.Created.At(i)), uint64(times[i]^t.Columns[4].Times.At(i)), math.Float64bits(t.DealValue.At(i)))
		}
		return all
	}
}

func TestSetAside(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	table, differences := asideTable()
	fault := errors.New("of do")
	for turn, want := range []error{nil, fault, nil} {
		copied := *table
		got := table.setAside(1, func() error {
			for i, p := range copied.packed() {
				for k := range p.blocks {
					if p.blocks[k].codes != nil {
						t.Fatalf("turn %d: column %d is still in memory", turn, i)
					}
				}
			}
			return want
		})
		if !errors.Is(got, want) {
			t.Fatalf("turn %d: %v, want %v", turn, got, want)
		}
		for _, d := range differences() {
			if d != 0 {
				t.Fatalf("turn %d: other values than before", turn)
			}
		}
	}
	if left, err := os.ReadDir(os.TempDir()); runtime.GOOS != "windows" && (err != nil || len(left) > 0) {
		t.Errorf("%v is left of temporary files, %v", left, err)
	}
	table.aside.file.Close()
	if err := table.setAside(1, func() error { return nil }); err == nil {
		t.Error("no error of columns that cannot be read again")
	}
}

// Small columns stay, and so do those that no temporary file takes.
func TestSetAsideStays(t *testing.T) {
	table, differences := asideTable()
	looks := func() error {
		for _, d := range differences() {
			if d != 0 {
				return errors.New("other values")
			}
		}
		return nil
	}
	if err := table.SetAside(looks); err != nil || table.aside != nil {
		t.Errorf("small columns: %v", err)
	}
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "absent"))
	if err := table.setAside(1, looks); err != nil {
		t.Errorf("without a folder for temporary files: %v", err)
	}
}
