package train

import (
	"errors"
	"fmt"

	"leadscore/models"
	"leadscore/models/comparison"
)

// Config says what to train on and where to put the result. Its zero value is invalid.
type Config struct {
	Schema, Rules string   // paths of schema.yaml and rules.yaml
	Leads, Events []string // files, folders or globs; Events may be empty
	Store         string   // directory of the version store
	Model         string   // name in the store
	Alias         string   // models.Champion or models.Challenger: what the new version becomes

	Gate            bool    // make the version champion only if it passes the gate; else it is stored as challenger
	HoldOut         float64 // share of the leads, the newest, that judges; in (0, 0.5]
	MaxBins         int     // of a number; 2 to 256
	MinLevelRows    int     // leads that a category's value needs for a level of its own; ≥ 1
	Calibrate       bool    // hold the probabilities against leads not fitted to, and mend them where they are shown to be off
	Pairs           bool    // look for pairs of fields that act together
	Rolling         int     // origins at which the recipe is judged besides, at least 4; 0: none
	plain           bool    // a fit for figures only: without standard errors
	quick           bool    // and with few knots where the fields are many
	LeaveOutBadRows bool    // leave unreadable rows out, counted, instead of stopping

	Report    string               // path of the validation report to write; empty: none
	Capacity  *comparison.Capacity // leads that the team can work, for the report; nil: not given
	Baselines bool                 // set simple methods beside the model in the report

	Code     string // the program and its revision, kept in the version
	Progress func(stage string, done, total int64)
}

// Defaults are the settings that the product uses unless told otherwise. The bins and rows are those of
// docs/model.md.
func Defaults() Config {
	return Config{Alias: models.Champion, HoldOut: 0.2, MaxBins: 256, MinLevelRows: 10, Calibrate: true, Pairs: true, Rolling: LeastOrigins, Baselines: true}
}

// ErrSettings marks an error in a [Config], each fault with what would be right.
var ErrSettings = errors.New("settings")

// settingsError are all faults of a Config.
type settingsError struct{ faults error }

func (e *settingsError) Error() string   { return e.faults.Error() }
func (e *settingsError) Unwrap() []error { return []error{ErrSettings, e.faults} }

// validate reports every setting that cannot be used, as an [ErrSettings].
func (c *Config) validate() error {
	var faults []error
	refuse := func(bad bool, format string, values ...any) {
		if bad {
			faults = append(faults, fmt.Errorf(format, values...))
		}
	}
	refuse(c.Schema == "", "no schema given; make one with leadscore init")
	refuse(c.Rules == "", "no rules given; make a first rule book with leadscore init")
	refuse(len(c.Leads) == 0, "no file of leads given")
	refuse(!(c.HoldOut > 0 && c.HoldOut <= 0.5), "hold-out share %v: write a number above 0 and up to 0.5", c.HoldOut)
	refuse(c.MaxBins < 2 || c.MaxBins > 256, "at most %d bins: write 2 to 256", c.MaxBins)
	refuse(c.Rolling != 0 && (c.Rolling < LeastOrigins || c.Rolling > mostOrigins), "%d rolling origins: write %d to %d, or 0 for none", c.Rolling, LeastOrigins, mostOrigins)
	refuse(c.MinLevelRows < 1, "least rows a level %d: write 1 or more", c.MinLevelRows)
	refuse(c.Alias != models.Champion && c.Alias != models.Challenger, "alias %q: write %s or %s", c.Alias, models.Champion, models.Challenger)
	refuse(c.Gate && c.Alias != models.Champion, "a gate decides about the champion: leave out either the gate or the alias %q", c.Alias)
	if name, ref, err := models.ParseName(c.Model); err != nil {
		faults = append(faults, err)
	} else {
		refuse(ref != "", "model name %q: give the bare name, %q", c.Model, name)
	}
	if len(faults) == 0 {
		return nil
	}
	return &settingsError{errors.Join(faults...)}
}

// progress reports how far a stage is; silent without a listener.
func (c *Config) progress(stage string, done, total int64) {
	if c.Progress != nil {
		c.Progress(stage, done, total)
	}
}
