package serve

import (
	"testing"

	"leadscore/models"
	"leadscore/models/metrics"
)

// reference ranks among evenly spread probabilities and points.
func reference(t testing.TB) models.Reference {
	t.Helper()
	probabilities, points := make([]float64, recordCount), make([]float64, recordCount)
	for i := range probabilities {
		probabilities[i] = (float64(i) + 0.5) / recordCount
		points[i] = float64(i%90 - 10)
	}
	r := models.Reference{Leads: recordCount, HighShare: 0.2}
	var err error
	if r.Probability, err = metrics.NewDistribution(probabilities); err != nil {
		t.Fatal(err)
	}
	if r.Points, err = metrics.NewDistribution(points); err != nil {
		t.Fatal(err)
	}
	return r
}
