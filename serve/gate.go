package serve

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"time"

	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/tap"

	leadscorev1 "leadscore/proto/leadscore/v1"
	"leadscore/serve/auth"
)

// gate lets calls in: those of known callers with the scope that the method needs, as many at once and in a second as the
// limits say.
//
// A caller over gRPC is looked at when the headers of its call are there, before the server takes in a byte of the message
// ([gate.tap]). One over HTTP is looked at in the interceptors ([gate.enter]).
type gate struct {
	guard     *auth.Guard
	limits    Limits
	callers   *callerRates // nil: no limit
	underWay  atomic.Int64
	isStream  func(method string) bool
	refused   func(ctx context.Context, method string, err error) error // writes a refusal to the log and gives its status
	hangUp    func(other net.Addr)
	reflected Reflection
}

// Reflection says who may ask for the server's interface.
type Reflection string

const (
	ReflectionRead Reflection = "read" // callers with the scope read; everybody where there is no authentication; the default
	ReflectionOpen Reflection = "open" // everybody who reaches the address
	ReflectionOff  Reflection = "off"  // nobody
)

// newGate is one for a config with its defaults; for streams and [gate.tap] it needs refused, isStream and hangUp besides.
func newGate(config Config) *gate {
	return &gate{guard: config.Auth, limits: config.Limits, reflected: config.Reflection,
		callers: newCallerRates(config.Limits.CallerRate, config.Limits.CallerBurst)}
}

// inferenceService is the Open Inference Protocol's.
const inferenceService = "/inference.GRPCInferenceService/"

// scopeOf is the whole table of what a method needs. Open methods need no caller at all. What is not in the table is for
// admins: a new method is closed until it is written here.
func (g *gate) scopeOf(method string) (scope auth.Scope, open bool) {
	service, name, _ := strings.Cut(strings.TrimPrefix(method, "/"), "/")
	switch {
	case service == healthpb.Health_ServiceDesc.ServiceName:
		return "", true
	case isReflection(method):
		return auth.Read, g.reflected == ReflectionOpen
	case service == leadscorev1.LeadScoringService_ServiceDesc.ServiceName:
		return auth.Score, false
	case service == "leadscore.v1.ComparisonService":
		return auth.Read, false
	case service == "leadscore.v1.ModelService" && (strings.HasPrefix(name, "List") || strings.HasPrefix(name, "Get")):
		return auth.Read, false
	case strings.HasPrefix(method, inferenceService):
		switch name {
		case "ServerLive", "ServerReady":
			return "", true
		case "ModelInfer", "ModelStreamInfer":
			return auth.Score, false
		case "ServerMetadata", "ModelMetadata", "ModelReady":
			return auth.Read, false
		}
	}
	return auth.Admin, false
}

// identify says who calls a method, if it may.
func (g *gate) identify(ctx context.Context, method string) (auth.Caller, error) {
	scope, open := g.scopeOf(method)
	caller, err := g.guard.Identify(ctx)
	switch {
	case open && err != nil:
		return auth.Caller{Name: "anybody"}, nil
	case open || err != nil:
		return caller, err
	}
	return caller, auth.Permit(caller, scope)
}

// admitted is what the tap leaves in a call's context.
type admitted struct {
	caller auth.Caller
	known  bool                    // caller is filled in
	cut    context.CancelCauseFunc // ends a stream that no longer moves; nil for a unary call
}

type admittedKey struct{}

// tap is gRPC's [tap.ServerInHandle]: it runs while the connection's other calls wait, and must be quick.
func (g *gate) tap(ctx context.Context, info *tap.Info) (context.Context, error) {
	caller, err := g.identify(ctx, info.FullMethodName)
	if err != nil {
		return nil, g.refused(ctx, info.FullMethodName, err)
	}
	a := admitted{caller: caller, known: true}
	if g.isStream(info.FullMethodName) {
		ctx, a.cut = context.WithCancelCause(ctx)
	}
	return context.WithValue(ctx, admittedKey{}, a), nil
}

// enter lets a call begin, or says why not. leave has to be called when it ends.
func (g *gate) enter(ctx context.Context, method string, this *call) (leave func(), err error) {
	a, _ := ctx.Value(admittedKey{}).(admitted)
	if !a.known {
		if a.caller, err = g.identify(ctx, method); err != nil {
			return nil, err
		}
	}
	this.caller = a.caller.Name
	if _, open := g.scopeOf(method); open {
		return func() {}, nil
	}
	if wait := g.callers.wait(a.caller); wait > 0 {
		return nil, &limited{reason: "RATE_LIMITED", retry: wait,
			text: fmt.Sprintf("more than %g calls a second from one caller", g.limits.CallerRate)}
	}
	if g.underWay.Add(1) > int64(g.limits.Calls) {
		g.underWay.Add(-1)
		return nil, &limited{reason: "TOO_MANY_CALLS", retry: pauseWhenFull,
			text: fmt.Sprintf("the server has %d calls under way, as many as it takes", g.limits.Calls)}
	}
	return func() { g.underWay.Add(-1) }, nil
}

// pauseWhenFull is when to try again: a call takes milliseconds.
const pauseWhenFull = 100 * time.Millisecond

// limited says that a call is one too many, and when it might not be.
type limited struct {
	reason, text string
	retry        time.Duration
}

func (l *limited) Error() string { return l.text }

var (
	errSlowReader = errors.New("the caller did not read what it asked for")
	errIdle       = errors.New("the caller sent nothing for too long")
)

// waitLimit ends a stream whose other side no longer moves. Its zero value is infinite.
type waitLimit struct {
	most time.Duration
	cut  context.CancelCauseFunc
}

// patienceOf is that of the call of ctx.
func (g *gate) patienceOf(ctx context.Context) waitLimit {
	a, _ := ctx.Value(admittedKey{}).(admitted)
	return waitLimit{most: g.limits.Patience, cut: a.cut}
}

// wait does one thing with the stream, and cuts it off if that takes too long.
func (p waitLimit) wait(why error, do func() error) error {
	if p.cut == nil {
		return do()
	}
	timer := time.AfterFunc(p.most, func() { p.cut(why) })
	err := do()
	if !timer.Stop() {
		return cmp.Or(why, err)
	}
	return err
}
