package train

import (
	"fmt"
	"sort"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/metrics"
	"leadscore/train/fit"
)

// segmentInput is the input by whose values effects may deviate.
func segmentInput(e *features.Encoder, s *features.Schema) (input int, asked bool) {
	if s.Segments == nil {
		return 0, false
	}
	for i, in := range e.Inputs {
		if in.Source == features.FromField && in.Name == s.Segments.By {
			return i, true
		}
	}
	return 0, false
}

// withSegments asks the fit for deviations by segment where the schema does.
func withSegments(c fit.Config, e *features.Encoder, s *features.Schema) fit.Config {
	if input, asked := segmentInput(e, s); asked {
		c.Segments = &fit.Segments{Input: input, Levels: len(e.Coders[input].Levels)}
	}
	return c
}

// segmentsOf describes the deviations of the final fit; nil where the schema asks for none.
func segmentsOf(schema *features.Schema, m *fitted) *models.Segments {
	input, asked := segmentInput(m.encoder, schema)
	r := m.report.Segments
	if !asked || r == nil {
		return nil
	}
	s := &models.Segments{By: schema.Segments.By, LossWithout: r.LossWithout, LossWith: r.LossWith, GainError: r.GainError, Kept: r.Kept, Considered: r.Considered}
	for _, j := range r.Terms {
		s.Fields = append(s.Fields, m.encoder.Inputs[j].Name)
	}
	leads, won := m.description.leads[input], m.description.won[input]
	levels, errors := m.model.Terms[input].Coefficients, m.model.TermStandardErrors(input)
	for _, l := range r.Levels {
		segment := models.Segment{Name: m.encoder.Label(input, uint16(l.Code)), Leads: leads[l.Code], Won: won[l.Code],
			Level: levels[l.Code], LevelError: errors[l.Code], LevelLeans: min(max(1-l.Level, 0), 1), EffectsLean: 1, EffectiveParameters: l.Effects}
		if l.Cells > 0 {
			segment.EffectsLean = min(max(1-l.Effects/float64(l.Cells), 0), 1)
		}
		s.Segments = append(s.Segments, segment)
	}
	return s
}

// bySegment judges the newest part by segment.
func (v *validation) bySegment(m *fitted, h *features.History, wins []float64) error {
	input, asked := segmentInput(m.encoder, h.Table.Schema)
	if !asked {
		return nil
	}
	groups := map[uint16][]int{}
	m.eachBlock(h, v.newest, func(from int, columns []features.Codes) {
		for i := range columns[input].Len() {
			code := columns[input].At(i)
			groups[code] = append(groups[code], from+i)
		}
	})
	codes := make([]int, 0, len(groups))
	for code := range groups {
		codes = append(codes, int(code))
	}
	sort.Ints(codes)
	for _, code := range codes {
		f := models.SegmentFigures{Name: m.encoder.Label(input, uint16(code))}
		var predicted, outcome []float64
		for _, i := range groups[uint16(code)] {
			predicted, outcome = append(predicted, v.predicted[i]), append(outcome, wins[i])
			f.Leads++
			f.Won += int64(wins[i])
			f.Expected += v.predicted[i]
		}
		if f.Won > 0 && f.Won < f.Leads {
			auc, err := metrics.AUC(predicted, outcome)
			if err != nil {
				return fmt.Errorf("segment %s: %w", f.Name, err)
			}
			f.AUC = &auc
		}
		v.Segments = append(v.Segments, f)
	}
	return nil
}

// writeSegments shows each segment: its leads, how far it leans on the whole, and how the model ranks its newest leads.
func writeSegments(b *strings.Builder, s *models.Segments, judged []models.SegmentFigures) {
	if s == nil {
		return
	}
	fmt.Fprintf(b, "Segments by %s: %s.\n", s.By, s.Words())
	t := newTable()
	t.AppendHeader(table.Row{"", "fitted to", "fitted to", "fitted to", "fitted to", "leans on the whole", "leans on the whole", "judged on", "judged on", "judged on"},
		table.RowConfig{AutoMerge: true})
	t.AppendHeader(table.Row{"segment", "leads", "won", "win rate", "level", "level", "effects", "leads", "won", "AUC"})
	figures := map[string]models.SegmentFigures{}
	for _, f := range judged {
		figures[f.Name] = f
	}
	for _, g := range s.Segments {
		f := figures[g.Name]
		auc := "–"
		if f.AUC != nil && min(f.Won, f.Leads-f.Won) >= fewestForAUC {
			auc = estimate(*f.AUC)
		}
		t.AppendRow(table.Row{g.Name, g.Leads, g.Won, percent(float64(g.Won) / float64(max(g.Leads, 1))), signed(g.Level) + fmt.Sprintf(" ± %.2f", g.LevelError),
			fmt.Sprintf("%.0f %%", 100*g.LevelLeans), fmt.Sprintf("%.0f %%", 100*g.EffectsLean), f.Leads, f.Won, auc})
	}
	b.WriteString(t.Render() + "\n")
	b.WriteString("Level: what the segment adds to the log-odds by itself. A segment that leans by 100 % is scored as the whole, and so are all other values of the field.\n")
	fmt.Fprintf(b, "An AUC needs %d won and %d other leads.\n\n", fewestForAUC, fewestForAUC)
}

// fewestForAUC is how many won, and how many other, leads a segment's AUC is printed from: of fewer its interval cannot be trusted.
const fewestForAUC = 5

// signed writes a number with its sign, unless it rounds to nought.
func signed(v float64) string {
	s := fmt.Sprintf("%+.2f", v)
	if s == "-0.00" || s == "+0.00" {
		return "0.00"
	}
	return s
}
