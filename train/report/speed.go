package report

import (
	"slices"

	"leadscore/models/metrics"
)

// SpeedBand is a share of the newest leads, by the model's score: how many were won, and how soon.
type SpeedBand struct {
	Name   string
	Leads  int
	Won    int
	Rate   metrics.Estimate
	Median *metrics.Estimate // days to the win; nil without a dated win
	// Days and Shares are the curve: the share of the band's leads won by each day, at most 200 points.
	Days, Shares []float64
}

// bandCuts are the shares of the leads at which the bands begin and end.
var bandCuts = []struct {
	name     string
	from, to float64
}{{"top fifth", 0, 0.2}, {"second fifth", 0.2, 0.4}, {"bottom three fifths", 0.4, 1}}

// speed divides the leads by the model's score and measures how soon each band was won.
func (m *Measures) speed(e *Evidence) error {
	score := e.Scores[0].Ranking
	order := metrics.FallingOrder(score)
	cut := func(share float64) int { return tiesTogether(order, score, int(share*float64(len(order))+0.5)) }
	var days [][]float64
	for _, c := range bandCuts {
		rows := order[cut(c.from):cut(c.to)]
		if len(rows) == 0 {
			days = append(days, nil)
			continue
		}
		band, taken, err := newSpeedBand(e, c.name, rows)
		if err != nil {
			return err
		}
		m.Bands = append(m.Bands, band)
		days = append(days, taken)
	}
	first, last := days[0], days[len(days)-1]
	if len(first) > 0 && len(last) > 0 {
		sooner, err := metrics.Sooner(first, last)
		if err != nil {
			return err
		}
		m.Sooner = &sooner
	}
	return nil
}

// tiesTogether moves a cut up to the end of a run of equal scores, so that the file's order has no say.
func tiesTogether(order []int, score []float64, at int) int {
	for at > 0 && at < len(order) && score[order[at]] == score[order[at-1]] {
		at++
	}
	return at
}

func newSpeedBand(e *Evidence, name string, rows []int) (SpeedBand, []float64, error) {
	band := SpeedBand{Name: name, Leads: len(rows)}
	var days []float64
	for _, i := range rows {
		band.Won += int(e.Wins[i])
		if e.Days != nil && e.Days[i] >= 0 {
			days = append(days, e.Days[i])
		}
	}
	var err error
	if band.Rate, err = metrics.Wilson(float64(band.Won), float64(band.Leads)); err != nil {
		return band, nil, err
	}
	if len(days) == 0 {
		return band, nil, nil
	}
	median, err := metrics.Median(days)
	if err != nil {
		return band, nil, err
	}
	band.Median = &median
	slices.Sort(days)
	const most = 200
	every := (len(days) + most - 1) / most
	for k, day := range days {
		if (k+1)%every == 0 || k == len(days)-1 {
			band.Days = append(band.Days, day)
			band.Shares = append(band.Shares, float64(k+1)/float64(len(rows)))
		}
	}
	return band, days, nil
}
