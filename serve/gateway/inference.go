package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	wire "leadscore/proto/inference"
	"leadscore/serve/inference"
	"leadscore/serve/leadjson"
)

// The Open Inference Protocol over HTTP, as KServe's and Triton's clients speak it, through the same interceptors as all calls:
//
//	GET  /v2/health/live, /v2/health/ready, /v2
//	GET  /v2/models/NAME[/versions/VERSION][/ready]
//	POST /v2/models/NAME[/versions/VERSION]/infer
type inferenceRoutes struct {
	calls *Local
	mux   *runtime.ServeMux // for the headers that calls see
}

const inferencePath, inferenceService = "/v2", "/inference.GRPCInferenceService/"

func isInference(r *http.Request) bool {
	return r.URL.Path == inferencePath || strings.HasPrefix(r.URL.Path, inferencePath+"/")
}

// jsonLengthHeader says how much of a body is JSON; binary tensors follow.
const jsonLengthHeader = "Inference-Header-Content-Length"

func isBinaryInference(r *http.Request) bool {
	return isInference(r) && r.Header.Get(jsonLengthHeader) != ""
}

func routeInference(routes *http.ServeMux, calls *Local, mux *runtime.ServeMux) {
	i := &inferenceRoutes{calls, mux}
	routes.HandleFunc("GET /v2/health/live", func(w http.ResponseWriter, r *http.Request) {
		answer := new(wire.ServerLiveResponse)
		i.call(w, r, "ServerLive", new(wire.ServerLiveRequest), answer, func() (any, bool) { return map[string]bool{"live": answer.GetLive()}, answer.GetLive() })
	})
	routes.HandleFunc("GET /v2/health/ready", func(w http.ResponseWriter, r *http.Request) {
		answer := new(wire.ServerReadyResponse)
		i.call(w, r, "ServerReady", new(wire.ServerReadyRequest), answer, func() (any, bool) { return map[string]bool{"ready": answer.GetReady()}, answer.GetReady() })
	})
	routes.HandleFunc("GET /v2", i.server)
	for _, version := range []string{"", "/versions/{version}"} {
		routes.HandleFunc("GET /v2/models/{model}"+version, i.model)
		routes.HandleFunc("GET /v2/models/{model}"+version+"/ready", i.modelReady)
		routes.HandleFunc("POST /v2/models/{model}"+version+"/infer", i.infer)
	}
}

func (i *inferenceRoutes) server(w http.ResponseWriter, r *http.Request) {
	answer := new(wire.ServerMetadataResponse)
	i.call(w, r, "ServerMetadata", new(wire.ServerMetadataRequest), answer, func() (any, bool) {
		return map[string]any{"name": answer.GetName(), "version": answer.GetVersion(), "extensions": []string{"binary_tensor_data"}}, true
	})
}

func (i *inferenceRoutes) modelReady(w http.ResponseWriter, r *http.Request) {
	answer := new(wire.ModelReadyResponse)
	request := &wire.ModelReadyRequest{Name: r.PathValue("model"), Version: r.PathValue("version")}
	i.call(w, r, "ModelReady", request, answer, func() (any, bool) {
		return map[string]any{"name": request.GetName(), "ready": answer.GetReady()}, answer.GetReady()
	})
}

func (i *inferenceRoutes) model(w http.ResponseWriter, r *http.Request) {
	answer := new(wire.ModelMetadataResponse)
	request := &wire.ModelMetadataRequest{Name: r.PathValue("model"), Version: r.PathValue("version")}
	i.call(w, r, "ModelMetadata", request, answer, func() (any, bool) {
		return map[string]any{"name": answer.GetName(), "versions": answer.GetVersions(), "platform": answer.GetPlatform(),
			"inputs": tensors(answer.GetInputs()), "outputs": tensors(answer.GetOutputs())}, true
	})
}

// tensors are a model's inputs or outputs in the protocol's JSON, which has whole numbers without quotes.
func tensors(of []*wire.ModelMetadataResponse_TensorMetadata) []map[string]any {
	list := make([]map[string]any, len(of))
	for i, tensor := range of {
		list[i] = map[string]any{"name": tensor.GetName(), "datatype": tensor.GetDatatype(), "shape": tensor.GetShape()}
	}
	return list
}

func (i *inferenceRoutes) infer(w http.ResponseWriter, r *http.Request) {
	this, _ := r.Body.(*request) // every request came through the door
	length := len(this.body)
	if given := r.Header.Get(jsonLengthHeader); given != "" {
		var err error
		if length, err = strconv.Atoi(given); err != nil || length < 0 || length > len(this.body) {
			newProblem("INVALID_MESSAGE", http.StatusBadRequest, jsonLengthHeader+" is no length within the body").write(w, r)
			return
		}
	}
	request, err := inference.ReadREST(this.body, length, r.PathValue("model"), r.PathValue("version"))
	var faults *leadjson.Faults
	if errors.As(err, &faults) {
		this.keep(faults)
		request = &wire.ModelInferRequest{ModelName: r.PathValue("model"), ModelVersion: r.PathValue("version")}
	}
	answer := new(wire.ModelInferResponse)
	i.call(w, r, "ModelInfer", request, answer, func() (any, bool) { return inference.RESTAnswer(answer), true })
}

// call makes a gRPC call and answers with what body gives of it, and whether that is good news.
func (i *inferenceRoutes) call(w http.ResponseWriter, r *http.Request, method string, request, answer proto.Message, body func() (written any, good bool)) {
	var ctx context.Context
	ctx, err := runtime.AnnotateContext(r.Context(), i.mux, r, inferenceService+method)
	if err == nil {
		err = i.calls.Invoke(ctx, inferenceService+method, request, answer)
	}
	if err != nil {
		fromStatus(status.Convert(err)).write(w, r)
		return
	}
	text, good := body()
	written, err := json.Marshal(text)
	if err != nil {
		newProblem("INTERNAL", http.StatusInternalServerError, "the answer cannot be written").write(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if !good {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_, _ = w.Write(append(written, '\n')) // a client that is gone reads nothing
}
