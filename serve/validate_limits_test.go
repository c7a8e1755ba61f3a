package serve

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"leadscore/features"
	leadscorev1 "leadscore/proto/leadscore/v1"
)

// limit is a request that just passes and one that just does not.
type limit struct {
	within, beyond proto.Message
	said           string // the field that the annotations name in beyond
	answered       string // the one that the server names, where it names it in other words
}

var (
	lookedAt    = timestamppb.New(time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC))
	beforeFirst = &timestamppb.Timestamp{Seconds: -62135596801}
	firstTime   = &timestamppb.Timestamp{Seconds: -62135596800}
	lastTime    = &timestamppb.Timestamp{Seconds: 253402300799, Nanos: 999999999}
	afterLast   = &timestamppb.Timestamp{Seconds: 253402300800}
)

func limits(champion string) map[string]limit {
	all := map[string]limit{}
	for _, part := range []map[string]limit{limitsOfScoring(), limitsOfModels(champion), limitsOfComparing(), limitsOfChanges(), limitsOfCounterfactuals()} {
		for name, each := range part {
			all[name] = each
		}
	}
	return all
}

func scoreOf(change func(*leadscorev1.ScoreLeadRequest)) *leadscorev1.ScoreLeadRequest {
	request := &leadscorev1.ScoreLeadRequest{Model: "deals", AsOf: lookedAt, Lead: &leadscorev1.Lead{Id: "L-1", Fields: map[string]*leadscorev1.FieldValue{}}}
	change(request)
	return request
}

func field(name string, value *leadscorev1.FieldValue) *leadscorev1.ScoreLeadRequest {
	return scoreOf(func(r *leadscorev1.ScoreLeadRequest) { r.Lead.Fields[name] = value })
}

func date(at *timestamppb.Timestamp) *leadscorev1.FieldValue {
	return &leadscorev1.FieldValue{Value: &leadscorev1.FieldValue_Timestamp{Timestamp: at}}
}

func eventsOf(n int, change func(*leadscorev1.LeadEvent)) *leadscorev1.ScoreLeadRequest {
	return scoreOf(func(r *leadscorev1.ScoreLeadRequest) {
		for range n {
			r.Lead.Events = append(r.Lead.Events, &leadscorev1.LeadEvent{Type: "visit", Time: lookedAt})
		}
		if change != nil {
			change(r.Lead.Events[0])
		}
	})
}

func batchOf(n int) *leadscorev1.BatchScoreLeadsRequest {
	request := &leadscorev1.BatchScoreLeadsRequest{Model: "deals", AsOf: lookedAt, Explanation: leadscorev1.Explanation_EXPLANATION_NONE}
	for range n {
		request.Leads = append(request.Leads, &leadscorev1.Lead{Id: "L-1"})
	}
	return request
}

func streamOf(n int) *leadscorev1.StreamScoreLeadsRequest {
	batch := batchOf(n)
	return &leadscorev1.StreamScoreLeadsRequest{Model: batch.GetModel(), AsOf: batch.GetAsOf(), Explanation: batch.GetExplanation(), Leads: batch.GetLeads()}
}

func limitsOfScoring() map[string]limit {
	of := scoreOf
	type request = *leadscorev1.ScoreLeadRequest
	id := func(id string) request { return of(func(r request) { r.Lead.Id = id }) }
	created := func(at *timestamppb.Timestamp) request { return of(func(r request) { r.Lead.CreatedTime = at }) }
	return map[string]limit{
		"no model":         {within: of(func(request) {}), beyond: of(func(r request) { r.Model = "" }), said: "model"},
		"a model's name":   {beyond: of(func(r request) { r.Model = "Deals" }), said: "model"},
		"no lead":          {beyond: of(func(r request) { r.Lead = nil }), said: "lead"},
		"no id":            {within: id("x"), beyond: id(""), said: "lead.id"},
		"a blank id":       {within: id(" x "), beyond: id(" \t\n"), said: "lead.id"},
		"a long id":        {within: id(strings.Repeat("x", 256)), beyond: id(strings.Repeat("x", 257)), said: "lead.id"},
		"bytes of an id":   {within: id(strings.Repeat("ü", 128)), beyond: id(strings.Repeat("ü", 128) + "x"), said: "lead.id"},
		"explanation":      {within: of(func(r request) { r.Explanation = 2 }), beyond: of(func(r request) { r.Explanation = 3 }), said: "explanation"},
		"as_of":            {within: of(func(r request) { r.AsOf = lastTime }), beyond: of(func(r request) { r.AsOf = afterLast }), said: "as_of"},
		"as_of, the first": {within: of(func(r request) { r.AsOf = firstTime }), beyond: of(func(r request) { r.AsOf = beforeFirst }), said: "as_of"},
		"created": {within: created(firstTime), beyond: created(beforeFirst),
			said: "lead.created_time"},
		"no value":          {within: field("employees", missing()), beyond: field("employees", &leadscorev1.FieldValue{}), said: `lead.fields["employees"].value`, answered: `lead.fields["employees"]`},
		"NaN":               {within: field("employees", number(math.MaxFloat64)), beyond: field("employees", number(math.NaN())), said: `lead.fields["employees"].number`, answered: `lead.fields["employees"]`},
		"infinity":          {within: field("revenue", number(-math.MaxFloat64)), beyond: field("revenue", number(math.Inf(-1))), said: `lead.fields["revenue"].number`, answered: `lead.fields["revenue"]`},
		"a long text":       {within: field("country", text(strings.Repeat("x", features.LongestText))), beyond: field("country", text(strings.Repeat("x", features.LongestText+1))), said: `lead.fields["country"].text`, answered: `lead.fields["country"]`},
		"a text not used":   {within: field("close_reason", text("x")), beyond: field("close_reason", text(strings.Repeat("x", features.LongestText+1))), said: `lead.fields["close_reason"].text`, answered: `lead.fields["close_reason"]`},
		"a date":            {within: field("signed_up", date(firstTime)), beyond: field("signed_up", date(afterLast)), said: `lead.fields["signed_up"].timestamp`, answered: `lead.fields["signed_up"]`},
		"events":            {within: eventsOf(features.MostEvents, nil), beyond: eventsOf(features.MostEvents+1, nil), said: "lead.events"},
		"an event's type":   {within: eventsOf(1, func(e *leadscorev1.LeadEvent) { e.Type = strings.Repeat("x", 256) }), beyond: eventsOf(1, func(e *leadscorev1.LeadEvent) { e.Type = strings.Repeat("x", 257) }), said: "lead.events[0].type"},
		"an event's time":   {within: eventsOf(1, func(e *leadscorev1.LeadEvent) { e.Time = lastTime }), beyond: eventsOf(1, func(e *leadscorev1.LeadEvent) { e.Time = nil }), said: "lead.events[0].time"},
		"the first time":    {within: eventsOf(1, func(e *leadscorev1.LeadEvent) { e.Time = firstTime }), beyond: eventsOf(1, func(e *leadscorev1.LeadEvent) { e.Time = beforeFirst }), said: "lead.events[0].time"},
		"leads of a batch":  {within: batchOf(mostLeads), beyond: batchOf(mostLeads + 1), said: "leads"},
		"no leads":          {within: batchOf(1), beyond: batchOf(0), said: "leads"},
		"leads of a stream": {within: streamOf(mostLeads), beyond: streamOf(mostLeads + 1), said: "leads"},
		"a stream of none":  {within: streamOf(1), beyond: streamOf(0), said: "leads"},
	}
}

func limitsOfModels(champion string) map[string]limit {
	version := "models/deals/versions/" + champion
	promote := func(name, version, reason string) *leadscorev1.PromoteModelRequest {
		return &leadscorev1.PromoteModelRequest{Name: name, Version: version, Reason: reason, ValidateOnly: true}
	}
	rollback := func(name, version, reason string) *leadscorev1.RollbackModelRequest {
		return &leadscorev1.RollbackModelRequest{Name: name, Version: version, Reason: reason, ValidateOnly: true}
	}
	long := strings.Repeat("x", mostReason)
	return map[string]limit{
		"a page of models":   {within: &leadscorev1.ListModelsRequest{PageSize: math.MaxInt32}, beyond: &leadscorev1.ListModelsRequest{PageSize: -1}, said: "page_size"},
		"a page of versions": {within: &leadscorev1.ListModelVersionsRequest{Parent: "models/deals"}, beyond: &leadscorev1.ListModelVersionsRequest{Parent: "models/deals", PageSize: -1}, said: "page_size"},
		"a parent":           {beyond: &leadscorev1.ListModelVersionsRequest{Parent: "deals"}, said: "parent"},
		"a model":            {within: &leadscorev1.GetModelRequest{Name: "models/deals"}, beyond: &leadscorev1.GetModelRequest{Name: "models/"}, said: "name"},
		"a version":          {within: &leadscorev1.GetModelVersionRequest{Name: version}, beyond: &leadscorev1.GetModelVersionRequest{Name: "models/deals"}, said: "name"},
		"an alias":           {within: &leadscorev1.GetModelVersionRequest{Name: "models/deals/versions/challenger"}, beyond: &leadscorev1.GetModelVersionRequest{Name: "models/deals/versions/Champion"}, said: "name"},
		"to promote":         {within: promote("models/deals", version, long), beyond: promote("models/deals", version, long+"x"), said: "reason"},
		"promote another's":  {beyond: promote("models/deal", version, ""), said: "", answered: "version"},
		"roll back":          {within: rollback("models/deals", version, long), beyond: rollback("models/deals", version, long+"x"), said: "reason"},
		"roll back to alias": {beyond: rollback("models/deals", "models/deals/versions/challenger", ""), said: "version"},
		"roll back another":  {beyond: rollback("models/deal", version, ""), said: "", answered: "version"},
	}
}

func limitsOfComparing() map[string]limit {
	compare := func(leads *leadscorev1.ClosedLeads, segments ...string) *leadscorev1.CompareScoresRequest {
		return &leadscorev1.CompareScoresRequest{Model: "deals", Leads: leads, SegmentFields: segments}
	}
	changed := func(change func(*leadscorev1.ClosedLead)) *leadscorev1.CompareScoresRequest {
		leads := closedList(40)
		change(leads.GetList().GetLeads()[3])
		return compare(leads)
	}
	type closed = *leadscorev1.ClosedLead
	file := func(leads, events string) *leadscorev1.GetRuleEvidenceRequest {
		return &leadscorev1.GetRuleEvidenceRequest{Model: "deals", Leads: closedFiles(leads, events)}
	}
	many := closedFiles("leads.csv", "events.csv")
	for range mostLeadFiles {
		many.GetFiles().Events = append(many.GetFiles().GetEvents(), "events.csv")
	}
	none := closedFiles("leads.csv", "events.csv")
	none.GetFiles().Leads = nil
	tooMany := &leadscorev1.ClosedLeadList{}
	for i := range mostClosedLeads + 1 {
		tooMany.Leads = append(tooMany.Leads, &leadscorev1.ClosedLead{Lead: &leadscorev1.Lead{Id: fmt.Sprint(i)}, Outcome: leadscorev1.LeadOutcome_LEAD_OUTCOME_WON})
	}
	segments := strings.Split(strings.Repeat("x", mostSegments+1), "")
	for i := range segments {
		segments[i] = fmt.Sprint("x", i)
	}
	const first = "leads.list.leads[3]."
	return map[string]limit{
		"closed leads":       {within: compare(closedList(40)), beyond: compare(nil), said: "leads"},
		"a source":           {beyond: compare(&leadscorev1.ClosedLeads{}), said: "leads.source", answered: "leads"},
		"an empty list":      {beyond: compare(closedList(0)), said: "leads.list.leads"},
		"a long list":        {beyond: compare(&leadscorev1.ClosedLeads{Source: &leadscorev1.ClosedLeads_List{List: tooMany}}), said: "leads.list.leads"},
		"an id twice":        {beyond: changed(func(c closed) { c.Lead.Id = "L-0" }), said: "leads.list.leads", answered: first + "lead.id"},
		"no closed lead":     {beyond: changed(func(c closed) { c.Lead = nil }), said: first + "lead"},
		"an outcome":         {within: changed(func(c closed) { c.Outcome = 1 }), beyond: changed(func(c closed) { c.Outcome = 0 }), said: first + "outcome"},
		"a strange outcome":  {beyond: changed(func(c closed) { c.Outcome = 4 }), said: first + "outcome"},
		"closed":             {within: changed(func(c closed) { c.ClosedTime = lookedAt }), beyond: changed(func(c closed) { c.ClosedTime = afterLast }), said: first + "closed_time"},
		"looked at":          {beyond: changed(func(c closed) { c.SnapshotTime = afterLast }), said: first + "snapshot_time"},
		"an account":         {within: changed(func(c closed) { c.Account = strings.Repeat("x", 256) }), beyond: changed(func(c closed) { c.Account = strings.Repeat("x", 257) }), said: first + "account"},
		"segments":           {within: compare(closedList(40), "country"), beyond: compare(closedList(40), segments...), said: "segment_fields"},
		"a segment twice":    {beyond: compare(closedList(40), "country", "country"), said: "segment_fields", answered: "segment_fields[1]"},
		"no segment":         {beyond: compare(closedList(40), ""), said: "segment_fields[0]"},
		"files":              {within: file("leads.csv", "events.csv"), beyond: file("*.csv", "events.csv"), said: "leads.files.leads[0]"},
		"an absolute file":   {beyond: file("leads.csv", "/events.csv"), said: "leads.files.events[0]"},
		"a long file's name": {beyond: file("leads.csv", strings.Repeat("x", longestFileName+1)), said: "leads.files.events[0]"},
		"no files":           {beyond: &leadscorev1.GetRuleEvidenceRequest{Model: "deals", Leads: none}, said: "leads.files.leads"},
		"many files":         {beyond: &leadscorev1.GetRuleEvidenceRequest{Model: "deals", Leads: many}, said: "leads.files.events"},
	}
}

func limitsOfChanges() map[string]limit {
	change := func(change func(*leadscorev1.ExplainChangeRequest)) *leadscorev1.ExplainChangeRequest {
		lead := records()[0]
		request := &leadscorev1.ExplainChangeRequest{
			From: &leadscorev1.ChangeEnd{Model: "deals", Lead: lead.wire(), AsOf: timestamppb.New(lead.created.Add(time.Hour))},
			To:   &leadscorev1.ChangeEnd{AsOf: lookedAt},
		}
		change(request)
		return request
	}
	type explain = *leadscorev1.ExplainChangeRequest
	return map[string]limit{
		"from":          {within: change(func(explain) {}), beyond: change(func(r explain) { r.From = nil }), said: "from", answered: "from.model"},
		"from no model": {beyond: change(func(r explain) { r.From.Model = "" }), said: "from", answered: "from.model"},
		"from no lead":  {beyond: change(func(r explain) { r.From.Lead = nil }), said: "from", answered: "from.lead"},
		"to a model":    {within: change(func(r explain) { r.To.Model = "deals@challenger" }), beyond: change(func(r explain) { r.To.Model = "Deals" }), said: "to.model"},
		"to a time":     {beyond: change(func(r explain) { r.To.AsOf = afterLast }), said: "to.as_of"},
	}
}

func limitsOfCounterfactuals() map[string]limit {
	type find = *leadscorev1.FindCounterfactualRequest
	of := func(change func(find)) find {
		lead := records()[0]
		request := &leadscorev1.FindCounterfactualRequest{Model: "deals", Lead: lead.wire(), AsOf: timestamppb.New(lead.created.Add(time.Hour)), AtMost: 1}
		change(request)
		return request
	}
	points := func(points float64) find { return of(func(r find) { r.Points = &points }) }
	probability := func(p float64) find { return of(func(r find) { r.Probability = p }) }
	countries := func(n int) []string { return strings.Fields(strings.Repeat("country ", n)) }
	return map[string]limit{
		"sought of no model":   {within: of(func(find) {}), beyond: of(func(r find) { r.Model = "" }), said: "model"},
		"sought of no lead":    {beyond: of(func(r find) { r.Lead = nil }), said: "lead"},
		"sought at":            {within: of(func(r find) { r.AsOf = lastTime }), beyond: of(func(r find) { r.AsOf = afterLast }), said: "as_of"},
		"points":               {within: points(-math.MaxFloat64), beyond: points(math.Inf(-1)), said: "points"},
		"points, no number":    {beyond: points(math.NaN()), said: "points"},
		"a probability":        {within: probability(math.Nextafter(1, 0)), beyond: probability(1), said: "probability"},
		"a negative one":       {within: probability(0), beyond: probability(-0.1), said: "probability"},
		"changes at most":      {within: of(func(r find) { r.AtMost = 8 }), beyond: of(func(r find) { r.AtMost = 9 }), said: "at_most"},
		"changes, negative":    {within: of(func(r find) { r.AtMost = 0 }), beyond: of(func(r find) { r.AtMost = -1 }), said: "at_most"},
		"fields to change":     {within: of(func(r find) { r.MayChange = countries(mostNames) }), beyond: of(func(r find) { r.MayChange = countries(mostNames + 1) }), said: "may_change"},
		"fields not to change": {within: of(func(r find) { r.Keep = countries(mostNames) }), beyond: of(func(r find) { r.Keep = countries(mostNames + 1) }), said: "keep"},
	}
}

// randomRequest is a good request with some of its members replaced, by what is good or just not.
func randomRequest(r *rand.Rand, champion string) proto.Message {
	version := "models/deals/versions/" + champion
	model := oneOf(r, "deals", "deals@challenger", "deals/"+champion, "models/deals", version, "", "Deals", "deals@best", "../x")
	name, ref := oneOf(r, "models/deals", "models/deals", "deals", "", "models/a b"), oneOf(r, version, version, "models/deals/versions/challenger", "", "models/deals/versions/3")
	reason, page := strings.Repeat("x", oneOf(r, 0, 1000, 1001)), oneOf(r, int32(0), 1, math.MaxInt32, -1)
	leads := make([]*leadscorev1.Lead, oneOf(r, 1, 3, 0))
	for i := range leads {
		leads[i] = randomLead(r)
	}
	explanation := oneOf(r, leadscorev1.Explanation(0), 1, 2, 2, 3, -1)
	switch r.IntN(12) {
	case 0:
		return &leadscorev1.BatchScoreLeadsRequest{Model: model, Leads: leads, AsOf: randomTime(r), Explanation: explanation}
	case 1:
		return &leadscorev1.StreamScoreLeadsRequest{Model: model, Leads: leads, AsOf: randomTime(r), Explanation: explanation}
	case 2:
		return &leadscorev1.ListModelsRequest{PageSize: page}
	case 3:
		return &leadscorev1.ListModelVersionsRequest{Parent: name, PageSize: page}
	case 4:
		return &leadscorev1.GetModelVersionRequest{Name: oneOf(r, ref, version)}
	case 5:
		return &leadscorev1.PromoteModelRequest{Name: name, Version: ref, Reason: reason, ValidateOnly: true}
	case 6:
		return &leadscorev1.RollbackModelRequest{Name: name, Version: ref, Reason: reason, ValidateOnly: true}
	case 7:
		return randomComparison(r, model)
	case 8:
		request := &leadscorev1.ExplainChangeRequest{From: &leadscorev1.ChangeEnd{Model: model, Lead: randomLead(r), AsOf: randomTime(r)}}
		if r.IntN(2) == 0 {
			request.To = &leadscorev1.ChangeEnd{Model: oneOf(r, "", "deals", model), AsOf: randomTime(r)}
		}
		return request
	case 9:
		points := oneOf(r, 0, 50, math.NaN(), math.Inf(1))
		return &leadscorev1.FindCounterfactualRequest{Model: model, Lead: randomLead(r), AsOf: randomTime(r), Points: &points, Probability: oneOf(r, 0, 0.5, 1, -1),
			AtMost: oneOf(r, int32(0), 1, 2, 9, -1), MayChange: oneOf(r, nil, []string{"country"})}
	default:
		request := &leadscorev1.ScoreLeadRequest{Model: model, Lead: randomLead(r), AsOf: randomTime(r), Explanation: explanation}
		if r.IntN(20) == 0 {
			request.Lead = nil
		}
		return request
	}
}

func randomComparison(r *rand.Rand, model string) proto.Message {
	leads := closedList(10)
	for range r.IntN(3) {
		each := leads.GetList().GetLeads()[r.IntN(10)]
		switch r.IntN(5) {
		case 0:
			each.Lead = randomLead(r)
		case 1:
			each.Outcome = leadscorev1.LeadOutcome(r.IntN(6))
		case 2:
			each.ClosedTime = randomTime(r)
		case 3:
			each.Account = strings.Repeat("x", oneOf(r, 0, 256, 257))
		case 4:
			each.Lead = leads.GetList().GetLeads()[r.IntN(10)].GetLead()
		}
	}
	if r.IntN(3) == 0 {
		leads = closedFiles(oneOf(r, "leads.csv", "leads.csv", "", "a*", "/x", `a\b`, "..", "no.csv", "[x"), oneOf(r, "events.csv", "events.csv", "", "b?"))
	}
	if r.IntN(2) == 0 {
		return &leadscorev1.GetRuleEvidenceRequest{Model: model, Leads: leads}
	}
	segments := make([]string, r.IntN(3))
	for i := range segments {
		segments[i] = oneOf(r, "country", "employees", "newsletter", "")
	}
	return &leadscorev1.CompareScoresRequest{Model: model, Leads: leads, SegmentFields: segments}
}

var everyRecord = sync.OnceValue(records)

// randomLead is one of the records, one time in two with something at or over a limit. Its fields are the schema's and of their kinds.
func randomLead(r *rand.Rand) *leadscorev1.Lead {
	all := everyRecord()
	lead := all[r.IntN(len(all))].wire()
	if r.IntN(2) == 0 {
		return lead
	}
	switch r.IntN(6) {
	case 0:
		lead.Id = oneOf(r, "", " ", "\u00a0x", "x\v", strings.Repeat("x", 256), strings.Repeat("x", 257), strings.Repeat("ü", 129), strings.Repeat(" ", 257))
	case 1:
		if lead.CreatedTime = randomTime(r); lead.GetCreatedTime().GetSeconds() > lookedAt.GetSeconds() && lead.GetCreatedTime().IsValid() {
			lead.CreatedTime = nil // after the instant: not what a lead can say by itself
		}
	case 2:
		lead.Fields["employees"] = oneOf(r, number(math.NaN()), number(math.Inf(1)), number(-math.MaxFloat64), &leadscorev1.FieldValue{}, missing())
	case 3:
		lead.Fields[oneOf(r, "country", "close_reason", "email")] = text(strings.Repeat("x", oneOf(r, 0, features.LongestText, features.LongestText+1)))
	case 4:
		if at := randomTime(r); at != nil {
			lead.Fields["signed_up"] = date(at)
		}
	case 5:
		lead.Events = append(lead.Events, &leadscorev1.LeadEvent{Type: oneOf(r, "visit", "", "\t", strings.Repeat("x", 256), strings.Repeat("x", 257)), Time: randomTime(r)})
	}
	return lead
}

func randomTime(r *rand.Rand) *timestamppb.Timestamp {
	return oneOf(r, nil, lookedAt, lookedAt, lookedAt, firstTime, lastTime, afterLast, beforeFirst, &timestamppb.Timestamp{Seconds: math.MinInt64})
}

func oneOf[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }
