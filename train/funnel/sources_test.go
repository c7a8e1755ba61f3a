package funnel_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"leadscore/features"
	"leadscore/train/funnel"
)

// Of the leads from some day on, only what was spent in the months from then on is theirs: mail has 5 in March. A month that had begun before counts for neither.
func TestCostsSince(t *testing.T) {
	for _, test := range []struct {
		since string
		want  map[string]float64
	}{
		{"2026-01-01", map[string]float64{"web": 400, "fair": 90, "mail": 5}},
		{"2026-01-02", map[string]float64{"fair": 90, "mail": 5}},
		{"2026-02-01", map[string]float64{"fair": 90, "mail": 5}},
		{"2026-02-02", map[string]float64{"mail": 5}},
		{"2026-03-02", map[string]float64{}},
	} {
		in, err := inputOf(t, leadsText, stagesText, processText, asOf)
		if err != nil {
			t.Fatal(err)
		}
		in.Since, _ = features.ParseTime(test.since, "", time.UTC)
		f, err := funnel.Compute(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]float64{}
		for _, s := range f.Sources {
			if s.Cost != nil {
				got[s.Source] = *s.Cost
			}
			if priced := s.PerLead != nil; priced != (test.want[s.Source] > 0 && s.Leads > 0) {
				t.Errorf("since %s, %s: priced %v: %+v", test.since, s.Source, priced, s)
			}
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("since %s: %s", test.since, diff)
		}
	}
}

// Where nobody has come there is no rate: neither 0 nor one from 0 to 1.
func TestNoRateOfNobody(t *testing.T) {
	f := compute(t, leadsText, "id,time,stage\nopen,2026-06-29T07:00:00Z,mql\n", processText, asOf)
	for _, n := range f.Needs {
		if n.Leads != 0 || n.Rate != nil {
			t.Errorf("need without leads: %+v", n)
		}
	}
	for _, w := range f.Ways {
		if (w.Rate != nil) != (w.Closed > 0) {
			t.Errorf("way: %+v", w)
		}
	}
}
