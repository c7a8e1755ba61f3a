package horizon

import (
	"encoding/csv"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"leadscore/features"
)

func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.TrimLeadingSpace = true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// The figures of R's survival package, see testdata/incidence.R.
func TestIncidenceReference(t *testing.T) {
	endings := map[string]features.Outcome{"open": features.Open, "won": features.Won, "lost": features.Lost}
	var leads []Lead
	for _, row := range readCSV(t, "testdata/incidence_leads.csv") {
		leads = append(leads, Lead{features.Micros(number(t, row[0])) * features.Day, endings[row[1]]})
	}
	steps, want := incidence(leads), readCSV(t, "testdata/incidence.csv")
	if len(steps) != len(want) {
		t.Fatalf("%d steps, want %d", len(steps), len(want))
	}
	for i, row := range want {
		s := steps[i]
		if inDays(s.span) != number(t, row[0]) || float64(s.atRisk) != number(t, row[1]) ||
			math.Abs(s.open-number(t, row[2])) > 1e-12 || math.Abs(s.won-number(t, row[3])) > 1e-12 {
			t.Errorf("step %d: %+v, want %v", i, s, row)
		}
	}
}

func TestIncidenceByHand(t *testing.T) {
	// Of four leads one is won on day 1; of the three left one is lost on day 2 and one was last seen open then; the last is won
	// on day 5: 1/4 + 3/4·2/3·1 = 3/4.
	day := features.Day
	steps := incidence([]Lead{{5 * day, features.Won}, {2 * day, features.Open}, {1 * day, features.Won}, {2 * day, features.Lost}})
	want := []incidenceStep{{day, 4, 0.25, 0.75}, {2 * day, 3, 0.25, 0.5}, {5 * day, 1, 0.75, 0}}
	for i := range want {
		if math.Abs(steps[i].won-want[i].won) > 1e-15 || math.Abs(steps[i].open-want[i].open) > 1e-15 || steps[i].atRisk != want[i].atRisk {
			t.Errorf("step %d: %+v, want %+v", i, steps[i], want[i])
		}
	}
	if at, ok := reached(steps, 0.5); !ok || at != 5*day {
		t.Errorf("half is reached at %v, %v", at, ok)
	}
	if _, ok := reached(steps, 0.76); ok {
		t.Error("more is reached than was ever won")
	}
	if got := wonBy(steps, 3*day); got != 0.25 {
		t.Errorf("won by day 3: %v", got)
	}
	if len(incidence(nil)) != 0 || wonBy(nil, day) != 0 {
		t.Error("no leads have an incidence")
	}
}

// Without open leads it is the plain share of leads won by then, whatever was lost meanwhile.
func TestIncidenceWithoutOpenLeads(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	leads := make([]Lead, 300)
	for i := range leads {
		leads[i] = Lead{features.Micros(random.IntN(40)), []features.Outcome{features.Won, features.Lost}[random.IntN(2)]}
	}
	for _, s := range incidence(leads) {
		won := 0
		for _, l := range leads {
			if l.Ending == features.Won && l.Span <= s.span {
				won++
			}
		}
		if math.Abs(s.won-float64(won)/300) > 1e-12 {
			t.Fatalf("at %d: %v, want %v", s.span, s.won, float64(won)/300)
		}
	}
}
