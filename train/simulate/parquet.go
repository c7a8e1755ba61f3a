package simulate

import (
	"errors"
	"path/filepath"

	"leadscore/features/source"
)

// columns is part of a table on its way into a Parquet file.
type columns []source.Column

// The columns of leads.parquet and events.parquet, in the order in which appendLead and appendEvents fill them.
func leadColumns() columns {
	return columns{textColumn("lead_id"), textColumn("account_id"), textColumn("company"), textColumn("industry"),
		wholeColumn("employees"), wholeColumn("annual_revenue"), textColumn("country"), dateColumn("company_founded"),
		textColumn("role"), textColumn("seniority"), textColumn("source"), textColumn("email"), textColumn("tech_stack"),
		wholeColumn("budget_stated"), booleanColumn("newsletter_opt_out"), timeColumn("created_at"), timeColumn("closed_at"),
		textColumn("outcome"), wholeColumn("deal_value"), textColumn("lost_reason"), wholeColumn("final_discount_percent")}
}

func eventColumns() columns {
	return columns{textColumn("lead_id"), textColumn("event_type"), timeColumn("event_time")}
}

func column(info source.ColumnInfo) source.Column { return source.Column{ColumnInfo: info} }

func textColumn(name string) source.Column {
	return column(source.ColumnInfo{Name: name, Kind: source.Text})
}

func wholeColumn(name string) source.Column {
	return column(source.ColumnInfo{Name: name, Kind: source.Number, Whole: true})
}

func booleanColumn(name string) source.Column {
	return column(source.ColumnInfo{Name: name, Kind: source.Boolean})
}

func timeColumn(name string) source.Column {
	return column(source.ColumnInfo{Name: name, Kind: source.Time})
}

func dateColumn(name string) source.Column {
	return column(source.ColumnInfo{Name: name, Kind: source.Time, DateOnly: true})
}

// parquetSink writes leads and events as Parquet, and truth as CSV.
type parquetSink struct {
	*writing
	leads, events *source.Writer
	truth         *csvFile
}

func newParquetSink(dir *directory, names *writing) (*parquetSink, error) {
	s := &parquetSink{writing: names}
	var errs [3]error
	s.leads, errs[0] = dir.createTable("leads.parquet", leadColumns())
	s.events, errs[1] = dir.createTable("events.parquet", eventColumns())
	s.truth, errs[2] = dir.createCSV("truth.csv", truthHeader)
	return s, errors.Join(errs[:]...)
}

// createTable begins a table in the temporary directory.
func (d *directory) createTable(name string, table columns) (*source.Writer, error) {
	infos := make([]source.ColumnInfo, len(table))
	for i := range table {
		infos[i] = table[i].ColumnInfo
	}
	w, err := source.Create(filepath.Join(d.temporary, name), infos)
	if err == nil {
		d.tables = append(d.tables, w)
	}
	return w, err
}

func (s *parquetSink) encode(leads []lead, into *chunk) {
	if into.leadColumns == nil {
		into.leadColumns, into.eventColumns = leadColumns(), eventColumns()
	}
	for i := range leads {
		id := string(appendID(nil, historyPrefix, leads[i].number))
		s.appendLead(into.leadColumns, id, &leads[i])
		s.appendEvents(into.eventColumns, id, leads[i].events)
	}
	into.truth = judgedTruth(into.truth, historyPrefix, leads)
}

func (s *parquetSink) write(c *chunk) error {
	return errors.Join(s.leads.Write(c.leadColumns, c.leadColumns.rows()),
		s.events.Write(c.eventColumns, c.eventColumns.rows()), s.truth.write(c.truth))
}

func (s *parquetSink) close() error {
	return errors.Join(s.leads.Commit(), s.events.Commit(), s.truth.close())
}

func (s *parquetSink) appendLead(to columns, id string, l *lead) {
	w, a := s.writing, l.account
	to.text(0, id)
	to.text(1, string(w.appendAccount(nil, historyPrefix, a.number)))
	to.text(2, a.name)
	to.text(3, w.industry.name(l.industry))
	to.whole(4, int64(l.employees))
	to.whole(5, l.revenue)
	to.text(6, w.country.name(l.country))
	to.time(7, int64(l.founded)*day, l.founded != noDate)
	to.text(8, w.role.name(l.role))
	to.text(9, w.seniority.name(l.seniority))
	to.text(10, w.source.name(l.source))
	to.text(11, string(w.appendEmail(nil, l)))
	to.text(12, w.techStack.name(l.techStack))
	to.whole(13, l.budget)
	to.boolean(14, l.optOut)
	to.time(15, l.created, true)
	to.time(16, l.closed, l.closed != 0)
	to.text(17, l.outcome.String())
	to.whole(18, l.dealValue)
	to.text(19, w.lostReason(l.lostReason))
	to.whole(20, int64(l.discount))
}

func (s *parquetSink) appendEvents(to columns, id string, events []event) {
	for _, e := range events {
		to.text(0, id)
		to.text(1, s.eventNames[e.kind])
		to.time(2, e.at, true)
	}
}

// rows is how many rows the columns hold; the first column is a text.
func (c columns) rows() int { return len(c[0].Text) }

func (c columns) reset() {
	for i := range c {
		column := &c[i]
		column.Null, column.Text, column.Integers = column.Null[:0], column.Text[:0], column.Integers[:0]
		column.Booleans, column.Times = column.Booleans[:0], column.Times[:0]
	}
}

// text appends a value to the column at a position; an empty one is missing.
func (c columns) text(at int, value string) {
	c[at].Text = append(c[at].Text, value)
	c[at].Null = append(c[at].Null, value == "")
}

// whole appends a positive number; zero is missing.
func (c columns) whole(at int, value int64) {
	c[at].Integers = append(c[at].Integers, value)
	c[at].Null = append(c[at].Null, value == 0)
}

func (c columns) boolean(at int, value bool) {
	c[at].Booleans = append(c[at].Booleans, value)
	c[at].Null = append(c[at].Null, false)
}

// time appends a time in seconds since 1970; source counts in microseconds.
func (c columns) time(at int, value int64, known bool) {
	c[at].Times = append(c[at].Times, value*1_000_000)
	c[at].Null = append(c[at].Null, !known)
}
