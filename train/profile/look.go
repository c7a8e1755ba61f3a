package profile

import (
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"leadscore/features"
	"leadscore/features/source"
	"leadscore/train/naming"
)

// What a column must show to be of a kind.
const (
	// mostStray is the share of texts in a column of numbers or dates that may be neither: those are named as missing.
	mostStray = 0.05
	// mostStrayTexts is how many such texts there may be; more are no placeholders but values.
	mostStrayTexts = 5
	// leastAddresses is the share of e-mail addresses that makes an e-mail column; the rest is of kind "invalid".
	leastAddresses = 0.9
	// mostCodes is the most values that a closed list of codes has: grades and sizes have up to 7 or 8.
	mostCodes = 8
	// leastCode is the share of leads that each code of a closed list has; a count has a thin tail instead.
	leastCode = 0.01
	// leastNever is the share of leads that a special value such as 999 has at least, and beyondNever by how much it
	// exceeds the largest other value.
	leastNever  = 0.05
	beyondNever = 3
)

// look is what the values of a column are.
type look struct {
	*column
	rows     []int  // sampled rows by code
	missing  []bool // by code
	filled   int    // rows with a value
	distinct int    // values
	kind     features.Kind
	number   []float64         // by code, NaN where missing; of a number or boolean column
	time     []features.Micros // by code, NoTime where missing; of a date column
	field    features.Field    // kind, missing, special, true, false, layout
	codes    bool              // whole numbers that are codes, not quantities
	whole    bool              // a number column of whole numbers
	twin     string            // of a date column: another layout, day and month exchanged, that reads all values as well
	why      string            // how the kind was found
}

// lookAt decides a column's kind by its content; the name only tells codes from counts. decimal is the files' decimal sign.
func lookAt(c *column, decimal byte) *look {
	l := &look{column: c, rows: make([]int, len(c.values)), missing: make([]bool, len(c.values))}
	for _, code := range c.codes {
		l.rows[code]++
	}
	l.missing[0] = true
	for code, text := range c.values {
		if code > 0 && isHardMarker(text) {
			l.miss(code)
		}
	}
	l.count()
	switch {
	case l.filled == 0:
		l.kind, l.why = features.Category, "no value in any row"
	case c.kind == source.Boolean || l.isBoolean():
		l.asBoolean()
	case l.isEmail():
		l.kind, l.why = features.Email, "addresses"
	case l.isDate():
	case l.isNumber(decimal):
		l.numberOrCode()
	default:
		l.kind, l.why = features.Category, "texts"
	}
	l.count()
	l.field.Kind = l.kind
	return l
}

// miss marks a value as meaning missing; the schema has to name it.
func (l *look) miss(code int) {
	l.missing[code] = true
	if l.rows[code] > 0 {
		l.field.Missing = append(l.field.Missing, l.values[code])
	}
}

// missSoft marks the placeholders that mean missing in this kind of column.
func (l *look) missSoft() {
	for code, text := range l.values {
		if !l.missing[code] && isSoftMarker(text) {
			l.miss(code)
		}
	}
}

func (l *look) count() {
	l.filled, l.distinct = 0, 0
	for code, n := range l.rows {
		if !l.missing[code] && n > 0 {
			l.filled += n
			l.distinct++
		}
	}
}

// missingShare is the share of sampled rows without a value.
func (l *look) missingShare() float64 {
	if len(l.column.codes) == 0 {
		return 0
	}
	return 1 - float64(l.filled)/float64(len(l.column.codes))
}

// eachValue calls f for every value that is neither missing nor, when soft is set, a soft placeholder.
func (l *look) eachValue(soft bool, f func(code int, text string, rows int)) {
	for code, text := range l.values {
		if !l.missing[code] && l.rows[code] > 0 && !(soft && isSoftMarker(text)) {
			f(code, text, l.rows[code])
		}
	}
}

func (l *look) isEmail() bool {
	addresses, all := 0, 0
	l.eachValue(true, func(_ int, text string, rows int) {
		all += rows
		if features.EmailKind(text) != features.InvalidEmail {
			addresses += rows
		}
	})
	if all == 0 || float64(addresses) < leastAddresses*float64(all) {
		return false
	}
	l.missSoft()
	return true
}

// layouts that dates are written in besides ISO 8601; those with the day first stand before their American twins.
var layouts = []string{
	"", "02.01.2006", "02.01.2006 15:04", "02.01.2006 15:04:05", "2.1.2006", "2.1.06",
	"02/01/2006", "02/01/2006 15:04", "02/01/2006 15:04:05", "01/02/2006", "01/02/2006 15:04", "01/02/2006 15:04:05",
	"1/2/2006", "1/2/2006 15:04", "1/2/2006 15:04:05", "1/2/2006 3:04 PM", "1/2/2006 3:04:05 PM", "2/1/2006", "2/1/2006 15:04", "1/2/06",
	"02-01-2006", "01-02-2006", "2-Jan-2006", "02-Jan-06", "2 Jan 2006", "Jan 2, 2006", "January 2, 2006", "2 January 2006",
	time.RFC1123, time.RFC1123Z, time.UnixDate, "Mon Jan 2 15:04:05 2006",
}

// timeWords are words of names that make large whole numbers seconds or milliseconds since 1970.
var timeWords = []string{"time", "timestamp", "date", "at", "on", "created", "closed", "updated", "ts"}

// isDate tries the layouts and takes the first that reads nearly every value.
func (l *look) isDate() bool {
	tries := layouts
	if naming.Has(l.name, timeWords...) {
		tries = append(slices.Clip(layouts), features.LayoutUnix, features.LayoutUnixMilli)
	}
	for _, layout := range tries {
		if l.readsDates(layout, 20) && l.readsDates(layout, math.MaxInt) {
			l.asDate(layout)
			return true
		}
	}
	return false
}

// readsDates says whether a layout reads nearly all of the first most values.
func (l *look) readsDates(layout string, most int) bool {
	strays, texts, all, seen := 0, 0, 0, 0
	for code, text := range l.values {
		if l.missing[code] || l.rows[code] == 0 || isSoftMarker(text) {
			continue
		}
		all += l.rows[code]
		if t, ok := features.ParseTime(text, layout, time.UTC); !ok || !plausibleTime(t, text) {
			strays += l.rows[code]
			texts++
		}
		if seen++; seen >= most {
			break
		}
		if texts > mostStrayTexts {
			return false
		}
	}
	return all > 0 && float64(strays) <= mostStray*float64(all) || most < math.MaxInt && texts < seen
}

// plausibleTime keeps numbers such as 12345678 or 1674 from being dates: texts without a sign between the digits must be of
// the years 1990 to 2100, others from 1700 on.
func plausibleTime(t features.Micros, text string) bool {
	const year = 365.2425 * float64(features.Day)
	first := 1700.0
	if !strings.ContainsAny(text, "-/. :") {
		first = 1990
	}
	y := 1970 + float64(t)/year
	return y >= first && y < 2101
}

// exchanged is a layout with its day and month exchanged, of those where both orders are in use; "" of others.
func exchanged(layout string) string {
	for _, pair := range [][2]string{{"02/01/2006", "01/02/2006"}, {"2/1/2006", "1/2/2006"}, {"02-01-2006", "01-02-2006"}, {"2/1/06", "1/2/06"}} {
		for side := range pair {
			if rest, ok := strings.CutPrefix(layout, pair[side]); ok {
				return pair[1-side] + rest
			}
		}
	}
	return ""
}

// warnOfTwin says that days and months could be the other way round.
func (l *look) warnOfTwin(notes *notes) {
	for code, text := range l.values {
		if l.twin == "" || l.missing[code] || l.rows[code] == 0 {
			continue
		}
		other, ok := features.ParseTime(text, l.twin, time.UTC)
		if !ok || other == l.time[code] {
			continue
		}
		day := func(t features.Micros) string { return time.UnixMicro(int64(t)).UTC().Format("2 January 2006") }
		notes.warn("%s: %q is read as %s, but all its dates could have the month and the day the other way round (%s); if so, "+
			"change the layout in the schema to %s", l.name, text, day(l.time[code]), day(other), l.twin)
		return
	}
}

func (l *look) asDate(layout string) {
	if twin := exchanged(layout); twin != "" && l.readsDates(twin, math.MaxInt) {
		l.twin = twin
	}
	l.kind, l.field.Layout, l.why = features.Date, layout, "dates"
	if layout != "" {
		l.why = "dates as " + layout
	}
	l.missSoft()
	l.time = make([]features.Micros, len(l.values))
	for code, text := range l.values {
		l.time[code] = features.NoTime
		if l.missing[code] {
			continue
		}
		t, ok := features.ParseTime(text, layout, time.UTC)
		if !ok {
			l.miss(code)
			continue
		}
		l.time[code] = t
	}
}

// isNumber says whether nearly all values are numbers of one unit, and names the others as missing.
func (l *look) isNumber(decimal byte) bool {
	unit, mixed, texts, strays, all := rune(-1), false, 0, 0, 0
	l.eachValue(true, func(_ int, text string, rows int) {
		all += rows
		_, u, ok := features.ParseNumber(text, decimal)
		if !ok {
			strays += rows
			texts++
			return
		}
		mixed = mixed || unit != -1 && u != unit
		unit = u
	})
	if all == 0 || mixed || float64(strays) > mostStray*float64(all) || texts > mostStrayTexts {
		return false
	}
	l.kind = features.Number
	l.missSoft()
	l.number, l.whole = make([]float64, len(l.values)), true
	for code, text := range l.values {
		l.number[code] = math.NaN()
		if l.missing[code] {
			continue
		}
		v, _, ok := features.ParseNumber(text, decimal)
		if !ok {
			l.miss(code)
			continue
		}
		l.number[code] = v
		l.whole = l.whole && v == math.Trunc(v)
	}
	return true
}

// numberOrCode tells quantities from codes, and finds a value that stands for "never".
func (l *look) numberOrCode() {
	l.count()
	l.why = "numbers"
	if l.whole {
		l.why = "whole numbers"
	}
	if l.isCode() {
		l.codes, l.kind = true, features.Category
		return
	}
	if never, ok := l.never(); ok {
		l.field.Special = []float64{never}
	}
}

// Words of names that settle whether whole numbers are codes or counts.
var (
	codeWords = []string{"category", "class", "code", "type", "tier", "segment", "group", "band", "grade", "cluster", "region",
		"zone", "territory", "bucket", "size"}
	countWords = []string{"count", "counts", "visits", "views", "pages", "clicks", "opens", "number", "num", "nr", "total", "days",
		"hours", "minutes", "seconds", "age", "employees", "qty", "quantity", "attempts", "calls",
		"meetings", "emails", "previous", "times", "downloads", "seats", "users", "score", "points"}
)

// isCode says whether few whole numbers are the codes of a closed list. A list of codes has up to 8 values, each of which
// a good part of the leads has; a count has a thin tail. "Size 1 to 5" is a list of size classes by its name too.
func (l *look) isCode() bool {
	if !l.whole || l.distinct < 3 || l.distinct > mostCodes {
		return false
	}
	low, high, rare := math.Inf(1), math.Inf(-1), false
	for code, v := range l.number {
		if !l.missing[code] && l.rows[code] > 0 {
			low, high = min(low, v), max(high, v)
			rare = rare || float64(l.rows[code]) < leastCode*float64(l.filled)
		}
	}
	switch {
	case low < 0 || high > 99:
		return false
	case naming.Has(l.name, codeWords...):
		l.why = "few whole numbers, and the name speaks of classes: codes, not quantities"
		return true
	case naming.Has(l.name, countWords...):
		return false
	}
	l.why = "few whole numbers, each with a good part of the leads: codes of a closed list"
	return !rare
}

// never finds a value of nines, or −1 among values from 0 on, that stands far apart from all others and is common.
func (l *look) never() (float64, bool) {
	if !l.whole || l.distinct < 3 {
		return 0, false
	}
	var values []float64
	share := make(map[float64]float64)
	for code, v := range l.number {
		if !math.IsNaN(v) && l.rows[code] > 0 {
			if _, seen := share[v]; !seen {
				values = append(values, v)
			}
			share[v] += float64(l.rows[code]) / float64(l.filled)
		}
	}
	sort.Float64s(values)
	if len(values) < 3 {
		return 0, false
	}
	if values[0] == -1 && share[-1] >= leastNever {
		return -1, true
	}
	last, before := values[len(values)-1], values[len(values)-2]
	if isNines(last) && share[last] >= leastNever && last > beyondNever*math.Abs(before) {
		return last, true
	}
	return 0, false
}

func isNines(v float64) bool { return v == 99 || v == 999 || v == 9999 || v == 99999 || v == 999999 }
