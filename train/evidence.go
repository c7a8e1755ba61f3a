package train

import (
	"sort"

	"leadscore/features"
	"leadscore/models"
	"leadscore/train/report"
)

// evidence gathers what the report and the model card say, from what the run has computed already. The champion and the baselines,
// which cost time, are added for the report alone.
func evidence(d *data, p *Population, v *validation, final *fitted, version *models.Version, cfg *Config) *report.Evidence {
	e := &report.Evidence{
		Model: version.Model, Version: version.ID, Alias: cfg.Alias, Code: cfg.Code,
		Training: version.Training, Validation: version.Validation, Calibration: version.Calibration,
		Capacity: cfg.Capacity,
	}
	for _, s := range version.Training.Leakage {
		e.Leaks = append(e.Leaks, report.Leak{Field: s.Field, Grade: string(s.Grade), Evidence: s.Words, Because: s.Because})
	}
	e.Months, e.LeaksChecked = knownMonths(version.Training.Months), true
	addTables(e, final)
	if v.Leads == 0 {
		return e
	}
	e.Wins = outcomesOf(v.newest, p)
	e.Thin = v.thin
	e.Scores = []report.Score{
		{Name: "model", Ranking: v.predicted, Predictions: v.predicted, Figures: v.Model},
		{Name: "rules", Ranking: v.points, Predictions: v.pointsAsProbability, Figures: v.Rules},
	}
	if accounts := d.history.Table.Account; accounts != nil {
		e.Accounts = make([]uint32, len(v.newest))
		for i, row := range v.newest {
			e.Accounts[i] = accounts.At(int(row))
		}
	}
	addTimes(e, d.history, p, v.newest)
	addSegments(e, d.history.Table, v.newest)
	return e
}

// knownMonths leaves out the leads whose snapshot has no time.
func knownMonths(months []models.Month) (known []models.Month) {
	for _, month := range months {
		if month.Month != "" {
			known = append(known, month)
		}
	}
	return known
}

// addTimes adds when each lead was looked at and how long its win took: from the snapshot, or from creation where the snapshot is the closing
// itself.
func addTimes(e *report.Evidence, h *features.History, p *Population, rows []int32) {
	if !p.Dated {
		return
	}
	e.Times = make([]int64, len(rows))
	for i, row := range rows {
		e.Times[i] = int64(h.AsOf[row])
	}
	start, name := func(row int) features.Micros { return h.AsOf[row] }, "snapshot"
	if h.Table.Schema.Snapshot.IsZero() {
		start, name = h.Table.Created.At, "creation"
	}
	if h.Table.Schema.Snapshot.IsZero() && h.Table.Created == nil || h.Table.Closed == nil {
		return
	}
	e.DaysFrom, e.Days = name, make([]float64, len(rows))
	for i, row := range rows {
		e.Days[i] = -1
		if from, closed := start(int(row)), h.Table.Closed.At(int(row)); p.Wins[row] == 1 && from != features.NoTime && closed != features.NoTime {
			e.Days[i] = float64(closed-from) / float64(features.Day)
		}
	}
}

// mostSegmentLevels is the number of values, missing included, up to which a category divides the leads into segments.
const mostSegmentLevels = 12

// mostAskedLevels is that of the category that the schema makes segments by.
const mostAskedLevels = 51

// addSegments divides the newest leads by each used category with few values, the one that the schema makes segments by first, then the most important.
func addSegments(e *report.Evidence, t *features.Table, rows []int32) {
	rank := map[string]int{}
	for k, i := range e.ByImportance() {
		rank[e.Fields[i].Name] = k
	}
	for i := range t.Schema.Fields {
		field := &t.Schema.Fields[i]
		if !field.Used() || t.Columns[i].Codes == nil {
			continue
		}
		most := mostSegmentLevels
		if s := t.Schema.Segments; s != nil && s.By == field.Name {
			most = mostAskedLevels
			rank[field.Name] = -1 // first
		}
		if segment, few := segmentOf(&t.Columns[i], field.Name, rows, most); few {
			e.Segments = append(e.Segments, segment)
		}
	}
	place := func(name string) int {
		if k, known := rank[name]; known {
			return k
		}
		return len(rank)
	}
	sort.SliceStable(e.Segments, func(i, j int) bool { return place(e.Segments[i].Field) < place(e.Segments[j].Field) })
}

// segmentOf counts only the values that occur in the rows; one value makes no segments.
func segmentOf(c *features.Column, name string, rows []int32, most int) (report.Segment, bool) {
	s := report.Segment{Field: name, Of: make([]int, len(rows))}
	places := map[uint32]int{}
	for i, row := range rows {
		code := c.Codes.At(int(row))
		at, seen := places[code]
		if !seen {
			if len(places) == most {
				return s, false
			}
			at = len(places)
			places[code] = at
			label := c.Levels[code]
			if label == "" {
				label = "missing"
			}
			s.Levels = append(s.Levels, label)
		}
		s.Of[i] = at
	}
	return s.Sorted(), len(places) > 1
}

// addTables adds the final model's tables, with the number of training leads in each entry.
func addTables(e *report.Evidence, final *fitted) {
	terms, counts := final.model.Terms, final.description.leads
	for t := range terms {
		errors := final.model.TermStandardErrors(t)
		if len(terms[t].Inputs) == 1 {
			e.Fields = append(e.Fields, fieldOf(final, t, counts[t], errors))
		} else {
			e.Pairs = append(e.Pairs, pairOf(final, t, counts[t], errors))
		}
	}
}

func fieldOf(final *fitted, t int, counts []int64, errors []float64) report.Field {
	term, input := &final.model.Terms[t], final.model.Terms[t].Inputs[0]
	coder := &final.encoder.Coders[input]
	f := report.Field{Name: term.Name, Unit: final.encoder.Inputs[input].Unit, EDF: term.EDF,
		Ordered: final.encoder.OrderedBins(input), Edges: coder.Cuts, Monotone: final.encoder.Inputs[input].Monotone}
	for code, v := range term.Coefficients {
		f.Bins = append(f.Bins, report.Bin{Label: final.encoder.Label(input, uint16(code)), Leads: counts[code], LogOdds: v, StandardError: errors[code]})
	}
	return f
}

func pairOf(final *fitted, t int, counts []int64, errors []float64) report.Pair {
	term := &final.model.Terms[t]
	pair := report.Pair{First: final.encoder.Inputs[term.Inputs[0]].Name, Second: final.encoder.Inputs[term.Inputs[1]].Name,
		Rows: cellLabels(final, term.Inputs[0], term.Coarse[0], term.Shape[0]), Columns: cellLabels(final, term.Inputs[1], term.Coarse[1], term.Shape[1])}
	for r := range term.Shape[0] {
		from, to := r*term.Shape[1], (r+1)*term.Shape[1]
		pair.LogOdds = append(pair.LogOdds, term.Coefficients[from:to])
		pair.StandardErrors = append(pair.StandardErrors, errors[from:to])
		pair.Leads = append(pair.Leads, counts[from:to])
	}
	return pair
}

// cellLabels names the coarse cells of an input: for a number where the cell begins, for a category its values.
func cellLabels(final *fitted, input int, coarse []uint16, cells int) []string {
	labels := make([]string, cells)
	ordered := final.encoder.OrderedBins(input)
	for code, cell := range coarse {
		label := final.encoder.Label(input, uint16(code))
		switch {
		case labels[cell] == "":
			labels[cell] = label
		case code >= ordered:
			labels[cell] += ", " + label
		}
	}
	return labels
}
