package metrics

import "math"

// Decile is a tenth of the leads, by score.
type Decile struct {
	Decile     int     `json:"decile"` // 1: the highest scores
	Leads      int     `json:"leads"`
	Won        float64 `json:"won"` // fractional only where a tie spans two deciles
	LeastScore float64 `json:"least_score"`
	Predicted  float64 `json:"predicted"` // mean prediction
	WinRate    float64 `json:"win_rate"`
	Lift       float64 `json:"lift"`   // win rate over that of all leads
	Caught     float64 `json:"caught"` // share of all wins in this decile and those above
}

// Deciles sorts leads by score and cuts them into ten runs of the same length (fewer for fewer than ten leads). Leads of
// equal score count in equal parts on both sides of a cut, so that the file's order has no say. Predictions, in [0, 1],
// may come from another scale than the scores.
func Deciles(scores, predictions, wins []float64) ([]Decile, error) {
	if err := checkPairs(scores, wins); err != nil {
		return nil, err
	}
	if err := checkProbabilities(predictions, wins); err != nil {
		return nil, err
	}
	n := len(scores)
	order := FallingOrder(scores)
	sharedWins, sharedPredictions := tiesShared(order, scores, wins), tiesShared(order, scores, predictions)
	won := float64(countWins(wins))
	parts := min(10, n)
	deciles := make([]Decile, parts)
	caught := 0.0
	for d := range deciles {
		from, to := d*n/parts, (d+1)*n/parts
		row := &deciles[d]
		row.Decile, row.Leads, row.LeastScore = d+1, to-from, scores[order[to-1]]
		for k := from; k < to; k++ {
			row.Won += sharedWins[k]
			row.Predicted += sharedPredictions[k]
		}
		caught += row.Won
		row.Predicted /= float64(row.Leads)
		row.WinRate = row.Won / float64(row.Leads)
		if won > 0 {
			row.Lift = row.WinRate / (won / float64(n))
			row.Caught = math.Min(1, caught/won)
		}
	}
	return deciles, nil
}

// tiesShared gives each place in the order the mean of values over the places with the same score.
func tiesShared(order []int, scores, values []float64) []float64 {
	shared := make([]float64, len(order))
	for from, tied := range ties(order, scores) {
		sum := 0.0
		for _, i := range tied {
			sum += values[i]
		}
		for k := range tied {
			shared[from+k] = sum / float64(len(tied))
		}
	}
	return shared
}
