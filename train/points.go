package train

import (
	"runtime"
	"sync"

	"leadscore/features"
	"leadscore/models/rules"
)

// scorePoints gives the rule book's points of the leads, each at its snapshot.
func scorePoints(book *rules.Book, h *features.History, rows []int32) []float64 {
	points, _ := scoreRules(book, h, rows)
	return points
}

// scoreRules gives points and qualification.
func scoreRules(book *rules.Book, h *features.History, rows []int32) ([]float64, []rules.Qualification) {
	points := make([]float64, len(rows))
	qualified := make([]rules.Qualification, len(rows))
	parallelRows(len(rows), func(from, to int) {
		var snapshot features.Snapshot
		levels := book.Levels(h.Table)
		for i := from; i < to; i++ {
			row := int(rows[i])
			h.SnapshotOf(row, levels.Fields(), &snapshot)
			points[i], _, _, qualified[i] = levels.Points(row, &snapshot)
		}
	})
	return points, qualified
}

// parallelRows cuts 0 … n-1 into one run a core.
func parallelRows(n int, do func(from, to int)) {
	var group sync.WaitGroup
	cores := runtime.GOMAXPROCS(0)
	for c := range cores {
		group.Go(func() { do(n*c/cores, n*(c+1)/cores) })
	}
	group.Wait()
}
