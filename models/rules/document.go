package rules

import (
	"go.yaml.in/yaml/v3"

	"leadscore/features"
)

// document is rules.yaml as it is written. docs/rules.md describes every key.
type document struct {
	Version    int           `yaml:"version"`
	Name       string        `yaml:"name"`
	Fit        dimensionText `yaml:"fit"`
	Engagement dimensionText `yaml:"engagement"`
	Exclude    []gateText    `yaml:"exclude"`
	FastLane   []gateText    `yaml:"fast_lane"`
	Require    []gateText    `yaml:"require"`
	OrderGuard []gateText    `yaml:"order_guard"`
	Thresholds struct {
		MQL *mqlText `yaml:"mql"`
	} `yaml:"thresholds"`
	Grades struct {
		Fit        *fitGradesText        `yaml:"fit"`
		Engagement *engagementGradesText `yaml:"engagement"`
	} `yaml:"grades"`
	Total totalText `yaml:"total"`
}

type dimensionText struct {
	Cap      capText            `yaml:"cap"`
	Groups   map[string]capText `yaml:"groups"`
	HalfLife *spanText          `yaml:"half_life"`
	Within   *spanText          `yaml:"within"`
	Rules    []ruleText         `yaml:"rules"`
}

type capText struct {
	Min *float64 `yaml:"min"`
	Max *float64 `yaml:"max"`
}

type ruleText struct {
	ID          string    `yaml:"id"`
	Group       string    `yaml:"group"`
	Points      *float64  `yaml:"points"`
	Reason      string    `yaml:"reason"`
	When        string    `yaml:"when"`
	Event       namesText `yaml:"event"`
	AtMost      *int      `yaml:"at_most"`
	AtLeast     *int      `yaml:"at_least"`
	Within      *spanText `yaml:"within"`
	HalfLife    *spanText `yaml:"half_life"`
	First       bool      `yaml:"first"`
	After       namesText `yaml:"after"`
	AfterEvents *int      `yaml:"after_events"`
}

type gateText struct {
	ID          string    `yaml:"id"`
	Reason      string    `yaml:"reason"`
	When        string    `yaml:"when"`
	Event       namesText `yaml:"event"`
	AtLeast     *int      `yaml:"at_least"`
	Within      *spanText `yaml:"within"`
	First       bool      `yaml:"first"`
	After       namesText `yaml:"after"`
	AfterEvents *int      `yaml:"after_events"`
}

type mqlText struct {
	Fit        *float64 `yaml:"fit"`
	Engagement *float64 `yaml:"engagement"`
	Total      *float64 `yaml:"total"`
}

type fitGradesText struct {
	A *float64 `yaml:"A"`
	B *float64 `yaml:"B"`
	C *float64 `yaml:"C"`
}

type engagementGradesText struct {
	First  *float64 `yaml:"1"`
	Second *float64 `yaml:"2"`
	Third  *float64 `yaml:"3"`
}

type totalText struct {
	FitWeight        *float64 `yaml:"fit_weight"`
	EngagementWeight *float64 `yaml:"engagement_weight"`
}

// namesText is one event type or a list of them.
type namesText []string

// UnmarshalYAML implements [yaml.Unmarshaler].
func (n *namesText) UnmarshalYAML(node *yaml.Node) error {
	bad := &features.FieldError{Line: node.Line, Problem: "not an event type",
		Want: "write a type, a list such as [pricing_page, demo_request], or any"}
	items := []*yaml.Node{node}
	if node.Kind == yaml.SequenceNode {
		items = node.Content
	}
	for _, item := range items {
		if item.Kind != yaml.ScalarNode || item.Value == "" {
			return bad
		}
		*n = append(*n, item.Value)
	}
	if len(*n) == 0 {
		return bad
	}
	return nil
}

// spanText is a time span; none and ever switch off what the dimension sets.
type spanText struct{ features.Micros }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *spanText) UnmarshalText(text []byte) error {
	if t := string(text); t == "none" || t == "ever" {
		s.Micros = 0
		return nil
	}
	d, err := features.ParseDuration(string(text))
	s.Micros = d.Micros()
	return err
}
