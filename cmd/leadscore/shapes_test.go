package main

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"leadscore/features/source"
)

// history is a made-up history of closed deals: wins are likelier for leads over 250 employees and from DE.
func history(leads int) [][]string {
	r := rand.New(rand.NewPCG(5, 5))
	pick := func(values ...string) string { return values[r.IntN(len(values))] }
	rows := [][]string{{"lead_id", "employees", "country", "source", "revenue", "outcome"}}
	for i := range leads {
		employees, country, outcome := 1+r.IntN(500), pick("DE", "AT", "FR", "US"), "lost"
		chance := 0.15
		if employees > 250 {
			chance += 0.4
		}
		if country == "DE" {
			chance += 0.2
		}
		if r.Float64() < chance {
			outcome = "won"
		}
		rows = append(rows, []string{fmt.Sprintf("L%d", i+1), fmt.Sprint(employees), country, pick("web", "Köln fair", "Zürich fair"),
			fmt.Sprintf("%.2f", 1000+99000*r.Float64()), outcome})
	}
	return rows
}

// withNames changes the header.
func withNames(rows [][]string, names ...string) [][]string {
	return append([][]string{names}, rows[1:]...)
}

// withColumn changes a column's values.
func withColumn(rows [][]string, column int, change func(value string) string) [][]string {
	changed := [][]string{rows[0]}
	for _, row := range rows[1:] {
		row = append([]string{}, row...)
		row[column] = change(row[column])
		changed = append(changed, row)
	}
	return changed
}

// choose keeps columns, in the order given.
func choose(rows [][]string, columns ...int) [][]string {
	chosen := make([][]string, len(rows))
	for i, row := range rows {
		for _, column := range columns {
			chosen[i] = append(chosen[i], row[column])
		}
	}
	return chosen
}

func asText(rows [][]string, delimiter rune) string {
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	w.Comma = delimiter
	if err := w.WriteAll(rows); err != nil {
		panic(err) // a buffer takes everything
	}
	return text.String()
}

// goThrough runs init, train and score as a user would, without an edit, and returns the scores' rows.
func goThrough(t *testing.T, leads, fresh string) [][]string {
	t.Helper()
	dir := t.TempDir()
	mustRun(t, "init", "--leads", leads, "--out", dir)
	mustRun(t, "train", "--schema", dir+"/schema.yaml", "--rules", dir+"/rules.yaml", "--leads", leads,
		"--store", dir+"/store", "--model", "deals", "--no-pairs")
	mustRun(t, "score", "--store", dir+"/store", "--model", "deals", "--leads", fresh, "--out", dir+"/scores.csv")
	file, err := os.Open(dir + "/scores.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// newLeads are the first twenty without their outcome.
func newLeads(rows [][]string) [][]string { return choose(rows[:21], 0, 1, 2, 3, 4) }

// The same deals in another wrapping give the same scores, to the last digit.
func TestHistoryInAnyWrapping(t *testing.T) {
	rows := history(400)
	plain := t.TempDir()
	want := goThrough(t, write(t, plain+"/deals.csv", asText(rows, ',')), write(t, plain+"/new.csv", asText(newLeads(rows), ',')))
	if len(want) != 20 || want[0][0] != "L1" || want[19][0] != "L20" {
		t.Fatalf("%d leads scored, want L1 to L20 in the file's order", len(want))
	}
	german := func(rows [][]string) [][]string {
		return withColumn(rows, 4, func(v string) string {
			whole, cents, _ := strings.Cut(v, ".")
			return whole[:len(whole)-3] + "." + whole[len(whole)-3:] + "," + cents
		})
	}
	files := func(form func(rows [][]string) string) func(t *testing.T, dir string) (string, string) {
		return func(t *testing.T, dir string) (string, string) {
			return write(t, dir+"/deals.csv", form(rows)), write(t, dir+"/new.csv", form(newLeads(rows)))
		}
	}
	for name, lay := range map[string]func(t *testing.T, dir string) (leads, fresh string){
		"semicolon":     files(func(rows [][]string) string { return asText(rows, ';') }),
		"tab":           files(func(rows [][]string) string { return asText(rows, '\t') }),
		"pipe":          files(func(rows [][]string) string { return asText(rows, '|') }),
		"CRLF":          files(func(rows [][]string) string { return strings.ReplaceAll(asText(rows, ','), "\n", "\r\n") }),
		"BOM":           files(func(rows [][]string) string { return "\ufeff" + asText(rows, ',') }),
		"decimal comma": files(func(rows [][]string) string { return asText(german(rows), ';') }),
		"Windows-1252":  files(func(rows [][]string) string { return windows1252(t, asText(rows, ',')) }),
		"header in caps": files(func(rows [][]string) string {
			head, rest, _ := strings.Cut(asText(rows, ','), "\n")
			return strings.ToUpper(head) + "\n" + rest
		}),
		"gzip": func(t *testing.T, dir string) (string, string) {
			return write(t, dir+"/deals.csv.gz", zipped(t, asText(rows, ','))), write(t, dir+"/new.csv.gz", zipped(t, asText(newLeads(rows), ',')))
		},
		"folder": func(t *testing.T, dir string) (string, string) {
			write(t, dir+"/deals/1.csv", asText(rows[:200], ','))
			write(t, dir+"/deals/2.csv", asText(append([][]string{rows[0]}, rows[200:]...), ','))
			return dir + "/deals", write(t, dir+"/new.csv", asText(newLeads(rows), ','))
		},
		"pattern": func(t *testing.T, dir string) (string, string) {
			write(t, dir+"/deals-1.csv", asText(rows[:200], ','))
			write(t, dir+"/deals-2.csv", asText(append([][]string{rows[0]}, rows[200:]...), ','))
			return dir + "/deals-*.csv", write(t, dir+"/new.csv", asText(newLeads(rows), ','))
		},
		"Parquet": func(t *testing.T, dir string) (string, string) {
			return asParquet(t, dir+"/deals.parquet", rows), asParquet(t, dir+"/new.parquet", newLeads(rows))
		},
		"columns in another order": func(t *testing.T, dir string) (string, string) {
			return write(t, dir+"/deals.csv", asText(rows, ',')), write(t, dir+"/new.csv", asText(choose(newLeads(rows), 4, 2, 0, 1, 3), ','))
		},
		"more columns": func(t *testing.T, dir string) (string, string) {
			fresh := newLeads(rows)
			for i := range fresh {
				fresh[i] = append(fresh[i], []string{"campaign", "spring"}[min(i, 1)])
			}
			return write(t, dir+"/deals.csv", asText(rows, ',')), write(t, dir+"/new.csv", asText(fresh, ','))
		},
		"with the outcome": func(t *testing.T, dir string) (string, string) {
			return write(t, dir+"/deals.csv", asText(rows, ',')), write(t, dir+"/new.csv", asText(rows[:21], ','))
		},
	} {
		t.Run(name, func(t *testing.T) {
			leads, fresh := lay(t, t.TempDir())
			got := goThrough(t, leads, fresh)
			if len(got) != len(want) {
				t.Fatalf("%d leads scored, want %d", len(got), len(want))
			}
			for i := range got {
				if got, want := got[i][:10], want[i][:10]; strings.Join(got, ",") != strings.Join(want, ",") {
					t.Fatalf("lead %d scores %q, want %q as in the plain file", i+1, got, want)
				}
			}
		})
	}
}

func windows1252(t *testing.T, text string) string {
	encoded, err := charmap.Windows1252.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

func zipped(t *testing.T, text string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// asParquet writes the rows with revenue and employees as numbers.
func asParquet(t *testing.T, path string, rows [][]string) string {
	t.Helper()
	columns := make([]source.Column, len(rows[0]))
	info := make([]source.ColumnInfo, len(columns))
	for c, name := range rows[0] {
		info[c] = source.ColumnInfo{Name: name, Kind: source.Text}
		if name == "employees" || name == "revenue" {
			info[c].Kind = source.Number
		}
		columns[c] = source.Column{ColumnInfo: info[c], Null: make([]bool, len(rows)-1)}
		for _, row := range rows[1:] {
			var number float64
			if info[c].Kind == source.Number {
				if _, err := fmt.Sscan(row[c], &number); err != nil {
					t.Fatal(err)
				}
			}
			columns[c].Numbers, columns[c].Text = append(columns[c].Numbers, number), append(columns[c].Text, row[c])
		}
	}
	w, err := source.Create(path, info)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Discard()
	if err := w.Write(columns, len(rows)-1); err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	return path
}

// Whatever the other columns are called, and however few deals there are, the files go through.
func TestHistoryOfAnyShape(t *testing.T) {
	rows := history(400)
	wins, losses := 0, 0
	fewWins := [][]string{rows[0]}
	for _, row := range rows[1:] {
		if row[5] == "won" && wins < 40 {
			wins++
			fewWins = append(fewWins, row)
		}
		if row[5] == "lost" && losses < 160 {
			losses++
			fewWins = append(fewWins, row)
		}
	}
	sorted := [][]string{rows[0]}
	for _, outcome := range []string{"lost", "won"} {
		for _, row := range rows[1:] {
			if row[5] == outcome {
				sorted = append(sorted, row)
			}
		}
	}
	for name, rows := range map[string][][]string{
		"one field":                choose(rows, 0, 1, 5),
		"30 rows":                  rows[:31],
		"40 wins":                  fewWins,
		"sorted by outcome":        sorted,
		"spaces and umlauts":       withNames(rows, "lead_id", "Anzahl Mitarbeiter", "Größe", "Straße & Nr.", "Umsatz (€)", "outcome"),
		"CEL's words":              withNames(rows, "lead_id", "in", "true", "null", "has", "outcome"),
		"more of CEL's words":      withNames(rows, "lead_id", "for", "size", "matches", "package", "outcome"),
		"our own words":            withNames(rows, "lead_id", "points", "engagement", "probability", "lead", "outcome"),
		"doubles once normalised":  withNames(rows, "lead_id", "Company Size", "company_size", "Company-Size", "COMPANY SIZE", "outcome"),
		"names of digits":          withNames(rows, "lead_id", "2024", "1st", "%", "#1", "outcome"),
		"formulas":                 withColumn(rows, 3, func(v string) string { return "=" + v }),
		"quotes, commas and lines": withColumn(rows, 3, func(v string) string { return "a \"" + v + "\",\n b" }),
		"closed won, closed lost":  withColumn(rows, 5, func(v string) string { return "Closed " + strings.ToUpper(v[:1]) + v[1:] }),
		"1 and 0":                  withColumn(rows, 5, strings.NewReplacer("won", "1", "lost", "0").Replace),
		"open deals among them": withColumn(rows, 5, func() func(string) string {
			i := 0
			return func(v string) string { i++; return []string{v, v, "open"}[i%3] }
		}()),
		"numbers as ids": withColumn(rows, 0, func(v string) string { return "10" + v[1:] }),
		"ja and nein":    withColumn(rows, 3, strings.NewReplacer("web", "ja", "Köln fair", "nein", "Zürich fair", "nein").Replace),
		"missing written in words": withColumn(rows, 1, func(v string) string {
			if len(v) == 1 {
				return "n/a"
			}
			return v
		}),
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			fields := make([]int, len(rows[0])-1)
			for i := range fields {
				fields[i] = i
			}
			fresh := choose(rows[:21], fields...)
			got := goThrough(t, write(t, dir+"/deals.csv", asText(rows, ',')), write(t, dir+"/new.csv", asText(fresh, ',')))
			if len(got) != 20 {
				t.Fatalf("%d leads scored, want 20", len(got))
			}
			for i, row := range got {
				if row[0] != fresh[i+1][0] || !strings.HasPrefix(row[1], "0.") {
					t.Errorf("row %d: lead %s, probability %s; want lead %s and a probability", i, row[0], row[1], fresh[i+1][0])
				}
			}
		})
	}
}
