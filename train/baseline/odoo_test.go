package baseline

import (
	"math"
	"testing"
)

// Odoo's own test: addons/crm/tests/test_crm_pls.py, test_pls_tooltip_data. Two won leads, three lost ones and one that is
// scored; its probability must be 74.30.
func TestOdooReproducesItsOwnTestCase(t *testing.T) {
	column := func(name string, texts ...string) Column { return Column{Name: name, Texts: texts} }
	past := Data{
		Won: []bool{true, true, false, false, false}, // A, B won; C, D, E lost
		Columns: []Column{
			column("country_id", "0", "1", "", "0", ""),
			column("state_id", "0", "0", "", "", "1"),
			column("email_state", "correct", "correct", "correct", "correct", "correct"),
			column("phone_state", "correct", "correct", "incorrect", "incorrect", "correct"),
			column("source_id", "1", "", "0", "0", ""),
		},
	}
	o := fitOdoo(past)
	// Odoo's stage field, which other leads do not have: a won lead counts in all stages, a lost one in its own and the
	// earlier ones (only E got further than the first), and the counts are divided by those of the first stage.
	o.fields = append(o.fields, odooField{
		values: map[string]odooCount{"0": {2.1, 3.1}, "1": {2.1, 1.1}, "2": {2.1, 1.1}},
		won:    o.won, lost: o.lost,
	})
	got := o.percent([]string{"0", "0", "correct", "correct", "0", "1"})
	if want := 74.30; got != want {
		t.Errorf("percent = %v, want %v", got, want)
	}
}

func TestOdooSkipsWhatItDoesNotKnow(t *testing.T) {
	past := Data{Won: []bool{true, false, false, false}, Columns: []Column{
		{Name: "source", Texts: []string{"web", "web", "fair", ""}},
		{Name: "employees", Numbers: []float64{10, 20, math.NaN(), 20}},
	}}
	o := fitOdoo(past)
	prior := math.Round(1e4*1.1/(1.1+3.1)) / 100
	for name, values := range map[string][]string{"missing": {"", ""}, "never seen": {"referral", "15"}} {
		if got := o.percent(values); got != prior {
			t.Errorf("%s: percent = %v, want the prior %v", name, got, prior)
		}
	}
	// By hand: employees 10 has won 1.1 of 1.2 (two values), lost 0.1 of 2.2.
	won, lost := 1.1/4.2*1.1/1.2, 3.1/4.2*0.1/2.2
	want := math.Round(1e4*won/(won+lost)) / 100
	if got := o.percent([]string{"", "10"}); got != want {
		t.Errorf("employees 10: percent = %v, want %v", got, want)
	}
}

func TestOdooNeverSaysCertain(t *testing.T) {
	past := Data{Won: make([]bool, 2000), Columns: []Column{{Name: "a", Texts: make([]string, 2000)}, {Name: "b", Texts: make([]string, 2000)}}}
	for i := range past.Won {
		past.Won[i] = i%2 == 0
		for c := range past.Columns {
			past.Columns[c].Texts[i] = map[bool]string{true: "yes", false: "no"}[past.Won[i]]
		}
	}
	o := fitOdoo(past)
	if got := o.percent([]string{"yes", "yes"}); got != 99.99 {
		t.Errorf("percent = %v, want 99.99", got)
	}
	if got := o.percent([]string{"no", "no"}); got != 0.01 {
		t.Errorf("percent = %v, want 0.01", got)
	}
}
