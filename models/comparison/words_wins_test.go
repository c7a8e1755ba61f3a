package comparison

import "testing"

// A number of wins is whole unless leads tie; a mean a week has its decimal.
func TestWinsInWords(t *testing.T) {
	share, weekly := &Work{Capacity: Capacity{Share: 0.2}}, &Work{Capacity: Capacity{Leads: 40, Per: Week}}
	for _, w := range []*Work{share, weekly} {
		w.Won[0], w.Won[1] = 2170, 1701.4
	}
	if share.wins(0) != "2170" || share.wins(1) != "1701.4" || weekly.wins(0) != "2170.0" {
		t.Errorf("%s, %s, %s", share.wins(0), share.wins(1), weekly.wins(0))
	}
}
