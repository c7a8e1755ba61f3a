package leakage

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"leadscore/features"
	"leadscore/models"
)

// Leads says which leads of a history are looked at.
type Leads struct {
	History *features.History
	Decided []int32 // won and lost, that the model will learn from
	Open    []int32 // neither won nor lost
}

const (
	// mostLeads bounds the sample that tables are made of: standard errors of shares are below 0.2 % from here on.
	mostLeads = 100_000
	// tableBins is how many bins a number has in its table.
	tableBins = 20
	// leastLevel and mostLevelRows bound how many leads a category's value needs for a cell: as the encoder asks, but in
	// small data a twentieth of the leads.
	leastLevel, mostLevelRows = 2, 10
)

// Examine judges every field and engagement figure that the schema lets scores use, as of the snapshot, over the whole
// history, open leads included. The rows are in the schema's order. The error is that of ctx, or a fault of the data that
// training meets as well. Cost: linear in the leads for what a table needs of all, else bounded by a sample.
func Examine(ctx context.Context, leads Leads) ([]models.Suspicion, error) {
	e, err := newExamination(ctx, leads)
	if err != nil || e == nil {
		return nil, err
	}
	columns := e.columns()
	strengths := make([]Strength, len(columns))
	found := make([][]models.Suspicion, len(columns))
	parallel(len(columns), func(i int) {
		strengths[i] = Measure(columns[i].column.Cells)
		found[i] = Judge(columns[i].column, &strengths[i])
	})
	if err := e.carriers(ctx, columns, strengths, found); err != nil {
		return nil, err
	}
	var list []models.Suspicion
	for i := range columns {
		for _, s := range found[i] {
			s.Because = columns[i].because
			list = append(list, s)
		}
	}
	return list, nil
}

// examination is a sample of leads as codes.
type examination struct {
	history *features.History
	schema  *features.Schema
	until   features.Micros // end of the history
	rows    []int32         // sampled leads, rising
	outcome []features.Outcome
	spans   []uint8
	encoder *features.Encoder
	codes   [][]uint16 // by input, then sampled lead
}

// newExamination samples, finds the cells and encodes; nil without a lead of each outcome.
func newExamination(ctx context.Context, leads Leads) (*examination, error) {
	h := leads.History
	e := &examination{history: h, schema: h.Table.Schema, until: features.ObservedUntil(h.Table, h.Events)}
	e.sample(leads)
	if len(e.rows) == 0 {
		return nil, nil
	}
	e.spans = Spans(e.byTime())
	var err error
	limits := features.Limits{MaxBins: tableBins + 2, MinLevelRows: max(leastLevel, min(mostLevelRows, len(e.rows)/20))}
	if e.encoder, err = features.FitEncoder(h, e.rows, limits); err != nil {
		return nil, fmt.Errorf("leakage: %w", err)
	}
	e.encode(ctx)
	return e, ctx.Err()
}

// sample takes every so many-th lead, by a fixed mix of its place. Open leads whose snapshot is still to come are left out:
// what they did by then is not known yet.
func (e *examination) sample(leads Leads) {
	outcomes := e.history.Table.Outcome
	var open []int32
	for _, row := range leads.Open {
		if at := e.history.AsOf[row]; at == features.NoTime || e.until == features.NoTime || at <= e.until {
			open = append(open, row)
		}
	}
	mask := uint64(0)
	for (len(leads.Decided)+len(open))/int(mask+1) > mostLeads {
		mask = mask<<1 | 1
	}
	for _, list := range [][]int32{leads.Decided, open} {
		for _, row := range list {
			if Scatter(uint64(row))&mask == 0 {
				e.rows = append(e.rows, row)
			}
		}
	}
	slices.Sort(e.rows)
	for _, row := range e.rows {
		e.outcome = append(e.outcome, outcomes[row])
	}
}

// byTime orders the sampled leads by when they came; else by their snapshot, unless that is the closing; else as in the file.
func (e *examination) byTime() []int {
	order := make([]int, len(e.rows))
	for i := range order {
		order[i] = i
	}
	times := make([]features.Micros, len(order))
	for i, row := range e.rows {
		switch created := e.history.Table.Created; {
		case created != nil:
			times[i] = created.At(int(row))
		case !e.schema.Snapshot.IsZero():
			times[i] = e.history.AsOf[row]
		default:
			return order
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(times[a], times[b]) })
	return order
}

// encodeChunk is how many leads one core encodes at a time.
const encodeChunk = 2048

func (e *examination) encode(ctx context.Context) {
	e.codes = make([][]uint16, len(e.encoder.Inputs))
	for i := range e.codes {
		e.codes[i] = make([]uint16, len(e.rows))
	}
	parallel((len(e.rows)+encodeChunk-1)/encodeChunk, func(chunk int) {
		if ctx.Err() != nil {
			return
		}
		var snapshot features.Snapshot
		codes := make([]uint16, len(e.encoder.Inputs))
		for k := chunk * encodeChunk; k < min((chunk+1)*encodeChunk, len(e.rows)); k++ {
			e.history.Snapshot(int(e.rows[k]), &snapshot)
			e.encoder.Encode(&snapshot, codes, nil)
			for i, code := range codes {
				e.codes[i][k] = code
			}
		}
	})
}

// parallel does pieces 0 … n-1 on all cores.
func parallel(n int, do func(i int)) {
	var group sync.WaitGroup
	cores := runtime.GOMAXPROCS(0)
	for core := range min(n, cores) {
		group.Go(func() {
			for i := core; i < n; i += cores {
				do(i)
			}
		})
	}
	group.Wait()
}
