// Command benchdata makes a large simulated history of leads for benchmarks: 30 fields, 18 of them categories of 5 to 200 values
// and 12 numbers, 5 % missing, and events if asked for. What wins is known: level effects, smooth functions of numbers, two
// interactions and a slow drift, so that every program that reads the file can be judged on the same newest part.
//
//	go run ./cmd/benchdata -leads 1000000 -events 30000000 -out build/bench
//
// It writes leads.parquet, events.parquet (by time, as an export is), schema.yaml and rules.yaml. The same flags give the same files.
// leadscore simulate makes a small history that looks like a company's; this one has the size and shape of a benchmark.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"leadscore/features/source"
)

func main() {
	leads := flag.Int("leads", 1_000_000, "number of leads")
	events := flag.Int("events", 0, "number of events, about; 0 writes no file of events")
	out := flag.String("out", "", "folder to write to, made if absent")
	seed := flag.Uint64("seed", 1, "other seeds give other leads of the same kind")
	flag.Parse()
	if *out == "" || *leads < 1 || *events < 0 || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := write(*out, *leads, *events, *seed); err != nil {
		fmt.Fprintln(os.Stderr, "benchdata:", err)
		os.Exit(1)
	}
}

func write(folder string, leads, events int, seed uint64) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	w := newWorld(leads, seed)
	if err := writeBlocks(filepath.Join(folder, "leads.parquet"), leads, w.leadBlock); err != nil {
		return err
	}
	if events > 0 {
		if err := w.writeEvents(filepath.Join(folder, "events.parquet"), float64(events)/float64(leads)); err != nil {
			return err
		}
	}
	return writeTexts(folder, w, events > 0)
}

// blockRows is how many rows one random stream makes.
const blockRows = 1 << 16

// writeBlocks makes blocks on all cores and writes them in order.
func writeBlocks(path string, rows int, block func(from, to int) []source.Column) error {
	blocks := (rows + blockRows - 1) / blockRows
	made := make([]chan []source.Column, blocks)
	for b := range made {
		made[b] = make(chan []source.Column, 1)
	}
	ahead := make(chan struct{}, 2*runtime.GOMAXPROCS(0))
	go func() {
		for b := range made {
			ahead <- struct{}{}
			go func() { made[b] <- block(b*blockRows, min(rows, (b+1)*blockRows)) }()
		}
	}()
	first := <-made[0]
	<-ahead
	w, err := source.Create(path, infosOf(first))
	if err != nil {
		return err
	}
	defer w.Discard()
	for b := range made {
		columns := first
		if b > 0 {
			columns = <-made[b]
			<-ahead
		}
		if err := w.Write(columns, min(rows-b*blockRows, blockRows)); err != nil {
			return err
		}
	}
	return w.Commit()
}

func infosOf(columns []source.Column) []source.ColumnInfo {
	infos := make([]source.ColumnInfo, len(columns))
	for i := range columns {
		infos[i] = columns[i].ColumnInfo
	}
	return infos
}

// inParallel does pieces 0 … n-1 on all cores.
func inParallel(n int, do func(i int)) {
	var group sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	group.Wait()
}
