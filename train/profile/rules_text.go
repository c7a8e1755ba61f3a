package profile

import (
	"fmt"
	"strings"

	"leadscore/models/rules"
	"leadscore/train/leakage"
	"leadscore/train/naming"
)

// book is a starter rule book while it is being made.
type book struct {
	fit        []fitRule
	events     []eventRule
	exclude    []gateLine
	fastLane   []gateLine
	orderGuard []gateLine
	bounds     *bounds // nil: not known yet, or nothing to bound
}

// writeRules proposes a rule book in the words of the data, and gives it thresholds by scoring the sampled leads with it.
func (h *history) writeRules(p *Profile) ([]byte, error) {
	if h.events != nil {
		rows, _ := h.pastRows()
		h.pastTypes = h.eventTypes(rows)
	}
	b := &book{fit: h.fitRules(), events: h.eventRules(), exclude: h.exclusions(), fastLane: h.fastLanes(), orderGuard: h.orderGuards()}
	b.bounds = h.boundsOf(b, p)
	text := h.bookText(b)
	if _, err := rules.Parse("rules.yaml", text, &p.Schema); err != nil {
		return nil, fmt.Errorf("%w rule book: %w", errOwnFault, err)
	}
	return text, nil
}

func (h *history) bookText(b *book) []byte {
	w := &yamlWriter{}
	w.line("# A starter rule book proposed by leadscore init from %d won and %d lost leads. Change it as marketing and sales agree.", h.labels.won, h.labels.lost)
	rows, wins := h.pastRows()
	w.line("# %d points stand for a doubling of the odds of winning.", pointsPerDoubling)
	w.line("# The rules come from the %d older of the decided leads, of which %s won, so that training can judge them on newer ones.",
		len(rows), leakage.Percent(float64(wins)/float64(max(1, len(rows)))))
	w.line("version: 1\nname: starter")
	h.writeFit(w, b)
	h.writeEngagementRules(w, b)
	writeGates(w, "exclude", "disqualified, whatever the points", b.exclude)
	writeGates(w, "fast_lane", "asks for a talk: to sales at once, whatever the points", b.fastLane)
	writeGates(w, "order_guard", "held although the points are there", b.orderGuard)
	if b.bounds == nil || !b.bounds.qualifies {
		w.line("\n# No thresholds: the rules above do not tell leads apart well enough to name any. Write, for instance:")
		w.line("# thresholds:\n#   mql: {fit: 25, engagement: 30}")
	}
	if b.bounds != nil {
		b.bounds.write(w)
	}
	return w.Bytes()
}

func (h *history) writeFit(w *yamlWriter, b *book) {
	if len(b.fit) == 0 {
		w.line("\n# No fit rules: no value of any field in use goes with clearly more or fewer wins than the average. A rule looks like this:")
		w.line("# fit:\n#   rules:\n#     - {id: large, points: 10, when: lead.employees >= 250, reason: 250 employees or more}")
		return
	}
	most, least := 0, 0
	for i := range b.fit {
		most, least = most+max(0, b.fit[i].points), least+min(0, b.fit[i].points)
	}
	w.line("\nfit: # who they are; a rule gives its points once")
	w.line("  cap: {min: %d, max: %d}\n  rules:", max(least, -100), min(most, 100))
	for i := range b.fit {
		r := &b.fit[i]
		when, words := h.condition(r)
		n := r.won + r.lost
		w.line("    # %d leads, of which %s won", n, leakage.Percent(float64(r.won)/float64(max(1, n))))
		w.line("    - id: fit-%d-%s", i+1, slug(h.columns[r.column].Field))
		w.line("      points: %d", r.points)
		w.line("      reason: %s", scalar(words))
		w.line("      when: %s", condition(when))
	}
}

func (h *history) writeEngagementRules(w *yamlWriter, b *book) {
	if len(b.events) == 0 {
		if h.events != nil {
			w.line("\n# No engagement rules: no type of event before the snapshot goes with more or fewer wins.")
		}
		return
	}
	groups := map[string]bool{}
	for i := range b.events {
		groups[b.events[i].group] = true
	}
	w.line("\nengagement: # what they did; a rule gives its points for each event")
	w.line("  cap: {min: -50, max: 100}")
	w.line("  half_life: %dd # an event's points halve in this time", eventHalfLife)
	w.line("  within: %dd # older events do not count", eventWindow)
	if groups["intent"] || groups["interest"] {
		w.line("  groups:")
		for _, g := range []struct {
			name string
			most int
		}{{"intent", mostIntent}, {"interest", mostInterest}} {
			if groups[g.name] {
				w.line("    %s: {max: %d}", g.name, g.most)
			}
		}
	}
	w.line("  rules:")
	for i := range b.events {
		r := &b.events[i]
		w.line("    # %s; %s", r.describe(), r.why)
		w.line("    - id: event-rule-%d-%s", i+1, slug(r.Type))
		if r.group != "" {
			w.line("      group: %s", r.group)
		}
		w.line("      event: %s\n      points: %d\n      at_most: %d", scalar(r.Type), r.points, r.atMost)
		if r.lasts {
			w.line("      half_life: none")
		}
		w.line("      reason: %s", scalar(readable(r.Type)))
	}
	w.line("    - id: silent\n      points: %d\n      reason: no activity for %d days", silentPoints, silentDays)
	w.line("      when: events.days_since_last(\"any\") > %d", silentDays)
}

func writeGates(w *yamlWriter, key, comment string, gates []gateLine) {
	if len(gates) == 0 {
		return
	}
	w.line("\n%s: # %s", key, comment)
	for _, g := range gates {
		if g.comment != "" {
			w.line("  # %s", oneLine(g.comment))
		}
		value := g.value
		if g.key == "when" {
			value = condition(value)
		}
		w.line("  - id: %s\n    reason: %s\n    %s: %s", g.id, scalar(g.reason), g.key, value)
		if g.extra != "" {
			w.line("    %s", g.extra)
		}
	}
}

// condition writes CEL as YAML: as it is where YAML leaves it so, else between single quotes.
func condition(cel string) string {
	plain := strings.HasPrefix(cel, "lead.") || strings.HasPrefix(cel, "events.")
	if plain && !strings.Contains(cel, ": ") && !strings.Contains(cel, " #") && !strings.HasSuffix(cel, ":") {
		return cel
	}
	return "'" + strings.ReplaceAll(cel, "'", "''") + "'"
}

// readable writes demo_request as people do: demo request.
func readable(name string) string { return oneLine(strings.ReplaceAll(name, "_", " ")) }

// slug makes an id of a name: letters, digits and hyphens, at most 40 characters.
func slug(name string) string {
	text := strings.Join(naming.Words(asciiLetters(name)), "-")
	if len(text) > 40 {
		text = strings.TrimRight(text[:40], "-")
	}
	if text == "" {
		return "x"
	}
	return text
}

// write names the thresholds and grades.
func (b *bounds) write(w *yamlWriter) {
	if b.qualifies {
		w.line("\n# Every threshold must be reached; %s of the leads above reach them, and %s of those won.", leakage.Percent(b.share), leakage.Percent(b.rate))
		w.line("thresholds:\n  mql: {%s}", strings.Join(b.mql(), ", "))
	}
	w.line("\ngrades: # the least points of each; below the last come D and 4")
	if b.hasFit {
		w.line("  fit: %s", gradeText(b.fitGrades, "A", "B", "C"))
	}
	if b.hasEngagement {
		w.line("  engagement: %s", gradeText(b.engagementGrades, "1", "2", "3"))
	}
}

func (b *bounds) mql() []string {
	var list []string
	if b.hasFit {
		list = append(list, fmt.Sprintf("fit: %d", b.fit))
	}
	if b.hasEngagement {
		list = append(list, fmt.Sprintf("engagement: %d", b.engagement))
	}
	return list
}

func gradeText(points [3]int, names ...string) string {
	return fmt.Sprintf("{%s: %d, %s: %d, %s: %d}", names[0], points[0], names[1], points[1], names[2], points[2])
}
