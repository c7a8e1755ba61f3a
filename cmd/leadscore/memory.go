package main

import (
	"os"
	"runtime/debug"
)

// beFrugal lets the heap grow by a third between collections instead of doubling, for commands that hold long columns of numbers: those
// cost a collection next to nothing. GOGC in the environment has the last word.
func beFrugal() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(33)
	}
}
