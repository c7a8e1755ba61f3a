package serve

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"leadscore/features"
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

// ready is a version that can score, with what every answer says about it.
type ready struct {
	scorer   *models.Scorer
	schema   *features.Schema
	scoredBy *leadscorev1.ScoredBy // shared by all answers; never changed
	horizon  *durationpb.Duration  // nil: whenever
	timeless bool                  // trained on data without times: there is no instant to look at a lead
	clock    string                // the term that is the instant itself; empty: none
}

// versions are the versions in service. Those named when the server starts stay, and so does what their aliases stood for
// then; others of the same models are loaded when a request names them, and the oldest of these make room.
type versions struct {
	store  *models.Store
	models []string // served
	most   int      // of those loaded on request

	loading singleflight.Group // by id: one load a version, however many ask for it
	mu      sync.RWMutex
	byID    map[string]*ready // "deals/VERSION"
	byAlias map[string]*ready // "deals@champion"
	asked   []string          // keys of byID loaded on request, the oldest first
}

// loadVersions loads what the names say, and the challengers that exist beside champions.
func loadVersions(store *models.Store, names []string, most int) (*versions, error) {
	v := &versions{store: store, most: most, byID: map[string]*ready{}, byAlias: map[string]*ready{}}
	for _, name := range names {
		model, ref, err := models.ParseName(name)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(v.models, model) {
			v.models = append(v.models, model)
		}
		if _, err := v.pin(model, ref); err != nil {
			return nil, fmt.Errorf("model %s: %w", name, err)
		}
		if ref == "" {
			if _, err := v.pin(model, models.Challenger); err != nil && !errors.Is(err, models.ErrNoVersion) {
				return nil, fmt.Errorf("model %s@%s: %w", name, models.Challenger, err)
			}
		}
	}
	slices.Sort(v.models)
	return v, nil
}

// pin loads a version for as long as the server lives, under its id and, if ref is one, its alias.
func (v *versions) pin(model, ref string) (*ready, error) {
	id, err := v.store.Resolve(model, ref)
	if err != nil {
		return nil, err
	}
	key := idKey(model, id)
	loaded, ok := v.byID[key]
	if !ok {
		if loaded, err = v.load(model, id); err != nil {
			return nil, err
		}
		v.byID[key] = loaded
	}
	if ref != id {
		v.byAlias[aliasKey(model, ref)] = loaded
	}
	return loaded, nil
}

// get gives the version that a request's model name means.
func (v *versions) get(name string) (*ready, error) {
	model, ref, err := models.ParseName(name)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(v.models, model) {
		return nil, &notServed{model: model, serves: v.models}
	}
	alias, id := aliasKey(model, ref), idKey(model, ref)
	v.mu.RLock()
	found := v.byAlias[alias]
	if found == nil {
		found = v.byID[id]
	}
	v.mu.RUnlock()
	switch {
	case found != nil:
		return found, nil
	case ref == "" || ref == models.Champion || ref == models.Challenger:
		return nil, fmt.Errorf("%w: the server started without one", models.ErrNoVersion)
	}
	return v.loadAsked(model, ref)
}

// loadAsked loads a version because a request names it, and lets the oldest such one go where there are too many.
func (v *versions) loadAsked(model, id string) (*ready, error) {
	key := idKey(model, id)
	loaded, err, _ := v.loading.Do(key, func() (any, error) {
		loaded, err := v.load(model, id)
		if err != nil {
			return nil, err
		}
		v.mu.Lock()
		defer v.mu.Unlock()
		v.byID[key] = loaded
		v.asked = append(v.asked, key)
		if len(v.asked) > v.most {
			delete(v.byID, v.asked[0])
			v.asked = v.asked[1:]
		}
		return loaded, nil
	})
	if err != nil {
		return nil, err
	}
	return loaded.(*ready), nil
}

func (v *versions) load(model, id string) (*ready, error) {
	version, err := v.store.Get(model, id)
	if err != nil {
		return nil, err
	}
	scorer, err := models.NewScorer(version)
	if err != nil {
		return nil, err
	}
	r := &ready{
		scorer: scorer,
		schema: version.Schema,
		scoredBy: &leadscorev1.ScoredBy{
			Model:         version.Model,
			Version:       version.ID,
			Checksum:      version.Checksum,
			RulesVersion:  scorer.Rules().Version(),
			FormatVersion: int32(version.FormatVersion),
			CodeVersion:   version.Code,
		},
		timeless: version.Timeless(),
	}
	if newest, err := time.Parse(time.RFC3339, version.Training.Newest); err == nil {
		r.scoredBy.NewestTrainingDataTime = timestamppb.New(newest)
	}
	for _, input := range version.Encoder.Inputs {
		if input.Source == features.FromSnapshot {
			r.clock = input.Name
		}
	}
	if version.Schema.Horizon > 0 {
		r.horizon = durationpb.New(time.Duration(version.Schema.Horizon))
	}
	return r, nil
}

// describe lists what is in service, for the log: "deals@champion=2026-06-30-3f9a2c1b7d04".
func (v *versions) describe() []string {
	v.mu.RLock()
	defer v.mu.RUnlock()
	var list []string
	for alias, loaded := range v.byAlias {
		list = append(list, alias+"="+loaded.scoredBy.GetVersion())
	}
	for id := range v.byID {
		list = append(list, id)
	}
	slices.Sort(list)
	return list
}

func idKey(model, id string) string { return model + "/" + id }

// aliasKey reads an empty alias as the champion.
func aliasKey(model, alias string) string {
	if alias == "" {
		alias = models.Champion
	}
	return model + "@" + alias
}
