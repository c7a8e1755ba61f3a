package main

import (
	"fmt"
	"math"
	"slices"
)

// scale recomputes what points have meant: bands, steps, the line that never falls and its range.
func (f *figures) scale() {
	var points, wins, chances []float64
	gates := map[string][3]float64{}
	for _, l := range f.leads {
		if l.qualification == "fast_lane" || l.qualification == "excluded" {
			g := gates[l.qualification]
			gates[l.qualification] = [3]float64{g[0] + 1, g[1] + l.won, g[2] + l.p}
			continue
		}
		points, wins, chances = append(points, l.points), append(wins, l.won), append(chances, l.p)
	}
	for name, g := range gates {
		f.set(name+".leads", g[0])
		f.set(name+".won", g[1])
		f.rate(name+".rate", g[1], g[0])
		f.set(name+".expected", 100*g[2]/g[0])
	}
	for _, name := range []string{"fast_lane", "excluded"} {
		if _, some := gates[name]; !some {
			f.set(name+".leads", 0)
		}
	}
	f.bands(points, wins, chances)
	f.levels(points, wins, chances)
}

// widthOf is the least of 1, 2, 5, 10, … that cuts the points into at most ten bands.
func widthOf(least, most float64) float64 {
	for k := 0; ; k++ {
		width := []float64{1, 2, 5}[k%3] * math.Pow(10, float64(k/3))
		if math.Floor(most/width)-math.Floor(least/width)+1 <= 10 {
			return width
		}
	}
}

func (f *figures) bands(points, wins, chances []float64) {
	width := widthOf(slices.Min(points), slices.Max(points))
	type band struct{ n, won, expected float64 }
	var list []band
	for k := math.Floor(slices.Min(points) / width); k <= math.Floor(slices.Max(points)/width); k++ {
		var b band
		for i, p := range points {
			if p >= k*width && p < (k+1)*width {
				b.n, b.won, b.expected = b.n+1, b.won+wins[i], b.expected+chances[i]
			}
		}
		if last := len(list) - 1; last >= 0 && list[last].n < 20 {
			list[last].n, list[last].won, list[last].expected = list[last].n+b.n, list[last].won+b.won, list[last].expected+b.expected
		} else if b.n > 0 {
			list = append(list, b)
		}
	}
	if last := len(list) - 1; last > 0 && list[last].n < 20 {
		b := list[last]
		list = list[:last]
		list[last-1].n, list[last-1].won, list[last-1].expected = list[last-1].n+b.n, list[last-1].won+b.won, list[last-1].expected+b.expected
	}
	for k, b := range list {
		key := fmt.Sprintf("band.%d.", k)
		f.set(key+"leads", b.n)
		f.set(key+"won", b.won)
		f.rate(key+"rate", b.won, b.n)
		f.set(key+"expected", 100*b.expected/b.n)
		if k > 0 {
			a := list[k-1]
			low, high := newcombe(b.won, b.n, a.won, a.n)
			f.set(fmt.Sprintf("step.%d", k-1), 100*(b.won/b.n-a.won/a.n))
			f.set(fmt.Sprintf("step.%d.range", k-1), 100*low, 100*high)
		}
	}
}

func (f *figures) levels(points, wins, chances []float64) {
	sorted := slices.Clone(points)
	slices.Sort(sorted)
	n := len(sorted)
	low, high := sorted[min(20, (n+1)/2)-1], sorted[n-min(20, (n+1)/2)]
	clamped := make([]float64, n)
	for i, p := range points {
		clamped[i] = math.Min(math.Max(p, low), high)
	}
	scores := slices.Clone(clamped)
	slices.Sort(scores)
	scores = slices.Compact(scores)
	chances = slices.Clone(chances)
	slices.Sort(chances)
	width := widthOf(low, high)
	for k := 0; ; k++ {
		level := math.Ceil(low/width)*width + float64(k)*width
		if level > high {
			return
		}
		at := slices.IndexFunc(scores, func(s float64) bool { return s >= level })
		reach := 0
		for _, p := range clamped {
			if p >= level {
				reach++
			}
		}
		rate, from, to := neverFalling(clamped, wins, scores, at)
		key := fmt.Sprintf("level.%d.", k)
		f.set(key+"points", level)
		f.set(key+"rate", 100*rate)
		f.set(key+"rate.range", 100*from, 100*to)
		f.set(key+"reach", float64(reach))
		f.set(key+"probability", 100*chances[n-reach])
	}
}

// neverFalling is the least-squares fit that never falls, by its max–min formula, and its range at one score: the best of Wilson's
// bounds over the shortest runs with 1, 2, 4, … leads that begin, or end, there.
func neverFalling(points, wins, scores []float64, at int) (rate, low, high float64) {
	n, won := make([]float64, len(scores)), make([]float64, len(scores))
	for i, p := range points {
		k, _ := slices.BinarySearch(scores, p)
		n[k], won[k] = n[k]+1, won[k]+wins[i]
	}
	run := func(a, b int) (leads, wins float64) {
		for k := a; k <= b; k++ {
			leads, wins = leads+n[k], wins+won[k]
		}
		return leads, wins
	}
	for a := 0; a <= at; a++ {
		least := 1.0
		for b := at; b < len(scores); b++ {
			leads, wins := run(a, b)
			least = math.Min(least, wins/leads)
		}
		rate = math.Max(rate, least)
	}
	sizes := 1 + math.Floor(math.Log2(float64(len(points))))
	z := pointOf(1 - 0.025/sizes)
	high = 1
	for size := 1.0; size <= float64(len(points)); size *= 2 {
		for b := at; b < len(scores); b++ {
			if leads, wins := run(at, b); leads >= size {
				_, h := slowWilson(wins, leads, z)
				high = math.Min(high, h)
				break
			}
		}
		for a := at; a >= 0; a-- {
			if leads, wins := run(a, at); leads >= size {
				l, _ := slowWilson(wins, leads, z)
				low = math.Max(low, l)
				break
			}
		}
	}
	return rate, math.Min(low, high), math.Max(low, high)
}

// pointOf is the standard normal's quantile, by halving.
func pointOf(share float64) float64 {
	low, high := 0.0, 10.0
	for range 100 {
		middle := (low + high) / 2
		if 0.5*math.Erfc(-middle/math.Sqrt2) < share {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}
