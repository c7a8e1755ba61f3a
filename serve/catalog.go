package serve

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/singleflight"

	"leadscore/models"
	leadscorev1 "leadscore/proto/leadscore/v1"
)

// errNotServed says that a model may exist, but not on this server.
var errNotServed = errors.New("not served")

type notServed struct {
	model  string
	serves []string
}

func (n *notServed) Error() string {
	return fmt.Sprintf("this server has no model %q; it has %s", n.model, strings.Join(n.serves, ", "))
}

func (n *notServed) Unwrap() error { return errNotServed }

// catalog is the versions in service. What answers is one table that is never changed, only replaced as a whole: a request
// takes its route from it once, so that no answer is made by two versions, and all of a reload shows at one instant.
type catalog struct {
	store  *models.Store
	wanted []wanted
	config Config
	table  atomic.Pointer[table]

	reloading sync.Mutex         // one reload at a time
	loading   singleflight.Group // by id: one load a version, however many ask for it
	asked     asked
}

// wanted is what the server was told to serve of one model.
type wanted struct {
	model      string
	aliases    []string // that must be there
	challenger bool     // take up a challenger too, if there is one
	versions   []string // ids that stay as long as the server lives
}

// table is what is in service.
type table struct {
	routes map[string]*route // by the name in a request: "deals", "deals@champion", "deals/VERSION"
	models []*standing       // by name
}

// route is what a model's name in a request leads to.
type route struct {
	*ready
	scoredBy *leadscorev1.ScoredBy // shared by all answers; never changed
	canary   *canary               // nil: none
	shadow   *shadow               // nil: none
}

func (r *ready) route(alias string, byCanary bool) *route {
	by := r.describe()
	by.Alias, by.Canary = alias, byCanary
	return &route{ready: r, scoredBy: by}
}

// newCatalog loads what the configuration names, and the challengers that exist beside champions: all of it, or none.
func newCatalog(config Config) (*catalog, error) {
	c := &catalog{store: config.Store, config: config, asked: asked{most: config.Limits.Versions, routes: map[string]*route{}}}
	var err error
	if c.wanted, err = whatIsWanted(config.Models); err != nil {
		return nil, err
	}
	for model := range config.Canary {
		if !slices.ContainsFunc(c.wanted, func(w wanted) bool { return w.model == model && w.challenger }) {
			return nil, fmt.Errorf("canary share of %q: the server does not serve it under its bare name", model)
		}
	}
	first, faults := c.read(&table{})
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	c.table.Store(first)
	return c, nil
}

// whatIsWanted gathers the names by model.
func whatIsWanted(names []string) ([]wanted, error) {
	var list []wanted
	for _, name := range names {
		model, ref, err := models.ParseName(name)
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(list, func(w wanted) bool { return w.model == model })
		if at < 0 {
			at = len(list)
			list = append(list, wanted{model: model})
		}
		w := &list[at]
		switch ref {
		case "":
			w.challenger = true
			w.addAlias(models.Champion)
		case models.Champion, models.Challenger:
			w.addAlias(ref)
		default:
			w.versions = append(w.versions, ref)
		}
	}
	slices.SortFunc(list, func(a, b wanted) int { return strings.Compare(a.model, b.model) })
	return list, nil
}

func (w *wanted) addAlias(alias string) {
	if !slices.Contains(w.aliases, alias) {
		w.aliases = append(w.aliases, alias)
	}
}

// get gives the route of a request's model name. Aliases stand for what they did at the last reload; a version of a served
// model that is not loaded is loaded now.
func (c *catalog) get(name string) (*route, error) {
	if found := c.table.Load().routes[name]; found != nil {
		return found, nil
	}
	if short, ok := shortOf(name); ok {
		return c.get(short)
	}
	model, ref, err := models.ParseName(name)
	if err != nil {
		return nil, err
	}
	if !c.serves(model) {
		return nil, &notServed{model: model, serves: c.names()}
	}
	if ref == "" || ref == models.Champion || ref == models.Challenger {
		return nil, fmt.Errorf("%w: none under this alias", models.ErrNoVersion)
	}
	return c.askedFor(model, ref)
}

func (c *catalog) serves(model string) bool {
	return slices.ContainsFunc(c.wanted, func(w wanted) bool { return w.model == model })
}

func (c *catalog) names() []string {
	list := make([]string, len(c.wanted))
	for i := range c.wanted {
		list[i] = c.wanted[i].model
	}
	return list
}

// askedFor loads a version because a request names it.
func (c *catalog) askedFor(model, id string) (*route, error) {
	key := idKey(model, id)
	if found := c.asked.get(key); found != nil {
		return found, nil
	}
	loaded, err, _ := c.loading.Do(key, func() (any, error) {
		loaded, err := load(c.store, model, id)
		if err != nil {
			return nil, err
		}
		found := loaded.route("", false)
		c.asked.put(key, found)
		return found, nil
	})
	if err != nil {
		return nil, err
	}
	return loaded.(*route), nil
}

// asked are versions that were loaded on request, at most so many: the oldest make room.
type asked struct {
	most   int
	mu     sync.RWMutex
	routes map[string]*route // by id
	order  []string          // the oldest first
}

func (a *asked) get(key string) *route {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.routes[key]
}

func (a *asked) put(key string, r *route) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.routes[key] == nil {
		a.order = append(a.order, key)
	}
	a.routes[key] = r
	if len(a.order) > a.most {
		delete(a.routes, a.order[0])
		a.order = a.order[1:]
	}
}

// describe lists what is in service, for the log: "deals@champion=2026-06-30-3f9a2c1b7d04".
func (t *table) describe() []string {
	var list []string
	for name, r := range t.routes {
		if strings.Contains(name, "@") {
			name += "=" + r.scoredBy.GetVersion()
		} else if !strings.Contains(name, "/") {
			continue
		}
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

func idKey(model, id string) string { return model + "/" + id }

func aliasKey(model, alias string) string { return model + "@" + alias }
