package source

import (
	"fmt"
	"strings"
)

// checkNames reports every name that is empty or stands twice.
func checkNames(names []string) error {
	var faults []string
	first := make(map[string]int)
	for i, name := range names {
		if name == "" {
			faults = append(faults, fmt.Sprintf("column %d has no name", i+1))
			continue
		}
		if at, ok := first[name]; ok {
			faults = append(faults, fmt.Sprintf("columns %d and %d are both named %q", at+1, i+1, name))
			continue
		}
		first[name] = i
	}
	if len(faults) > 0 {
		return fmt.Errorf("%w: %s", ErrNotATable, strings.Join(faults, "; "))
	}
	return nil
}

// chooseColumns returns the columns that batches will have: those asked for, or all that can be read.
func chooseColumns(path string, all []ColumnInfo, asked []string) ([]ColumnInfo, error) {
	var chosen []ColumnInfo
	if asked == nil {
		for _, column := range all {
			if column.Kind != Unsupported {
				chosen = append(chosen, column)
			}
		}
		if len(chosen) == 0 {
			return nil, fmt.Errorf("%s: %w: none of the %d columns has a supported type", path, ErrUnsupported, len(all))
		}
		return chosen, nil
	}
	for _, name := range asked {
		column, ok := findColumn(all, name)
		if !ok {
			return nil, fmt.Errorf("%s: %w: %q; the columns are %s", path, ErrUnknownColumn, name, listNames(all))
		}
		if column.Kind == Unsupported {
			return nil, fmt.Errorf("%s: column %s: %w: %s", path, name, ErrUnsupported, column.Reason)
		}
		chosen = append(chosen, column)
	}
	return chosen, nil
}

// sameColumns reports every column that is missing, extra or of another kind in a later file.
func sameColumns(firstPath string, first []ColumnInfo, path string, other []ColumnInfo) error {
	var faults []string
	for _, column := range first {
		same, ok := findColumn(other, column.Name)
		switch {
		case !ok:
			faults = append(faults, fmt.Sprintf("column %q is missing", column.Name))
		case same.Kind != column.Kind || same.Whole != column.Whole || same.Unsigned != column.Unsigned || same.DateOnly != column.DateOnly:
			faults = append(faults, fmt.Sprintf("column %q is %s, not %s", column.Name, same.describe(), column.describe()))
		}
	}
	for _, column := range other {
		if _, ok := findColumn(first, column.Name); !ok {
			faults = append(faults, fmt.Sprintf("column %q is extra", column.Name))
		}
	}
	if len(faults) > 0 {
		return fmt.Errorf("%s: %w: compared with %s, %s", path, ErrDifferentColumns, firstPath, strings.Join(faults, "; "))
	}
	return nil
}

// describe names the column's type for a message.
func (c *ColumnInfo) describe() string {
	switch {
	case c.Unsigned:
		return "unsigned whole number"
	case c.Whole:
		return "whole number"
	case c.DateOnly:
		return "date"
	}
	return c.Kind.String()
}

// findPlaces returns for each wanted column its place in the file. Each is there: the columns were compared.
func findPlaces(columns, wanted []ColumnInfo) []int {
	at := make(map[string]int, len(columns))
	for i, column := range columns {
		at[column.Name] = i
	}
	places := make([]int, len(wanted))
	for i, column := range wanted {
		places[i] = at[column.Name]
	}
	return places
}

func findColumn(columns []ColumnInfo, name string) (ColumnInfo, bool) {
	for _, column := range columns {
		if column.Name == name {
			return column, true
		}
	}
	return ColumnInfo{}, false
}

// listNames lists columns for a message, the first 30 of them.
func listNames(columns []ColumnInfo) string {
	var names []string
	for i, column := range columns {
		if i == 30 {
			names = append(names, fmt.Sprintf("and %d more", len(columns)-i))
			break
		}
		names = append(names, column.Name)
	}
	return strings.Join(names, ", ")
}
