package train

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sort"
	"strings"

	"leadscore/features"
	"leadscore/models"
	"leadscore/models/metrics"
	"leadscore/models/rules"
)

// assemble puts a version together from the final fit and what validation said, and gives it its golden rows.
func assemble(d *data, p *Population, v *validation, final *fitted, cfg *Config) (*models.Version, error) {
	reference, err := referenceOf(d, p, final)
	if err != nil {
		return nil, err
	}
	training, err := trainingOf(d, p, v, final)
	if err != nil {
		return nil, err
	}
	version := &models.Version{
		Code:        cfg.Code,
		Model:       cfg.Model,
		Training:    training,
		Calibration: v.calibration,
		Validation:  v.Validation,
		Reference:   reference,
		Schema:      schemaOf(d.history, final),
		Rules:       string(d.book.Source()),
		Encoder:     final.encoder,
		Logistic:    final.model,
	}
	if err := version.MakeGolden(); err != nil {
		return nil, err
	}
	return version, nil
}

// schemaOf is the schema to serve by: that of the history, with the half-lives that were learned.
func schemaOf(h *features.History, final *fitted) *features.Schema {
	if !wantsHalfLives(h.Table.Schema) {
		return h.Table.Schema
	}
	return h.WithFigures(final.encoder.Engagement).Table.Schema
}

func trainingOf(d *data, p *Population, v *validation, final *fitted) (models.Training, error) {
	promises := promisesOf(final)
	t := models.Training{
		Fingerprint:         d.fingerprint,
		Rows:                d.rows,
		Used:                int64(len(p.Rows)),
		Won:                 p.Won,
		WonLate:             p.WonLate,
		LeftOut:             map[string]int64{},
		HorizonChoice:       p.Horizon,
		Months:              p.Months(),
		EffectiveParameters: final.report.EDF,
		Leakage:             d.leakage,
		Promises:            promises,
		HalfLives:           final.halfLives,
		Segments:            segmentsOf(d.history.Table.Schema, final),
		Weighting:           weightingOf(d.history, p),
		Warnings:            slices.Concat(p.Warnings, v.warnings, contradicted(promises), sayTheDate(final.encoder)),
	}
	for _, reasons := range []map[string]int64{d.leftOut, p.LeftOut} {
		for reason, count := range reasons {
			t.LeftOut[reason] += count
		}
	}
	if p.Dated {
		h := d.history
		t.Oldest, t.Newest = timestamp(h.AsOf[p.Rows[0]]), timestamp(h.AsOf[p.Rows[len(p.Rows)-1]])
		t.SnapshotAgeDays = snapshotAges(h, p.Rows)
	}
	if horizon := d.history.Table.Schema.Horizon; horizon > 0 {
		t.Horizon = horizon.String()
	}
	var err error
	if t.Sample, err = sampleOf(p, final); err != nil {
		return t, err
	}
	t.Warnings = slices.Concat(t.Warnings, overWeight(t.Weighting), smallSample(&t))
	return t, nil
}

// sayTheDate warns of numbers that say the date in other words.
func sayTheDate(e *features.Encoder) []string {
	var names []string
	for i := range e.Coders {
		if len(e.Coders[i].Values) > 0 {
			names = append(names, e.Inputs[i].Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("numbers that have one value for all leads of a while (%s) say the date in other words, and their effects cannot be told from whatever else changed then; "+
		"each value that training saw counts for itself, and a new one counts for nothing", strings.Join(names, ", "))}
}

// snapshotAges gives the 5, 50 and 95 % points of the days from a lead's creation to its snapshot.
func snapshotAges(h *features.History, rows []int32) []float64 {
	ages := make([]float64, 0, len(rows))
	for _, row := range rows {
		if created := h.Table.Created.At(int(row)); created != features.NoTime && h.AsOf[row] != features.NoTime {
			ages = append(ages, float64(h.AsOf[row]-created)/float64(features.Day))
		}
	}
	if len(ages) == 0 {
		return nil
	}
	sort.Float64s(ages)
	at := func(share float64) float64 { return ages[int(share*float64(len(ages)-1))] }
	return []float64{at(0.05), at(0.5), at(0.95)}
}

// referenceOf scores the leads that were fitted to, so that a new lead can be ranked among them.
func referenceOf(d *data, p *Population, final *fitted) (models.Reference, error) {
	judged := evenly(p.Rows, mostJudgedByRules)
	points, qualified := scoreRules(d.book, d.history, judged)
	ranked, err := metrics.NewDistribution(points)
	if err != nil {
		return models.Reference{}, err
	}
	handedOver := int64(0)
	for _, q := range qualified {
		if q == rules.MQL || q == rules.FastLane {
			handedOver++
		}
	}
	highShare := models.HighShare(handedOver, int64(len(judged)))
	return models.Reference{Leads: int64(len(p.Rows)), Probability: final.description.probability, Points: ranked, HighShare: highShare}, nil
}

// joinFingerprints makes one fingerprint of two.
func joinFingerprints(a, b string) string {
	sum := sha256.Sum256([]byte(a + b))
	return hex.EncodeToString(sum[:])
}
