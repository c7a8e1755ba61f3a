package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/protobuf/types/known/timestamppb"

	"leadscore/models"
	leadscorev1 "leadscore/proto/leadscore/v1"
	"leadscore/serve/auth/authtest"
	"leadscore/serve/client"
)

// dashboardFile and alertsFolder are what deploy gives to those who run the server.
const dashboardFile, alertsFolder = "../../deploy/grafana/leadscore.json", "../../deploy/prometheus"

// Every query of the dashboard and every expression of the alerts is asked of a real Prometheus that reads the real server under
// some traffic: each dashboard query answers with numbers, and each alert can be evaluated.
func TestDashboardAgainstPrometheus(t *testing.T) {
	prometheus := program(t, "prometheus")
	s := secureBinary(t, "--shadow", "--canary", "deals=0.2", "--profiles")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	address := startPrometheus(ctx, t, prometheus, s.admin)
	go s.traffic(ctx, t)

	queries := dashboardQueries(t)
	if len(queries) < 25 {
		t.Fatalf("the dashboard has %d queries", len(queries))
	}
	unanswered := queries
	for len(unanswered) > 0 && ctx.Err() == nil {
		var still []string
		for _, query := range unanswered {
			if !answers(ctx, t, address, query) {
				still = append(still, query)
			}
		}
		if unanswered = still; len(unanswered) > 0 {
			<-time.After(500 * time.Millisecond)
		}
	}
	for _, query := range unanswered {
		t.Errorf("the dashboard's query has no number as its answer:\n%s", query)
	}
	for _, series := range []string{`leadscore_calls_total{code="Unauthenticated"}`, `leadscore_calls_total{code="PermissionDenied"}`, `leadscore_term_values_total{status="missing"}`,
		`leadscore_shadow_leads_total{result="all"}`, `leadscore_credentials_reloads_total{what="tokens",result="taken"}`, `leadscore_tls_certificate_expiry_timestamp_seconds`} {
		if !answers(ctx, t, address, series+" > 0") {
			t.Errorf("%s is not above 0", series)
		}
	}
}

func TestAlerts(t *testing.T) {
	promtool := program(t, "promtool")
	for _, args := range [][]string{{"check", "rules", "alerts.yaml"}, {"check", "config", "prometheus.yaml"}, {"test", "rules", "alerts_test.yaml"}} {
		command := exec.Command(promtool, args...)
		command.Dir = alertsFolder
		if text, err := command.CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, text)
		}
	}
}

// program finds one of Prometheus' programs; .ci/run installs them.
func program(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no %s here; apt-get install prometheus", name)
		}
		t.Skipf("no %s here; apt-get install prometheus", name)
	}
	return path
}

// dashboardQueries are all of the dashboard, with Grafana's variables filled in.
func dashboardQueries(t *testing.T) (queries []string) {
	t.Helper()
	text, err := os.ReadFile(dashboardFile)
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &dashboard); err != nil {
		t.Fatal(err)
	}
	variables := strings.NewReplacer("$__rate_interval", "15s", "$model", ".*")
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			query := variables.Replace(target.Expr)
			if strings.Contains(query, "$") {
				t.Errorf("panel %s: a variable that this test does not know: %s", panel.Title, query)
			}
			queries = append(queries, query)
		}
	}
	return queries
}

// answers tells whether Prometheus answers a query with at least one number.
func answers(ctx context.Context, t *testing.T, address, query string) bool {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/api/v1/query?query="+url.QueryEscape(query), nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var said struct {
		Status, Error string
		Data          struct {
			Result []struct{ Value [2]any }
		}
	}
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &said); err != nil || said.Status != "success" {
		t.Fatalf("%s\n%s %s", query, said.Status, text)
	}
	for _, series := range said.Data.Result {
		value, _ := series.Value[1].(string)
		if x, err := strconv.ParseFloat(value, 64); err == nil && !math.IsNaN(x) && !math.IsInf(x, 0) {
			return true
		}
	}
	return false
}

// startPrometheus starts one that reads the admin port every second, with the alerts.
func startPrometheus(ctx context.Context, t *testing.T, program, target string) (address string) {
	t.Helper()
	dir := t.TempDir()
	alerts, err := filepath.Abs(filepath.Join(alertsFolder, "alerts.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf("global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [%q]\nscrape_configs:\n  - job_name: leadscore\n    static_configs: [{targets: [%q]}]\n", alerts, target)
	authtest.WriteFile(t, filepath.Join(dir, "prometheus.yaml"), []byte(config))
	address = freeAddress(t)
	command := exec.CommandContext(ctx, program, "--config.file="+filepath.Join(dir, "prometheus.yaml"), "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+address)
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	command.Stdout, command.Stderr = log, log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		log.Close()
	})
	for ctx.Err() == nil {
		if answer, err := http.Get("http://" + address + "/-/ready"); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return address
			}
		}
		<-time.After(50 * time.Millisecond)
	}
	text, _ := os.ReadFile(log.Name())
	t.Fatalf("Prometheus did not start:\n%s", text)
	return ""
}

// traffic is a bit of everything that the metrics tell apart, until ctx ends.
func (s *secureServer) traffic(ctx context.Context, t *testing.T) {
	good := leadscorev1.NewLeadScoringServiceClient(s.dial(t, client.Security{CA: s.files.CA, Token: s.token}))
	stranger := leadscorev1.NewLeadScoringServiceClient(s.dial(t, client.Security{CA: s.files.CA, Token: "wrong"}))
	reader := leadscorev1.NewLeadScoringServiceClient(s.dial(t, client.Security{CA: s.files.CA, Token: s.readToken}))
	health := healthpb.NewHealthClient(s.dial(t, client.Security{CA: s.files.CA}))
	for i := 0; ctx.Err() == nil; i++ {
		one := &leadscorev1.ScoreLeadRequest{Model: "deals", Lead: someLead(i)}
		_, _ = good.ScoreLead(ctx, one)
		_, _ = good.BatchScoreLeads(ctx, &leadscorev1.BatchScoreLeadsRequest{Model: "deals", Leads: []*leadscorev1.Lead{one.GetLead(), {}}})
		_, _ = good.ScoreLead(ctx, &leadscorev1.ScoreLeadRequest{Model: "nothing"})
		_, _ = stranger.ScoreLead(ctx, one)
		_, _ = reader.ScoreLead(ctx, one)
		_, _ = health.Check(ctx, new(healthpb.HealthCheckRequest))
		if i == 20 {
			s.newToken(t, "another")
		}
		<-time.After(20 * time.Millisecond)
	}
}

// someLead is the i-th of many that differ.
func someLead(i int) *leadscorev1.Lead {
	created := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC).Add(time.Duration(i%500) * time.Hour)
	text := func(s string) *leadscorev1.FieldValue {
		return &leadscorev1.FieldValue{Value: &leadscorev1.FieldValue_Text{Text: s}}
	}
	return &leadscorev1.Lead{Id: fmt.Sprint("L-", i), CreatedTime: timestamppb.New(created),
		Fields: map[string]*leadscorev1.FieldValue{
			"country":   text([]string{"DE", "FR", "US", "Atlantis"}[i%4]),
			"industry":  text([]string{"software", "retail"}[i%2]),
			"employees": {Value: &leadscorev1.FieldValue_Number{Number: float64(i * 37 % 2000)}},
		},
		Events: []*leadscorev1.LeadEvent{{Type: []string{"pricing_page", "demo_request"}[i%2], Time: timestamppb.New(created.Add(time.Hour))}},
	}
}

// challenge stores the champion with another level as its challenger, so that there is a shadow.
func challenge(t *testing.T, dir string) {
	t.Helper()
	store, err := models.OpenStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	version, err := store.Get("deals", models.Champion)
	if err != nil {
		t.Fatal(err)
	}
	version.Logistic.Intercept += 0.5
	if err := version.MakeGolden(); err != nil {
		t.Fatal(err)
	}
	id, err := store.Put(version)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.SetAlias("deals", models.Challenger, id); err != nil {
		t.Fatal(err)
	}
}
