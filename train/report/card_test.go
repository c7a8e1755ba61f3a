package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"leadscore/models"
	"leadscore/models/metrics"
)

func storedVersion(t *testing.T) *models.Version {
	t.Helper()
	paths, err := filepath.Glob("../../models/testdata/artifacts/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no stored version: %v", err)
	}
	text, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	v, err := models.DecodeVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestCardSaysWhatTheVersionKnows(t *testing.T) {
	v := storedVersion(t)
	got := Card(v)
	if again := Card(v); again != got {
		t.Error("two cards of one version differ")
	}
	for _, want := range []string{"# Model card: ", "## Abstract", "## Introduction", "## Methods", "## Open science", "## Results", "## Discussion",
		"**Outcome.**", "**Sample size.**", "**Missing data.**", "**Fairness.**", v.Training.Fingerprint} {
		if !strings.Contains(got, want) {
			t.Errorf("the card lacks %q", want)
		}
	}
	for _, in := range v.Encoder.Inputs {
		if !strings.Contains(got, text(in.Name)) && !strings.Contains(got, text(v.Schema.Fields[in.Index].Name)) {
			t.Errorf("the card does not name input %q", in.Name)
		}
	}
	if strings.Contains(got, "%!") {
		t.Error("a format verb went wrong")
	}
}

// The card says how the recipe did at earlier times, and what that limits.
func TestCardOfOtherTimes(t *testing.T) {
	v := storedVersion(t)
	bad := models.OriginFigures{AUC: 0.479, LogLoss: 0.7, ExpectedObserved: 2.01}
	v.Validation.Rolling = &models.Rolling{
		Origins: []models.Origin{{Leads: 1000, Won: 300, Model: &bad}, {Leads: 1000, Won: 300, Model: &models.OriginFigures{AUC: 0.671, LogLoss: 0.4, ExpectedObserved: 1}}},
		Model:   &models.OriginsSummary{Mean: models.OriginFigures{AUC: 0.575, LogLoss: 0.55, ExpectedObserved: 1.5}, Worst: bad},
	}
	v.Validation.Contrast = &models.Contrast{Leads: 1000, RandomAUC: 0.8, TimeAUC: 0.66}
	v.Training.Warnings = []string{"the leads' fields are few"}
	got := Card(v)
	for _, want := range []string{"AUC 0.575 on average and 0.479 at worst", "A random split would have claimed AUC 0.800; by time the same recipe reaches 0.660.",
		"- At 1 of 2 times looked at, the same recipe ranked the leads that came no better than chance", "- The leads' fields are few.\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("the card lacks %q", want)
		}
	}
}

func TestCardOfHostileNames(t *testing.T) {
	v := storedVersion(t)
	v.Validation.Verdict = "<script>alert(1)</script> | [x](http://x) \n# Not a heading"
	v.Schema.Fields[0].Because = "a | b\n| c"
	got := Card(v)
	for _, forbidden := range []string{"<script", "\n# Not a heading", "[x](", "a | b"} {
		if strings.Contains(got, forbidden) {
			t.Errorf("the card holds %q", forbidden)
		}
	}
}

// What the report says of the probabilities, the card and the summary say too.
func TestCardSaysWhetherProbabilitiesAreOff(t *testing.T) {
	e := made(t, 400, false)
	c := &e.Validation.Model.Calibration
	c.Expected, c.Observed = 151, 100
	c.Slope = metrics.Estimate{Value: 0.6, StandardError: 0.03, Low: 0.54, High: 0.66}
	want := "Its probabilities are too high: expected 151.0 wins, observed 100; calibration slope 0.60 [0.54, 0.66]."
	if got := Probabilities(&e.Validation); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	v := storedVersion(t)
	v.Validation = e.Validation
	if card := Card(v); strings.Count(card, text(want)) != 2 {
		t.Errorf("the card's abstract and interpretation do not say %q", want)
	}
	if page := written(t, e); !strings.Contains(page, want) {
		t.Errorf("the report does not say %q", want)
	}
	if got := Probabilities(&models.Validation{}); got != "" {
		t.Errorf("of a version that was not judged: %q", got)
	}
}
