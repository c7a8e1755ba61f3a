package train

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"leadscore/features"
	"leadscore/models"
)

// randomHistory is dated leads of some accounts, each won or lost some time after its snapshot.
func randomHistory(t *testing.T, random *rand.Rand, horizon string) (*features.History, *Population) {
	t.Helper()
	n := 100 + random.IntN(900)
	h := constructed(t, repeated(n, func(int) entry {
		created := random.Float64() * 400
		return entry{won + features.Outcome(random.IntN(2)), created, created + 7 + random.ExpFloat64()*30}
	})...)
	h.Table.Schema.ObservedUntil.Time = h.Table.Schema.ObservedUntil.AddDate(1, 6, 0)
	h.Table.Schema.Horizon = 0
	if horizon != "" {
		h.Table.Schema.Horizon, _ = features.ParseDuration(horizon)
	}
	accounts := 1 + random.IntN(n)
	h.Table.Accounts = make([]string, accounts+1)
	of := make([]uint32, n)
	for i := range of {
		of[i] = uint32(random.IntN(accounts + 1))
	}
	h.Table.Account = features.PlacesOf(of)
	p := &Population{Until: instant(700), early: true}
	p.labelAll(h)
	p.orderByTime(h)
	return h, p
}

// sides checks that the past was known when the judged part began and that no account is on both sides.
func sides(t *testing.T, name string, h *features.History, p *Population, past, judged []int32, gap bool) {
	t.Helper()
	if len(judged) == 0 {
		return
	}
	begin := h.AsOf[judged[0]]
	accounts := map[uint32]bool{}
	for _, row := range past {
		if h.AsOf[row] >= begin {
			t.Fatalf("%s: a lead of the past is not older than the judged part", name)
		}
		if gap && outcomeKnown(h, row) > begin {
			t.Fatalf("%s: lead %d of the past was not known before %v", name, row, begin)
		}
		accounts[h.Table.Account.At(int(row))] = true
	}
	for _, row := range judged {
		if account := h.Table.Account.At(int(row)); account != 0 && accounts[account] {
			t.Fatalf("%s: account %d is on both sides", name, account)
		}
	}
}

// No fit knows an outcome before its time, and no account straddles, whatever the history.
func TestPartsAreApart(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for k := range 300 {
		h, p := randomHistory(t, random, []string{"", "20d", "90d"}[k%3])
		s := splitByTime(h, p, 0.2)
		if s == nil || s.words == "every fifth lead" {
			continue
		}
		gap := !strings.Contains(strings.Join(s.warnings, " "), "there is no gap")
		sides(t, "past and newest", h, p, s.past, s.newest, gap)
		sides(t, "fit and tune", h, p, s.fit, s.tune, true)
		sides(t, "tune and newest", h, p, s.tune, s.newest, gap)
		sides(t, "fit and newest", h, p, s.fit, s.newest, gap)
		all := len(s.past) + len(s.newest) + s.gap + s.accounts + s.accountsTaken
		if all != len(p.Rows) {
			t.Fatalf("%d of %d leads are counted: %+v", all, len(p.Rows), s)
		}
		for o := range 4 {
			w := windowOf(h, p, o, 4)
			known, _ := knownBefore(h, p, p.Rows, w.from)
			a := keepAccountsApart(h, p, known, p.Rows[w.from:w.to])
			sides(t, fmt.Sprintf("origin %d", o), h, p, a.past, a.judged, true)
		}
		past, judged := randomSplit(h, p, len(s.newest))
		if len(past)+len(judged) != len(p.Rows) || len(judged) < len(s.newest) {
			t.Fatalf("random split of %d into %d and %d", len(p.Rows), len(past), len(judged))
		}
		if len(withoutAccounts(h, judged, past)) != len(judged) {
			t.Fatal("the random split parts an account")
		}
		pastAgain, _ := randomSplit(h, p, len(s.newest))
		if !reflect.DeepEqual(past, pastAgain) {
			t.Fatal("the random split is another one the second time")
		}
	}
}

// A gap is left out where it can be afforded, and given up with a warning where it cannot.
func TestGap(t *testing.T) {
	h, p := sequence(t, strings.Repeat("WL", 100), true)
	h.Table.Schema.Horizon, _ = features.ParseDuration("30d")
	s := splitByTime(h, p, 0.2)
	// The newest part begins on day 160; leads of days 131 … 159 were not known then.
	if len(s.past) != 131 || s.gap != 29 || len(s.newest) != 40 || len(s.warnings) != 0 {
		t.Errorf("%d past, %d gap, %d newest, warnings %q", len(s.past), s.gap, len(s.newest), s.warnings)
	}
	h.Table.Schema.Horizon, _ = features.ParseDuration("150d")
	s = splitByTime(h, p, 0.2)
	if len(s.past) != 160 || s.gap != 0 || len(s.warnings) != 1 || !strings.Contains(s.warnings[0], "no gap") {
		t.Errorf("%d past, %d gap, warnings %q", len(s.past), s.gap, s.warnings)
	}
}

// The tune part is the newest of the past; small data do without.
func TestTune(t *testing.T) {
	h, p := sequence(t, strings.Repeat("WL", 200), true)
	s := splitByTime(h, p, 0.2)
	if len(s.past) != 320 || len(s.fit) != 256 || len(s.tune) != 64 || s.tune[0] != 256 {
		t.Errorf("%d past, %d fit, %d tune", len(s.past), len(s.fit), len(s.tune))
	}
	h, p = sequence(t, strings.Repeat("WL", 50), true)
	if s = splitByTime(h, p, 0.2); len(s.tune) != 0 || len(s.fit) != len(s.past) {
		t.Errorf("%d fit, %d tune of %d past", len(s.fit), len(s.tune), len(s.past))
	}
}

func TestAccountsApart(t *testing.T) {
	h, p := sequence(t, strings.Repeat("WL", 100), true)
	accounts := make([]uint32, 200)
	h.Table.Accounts = make([]string, 300)
	of := func(from, to int, account func(i int) uint32) {
		for i := from; i < to; i++ {
			accounts[i] = account(i)
		}
		h.Table.Account = features.PlacesOf(accounts)
	}
	of(0, 200, func(i int) uint32 { return uint32(i + 1) })
	of(190, 192, func(i int) uint32 { return uint32(5 * (191 - i)) }) // one returns, one has no account
	s := splitByTime(h, p, 0.2)
	if s.accounts != 0 || s.accountsTaken != 1 { // leaving it out would leave 19 wins of 20
		t.Errorf("%d left out, %d taken", s.accounts, s.accountsTaken)
	}
	s = splitByTime(h, p, 0.3)
	if s.accounts != 1 || s.accountsTaken != 0 || len(s.newest) != 59 || len(s.past) != 140 {
		t.Errorf("%d left out, %d taken, %d newest, %d past", s.accounts, s.accountsTaken, len(s.newest), len(s.past))
	}
	of(150, 200, func(i int) uint32 { return uint32(i - 149) }) // most return
	s = splitByTime(h, p, 0.3)
	if s.accounts != 0 || s.accountsTaken != 50 || len(s.newest) != 60 {
		t.Errorf("%d left out, %d taken, %d newest", s.accounts, s.accountsTaken, len(s.newest))
	}
	of(0, 200, func(i int) uint32 { return uint32(i % 31) }) // all return, but for leads without an account
	s = splitByTime(h, p, 0.3)
	if s.mixed || rarer(s.past, p) < fewToJudge || rarer(s.newest, p) < 10 || s.accounts+s.accountsTaken+len(s.past)+len(s.newest) != 200 {
		t.Errorf("mixed %v, %d left out, %d taken, %d past, %d newest", s.mixed, s.accounts, s.accountsTaken, len(s.past), len(s.newest))
	}
	seen := map[uint32]bool{}
	for _, row := range s.past {
		seen[accounts[row]] = true
	}
	for _, row := range s.newest {
		if accounts[row] != 0 && seen[accounts[row]] || row <= s.past[len(s.past)-1] {
			t.Errorf("lead %d of account %d is judged", row, accounts[row])
		}
	}
}

// Why an origin has no figures is told apart: whose past is empty, and on which side an outcome is missing.
func TestSkipped(t *testing.T) {
	p := &Population{Wins: []uint8{1, 0, 1, 0}}
	for want, a := range map[string]apart{
		"":                                {past: []int32{0, 1}, judged: []int32{2, 3}},
		"no past leads of other accounts": {judged: []int32{2, 3}, taken: 2},
		"no past outcomes known yet":      {judged: []int32{2, 3}},
		"past: one outcome only":          {past: []int32{0}, judged: []int32{2, 3}},
		"judged: one outcome only":        {past: []int32{0, 1}, judged: []int32{3}},
	} {
		if got := skipped(p, a); got != want {
			t.Errorf("%+v: %q, want %q", a, got, want)
		}
	}
}

func TestSummarise(t *testing.T) {
	slope := func(v float64) *float64 { return &v }
	origins := []models.Origin{
		{Model: &models.OriginFigures{AUC: 0.8, LogLoss: 0.4, Slope: slope(1.2), ExpectedObserved: 0.5}},
		{Skipped: "one outcome only on one side"},
		{Model: &models.OriginFigures{AUC: 0.6, LogLoss: 0.5, Slope: slope(0.9), ExpectedObserved: 1.9}},
		{Model: &models.OriginFigures{AUC: 0.7, LogLoss: 0.45, ExpectedObserved: 1.2}}, // its predictions are alike
	}
	s := summarise(origins, func(o *models.Origin) *models.OriginFigures { return o.Model })
	if math.Abs(s.Mean.AUC-0.7) > 1e-15 || math.Abs(s.Mean.LogLoss-0.45) > 1e-15 || math.Abs(*s.Mean.Slope-1.05) > 1e-15 || math.Abs(s.Mean.ExpectedObserved-1.2) > 1e-15 {
		t.Errorf("mean %+v", s.Mean)
	}
	if want := (models.OriginFigures{AUC: 0.6, LogLoss: 0.5, Slope: origins[0].Model.Slope, ExpectedObserved: 0.5}); s.Worst != want {
		t.Errorf("worst %+v, want %+v", s.Worst, want)
	}
	if summarise(origins[1:2], func(o *models.Origin) *models.OriginFigures { return o.Model }) != nil {
		t.Error("a summary without figures")
	}
}

// Two won leads that happen to rank first are no evidence that the model ranks better, or at all.
func TestFewLeadsProveNothing(t *testing.T) {
	predicted, wins := []float64{0.9, 0.8, 0.3, 0.2, 0.1, 0.1}, []float64{1, 1, 0, 0, 0, 0}
	points, line := make([]float64, 6), []float64{0.3, 0.3, 0.3, 0.3, 0.3, 0.3}
	v := &validation{}
	v.Leads, v.Won = 6, 2
	if err := v.measure(predicted, points, line, wins); err != nil {
		t.Fatal(err)
	}
	v.judge()
	if !strings.HasPrefix(v.Verdict, "no evidence that the model ranks better than the rules, or worse: AUC 1.000 against 0.500") || v.Model.AUC.Low > 0.5 {
		t.Errorf("AUC %+v, verdict %q", v.Model.AUC, v.Verdict)
	}
	if len(v.warnings) != 1 || !strings.Contains(v.warnings[0], "may rank no better than chance") || !strings.Contains(v.warnings[0], "too few to show it") {
		t.Errorf("warnings %q", v.warnings)
	}
}
