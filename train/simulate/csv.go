package simulate

import (
	"bufio"
	"errors"
	"os"
	"strconv"
	"strings"
	"time"
)

// Prefixes of ids. Leads to score are other leads than those of the history, from other companies.
const (
	historyPrefix = 'L'
	newPrefix     = 'N'
)

const (
	profileHeader = "lead_id,account_id,company,industry,employees,annual_revenue,country,company_founded,role,seniority," +
		"source,email,tech_stack,budget_stated,newsletter_opt_out,created_at"
	outcomeHeader = ",closed_at,outcome,deal_value,lost_reason,final_discount_percent"
	eventHeader   = "lead_id,event_type,event_time"
	truthHeader   = "lead_id,snapshot_at,true_probability"
)

// csvSink writes leads, events and truth as CSV: UTF-8, commas, quotes where needed, lines ending in a line feed, a missing
// value as nothing between two commas. The lines are made on all cores; the writer of features/source makes them on one, which
// would halve the speed.
type csvSink struct {
	*writing
	newLeads             bool
	leads, events, truth *csvFile
}

// newCSVSink creates the three files, named with the prefix, with their headers.
func newCSVSink(dir *directory, names *writing, newLeads bool) (*csvSink, error) {
	s := &csvSink{writing: names, newLeads: newLeads}
	prefix, header := "", profileHeader+outcomeHeader
	if newLeads {
		prefix, header = "new", profileHeader
	}
	var errs [3]error
	s.leads, errs[0] = dir.createCSV(prefix+"leads.csv", header)
	s.events, errs[1] = dir.createCSV(prefix+"events.csv", eventHeader)
	s.truth, errs[2] = dir.createCSV(prefix+"truth.csv", truthHeader)
	return s, errors.Join(errs[:]...)
}

func (s *csvSink) prefix() byte {
	if s.newLeads {
		return newPrefix
	}
	return historyPrefix
}

func (s *csvSink) encode(leads []lead, into *chunk) {
	for i := range leads {
		into.leads = s.appendLead(into.leads, &leads[i])
		into.events = s.appendEvents(into.events, &leads[i])
	}
	into.truth = judgedTruth(into.truth, s.prefix(), leads)
}

func (s *csvSink) write(c *chunk) error {
	return errors.Join(s.leads.write(c.leads), s.events.write(c.events), s.truth.write(c.truth))
}

func (s *csvSink) close() error {
	return errors.Join(s.leads.close(), s.events.close(), s.truth.close())
}

func (s *csvSink) appendLead(b []byte, l *lead) []byte {
	w, a := s.writing, l.account
	b = append(appendID(b, s.prefix(), l.number), ',')
	b = append(w.appendAccount(b, s.prefix(), a.number), ',')
	b = append(appendText(b, a.name), ',')
	b = append(append(b, w.industry.name(l.industry)...), ',')
	b = append(appendNumber(b, int64(l.employees)), ',')
	b = append(appendNumber(b, l.revenue), ',')
	b = append(append(b, w.country.name(l.country)...), ',')
	b = append(appendDate(b, l.founded), ',')
	b = append(append(b, w.role.name(l.role)...), ',')
	b = append(append(b, w.seniority.name(l.seniority)...), ',')
	b = append(append(b, w.source.name(l.source)...), ',')
	b = append(w.appendEmail(b, l), ',')
	b = append(append(b, w.techStack.name(l.techStack)...), ',')
	b = append(appendNumber(b, l.budget), ',')
	b = append(strconv.AppendBool(b, l.optOut), ',')
	b = appendTime(b, l.created)
	if !s.newLeads {
		b = append(appendTime(append(b, ','), l.closed), ',')
		b = append(append(b, l.outcome.String()...), ',')
		b = append(appendNumber(b, l.dealValue), ',')
		b = append(append(b, w.lostReason(l.lostReason)...), ',')
		b = appendNumber(b, int64(l.discount))
	}
	return append(b, '\n')
}

func (s *csvSink) appendEvents(b []byte, l *lead) []byte {
	for _, e := range l.events {
		b = append(appendID(b, s.prefix(), l.number), ',')
		b = append(append(b, s.eventNames[e.kind]...), ',')
		b = append(appendTime(b, e.at), '\n')
	}
	return b
}

// writing knows the names of everything that leads hold as a position.
type writing struct {
	*truth
	eventNames            []string
	lostReasons           []string
	firstNames, lastNames []string
}

func newWriting() *writing {
	w := &writing{truth: newTruth(), lostReasons: lostReasons()}
	for _, k := range w.kinds {
		w.eventNames = append(w.eventNames, k.name)
	}
	after, first, last := afterWin(), firstNames(), lastNames()
	w.eventNames = append(w.eventNames, after[:]...)
	w.firstNames, w.lastNames = first[:], last[:]
	return w
}

func (w *writing) lostReason(position uint8) string {
	if position == missing {
		return ""
	}
	return w.lostReasons[position]
}

// appendAccount writes an account's id; the accounts of leads to score are other companies.
func (w *writing) appendAccount(b []byte, prefix byte, number int64) []byte {
	b = append(b, 'A')
	if prefix == newPrefix {
		b = append(b, prefix)
	}
	return appendDigits(b, number)
}

// appendEmail makes up an address. The lead's number in it keeps it from being anyone's.
func (w *writing) appendEmail(b []byte, l *lead) []byte {
	b = append(append(b, w.firstNames[l.firstName]...), '.')
	b = append(append(b, w.lastNames[l.lastName]...), '.')
	b = append(strconv.AppendInt(b, l.number, 10), '@')
	return append(b, l.domain...)
}

func (c *category) name(position uint8) string {
	if position == missing {
		return ""
	}
	return c.levels[position].name
}

func appendID(b []byte, prefix byte, number int64) []byte {
	return appendDigits(append(b, prefix), number)
}

// appendDigits writes a number with at least eight digits.
func appendDigits(b []byte, number int64) []byte {
	for limit := int64(10_000_000); limit > number && limit > 1; limit /= 10 {
		b = append(b, '0')
	}
	return strconv.AppendInt(b, number, 10)
}

// appendNumber writes a positive number; zero is missing.
func appendNumber(b []byte, n int64) []byte {
	if n == 0 {
		return b
	}
	return strconv.AppendInt(b, n, 10)
}

// appendTime writes seconds since 1970 as ISO 8601 in UTC; zero is missing.
func appendTime(b []byte, at int64) []byte {
	if at == 0 {
		return b
	}
	return time.Unix(at, 0).UTC().AppendFormat(b, time.RFC3339)
}

func appendDate(b []byte, days int32) []byte {
	if days == noDate {
		return b
	}
	return time.Unix(int64(days)*day, 0).UTC().AppendFormat(b, time.DateOnly)
}

// appendProbability writes six decimals: an error of 5e-7, far below what a history of millions can show.
func appendProbability(b []byte, p float64) []byte { return strconv.AppendFloat(b, p, 'f', 6, 64) }

// appendText quotes as RFC 4180 asks.
func appendText(b []byte, s string) []byte {
	if !strings.ContainsAny(s, ",\"\r\n") {
		return append(b, s...)
	}
	return append(append(append(b, '"'), strings.ReplaceAll(s, `"`, `""`)...), '"')
}

// csvFile is a file of CSV lines.
type csvFile struct {
	file   *os.File
	buffer *bufio.Writer
}

func (f *csvFile) write(lines []byte) error {
	_, err := f.buffer.Write(lines)
	return err
}

func (f *csvFile) close() error { return errors.Join(f.buffer.Flush(), f.file.Close()) }
