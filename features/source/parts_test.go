package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"testing"
)

// TestJoin: a table of joined parts reads as the table written at once.
func TestJoin(t *testing.T) {
	const rows, parts = 2500, 3
	columns := history(rows)
	for _, name := range []string{"t.csv", "t.tsv.gz", "t.csv.zst", "t.parquet"} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			whole := filepath.Join(folder, name)
			writeTable(t, whole, columns, rows)
			var paths []string
			for k := range parts {
				from, to := k*rows/parts, (k+1)*rows/parts
				path := filepath.Join(folder, fmt.Sprintf("part-%d-%s", k, name))
				w, err := CreatePart(path, infos(columns), k == 0)
				if err != nil {
					t.Fatal(err)
				}
				if err := errors.Join(w.Write(between(columns, from, to), to-from), w.Commit()); err != nil {
					t.Fatal(err)
				}
				paths = append(paths, path)
			}
			joined := filepath.Join(folder, "joined-"+name)
			if err := join(joined, infos(columns), paths); err != nil {
				t.Fatal(err)
			}
			if a, b := texts(t, whole), texts(t, joined); a != b {
				t.Errorf("the joined table differs: %d bytes of text, %d at once", len(b), len(a))
			}
			if err := join(joined, infos(columns), []string{filepath.Join(folder, "absent")}); err == nil {
				t.Error("an absent part was no error")
			}
			if a, b := texts(t, whole), texts(t, joined); a != b {
				t.Error("a failed join changed the table")
			}
		})
	}
}

func join(path string, columns []ColumnInfo, parts []string) error {
	j, err := BeginJoin(path, filepath.Dir(parts[0]), columns)
	if err != nil {
		return err
	}
	defer j.Discard()
	for _, part := range parts {
		if err := j.Add(part); err != nil {
			return err
		}
	}
	return j.Commit()
}

func infos(columns []Column) []ColumnInfo {
	var list []ColumnInfo
	for i := range columns {
		list = append(list, columns[i].ColumnInfo)
	}
	return list
}

// between are rows from … to of the columns.
func between(columns []Column, from, to int) []Column {
	out := make([]Column, len(columns))
	for i, c := range columns {
		out[i].ColumnInfo = c.ColumnInfo
		if c.Null != nil {
			out[i].Null = c.Null[from:to]
		}
		if c.Kind == Number {
			out[i].Numbers = c.Numbers[from:to]
		} else {
			out[i].Text = c.Text[from:to]
		}
	}
	return out
}

// texts is a table as text.
func texts(t *testing.T, path string) (all string) {
	t.Helper()
	r, err := Open([]string{path}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for {
		b, err := r.Next(context.Background())
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		var line []byte
		for i := range b.Rows {
			for c := range b.Columns {
				line = append(append(line, b.Columns[c].TextAt(i)...), '|')
			}
			line = append(line, '\n')
		}
		all += string(line)
	}
}
