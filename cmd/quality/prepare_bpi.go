package main

import (
	"fmt"
	"path/filepath"
	"time"
)

// undecidedFor is how long after its registration a loan application is looked at; snapshot in books/bpi2012.schema.yaml.
const undecidedFor = 7 * 24 * time.Hour

// prepareBPI2012 makes leads and events from the log of loan applications.
func prepareBPI2012(dir string) (*history, error) {
	log, err := readTable(filepath.Join(dir, "bpi2012_loans", "bpi2012_events.csv.gz"), ',', nil)
	if err != nil {
		return nil, err
	}
	return leadsOfLog(log)
}

// leadsOfLog makes one lead of each case, in the order of the log. A case is won with its first A_APPROVED and lost with its first
// A_DECLINED or A_CANCELLED, closed at that event's time; else it is open. Only cases that were decided, and after their
// snapshot, are judged.
func leadsOfLog(log *sheet) (*history, error) {
	var at [5]int
	for i, name := range []string{"case_id", "amount_req", "reg_date", "activity", "timestamp"} {
		column, err := log.column(name)
		if err != nil {
			return nil, err
		}
		at[i] = column
	}
	h := &history{
		header:      []string{"case_id", "amount_req", "reg_date", "outcome", "closed_at"},
		hidden:      []string{"outcome", "closed_at"},
		eventHeader: []string{"case_id", "timestamp", "activity"},
	}
	const outcome, closedAt = 3, 4
	leads := map[string]int{}
	for _, row := range log.rows {
		id, activity, when := row[at[0]], row[at[3]], row[at[4]]
		lead, known := leads[id]
		if !known {
			lead = len(h.rows)
			leads[id] = lead
			h.rows = append(h.rows, []string{id, row[at[1]], row[at[2]], "open", ""})
		}
		h.events = append(h.events, []string{id, when, activity})
		if decided := decisions[activity]; decided != "" && h.rows[lead][outcome] == "open" {
			h.rows[lead][outcome], h.rows[lead][closedAt] = decided, when
		}
	}
	for _, row := range h.rows {
		judged, err := decidedAfterSnapshot(row[2], row[closedAt])
		if err != nil {
			return nil, fmt.Errorf("case %s: %w", row[0], err)
		}
		h.won = append(h.won, row[outcome] == "won")
		h.judged = append(h.judged, judged)
	}
	return h, nil
}

var decisions = map[string]string{"A_APPROVED": "won", "A_DECLINED": "lost", "A_CANCELLED": "lost"}

// decidedAfterSnapshot is false for open cases.
func decidedAfterSnapshot(registered, closed string) (bool, error) {
	if closed == "" {
		return false, nil
	}
	from, err := time.Parse(time.RFC3339, registered)
	if err != nil {
		return false, err
	}
	to, err := time.Parse(time.RFC3339, closed)
	if err != nil {
		return false, err
	}
	return to.After(from.Add(undecidedFor)), nil
}
