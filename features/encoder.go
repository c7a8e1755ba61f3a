package features

// Limits bound what an encoder learns.
type Limits struct {
	MaxBins      int // codes of a number, its special values and missing included; 0: 256, so that a byte holds a code
	MinLevelRows int // leads that a category's value needs for a level of its own; 0: 10
	MaxLevels    int // levels of a category, the most frequent first; 0: 1000
}

// Encoder turns snapshots into codes. One Coder per Input; codes of input i are 0 … Bins(i)-1.
type Encoder struct {
	Inputs     []Input      `json:"inputs"`
	Coders     []Coder      `json:"coders"`
	Engagement []Engagement `json:"engagement,omitempty"` // what [Input.Index] of [FromEngagement] points at

	levels []map[string]uint16 // per coder, built by Validate
}

// Coder holds what an input's codes mean.
//
// Codes of a number: 0 … len(Cuts) are ordered bins, bin b holding Cuts[b-1] ≤ value < Cuts[b]; then one code per special
// value, then missing. Codes of a category: 0 … len(Levels)-1, then other (rare and unseen), then missing.
type Coder struct {
	Cuts    []float64 `json:"cuts,omitempty"`    // strictly ascending
	Special []float64 `json:"special,omitempty"` // in the schema's order
	Min     float64   `json:"min,omitzero"`      // of the training values; Min > Max: there were none
	Max     float64   `json:"max,omitzero"`
	Levels  []string  `json:"levels,omitempty"` // sorted; months and weekdays in the calendar's order
}

// Codes holds one input's codes of many leads: one byte a lead where they fit, else two.
type Codes struct {
	Narrow []uint8
	Wide   []uint16
}

// At is the code of lead i.
func (c Codes) At(i int) uint16 {
	if c.Narrow != nil {
		return uint16(c.Narrow[i])
	}
	return c.Wide[i]
}

// Len is the number of leads.
func (c Codes) Len() int { return max(len(c.Narrow), len(c.Wide)) }
