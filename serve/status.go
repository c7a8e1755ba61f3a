package serve

import (
	"context"
	"errors"
	"strings"
	"syscall"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"

	"leadscore/features"
	"leadscore/models"
	"leadscore/serve/auth"
	"leadscore/serve/gateway"
	"leadscore/serve/leadjson"
)

// errorDomain names whose reasons google.rpc.ErrorInfo holds.
const errorDomain = "leadscore"

// toStatus is the one place that makes gRPC codes. Faults of the caller are told in full, faults of the server with a
// fixed text and the request's id: the detail is for the log.
func toStatus(ctx context.Context, err error, requestID string) *status.Status {
	if err == nil {
		return nil
	}
	code, reason, text := classify(err)
	details := []protoadapt.MessageV1{
		&errdetails.ErrorInfo{Reason: reason, Domain: errorDomain},
		&errdetails.RequestInfo{RequestId: requestID},
	}
	if faults := asInvalid(err); faults != nil && code == codes.InvalidArgument {
		details = append(details, faults.badRequest(gateway.ErrorsInBody(ctx)))
	}
	if over := (*limited)(nil); errors.As(err, &over) {
		details = append(details, &errdetails.RetryInfo{RetryDelay: durationpb.New(over.retry)})
	}
	// A detail that does not marshal is left out; ours always do.
	made, fault := status.New(code, text).WithDetails(details...)
	if fault != nil {
		return status.New(code, text)
	}
	return made
}

// leadStatus is the error of one lead of a batch, with every violated field: it travels in the answer's body.
func leadStatus(faults *invalid) *statuspb.Status {
	made, err := status.New(codes.InvalidArgument, faults.Error()).WithDetails(
		&errdetails.ErrorInfo{Reason: "INVALID_LEAD", Domain: errorDomain}, faults.wholeBadRequest())
	if err != nil {
		return status.New(codes.InvalidArgument, faults.Error()).Proto()
	}
	return made.Proto()
}

// classify gives an error's code, its reason for programs and its text for people.
func classify(err error) (code codes.Code, reason, text string) {
	var bytes *undecodable
	var over *limited
	faults := asInvalid(err)
	refusal, isRefusal := auth.AsRefusal(err)
	switch {
	case isRefusal && refusal.Known:
		return codes.PermissionDenied, "SCOPE_MISSING", refusal.Error()
	case isRefusal:
		return codes.Unauthenticated, "UNAUTHENTICATED", refusal.Error()
	case errors.As(err, &over):
		return codes.ResourceExhausted, over.reason, over.Error()
	case errors.Is(err, errSlowReader):
		return codes.DeadlineExceeded, "SLOW_READER", errSlowReader.Error()
	case errors.Is(err, errIdle):
		return codes.DeadlineExceeded, "IDLE", errIdle.Error()
	case faults != nil:
		return codes.InvalidArgument, "INVALID_REQUEST", faults.Error()
	case errors.As(err, &bytes):
		return codes.InvalidArgument, "INVALID_MESSAGE", bytes.Error()
	case errors.Is(err, models.ErrNoModel), errors.Is(err, errNotServed):
		return codes.NotFound, "MODEL_NOT_FOUND", callersText(err, "the server has no such model")
	case errors.Is(err, models.ErrNoVersion):
		return codes.NotFound, "VERSION_NOT_FOUND", "the model has no such version, or no version under this alias"
	case errors.Is(err, models.ErrMoved):
		return codes.Aborted, "ETAG_MISMATCH", "an alias has moved since; get the model and its etag again"
	case errors.Is(err, models.ErrNoPrevious):
		return codes.FailedPrecondition, "NO_EARLIER_CHAMPION", "the model has no earlier champion to go back to"
	case errors.Is(err, models.ErrReadOnly):
		return codes.FailedPrecondition, "STORE_READ_ONLY", "the server may only read the version store; move the alias where it can be written, and the server takes it up"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EFBIG), errors.Is(err, syscall.EDQUOT):
		return codes.ResourceExhausted, "STORE_FULL", "the disk of the version store is full; nothing was changed"
	case errors.Is(err, errNoData):
		return codes.FailedPrecondition, "NO_DATA_DIRECTORY", errNoData.Error()
	case errors.Is(err, errDraining):
		return codes.Unavailable, "SERVER_STOPS", "the server stops; send what has no answer again"
	case errors.Is(err, context.DeadlineExceeded):
		return codes.DeadlineExceeded, "DEADLINE_EXCEEDED", "the deadline passed before the answer was ready"
	case errors.Is(err, context.Canceled):
		return codes.Canceled, "CANCELLED", "the call was cancelled"
	}
	for _, sentinel := range []error{models.ErrNewerFormat, models.ErrChecksum, models.ErrGolden, models.ErrMisplaced, models.ErrFormat} {
		if errors.Is(err, sentinel) {
			return codes.FailedPrecondition, "VERSION_UNUSABLE", "this version must not serve: " + sentinel.Error()
		}
	}
	if made, ok := status.FromError(err); ok { // grpc's own, from a stream
		return made.Code(), strings.ToUpper(made.Code().String()), made.Message()
	}
	return codes.Internal, "INTERNAL", "the server failed; its log has the reason under the request id"
}

// callersText is the text of an error of ours that holds nothing but what the caller sent and may know.
func callersText(err error, otherwise string) string {
	var not *notServed
	if errors.As(err, &not) {
		return not.Error()
	}
	return otherwise
}

// asInvalid gives the violated fields that err stands for; nil if it is no such error.
func asInvalid(err error) *invalid {
	var found *invalid
	var field *features.FieldError
	var text *leadjson.Faults
	switch {
	case errors.As(err, &found):
		return found
	case errors.As(err, &text):
		return fromText(text)
	case errors.Is(err, models.ErrName):
		found = new(invalid)
		found.add("model", "not a model's name; write deals, deals@champion, deals@challenger or deals/VERSION")
		return found
	case errors.As(err, &field):
		found = new(invalid)
		found.addFaults("lead", nil, err)
		return found
	}
	return nil
}
