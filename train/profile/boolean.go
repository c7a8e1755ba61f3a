package profile

import (
	"slices"
	"strings"

	"leadscore/features"
)

// Texts for true and false, in the same order. The first five are those that a schema need not name.
var (
	trueTexts  = []string{"true", "yes", "1", "y", "t", "1.0", "on", "ja", "oui", "si", "sí", "wahr"}
	falseTexts = []string{"false", "no", "0", "n", "f", "0.0", "off", "nein", "non", "falsch"}
)

// isBoolean says whether the values are one text for true and one for false, letter case aside.
func (l *look) isBoolean() bool {
	yes, no := map[string]bool{}, map[string]bool{}
	other := false
	l.eachValue(true, func(_ int, text string, _ int) {
		switch t := strings.ToLower(text); {
		case slices.Contains(trueTexts, t):
			yes[t] = true
		case slices.Contains(falseTexts, t):
			no[t] = true
		default:
			other = true
		}
	})
	return !other && len(yes) == 1 && len(no) == 1
}

func (l *look) asBoolean() {
	l.kind, l.why = features.Boolean, "two values, yes and no"
	l.missSoft()
	l.number = make([]float64, len(l.values))
	own := false // texts that a schema has to name
	for code, text := range l.values {
		t := strings.ToLower(text)
		yes, no := slices.Index(trueTexts, t), slices.Index(falseTexts, t)
		if l.missing[code] || l.rows[code] == 0 {
			continue
		}
		if yes >= 0 {
			l.number[code] = 1
		}
		if yes >= 0 {
			l.field.True, own = appendNew(l.field.True, text), own || yes >= 5
		}
		if no >= 0 {
			l.field.False, own = appendNew(l.field.False, text), own || no >= 5
		}
	}
	if !own {
		l.field.True, l.field.False = nil, nil
	}
}

func appendNew(list []string, text string) []string {
	if slices.ContainsFunc(list, func(t string) bool { return strings.EqualFold(t, text) }) {
		return list
	}
	return append(list, text)
}
