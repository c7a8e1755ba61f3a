package source

import (
	"path/filepath"
	"testing"

	"github.com/parquet-go/parquet-go/format"
)

// Booleans in runs, as pyarrow writes them, are those that were written; testdata/make_fixtures.py has the formulas.
func TestRunsOfBooleans(t *testing.T) {
	paths, err := filepath.Glob("testdata/booleans_*.parquet")
	if err != nil || len(paths) != 3 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		got, err := readAll(t, Options{BatchRows: 77}, path)
		if err != nil || got.rows == nil || len(got.rows) != 1000 {
			t.Fatalf("%s: %v", path, err)
		}
		text := map[bool]string{false: "false", true: "true"}
		wrong := 0
		for i, row := range got.values() {
			want := []string{text[i/13%2 == 0], "true", text[i/37%3 == 0], text[i*i%7 < 3 || i/100%2 == 0]}
			if i%11 == 0 {
				want[2] = null
			}
			for c := range want {
				if row[c] != want[c] {
					wrong++
				}
			}
		}
		if wrong > 0 {
			t.Errorf("%s: %d of 4000 values are not as written", path, wrong)
		}
	}
}

// Damaged runs are an error, never a value or a panic.
func TestDamagedRunsOfBooleans(t *testing.T) {
	for name, runs := range map[string][]byte{
		"nothing": nil, "no value": {4}, "too few packed": {5, 1}, "endless head": {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1}, "too short": {4, 1},
	} {
		if err := eachBit(runs, 10, func(int, byte) {}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	huge := []byte{0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 1} // a run of 2^63 − 1
	seen := 0
	if err := eachBit(huge, 10, func(_ int, bit byte) { seen += int(bit) }); err != nil || seen != 10 {
		t.Errorf("a run longer than the page: %d, %v", seen, err)
	}
	for _, body := range [][]byte{nil, {1, 0, 0}, {5, 0, 0, 0, 1}, {0xff, 0xff, 0xff, 0xff, 1}} {
		if _, _, err := prefixed(body); err == nil {
			t.Errorf("%v: no error", body)
		}
	}
}

// A page without a value needs no bytes of values, and one with a value does.
func TestRunsOfNoBooleans(t *testing.T) {
	for levels, wrong := range map[byte]bool{0: false, 1: true} {
		page := &booleanPage{rows: 3, levels: []byte{0, levels, 0}}
		if err := page.decode(format.RLE, nil); (err != nil) != wrong {
			t.Errorf("a page with %d values: %v", levels, err)
		}
	}
}
