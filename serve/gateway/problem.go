package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// problem is an error as RFC 9457 has it. The members beyond type to detail are ours, named as in google.rpc.
type problem struct {
	Type            string           `json:"type"` // a page of this server
	Title           string           `json:"title"`
	Status          int              `json:"status"`
	Detail          string           `json:"detail"`
	Code            string           `json:"code"`   // of google.rpc.Code, such as INVALID_ARGUMENT
	Reason          string           `json:"reason"` // of google.rpc.ErrorInfo, for programs
	RequestID       string           `json:"request_id"`
	FieldViolations []fieldViolation `json:"field_violations,omitempty"`
	Error           string           `json:"error,omitempty"` // detail again, as the Open Inference Protocol has it

	retryAfter string // seconds
}

type fieldViolation struct {
	Field       string `json:"field"`
	Description string `json:"description"`
}

// kinds are the reasons that have a page of their own, with the page's name and text.
var kinds = map[string]struct{ title, advice string }{
	"INVALID_REQUEST":     {"The request is wrong", "field_violations lists every violated member by its path, with what would be right. Mend them all and send the request again; unchanged it fails again."},
	"INVALID_MESSAGE":     {"The request cannot be read", "The body is cut off, or a query parameter is not of its kind. /openapi.json has the form."},
	"MODEL_NOT_FOUND":     {"The server has no such model", "The models that it has are named in detail. A model is deals, deals@challenger or deals/VERSION."},
	"VERSION_NOT_FOUND":   {"The model has no such version", "Ask for the champion by the model's name alone, or for a version that leadscore models list shows."},
	"VERSION_UNUSABLE":    {"The version must not serve", "The version is torn, tampered with, of a newer format, or does not reproduce its golden rows. The server's log says which under the request id."},
	"NO_EARLIER_CHAMPION": {"There is no earlier champion", "The model has had one champion only, or all earlier ones have been gone back to. Promote a version by its name instead."},
	"NO_DATA_DIRECTORY":   {"The server reads no files", "Closed leads are read from files only where the server was started with --data-dir. Send the leads in the request, or ask whoever runs the server."},
	"STORE_READ_ONLY":     {"The server may only read the version store", "Nothing was changed. Move the alias where the store can be written, by leadscore models promote or rollback; the server takes it up by itself."},
	"STORE_FULL":          {"The disk of the version store is full", "Nothing was changed. Make room, then send the request again."},
	"ETAG_MISMATCH":       {"An alias has moved since", "Somebody else has moved an alias of this model. Get the model again, look, and send the request with its new etag."},
	"UNAUTHENTICATED":     {"There is no valid token", "Send the header Authorization: Bearer TOKEN, or a client's certificate that the server knows."},
	"SCOPE_MISSING":       {"The token may not do this", "Scores need the scope score, figures read, and moving aliases admin. detail says which is missing."},
	"RATE_LIMITED":        {"Too many requests of one caller", "Wait as long as Retry-After says. Many leads cost one request each batch: POST /v1/leads:batchScore."},
	"TOO_MANY_CALLS":      {"The server has as many requests under way as it takes", "Wait as long as Retry-After says, or send the request to another server."},
	"SERVER_STOPS":        {"The server stops", "Send the request again; another server, or the next one, answers it."},
	"BODY_TOO_LARGE":      {"The body is too large", "Send fewer leads at once. The limit is in detail."},
	"NOT_JSON":            {"The body is not marked as JSON", "Send the header Content-Type: application/json. curl: -H 'Content-Type: application/json'."},
	"CODED_BODY":          {"The body is packed", "The server takes bodies without Content-Encoding only; a limit of their size could else be passed by."},
	"NO_SUCH_ROUTE":       {"There is nothing under this path", "/openapi.json lists all paths."},
	"WRONG_METHOD":        {"The path does not take this method", "Scores are asked for with POST."},
	"DEADLINE_EXCEEDED":   {"Time ran out", "The deadline of the request passed before the answer was ready. Send fewer leads at once, or wait longer."},
	"CANCELLED":           {"The request was given up", "The client closed the connection before the answer was ready."},
	"INTERNAL":            {"The server failed", "The log of the server has the reason under the request id."},
}

func newProblem(reason string, httpStatus int, detail string) *problem {
	p := &problem{Status: httpStatus, Detail: detail, Reason: reason, Code: codeName(codeOf(httpStatus))}
	p.Type, p.Title = "/problems/"+strings.ReplaceAll(strings.ToLower(reason), "_", "-"), kinds[reason].title
	if p.Title == "" { // RFC 9457, section 4.2.1
		p.Type, p.Title = "about:blank", http.StatusText(httpStatus)
	}
	return p
}

// codeOf is the gRPC code of an error that no call made.
func codeOf(httpStatus int) codes.Code {
	switch httpStatus {
	case http.StatusNotFound:
		return codes.NotFound
	case http.StatusMethodNotAllowed:
		return codes.Unimplemented
	case http.StatusRequestEntityTooLarge:
		return codes.ResourceExhausted
	}
	return codes.InvalidArgument
}

// codeName is the name of google.rpc.Code: INVALID_ARGUMENT.
func codeName(c codes.Code) string { return code.Code(c).String() }

// httpStatus follows grpc-gateway, but for what is no fault of a request's form, nor of too many of them.
func httpStatus(c codes.Code, reason string) int {
	switch reason {
	case "VERSION_UNUSABLE":
		return http.StatusServiceUnavailable // the server's fault
	case "NO_EARLIER_CHAMPION", "NO_DATA_DIRECTORY", "STORE_READ_ONLY":
		return http.StatusConflict // as the server is now; trying again does not help
	case "STORE_FULL":
		return http.StatusInsufficientStorage
	}
	return runtime.HTTPStatusFromCode(c)
}

// fromStatus reads what a call says of its error.
func fromStatus(made *status.Status) *problem {
	reason := codeName(made.Code())
	var violations []fieldViolation
	retry := ""
	for _, detail := range made.Details() {
		switch d := detail.(type) {
		case *errdetails.ErrorInfo:
			reason = d.GetReason()
		case *errdetails.BadRequest:
			for _, each := range d.GetFieldViolations() {
				violations = append(violations, fieldViolation{each.GetField(), each.GetDescription()})
			}
		case *errdetails.RetryInfo:
			retry = strconv.Itoa(int(math.Ceil(d.GetRetryDelay().AsDuration().Seconds())))
		}
	}
	if made.Code() == codes.InvalidArgument && reason == codeName(codes.InvalidArgument) {
		reason = "INVALID_MESSAGE" // of grpc-gateway: a query parameter
	}
	p := newProblem(reason, httpStatus(made.Code(), reason), made.Message())
	p.Code, p.FieldViolations, p.retryAfter = codeName(made.Code()), violations, retry
	return p
}

func (p *problem) write(w http.ResponseWriter, r *http.Request) {
	p.RequestID = r.Header.Get(requestIDHeader)
	contentType := "application/problem+json"
	if isInference(r) { // its clients look for nothing else
		p.Error, contentType = p.Detail, "application/json"
	}
	text, err := json.Marshal(p)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Del("Content-Length")
	switch {
	case p.Status == http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", "Bearer")
	case p.retryAfter != "":
		w.Header().Set("Retry-After", p.retryAfter)
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(text, '\n')) // a client that is gone reads nothing
}

// writeError implements [runtime.ErrorHandlerFunc].
func writeError(_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request, err error) {
	fromStatus(status.Convert(err)).write(w, r)
}

// writeRoutingError implements [runtime.RoutingErrorHandlerFunc].
func writeRoutingError(_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request, httpStatus int) {
	switch httpStatus {
	case http.StatusNotFound:
		newProblem("NO_SUCH_ROUTE", httpStatus, "there is nothing under "+r.URL.Path+"; /openapi.json lists all paths").write(w, r)
	case http.StatusMethodNotAllowed:
		newProblem("WRONG_METHOD", httpStatus, r.Method+" is not taken here; /openapi.json has the methods").write(w, r)
	default:
		newProblem("INVALID_MESSAGE", httpStatus, "the path cannot be read").write(w, r)
	}
}

// describeProblem is the page that a problem's type names.
func describeProblem(w http.ResponseWriter, r *http.Request) {
	kind, ok := kinds[strings.ReplaceAll(strings.ToUpper(r.PathValue("name")), "-", "_")]
	if !ok {
		newProblem("NO_SUCH_ROUTE", http.StatusNotFound, "there is no problem of this name").write(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintf(w, "%s\n\n%s\n", kind.title, kind.advice)
}
