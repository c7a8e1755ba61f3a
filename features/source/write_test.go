package source

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// small is a table with one missing value in each column but the first, and coded text.
func small() []Column {
	missing := []bool{false, true}
	return []Column{
		{ColumnInfo: ColumnInfo{Name: `the "id"`, Kind: Text}, Text: []string{"a,b", "=1+1"}},
		{ColumnInfo: ColumnInfo{Name: "kind", Kind: Text}, Null: missing, Codes: []uint32{1, 0}, Levels: []string{"no", "tab\tü\n"}},
		{ColumnInfo: ColumnInfo{Name: "probability", Kind: Number}, Null: missing, Numbers: []float64{0.1, 0}},
		{ColumnInfo: ColumnInfo{Name: "points", Kind: Number, Whole: true}, Null: missing, Integers: []int64{1<<62 + 1, 0}},
		{ColumnInfo: ColumnInfo{Name: "sure", Kind: Boolean}, Null: missing, Booleans: []bool{true, false}},
		{ColumnInfo: ColumnInfo{Name: "at", Kind: Time}, Null: missing, Times: []int64{1_500_000, 0}},
		{ColumnInfo: ColumnInfo{Name: "day", Kind: Time, DateOnly: true}, Null: missing, Times: []int64{-microsPerDay, 0}},
	}
}

// TestText checks the text formats to the byte.
func TestText(t *testing.T) {
	for name, want := range map[string]string{
		"a.csv": "\"the \"\"id\"\"\",kind,probability,points,sure,at,day\n" +
			"\"a,b\",\"tab\tü\n\",0.1,4611686018427387905,true,1970-01-01T00:00:01.5Z,1969-12-31\n" +
			"=1+1,,,,,,\n",
		"a.tsv": "\"the \"\"id\"\"\"\tkind\tprobability\tpoints\tsure\tat\tday\n" +
			"a,b\t\"tab\tü\n\"\t0.1\t4611686018427387905\ttrue\t1970-01-01T00:00:01.5Z\t1969-12-31\n" +
			"=1+1\t\t\t\t\t\t\n",
		"a.jsonl": `{"the \"id\"":"a,b","kind":"tab\tü\n","probability":0.1,"points":4611686018427387905,"sure":true,"at":"1970-01-01T00:00:01.5Z","day":"1969-12-31"}` + "\n" +
			`{"the \"id\"":"=1+1","kind":null,"probability":null,"points":null,"sure":null,"at":null,"day":null}` + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			writeTable(t, path, small(), 2)
			got, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestJSONNumbers checks that numbers at the ends of their range are JSON.
func TestJSONNumbers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.jsonl")
	values := []float64{0, -0.5, 1e21, 1e-7, 5e-324, 1.7976931348623157e308, 123456789012345680}
	writeTable(t, path, []Column{{ColumnInfo: ColumnInfo{Name: "x", Kind: Number}, Numbers: values}}, len(values))
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(strings.TrimSpace(string(content)), "\n") {
		var row struct{ X float64 }
		if err := json.Unmarshal([]byte(line), &row); err != nil || row.X != values[i] {
			t.Errorf("%s: %v, %v; want %v", line, row.X, err, values[i])
		}
	}
}

// TestParquetSchema reads the written types with the library alone: other programs see the same.
func TestParquetSchema(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.parquet")
	writeTable(t, path, small(), 2)
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	stat, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	table, err := parquet.OpenFile(f, stat.Size())
	if err != nil {
		t.Fatal(err)
	}
	want := `message table {
	optional binary the "id" (STRING);
	optional binary kind (STRING);
	optional double probability;
	optional int64 points (INT(64,true));
	optional boolean sure;
	optional int64 at (TIMESTAMP(isAdjustedToUTC=true,unit=MICROS));
	optional int32 day (DATE);
}`
	if got := table.Schema().String(); got != want {
		t.Errorf("schema\n%s\nwant\n%s", got, want)
	}
}

// TestBadWrites has a case for each thing that a writer refuses.
func TestBadWrites(t *testing.T) {
	text := ColumnInfo{Name: "a", Kind: Text}
	for _, test := range []struct {
		name, file string
		columns    []ColumnInfo
		says       string
	}{
		{"unknown extension", "a.xlsx", []ColumnInfo{text}, "the extension must be"},
		{"Parquet in gzip", "a.parquet.gz", []ColumnInfo{text}, "the extension must be"},
		{"no column", "a.csv", nil, "a table needs a column"},
		{"a name twice", "a.csv", []ColumnInfo{text, text}, `columns 1 and 2 are both named "a"`},
		{"no kind", "a.csv", []ColumnInfo{{Name: "a"}}, "column a"},
		{"no folder", "no/a.csv", []ColumnInfo{text}, "no such file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := t.TempDir()
			_, err := Create(filepath.Join(root, test.file), test.columns)
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v, want %q", err, test.says)
			}
			if entries, _ := os.ReadDir(root); len(entries) != 0 {
				t.Errorf("left behind: %v", entries)
			}
		})
	}
	for name, columns := range map[string][]Column{
		"too few values":     {{ColumnInfo: text, Text: []string{"x"}}},
		"another name":       {{ColumnInfo: ColumnInfo{Name: "b", Kind: Text}, Text: []string{"x", "y"}}},
		"another kind":       {{ColumnInfo: ColumnInfo{Name: "a", Kind: Number}, Numbers: []float64{1, 2}}},
		"too few null marks": {{ColumnInfo: text, Text: []string{"x", "y"}, Null: []bool{true}}},
		"too many columns":   {{ColumnInfo: text, Text: []string{"x", "y"}}, {ColumnInfo: text}},
	} {
		t.Run(name, func(t *testing.T) {
			w, err := Create(filepath.Join(t.TempDir(), "a.csv"), []ColumnInfo{text})
			if err != nil {
				t.Fatal(err)
			}
			defer w.Discard()
			if err := w.Write(columns, 2); err == nil {
				t.Error("Write succeeds")
			}
		})
	}
}
