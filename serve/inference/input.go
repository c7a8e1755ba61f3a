package inference

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	"leadscore/features"
	wire "leadscore/proto/inference"
	leadscorev1 "leadscore/proto/leadscore/v1"
	"leadscore/serve/leadjson"
)

// The tensors that are of the lead itself, not of a field.
const (
	leadID      = "lead.id"
	leadCreated = "lead.created_time"
	leadEvents  = "lead.events"
)

// The parameters that a request and a tensor may have.
const (
	paramAsOf        = "as_of"        // of a request: when to look at the leads, ISO 8601
	paramMissing     = "missing"      // of a tensor: the rows without a value, "0,5,17"
	paramContentType = "content_type" // MLServer's clients say how they encoded a tensor; the datatype says it as well
	paramRaw         = "binary_data_output"
	paramBinarySize  = "binary_data_size" // over HTTP; KServe's client sends it over gRPC too
)

// input reads a request's tensors into leads, and gathers what is wrong with them.
type input struct {
	request   *wire.ModelInferRequest
	schema    *features.Schema
	mostLeads int
	faults    leadjson.Faults
}

// batch is the same question as the other calls ask it. It counts only without faults.
func (in *input) batch(model string) *leadscorev1.BatchScoreLeadsRequest {
	batch := &leadscorev1.BatchScoreLeadsRequest{Model: model, Explanation: leadscorev1.Explanation_EXPLANATION_NONE}
	in.parameters(batch)
	rows, ok := in.rows()
	if !ok {
		return nil
	}
	batch.Leads = make([]*leadscorev1.Lead, rows)
	for i := range batch.Leads {
		batch.Leads[i] = &leadscorev1.Lead{Id: "row " + strconv.Itoa(i), Fields: make(map[string]*leadscorev1.FieldValue, len(in.request.GetInputs()))}
	}
	seen := map[string]bool{}
	for i, tensor := range in.request.GetInputs() {
		name := tensor.GetName()
		if seen[name] {
			in.fault(name, -1, "given twice")
			continue
		}
		seen[name] = true
		values, fault := in.elements(i, rows)
		if fault != "" {
			in.fault(name, -1, "%s", fault)
			continue
		}
		missing := in.missing(tensor, rows)
		in.fill(batch.Leads, name, tensor.GetDatatype(), values, missing)
	}
	return batch
}

// parameters reads those of the request.
func (in *input) parameters(batch *leadscorev1.BatchScoreLeadsRequest) {
	for _, name := range slices.Sorted(maps.Keys(in.request.GetParameters())) {
		path := fmt.Sprintf("parameters[%q]", name)
		switch name {
		case paramAsOf:
			text := in.request.GetParameters()[name].GetStringParam()
			at, err := time.Parse(time.RFC3339, text)
			if err != nil {
				in.faults.Addf(path, "%q; want a time, such as 2026-06-27T09:00:00Z", text)
			}
			batch.AsOf = timestamppb.New(at)
		case paramContentType, paramRaw:
		default:
			in.faults.Add(leadjson.Fault{Path: path, Problem: "no such parameter; want as_of"})
		}
	}
}

// rows is the number of leads: the first dimension of every tensor.
func (in *input) rows() (rows int, ok bool) {
	inputs, raw := in.request.GetInputs(), in.request.GetRawInputContents()
	switch {
	case len(inputs) == 0:
		in.faults.Add(leadjson.Fault{Path: "inputs", Problem: "no tensors; send one for each field that is known"})
		return 0, false
	case len(raw) > 0 && len(raw) != len(inputs):
		in.faults.Addf("raw_input_contents", "%d contents for %d inputs; want one for each", len(raw), len(inputs))
		return 0, false
	}
	rows = -1
	for _, tensor := range inputs {
		shape := tensor.GetShape()
		switch {
		case len(shape) != 1 && (len(shape) != 2 || shape[1] != 1):
			in.fault(tensor.GetName(), -1, "shape %v; want [leads] or [leads, 1]", shape)
		case shape[0] < 1 || shape[0] > int64(in.mostLeads):
			in.fault(tensor.GetName(), -1, "shape %v; want 1 to %d leads", shape, in.mostLeads)
		case rows >= 0 && int64(rows) != shape[0]:
			in.fault(tensor.GetName(), -1, "%d leads; the tensors before it have %d", shape[0], rows)
		default:
			rows = int(shape[0])
		}
	}
	return rows, len(in.faults.List) == 0
}

// missing are the rows that a tensor says to be without a value.
func (in *input) missing(tensor *wire.ModelInferRequest_InferInputTensor, rows int) map[int]bool {
	var list map[int]bool
	for _, name := range slices.Sorted(maps.Keys(tensor.GetParameters())) {
		switch name {
		case paramContentType, paramBinarySize:
		case paramMissing:
			given, isText := textParameter(tensor.GetParameters()[name])
			if !isText {
				in.fault(tensor.GetName(), -1, "parameter missing is no text; want rows of the tensor from 0, such as \"0,5,17\"")
				continue
			}
			list = map[int]bool{}
			for text := range strings.SplitSeq(given, ",") {
				if text = strings.TrimSpace(text); text == "" {
					continue
				}
				row, err := strconv.Atoi(text)
				if err != nil || row < 0 || row >= rows {
					in.fault(tensor.GetName(), -1, "parameter missing: %q; want rows of the tensor from 0, such as 0,5,17", text)
					continue
				}
				list[row] = true
			}
		default:
			in.fault(tensor.GetName(), -1, "no such parameter: %q; want missing", name)
		}
	}
	return list
}

func textParameter(p *wire.InferParameter) (text string, isText bool) {
	_, isText = p.GetParameterChoice().(*wire.InferParameter_StringParam)
	return p.GetStringParam(), isText
}

// fill puts a tensor's elements into the leads.
func (in *input) fill(leads []*leadscorev1.Lead, name, datatype string, values elements, missing map[int]bool) {
	put, fault := in.target(name, datatype)
	if fault != "" {
		in.fault(name, -1, "%s", fault)
		return
	}
	for row, lead := range leads {
		value := values.at(row)
		switch {
		case missing[row]:
			put(lead, row, nil)
		case value == any(tooLarge{}):
			in.fault(name, row, "a whole number beyond 2^53, which cannot be held exactly")
		default:
			put(lead, row, value)
		}
	}
}

// target is what puts an element of a tensor, or nil for none, into a lead.
func (in *input) target(name, datatype string) (put func(lead *leadscorev1.Lead, row int, value any), fault string) {
	switch name {
	case leadID, leadCreated, leadEvents:
		if datatype != "BYTES" {
			return nil, "datatype " + datatype + "; want BYTES"
		}
		return func(lead *leadscorev1.Lead, row int, value any) { in.ofLead(lead, name, row, value) }, ""
	}
	i, known := in.schema.FieldIndex(name)
	if !known {
		return nil, "no such field in the model's schema, nor " + strings.Join([]string{leadID, leadCreated, leadEvents}, ", ") +
			"; it has " + strings.Join(in.fieldNames(), ", ")
	}
	if fits := datatypesOf(in.schema.Fields[i].Kind); !slices.Contains(fits, datatype) {
		return nil, "datatype " + datatype + " for a field of the kind " + string(in.schema.Fields[i].Kind) + "; want " + strings.Join(fits, ", ")
	}
	return func(lead *leadscorev1.Lead, _ int, value any) { lead.Fields[name] = fieldValue(value) }, ""
}

func (in *input) fieldNames() []string {
	var names []string
	for i := range in.schema.Fields {
		if in.schema.Fields[i].Used() {
			names = append(names, in.schema.Fields[i].Name)
		}
	}
	return names
}

var numberTypes = []string{"FP64", "FP32", "INT64", "INT32", "INT16", "INT8", "UINT64", "UINT32", "UINT16", "UINT8"}

// datatypesOf lists what a field takes, the advertised one first. A text is read by the schema: yes and no, dates.
func datatypesOf(kind features.Kind) []string {
	switch kind {
	case features.Number:
		return numberTypes
	case features.Boolean:
		return []string{"BOOL", "BYTES"}
	}
	return []string{"BYTES"}
}

// fieldValue is a tensor's element as the other calls send it. NaN and an empty text are missing.
func fieldValue(value any) *leadscorev1.FieldValue {
	switch v := value.(type) {
	case float64:
		if !math.IsNaN(v) {
			return &leadscorev1.FieldValue{Value: &leadscorev1.FieldValue_Number{Number: v}}
		}
	case bool:
		return &leadscorev1.FieldValue{Value: &leadscorev1.FieldValue_Boolean{Boolean: v}}
	case string:
		if v != "" {
			return &leadscorev1.FieldValue{Value: &leadscorev1.FieldValue_Text{Text: v}}
		}
	}
	return &leadscorev1.FieldValue{Value: &leadscorev1.FieldValue_Missing{Missing: &leadscorev1.MissingValue{}}}
}

// ofLead reads what is not a field. Empty means none; an id that is empty is the number of the row.
func (in *input) ofLead(lead *leadscorev1.Lead, name string, row int, value any) {
	text, _ := value.(string)
	if text == "" {
		return
	}
	switch name {
	case leadID:
		lead.Id = text
	case leadCreated:
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			in.fault(name, row, "%q; want a time, such as 2026-06-20T09:00:00Z", text)
			return
		}
		lead.CreatedTime = timestamppb.New(at)
	case leadEvents:
		read := new(leadscorev1.Lead)
		if !json.Valid([]byte(text)) {
			in.fault(name, row, `not JSON; want a list such as [{"type": "pricing_page", "time": "2026-06-25T08:30:00Z"}]`)
			return
		}
		if err := leadjson.Unmarshal([]byte(`{"events":`+text+`}`), "", read); err != nil {
			in.fault(name, row, "%v", err)
			return
		}
		lead.Events = read.Events
	}
}

// refused notes the faults of a lead, under the tensors that they came from.
func (in *input) refused(row int, why *statuspb.Status) {
	prefix := fmt.Sprintf("leads[%d].", row)
	noted := false
	for _, detail := range why.GetDetails() {
		bad := new(errdetails.BadRequest)
		if detail.UnmarshalTo(bad) != nil {
			continue
		}
		for _, each := range bad.GetFieldViolations() {
			path, inner, _ := strings.Cut(strings.TrimPrefix(each.GetField(), prefix), "[")
			name := "lead." + path
			if path == "fields" {
				quoted, _, _ := strings.Cut(inner, "]")
				if field, err := strconv.Unquote(quoted); err == nil {
					name = field
				}
			} else if inner != "" {
				in.fault(name, row, "[%s: %s", inner, each.GetDescription())
				noted = true
				continue
			}
			in.fault(name, row, "%s", each.GetDescription())
			noted = true
		}
	}
	if !noted {
		in.faults.Add(leadjson.Fault{Path: fmt.Sprintf("inputs[*][%d]", row), Problem: why.GetMessage()})
	}
}
