package models

import (
	"errors"
	"fmt"
	"math"
	"time"

	"leadscore/models/metrics"
)

// Recalibration says how a version was made from another without a refit: its log-odds moved by an intercept and a slope
// that were measured on newer closed leads. The version's Training and Validation are those of its base.
type Recalibration struct {
	Base        string           `json:"base"` // the version that was moved
	Shift       metrics.Shift    `json:"shift"`
	Fingerprint string           `json:"data_fingerprint"` // SHA-256 over the files of closed leads
	Rows        int64            `json:"rows"`             // read
	Leads       int64            `json:"leads"`            // used
	Won         int64            `json:"won"`              // of those
	LeftOut     map[string]int64 `json:"left_out"`         // reason → leads
	From        string           `json:"from,omitempty"`   // oldest and newest snapshot; empty without times
	To          string           `json:"to,omitempty"`

	Before Figures `json:"before"` // of the base on these leads, which it had not seen
	After  Figures `json:"after"`  // of this version on the same leads, so calibrated by design
	// Later is the test of the move: measured on the older half of the leads, judged on the newer half.
	Later    *LaterHalf `json:"later_half,omitempty"`
	Warnings []string   `json:"warnings,omitempty"`
}

// LaterHalf is how the base, and the base moved by a shift measured on the older half, did on the newer half.
type LaterHalf struct {
	Leads  int64         `json:"leads"`
	Won    int64         `json:"won"`
	Shift  metrics.Shift `json:"shift"`
	Before Figures       `json:"before"`
	After  Figures       `json:"after"`
}

// Recalibrated is a new version with this one's log-odds moved by how.Shift, its golden rows rewritten. The receiver stays as
// it is.
func (v *Version) Recalibrated(code string, how Recalibration) (*Version, error) {
	if err := how.validate(); err != nil {
		return nil, err
	}
	moved := *v
	moved.ID, moved.Checksum = "", ""
	moved.Code, moved.Recalibration = code, &how
	var newest int64
	if t, err := time.Parse(time.RFC3339, how.To); err == nil {
		newest = t.Unix()
	}
	moved.Logistic = v.Logistic.Shifted(how.Shift, newest)
	moved.Reference.Probability = shiftDistribution(how.Shift, &v.Reference.Probability)
	return &moved, moved.MakeGolden()
}

// shiftDistribution moves the reference probabilities along, so that a lead keeps its rank. Probabilities so near to 0 or 1
// that they become equal share their rank.
func shiftDistribution(shift metrics.Shift, from *metrics.Distribution) (to metrics.Distribution) {
	for i, p := range from.Values {
		moved := 1 / (1 + math.Exp(-shift.LogOdds(math.Log(p)-math.Log1p(-p))))
		if last := len(to.Values) - 1; last >= 0 && !(moved > to.Values[last]) {
			to.Through[last] = from.Through[i]
			continue
		}
		to.Values = append(to.Values, moved)
		to.Below = append(to.Below, from.Below[i])
		to.Through = append(to.Through, from.Through[i])
	}
	return to
}

func (r *Recalibration) validate() error {
	if !versionName.MatchString(r.Base) {
		return fmt.Errorf("recalibration: base %q is no version", r.Base)
	}
	if r.Won < 1 || r.Won >= r.Leads {
		return errors.New("recalibration: it needs won and lost leads")
	}
	return r.Shift.Validate()
}
