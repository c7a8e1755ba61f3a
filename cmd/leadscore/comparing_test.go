package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/bulk"
	leadscorev1 "leadscore/proto/leadscore/v1"
	"leadscore/serve"
)

// What ComparisonService answers over a real connection is what the commands print with --json, figure by figure: leads of the history's newer part, which
// the version has not learned from, in a file below the server's data directory.
func TestComparisonServiceIsTheCommands(t *testing.T) {
	dir, history := t.TempDir(), historyDir(t)
	leads, events := filepath.Join(history, "leads.csv"), filepath.Join(history, "events.csv")
	mustRun(t, "init", "--leads", leads, "--events", events, "--out", dir)
	older := filepath.Join(dir, "older.csv")
	createdBefore(t, leads, older, "2025-09-01")
	store := filepath.Join(dir, "store")
	mustRun(t, "train", "--schema", dir+"/schema.yaml", "--rules", dir+"/rules.yaml", "--leads", older, "--events", events, "--store", store, "--model", "deals", "--no-pairs")
	mustRun(t, "train", "--schema", dir+"/schema.yaml", "--rules", dir+"/rules.yaml", "--leads", older, "--events", events, "--store", store, "--model", "coarse", "--no-pairs", "--max-bins", "16")
	client := comparisonClient(t, store, history)
	files := &leadscorev1.ClosedLeads{Source: &leadscorev1.ClosedLeads_Files{Files: &leadscorev1.ClosedLeadFiles{Leads: []string{"leads.csv"}, Events: []string{"events.csv"}}}}

	compared, err := client.CompareScores(t.Context(), &leadscorev1.CompareScoresRequest{Model: "deals", Leads: files, Capacity: "5/week"})
	if err != nil {
		t.Fatal(err)
	}
	sameLeaves(t, mustRun(t, "--json", "compare", "--store", store, "--model", "deals", "--leads", leads, "--events", events, "--capacity", "5/week"), compared.GetComparison())

	evidence, err := client.GetRuleEvidence(t.Context(), &leadscorev1.GetRuleEvidenceRequest{Model: "deals", Leads: files})
	if err != nil {
		t.Fatal(err)
	}
	sameLeaves(t, mustRun(t, "--json", "rules", "evidence", "--store", store, "--model", "deals", "--leads", leads, "--events", events), evidence.GetEvidence())

	from, to := time.Date(2025, 10, 1, 0, 0, 0, 0, time.UTC), time.Date(2025, 11, 1, 0, 0, 0, 0, time.UTC)
	for _, id := range []string{"L00000001", "L00000002", "L00000012"} {
		lead := leadOf(t, store, id, leads, events)
		changed, err := client.ExplainChange(t.Context(), &leadscorev1.ExplainChangeRequest{
			From: &leadscorev1.ChangeEnd{Model: "deals", Lead: lead, AsOf: timestamppb.New(from)}, To: &leadscorev1.ChangeEnd{Model: "coarse", AsOf: timestamppb.New(to)}})
		if err != nil {
			t.Fatal(err)
		}
		sameLeaves(t, mustRun(t, "--json", "explain", id, "--from", "2025-10-01", "--to", "2025-11-01", "--from-model", "deals", "--to-model", "coarse",
			"--store", store, "--leads", leads, "--events", events), changed.GetChange())
	}
}

// createdBefore copies the leads that came before a day.
func createdBefore(t *testing.T, from, to, day string) {
	t.Helper()
	file, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	created := 0
	for i, name := range rows[0] {
		if name == "created_at" {
			created = i
		}
	}
	kept := rows[:1]
	for _, row := range rows[1:] {
		if row[created] < day {
			kept = append(kept, row)
		}
	}
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	w := csv.NewWriter(out)
	if w.WriteAll(kept) != nil || out.Close() != nil {
		t.Fatal("cannot write", to)
	}
}

func comparisonClient(t *testing.T, dir, data string) leadscorev1.ComparisonServiceClient {
	t.Helper()
	store, err := models.OpenStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	server, err := serve.New(serve.Config{Store: store, Models: []string{"deals", "coarse"}, DataDir: data})
	if err != nil {
		t.Fatal(err)
	}
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, lis) }()
	connection, err := grpc.NewClient(lis.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		connection.Close()
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return leadscorev1.NewComparisonServiceClient(connection)
}

// leadOf is a lead of a file as a request carries it.
func leadOf(t *testing.T, dir, id, leads, events string) *leadscorev1.Lead {
	t.Helper()
	scorer, err := loadScorer(dir, "deals")
	if err != nil {
		t.Fatal(err)
	}
	schema := scorer.Version().Schema
	found, err := bulk.FindLead(t.Context(), schema, bulk.OneLead{ID: id, Leads: []string{leads}, Events: []string{events}})
	if err != nil {
		t.Fatal(err)
	}
	addresses := map[string]string{features.CompanyEmail: "a@muster-gmbh.de", features.FreeEmail: "a@gmail.com", features.DisposableEmail: "a@mailinator.com", features.InvalidEmail: "none"}
	wire := &leadscorev1.Lead{Id: id, CreatedTime: timestamppb.New(found.Lead.Created.Time()), Fields: map[string]*leadscorev1.FieldValue{}}
	for i, v := range found.Lead.Values {
		value := &leadscorev1.FieldValue{}
		switch kind := schema.Fields[i].Kind; {
		case !schema.Fields[i].Used() || v.Missing:
			value.Value = &leadscorev1.FieldValue_Missing{Missing: &leadscorev1.MissingValue{}}
		case kind == features.Number:
			value.Value = &leadscorev1.FieldValue_Number{Number: v.Number}
		case kind == features.Boolean:
			value.Value = &leadscorev1.FieldValue_Boolean{Boolean: v.Number != 0}
		case kind == features.Date:
			value.Value = &leadscorev1.FieldValue_Timestamp{Timestamp: timestamppb.New(v.Time.Time())}
		case kind == features.Email:
			value.Value = &leadscorev1.FieldValue_Text{Text: addresses[v.Text]}
		default:
			value.Value = &leadscorev1.FieldValue_Text{Text: v.Text}
		}
		wire.Fields[schema.Fields[i].Name] = value
	}
	for _, e := range found.Lead.Events {
		wire.Events = append(wire.Events, &leadscorev1.LeadEvent{Type: e.Type, Time: timestamppb.New(e.Time.Time())})
	}
	return wire
}

// sameLeaves holds that the JSON that a command printed and an answer have the same numbers, each as often.
func sameLeaves(t *testing.T, printed string, answer proto.Message) {
	t.Helper()
	sent, err := protojson.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	want, got := map[float64]int{}, map[float64]int{}
	for text, into := range map[string]map[float64]int{printed: want, string(sent): got} {
		var value any
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		countNumbers(value, into)
	}
	delete(want, 0) // most zeros are not sent
	delete(got, 0)
	if len(want) < 20 {
		t.Errorf("the command printed %d different numbers only", len(want))
	}
	for number, times := range want {
		if got[number] != times {
			t.Errorf("%v is printed %d times and sent %d times", number, times, got[number])
		}
	}
	for number := range got {
		if want[number] == 0 {
			t.Errorf("%v is sent and not printed", number)
		}
	}
}

func countNumbers(value any, into map[float64]int) {
	switch v := value.(type) {
	case map[string]any:
		for _, member := range v {
			countNumbers(member, into)
		}
	case []any:
		for _, element := range v {
			countNumbers(element, into)
		}
	case float64:
		into[v]++
	case string: // protojson writes 64-bit whole numbers as text
		if number, err := strconv.ParseInt(v, 10, 64); err == nil {
			into[float64(number)]++
		}
	}
}
