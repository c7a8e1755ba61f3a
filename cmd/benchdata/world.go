package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"leadscore/features/source"
)

const (
	categories = 18
	numbers    = 12
	missing    = 0.05
	micros     = int64(time.Second / time.Microsecond)
	day        = 24 * 60 * 60 * micros
	historyDay = 3 * 365 // days from the first lead to the last
)

// start is when the first lead came.
var start = time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()

// world is what is true of all leads.
type world struct {
	leads  int
	seed   uint64
	levels [categories][]string
	share  [categories][]float64 // cumulative
	effect [categories][]float64 // log-odds by level
	span   float64               // days
}

// newWorld draws the effects. Categories grow from 5 to 200 values, frequent ones first; every third one says nothing.
func newWorld(leads int, seed uint64) *world {
	random := rand.New(rand.NewPCG(seed, 11))
	w := &world{leads: leads, seed: seed, span: historyDay}
	for c := range categories {
		n := int(math.Round(5 * math.Pow(40, float64(c)/(categories-1))))
		total, sum := 0.0, 0.0
		for k := range n {
			total += 1 / math.Pow(float64(k)+2, 0.8)
		}
		for k := range n {
			sum += 1 / math.Pow(float64(k)+2, 0.8) / total
			w.share[c] = append(w.share[c], sum)
			w.levels[c] = append(w.levels[c], fmt.Sprintf("value %02d-%03d", c, k))
			spread := 0.35
			if c%3 == 2 {
				spread = 0
			}
			w.effect[c] = append(w.effect[c], spread*random.NormFloat64())
		}
	}
	return w
}

// created is when lead i came: leads are spread evenly over the history.
func (w *world) created(i int) int64 {
	return start + int64(float64(i)/float64(w.leads)*w.span*float64(day))
}

// activity is the latent engagement of lead i, which both its outcome and its events follow.
func (w *world) activity(i int) float64 {
	return rand.New(rand.NewPCG(w.seed^0x9e3779b97f4a7c15, uint64(i))).NormFloat64()
}

// leadBlock makes leads from … to as columns.
func (w *world) leadBlock(from, to int) []source.Column {
	n := to - from
	random := rand.New(rand.NewPCG(w.seed, 1000+uint64(from)))
	id, created, closed, stage := textColumn("lead_id", n), timeColumn("created_at", n), timeColumn("closed_at", n), textColumn("stage", n)
	columns := make([]source.Column, 0, 4+categories+numbers)
	columns = append(columns, id, created, closed, stage)
	for c := range categories {
		columns = append(columns, textColumn(fmt.Sprintf("category_%02d", c), n))
	}
	for k := range numbers {
		columns = append(columns, numberColumn(fmt.Sprintf("number_%02d", k), n))
	}
	var levels [categories]int
	var values [numbers]float64
	for i := range n {
		for c := range categories {
			levels[c] = w.level(c, random.Float64())
			columns[4+c].Null[i] = random.Float64() < missing
			columns[4+c].Text[i] = w.levels[c][levels[c]]
		}
		for k := range numbers {
			values[k] = random.NormFloat64()
			columns[4+categories+k].Null[i] = random.Float64() < missing
			columns[4+categories+k].Numbers[i] = shown(k, values[k])
		}
		at := w.created(from + i)
		logOdds := w.logOdds(&levels, &values, float64(from+i)/float64(w.leads)) + 0.5*w.activity(from+i)
		id.Text[i] = leadID(from + i)
		created.Times[i] = at
		closed.Times[i] = at + 31*day + int64(random.Float64()*55*float64(day))
		stage.Text[i] = "closed lost"
		if random.Float64() < 1/(1+math.Exp(-logOdds)) {
			stage.Text[i] = "closed won"
		}
	}
	return columns
}

func leadID(i int) string { return fmt.Sprintf("L%08d", i) }

func (w *world) level(c int, u float64) int {
	low, high := 0, len(w.share[c])-1
	for low < high {
		if middle := (low + high) / 2; w.share[c][middle] <= u {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// shown is how a number stands in the file: amounts, counts, shares and plain measurements.
func shown(k int, z float64) float64 {
	switch k % 4 {
	case 0:
		return math.Round(100*math.Exp(7+1.5*z)) / 100
	case 1:
		return math.Round(math.Exp(2.5 + z))
	case 2:
		return math.Round(1e4/(1+math.Exp(-z))) / 1e4
	}
	return math.Round(1e3*z) / 1e3
}

// logOdds is the truth of one lead; when is its place in time, 0 to 1.
func (w *world) logOdds(levels *[categories]int, z *[numbers]float64, when float64) float64 {
	sum := -1.7 + 0.2*math.Sin(5*when)
	for c, level := range levels {
		sum += w.effect[c][level]
	}
	sum += 0.5*math.Tanh(2*z[0]) + 0.3*z[1] - 0.25*z[2]*z[2] + 0.4*math.Sin(2*z[3]) + 0.15*z[4] + 0.3*math.Abs(z[5]) - 0.2*z[6]
	sum += 0.3 * z[0] * z[1]
	if levels[3]%2 == 0 {
		sum += 0.3 * z[7]
	} else {
		sum -= 0.3 * z[7]
	}
	return sum
}

func textColumn(name string, n int) source.Column {
	return source.Column{ColumnInfo: source.ColumnInfo{Name: name, Kind: source.Text}, Null: make([]bool, n), Text: make([]string, n)}
}

func numberColumn(name string, n int) source.Column {
	return source.Column{ColumnInfo: source.ColumnInfo{Name: name, Kind: source.Number}, Null: make([]bool, n), Numbers: make([]float64, n)}
}

func timeColumn(name string, n int) source.Column {
	return source.Column{ColumnInfo: source.ColumnInfo{Name: name, Kind: source.Time}, Null: make([]bool, n), Times: make([]int64, n)}
}
