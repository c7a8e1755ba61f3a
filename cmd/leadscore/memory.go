package main

import (
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// garbage is about how many bytes may lie about before they are collected.
const garbage = 96 << 20

// beFrugal bounds the garbage of commands that hold long columns, where Go would let it grow to as much again as is in use: the
// columns hold no pointers, so that a collection costs next to nothing. GOGC in the environment has the last word.
func beFrugal() {
	if os.Getenv("GOGC") != "" {
		return
	}
	const first = 400 // until the clock first ticks, while a model is loaded and little is held
	debug.SetGCPercent(first)
	go func() {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		percent := first
		for range time.Tick(100 * time.Millisecond) {
			metrics.Read(live)
			wanted := int(min(100, max(5, 100*garbage/max(1, live[0].Value.Uint64()))))
			if wanted != percent {
				percent = wanted
				debug.SetGCPercent(percent)
			}
		}
	}()
}
