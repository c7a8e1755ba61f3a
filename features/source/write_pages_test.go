package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// repeating is a table of more than one row group with a column for each way in which a chunk may be written.
func repeating(rows int) []Column {
	random := rand.New(rand.NewPCG(3, 3))
	levels := make([]string, 20_000)
	for i := range levels {
		levels[i] = fmt.Sprintf("%s %d", strings.Repeat("level", 20), i)
	}
	columns := []Column{
		{ColumnInfo: ColumnInfo{Name: "different", Kind: Text}},
		{ColumnInfo: ColumnInfo{Name: "one", Kind: Text}, Levels: []string{"unused", "same"}},
		{ColumnInfo: ColumnInfo{Name: "too many levels", Kind: Text}, Levels: levels},
		{ColumnInfo: ColumnInfo{Name: "long", Kind: Text}},
		{ColumnInfo: ColumnInfo{Name: "late", Kind: Text}},
		{ColumnInfo: ColumnInfo{Name: "none", Kind: Text}},
		{ColumnInfo: ColumnInfo{Name: "few numbers", Kind: Number}},
		{ColumnInfo: ColumnInfo{Name: "more numbers", Kind: Number}},
		{ColumnInfo: ColumnInfo{Name: "digits", Kind: Number}},
		{ColumnInfo: ColumnInfo{Name: "day", Kind: Time, DateOnly: true}},
		{ColumnInfo: ColumnInfo{Name: "at", Kind: Time}},
	}
	for i := range rows {
		columns[0].Text = append(columns[0].Text, fmt.Sprintf("L%07d", i))
		columns[1].Codes = append(columns[1].Codes, 1)
		columns[2].Codes = append(columns[2].Codes, uint32(random.IntN(1+min(len(levels)-1, i/4)))) // more and more
		long := ""
		if i%7 == 0 {
			long = strings.Repeat(fmt.Sprint(i), 100)
		}
		columns[3].Text = append(columns[3].Text, long)
		columns[4].Text = append(columns[4].Text, fmt.Sprint("value ", i%3))
		columns[4].Null = append(columns[4].Null, i < 40_000 || i%2 == 0)
		columns[5].Text = append(columns[5].Text, "")
		columns[5].Null = append(columns[5].Null, true)
		columns[6].Numbers = append(columns[6].Numbers, float64(i%11)-5)
		columns[7].Numbers = append(columns[7].Numbers, float64(random.IntN(1+i/8)))
		columns[8].Numbers = append(columns[8].Numbers, random.Float64())
		columns[9].Times = append(columns[9].Times, int64(i%4000-2500)*microsPerDay)
		columns[10].Times = append(columns[10].Times, 1_700_000_000_000_000+int64(i)*1_000_003)
	}
	return columns
}

// Whatever a chunk holds, what is read is what was written, by us and by the library, and each column is written as it is best.
func TestParquetPages(t *testing.T) {
	const rows = rowGroupRows + 20_000
	columns := repeating(rows)
	path := filepath.Join(t.TempDir(), "a.parquet")
	writeTable(t, path, columns, 10_000, 60_000, rows-70_000)
	compareColumns(t, path, columns)

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
	if groups := table.Metadata().RowGroups; len(groups) != 2 || groups[0].NumRows != rowGroupRows {
		t.Fatalf("%d row groups", len(groups))
	}
	group := table.Metadata().RowGroups[0]
	for i, want := range []struct {
		least, most string
		encodings   []format.Encoding
		codec       format.CompressionCodec
	}{
		{"L0000000", "L0131071", []format.Encoding{format.Plain}, format.Zstd},
		{"same", "same", []format.Encoding{format.RLEDictionary}, format.Zstd},
		{"", "", []format.Encoding{format.RLEDictionary, format.Plain}, format.Zstd},
		{"", "", []format.Encoding{format.Plain}, format.Zstd}, // bounds too long
		{"value 0", "value 2", []format.Encoding{format.Plain, format.RLEDictionary}, format.Zstd},
		{"", "", []format.Encoding{format.Plain}, format.Zstd},
		{"-5", "5", []format.Encoding{format.RLEDictionary}, format.Zstd},
		{"-0", "", []format.Encoding{format.RLEDictionary, format.Plain}, format.Zstd},
		{"", "", []format.Encoding{format.Plain}, format.Uncompressed},
		{"-2500", "1499", []format.Encoding{format.RLEDictionary}, format.Zstd},
		{"", "", []format.Encoding{format.DeltaBinaryPacked}, format.Zstd},
	} {
		meta, name := group.Columns[i].MetaData, columns[i].Name
		var encodings []format.Encoding
		for _, stat := range meta.EncodingStats {
			if stat.PageType == format.DataPageV2 {
				encodings = append(encodings, stat.Encoding)
			}
		}
		if !slices.Equal(encodings, want.encodings) || meta.Codec != want.codec {
			t.Errorf("%s: pages %v, %v; want %v, %v", name, encodings, meta.Codec, want.encodings, want.codec)
		}
		least, most, _ := table.RowGroups()[0].ColumnChunks()[i].(*parquet.FileColumnChunk).Bounds()
		if want.least != "" && least.String() != want.least || want.most != "" && most.String() != want.most {
			t.Errorf("%s: from %s to %s, want %s to %s", name, least, most, want.least, want.most)
		}
	}
}

// A column whose long texts repeat, and then do not, leaves its dictionary between two pages: written out, one page of it would hold 200 MB.
func TestPageOfLeftDictionary(t *testing.T) {
	const rows = 20_400
	long := strings.Repeat("x", 10_000)
	text, id := make([]string, rows), make([]string, rows)
	for i := range text {
		text[i], id[i] = long, strconv.Itoa(i)
		if i >= 20_000 {
			text[i] = strconv.Itoa(i) + long[:9_000]
		}
	}
	columns := []Column{{ColumnInfo: ColumnInfo{Name: "id", Kind: Text}, Text: id}, {ColumnInfo: ColumnInfo{Name: "text", Kind: Text}, Text: text}}
	for _, cut := range []int{1, 20_100, rows - 1} { // calls of add that begin before, at and behind the end of the dictionary
		path := filepath.Join(t.TempDir(), "a.parquet")
		writeTable(t, path, columns, cut, rows-cut)
		compareColumns(t, path, columns)
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		stat, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		p, err := openParquet(f, path, stat.Size(), &Options{})
		if err != nil {
			t.Fatal(err)
		}
		from, length := chunkPlace(&p.table.Metadata().RowGroups[0].Columns[1].MetaData)
		coded, written := 0, 0
		for end := from + length; from < end; {
			header, size, err := p.readPageHeader(from, end)
			if err != nil {
				t.Fatal(err)
			}
			if header.UncompressedPageSize > 3*pageBytes {
				t.Errorf("a page of %d bytes", header.UncompressedPageSize)
			}
			if h := header.DataPageHeaderV2; h.Valid && h.V.Encoding == format.Plain {
				written += int(h.V.NumValues)
			} else if h.Valid {
				coded += int(h.V.NumValues)
			}
			from += int64(size) + int64(header.CompressedPageSize)
		}
		if coded < 20_000 || coded+written != rows || written < 200 {
			t.Errorf("cut at %d: %d values by the dictionary, %d without", cut, coded, written)
		}
	}
}

// compareColumns reads a table and compares every value.
func compareColumns(t *testing.T, path string, columns []Column) {
	t.Helper()
	r, err := Open([]string{path}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	row := 0
	for {
		b, err := r.Next(context.Background())
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.Rows {
			for c := range columns {
				if got, want := b.Columns[c].TextAt(i), columns[c].TextAt(row); got != want || b.Columns[c].isNull(i) != columns[c].isNull(row) {
					t.Fatalf("row %d, column %s: %q, want %q", row, columns[c].Name, got, want)
				}
			}
			row++
		}
	}
	if row != columns[0].rows() {
		t.Errorf("%d rows, want %d", row, columns[0].rows())
	}
}

// BenchmarkWriteScores writes what a score writes of a million leads: ids, figures, words.
func BenchmarkWriteScores(b *testing.B) {
	const rows = 1 << 16
	columns := slices.DeleteFunc(repeating(rows), func(c Column) bool { return c.Name == "long" || c.Name == "too many levels" })
	path := filepath.Join(b.TempDir(), "a.parquet")
	b.ReportAllocs()
	for b.Loop() {
		writeTable(b, path, columns, 1<<13, rows-1<<13)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rows*len(columns)), "ns/value")
}

// The library would read other values from these than were written.
func TestLZ4IsRefused(t *testing.T) {
	if _, err := Open([]string{"testdata/lz4.parquet"}, Options{}); !errors.Is(err, errors.ErrUnsupported) || !strings.Contains(err.Error(), "LZ4") {
		t.Errorf("error %v", err)
	}
}
