package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestEveryPrintedNumber recomputes the figures of a written page from the vectors, by slow and plain code of its own. A data-figure that no
// recomputation knows fails the test.
func TestEveryPrintedNumber(t *testing.T) {
	e := made(t, 400, true)
	text := written(t, e)
	want := recomputed(e)
	matches := figureText.FindAllStringSubmatch(text, -1)
	if len(matches) < 200 {
		t.Fatalf("only %d figures on the page", len(matches))
	}
	for _, m := range matches {
		key, got := m[1], m[2]
		if strings.HasPrefix(key, "clustered.") { // random: held to another program's in models/metrics
			continue
		}
		value, known := want[key]
		if !known {
			t.Errorf("figure %q = %s is recomputed nowhere", key, got)
			continue
		}
		if !shows(got, value) {
			t.Errorf("figure %q = %s, want %.8g", key, got, value)
		}
	}
}

// shows says that a printed number is the value, rounded to its decimals; an interval is held by its first bound.
func shows(printed string, value float64) bool {
	printed = strings.NewReplacer("−", "-", ",", "", "\u00a0", "", "%", "", "[", "", "]", "").Replace(printed)
	percent := strings.Contains(printed, "%")
	first, _, _ := strings.Cut(strings.TrimSpace(printed), " ")
	got, err := strconv.ParseFloat(first, 64)
	if err != nil || percent {
		return false
	}
	_, decimals, _ := strings.Cut(first, ".")
	return math.Abs(got-value) <= 0.5000001*math.Pow(10, -float64(len(decimals)))
}

// recomputed gives every figure by its key; shares as percentages where the page prints them so.
func recomputed(e *Evidence) map[string]float64 {
	w := map[string]float64{
		"rows.read": float64(e.Training.Rows), "rows.used": float64(e.Training.Used), "rows.won": float64(e.Training.Won),
		"rows.newest": float64(e.Validation.Leads), "rows.past": float64(e.Validation.Past),
	}
	for reason, n := range e.Training.LeftOut {
		w["rows.out."+reason] = float64(n)
	}
	for _, m := range e.Months {
		w["month.rate."+m.Month] = 100 * float64(m.Won) / float64(m.Used)
	}
	all := make([]int, len(e.Wins))
	for i := range all {
		all[i] = i
	}
	for _, s := range e.Scores {
		scoreFigures(w, e, s, all)
	}
	for _, other := range e.Scores[1:] {
		d := slowAUC(e.Scores[0].Ranking, e.Wins, all) - slowAUC(other.Ranking, e.Wins, all)
		w["difference."+other.Name] = d
		w["delong."+other.Name] = d - 1.959964*slowDeLong(e.Scores[0].Ranking, other.Ranking, e.Wins)
	}
	for _, k := range []int{9, 19, 29, 39, 59} {
		at := slowThreshold(e.Wins, k)
		w[fmt.Sprintf("benefit.all.%d", k)] = 1000 * slowBenefit(e.Wins, func(int) bool { return true }, at)
	}
	bandFigures(w, e)
	for i, f := range e.Fields {
		var values, weights []float64
		for _, b := range f.Bins {
			values, weights = append(values, b.LogOdds), append(weights, float64(b.Leads))
		}
		w[fmt.Sprintf("importance.%d", i)] = slowDeviation(values, weights)
	}
	months := map[string][]int{}
	var labels []string
	for i, at := range e.Times {
		label := time.UnixMicro(at).UTC().Format("2006-01")
		if months[label] == nil {
			labels = append(labels, label)
		}
		months[label] = append(months[label], i)
	}
	slices.Sort(labels)
	for k, label := range labels {
		partFigures(w, e, fmt.Sprintf("month.%d.", k), months[label])
	}
	for k := range e.Segments[0].Levels {
		var rows []int
		for i, of := range e.Segments[0].Of {
			if of == k {
				rows = append(rows, i)
			}
		}
		partFigures(w, e, fmt.Sprintf("segment.0.%d.", k), rows)
	}
	return w
}

func scoreFigures(w map[string]float64, e *Evidence, s Score, all []int) {
	n := float64(len(all))
	won, expected, loss, brier, precision := 0.0, 0.0, 0.0, 0.0, 0.0
	for i, win := range e.Wins {
		p := s.Predictions[i]
		won, expected = won+win, expected+p
		loss -= win*math.Log(p) + (1-win)*math.Log(1-p)
		brier += (p - win) * (p - win)
		if win == 1 {
			above, aboveWon := 0.0, 0.0
			for j := range all {
				if s.Ranking[j] >= s.Ranking[i] {
					above, aboveWon = above+1, aboveWon+e.Wins[j]
				}
			}
			precision += aboveWon / above
		}
	}
	rate := won / n
	null := -n * (rate*math.Log(rate) + (1-rate)*math.Log(1-rate))
	w["auc."+s.Name], w["log_loss."+s.Name], w["brier."+s.Name] = slowAUC(s.Ranking, e.Wins, all), loss/n, brier/n
	w["pr_auc."+s.Name], w["brier_skill."+s.Name] = precision/won, 1-brier/n/(rate*(1-rate))
	w["nagelkerke."+s.Name] = (1 - math.Exp(-2*(null-loss)/n)) / (1 - math.Exp(-2*null/n))
	w["ratio."+s.Name] = expected / won
	w["intercept."+s.Name], w["slope."+s.Name] = slowCalibration(s.Predictions, e.Wins)
	curve := slowCurve(s.Predictions, e.Wins)
	slices.Sort(curve)
	sum := 0.0
	for _, v := range curve {
		sum += v
	}
	at := func(share float64) float64 {
		place := share * (n - 1)
		low := int(place)
		return curve[low] + (place-float64(low))*(curve[min(low+1, len(curve)-1)]-curve[low])
	}
	w["ici."+s.Name], w["e50."+s.Name], w["e90."+s.Name], w["emax."+s.Name] = sum/n, at(0.5), at(0.9), curve[len(curve)-1]
	w["smooth_ece."+s.Name] = slowSmoothECE(s.Predictions, e.Wins)
	for _, k := range []int{9, 19, 29, 39, 59} {
		t := slowThreshold(e.Wins, k)
		w[fmt.Sprintf("benefit.%s.%d", s.Name, k)] = 1000 * slowBenefit(e.Wins, func(i int) bool { return s.Predictions[i] >= t }, t)
	}
	tenthFigures(w, e, s)
	capacityFigures(w, e, s)
}

// chanceAbove is the chance that a lead is among the best k of the rows, its ties drawn by lot.
func chanceAbove(score []float64, rows []int, i, k int) float64 {
	better, same := 0, 0
	for _, j := range rows {
		if score[j] > score[i] {
			better++
		} else if score[j] == score[i] {
			same++
		}
	}
	return math.Min(1, math.Max(0, float64(k-better)/float64(same)))
}

func tenthFigures(w map[string]float64, e *Evidence, s Score) {
	n := len(e.Wins)
	all := make([]int, n)
	total := 0.0
	for i := range all {
		all[i] = i
		total += e.Wins[i]
	}
	caught := 0.0
	for d := range 10 {
		from, to := d*n/10, (d+1)*n/10
		won, predicted := 0.0, 0.0
		for i := range all {
			chance := chanceAbove(s.Ranking, all, i, to) - chanceAbove(s.Ranking, all, i, from)
			won, predicted = won+chance*e.Wins[i], predicted+chance*s.Predictions[i]
		}
		size := float64(to - from)
		caught += won
		key := fmt.Sprintf("tenth.%s.%d.", s.Name, d+1)
		w[key+"expected"], w[key+"won"], w[key+"rate"] = 100*predicted/size, won, 100*won/size
		w[key+"lift"], w[key+"caught"] = won/size/(total/float64(n)), 100*caught/total
	}
}

func capacityFigures(w map[string]float64, e *Evidence, s Score) {
	weeks := map[int64][]int{}
	first := slices.Min(e.Times)
	for i, t := range e.Times {
		week := (t - first) / (7 * 24 * time.Hour.Microseconds())
		weeks[week] = append(weeks[week], i)
	}
	leads, won, total := 0.0, 0.0, 0.0
	for _, rows := range weeks {
		leads += float64(min(len(rows), e.Capacity.Leads))
		for _, i := range rows {
			won += chanceAbove(s.Ranking, rows, i, e.Capacity.Leads) * e.Wins[i]
			total += e.Wins[i]
		}
	}
	w["capacity.leads."+s.Name], w["capacity.won."+s.Name] = leads, won
	w["capacity.precision."+s.Name], w["capacity.caught."+s.Name] = 100*won/leads, 100*won/total
}

func bandFigures(w map[string]float64, e *Evidence) {
	score := e.Scores[0].Ranking
	n := len(score)
	for k, cut := range [][2]float64{{0, 0.2}, {0.2, 0.4}, {0.4, 1}} {
		var leads, won float64
		var days []float64
		for i := range score {
			better := 0
			for j := range score {
				if score[j] > score[i] {
					better++
				}
			}
			if better < int(cut[0]*float64(n)+0.5) || better >= int(cut[1]*float64(n)+0.5) {
				continue
			}
			leads, won = leads+1, won+e.Wins[i]
			if e.Days[i] >= 0 {
				days = append(days, e.Days[i])
			}
		}
		slices.Sort(days)
		key := fmt.Sprintf("band.%d.", k)
		w[key+"leads"], w[key+"won"], w[key+"rate"] = leads, won, 100*won/leads
		w[key+"median"] = (days[(len(days)-1)/2] + days[len(days)/2]) / 2
	}
}

func partFigures(w map[string]float64, e *Evidence, key string, rows []int) {
	won, expected := 0.0, 0.0
	for _, i := range rows {
		won, expected = won+e.Wins[i], expected+e.Scores[0].Predictions[i]
	}
	w[key+"leads"], w[key+"won"], w[key+"rate"], w[key+"ratio"] = float64(len(rows)), won, 100*won/float64(len(rows)), expected/won
	for _, s := range e.Scores {
		w[key+"auc."+s.Name] = slowAUC(s.Ranking, e.Wins, rows)
	}
}
