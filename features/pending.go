package features

import (
	"context"
	"errors"
)

var errPending = errors.New("not written yet")




type ReadOptions struct {
	Outcome         bool
	LeaveOutBadRows bool
	Progress        func(done, total int64)
}
type Warning struct {
	Problem  string
	Count    int64
	Examples []string
}
type ReadReport struct {
	Files       []string
	Rows        int64
	LeftOut     map[string]int64
	Warnings    []Warning
	Fingerprint string
}

func ReadLeads(ctx context.Context, s *Schema, paths []string, o ReadOptions) (*Table, *ReadReport, error) {
	return nil, nil, errPending
}
func ReadEvents(ctx context.Context, s *Schema, paths []string, t *Table, o ReadOptions) (*EventLog, *ReadReport, error) {
	return nil, nil, errPending
}

type EventLog struct {
	Types []string
}

func (l *EventLog) Len() int                                    { return 0 }
func (l *EventLog) Of(row int) (times []Micros, types []uint32) { return nil, nil }

func NewHistory(t *Table, e *EventLog) (*History, error)         { return nil, errPending }
func NewHistoryAsOf(t *Table, e *EventLog, asOf Micros) *History { return nil }
func (h *History) Snapshot(i int, into *Snapshot)                {}
func ObservedUntil(t *Table, e *EventLog) Micros                 { return NoTime }
func (s *Schema) NewLead(id string, created Micros, values map[string]any, events []Event) (*Lead, error) {
	return nil, errPending
}
func (l *Lead) At(asOf Micros) Snapshot                                               { return Snapshot{} }

func FitEncoder(h *History, rows []int32, l Limits) (*Encoder, error)  { return nil, errPending }
func (e *Encoder) Validate() error                                     { return errPending }
func (e *Encoder) Bins(i int) int                                      { return 0 }
func (e *Encoder) OrderedBins(i int) int                               { return 0 }
func (e *Encoder) Encode(s *Snapshot, codes []uint16, status []Status) {}
func (e *Encoder) EncodeHistory(ctx context.Context, h *History) ([]Codes, error) {
	return nil, errPending
}
func (e *Encoder) Label(i int, code uint16) string { return "" }
