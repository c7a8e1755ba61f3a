package baseline

import (
	"fmt"
	"math"

	"github.com/sjwhitworth/golearn/evaluation"

	"leadscore/models/metrics"
)

// Confusion counts leads by outcome and predicted class, with golearn's measures of it, each 0 to 1. A measure without
// cases, as precision where no lead is predicted won, is 0.
type Confusion struct {
	TruePositives  int     `json:"true_positives"` // won, and predicted won
	FalsePositives int     `json:"false_positives"`
	TrueNegatives  int     `json:"true_negatives"`
	FalseNegatives int     `json:"false_negatives"`
	Precision      float64 `json:"precision"` // share of the predicted wins that are won
	Recall         float64 `json:"recall"`    // share of the wins that are predicted
	F1             float64 `json:"f1"`        // harmonic mean of both
	Accuracy       float64 `json:"accuracy"`
}

// judge measures a prediction against the outcomes.
func judge(name string, trainedOn int, recent Data, p prediction) Result {
	r := Result{Name: name, TrainedOn: trainedOn, JudgedOn: recent.Len(), Confusion: confusion(p.won, recent.Won), Note: p.note}
	if p.probability != nil {
		area, loss, brier, err := figures(p.probability, recent.Won)
		if err != nil {
			return Result{Name: name, TrainedOn: trainedOn, JudgedOn: recent.Len(), Failed: fmt.Sprintf("%s failed: %v", name, err)}
		}
		r.AUC, r.LogLoss, r.Brier = &area, &loss, &brier
	}
	return r
}

// confusion counts with golearn's confusion matrix: actual class, then predicted class.
func confusion(predicted, won []bool) *Confusion {
	matrix := evaluation.ConfusionMatrix{wonClass: {}, lostClass: {}}
	class := map[bool]string{true: wonClass, false: lostClass}
	for i := range won {
		matrix[class[won[i]]][class[predicted[i]]]++
	}
	return &Confusion{
		TruePositives:  int(evaluation.GetTruePositives(wonClass, matrix)),
		FalsePositives: int(evaluation.GetFalsePositives(wonClass, matrix)),
		TrueNegatives:  int(evaluation.GetTrueNegatives(wonClass, matrix)),
		FalseNegatives: int(evaluation.GetFalseNegatives(wonClass, matrix)),
		Precision:      orZero(evaluation.GetPrecision(wonClass, matrix)),
		Recall:         orZero(evaluation.GetRecall(wonClass, matrix)),
		F1:             orZero(evaluation.GetF1Score(wonClass, matrix)),
		Accuracy:       orZero(evaluation.GetAccuracy(matrix)),
	}
}

// orZero replaces golearn's 0/0.
func orZero(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return v
}

// leastProbability keeps the log loss finite.
const leastProbability = 1e-4

// figures are the AUC, the log loss and the Brier score of probabilities, kept away from 0 and 1 for the latter two.
func figures(probability []float64, won []bool) (area, loss, brier float64, err error) {
	wins, kept := make([]float64, len(won)), make([]float64, len(won))
	for i := range won {
		wins[i] = float64(label(won[i]))
		kept[i] = min(max(probability[i], leastProbability), 1-leastProbability)
	}
	ranked, err := metrics.AUC(probability, wins)
	if err != nil {
		return 0, 0, 0, err
	}
	if loss, err = metrics.LogLoss(kept, wins); err != nil {
		return 0, 0, 0, err
	}
	brier, err = metrics.Brier(kept, wins)
	return ranked.Value, loss, brier, err
}
