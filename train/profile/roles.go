package profile

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"leadscore/features"
	"leadscore/train/naming"
)

// roles are the columns with a part of their own; −1 for none.
type roles struct {
	id, outcome, account, created, closed, value int
}

// isTaken says whether a column is already id or outcome.
func (r *roles) isTaken(column int) bool {
	return column == r.id || column == r.outcome || column == r.created || column == r.closed
}

func columnNamed(looks []*look, name string) int {
	return slices.IndexFunc(looks, func(l *look) bool { return l.name == name })
}

func noSuchColumn(flag, name string, looks []*look) *Ask {
	var names []string
	for _, l := range looks {
		names = append(names, l.name)
	}
	return &Ask{What: flag, Problem: fmt.Sprintf("there is no column %q", name), Candidates: names, Answer: "name one of the file's columns"}
}

// Points of a column as the lead's id; a column is taken from leastID on.
const (
	calledLeadID = 100
	endsWithID   = 50  // opportunity_id, Prospect ID
	likeNumber   = 35  // Opportunity Number, ref, key
	ofALead      = 15  // its name speaks of a lead, deal, customer …
	standsFirst  = 10  // the first column
	looksCode    = 10  // no blanks inside, not a fraction
	leastID      = 20  // unique, code-like and first, or better
	unlikelyID   = -40 // an address, a date, a fraction or a text with blanks
	// mostRepeats is the share of rows whose id stands in another row too, for an id that is named as one.
	mostRepeats = 0.5
	// fewRepeats is that share for a column that is only taken because it is nearly unique.
	fewRepeats = 0.01
)

// chooseID finds the column that identifies a lead: named as an id, and with a value of its own in every row.
func chooseID(looks []*look, c *Config, notes *notes) (int, *Ask) {
	if c.IDColumn != "" {
		i := columnNamed(looks, c.IDColumn)
		if i < 0 {
			return -1, noSuchColumn("--id", c.IDColumn, looks)
		}
		warnRepeats(looks[i], notes)
		return i, nil
	}
	best, bestPoints := -1, 0
	repeating, repeatingPoints := -1, 0
	var nearly []int
	for i, l := range looks {
		points := idPoints(i, l)
		repeats := repeatShare(l)
		switch {
		case l.filled == 0 || l.missingShare() > fewRepeats:
			continue
		case repeats > mostRepeats || repeats > fewRepeats && points < endsWithID:
			nearly = append(nearly, i)
			continue
		case repeats > 0:
			if points >= leastID && points > repeatingPoints {
				repeating, repeatingPoints = i, points
			}
			continue
		}
		if points >= leastID && points > bestPoints {
			best, bestPoints = i, points
		}
	}
	switch {
	case best >= 0:
		warnRepeats(looks[best], notes)
		return best, nil
	case repeating >= 0:
		return -1, askRepeats(looks[repeating])
	}
	return -1, askID(looks, nearly)
}

func idPoints(i int, l *look) int {
	list := naming.Words(l.name)
	points := 0
	last := ""
	if len(list) > 0 {
		last = list[len(list)-1]
	}
	switch {
	case strings.Join(list, "") == "leadid":
		points = calledLeadID
	case slices.Contains([]string{"id", "uuid", "guid", "identifier"}, last):
		points = endsWithID
	case slices.Contains([]string{"number", "no", "nr", "key", "ref", "reference", "code", "index"}, last):
		points = likeNumber
	}
	if naming.Has(l.name, "lead", "prospect", "opportunity", "deal", "customer", "contact", "case", "record") {
		points += ofALead
	}
	if i == 0 {
		points += standsFirst
	}
	switch {
	case l.kind == features.Email || l.kind == features.Date || l.kind == features.Boolean || l.kind == features.Number && !l.whole:
		points += unlikelyID
	case l.number == nil && withBlanks(l) > 0.5:
		points += unlikelyID
	default:
		points += looksCode
	}
	return points
}

// withBlanks is the share of rows whose text has a blank inside: names and sentences have, codes have not.
func withBlanks(l *look) float64 {
	n := 0
	l.eachValue(false, func(_ int, text string, rows int) {
		if strings.ContainsAny(text, " \t") {
			n += rows
		}
	})
	return float64(n) / float64(max(1, l.filled))
}

// repeatShare is the share of rows with a value whose value an earlier row has.
func repeatShare(l *look) float64 {
	if l.filled == 0 {
		return 0
	}
	return 1 - float64(l.distinct)/float64(l.filled)
}

func warnRepeats(l *look, notes *notes) {
	if n := l.filled - l.distinct; n > 0 {
		notes.warn("%s identifies the leads, but %d of %d rows repeat the id of an earlier row; training refuses doubled ids "+
			"unless it is told to leave such rows out (--bad-rows leave-out), or they are removed from the file first", l.name, n, l.filled)
	}
	if n := len(l.column.codes) - l.filled; n > 0 {
		notes.warn("%s identifies the leads, but %d of %d rows have none", l.name, n, len(l.column.codes))
	}
}

// askRepeats asks about a column that is named as an id and holds one in nearly every row: two rows with one id are either one lead
// twice, or two leads that events and scores could not tell apart.
func askRepeats(l *look) *Ask {
	example := ""
	l.eachValue(false, func(_ int, text string, rows int) {
		if example == "" && rows > 1 {
			example = fmt.Sprintf("%q is in %d rows", text, rows)
		}
	})
	return &Ask{What: "the column that identifies a lead", Candidates: []string{l.name},
		Problem: fmt.Sprintf("no column has a value of its own in every row; in %s %d of %d rows repeat an earlier one (%s)",
			l.name, l.filled-l.distinct, l.filled, example),
		Answer: fmt.Sprintf("keep one row of each lead; or name it, --id %q, and have training leave the later rows out, --bad-rows leave-out; "+
			"or, if each row is a lead of its own, add a column lead_id with a row number", l.name)}
}

// askID lists the columns that come nearest to an id.
func askID(looks []*look, nearly []int) *Ask {
	sort.SliceStable(nearly, func(a, b int) bool {
		i, j := nearly[a], nearly[b]
		if p, q := idPoints(i, looks[i]), idPoints(j, looks[j]); p != q {
			return p > q
		}
		return repeatShare(looks[i]) < repeatShare(looks[j])
	})
	var candidates []string
	for _, i := range nearly {
		l := looks[i]
		if l.distinct > 2 && len(candidates) < 5 {
			candidates = append(candidates, fmt.Sprintf("%s (%d values in %d rows)", l.name, l.distinct, l.filled))
		}
	}
	problem := "no column has a value of its own in every row"
	if len(nearly) > 0 && idPoints(nearly[0], looks[nearly[0]]) >= endsWithID {
		problem += fmt.Sprintf("; %s repeats: if the file holds events, one row each, give it with --events and the leads, one row "+
			"each, with --leads", looks[nearly[0]].name)
	}
	return &Ask{What: "the column that identifies a lead", Problem: problem, Candidates: candidates,
		Answer: "add a column lead_id with a text or number of its own for every lead (a row number will do), or name the column: --id COLUMN"}
}

// accountWords make up the name of a column that holds a company.
var accountWords = []string{"account", "company", "organisation", "organization", "firm", "employer", "client", "customer", "business",
	"name", "id", "parent"}

// chooseAccount finds the company of a lead: a name made of such words only, and values that leads may share.
func chooseAccount(looks []*look, r *roles) int {
	for i, l := range looks {
		named := naming.Only(l.name, accountWords...) && !naming.Only(l.name, "name", "id", "parent")
		if named && !r.isTaken(i) && l.kind == features.Category && !l.codes && l.distinct > 2 {
			return i
		}
	}
	return -1
}

// valueWords make up the name of a column that holds a deal's value; one of them must be of the first list.
var (
	amountWords = []string{"value", "amount", "acv", "arr", "mrr", "tcv"}
	valueWords  = []string{"deal", "close", "closed", "contract", "order", "opportunity", "sale", "sales", "total", "expected", "usd",
		"eur", "gbp", "chf"}
)

// chooseValue finds the deal's value: a number whose name speaks of a deal's amount and of nothing else.
func chooseValue(looks []*look, r *roles) int {
	for i, l := range looks {
		if l.kind == features.Number && !r.isTaken(i) && naming.Has(l.name, amountWords...) &&
			naming.Only(l.name, slices.Concat(amountWords, valueWords)...) {
			return i
		}
	}
	return -1
}
