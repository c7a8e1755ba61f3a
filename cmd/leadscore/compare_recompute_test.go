package main

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"testing"
)

// capacityOf is so many leads in so many days, or a share.
type capacityOf struct{ leads, days, share float64 }

const z95 = 1.959963984540054

var names = [2]string{"model", "rules"}

// figures collects what the page must show.
type figures struct {
	w      map[string][]float64
	leads  []exported
	orders [2][]float64
	all    []int
	won    float64
}

func recompute(t *testing.T, leads []exported, fields []string, capacity capacityOf) map[string][]float64 {
	f := &figures{w: map[string][]float64{}, leads: leads, orders: ordersOf(leads)}
	for i, l := range leads {
		f.all, f.won = append(f.all, i), f.won+l.won
	}
	f.set("rows.counted", float64(len(leads)))
	f.set("rows.won", f.won)
	f.ranking()
	f.work(capacity)
	f.parting()
	f.scale()
	months := map[string][]int{}
	for i, l := range leads {
		months[l.at.UTC().Format("2006-01")] = append(months[l.at.UTC().Format("2006-01")], i)
	}
	labels := make([]string, 0, len(months))
	for label := range months {
		labels = append(labels, label)
	}
	sort.Strings(labels)
	for k, label := range labels {
		f.part(fmt.Sprintf("month.%d.", k), months[label])
	}
	for s, field := range fields {
		f.segment(s, field)
	}
	return f.w
}

func (f *figures) set(key string, values ...float64) { f.w[key] = values }

func (f *figures) ranking() {
	for k, name := range names {
		auc, low, high := slowAUC(f.orders[k], nil, f, f.all)
		f.set("auc."+name, 100*auc)
		f.set("auc."+name+".range", 100*math.Max(0, low), 100*math.Min(1, high))
	}
	d, low, high := slowAUC(f.orders[0], f.orders[1], f, f.all)
	f.set("auc.difference", 100*d)
	f.set("auc.difference.range", 100*low, 100*high)
	f.set("clustered.difference", 100*d)
	n := float64(len(f.leads))
	for _, share := range []float64{10, 20, 30} {
		key, k := fmt.Sprintf("top.%v.", share), math.Round(share/100*n)
		f.set(key+"leads", k)
		var chance [2][]float64
		for side, name := range names {
			chance[side] = f.chances(side, f.all, k)
			won := f.found(chance[side])
			f.set(key+"won."+name, won)
			f.set(key+"caught."+name, 100*won/f.won)
			f.set(key+"lift."+name, won/k/(f.won/n))
		}
		f.difference(key+"difference", chance, 1)
	}
}

// chances that each lead is among the best k of the rows.
func (f *figures) chances(side int, rows []int, k float64) []float64 {
	out := make([]float64, len(f.leads))
	for _, i := range rows {
		better, same := 0.0, 0.0
		for _, j := range rows {
			if f.orders[side][j] > f.orders[side][i] {
				better++
			} else if f.orders[side][j] == f.orders[side][i] {
				same++
			}
		}
		out[i] = math.Min(1, math.Max(0, (k-better)/same))
	}
	return out
}

func (f *figures) found(chance []float64) (won float64) {
	for i, c := range chance {
		won += c * f.leads[i].won
	}
	return won
}

// difference sums by account, with the range of a sum of independent accounts.
func (f *figures) difference(key string, chance [2][]float64, per float64) {
	sums := map[string]float64{}
	total := 0.0
	for i, l := range f.leads {
		account := l.account
		if account == "" {
			account = "alone " + l.id
		}
		v := (chance[0][i] - chance[1][i]) * l.won
		sums[account] += v
		total += v
	}
	n, square := float64(len(sums)), 0.0
	for _, v := range sums {
		square += (v - total/n) * (v - total/n)
	}
	spread := z95 * math.Sqrt(square)
	f.set(key, total/per)
	f.set(key+".range", (total-spread)/per, (total+spread)/per)
}

func (f *figures) work(c capacityOf) {
	periods := map[int][]int{0: f.all}
	k, count := math.Round(c.share*float64(len(f.leads))), 1.0
	if c.share == 0 {
		k, periods = c.leads, map[int][]int{}
		first := f.leads[0].at
		for _, l := range f.leads {
			if l.at.Before(first) {
				first = l.at
			}
		}
		for i, l := range f.leads {
			period := int(l.at.Sub(first).Hours() / 24 / c.days)
			periods[period] = append(periods[period], i)
			count = math.Max(count, float64(period+1))
		}
	}
	var chance [2][]float64
	for side, name := range names {
		chance[side] = make([]float64, len(f.leads))
		worked := 0.0
		for _, rows := range periods {
			for i, v := range f.chances(side, rows, k) {
				chance[side][i] += v
				worked += v
			}
		}
		won := f.found(chance[side])
		f.set("work.leads."+name, worked/count)
		f.set("work.won."+name, won/count)
		f.set("work.missed."+name, (f.won-won)/count)
	}
	f.difference("work.difference", chance, count)
	for name, times := range map[string]float64{"strict": 0.5, "capacity": 1, "lax": 2} {
		for side := range names {
			f.cutoff("cutoff."+name+".", side, math.Floor(times*k*count), count, periods)
		}
	}
}

// cutoff tries every threshold from above.
func (f *figures) cutoff(key string, side int, most, count float64, periods map[int][]int) {
	unit, eligible := 1000.0, func(l exported) bool { return true }
	value := func(l exported) float64 { return l.p }
	if side == 1 {
		unit, value = 1, func(l exported) float64 { return l.points }
		eligible = func(l exported) bool { return l.qualification != "excluded" && l.qualification != "fast_lane" }
	}
	pass := func(l exported, at float64) bool {
		return eligible(l) && value(l) >= at || side == 1 && l.qualification == "fast_lane"
	}
	steps := []float64{}
	for _, l := range f.leads {
		if eligible(l) {
			steps = append(steps, math.Floor(value(l)*unit+1e-9)/unit)
		}
	}
	slices.Sort(steps)
	steps = slices.Compact(steps)
	slices.Reverse(steps)
	chosen := steps[0]
	for _, at := range steps {
		n := 0.0
		for _, l := range f.leads {
			if pass(l, at) {
				n++
			}
		}
		if n > most {
			break
		}
		chosen = at
	}
	passed, won, busiest := 0.0, 0.0, 0.0
	for _, rows := range periods {
		here := 0.0
		for _, i := range rows {
			if pass(f.leads[i], chosen) {
				here, won = here+1, won+f.leads[i].won
			}
		}
		passed, busiest = passed+here, math.Max(busiest, here)
	}
	if side == 0 {
		f.set(key+"at.model", 100*chosen)
	} else {
		f.set(key+"at.rules", chosen)
	}
	f.set(key+"leads."+names[side], passed/count)
	f.set(key+"busiest."+names[side], busiest)
	f.set(key+"won."+names[side], won)
	f.set(key+"missed."+names[side], f.won-won)
	f.rate(key+"rate."+names[side], won, passed)
}

func (f *figures) rate(key string, won, n float64) {
	low, high := slowWilson(won, n, z95)
	f.set(key, 100*won/n)
	f.set(key+".range", 100*low, 100*high)
}

func slowWilson(won, n, z float64) (low, high float64) {
	// the two p at which (won/n − p)² = z² p (1 − p) / n
	a, b, c := 1+z*z/n, -(2*won/n + z*z/n), won*won/n/n
	root := math.Sqrt(math.Max(0, b*b-4*a*c))
	return math.Max(0, (-b-root)/2/a), math.Min(1, (-b+root)/2/a)
}

// newcombe is the range of a difference of two rates.
func newcombe(won1, n1, won2, n2 float64) (low, high float64) {
	l1, u1 := slowWilson(won1, n1, z95)
	l2, u2 := slowWilson(won2, n2, z95)
	p1, p2 := won1/n1, won2/n2
	return p1 - p2 - math.Sqrt((p1-l1)*(p1-l1)+(u2-p2)*(u2-p2)), p1 - p2 + math.Sqrt((u1-p1)*(u1-p1)+(p2-l2)*(p2-l2))
}

func (f *figures) parting() {
	won, n := map[string]float64{}, map[string]float64{}
	for _, q := range []string{"both_high", "rule_only", "model_only", "both_low"} {
		expected := 0.0
		var days []float64
		for _, l := range f.leads {
			if l.quadrant == q {
				n[q], won[q], expected = n[q]+1, won[q]+l.won, expected+l.p
				if !math.IsNaN(l.days) {
					days = append(days, l.days)
				}
			}
		}
		key := "quadrant." + q + "."
		f.set(key+"leads", n[q])
		f.set(key+"won", won[q])
		f.rate(key+"rate", won[q], n[q])
		f.set(key+"expected", expected)
		if len(days) > 0 {
			slices.Sort(days)
			f.set(key+"days", (days[(len(days)-1)/2]+days[len(days)/2])/2)
			k := coin(len(days))
			f.set(key+"days.range", days[k-1], days[len(days)-k])
		}
	}
	low, high := newcombe(won["model_only"], n["model_only"], won["rule_only"], n["rule_only"])
	f.set("parting.difference", 100*(won["model_only"]/n["model_only"]-won["rule_only"]/n["rule_only"]))
	f.set("parting.difference.range", 100*low, 100*high)
	order := slices.Clone(f.all)
	sort.SliceStable(order, func(a, b int) bool { return math.Abs(f.leads[order[a]].gap) > math.Abs(f.leads[order[b]].gap) })
	for k, i := range order[:20] {
		key, l := fmt.Sprintf("gap.%d.", k), f.leads[i]
		f.set(key+"probability", 100*l.p)
		f.set(key+"points", l.points)
		f.set(key+"rank.model", l.rankP)
		f.set(key+"rank.rules", l.rankPoints)
	}
	f.causes()
}

// coin is the least k, at least 1, for which at most k heads of n fair coins have a chance of 2.5 % or more.
func coin(n int) int {
	sum, term := 0.0, math.Pow(0.5, float64(n))
	for k := 0; ; k++ {
		if sum += term; sum >= 0.025 {
			return max(k, 1)
		}
		term *= float64(n-k) / float64(k+1)
	}
}

func (f *figures) causes() {
	type count struct{ leads, wrong, high, won float64 }
	counts := map[string]*count{}
	for _, l := range f.leads {
		if l.quadrant != "rule_only" && l.quadrant != "model_only" {
			continue
		}
		for _, c := range l.causes {
			key, high := "rule."+c.Name, l.quadrant == "rule_only"
			if c.Side == "model" {
				key, high = "field."+c.Name, l.quadrant == "model_only"
			}
			if counts[key] == nil {
				counts[key] = &count{}
			}
			n := counts[key]
			n.leads, n.won = n.leads+1, n.won+l.won
			if high {
				n.high++
			}
			if high == (l.won == 0) {
				n.wrong++
			}
		}
	}
	for key, n := range counts {
		f.set(key+".leads", n.leads)
		f.set(key+".wrong", n.wrong)
		f.set(key+".high", n.high)
		f.set(key+".won", n.won)
		f.rate(key+".rate", n.won, n.leads)
	}
}

// slowAUC compares every won with every not won lead, and gives DeLong's 95 % range, or that of few leads; with a second score it is the difference.
func slowAUC(score, other []float64, f *figures, rows []int) (auc, low, high float64) {
	var won, lost []int
	for _, i := range rows {
		if f.leads[i].won == 1 {
			won = append(won, i)
		} else {
			lost = append(lost, i)
		}
	}
	win := func(s []float64, i, k int) float64 {
		switch {
		case s == nil || s[i] < s[k]:
			return 0
		case s[i] == s[k]:
			return 0.5
		}
		return 1
	}
	byWon, byLost := make([]float64, len(won)), make([]float64, len(lost))
	for a, i := range won {
		for b, k := range lost {
			v := win(score, i, k) - win(other, i, k)
			byWon[a] += v / float64(len(lost))
			byLost[b] += v / float64(len(won))
		}
	}
	variance := func(x []float64) (mean, v float64) {
		for _, value := range x {
			mean += value / float64(len(x))
		}
		for _, value := range x {
			v += (value - mean) * (value - mean) / float64(len(x)-1)
		}
		return mean, v / float64(len(x))
	}
	auc, one := variance(byWon)
	_, two := variance(byLost)
	if min(len(won), len(lost)) < 10 {
		if other == nil {
			low, high = slowRangeOfFew(auc, float64(len(won)), float64(len(lost)))
			return auc, low, high
		}
		a, aLow, aHigh := slowAUC(score, nil, f, rows)
		b, bLow, bHigh := slowAUC(other, nil, f, rows)
		return auc, auc - math.Sqrt((a-aLow)*(a-aLow)+(bHigh-b)*(bHigh-b)), auc + math.Sqrt((aHigh-a)*(aHigh-a)+(b-bLow)*(b-bLow))
	}
	spread := z95 * math.Sqrt(one+two)
	return auc, auc - spread, auc + spread
}

// slowRangeOfFew looks at every area, a millionth apart, for the least and greatest that the one found is within 1.96 standard errors of (Newcombe's method 5).
func slowRangeOfFew(auc, won, lost float64) (low, high float64) {
	low, high = auc, auc
	each := (won+lost)/2 - 1
	for step := range 1_000_001 {
		area := float64(step) / 1e6
		q1, q2 := area/(2-area), 2*area*area/(1+area)
		variance := (area*(1-area) + each*(q1-area*area) + each*(q2-area*area)) / (won * lost)
		if math.Abs(auc-area) <= z95*math.Sqrt(variance) {
			low, high = min(low, area), max(high, area)
		}
	}
	return low, high
}
