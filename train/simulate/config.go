package simulate

import (
	"errors"
	"fmt"
	"time"
)

// Names of the two file formats.
const (
	FormatCSV     = "csv"
	FormatParquet = "parquet"
)

// MaxLeads is the largest history: lead ids have eight digits.
const MaxLeads = 99_999_999

// minSpan leaves room for leads that are older than the snapshot age and the horizon together, so that some have a label.
const minSpan = 200 * day

// Config says what to make. Leads and Out must be given; the zero value of every other field is a documented default.
type Config struct {
	Leads    int    // leads in the history, 1 to MaxLeads
	NewLeads int    // recent open leads to score; 0 means a sixth of Leads, at least 1 and at most 300
	Seed     uint64 // any value; the same seed gives the same bytes
	Out      string // the directory to write; it may exist when it is empty or holds an earlier simulation
	Format   string // "csv" or "parquet"; "" means csv

	Start time.Time // creation of the oldest lead, whole seconds; zero means 2024-01-01 UTC
	End   time.Time // the export: nothing is recorded at or after it; zero means 2026-06-30 UTC

	Workers  int             // goroutines that make leads; 0 means one a core. Has no effect on the bytes
	Progress func(leads int) // called with the leads written so far, now and then, from one goroutine; may be nil
}

// ConfigError is one setting that cannot be used: its name, its value and what would be right.
type ConfigError struct {
	Field, Value, Want string
}

func (e *ConfigError) Error() string {
	return fmt.Sprintf("simulate: %s is %s; want %s", e.Field, e.Value, e.Want)
}

// complete fills in the defaults and returns every fault of the settings, joined.
func (c Config) complete() (Config, error) {
	if c.Format == "" {
		c.Format = FormatCSV
	}
	if c.Start.IsZero() {
		c.Start = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if c.End.IsZero() {
		c.End = time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC)
	}
	if c.NewLeads == 0 {
		c.NewLeads = min(max(c.Leads/6, 1), 300)
	}
	return c, errors.Join(c.faults()...)
}

func (c Config) faults() []error {
	var faults []error
	fault := func(bad bool, field, value, want string) {
		if bad {
			faults = append(faults, &ConfigError{Field: field, Value: value, Want: want})
		}
	}
	counts := fmt.Sprintf("a whole number from 1 to %d", MaxLeads)
	fault(c.Leads < 1 || c.Leads > MaxLeads, "Leads", fmt.Sprint(c.Leads), counts)
	fault(c.NewLeads < 1 || c.NewLeads > MaxLeads, "NewLeads", fmt.Sprint(c.NewLeads), counts+", or 0 for the default")
	fault(c.Out == "", "Out", `""`, "the name of a directory")
	fault(c.Format != FormatCSV && c.Format != FormatParquet, "Format", fmt.Sprintf("%q", c.Format), `"csv" or "parquet"`)
	fault(c.Workers < 0, "Workers", fmt.Sprint(c.Workers), "0 for one a core, or a positive number")
	stamp := func(t time.Time) string { return t.Format(time.RFC3339Nano) }
	fault(c.Start.Nanosecond() != 0, "Start", stamp(c.Start), "a time in whole seconds")
	fault(c.End.Nanosecond() != 0, "End", stamp(c.End), "a time in whole seconds")
	fault(c.Start.Year() < 1990, "Start", stamp(c.Start), "a year from 1990 to 2200")
	fault(c.End.Year() > 2200, "End", stamp(c.End), "a year from 1990 to 2200")
	latest := c.End.Unix() - minSpan
	fault(c.Start.Unix() > latest, "Start", stamp(c.Start), fmt.Sprintf(
		"at least %d days before End, that is %s or earlier", minSpan/day, stamp(time.Unix(latest, 0).UTC())))
	return faults
}
