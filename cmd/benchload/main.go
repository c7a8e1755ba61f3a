// Command benchload asks a server as fast as a number of callers can, and prints how fast it answered. serve/bench/compare.sh uses it
// for every server that it compares, so that all are asked in the same way.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	leadscorev1 "leadscore/proto/leadscore/v1"
)

// ask makes the i-th request and waits for its answer.
type ask func(ctx context.Context, i int) error

func main() {
	url := flag.String("url", "", "POST the bodies there")
	address := flag.String("grpc", "", "or call LeadScoringService there")
	method := flag.String("method", "ScoreLead", "ScoreLead or BatchScoreLeads, with -grpc")
	bodies := flag.String("bodies", "", "file of requests, JSON, one a line; they take turns")
	callers := flag.Int("callers", 8, "how many ask at once")
	seconds := flag.Float64("seconds", 5, "how long")
	name := flag.String("name", "", "of the row, for the output")
	flag.Parse()
	if err := run(*url, *address, *method, *bodies, *name, *callers, time.Duration(*seconds*float64(time.Second))); err != nil {
		fmt.Fprintln(os.Stderr, "benchload:", err)
		os.Exit(1)
	}
}

func run(url, address, method, bodies, name string, callers int, lasting time.Duration) error {
	requests, err := readLines(bodies)
	if err != nil {
		return err
	}
	one := byHTTP(url, requests, callers)
	if address != "" {
		connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(64<<20)))
		if err != nil {
			return err
		}
		defer connection.Close()
		if one, err = byGRPC(connection, method, requests); err != nil {
			return err
		}
	}
	if err := one(context.Background(), 0); err != nil { // a wrong request shows here, not as a fast server
		return err
	}
	took, together, err := load(one, callers, lasting)
	if err != nil {
		return err
	}
	slices.Sort(took)
	at := func(share float64) float64 { return took[int(share*float64(len(took)))].Seconds() * 1000 }
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"name": name, "requests": len(took), "per_second": float64(len(took)) / together.Seconds(), "p50_ms": at(0.5), "p99_ms": at(0.99)})
}

func readLines(path string) (lines [][]byte, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 64<<20)
	for scanner.Scan() {
		lines = append(lines, bytes.Clone(scanner.Bytes()))
	}
	if len(lines) == 0 && scanner.Err() == nil {
		return nil, errors.New(path + " is empty")
	}
	return lines, scanner.Err()
}

func byHTTP(url string, bodies [][]byte, callers int) ask {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: callers}}
	return func(ctx context.Context, i int) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(bodies[i%len(bodies)]))
		if err != nil {
			return err
		}
		request.Header.Set("Content-Type", "application/json")
		answer, err := client.Do(request)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %s %v %.500s", url, answer.Status, err, text)
		}
		return nil
	}
}

func byGRPC(connection *grpc.ClientConn, method string, bodies [][]byte) (ask, error) {
	fresh, answer := func() proto.Message { return new(leadscorev1.ScoreLeadRequest) }, func() proto.Message { return new(leadscorev1.ScoreLeadResponse) }
	if method == "BatchScoreLeads" {
		fresh, answer = func() proto.Message { return new(leadscorev1.BatchScoreLeadsRequest) }, func() proto.Message { return new(leadscorev1.BatchScoreLeadsResponse) }
	}
	var requests []proto.Message
	for _, body := range bodies {
		request := fresh()
		if err := protojson.Unmarshal(body, request); err != nil {
			return nil, err
		}
		requests = append(requests, request)
	}
	path := "/" + leadscorev1.LeadScoringService_ServiceDesc.ServiceName + "/" + method
	return func(ctx context.Context, i int) error {
		return connection.Invoke(ctx, path, requests[i%len(requests)], answer())
	}, nil
}

// load asks with all callers until the time is over, lets what has begun finish, and gives how long each answer took and all together.
func load(one ask, callers int, lasting time.Duration) (took []time.Duration, together time.Duration, err error) {
	var mu sync.Mutex
	var group sync.WaitGroup
	begun := time.Now()
	for caller := range callers {
		group.Go(func() {
			var mine []time.Duration
			var fault error
			for i := caller; fault == nil && time.Since(begun) < lasting; i += callers {
				started := time.Now()
				fault = one(context.Background(), i)
				mine = append(mine, time.Since(started))
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, mine...)
			err = errors.Join(err, fault)
		})
	}
	group.Wait()
	return took, time.Since(begun), err
}
