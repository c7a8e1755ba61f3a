package fit

import (
	"sort"

	"gonum.org/v1/gonum/mat"
)

// blockOf names two different terms, first < second, whose covariance the model keeps cell by cell.
type blockOf struct{ first, second int }

// mostBlockCells bounds the numbers that all kept blocks hold: 512 kB of 32-bit floats.
const mostBlockCells = 128 << 10

// worstBlocks adds to kept the blocks that the factor misses most, up to limit in all and within mostBlockCells.
func (c *centred) worstBlocks(kept []blockOf, factor *mat.Dense, limit int) []blockOf {
	var blocks []blockOf
	room := mostBlockCells
	taken := map[blockOf]bool{}
	for _, b := range kept {
		taken[b] = true
		room -= c.blockCells(b)
	}
	for s := range c.terms {
		for t := s + 1; t < len(c.terms); t++ {
			if b := (blockOf{s, t}); !taken[b] {
				blocks = append(blocks, b)
			}
		}
	}
	missed := make([]float64, len(blocks))
	parallel(len(blocks), func(k int) { missed[k] = c.missed(blocks[k], factor) })
	order := make([]int, len(blocks))
	for k := range order {
		order[k] = k
	}
	sort.SliceStable(order, func(i, j int) bool { return missed[order[i]] > missed[order[j]] })
	for _, k := range order {
		if size := c.blockCells(blocks[k]); len(kept) < limit && size <= room && missed[k] > 0 {
			room -= size
			kept = append(kept, blocks[k])
		}
	}
	return kept
}

func (c *centred) blockCells(b blockOf) int { return c.terms[b.first].cells * c.terms[b.second].cells }

// missed is the mean square of what the factor misses of a block, over leads spread as the margins say.
func (c *centred) missed(b blockOf, factor *mat.Dense) float64 {
	sum := 0.0
	for i := c.start[b.first]; i < c.end(b.first); i++ {
		row, f := c.row(i), factor.RawRowView(i)
		part := 0.0
		for j := c.start[b.second]; j < c.end(b.second); j++ {
			d := row[j] - dot(f, factor.RawRowView(j))
			part += c.weight[j] * d * d
		}
		sum += c.weight[i] * part
	}
	return sum
}

// blockTable is, by cell of both terms, their covariance less what the factor gives.
func (c *centred) blockTable(b blockOf, factor *mat.Dense) []float64 {
	first, second := c.cellRows(b.first, factor), c.cellRows(b.second, factor)
	out := make([]float64, 0, len(first)*len(second))
	for _, x := range first {
		for _, y := range second {
			sum := -dot(x.factor, y.factor)
			for i, a := range x.at {
				row := c.row(int(a))
				for j, at := range y.at {
					sum += x.share[i] * y.share[j] * row[at]
				}
			}
			out = append(out, sum)
		}
	}
	return out
}

// cellRow is a cell in functions, and its row of the factor.
type cellRow struct {
	at     []int32
	share  []float64
	factor []float64
}

func (c *centred) cellRows(k int, factor *mat.Dense) []cellRow {
	rows := make([]cellRow, c.terms[k].cells)
	for cell := range rows {
		at, share := c.appendFunctions(k, cell, nil, nil)
		rows[cell] = cellRow{at, share, factorRow(factor, at, share)}
	}
	return rows
}
