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

// folder makes a folder of files with the content given by name; a name that ends with / is a folder.
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, name)
		var err error
		if strings.HasSuffix(name, "/") {
			err = os.MkdirAll(path, 0o700)
		} else {
			err = os.WriteFile(path, []byte(content), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestExpand(t *testing.T) {
	root := folder(t, map[string]string{
		"b.csv": "a\n1\n", "a.CSV": "a\n1\n", "c.csv.gz": "", "d.tsv": "", "e.txt": "", "f.csv.zst": "", "notes.md": "", ".g.csv": "",
		"_SUCCESS": "", "_h.csv": "", "sub.csv/": "", "x[1].csv": "", "data": "a\n1\n",
	})
	parts := folder(t, map[string]string{"1.parquet": "PAR1", "0.parquet": "PAR1", "plain": "PAR1"})
	empty := folder(t, map[string]string{"notes.md": "", "more/": ""})
	for _, test := range []struct {
		name  string
		paths []string
		want  []string // relative to root or parts
		err   error
	}{
		{"nothing", nil, nil, ErrNoFiles},
		{"a folder", []string{root}, []string{"a.CSV", "b.csv", "c.csv.gz", "d.tsv", "e.txt", "f.csv.zst", "x[1].csv"}, nil},
		{"a pattern", []string{root + "/*.csv"}, []string{"_h.csv", "b.csv", "x[1].csv"}, nil},
		{"a pattern and a file of it", []string{root + "/b.csv", root + "/?.csv", root + "/./b.csv"}, []string{"b.csv"}, nil},
		{"a name that looks like a pattern", []string{root + "/x[1].csv"}, []string{"x[1].csv"}, nil},
		{"any extension by name", []string{root + "/data", root + "/b.csv"}, []string{"data", "b.csv"}, nil},
		{"the order of arguments stays", []string{root + "/d.tsv", root + "/b.csv"}, []string{"d.tsv", "b.csv"}, nil},
		{"Parquet", []string{parts}, []string{"0.parquet", "1.parquet"}, nil},
		{"Parquet without extension", []string{parts + "/plain", parts + "/0.parquet"}, []string{"plain", "0.parquet"}, nil},
		{"both formats", []string{parts, root}, nil, ErrMixedFormats},
		{"both formats, one without extension", []string{parts + "/plain", root + "/b.csv"}, nil, ErrMixedFormats},
		{"no such file", []string{root + "/z.csv"}, nil, os.ErrNotExist},
		{"no match", []string{root + "/*.json"}, nil, ErrNoFiles},
		{"only a folder matches", []string{root + "/sub*"}, nil, ErrNoFiles},
		{"a bad pattern", []string{root + "/[a"}, nil, filepath.ErrBadPattern},
		{"no data file", []string{empty}, nil, ErrNoFiles},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Expand(test.paths)
			if !errors.Is(err, test.err) || (err == nil) != (test.err == nil) {
				t.Fatalf("error %v, want %v", err, test.err)
			}
			if err != nil {
				return
			}
			for i := range got {
				got[i] = filepath.Base(got[i])
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

// TestSeveralFiles reads parts whose columns stand in different orders as one table.
func TestSeveralFiles(t *testing.T) {
	root := folder(t, map[string]string{"1.csv": "a,b\n1,2\n", "2.csv": "b;a\n4;3\n6;5\n", "3.csv": "a\tb\n7\t8\n", "4.csv": "a,b\n"})
	files, err := Expand([]string{root})
	if err != nil {
		t.Fatal(err)
	}
	got, err := readAll(t, Options{}, files...)
	if err != nil {
		t.Fatal(err)
	}
	compareRows(t, got.rows, [][]string{{"1", "2"}, {"3", "4"}, {"5", "6"}, {"7", "8"}})
	if want := filepath.Join(root, "2.csv") + ": line 3"; got.places[2] != want {
		t.Errorf("position %q, want %q", got.places[2], want)
	}
}

// TestDifferentColumns has a case for each way in which two parts do not fit.
func TestDifferentColumns(t *testing.T) {
	text := Column{ColumnInfo: ColumnInfo{Name: "a", Kind: Text}, Text: []string{"x"}}
	number := Column{ColumnInfo: ColumnInfo{Name: "a", Kind: Number}, Numbers: []float64{1}}
	root := t.TempDir()
	writeTable(t, root+"/text.parquet", []Column{text}, 1)
	writeTable(t, root+"/number.parquet", []Column{number}, 1)
	for _, test := range []struct{ name, first, second, says string }{
		{"missing", put(t, "1.csv", "a,b\n1,2\n"), put(t, "2.csv", "a\n1\n"), `column "b" is missing`},
		{"extra", put(t, "1.csv", "a\n1\n"), put(t, "2.csv", "a,c\n1,2\n"), `column "c" is extra`},
		{"both", put(t, "1.csv", "a,b\n1,2\n"), put(t, "2.csv", "a,B\n1,2\n"), `column "b" is missing; column "B" is extra`},
		{"another kind", root + "/text.parquet", root + "/number.parquet", `column "a" is number, not text`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Open([]string{test.first, test.second}, Options{})
			if !errors.Is(err, ErrDifferentColumns) || !strings.Contains(err.Error(), test.says) ||
				!strings.HasPrefix(err.Error(), test.second) || !strings.Contains(err.Error(), test.first) {
				t.Errorf("error %v, want %q", err, test.says)
			}
		})
	}
	if _, err := Open([]string{root + "/text.parquet", put(t, "1.csv", "a\n1\n")}, Options{}); !errors.Is(err, ErrMixedFormats) {
		t.Errorf("error %v, want ErrMixedFormats", err)
	}
}

// TestProgress checks that the bytes done rise to the total.
func TestProgress(t *testing.T) {
	root := t.TempDir()
	columns := sample(3, 3000)
	for _, name := range []string{"a.csv", "a.csv.gz", "a.csv.zst", "a.parquet"} {
		t.Run(name, func(t *testing.T) {
			first, second := filepath.Join(root, "1"+name), filepath.Join(root, "2"+name)
			writeTable(t, first, columns, 3000)
			writeTable(t, second, columns, 3000)
			var size, last, calls int64
			for _, path := range []string{first, second} {
				stat, err := os.Stat(path)
				if err != nil {
					t.Fatal(err)
				}
				size += stat.Size()
			}
			_, err := readAll(t, Options{BatchRows: 100, Progress: func(done, total int64) {
				if done < last || done > total || total != size {
					t.Errorf("progress %d of %d after %d; the files have %d", done, total, last, size)
				}
				last = done
				calls++
			}}, first, second)
			if err != nil {
				t.Fatal(err)
			}
			if last != size || calls < 60 {
				t.Errorf("%d calls, the last with %d of %d bytes", calls, last, size)
			}
		})
	}
}

// TestCancel checks that a cancelled context ends the reading, also between two calls, for good.
func TestCancel(t *testing.T) {
	for _, path := range []string{put(t, "a.csv", "a\n1\n2\n3\n"), fixture("plain.parquet")} {
		r, err := Open([]string{path}, Options{BatchRows: 1})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		if _, err := r.Next(ctx); err != nil {
			t.Fatal(err)
		}
		cancel()
		for _, ctx := range []context.Context{ctx, context.Background()} {
			if _, err := r.Next(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: Next = %v, want %v", path, err, context.Canceled)
			}
		}
		if err := errors.Join(r.Close(), r.Close()); err != nil {
			t.Error(err)
		}
	}
	r, err := Open([]string{fixture("plain.parquet")}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if _, err := r.Next(context.Background()); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Next after Close = %v", err)
	}
}

// TestStringsLive checks the promise that strings outlive the batch whose slices they came in.
func TestStringsLive(t *testing.T) {
	for _, name := range []string{"a.csv", "a.parquet"} {
		path := filepath.Join(t.TempDir(), name)
		column := Column{ColumnInfo: ColumnInfo{Name: "x", Kind: Text}}
		for i := range 5000 {
			column.Text = append(column.Text, fmt.Sprintf("text ü number %d", i))
		}
		writeTable(t, path, []Column{column}, 5000)
		r, err := Open([]string{path}, Options{BatchRows: 64})
		if err != nil {
			t.Fatal(err)
		}
		var kept []string
		for {
			batch, err := r.Next(context.Background())
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			for i := range batch.Rows {
				kept = append(kept, batch.Columns[0].TextAt(i))
			}
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if !slices.Equal(kept, column.Text) {
			t.Errorf("%s: the strings have changed", name)
		}
	}
}
