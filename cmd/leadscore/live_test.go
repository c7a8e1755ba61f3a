package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/protobuf/types/known/timestamppb"

	"leadscore/models"
	leadscorev1 "leadscore/proto/leadscore/v1"
)

// liveServer is the program itself, serving in a process of its own, with a real client.
type liveServer struct {
	command             *exec.Cmd
	log                 *growingLog
	address, web, admin string
	connection          *grpc.ClientConn
	scoring             leadscorev1.LeadScoringServiceClient
	models              leadscorev1.ModelServiceClient
	ended               chan struct{}
	as                  *access // nil: plain text, and nobody
}

// growingLog is a process's stderr while it writes.
type growingLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (g *growingLog) Write(part []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.text.Write(part)
}

func (g *growingLog) String() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.text.String()
}

var liveAddresses = regexp.MustCompile(`msg=serving address=(\S+) http=(\S+) `)
var liveAdmin = regexp.MustCompile(`msg="admin port" address=(\S+)`)

// serveLive starts the program and waits until it says where it listens. prefix is what a shell does before.
func serveLive(t *testing.T, prefix, store string, args ...string) *liveServer {
	t.Helper()
	return serveLiveTo(t, nil, prefix, store, args...)
}

// serveLiveTo is serveLive for a client with credentials.
func serveLiveTo(t *testing.T, as *access, prefix, store string, args ...string) *liveServer {
	t.Helper()
	program, err := exec.LookPath("leadscore") // TestMain puts it there
	if err != nil {
		t.Fatal(err)
	}
	all := append([]string{"-c", prefix + ` exec "$0" "$@"`, program, "serve", "--store", store, "--model", "deals",
		"--listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"}, args...)
	s := &liveServer{command: exec.Command("sh", all...), log: new(growingLog), ended: make(chan struct{}), as: as}
	s.command.Stderr = s.log
	if err := s.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { defer close(s.ended); _ = s.command.Wait() }()
	t.Cleanup(func() { _ = s.command.Process.Kill(); <-s.ended })
	await(t, 30*time.Second, func() bool {
		at, admin := liveAddresses.FindStringSubmatch(s.log.String()), liveAdmin.FindStringSubmatch(s.log.String())
		if at == nil || admin == nil {
			return false
		}
		s.address, s.web, s.admin = at[1], at[2], admin[1]
		return true
	}, func() string { return "the server does not say where it listens:\n" + s.log.String() })
	if s.connection, err = s.dial(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.connection.Close() })
	s.scoring, s.models = leadscorev1.NewLeadScoringServiceClient(s.connection), leadscorev1.NewModelServiceClient(s.connection)
	return s
}

func (s *liveServer) dial() (*grpc.ClientConn, error) {
	if s.as != nil {
		return grpc.NewClient(s.address, append(s.as.options(), grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(64<<20)))...)
	}
	return grpc.NewClient(s.address, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(64<<20)))
}

// await polls until done says so.
func await(t *testing.T, patience time.Duration, done func() bool, otherwise func() string) {
	t.Helper()
	for deadline := time.Now().Add(patience); !done(); {
		if time.Now().After(deadline) {
			t.Fatal(otherwise())
		}
		<-time.After(5 * time.Millisecond)
	}
}

func (s *liveServer) healthOf(t *testing.T, service string) healthpb.HealthCheckResponse_ServingStatus {
	t.Helper()
	answer, err := healthpb.NewHealthClient(s.connection).Check(t.Context(), &healthpb.HealthCheckRequest{Service: service})
	if err != nil {
		t.Fatal(err)
	}
	return answer.GetStatus()
}

// post sends JSON to the HTTP side and gives the answer with its text.
func (s *liveServer) post(t *testing.T, path, body string) (*http.Response, string) {
	t.Helper()
	answer, err := http.Post("http://"+s.web+path, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(text)
}

// answering asks for one lead and gives the version that answers.
func (s *liveServer) answering(t *testing.T) string {
	t.Helper()
	answer, err := s.scoring.ScoreLead(t.Context(), &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: liveLeads(1)[0]})
	if err != nil {
		t.Fatal(err)
	}
	return answer.GetScoredBy().GetVersion()
}

// metric reads one series of the admin port.
func (s *liveServer) metric(name string) (float64, error) {
	answer, err := http.Get("http://" + s.admin + "/metrics")
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if value, found := strings.CutPrefix(line, name+" "); found {
			return strconv.ParseFloat(strings.TrimSpace(value), 64)
		}
	}
	return 0, fmt.Errorf("no metric %s", name)
}

// liveLeads are leads as a CRM sends them, each another.
func liveLeads(n int) []*leadscorev1.Lead {
	text := func(s string) *leadscorev1.FieldValue {
		return &leadscorev1.FieldValue{Value: &leadscorev1.FieldValue_Text{Text: s}}
	}
	start := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	leads := make([]*leadscorev1.Lead, n)
	for i := range leads {
		leads[i] = &leadscorev1.Lead{Id: fmt.Sprintf("L-%d", i), CreatedTime: timestamppb.New(start.Add(time.Duration(i) * time.Minute)),
			Fields: map[string]*leadscorev1.FieldValue{
				"country":   text([]string{"DE", "US", "FR"}[i%3]),
				"industry":  text([]string{"software", "retail", "manufacturing", "health"}[i%4]),
				"seniority": text([]string{"executive", "manager", "entry"}[i%3]),
				"source":    text([]string{"referral", "paid_social", "partner"}[i%3]),
				"employees": {Value: &leadscorev1.FieldValue_Number{Number: float64(1 + i*37%5000)}},
			}}
		for e := range i % 5 {
			leads[i].Events = append(leads[i].Events, &leadscorev1.LeadEvent{Type: []string{"pricing_page", "webinar_attended", "demo_request"}[(i+e)%3],
				Time: timestamppb.New(start.Add(time.Duration(i+60*e) * time.Minute))})
		}
	}
	return leads
}

// twoVersions is a store with the trained champion and a second version that answers otherwise.
func twoVersions(t *testing.T) (store *models.Store, first, second string) {
	t.Helper()
	made := trained(t)
	store, err := models.OpenStore(filepath.Join(made, "store"))
	if err != nil {
		t.Fatal(err)
	}
	if first, err = store.Resolve("deals", models.Champion); err != nil {
		t.Fatal(err)
	}
	if second, err = putVersion(store, 0.25); err != nil {
		t.Fatal(err)
	}
	return store, first, second
}

// putVersion stores the champion with other log-odds.
func putVersion(store *models.Store, shift float64) (string, error) {
	v, err := store.Get("deals", models.Champion)
	if err != nil {
		return "", err
	}
	v.Logistic.Intercept += shift
	if err := v.MakeGolden(); err != nil {
		return "", err
	}
	return store.Put(v)
}

// putVersions is a program for the test that kills it: it stores version after version and makes each challenger.
func putVersions() {
	store, err := models.OpenStore(os.Args[1])
	for i := 1; err == nil; i++ {
		var id string
		if id, err = putVersion(store, 0.001*float64(os.Getpid()%1000)+float64(i)*1e-6); err == nil {
			err = store.SetAlias("deals", models.Challenger, id)
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(exitFailed)
}

// expected are the probabilities of the leads by one version.
func (s *liveServer) expected(t *testing.T, version string, request *leadscorev1.BatchScoreLeadsRequest) []float64 {
	t.Helper()
	answer, err := s.scoring.BatchScoreLeads(t.Context(), &leadscorev1.BatchScoreLeadsRequest{Model: "deals/" + version, Leads: request.Leads, AsOf: request.AsOf})
	if err != nil {
		t.Fatal(err)
	}
	var list []float64
	for _, result := range answer.GetResults() {
		list = append(list, result.GetScore().GetPrediction().GetProbability())
	}
	return list
}

// checkAnswer wants every result of an answer to be of the version that the answer names.
func checkAnswer(results []*leadscorev1.LeadResult, by *leadscorev1.ScoredBy, expected map[string][]float64) error {
	want := expected[by.GetVersion()]
	if len(want) != len(results) {
		return fmt.Errorf("%d results by %q", len(results), by.GetVersion())
	}
	for i, result := range results {
		if got := result.GetScore().GetPrediction().GetProbability(); got != want[i] {
			return fmt.Errorf("lead %d of an answer by %s has %v, want %v", i, by.GetVersion(), got, want[i])
		}
	}
	return nil
}

// loadRequest is a batch of leads at a fixed instant.
func loadRequest(leads int) *leadscorev1.BatchScoreLeadsRequest {
	return &leadscorev1.BatchScoreLeadsRequest{Model: "deals", Leads: liveLeads(leads), AsOf: timestamppb.New(time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)),
		Explanation: leadscorev1.Explanation_EXPLANATION_NONE}
}

// streamAll sends the request's leads over one stream until ctx ends, and checks each answer.
func (s *liveServer) streamAll(ctx context.Context, request *leadscorev1.BatchScoreLeadsRequest, check func([]*leadscorev1.LeadResult, *leadscorev1.ScoredBy) error) error {
	stream, err := s.scoring.StreamScoreLeads(ctx)
	if err != nil {
		return err
	}
	message := &leadscorev1.StreamScoreLeadsRequest{Model: request.Model, Leads: request.Leads, AsOf: request.AsOf, Explanation: request.Explanation}
	for ctx.Err() == nil {
		if err := stream.Send(message); err != nil {
			return err
		}
		answer, err := stream.Recv()
		if err != nil {
			return err
		}
		if err := check(answer.GetResults(), answer.GetScoredBy()); err != nil {
			return err
		}
	}
	return nil
}
