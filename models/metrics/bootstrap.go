package metrics

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
)

// Bootstrap says how often to draw, and from which seed. Its zero value is invalid.
type Bootstrap struct {
	Replicates int // ≥ 2
	Seed       uint64
}

// ClusteredDifference is an AUC difference whose interval allows for leads that belong together.
type ClusteredDifference struct {
	Estimate
	Clusters   int `json:"clusters"`   // accounts, and leads without one
	Replicates int `json:"replicates"` // drawn, and holding both outcomes
}

// ClusteredAUCDifference is AUC(a) − AUC(b) of two scores of the same leads, with the 95 % percentile interval of a bootstrap that draws
// whole clusters, both scores from the same draw (Field & Welsh, JRSS B 69, 2007, 369–390). Leads of one account share
// luck and circumstances, so drawing single leads would make the interval too narrow. clusters has one number a lead; 0 is no account: the lead
// stands alone. nil: every lead stands alone.
//
// The same seed gives the same bits on any number of cores. A draw with one outcome only is left out and not counted; without two draws that count it is
// [ErrOneClass]. With fewer than [FewestForDeLong] of either outcome it is [ErrTooFew]: draws of a handful of leads repeat them, and their spread is too narrow. Cost O(n log n + replicates·n).
func ClusteredAUCDifference(ctx context.Context, a, b, wins []float64, clusters []uint32, s Bootstrap) (ClusteredDifference, error) {
	first, err := newRanked(a, wins)
	if err != nil {
		return ClusteredDifference{}, fmt.Errorf("first score: %w", err)
	}
	second, err := newRanked(b, wins)
	if err != nil {
		return ClusteredDifference{}, fmt.Errorf("second score: %w", err)
	}
	if s.Replicates < 2 || clusters != nil && len(clusters) != len(wins) {
		return ClusteredDifference{}, fmt.Errorf("%w: %d replicates, %d clusters for %d leads", ErrInput, s.Replicates, len(clusters), len(wins))
	}
	if m := countWins(wins); m > 0 && m < len(wins) && min(m, len(wins)-m) < FewestForDeLong {
		return ClusteredDifference{}, fmt.Errorf("%w: %d won and %d lost leads", ErrTooFew, m, len(wins)-m)
	}
	of, count := denseClusters(clusters, len(wins))
	first.cluster(of)
	second.cluster(of)
	draws := drawDifferences(ctx, first, second, count, s)
	if err := ctx.Err(); err != nil {
		return ClusteredDifference{}, err
	}
	if len(draws) < 2 {
		return ClusteredDifference{}, fmt.Errorf("%w in nearly every draw of %d clusters", ErrOneClass, count)
	}
	once := slices.Repeat([]int32{1}, count)
	areaFirst, _ := first.area(once)
	areaSecond, _ := second.area(once)
	spread := math.Sqrt(sampleCovariance(draws, draws))
	slices.Sort(draws)
	return ClusteredDifference{
		Estimate: Estimate{Value: areaFirst - areaSecond, StandardError: spread, Low: quantile(draws, 0.025), High: quantile(draws, 0.975)},
		Clusters: count, Replicates: len(draws),
	}, nil
}

// drawDifferences gives the difference of each draw that holds both outcomes, in the order of the draws.
func drawDifferences(ctx context.Context, first, second *ranked, clusters int, s Bootstrap) []float64 {
	values, usable := make([]float64, s.Replicates), make([]bool, s.Replicates)
	var group sync.WaitGroup
	cores := runtime.GOMAXPROCS(0)
	for c := range cores {
		group.Go(func() {
			times := make([]int32, clusters)
			for r := c; r < s.Replicates && ctx.Err() == nil; r += cores {
				random := rand.New(rand.NewPCG(s.Seed, uint64(r)))
				clear(times)
				for range clusters {
					times[random.IntN(clusters)]++
				}
				areaFirst, ok := first.area(times)
				areaSecond, _ := second.area(times)
				values[r], usable[r] = areaFirst-areaSecond, ok
			}
		})
	}
	group.Wait()
	draws := make([]float64, 0, s.Replicates)
	for r, ok := range usable {
		if ok {
			draws = append(draws, values[r])
		}
	}
	return draws
}

// denseClusters numbers clusters from 0, a new one for each lead without.
func denseClusters(clusters []uint32, n int) (of []int32, count int) {
	of = make([]int32, n)
	numbers := map[uint32]int32{}
	for i := range of {
		if clusters == nil || clusters[i] == 0 {
			of[i] = int32(count)
			count++
			continue
		}
		number, seen := numbers[clusters[i]]
		if !seen {
			number = int32(count)
			numbers[clusters[i]] = number
			count++
		}
		of[i] = number
	}
	return of, count
}

// ranked are leads by rising score, so that an AUC under other weights needs no sorting.
type ranked struct {
	order []int
	won   []bool
	last  []bool  // the lead is the last of its score
	of    []int32 // its cluster
}

func newRanked(scores, wins []float64) (*ranked, error) {
	if err := checkPairs(scores, wins); err != nil {
		return nil, err
	}
	if won := countWins(wins); won == 0 || won == len(wins) {
		return nil, fmt.Errorf("%w: %d of %d leads are won", ErrOneClass, won, len(wins))
	}
	r := &ranked{order: RisingOrder(scores), won: make([]bool, len(wins)), last: make([]bool, len(wins))}
	for k, i := range r.order {
		r.won[k] = wins[i] == 1
		r.last[k] = k+1 == len(r.order) || scores[r.order[k+1]] != scores[i]
	}
	return r, nil
}

func (r *ranked) cluster(of []int32) {
	r.of = make([]int32, len(r.order))
	for k, i := range r.order {
		r.of[k] = of[i]
	}
}

// area is the AUC with each cluster taken so many times; false with one outcome only. The sums are whole numbers, so exact.
func (r *ranked) area(times []int32) (float64, bool) {
	var below, wonAll, tiedWon, tiedLost, twice int64
	for k, cluster := range r.of {
		t := int64(times[cluster])
		if r.won[k] {
			tiedWon += t
		} else {
			tiedLost += t
		}
		if r.last[k] {
			twice += tiedWon * (2*below + tiedLost)
			below += tiedLost
			wonAll += tiedWon
			tiedWon, tiedLost = 0, 0
		}
	}
	if wonAll == 0 || below == 0 {
		return 0, false
	}
	return float64(twice) / 2 / (float64(wonAll) * float64(below)), true
}
