package funnel

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/rules"
)

// team is a history that is made lead by lead, all created on 1 January 2026 and handed over on the 2nd.
type team struct {
	leads, stages strings.Builder
	scored        *Scored
	count         int
}

func newTeam() *team {
	t := &team{scored: &Scored{Model: "deals/v1", Rules: "book-1", LearnedUntil: features.NoTime}}
	t.leads.WriteString("id,created,closed,outcome\n")
	t.stages.WriteString("lead,time,stage,reason\n")
	return t
}

// add makes leads alike; answer is accepted, rejected, empty (handed over, no answer) or never (not handed over).
func (m *team) add(n int, answer, outcome string, probability, points float64, q rules.Qualification, quadrant models.Quadrant) {
	for range n {
		id := fmt.Sprintf("L%d", m.count)
		m.count++
		closed := ""
		if outcome != "open" {
			closed = "2026-03-01"
		}
		fmt.Fprintf(&m.leads, "%s,2026-01-01,%s,%s\n", id, closed, outcome)
		if answer != "never" {
			fmt.Fprintf(&m.stages, "%s,2026-01-02,mql,\n", id)
			if answer != "" {
				reason := ""
				if answer == "rejected" {
					reason = "too small"
				}
				fmt.Fprintf(&m.stages, "%s,2026-01-03,%s,%s\n", id, answer, reason)
			}
		}
		s := m.scored
		s.Known, s.Learned = append(s.Known, true), append(s.Learned, false)
		s.Probability, s.Points = append(s.Probability, probability), append(s.Points, points)
		s.Grade, s.Qualification, s.Quadrant = append(s.Grade, "B2"), append(s.Qualification, q), append(s.Quadrant, quadrant)
	}
}

func (m *team) compute(t *testing.T) *Funnel {
	t.Helper()
	ctx, dir := context.Background(), t.TempDir()
	file := func(name, text string) []string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return []string{path}
	}
	schema, err := features.ParseSchema("schema.yaml", []byte("version: 1\nlead: {id: id, created: created, closed: closed}\noutcome: {column: outcome, won: [won], lost: [lost]}\nfields: [{name: any, kind: category}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	schema.Fields = nil
	table, _, err := features.ReadLeads(ctx, schema, file("leads.csv", m.leads.String()), features.ReadOptions{Outcome: true, NoFields: true})
	if err != nil {
		t.Fatal(err)
	}
	p := DefaultProcess()
	log, _, err := features.ReadStages(ctx, schema, file("stages.csv", m.stages.String()), table, features.StageColumns{}, p.Known(), features.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	f, err := Compute(ctx, &Input{Table: table, Log: log, Process: p, AsOf: features.MicrosOf(table.Created.At(0).Time().AddDate(0, 8, 0)), Since: features.NoTime, Scored: m.scored})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// says tells whether a remark with all the words has the tone.
func says(f *Funnel, tone string, words ...string) bool {
	for _, v := range f.Verdicts {
		all := v.Tone == tone
		for _, w := range words {
			all = all && strings.Contains(v.Text, w)
		}
		if all {
			return true
		}
	}
	return false
}

func TestFeedbackByHand(t *testing.T) {
	m := newTeam()
	m.add(20, "accepted", "won", .8, 50, rules.MQL, models.BothHigh)
	m.add(10, "rejected", "lost", .7, 60, rules.MQL, models.BothHigh)
	m.add(20, "accepted", "lost", .3, 10, rules.Nurture, models.BothLow)
	m.add(10, "rejected", "lost", .1, 20, rules.FastLane, models.BothLow)
	m.add(40, "never", "lost", .05, 5, rules.Nurture, models.BothLow)
	f := m.compute(t)
	b := f.Feedback
	got := map[string][6]int{}
	for _, q := range b.Qualification {
		got[q.Name] = [6]int{q.Leads, q.HandedOver, q.Accepted, q.Rejected, q.Closed, q.Won}
	}
	want := map[string][6]int{"mql": {30, 30, 20, 10, 30, 20}, "nurture": {60, 20, 20, 0, 60, 0}, "fast_lane": {10, 10, 0, 10, 10, 0}, "held": {}, "excluded": {}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// Of 60 handed over the fifths are of 12, but leads of one probability stay together: 10 of .1 and 20 of .3 come first.
	var sizes []int
	for _, band := range b.Probability {
		sizes = append(sizes, band.Leads)
	}
	if diff := cmp.Diff([]int{30, 10, 20}, sizes); diff != "" {
		t.Error(diff)
	}
	// Accepted .8 ×20, .3 ×20; rejected .7 ×10, .1 ×10. Of 800 pairs .8 beats all 400, .3 beats 200 of .1: AUC 0.75. By points 50 and 10 against 60 and 20: 50 beats 20: 200 of 800, 0.25.
	r := b.Ranking
	if r.Leads != 60 || r.Accepted != 40 || !r.Unlearned || math.Abs(r.Model.Value-0.75) > 1e-12 || math.Abs(r.Rules.Value-0.25) > 1e-12 || math.Abs(r.Difference.Value-0.5) > 1e-12 || r.Difference.Low <= 0 {
		t.Errorf("ranking: %+v %+v %+v", r, r.Model, r.Rules)
	}
	if len(b.RejectedHigh) != 10 || b.Against != (Against{10, 20}) || b.RejectedHigh[0].Reason != "too small" || b.RejectedHigh[0].Probability != .7 || b.RejectedHigh[0].Outcome != "lost" {
		t.Errorf("rejected despite high scores: %+v", b.RejectedHigh)
	}
	if len(b.AcceptedLow) != 10 || b.AcceptedLow[0].Probability != .3 || b.AcceptedLow[0].Reason != "" {
		t.Errorf("accepted despite low scores: %+v", b.AcceptedLow)
	}
	// No stage says fast lane, so the rules do.
	for _, w := range f.Ways {
		if w.Way == ByFastLane && w.Leads != 10 || w.Way == ByHandOver && w.Leads != 50 {
			t.Errorf("%+v", w)
		}
	}
}

func TestTooStrictAndTooLax(t *testing.T) {
	t.Run("the hand-over picks the better leads", func(t *testing.T) {
		m := newTeam()
		m.add(30, "accepted", "won", .6, 50, rules.MQL, models.BothHigh)
		m.add(30, "accepted", "lost", .6, 50, rules.MQL, models.BothHigh)
		m.add(5, "never", "won", .1, 5, rules.Nurture, models.BothLow)
		m.add(95, "never", "lost", .1, 5, rules.Nurture, models.BothLow)
		if f := m.compute(t); !says(f, "good", "5 of 35 wins", "never handed over", "picks the better leads") {
			t.Errorf("%+v", f.Verdicts)
		}
	})
	t.Run("most wins pass it by", func(t *testing.T) {
		m := newTeam()
		m.add(10, "accepted", "won", .6, 50, rules.MQL, models.BothHigh)
		m.add(90, "never", "won", .3, 5, rules.Nurture, models.BothLow)
		m.add(110, "never", "lost", .3, 5, rules.Nurture, models.BothLow)
		m.add(2, "accepted", "lost", .6, 50, rules.MQL, models.BothHigh)
		f := m.compute(t)
		if !says(f, "bad", "90 of 100 wins", "too strict. Lower the threshold") || !says(f, "bad", "By the rules 90 of 100 wins", "most wins are below it: too strict") {
			t.Errorf("%+v", f.Verdicts)
		}
	})
	t.Run("it is blind", func(t *testing.T) {
		m := newTeam()
		m.add(10, "accepted", "won", .6, 50, rules.MQL, models.BothHigh)
		m.add(40, "rejected", "lost", .6, 50, rules.MQL, models.BothHigh)
		m.add(20, "never", "won", .3, 5, rules.Nurture, models.BothLow)
		m.add(80, "never", "lost", .3, 5, rules.Nurture, models.BothLow)
		if f := m.compute(t); !says(f, "bad", "20 of 30 wins", "too strict, or blind") {
			t.Errorf("%+v", f.Verdicts)
		}
	})
	t.Run("the lowest fifth is handed over for nothing", func(t *testing.T) {
		m := newTeam()
		m.add(40, "rejected", "lost", .05, 50, rules.MQL, models.BothHigh)
		m.add(80, "accepted", "won", .6, 50, rules.MQL, models.BothHigh)
		m.add(80, "accepted", "lost", .6, 50, rules.MQL, models.BothHigh)
		m.add(40, "never", "won", .3, 5, rules.Nurture, models.BothLow)
		m.add(160, "never", "lost", .3, 5, rules.Nurture, models.BothLow)
		if f := m.compute(t); !says(f, "bad", "probability up to 5 %", "was won in 0 %", "never handed over in 20 %", "handing it over is too lax") {
			t.Errorf("%+v", f.Verdicts)
		}
	})
	t.Run("few leads say nothing", func(t *testing.T) {
		m := newTeam()
		m.add(4, "accepted", "won", .6, 50, rules.MQL, models.BothHigh)
		m.add(3, "never", "won", .3, 5, rules.Nurture, models.BothLow)
		f := m.compute(t)
		if !says(f, "unclear", "3 of 7 wins", "too few leads of either kind") || !says(f, "unclear", "is not shown: 4 leads were answered") || f.Feedback.Ranking.Model != nil {
			t.Errorf("%+v", f.Verdicts)
		}
	})
	t.Run("many rejections are below the target", func(t *testing.T) {
		m := newTeam()
		m.add(100, "rejected", "lost", .1, 5, rules.MQL, models.BothLow)
		if f := m.compute(t); !says(f, "bad", "mql to sql: 0 %", "below it", "too lax") {
			t.Errorf("%+v", f.Verdicts)
		}
	})
}

func TestReview(t *testing.T) {
	make := func(learned string, won, lost int) *Funnel {
		m := newTeam()
		m.add(won, "accepted", "won", .6, 50, rules.MQL, models.BothHigh)
		m.add(lost, "accepted", "lost", .6, 50, rules.MQL, models.BothHigh)
		m.scored.LearnedUntil, _ = features.ParseTime(learned, "", nil)
		return m.compute(t)
	}
	for _, test := range []struct {
		learned          string
		won, lost        int
		due, enough      bool
		tone, words      string
		wonSince, closed int
	}{
		{"2026-02-01T00:00:00Z", 25, 30, true, true, "bad", "25 won and 30 lost deals came since. The review every 91 days is due: leadscore compare", 25, 30},
		{"2026-02-01T00:00:00Z", 25, 3, true, false, "unclear", "it takes 20 won and 20 lost deals", 25, 3},
		{"2026-07-01T00:00:00Z", 25, 30, false, false, "good", "62 days ago; 0 won and 0 lost deals came since. The next review is due in 29 days", 0, 0},
	} {
		f := make(test.learned, test.won, test.lost)
		if r := f.Review; r.Due != test.due || r.Enough != test.enough || r.WonSince != test.wonSince || r.LostSince != test.closed || !says(f, test.tone, test.words) {
			t.Errorf("%s: %+v %+v", test.learned, r, f.Verdicts)
		}
	}
}

// --since narrows the leads that are followed, not the deals that the model is held against.
func TestReviewCountsLeadsFromBeforeSince(t *testing.T) {
	m := newTeam()
	m.add(25, "accepted", "won", .6, 50, rules.MQL, models.BothHigh)
	m.scored.LearnedUntil, _ = features.ParseTime("2026-02-01", "", time.UTC)
	f := m.compute(t)
	narrowed := &follower{in: f.in, p: f.in.Process, asOf: f.in.AsOf, leads: f.journeys[:1], out: &Funnel{}}
	if narrowed.review(); narrowed.out.Review.WonSince != 25 {
		t.Errorf("%+v", narrowed.out.Review)
	}
}

// Leads that the version has learned from are not asked whether it ranks, where there are enough others.
func TestRankingLeavesOutWhatWasLearned(t *testing.T) {
	m := newTeam()
	m.add(15, "accepted", "won", .9, 50, rules.MQL, models.BothHigh)
	m.add(15, "rejected", "lost", .1, 5, rules.MQL, models.BothLow)
	for i := range m.scored.Learned {
		m.scored.Learned[i] = true
	}
	if r := m.compute(t).Feedback.Ranking; r.Unlearned || r.Leads != 30 || r.Model.Value != 1 {
		t.Errorf("no others: %+v", r)
	}
	m.add(12, "accepted", "won", .2, 5, rules.MQL, models.BothLow)
	m.add(12, "rejected", "lost", .4, 50, rules.MQL, models.BothHigh)
	if r := m.compute(t).Feedback.Ranking; !r.Unlearned || r.Leads != 24 || r.Model.Value != 0 {
		t.Errorf("enough others: %+v", r)
	}
}
