package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// writeTexts writes the schema and a small rule book.
func writeTexts(folder string, w *world, events bool) error {
	var b strings.Builder
	until := time.UnixMicro(start).Add(time.Duration(historyDay+200) * 24 * time.Hour).UTC()
	snapshot := "created + 1d"
	if events {
		snapshot = "created + 30d"
	}
	fmt.Fprintf(&b, `version: 1
lead: {id: lead_id, created: created_at, closed: closed_at}
outcome: {column: stage, won: [closed won], lost: [closed lost]}
snapshot: %s
horizon: 90d
observed_until: %s
fields:
`, snapshot, until.Format(time.DateOnly))
	for c := range categories {
		fmt.Fprintf(&b, "- {name: category_%02d, kind: category}\n", c)
	}
	for k := range numbers {
		fmt.Fprintf(&b, "- {name: number_%02d, kind: number}\n", k)
	}
	if events {
		b.WriteString(`events: {lead: lead_id, time: event_time, type: event_type}
engagement:
- {name: events_7d, count: [any], within: 7d}
- {name: events_30d, count: [any], within: 30d}
- {name: opens_30d, count: [email_open], within: 30d}
- {name: demos, count: [demo_request]}
- {name: quiet, days_since_last: [any]}
- {name: active_days, distinct_days: [any]}
- {name: first, first_event: true}
`)
	}
	if err := os.WriteFile(filepath.Join(folder, "schema.yaml"), []byte(b.String()), 0o666); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "rules.yaml"), []byte(rulesText(w)), 0o666)
}

// rulesText is a rule book that knows a little of the truth, as a rule book does: the better half of some categories' frequent
// values, and a few amounts.
func rulesText(w *world) string {
	var b strings.Builder
	b.WriteString("version: 1\nname: bench\nfit:\n  cap: {min: -40, max: 100}\n  rules:\n")
	for c := 0; c < categories; c += 3 {
		var good []string
		for k := range min(len(w.levels[c]), 12) {
			if w.effect[c][k] > 0.1 {
				good = append(good, fmt.Sprintf("%q", w.levels[c][k]))
			}
		}
		if len(good) > 0 {
			fmt.Fprintf(&b, "    - {id: good-%02d, points: 10, reason: a value that wins, when: 'lead.category_%02d in [%s]'}\n", c, c, strings.Join(good, ", "))
		}
	}
	b.WriteString("    - {id: large, points: 15, reason: a large amount, when: lead.number_00 >= 2000}\n")
	b.WriteString("    - {id: many, points: 10, reason: a high count, when: lead.number_01 >= 15}\n")
	b.WriteString("    - {id: far, points: -10, reason: far from the middle, when: lead.number_02 < 0.1 || lead.number_02 > 0.9}\n")
	return b.String()
}
