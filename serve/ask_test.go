package serve

import (
	"bytes"
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	leadscorev1 "leadscore/proto/leadscore/v1"
	"leadscore/serve/client"
)

// The client's way, as `leadscore ask` goes it: a JSON lead, a real server, a table.
func TestAsk(t *testing.T) {
	f := newFixture(t)
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f.startOn(t, Config{}, lis, lis.Addr().String())
	question := client.Question{Address: lis.Addr().String(), Model: "deals", AsOf: time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC),
		Lead: []byte(`{"id": "L-17", "created": "2026-06-20T09:00:00Z",
			"fields": {"country": "DE", "employees": 250, "newsletter": true, "revenue": null, "email": "anna@muster-gmbh.de"},
			"events": [{"type": "pricing_page", "time": "2026-06-21T10:12:00Z"}, {"type": "pricing_page", "time": "2026-06-28T16:40:00Z"},
				{"type": "demo_request", "time": "2026-06-29T08:05:00Z"}]}`)}
	answer, err := client.Ask(t.Context(), question)
	if err != nil {
		t.Fatal(err)
	}
	var table bytes.Buffer
	if err := client.Write(&table, answer); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Lead L-17 as of 2026-07-01 12:00 UTC", "Probability of winning within 90 days", "asked for a demo", f.champion} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("the table is\n%s\nwant it to say %q", &table, want)
		}
	}
	if file := os.Getenv("LEADSCORE_WRITE_ANSWER"); file != "" { // makes serve/client/testdata/answer.json anew
		var text bytes.Buffer
		if err := client.WriteJSON(&text, answer); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var brief bytes.Buffer
	question.Brief = true
	if answer, err = client.Ask(t.Context(), question); err != nil {
		t.Fatal(err)
	}
	if err := client.WriteJSON(&brief, answer); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(brief.String(), `"contributions": []`) || !strings.Contains(brief.String(), `"scored_by": {`) {
		t.Errorf("the brief answer is\n%s", &brief)
	}
}

func TestAskIsRefused(t *testing.T) {
	f := newFixture(t)
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f.startOn(t, Config{}, lis, lis.Addr().String())
	question := client.Question{Address: lis.Addr().String(), Model: "deals", Lead: []byte(`{"id": "L-1", "fields": {"employes": 3, "revenue": "much"}}`)}
	_, err = client.Ask(t.Context(), question)
	var refusal *client.Refusal
	if !errors.As(err, &refusal) || refusal.Status.Code() != codes.InvalidArgument || refusal.RequestID == "" {
		t.Fatalf("Ask = %v, want a refusal with a request id", err)
	}
	for _, want := range []string{`lead.fields["employes"]: not a field of the schema; did you mean employees?`, `lead.fields["revenue"]`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("Ask = %v, want it to say %q", err, want)
		}
	}
}

// An answer with nothing in it, as from another server, is shown and not a crash.
func TestWriteOfAnEmptyAnswer(t *testing.T) {
	if err := client.Write(new(bytes.Buffer), new(leadscorev1.ScoreLeadResponse)); err != nil {
		t.Error(err)
	}
}
