package serve

import (
	"context"
	"encoding/csv"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/types/known/timestamppb"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/logistic"
	leadscorev1 "leadscore/proto/leadscore/v1"
)

const schemaText = `version: 1
lead: {id: lead_id, created: created, closed: closed}
outcome: {column: outcome, won: [won], lost: [lost]}
snapshot: created + 7d
horizon: 90d
fields:
  - {name: country, kind: category}
  - {name: employees, kind: number, special: [999999]}
  - {name: revenue, kind: number}
  - {name: newsletter, kind: boolean}
  - {name: signed_up, kind: date}
  - {name: email, kind: email}
  - {name: close_reason, kind: category, use: "no", because: known only after the outcome}
events: {lead: lead_id, time: time, type: type}
engagement:
  - {name: visits_30d, count: [pricing_page, product_page], within: 30d}
  - {name: demo_heat, count: [demo_request], half_life: 14d}
  - {name: days_since_last, days_since_last: [any]}
  - {name: first_contact, first_event: true}
`

const rulesText = `version: 1
name: sales
fit:
  cap: {max: 40}
  rules:
    - {id: size, points: 25, reason: 50 employees or more, when: lead.employees >= 50}
    - {id: home, points: 20, reason: in Germany or Austria, when: 'lead.country in ["DE", "AT"]'}
    - {id: free-mail, points: -10, reason: private e-mail address, when: 'lead.email in ["free", "disposable"]'}
engagement:
  cap: {max: 50}
  rules:
    - {id: pricing, points: 10, reason: looked at the prices, event: pricing_page, at_most: 3, half_life: 14d}
    - {id: demo, points: 25, reason: asked for a demo, event: demo_request}
thresholds:
  mql: {fit: 20, engagement: 10}
`

// record is one made-up lead as it stands in a file and as it goes over the wire.
type record struct {
	id          string
	created     time.Time
	country     string // empty: missing
	employees   float64
	revenue     float64 // NaN: missing
	newsletter  string  // yes, no or empty
	signedUp    time.Time
	email       string
	closeReason string
	events      []eventRecord
}

type eventRecord struct {
	kind string
	at   time.Time
}

const recordCount = 400

// records are the same on every run.
func records() []record {
	r := rand.New(rand.NewPCG(7, 11))
	start := time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	list := make([]record, recordCount)
	for i := range list {
		lead := record{
			id:          fmt.Sprintf("L-%d", i),
			created:     start.Add(time.Duration(r.IntN(200*24*3600)) * time.Second),
			country:     pick("DE", "DE", "AT", "FR", "US", ""),
			employees:   math.Round(math.Exp(r.Float64() * 9)),
			revenue:     math.NaN(),
			newsletter:  pick("yes", "no", ""),
			email:       pick("a@muster-gmbh.de", "b@gmail.com", "c@acme.example.com", "no address", ""),
			closeReason: pick("price", "timing", ""),
		}
		if r.IntN(10) == 0 {
			lead.employees = 999999
		}
		if r.IntN(3) > 0 {
			lead.revenue = r.NormFloat64() * 1e6
		}
		if r.IntN(4) > 0 {
			lead.signedUp = lead.created.Add(-time.Duration(r.IntN(90*24)) * time.Hour)
		}
		for range r.IntN(12) {
			lead.events = append(lead.events, eventRecord{
				kind: pick("pricing_page", "product_page", "demo_request", "newsletter_click"),
				at:   lead.created.Add(time.Duration(r.IntN(20*24*3600)-5*24*3600) * time.Second),
			})
		}
		list[i] = lead
	}
	return list
}

// wire is the lead as a request carries it.
func (r *record) wire() *leadscorev1.Lead {
	fields := map[string]*leadscorev1.FieldValue{
		"country":      textOrMissing(r.country),
		"employees":    number(r.employees),
		"revenue":      missing(),
		"newsletter":   missing(),
		"signed_up":    missing(),
		"email":        textOrMissing(r.email),
		"close_reason": textOrMissing(r.closeReason),
	}
	if !math.IsNaN(r.revenue) {
		fields["revenue"] = number(r.revenue)
	}
	if r.newsletter != "" {
		fields["newsletter"] = boolean(r.newsletter == "yes")
	}
	if !r.signedUp.IsZero() {
		fields["signed_up"] = &leadscorev1.FieldValue{Value: &leadscorev1.FieldValue_Timestamp{Timestamp: timestamppb.New(r.signedUp)}}
	}
	lead := &leadscorev1.Lead{Id: r.id, CreatedTime: timestamppb.New(r.created), Fields: fields}
	for _, e := range r.events {
		lead.Events = append(lead.Events, &leadscorev1.LeadEvent{Type: e.kind, Time: timestamppb.New(e.at)})
	}
	return lead
}

func number(x float64) *leadscorev1.FieldValue {
	return &leadscorev1.FieldValue{Value: &leadscorev1.FieldValue_Number{Number: x}}
}

func text(s string) *leadscorev1.FieldValue {
	return &leadscorev1.FieldValue{Value: &leadscorev1.FieldValue_Text{Text: s}}
}

func boolean(b bool) *leadscorev1.FieldValue {
	return &leadscorev1.FieldValue{Value: &leadscorev1.FieldValue_Boolean{Boolean: b}}
}

func missing() *leadscorev1.FieldValue {
	return &leadscorev1.FieldValue{Value: &leadscorev1.FieldValue_Missing{Missing: &leadscorev1.MissingValue{}}}
}

func textOrMissing(s string) *leadscorev1.FieldValue {
	if s == "" {
		return missing()
	}
	return text(s)
}

// history writes the records as files and reads them as training and `leadscore score` do.
func history(t testing.TB, schema *features.Schema) *features.History {
	t.Helper()
	dir := t.TempDir()
	writeRecords(t, dir)
	return readRecords(t, schema, dir)
}

// writeRecords makes leads.csv and events.csv.
func writeRecords(t testing.TB, dir string) {
	t.Helper()
	leads := [][]string{{"lead_id", "created", "closed", "outcome", "country", "employees", "revenue", "newsletter", "signed_up", "email", "close_reason"}}
	events := [][]string{{"lead_id", "time", "type"}}
	for i, r := range records() {
		revenue, signedUp := "", ""
		if !math.IsNaN(r.revenue) {
			revenue = strconv.FormatFloat(r.revenue, 'g', -1, 64)
		}
		if !r.signedUp.IsZero() {
			signedUp = r.signedUp.Format(time.RFC3339)
		}
		leads = append(leads, []string{r.id, r.created.Format(time.RFC3339), r.created.AddDate(0, 0, 60).Format(time.RFC3339), []string{"won", "lost"}[i%2], r.country,
			strconv.FormatFloat(r.employees, 'g', -1, 64), revenue, r.newsletter, signedUp, r.email, r.closeReason})
		for _, e := range r.events {
			events = append(events, []string{r.id, e.at.Format(time.RFC3339), e.kind})
		}
	}
	writeCSV(t, dir, "leads.csv", leads)
	writeCSV(t, dir, "events.csv", events)
}

func readRecords(t testing.TB, schema *features.Schema, dir string) *features.History {
	t.Helper()
	table, _, err := features.ReadLeads(t.Context(), schema, []string{filepath.Join(dir, "leads.csv")}, features.ReadOptions{Outcome: true})
	if err != nil {
		t.Fatal(err)
	}
	log, _, err := features.ReadEvents(t.Context(), schema, []string{filepath.Join(dir, "events.csv")}, table, features.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	h, err := features.NewHistory(table, log)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func writeCSV(t testing.TB, dir, name string, rows [][]string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := csv.NewWriter(file)
	w.WriteAll(rows)
	if w.Error() != nil || file.Close() != nil {
		t.Fatal("cannot write", path)
	}
	return path
}

// version is a model of the fixture's schema with made-up coefficients; slope tells two versions apart.
func version(t testing.TB, h *features.History, model string, slope float64) *models.Version {
	t.Helper()
	v := unproven(t, h, model, slope)
	if err := v.MakeGolden(); err != nil {
		t.Fatal(err)
	}
	return v
}

// unproven is the same without golden rows.
func unproven(t testing.TB, h *features.History, model string, slope float64) *models.Version {
	t.Helper()
	rows := make([]int32, h.Table.Len())
	for i := range rows {
		rows[i] = int32(i)
	}
	encoder, err := features.FitEncoder(h, rows, features.Limits{MaxBins: 16})
	if err != nil {
		t.Fatal(err)
	}
	return &models.Version{
		Code: "leadscore test", Model: model,
		Schema: h.Table.Schema, Rules: rulesText, Encoder: encoder,
		Logistic:  madeUpModel(encoder, slope),
		Training:  models.Training{Newest: "2026-07-30T00:00:00Z", Rows: recordCount, Used: recordCount, Won: recordCount / 2},
		Reference: reference(t),
	}
}

func madeUpModel(encoder *features.Encoder, slope float64) *logistic.Model {
	m := &logistic.Model{Intercept: -1.2}
	cells := 0
	for i, input := range encoder.Inputs {
		bins := encoder.Bins(i)
		m.Bins = append(m.Bins, bins)
		term := logistic.Term{Name: input.Name, Inputs: []int{i}, Lambda: []float64{1}, EDF: 1, Coefficients: make([]float64, bins)}
		for b := range term.Coefficients {
			term.Coefficients[b] = slope * math.Sin(float64(3*i+b)+0.1)
		}
		m.Terms = append(m.Terms, term)
		cells += bins
	}
	m.Variance = logistic.Variance{Constant: 0.01, Diagonal: make(logistic.Floats, cells), Intercept: logistic.Floats{}, Factor: logistic.Floats{}}
	for i := range m.Variance.Diagonal {
		m.Variance.Diagonal[i] = 0.01
	}
	return m
}

// fixture is a store with a champion and a challenger of the model "deals".
type fixture struct {
	history    *features.History
	store      *models.Store
	champion   string
	challenger string
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	schema, err := features.ParseSchema("schema.yaml", []byte(schemaText))
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{history: history(t, schema)}
	if f.store, err = models.OpenStore(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	f.champion = f.put(t, "deals", 0.5)
	f.challenger = f.put(t, "deals", 0.25)
	for alias, id := range map[string]string{models.Champion: f.champion, models.Challenger: f.challenger} {
		if err := f.store.SetAlias("deals", alias, id); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

// config is complete, for what takes no other.
func (f *fixture) config() Config {
	return Config{Store: f.store, Models: []string{"deals"}, Limits: Limits{Versions: 1}.withDefaults()}
}

// put stores one more version and gives its id.
func (f *fixture) put(t testing.TB, model string, slope float64) string {
	t.Helper()
	id, err := f.store.Put(version(t, f.history, model, slope))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (f *fixture) scorer(t testing.TB, ref string) *models.Scorer {
	t.Helper()
	v, err := f.store.Get("deals", ref)
	if err != nil {
		t.Fatal(err)
	}
	s, err := models.NewScorer(v)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// running is a server that answers until the test ends or stop is called.
type running struct {
	*Server
	connection *grpc.ClientConn
	scoring    leadscorev1.LeadScoringServiceClient
	models     leadscorev1.ModelServiceClient
	stop       context.CancelFunc
	ended      chan struct{}
	err        error // of Serve, once ended
}

// start serves the fixture over memory, with a real client of the real server.
func (f *fixture) start(t testing.TB, config Config) *running {
	t.Helper()
	lis := bufconn.Listen(1 << 20)
	return f.startOn(t, config, lis, "passthrough:memory", grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
		return lis.DialContext(ctx)
	}))
}

func (f *fixture) startOn(t testing.TB, config Config, lis net.Listener, target string, options ...grpc.DialOption) *running {
	t.Helper()
	config.Store = f.store
	if config.Models == nil {
		config.Models = []string{"deals"}
	}
	server, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	r := &running{Server: server, stop: stop, ended: make(chan struct{})}
	go func() {
		defer close(r.ended)
		r.err = server.Serve(ctx, lis)
	}()
	options = append(options, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(64<<20)))
	if r.connection, err = grpc.NewClient(target, options...); err != nil {
		t.Fatal(err)
	}
	r.scoring = leadscorev1.NewLeadScoringServiceClient(r.connection)
	r.models = leadscorev1.NewModelServiceClient(r.connection)
	t.Cleanup(func() {
		r.connection.Close()
		stop()
		if <-r.ended; r.err != nil {
			t.Errorf("Serve = %v after its context ended, want nil", r.err)
		}
	})
	return r
}

// discard is a log that nobody reads, at the level that writes each call.
func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }
