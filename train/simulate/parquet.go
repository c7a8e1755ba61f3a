package simulate

import (
	"errors"
	"os"
	"strconv"

	"github.com/parquet-go/parquet-go"
)

// leadRow is a row of leads.parquet. The zero of an optional column is written as null.
type leadRow struct {
	ID        string `parquet:"lead_id"`
	Account   string `parquet:"account_id"`
	Company   string `parquet:"company"`
	Industry  string `parquet:"industry,dict"`
	Employees int64  `parquet:"employees,optional"`
	Revenue   int64  `parquet:"annual_revenue,optional"`
	Country   string `parquet:"country,dict"`
	Founded   int32  `parquet:"company_founded,optional,date"`
	Role      string `parquet:"role,dict"`
	Seniority string `parquet:"seniority,optional,dict"`
	Source    string `parquet:"source,dict"`
	Email     string `parquet:"email"`
	TechStack string `parquet:"tech_stack,optional,dict"`
	Budget    int64  `parquet:"budget_stated,optional"`
	OptOut    bool   `parquet:"newsletter_opt_out"`
	Created   int64  `parquet:"created_at,timestamp(millisecond)"`
	Closed    int64  `parquet:"closed_at,optional,timestamp(millisecond)"`
	Outcome   string `parquet:"outcome,dict"`
	Value     int64  `parquet:"deal_value,optional"`
	Reason    string `parquet:"lost_reason,optional,dict"`
	Discount  int64  `parquet:"final_discount_percent,optional"`
}

// eventRow is a row of events.parquet.
type eventRow struct {
	Lead string `parquet:"lead_id,dict"`
	Type string `parquet:"event_type,dict"`
	Time int64  `parquet:"event_time,timestamp(millisecond)"`
}

// parquetRowsPerGroup bounds the memory of a file that is being written.
const parquetRowsPerGroup = 256 << 10

// parquetSink writes leads and events as Parquet, compressed with zstd, and truth as CSV.
type parquetSink struct {
	*writing
	leads  *parquetFile[leadRow]
	events *parquetFile[eventRow]
	truth  *csvFile
}

func newParquetSink(dir *directory, names *writing) (*parquetSink, error) {
	s := &parquetSink{writing: names}
	var errs [3]error
	s.leads, errs[0] = createParquet[leadRow](dir, "leads.parquet")
	s.events, errs[1] = createParquet[eventRow](dir, "events.parquet")
	s.truth, errs[2] = dir.createCSV("truth.csv", truthHeader)
	return s, errors.Join(errs[:]...)
}

func (s *parquetSink) encode(leads []lead, into *chunk) {
	for i := range leads {
		row := s.row(&leads[i])
		into.leadRows = append(into.leadRows, row)
		for _, e := range leads[i].events {
			into.eventRows = append(into.eventRows, eventRow{Lead: row.ID, Type: s.eventNames[e.kind], Time: e.at * 1000})
		}
	}
	into.truth = judgedTruth(into.truth, historyPrefix, leads)
}

func (s *parquetSink) row(l *lead) leadRow {
	w, a := s.writing, l.account
	founded := l.founded
	if founded == noDate {
		founded = 0
	}
	return leadRow{
		ID: string(appendID(nil, historyPrefix, l.number)), Account: string(w.appendAccount(nil, historyPrefix, a.number)),
		Company: a.name, Industry: w.industry.name(l.industry), Employees: int64(l.employees), Revenue: l.revenue,
		Country: w.country.name(l.country), Founded: founded, Role: w.role.name(l.role),
		Seniority: w.seniority.name(l.seniority), Source: w.source.name(l.source), Email: string(w.appendEmail(nil, l)),
		TechStack: w.techStack.name(l.techStack), Budget: l.budget, OptOut: l.optOut,
		Created: l.created * 1000, Closed: l.closed * 1000, Outcome: l.outcome.String(), Value: l.dealValue,
		Reason: w.lostReason(l.lostReason), Discount: int64(l.discount),
	}
}

func (s *parquetSink) write(c *chunk) error {
	return errors.Join(s.leads.write(c.leadRows), s.events.write(c.eventRows), s.truth.write(c.truth))
}

func (s *parquetSink) close() error {
	return errors.Join(s.leads.close(), s.events.close(), s.truth.close())
}

// parquetFile is a file of rows.
type parquetFile[Row any] struct {
	file *os.File
	rows *parquet.GenericWriter[Row]
}

func createParquet[Row any](dir *directory, name string) (*parquetFile[Row], error) {
	file, err := dir.create(name)
	if err != nil {
		return nil, err
	}
	return &parquetFile[Row]{file: file, rows: parquet.NewGenericWriter[Row](file,
		parquet.Compression(&parquet.Zstd), parquet.MaxRowsPerRowGroup(parquetRowsPerGroup),
		parquet.CreatedBy("leadscore", strconv.Itoa(1), "simulate"))}, nil
}

func (f *parquetFile[Row]) write(rows []Row) error {
	_, err := f.rows.Write(rows)
	return err
}

func (f *parquetFile[Row]) close() error { return errors.Join(f.rows.Close(), f.file.Close()) }
