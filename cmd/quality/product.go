package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// product is the leadscore binary.
type product struct {
	path string
	cpu  time.Duration // that its commands used so far, all cores together
}

// model is the name of the measured model in its store.
const model = "quality"

// train fits a model, and returns what it printed: the figures and the warnings.
func (p *product) train(ctx context.Context, f *files) (string, error) {
	return p.run(ctx, withEvents(f.trainEvents, "train", "--schema", f.schema, "--rules", f.rules, "--leads", f.train, "--store", f.store, "--model", model))
}

// recalibrate moves the model to newer closed leads.
func (p *product) recalibrate(ctx context.Context, f *files) error {
	_, err := p.run(ctx, withEvents(f.closedEvents, "recalibrate", "--store", f.store, "--model", model, "--leads", f.closed))
	return err
}

func withEvents(events string, arguments ...string) []string {
	if events == "" {
		return arguments
	}
	return append(arguments, "--events", events)
}

// score returns the probability of each lead, in the file's order; ids are the leads it must hold.
func (p *product) score(ctx context.Context, f *files, asOf string, ids []string) ([]float64, error) {
	arguments := withEvents(f.toScoreEvents, "score", "--store", f.store, "--model", model, "--leads", f.toScore, "--out", f.scores)
	if asOf != "" {
		arguments = append(arguments, "--as-of", asOf)
	}
	if _, err := p.run(ctx, arguments); err != nil {
		return nil, err
	}
	return readScores(f.scores, ids)
}

// run returns all output of a command that succeeded. The error of one that failed has its last lines.
func (p *product) run(ctx context.Context, arguments []string) (string, error) {
	var out bytes.Buffer
	command := exec.CommandContext(ctx, p.path, arguments...)
	command.Stdout, command.Stderr = &out, &out
	err := command.Run()
	if state := command.ProcessState; state != nil {
		p.cpu += state.UserTime() + state.SystemTime()
	}
	if err != nil {
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		return "", fmt.Errorf("%s %s: %w\n%s", p.path, strings.Join(arguments, " "), err, strings.Join(lines[max(0, len(lines)-20):], "\n"))
	}
	return out.String(), nil
}

// readScores reads what score wrote and checks that it holds every lead, once, in order.
func readScores(path string, ids []string) ([]float64, error) {
	t, err := readTable(path, ',', nil)
	if err != nil {
		return nil, err
	}
	id, err := t.column("lead_id")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	probability, err := t.column("probability")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(t.rows) != len(ids) {
		return nil, fmt.Errorf("%s: %d leads scored, want %d", path, len(t.rows), len(ids))
	}
	scores := make([]float64, len(ids))
	for i, row := range t.rows {
		if row[id] != ids[i] {
			return nil, fmt.Errorf("%s: line %d is lead %s, want %s", path, i+2, row[id], ids[i])
		}
		if scores[i], err = strconv.ParseFloat(row[probability], 64); err != nil || !(scores[i] > 0 && scores[i] < 1) {
			return nil, fmt.Errorf("%s: lead %s: probability %q is not between 0 and 1", path, row[id], row[probability])
		}
	}
	return scores, nil
}
