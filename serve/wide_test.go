package serve

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"leadscore/features"
	"leadscore/models"
	leadscorev1 "leadscore/proto/leadscore/v1"
)

// The size that the figures of docs/performance.md are for: 30 fields, four engagement figures, 20 rules, up to ten events a lead.

const (
	wideFields = 30
	wideEvents = 10
)

var wideTypes = []string{"visit", "demo", "price", "mail", "webinar", "call", "trial"}

func wideKind(i int) features.Kind {
	return []features.Kind{features.Number, features.Category, features.Category, features.Number, features.Boolean, features.Date}[i%6]
}

func wideSchema() string {
	var b strings.Builder
	b.WriteString("version: 1\nlead: {id: lead_id, created: created, closed: closed}\noutcome: {column: outcome, won: [won], lost: [lost]}\n" +
		"snapshot: created + 7d\nhorizon: 90d\nfields:\n")
	for i := range wideFields {
		fmt.Fprintf(&b, "- {name: field_%d, kind: %s}\n", i, wideKind(i))
	}
	b.WriteString("events: {lead: lead_id, time: time, type: type}\nengagement:\n- {name: visits, count: [visit], within: 30d}\n" +
		"- {name: activity, count: [any], half_life: 14d}\n- {name: quiet, days_since_last: [any]}\n- {name: first, first_event: true}\n")
	return b.String()
}

func wideRules() string {
	var b strings.Builder
	b.WriteString("version: 1\nname: wide\nfit:\n  cap: {max: 60}\n  rules:\n")
	for i := range 12 {
		when := fmt.Sprintf("lead.field_%d >= %d", 6*(i%5), 100*i)
		switch i % 3 {
		case 1:
			when = fmt.Sprintf(`lead.field_%d in ["level 1", "level 3", "level 5"]`, 1+6*(i%5))
		case 2:
			when = fmt.Sprintf("lead.field_%d || lead.field_%d < 300 && has(lead.field_9)", 4+6*(i%5), 3+6*(i%5))
		}
		fmt.Fprintf(&b, "    - {id: fit-%d, points: %d, reason: because of number %d, when: '%s'}\n", i, 3+i%4, i, when)
	}
	b.WriteString("engagement:\n  cap: {max: 60}\n  rules:\n")
	for i := range 8 {
		fmt.Fprintf(&b, "    - {id: did-%d, points: %d, reason: did number %d, event: %s, at_most: 3, half_life: 14d, within: %dd}\n",
			i, 4+i, i, wideTypes[i%len(wideTypes)], 30+i)
	}
	b.WriteString("thresholds:\n  mql: {fit: 20, engagement: 10}\n")
	return b.String()
}

// wideLeads are leads on the wire and as the rows of files.
func wideLeads(n int) (wire []*leadscorev1.Lead, leads, events [][]string) {
	r := rand.New(rand.NewPCG(3, 5))
	header := []string{"lead_id", "created", "closed", "outcome"}
	for i := range wideFields {
		header = append(header, fmt.Sprint("field_", i))
	}
	leads, events = [][]string{header}, [][]string{{"lead_id", "time", "type"}}
	for k := range n {
		created := time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC).Add(time.Duration(r.IntN(200*24*3600)) * time.Second)
		lead := &leadscorev1.Lead{Id: fmt.Sprintf("L-%06d", k), CreatedTime: timestamppb.New(created), Fields: map[string]*leadscorev1.FieldValue{}}
		row := []string{lead.Id, created.Format(time.RFC3339), created.AddDate(0, 0, 60).Format(time.RFC3339), []string{"won", "lost"}[k%2]}
		for i := range wideFields {
			value, cell := wideValue(r, i, created)
			lead.Fields[header[4+i]] = value
			row = append(row, cell)
		}
		for range r.IntN(wideEvents + 1) {
			at, kind := created.Add(time.Duration(r.IntN(20*24*3600))*time.Second), wideTypes[r.IntN(len(wideTypes))]
			lead.Events = append(lead.Events, &leadscorev1.LeadEvent{Type: kind, Time: timestamppb.New(at)})
			events = append(events, []string{lead.Id, at.Format(time.RFC3339), kind})
		}
		wire, leads = append(wire, lead), append(leads, row)
	}
	return wire, leads, events
}

// wideValue is missing once in ten times.
func wideValue(r *rand.Rand, i int, created time.Time) (*leadscorev1.FieldValue, string) {
	if r.IntN(10) == 0 {
		return missing(), ""
	}
	switch wideKind(i) {
	case features.Number:
		x := float64(r.IntN(1000))
		return number(x), fmt.Sprint(x)
	case features.Boolean:
		yes := r.IntN(2) == 0
		return boolean(yes), fmt.Sprint(yes)
	case features.Date:
		at := created.AddDate(0, 0, -r.IntN(1000))
		return &leadscorev1.FieldValue{Value: &leadscorev1.FieldValue_Timestamp{Timestamp: timestamppb.New(at)}}, at.Format(time.RFC3339)
	}
	level := fmt.Sprint("level ", r.IntN(12))
	return text(level), level
}

// wideFixture is a store with a champion of that size, and leads for it.
func wideFixture(b testing.TB) (*fixture, []*leadscorev1.Lead) {
	b.Helper()
	schema, err := features.ParseSchema("schema.yaml", []byte(wideSchema()))
	if err != nil {
		b.Fatal(err)
	}
	wire, leads, events := wideLeads(mostLeads)
	dir := b.TempDir()
	table, _, err := features.ReadLeads(b.Context(), schema, []string{writeCSV(b, dir, "leads.csv", leads)}, features.ReadOptions{})
	if err != nil {
		b.Fatal(err)
	}
	log, _, err := features.ReadEvents(b.Context(), schema, []string{writeCSV(b, dir, "events.csv", events)}, table, features.ReadOptions{})
	if err != nil {
		b.Fatal(err)
	}
	f := new(fixture)
	if f.history, err = features.NewHistory(table, log); err != nil {
		b.Fatal(err)
	}
	if f.store, err = models.OpenStore(b.TempDir()); err != nil {
		b.Fatal(err)
	}
	v := unproven(b, f.history, "deals", 0.2)
	v.Rules = wideRules()
	withRank(v, 32)
	if err := v.MakeGolden(); err != nil {
		b.Fatal(err)
	}
	if f.champion, err = f.store.Put(v); err != nil {
		b.Fatal(err)
	}
	f.alias(b, models.Champion, f.champion)
	return f, wire
}

// withRank gives a model the variance factor that a trained one has.
func withRank(v *models.Version, rank int) {
	variance := &v.Logistic.Variance
	variance.Rank, variance.Intercept = rank, make([]float32, rank)
	variance.Factor = make([]float32, rank*len(variance.Diagonal))
	for i := range variance.Factor {
		variance.Factor[i] = float32(i%7) * 0.003
	}
}
