package features

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// YAMLPositions remembers on which line of a file each key and value stands.
type YAMLPositions struct {
	File string
	root *yaml.Node
}

// Line is the line, from 1, on which a path of keys (string) and list places (int) stands, or else of the longest part of it
// that is in the file; 0 without a file. A key's value counts as standing on the line of its key.
func (p *YAMLPositions) Line(path ...any) int {
	if p == nil || p.root == nil {
		return 0
	}
	node, line := p.root, p.root.Line
	for _, step := range path {
		var next *yaml.Node
		switch step := step.(type) {
		case string:
			for i := 0; node.Kind == yaml.MappingNode && i+1 < len(node.Content); i += 2 {
				if node.Content[i].Value == step {
					next, line = node.Content[i+1], node.Content[i].Line
					break
				}
			}
		case int:
			if node.Kind == yaml.SequenceNode && step >= 0 && step < len(node.Content) {
				next = node.Content[step]
				line = next.Line
			}
		}
		if next == nil {
			return line
		}
		node = next
	}
	return line
}

// DecodeYAML reads one strict YAML document into a struct by its yaml tags. Faults, all of them, are [Faults] of
// [*FieldError] with file, line and path: a key that the struct does not have, a key twice, a value of another kind than
// its member, a value left out. A text member takes any plain value as it is written, so that a list of texts may hold 999,
// true and null without quotes. Members with UnmarshalText or UnmarshalYAML read themselves. Aliases, merge keys, tags of
// one's own and a second document are faults. The positions are nil only when the text is no YAML at all.
func DecodeYAML(file string, text []byte, into any) (*YAMLPositions, error) {
	target := reflect.ValueOf(into)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		panic("features: DecodeYAML needs a pointer")
	}
	var document yaml.Node
	reader := yaml.NewDecoder(strings.NewReader(string(text)))
	if err := reader.Decode(&document); err != nil {
		return nil, syntaxFault(file, err)
	}
	d := &yamlDecoder{file: file}
	root := document.Content[0]
	var second yaml.Node
	if err := reader.Decode(&second); err == nil {
		d.fault(&second, "", "", "a second document", "keep one document a file")
	}
	d.value(root, target.Elem(), "")
	return &YAMLPositions{File: file, root: root}, d.faults.Err()
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

func syntaxFault(file string, err error) error {
	fault := &FieldError{File: file, Problem: "no readable YAML", Want: err.Error()}
	if err.Error() == "EOF" {
		fault.Problem, fault.Want = "the file is empty", ""
	} else if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		fault.Line, _ = strconv.Atoi(m[1])
		fault.Want = m[2]
	}
	return Faults{fault}
}

type yamlDecoder struct {
	file   string
	faults Faults
}

func (d *yamlDecoder) fault(n *yaml.Node, path, value, problem, want string) {
	d.faults.Add(&FieldError{File: d.file, Line: n.Line, Field: path, Value: value, Problem: problem, Want: want})
}

func (d *yamlDecoder) value(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		d.fault(n, path, "", "an alias or anchor", "write the value out")
		return
	}
	if v.CanAddr() && v.Kind() != reflect.Pointer {
		if done := d.unmarshaler(n, v, path); done {
			return
		}
	}
	if n.Kind == yaml.ScalarNode && n.Value == "" && n.ShortTag() == "!!null" {
		d.fault(n, path, "", "no value", "write one, or leave the key out")
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		d.value(n, v.Elem(), path)
	case reflect.Struct:
		d.structure(n, v, path)
	case reflect.Slice:
		d.list(n, v, path)
	case reflect.Map:
		d.mapping(n, v, path)
	default:
		d.scalar(n, v, path)
	}
}

func (d *yamlDecoder) unmarshaler(n *yaml.Node, v reflect.Value, path string) (done bool) {
	var err error
	switch target := v.Addr().Interface().(type) {
	case yaml.Unmarshaler:
		err = target.UnmarshalYAML(n)
	case encoding.TextUnmarshaler:
		if n.Kind != yaml.ScalarNode {
			d.fault(n, path, "", kindOfNode(n)+" where a text is due", "")
			return true
		}
		err = target.UnmarshalText([]byte(n.Value))
	default:
		return false
	}
	var own Faults
	var one *FieldError
	switch {
	case err == nil:
	case errors.As(err, &own):
		for _, fault := range own {
			d.faults.Add(fault)
		}
	case errors.As(err, &one):
		filled := *one
		filled.File, filled.Field = d.file, path
		if filled.Line == 0 {
			filled.Line = n.Line
		}
		d.faults.Add(&filled)
	default:
		d.fault(n, path, n.Value, err.Error(), "")
	}
	return true
}

func (d *yamlDecoder) structure(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		d.fault(n, path, n.Value, kindOfNode(n)+" where keys are due", "write "+strings.Join(yamlKeys(v.Type()), ", "))
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if d.doubled(key, seen, path) {
			continue
		}
		member, ok := yamlMember(v, key.Value)
		if !ok {
			known := yamlKeys(v.Type())
			want := "known are " + strings.Join(known, ", ")
			if near, ok := Nearest(key.Value, known); ok {
				want = "did you mean " + near + "?"
			}
			d.fault(key, join(path, key.Value), "", "unknown key", want)
			continue
		}
		d.value(value, member, join(path, key.Value))
	}
}

func (d *yamlDecoder) doubled(key *yaml.Node, seen map[string]int, path string) bool {
	if key.Kind != yaml.ScalarNode || key.Anchor != "" || key.ShortTag() == "!!merge" {
		d.fault(key, path, "", "a key that is no plain text", "")
		return true
	}
	if first, ok := seen[key.Value]; ok {
		d.fault(key, join(path, key.Value), "", fmt.Sprintf("the key is already on line %d", first), "keep one")
		return true
	}
	seen[key.Value] = key.Line
	return false
}

func (d *yamlDecoder) list(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.SequenceNode {
		d.fault(n, path, n.Value, kindOfNode(n)+" where a list is due", "write [a, b] or one - a line")
		return
	}
	list := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, item := range n.Content {
		d.value(item, list.Index(i), fmt.Sprintf("%s[%d]", path, i))
	}
	v.Set(list)
}

func (d *yamlDecoder) mapping(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode || v.Type().Key().Kind() != reflect.String {
		d.fault(n, path, n.Value, kindOfNode(n)+" where keys are due", "")
		return
	}
	seen := map[string]int{}
	v.Set(reflect.MakeMap(v.Type()))
	for i := 0; i+1 < len(n.Content); i += 2 {
		if d.doubled(n.Content[i], seen, path) {
			continue
		}
		item := reflect.New(v.Type().Elem()).Elem()
		d.value(n.Content[i+1], item, join(path, n.Content[i].Value))
		v.SetMapIndex(reflect.ValueOf(n.Content[i].Value).Convert(v.Type().Key()), item)
	}
}

func (d *yamlDecoder) scalar(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.ScalarNode {
		d.fault(n, path, "", kindOfNode(n)+" where one value is due", "")
		return
	}
	plain := n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
	switch v.Kind() {
	case reflect.String:
		v.SetString(n.Value)
		return
	case reflect.Bool:
		if plain && (n.Value == "true" || n.Value == "false") {
			v.SetBool(n.Value == "true")
			return
		}
		d.fault(n, path, n.Value, "not true or false", "")
	case reflect.Int, reflect.Int32, reflect.Int64:
		if i, err := strconv.ParseInt(n.Value, 10, v.Type().Bits()); plain && err == nil {
			v.SetInt(i)
			return
		}
		d.fault(n, path, n.Value, "not a whole number", "")
	case reflect.Float64:
		if f, err := strconv.ParseFloat(n.Value, 64); plain && err == nil && !math.IsNaN(f) && !math.IsInf(f, 0) {
			v.SetFloat(f)
			return
		}
		d.fault(n, path, n.Value, "not a number", "write digits such as 250 or 0.5")
	default:
		panic("features: DecodeYAML cannot fill a " + v.Type().String())
	}
}

// yamlMember finds the member with a key; a tag "-" and a member without a tag have none.
func yamlMember(v reflect.Value, key string) (reflect.Value, bool) {
	for i := range v.NumField() {
		if name := yamlName(v.Type().Field(i)); name != "" && name == key {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

func yamlKeys(t reflect.Type) []string {
	var keys []string
	for i := range t.NumField() {
		if name := yamlName(t.Field(i)); name != "" {
			keys = append(keys, name)
		}
	}
	return keys
}

func yamlName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	if name == "-" || !f.IsExported() {
		return ""
	}
	return name
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func kindOfNode(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "keys"
	case yaml.SequenceNode:
		return "a list"
	}
	return "one value"
}
