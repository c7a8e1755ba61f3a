package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	"leadscore/models"
	leadscorev1 "leadscore/proto/leadscore/v1"
)

// Versions move without end, by call, by signal and by the command line's own way, under load over calls and a stream: nothing
// fails, and no answer mixes two versions.
func TestLiveReloadUnderLoad(t *testing.T) {
	store, first, second := twoVersions(t)
	server := serveLive(t, "", store.Dir(), "--reload-every", "20ms", "--shadow")
	request := loadRequest(50)
	expected := map[string][]float64{first: server.expected(t, first, request), second: server.expected(t, second, request)}
	var answers [2]atomic.Int64
	check := func(results []*leadscorev1.LeadResult, by *leadscorev1.ScoredBy) error {
		if by.GetVersion() == first {
			answers[0].Add(1)
		} else {
			answers[1].Add(1)
		}
		return checkAnswer(results, by, expected)
	}
	ctx, stop := context.WithCancel(t.Context())
	var load sync.WaitGroup
	for range 2 {
		load.Go(func() {
			for ctx.Err() == nil {
				answer, err := server.scoring.BatchScoreLeads(t.Context(), request)
				if err == nil {
					err = check(answer.GetResults(), answer.GetScoredBy())
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	load.Go(func() {
		if err := server.streamAll(ctx, request, check); err != nil && ctx.Err() == nil {
			t.Error(err)
		}
	})
	deadline := time.Now().Add(time.Minute)
	for i := 0; i < 60 || answers[0].Load() < 20 || answers[1].Load() < 20; i++ {
		to := []string{second, first}[i%2]
		switch i % 3 {
		case 0:
			if _, err := server.models.PromoteModel(t.Context(), &leadscorev1.PromoteModelRequest{Name: "models/deals", Version: "models/deals/versions/" + to}); err != nil {
				t.Fatal(err)
			}
		case 1:
			if err := store.SetAlias("deals", models.Champion, to); err != nil {
				t.Fatal(err)
			}
			_ = server.command.Process.Signal(syscall.SIGHUP)
		case 2: // the poll finds it
			if err := store.SetAlias("deals", models.Champion, to); err != nil {
				t.Fatal(err)
			}
		}
		<-time.After(20 * time.Millisecond)
		if t.Failed() || time.Now().After(deadline) {
			break
		}
	}
	stop()
	load.Wait()
	if answers[0].Load() < 20 || answers[1].Load() < 20 {
		t.Errorf("%d and %d answers of the two versions: the moves were not seen", answers[0].Load(), answers[1].Load())
	}
}

// A process is killed while it writes versions and moves aliases: whatever the moment, every version in the store is whole, a server that runs
// goes on, and one that starts starts.
func TestLiveKilledWhileWriting(t *testing.T) {
	store, first, _ := twoVersions(t)
	running := serveLive(t, "", store.Dir(), "--reload-every", "10ms")
	writer, err := exec.LookPath("putversions")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 6 {
		before := len(versionsOf(t, store))
		command := exec.Command(writer, store.Dir())
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		await(t, 30*time.Second, func() bool { return len(versionsOf(t, store)) > before+1 }, func() string { return "nothing is written" })
		<-time.After(time.Duration(7*i) * time.Millisecond)
		_ = command.Process.Kill()
		_ = command.Wait()
		for _, entry := range versionsOf(t, store) {
			if _, err := store.Get("deals", entry.ID); err != nil {
				t.Errorf("after the kill: %v", err)
			}
		}
		if got := running.answering(t); got != first {
			t.Errorf("the running server answers with %s, want %s", got, first)
		}
		mustRun(t, "serve", "--store", store.Dir(), "--model", "deals", "--listen", "127.0.0.1:0", "--check")
	}
	if got := serveLive(t, "", store.Dir()).answering(t); got != first {
		t.Errorf("a new server answers with %s, want %s", got, first)
	}
}

func versionsOf(t *testing.T, store *models.Store) []models.Entry {
	t.Helper()
	entries, err := store.List("deals")
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// On a full disk, here a process that may write no byte to a file, an alias does not move: neither half nor in the server alone.
func TestLiveFullDisk(t *testing.T) {
	store, first, second := twoVersions(t)
	server := serveLive(t, "ulimit -f 0;", store.Dir(), "--reload-every", "10ms")
	aliases := filepath.Join(store.Dir(), "deals", "aliases.json")
	before, err := os.ReadFile(aliases)
	if err != nil {
		t.Fatal(err)
	}
	_, err = server.models.PromoteModel(t.Context(), &leadscorev1.PromoteModelRequest{Name: "models/deals", Version: "models/deals/versions/" + second})
	if status.Code(err) != codes.ResourceExhausted {
		t.Errorf("promotion on a full disk: %v, want ResourceExhausted", err)
	}
	answer, problem := server.post(t, "/v1/models/deals:promote", `{"version": "models/deals/versions/`+second+`"}`)
	if answer.StatusCode != http.StatusInsufficientStorage || !strings.Contains(problem, `"reason":"STORE_FULL"`) || !strings.Contains(problem, `"type":"/problems/store-full"`) {
		t.Errorf("promotion over HTTP on a full disk: %s, want 507\n%s", answer.Status, problem)
	}
	program, err := exec.LookPath("leadscore")
	if err != nil {
		t.Fatal(err)
	}
	text, err := exec.Command("sh", "-c", `ulimit -f 0; exec "$0" models promote "$1" --store "$2"`, program, "deals/"+second, store.Dir()).CombinedOutput()
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != exitFailed || bytes.Contains(text, []byte("goroutine ")) {
		t.Errorf("promotion by command on a full disk: %v, want exit code 1\n%s", err, text)
	}
	if after, err := os.ReadFile(aliases); err != nil || !bytes.Equal(after, before) {
		t.Errorf("aliases.json changed: %v\n%s", err, after)
	}
	left, err := filepath.Glob(filepath.Join(store.Dir(), "deals", "*.writing"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	if got := server.answering(t); got != first {
		t.Errorf("%s answers, want %s", got, first)
	}
	mustRun(t, "models", "promote", "deals/"+second, "--store", store.Dir(), "--reason", "there is room again")
	await(t, 10*time.Second, func() bool { return server.answering(t) == second }, func() string { return "the promotion was not seen" })
}

// A store that the server may only read, as pods mount it, is no fault of the server: scores go on, promotions are refused with what can be done, and one that
// is made elsewhere is taken up.
func TestLiveReadOnlyStore(t *testing.T) {
	store, first, second := twoVersions(t)
	lock := filepath.Join(store.Dir(), "deals", "aliases.lock")
	if err := os.Chmod(lock, 0o400); err != nil {
		t.Fatal(err)
	}
	asUser := ""
	if os.Geteuid() == 0 { // permissions do not bind root
		asUser = `exec setpriv --bounding-set=-dac_override,-dac_read_search "$0" "$@";`
	}
	server := serveLive(t, asUser, store.Dir(), "--reload-every", "10ms")
	for path, body := range map[string]string{"/v1/models/deals:promote": `{"version": "models/deals/versions/` + second + `"}`, "/v1/models/deals:rollback": `{"version": "models/deals/versions/` + second + `"}`} {
		if answer, problem := server.post(t, path, body); answer.StatusCode != http.StatusConflict || !strings.Contains(problem, `"reason":"STORE_READ_ONLY"`) {
			t.Errorf("%s: %s, want 409\n%s", path, answer.Status, problem)
		}
	}
	_, err := server.models.PromoteModel(t.Context(), &leadscorev1.PromoteModelRequest{Name: "models/deals", Version: "models/deals/versions/" + second})
	if status.Code(err) != codes.FailedPrecondition {
		t.Errorf("promotion in a store that may only be read: %v, want FailedPrecondition", err)
	}
	if got := server.answering(t); got != first {
		t.Errorf("%s answers, want %s", got, first)
	}
	if err := os.Chmod(lock, 0o600); err != nil {
		t.Fatal(err)
	}
	mustRun(t, "models", "promote", "deals/"+second, "--store", store.Dir())
	await(t, 10*time.Second, func() bool { return server.answering(t) == second }, func() string { return "the promotion was not seen" })
}

// The store goes, comes back, and gets a champion that is damaged: the server answers with what it has, says so, and takes up what is mended.
func TestLiveStoreInTrouble(t *testing.T) {
	store, first, second := twoVersions(t)
	server := serveLive(t, "", store.Dir(), "--reload-every", "10ms")
	wantHealth := func(want healthpb.HealthCheckResponse_ServingStatus) {
		t.Helper()
		await(t, 10*time.Second, func() bool { return server.healthOf(t, "models/deals") == want }, func() string { return "health of models/deals is not " + want.String() })
		if got := server.healthOf(t, "leadscore.v1.LeadScoringService"); got != healthpb.HealthCheckResponse_SERVING {
			t.Errorf("health of the service: %v, want SERVING", got)
		}
	}
	aside := store.Dir() + "-aside"
	if err := os.Rename(store.Dir(), aside); err != nil {
		t.Fatal(err)
	}
	wantHealth(healthpb.HealthCheckResponse_NOT_SERVING)
	if got := server.answering(t); got != first {
		t.Errorf("without a store %s answers, want %s", got, first)
	}
	if err := os.Rename(aside, store.Dir()); err != nil {
		t.Fatal(err)
	}
	wantHealth(healthpb.HealthCheckResponse_SERVING)

	model := filepath.Join(store.Dir(), "deals", "versions", second, "model.json")
	sound, err := os.ReadFile(model)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.SetAlias("deals", models.Champion, second); err != nil {
		t.Fatal(err)
	}
	await(t, 10*time.Second, func() bool { return server.answering(t) == second }, func() string { return "the second version is not taken up" })
	aliases := filepath.Join(store.Dir(), "deals", "aliases.json")
	moved, err := os.ReadFile(aliases)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.SetAlias("deals", models.Champion, first); err != nil {
		t.Fatal(err)
	}
	server = serveLive(t, "", store.Dir(), "--reload-every", "10ms") // one that has not loaded the second version
	if err := os.WriteFile(model, sound[:len(sound)-100], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(aliases+".new", moved, 0o600), os.Rename(aliases+".new", aliases)); err != nil { // no command moves an alias to a damaged version
		t.Fatal(err)
	}
	wantHealth(healthpb.HealthCheckResponse_NOT_SERVING)
	if got := server.answering(t); got != first {
		t.Errorf("with a damaged champion %s answers, want %s", got, first)
	}
	if faults, err := server.metric(`leadscore_model_reloads_total{model="deals",result="kept"}`); err != nil || faults < 1 {
		t.Errorf("metrics count %v faults, %v", faults, err)
	}
	if err := os.WriteFile(model, sound, 0o600); err != nil {
		t.Fatal(err)
	}
	await(t, 10*time.Second, func() bool { return server.answering(t) == second }, func() string { return "the mended version is not taken up" })
	wantHealth(healthpb.HealthCheckResponse_SERVING)
}

// SIGTERM under load over gRPC, a stream and HTTP: what the server took up is answered, and it ends with exit code 0.
func TestLiveShutdownLosesNothing(t *testing.T) {
	store, first, _ := twoVersions(t)
	server := serveLive(t, "", store.Dir(), "--not-serving-for", "200ms")
	request := loadRequest(200)
	expected := map[string][]float64{first: server.expected(t, first, request)}
	check := func(results []*leadscorev1.LeadResult, by *leadscorev1.ScoredBy) error {
		return checkAnswer(results, by, expected)
	}
	body, err := protojson.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	watch, err := healthpb.NewHealthClient(server.connection).Watch(t.Context(), &healthpb.HealthCheckRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := watch.Recv(); err != nil {
		t.Fatal(err)
	}
	var calls, posts, streamed atomic.Int64
	var load sync.WaitGroup
	load.Go(func() {
		for {
			answer, err := server.scoring.BatchScoreLeads(t.Context(), request)
			if err != nil {
				if status.Code(err) != codes.Unavailable {
					t.Errorf("a call ended with %v", err)
				}
				return
			}
			calls.Add(1)
			if err := check(answer.GetResults(), answer.GetScoredBy()); err != nil {
				t.Error(err)
			}
		}
	})
	load.Go(func() {
		err := server.streamAll(t.Context(), request, func(results []*leadscorev1.LeadResult, by *leadscorev1.ScoredBy) error {
			streamed.Add(1)
			return check(results, by)
		})
		if status.Code(err) != codes.Unavailable && !errors.Is(err, io.EOF) {
			t.Errorf("the stream ended with %v, want Unavailable", err)
		}
	})
	load.Go(func() {
		for {
			answer, err := http.Post("http://"+server.web+"/v1/leads:batchScore", "application/json", bytes.NewReader(body))
			if err != nil {
				return // refused, as the server no longer listens
			}
			_, err = io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
			if err != nil || answer.StatusCode != http.StatusOK {
				t.Errorf("HTTP answered %s, %v", answer.Status, err)
				return
			}
			posts.Add(1)
		}
	})
	await(t, 20*time.Second, func() bool { return calls.Load() > 10 && streamed.Load() > 10 && posts.Load() > 10 },
		func() string {
			return fmt.Sprintf("%d calls, %d messages, %d posts", calls.Load(), streamed.Load(), posts.Load())
		})
	if err := server.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if news, err := watch.Recv(); err != nil || news.GetStatus() != healthpb.HealthCheckResponse_NOT_SERVING {
		t.Errorf("the watcher hears %v, %v; want NOT_SERVING", news, err)
	}
	<-server.ended
	load.Wait()
	log := server.log.String()
	if code := server.command.ProcessState.ExitCode(); code != exitOK || !strings.Contains(log, "all_calls_finished=true") {
		t.Errorf("exit code %d, want 0 and all calls finished:\n%s", code, log[max(0, len(log)-2000):])
	}
	taken := int64(strings.Count(log, "BatchScoreLeads code=OK"))
	if answered := calls.Load() + posts.Load() + int64(len(expected)); taken != answered {
		t.Errorf("the server answered %d calls, the clients got %d answers", taken, answered)
	}
}
