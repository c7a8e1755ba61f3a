package inference

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"

	wire "leadscore/proto/inference"
	leadscorev1 "leadscore/proto/leadscore/v1"
	"leadscore/serve/leadjson"
)

// output is a tensor that the model gives. Names are those of the columns of `leadscore score`.
type output struct {
	name     string
	datatype string
	number   func(*leadscorev1.LeadScore) float64 // of FP64
	text     func(*leadscorev1.LeadScore) string  // of BYTES
}

var outputs = []output{
	{name: "probability", datatype: "FP64", number: func(s *leadscorev1.LeadScore) float64 { return s.GetPrediction().GetProbability() }},
	{name: "probability_low", datatype: "FP64", number: func(s *leadscorev1.LeadScore) float64 { return s.GetPrediction().GetInterval().GetLow() }},
	{name: "probability_high", datatype: "FP64", number: func(s *leadscorev1.LeadScore) float64 { return s.GetPrediction().GetInterval().GetHigh() }},
	{name: "log_odds", datatype: "FP64", number: func(s *leadscorev1.LeadScore) float64 { return s.GetPrediction().GetLogOdds() }},
	{name: "points", datatype: "FP64", number: func(s *leadscorev1.LeadScore) float64 { return s.GetRuleScore().GetPoints() }},
	{name: "fit", datatype: "FP64", number: func(s *leadscorev1.LeadScore) float64 { return s.GetRuleScore().GetFit() }},
	{name: "engagement", datatype: "FP64", number: func(s *leadscorev1.LeadScore) float64 { return s.GetRuleScore().GetEngagement() }},
	{name: "grade", datatype: "BYTES", text: func(s *leadscorev1.LeadScore) string { return s.GetRuleScore().GetGrade() }},
	{name: "qualification", datatype: "BYTES", text: func(s *leadscorev1.LeadScore) string {
		return word(s.GetRuleScore().GetQualification().String(), "QUALIFICATION_")
	}},
	{name: "quadrant", datatype: "BYTES", text: func(s *leadscorev1.LeadScore) string {
		return word(s.GetComparison().GetQuadrant().String(), "QUADRANT_")
	}},
	{name: "warnings", datatype: "BYTES", text: func(s *leadscorev1.LeadScore) string {
		return strings.Join(s.GetCoverage().GetWarnings(), "; ")
	}},
}

// word is an enum's value as files write it: "fast_lane".
func word(name, prefix string) string { return strings.ToLower(strings.TrimPrefix(name, prefix)) }

// wantedOutputs are those that the request names, or all.
func (in *input) wantedOutputs() []output {
	if len(in.request.GetOutputs()) == 0 {
		return outputs
	}
	var wanted []output
	for _, asked := range in.request.GetOutputs() {
		i := slices.IndexFunc(outputs, func(o output) bool { return o.name == asked.GetName() })
		if i < 0 {
			names := make([]string, len(outputs))
			for i := range outputs {
				names[i] = outputs[i].name
			}
			in.faults.Add(leadjson.Fault{Path: fmt.Sprintf("outputs[%q]", asked.GetName()), Problem: "no such output; want " + strings.Join(names, ", ")})
			continue
		}
		wanted = append(wanted, outputs[i])
	}
	return wanted
}

// response writes the tensors as the request wrote its own: raw or typed.
func response(request *wire.ModelInferRequest, by *leadscorev1.ScoredBy, scores []*leadscorev1.LeadScore, wanted []output) *wire.ModelInferResponse {
	answer := &wire.ModelInferResponse{
		ModelName: request.GetModelName(), ModelVersion: by.GetVersion(), Id: request.GetId(),
		Parameters: map[string]*wire.InferParameter{
			"checksum":      {ParameterChoice: &wire.InferParameter_StringParam{StringParam: by.GetChecksum()}},
			"rules_version": {ParameterChoice: &wire.InferParameter_StringParam{StringParam: by.GetRulesVersion()}},
		},
	}
	raw := len(request.GetRawInputContents()) > 0
	for _, output := range wanted {
		tensor := &wire.ModelInferResponse_InferOutputTensor{Name: output.name, Datatype: output.datatype, Shape: []int64{int64(len(scores))}}
		if raw {
			answer.RawOutputContents = append(answer.RawOutputContents, output.raw(scores))
		} else {
			tensor.Contents = output.typed(scores)
		}
		answer.Outputs = append(answer.Outputs, tensor)
	}
	return answer
}

func (o *output) typed(scores []*leadscorev1.LeadScore) *wire.InferTensorContents {
	contents := new(wire.InferTensorContents)
	for _, score := range scores {
		if o.number != nil {
			contents.Fp64Contents = append(contents.Fp64Contents, o.number(score))
		} else {
			contents.BytesContents = append(contents.BytesContents, []byte(o.text(score)))
		}
	}
	return contents
}

func (o *output) raw(scores []*leadscorev1.LeadScore) []byte {
	var out []byte
	for _, score := range scores {
		if o.number != nil {
			out = binary.LittleEndian.AppendUint64(out, math.Float64bits(o.number(score)))
			continue
		}
		text := o.text(score)
		out = binary.LittleEndian.AppendUint32(out, uint32(len(text)))
		out = append(out, text...)
	}
	return out
}
