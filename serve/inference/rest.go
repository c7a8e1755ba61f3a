package inference

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	wire "leadscore/proto/inference"
	"leadscore/serve/leadjson"
)

// The protocol over HTTP: its JSON form, and its extension for binary tensors in requests. Answers are JSON.

// restRequest is the JSON of an inference request.
type restRequest struct {
	ID         string         `json:"id"`
	ModelName  string         `json:"model_name"` // KServe's client repeats it
	Parameters map[string]any `json:"parameters"`
	Inputs     []restTensor   `json:"inputs"`
	Outputs    []restOutput   `json:"outputs"`
}

type restTensor struct {
	Name       string         `json:"name"`
	Shape      []int64        `json:"shape"`
	Datatype   string         `json:"datatype"`
	Parameters map[string]any `json:"parameters"`
	Data       jsontext.Value `json:"data"`
}

type restOutput struct {
	Name       string         `json:"name"`
	Parameters map[string]any `json:"parameters"`
}

// ReadREST reads the body of POST /v2/models/NAME/infer. jsonLength is what the header Inference-Header-Content-Length says, or that of the body: what
// follows are the binary tensors, one after the other. Errors are [*leadjson.Faults].
func ReadREST(body []byte, jsonLength int, model, version string) (*wire.ModelInferRequest, error) {
	r := &restReader{binary: body[jsonLength:]}
	var read restRequest
	decoder := jsontext.NewDecoder(bytes.NewBuffer(body[:jsonLength]), json.RejectUnknownMembers(true))
	if err := json.UnmarshalDecode(decoder, &read); err != nil {
		r.faults.Addf("", "not an inference request in JSON: %s", inWords(err))
		return nil, &r.faults
	}
	if _, err := decoder.ReadToken(); err != io.EOF {
		r.faults.Addf("", "more than one JSON value; binary tensors need the header Inference-Header-Content-Length")
	}
	if read.ModelName != "" && read.ModelName != model {
		r.faults.Addf("model_name", "%q, but the path says %q", read.ModelName, model)
	}
	request := &wire.ModelInferRequest{ModelName: model, ModelVersion: version, Id: read.ID, Parameters: r.parameters("parameters", read.Parameters)}
	for i := range read.Inputs {
		request.Inputs = append(request.Inputs, r.tensor(&read.Inputs[i]))
	}
	for _, output := range read.Outputs {
		request.Outputs = append(request.Outputs, &wire.ModelInferRequest_InferRequestedOutputTensor{Name: output.Name})
	}
	if len(r.binary) > 0 {
		r.faults.Addf("inputs", "%d bytes behind the last binary tensor", len(r.binary))
	}
	if len(r.faults.List) > 0 {
		return nil, &r.faults
	}
	return request, nil
}

// inWords is a fault of the JSON without the names of Go.
func inWords(err error) string {
	var semantic *json.SemanticError
	switch {
	case !errors.As(err, &semantic):
		return strings.TrimPrefix(err.Error(), "jsontext: ")
	case semantic.Err != nil:
		return fmt.Sprintf("%v within %q", semantic.Err, semantic.JSONPointer)
	}
	return fmt.Sprintf("a %v within %q", semantic.JSONKind, semantic.JSONPointer)
}

type restReader struct {
	binary []byte // what is left of it
	faults leadjson.Faults
}

func (r *restReader) parameters(path string, given map[string]any) map[string]*wire.InferParameter {
	read := map[string]*wire.InferParameter{}
	for name, value := range given {
		switch v := value.(type) {
		case string:
			read[name] = &wire.InferParameter{ParameterChoice: &wire.InferParameter_StringParam{StringParam: v}}
		case bool:
			read[name] = &wire.InferParameter{ParameterChoice: &wire.InferParameter_BoolParam{BoolParam: v}}
		case float64:
			read[name] = &wire.InferParameter{ParameterChoice: &wire.InferParameter_DoubleParam{DoubleParam: v}}
		default:
			r.faults.Addf(fmt.Sprintf("%s[%q]", path, name), "want a text, a number, true or false")
		}
	}
	return read
}

func (r *restReader) tensor(from *restTensor) *wire.ModelInferRequest_InferInputTensor {
	path := tensorPath(from.Name, -1)
	tensor := &wire.ModelInferRequest_InferInputTensor{Name: from.Name, Datatype: from.Datatype, Shape: from.Shape, Contents: new(wire.InferTensorContents)}
	size, isBinary := from.Parameters[paramBinarySize]
	delete(from.Parameters, paramBinarySize)
	tensor.Parameters = r.parameters(path+".parameters", from.Parameters)
	switch {
	case isBinary && from.Data != nil:
		r.faults.Addf(path, "data beside the parameter binary_data_size; want one of them")
	case isBinary:
		bytes, ok := size.(float64)
		if !ok || bytes < 0 || bytes > float64(len(r.binary)) || bytes != math.Trunc(bytes) {
			r.faults.Addf(path, "the parameter binary_data_size is %v, and %d bytes are left of the body", size, len(r.binary))
			return tensor
		}
		var problem string
		if tensor.Contents, problem = binaryContents(from.Datatype, r.binary[:int(bytes)], len(r.binary)); problem != "" {
			r.faults.Addf(path, "%s", problem)
		}
		r.binary = r.binary[int(bytes):]
	case from.Data == nil || from.Data[0] != '[':
		r.faults.Addf(path, "no data; want a list of elements, in which null is a missing value")
	default:
		r.data(from, tensor)
	}
	return tensor
}

// data reads the elements, flat or nested. null is a missing value.
func (r *restReader) data(from *restTensor, into *wire.ModelInferRequest_InferInputTensor) {
	text, row := jsontext.NewDecoder(bytes.NewReader(from.Data)), 0
	var missing []string
	for {
		if kind := text.PeekKind(); kind == '[' || kind == ']' {
			_, _ = text.ReadToken() // the text is known to be JSON
			continue
		}
		value, err := text.ReadValue()
		if err != nil {
			break // its end
		}
		if value.Kind() == 'n' {
			missing = append(missing, strconv.Itoa(row))
			value = nothing(from.Datatype)
		}
		if wanted := appendElement(into.Contents, from.Datatype, value); wanted != "" {
			r.faults.Addf(tensorPath(from.Name, row), "%.60s; want %s", value, wanted)
		}
		row++
	}
	if len(missing) > 0 {
		if given, isGiven := into.GetParameters()[paramMissing]; isGiven {
			text, isText := textParameter(given)
			if !isText {
				return // refused later
			}
			missing = append(missing, text)
		}
		into.Parameters[paramMissing] = &wire.InferParameter{ParameterChoice: &wire.InferParameter_StringParam{StringParam: strings.Join(missing, ",")}}
	}
}

// nothing stands where a value is missing.
func nothing(datatype string) jsontext.Value {
	switch datatype {
	case "BYTES":
		return jsontext.Value(`""`)
	case "BOOL":
		return jsontext.Value(`false`)
	}
	return jsontext.Value(`0`)
}

// appendElement adds an element in JSON to a tensor; of another kind it says what is wanted. An unknown datatype has no elements: it is refused later.
func appendElement(c *wire.InferTensorContents, datatype string, value jsontext.Value) (wanted string) {
	text := string(value)
	switch datatype {
	case "BYTES":
		if value.Kind() != '"' {
			return "a text in quotes"
		}
		unquoted, _ := jsontext.AppendUnquote(nil, value)
		c.BytesContents = append(c.BytesContents, unquoted)
	case "BOOL":
		if value.Kind() != 't' && value.Kind() != 'f' {
			return "true or false"
		}
		c.BoolContents = append(c.BoolContents, value.Kind() == 't')
	case "FP64", "FP32":
		bits := 64
		if datatype == "FP32" {
			bits = 32
		}
		x, err := strconv.ParseFloat(text, bits)
		if err != nil || value.Kind() != '0' {
			return "a number that " + datatype + " holds, or null"
		}
		if bits == 64 {
			c.Fp64Contents = append(c.Fp64Contents, x)
		} else {
			c.Fp32Contents = append(c.Fp32Contents, float32(x))
		}
	case "INT8", "INT16", "INT32", "INT64":
		x, err := strconv.ParseInt(text, 10, bitsOf(datatype))
		if err != nil {
			return "a whole number that " + datatype + " holds, or null"
		}
		if datatype == "INT64" {
			c.Int64Contents = append(c.Int64Contents, x)
		} else {
			c.IntContents = append(c.IntContents, int32(x))
		}
	case "UINT8", "UINT16", "UINT32", "UINT64":
		x, err := strconv.ParseUint(text, 10, bitsOf(datatype))
		if err != nil {
			return "a whole number of 0 or more that " + datatype + " holds, or null"
		}
		if datatype == "UINT64" {
			c.Uint64Contents = append(c.Uint64Contents, x)
		} else {
			c.UintContents = append(c.UintContents, uint32(x))
		}
	}
	return ""
}

func bitsOf(datatype string) int {
	bits, _ := strconv.Atoi(strings.TrimLeft(datatype, "UINTFP"))
	return bits
}

// RESTAnswer is an answer for encoding/json to write.
func RESTAnswer(answer *wire.ModelInferResponse) any {
	type tensor struct {
		Name     string  `json:"name"`
		Shape    []int64 `json:"shape"`
		Datatype string  `json:"datatype"`
		Data     any     `json:"data"`
	}
	written := struct {
		ModelName    string            `json:"model_name"`
		ModelVersion string            `json:"model_version"`
		ID           string            `json:"id,omitempty"`
		Parameters   map[string]string `json:"parameters"`
		Outputs      []tensor          `json:"outputs"`
	}{answer.GetModelName(), answer.GetModelVersion(), answer.GetId(), map[string]string{}, nil}
	for name, parameter := range answer.GetParameters() {
		written.Parameters[name] = parameter.GetStringParam() // all are texts
	}
	for _, output := range answer.GetOutputs() {
		t := tensor{output.GetName(), output.GetShape(), output.GetDatatype(), output.GetContents().GetFp64Contents()}
		if output.GetDatatype() == "BYTES" {
			texts := make([]string, len(output.GetContents().GetBytesContents()))
			for i, text := range output.GetContents().GetBytesContents() {
				texts[i] = string(text)
			}
			t.Data = texts
		}
		written.Outputs = append(written.Outputs, t)
	}
	return written
}
