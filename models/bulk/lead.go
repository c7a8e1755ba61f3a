package bulk

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"leadscore/features"
)

// OneLead says which lead of which files to read.
type OneLead struct {
	ID              string
	Leads, Events   []string // files, folders or globs; Events may be empty
	LeaveOutBadRows bool
	Progress        func(stage string, done, total int64)
}

// FoundLead is a lead of a file, with all of its events, whenever they are.
type FoundLead struct {
	Lead     *features.Lead
	Snapshot features.Micros // when training looks at it; [features.NoTime] where that is not known
	Closed   features.Micros // [features.NoTime] where that is not known
	Warnings []features.Warning
}

const noEventsGiven = "the schema uses events, but none were given (--events): the lead counts as one that did nothing"

// ErrNoLead is returned where the files do not hold the lead.
var ErrNoLead = errors.New("no lead")

// FindLead reads a lead as a schema says.
func FindLead(ctx context.Context, schema *features.Schema, ask OneLead) (*FoundLead, error) {
	options := func(stage string) features.ReadOptions {
		return features.ReadOptions{LeaveOutBadRows: ask.LeaveOutBadRows, Progress: func(done, total int64) {
			if ask.Progress != nil {
				ask.Progress(stage, done, total)
			}
		}}
	}
	table, leads, err := features.ReadLeads(ctx, schema, ask.Leads, options("reading leads"))
	if err != nil {
		return nil, err
	}
	row, err := rowOf(table.IDs, &ask)
	if err != nil {
		return nil, err
	}
	found := &FoundLead{Closed: table.Closed.At(row), Warnings: leads.Warnings}
	events := features.NewEventBuilder(table.Len()).Build()
	if len(ask.Events) > 0 {
		read, report, err := features.ReadEvents(ctx, schema, ask.Events, table, options("reading events"))
		if err != nil {
			return nil, err
		}
		events, found.Warnings = read, append(found.Warnings, report.Warnings...)
	} else if schema.UsesEvents() {
		found.Warnings = append(found.Warnings, features.Warning{Count: 1, Problem: noEventsGiven})
	}
	history, err := features.NewHistory(table, events)
	if err != nil {
		return nil, err
	}
	found.Snapshot = history.AsOf[row]
	history.AsOf[row] = math.MaxInt64 // all events
	whole := features.Snapshot{}
	history.Snapshot(row, &whole)
	found.Lead = &features.Lead{ID: whole.ID, Created: whole.Created, Values: whole.Values, Events: whole.Events}
	return found, events.Err()
}

func rowOf(ids *features.IDs, ask *OneLead) (int, error) {
	for i, id := range ids.All() {
		if id == ask.ID {
			return i, nil
		}
	}
	files := strings.Join(ask.Leads, ", ")
	if near, ok := features.Nearest(ask.ID, slices.Collect(ids.Values())); ok {
		return 0, fmt.Errorf("%w %q in %s; did you mean %q?", ErrNoLead, ask.ID, files, near)
	}
	return 0, fmt.Errorf("%w %q in %s", ErrNoLead, ask.ID, files)
}

// Instant is when the lead is looked at, as [Run] does. A model of data without times looks at no instant unless one is given.
func (f *FoundLead) Instant(asOf AsOf, timeless bool) features.Micros {
	instant := features.MicrosOf(asOf.Time)
	if timeless && asOf.Rule != AsOfTime {
		instant = features.NoTime
	}
	switch asOf.Rule {
	case AsOfSnapshot:
		return f.Snapshot
	case AsOfOpen:
		if f.Snapshot != features.NoTime && f.Closed != features.NoTime && f.Closed <= instant {
			return f.Snapshot
		}
	}
	return instant
}
