package funnel

import (
	"fmt"
	"maps"
	"slices"

	"leadscore/models/metrics"
	"leadscore/train/report/page"
)

// feedbackSection shows whether the scores' thresholds are too strict or too lax.
func (f *Funnel) feedbackSection() *page.Section {
	s := &page.Section{ID: "feedback", Title: "Too strict or too lax",
		Intro: "Too strict: leads are won that the hand-over never sent to sales. Too lax: leads are sent that sales rejects or loses. Both show where the win rate of a group does not fit its place: high among those never handed over, low among those that were."}
	var names []string
	var rates []*metrics.Estimate
	for i := range f.Ways {
		if w := &f.Ways[i]; w.Closed > 0 {
			names, rates = append(names, wayWords(w.Way)), append(rates, w.Rate)
		}
	}
	figures := []page.Figure{ratesOf("wins-ways", "Won of the closed, by way to sales", names, rates)}
	b := f.Feedback
	if b == nil {
		s.Blocks = append(s.Blocks, page.Block{Figures: figures}, page.Block{Note: "With a version's scores (--store, --model) this section shows which points and which probabilities sales accepts and wins."})
		return s
	}
	s.Intro += fmt.Sprintf(" The scores are those of %s, with rule book %s: of leads handed over as they were known then, of the others at their snapshot.", b.Model, b.Rules)
	for _, part := range []struct {
		id, title string
		bands     []Band
	}{{"qualification", "Won of the closed, by what the rules say", b.Qualification}, {"probability", "Won of the closed, of those handed over, by probability", b.Probability}} {
		names, rates := []string{}, []*metrics.Estimate{}
		for i := range part.bands {
			names, rates = append(names, bandName(&part.bands[i])), append(rates, part.bands[i].Wins)
		}
		figures = append(figures, ratesOf("wins-"+part.id, part.title, names, rates))
	}
	s.Blocks = append(s.Blocks, page.Block{Figures: figures}, page.Block{Table: bandTable("By the rules' qualification, all leads", "qualification", b.Qualification)},
		page.Block{Table: bandTable("By the rules' grade, leads handed over", "grade", b.Grade)}, page.Block{Table: bandTable("By the model's probability, leads handed over", "probability", b.Probability)},
		page.Block{Table: exampleTable("Rejected though both scores are high", b.RejectedHigh)}, page.Block{Table: exampleTable("Accepted though both scores are low", b.AcceptedLow)})
	return s
}

func bandName(b *Band) string {
	if b.Low == nil {
		return bandWords(b)
	}
	return fmt.Sprintf("%.1f–%.1f %%", 100**b.Low, 100**b.High)
}

func bandTable(caption, key string, bands []Band) *page.Table {
	t := &page.Table{Caption: caption, Columns: []page.Column{{Title: "Score"}, {Title: "Leads"}, {Title: "Handed over"}, {Title: "Accepted"}, {Title: "Rejected"}, {Title: "Acceptance", Under: "of those answered"},
		{Title: "Closed"}, {Title: "Won"}, {Title: "Win rate", Under: "of those closed"}}}
	for i := range bands {
		b := &bands[i]
		name := key + "." + b.Name
		t.Rows = append(t.Rows, []page.Cell{{Text: bandWords(b)}, cell(name+".leads", page.Count(b.Leads)), {Text: page.Count(b.HandedOver)}, {Text: page.Count(b.Accepted)}, {Text: page.Count(b.Rejected)},
			rateCell(name+".acceptance", b.Takes), {Text: page.Count(b.Closed)}, {Text: page.Count(b.Won)}, rateCell(name+".wins", b.Wins)})
	}
	return t
}

func exampleTable(caption string, list []Example) *page.Table {
	t := &page.Table{Caption: caption, Columns: []page.Column{{Title: "Lead"}, {Title: "Owner"}, {Title: "Reason"}, {Title: "Points"}, {Title: "Probability"}, {Title: "Became"}}}
	or := func(text string) string {
		if text == "" {
			return page.None
		}
		return text
	}
	for i := range list {
		e := &list[i]
		t.Rows = append(t.Rows, []page.Cell{{Text: e.Lead}, {Text: or(e.Owner)}, {Text: or(e.Reason)}, {Text: page.Number(e.Points, 0)}, {Text: page.Percent(e.Probability, 1)}, {Text: e.Outcome}})
	}
	if len(list) == 0 {
		t.Rows = append(t.Rows, []page.Cell{{Text: "none"}, {Text: page.None}, {Text: page.None}, {Text: page.None}, {Text: page.None}, {Text: page.None}})
	}
	return t
}

// reasonsSection shows why sales rejects.
func (f *Funnel) reasonsSection() *page.Section {
	if len(f.Reasons) == 0 {
		return nil
	}
	s := &page.Section{ID: "reasons", Title: "Why sales rejects", Intro: "The reason given with the first rejection of each lead. A reason that stands out is a rule that is missing, or one that is too kind."}
	all := 0
	for _, r := range f.Reasons {
		all += r.Leads
	}
	t := &page.Table{Caption: "Reasons", Columns: []page.Column{{Title: "Reason"}, {Title: "Leads"}, {Title: "Share"}}}
	var names []string
	var rates []*metrics.Estimate
	for _, r := range f.Reasons {
		e, _ := metrics.Wilson(float64(r.Leads), float64(all))
		name := r.Name
		if name == "" {
			name = "no reason given"
		}
		names, rates = append(names, name), append(rates, &e)
		t.Rows = append(t.Rows, []page.Cell{{Text: name}, cell("reason."+name, page.Count(r.Leads)), rateCell("reason."+name+".share", &e)})
	}
	s.Blocks = append(s.Blocks, page.Block{Figures: []page.Figure{ratesOf("reasons-shares", "Share of the rejections", names, rates)}}, page.Block{Table: t})
	return s
}

// waysSection shows what came by which way and from which source.
func (f *Funnel) waysSection() *page.Section {
	s := &page.Section{ID: "ways", Title: "Ways and sources", Intro: "What was won by leads of each way to sales, and what each source brought and cost. A price divides the costs by the leads created in the months that they are given for, as far as those leads have come by now: the newest months look dear until their leads have had their time."}
	ways := &page.Table{Caption: "By way to sales", Columns: []page.Column{{Title: "Way"}, {Title: "Leads"}, {Title: "Closed"}, {Title: "Won"}, {Title: "Win rate", Under: "of those closed"}, {Title: "Won value"}}}
	for i := range f.Ways {
		w := &f.Ways[i]
		ways.Rows = append(ways.Rows, []page.Cell{{Text: wayWords(w.Way)}, cell("way."+string(w.Way), page.Count(w.Leads)), {Text: page.Count(w.Closed)}, {Text: page.Count(w.Won)}, rateCell("way."+string(w.Way)+".rate", w.Rate), {Text: money(w.Value)}})
	}
	s.Blocks = append(s.Blocks, page.Block{Table: ways})
	if len(f.Sources) > 0 {
		sql := f.Cycle.From
		t := &page.Table{Caption: "By source", Columns: []page.Column{{Title: "Source"}, {Title: "Leads"}, {Title: "Handed over"}, {Title: sql}, {Title: "Won " + sql}, {Title: "Won value"}, {Title: "Cost"},
			{Title: "Cost", Under: "a lead"}, {Title: "Cost", Under: "a lead handed over"}, {Title: "Cost", Under: "a " + sql}, {Title: "Cost", Under: "a won " + sql}}}
		for i := range f.Sources {
			r := &f.Sources[i]
			row := []page.Cell{{Text: r.Source}, cell("source."+r.Source, page.Count(r.Leads)), {Text: page.Count(r.Qualified)}, {Text: page.Count(r.Next)}, {Text: page.Count(r.Won)}, {Text: money(r.Value)}}
			for _, v := range []*float64{r.Cost, r.PerLead, r.PerQualified, r.PerNext, r.PerWon} {
				row = append(row, page.Cell{Text: money(v)})
			}
			t.Rows = append(t.Rows, row)
		}
		s.Blocks = append(s.Blocks, page.Block{Table: t})
	}
	return s
}

// needsSection shows what is missing of what must be known.
func (f *Funnel) needsSection() *page.Section {
	if len(f.Needs) == 0 {
		return nil
	}
	s := &page.Section{ID: "needs", Title: "What must be known, and is not", Intro: "How often the columns that the process asks for are filled, of the leads that reached the stage. The file has them as they are now: what was filled in later counts as filled."}
	t := &page.Table{Caption: "Filled", Columns: []page.Column{{Title: "Stage"}, {Title: "Column"}, {Title: "Leads"}, {Title: "Filled"}, {Title: "Share"}}}
	for i := range f.Needs {
		n := &f.Needs[i]
		column := n.Column
		if column == "" {
			column = "all of them"
		}
		key := "need." + n.Stage + "." + n.Column
		t.Rows = append(t.Rows, []page.Cell{{Text: n.Stage}, {Text: column}, {Text: page.Count(n.Leads)}, cell(key, page.Count(n.Filled)), rateCell(key+".share", n.Rate)})
	}
	s.Blocks = append(s.Blocks, page.Block{Table: t})
	return s
}

// leadsSection shows where the leads are, and what was not counted.
func (f *Funnel) leadsSection() *page.Section {
	s := &page.Section{ID: "leads", Title: "Where the leads are now", Intro: "Each lead counts once, where it stood last: decided, with sales, back with marketing, or in no stage yet."}
	t := &page.Table{Caption: "Leads by stage", Columns: []page.Column{{Title: "Stage"}, {Title: "Leads"}}}
	for _, c := range f.Now {
		t.Rows = append(t.Rows, []page.Cell{{Text: nowWords(c.Name)}, cell("now."+c.Name, page.Count(c.Leads))})
	}
	for _, reason := range slices.Sorted(maps.Keys(f.LeftOut)) {
		t.Rows = append(t.Rows, []page.Cell{{Text: "left out: " + reason}, {Text: page.Count(f.LeftOut[reason])}})
	}
	s.Blocks = append(s.Blocks, page.Block{Table: t})
	return s
}

func nowWords(name string) string {
	if name == "not_in_a_stage" {
		return "not in a stage"
	}
	return name
}
