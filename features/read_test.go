package features

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/parquet-go/parquet-go"
)

const leadsSchema = `
version: 1
lead: {id: lead_id, account: company, created: created, closed: closed, value: amount}
outcome: {column: stage, won: [Won], lost: [Lost]}
snapshot: created + 7d
fields:
- {name: employees, kind: number, missing: [n/a, "-1"], special: [999]}
- {name: country, kind: category, missing: [Select]}
- {name: newsletter, kind: boolean}
- {name: signed_up, kind: date}
- {name: mail, kind: email}
- {name: notes, kind: category, use: no, because: known afterwards}
events: {lead: lead, time: at, type: what}
engagement:
- {name: visits, count: [any]}
`

const leadsHead = "lead_id,company,created,closed,amount,stage,employees,country,newsletter,signed_up,mail,notes\n"

func schemaOf(t testing.TB, text string) *Schema {
	t.Helper()
	s, err := ParseSchema("schema.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func readText(t testing.TB, s *Schema, text string, o ReadOptions) (*Table, *ReadReport, error) {
	t.Helper()
	return ReadLeads(context.Background(), s, []string{write(t, "leads.csv", text)}, o)
}

func day(t testing.TB, text string) Micros {
	t.Helper()
	var d Date8601
	if err := d.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return d.Micros()
}

func TestReadLeads(t *testing.T) {
	s := schemaOf(t, leadsSchema)
	table, report, err := readText(t, s, leadsHead+
		"A,Acme,2026-01-01,2026-03-01,1000,Won,250,Germany,yes,2025-12-31,ann@acme-tools.com,x\n"+
		"B,,2026-01-02T10:00:00Z,,,Engaging,n/a,Select,,,x@gmail.com,\n"+
		" C ,Acme,2026-01-03,2026-01-02,\"2,500.5\",Lost,-1.0, France ,0,,x@mailinator.com,y\n"+
		"D,Beta,,,0,,999,Germany,TRUE,2026-01-01,nobody,\n", ReadOptions{Outcome: true})
	if err != nil {
		t.Fatal(err)
	}
	want := &Table{
		IDs:       IDsOf([]string{"A", "B", "C", "D"}),
		Account:   PlacesOf([]uint32{1, 0, 1, 2}),
		Accounts:  []string{"", "Acme", "Beta"},
		Created:   TimesOf([]Micros{day(t, "2026-01-01"), day(t, "2026-01-02T10:00:00Z"), day(t, "2026-01-03"), NoTime}),
		Closed:    TimesOf([]Micros{day(t, "2026-03-01"), NoTime, day(t, "2026-01-02"), NoTime}),
		Outcome:   []Outcome{Won, Open, Lost, Open},
		DealValue: NumbersOf([]float64{1000, math.NaN(), 2500.5, 0}),
		Columns: []Column{
			{Numbers: NumbersOf([]float64{250, math.NaN(), math.NaN(), 999})},
			{Codes: PlacesOf([]uint32{1, 0, 2, 1}), Levels: []string{"", "Germany", "France"}},
			{Codes: PlacesOf([]uint32{2, 0, 1, 2}), Levels: []string{"", "false", "true"}},
			{Times: TimesOf([]Micros{day(t, "2025-12-31"), NoTime, NoTime, day(t, "2026-01-01")})},
			{Codes: PlacesOf([]uint32{1, 2, 3, 4}), Levels: []string{"", "company", "free", "disposable", "invalid"}},
			{},
		},
	}
	if diff := cmp.Diff(want, table, cmpopts.IgnoreUnexported(Table{}), cmpopts.IgnoreFields(Table{}, "Schema"),
		cmp.AllowUnexported(IDs{}, Numbers{}, Places{}, Times{}, packed{}, slab{})); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
	if got := table.Position(2); got != "leads.csv: line 4" {
		t.Errorf("Position(2) = %q", got)
	}
	if v := table.Value(0, 2); v.Missing || v.Number != 1 {
		t.Errorf("newsletter of A is %+v", v)
	}
	if v := table.Value(0, 5); !v.Missing {
		t.Errorf("a field with use: no is %+v", v)
	}
	wantWarnings := []Warning{
		{"closed before created", 1, []string{"leads.csv: line 4: lead C"}},
		{`outcome "Engaging" is neither won nor lost: open`, 1, []string{"leads.csv: line 3"}},
	}
	if diff := cmp.Diff(wantWarnings, report.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	if report.Rows != 4 || len(report.Fingerprint) != 64 {
		t.Errorf("report %+v", report)
	}
}

// Every kind of bad cell is a fault with its line, lead, field and value, and all come together.
func TestReadLeadsFaults(t *testing.T) {
	s := schemaOf(t, leadsSchema)
	text := leadsHead +
		"A,,2026-01-01,,,Won,many,,maybe,31.12.2025,,\n" + // three faults
		",,2026-01-01,,,Won,1,,,,,\n" +
		"A2,,2026-01-01,,\"1,5\",Won,NaN,,,,,\n" +
		"B,,yesterday,,,Lost,1e999,,,,,\n" +
		"C,,2026-01-01,,,Lost,1," + strings.Repeat("x", LongestText+1) + ",,,,\n" +
		"D,,2026-01-01,,,Lost,1,,,,,\n" +
		"D,,2026-01-01,,,Lost,1,,,,,\n"
	_, _, err := readText(t, s, text, ReadOptions{Outcome: true})
	var faults Faults
	if !errors.As(err, &faults) {
		t.Fatalf("got %v", err)
	}
	want := []string{
		`leads.csv: line 2: lead A: field employees: "many": not a number; write digits such as 250, or list the text under missing`,
		`leads.csv: line 2: lead A: field newsletter: "maybe": neither true nor false; write true or false, or list the texts under true and false in the schema`,
		`leads.csv: line 2: lead A: field signed_up: "31.12.2025": not a date; write ISO 8601 such as 2026-11-22 or 2026-11-22T10:00:00Z, or give the layout in the schema`,
		`leads.csv: line 3: field lead.id: no id; every lead needs one`,
		`leads.csv: line 4: lead A2: field lead.value: "1,5": not a number; if the file writes numbers this way, set format.decimal: "," in the schema`,
		`leads.csv: line 4: lead A2: field employees: "NaN": not a finite number; write digits, or list it under missing`,
		`leads.csv: line 5: lead B: field lead.created: "yesterday": not a date; write ISO 8601 such as 2026-11-22 or 2026-11-22T10:00:00Z, or give the layout in the schema`,
		`leads.csv: line 5: lead B: field employees: "1e999": not a number; write digits such as 250, or list the text under missing`,
		`leads.csv: line 6: lead C: field country: 10001 bytes of text; at most 10000 are read; shorten it, or leave the column out`,
		`leads.csv: line 8: field lead.id: "D": a doubled id; it is also at leads.csv: line 7`,
	}
	var got []string
	for _, f := range faults {
		got = append(got, f.Error())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}

	t.Run("bad rows left out", func(t *testing.T) {
		table, report, err := readText(t, s, text, ReadOptions{Outcome: true, LeaveOutBadRows: true})
		if err != nil {
			t.Fatal(err)
		}
		if table.Len() != 1 || table.IDs.At(0) != "D" || table.Columns[0].Numbers.Len() != 1 || table.Columns[1].Codes.Len() != 1 || len(table.Outcome) != 1 ||
			table.Position(0) != "leads.csv: line 7" {
			t.Errorf("kept %v", table)
		}
		left := int64(0)
		for _, n := range report.LeftOut {
			left += n
		}
		if report.Rows != 7 || left != 6 || report.LeftOut["field employees: not a number"] != 1 || report.LeftOut["field lead.id: a doubled id"] != 1 {
			t.Errorf("report %+v", report)
		}
	})
	t.Run("thousands of faults are counted", func(t *testing.T) {
		var b strings.Builder
		b.WriteString(leadsHead)
		for i := range 30_000 {
			fmt.Fprintf(&b, "L%d,,2026-01-01,,,Won,x,,,,,\n", i)
		}
		_, _, err := readText(t, s, b.String(), ReadOptions{Outcome: true})
		var faults Faults
		if !errors.As(err, &faults) || faults.Total() != 30_000 || strings.Count(err.Error(), "\n") != shownFaults+1 ||
			!strings.HasPrefix(err.Error(), "30000 faults\n") || !strings.HasSuffix(err.Error(), "and 29980 more") {
			t.Errorf("got %.300v", err)
		}
	})
}

func TestReadLeadsColumns(t *testing.T) {
	s := schemaOf(t, leadsSchema)
	t.Run("absent column", func(t *testing.T) {
		_, _, err := readText(t, s, strings.Replace(leadsHead, "employees", "Employes", 1)+"A,,,,,Won,1,,,,,\n", ReadOptions{Outcome: true})
		want := `leads.csv: field employees: "employees": no such column; did you mean "Employes"? the file has ["lead_id"`
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	})
	t.Run("two files", func(t *testing.T) {
		one := schemaOf(t, "version: 1\nlead: {id: a}\nfields: [{name: b, kind: number}]\n")
		paths := []string{write(t, "one.csv", "a,b\n1,2\n2,2\n"), write(t, "two.csv", "b,a\n7,3\n8,4\n")}
		var done, total int64
		table, report, err := ReadLeads(context.Background(), one, paths, ReadOptions{Progress: func(d, t int64) { done, total = d, t }})
		if err != nil || len(report.Files) != 2 || report.Rows != 4 || done != total || total == 0 {
			t.Fatalf("got %+v, %v, %d of %d bytes", report, err, done, total)
		}
		for i, want := range []string{"one.csv: line 2", "one.csv: line 3", "two.csv: line 2", "two.csv: line 3"} {
			if got := table.Position(i); got != want {
				t.Errorf("Position(%d) = %q, want %q", i, got, want)
			}
		}
		if !slices.Equal(numbersIn(table, 0), []float64{2, 2, 7, 8}) {
			t.Errorf("read %v", numbersIn(table, 0))
		}
		if _, _, err := ReadLeads(context.Background(), one, []string{paths[0], write(t, "again.csv", "a,b\n2,2\n")}, ReadOptions{}); err == nil ||
			err.Error() != `again.csv: line 2: field lead.id: "2": a doubled id; it is also at one.csv: line 3` {
			t.Errorf("got %v", err)
		}
	})
	t.Run("unknown columns", func(t *testing.T) {
		_, report, err := readText(t, s, "x,"+strings.TrimSpace(leadsHead)+",y\n1,A,,2026-01-01,,,Won,1,,,,,,2\n", ReadOptions{Outcome: true})
		if err != nil {
			t.Fatal(err)
		}
		want := []Warning{{"columns that the schema does not know, not read", 2, []string{"x", "y"}}}
		if diff := cmp.Diff(want, report.Warnings); diff != "" {
			t.Errorf("warnings:\n%s", diff)
		}
	})
	t.Run("scoring needs no outcome", func(t *testing.T) {
		table, report, err := readText(t, s, "lead_id,created,employees,country,newsletter,signed_up,mail\nA,2026-01-01,5,,,,\n", ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if table.Outcome != nil || table.Closed != nil || table.Account != nil || table.DealValue != nil || table.Columns[0].Numbers.At(0) != 5 || len(report.Warnings) > 0 {
			t.Errorf("table %+v, warnings %v", table, report.Warnings)
		}
	})
	t.Run("training needs one", func(t *testing.T) {
		none := schemaOf(t, "version: 1\nlead: {id: a}\nfields: [{name: b, kind: number}]\n")
		if _, _, err := readText(t, none, "a,b\n1,2\n", ReadOptions{Outcome: true}); err == nil || !strings.Contains(err.Error(), "no outcome column") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("units", func(t *testing.T) {
		one := schemaOf(t, "version: 1\nlead: {id: a}\nfields: [{name: b, kind: number}]\n")
		table, _, err := readText(t, one, "a,b\n1,$5\n2,\"$1,000\"\n", ReadOptions{})
		if err != nil || !slices.Equal(numbersIn(table, 0), []float64{5, 1000}) {
			t.Errorf("got %v, %v", table, err)
		}
		_, _, err = readText(t, one, "a,b\n1,$5\n2,€5\n3,5\n", ReadOptions{})
		var faults Faults
		if !errors.As(err, &faults) || faults.Total() != 2 || !strings.Contains(err.Error(), "another unit") {
			t.Errorf("mixed units give %v", err)
		}
	})
	t.Run("the snapshot's column as a field", func(t *testing.T) {
		both := schemaOf(t, "version: 1\nlead: {id: a}\noutcome: {column: y, won: [w], lost: [l]}\nsnapshot: column b\nfields: [{name: b, kind: date}]\n")
		table, _, err := readText(t, both, "a,b,y\n1,2026-01-01,w\n", ReadOptions{Outcome: true})
		if err != nil || table.SnapshotAt.At(0) != day(t, "2026-01-01") || table.Columns[0].Times.At(0) != table.SnapshotAt.At(0) {
			t.Errorf("got %v, %v", table, err)
		}
	})
	t.Run("local formats", func(t *testing.T) {
		local := schemaOf(t, "version: 1\nlead: {id: a, created: c}\nfields: [{name: b, kind: number}, {name: d, kind: date}]\nformat: {decimal: ',', delimiter: ';', time_zone: Europe/Berlin, date_layout: 02.01.2006}\n")
		table, _, err := readText(t, local, "a;b;c;d\n1;1.234,5;22.11.2026;2026-07-01 12:00\n", ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if table.Columns[0].Numbers.At(0) != 1234.5 || table.Created.At(0) != day(t, "2026-11-21T23:00:00Z") || table.Columns[1].Times.At(0) != day(t, "2026-07-01T10:00:00Z") {
			t.Errorf("got %+v", table)
		}
	})
}

// A truncated or empty file is a named error, never a panic or a short table.
func TestReadLeadsBrokenFiles(t *testing.T) {
	s := schemaOf(t, "version: 1\nlead: {id: a}\nfields: [{name: b, kind: number}]\n")
	for name, text := range map[string]string{
		"empty.csv": "", "header.csv": "a,b\n", "quote.csv": "a,b\n1,\"2\n", "ragged.csv": "a,b\n1,2,3\n", "x.parquet": "PAR1....",
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := ReadLeads(context.Background(), s, []string{write(t, name, text)}, ReadOptions{}); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, _, err := ReadLeads(context.Background(), s, []string{"/nowhere/x.csv"}, ReadOptions{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := ReadLeads(cancelled, s, []string{write(t, "a.csv", "a,b\n1,2\n")}, ReadOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

type parquetLead struct {
	ID       string   `parquet:"lead_id"`
	Created  int64    `parquet:"created,timestamp(millisecond)"`
	Stage    *string  `parquet:"stage,optional,dict"`
	Number   *float64 `parquet:"number,optional"`
	Whole    int32    `parquet:"whole"`
	Category int64    `parquet:"category"`
	Country  *string  `parquet:"country,optional,dict"`
	Truth    *bool    `parquet:"truth,optional"`
	Mail     string   `parquet:"mail"`
	Day      int32    `parquet:"day,date"`
}

const parquetSchema = `
version: 1
lead: {id: lead_id, created: created}
outcome: {column: stage, won: [Won], lost: [Lost]}
fields:
- {name: number, kind: number, missing: [NaN, "-1"]}
- {name: whole, kind: number}
- {name: category, kind: category}
- {name: country, kind: category, missing: [Select]}
- {name: truth, kind: boolean}
- {name: mail, kind: email}
- {name: day, kind: date}
`

// The same leads as CSV and as Parquet must make the same table.
func TestParquetLikeCSV(t *testing.T) {
	s := schemaOf(t, parquetSchema)
	countries, stages := []string{"Germany", " France ", "Select", "España", ""}, []string{"Won", "Lost", "Open", ""}
	mails := []string{"a@gmail.com", "b@acme-tools.com", "", "c"}
	var leads []parquetLead
	csv := "lead_id,created,stage,number,whole,category,country,truth,mail,day\n"
	for i := range 3000 {
		created := int64(1_700_000_000_000 + i*3_600_000)
		number, truth := float64(i)/8-2, i%2 == 0
		lead := parquetLead{
			ID: fmt.Sprint("L", i), Created: created, Stage: &stages[i%4], Number: &number, Whole: int32(i), Category: int64(i % 7),
			Country: &countries[i%5], Truth: &truth, Mail: mails[i%4], Day: int32(19000 + i),
		}
		cells := []string{lead.ID, Micros(created * 1000).Time().Format("2006-01-02T15:04:05Z"), stages[i%4], fmt.Sprint(number), fmt.Sprint(i),
			fmt.Sprint(i % 7), countries[i%5], fmt.Sprint(truth), lead.Mail, Micros(int64(19000+i) * int64(Day)).Time().Format("2006-01-02")}
		if i%11 == 0 {
			lead.Number, lead.Truth, lead.Country = nil, nil, nil
			cells[3], cells[7], cells[6] = "", "", ""
		}
		if i%13 == 0 {
			nan := math.NaN()
			lead.Number, cells[3] = &nan, "NaN"
		}
		leads = append(leads, lead)
		csv += strings.Join(cells, ",") + "\n"
	}
	path := filepath.Join(t.TempDir(), "leads.parquet")
	if err := parquet.WriteFile(path, leads); err != nil {
		t.Fatal(err)
	}
	fromParquet, _, err := ReadLeads(context.Background(), s, []string{path}, ReadOptions{Outcome: true})
	if err != nil {
		t.Fatal(err)
	}
	fromCSV, _, err := readText(t, s, csv, ReadOptions{Outcome: true})
	if err != nil {
		t.Fatal(err)
	}
	for i := range leads {
		for field := range s.Fields {
			if a, b := fromCSV.Value(i, field), fromParquet.Value(i, field); a != b {
				t.Fatalf("lead %d, field %s: CSV %+v, Parquet %+v", i, s.Fields[field].Name, a, b)
			}
		}
		if fromCSV.IDs.At(i) != fromParquet.IDs.At(i) || fromCSV.Created.At(i) != fromParquet.Created.At(i) || fromCSV.Outcome[i] != fromParquet.Outcome[i] {
			t.Fatalf("lead %d differs", i)
		}
	}
	if got := fromParquet.Position(16); got != "leads.parquet: row 17" {
		t.Errorf("Position(16) = %q", got)
	}

	t.Run("NaN without leave", func(t *testing.T) {
		strict := schemaOf(t, strings.Replace(parquetSchema, `missing: [NaN, "-1"]`, "missing: []", 1))
		_, _, err := ReadLeads(context.Background(), strict, []string{path}, ReadOptions{Outcome: true})
		want := `leads.parquet: row 1: lead L0: field number: "NaN": not a finite number`
		var faults Faults
		if !errors.As(err, &faults) || faults.Total() != 231 || !strings.Contains(err.Error(), want) {
			t.Errorf("got %.400v", err)
		}
	})
}

func TestFingerprint(t *testing.T) {
	s := schemaOf(t, "version: 1\nlead: {id: a}\nfields: [{name: b, kind: number}]\n")
	print := func(texts ...string) string {
		var paths []string
		for i, text := range texts {
			paths = append(paths, write(t, fmt.Sprint("f", i, ".csv"), text))
		}
		_, report, err := ReadLeads(context.Background(), s, paths, ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return report.Fingerprint
	}
	first := print("a,b\n1,2\n")
	if print("a,b\n1,2\n") != first {
		t.Error("the same contents have two fingerprints")
	}
	if print("a,b\n1,3\n") == first || print("a,b\n1,2\n", "a,b\n2,2\n") == first {
		t.Error("other contents have the same fingerprint")
	}
}

func TestReadEvents(t *testing.T) {
	s := schemaOf(t, leadsSchema)
	table, _, err := readText(t, s, leadsHead+"A,,2026-01-01,,,Won,1,,,,,\nB,,2026-01-01,,,Lost,1,,,,,\nC,,2026-01-01,,,Lost,1,,,,,\n", ReadOptions{Outcome: true})
	if err != nil {
		t.Fatal(err)
	}
	path := write(t, "events.csv", "what,at,lead,page\n"+
		"visit,2026-01-03,B,x\ndemo,2026-01-02,A,x\nvisit,2026-01-02,A,x\n visit ,2026-01-01, A ,x\nvisit,2026-01-01,Z,x\nvisit,2026-01-01,,x\n")
	log, report, err := ReadEvents(context.Background(), s, []string{path}, table, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for row := range table.Len() {
		var events LeadEvents
		log.Of(row, &events)
		for i, at := range events.Times {
			got = append(got, fmt.Sprint(table.IDs.At(row), " ", at.Time().Format("01-02"), " ", log.Types[events.Types[i]]))
		}
	}
	if want := []string{"A 01-01 visit", "A 01-02 demo", "A 01-02 visit", "B 01-03 visit"}; !slices.Equal(got, want) {
		t.Errorf("events %q, want %q", got, want)
	}
	want := []Warning{
		{"columns that the schema does not know, not read", 1, []string{"page"}},
		{"events of leads that are not in the leads' file, left out", 1, []string{"events.csv: line 6: lead Z"}},
		{"events without a lead, left out", 1, []string{"events.csv: line 7"}},
	}
	if diff := cmp.Diff(want, report.Warnings); diff != "" {
		t.Errorf("warnings:\n%s", diff)
	}
	bad := write(t, "bad.csv", "what,at,lead\n,2026-01-03,B\nvisit,,A\nvisit,soon,A\n")
	_, _, err = ReadEvents(context.Background(), s, []string{bad}, table, ReadOptions{})
	for _, want := range []string{
		"3 faults", "bad.csv: line 2: lead B: field events.type: no type", "bad.csv: line 3: lead A: field events.time: no time", `bad.csv: line 4: lead A: field events.time: "soon": not a date`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	log, report, err = ReadEvents(context.Background(), s, []string{bad}, table, ReadOptions{LeaveOutBadRows: true})
	if err != nil || log.Len() != 0 || len(report.LeftOut) != 3 {
		t.Errorf("left out %v, %v", report, err)
	}
	log, _, err = ReadEvents(context.Background(), s, []string{write(t, "none.csv", "what,at,lead\n")}, table, ReadOptions{})
	if err != nil || log.Len() != 0 || log.Leads() != 3 {
		t.Errorf("a file without events: %v, %v", log, err)
	}
}

// numbersIn are the values of a number field.
func numbersIn(t *Table, field int) []float64 {
	values := make([]float64, t.Len())
	for i := range values {
		values[i] = t.Columns[field].Numbers.At(i)
	}
	return values
}
