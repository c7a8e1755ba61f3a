package profile

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"

	"leadscore/features"
	"leadscore/models"
	"leadscore/train/leakage"
)

// The scale and the bounds of proposed rules.
const (
	pastShare         = 0.75 // of the leads that training uses, the older ones; it holds out the newest fifth
	pointsPerDoubling = 10   // points that a doubling of the odds of winning is worth
	pointStep         = 5    // points are multiples of it
	mostRulePoints    = 25
	mostFitRules      = 12  // "keep the rule set lean"
	mostSteps         = 24  // values looked at; those of one field with equal points make one rule
	mostFalse         = 0.1 // the chance that a book holds a rule that means nothing: Bonferroni over the conditions tried,
	perNumber         = 4   // where all the cuts of one number field count as this many, since neighbouring ones say the same
	leastRuleLeads    = 10  // decided leads that a rule must be true for, and
	leastRuleShare    = 0.01
	mostCut           = 1e15 // whole numbers beyond it are no number literals of CEL
	mostInList        = 8    // values of one rule
	longestInRule     = 80   // bytes of a value in a rule
)

// candidate is a condition on one field that may become a rule.
type candidate struct {
	column  int
	side    string // "in", "from", "below", "is", "special"
	text    string // of a category
	cut     float64
	accepts []bool // by code
	above   bool   // its leads win more often than the others
}

// agrees says whether points have the sign of the leads' own win rate.
func (c *candidate) agrees(points int) bool { return points > 0 == c.above }

// fitRule is a proposed rule about who the lead is.
type fitRule struct {
	candidate
	texts     []string // of a category
	points    int
	won, lost int
}

// fitRules chooses the rules one after the other: each time the condition whose leads win most surely more, or less, than the
// rules so far say (a score test), with points by the log-odds that are still missing. So two fields that say the same do
// not both give points. Points of a lead then add up to about ten for each doubling of its odds.
func (h *history) fitRules() []fitRule {
	rows, wins := h.pastRows()
	if len(rows) == 0 || wins == 0 || wins == len(rows) {
		return nil
	}
	pool := h.candidates(len(rows))
	tried := independent(pool)
	eta := make([]float64, len(rows))
	level := math.Log(float64(wins) / float64(len(rows)-wins))
	for i := range eta {
		eta[i] = level
	}
	h.markAbove(pool, rows, float64(wins)/float64(len(rows)))
	var chosen []fitRule
	for range mostSteps {
		best, points := h.bestCandidate(pool, tried, rows, eta)
		if best < 0 {
			break
		}
		rule := fitRule{candidate: pool[best], points: points}
		joined := join(chosen, rule)
		if len(joined) > mostFitRules {
			break
		}
		chosen = joined
		h.apply(&pool[best], points, rows, eta)
		taken := pool[best]
		pool = slices.DeleteFunc(pool, func(c candidate) bool {
			return c.column == taken.column && (c.side == taken.side && c.text == taken.text || c.side == taken.side && c.side != "in")
		})
	}
	chosen = h.freeMail(chosen, pool)
	for i := range chosen {
		h.countRule(&chosen[i], rows)
	}
	sort.SliceStable(chosen, func(a, b int) bool { return chosen[a].points > chosen[b].points })
	return chosen
}

// markAbove compares each condition's leads with the mean.
func (h *history) markAbove(pool []candidate, rows []int, mean float64) {
	for i := range pool {
		r := fitRule{candidate: pool[i]}
		h.countRule(&r, rows)
		pool[i].above = float64(r.won) > mean*float64(r.won+r.lost)
	}
}

// independent is about how many conditions were tried that do not say the same.
func independent(pool []candidate) int {
	n, numbers := 0, map[int]bool{}
	for _, c := range pool {
		if c.side == "in" || c.side == "is" || c.side == "special" {
			n++
		} else {
			numbers[c.column] = true
		}
	}
	return n + perNumber*len(numbers)
}

// freeMail adds what every source advises, a small deduction for private addresses, unless the data speak against it.
func (h *history) freeMail(chosen []fitRule, pool []candidate) []fitRule {
	for _, c := range pool {
		if h.looks[c.column].kind == features.Email && c.text == features.FreeEmail && !c.above && len(chosen) < mostFitRules {
			chosen = append(chosen, fitRule{candidate: c, texts: []string{c.text}, points: -pointStep})
		}
	}
	return chosen
}

// decidedRows are the sampled leads that are won or lost and undecided at their snapshot, in the order of their snapshots, or
// else of the file.
func (h *history) decidedRows() (rows []int, wins int) {
	dated := true
	for row, outcome := range h.labels.of {
		at, ok := h.asOf(row)
		if !ok || outcome == features.Open {
			continue
		}
		dated = dated && at != math.MaxInt64
		rows = append(rows, row)
	}
	if dated {
		sort.SliceStable(rows, func(i, j int) bool {
			a, _ := h.asOf(rows[i])
			b, _ := h.asOf(rows[j])
			return a < b
		})
	}
	return rows, h.winsOf(rows)
}

// pastRows are the older decided leads, from which rules are made: training compares the book with the model on the newest
// ones, which must not have made it. Where the older part holds one outcome only, all leads are taken.
func (h *history) pastRows() (rows []int, wins int) {
	all, wins := h.decidedRows()
	past := all[:int(pastShare*float64(h.mature(all)))]
	if n := h.winsOf(past); n > 0 && n < len(past) {
		return past, n
	}
	return all, wins
}

// mature counts the first of the rows, which are in the order of their snapshots, whose horizon has ended: training uses no others, so
// the newest of these judge.
func (h *history) mature(rows []int) int {
	if h.horizon == 0 || h.snapshot.AfterCreated == nil || h.roles.closed < 0 {
		return len(rows)
	}
	end := h.latest() - h.horizon.Micros()
	return sort.Search(len(rows), func(i int) bool {
		at, _ := h.asOf(rows[i])
		return at > end
	})
}

func (h *history) winsOf(rows []int) int {
	n := 0
	for _, row := range rows {
		if h.labels.of[row] == features.Won {
			n++
		}
	}
	return n
}

// candidates lists the conditions on fields in use: a value, a truth, a kind of address, from or below a cut.
func (h *history) candidates(decided int) []candidate {
	var pool []candidate
	least := max(leastRuleLeads, int(leastRuleShare*float64(decided)))
	for i := range h.columns {
		c := &h.columns[i]
		late := slices.ContainsFunc(c.Suspicions, func(s models.Suspicion) bool { return !leakage.IsStrength(s.Evidence) })
		if c.Role != RoleField || !c.Use || late {
			continue
		}
		for _, b := range c.strength.bins {
			switch {
			case b.missing || b.other:
			case c.Kind == features.Category, c.Kind == features.Email, c.Kind == features.Boolean:
				if b.decided() >= least && len(b.text) <= longestInRule {
					pool = append(pool, h.textCandidate(i, b.text))
				}
			case c.Kind == features.Number && b.low == b.high:
				pool = append(pool, h.numberCandidate(i, "special", b.low))
			case c.Kind == features.Number && math.Abs(b.low) < mostCut:
				pool = append(pool, h.numberCandidate(i, "from", b.low), h.numberCandidate(i, "below", b.low))
			}
		}
	}
	return slices.DeleteFunc(pool, func(c candidate) bool {
		n := 0
		for code, ok := range c.accepts {
			if ok {
				n += h.looks[c.column].rows[code]
			}
		}
		return n < least
	})
}

func (h *history) textCandidate(column int, text string) candidate {
	l := h.looks[column]
	c := candidate{column: column, side: "in", text: text, accepts: make([]bool, len(l.values))}
	if l.kind == features.Boolean {
		c.side = "is"
	}
	for code, value := range l.values {
		if l.missing[code] {
			continue
		}
		switch l.kind {
		case features.Email:
			c.accepts[code] = features.EmailKind(value) == text
		case features.Boolean:
			c.accepts[code] = strconv.FormatBool(l.number[code] == 1) == text
		default:
			c.accepts[code] = value == text
		}
	}
	return c
}

func (h *history) numberCandidate(column int, side string, cut float64) candidate {
	l := h.looks[column]
	c := candidate{column: column, side: side, cut: cut, accepts: make([]bool, len(l.values))}
	for code, v := range l.number {
		special := slices.Contains(l.field.Special, v)
		switch {
		case l.missing[code] || math.IsNaN(v):
		case side == "special":
			c.accepts[code] = v == cut
		case special:
		case side == "from":
			c.accepts[code] = v >= cut
		default:
			c.accepts[code] = v < cut
		}
	}
	return c
}

// bestCandidate is the one whose leads differ most surely from what is expected of them, with its points; −1 for none.
func (h *history) bestCandidate(pool []candidate, tried int, rows []int, eta []float64) (best, points int) {
	gradient, curvature := h.residuals(pool, rows, eta)
	best = -1
	surest := distuv.UnitNormal.Quantile(1 - mostFalse/2/float64(max(1, tried)))
	for i := range pool {
		g, v := 0.0, 0.0
		for code, ok := range pool[i].accepts {
			if ok {
				g, v = g+gradient[pool[i].column][code], v+curvature[pool[i].column][code]
			}
		}
		if v <= 0 {
			continue
		}
		worth := pointStep * int(math.Round(pointsPerDoubling*g/v/math.Ln2/pointStep))
		worth = max(-mostRulePoints, min(mostRulePoints, worth))
		if !pool[i].agrees(worth) {
			continue // it would only correct another rule, which no reader could follow
		}
		if errors := math.Abs(g) / math.Sqrt(v); worth != 0 && errors >= surest {
			best, points, surest = i, worth, errors
		}
	}
	return best, points
}

// residuals sums, by column and code, won less expected, and the variance of it.
func (h *history) residuals(pool []candidate, rows []int, eta []float64) (gradient, curvature [][]float64) {
	gradient, curvature = make([][]float64, len(h.looks)), make([][]float64, len(h.looks))
	for _, c := range pool {
		if gradient[c.column] == nil {
			gradient[c.column] = make([]float64, len(h.looks[c.column].values))
			curvature[c.column] = make([]float64, len(h.looks[c.column].values))
		}
	}
	for column := range gradient {
		if gradient[column] == nil {
			continue
		}
		codes := h.looks[column].column.codes
		for i, row := range rows {
			p := 1 / (1 + math.Exp(-eta[i]))
			y := 0.0
			if h.labels.of[row] == features.Won {
				y = 1
			}
			gradient[column][codes[row]] += y - p
			curvature[column][codes[row]] += p * (1 - p)
		}
	}
	return gradient, curvature
}

// apply adds a rule's log-odds to its leads and moves the level of all so that the expected wins stay those that were.
func (h *history) apply(c *candidate, points int, rows []int, eta []float64) {
	codes := h.looks[c.column].column.codes
	add := float64(points) * math.Ln2 / pointsPerDoubling
	for i, row := range rows {
		if c.accepts[codes[row]] {
			eta[i] += add
		}
	}
	for range 5 { // Newton's steps for one number; the second is already exact to the fourth digit
		g, v := 0.0, 1e-9
		for i, row := range rows {
			p := 1 / (1 + math.Exp(-eta[i]))
			if h.labels.of[row] == features.Won {
				g++
			}
			g, v = g-p, v+p*(1-p)
		}
		step := max(-1, min(1, g/v))
		for i := range eta {
			eta[i] += step
		}
	}
}

// join puts a value beside those of the same field with the same points.
func join(rules []fitRule, rule fitRule) []fitRule {
	if rule.side == "in" {
		rule.texts = []string{rule.text}
		for i := range rules {
			r := &rules[i]
			if r.column == rule.column && r.side == "in" && r.points == rule.points && len(r.texts) < mostInList {
				joined := slices.Clone(rules)
				joined[i].texts = append(slices.Clone(r.texts), rule.text)
				joined[i].accepts = slices.Clone(r.accepts)
				for code, ok := range rule.accepts {
					joined[i].accepts[code] = joined[i].accepts[code] || ok
				}
				return joined
			}
		}
	}
	return append(slices.Clone(rules), rule)
}

func (h *history) countRule(r *fitRule, rows []int) {
	codes := h.looks[r.column].column.codes
	for _, row := range rows {
		switch {
		case !r.accepts[codes[row]]:
		case h.labels.of[row] == features.Won:
			r.won++
		default:
			r.lost++
		}
	}
}

// condition is the rule in CEL, and in words.
func (h *history) condition(r *fitRule) (when, words string) {
	c := &h.columns[r.column]
	name, title := "lead."+c.Field, cutText(oneLine(c.Name), longestInRule)
	cut := literal(r.cut)
	switch r.side {
	case "is":
		if r.text == "true" {
			return name, title + ": yes"
		}
		return "!" + name, title + ": no"
	case "from":
		when = name + " >= " + cut
		for _, special := range h.looks[r.column].field.Special {
			when += fmt.Sprintf(" && %s != %s", name, literal(special))
		}
		return when, title + ": " + cut + " or more"
	case "below":
		when = name + " < " + cut
		for _, special := range h.looks[r.column].field.Special {
			when += fmt.Sprintf(" && %s != %s", name, literal(special))
		}
		return when, title + ": below " + cut
	case "special":
		return name + " == " + cut, title + ": " + cut
	}
	quotedTexts := quoted(r.texts)
	if len(r.texts) == 1 {
		return name + " == " + quotedTexts[0], title + ": " + oneLine(r.texts[0])
	}
	return name + " in [" + strings.Join(quotedTexts, ", ") + "]", title + ": " + cutText(oneLine(listed(r.texts, 4)), 200)
}

// literal writes a number as CEL reads it.
func literal(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// cutText shortens a text to so many characters.
func cutText(text string, width int) string {
	if runes := []rune(text); len(runes) > width {
		return string(runes[:width-1]) + "…"
	}
	return text
}
