package source

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// history makes a made-up table of leads with n rows: 18 categories and 12 numbers, 5 % missing.
func history(n int) []Column {
	random := rand.New(rand.NewPCG(7, 7))
	columns := []Column{{ColumnInfo: ColumnInfo{Name: "lead_id", Kind: Text}}}
	for i := range n {
		columns[0].Text = append(columns[0].Text, fmt.Sprintf("L%07d", i))
	}
	for c := range 30 {
		column := Column{ColumnInfo: ColumnInfo{Name: fmt.Sprintf("field_%02d", c), Kind: Text}}
		if c >= 18 {
			column.Kind = Number
		}
		for range n {
			column.Null = append(column.Null, random.IntN(20) == 0)
			if c >= 18 {
				column.Numbers = append(column.Numbers, float64(random.IntN(100000))/100)
				continue
			}
			column.Text = append(column.Text, fmt.Sprintf("value %d", random.IntN(5+10*c)))
		}
		columns = append(columns, column)
	}
	return columns
}

// BenchmarkRead reads a table of 100,000 leads by 31 columns.
func BenchmarkRead(b *testing.B) {
	const rows = 100_000
	columns := history(rows)
	for _, name := range []string{"leads.csv", "leads.csv.gz", "leads.csv.zst", "leads.parquet"} {
		b.Run(name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), name)
			writeTable(b, path, columns, rows)
			stat, err := os.Stat(path)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(stat.Size())
			b.ReportAllocs()
			for b.Loop() {
				drain(b, path, Options{})
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "leads/s")
		})
	}
}

// BenchmarkScanner splits the same CSV with the scanner and with encoding/csv.
func BenchmarkScanner(b *testing.B) {
	const rows = 50_000
	path := filepath.Join(b.TempDir(), "leads.csv")
	writeTable(b, path, history(rows), rows)
	content, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("ours", func(b *testing.B) {
		b.SetBytes(int64(len(content)))
		for b.Loop() {
			s := newScanner(bytes.NewReader(content), "")
			for {
				ok, err := s.next()
				if err != nil {
					b.Fatal(err)
				}
				if !ok {
					break
				}
			}
		}
	})
	b.Run("encoding_csv", func(b *testing.B) {
		b.SetBytes(int64(len(content)))
		for b.Loop() {
			reader := csv.NewReader(bytes.NewReader(content))
			reader.ReuseRecord = true
			for {
				_, err := reader.Read()
				if err == io.EOF {
					break
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}

// BenchmarkWrite writes the same table.
func BenchmarkWrite(b *testing.B) {
	const rows = 100_000
	columns := history(rows)
	for _, name := range []string{"leads.csv", "leads.parquet", "leads.jsonl"} {
		b.Run(name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), name)
			b.ReportAllocs()
			for b.Loop() {
				writeTable(b, path, columns, rows)
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "leads/s")
		})
	}
}

func drain(b *testing.B, path string, options Options) {
	r, err := Open([]string{path}, options)
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	for {
		_, err := r.Next(context.Background())
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}
