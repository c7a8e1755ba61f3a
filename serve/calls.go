package serve

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"

	"leadscore/serve/auth"
)

// requestIDHeader carries the id of a request, from the caller or made here, and back.
const requestIDHeader = "x-request-id"

// calls is what stands around every call: its id, its line in the log, its panics.
type calls struct {
	log      *slog.Logger
	draining context.Context // ends when the server drains
	gate     *gate
	metrics  *meters // nil: not measured
}

// call is what the log says of one call. Its handler fills in what it learns; all of it is safe to log.
type call struct {
	requestID string
	caller    string // name of its token, JWT or certificate, else its address
	leadID    string
	model     string
	version   string
	leads     int // of a batch
	refused   int // leads of a batch with an error of their own
}

type callKey struct{}

// callOf gives the call that ctx belongs to; outside of one, as in a test of a handler alone, an unlogged one.
func callOf(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return new(call)
}

func (c *calls) unary(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (answer any, err error) {
	started := time.Now()
	c.metrics.started(info.FullMethod)
	this := &call{requestID: requestID(ctx)}
	// It fails only for a transport that is already closed.
	_ = grpc.SetHeader(ctx, metadata.Pairs(requestIDHeader, this.requestID))
	ctx = context.WithValue(ctx, callKey{}, this)
	answer, err = guard(func() (any, error) {
		leave, err := c.gate.enter(ctx, info.FullMethod, this)
		if err != nil {
			return nil, err
		}
		defer leave()
		return handle(ctx, request)
	})
	stop := toStatus(ctx, err, this.requestID)
	c.end(ctx, info.FullMethod, this, stop.Code(), err, time.Since(started))
	if err != nil {
		return nil, stop.Err()
	}
	return answer, nil
}

func (c *calls) stream(service any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
	started := time.Now()
	c.metrics.started(info.FullMethod)
	ctx, cancel := context.WithCancel(stream.Context())
	defer cancel()
	if endsWhenDraining(info.FullMethod) {
		defer context.AfterFunc(c.draining, cancel)()
	}
	this := &call{requestID: requestID(ctx)}
	ctx = context.WithValue(ctx, callKey{}, this)
	_, err := guard(func() (any, error) {
		leave, err := c.gate.enter(ctx, info.FullMethod, this)
		if err != nil {
			return nil, err
		}
		defer leave()
		return nil, handle(service, &streamIn{ServerStream: stream, ctx: ctx, patience: c.gate.patienceOf(ctx)})
	})
	if cause := context.Cause(ctx); errors.Is(cause, errSlowReader) || errors.Is(cause, errIdle) {
		err = cause
	}
	if from, ok := peer.FromContext(ctx); ok && errors.Is(err, errSlowReader) {
		c.gate.hangUp(from.Addr)
	}
	stop := toStatus(ctx, err, this.requestID)
	c.end(ctx, info.FullMethod, this, stop.Code(), err, time.Since(started))
	return stop.Err()
}

// endsWhenDraining names the streams that only wait for news: they would hold up a shutdown until its deadline.
func endsWhenDraining(method string) bool {
	return method == healthpb.Health_Watch_FullMethodName || isReflection(method)
}

func isReflection(method string) bool {
	const prefix = "/grpc.reflection."
	return len(method) > len(prefix) && method[:len(prefix)] == prefix
}

// refuse writes what became of a call that did not get in, and gives its status.
func (c *calls) refuse(ctx context.Context, method string, err error) error {
	this := &call{requestID: requestID(ctx)}
	stop := toStatus(ctx, err, this.requestID)
	c.metrics.turnedAway(stop.Code())
	c.write(ctx, method, this, stop.Code(), err, 0)
	return stop.Err()
}

// end counts a call out and writes its line.
func (c *calls) end(ctx context.Context, method string, this *call, code codes.Code, err error, took time.Duration) {
	c.metrics.ended(method, code, took, this.refused)
	c.write(ctx, method, this, code, err, took)
}

// streamIn is a stream with a context of ours, and with an end to waiting for its other side.
type streamIn struct {
	grpc.ServerStream
	ctx      context.Context
	patience waitLimit
}

func (s *streamIn) Context() context.Context { return s.ctx }

// SendMsg implements [grpc.ServerStream].
func (s *streamIn) SendMsg(message any) error {
	return s.patience.wait(errSlowReader, func() error { return s.ServerStream.SendMsg(message) })
}

// RecvMsg implements [grpc.ServerStream].
func (s *streamIn) RecvMsg(message any) error {
	return s.patience.wait(errIdle, func() error { return s.ServerStream.RecvMsg(message) })
}

// panicked is a panic as an error. The stack says where; the value is kept only where it cannot quote a lead.
type panicked struct {
	value string
	stack []byte
}

func (p *panicked) Error() string { return "panic: " + p.value }

// guard turns a panic of work into an error.
func guard(work func() (any, error)) (answer any, err error) {
	defer func() {
		if value := recover(); value != nil {
			text := fmt.Sprintf("a %T", value)
			if fault, ok := value.(runtime.Error); ok {
				text = fault.Error()
			}
			answer, err = nil, &panicked{value: text, stack: debug.Stack()}
		}
	}()
	return work()
}

// write makes the call's line in the log. Health checks and reflection are written for debugging only.
func (c *calls) write(ctx context.Context, method string, this *call, code codes.Code, err error, took time.Duration) {
	level := slog.LevelInfo
	switch {
	case code == codes.Internal || code == codes.Unknown || code == codes.FailedPrecondition:
		level = slog.LevelError
	case endsWhenDraining(method) || method == healthpb.Health_Check_FullMethodName:
		level = slog.LevelDebug
	}
	if !c.log.Enabled(ctx, level) {
		return
	}
	fields := make([]slog.Attr, 0, 13)
	fields = append(fields, slog.String("request_id", this.requestID), slog.String("method", method), slog.String("code", code.String()),
		slog.Duration("took", took))
	for _, text := range []struct{ name, value string }{{"trace_id", traceID(ctx)}, {"caller", this.caller}, {"lead", this.leadID}, {"model", this.model}, {"version", this.version}} {
		if text.value != "" {
			fields = append(fields, slog.String(text.name, text.value))
		}
	}
	if this.leads > 0 {
		fields = append(fields, slog.Int("leads", this.leads), slog.Int("refused", this.refused))
	}
	fields = append(fields, detail(code, err)...)
	c.log.LogAttrs(ctx, level, "call", fields...)
}

// detail is what the log says of an error beyond its code: nothing for faults of the caller, whose texts may quote a lead.
func detail(code codes.Code, err error) []slog.Attr {
	var fault *panicked
	var many *invalid
	refusal, isRefusal := auth.AsRefusal(err)
	switch {
	case err == nil:
		return nil
	case isRefusal:
		return []slog.Attr{slog.String("error", refusal.Error())}
	case errors.As(err, &fault):
		return []slog.Attr{slog.String("error", fault.Error()), slog.String("stack", string(fault.stack))}
	case errors.As(err, &many):
		return []slog.Attr{slog.Int("violated_fields", many.total())}
	case code == codes.Internal || code == codes.FailedPrecondition:
		return []slog.Attr{slog.String("error", err.Error())}
	}
	return nil
}

// requestID is the caller's id of the request, or a new one where it gives none that is fit for a log.
func requestID(ctx context.Context) string {
	if given := metadata.ValueFromIncomingContext(ctx, requestIDHeader); len(given) == 1 {
		return plainOrNewID(given[0])
	}
	return rand.Text()
}

func plainOrNewID(given string) string {
	if isPlainID(given) {
		return given
	}
	return rand.Text()
}

// longestRequestID holds a UUID, a trace id or a path of a few of them.
const longestRequestID = 128

func isPlainID(id string) bool {
	if id == "" || len(id) > longestRequestID {
		return false
	}
	for _, c := range []byte(id) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}
