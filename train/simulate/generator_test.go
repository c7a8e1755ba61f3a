package simulate

import (
	"math"
	"slices"
	"testing"
)

// many makes leads as Run does and keeps them. Each lead's account and events are copied, as the next block reuses them.
func many(t testing.TB, leads int, seed uint64) ([]lead, *generator) {
	t.Helper()
	c, err := Config{Leads: leads, Seed: seed, Out: "unused"}.complete()
	if err != nil {
		t.Fatal(err)
	}
	g := newGenerator(c, false)
	var all []lead
	for number := 0; len(all) < leads; number++ {
		for _, l := range g.block(int64(number), min(blockLeads, leads-len(all))) {
			account := *l.account
			l.account, l.events = &account, slices.Clone(l.events)
			all = append(all, l)
		}
	}
	return all, g
}

const manyLeads = 50_000

// within fails when a count of n independent draws, each true with probability p, is more than 4.5 standard errors off:
// a correct generator fails for 7 of a million seeds, and the seed is fixed.
func within(t *testing.T, what string, count, n int, p float64) {
	t.Helper()
	z := (float64(count) - float64(n)*p) / math.Sqrt(float64(n)*p*(1-p))
	if n == 0 || math.Abs(z) > 4.5 {
		t.Errorf("%s: %d of %d, want a share of %.4f (z = %.1f)", what, count, n, p, z)
	}
}

// TestProbabilitiesAreCalibrated cuts the judged leads into 20 equal groups by true probability. Given the probabilities, the
// wins of a group have mean Σp and variance Σp(1-p), so the sum of the squared z of the groups is chi-square with 20 degrees
// of freedom (the groups are large), which exceeds 45.31 with a chance of 0.1 %. The sum over all leads is normal: |z| > 3.29, 0.1 %.
func TestProbabilitiesAreCalibrated(t *testing.T) {
	leads, _ := many(t, manyLeads, 7)
	leads = slices.DeleteFunc(leads, func(l lead) bool { return !l.judged })
	slices.SortStableFunc(leads, func(a, b lead) int {
		if a.probability < b.probability {
			return -1
		}
		return 1
	})
	z := func(group []lead) float64 {
		var excess, variance float64
		for _, l := range group {
			if l.wonInTime {
				excess++
			}
			excess -= l.probability
			variance += l.probability * (1 - l.probability)
		}
		return excess / math.Sqrt(variance)
	}
	if all := z(leads); math.Abs(all) > 3.29 {
		t.Errorf("all leads: z = %.2f, want at most 3.29", all)
	}
	const groups = 20
	sum := 0.0
	for i := range groups {
		g := z(leads[i*len(leads)/groups : (i+1)*len(leads)/groups])
		sum += g * g
	}
	if sum > 45.31 {
		t.Errorf("chi-square = %.1f on %d degrees of freedom, want at most 45.31", sum, groups)
	}
}

func TestTheTruthRanksAsRealLeadsDo(t *testing.T) {
	leads, _ := many(t, manyLeads, 7)
	var all, recent ranking
	wins, mature := 0, 0
	cut := int64(math.MaxInt64)
	for _, l := range leads {
		if l.mature {
			cut = min(cut, l.created)
		}
	}
	cut += 580 * day // about the newest fifth of the mature leads
	for _, l := range leads {
		if !l.mature {
			continue
		}
		mature++
		if l.wonInTime {
			wins++
		}
		all.add(score{l.probability, l.wonInTime})
		if l.created >= cut {
			recent.add(score{l.probability, l.wonInTime})
		}
	}
	for name, auc := range map[string]float64{"all": all.auc(), "newest": recent.auc()} {
		if auc < .78 || auc > .82 {
			t.Errorf("AUC of the true probability, %s mature leads = %.4f, want 0.78 to 0.82", name, auc)
		}
	}
	if rate := float64(wins) / float64(mature); rate < .12 || rate > .20 {
		t.Errorf("base rate = %.3f, want 0.12 to 0.20", rate)
	}
}

func TestOutcomesComeInTime(t *testing.T) {
	leads, g := many(t, manyLeads, 7)
	var early, earlyWon, notWon, openForEver, late, strong, weak, strongDays, weakDays int
	for _, l := range leads {
		if l.closed != 0 && l.closed <= l.snapshot {
			early++
			if l.outcome == won {
				earlyWon++
			}
		}
		if l.snapshot+(lateWinTo+1)*day > g.end || !l.judged {
			continue
		}
		// From here on every outcome has had its time.
		days := int((l.closed - l.snapshot) / day)
		if inTime := l.outcome == won && l.closed <= l.snapshot+horizonDays*day; inTime != l.wonInTime {
			t.Errorf("lead %d: won in time %v, closed %d days after its snapshot as %s", l.number, l.wonInTime, days, l.outcome)
		}
		switch {
		case l.wonInTime && l.closed > l.created+horizonDays*day:
			t.Errorf("lead %d: won %d days after the snapshot, want none in the last week", l.number, days)
		case l.wonInTime && l.probability > .4:
			strong, strongDays = strong+1, strongDays+days
		case l.wonInTime && l.probability < .1:
			weak, weakDays = weak+1, weakDays+days
		case l.wonInTime:
		case l.outcome == open:
			notWon, openForEver = notWon+1, openForEver+1
		case l.outcome == won:
			notWon, late = notWon+1, late+1
		default:
			notWon++
		}
	}
	within(t, "won of those decided early", earlyWon, early, earlyWins)
	within(t, "open for ever", openForEver, notWon, neverDecided)
	within(t, "won too late", late, notWon, (1-neverDecided)*lateWins)
	if fast, slow := float64(strongDays)/float64(strong), float64(weakDays)/float64(weak); fast > .8*slow {
		t.Errorf("strong leads win after %.0f days, weak ones after %.0f: want strong ones faster", fast, slow)
	}
}

func TestYoungLeadsArePartlyOpen(t *testing.T) {
	leads, g := many(t, manyLeads, 7)
	share := func(from, to int64) float64 {
		opened, all := 0, 0
		for _, l := range leads {
			if age := (g.end - l.created) / day; age >= from && age < to {
				all++
				if l.outcome == open {
					opened++
				}
			}
		}
		return float64(opened) / float64(all)
	}
	for _, test := range []struct {
		from, to  int64
		low, high float64
	}{{0, 7, .95, 1}, {30, 60, .5, .9}, {90, 187, .05, .2}, {500, 912, .005, .02}} {
		if got := share(test.from, test.to); got < test.low || got > test.high {
			t.Errorf("open among leads of %d to %d days = %.3f, want %g to %g", test.from, test.to, got, test.low, test.high)
		}
	}
}

// TestLateEventsLeak: who counts events after the snapshot sees the outcome.
func TestLateEventsLeak(t *testing.T) {
	leads, _ := many(t, manyLeads, 7)
	var seen, leaked, discount ranking
	for _, l := range leads {
		if !l.mature {
			continue
		}
		before := 0
		for _, e := range l.events {
			if e.at < l.snapshot {
				before++
			}
		}
		scale := func(n int) float64 { return float64(min(n, 50)) / 50 }
		seen.add(score{scale(before), l.wonInTime})
		leaked.add(score{scale(len(l.events)), l.wonInTime})
		discount.add(score{scale(l.discount), l.wonInTime})
	}
	if honest, leak := seen.auc(), leaked.auc(); leak < honest+.15 {
		t.Errorf("AUC of the number of events = %.3f before the snapshot, %.3f in all: want a leak of at least 0.15", honest, leak)
	}
	// 90 % of the won leads have a discount, which puts them above all others but the late wins: 0.9·0.99 + 0.1·0.5 = 0.94.
	if auc := discount.auc(); auc < .93 {
		t.Errorf("AUC of final_discount_percent = %.3f, want at least 0.93", auc)
	}
}

// TestTheMarketDrifts: the rate of wins moves as written, and so does the mix of leads.
func TestTheMarketDrifts(t *testing.T) {
	leads, g := many(t, manyLeads, 7)
	var excess, variance float64 // of wins over what the odds without drift would give
	var social, count [2]int     // in the first and the last quarter of the span
	for _, l := range leads {
		days := float64(l.created-g.start) / day
		if u := days * day / float64(g.end-g.start); u < .25 || u >= .75 {
			half := int(math.Round(u))
			count[half]++
			if g.truth.source.levels[l.source].name == "paid_social" {
				social[half]++
			}
		}
		if l.judged {
			p := logistic(math.Log(l.probability/(1-l.probability)) - g.truth.drift.at(days))
			if l.wonInTime {
				excess++
			}
			excess -= p
			variance += p * (1 - p)
		}
	}
	if z := excess / math.Sqrt(variance); z < 8 {
		t.Errorf("without the drift the wins are %.1f standard errors too many, want at least 8", z)
	}
	// The density of creations is (1+u)/1.5: a share of 0.1875 falls in the first quarter and 0.3125 in the last.
	if ratio := float64(count[1]) / float64(count[0]); math.Abs(ratio-.3125/.1875) > .08 {
		t.Errorf("the last quarter has %.2f times the leads of the first, want 1.67", ratio)
	}
	// The mean of u is 0.130 in the first quarter and 0.880 in the last, and the share is 0.07+0.11u.
	within(t, "paid_social in the first quarter", social[0], count[0], .07+.11*.130)
	within(t, "paid_social in the last quarter", social[1], count[1], .07+.11*.880)
}

func TestValuesAreMissingAsConfigured(t *testing.T) {
	leads, g := many(t, manyLeads, 7)
	count := map[string]int{}
	revenues := map[bool]int{}
	for _, l := range leads {
		for name, is := range map[string]bool{"employees": l.employees == 0, "founded": l.founded == noDate,
			"seniority": l.seniority == missing, "tech": l.techStack == missing, "budget": l.budget == 0, "opt-out": !l.optOut} {
			if is {
				count[name]++
			}
		}
		small := l.account.revenue < smallRevenueEUR
		revenues[small]++
		if l.revenue == 0 && small {
			count["small revenue"]++
		} else if l.revenue == 0 {
			count["other revenue"]++
		}
	}
	within(t, "employees", count["employees"], manyLeads, employeesMissing)
	within(t, "company_founded", count["founded"], manyLeads, foundedMissing)
	within(t, "seniority", count["seniority"], manyLeads, g.truth.seniority.missing)
	within(t, "tech_stack", count["tech"], manyLeads, g.truth.techStack.missing)
	within(t, "budget_stated", count["budget"], manyLeads, 1-budgetStated)
	within(t, "newsletter_opt_out", count["opt-out"], manyLeads, 1-optedOut)
	within(t, "small annual_revenue", count["small revenue"], revenues[true], revenueMissingSmall)
	within(t, "other annual_revenue", count["other revenue"], revenues[false], revenueMissingOther)
}

func TestAccountsAreSharedUnevenly(t *testing.T) {
	leads, _ := many(t, manyLeads, 7)
	sizes := map[int64]int{}
	companies := map[int64]account{}
	for _, l := range leads {
		sizes[l.account.number]++
		if first, ok := companies[l.account.number]; ok && first != *l.account {
			t.Fatalf("account %d is %v and %v", l.account.number, first, *l.account)
		}
		companies[l.account.number] = *l.account
	}
	single, largest := 0, 0
	var employees []int
	for number, n := range sizes {
		if n == 1 {
			single++
		}
		largest = max(largest, n)
		employees = append(employees, companies[number].employees)
	}
	if share := float64(single) / float64(len(sizes)); share < .65 || share > .80 || largest < 30 {
		t.Errorf("%.2f of the accounts have one lead, the largest has %d; want about 0.72 and at least 30", share, largest)
	}
	slices.Sort(employees)
	median, mean := employees[len(employees)/2], 0.0
	for _, n := range employees {
		mean += float64(n) / float64(len(employees))
	}
	if mean < 2*float64(median) {
		t.Errorf("employees have median %d and mean %.0f, want a long tail to the right", median, mean)
	}
}

func TestPoissonHasItsMeanAndVariance(t *testing.T) {
	s := newStream()
	for _, mean := range []float64{0, .3, 2, 9} {
		s.reset(1, forLead, int64(mean*10))
		const n = 100_000
		var sum, squares float64
		for range n {
			x := float64(s.poisson(mean))
			sum, squares = sum+x, squares+(x-mean)*(x-mean)
		}
		// The mean has standard error sqrt(mean/n), the variance sqrt((mean+2·mean²)/n); 4.5 of them.
		if got := sum / n; math.Abs(got-mean) > 4.5*math.Sqrt(mean/n) {
			t.Errorf("mean = %.4f, want %g", got, mean)
		}
		if got := squares / n; math.Abs(got-mean) > 4.5*math.Sqrt((mean+2*mean*mean)/n) {
			t.Errorf("variance = %.4f, want %g", got, mean)
		}
	}
}
