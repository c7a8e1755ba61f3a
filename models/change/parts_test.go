package change

import (
	"testing"

	"leadscore/models/rules"
)

// The rules' parts sum to the change of the points, weights and caps included.
func TestRulePartsSum(t *testing.T) {
	before := &rules.Score{Points: 12.5, Fired: []rules.Fired{{Giver: &rules.Giver{ID: "a"}, Counted: 10}, {Giver: &rules.Giver{ID: "b"}, Counted: 5}}} // weights took 2.5
	after := &rules.Score{Points: 21, Fired: []rules.Fired{{Giver: &rules.Giver{ID: "a"}, Counted: 10}, {Giver: &rules.Giver{ID: "c"}, Counted: 9.001}, {Giver: &rules.Giver{ID: "d"}, Counted: 1.999}}}
	sum := 0.0
	parts := RuleParts(before, after)
	for _, part := range parts {
		sum += thousandths(part.Adds[1] - part.Adds[0])
		if part.Name == "a" {
			t.Error("a rule that counts the same is listed")
		}
	}
	if sum != thousandths(after.Points-before.Points) || len(parts) != 4 || parts[0].Name != "c" {
		t.Errorf("parts %+v sum to %v thousandths, want %v", parts, sum, thousandths(after.Points-before.Points))
	}
}
