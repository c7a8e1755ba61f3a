// Command quality measures leadscore on real data, through its own command line: it trains and scores four folds of each
// data set under ../shared/data, pools them, and holds AUC, log loss and calibration against the goals and other programs' figures.
//
// Run it by make quality. Exit codes: 0 all goals reached, or the data are absent; 1 a goal missed or a run failed; 2
// wrong usage.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
)

// settings are the flags.
type settings struct {
	binary, data, only string
	write              string
	json               bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is main with its surroundings as arguments.
func run(ctx context.Context, arguments []string, out, log io.Writer) int {
	var s settings
	flags := flag.NewFlagSet("quality", flag.ContinueOnError)
	flags.SetOutput(log)
	flags.StringVar(&s.binary, "bin", "build/leadscore", "the leadscore binary to measure")
	flags.StringVar(&s.data, "data", "../shared/data", "the folder of real data")
	flags.StringVar(&s.only, "only", "", "measure only these data sets, as adult,bank")
	flags.StringVar(&s.write, "write", "", "measure nothing, but write the prepared data sets into this folder, for train/bench")
	flags.BoolVar(&s.json, "json", false, "print the result as JSON")
	if err := flags.Parse(arguments); err != nil {
		return 2
	}
	chosen, err := choose(s.only)
	if err != nil || flags.NArg() > 0 {
		fmt.Fprintln(log, "quality:", err, strings.Join(flags.Args(), " "))
		return 2
	}
	if _, err := os.Stat(filepath.Join(s.data, "README.md")); os.IsNotExist(err) {
		fmt.Fprintf(log, "quality: skipped: the real data are not in %s\n", s.data)
		return 0
	}
	if s.write != "" {
		if err := writeAll(s, chosen); err != nil {
			fmt.Fprintln(log, "quality:", err)
			return 1
		}
		return 0
	}
	measurements, failed := measureAll(ctx, s, chosen, log)
	if err := print(out, s.json, measurements); err != nil {
		fmt.Fprintln(log, "quality:", err)
		return 1
	}
	for _, m := range measurements {
		failed = failed || len(m.Missed) > 0
	}
	if failed {
		return 1
	}
	return 0
}

// writeAll writes each data set as the product gets it, all rows in one file.
func writeAll(s settings, chosen []dataset) error {
	for _, d := range chosen {
		h, err := d.prepare(s.data)
		if err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
		dir := filepath.Join(s.write, d.name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		all := split{train: make([]int, len(h.rows))}
		for i := range all.train {
			all.train[i] = i
		}
		if _, err := h.write(dir, d.name, all); err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
	}
	return nil
}

// measureAll measures one data set after the other, one fold after the other, so that the seconds are fair. A data set
// that fails is reported, and the others still run.
func measureAll(ctx context.Context, s settings, chosen []dataset, log io.Writer) (all []*measurement, failed bool) {
	for _, d := range chosen {
		found, err := measureDataset(ctx, &product{path: s.binary}, d, s.data, log)
		all = append(all, found...)
		if err != nil {
			fmt.Fprintln(log, "quality:", err)
			failed = true
		}
		if ctx.Err() != nil {
			return all, true
		}
	}
	return all, failed
}

func measureDataset(ctx context.Context, p *product, d dataset, dir string, log io.Writer) ([]*measurement, error) {
	fmt.Fprintf(log, "%s …\n", d.name)
	h, err := d.prepare(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.name, err)
	}
	m, err := measure(ctx, p, d, h, "four folds", folds(len(h.rows)))
	if err != nil {
		return nil, err
	}
	m.holdAgainst(d.goals, d.aboveMeansSomethingIs, foldCount)
	m.setPeers(d.peers)
	all := []*measurement{m}
	if d.ahead != nil {
		more, err := measureAhead(ctx, p, d, h)
		return append(all, more...), err
	}
	return all, nil
}

// measureAhead measures the last 30 % of a history in the order of time: by the model of the first 70 %, and by the same
// recalibrated on the first fifth of the later leads.
func measureAhead(ctx context.Context, p *product, d dataset, h *history) ([]*measurement, error) {
	asItIs, recalibrated := *d.ahead, goals{ratio: d.ahead.ratio}
	asItIs.ratio = false
	m, err := measure(ctx, p, d, h, "70 % → 30 %", timeOrder(len(h.rows)))
	if err != nil {
		return nil, err
	}
	m.holdAgainst(asItIs, "", 1)
	m.setPeers(d.aheadPeers)
	moved, err := measure(ctx, p, d, h, "70 % → 6 % → 24 %", recalibratedOrder(len(h.rows)))
	if err != nil {
		return []*measurement{m}, err
	}
	moved.holdAgainst(recalibrated, "", 1)
	return []*measurement{m, moved}, nil
}

// choose returns the data sets of a list of names; all for an empty one.
func choose(names string) ([]dataset, error) {
	if names == "" {
		return datasets, nil
	}
	var chosen []dataset
	for name := range strings.SplitSeq(names, ",") {
		found := false
		for _, d := range datasets {
			if d.name == name {
				chosen, found = append(chosen, d), true
			}
		}
		if !found {
			return nil, fmt.Errorf("no data set %q", name)
		}
	}
	return chosen, nil
}

func print(out io.Writer, asJSON bool, measurements []*measurement) error {
	if !asJSON {
		printTable(out, measurements)
		return nil
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(measurements)
}
