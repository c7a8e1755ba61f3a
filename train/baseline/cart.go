package baseline

import (
	"context"
	"math/rand/v2"

	"github.com/sjwhitworth/golearn/trees"
)

const (
	treeBins  = 32 // values of a column that a tree may split between
	treeDepth = 6  // levels of splits
)

// cart is golearn's classification tree (Gini impurity) on the codes of all columns. The probability is the share of wins
// among the past leads of the leaf, with one win and one loss added to each leaf so that none says 0 or 1. golearn's own
// Predict is not asked: of a tree that found no split it always answers class 0.
func cart(past, recent Data) (prediction, error) {
	c := fitCoding(past, treeBins)
	rows, judged := c.rows(past), c.rows(recent)
	tree, err := growTree(rows, past.Won)
	if err != nil {
		return prediction{}, err
	}
	return classed(tree.shares(judged)), nil
}

// baggedCART is the average of trees, each grown on as many leads drawn with replacement and on half of the columns
// (Breiman, Bagging predictors, Machine Learning 24, 1996; the columns as in golearn's RandomForest, once a tree).
//
// golearn's own bagging is not used: it fits on goroutines of its own, where a panic ends the program, and draws
// from the global random source, which cannot be seeded any more.
func baggedCART(ctx context.Context, past, recent Data, count int, random *rand.Rand) (prediction, error) {
	c := fitCoding(past, treeBins)
	rows, judged := c.rows(past), c.rows(recent)
	probability := make([]float64, len(judged))
	for range count {
		if err := ctx.Err(); err != nil {
			return prediction{}, err
		}
		columns := random.Perm(len(c.columns))[:(len(c.columns)+1)/2]
		drawn := make([]int, len(rows))
		for i := range drawn {
			drawn[i] = random.IntN(len(rows))
		}
		tree, err := growTree(narrow(pick(rows, drawn), columns), pick(past.Won, drawn))
		if err != nil {
			return prediction{}, err
		}
		for i, share := range tree.shares(narrow(judged, columns)) {
			probability[i] += share / float64(count)
		}
	}
	return classed(probability), nil
}

// narrow keeps these columns of each row.
func narrow(rows [][]float64, columns []int) [][]float64 {
	out := make([][]float64, len(rows))
	for i, row := range rows {
		out[i] = pick(row, columns)
	}
	return out
}

// tree is a fitted tree with the outcomes of its leaves, which golearn does not keep.
type tree struct {
	*trees.CARTDecisionTreeClassifier
	leaves map[leaf]tally
}

// leaf is one side of a node that has no further node there.
type leaf struct {
	node any // golearn's node type has no exported name
	left bool
}

type tally struct{ leads, wins float64 }

// growTree fits a tree to at least one row of at least one column.
func growTree(rows [][]float64, won []bool) (*tree, error) {
	t := &tree{trees.NewDecisionTreeClassifier(trees.GINI, treeDepth, []int64{0, 1}), map[leaf]tally{}}
	if err := t.Fit(floatGrid(rows, won)); err != nil {
		return nil, err
	}
	for i, row := range rows {
		at := t.leafOf(row)
		seen := t.leaves[at]
		seen.leads++
		seen.wins += float64(label(won[i]))
		t.leaves[at] = seen
	}
	return t, nil
}

// shares gives each row the share of wins of its leaf.
func (t *tree) shares(rows [][]float64) []float64 {
	out := make([]float64, len(rows))
	for i, row := range rows {
		seen := t.leaves[t.leafOf(row)]
		out[i] = (seen.wins + 1) / (seen.leads + 2)
	}
	return out
}

// leafOf walks down the tree as golearn's own prediction does: values below the threshold go left.
func (t *tree) leafOf(row []float64) leaf {
	node := t.RootNode
	for {
		next, left := node.Right, false
		if row[node.Feature] < node.Threshold {
			next, left = node.Left, true
		}
		if next == nil {
			return leaf{node, left}
		}
		node = next
	}
}
