package simulate

import (
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Every change is of a lead of the history, between its creation and its closing, in order; stages are entered as a team would.
func TestStagesAreConsistent(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	r := run(t, Config{Leads: 6000, Seed: 11, Out: out})
	leads := byLead(readTable(t, filepath.Join(out, "leads.csv")))
	changes := byLead(readTable(t, filepath.Join(out, "stages.csv")))
	values, names := stageValues(), owners()
	for id, rows := range changes {
		if len(leads[id]) != 1 {
			t.Fatalf("%s is in no row of leads.csv", id)
		}
		l := leads[id][0]
		created, closed, previous := seconds(t, l["created_at"]), seconds(t, l["closed_at"]), int64(0)
		for _, row := range rows {
			at := seconds(t, row["time"])
			if at < created || at < previous || at >= r.End.Unix() || closed != 0 && at >= closed {
				t.Errorf("%s: %s at %s, created %s, closed %s", id, row["stage"], row["time"], l["created_at"], l["closed_at"])
			}
			previous = at
			if !slices.Contains(values[:], row["stage"]) || !slices.Contains(names[:], row["owner"]) || row["reason"] != "" && row["stage"] != "Rejected" {
				t.Errorf("%s: %v", id, row)
			}
		}
		if last := rows[len(rows)-1]["stage"]; l["outcome"] == "won" && last == "Rejected" {
			t.Errorf("%s was won after a rejection", id)
		}
	}
}

// Sales answers as PROCESS.md says: leads of the plain lane within four office hours with probability Φ(ln(4/1.5)/1.1), less those that closed first.
func TestAnswersFollowTheRule(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	run(t, Config{Leads: 20_000, Seed: 12, Out: out})
	soon, all, never := 0., 0., 0.
	for _, rows := range byLead(readTable(t, filepath.Join(out, "stages.csv"))) {
		if rows[0]["stage"] != "MQL" || rows[0]["owner"] == owners()[slowOwner] {
			continue
		}
		if all++; len(rows) == 1 {
			never++
		} else if answered := officeTime(seconds(t, rows[0]["time"]), 4*3600); seconds(t, rows[1]["time"]) <= answered {
			soon++
		}
	}
	want := 0.5 * math.Erfc(-math.Log(4/answerHours)/answerSpread/math.Sqrt2)
	if share := soon / (all - never); math.Abs(share-want) > 3*math.Sqrt(want*(1-want)/all)+0.01 {
		t.Errorf("%.3f of %v answers within four hours, want %.3f", share, all, want)
	}
	if share := never / all; share < 0.01 || share > 0.05 {
		t.Errorf("%.3f were never answered, want below %v", share, neverAnswered)
	}
}

// The costs are the price of each lead, exactly.
func TestCostsAreThePrices(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	run(t, Config{Leads: 2000, Seed: 13, Out: out})
	counts := map[string]int{}
	for _, l := range readTable(t, filepath.Join(out, "leads.csv")) {
		counts[l["source"]+" "+l["created_at"][:7]]++
	}
	for _, row := range readTable(t, filepath.Join(out, "costs.csv")) {
		key := row["source"] + " " + row["month"]
		if got, err := strconv.Atoi(row["amount"]); err != nil || got != counts[key]*prices()[row["source"]] {
			t.Errorf("%s: %s for %d leads", key, row["amount"], counts[key])
		}
		delete(counts, key)
	}
	for key := range counts {
		if source, _, _ := strings.Cut(key, " "); prices()[source] > 0 {
			t.Errorf("%s has leads and no cost", key)
		}
	}
}

func TestOfficeTime(t *testing.T) {
	for _, test := range []struct {
		from    string
		hours   float64
		want    string
		because string
	}{
		{"2026-03-10T09:00:00Z", 2, "2026-03-10T11:00:00Z", "the same day"},
		{"2026-03-10T03:00:00Z", 1, "2026-03-10T09:00:00Z", "before opening"},
		{"2026-03-10T15:00:00Z", 2, "2026-03-11T09:00:00Z", "over the night"},
		{"2026-03-13T15:30:00Z", 1, "2026-03-16T08:30:00Z", "over the weekend"},
		{"2026-03-14T12:00:00Z", 17, "2026-03-18T09:00:00Z", "from a Saturday, over two days"},
	} {
		if got := officeTime(seconds(t, test.from), test.hours*3600); got != seconds(t, test.want) {
			t.Errorf("%s: %v, want %s", test.because, got, test.want)
		}
	}
}
