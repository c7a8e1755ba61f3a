// Package gateway answers the calls of the gRPC services over HTTP with JSON, for webhooks and no-code tools.
//
//	POST /v1/leads:score                  a ScoreLeadRequest: {"model": "deals", "lead": {"id": "L-17", "fields": {"employees": 250}}}
//	POST /v1/models/deals/leads:score     the lead alone, as a webhook sends it; as_of and explanation are query parameters
//	POST /v1/leads:batchScore             a BatchScoreLeadsRequest
//	POST /v1/leads:compareScores, …       ComparisonService
//	GET  /v1/models, /v1/models/deals     what is served; and promote, rollback, reload (ModelService)
//	GET  /v2/…, POST /v2/models/deals/infer   the Open Inference Protocol (inference.go)
//	GET  /openapi.json                    all of this, for programs
//	GET  /problems/NAME                   what a kind of error means
//
// The routes are the google.api.http options of the proto files, by grpc-gateway. A request goes through the interceptors of
// the gRPC server, in this process ([Local]): authentication, limits and the log are the same. JSON is that of package
// leadjson. Errors are problem details (RFC 9457, problem.go) with every violated member. Start at [New].
package gateway

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/peer"
	"google.golang.org/protobuf/proto"

	leadscorev1 "leadscore/proto/leadscore/v1"
	"leadscore/serve/leadjson"
)

// Config says what the gateway calls. All members are required.
type Config struct {
	Calls     *Local
	BodyBytes int                       // of a request
	RequestID func(given string) string // the caller's id of the request, or a new one where that is not fit for a log
	Log       *slog.Logger              // for requests that reach no call; calls are in the log already
}

const requestIDHeader = "X-Request-Id"

// New makes the handler of all routes.
func New(config Config) (http.Handler, error) {
	document, err := newDocument()
	if err != nil {
		return nil, err
	}
	text, err := document.write()
	if err != nil {
		return nil, err
	}
	calls := runtime.NewServeMux(
		runtime.WithMarshalerOption(runtime.MIMEWildcard, marshaler{}),
		runtime.WithErrorHandler(writeError),
		runtime.WithRoutingErrorHandler(writeRoutingError),
		runtime.WithIncomingHeaderMatcher(forwarded),
		runtime.WithOutgoingHeaderMatcher(func(string) (string, bool) { return "", false }),
		runtime.WithDisablePathLengthFallback(),
		runtime.WithDisableHTTPMethodOverride(),
		runtime.WithWriteContentLength(),
	)
	if err := leadscorev1.RegisterLeadScoringServiceHandlerClient(context.Background(), calls, leadscorev1.NewLeadScoringServiceClient(config.Calls)); err != nil {
		return nil, err
	}
	if err := leadscorev1.RegisterModelServiceHandlerClient(context.Background(), calls, leadscorev1.NewModelServiceClient(config.Calls)); err != nil {
		return nil, err
	}
	if err := leadscorev1.RegisterComparisonServiceHandlerClient(context.Background(), calls, leadscorev1.NewComparisonServiceClient(config.Calls)); err != nil {
		return nil, err
	}
	routes := http.NewServeMux()
	routes.Handle("/", calls)
	routeInference(routes, config.Calls, calls)
	routes.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(text)
	})
	routes.HandleFunc("GET /problems/{name}", describeProblem)
	return &door{config: config, queries: readQueries(document.paths), routes: routes}, nil
}

// forwarded are the headers that calls see, besides Authorization.
func forwarded(header string) (string, bool) {
	switch header {
	case requestIDHeader, "Traceparent", "Tracestate":
		return strings.ToLower(header), true
	}
	return "", false
}

// Server is an HTTP server of the handler with bounds on how long a client may take.
func Server(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute, // of the largest body
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// door is what every request passes: an id, a bound on its body, its content type.
type door struct {
	config  Config
	queries queries
	routes  http.Handler
}

// request is what the door knows of a request. The marshaler, which sees nothing but the body, leaves its faults here.
type request struct {
	*bytes.Reader
	body   []byte
	path   string // of the message in the body, within the call's request
	faults leadjson.Faults
	called bool // it reached a call, which writes its own line in the log
}

func (r *request) Close() error { return nil }

// keep leaves faults of the body for the call to answer with.
func (r *request) keep(faults *leadjson.Faults) {
	r.faults.List, r.faults.Left = append(r.faults.List, faults.List...), faults.Left
}

// ServeHTTP implements [http.Handler].
func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := d.config.RequestID(r.Header.Get(requestIDHeader))
	r.Header.Set(requestIDHeader, id)
	w.Header().Set(requestIDHeader, id)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store") // scores are personal data
	answer := &watched{ResponseWriter: w, status: http.StatusOK}
	this, problem := d.read(w, r)
	switch {
	case problem != nil:
		problem.write(answer, r)
	default:
		d.routes.ServeHTTP(answer, r.WithContext(this.context(r)))
	}
	if problem != nil || !this.called {
		d.config.Log.LogAttrs(r.Context(), slog.LevelInfo, "http", slog.String("request_id", id), slog.String("method", r.Method), slog.Int("status", answer.status))
	}
}

// read takes the body whole, or says what is wrong with it.
func (d *door) read(w http.ResponseWriter, r *http.Request) (*request, *problem) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(d.config.BodyBytes)))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, newProblem("BODY_TOO_LARGE", http.StatusRequestEntityTooLarge, "the body has more than "+strconv.FormatInt(tooLarge.Limit, 10)+" bytes; send fewer leads at once")
	case err != nil:
		return nil, newProblem("INVALID_MESSAGE", http.StatusBadRequest, "the body could not be read to its end")
	case len(body) > 0 && isCoded(r.Header.Get("Content-Encoding")):
		w.Header().Set("Accept-Encoding", "identity") // RFC 9110, section 15.5.16
		return nil, newProblem("CODED_BODY", http.StatusUnsupportedMediaType, "the body is packed, by Content-Encoding; send it as it is")
	case len(body) > 0 && !isJSON(r.Header.Get("Content-Type")) && !isBinaryInference(r):
		return nil, newProblem("NOT_JSON", http.StatusUnsupportedMediaType, "send the header Content-Type: application/json, and JSON")
	}
	this := &request{Reader: bytes.NewReader(body), body: body}
	if strings.HasPrefix(r.URL.Path, "/v1/models/") && strings.HasSuffix(r.URL.Path, "/leads:score") {
		this.path = "lead"
	}
	if this.faults.List = d.queries.faults(r); len(this.faults.List) > 0 { // the rest is still read, so that all violations come at once
		query := r.URL.Query()
		for _, fault := range this.faults.List {
			query.Del(fault.Path)
		}
		r.URL.RawQuery = query.Encode()
	}
	r.Body = this
	return this, nil
}

// isCoded says that a body is packed, by gzip or the like.
func isCoded(encoding string) bool { return encoding != "" && !strings.EqualFold(encoding, "identity") }

func isJSON(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && (kind == "application/json" || strings.HasPrefix(kind, "application/") && strings.HasSuffix(kind, "+json"))
}

// context tells the call what it would know of a gRPC connection.
func (r *request) context(from *http.Request) context.Context {
	caller := &peer.Peer{Addr: address(from.RemoteAddr)}
	if from.TLS != nil {
		caller.AuthInfo = credentials.TLSInfo{State: *from.TLS, CommonAuthInfo: credentials.CommonAuthInfo{SecurityLevel: credentials.PrivacyAndIntegrity}}
	}
	ctx := peer.NewContext(from.Context(), caller)
	ctx = context.WithValue(ctx, bodyKey{}, true)
	return context.WithValue(ctx, faultKey{}, func() error {
		r.called = true
		if len(r.faults.List) == 0 {
			return nil
		}
		return &r.faults
	})
}

func address(text string) net.Addr {
	if at, err := net.ResolveTCPAddr("tcp", text); err == nil {
		return at
	}
	return &net.TCPAddr{}
}

// watched remembers the status of an answer.
type watched struct {
	http.ResponseWriter
	status int
}

func (w *watched) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// marshaler is package leadjson as grpc-gateway calls it.
type marshaler struct{}

func (marshaler) ContentType(any) string { return "application/json" }

func (marshaler) Marshal(value any) ([]byte, error) {
	message, ok := value.(proto.Message)
	if !ok {
		return nil, errors.New("not a message")
	}
	text, err := leadjson.Marshal(message)
	return append(text, '\n'), err
}

func (marshaler) Unmarshal(text []byte, into any) error {
	return leadjson.Unmarshal(text, "", target(into))
}

func (marshaler) NewEncoder(w io.Writer) runtime.Encoder {
	return runtime.EncoderFunc(func(value any) error {
		text, err := marshaler{}.Marshal(value)
		if err == nil {
			_, err = w.Write(text)
		}
		return err
	})
}

// NewDecoder reads the body of a request that came through the door.
func (marshaler) NewDecoder(r io.Reader) runtime.Decoder {
	return runtime.DecoderFunc(func(into any) error {
		this, ok := r.(*request)
		if !ok {
			text, err := io.ReadAll(r)
			if err != nil {
				return err
			}
			return leadjson.Unmarshal(text, "", target(into))
		}
		err := leadjson.Unmarshal(this.body, this.path, target(into))
		var faults *leadjson.Faults
		if errors.As(err, &faults) {
			this.keep(faults)
			return nil
		}
		return err
	})
}

// target is the message that grpc-gateway wants filled: itself, or a member of the request that is still nil.
func target(into any) proto.Message {
	if message, ok := into.(proto.Message); ok {
		return message
	}
	member := reflect.ValueOf(into).Elem()
	member.Set(reflect.New(member.Type().Elem()))
	return member.Interface().(proto.Message)
}
