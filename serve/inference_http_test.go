package serve

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	leadscorev1 "leadscore/proto/leadscore/v1"
	"leadscore/serve/inference"
)

// inferAnswer is the protocol's JSON.
type inferAnswer struct {
	ModelName    string            `json:"model_name"`
	ModelVersion string            `json:"model_version"`
	ID           string            `json:"id"`
	Parameters   map[string]string `json:"parameters"`
	Outputs      []struct {
		Name, Datatype string
		Shape          []int64
		Data           []any
	}
}

// restRequest is the records in the protocol's JSON; with binary, numbers and texts follow it as bytes.
func restRequest(t *testing.T, list []record, asOf time.Time, binary bool) (body string, jsonLength int) {
	t.Helper()
	typed := inferRequest(list, asOf)
	bytes := raw(typed).GetRawInputContents()
	var inputs []map[string]any
	var behind []byte
	for k, tensor := range typed.GetInputs() {
		written := map[string]any{"name": tensor.GetName(), "datatype": tensor.GetDatatype(), "shape": tensor.GetShape()}
		var data []any
		for _, x := range tensor.GetContents().GetFp64Contents() {
			if math.IsNaN(x) {
				data = append(data, nil)
			} else {
				data = append(data, x)
			}
		}
		for i, yes := range tensor.GetContents().GetBoolContents() {
			if list[i].newsletter == "" {
				data = append(data, nil)
			} else {
				data = append(data, yes)
			}
		}
		for _, text := range tensor.GetContents().GetBytesContents() {
			data = append(data, []any{string(text)}) // nested, as [leads, 1] may be
		}
		if binary && tensor.GetDatatype() != "BOOL" { // both kinds side by side
			written["parameters"] = map[string]any{"binary_data_size": len(bytes[k])}
			behind = append(behind, bytes[k]...)
		} else {
			written["data"] = data
		}
		inputs = append(inputs, written)
	}
	text, err := json.Marshal(map[string]any{"id": "batch-1", "model_name": "deals", "inputs": inputs,
		"parameters": map[string]any{"as_of": asOf.Format(time.RFC3339), "binary_data_output": true}})
	if err != nil {
		t.Fatal(err)
	}
	return string(text) + string(behind), len(text)
}

// The protocol over HTTP gives the figures of every other call, bit for bit, from JSON and from binary tensors.
func TestInferenceOverHTTP(t *testing.T) {
	w := newFixture(t).startHTTP(t, Config{})
	asOf := time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)
	list := records()
	batch := &leadscorev1.BatchScoreLeadsRequest{Model: "deals", AsOf: timestamppb.New(asOf)}
	for i := range list {
		batch.Leads = append(batch.Leads, list[i].wire())
	}
	want, err := w.scoring.BatchScoreLeads(t.Context(), batch)
	if err != nil {
		t.Fatal(err)
	}
	for _, binary := range []bool{false, true} {
		body, length := restRequest(t, list, asOf, binary)
		header := http.Header{}
		if binary {
			header = http.Header{"Content-Type": {"application/octet-stream"}, "Inference-Header-Content-Length": {fmt.Sprint(length)}}
		}
		for _, path := range []string{"/v2/models/deals/infer", "/v2/models/deals/versions/" + want.GetScoredBy().GetVersion() + "/infer"} {
			answer, text := w.do(t, http.MethodPost, path, body, header)
			var got inferAnswer
			if err := json.Unmarshal(text, &got); err != nil || answer.StatusCode != http.StatusOK {
				t.Fatalf("%s: %s, %v\n%.500s", path, answer.Status, err, text)
			}
			if got.ID != "batch-1" || got.ModelVersion != want.GetScoredBy().GetVersion() || got.Parameters["checksum"] != want.GetScoredBy().GetChecksum() || len(got.Outputs) != 11 {
				t.Errorf("answer of %s %s %v with %d outputs", got.ID, got.ModelVersion, got.Parameters, len(got.Outputs))
			}
			for _, output := range got.Outputs {
				for i, result := range want.GetResults() {
					score := result.GetScore()
					expected := map[string]any{"probability": score.GetPrediction().GetProbability(), "probability_high": score.GetPrediction().GetInterval().GetHigh(),
						"points": score.GetRuleScore().GetPoints(), "grade": score.GetRuleScore().GetGrade(), "warnings": strings.Join(score.GetCoverage().GetWarnings(), "; ")}[output.Name]
					if expected != nil && output.Data[i] != expected {
						t.Fatalf("binary %t: %s of %s = %v, want %v", binary, output.Name, score.GetLeadId(), output.Data[i], expected)
					}
				}
			}
		}
	}
}

func TestInferenceStateOverHTTP(t *testing.T) {
	w := newFixture(t).startHTTP(t, Config{Version: "1.2.3"})
	for path, want := range map[string]string{
		"/v2/health/live":        `{"live":true}`,
		"/v2/health/ready":       `{"ready":true}`,
		"/v2":                    `{"extensions":["binary_tensor_data"],"name":"leadscore","version":"1.2.3"}`,
		"/v2/models/deals/ready": `{"name":"deals","ready":true}`,
		"/v2/models/deals/versions/champion/ready": `{"name":"deals","ready":true}`,
	} {
		answer, text := w.do(t, http.MethodGet, path, "", nil)
		if answer.StatusCode != http.StatusOK || strings.TrimSpace(string(text)) != want {
			t.Errorf("%s: %s %s, want %s", path, answer.Status, text, want)
		}
	}
	_, text := w.do(t, http.MethodGet, "/v2/models/deals", "", nil)
	for _, want := range []string{`"platform":"leadscore_additive"`, `{"datatype":"FP64","name":"employees","shape":[-1]}`, `{"datatype":"BYTES","name":"grade","shape":[-1]}`, `"versions":["`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("metadata %s: no %s", text, want)
		}
	}
	for _, path := range []string{"/v2/models/nobody/ready", "/v2/models/nobody", "/v2/models/deals/versions/2020-01-01-000000000000"} {
		answer, text := w.do(t, http.MethodGet, path, "", nil)
		var got struct{ Error, Detail string }
		if json.Unmarshal(text, &got) != nil || answer.StatusCode != http.StatusNotFound || got.Error == "" || got.Error != got.Detail || answer.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %s %s", path, answer.Status, text)
		}
	}
}

func TestInferenceOverHTTPRefuses(t *testing.T) {
	w := newFixture(t).startHTTP(t, Config{})
	tensor := func(inner string) string { return `{"inputs":[{"name":"employees","shape":[2],` + inner + `}]}` }
	for name, test := range map[string]struct {
		body   string
		header http.Header
		want   []string // paths of field_violations
	}{
		"no JSON":            {`employees=5`, nil, []string{""}},
		"unknown member":     {`{"input":[]}`, nil, []string{""}},
		"another model":      {`{"model_name":"leads","inputs":[{"name":"employees","shape":[1],"datatype":"FP64","data":[1]}]}`, nil, []string{"model_name"}},
		"no data":            {tensor(`"datatype":"FP64"`), nil, []string{`inputs["employees"]`}},
		"data no list":       {tensor(`"datatype":"FP64","data":5`), nil, []string{`inputs["employees"]`}},
		"texts":              {tensor(`"datatype":"FP64","data":["many",1e999]`), nil, []string{`inputs["employees"][0]`, `inputs["employees"][1]`}},
		"out of INT8":        {tensor(`"datatype":"INT8","data":[127,128]`), nil, []string{`inputs["employees"][1]`}},
		"too few":            {tensor(`"datatype":"FP64","data":[1]`), nil, []string{`inputs["employees"]`}},
		"unknown datatype":   {tensor(`"datatype":"FP16","data":[1,2]`), nil, []string{`inputs["employees"]`}},
		"a list as argument": {`{"parameters":{"as_of":[]},"inputs":[{"name":"employees","shape":[1],"datatype":"FP64","data":[1]}]}`, nil, []string{`parameters["as_of"]`}},
		"more than one":      {tensor(`"datatype":"FP64","data":[1,2]`) + "}]", nil, []string{""}},
		"a member twice":     {tensor(`"datatype":"FP64","data":[1,2],"data":[3,4]`), nil, []string{""}},
		"half a character":   {`{"inputs":[{"name":"country","shape":[1],"datatype":"BYTES","data":["DE","\ud800"]}]}`, nil, []string{""}},
		"no UTF-8":           {`{"inputs":[{"name":"country","shape":[1],"datatype":"BYTES","data":["DE","` + "\xff" + `"]}]}`, nil, []string{""}},
		"missing no text":    {tensor(`"datatype":"FP64","data":[1,2],"parameters":{"missing":1}`), nil, []string{`inputs["employees"]`}},
		"missing and null":   {tensor(`"datatype":"FP64","data":[1,null],"parameters":{"missing":0}`), nil, []string{`inputs["employees"]`}},
		"binary beyond":      {tensor(`"datatype":"FP64","parameters":{"binary_data_size":16}`), nil, []string{`inputs["employees"]`}},
		"binary torn": {tensor(`"datatype":"FP64","parameters":{"binary_data_size":5}`) + "12345",
			http.Header{"Inference-Header-Content-Length": {fmt.Sprint(len(tensor(`"datatype":"FP64","parameters":{"binary_data_size":5}`)))}}, []string{`inputs["employees"]`}},
		"binary left": {tensor(`"datatype":"FP64","data":[1,2]`) + "12345",
			http.Header{"Inference-Header-Content-Length": {fmt.Sprint(len(tensor(`"datatype":"FP64","data":[1,2]`)))}}, []string{"inputs"}},
	} {
		t.Run(name, func(t *testing.T) {
			answer, text := w.do(t, http.MethodPost, "/v2/models/deals/infer", test.body, test.header)
			var got struct {
				Error           string
				FieldViolations []struct{ Field, Description string } `json:"field_violations"`
			}
			if err := json.Unmarshal(text, &got); err != nil || answer.StatusCode != http.StatusBadRequest || got.Error == "" || len(got.FieldViolations) != len(test.want) {
				t.Fatalf("%s %s, %v", answer.Status, text, err)
			}
			for i, want := range test.want {
				if !strings.Contains(got.Error, want) {
					t.Errorf("error %q does not name %s", got.Error, want)
				}
				if got.FieldViolations[i].Field != want || got.FieldViolations[i].Description == "" {
					t.Errorf("violation %+v, want one of %s", got.FieldViolations[i], want)
				}
			}
		})
	}
	if _, text := w.do(t, http.MethodPost, "/v2/models/deals/infer", `{"inputs":[{"name":"employees","shape":["2"]}]}`, nil); !strings.Contains(string(text), "/inputs/0/shape/0") || strings.Contains(string(text), "Go ") {
		t.Errorf("a text for a number: %s; want where it stands, in no words of Go", text)
	}
	for path, body := range map[string]string{
		"/v2/models/deals/infer?as_of=2026-08-01T00:00:00Z": tensor(`"datatype":"FP64","data":[1,2]`), // it is a parameter of the body
		"/v2/models/deals/infer":                            tensor(`"datatype":"INT64","data":[1,9007199254740993]`),
	} {
		if answer, text := w.do(t, http.MethodPost, path, body, nil); answer.StatusCode != http.StatusBadRequest {
			t.Errorf("%s %s: %s %s", path, body, answer.Status, text)
		}
	}
	if answer, text := w.do(t, http.MethodPost, "/v2/models/deals/infer", `{}`, http.Header{"Inference-Header-Content-Length": {"99"}}); answer.StatusCode != http.StatusBadRequest {
		t.Errorf("a length beyond the body: %s %s", answer.Status, text)
	}
}

// Whatever comes, the reader gives a request or faults.
func FuzzReadREST(f *testing.F) {
	f.Add([]byte(`{"inputs":[{"name":"a","shape":[2],"datatype":"FP64","data":[[1],[null]]},{"name":"b","datatype":"BYTES","parameters":{"binary_data_size":6}}]}`+"\x02\x00\x00\x00ab"), 130)
	f.Fuzz(func(t *testing.T, body []byte, length int) {
		if length < 0 || length > len(body) {
			length = len(body)
		}
		request, err := inference.ReadREST(body, length, "deals", "")
		if (request == nil) != (err != nil) {
			t.Errorf("ReadREST = %v, %v", request, err)
		}
	})
}
