package models

import "leadscore/models/metrics"

// SampleSize sets the training leads beside the sample that a model of this strength asks for.
type SampleSize struct {
	Rarer        int64              `json:"rarer"`               // training leads with the rarer outcome
	PerParameter float64            `json:"rarer_per_parameter"` // of those, for each effective parameter
	Strength     metrics.Strength   `json:"strength"`            // of the final fit
	Needed       metrics.SampleSize `json:"needed"`              // by the criteria of Riley et al.
}

// Enough says that the training leads reach what is asked for.
func (s *SampleSize) Enough(used int64) bool { return s.Needed.Leads > 0 && used >= s.Needed.Leads }
