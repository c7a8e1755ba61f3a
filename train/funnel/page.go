package funnel

import (
	"fmt"
	"io"
	"math"
	"strings"

	"leadscore/models/metrics"
	"leadscore/train/report/chart"
	"leadscore/train/report/page"
)

// WritePage writes the report as one HTML file; code is the program and its revision.
func WritePage(w io.Writer, f *Funnel, code string) error {
	p := &page.Page{
		Title:    "From the score to the deal",
		Subtitle: fmt.Sprintf("%s, followed until %s.", page.Plural(f.Leads, "lead", "leads"), f.AsOf[:10]),
		Footer:   fmt.Sprintf("Made by %s. Ranges in brackets are 95 %% intervals.", code),
	}
	for _, v := range f.Verdicts {
		p.Verdicts = append(p.Verdicts, page.Verdict{Tone: page.Tone(v.Tone), Text: v.Text})
	}
	for _, section := range []*page.Section{f.funnelSection(), f.responseSection(), f.monthsSection(), f.feedbackSection(), f.reasonsSection(), f.waysSection(), f.needsSection(), f.leadsSection()} {
		if section != nil {
			p.Sections = append(p.Sections, *section)
		}
	}
	return page.Write(w, p)
}

func cell(key, text string) page.Cell { return page.Cell{Text: text, Key: key} }

func rateCell(key string, e *metrics.Estimate) page.Cell {
	if e == nil {
		return page.Cell{Text: page.None}
	}
	return page.Cell{Text: page.Percent(e.Value, 1), Under: page.PercentInterval(*e, 1), Key: key, UnderKey: key + ".range"}
}

func medianCell(key string, m *Median) page.Cell {
	if m == nil {
		return page.Cell{Text: "not reached"}
	}
	bound := func(v *float64) string {
		if v == nil {
			return "not reached"
		}
		return page.Number(*v, 1)
	}
	return page.Cell{Text: page.Number(m.Value, 1), Under: "[" + bound(m.Low) + ", " + bound(m.High) + "]", Key: key, UnderKey: key + ".range"}
}

// ratesOf draws rates with their intervals in rows.
func ratesOf(id, title string, rows []string, rates []*metrics.Estimate) page.Figure {
	r := &chart.Ranges{ID: id, Title: title, Rows: rows, X: chart.Axis{Label: "share, with 95 % interval", High: 1, Percent: true}, Series: []chart.Range{{Style: chart.First}}}
	top := 0.0
	for i, e := range rates {
		s := &r.Series[0]
		if e == nil {
			s.At, s.Low, s.High = append(s.At, math.NaN()), append(s.Low, math.NaN()), append(s.High, math.NaN())
			continue
		}
		s.At, s.Low, s.High = append(s.At, e.Value), append(s.Low, e.Low), append(s.High, e.High)
		top = max(top, e.High)
		r.Desc += fmt.Sprintf("%s: %s. ", rows[i], percent(*e))
	}
	if top <= 0.5 {
		r.X.High = max(0.1, math.Ceil(top*10)/10)
	}
	return page.Figure{Title: title, SVG: r.SVG()}
}

// funnelSection shows how many leads come how far.
func (f *Funnel) funnelSection() *page.Section {
	s := &page.Section{ID: "funnel", Title: "How far leads come",
		Intro: "A step counts from the moment a lead enters a stage. It is done when the lead enters the next, or ends when sales rejects the lead or loses it. A lead that is still under way is no failure: the rate says what share gets there within a fixed time, also for leads too young to have had that time. A stage that was left out on the way up counts as passed; a way back takes nothing back."}
	s.Blocks = append(s.Blocks, page.Block{Figures: []page.Figure{f.bars()}})
	t := &page.Table{Caption: "Steps", Columns: []page.Column{{Title: "Step"}, {Title: "Leads", Under: "that entered"}, {Title: "Done", Under: "so far"}, {Title: "Ended", Under: "rejected or lost first"}, {Title: "Waiting"},
		{Title: "Rate", Under: "done in time"}, {Title: "Within", Under: "days"}, {Title: "Half of those by", Under: "days"}, {Title: "Target"}}}
	for _, row := range f.rows() {
		c, target := row.c, page.None
		if c.Target != nil {
			target = c.Target.words()
		}
		rate := rateCell("rate."+c.Name, c.Rate)
		if c.Rate != nil && !c.Mature {
			rate.Under += " so far"
		}
		t.Rows = append(t.Rows, []page.Cell{{Text: row.words}, cell("entered."+c.Name, page.Count(c.Entered)), cell("reached."+c.Name, page.Count(c.Reached)), {Text: page.Count(c.Ended)},
			{Text: page.Count(c.Waiting)}, rate, {Text: page.Number(c.WithinDays, 0)}, medianCell("days."+c.Name, c.Days), {Text: target}})
	}
	s.Blocks = append(s.Blocks, page.Block{Table: t})
	stay := &page.Table{Caption: "Velocity: days in a stage until it is left, to wherever", Columns: []page.Column{{Title: "Stage"}, {Title: "Leads"}, {Title: "Median", Under: "days"}}}
	for _, v := range f.Stay {
		days := medianCell("stay."+v.Stage, v.Days)
		if v.Leads == 0 {
			days.Text = page.None
		}
		stay.Rows = append(stay.Rows, []page.Cell{{Text: v.Stage}, {Text: page.Count(v.Leads)}, days})
	}
	stay.Rows = append(stay.Rows, []page.Cell{{Text: "sales cycle: " + f.Cycle.From + " to the closing"}, {Text: page.Count(f.Cycle.Leads)}, medianCell("cycle", f.Cycle.Close)})
	s.Blocks = append(s.Blocks, page.Block{Table: stay}, page.Block{Note: strings.ReplaceAll(f.movesWords(), "\n", " ")})
	return s
}

func (f *Funnel) movesWords() string {
	return fmt.Sprintf("%s, %s, %s.", page.Plural(f.Skips, "stage was skipped", "stages were skipped"), page.Plural(f.Returns, "lead went back to a lower stage", "times a lead went back to a lower stage"),
		page.Plural(f.Recycled, "lead was handed over again after a rejection", "leads were handed over again after a rejection"))
}

// bars draws the number of leads at each stage.
func (f *Funnel) bars() page.Figure {
	names, counts := []string{"leads"}, []int{f.Leads}
	hand := f.Process.handOver()
	for k := range f.Steps {
		names, counts = append(names, f.Steps[k].From), append(counts, f.Steps[k].Entered)
		if k == hand {
			names, counts = append(names, "accepted"), append(counts, f.Accepted.Reached)
		}
	}
	won := 0
	for _, w := range f.Ways {
		won += w.Won
	}
	names, counts = append(names, "won"), append(counts, won)
	r := &chart.Ranges{ID: "funnel-bars", Title: "Leads by the stage that they reached", Rows: names, X: chart.Axis{Label: "leads", High: max(1, 1.05*float64(f.Leads))}, Series: []chart.Range{{Style: chart.First}}}
	for k, name := range names {
		series, count := &r.Series[0], float64(counts[k])
		series.At, series.Low, series.High = append(series.At, count), append(series.Low, 0), append(series.High, count)
		r.Desc += fmt.Sprintf("%s %d. ", name, counts[k])
	}
	return page.Figure{Title: r.Title, SVG: r.SVG(), Caption: "All wins are counted, those of leads that were never handed over too."}
}

// responseSection shows how soon sales answers.
func (f *Funnel) responseSection() *page.Section {
	a := f.Response
	if a == nil {
		return nil
	}
	hours := "hours"
	if a.Hours != "" {
		hours = "working hours"
	}
	s := &page.Section{ID: "response", Title: "How soon sales answers",
		Intro: fmt.Sprintf("From the hand-over to the first answer: accepted, rejected, moved on or won. Agreed is %.3g %s. Leads that still wait count as waiting, those lost without an answer as never answered.", a.WithinHours, hours)}
	if a.Hours != "" {
		s.Intro += " The hours that count are " + a.Hours + "."
	}
	curve := &chart.Plot{ID: "response-curve", Title: "Answered by then", X: chart.Axis{Label: hours + " since the hand-over", High: a.Curve[len(a.Curve)-1].Hours}, Y: chart.Axis{Label: "share of the leads", High: 1, Percent: true}}
	line, band := chart.Line{Name: "answered", Style: chart.First}, chart.Band{Name: "95 % interval", Style: chart.First}
	for _, p := range a.Curve {
		line.Points = append(line.Points, chart.Point{X: p.Hours, Y: p.Rate.Value})
		band.X, band.Low, band.High = append(band.X, p.Hours), append(band.Low, p.Rate.Low), append(band.High, p.Rate.High)
	}
	agreed := chart.Line{Name: "agreed", Style: chart.Quiet, Points: []chart.Point{{X: a.WithinHours}, {X: a.WithinHours, Y: 1}}}
	curve.Bands, curve.Lines = []chart.Band{band}, []chart.Line{line, agreed}
	curve.Desc = fmt.Sprintf("Within the %.3g hours agreed %s are answered.", a.WithinHours, percent(a.Rate))
	figures := []page.Figure{{Title: curve.Title, SVG: curve.SVG(), Key: curve.Key()}}
	if len(a.Months) > 1 {
		names, rates := lastMonths(len(a.Months), func(k int) (string, *metrics.Estimate) { return a.Months[k].Name, &a.Months[k].Rate })
		figures = append(figures, ratesOf("response-months", "Answered in time, by month of the hand-over", names, rates))
	}
	s.Blocks = append(s.Blocks, page.Block{Figures: figures})
	t := &page.Table{Caption: "By owner", Columns: []page.Column{{Title: "Owner"}, {Title: "Leads"}, {Title: "In time"}, {Title: "Median", Under: hours}}}
	t.Rows = append(t.Rows, []page.Cell{{Text: "all"}, cell("response.leads", page.Count(a.Leads)), rateCell("response.rate", &a.Rate), medianCell("response.median", a.MedianHours)})
	for i := range a.Owners {
		o := &a.Owners[i]
		t.Rows = append(t.Rows, []page.Cell{{Text: o.Name}, {Text: page.Count(o.Leads)}, rateCell("response.rate."+o.Name, &o.Rate), medianCell("response.median."+o.Name, o.MedianHours)})
	}
	s.Blocks = append(s.Blocks, page.Block{Table: t}, page.Block{Note: fmt.Sprintf("%s lost without an answer; %s for one now, %d of them longer than agreed.",
		page.Plural(a.LostFirst, "lead was", "leads were"), page.Plural(a.Waiting, "waits", "wait"), a.Overdue)})
	return s
}

// shownMonths is how many months a figure shows, the newest.
const shownMonths = 12

func lastMonths(n int, of func(k int) (string, *metrics.Estimate)) (names []string, rates []*metrics.Estimate) {
	for k := max(0, n-shownMonths); k < n; k++ {
		name, rate := of(k)
		names, rates = append(names, name), append(rates, rate)
	}
	return names, rates
}

// monthsSection shows the steps by the month in which they began.
func (f *Funnel) monthsSection() *page.Section {
	s := &page.Section{ID: "months", Title: "Month by month",
		Intro: "Each month holds the leads that entered the stage in it. A month marked * is too young: not all of its leads have had the whole time yet, so its rate rests on those that have, and its interval is wider. In one marked so far no lead has had it: the rate is what was reached until now, and the interval holds all that may still come."}
	hand := f.Process.handOver()
	var figures []page.Figure
	for _, c := range []*Conversion{f.ToLead, &f.Steps[hand], f.Accepted} {
		if len(c.Months) < 2 {
			continue
		}
		names, rates := lastMonths(len(c.Months), func(k int) (string, *metrics.Estimate) {
			m := &c.Months[k]
			switch {
			case m.SoFar:
				return m.Month + " so far", &m.Rate
			case !m.Mature:
				return m.Month + "*", &m.Rate
			}
			return m.Month, &m.Rate
		})
		figures = append(figures, ratesOf("months-"+c.Name, fmt.Sprintf("%s to %s within %.0f days", c.From, c.To, c.WithinDays), names, rates))
	}
	if len(figures) == 0 {
		return nil
	}
	s.Blocks = append(s.Blocks, page.Block{Figures: figures})
	return s
}
