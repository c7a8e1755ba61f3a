package serve

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"leadscore/features"
	"leadscore/models/change"
	"leadscore/models/closed"
	"leadscore/models/rules/evidence"
	leadscorev1 "leadscore/proto/leadscore/v1"
)

// comparing is ComparisonService.
type comparing struct {
	leadscorev1.UnimplementedComparisonServiceServer
	catalog *catalog
	limits  Limits
	data    string        // the directory that files are read from; empty: none
	slots   chan struct{} // one a long computation under way, so that scoring keeps processors
}

func newComparing(config *Config, catalog *catalog) *comparing {
	return &comparing{catalog: catalog, limits: config.Limits, data: config.DataDir, slots: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2))}
}

// long runs a computation in a slot. When nobody waits any more it answers at once; the slot is free again when the computation has noticed.
func long[T any](ctx context.Context, c *comparing, work func(context.Context) (T, error)) (T, error) {
	var none T
	select {
	case c.slots <- struct{}{}:
	case <-ctx.Done():
		return none, ctx.Err()
	}
	type result struct {
		answer any
		err    error
	}
	ended := make(chan result, 1)
	go func() {
		defer func() { <-c.slots }()
		answer, err := guard(func() (any, error) { return work(ctx) })
		ended <- result{answer, err}
	}()
	select {
	case r := <-ended:
		if r.err != nil {
			return none, r.err
		}
		return r.answer.(T), nil
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

// GetRuleEvidence holds the rules of a version's book against closed leads.
func (c *comparing) GetRuleEvidence(ctx context.Context, request *leadscorev1.GetRuleEvidenceRequest) (*leadscorev1.GetRuleEvidenceResponse, error) {
	route, err := c.route(ctx, request.GetModel())
	if err != nil {
		return nil, err
	}
	faults := new(invalid)
	source, err := c.checkClosed(ctx, faults, route.ready, request.GetLeads())
	if err != nil {
		return nil, err
	}
	if err := faults.err(); err != nil {
		return nil, err
	}
	return long(ctx, c, func(ctx context.Context) (*leadscorev1.GetRuleEvidenceResponse, error) {
		given, err := c.read(ctx, route.ready, source)
		if err != nil {
			return nil, err
		}
		found, err := judgeRules(ctx, route.ready, given.history)
		if err != nil {
			return nil, err
		}
		answer := &leadscorev1.GetRuleEvidenceResponse{Evidence: &leadscorev1.BookEvidence{}, ScoredBy: route.scoredBy, Warnings: given.warnings}
		return answer, fill(found, answer.GetEvidence())
	})
}

func judgeRules(ctx context.Context, version *ready, h *features.History) (*evidence.Evidence, error) {
	chosen, warnings := closed.SelectDecided(h)
	if err := bothOutcomes(chosen); err != nil {
		return nil, err
	}
	leads := &evidence.Leads{History: h, Rows: chosen.Rows, Wins: make([]uint8, h.Table.Len()), Until: chosen.Until, Dated: chosen.Dated, Warnings: warnings}
	for k, row := range chosen.Rows {
		leads.Wins[row] = uint8(chosen.Wins[k])
	}
	sheet, err := evidence.NewSheet(ctx, version.scorer.Rules(), h, leads.Rows)
	if err != nil {
		return nil, err
	}
	return evidence.Judge(ctx, sheet, leads)
}

// bothOutcomes is the caller's fault where nothing can be compared.
func bothOutcomes(s *closed.Selection) error {
	if s.Won > 0 && s.Won < len(s.Rows) {
		return nil
	}
	fault := new(invalid)
	text := ""
	for _, reason := range slices.Sorted(maps.Keys(s.LeftOut)) {
		text += fmt.Sprintf("; %d left out (%s)", s.LeftOut[reason], reason)
	}
	fault.addf("leads", "it takes at least one won lead and one that was not; %d can be used, %d of them won%s", len(s.Rows), s.Won, text)
	return fault
}

// route is the version that a request names.
func (c *comparing) route(ctx context.Context, model string) (*route, error) {
	route, err := c.catalog.get(model)
	if err == nil {
		this := callOf(ctx)
		this.model, this.version = route.scoredBy.GetModel(), route.scoredBy.GetVersion()
	}
	return route, err
}

// fill puts a result on the wire; a member without a place there is a fault of ours that tests find, not the caller's.
func fill(result any, message proto.Message) error {
	_, err := ontoWire(result, message)
	return err
}

// ExplainChange says why a lead's scores changed.
func (c *comparing) ExplainChange(ctx context.Context, request *leadscorev1.ExplainChangeRequest) (*leadscorev1.ExplainChangeResponse, error) {
	from, to := request.GetFrom(), request.GetTo()
	old, err := c.route(ctx, from.GetModel())
	if err != nil {
		return nil, underPath("from.model", err)
	}
	current := old
	if to.GetModel() != "" {
		if current, err = c.route(ctx, to.GetModel()); err != nil {
			return nil, underPath("to.model", err)
		}
	}
	question, err := c.changeQuestion(from, to, old.ready, current.ready)
	if err != nil {
		return nil, err
	}
	callOf(ctx).leadID = question.From.Lead.ID
	result, err := change.Explain(ctx, *question)
	if err != nil {
		return nil, callersChange(err)
	}
	answer := &leadscorev1.ExplainChangeResponse{Change: &leadscorev1.ScoreChange{}, FromScoredBy: old.scoredBy, ToScoredBy: current.scoredBy}
	return answer, fill(result, answer.GetChange())
}

// changeQuestion reads both ends, each as both versions read it. A field must be one of the version that its end is scored by; the other version
// goes without those that it does not know.
func (c *comparing) changeQuestion(from, to *leadscorev1.ChangeEnd, old, current *ready) (*change.Question, error) {
	q := &change.Question{From: change.End{Scorer: old.scorer}, To: change.End{Scorer: current.scorer}}
	var faults invalid
	toCheck := newCheck(current, c.limits)
	q.To.AsOf = toCheck.instantAt("to.as_of", to.GetAsOf(), time.Now())
	q.From.AsOf = q.To.AsOf
	if from.GetAsOf() != nil {
		q.From.AsOf = toCheck.time("from.as_of", from.GetAsOf())
	}
	faults.violations = append(faults.violations, toCheck.faults.violations...)
	now, path := to.GetLead(), "to.lead"
	if now == nil {
		now, path = from.GetLead(), "from.lead"
	}
	q.From.Lead = c.lead(&faults, "from.lead", old, from.GetLead())
	if path == "to.lead" || old != current && from.GetLead() != nil {
		known := now
		if path == "from.lead" {
			known = onlyKnown(current, now) // what only the older version knows is no fault
		}
		q.To.Lead = c.lead(&faults, path, current, known)
	} else {
		q.To.Lead = q.From.Lead
	}
	if to.GetLead() != nil && from.GetLead() != nil && to.GetLead().GetId() != from.GetLead().GetId() {
		faults.addf("to.lead.id", "%q: another lead than from.lead's %q", shortened(to.GetLead().GetId()), shortened(from.GetLead().GetId()))
	}
	if err := faults.err(); err != nil {
		return nil, err
	}
	if !change.SameSchema(old.scorer.Version(), current.scorer.Version()) {
		q.Now = c.otherReading(old, now)
		q.Then = c.otherReading(current, from.GetLead())
	}
	return q, nil
}

// otherReading is a checked lead as another version reads it; nil where it cannot.
func (c *comparing) otherReading(version *ready, wire *leadscorev1.Lead) *features.Lead {
	var faults invalid
	return c.lead(&faults, "lead", version, onlyKnown(version, wire))
}

// lead reads a lead that stays, with all of its events; nil after a fault, which then stands in faults under the path.
func (c *comparing) lead(faults *invalid, path string, version *ready, wire *leadscorev1.Lead) *features.Lead {
	check := newCheck(version, c.limits)
	lead, _ := check.lead(version.schema.NewReading(), alone, wire, features.NoTime)
	if check.faults.total() == 0 {
		return lead
	}
	for _, v := range check.faults.violations {
		faults.add(path+strings.TrimPrefix(v.path, alone.String()), v.problem)
	}
	faults.uncounted += check.faults.uncounted
	return nil
}

// onlyKnown is the lead without the fields that a version does not know.
func onlyKnown(version *ready, wire *leadscorev1.Lead) *leadscorev1.Lead {
	known := &leadscorev1.Lead{Id: wire.GetId(), CreatedTime: wire.GetCreatedTime(), Events: wire.GetEvents(), Fields: map[string]*leadscorev1.FieldValue{}}
	for name, value := range wire.GetFields() {
		if _, ok := version.schema.FieldIndex(name); ok {
			known.Fields[name] = value
		}
	}
	return known
}

// callersChange makes violations of what a question got wrong.
func callersChange(err error) error {
	fault := new(invalid)
	switch {
	case errors.Is(err, change.ErrOrder):
		fault.add("from.as_of", err.Error())
	case errors.Is(err, change.ErrNotThere):
		fault.add("from.as_of", err.Error())
	case errors.Is(err, change.ErrOtherSchema):
		fault.add("to.lead", "the version of from cannot read it: send from.lead and to.lead with fields that both versions can read")
	default:
		return err
	}
	return fault
}

// underPath names the member of a model's name that is none.
func underPath(path string, err error) error {
	if fault := asInvalid(err); fault != nil {
		at := new(invalid)
		at.add(path, "not a model's name; write deals, deals@champion, deals@challenger or deals/VERSION")
		return at
	}
	return err
}
