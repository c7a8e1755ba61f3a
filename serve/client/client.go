// Package client asks a leadscore server for a score and shows the answer. It is what `leadscore ask` does, and an example
// of a Go client. Start at [Ask], then [Write].
package client

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	leadscorev1 "leadscore/proto/leadscore/v1"
)

// Question is one lead to score.
type Question struct {
	Address string // host:port of the server
	Model   string // "deals", "deals@challenger", "deals/VERSION"
	Lead    []byte // JSON, see ParseLead
	AsOf    time.Time
	Brief   bool // numbers only, no explanation

	Security Security
}

// Ask sends a question to a server and returns its answer. A refusal is a [*Refusal], with every violated field. With a
// deadline in ctx it waits until then for a server that is not up yet; without one it does not wait.
func Ask(ctx context.Context, q Question) (*leadscorev1.ScoreLeadResponse, error) {
	lead, err := ParseLead(q.Lead)
	if err != nil {
		return nil, err
	}
	options, err := q.Security.DialOptions(q.Address)
	if err != nil {
		return nil, err
	}
	connection, err := grpc.NewClient(q.Address, options...)
	if err != nil {
		return nil, fmt.Errorf("address %q: %w", q.Address, err)
	}
	defer connection.Close()
	request := &leadscorev1.ScoreLeadRequest{Model: q.Model, Lead: lead, Explanation: leadscorev1.Explanation_EXPLANATION_FULL}
	if !q.AsOf.IsZero() {
		request.AsOf = timestamppb.New(q.AsOf)
	}
	if q.Brief {
		request.Explanation = leadscorev1.Explanation_EXPLANATION_NONE
	}
	_, wait := ctx.Deadline()
	answer, err := leadscorev1.NewLeadScoringServiceClient(connection).ScoreLead(ctx, request, grpc.WaitForReady(wait))
	if err != nil {
		return nil, refusal(q.Address, err)
	}
	return answer, nil
}

// Refusal is a server's error answer.
type Refusal struct {
	Address    string
	Status     *status.Status
	Violations []*errdetails.BadRequest_FieldViolation
	RequestID  string // in the server's log
}

// Error names the code, the reason, and every violated field, a line each where there are several.
func (r *Refusal) Error() string {
	text := fmt.Sprintf("%s: %s", r.Address, r.Status.Code())
	if len(r.Violations) == 0 {
		text += ": " + r.Status.Message()
	}
	for _, violation := range r.Violations {
		text += "\n  " + strings.TrimPrefix(violation.GetField()+": "+violation.GetDescription(), ": ")
	}
	if r.RequestID != "" {
		text += fmt.Sprintf("\n  request id %s", r.RequestID)
	}
	return text
}

// Unwrap gives the gRPC status as an error.
func (r *Refusal) Unwrap() error { return r.Status.Err() }

func refusal(address string, err error) error {
	made, ok := status.FromError(err)
	if !ok {
		return errors.Join(fmt.Errorf("ask %s", address), err)
	}
	r := &Refusal{Address: address, Status: made}
	for _, detail := range made.Details() {
		switch d := detail.(type) {
		case *errdetails.BadRequest:
			r.Violations = d.GetFieldViolations()
		case *errdetails.RequestInfo:
			r.RequestID = d.GetRequestId()
		}
	}
	return r
}
