package main

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// linesOf reads a file of one JSON object a line.
func linesOf(t *testing.T, path string) (list []map[string]any) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		one := map[string]any{}
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			t.Fatal(err)
		}
		list = append(list, one)
	}
	return list
}

// A lead that was handed over has the scores that score gives for that very instant, whatever it did afterwards; another those of its snapshot.
func TestFunnelScoresAsOfTheHandOver(t *testing.T) {
	history, made := historyDir(t), trained(t)
	leads, events := filepath.Join(history, "leads.csv"), filepath.Join(history, "events.csv")
	store := []string{"--store", made + "/store", "--model", "deals", "--leads", leads, "--events", events}
	mustRun(t, append([]string{"funnel", "--stages", filepath.Join(history, "stages.csv"), "--out", made + "/followed.jsonl"}, store...)...)
	scoreAt := func(asOf string) map[string]map[string]any {
		out := made + "/scores.jsonl"
		mustRun(t, append([]string{"score", "--as-of", asOf, "--out", out}, store...)...)
		byLead := map[string]map[string]any{}
		for _, row := range linesOf(t, out) {
			byLead[row["lead_id"].(string)] = row
		}
		return byLead
	}
	snapshots, looked, moved, others := scoreAt("snapshot"), 0, 0, 0
	for _, row := range linesOf(t, made+"/followed.jsonl") {
		id := row["lead_id"].(string)
		want := snapshots[id]
		switch at, handed := row["reached_mql"].(string); {
		case handed && (row["way"] == "handed_over" || row["way"] == "fast_lane"):
			if looked++; looked > 8 {
				continue
			}
			want = scoreAt(at)[id]
			if want["probability"] != snapshots[id]["probability"] {
				moved++
			}
		case row["created"].(string) > "2026-06-20": // its snapshot has not come
			continue
		default:
			others++
		}
		for _, name := range []string{"probability", "points", "grade", "qualification", "quadrant"} {
			if row[name] != want[name] {
				t.Errorf("lead %s (%s): %s %v, score says %v", id, row["way"], name, row[name], want[name])
			}
		}
	}
	if looked < 100 || moved == 0 || others < 100 {
		t.Errorf("%d leads handed over, of those looked at %d with other scores than at the snapshot, %d others", looked, moved, others)
	}
}

// What a version's schema reads is enough, and an export of another form means the same.
func TestFunnelFormats(t *testing.T) {
	history, made := historyDir(t), trained(t)
	stages, err := os.ReadFile(filepath.Join(history, "stages.csv"))
	if err != nil {
		t.Fatal(err)
	}
	var edits strings.Builder
	edits.WriteString("LeadId;CreatedDate;Field;OldValue;NewValue;Reason;Owner\n")
	for i, line := range strings.Split(strings.TrimSpace(string(stages)), "\n") {
		if cell := strings.Split(line, ","); i > 0 {
			edits.WriteString(cell[0] + ";" + cell[1] + ";Lead Status;;" + strings.ToUpper(cell[2]) + ";" + cell[3] + ";" + cell[4] + "\n" + cell[0] + ";;Phone;1;2;;\n")
		}
	}
	path := made + "/edits.csv"
	if err := os.WriteFile(path, []byte(edits.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	leads := filepath.Join(history, "leads.csv")
	plain := mustRun(t, "funnel", "--schema", made+"/schema.yaml", "--leads", leads, "--stages", filepath.Join(history, "stages.csv"), "--json")
	if other := mustRun(t, "funnel", "--schema", made+"/schema.yaml", "--leads", leads, "--stages", path, "--stage-field", "lead status", "--json"); other != plain {
		t.Error("a field history gives another funnel than rows of stages")
	}
}
