package features

import (
	"strconv"
	"strings"
	"time"
)

// Layouts besides those of package time.
const (
	LayoutUnix      = "unix"    // seconds since 1970-01-01 UTC, a fraction allowed
	LayoutUnixMilli = "unix_ms" // milliseconds since 1970-01-01 UTC
)

// ParseTime reads an instant, in zone where the text names none. Without layout it reads ISO 8601: 2026-11-22, also
// 2026/11/22 and 20261122, with a time after T or a blank (10:15, 10:15:30, 10:15:30.123, 101530) and a zone (Z, +01:00,
// +0100, +01). A layout is one of package time, such as 02.01.2006, or [LayoutUnix] or [LayoutUnixMilli]; ISO 8601 is read
// as well unless the layout too begins with the year. Years are 1 to 9999. A local time that a change of the clock
// leaves out or doubles is read as package time does. Finer parts than microseconds are cut off.
func ParseTime(text, layout string, zone *time.Location) (Micros, bool) {
	text = strings.TrimSpace(text)
	if len(text) > 64 {
		return NoTime, false
	}
	switch layout {
	case "":
		return parseISO(text, zone)
	case LayoutUnix, LayoutUnixMilli:
		return parseUnix(text, layout)
	}
	if t, err := time.ParseInLocation(layout, text, zone); err == nil {
		return microsOf(t)
	}
	if strings.HasPrefix(layout, "2006") || strings.HasPrefix(layout, "06") {
		return NoTime, false
	}
	return parseISO(text, zone)
}

// The first and the last instant of the years 1 to 9999.
const (
	firstMicros = Micros(-62_135_596_800_000_000)
	lastMicros  = Micros(253_402_300_799_999_999)
)

func microsOf(t time.Time) (Micros, bool) {
	if year := t.UTC().Year(); year < 1 || year > 9999 {
		return NoTime, false
	}
	return Micros(t.UnixMicro()), true
}

func parseUnix(text, layout string) (Micros, bool) {
	unit := int64(1e6)
	if layout == LayoutUnixMilli {
		unit = 1e3
	}
	if whole, err := strconv.ParseInt(text, 10, 64); err == nil {
		if whole > 1e15 || whole < -1e15 {
			return NoTime, false
		}
		return microsOf(time.UnixMicro(whole * unit))
	}
	number, u, ok := ParseNumber(text, '.')
	if !ok || u != 0 || number > 1e15 || number < -1e15 {
		return NoTime, false
	}
	return microsOf(time.UnixMicro(int64(number * float64(unit))))
}

// isoParts is a cursor over a text of ISO 8601.
type isoParts struct {
	rest string
	bad  bool
}

func parseISO(text string, zone *time.Location) (Micros, bool) {
	p := &isoParts{rest: text}
	year := p.digits(4)
	dash := p.oneOf("-/")
	month := p.digits(2)
	if dash != 0 && p.oneOf(string(dash)) == 0 {
		return NoTime, false
	}
	day := p.digits(2)
	if p.bad || year == 0 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return NoTime, false
	}
	clock, micros := time.Duration(0), 0
	if p.oneOf("Tt ") != 0 {
		if clock, micros = p.clock(); !p.bad {
			zone = p.zone(zone)
		}
	}
	if p.bad || p.rest != "" {
		return NoTime, false
	}
	h, m, s := int(clock/time.Hour), int(clock/time.Minute)%60, int(clock/time.Second)%60
	return microsOf(time.Date(year, time.Month(month), day, h, m, s, micros*1000, zone))
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// clock reads hh:mm, hh:mm:ss and hhmmss with a fraction of any length.
func (p *isoParts) clock() (clock time.Duration, micros int) {
	hour := p.digits(2)
	colon := p.oneOf(":") != 0
	minute := p.digits(2)
	second := 0
	if colon && p.oneOf(":") != 0 || !colon && p.rest != "" && isDigit(p.rest[0]) {
		second = p.digits(2)
		if p.oneOf(".,") != 0 {
			micros = p.fraction()
		}
	}
	if hour > 23 || minute > 59 || second > 59 {
		p.bad = true
	}
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second, micros
}

func (p *isoParts) fraction() (micros int) {
	n := 0
	for n < len(p.rest) && isDigit(p.rest[n]) {
		n++
	}
	for i := range 6 {
		micros *= 10
		if i < n {
			micros += int(p.rest[i] - '0')
		}
	}
	p.bad = p.bad || n == 0
	p.rest = p.rest[n:]
	return micros
}

// zone reads Z, ±hh, ±hhmm and ±hh:mm, a blank before it allowed; nothing leaves the given one.
func (p *isoParts) zone(otherwise *time.Location) *time.Location {
	rest := strings.TrimPrefix(p.rest, " ")
	if rest == "" {
		p.bad = p.bad || p.rest != ""
		return otherwise
	}
	p.rest = rest
	if p.oneOf("Zz") != 0 || p.word("UTC") {
		return time.UTC
	}
	sign := p.oneOf("+-")
	if sign == 0 {
		p.bad = true
		return otherwise
	}
	hours, minutes := p.digits(2), 0
	if p.oneOf(":") != 0 || p.rest != "" {
		minutes = p.digits(2)
	}
	if hours > 14 || minutes > 59 {
		p.bad = true
	}
	seconds := hours*3600 + minutes*60
	if sign == '-' {
		seconds = -seconds
	}
	if seconds == 0 {
		return time.UTC
	}
	return time.FixedZone("", seconds)
}

func (p *isoParts) word(w string) bool {
	rest, ok := strings.CutPrefix(p.rest, w)
	p.rest = rest
	return ok
}

func (p *isoParts) oneOf(set string) byte {
	if p.rest == "" || strings.IndexByte(set, p.rest[0]) < 0 {
		return 0
	}
	c := p.rest[0]
	p.rest = p.rest[1:]
	return c
}

func (p *isoParts) digits(n int) int {
	if len(p.rest) < n || !allDigits(p.rest[:n]) {
		p.bad = true
		return 0
	}
	v := 0
	for i := range n {
		v = v*10 + int(p.rest[i]-'0')
	}
	p.rest = p.rest[n:]
	return v
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
