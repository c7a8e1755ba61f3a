package source

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// TestBadParquetValues writes values that the format allows and a table of leads does not: each is told with its
// row, also behind rows without a value.
func TestBadParquetValues(t *testing.T) {
	raw := parquet.Leaf(parquet.ByteArrayType)
	path := filepath.Join(t.TempDir(), "a.parquet")
	long := strings.Repeat("x", maxCellBytes+1)
	const day = 24 * int64(3600) * 1_000_000
	writeValues(t, path, []parquet.Field{
		&namedNode{parquet.Optional(raw), "raw"},
		&namedNode{parquet.Optional(parquet.Encoded(raw, &parquet.RLEDictionary)), "coded"},
		&namedNode{parquet.Optional(parquet.Timestamp(parquet.Millisecond)), "millis"},
		&namedNode{parquet.Optional(parquet.Time(parquet.Microsecond)), "clock"},
	}, [][]any{
		{"fine", "fine", int64(0), day},
		{nil, nil, nil, nil},
		{"\xff\xfe", nil, int64(math.MaxInt64), day + 1},
		{nil, nil, nil, nil},
		{long, "\xff\xfe", int64(0), int64(0)},
	})
	_, err := readAll(t, Options{}, path)
	var faults *FaultsError
	if !errors.As(err, &faults) {
		t.Fatal(err)
	}
	want := strings.ReplaceAll(`FILE: row 3: column raw: "\xff\xfe" is not UTF-8 text
FILE: row 5: column raw: a value of 1048577 bytes; at most 1048576 are read
FILE: row 5: column coded: "\xff\xfe" is not UTF-8 text
FILE: row 3: column millis: the time 9223372036854775807 ms after 1970 is out of range
FILE: row 3: column clock: the time of day 86400000001 is not within a day`, "FILE", path)
	if err.Error() != want || faults.Total != 5 {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	kept, err := Open([]string{path}, Options{KeepBadRows: true})
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	batch, err := kept.Next(t.Context())
	if err != nil || batch.Rows != 5 || len(batch.Faults) != 5 {
		t.Fatalf("keeping bad rows: %+v, %v", batch, err)
	}
	for i, row := range []int{2, 4, 4, 2, 2} { // of raw, raw, coded, millis and clock
		if batch.Faults[i].Row != row {
			t.Errorf("fault %d is of row %d, want %d: %+v", i, batch.Faults[i].Row, row, batch.Faults[i])
		}
	}
	got, err := readAll(t, Options{Columns: []string{"clock"}, BatchRows: 2}, path)
	if err == nil || len(got.rows) != 2 || got.rows[0][0] != "24:00:00" {
		t.Errorf("column clock alone: %v, %v", got, err)
	}
}

// writeValues writes rows with the library alone; nil is a missing value.
func writeValues(t *testing.T, path string, fields []parquet.Field, rows [][]any) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := parquet.NewGenericWriter[any](f, parquet.NewSchema("table", &orderedGroup{fields: fields}))
	for _, cells := range rows {
		var row parquet.Row
		for i, cell := range cells {
			value := parquet.ValueOf(cell).Level(0, 1, i)
			if cell == nil {
				value = parquet.NullValue().Level(0, 0, i)
			}
			row = append(row, value)
		}
		if _, err := w.WriteRows([]parquet.Row{row}); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestRepeated checks a list without the usual groups around it, as old writers made them.
func TestRepeated(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.parquet")
	type row struct {
		ID   string   `parquet:"id"`
		Tags []string `parquet:"tags"`
	}
	if err := parquet.WriteFile(path, []row{{"a", []string{"x", "y"}}, {"b", nil}}); err != nil {
		t.Fatal(err)
	}
	got, err := readAll(t, Options{}, path)
	if err != nil {
		t.Fatal(err)
	}
	compareRows(t, got.values(), [][]string{{"a"}, {"b"}})
	if last := got.columns[1]; last.Name != "tags" || last.Kind != Unsupported || !strings.Contains(last.Reason, "list") {
		t.Errorf("column %+v", last)
	}
}

// TestOverwrite checks that a committed table takes the old one's place, alone.
func TestOverwrite(t *testing.T) {
	folder := t.TempDir()
	for _, value := range []string{"old", "new"} {
		writeTable(t, filepath.Join(folder, "a.csv"), []Column{{ColumnInfo: ColumnInfo{Name: "x", Kind: Text}, Text: []string{value}}}, 1)
	}
	content, err := os.ReadFile(filepath.Join(folder, "a.csv"))
	if err != nil || string(content) != "x\nnew\n" {
		t.Errorf("%q, %v", content, err)
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 1 {
		t.Errorf("the folder holds %v", entries)
	}
}
