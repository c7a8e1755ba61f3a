package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// table is a whole table in memory, as text, for comparisons.
type table struct {
	columns []ColumnInfo
	rows    [][]string
	null    [][]bool
	places  []string
}

// readAll reads files to the end.
func readAll(t testing.TB, options Options, paths ...string) (*table, error) {
	t.Helper()
	r, err := Open(paths, options)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	got := &table{columns: r.Columns()}
	for {
		batch, err := r.Next(context.Background())
		if errors.Is(err, io.EOF) {
			return got, nil
		}
		if err != nil {
			return got, err
		}
		got.add(batch)
	}
}

func (got *table) add(batch *Batch) {
	for row := range batch.Rows {
		texts, nulls := []string{}, []bool{}
		for i := range batch.Columns {
			texts = append(texts, strings.Clone(batch.Columns[i].TextAt(row)))
			nulls = append(nulls, batch.Columns[i].Null[row])
		}
		got.rows = append(got.rows, texts)
		got.null = append(got.null, nulls)
		got.places = append(got.places, batch.Position(row))
	}
}

// sample makes a table with every kind of column and awkward values.
func sample(seed uint64, rows int) []Column {
	random := rand.New(rand.NewPCG(seed, 1))
	words := []string{"plain", "with, comma", "semi;colon", "tab\there", `quote "inside"`, "two\nlines", "win\r\nlines", " blanks ", "Zürich", "日本", "=1+1", `"`, `""`, "a|b", "x\n\"y\"\n"}
	columns := []Column{
		{ColumnInfo: ColumnInfo{Name: "id", Kind: Text}},
		{ColumnInfo: ColumnInfo{Name: "word, and more", Kind: Text}},
		{ColumnInfo: ColumnInfo{Name: "count", Kind: Number, Whole: true}},
		{ColumnInfo: ColumnInfo{Name: "amount", Kind: Number}},
		{ColumnInfo: ColumnInfo{Name: "flag", Kind: Boolean}},
		{ColumnInfo: ColumnInfo{Name: "at", Kind: Time}},
		{ColumnInfo: ColumnInfo{Name: "day", Kind: Time, DateOnly: true}},
	}
	for i := range columns {
		for range rows {
			columns[i].Null = append(columns[i].Null, i > 0 && random.IntN(4) == 0)
		}
	}
	for i := range rows {
		columns[0].Text = append(columns[0].Text, fmt.Sprintf("lead-%d", i))
		columns[1].Text = append(columns[1].Text, words[random.IntN(len(words))])
		columns[2].Integers = append(columns[2].Integers, int64(random.Uint64()))
		columns[3].Numbers = append(columns[3].Numbers, math.Ldexp(random.NormFloat64(), random.IntN(200)-100))
		columns[4].Booleans = append(columns[4].Booleans, random.IntN(2) == 0)
		columns[5].Times = append(columns[5].Times, random.Int64N(4e15)-1e15)
		columns[6].Times = append(columns[6].Times, (random.Int64N(40000)-10000)*microsPerDay)
	}
	return columns
}

func writeTable(t testing.TB, path string, columns []Column, pieces ...int) {
	t.Helper()
	infos := make([]ColumnInfo, len(columns))
	for i := range columns {
		infos[i] = columns[i].ColumnInfo
	}
	w, err := Create(path, infos)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Discard()
	from := 0
	for _, rows := range pieces {
		part := make([]Column, len(columns))
		for i := range columns {
			part[i] = columns[i].from(from)
		}
		if err := w.Write(part, rows); err != nil {
			t.Fatal(err)
		}
		from += rows
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
}

// from is the column without its first rows.
func (c Column) from(row int) Column {
	c.Null = after(c.Null, row)
	c.Text, c.Codes, c.Numbers = after(c.Text, row), after(c.Codes, row), after(c.Numbers, row)
	c.Integers, c.Booleans, c.Times = after(c.Integers, row), after(c.Booleans, row), after(c.Times, row)
	return c
}

func after[T any](values []T, n int) []T {
	if values == nil {
		return nil
	}
	return values[n:]
}

// TestRoundTrip writes random tables in each format, reads them back, and compares every value with what was
// written: so CSV and Parquet of the same data also give the same.
func TestRoundTrip(t *testing.T) {
	for seed := range uint64(6) {
		for _, name := range []string{"a.csv", "a.csv.gz", "a.csv.zst", "a.tsv", "a.parquet"} {
			t.Run(fmt.Sprintf("%s/%d", name, seed), func(t *testing.T) {
				rows := 1 + int(seed)*int(seed)*700
				columns := sample(seed, rows)
				path := filepath.Join(t.TempDir(), name)
				writeTable(t, path, columns, rows/3, rows-rows/3)
				got, err := readAll(t, Options{BatchRows: 1000}, path)
				if err != nil {
					t.Fatal(err)
				}
				if len(got.rows) != rows {
					t.Fatalf("%d rows, want %d", len(got.rows), rows)
				}
				for i := range columns {
					for row := range rows {
						want := columns[i].TextAt(row)
						if got.rows[row][i] != want || got.null[row][i] != columns[i].Null[row] {
							t.Fatalf("row %d, column %s: %q (null %v), want %q (null %v)", row, columns[i].Name,
								got.rows[row][i], got.null[row][i], want, columns[i].Null[row])
						}
					}
				}
			})
		}
	}
}

// TestOnlyWholeTables checks that a table that was not committed leaves nothing, and that the old one stays.
func TestOnlyWholeTables(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "scores.csv")
	if err := os.WriteFile(path, []byte("old\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := Create(path, []ColumnInfo{{Name: "x", Kind: Number}})
	if err != nil {
		t.Fatal(err)
	}
	bad := []Column{{ColumnInfo: ColumnInfo{Name: "x", Kind: Number}, Numbers: []float64{1, math.NaN()}}}
	err = w.Write(bad, 2)
	if err == nil || !strings.Contains(err.Error(), "row 2: column x: NaN is not a finite number") {
		t.Errorf("Write of NaN = %v", err)
	}
	if err := w.Commit(); err == nil {
		t.Error("Commit after a failed Write succeeds")
	}
	if err := w.Discard(); err != nil {
		t.Error(err)
	}
	entries, _ := os.ReadDir(folder)
	content, _ := os.ReadFile(path)
	if len(entries) != 1 || string(content) != "old\n1\n" {
		t.Errorf("the folder holds %v, the file %q", entries, content)
	}
}
