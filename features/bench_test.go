package features

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// benchSchema is the size of a usual CRM export: numbers, categories, dates, an e-mail and four figures.
const benchSchema = `
version: 1
lead: {id: id, account: account, created: created, closed: closed, value: amount}
outcome: {column: stage, won: [won], lost: [lost]}
snapshot: created + 7d
fields:
- {name: employees, kind: number}
- {name: revenue, kind: number}
- {name: pages, kind: number}
- {name: score, kind: number}
- {name: country, kind: category}
- {name: industry, kind: category}
- {name: source, kind: category}
- {name: role, kind: category}
- {name: newsletter, kind: boolean}
- {name: signed_up, kind: date}
- {name: mail, kind: email}
events: {lead: lead, time: at, type: what}
engagement:
- {name: visits, count: [visit], within: 30d}
- {name: activity, count: [any], half_life: 14d}
- {name: quiet, days_since_last: [any]}
- {name: first, first_event: true}
`

type benchLead struct {
	ID         string  `parquet:"id"`
	Account    string  `parquet:"account,dict"`
	Created    int64   `parquet:"created,timestamp(microsecond)"`
	Closed     int64   `parquet:"closed,timestamp(microsecond)"`
	Amount     float64 `parquet:"amount"`
	Stage      string  `parquet:"stage,dict"`
	Employees  float64 `parquet:"employees"`
	Revenue    float64 `parquet:"revenue"`
	Pages      int32   `parquet:"pages"`
	Score      float64 `parquet:"score"`
	Country    string  `parquet:"country,dict"`
	Industry   string  `parquet:"industry,dict"`
	Source     string  `parquet:"source,dict"`
	Role       string  `parquet:"role,dict"`
	Newsletter bool    `parquet:"newsletter"`
	SignedUp   int32   `parquet:"signed_up,date"`
	Mail       string  `parquet:"mail"`
}

func benchLeads(n int) []benchLead {
	r := rand.New(rand.NewPCG(1, 2))
	mails := []string{"gmail.com", "acme-tools.com", "gmx.de", "mailinator.com", "siemens.com"}
	leads := make([]benchLead, n)
	for i := range leads {
		created := 1_600_000_000_000_000 + r.Int64N(100_000_000)*1_000_000
		leads[i] = benchLead{
			ID: fmt.Sprintf("lead-%07d", i), Account: fmt.Sprint("account ", r.IntN(n/4+1)), Created: created, Closed: created + int64(30*Day),
			Amount: float64(r.IntN(100_000)), Stage: []string{"won", "lost", "open"}[r.IntN(3)], Employees: float64(r.IntN(5000)),
			Revenue: float64(r.IntN(1e9)) / 100, Pages: int32(r.IntN(50)), Score: r.NormFloat64(), Country: fmt.Sprint("country ", r.IntN(60)),
			Industry: fmt.Sprint("industry ", r.IntN(20)), Source: fmt.Sprint("source ", r.IntN(12)), Role: fmt.Sprint("role ", r.IntN(200)),
			Newsletter: r.IntN(2) == 0, SignedUp: int32(18000 + r.IntN(1000)), Mail: fmt.Sprintf("user%d@%s", i, mails[r.IntN(len(mails))]),
		}
	}
	return leads
}

func benchCSV(leads []benchLead) string {
	var b strings.Builder
	b.WriteString("id,account,created,closed,amount,stage,employees,revenue,pages,score,country,industry,source,role,newsletter,signed_up,mail\n")
	for i := range leads {
		l := &leads[i]
		fmt.Fprintf(&b, "%s,%s,%s,%s,%v,%s,%v,%v,%d,%.4f,%s,%s,%s,%s,%v,%s,%s\n", l.ID, l.Account, Micros(l.Created).Time().Format("2006-01-02T15:04:05Z"),
			Micros(l.Closed).Time().Format("2006-01-02T15:04:05Z"), l.Amount, l.Stage, l.Employees, l.Revenue, l.Pages, l.Score, l.Country, l.Industry, l.Source, l.Role,
			l.Newsletter, (Micros(l.SignedUp) * Day).Time().Format("2006-01-02"), l.Mail)
	}
	return b.String()
}

const benchRows = 100_000

func BenchmarkReadLeads(b *testing.B) {
	s, leads := schemaOf(b, benchSchema), benchLeads(benchRows)
	asParquet := filepath.Join(b.TempDir(), "leads.parquet")
	if err := parquet.WriteFile(asParquet, leads, parquet.Compression(&parquet.Zstd)); err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct{ name, path string }{{"csv", write(b, "leads.csv", benchCSV(leads))}, {"parquet", asParquet}} {
		b.Run(c.name, func(b *testing.B) {
			info, err := os.Stat(c.path)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(info.Size())
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := ReadLeads(context.Background(), s, []string{c.path}, ReadOptions{Outcome: true}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(benchRows)*float64(b.N)/b.Elapsed().Seconds(), "leads/s")
		})
	}
}

func benchHistory(b *testing.B, rows int) *History {
	s := schemaOf(b, benchSchema)
	table, _, err := ReadLeads(context.Background(), s, []string{write(b, "leads.csv", benchCSV(benchLeads(rows)))}, ReadOptions{Outcome: true})
	if err != nil {
		b.Fatal(err)
	}
	h, err := NewHistory(table, randomEvents(rand.New(rand.NewPCG(3, 4)), table))
	if err != nil {
		b.Fatal(err)
	}
	return h
}

func BenchmarkReadEvents(b *testing.B) {
	h := benchHistory(b, benchRows)
	var text strings.Builder
	var events LeadEvents
	text.WriteString("lead,at,what\n")
	for row := range h.Table.Len() {
		h.Events.Of(row, &events)
		for i, at := range events.Times {
			fmt.Fprintf(&text, "%s,%s,%s\n", h.Table.IDs.At(row), at.Time().Format("2006-01-02T15:04:05.000Z"), h.Events.Types[events.Types[i]])
		}
	}
	path := write(b, "events.csv", text.String())
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := ReadEvents(context.Background(), h.Table.Schema, []string{path}, h.Table, ReadOptions{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(h.Events.Len())*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkFitEncoder(b *testing.B) {
	h := benchHistory(b, benchRows)
	rows := allRows(h.Table)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := FitEncoder(h, rows, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(benchRows*float64(b.N)/b.Elapsed().Seconds(), "leads/s")
}

func BenchmarkEncode(b *testing.B) {
	h := benchHistory(b, 2000)
	e, err := FitEncoder(h, allRows(h.Table), Limits{})
	if err != nil {
		b.Fatal(err)
	}
	snapshots := make([]Snapshot, h.Table.Len())
	for i := range snapshots {
		h.Snapshot(i, &snapshots[i])
	}
	codes, status := make([]uint16, len(e.Inputs)), make([]Status, len(e.Inputs))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		e.Encode(&snapshots[i%len(snapshots)], codes, status)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "leads/s")
}

func BenchmarkEncodeHistory(b *testing.B) {
	h := benchHistory(b, benchRows)
	e, err := FitEncoder(h, allRows(h.Table), Limits{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.EncodeHistory(context.Background(), h); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(benchRows*float64(b.N)/b.Elapsed().Seconds(), "leads/s")
}

// BenchmarkEncodeRows is BenchmarkEncode from the table: with the snapshots that it needs, and by column.
func BenchmarkEncodeRows(b *testing.B) {
	const block = 128
	h := benchHistory(b, benchRows)
	e, err := FitEncoder(h, allRows(h.Table), Limits{})
	if err != nil {
		b.Fatal(err)
	}
	codes, status := make([]uint16, block*len(e.Inputs)), make([]Status, block*len(e.Inputs))
	var snapshot Snapshot
	for name, encode := range map[string]func(first int){
		"by snapshot": func(first int) {
			for i := range block {
				h.Snapshot(first+i, &snapshot)
				e.Encode(&snapshot, codes[:len(e.Inputs)], status[:len(e.Inputs)])
			}
		},
		"by column": func() func(int) {
			rows := e.Rows(h)
			return func(first int) {
				rows.Encode(first, block, codes, status)
				for i := range block {
					h.SnapshotOf(first+i, nil, &snapshot)
					e.EncodeFigures(&snapshot, codes[i*len(e.Inputs):(i+1)*len(e.Inputs)], status[i*len(e.Inputs):(i+1)*len(e.Inputs)])
				}
			}
		}(),
	} {
		b.Run(name, func(b *testing.B) {
			for first := 0; b.Loop(); first = (first + block) % (benchRows - block) {
				encode(first)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*block), "ns/lead")
		})
	}
}
