package train

import (
	"fmt"
	"slices"
	"strings"

	"leadscore/features"
	"leadscore/models/comparison"
)

// divisions are the fields that the caller divides by, named as the schema does or as the file does; nil where none is named.
func (c *CompareConfig) divisions(t *features.Table) ([]int, error) {
	var fields []int
	for _, name := range c.By {
		at := slices.IndexFunc(t.Schema.Fields, func(f features.Field) bool { return f.Name == name || f.Column == name })
		switch {
		case at < 0:
			return nil, &settingsError{fmt.Errorf("no field %q in the schema: it has %s", name, strings.Join(dividing(t), ", "))}
		case !comparison.Divides(t, at):
			return nil, &settingsError{fmt.Errorf("field %q cannot divide the leads: name a category, a yes or no, or a number that the schema uses: %s", name, strings.Join(dividing(t), ", "))}
		}
		fields = append(fields, at)
	}
	return fields, nil
}

func dividing(t *features.Table) (names []string) {
	for i := range t.Columns {
		if comparison.Divides(t, i) {
			names = append(names, t.Schema.Fields[i].Name)
		}
	}
	return names
}
