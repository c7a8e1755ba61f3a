package profile

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"leadscore/features"
	"leadscore/train/leakage"
)

// schema puts the decisions together.
func (h *history) schema() features.Schema {
	r := &h.roles
	column := func(i int) string {
		if i < 0 {
			return ""
		}
		return h.looks[i].name
	}
	s := features.Schema{
		Version: 1,
		Lead: features.LeadColumns{ID: column(r.id), Account: column(r.account), Created: column(r.created), Closed: column(r.closed),
			Value: column(r.value)},
		Outcome:  features.OutcomeColumns{Column: column(r.outcome), Won: h.outcome.won, Lost: h.outcome.lost},
		Snapshot: h.snapshot,
		Horizon:  h.horizon,
		Format:   features.FileFormat{DateLayout: h.layout},
	}
	if h.decimal != '.' {
		s.Format.Decimal = string(h.decimal)
	}
	for i := range h.columns {
		if c := &h.columns[i]; c.Role == RoleField {
			s.Fields = append(s.Fields, c.field())
		}
	}
	if h.events != nil {
		s.Events = h.events.columns
	}
	for _, f := range h.figures {
		s.Engagement = append(s.Engagement, f.Engagement)
	}
	return s
}

// field is the column as the schema names it.
func (c *Column) field() features.Field {
	f := c.look.field
	f.Name, f.Kind = c.Field, c.Kind
	if c.Name != c.Field {
		f.Column = c.Name
	}
	if !c.Use {
		f.Use, f.Because = features.UseNo, oneLine(c.Why)
	}
	return f
}

// schemaText writes the schema with what was found beside each line. Only comments differ from what a person would write.
func (h *history) schemaText(s *features.Schema) []byte {
	w := &yamlWriter{}
	w.line("# What the files of leads%s hold, proposed by leadscore init from %d rows: %d won, %d lost, %d open (win rate %s).",
		map[bool]string{true: " and events"}[h.events != nil], h.sample.rows, h.labels.won, h.labels.lost, h.labels.open, leakage.Percent(h.labels.rate()))
	w.line("# Read it once: a field that is known only after the outcome must have use: \"no\".")
	for _, n := range h.notes.list {
		w.line("# Note: %s", oneLine(n))
	}
	w.line("version: 1\n")
	h.writeLead(w, s)
	w.line("outcome: # every other value, and none, is open")
	w.pair(2, "column", s.Outcome.Column, "")
	w.line("  won: %s # %d leads", flow(s.Outcome.Won), h.labels.won)
	w.line("  lost: %s # %d leads\n", flow(s.Outcome.Lost), h.labels.lost)
	h.writeMoments(w)
	if len(s.Fields) > 0 {
		w.line("fields:")
	}
	for i := range h.columns {
		if c := &h.columns[i]; c.Role == RoleField {
			c.write(w)
		}
	}
	h.writeEvents(w, s)
	if s.Format != (features.FileFormat{}) {
		w.line("\nformat:")
		w.pair(2, "decimal", s.Format.Decimal, "")
		w.pair(2, "date_layout", s.Format.DateLayout, "of created, closed and event times")
	}
	return w.Bytes()
}

func (h *history) writeLead(w *yamlWriter, s *features.Schema) {
	w.line("lead:")
	comment := func(i int) string {
		if i < 0 {
			return ""
		}
		c := &h.columns[i]
		text := c.Why
		if c.Missing > 0 {
			text += fmt.Sprintf("; missing in %s", leakage.Percent(c.Missing))
		}
		if c.Role == RoleAccount && len(c.Suspicions) > 0 {
			text += "; no field, since " + leakage.Evidence(c.Suspicions, leakage.Worst(c.Suspicions))
		}
		return text
	}
	r := &h.roles
	w.pair(2, "id", s.Lead.ID, comment(r.id))
	w.pair(2, "account", s.Lead.Account, comment(r.account))
	w.pair(2, "created", s.Lead.Created, comment(r.created))
	w.pair(2, "closed", s.Lead.Closed, comment(r.closed))
	w.pair(2, "value", s.Lead.Value, comment(r.value))
	w.line("")
}

func (h *history) writeMoments(w *yamlWriter) {
	for _, c := range h.choices {
		if c.Value == "" {
			w.line("# no %s: %s", c.Name, oneLine(c.Why))
		} else {
			w.line("%s: %s # %s", c.Name, scalar(c.Value), oneLine(c.Why))
		}
	}
	w.line("")
}

// write lists one field: first what was found of it, then what the reader needs.
func (c *Column) write(w *yamlWriter) {
	text := fmt.Sprintf("%s; missing %s, %d values", c.look.why, leakage.Percent(c.Missing), c.Distinct)
	if c.AUC != nil && c.Distinct > 1 {
		text += fmt.Sprintf("; alone AUC %.3f, information value %.2f", *c.AUC, *c.Information)
	}
	w.line("  # %s", oneLine(text))
	if len(c.look.field.Special) > 0 {
		w.line("  # %g stands far from all other values and is common: it has a level of its own", c.look.field.Special[0])
	}
	if c.Use {
		for _, s := range c.Suspicions {
			w.line("  # %s: %s", strings.ToUpper(string(s.Grade)), oneLine(s.Words))
		}
	}
	f := c.field()
	w.line("  - name: %s", scalar(f.Name))
	w.pair(4, "column", f.Column, "")
	w.line("    kind: %s", f.Kind)
	w.list("missing", f.Missing)
	if len(f.Special) > 0 {
		w.line("    special: [%s]", strconv.FormatFloat(f.Special[0], 'f', -1, 64))
	}
	w.list("true", f.True)
	w.list("false", f.False)
	w.pair(4, "layout", f.Layout, "")
	if way, words := c.direction(); way != "" && c.Use {
		w.line("    # monotone: %s # %s, and %s from range to range: write it if it must hold", way, words, map[features.Direction]string{features.Up: "more", features.Down: "fewer"}[way])
	}
	if f.Use == features.UseNo {
		w.line("    use: \"no\"")
		w.line("    because: %s", scalar(f.Because))
	}
}

func (h *history) writeEvents(w *yamlWriter, s *features.Schema) {
	if h.events == nil {
		return
	}
	w.line("\nevents:")
	w.pair(2, "lead", s.Events.Lead, "")
	w.pair(2, "time", s.Events.Time, "")
	w.pair(2, "type", s.Events.Type, fmt.Sprintf("%d events of %d types", h.events.rows, len(h.types)))
	for i := range h.types {
		if t := &h.types[i]; !t.Use {
			w.line("  # left out of the figures: %s: %s", oneLine(scalar(t.Type)), oneLine(t.Why))
		}
	}
	if len(h.figures) == 0 {
		return
	}
	w.line("\nengagement: # as of the snapshot; later events are never seen")
	for _, f := range h.figures {
		w.line("  # %s", oneLine(f.comment))
		w.line("  - name: %s", scalar(f.Name))
		w.list("count", f.Count)
		w.list("days_since_last", f.DaysSinceLast)
		w.list("distinct_days", f.DistinctDays)
		if f.FirstEvent {
			w.line("    first_event: true")
		}
		w.list("events_before_first", f.EventsBeforeFirst)
		if f.Within > 0 {
			w.line("    within: %s", f.Within)
		}
		if !f.HalfLife.IsZero() {
			w.line("    half_life: %s # or auto: train learns it, in four to five times the time", f.HalfLife)
		}
	}
}

// yamlWriter writes YAML line by line. Values are quoted where a reader could take them for something else.
type yamlWriter struct{ bytes.Buffer }

func (w *yamlWriter) line(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }

// pair writes a key with its value, nothing for an empty one.
func (w *yamlWriter) pair(indent int, key, value, comment string) {
	if value == "" {
		return
	}
	if comment != "" {
		comment = " # " + oneLine(comment)
	}
	w.line("%s%s: %s%s", strings.Repeat(" ", indent), key, scalar(value), comment)
}

// list writes a member of a field.
func (w *yamlWriter) list(key string, values []string) {
	if len(values) > 0 {
		w.line("    %s: %s", key, flow(values))
	}
}

func flow(values []string) string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = scalar(v)
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// plain are the texts that YAML reads as themselves.
var plain = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_./+-]*( [A-Za-z0-9_./+(-][A-Za-z0-9_./+()-]*)*$`)

// spanText is a time span such as 30d.
var spanText = regexp.MustCompile(`^[0-9]+[wdhms]$`)

// truths are the texts that YAML, or a reader of it, takes for a truth or for nothing.
var truths = []string{"true", "false", "yes", "no", "on", "off", "y", "n", "t", "f", "null", "nan", "inf"}

// scalar writes a text so that YAML reads it back unchanged.
func scalar(text string) string {
	if spanText.MatchString(text) || plain.MatchString(text) && !slices.Contains(truths, strings.ToLower(text)) {
		return text
	}
	return strconv.Quote(text)
}

// oneLine makes a text fit for a comment or a table: one line, nothing unprintable.
func oneLine(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text))
}
