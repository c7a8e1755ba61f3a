package baseline

import (
	"github.com/sjwhitworth/golearn/base"
	"github.com/sjwhitworth/golearn/naive"
)

// bayesBins is how finely naive Bayes sees a column; each code is a yes-no attribute of its own.
const bayesBins = 10

// bernoulli is golearn's Bernoulli naive Bayes on the codes of all columns. It keeps its probabilities to itself and
// answers with a class.
func bernoulli(past, recent Data) (prediction, error) {
	c := fitCoding(past, bayesBins)
	fit, judged := binaryGrids(c, c.rows(past), c.rows(recent), past.Won)
	classifier := naive.NewBernoulliNBClassifier()
	if err := classifier.Fit(fit); err != nil {
		return prediction{}, err
	}
	classes, err := classifier.Predict(judged)
	if err != nil {
		return prediction{}, err
	}
	p := prediction{won: make([]bool, recent.Len()), note: "says only a class, no probability"}
	for i := range p.won {
		p.won[i] = base.GetClass(classes, i) == wonClass
	}
	return p, nil
}
