package serve

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	"leadscore/features"
	numbers "leadscore/models/comparison"
	leadscorev1 "leadscore/proto/leadscore/v1"
)

const (
	mostClosedLeads = 10_000  // of a request
	mostLeadFiles   = 100     // of a request, of leads and of events each
	mostFileBytes   = 4 << 30 // of all files of a request
	mostSegments    = 10
	longestFileName = 1000
)

// errNoData says that the server reads no files.
var errNoData = errors.New("this server reads no files: it was started without a data directory (--data-dir)")

// CheckDataDir wants a directory that can be read; empty is none.
func CheckDataDir(dir string) error {
	if dir == "" {
		return nil
	}
	if _, err := os.ReadDir(dir); err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	return nil
}

// CompareScores holds both scores of closed leads against each other.
func (c *comparing) CompareScores(ctx context.Context, request *leadscorev1.CompareScoresRequest) (*leadscorev1.CompareScoresResponse, error) {
	route, err := c.route(ctx, request.GetModel())
	if err != nil {
		return nil, err
	}
	faults := new(invalid)
	source, err := c.checkClosed(ctx, faults, route.ready, request.GetLeads())
	if err != nil {
		return nil, err
	}
	capacity, err := numbers.ParseCapacity(request.GetCapacity())
	if err != nil {
		faults.add("capacity", err.Error())
	}
	fields := checkSegments(faults, route.ready, request.GetSegmentFields())
	if err := faults.err(); err != nil {
		return nil, err
	}
	return long(ctx, c, func(ctx context.Context) (*leadscorev1.CompareScoresResponse, error) {
		given, err := c.read(ctx, route.ready, source)
		if err != nil {
			return nil, err
		}
		result, err := compare(ctx, route.ready, given, fields, capacity)
		if err != nil {
			return nil, err
		}
		answer := &leadscorev1.CompareScoresResponse{Comparison: &leadscorev1.ScoreComparison{}, ScoredBy: route.scoredBy, Warnings: given.warnings}
		return answer, fill(result, answer.GetComparison())
	})
}

func compare(ctx context.Context, version *ready, given *givenLeads, fields []int, capacity *numbers.Capacity) (*numbers.Comparison, error) {
	chosen, basis := numbers.Newest(given.history, version.scorer.Version(), given.read, given.leftOut)
	if err := bothOutcomes(chosen); err != nil {
		return nil, err
	}
	leads, err := numbers.Score(ctx, version.scorer, given.history, chosen, nil)
	if err != nil {
		return nil, err
	}
	if fields == nil {
		fields = leads.MostTelling(given.history.Table)
	}
	for _, field := range fields {
		leads.Segments = append(leads.Segments, numbers.Divide(given.history.Table, field, chosen.Rows))
	}
	return leads.Compare(ctx, numbers.Config{Capacity: capacity, Basis: basis})
}

// checkSegments finds the fields to divide by.
func checkSegments(faults *invalid, version *ready, names []string) (fields []int) {
	if len(names) > mostSegments {
		faults.addf("segment_fields", "%d fields; send at most %d", len(names), mostSegments)
		return nil
	}
	for i, name := range names {
		path := fmt.Sprintf("segment_fields[%d]", i)
		at, known := version.schema.FieldIndex(name)
		switch {
		case !known:
			faults.addf(path, "%q: not a field of the schema", shortened(name))
		case !version.schema.Fields[at].Used() || version.schema.Fields[at].Kind == features.Date:
			faults.addf(path, "%s cannot divide the leads: name a category, a yes or no, an address or a number that the schema uses", name)
		case slices.Contains(fields, at):
			faults.addf(path, "%s: named twice", name)
		default:
			fields = append(fields, at)
		}
	}
	return fields
}

// closedSource is closed leads whose request has been checked, so that what is left to do is long.
type closedSource struct {
	list          []features.GivenLead
	leads, events []string // files; leads is empty for a list
	leaveOut      bool
}

// checkClosed finds everything that is wrong with closed leads before any of them is judged.
func (c *comparing) checkClosed(ctx context.Context, faults *invalid, version *ready, wire *leadscorev1.ClosedLeads) (*closedSource, error) {
	if version.schema.Outcome.Column == "" {
		faults.add("model", "its schema names no outcome, so that it cannot be held against closed leads")
	}
	switch source := wire.GetSource().(type) {
	case *leadscorev1.ClosedLeads_List:
		if n := len(source.List.GetLeads()); n == 0 || n > mostClosedLeads {
			faults.addf("leads.list.leads", "%d leads; send 1 to %d", n, mostClosedLeads)
			return nil, nil
		}
		return c.checkList(ctx, faults, version, source.List.GetLeads())
	case *leadscorev1.ClosedLeads_Files:
		if c.data == "" {
			return nil, errNoData
		}
		return c.checkFiles(faults, version, source.Files), nil
	}
	faults.add("leads", "no leads; send list or files")
	return nil, nil
}

// checkFiles finds the files.
func (c *comparing) checkFiles(faults *invalid, version *ready, wire *leadscorev1.ClosedLeadFiles) *closedSource {
	source, bytes := &closedSource{leaveOut: wire.GetLeaveOutBadRows()}, int64(0)
	if n := len(wire.GetLeads()); n == 0 || n > mostLeadFiles {
		faults.addf("leads.files.leads", "%d files; name 1 to %d", n, mostLeadFiles)
	} else {
		source.leads = c.files(faults, "leads.files.leads", wire.GetLeads(), &bytes)
	}
	switch n := len(wire.GetEvents()); {
	case n > mostLeadFiles:
		faults.addf("leads.files.events", "%d files; name at most %d", n, mostLeadFiles)
	case n == 0 && version.schema.UsesEvents():
		faults.add("leads.files.events", "no files, but the schema uses events")
	default:
		source.events = c.files(faults, "leads.files.events", wire.GetEvents(), &bytes)
	}
	if bytes > mostFileBytes {
		faults.addf("leads.files", "%d bytes in all; at most %d are read", bytes, int64(mostFileBytes))
	}
	return source
}

// givenLeads are closed leads ready to be judged.
type givenLeads struct {
	history  *features.History
	read     int64
	leftOut  map[string]int64
	warnings []string
}

// read makes a history of the leads.
func (c *comparing) read(ctx context.Context, version *ready, source *closedSource) (*givenLeads, error) {
	if len(source.leads) > 0 {
		return c.readFiles(ctx, version, source)
	}
	table, events := features.NewTable(version.schema, source.list)
	history, err := features.NewHistory(table, events)
	return &givenLeads{history: history, read: int64(len(source.list))}, err
}

// checkList reads the leads of a request, with all faults of all of them.
func (c *comparing) checkList(ctx context.Context, faults *invalid, version *ready, wire []*leadscorev1.ClosedLead) (*closedSource, error) {
	check, given, seen := newCheck(version, c.limits), make([]features.GivenLead, 0, len(wire)), map[string]int{}
	for i, each := range wire {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		path := fmt.Sprintf("leads.list.leads[%d]", i)
		lead := c.lead(&check.faults, path+".lead", version, each.GetLead())
		one := features.GivenLead{Lead: lead, Account: each.GetAccount(), Outcome: check.outcome(path, each.GetOutcome()),
			Closed: check.timeOrNone(path+".closed_time", each.GetClosedTime()), Snapshot: check.timeOrNone(path+".snapshot_time", each.GetSnapshotTime())}
		if each.GetSnapshotTime() != nil && version.schema.Snapshot.Column == "" {
			check.faults.addf(path+".snapshot_time", "the schema says by itself when leads are looked at: %s", version.schema.Snapshot)
		}
		if len(each.GetAccount()) > c.limits.NameBytes {
			check.faults.addf(path+".account", "%d bytes long; want at most %d", len(each.GetAccount()), c.limits.NameBytes)
		}
		if lead == nil {
			continue
		}
		if first, again := seen[lead.ID]; again {
			check.faults.addf(path+".lead.id", "a doubled id; it is also leads.list.leads[%d]'s", first)
		}
		seen[lead.ID] = i
		given = append(given, one)
	}
	faults.join(&check.faults)
	return &closedSource{list: given}, nil
}

func (c *check) outcome(path string, wire leadscorev1.LeadOutcome) features.Outcome {
	switch wire {
	case leadscorev1.LeadOutcome_LEAD_OUTCOME_OPEN:
		return features.Open
	case leadscorev1.LeadOutcome_LEAD_OUTCOME_WON:
		return features.Won
	case leadscorev1.LeadOutcome_LEAD_OUTCOME_LOST:
		return features.Lost
	}
	c.faults.addf(path+".outcome", "%s: say LEAD_OUTCOME_WON, LEAD_OUTCOME_LOST, or LEAD_OUTCOME_OPEN", wire)
	return features.Open
}

func (c *check) timeOrNone(path string, wire *timestamppb.Timestamp) features.Micros {
	if wire == nil {
		return features.NoTime
	}
	return c.time(path, wire)
}

// readFiles reads leads and events from the data directory.
func (c *comparing) readFiles(ctx context.Context, version *ready, source *closedSource) (*givenLeads, error) {
	table, report, err := features.ReadLeads(ctx, version.schema, source.leads, features.ReadOptions{Outcome: true, LeaveOutBadRows: source.leaveOut})
	if err != nil {
		return nil, c.fileFault("leads.files.leads", err)
	}
	given := &givenLeads{read: report.Rows, leftOut: report.LeftOut}
	warnings := report.Warnings
	var log *features.EventLog
	if len(source.events) > 0 {
		var eventReport *features.ReadReport
		if log, eventReport, err = features.ReadEvents(ctx, version.schema, source.events, table, features.ReadOptions{LeaveOutBadRows: source.leaveOut}); err != nil {
			return nil, c.fileFault("leads.files.events", err)
		}
		warnings = append(warnings, eventReport.Warnings...)
	}
	for _, w := range warnings {
		given.warnings = append(given.warnings, w.String())
	}
	given.history, err = features.NewHistory(table, log)
	return given, err
}

// files finds files in the data directory. Links and names that lead out of it are refused, folders and patterns too. That a link is put in a file's place
// between here and the reading only those can do who can write into the directory, and so could read what they want.
func (c *comparing) files(faults *invalid, path string, names []string, bytes *int64) (found []string) {
	if len(names) == 0 {
		return nil
	}
	root, err := os.OpenRoot(c.data)
	if err != nil {
		faults.add(path, "the server's data directory cannot be opened")
		return nil
	}
	defer root.Close()
	for i, name := range names {
		at := fmt.Sprintf("%s[%d]", path, i)
		if name == "" || len(name) > longestFileName || !filepath.IsLocal(name) || strings.ContainsAny(name, `\*?[`) {
			faults.addf(at, "%q: not a file's name below the data directory, such as 2026/closed.csv", shortened(name))
			continue
		}
		info, err := root.Stat(name)
		if err != nil || !info.Mode().IsRegular() {
			faults.addf(at, "%q: no such file below the data directory", shortened(name))
			continue
		}
		*bytes += info.Size()
		found = append(found, filepath.Join(c.data, name))
	}
	return found
}

// fileFault makes violations of what is wrong with files, without the directory's name.
func (c *comparing) fileFault(path string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	faults := new(invalid)
	var fields features.Faults
	if errors.As(err, &fields) {
		faults.addFaults(path, nil, err)
	} else {
		faults.add(path, strings.ReplaceAll(err.Error(), filepath.Clean(c.data)+string(filepath.Separator), ""))
	}
	return faults
}
