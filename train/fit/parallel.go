package fit

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// parallel calls do(0) … do(tasks−1) on all cores and waits. Tasks write to places of their own and
// never add to a shared sum, so the result does not depend on the number of cores.
func parallel(tasks int, do func(task int)) {
	workers := min(runtime.GOMAXPROCS(0), tasks)
	if workers <= 1 {
		for task := range tasks {
			do(task)
		}
		return
	}
	var next atomic.Int64
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			for {
				task := int(next.Add(1)) - 1
				if task >= tasks {
					return
				}
				do(task)
			}
		})
	}
	wait.Wait()
}
