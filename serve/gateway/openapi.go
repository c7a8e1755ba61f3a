package gateway

import (
	"bytes"
	_ "embed" // openapi.yaml
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// generated is what protoc-gen-openapi makes of the proto files.
//
//go:embed openapi.yaml
var generated []byte

const about = `Scores of leads over HTTP, for webhooks and no-code tools: a probability of winning from a model trained on past
deals, points from the rule book, and what sets the two apart. The same calls, checks and limits as over gRPC. Errors are
problem details (RFC 9457). Send X-Request-Id to find a request in the server's log; every answer carries it.`

// OpenAPI is the document of all routes, OpenAPI 3.0 in JSON: what is generated from the proto files, and what they cannot
// say: fields as plain values, problems as errors, bearer tokens.
func OpenAPI() ([]byte, error) {
	made, err := newDocument()
	if err != nil {
		return nil, err
	}
	return made.write()
}

type document struct{ whole, paths map[string]any }

func (d *document) write() ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(d.whole)
	return out.Bytes(), err
}

func newDocument() (*document, error) {
	var whole map[string]any
	if err := yaml.Unmarshal(generated, &whole); err != nil {
		return nil, fmt.Errorf("openapi.yaml: %w", err)
	}
	schemas, err := object(whole, "components", "schemas")
	if err != nil {
		return nil, err
	}
	paths, err := object(whole, "paths")
	if err != nil {
		return nil, err
	}
	whole["info"] = map[string]any{"title": "leadscore", "version": "v1", "description": about}
	whole["security"] = []any{map[string]any{}, map[string]any{"bearer": []any{}}}
	components, _ := object(whole, "components") // it has schemas
	components["securitySchemes"] = map[string]any{"bearer": map[string]any{
		"type": "http", "scheme": "bearer", "description": "Where the server asks for tokens.",
	}}
	plainValues(schemas)
	schemas["Problem"] = problemSchema()
	if err := operations(paths); err != nil {
		return nil, err
	}
	tidy(whole)
	return &document{whole, paths}, nil
}

func object(in map[string]any, path ...string) (map[string]any, error) {
	for _, name := range path {
		inner, ok := in[name].(map[string]any)
		if !ok {
			return nil, fmt.Errorf("openapi.yaml: no %s", strings.Join(path, "."))
		}
		in = inner
	}
	return in, nil
}

// plainValues lets a field be just its value, as package leadjson reads it, and closes what requests are made of.
func plainValues(schemas map[string]any) {
	typed := schemas["FieldValue"].(map[string]any)
	typed["minProperties"], typed["maxProperties"], typed["additionalProperties"] = 1, 1, false
	schemas["TypedValue"] = typed
	schemas["FieldValue"] = map[string]any{
		"description": "The value of a field: a number, a text (of a category, an e-mail address, a date such as 2026-06-27), true or false; null where nothing is known. Or an object that names its kind.",
		"nullable":    true,
		"oneOf": []any{
			map[string]any{"type": "number", "format": "double"}, map[string]any{"type": "string"}, map[string]any{"type": "boolean"},
			map[string]any{"$ref": "#/components/schemas/TypedValue"},
		},
	}
	for name, schema := range schemas {
		if strings.HasSuffix(name, "Request") || name == "Lead" || name == "LeadEvent" || name == "MissingValue" {
			schema.(map[string]any)["additionalProperties"] = false
		}
	}
}

func problemSchema() map[string]any {
	text := func(description string) map[string]any {
		return map[string]any{"type": "string", "description": description}
	}
	return map[string]any{
		"type":        "object",
		"description": "Problem is an error by RFC 9457.",
		"required":    []any{"type", "title", "status", "detail", "code", "reason", "request_id"},
		"properties": map[string]any{
			"type":       text("What kind of error it is: a path of this server with a text about it, or about:blank."),
			"title":      text("The kind in words."),
			"status":     map[string]any{"type": "integer", "description": "The HTTP status."},
			"detail":     text("What is wrong with this request."),
			"code":       text("The code of google.rpc.Code, such as INVALID_ARGUMENT."),
			"reason":     text("The reason for programs, such as INVALID_REQUEST."),
			"request_id": text("The id under which the server's log has the request."),
			"field_violations": map[string]any{
				"type": "array", "description": "Every violated member of the request.",
				"items": map[string]any{
					"type": "object", "required": []any{"field", "description"},
					"properties": map[string]any{
						"field":       text(`The path of the member in the call's request, such as lead.fields["employees"]; empty for the count of those that are not listed.`),
						"description": text("What is wrong with it, and what would be right."),
					},
				},
			},
		},
	}
}

// operations gives each operation a name of its own and its errors.
func operations(paths map[string]any) error {
	seen := map[string]int{}
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		for method, value := range paths[path].(map[string]any) {
			operation := value.(map[string]any)
			id := operation["operationId"].(string)
			if seen[id]++; seen[id] > 1 { // another route to the same call
				operation["operationId"] = fmt.Sprintf("%s_%d", id, seen[id])
			}
			responses, err := object(operation, "responses")
			if err != nil {
				return fmt.Errorf("%s %s: %w", method, path, err)
			}
			responses["default"] = map[string]any{
				"description": "An error.",
				"content": map[string]any{"application/problem+json": map[string]any{
					"schema": map[string]any{"$ref": "#/components/schemas/Problem"},
				}},
			}
		}
	}
	return nil
}

// tidy drops what the generator adds without a meaning: the format "enum", blanks at the beginning of lines.
func tidy(value any) {
	switch v := value.(type) {
	case map[string]any:
		if v["format"] == "enum" {
			delete(v, "format")
		}
		if text, ok := v["description"].(string); ok {
			v["description"] = strings.ReplaceAll(text, "\n ", "\n")
		}
		for _, inner := range v {
			tidy(inner)
		}
	case []any:
		for _, inner := range v {
			tidy(inner)
		}
	}
}
