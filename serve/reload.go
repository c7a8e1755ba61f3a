package serve

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"leadscore/models"
)

// standing is how one model stands after a reload. It is never changed.
type standing struct {
	model                string
	champion, challenger *ready // nil: not served
	shadow               *shadow
	takenUp              time.Time // when a version of it was last taken up
	fault                error     // why what the aliases say could not be taken up; nil: it was
	faultSince           time.Time
	reloads, failed      int64 // versions taken up, and reloads with a fault
}

// ModelState is how one model stands on this server, for metrics and health.
type ModelState struct {
	Model      string
	Champion   *VersionState // nil: not served under this alias
	Challenger *VersionState
	TakenUp    time.Time // when a version of it was last taken up
	Fault      string    // why the last reload kept older versions than the store's aliases name; empty: it did not
	FaultSince time.Time
	Reloads    int64   // reloads that took up a version
	Failed     int64   // reloads that kept an older version because of a fault
	Canary     float64 // share of leads that the challenger answers
	Shadow     *ShadowCounts
}

// VersionState is a version in service.
type VersionState struct {
	ID, Checksum, RulesVersion string
	NewestTrainingData         time.Time // zero for data without times
	Loaded                     time.Time
}

// Models says how each served model stands, by name.
func (s *Server) Models() []ModelState {
	var list []ModelState
	for _, m := range s.catalog.table.Load().models {
		state := ModelState{Model: m.model, Champion: m.champion.state(), Challenger: m.challenger.state(), TakenUp: m.takenUp,
			Reloads: m.reloads, Failed: m.failed, Canary: s.config.Canary[m.model]}
		if m.fault != nil {
			state.Fault, state.FaultSince = m.fault.Error(), m.faultSince
		}
		if m.shadow != nil {
			state.Shadow = m.shadow.counts()
		}
		list = append(list, state)
	}
	return list
}

func (r *ready) state() *VersionState {
	if r == nil {
		return nil
	}
	return &VersionState{ID: r.version.ID, Checksum: r.version.Checksum, RulesVersion: r.scorer.Rules().Version(), NewestTrainingData: r.newest, Loaded: r.loaded}
}

// Reload reads the store's aliases and takes up what moved, all of it at one instant. An alias whose version cannot serve
// keeps the one it had; health, [Server.Models] and the log say so.
func (s *Server) Reload() { s.reload("asked") }

func (s *Server) reload(why string) {
	before, after := s.catalog.reload()
	s.tell(before, after, why)
}

// reload replaces the table. It returns the old and the new one.
func (c *catalog) reload() (before, after *table) {
	c.reloading.Lock()
	defer c.reloading.Unlock()
	before = c.table.Load()
	after, _ = c.read(before)
	c.table.Store(after)
	return before, after
}

// read makes the table that the store asks for now. What cannot be loaded stays as it was before; the faults say why.
func (c *catalog) read(before *table) (after *table, faults []error) {
	after = &table{routes: map[string]*route{}}
	for i := range c.wanted {
		was := &standing{model: c.wanted[i].model}
		if i < len(before.models) {
			was = before.models[i]
		}
		now := c.readModel(&c.wanted[i], was, before)
		after.models = append(after.models, now)
		c.addRoutes(after, now)
		if now.fault != nil {
			faults = append(faults, now.fault)
		}
		for _, id := range c.wanted[i].versions {
			loaded, err := c.ready(before, now.model, id)
			if err != nil {
				faults = append(faults, fmt.Errorf("model %s: %w", idKey(now.model, id), err))
				continue
			}
			after.routes[idKey(now.model, id)] = loaded.route("", false)
		}
	}
	return after, faults
}

// readModel takes up what a model's aliases say.
func (c *catalog) readModel(w *wanted, was *standing, before *table) *standing {
	now := *was
	now.fault = nil
	if len(w.aliases) == 0 {
		return &now
	}
	aliases, err := c.store.Aliases(w.model)
	if err != nil {
		return now.kept(was, err)
	}
	for _, alias := range []string{models.Champion, models.Challenger} {
		place, id := now.place(alias), aliases.Current[alias]
		must := slices.Contains(w.aliases, alias)
		switch {
		case id == "" && must:
			_, err := c.store.Resolve(w.model, alias) // says whether the model is gone or its alias alone
			now.kept(was, fmt.Errorf("model %s: %w", shortName(w.model, alias), err))
			continue
		case id == "" || !must && !w.challenger:
			*place = nil
			continue
		}
		loaded, err := c.ready(before, w.model, id)
		if err != nil {
			now.kept(was, fmt.Errorf("model %s: %w", shortName(w.model, alias), err))
			continue
		}
		*place = loaded
	}
	if now.champion != was.champion || now.challenger != was.challenger {
		now.takenUp = time.Now()
		now.reloads++
	}
	now.shadow = nil
	if c.config.Shadow && now.champion != nil && now.challenger != nil && now.champion != now.challenger {
		now.shadow = was.shadow.of(now.champion, now.challenger)
	}
	return &now
}

// shortName is the name under which people ask for an alias: the champion's is the model's own.
func shortName(model, alias string) string {
	if alias == models.Champion {
		return model
	}
	return aliasKey(model, alias)
}

func (m *standing) place(alias string) **ready {
	if alias == models.Champion {
		return &m.champion
	}
	return &m.challenger
}

// kept notes a fault; the first of a reload is told.
func (m *standing) kept(was *standing, err error) *standing {
	if m.fault != nil {
		return m
	}
	m.fault = err
	m.failed++
	if was.fault == nil {
		m.faultSince = time.Now()
	}
	return m
}

// ready gives a version that is loaded already, or loads it.
func (c *catalog) ready(before *table, model, id string) (*ready, error) {
	key := idKey(model, id)
	if r := before.routes[key]; r != nil {
		return r.ready, nil
	}
	if r := c.asked.get(key); r != nil {
		return r.ready, nil
	}
	return load(c.store, model, id)
}

// addRoutes adds the names under which a model's versions answer.
func (c *catalog) addRoutes(t *table, m *standing) {
	for alias, version := range map[string]*ready{models.Champion: m.champion, models.Challenger: m.challenger} {
		if version != nil {
			t.routes[aliasKey(m.model, alias)] = version.route(alias, false)
			t.routes[idKey(m.model, version.version.ID)] = version.route("", false)
		}
	}
	if m.champion == nil {
		return
	}
	t.routes[aliasKey(m.model, models.Champion)].shadow = m.shadow
	bare := m.champion.route(models.Champion, false)
	bare.shadow = m.shadow
	if share := c.config.Canary[m.model]; share > 0 && m.challenger != nil {
		bare.canary = newCanary(share, m.challenger)
	}
	t.routes[m.model] = bare
}

// poll reloads every so often until ctx ends.
func (s *Server) poll(ctx context.Context) {
	if s.config.ReloadEvery <= 0 {
		return
	}
	ticker := time.NewTicker(s.config.ReloadEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			s.reload("poll")
		}
	}
}

// tell says in the log and in health what a reload changed. A fault that stays is told once.
func (s *Server) tell(before, after *table, why string) {
	for i, now := range after.models {
		was := before.models[i]
		for _, alias := range []string{models.Champion, models.Challenger} {
			old, new := *was.place(alias), *now.place(alias)
			if old != new {
				s.config.Log.Info("version taken up", "model", now.model, "alias", alias, "version", new.id(), "before", old.id(), "why", why)
			}
		}
		if now.fault != nil && (was.fault == nil || was.fault.Error() != now.fault.Error()) {
			s.config.Log.Error("kept the old version", "model", now.model, "version", now.champion.id(), "error", now.fault.Error(), "why", why)
		}
		if now.fault == nil && was.fault != nil {
			s.config.Log.Log(context.Background(), slog.LevelInfo, "fault is over", "model", now.model, "lasted", time.Since(was.faultSince))
		}
		s.tellHealth(now)
	}
}

func (r *ready) id() string {
	if r == nil {
		return ""
	}
	return r.version.ID
}

// healthOf names a model for grpc.health.v1: SERVING while what answers is what the store's aliases say.
func healthOf(model string) string { return "models/" + model }

func (s *Server) tellHealth(m *standing) {
	status := healthpb.HealthCheckResponse_SERVING
	if m.fault != nil {
		status = healthpb.HealthCheckResponse_NOT_SERVING
	}
	s.health.SetServingStatus(healthOf(m.model), status)
}
