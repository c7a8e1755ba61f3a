package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fixture is a file that pyarrow made; testdata/make_fixtures.py says how.
func fixture(name string) string { return filepath.Join("testdata", name) }

// null stands for a missing value in an expected table.
const null = "<null>"

// values is the table as text, with missing values shown.
func (got *table) values() [][]string {
	rows := [][]string{}
	for row := range got.rows {
		cells := slices.Clone(got.rows[row])
		for i := range cells {
			if got.null[row][i] {
				cells[i] = null
			}
		}
		rows = append(rows, cells)
	}
	return rows
}

func compareRows(t *testing.T, got, want [][]string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
	for row := range want {
		if !slices.Equal(got[row], want[row]) {
			t.Errorf("row %d:\n got %q\nwant %q", row+1, got[row], want[row])
		}
	}
}

var plainRows = [][]string{
	{"blue", "1", "1.5", "true", "2024-02-29T12:30:15.123Z", "2024-02-29", "12.34"},
	{"red", "-2", "-0.25", "false", "1969-12-31T23:59:59.999Z", "1969-12-31", "-0.01"},
	{null, null, null, null, null, null, null},
	{"blue", "9007199254740993", "1e+300", "true", "1970-01-01T00:00:00Z", "1970-01-01", "99999.99"},
	{`grün, "dark"`, "0", "0.1", "true", "2262-04-11T00:00:00Z", "2262-04-11", "0"},
	{"", "7", "3", "false", "1700-01-01T00:00:00Z", "1700-01-01", "7.1"},
}

// TestSameRowsHoweverStored reads one table in every encoding, compression and page version that pyarrow offers.
func TestSameRowsHoweverStored(t *testing.T) {
	paths, err := filepath.Glob("testdata/plain*.parquet")
	if err != nil || len(paths) != 13 {
		t.Fatalf("%d fixtures, want 13; %v", len(paths), err)
	}
	for _, path := range paths {
		for _, batchRows := range []int{0, 1, 4} {
			t.Run(fmt.Sprintf("%s/%d", filepath.Base(path), batchRows), func(t *testing.T) {
				got, err := readAll(t, Options{BatchRows: batchRows}, path)
				if err != nil {
					t.Fatal(err)
				}
				compareRows(t, got.values(), plainRows)
				if want := path + ": row 4"; got.places[3] != want {
					t.Errorf("Position = %s, want %s", got.places[3], want)
				}
				kinds := []Kind{Text, Number, Number, Boolean, Time, Time, Number}
				for i, column := range got.columns {
					if column.Kind != kinds[i] {
						t.Errorf("column %s is %s, want %s", column.Name, column.Kind, kinds[i])
					}
				}
			})
		}
	}
}

// TestParquetTypes reads the types beyond the usual ones.
func TestParquetTypes(t *testing.T) {
	for _, test := range []struct {
		name  string
		names string
		rows  [][]string
	}{
		{"small_ints.parquet", "int8 int16 int32 int64 uint8 uint16 uint32 uint64 float", [][]string{
			{"127", "32767", "2147483647", "9223372036854775807", "255", "65535", "4294967295", "18446744073709551615", "0.5"},
			{"-128", "-32768", "-2147483648", "-9223372036854775808", "0", "0", "0", "0", "-1.25"},
			{null, null, null, null, null, null, null, null, null},
		}},
		{"odd_types.parquet", "ms us ns local clock_ms clock_us clock_ns big huge uuid bytes none large dictionary", [][]string{
			{"2024-02-29T12:30:15.123Z", "2024-02-29T12:30:15.123Z", "2024-02-29T12:30:15.123Z", "2024-02-29T12:30:15.123456Z",
				"09:30:00", "09:30:00", "09:30:00", "1.2345678901234568e+25", "1.2345678901234568e+25",
				"00112233-4455-6677-8899-aabbccddeeff", "raw", null, "a", "x"},
			{"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59Z",
				"23:59:59.999", "23:59:59.999999", "23:59:59.999999", "-0.001", "-0.001",
				"00000000-0000-0000-0000-000000000000", "", null, "b", "y"},
			slices.Repeat([]string{null}, 14),
		}},
		{"pandas_categories.parquet", "text whole real flag", [][]string{
			{"blue", "1", "1.5", "true"}, {"red", "-2", "-0.25", "false"}, {null, null, null, null},
			{"blue", "9007199254740993", "1e+300", "true"}, {`grün, "dark"`, "0", "0.1", "true"}, {"", "7", "3", "false"},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := readAll(t, Options{Columns: strings.Fields(test.names)}, fixture(test.name))
			if err != nil {
				t.Fatal(err)
			}
			compareRows(t, got.values(), test.rows)
		})
	}
}

// TestDictionary checks that a dictionary's codes come through, that a missing value needs no level, and that a
// writer's change from dictionary to plain text within a row group loses nothing.
func TestDictionary(t *testing.T) {
	r, err := Open([]string{fixture("fallback.parquet")}, Options{BatchRows: 70})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	row, coded, plain := 0, 0, 0
	for {
		batch, err := r.Next(context.Background())
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		id, kind := &batch.Columns[0], &batch.Columns[1]
		if kind.Codes == nil || len(kind.Levels) != 5 {
			t.Fatalf("column kind: codes %v, %d levels, want 5", kind.Codes != nil, len(kind.Levels))
		}
		if id.Codes != nil {
			coded++
		} else {
			plain++
		}
		for i := range batch.Rows {
			if id.TextAt(i) != fmt.Sprintf("lead-%05d", row) || kind.TextAt(i) != fmt.Sprintf("k%d", row%5) {
				t.Fatalf("row %d: %s, %s", row+1, id.TextAt(i), kind.TextAt(i))
			}
			row++
		}
	}
	if row != 4000 || coded == 0 || plain == 0 {
		t.Errorf("%d rows, %d batches with codes and %d without; want 4000 and some of each", row, coded, plain)
	}
}

// TestLevelsVersion checks that a change of dictionary shows: two row groups have two, another file a third.
func TestLevelsVersion(t *testing.T) {
	path := filepath.Join(t.TempDir(), "two.parquet")
	other := filepath.Join(t.TempDir(), "other.parquet")
	const rows = rowGroupRows + 10
	column := Column{ColumnInfo: ColumnInfo{Name: "x", Kind: Text}}
	for i := range rows {
		column.Text = append(column.Text, fmt.Sprint("group ", i/rowGroupRows, " value ", i%3))
	}
	writeTable(t, path, []Column{column}, rows)
	more := Column{ColumnInfo: column.ColumnInfo, Text: []string{"other", "file"}}
	writeTable(t, other, []Column{more}, 2)
	column.Text = append(column.Text, more.Text...)
	r, err := Open([]string{path, other}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	versions, before, total := 0, -1, 0
	var levels []string
	for {
		batch, err := r.Next(context.Background())
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got := batch.Columns[0]
		if got.LevelsVersion != before {
			versions, before, levels = versions+1, got.LevelsVersion, slices.Clone(got.Levels)
		} else if !slices.Equal(levels, got.Levels) {
			t.Fatalf("levels changed from %q to %q under version %d", levels, got.Levels, before)
		}
		for i := range batch.Rows {
			if got.TextAt(i) != column.Text[total+i] {
				t.Fatalf("row %d: %q, want %q", total+i+1, got.TextAt(i), column.Text[total+i])
			}
		}
		total += batch.Rows
	}
	if versions != 3 || total != rows+2 {
		t.Errorf("%d versions, %d rows; want 3, %d", versions, total, rows+2)
	}
}

// TestNested checks that nested columns are told of, left out, and refused by name.
func TestNested(t *testing.T) {
	r, err := Open([]string{fixture("nested.parquet")}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var readable, refused []string
	for _, column := range r.Columns() {
		if column.Kind == Unsupported {
			refused = append(refused, column.Name)
			if column.Reason == "" {
				t.Errorf("column %s: no reason", column.Name)
			}
			continue
		}
		readable = append(readable, column.Name)
	}
	if !slices.Equal(readable, []string{"id", "amount"}) || !slices.Equal(refused, []string{"tags", "address", "scores", "fixed"}) {
		t.Errorf("readable %q, refused %q", readable, refused)
	}
	batch, err := r.Next(context.Background())
	if err != nil || len(batch.Columns) != 2 || batch.Columns[0].TextAt(1) != "b" || batch.Columns[1].Numbers[1] != 2 {
		t.Errorf("Next = %+v, %v", batch, err)
	}
	_, err = Open([]string{fixture("nested.parquet")}, Options{Columns: []string{"id", "tags"}})
	if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "column tags") {
		t.Errorf("Open for a list column = %v", err)
	}
}

// TestBadParquet has a case for each way in which a Parquet file is not one.
func TestBadParquet(t *testing.T) {
	good, err := os.ReadFile(fixture("plain.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, file string
		content    []byte
		options    Options
		want       error
		says       string
	}{
		{"truncated", "a.parquet", good[:len(good)-20], Options{}, ErrNotATable, "truncated"},
		{"only its first bytes", "a.parquet", good[:6], Options{}, ErrNotATable, "truncated"},
		{"text", "a.parquet", []byte("a,b\n1,2\n"), Options{}, ErrNotATable, "does not begin with PAR1"},
		{"empty", "a.parquet", nil, Options{}, ErrEmptyFile, "empty"},
		{"named csv", "a.csv", good, Options{}, ErrNotATable, "rename it to .parquet"},
		{"compressed outside", "a.parquet.gz", []byte("\x1f\x8b123456"), Options{}, ErrNotATable, "unpack it first"},
		{"encrypted", "a.parquet", []byte("PARE" + strings.Repeat("x", 20) + "PARE"), Options{}, ErrNotATable, "encrypted"},
		{"footer too long", "a.parquet", []byte("PAR1xxxx\xff\xff\xff\x7fPAR1"), Options{}, ErrNotATable, "a footer of 2147483647 bytes"},
		{"list too long", "a.parquet", []byte("PAR1\x19\xfc\xff\xff\xff\xff\x07\x06\x00\x00\x00PAR1"), Options{}, ErrNotATable, "damaged"},
		{"no such column", "a.parquet", good, Options{Columns: []string{"texts"}}, ErrUnknownColumn, `"texts"; the columns are text, whole`},
		{"names given", "a.parquet", good, Options{Names: []string{"a"}}, nil, "has its own"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), test.file)
			if err := os.WriteFile(path, test.content, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := readAll(t, test.options, path)
			if err == nil || test.want != nil && !errors.Is(err, test.want) ||
				!strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v, want %v with %q", err, test.want, test.says)
			}
		})
	}
}

// TestCorruptedPage damages the values of a page with a checksum: the error names file and column.
func TestCorruptedPage(t *testing.T) {
	content, err := os.ReadFile(fixture("plain_crc.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	at := strings.Index(string(content), "blue")
	if at < 0 {
		t.Fatal("the fixture has changed: no blue in it")
	}
	content[at] = 'B'
	path := filepath.Join(t.TempDir(), "a.parquet")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = readAll(t, Options{}, path)
	if !errors.Is(err, ErrNotATable) || !strings.Contains(err.Error(), path+": column text") || !strings.Contains(err.Error(), "crc32") {
		t.Errorf("error %v", err)
	}
}

// TestNoRows checks a Parquet file with columns only.
func TestNoRows(t *testing.T) {
	_, err := readAll(t, Options{}, fixture("no_rows.parquet"))
	if !errors.Is(err, ErrNoRows) || !strings.Contains(err.Error(), "no_rows.parquet") {
		t.Errorf("error %v, want ErrNoRows", err)
	}
	got, err := readAll(t, Options{}, fixture("no_rows.parquet"), fixture("plain.parquet"))
	if err != nil || len(got.rows) != 6 {
		t.Errorf("with a second file: %v, %v", got, err)
	}
}
