package models

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"leadscore/features"
	"leadscore/models/logistic"
	"leadscore/models/metrics"
)

// FormatName and FormatVersion stand at the head of every model file.
const (
	FormatName    = "leadscore model"
	FormatVersion = 1
)

// Version is one immutable training result: all that scoring needs, in one readable file. docs/file-formats.md
// describes every field.
type Version struct {
	FormatName    string `json:"format"`
	FormatVersion int    `json:"format_version"`
	Code          string `json:"code"`  // the program that trained it, with its revision
	Model         string `json:"model"` // the family, for instance "deals"

	Training   Training   `json:"training"`
	Validation Validation `json:"validation"`
	Reference  Reference  `json:"reference"`

	Calibration   *Calibration   `json:"calibration,omitempty"`   // nil where too few leads could have decided about one
	Recalibration *Recalibration `json:"recalibration,omitempty"` // set where the version was moved, not fitted

	Schema   *features.Schema  `json:"schema"`
	Rules    string            `json:"rules"` // rules.yaml, verbatim
	Encoder  *features.Encoder `json:"encoder"`
	Logistic *logistic.Model   `json:"logistic"`

	Golden []Golden `json:"golden"`

	ID       string `json:"-"` // newest snapshot's date and the checksum's first 12 digits; the folder's name
	Checksum string `json:"-"` // SHA-256 of the file, hexadecimal
}

// Training says what a version was fitted to.
type Training struct {
	Fingerprint string           `json:"data_fingerprint"` // SHA-256 over the files read
	Rows        int64            `json:"rows"`             // read
	Used        int64            `json:"used"`             // in the fit
	Won         int64            `json:"won"`              // of those used
	WonLate     int64            `json:"won_late"`         // won after the horizon, used as not won
	LeftOut     map[string]int64 `json:"left_out"`         // reason → rows
	Oldest      string           `json:"oldest_snapshot,omitempty"`
	Newest      string           `json:"newest_snapshot,omitempty"`
	Horizon     string           `json:"horizon,omitempty"`

	HorizonChoice *HorizonChoice `json:"horizon_choice,omitempty"` // where the schema gave no horizon
	Months        []Month        `json:"months,omitempty"`         // the leads by month of their snapshot; none without times

	// SnapshotAgeDays is the age at which training looked at its leads, from created to snapshot: 5, 50 and 95 % of
	// them were younger. Empty without times.
	SnapshotAgeDays []float64 `json:"snapshot_age_days,omitempty"`

	EffectiveParameters float64     `json:"effective_parameters"`
	Sample              *SampleSize `json:"sample_size,omitempty"` // set beside what such a model asks for
	Warnings            []string    `json:"warnings,omitempty"`

	// Segments is nil where the schema asks for none.
	Segments *Segments `json:"segments,omitempty"`

	// HalfLives are the half-lives that the schema left to training; the schema inside the version has them as plain spans.
	HalfLives []HalfLife `json:"half_lives,omitempty"`

	// Promises are the fields whose direction the schema promises.
	Promises []Promise `json:"promises,omitempty"`

	// Weighting is nil where every lead counts once.
	Weighting *Weighting `json:"weighting,omitempty"`

	// Leakage is the suspicion table of what the schema lets scores use, by field; empty: nothing was suspicious.
	Leakage []Suspicion `json:"leakage,omitempty"`
}

// Validation is how both scores did on the newest leads, before the final fit saw them.
type Validation struct {
	Split   string  `json:"split"`           // in words: what the newest part was
	From    string  `json:"from,omitempty"`  // first snapshot of the newest part
	Mixed   bool    `json:"mixed,omitempty"` // the part judged on is of the same times as the past, as no newest part could be held out
	Past    int64   `json:"past"`            // leads fitted to
	Leads   int64   `json:"leads"`           // leads in the newest part
	Won     int64   `json:"won"`             // of those
	Model   Figures `json:"model"`
	Rules   Figures `json:"rules"`
	Verdict string  `json:"verdict"`
	// Difference is the model's AUC less the rules', with its 95 % interval (paired DeLong).
	Difference metrics.Estimate `json:"auc_difference"`
	Baselines  []NamedFigures   `json:"baselines,omitempty"`

	Gap           int64    `json:"gap,omitempty"`            // leads before the newest part whose outcome was not known when it began: not fitted to
	AccountsApart int64    `json:"accounts_apart,omitempty"` // leads left out of a part so that no account is in both
	Tune          int64    `json:"tune,omitempty"`           // newest leads of the past, on which choices of the recipe may look
	AsFitted      string   `json:"as_fitted,omitempty"`      // why nothing was held against the tune part, where nothing was: the probabilities are as fitted
	ThinEvidence  int64    `json:"thin_evidence,omitempty"`  // held-out leads whose probability rests on thin evidence, see Evidence
	Rolling       *Rolling `json:"rolling,omitempty"`

	// Segments judge the model by segment, where the schema has segments.
	Segments []SegmentFigures `json:"segments,omitempty"`

	// HalfLives are what the judged fit learned, from the past part alone.
	HalfLives []HalfLife `json:"half_lives,omitempty"`

	// Weighted is set where the schema names weights; the figures above count each lead once.
	Weighted *WeightedFigures `json:"weighted,omitempty"`

	Contrast *Contrast `json:"contrast,omitempty"`
}

// Figures are one score's measures on the newest part.
type Figures struct {
	AUC         metrics.Estimate    `json:"auc"`
	LogLoss     float64             `json:"log_loss"` // nats a lead
	Brier       float64             `json:"brier"`
	Calibration metrics.Calibration `json:"calibration"`
	Deciles     []metrics.Decile    `json:"deciles"`
}

// NamedFigures are the measures of a baseline; what a method cannot give is null.
type NamedFigures struct {
	Name    string   `json:"name"`
	AUC     *float64 `json:"auc"`
	LogLoss *float64 `json:"log_loss"`
	Brier   *float64 `json:"brier"`
	Note    string   `json:"note,omitempty"`
}

// Errors that a caller acts on; test with errors.Is.
var (
	ErrNoModel     = errors.New("no such model")
	ErrNoVersion   = errors.New("no such version")
	ErrChecksum    = errors.New("the model file does not match its checksum: it was changed or only half-written")
	ErrFormat      = errors.New("not a model file of this program")
	ErrNewerFormat = errors.New("the model file was written by a newer leadscore; use that or a later one")
	ErrGolden      = errors.New("the model file does not reproduce its golden rows")
	ErrName        = errors.New("not a model name")
	ErrMisplaced   = errors.New("the model file lies in the folder of another model or version")
)

// Encode writes the version as its file's text: JSON, one figure list a line, the same bytes for the same version.
func (v *Version) Encode() ([]byte, error) {
	v.FormatName, v.FormatVersion = FormatName, FormatVersion
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return nil, fmt.Errorf("write model file: %w", err)
	}
	return append(joinShortLists(text), '\n'), nil
}

// DecodeVersion reads a model file's text and checks every part of it, so that a damaged file is an error here and
// never a panic or a wrong score later.
func DecodeVersion(text []byte) (*Version, error) {
	var head struct {
		FormatName    string `json:"format"`
		FormatVersion int    `json:"format_version"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrFormat, err)
	}
	switch {
	case head.FormatName != FormatName || head.FormatVersion < 1:
		return nil, fmt.Errorf("%w: format %q version %d, want %q", ErrFormat, head.FormatName, head.FormatVersion, FormatName)
	case head.FormatVersion > FormatVersion:
		return nil, fmt.Errorf("%w: format version %d, this program reads up to %d", ErrNewerFormat, head.FormatVersion, FormatVersion)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	v := new(Version)
	if err := decoder.Decode(v); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrFormat, err)
	}
	if err := v.validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return v, nil
}

// validate checks the parts and that they fit each other.
func (v *Version) validate() error {
	if v.Schema == nil || v.Encoder == nil || v.Logistic == nil {
		return errors.New("schema, encoder or logistic model is missing")
	}
	if err := v.Schema.Validate(); err != nil {
		return err
	}
	if err := v.Encoder.Validate(); err != nil {
		return err
	}
	if err := v.Logistic.Validate(); err != nil {
		return err
	}
	if err := v.encoderFitsSchema(); err != nil {
		return err
	}
	if err := v.logisticFitsEncoder(); err != nil {
		return err
	}
	if v.Calibration != nil {
		if err := v.Calibration.validate(); err != nil {
			return err
		}
	}
	if v.Recalibration != nil {
		if err := v.Recalibration.validate(); err != nil {
			return err
		}
	}
	return v.Reference.validate()
}

func (v *Version) encoderFitsSchema() error {
	want := v.Schema.Inputs()
	if len(want) != len(v.Encoder.Inputs) {
		return fmt.Errorf("the encoder has %d inputs, the schema %d", len(v.Encoder.Inputs), len(want))
	}
	for i := range want {
		if want[i] != v.Encoder.Inputs[i] {
			return fmt.Errorf("the encoder's input %d is %q, the schema's %q", i, v.Encoder.Inputs[i].Name, want[i].Name)
		}
	}
	return v.Encoder.Matches(v.Schema) // engagement figures and time zone too
}

// logisticFitsEncoder checks that each code that the encoder can give has a coefficient.
func (v *Version) logisticFitsEncoder() error {
	if len(v.Logistic.Bins) != len(v.Encoder.Inputs) {
		return fmt.Errorf("the model has %d inputs, the encoder %d", len(v.Logistic.Bins), len(v.Encoder.Inputs))
	}
	for _, term := range v.Logistic.Terms {
		for side, input := range term.Inputs {
			if input < 0 || input >= len(v.Encoder.Inputs) {
				return fmt.Errorf("term %q reads input %d of %d", term.Name, input, len(v.Encoder.Inputs))
			}
			have := len(term.Coefficients)
			if len(term.Coarse) > 0 {
				have = len(term.Coarse[side])
			}
			if bins := v.Encoder.Bins(input); have != bins {
				return fmt.Errorf("term %q has %d levels of input %q, the encoder %d", term.Name, have, v.Encoder.Inputs[input].Name, bins)
			}
		}
	}
	return nil
}

// LearnedUntil is the newest snapshot that the version was fitted or recalibrated to; false where its data had no times.
func (v *Version) LearnedUntil() (features.Micros, bool) {
	text := v.Training.Newest
	if v.Recalibration != nil && v.Recalibration.To != "" {
		text = v.Recalibration.To
	}
	t, err := time.Parse(time.RFC3339, text)
	return features.MicrosOf(t.Add(time.Second - time.Microsecond)), err == nil // the file keeps whole seconds
}

// newestDay is the day of the newest snapshot that the version learned from, for its name.
func (v *Version) newestDay() string {
	if v.Recalibration != nil {
		if t, err := time.Parse(time.RFC3339, v.Recalibration.To); err == nil {
			return t.UTC().Format("2006-01-02")
		}
	}
	if t, err := time.Parse(time.RFC3339, v.Training.Newest); err == nil {
		return t.UTC().Format("2006-01-02")
	}
	return "undated"
}

// joinShortLists puts each list of plain values on one line, so that a table of 256 figures is a line to look at, not
// a page.
func joinShortLists(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		open := bytes.IndexByte(text, '[')
		if quote := bytes.IndexByte(text, '"'); quote >= 0 && (open < 0 || quote < open) {
			end := quote + stringLength(text[quote:])
			out, text = append(out, text[:end]...), text[end:]
			continue
		}
		if open < 0 {
			break
		}
		out, text = append(out, text[:open]...), text[open:]
		length := plainListLength(text)
		if length == 0 {
			out, text = append(out, '['), text[1:]
			continue
		}
		out, text = appendWithoutLayout(out, text[:length]), text[length:]
	}
	return append(out, text...)
}

// plainListLength is the length of the list that text starts with, if it holds no list or object; else 0.
func plainListLength(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '"':
			i += stringLength(text[i:]) - 1
		case '[', '{':
			return 0
		case ']':
			return i + 1
		}
	}
	return 0
}

// stringLength is the length of the JSON string that text starts with, quotes included.
func stringLength(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// appendWithoutLayout copies a list of plain values without the white space between them.
func appendWithoutLayout(out, list []byte) []byte {
	for i := 0; i < len(list); i++ {
		switch list[i] {
		case '\n', ' ':
		case '"':
			length := stringLength(list[i:])
			out = append(out, list[i:i+length]...)
			i += length - 1
		default:
			out = append(out, list[i])
		}
	}
	return out
}
