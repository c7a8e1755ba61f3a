package source

import (
	"bytes"
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

// put writes a file for a test.
func put(t testing.TB, name string, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func columnNames(columns []ColumnInfo) string { return strings.Join(names(columns), "/") }

// TestCSV has a case for each liberty that CSV files take. Cells are shown with / between, rows with a
// space-bar-space.
func TestCSV(t *testing.T) {
	for _, test := range []struct {
		name, content string
		options       Options
		columns, rows string
	}{
		{"comma", "a,b\n1,2\n", Options{}, "a/b", "1/2"},
		{"semicolon", "a;b\n1,5;2,5\n", Options{}, "a/b", "1,5/2,5"},
		{"decimal commas outnumber semicolons", "x;y\n1,5;2,5\n3,5;4,5\n", Options{}, "x/y", "1,5/2,5 | 3,5/4,5"},
		{"tab", "a\tb\n1\t2\n", Options{}, "a/b", "1/2"},
		{"tab with empty cells", "a\tb\tc\n\t2\t\n", Options{}, "a/b/c", "<null>/2/<null>"},
		{"bar", "a|b\n1|2\n", Options{}, "a/b", "1/2"},
		{"delimiters within quotes do not count", "a;b\n\"1,2,3\";4\n\"5,6,7\";8\n", Options{}, "a/b", "1,2,3/4 | 5,6,7/8"},
		{"delimiter given", "a|b,c\n1|2,3\n", Options{Delimiter: '|'}, "a/b,c", "1/2,3"},
		{"delimiter named in the first line", "sep=;\na;b\n1;2\n", Options{}, "a/b", "1/2"},
		{"one column", "a\n1\n2\n", Options{}, "a", "1 | 2"},
		{"one column with a quoted empty cell", "a\n\"\"\nx\n", Options{}, "a", "<null> | x"},
		{"no line end at the end", "a,b\n1,2", Options{}, "a/b", "1/2"},
		{"carriage returns", "a,b\r\n1,2\r\n\"3\",\"4\"\r\n", Options{}, "a/b", "1/2 | 3/4"},
		{"blanks around cells", "a, b\n 39, State-gov \n", Options{}, "a/b", "39/State-gov"},
		{"blanks before and behind quotes", "a,b\n \"x, y\" , 2\n", Options{}, "a/b", "x, y/2"},
		{"blanks within quotes stay", "a,b\n\" x \",2\n", Options{}, "a/b", " x /2"},
		{"doubled quotes", "a,b\n\"say \"\"hi\"\"\",\"\"\"\"\n", Options{}, "a/b", `say "hi"/"`},
		{"a quote within an unquoted cell", "a,b\n5\" pipe,2\n", Options{}, "a/b", `5" pipe/2`},
		{"line ends within quotes", "a,b\n\"x\ny\r\nz\",2\n3,4\n", Options{}, "a/b", "x\ny\r\nz/2 | 3/4"},
		{"blank lines are no rows", "\n\na,b\n\n1,2\n  \n\r\n3,4\n\n", Options{}, "a/b", "1/2 | 3/4"},
		{"a row of empty cells is a row", "a,b\n,\n1,2\n", Options{}, "a/b", "<null>/<null> | 1/2"},
		{"empty and blank cells are missing", "a,b,c\n,  ,\"\"\n", Options{}, "a/b/c", "<null>/<null>/<null>"},
		{"quoted blanks are a value", "a,b\n\" \",1\n", Options{}, "a/b", " /1"},
		{"mark of UTF-8", "\xef\xbb\xbfa,b\n1,ü\n", Options{}, "a/b", "1/ü"},
		{"mark of UTF-8, first name quoted", "\xef\xbb\xbf\"a\",b\n1,2\n", Options{}, "a/b", "1/2"},
		{"UTF-8", "größe,b\n1,日本\n", Options{}, "größe/b", "1/日本"},
		{"Windows-1252", "gr\xf6\xdfe,b\n1,\x80 5\n", Options{}, "größe/b", "1/€ 5"},
		{"Windows-1252 shows late", "a,b\n1,2\n3,M\xfcller\n", Options{}, "a/b", "1/2 | 3/Müller"},
		{"Windows-1252 stays so", "a,b\n\xe4,x\n\xc3\xa4,y\n", Options{}, "a/b", "ä/x | Ã¤/y"},
		{"Windows-1252 given", "a,b\n\xc3\xa4,x\n", Options{Encoding: "windows-1252"}, "a/b", "Ã¤/x"},
		{"UTF-16 little-endian", utf16("\ufeffa;b\n1;ü\n", false), Options{}, "a/b", "1/ü"},
		{"UTF-16 big-endian", utf16("\ufeffa,b\n1,日\n", true), Options{}, "a/b", "1/日"},
		{"UTF-16 without mark, named", utf16("a,b\n1,ü\n", false), Options{Encoding: "utf-16le"}, "a/b", "1/ü"},
		{"UTF-16 little-endian without mark", utf16("name;size\nMüller;2\n", false), Options{}, "name/size", "Müller/2"},
		{"UTF-16 big-endian without mark", utf16("name;size\nMüller;2\n日本;3\n"+strings.Repeat("x;1\n", 20), true), Options{}, "name/size", "Müller/2 | 日本/3" + strings.Repeat(" | x/1", 20)},
		{"names given", "1,2\n3,4\n", Options{Names: []string{"x", "y"}}, "x/y", "1/2 | 3/4"},
		{"names given, blanks", "39, State-gov\n50, Private\n\n", Options{Names: []string{"age", "class"}}, "age/class", "39/State-gov | 50/Private"},
		{"names given decide the delimiter", "1,5;2,5\n3,5;4,5\n", Options{Names: []string{"x", "y"}}, "x/y", "1,5/2,5 | 3,5/4,5"},
		{"columns chosen, in another order", "a,b,c,d,e\n1,2,3,4,5\n", Options{Columns: []string{"e", "b"}}, "e/b", "5/2"},
		{"years are names", "region,2019,2020\nx,1,2\n", Options{}, "region/2019/2020", "x/1/2"},
		{"names with blanks and quotes", "\"first, name\", last \n1,2\n", Options{}, "first, name/last", "1/2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := readAll(t, test.options, put(t, "a.csv", test.content))
			if err != nil {
				t.Fatal(err)
			}
			var rows []string
			for _, cells := range got.values() {
				rows = append(rows, strings.Join(cells, "/"))
			}
			if columnNames(got.columns) != test.columns || strings.Join(rows, " | ") != test.rows {
				t.Errorf("got  %s: %q\nwant %s: %q", columnNames(got.columns), strings.Join(rows, " | "), test.columns, test.rows)
			}
		})
	}
}

// utf16 encodes text of the basic plane.
func utf16(text string, bigEndian bool) string {
	var b bytes.Buffer
	for _, r := range text {
		if bigEndian {
			b.Write([]byte{byte(r >> 8), byte(r)})
		} else {
			b.Write([]byte{byte(r), byte(r >> 8)})
		}
	}
	return b.String()
}

// TestBadCSV has a case for each way in which a CSV file cannot be read: what the error is and says. FILE stands
// for the file's path.
func TestBadCSV(t *testing.T) {
	long := strings.Repeat("x", maxCellBytes+1)
	for _, test := range []struct {
		name, content string
		options       Options
		want          error
		says          string
	}{
		{"empty", "", Options{}, ErrEmptyFile, "FILE: the file is empty"},
		{"blank lines only", "\n \r\n", Options{}, ErrEmptyFile, "only blank lines"},
		{"mark only", "\xef\xbb\xbf", Options{}, ErrEmptyFile, "FILE"},
		{"header only", "a,b\n", Options{}, ErrNoRows, "FILE: there is no data row"},
		{"too few cells", "a,b,c\n1,2,3\n1,2\n", Options{}, nil, "FILE: line 3: 2 cells, where the header has 3 columns"},
		{"too many cells", "a,b\n1,2\n\n1,2,3\n", Options{}, nil, "FILE: line 4: 3 cells, where the header has 2 columns"},
		{"line after a quoted line end", "a,b\n\"x\ny\",2\n1\n", Options{}, nil, "FILE: line 4: 1 cell, where"},
		{"name missing", "a,,c\n1,2,3\n", Options{}, ErrNotATable, "FILE: line 1: not a readable table: column 2 has no name"},
		{"name twice", "a,b,a\n1,2,3\n", Options{}, ErrNotATable, `columns 1 and 3 are both named "a"`},
		{"all faults of the header", "a,,a,\n1,2,3,4\n", Options{}, ErrNotATable, `column 2 has no name; columns 1 and 3 are both named "a"; column 4 has no name`},
		{"no header", "39,State-gov,77516\n50,Private,83311\n", Options{}, ErrNoHeader, `column 1 is "39"`},
		{"no header, a date", "2024-01-05,x\n2024-01-06,y\n", Options{}, ErrNoHeader, `column 1 is "2024-01-05"`},
		{"wrong delimiter", "a;b\n1;2\n", Options{Delimiter: ','}, ErrDelimiter, `this file's delimiter seems to be ";"`},
		{"wrong delimiter, names given", "1;2\n3;4\n", Options{Delimiter: '\t', Names: []string{"x", "y"}}, ErrDelimiter, `with tab there is only one column; this file's delimiter seems to be ";"`},
		{"number of names", "1,2,3\n", Options{Names: []string{"x", "y"}}, ErrNotATable, "2 column names are given, but the first row has 3 cells"},
		{"quote never closed", "a,b\n1,2\n3,\"x\n5,6\n", Options{}, nil, "FILE: line 3: cell 2: the quote that is opened here is never closed; close it, or"},
		{"quote never closed, on a later line of its row", "a,b\n\"x\ny\",\"z\n", Options{}, nil, "FILE: line 3: cell 2: the quote"},
		{"quote never closed, no line end", "a,b\n1,\"x", Options{}, nil, "FILE: line 2: cell 2: the quote"},
		{"quote never closed, large file", "a,b\n1,\"x\n" + strings.Repeat("1,2\n", 1<<19), Options{}, nil, "FILE: line 2: cell 2: the quoted cell that begins here is longer than 1 MiB"},
		{"quote closed by the next one", "a,b,c\n1,\"x,3\n4,\"y\",6\n", Options{}, nil, `FILE: line 2: cell 2: the quote that is opened here is next closed on line 3, where "y\",6" follows`},
		{"text behind a quote", "a,b\n\"x\"y,2\n1,2\n", Options{}, nil, `FILE: line 2: cell 1: "y,2" follows the closing quote`},
		{"cell too long", "a,b\n1," + long + "\n", Options{}, nil, "FILE: line 2: column b: a cell of 1048577 bytes; at most 1048576 are read"},
		{"quoted cell too long", "a,b\n\"" + long + "\",2\n", Options{}, nil, "FILE: line 2: column a: a cell of 1048577 bytes"},
		{"2 MB cell in a column not read", "a,b\n1," + long + long + "\n", Options{Columns: []string{"a"}}, nil, "FILE: line 2: column b: a cell of 2097154 bytes"},
		{"row too long", "a\n" + strings.Repeat("x", maxRowBytes+maxRowBytes/2), Options{}, nil, "FILE: line 2: the row that begins here is longer than 16 MiB"},
		{"NUL early", "a,b\n1,\x00\n", Options{}, ErrNotATable, "FILE: not a readable table: a NUL byte on line 2"},
		{"NUL late", "a,b\n" + strings.Repeat("1,2\n", 1<<15) + "1,\x00\n", Options{}, nil, "FILE: line 32770: a NUL byte"},
		{"binary", "a\x01\x02,b\x03\x04\n\x05\x06\x07", Options{}, ErrNotATable, "control characters"},
		{"zip", "PK\x03\x04xxxx", Options{}, ErrNotATable, "an Excel workbook; save it as CSV"},
		{"old Excel", "\xd0\xcf\x11\xe0xxxx", Options{}, ErrNotATable, "an old Excel workbook"},
		{"UTF-16 without mark, mostly Greek", utf16("a,b\n1,"+strings.Repeat("αβγδ,", 4)+strings.Repeat("1,2\n", 9), false), Options{}, ErrNotATable, "name the encoding in the schema"},
		{"not UTF-8 after UTF-8", "a,b\nü,1\nx,\xfc\n", Options{}, nil, `FILE: line 3: column b: "\xfc" is not UTF-8, though the text before it is`},
		{"not UTF-8 though named", "a,b\nx,\xfc\n", Options{Encoding: "utf-8"}, nil, "FILE: line 2: column b"},
		{"old Macintosh line ends", "a,b\r1,2\r", Options{}, ErrNotATable, "old Macintosh"},
		{"no such column", "a,b\n1,2\n", Options{Columns: []string{"a", "c"}}, ErrUnknownColumn, `"c"; the columns are a, b`},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := put(t, "a.csv", test.content)
			_, err := readAll(t, test.options, path)
			says := strings.ReplaceAll(test.says, "FILE", path)
			if err == nil || test.want != nil && !errors.Is(err, test.want) || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v, want %v with %q", err, test.want, says)
			}
		})
	}
}

// TestBadOptions checks settings that no file could satisfy.
func TestBadOptions(t *testing.T) {
	path := put(t, "a.csv", "a,b\n1,2\n")
	for _, options := range []Options{
		{Delimiter: 'ü'}, {Delimiter: '"'}, {Delimiter: '\n'}, {Encoding: "latin"}, {BatchRows: -1}, {BatchRows: 1 << 30},
		{Names: []string{"a", "a"}}, {Names: []string{""}}, {Columns: []string{"a", "a"}},
	} {
		if _, err := Open([]string{path}, options); err == nil {
			t.Errorf("Open with %+v succeeds", options)
		}
	}
}

// TestAllFaults checks that all bad rows of all files are counted, and 20 told.
func TestAllFaults(t *testing.T) {
	bad := "a,b\n" + strings.Repeat("1,2\n1\n", 30)
	first, second := put(t, "a.csv", bad), put(t, "b.csv", bad)
	_, err := readAll(t, Options{BatchRows: 16}, first, second)
	var faults *FaultsError
	if !errors.As(err, &faults) || faults.Total != 60 || len(faults.Faults) != 20 {
		t.Fatalf("error %v", err)
	}
	want := Fault{File: first, Line: 5, Row: 4, Reason: "1 cell, where the header has 2 columns", Kind: "more or fewer cells than the header has columns"}
	if faults.Faults[1] != want {
		t.Errorf("second fault %+v, want %+v", faults.Faults[1], want)
	}
	if !strings.HasSuffix(err.Error(), "… and 40 more: 60 rows or cells cannot be read") {
		t.Errorf("the error ends without the number:\n%v", err)
	}
}

// TestPositions checks physical lines and rows of the batch, over blank lines and line ends in quotes.
func TestPositions(t *testing.T) {
	path := put(t, "a.csv", "a,b\n1,2\n\n\"x\ny\nz\",3\n4,5\n")
	r, err := Open([]string{path}, Options{BatchRows: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var places []string
	for {
		batch, err := r.Next(context.Background())
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := range batch.Rows {
			places = append(places, fmt.Sprint(strings.TrimPrefix(batch.Position(i), path), " row ", batch.FirstRow+int64(i)))
		}
	}
	want := []string{": line 2 row 1", ": line 4 row 2", ": line 7 row 3"}
	if !slices.Equal(places, want) {
		t.Errorf("positions %q, want %q", places, want)
	}
}

// TestPandasCSV reads what pandas writes in several encodings and packings.
func TestPandasCSV(t *testing.T) {
	want := [][]string{{"Zürich", "1.5"}, {"a,b", null}, {"two\nlines", "-2.0"}, {null, "0.0"}}
	comma := [][]string{{"Zürich", "1,5"}, {"a,b", null}, {"two\nlines", "-2,0"}, {null, "0,0"}}
	for name, rows := range map[string][][]string{
		"pandas_utf8_sig.csv": want, "pandas_utf16.csv": want, "pandas_cp1252.csv": comma,
		"pandas_quote_all.csv": want, "pandas.csv.gz": want, "pandas.csv.zst": want,
	} {
		t.Run(name, func(t *testing.T) {
			got, err := readAll(t, Options{}, fixture(name))
			if err != nil {
				t.Fatal(err)
			}
			compareRows(t, got.values(), rows)
		})
	}
}

// TestBadPacking checks files that are cut, or not what their name says.
func TestBadPacking(t *testing.T) {
	for _, name := range []string{"pandas.csv.gz", "pandas.csv.zst"} {
		content, err := os.ReadFile(fixture(name))
		if err != nil {
			t.Fatal(err)
		}
		path := put(t, name, string(content[:len(content)-10]))
		if _, err := readAll(t, Options{}, path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s cut: error %v", name, err)
		}
		path = put(t, name, "a,b\n1,2\n")
		if _, err := readAll(t, Options{}, path); !errors.Is(err, ErrNotATable) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s not packed: error %v", name, err)
		}
	}
}

// TestBoundedBatches checks that long cells end a batch before its rows do.
func TestBoundedBatches(t *testing.T) {
	row := strings.Repeat("x", 1<<19) + ",1\n"
	path := put(t, "a.csv", "a,b\n"+strings.Repeat(row, 100))
	r, err := Open([]string{path}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	rows, batches := 0, 0
	for {
		batch, err := r.Next(context.Background())
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if batch.Rows > 33 {
			t.Fatalf("a batch of %d rows of 512 KiB", batch.Rows)
		}
		rows, batches = rows+batch.Rows, batches+1
	}
	if rows != 100 || batches != 4 {
		t.Errorf("%d rows in %d batches, want 100 in 4", rows, batches)
	}
}
