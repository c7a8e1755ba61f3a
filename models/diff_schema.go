package models

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"leadscore/features"
)

// SchemaChange is one word of the schema that says something else.
type SchemaChange struct {
	// Of is what it is said of: "schema", "field employees" or "engagement page_views".
	Of string `json:"of"`
	// Word is its path there, such as "recency.half_life" or "monotone"; empty where the field or figure itself came or went.
	Word   string `json:"word,omitempty"`
	Change string `json:"change"`
	// Before and After are what it said, as a schema file would; empty: nothing.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// The members of a schema that hold a list of named entries.
var namedEntries = []struct{ member, one string }{{"fields", "field"}, {"engagement", "engagement"}}

// diffSchemas compares what the two versions were told: word by word, a field with the field of its name. A half-life that training learned was "auto".
func diffSchemas(before, after *Version) []SchemaChange {
	sides := [2]map[string]any{schemaTree(before), schemaTree(after)}
	var ofEntries []SchemaChange
	for _, entries := range namedEntries {
		old, current := byName(sides[0][entries.member]), byName(sides[1][entries.member])
		delete(sides[0], entries.member)
		delete(sides[1], entries.member)
		for _, name := range append(current.names, missingFrom(current.names, old.names)...) {
			of := entries.one + " " + name
			from, was := old.entries[name]
			to, is := current.entries[name]
			switch {
			case !was:
				ofEntries = append(ofEntries, SchemaChange{Of: of, Change: Added, After: inLine(said(to))})
			case !is:
				ofEntries = append(ofEntries, SchemaChange{Of: of, Change: Removed, Before: inLine(said(from))})
			default:
				ofEntries = append(ofEntries, diffWords(of, said(from), said(to))...)
			}
		}
	}
	changes := append([]SchemaChange{}, diffWords("schema", said(sides[0]), said(sides[1]))...)
	return append(changes, ofEntries...)
}

// schemaTree is the schema as a reader of JSON sees it, without its zero members.
func schemaTree(v *Version) map[string]any {
	schema := *v.Schema
	schema.Engagement = slices.Clone(schema.Engagement)
	for i := range schema.Engagement {
		e := &schema.Engagement[i]
		if slices.ContainsFunc(v.Training.HalfLives, func(h HalfLife) bool { return h.Figure == e.Name }) {
			e.HalfLife = features.HalfLife{Auto: true}
		}
	}
	text, err := json.Marshal(&schema)
	if err != nil {
		panic("models: a schema that was read cannot be written: " + err.Error())
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	tree := map[string]any{}
	if err := decoder.Decode(&tree); err != nil {
		panic("models: a schema that was written cannot be read: " + err.Error())
	}
	return tree
}

// words are what a part of a schema says, by path.
type words map[string]string

// said flattens a tree: a member of a member has a path with dots, a list is one word.
func said(tree any) words {
	flat := words{}
	var walk func(path string, value any)
	walk = func(path string, value any) {
		switch value := value.(type) {
		case map[string]any:
			for name, member := range value {
				walk(strings.TrimPrefix(path+"."+name, "."), member)
			}
		case []any:
			texts := make([]string, len(value))
			for i, one := range value {
				texts[i] = fmt.Sprint(one)
			}
			flat[path] = "[" + strings.Join(texts, ", ") + "]"
		default:
			flat[path] = fmt.Sprint(value)
		}
	}
	walk("", tree)
	return flat
}

func diffWords(of string, before, after words) (changes []SchemaChange) {
	all := maps.Clone(before)
	maps.Copy(all, after)
	for _, word := range slices.Sorted(maps.Keys(all)) {
		from, was := before[word]
		to, is := after[word]
		c := SchemaChange{Of: of, Word: word, Change: Changed, Before: from, After: to}
		switch {
		case from == to && was == is:
			continue
		case !was:
			c.Change = Added
		case !is:
			c.Change = Removed
		}
		changes = append(changes, c)
	}
	return changes
}

// inLine writes all that is said of an entry, but its name.
func inLine(w words) string {
	var parts []string
	for _, word := range slices.Sorted(maps.Keys(w)) {
		if word != "name" {
			parts = append(parts, word+": "+w[word])
		}
	}
	return strings.Join(parts, ", ")
}

type namedList struct {
	names   []string
	entries map[string]any
}

func byName(list any) namedList {
	l := namedList{entries: map[string]any{}}
	all, _ := list.([]any)
	for _, entry := range all {
		name := said(entry)["name"]
		l.names, l.entries[name] = append(l.names, name), entry
	}
	return l
}
