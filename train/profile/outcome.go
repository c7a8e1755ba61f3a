package profile

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"unicode"

	"leadscore/features"
	"leadscore/train/naming"
)

// Texts that mean won and lost whatever the column is called, as words.
var (
	wonTexts = []string{"won", "win", "wins", "closed won", "closedwon", "deal won", "converted", "conversion", "accepted", "approved",
		"signed", "success", "successful", "sold", "purchased", "bought", "customer", "subscribed", "enrolled", "qualified", "gewonnen"}
	lostTexts = []string{"lost", "loss", "lose", "closed lost", "closedlost", "deal lost", "not converted", "unconverted", "rejected",
		"declined", "cancelled", "canceled", "denied", "refused", "disqualified", "unqualified", "dead", "failed", "failure",
		"unsuccessful", "no sale", "withdrawn", "abandoned", "not interested", "not won", "verloren"}
)

// Words of names that an outcome column has, and those that it may have when its values are won and lost as well.
var (
	outcomeWords = []string{"outcome", "converted", "conversion", "won", "win", "churn", "churned", "target", "label", "y", "response",
		"accepted", "purchased", "success", "deposit", "sold", "subscribed", "result"}
	statusWords = []string{"status", "stage", "state", "class", "disposition", "decision"}
)

// Points of a column as the outcome; a column is taken from leastOutcome on.
const (
	namedOutcome = 100 // it is called outcome
	namedLike    = 40  // its name holds such a word
	namedStatus  = 20
	saysWonLost  = 60 // and it has values such as won and lost, not only yes and no
	unnamed      = 40 // it has such values, whatever its name
	mostlyOpen   = -5 // of these, fewer than half of its rows have one
	standsLast   = 10
	leastOutcome = 35
)

// outcomeGuess is a column read as an outcome.
type outcomeGuess struct {
	column     int
	points     int
	won, lost  []string
	open       []string // other values, by falling frequency
	wins, loss int      // sampled rows
}

// readOutcome maps a column's values to won and lost.
func readOutcome(l *look) outcomeGuess {
	var g outcomeGuess
	strong := false
	l.eachValue(false, func(_ int, text string, rows int) {
		switch won, lost, sure := meaning(text); {
		case won:
			g.won, g.wins, strong = append(g.won, text), g.wins+rows, strong || sure
		case lost:
			g.lost, g.loss, strong = append(g.lost, text), g.loss+rows, strong || sure
		default:
			g.open = append(g.open, text)
		}
	})
	rowsOf := make(map[string]int)
	for code, text := range l.values {
		rowsOf[text] = l.rows[code]
	}
	sort.SliceStable(g.open, func(i, j int) bool { return rowsOf[g.open[i]] > rowsOf[g.open[j]] })
	sort.Strings(g.won)
	sort.Strings(g.lost)
	strong = strong && g.wins > 0 && g.loss > 0
	switch {
	case slices.Equal(naming.Words(l.name), []string{"outcome"}):
		g.points += namedOutcome
	case naming.Has(l.name, outcomeWords...):
		g.points += namedLike
	case naming.Has(l.name, statusWords...):
		g.points += namedStatus
	case strong:
		g.points += unnamed
		if 2*(g.wins+g.loss) < len(l.column.codes) {
			g.points += mostlyOpen
		}
		return g
	}
	if strong {
		g.points += saysWonLost
	}
	return g
}

// meaning says whether a text means won or lost; sure is false for yes and no, 1 and 0, true and false.
func meaning(text string) (won, lost, sure bool) {
	plain := strings.Join(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), " ")
	parts := strings.Fields(plain)
	has := func(word string) bool { return slices.Contains(parts, word) }
	switch {
	case slices.Contains(lostTexts, plain) || has("lost") || has("loss"):
		return false, true, true
	case slices.Contains(wonTexts, plain) || has("won") && !has("not"):
		return true, false, true
	case slices.Contains(trueTexts, strings.ToLower(text)):
		return true, false, false
	case slices.Contains(falseTexts, strings.ToLower(text)):
		return false, true, false
	}
	return false, false, false
}

// binaryShare is the share of a column's rows that its two most common values have at least, for it to be offered as an
// outcome.
const binaryShare = 0.95

// chooseOutcome finds the outcome column and its meaning.
func chooseOutcome(looks []*look, id int, c *Config, notes *notes) (outcomeGuess, *Ask) {
	if c.OutcomeColumn != "" {
		return givenOutcome(looks, c, notes)
	}
	best, second := outcomeGuess{column: -1}, outcomeGuess{column: -1}
	var candidates []string
	for i, l := range looks {
		if i == id {
			continue
		}
		g := readOutcome(l)
		g.column = i
		if i == len(looks)-1 {
			g.points += standsLast
		}
		if len(c.Won)+len(c.Lost) > 0 && !hasAll(l, slices.Concat(c.Won, c.Lost)) {
			continue
		}
		applyGiven(&g, l, c)
		if l.distinct == 2 && l.missingShare() < 1-binaryShare {
			candidates = append(candidates, describeBinary(l))
		}
		named := g.points >= namedLike
		if (g.wins == 0 || g.loss == 0) && !(named && g.points >= namedOutcome) {
			continue
		}
		switch {
		case g.points > best.points:
			best, second = g, best
		case g.points > second.points:
			second = g
		}
	}
	if best.column < 0 || best.points < leastOutcome && len(c.Won) == 0 {
		return best, &Ask{What: "the outcome", Problem: "no column is recognised as won and lost by its name and values",
			Candidates: candidates, Answer: "name it and its values: --outcome COLUMN --won VALUE --lost VALUE"}
	}
	if second.column >= 0 && second.points >= leastOutcome {
		notes.warn("%s and %s could both be the outcome; %s was taken (--outcome names another)",
			looks[best.column].name, looks[second.column].name, looks[best.column].name)
	}
	return best, checkOutcome(looks[best.column], &best, notes)
}

func describeBinary(l *look) string {
	var values []string
	l.eachValue(false, func(_ int, text string, _ int) { values = append(values, text) })
	return fmt.Sprintf("%s (%s)", l.name, strings.Join(values, ", "))
}

func hasAll(l *look, texts []string) bool {
	for _, t := range texts {
		if !slices.Contains(l.values, t) {
			return false
		}
	}
	return true
}

func givenOutcome(looks []*look, c *Config, notes *notes) (outcomeGuess, *Ask) {
	i := columnNamed(looks, c.OutcomeColumn)
	if i < 0 {
		return outcomeGuess{column: -1}, noSuchColumn("--outcome", c.OutcomeColumn, looks)
	}
	g := readOutcome(looks[i])
	g.column = i
	applyGiven(&g, looks[i], c)
	return g, checkOutcome(looks[i], &g, notes)
}

// applyGiven puts the values that the user named in the place of the guessed ones. With only one side given, the other is
// the only other value, if there is just one.
func applyGiven(g *outcomeGuess, l *look, c *Config) {
	if len(c.Won) == 0 && len(c.Lost) == 0 {
		return
	}
	if len(c.Won) > 0 {
		g.won = c.Won
	}
	if len(c.Lost) > 0 {
		g.lost = c.Lost
	}
	var rest []string
	l.eachValue(false, func(_ int, text string, _ int) {
		if !slices.Contains(c.Won, text) && !slices.Contains(c.Lost, text) {
			rest = append(rest, text)
		}
	})
	if len(c.Lost) == 0 {
		g.lost = otherSide(g.lost, c.Won, rest)
	}
	if len(c.Won) == 0 {
		g.won = otherSide(g.won, c.Lost, rest)
	}
	g.wins, g.loss, g.open = 0, 0, nil
	l.eachValue(false, func(_ int, text string, rows int) {
		switch {
		case slices.Contains(g.won, text):
			g.wins += rows
		case slices.Contains(g.lost, text):
			g.loss += rows
		default:
			g.open = append(g.open, text)
		}
	})
}

func otherSide(guessed, given, rest []string) []string {
	guessed = slices.DeleteFunc(slices.Clone(guessed), func(t string) bool { return slices.Contains(given, t) })
	if len(rest) == 1 {
		return rest
	}
	return guessed
}

// checkOutcome asks when one side has no lead, and notes which values stay open.
func checkOutcome(l *look, g *outcomeGuess, notes *notes) *Ask {
	what := fmt.Sprintf("the outcome column %s", l.name)
	switch {
	case g.wins == 0 && g.loss == 0:
		return &Ask{What: what, Problem: "none of its values is recognised as won or lost", Candidates: quoted(g.open),
			Answer: "say which mean what: --won VALUE --lost VALUE"}
	case g.wins == 0:
		return &Ask{What: what, Problem: fmt.Sprintf("no lead is won (%s is read as lost)", listed(quoted(g.lost), 5)),
			Candidates: quoted(g.open), Answer: "say which value means won: --won VALUE, or bring a history with both outcomes"}
	case g.loss == 0:
		return &Ask{What: what, Problem: fmt.Sprintf("no lead is lost (%s is read as won)", listed(quoted(g.won), 5)),
			Candidates: quoted(g.open), Answer: "say which value means lost: --lost VALUE, or bring a history with both outcomes"}
	}
	if len(g.open) > 0 {
		mean := "mean"
		if len(g.open) == 1 {
			mean = "means"
		}
		notes.warn("%s: %s %s neither won nor lost; those leads count as open", l.name, listed(quoted(g.open), 8), mean)
	}
	return nil
}

func quoted(texts []string) []string {
	list := make([]string, len(texts))
	for i, t := range texts {
		list[i] = fmt.Sprintf("%q", t)
	}
	return list
}

// labelRows reads the outcome of every sampled row.
func labelRows(l *look, g *outcomeGuess) *labels {
	byCode := make([]features.Outcome, len(l.values))
	for code, text := range l.values {
		switch {
		case slices.Contains(g.won, text):
			byCode[code] = features.Won
		case slices.Contains(g.lost, text):
			byCode[code] = features.Lost
		}
	}
	o := &labels{of: make([]features.Outcome, len(l.column.codes))}
	for row, code := range l.column.codes {
		o.of[row] = byCode[code]
		switch byCode[code] {
		case features.Won:
			o.won++
		case features.Lost:
			o.lost++
		default:
			o.open++
		}
	}
	return o
}
