package main

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// exported is one line of the table that leadscore compare writes.
type exported struct {
	id, quadrant, qualification, account string
	p, points, rankP, rankPoints, gap    float64
	won                                  float64
	days                                 float64 // NaN: none
	at                                   time.Time
	causes                               []struct {
		Side, Name string
		Effect     float64
	}
	by map[string]string
}

// TestEveryPrintedNumberOfCompare recomputes each figure of the page, ranges included, from the exported table alone, by slow and plain code that
// shares nothing with the program.
func TestEveryPrintedNumberOfCompare(t *testing.T) {
	made := comparedHistory(t)
	for _, c := range []struct {
		name     string
		args     []string
		capacity capacityOf
	}{
		{"newer leads by week", []string{"--leads", made.all, "--events", made.allEvents, "--capacity", "15/week", "--by", "employees", "--by", "source"}, capacityOf{15, 7, 0}},
		{"a refit by share", []string{"--leads", made.then, "--events", made.thenEvents, "--refit", "--capacity", "25%"}, capacityOf{0, 0, 0.25}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			page, table := filepath.Join(dir, "comparison.html"), filepath.Join(dir, "leads.csv")
			mustRun(t, append([]string{"compare", "--store", made.store, "--model", "deals", "--report", page, "--out", table}, c.args...)...)
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			leads, fields := readExported(t, table)
			want := recompute(t, leads, fields, c.capacity)
			checkFigures(t, string(text), want)
			checkSentences(t, string(text), want)
		})
	}
}

// history is a made-up history as it was known at one time, and as it was a year later.
type comparedFiles struct{ store, all, allEvents, then, thenEvents string }

func comparedHistory(t *testing.T) comparedFiles {
	t.Helper()
	dir := t.TempDir()
	mustRun(t, "simulate", "--leads", "5000", "--seed", "11", "--out", dir)
	f := comparedFiles{dir + "/store", dir + "/leads.csv", dir + "/events.csv", dir + "/then.csv", dir + "/then_events.csv"}
	const day = "2025-05-31T00:00:00Z"
	kept := map[string]bool{}
	rewrite(t, f.all, f.then, func(row map[string]string) bool {
		if row["created_at"] >= day {
			return false
		}
		kept[row["lead_id"]] = true
		if row["closed_at"] >= day {
			row["closed_at"], row["outcome"], row["lost_reason"], row["deal_value"], row["final_discount_percent"] = "", "open", "", "", ""
		}
		return true
	})
	rewrite(t, f.allEvents, f.thenEvents, func(row map[string]string) bool { return kept[row["lead_id"]] && row["event_time"] < day })
	mustRun(t, "init", "--leads", f.then, "--events", f.thenEvents, "--out", dir)
	mustRun(t, "train", "--schema", dir+"/schema.yaml", "--rules", dir+"/rules.yaml", "--leads", f.then, "--events", f.thenEvents,
		"--store", f.store, "--model", "deals", "--no-pairs", "--rolling", "0")
	return f
}

func rewrite(t *testing.T, from, to string, keep func(row map[string]string) bool) {
	t.Helper()
	rows := readCSV(t, from)
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	w := csv.NewWriter(out)
	_ = w.Write(rows[0])
	for _, cells := range rows[1:] {
		row := map[string]string{}
		for k, name := range rows[0] {
			row[name] = cells[k]
		}
		if !keep(row) {
			continue
		}
		for k, name := range rows[0] {
			cells[k] = row[name]
		}
		_ = w.Write(cells)
	}
	if w.Flush(); w.Error() != nil {
		t.Fatal(w.Error())
	}
}

func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func readExported(t *testing.T, path string) (leads []exported, fields []string) {
	t.Helper()
	rows := readCSV(t, path)
	place := map[string]int{}
	for k, name := range rows[0] {
		place[name] = k
		if field, ok := strings.CutPrefix(name, "by_"); ok {
			fields = append(fields, field)
		}
	}
	for _, row := range rows[1:] {
		cell := func(name string) string {
			at, known := place[name]
			if !known {
				t.Fatalf("no column %s", name)
			}
			return row[at]
		}
		number := func(name string) float64 {
			v, err := strconv.ParseFloat(cell(name), 64)
			if err != nil {
				return math.NaN()
			}
			return v
		}
		l := exported{id: cell("lead_id"), quadrant: cell("quadrant"), qualification: cell("qualification"), account: cell("account"),
			p: number("probability"), points: number("points"), rankP: number("probability_percentile"), rankPoints: number("points_percentile"),
			gap: number("gap"), won: number("won"), days: number("days_to_win"), by: map[string]string{}}
		var err error
		if l.at, err = time.Parse(time.RFC3339, cell("as_of")); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(cell("causes")), &l.causes); err != nil {
			t.Fatal(err)
		}
		for _, f := range fields {
			l.by[f] = cell("by_" + f)
		}
		leads = append(leads, l)
	}
	checkRanks(t, rows, place, leads)
	return leads, fields
}

// checkRanks recounts the places of every lead.
func checkRanks(t *testing.T, rows [][]string, place map[string]int, leads []exported) {
	t.Helper()
	orders := ordersOf(leads)
	for side, name := range []string{"rank_model", "rank_rules"} {
		for i := range leads {
			above, same := 0.0, 0.0
			for k := range leads {
				if orders[side][k] > orders[side][i] {
					above++
				} else if orders[side][k] == orders[side][i] {
					same++
				}
			}
			if got := rows[i+1][place[name]]; got != strconv.FormatFloat(above+(same+1)/2, 'g', -1, 64) {
				t.Fatalf("%s of %s is %s, want %v", name, leads[i].id, got, above+(same+1)/2)
			}
		}
	}
}

// ordersOf gives what each score sorts by: the probability; the points, with the fast lane above all and the excluded below all.
func ordersOf(leads []exported) [2][]float64 {
	var orders [2][]float64
	for _, l := range leads {
		points := l.points
		switch l.qualification {
		case "fast_lane":
			points += 1e5
		case "excluded":
			points -= 1e5
		}
		orders[0], orders[1] = append(orders[0], l.p), append(orders[1], points)
	}
	return orders
}

var figure = regexp.MustCompile(`data-figure="([^"]+)">([^<]*)<`)

func checkFigures(t *testing.T, page string, want map[string][]float64) {
	t.Helper()
	matches := figure.FindAllStringSubmatch(page, -1)
	if len(matches) < 300 {
		t.Fatalf("only %d figures on the page", len(matches))
	}
	read, parts := 0.0, 0.0
	for _, m := range matches {
		key, got := m[1], numbersIn(m[2])
		switch {
		case key == "clustered.difference.range": // random: models/metrics holds it to another program's
			continue
		case key == "rows.read":
			read = got[0]
			continue
		case strings.HasPrefix(key, "rows.out."):
			parts += got[0]
			continue
		case key == "rows.late":
			continue
		}
		values, known := want[key]
		if !known {
			t.Errorf("figure %q = %s is recomputed nowhere", key, m[2])
			continue
		}
		if len(got) != len(values) {
			t.Errorf("figure %q = %q, want %v", key, m[2], values)
			continue
		}
		for k := range got {
			if !sameFigure(m[2], got[k], values[k]) {
				t.Errorf("figure %q = %q, want %v", key, m[2], values)
			}
		}
	}
	if counted := want["rows.counted"][0]; read != counted+parts {
		t.Errorf("%v leads read, %v counted and %v left out", read, counted, parts)
	}
}

var printedNumber = regexp.MustCompile(`[−-]?\d[\d,]*(?:\.\d+)?`)

func numbersIn(text string) (list []float64) {
	for _, m := range printedNumber.FindAllString(text, -1) {
		v, _ := strconv.ParseFloat(strings.NewReplacer("−", "-", ",", "").Replace(m), 64)
		list = append(list, v)
	}
	return list
}

// sameFigure compares to the decimals that are printed.
func sameFigure(text string, got, want float64) bool {
	decimals := 0
	if m := regexp.MustCompile(`\.(\d+)`).FindStringSubmatch(text); m != nil {
		decimals = len(m[1])
	}
	return math.Abs(got-want) <= 0.5000001*math.Pow(10, -float64(decimals))
}

// checkSentences looks for the sentences that people will quote.
func checkSentences(t *testing.T, page string, want map[string][]float64) {
	t.Helper()
	sentence := regexp.MustCompile(`the model finds ([\d.]+) wins(?: a week)?, the rules ([\d.]+) \(difference ([−\d.]+) \[([−\d.]+), ([−\d.]+)\]\)`).FindStringSubmatch(page)
	pairs := regexp.MustCompile(`scores the won one higher in ([\d.]+) of 100 such pairs, the rules in ([\d.]+) \(difference ([−\d.]+)`).FindStringSubmatch(page)
	if sentence == nil || pairs == nil {
		t.Fatal("the page does not say what the team finds, or how the pairs stand")
	}
	for k, key := range []string{"work.won.model", "work.won.rules", "work.difference", "work.difference.range"} {
		if !sameFigure(sentence[k+1], numbersIn(sentence[k+1])[0], want[key][0]) {
			t.Errorf("%q says %s, want %v", sentence[0], sentence[k+1], want[key])
		}
	}
	for k, key := range []string{"auc.model", "auc.rules", "auc.difference"} {
		if !sameFigure(pairs[k+1], numbersIn(pairs[k+1])[0], want[key][0]) {
			t.Errorf("%q says %s, want %v", pairs[0], pairs[k+1], want[key])
		}
	}
}
