package baseline

import (
	"context"

	"github.com/sjwhitworth/golearn/kdtree"
	"github.com/sjwhitworth/golearn/metrics/pairwise"
)

const (
	nearest       = 25 // neighbours that vote; fewer where there are fewer leads
	neighbourBins = 32
	// awayFromOrigin shifts every coordinate. golearn's tree compares its empty branches as if they were a lead at the
	// origin (a nil matrix is a zero matrix), which made 87 of 200 searches wrong; far from the origin none was.
	awayFromOrigin = 1000
)

// neighbours is the share of wins among the most similar past leads, by Euclidean distance between codes scaled to
// [0, 1], with golearn's k-d tree. One win and one loss are added so that no share is 0 or 1. Missing numbers and
// categories lie at 0.
//
// golearn's package knn, which wraps the same tree, does not build without cgo.
func neighbours(ctx context.Context, past, recent Data) (prediction, error) {
	c := fitCoding(past, neighbourBins)
	search := kdtree.New()
	if err := search.Build(c.scaled(past)); err != nil {
		return prediction{}, err
	}
	k := min(nearest, past.Len())
	probability := make([]float64, recent.Len())
	for i, row := range c.scaled(recent) {
		if err := ctx.Err(); err != nil {
			return prediction{}, err
		}
		found, _, err := search.Search(k, pairwise.NewEuclidean(), row)
		if err != nil {
			return prediction{}, err
		}
		wins := int64(0)
		for _, neighbour := range found {
			wins += label(past.Won[neighbour])
		}
		probability[i] = float64(wins+1) / float64(k+2)
	}
	return classed(probability), nil
}

// scaled is the codes of each lead in [0, 1], shifted by awayFromOrigin.
func (c coding) scaled(d Data) [][]float64 {
	rows := c.rows(d)
	for _, row := range rows {
		for j, column := range c.columns {
			row[j] = awayFromOrigin + row[j]/float64(max(1, column.size-1))
		}
	}
	return rows
}
