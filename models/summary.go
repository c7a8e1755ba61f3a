package models

// Summary is what a machine wants to know of a version: all but its tables.
type Summary struct {
	Model      string     `json:"model"`
	Version    string     `json:"version"`
	Checksum   string     `json:"checksum"`
	Code       string     `json:"code"`
	Training   Training   `json:"training"`
	Validation Validation `json:"validation"`

	Calibration   *Calibration   `json:"calibration,omitempty"`
	Recalibration *Recalibration `json:"recalibration,omitempty"`

	HighShare float64  `json:"high_share"`
	Terms     []string `json:"terms"`
}

// Summary describes the version without its tables.
func (v *Version) Summary() Summary {
	s := Summary{
		Model: v.Model, Version: v.ID, Checksum: v.Checksum, Code: v.Code,
		Training: v.Training, Validation: v.Validation, Calibration: v.Calibration, Recalibration: v.Recalibration, HighShare: v.Reference.HighShare,
	}
	for _, term := range v.Logistic.Terms {
		s.Terms = append(s.Terms, term.Name)
	}
	return s
}

// Timeless says that the history had no times: its leads were looked at as their rows stood, and so are new ones, at no
// instant at all.
func (v *Version) Timeless() bool { return v.Training.Newest == "" }
