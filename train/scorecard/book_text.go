package scorecard

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"leadscore/models/rules"
)

// bookText is a rule book's YAML as a tree, so that a book can be changed and the rest of it stays as people wrote it, comments
// included.
type bookText struct{ root *yaml.Node }

func readBookText(source []byte) (*bookText, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(source, &doc); err != nil {
		return nil, fmt.Errorf("rule book: %w", err)
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, fmt.Errorf("rule book: not a mapping")
	}
	return &bookText{&doc}, nil
}

func (b *bookText) top() *yaml.Node { return b.root.Content[0] }

func (b *bookText) clone() *bookText { return &bookText{cloneNode(b.root)} }

func cloneNode(n *yaml.Node) *yaml.Node {
	if n == nil {
		return nil
	}
	c := *n
	c.Alias = cloneNode(n.Alias)
	c.Content = make([]*yaml.Node, len(n.Content))
	for i := range n.Content {
		c.Content[i] = cloneNode(n.Content[i])
	}
	return &c
}

func (b *bookText) bytes() ([]byte, error) {
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := e.Encode(b.root); err != nil {
		return nil, fmt.Errorf("rule book: %w", err)
	}
	return out.Bytes(), e.Close()
}

// get is the value of a key, nil if it is not there.
func get(m *yaml.Node, key string) *yaml.Node {
	if m == nil || m.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return m.Content[i+1]
		}
	}
	return nil
}

// set gives a key a value, at its place or at the end.
func set(m *yaml.Node, key string, value *yaml.Node) {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			m.Content[i+1] = value
			return
		}
	}
	m.Content = append(m.Content, scalar(key), value)
}

func drop(m *yaml.Node, keys ...string) {
	if m == nil {
		return
	}
	for i := 0; i+1 < len(m.Content); {
		if slices.Contains(keys, m.Content[i].Value) {
			m.Content = slices.Delete(m.Content, i, i+2)
		} else {
			i += 2
		}
	}
}

func scalar(value string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(value)
	return n
}

func numberNode(points float64) *yaml.Node {
	tag := "!!float"
	if points == float64(int64(points)) {
		tag = "!!int"
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: strconv.FormatFloat(points, 'f', -1, 64)}
}

// section is a dimension's mapping, made if it is not there.
func (b *bookText) section(d rules.Dimension) *yaml.Node {
	if n := get(b.top(), string(d)); n != nil && n.Kind == yaml.MappingNode {
		return n
	}
	n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	set(b.top(), string(d), n)
	return n
}

// ruleNode is the text of a present rule.
func (b *bookText) ruleNode(d rules.Dimension, id string) *yaml.Node {
	if list := get(get(b.top(), string(d)), "rules"); list != nil {
		for _, n := range list.Content {
			if name := get(n, "id"); name != nil && name.Value == id {
				return n
			}
		}
	}
	return nil
}

// setRules replaces a dimension's rules; a dimension without any loses its list.
func (b *bookText) setRules(d rules.Dimension, list []*yaml.Node) {
	if len(list) == 0 {
		if n := get(b.top(), string(d)); n != nil {
			drop(n, "rules")
		}
		return
	}
	section := b.section(d)
	set(section, "rules", &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: list})
}

// dropEmptyGroups takes out the groups that no rule stands in.
func (b *bookText) dropEmptyGroups() {
	for _, d := range []rules.Dimension{rules.Fit, rules.Engagement} {
		section := get(b.top(), string(d))
		groups, list := get(section, "groups"), get(section, "rules")
		if groups == nil {
			continue
		}
		used := map[string]bool{}
		if list != nil {
			for _, n := range list.Content {
				if g := get(n, "group"); g != nil {
					used[g.Value] = true
				}
			}
		}
		for i := len(groups.Content) - 2; i >= 0; i -= 2 {
			if name := groups.Content[i].Value; !used[name] {
				drop(groups, name)
			}
		}
		if len(groups.Content) == 0 {
			drop(section, "groups")
		}
	}
}

// groupOf is the group that present rules about an event type stand in; empty for none or several.
func (b *bookText) groupOf(kind string) string {
	group, found := "", false
	list := get(get(b.top(), string(rules.Engagement)), "rules")
	if list == nil {
		return ""
	}
	for _, n := range list.Content {
		event := get(n, "event")
		if event == nil || event.Kind != yaml.ScalarNode || event.Value != kind {
			continue
		}
		name := ""
		if g := get(n, "group"); g != nil {
			name = g.Value
		}
		if found && name != group {
			return ""
		}
		group, found = name, true
	}
	return group
}

// groupOfAll is the group that all the types share; empty if they do not.
func (b *bookText) groupOfAll(kinds []string) string {
	group := ""
	for i, kind := range kinds {
		one := b.groupOf(kind)
		if i > 0 && one != group {
			return ""
		}
		group = one
	}
	return group
}

// node writes a candidate as a rule. A present rule keeps its text but for the points.
func (c *candidate) node(b *bookText, id string, points float64) *yaml.Node {
	if c.present != "" {
		if n := b.ruleNode(c.dimension, c.present); n != nil {
			n = cloneNode(n)
			set(n, "id", scalar(id))
			set(n, "points", numberNode(points))
			n.HeadComment, n.LineComment, n.FootComment = "", "", "" // its figures were those of the old points
			for _, part := range n.Content {
				part.HeadComment = ""
			}
			return n
		}
	}
	n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	set(n, "id", scalar(id))
	if group := b.groupOfAll(c.events); group != "" {
		set(n, "group", scalar(group))
	}
	set(n, "points", numberNode(points))
	set(n, "reason", scalar(c.reason))
	if c.when != "" {
		set(n, "when", scalar(c.when))
	}
	switch len(c.events) {
	case 0:
	case 1:
		set(n, "event", scalar(c.events[0]))
	default:
		list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Style: yaml.FlowStyle}
		for _, kind := range c.events {
			list.Content = append(list.Content, scalar(kind))
		}
		set(n, "event", list)
	}
	if c.once {
		set(n, "at_least", numberNode(1))
	} else if c.atMost > 0 {
		set(n, "at_most", numberNode(float64(c.atMost)))
	}
	return n
}

// named finds a free id for a candidate: its present one, or one made of what it is about.
func (c *candidate) named(taken map[string]bool) string {
	if c.present != "" && !taken[c.present] {
		return c.present
	}
	slug := strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return '-'
	}, c.about), "-")
	slug = strings.Trim(slug[:min(len(slug), 40)], "-")
	if slug == "" {
		slug = "rule"
	}
	id := slug
	for i := 2; taken[id]; i++ {
		id = fmt.Sprintf("%s-%d", slug, i)
	}
	return id
}
