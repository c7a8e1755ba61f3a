package funnel

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"leadscore/features"
)

// Hours are the hours of a week that count, written as "Mon-Fri 09:00-17:00", several parts with commas: "Mon-Thu 09:00-12:30, Mon-Thu 13:30-18:00, Fri 9:00-15:00".
// The zero value counts every hour.
type Hours struct {
	text  string
	spans [7][]minutes // by weekday, Sunday first; rising, apart
}

// minutes of a day, from 0 to 1440.
type minutes struct{ from, to int }

// IsZero says that every hour counts.
func (h Hours) IsZero() bool { return h.text == "" }

func (h Hours) String() string { return h.text }

// MarshalText writes the hours as they were read.
func (h Hours) MarshalText() ([]byte, error) { return []byte(h.text), nil }

var weekdays = [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// UnmarshalText reads the hours.
func (h *Hours) UnmarshalText(text []byte) error {
	*h = Hours{text: strings.TrimSpace(string(text))}
	bad := func(part, problem string) error {
		return &features.FieldError{Value: part, Problem: problem, Want: "write hours such as Mon-Fri 09:00-17:00, several with commas between them"}
	}
	for part := range strings.SplitSeq(h.text, ",") {
		days, span, ok := strings.Cut(strings.TrimSpace(part), " ")
		if !ok {
			return bad(part, "not days and hours")
		}
		first, last, err := parseDays(days)
		if err != nil {
			return bad(part, err.Error())
		}
		m, err := parseMinutes(strings.TrimSpace(span))
		if err != nil {
			return bad(part, err.Error())
		}
		for day := first; ; day = (day + 1) % 7 {
			if slices.ContainsFunc(h.spans[day], func(o minutes) bool { return m.from < o.to && o.from < m.to }) {
				return bad(part, "hours that another part has already")
			}
			h.spans[day] = append(h.spans[day], m)
			sort.Slice(h.spans[day], func(i, k int) bool { return h.spans[day][i].from < h.spans[day][k].from })
			if day == last {
				break
			}
		}
	}
	return nil
}

func parseDays(text string) (first, last int, err error) {
	from, to, several := strings.Cut(strings.ToLower(text), "-")
	if !several {
		to = from
	}
	for _, d := range []struct {
		name string
		into *int
	}{{from, &first}, {to, &last}} {
		if *d.into = slices.Index(weekdays[:], d.name); *d.into < 0 {
			return 0, 0, fmt.Errorf("%q is no day: Mon, Tue, Wed, Thu, Fri, Sat or Sun", d.name)
		}
	}
	return first, last, nil
}

func parseMinutes(text string) (m minutes, err error) {
	from, to, ok := strings.Cut(text, "-")
	if !ok {
		return m, fmt.Errorf("%q is no span of hours", text)
	}
	if m.from, err = parseClock(from); err != nil {
		return m, err
	}
	if m.to, err = parseClock(to); err != nil {
		return m, err
	}
	if m.from >= m.to {
		return m, fmt.Errorf("%q ends before it begins", text)
	}
	return m, nil
}

func parseClock(text string) (int, error) {
	hour, minute, ok := strings.Cut(strings.TrimSpace(text), ":")
	h, err := strconv.ParseUint(hour, 10, 8)
	m, err2 := strconv.ParseUint(minute, 10, 8)
	if !ok || err != nil || err2 != nil || len(minute) != 2 || m > 59 || h*60+m > 24*60 {
		return 0, fmt.Errorf("%q is no time of day", text)
	}
	return int(h*60 + m), nil
}

func zoneOf(name string) (*time.Location, error) {
	if name == "" {
		return time.UTC, nil
	}
	return time.LoadLocation(name)
}

// clock measures time by the hours that count, between two days. Each stretch of hours is taken between two instants, so a day on which the clocks are
// changed counts as long as it lasts.
type clock struct {
	starts, ends []features.Micros
	before       []features.Micros // time counted before each stretch
}

// newClock covers the instants from … to; nil where every hour counts.
func newClock(r *Response, from, to features.Micros) *clock {
	if r.Hours.IsZero() || from == features.NoTime {
		return nil
	}
	zone, err := zoneOf(r.TimeZone)
	if err != nil {
		zone = time.UTC // ParseProcess has checked it
	}
	c, sum := &clock{}, features.Micros(0)
	day := from.Time().In(zone)
	for year, month, date := day.Date(); ; date++ {
		midnight := time.Date(year, month, date, 0, 0, 0, 0, zone)
		if features.MicrosOf(midnight) > to {
			return c
		}
		for _, m := range r.Hours.spans[midnight.Weekday()] {
			start := features.Micros(time.Date(year, month, date, 0, m.from, 0, 0, zone).UnixMicro())
			end := features.Micros(time.Date(year, month, date, 0, m.to, 0, 0, zone).UnixMicro())
			if end <= start {
				continue // the clocks were put forward over it
			}
			c.starts, c.ends, c.before = append(c.starts, start), append(c.ends, end), append(c.before, sum)
			sum += end - start
		}
	}
}

// span is the time that counts between two instants.
func (c *clock) span(from, to features.Micros) features.Micros {
	if c == nil {
		return to - from
	}
	return c.upTo(to) - c.upTo(from)
}

func (c *clock) upTo(at features.Micros) features.Micros {
	k := sort.Search(len(c.starts), func(i int) bool { return c.starts[i] > at }) - 1
	if k < 0 {
		return 0
	}
	return c.before[k] + min(at, c.ends[k]) - c.starts[k]
}
