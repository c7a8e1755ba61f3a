package fit

import "sort"

// grid is how one input is coarsened for pairs: code → cell, the first chain cells being ordered.
type grid struct {
	cell  []uint16
	size  int
	chain int
}

// coarsen cuts an input into at most side cells: ordered bins into neighbouring groups of about equal training
// weight, levels by weight, the rarest together in one cell.
func coarsen(input Input, mass []float64, side int) grid {
	levels := sizeOrder(mass, input.Ordered)
	room := side
	if input.Ordered > 0 {
		room = max(side/4, 1) // special values beside the ordered cells
	}
	g := grid{cell: make([]uint16, input.Bins)}
	kept := min(len(levels), room)
	seen := 0
	for _, level := range levels {
		if mass[level] > 0 {
			seen++
		}
	}
	kept = min(kept, max(seen, 1))
	if input.Ordered > 0 {
		if seen == 0 {
			kept = min(len(levels), 1)
		}
		g.chain = groupOrdered(mass[:input.Ordered], max(side-min(seen, kept), 1), g.cell)
	}
	g.size = g.chain
	if len(levels) > 0 {
		g.size += kept
	}
	if input.Ordered > 0 && seen == 0 {
		// A special value that training never shows needs no cell of its own.
		g.size = g.chain
		for _, level := range levels {
			g.cell[level] = uint16(g.chain - 1)
		}
		return g
	}
	for rank, level := range levels {
		g.cell[level] = uint16(g.chain + min(rank, kept-1))
	}
	return g
}

// sizeOrder lists the levels from `from` on by falling weight, ties by position.
func sizeOrder(mass []float64, from int) []int {
	order := make([]int, len(mass)-from)
	for k := range order {
		order[k] = from + k
	}
	sort.SliceStable(order, func(a, b int) bool { return mass[order[a]] > mass[order[b]] })
	return order
}

// groupOrdered writes into cell the group of each ordered bin, at most limit groups, and returns their number.
func groupOrdered(mass []float64, limit int, cell []uint16) int {
	remaining := 0.0
	for _, m := range mass {
		remaining += m
	}
	group, left, sum := 0, limit, 0.0
	for c, m := range mass {
		cell[c] = uint16(group)
		sum += m
		if left > 1 && sum > 0 && sum*float64(left) >= remaining && c+1 < len(mass) {
			remaining -= sum
			sum = 0
			left--
			group++
		}
	}
	return group + 1
}

// pairTerm is the table of two inputs over their coarse cells. The penalty is the sum of both sides' own
// (random walk over ordered cells, ridge over levels) and pairRidge times the identity, which makes it of
// full rank: without it the mean of a pair of two ordered inputs would be free against the intercept.
func pairTerm(inputs []Input, grids []grid, a, b int) *term {
	ga, gb := grids[a], grids[b]
	t := &term{
		name:   inputs[a].Name + " × " + inputs[b].Name,
		inputs: []int{a, b},
		coarse: [][]uint16{ga.cell, gb.cell},
		shape:  []int{ga.size, gb.size},
		cells:  ga.size * gb.size,
	}
	t.functions, t.size = t.cells, t.cells
	p := &penalty{diagonal: repeat(pairRidge, t.cells), rank: float64(t.cells), lambda: 5, spread: 1}
	for i := range ga.size {
		for j := range gb.size {
			at := int32(i*gb.size + j)
			if i >= ga.chain {
				p.diagonal[at]++
			} else if i+1 < ga.chain {
				p.edges = append(p.edges, [2]int32{at, at + int32(gb.size)})
			}
			if j >= gb.chain {
				p.diagonal[at]++
			} else if j+1 < gb.chain {
				p.edges = append(p.edges, [2]int32{at, at + 1})
			}
		}
	}
	t.penalties = []*penalty{p}
	return t
}

// pairRidge is δ of the pairs' penalty: about the smallest curvature of a random walk over 12 cells.
const pairRidge = 0.07

func repeat(value float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = value
	}
	return out
}
