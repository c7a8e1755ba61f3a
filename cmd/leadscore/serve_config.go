package main

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"

	"leadscore/features"
)

// A setting of serve comes from its flag, else from its environment variable, else from the file that --config names, else
// it is the default. All three have one name: --tls-cert, LEADSCORE_TLS_CERT, tls_cert.

// notSettings are flags of serve that say what to do now, and stand in no file.
var notSettings = []string{"help", "version", "json", "config", "check"}

// envPrefix begins the names of serve's environment variables.
const envPrefix = "LEADSCORE_"

// serveVariables gives every setting of serve its environment variable.
func serveVariables(k *kong.Kong) error {
	for _, flag := range serveFlags(k.Model) {
		name := envPrefix + strings.ToUpper(settingName(flag))
		flag.Envs, flag.Tag.Envs = []string{name}, []string{name}
	}
	return nil
}

// serveFlags are the flags of serve that are settings, and --config, which is one of the environment too.
func serveFlags(app *kong.Application) (flags []*kong.Flag) {
	for _, command := range app.Children {
		if command.Name != "serve" {
			continue
		}
		for _, flag := range command.Flags {
			if flag.Name == "config" || !slices.Contains(notSettings, flag.Name) {
				flags = append(flags, flag)
			}
		}
	}
	return flags
}

func settingName(flag *kong.Flag) string { return strings.ReplaceAll(flag.Name, "-", "_") }

// BeforeResolve is kong's hook before it looks for values of flags that are not on the command line.
func (c *serveCommand) BeforeResolve(k *kong.Kong, ctx *kong.Context) error {
	for _, flag := range serveFlags(k.Model) {
		if flag.Name != "config" {
			continue
		}
		path, _ := ctx.FlagValue(flag).(string)
		if path == "" {
			return nil
		}
		file, err := readSettings(path, serveFlags(k.Model))
		if err != nil {
			return err
		}
		ctx.AddResolver(file)
	}
	return nil
}

// settings is a file of settings. It implements [kong.Resolver].
type settings struct {
	path   string
	values map[string]any // by flag; texts and lists of texts
	lines  map[string]int
}

// readSettings reads a YAML file whose keys are settings; all of its faults are in the error, with lines.
func readSettings(path string, flags []*kong.Flag) (*settings, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	s := &settings{path: path, values: map[string]any{}, lines: map[string]int{}}
	if document.Kind == 0 { // empty
		return s, nil
	}
	root := document.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, &features.FieldError{File: path, Line: root.Line, Problem: "not a list of settings", Want: "write lines such as listen: 127.0.0.1:50051"}
	}
	var faults features.Faults
	for i := 0; i+1 < len(root.Content); i += 2 {
		if err := s.take(root.Content[i], root.Content[i+1], flags); err != nil {
			faults.Add(err)
		}
	}
	return s, faults.Err()
}

// take reads one setting.
func (s *settings) take(key, value *yaml.Node, flags []*kong.Flag) error {
	fault := func(problem, want string) error {
		return &features.FieldError{File: s.path, Line: key.Line, Field: key.Value, Problem: problem, Want: want}
	}
	at := slices.IndexFunc(flags, func(f *kong.Flag) bool { return f.Name != "config" && settingName(f) == key.Value })
	if at < 0 {
		return fault("unknown setting", nearestSetting(key.Value, flags))
	}
	flag := flags[at]
	if first, twice := s.lines[flag.Name]; twice {
		return fault(fmt.Sprintf("the setting is already on line %d", first), "keep one")
	}
	read, err := plainValue(value)
	if err != nil {
		return fault(err.Error(), "")
	}
	into := reflect.New(flag.Target.Type()).Elem()
	if err := flag.Parse(kong.Scan().PushTyped(read, kong.FlagValueToken), into); err != nil {
		return fault(strings.TrimPrefix(err.Error(), "--"+flag.Name+": "), "")
	}
	if shown := fmt.Sprint(into.Interface()); flag.Enum != "" && !slices.Contains(flag.EnumSlice(), shown) {
		return fault(fmt.Sprintf("%q is not one of %s", shown, strings.Join(flag.EnumSlice(), ", ")), "")
	}
	s.values[flag.Name], s.lines[flag.Name] = read, key.Line
	return nil
}

func nearestSetting(name string, flags []*kong.Flag) string {
	var known []string
	for _, flag := range flags {
		if flag.Name != "config" {
			known = append(known, settingName(flag))
		}
	}
	if near, ok := features.Nearest(name, known); ok {
		return "did you mean " + near + "?"
	}
	return "docs/configuration.md lists them"
}

// plainValue is a value as kong reads it: a text as it is written, or a list of such texts.
func plainValue(node *yaml.Node) (any, error) {
	switch node.Kind {
	case yaml.ScalarNode:
		if node.Tag == "!!null" {
			return nil, errors.New("no value; leave the setting out for its default")
		}
		return node.Value, nil
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range node.Content {
			if item.Kind != yaml.ScalarNode {
				return nil, errors.New("a list of anything but plain values")
			}
			list = append(list, item.Value)
		}
		return list, nil
	case yaml.MappingNode:
		var pairs []string
		for i := 0; i+1 < len(node.Content); i += 2 {
			pairs = append(pairs, node.Content[i].Value+"="+node.Content[i+1].Value)
		}
		return strings.Join(pairs, ";"), nil // as on the command line
	}
	return nil, errors.New("neither a value nor a list of values")
}

// Validate implements [kong.Resolver]; readSettings has done it.
func (s *settings) Validate(*kong.Application) error { return nil }

// Resolve implements [kong.Resolver].
func (s *settings) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if _, set := os.LookupEnv(name); set {
			return nil, nil
		}
	}
	return s.values[flag.Name], nil
}
