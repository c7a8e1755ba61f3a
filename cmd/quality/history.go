package main

import (
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// history is a data set in the product's contract: a table of leads and, for some, a log of events.
type history struct {
	header []string
	rows   [][]string // one a lead, in the order of time where the data have one
	won    []bool
	judged []bool   // whether the lead counts in the measurement: decided, and still open at its snapshot
	hidden []string // columns that a lead to be scored does not have yet: outcome, closed time

	eventHeader []string
	events      [][]string // the first column is the lead's id
	idColumn    int
}

// sheet is a file of text as it was read.
type sheet struct {
	header []string
	rows   [][]string
}

// readTable reads a CSV file, .gz too. Spaces around values are cut. Without a header in the file, header names the columns.
func readTable(path string, delimiter rune, header []string) (*sheet, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var in io.Reader = file
	if strings.HasSuffix(path, ".gz") {
		if in, err = gzip.NewReader(file); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	t, err := parseTable(in, delimiter, header)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

func parseTable(in io.Reader, delimiter rune, header []string) (*sheet, error) {
	reader := csv.NewReader(in)
	reader.Comma, reader.TrimLeadingSpace = delimiter, true
	rows, err := reader.ReadAll()
	if err != nil {
		return nil, err
	}
	if header == nil && len(rows) > 0 {
		header, rows = rows[0], rows[1:]
		header[0] = strings.TrimPrefix(header[0], "\ufeff")
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("no rows")
	}
	for _, row := range rows {
		if len(row) != len(header) {
			return nil, fmt.Errorf("a row of %d values under %d columns", len(row), len(header))
		}
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
		}
	}
	return &sheet{header, rows}, nil
}

// column finds a column. A missing one is an error of the data set's preparation.
func (t *sheet) column(name string) (int, error) {
	if i := slices.Index(t.header, name); i >= 0 {
		return i, nil
	}
	return 0, fmt.Errorf("no column %q among %q", name, t.header)
}

// number puts a made-up id, L1, L2 …, before each row, for data that have none.
func (t *sheet) number() {
	t.header = append([]string{"lead_id"}, t.header...)
	for i, row := range t.rows {
		t.rows[i] = append([]string{fmt.Sprintf("L%d", i+1)}, row...)
	}
}

// writeCSV writes a table to dir and returns its path.
func writeCSV(dir, name string, header []string, rows [][]string) (string, error) {
	path := filepath.Join(dir, name)
	file, err := os.Create(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	out := csv.NewWriter(file)
	if err := out.Write(header); err != nil {
		return "", err
	}
	if err := out.WriteAll(rows); err != nil { // flushes
		return "", err
	}
	return path, file.Close()
}
