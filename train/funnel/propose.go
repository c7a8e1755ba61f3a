package funnel

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"leadscore/features"
)

// SeenStage is a value of the stage column with the number of changes into it.
type SeenStage = Count

// usualSources are columns that say where a lead came from.
var usualSources = []string{"source", "lead_source", "leadsource", "channel", "utm_source"}

// usualNeeds are columns that hold what BANT and MEDDIC ask for.
var usualNeeds = []string{"budget", "budget_stated", "budget_confirmed", "authority", "decision_maker", "need", "pain", "timing", "timeline",
	"metrics", "economic_buyer", "decision_criteria", "decision_process", "identify_pain", "champion"}

// ProposeText writes process.yaml for the values seen: those of the usual names at their place, the others, of which it says the number, to be placed by somebody
// who knows.
func ProposeText(seen []SeenStage, s *features.Schema) (text []byte, unplaced int) {
	p, b := DefaultProcess(), &bytes.Buffer{}
	meanings := p.meanings()
	byMeaning := map[int][]string{}
	var unknown []SeenStage
	for _, value := range seen {
		meaning, ok := meanings[strings.ToLower(value.Name)]
		if !ok {
			unknown = append(unknown, value)
			continue
		}
		byMeaning[meaning] = append(byMeaning[meaning], value.Name)
	}
	say := func(format string, args ...any) { fmt.Fprintf(b, format+"\n", args...) }
	say("version: 1\n")
	say("# The stages in order, from marketing to sales, and the values that mean them. Won and lost come from the leads' outcome.")
	say("stages:")
	for k, stage := range p.Stages {
		switch values := byMeaning[k]; {
		case len(values) > 0:
			say("  - {name: %s, values: %s}", stage.Name, quoted(values))
		case k < 2: // a process has two
			say("  - {name: %s} # not seen", stage.Name)
		default:
			say("  # - {name: %s} # not seen", stage.Name)
		}
	}
	say("hand_over: %s # the stage at which a lead goes to sales\n", p.HandOver)
	for _, part := range []struct {
		key, words string
		meaning    int
	}{{"accepted", "by which sales takes a lead", meansAccepted}, {"rejected", "by which sales sends it back", meansRejected},
		{"fast_lane", "of leads that go to sales at once", meansFastLane}, {"ignored", "that say nothing here", meansIgnored}} {
		values := byMeaning[part.meaning]
		if part.meaning == meansIgnored {
			for _, u := range unknown {
				say("# %q (%d changes) is no usual name: is it a stage, an answer of sales, or nothing?", u.Name, u.Leads)
				values = append(values, u.Name)
			}
		}
		say("%s: %s # values %s", part.key, quoted(values), part.words)
	}
	say("\n# What sales has agreed to. Without hours every hour counts.")
	say("response: {within: %s, hours: \"Mon-Fri 09:00-17:00\", time_zone: %s}\n", p.Response.Within, zoneName(s))
	proposeColumns(say, s)
	say("targets:")
	say("  mql_to_sql: {low: 0.2, high: 0.4, source: \"usual in B2B software\"}")
	say("  # response_within: {low: 0.9, source: \"agreed by sales and marketing\"}")
	say("within: %s       # a step counts that is made within this time", p.Within)
	say("close_within: %s # and a win of a qualified lead within this", p.CloseWithin)
	say("review_every: %s # how old a model may grow without being held against new deals", p.ReviewEvery)
	return b.Bytes(), len(unknown)
}

func proposeColumns(say func(string, ...any), s *features.Schema) {
	var needs, sources []string
	for i := range s.Fields {
		switch name := s.Fields[i].Name; {
		case slices.Contains(usualNeeds, name):
			needs = append(needs, name)
		case slices.Contains(usualSources, name):
			sources = append(sources, name)
		}
	}
	if len(sources) > 0 {
		say("source: %s # the column that says where a lead came from\n", sources[0])
	} else {
		say("# source: lead_source # the column that says where a lead came from\n")
	}
	say("# Columns that must be filled by a stage: BANT here; for MEDDIC [metrics, economic_buyer, decision_criteria, decision_process, identify_pain, champion].")
	if len(needs) > 0 {
		say("needs:\n  sql: [%s]\n", strings.Join(needs, ", "))
	} else {
		say("# needs:\n#   sql: [budget, authority, need, timing]\n")
	}
}

func zoneName(s *features.Schema) string {
	if s.Format.TimeZone != "" {
		return s.Format.TimeZone
	}
	return "UTC"
}

// quoted writes a list of texts as YAML's JSON.
func quoted(values []string) string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = fmt.Sprintf("%q", v)
	}
	return "[" + strings.Join(list, ", ") + "]"
}
