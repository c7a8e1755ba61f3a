package features

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a schema's time zone means the same on every machine
)

// LoadSchema reads and checks a schema file. Faults, all at once, are [Faults] of [*FieldError] with file and line.
func LoadSchema(path string) (*Schema, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	return ParseSchema(filepath.Base(path), text)
}

// ParseSchema is [LoadSchema] for a text; file is its name in messages.
func ParseSchema(file string, text []byte) (*Schema, error) {
	s := &Schema{}
	positions, err := DecodeYAML(file, text, s)
	if positions == nil {
		return nil, err
	}
	var faults Faults
	errors.As(err, &faults)
	check := &schemaCheck{schema: s, file: file, positions: positions}
	if err := check.run(); err != nil {
		faults = append(faults, unlessReported(check.faults, faults)...)
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return s, nil
}

// unlessReported drops the faults of keys that could not be read: they would be reported a second time, as left out.
func unlessReported(found, reported Faults) (others Faults) {
	for _, fault := range found {
		again := slices.ContainsFunc(reported, func(r error) bool {
			a, b := fieldOf(r), fieldOf(fault)
			return strings.HasPrefix(a, b) || strings.HasPrefix(b, a)
		})
		if !again {
			others = append(others, fault)
		}
	}
	return others
}

func fieldOf(err error) string {
	var fault *FieldError
	if errors.As(err, &fault) {
		return fault.Field
	}
	return ""
}

// Validate checks a schema that no YAML file holds, as one made by a program or kept in a model. Faults are [Faults].
func (s *Schema) Validate() error {
	check := &schemaCheck{schema: s}
	return check.run()
}

// FieldIndex is the place of a field in Fields.
func (s *Schema) FieldIndex(name string) (int, bool) {
	for i := range s.Fields {
		if s.Fields[i].Name == name {
			return i, true
		}
	}
	return 0, false
}

// ColumnName is the field's column in a file: Column, or else Name.
func (f *Field) ColumnName() string {
	if f.Column != "" {
		return f.Column
	}
	return f.Name
}

// Used says that scores may see the field.
func (f *Field) Used() bool { return f.Use != UseNo }

// Used says that scores may see the figure.
func (e *Engagement) Used() bool { return e.Use != UseNo }

// decimal is the decimal sign of numbers as text.
func (f *FileFormat) decimal() byte {
	if f.Decimal == "," {
		return ','
	}
	return '.'
}

// Zone is the time zone of times without one. [Schema.Validate] has checked its name.
func (f *FileFormat) Zone() *time.Location { return zoneOf(f.TimeZone) }

func zoneOf(name string) *time.Location {
	if zone, err := time.LoadLocation(name); err == nil {
		return zone
	}
	return time.UTC
}
