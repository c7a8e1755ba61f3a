package bulk

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"

	"leadscore/features"
	"leadscore/features/source"
)

// SnapshotsConfig says which leads to write as they were known at their snapshots.
type SnapshotsConfig struct {
	Schema         *features.Schema
	Leads, Events  []string
	Out            string
	EngagementOnly bool // the figures alone, without the fields

	LeaveOutBadRows bool
	Progress        func(stage string, done, total int64)
}

// SnapshotsReport says what was written.
type SnapshotsReport struct {
	Leads    int                `json:"leads"`
	Events   int                `json:"events"`
	LeftOut  map[string]int64   `json:"left_out,omitempty"`
	Warnings []features.Warning `json:"warnings,omitempty"`
	Out      string             `json:"out"`
}

// WriteSnapshots writes one row a lead: its id, the instant of its snapshot, the fields that scores may use and the engagement figures of
// the events before that instant. It is what training looks at, for a look of one's own or another program.
func WriteSnapshots(ctx context.Context, cfg SnapshotsConfig) (*SnapshotsReport, error) {
	columns := snapshotColumns(cfg.Schema, cfg.EngagementOnly)
	out, err := source.Create(cfg.Out, infoOf(columns))
	if err != nil {
		return nil, err
	}
	defer out.Discard()
	history, report, err := readSnapshots(ctx, &cfg)
	if err != nil {
		return nil, err
	}
	if err := writeSnapshots(ctx, &cfg, history, columns, out); err != nil {
		return nil, err
	}
	if err := history.Events.Err(); err != nil {
		return nil, err
	}
	return report, out.Commit()
}

// writeSnapshots fills some rows while those before are written.
func writeSnapshots(ctx context.Context, cfg *SnapshotsConfig, history *features.History, columns []snapshotColumn, out *source.Writer) error {
	now, before := make([]source.Column, len(columns)), make([]source.Column, len(columns))
	var writing errgroup.Group
	for first := 0; first < history.Table.Len(); first += snapshotRows {
		if err := ctx.Err(); err != nil {
			return errors.Join(err, writing.Wait())
		}
		n := min(snapshotRows, history.Table.Len()-first)
		fillSnapshots(history, columns, now, first, n)
		if err := writing.Wait(); err != nil {
			return err
		}
		data := now
		writing.Go(func() error { return out.Write(data, n) })
		now, before = before, now
		if cfg.Progress != nil {
			cfg.Progress("writing snapshots", int64(first+n), int64(history.Table.Len()))
		}
	}
	return writing.Wait()
}

func readSnapshots(ctx context.Context, cfg *SnapshotsConfig) (*features.History, *SnapshotsReport, error) {
	options := func(stage string) features.ReadOptions {
		return features.ReadOptions{LeaveOutBadRows: cfg.LeaveOutBadRows, NoFields: cfg.EngagementOnly, NoFingerprint: true, BeforeSnapshot: true, Progress: func(done, total int64) {
			if cfg.Progress != nil {
				cfg.Progress(stage, done, total)
			}
		}}
	}
	table, leads, err := features.ReadLeads(ctx, cfg.Schema, cfg.Leads, options("reading leads"))
	if err != nil {
		return nil, nil, err
	}
	report := &SnapshotsReport{Leads: table.Len(), LeftOut: leads.LeftOut, Warnings: leads.Warnings, Out: cfg.Out}
	var events *features.EventLog
	if len(cfg.Events) > 0 {
		read, told, err := features.ReadEvents(ctx, cfg.Schema, cfg.Events, table, options("reading events"))
		if err != nil {
			return nil, nil, err
		}
		events, report.Events = read, read.Len()+int(told.Later)
		report.Warnings = append(report.Warnings, told.Warnings...)
	}
	history, err := features.NewHistory(table, events)
	return history, report, err
}

// snapshotRows is the number of leads between two writes.
const snapshotRows = 1 << 15

// snapshotColumn is a column of the result and how a snapshot fills it.
type snapshotColumn struct {
	info source.ColumnInfo
	fill func(c *source.Column, i int, s *features.Snapshot)
}

func snapshotColumns(s *features.Schema, engagementOnly bool) []snapshotColumn {
	columns := []snapshotColumn{
		{source.ColumnInfo{Name: "lead_id", Kind: source.Text}, func(c *source.Column, i int, s *features.Snapshot) { c.Text[i] = s.ID }},
		{source.ColumnInfo{Name: "as_of", Kind: source.Time}, func(c *source.Column, i int, s *features.Snapshot) {
			c.Null[i], c.Times[i] = s.AsOf == features.NoTime, int64(s.AsOf)
		}},
	}
	for k := range s.Fields {
		if f := &s.Fields[k]; f.Used() && !engagementOnly {
			columns = append(columns, fieldColumn(f, k))
		}
	}
	for k := range s.Engagement {
		if e := &s.Engagement[k]; e.Used() {
			columns = append(columns, figureColumn(e))
		}
	}
	return columns
}

func fieldColumn(f *features.Field, k int) snapshotColumn {
	column := snapshotColumn{info: source.ColumnInfo{Name: f.Name, Kind: source.Text}}
	switch f.Kind {
	case features.Number:
		column.info.Kind = source.Number
		column.fill = func(c *source.Column, i int, s *features.Snapshot) {
			c.Null[i], c.Numbers[i] = s.Values[k].Missing, s.Values[k].Number
		}
	case features.Date:
		column.info.Kind = source.Time
		column.fill = func(c *source.Column, i int, s *features.Snapshot) {
			c.Null[i], c.Times[i] = s.Values[k].Missing, int64(s.Values[k].Time)
		}
	case features.Boolean:
		column.info.Kind = source.Boolean
		column.fill = func(c *source.Column, i int, s *features.Snapshot) {
			c.Null[i], c.Booleans[i] = s.Values[k].Missing, s.Values[k].Number != 0
		}
	default:
		column.fill = func(c *source.Column, i int, s *features.Snapshot) {
			c.Null[i], c.Text[i] = s.Values[k].Missing, s.Values[k].Text
		}
	}
	return column
}

func figureColumn(e *features.Engagement) snapshotColumn {
	if e.IsCategory() {
		return snapshotColumn{source.ColumnInfo{Name: e.Name, Kind: source.Text}, func(c *source.Column, i int, s *features.Snapshot) {
			_, text := e.Value(s.Events, s.AsOf)
			c.Null[i], c.Text[i] = text == "", text
		}}
	}
	return snapshotColumn{source.ColumnInfo{Name: e.Name, Kind: source.Number}, func(c *source.Column, i int, s *features.Snapshot) {
		number, _ := e.Value(s.Events, s.AsOf)
		c.Null[i], c.Numbers[i] = math.IsNaN(number), number
	}}
}

func infoOf(columns []snapshotColumn) []source.ColumnInfo {
	info := make([]source.ColumnInfo, len(columns))
	for i := range columns {
		info[i] = columns[i].info
	}
	return info
}

// fillSnapshots fills the columns with leads first … first+n−1, on all cores.
func fillSnapshots(h *features.History, columns []snapshotColumn, data []source.Column, first, n int) {
	for c := range columns {
		if data[c].Null == nil {
			data[c] = emptyColumn(columns[c].info, snapshotRows)
		}
	}
	var group sync.WaitGroup
	cores := runtime.GOMAXPROCS(0)
	for w := range cores {
		group.Go(func() {
			var s features.Snapshot
			for i := n * w / cores; i < n*(w+1)/cores; i++ {
				h.Snapshot(first+i, &s)
				for c := range columns {
					columns[c].fill(&data[c], i, &s)
				}
			}
		})
	}
	group.Wait()
}

// emptyColumn has room for n rows.
func emptyColumn(info source.ColumnInfo, n int) source.Column {
	column := source.Column{ColumnInfo: info, Null: make([]bool, n)}
	switch info.Kind {
	case source.Text:
		column.Text = make([]string, n)
	case source.Number:
		column.Numbers = make([]float64, n)
	case source.Boolean:
		column.Booleans = make([]bool, n)
	case source.Time:
		column.Times = make([]int64, n)
	default:
		panic(fmt.Sprintf("bulk: a column of kind %s", info.Kind))
	}
	return column
}
