package serve

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"leadscore/features"
	"leadscore/models"
)

// Config says what to serve, and where. Store and Models are required, and Listen for [Server.Run]; the zero value of
// everything else has a meaning.
type Config struct {
	Store  *models.Store
	Models []string // "deals": its champion, and its challenger if it has one; "deals/VERSION", "deals@challenger": that

	Listen         string // host:port; port 0 lets the system choose one
	InsecureListen bool   // allow an address that other machines can reach, though there is no TLS yet

	Limits Limits

	ReloadEvery time.Duration      // how often the store's aliases are read; zero: only when asked to
	Shadow      bool               // score the champion's requests with the challenger too, and count the differences
	Canary      map[string]float64 // by model: the share of leads, 0 to 1, that its challenger answers under the bare name

	NotServingFor   time.Duration // at shutdown: how long health says NOT_SERVING before new calls are refused; zero: not at all
	ShutdownTimeout time.Duration // at shutdown: how long calls may take to finish before they are cut off; zero: 20 s

	Log *slog.Logger // nil: no log
}

// Limits bound what one request may hold. Zero members mean their defaults. A text field holds at most
// [features.LongestText] bytes, in a request as in a file.
type Limits struct {
	MessageBytes int // of one request; default 16 MiB
	Leads        int // of a batch; default and most 1,000, which the wire promises
	Fields       int // of a lead; default 2,000
	NameBytes    int // of a lead's id, an event's type; default 256
	Events       int // of a lead; default and most features.MostEvents
	Versions     int // kept in memory because a request asked for them by id; default 8
}

const (
	defaultMessageBytes = 16 << 20 // a batch of 1,000 leads with 100 fields and 100 events each
	mostLeads           = 1000
	defaultFields       = 2000
	defaultNameBytes    = 256
	defaultVersions     = 8

	defaultShutdownTimeout = 20 * time.Second // less than the 30 s that Kubernetes and systemd commonly grant
)

func (l Limits) withDefaults() Limits {
	l.MessageBytes = cmp.Or(l.MessageBytes, defaultMessageBytes)
	l.Leads = min(cmp.Or(l.Leads, mostLeads), mostLeads)
	l.Fields = cmp.Or(l.Fields, defaultFields)
	l.NameBytes = cmp.Or(l.NameBytes, defaultNameBytes)
	l.Events = min(cmp.Or(l.Events, features.MostEvents), features.MostEvents)
	l.Versions = cmp.Or(l.Versions, defaultVersions)
	return l
}

func (l Limits) check() error {
	for _, limit := range []struct {
		name  string
		value int
	}{
		{"message bytes", l.MessageBytes}, {"leads", l.Leads}, {"fields", l.Fields}, {"name bytes", l.NameBytes}, {"events", l.Events}, {"versions", l.Versions},
	} {
		if limit.value < 1 {
			return fmt.Errorf("limit of %s: %d; want 1 or more", limit.name, limit.value)
		}
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
	}
	if err := checkCanary(c.Canary); err != nil {
		return c, err
	}
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
