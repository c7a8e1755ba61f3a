package profile

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"leadscore/features"
	"leadscore/features/source"
	"leadscore/models"
	"leadscore/train/leakage"
)

// Config says what to read and where to write. Leads must be given; the names and values below Out replace what is
// otherwise guessed.
type Config struct {
	Leads  []string // files, folders or globs of the leads' table
	Events []string // of the events' table; empty: none
	Out    string   // folder for schema.yaml and rules.yaml; empty: nothing is written

	IDColumn, OutcomeColumn                           string
	Won, Lost                                         []string // values of the outcome
	CreatedColumn, ClosedColumn                       string
	AccountColumn, ValueColumn                        string
	EventLeadColumn, EventTimeColumn, EventTypeColumn string // columns of the events
	Snapshot                                          string // such as "created + 7d"
	Horizon                                           string // such as "90d"

	Overwrite bool                    // replace files that are there
	Progress  func(done, total int64) // bytes read so far and in all; may be nil
}

// Profile is what was found and decided.
type Profile struct {
	Leads   []string  `json:"leads"`
	Rows    int64     `json:"rows"`
	Sampled int       `json:"sampled"` // rows that the figures rest on
	Won     int       `json:"won"`     // of the sampled rows
	Lost    int       `json:"lost"`
	Open    int       `json:"open"`
	WinRate float64   `json:"win_rate"` // of the decided leads
	Columns []Column  `json:"columns"`
	Events  *Events   `json:"events,omitempty"`
	Choices []Choice  `json:"choices"` // snapshot and horizon, with why
	Warned  []Warning `json:"warnings"`

	Suspicions []models.Suspicion `json:"suspicions"`

	Schema     features.Schema `json:"-"`
	SchemaText []byte          `json:"-"`
	RulesText  []byte          `json:"-"`
	SchemaFile string          `json:"schema,omitempty"` // as written
	RulesFile  string          `json:"rules,omitempty"`
}

// Warning is something to read before training.
type Warning string

// Choice is a setting that was chosen from the data.
type Choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Why   string `json:"why"`
}

// Role is a column's part in the schema.
type Role string

// The roles.
const (
	RoleID      Role = "id"
	RoleOutcome Role = "outcome"
	RoleCreated Role = "created"
	RoleClosed  Role = "closed"
	RoleAccount Role = "account"
	RoleValue   Role = "value"
	RoleField   Role = "field"
)

// Column is one column of the leads, as found.
type Column struct {
	Name     string        `json:"column"`
	Role     Role          `json:"role"`
	Field    string        `json:"field,omitempty"` // the name in the schema; of a field only
	Kind     features.Kind `json:"kind"`
	Missing  float64       `json:"missing"`  // share of rows, 0 to 1
	Distinct int           `json:"distinct"` // values in the sampled rows
	// AUC of the column alone, 0 to 1, each half of the leads ranked by the other half; null where it cannot be told.
	AUC         *float64           `json:"auc,omitempty"`
	Information *float64           `json:"information_value,omitempty"` // nats
	Values      []ValueRate        `json:"values,omitempty"`            // at most mostShown
	Use         bool               `json:"use"`
	Why         string             `json:"why"` // of the kind and the use
	Suspicions  []models.Suspicion `json:"suspicions,omitempty"`

	look     *look
	strength *strength
}

// ValueRate is what became of the leads with a value, or within a range of values.
type ValueRate struct {
	Value   string   `json:"value"`
	Leads   int      `json:"leads"`
	Won     int      `json:"won"`
	Lost    int      `json:"lost"`
	WinRate *float64 `json:"win_rate"` // of the decided leads; null without any
}

// ErrNothingToUse says that no column is left that a score could use.
var ErrNothingToUse = errors.New("no column is left that a score could use")

// errOwnFault is a proposal that does not load: a fault of this package, or of a setting that contradicts the data.
var errOwnFault = errors.New("profile: not a valid proposal for the")

// Run reads a history, decides what its columns are, and writes Out/schema.yaml and Out/rules.yaml. It returns a [Question]
// when something must be named first, [ErrExists] when a file is there, and the errors of package source for files that cannot
// be read. It asks nothing otherwise. Cost: one pass over the leads and one over the events.
func Run(ctx context.Context, c Config) (*Profile, error) {
	if err := refuseExisting(&c); err != nil {
		return nil, err
	}
	paths, err := source.Expand(c.Leads)
	if err != nil {
		return nil, err
	}
	sample, err := readSample(ctx, paths, reading{progress: c.Progress})
	if err != nil {
		return nil, err
	}
	h, err := understand(sample, &c)
	if err != nil {
		return nil, err
	}
	if err := h.readEvents(ctx, &c); err != nil {
		return nil, err
	}
	if err := h.chooseMoments(&c); err != nil {
		return nil, err
	}
	h.proposeEngagement()
	p, err := h.profile()
	if err != nil {
		return nil, err
	}
	if p.RulesText, err = h.writeRules(p); err != nil {
		return nil, err
	}
	return p, write(p, &c)
}

// history is a lead history while it is being understood.
type history struct {
	sample  *sample
	decimal byte
	looks   []*look
	roles   roles
	outcome outcomeGuess
	labels  *labels
	columns []Column
	notes   notes

	layout   string // of created, closed and event times
	events   *eventLog
	snapshot features.SnapshotRule
	horizon  features.Duration
	choices  []Choice
	types    []EventType // by falling number of events
	figures  []figure
	// pastTypes are the types as the older leads show them, in the same order.
	pastTypes []EventType
}

// understand finds every column's kind, role, strength and suspicions.
func understand(s *sample, c *Config) (*history, error) {
	h := &history{sample: s, decimal: decimalSign(s)}
	for _, column := range s.unread {
		h.notes.warn("column %s is left out: it cannot be read: %s", column.Name, column.Reason)
	}
	for i := range s.columns {
		h.looks = append(h.looks, lookAt(&s.columns[i], h.decimal))
		h.looks[i].warnOfTwin(&h.notes)
	}
	if err := h.chooseRoles(c); err != nil {
		return nil, err
	}
	if repeats := repeatedRows(s); repeats > 0 {
		h.notes.warn("%d of %d rows are exact copies of an earlier row", repeats, s.len())
	}
	for i, l := range h.looks {
		if i != h.roles.id && i != h.roles.outcome {
			l.warnOfMixture(h.decimal, &h.notes)
		}
	}
	if h.roles.created < 0 {
		h.warnOfFalling()
	}
	h.labels.span = h.timeSpans()
	h.describeColumns()
	return h, nil
}

// chooseRoles asks for all that cannot be told at once.
func (h *history) chooseRoles(c *Config) error {
	var asks []Ask
	r := &h.roles
	*r = roles{-1, -1, -1, -1, -1, -1}
	var ask *Ask
	if r.id, ask = chooseID(h.looks, c, &h.notes); ask != nil {
		asks = append(asks, *ask)
	}
	if h.outcome, ask = chooseOutcome(h.looks, r.id, c, &h.notes); ask != nil {
		asks = append(asks, *ask)
	}
	r.outcome = h.outcome.column
	if r.outcome >= 0 {
		h.labels = labelRows(h.looks[r.outcome], &h.outcome)
		asks = append(asks, chooseTimes(h.looks, h.labels, r, c, &h.notes)...)
	}
	for _, given := range []struct {
		flag, name string
		into       *int
	}{{"--account", c.AccountColumn, &r.account}, {"--value", c.ValueColumn, &r.value}} {
		if given.name != "" {
			if *given.into = columnNamed(h.looks, given.name); *given.into < 0 {
				asks = append(asks, *noSuchColumn(given.flag, given.name, h.looks))
			}
		}
	}
	if len(asks) > 0 {
		return &Question{Asks: asks, Sampled: int64(h.sample.len()), Rows: h.sample.rows}
	}
	if r.account < 0 {
		r.account = chooseAccount(h.looks, r)
	}
	return nil
}

// repeatedRows counts rows of which an earlier row is an exact copy.
func repeatedRows(s *sample) int {
	seen := make(map[uint64]bool, s.len())
	repeats := 0
	for row := range s.len() {
		key := uint64(0)
		for c := range s.columns {
			key = leakage.Scatter(key ^ uint64(s.columns[c].codes[row]))
		}
		if seen[key] {
			repeats++
		}
		seen[key] = true
	}
	return repeats
}

// decimalSign reads the files by the sign that more columns of text are numbers with.
func decimalSign(s *sample) byte {
	points, commas := 0, 0
	for i := range s.columns {
		if s.columns[i].kind != source.Text {
			continue
		}
		point, comma := 0, 0
		for _, text := range s.columns[i].values[1:] {
			if _, _, ok := features.ParseNumber(text, '.'); ok {
				point++
			}
			if _, _, ok := features.ParseNumber(text, ','); ok {
				comma++
			}
		}
		switch least := (len(s.columns[i].values) - 1) * 9 / 10; {
		case comma > point && comma > least:
			commas++
		case point > comma && point > least:
			points++
		}
	}
	if commas > points {
		return ','
	}
	return '.'
}

// files are where a profile is written.
func (c *Config) files() (schema, rules string) {
	return filepath.Join(c.Out, "schema.yaml"), filepath.Join(c.Out, "rules.yaml")
}

// profile sums up what was found and writes the schema's text.
func (h *history) profile() (*Profile, error) {
	o := h.labels
	p := &Profile{Leads: h.sample.files, Rows: h.sample.rows, Sampled: h.sample.len(), Won: o.won, Lost: o.lost, Open: o.open,
		WinRate: o.rate(), Columns: h.columns, Choices: h.choices, Events: h.eventProfile()}
	for i := range h.columns {
		p.Suspicions = append(p.Suspicions, h.columns[i].Suspicions...)
	}
	p.Schema = h.schema()
	if len(p.Schema.Inputs()) == 0 {
		return nil, h.nothing()
	}
	p.SchemaText = h.schemaText(&p.Schema)
	if _, err := features.ParseSchema("schema.yaml", p.SchemaText); err != nil {
		return nil, fmt.Errorf("%w schema: %w", errOwnFault, err)
	}
	if !h.sample.complete() {
		h.notes.warn("the figures rest on %d of %d rows", p.Sampled, p.Rows)
	}
	for _, n := range h.notes.list {
		p.Warned = append(p.Warned, Warning(n))
	}
	return p, nil
}

// nothing says of every column why it is not used.
func (h *history) nothing() error {
	var reasons []string
	for i := range h.columns {
		if c := &h.columns[i]; c.Role == RoleField {
			reasons = append(reasons, c.Name+": "+c.Why)
		}
	}
	if len(reasons) == 0 {
		return fmt.Errorf("%w: there is none besides the id and the outcome", ErrNothingToUse)
	}
	return fmt.Errorf("%w: %s", ErrNothingToUse, oneLine(listed(reasons, 8)))
}
