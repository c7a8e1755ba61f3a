package source

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzCSV opens any bytes as CSV: an error or rows, never a panic, and every row whole.
func FuzzCSV(f *testing.F) {
	for _, seed := range []string{
		"a,b\n1,2\n", "a;b\r\n1;\"x\r\ny\"\r\n", "\xef\xbb\xbfa\tb\n1\t2", "\xff\xfea\x00,\x00b\x00\n\x001\x00,\x002\x00\n\x00",
		"a,b\n1,\"2", "a,b\n\"1\"x,2\n", "a,b\n\n \n1,2,3\n", "sep=;\na;b\n1;2\n", "a\n\"\"\n", "a,b\n\xe9,\xc3\xa9\n", "a,a\n", ",\n", "1,2\n3,4\n",
		"a,b\n1,\"\"\"\"\n", "a,b\n 1 , \" 2 \" \n", "a|b\n1|2\r", "\x1f\x8b\x08\x00", "\x28\xb5\x2f\xfd\x04",
	} {
		f.Add([]byte(seed))
	}
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, content []byte) {
		drainAny(t, folder, ".csv", content)
	})
}

// drainAny reads a file of any content to its end or first error, and looks at every value.
func drainAny(t *testing.T, folder, extension string, content []byte) {
	path := filepath.Join(folder, "a"+extension)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, keep := range []bool{false, true} {
		drainTo(t, path, Options{BatchRows: 7, KeepBadRows: keep})
	}
}

func drainTo(t *testing.T, path string, options Options) {
	r, err := Open([]string{path}, options)
	if err != nil {
		if !strings.Contains(err.Error(), path) {
			t.Errorf("the error does not name the file: %v", err)
		}
		return
	}
	defer r.Close()
	for {
		batch, err := r.Next(context.Background())
		if err != nil {
			if err != io.EOF && !strings.Contains(err.Error(), path) {
				t.Errorf("the error does not name the file: %v", err)
			}
			return
		}
		if batch.Rows < 1 || batch.Rows > 7 {
			t.Fatalf("a batch of %d rows", batch.Rows)
		}
		for i := range batch.Columns {
			for row := range batch.Rows {
				if text := batch.Columns[i].TextAt(row); !utf8.ValidString(text) {
					t.Errorf("%s: %q is not UTF-8", batch.Position(row), text)
				}
			}
		}
	}
}

// FuzzScanner holds the scanner against encoding/csv: where both read a file, the cells are the same, but for the
// blanks that only the scanner drops.
func FuzzScanner(f *testing.F) {
	for _, seed := range []string{"a,b\n1,2\n", "\"a\nb\",c\r\n", "\"x\"\"y\",\"\"\n\n,\n", "a\r\nb\r", "\"a\r\nb\"", "a\"b,c\n", "\r\r\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		if strings.ContainsAny(content, " \t") || strings.Contains(content, "\r\r") || strings.HasSuffix(content, "\r") {
			return // where the two differ by intent, or the standard says nothing
		}
		reference := csv.NewReader(strings.NewReader(content))
		reference.FieldsPerRecord = -1
		want, err := reference.ReadAll()
		if err != nil {
			return
		}
		s := newScanner(iotestOneByte{strings.NewReader(content)}, "")
		for i, cells := range want {
			ok, err := s.next()
			if err != nil || !ok || s.fault != "" {
				t.Fatalf("row %d of %q: %v, %v, %s; encoding/csv has %q", i+1, content, ok, err, s.fault, cells)
			}
			if got := s.strings(); !slices.Equal(got, unifyLineEnds(cells, got)) {
				t.Fatalf("row %d of %q: %q; encoding/csv has %q", i+1, content, got, cells)
			}
		}
		if ok, err := s.next(); ok || err != nil {
			t.Fatalf("a row after the end of %q: %q, %v", content, s.strings(), err)
		}
	})
}

// unifyLineEnds allows for encoding/csv turning CRLF within quotes into LF, which the scanner leaves as it is.
func unifyLineEnds(want, got []string) []string {
	want = slices.Clone(want)
	for i := range min(len(want), len(got)) {
		if strings.ReplaceAll(got[i], "\r\n", "\n") == want[i] {
			want[i] = got[i]
		}
	}
	return want
}

func (s *scanner) strings() []string {
	var cells []string
	for _, c := range s.cells {
		cells = append(cells, string(s.row[c.from:c.to]))
	}
	return cells
}

// iotestOneByte gives one byte at a time, so that every place of a file is once a buffer's end.
type iotestOneByte struct{ r io.Reader }

func (o iotestOneByte) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	return o.r.Read(p[:1])
}

// FuzzParquet opens any bytes as Parquet; the seeds are a good file and damaged copies of it.
func FuzzParquet(f *testing.F) {
	path := filepath.Join(f.TempDir(), "seed.parquet")
	writeTable(f, path, sample(1, 20), 20)
	good, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add(append([]byte("PAR1"), good[len(good)-100:]...))
	fixtures, _ := filepath.Glob("testdata/*.parquet")
	for _, fixture := range fixtures {
		content, err := os.ReadFile(fixture)
		if err != nil {
			f.Fatal(err)
		}
		if len(content) < 20_000 {
			f.Add(content)
		}
	}
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, content []byte) {
		drainAny(t, folder, ".parquet", content)
	})
}

// TestDamagedParquet turns over every byte of a file, one at a time: an error or a table, never a panic.
func TestDamagedParquet(t *testing.T) {
	path := filepath.Join(t.TempDir(), "seed.parquet")
	writeTable(t, path, sample(2, 30), 30)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1 << (i % 8)
		drainAny(t, folder, ".parquet", bad)
	}
	for cut := range good {
		if cut%7 != 0 {
			continue
		}
		path := filepath.Join(folder, "cut.parquet")
		if err := os.WriteFile(path, good[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open([]string{path}, Options{}); err == nil {
			t.Errorf("a file cut after %d of %d bytes opens", cut, len(good))
		} else if cut > 0 && !errors.Is(err, ErrNotATable) {
			t.Errorf("a file cut after %d bytes: %v", cut, err)
		}
	}
}
