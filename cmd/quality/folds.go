package main

import (
	"os"
	"path/filepath"
	"slices"
)

// split says which rows of a history train and which are scored, by index. Where recalibrate has rows, the model is moved to them
// before it scores.
type split struct{ train, recalibrate, score []int }

const foldCount = 4

// folds puts row i into fold i mod 4. Each fold is scored by a model of the other three.
func folds(rows int) []split {
	parts := make([]split, foldCount)
	for fold := range parts {
		for i := range rows {
			if i%foldCount == fold {
				parts[fold].score = append(parts[fold].score, i)
			} else {
				parts[fold].train = append(parts[fold].train, i)
			}
		}
	}
	return parts
}

// timeOrder trains on the first 70 % and scores the last 30 %.
func timeOrder(rows int) []split {
	var s split
	for i := range rows {
		if i < rows*7/10 {
			s.train = append(s.train, i)
		} else {
			s.score = append(s.score, i)
		}
	}
	return []split{s}
}

// recalibratedOrder is timeOrder with the first fifth of the later rows to recalibrate by.
func recalibratedOrder(rows int) []split {
	s := timeOrder(rows)[0]
	fifth := len(s.score) / 5
	s.recalibrate, s.score = s.score[:fifth], s.score[fifth:]
	return []split{s}
}

// files are the paths of one split, written for the product. The events are empty for data without, and closed without rows to
// recalibrate by.
type files struct {
	schema, rules                              string
	train, trainEvents, toScore, toScoreEvents string
	closed, closedEvents                       string
	scores                                     string // to be written
	store                                      string // to be made
}

// write puts a split into dir. The leads to be scored come without what they do not have yet.
func (h *history) write(dir, name string, s split) (*files, error) {
	f := &files{scores: filepath.Join(dir, "scores.csv"), store: filepath.Join(dir, "models")}
	var err error
	keep := func(path *string, from string, header []string, rows [][]string) {
		if err == nil {
			*path, err = writeCSV(dir, from, header, rows)
		}
	}
	header, rows := h.without(h.hidden, s.score)
	keep(&f.train, "train.csv", h.header, take(h.rows, s.train))
	keep(&f.toScore, "score.csv", header, rows)
	if len(s.recalibrate) > 0 {
		keep(&f.closed, "closed.csv", h.header, take(h.rows, s.recalibrate))
		if h.events != nil {
			keep(&f.closedEvents, "closed-events.csv", h.eventHeader, h.eventsOf(s.recalibrate))
		}
	}
	if h.events != nil {
		keep(&f.trainEvents, "train-events.csv", h.eventHeader, h.eventsOf(s.train))
		keep(&f.toScoreEvents, "score-events.csv", h.eventHeader, h.eventsOf(s.score))
	}
	for _, book := range []struct {
		path *string
		kind string
	}{{&f.schema, "schema.yaml"}, {&f.rules, "rules.yaml"}} {
		if err != nil {
			return nil, err
		}
		var text []byte
		if text, err = books.ReadFile("books/" + name + "." + book.kind); err != nil {
			return nil, err
		}
		*book.path = filepath.Join(dir, book.kind)
		err = os.WriteFile(*book.path, text, 0o600)
	}
	return f, err
}

// without returns these rows less some columns.
func (h *history) without(columns []string, rows []int) (header []string, out [][]string) {
	var keep []int
	for c, name := range h.header {
		if !slices.Contains(columns, name) {
			keep = append(keep, c)
		}
	}
	for _, row := range take(h.rows, rows) {
		out = append(out, take(row, keep))
	}
	return take(h.header, keep), out
}

// eventsOf returns the events of these leads, in the log's order.
func (h *history) eventsOf(rows []int) [][]string {
	ids := map[string]bool{}
	for _, i := range rows {
		ids[h.rows[i][h.idColumn]] = true
	}
	var out [][]string
	for _, event := range h.events {
		if ids[event[0]] {
			out = append(out, event)
		}
	}
	return out
}

func take[T any](values []T, at []int) []T {
	out := make([]T, len(at))
	for i, j := range at {
		out[i] = values[j]
	}
	return out
}
