package serve

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"time"

	"go.opentelemetry.io/otel/trace"

	"leadscore/features"
	"leadscore/models"
	"leadscore/serve/auth"
)

// Config says what to serve, and where. Store and Models are required, and Listen for [Server.Run]; the zero value of
// everything else has a meaning.
type Config struct {
	Store  *models.Store
	Models []string // "deals": its champion, and its challenger if it has one; "deals/VERSION", "deals@challenger": that

	Listen         string // host:port; port 0 lets the system choose one
	HTTPListen     string // host:port of the same calls as JSON over HTTP; empty: none
	InsecureListen bool   // allow an address that other machines can reach without TLS or without authentication

	Auth             *auth.Guard   // certificates, tokens, JWT; nil: plain text, and everybody may do everything
	CredentialsEvery time.Duration // how often Auth's files are looked at for changes; zero: 5 s
	Reflection       Reflection    // empty: ReflectionRead

	AdminListen         string // host:port of the admin port, see [Server.ServeAdmin]; empty: none
	InsecureAdminListen bool   // allow an admin address that other machines can reach
	Profiles            bool   // pprof on the admin port, for callers on this machine

	Traces trace.TracerProvider // nil: no traces

	DataDir string // directory whose files ComparisonService may read; empty: none

	Limits Limits

	ReloadEvery time.Duration      // how often the store's aliases are read; zero: only when asked to
	Shadow      bool               // score the champion's requests with the challenger too, and count the differences
	Canary      map[string]float64 // by model: the share of leads, 0 to 1, that its challenger answers under the bare name

	NotServingFor   time.Duration // at shutdown: how long health says NOT_SERVING before new calls are refused; zero: not at all
	ShutdownTimeout time.Duration // at shutdown: how long calls may take to finish before they are cut off; zero: 20 s

	Version string       // of the program, for clients that ask
	Log     *slog.Logger // nil: no log
}

// Limits bound what one request may hold. Zero members mean their defaults. A text field holds at most
// [features.LongestText] bytes, in a request as in a file.
type Limits struct {
	MessageBytes int // of one request; default 16 MiB
	Leads        int // of a batch; default and most 1,000, which the wire promises
	Fields       int // of a lead; default 2,000
	NameBytes    int // of a lead's id, an event's type; default and most 256, which the wire promises
	Events       int // of a lead; default and most features.MostEvents
	Versions     int // kept in memory because a request asked for them by id; default 8

	Connections    int           // open at once; default 10,000
	Calls          int           // under way at once, of all callers; default 1,000
	CallerRate     float64       // calls a second of one caller; zero: no limit
	CallerBurst    int           // calls of one caller at once before CallerRate holds; default twice CallerRate, 1 or more
	Patience       time.Duration // how long a stream's other side may neither read nor send; default 5 min
	IdleConnection time.Duration // how long a connection may have no call; default 15 min
	ConnectionAge  time.Duration // after which a gRPC client is asked to connect anew, its calls under way going on; default 30 min, a tenth more or less
}

const (
	defaultMessageBytes = 16 << 20 // a batch of 1,000 leads with 100 fields and 100 events each
	mostLeads           = 1000
	defaultFields       = 2000
	mostNameBytes       = 256
	defaultVersions     = 8

	defaultConnections      = 10_000 // some 50 KB each
	defaultCalls            = 1000   // more only wait for a processor
	defaultPatience         = 5 * time.Minute
	defaultIdleConnection   = 15 * time.Minute
	defaultConnectionAge    = 30 * time.Minute // a handshake a client each half hour costs nothing
	defaultCredentialsEvery = 5 * time.Second

	defaultShutdownTimeout = 20 * time.Second // less than the 30 s that Kubernetes and systemd commonly grant
)

func (l Limits) withDefaults() Limits {
	l.MessageBytes = cmp.Or(l.MessageBytes, defaultMessageBytes)
	l.Leads = min(cmp.Or(l.Leads, mostLeads), mostLeads)
	l.Fields = cmp.Or(l.Fields, defaultFields)
	l.NameBytes = min(cmp.Or(l.NameBytes, mostNameBytes), mostNameBytes)
	l.Events = min(cmp.Or(l.Events, features.MostEvents), features.MostEvents)
	l.Versions = cmp.Or(l.Versions, defaultVersions)
	l.Connections = cmp.Or(l.Connections, defaultConnections)
	l.Calls = cmp.Or(l.Calls, defaultCalls)
	l.CallerBurst = cmp.Or(l.CallerBurst, max(1, int(2*l.CallerRate)))
	l.Patience = cmp.Or(l.Patience, defaultPatience)
	l.IdleConnection = cmp.Or(l.IdleConnection, defaultIdleConnection)
	l.ConnectionAge = cmp.Or(l.ConnectionAge, defaultConnectionAge)
	return l
}

// DefaultLimits are those that hold where nothing else is said.
func DefaultLimits() Limits { return Limits{}.withDefaults() }

func (l Limits) check() error {
	for _, limit := range []struct {
		name  string
		value int
	}{
		{"message bytes", l.MessageBytes}, {"leads", l.Leads}, {"fields", l.Fields}, {"name bytes", l.NameBytes}, {"events", l.Events}, {"versions", l.Versions},
		{"connections", l.Connections}, {"calls", l.Calls}, {"calls at once of a caller", l.CallerBurst},
	} {
		if limit.value < 1 {
			return fmt.Errorf("limit of %s: %d; want 1 or more", limit.name, limit.value)
		}
	}
	if l.CallerRate < 0 || math.IsNaN(l.CallerRate) || math.IsInf(l.CallerRate, 0) {
		return fmt.Errorf("limit of calls a second of a caller: %g; want 0, which is none, or more", l.CallerRate)
	}
	if l.Patience < 0 || l.IdleConnection < 0 || l.ConnectionAge < 0 {
		return errors.New("a negative time among the limits")
	}
	return nil
}

func (c Config) withDefaults() (Config, error) {
	switch {
	case c.Store == nil:
		return c, errors.New("no store given")
	case len(c.Models) == 0:
		return c, errors.New("no model named")
	case c.NotServingFor < 0 || c.ShutdownTimeout < 0:
		return c, errors.New("a negative time at shutdown")
	case c.ReloadEvery < 0:
		return c, errors.New("a negative time between two reloads")
	case c.CredentialsEvery < 0:
		return c, errors.New("a negative time between two looks at the credentials")
	}
	if err := checkCanary(c.Canary); err != nil {
		return c, err
	}
	if err := CheckDataDir(c.DataDir); err != nil {
		return c, err
	}
	c.Reflection = cmp.Or(c.Reflection, ReflectionRead)
	if !slices.Contains([]Reflection{ReflectionRead, ReflectionOpen, ReflectionOff}, c.Reflection) {
		return c, fmt.Errorf("reflection %q: want read, open or off", c.Reflection)
	}
	if c.Auth == nil {
		c.Auth = new(auth.Guard)
	}
	c.CredentialsEvery = cmp.Or(c.CredentialsEvery, defaultCredentialsEvery)
	c.Limits = c.Limits.withDefaults()
	if err := c.Limits.check(); err != nil {
		return c, err
	}
	c.ShutdownTimeout = cmp.Or(c.ShutdownTimeout, defaultShutdownTimeout)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c, nil
}
