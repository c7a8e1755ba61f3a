package features

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// longest is the greatest [Duration] a schema may name.
const longest = Duration(100 * 366 * 24 * time.Hour)

// ParseDuration reads a whole number and a unit: w weeks, d days, h hours, m minutes, s seconds. A day has 24 hours. It is
// above zero and at most a hundred years.
func ParseDuration(text string) (Duration, error) {
	bad := &FieldError{Value: text, Problem: "not a time span", Want: "write a whole number above 0 and w, d, h, m or s (weeks to seconds), such as 90d"}
	if len(text) < 2 || len(text) > 12 || !allDigits(text[:len(text)-1]) {
		return 0, bad
	}
	count, err := strconv.ParseInt(text[:len(text)-1], 10, 64)
	if err != nil || count == 0 {
		return 0, bad
	}
	for _, u := range durationUnits {
		if u.letter == text[len(text)-1] {
			if count > int64(longest)/int64(u.span) {
				return 0, &FieldError{Value: text, Problem: "longer than a hundred years", Want: "m is minutes; write 30d for a month"}
			}
			return Duration(count) * u.span, nil
		}
	}
	return 0, bad
}

var durationUnits = [...]struct {
	letter byte
	span   Duration
}{
	{'d', Duration(24 * time.Hour)},
	{'w', Duration(7 * 24 * time.Hour)},
	{'h', Duration(time.Hour)},
	{'m', Duration(time.Minute)},
	{'s', Duration(time.Second)},
}

// Micros is the span in microseconds.
func (d Duration) Micros() Micros { return Micros(time.Duration(d) / time.Microsecond) }

// String writes the span as [ParseDuration] reads it, in days where they are whole. Zero is "0s"; less than a second is
// dropped.
func (d Duration) String() string {
	for _, u := range durationUnits {
		if d != 0 && d%u.span == 0 {
			return strconv.FormatInt(int64(d/u.span), 10) + string(u.letter)
		}
	}
	return strconv.FormatInt(int64(d/Duration(time.Second)), 10) + "s"
}

// IsZero says that no span is given.
func (d Duration) IsZero() bool { return d == 0 }

// MarshalText writes the span for YAML and JSON.
func (d Duration) MarshalText() ([]byte, error) {
	if d < 0 || d%Duration(time.Second) != 0 {
		return nil, fmt.Errorf("time span %v is not a whole number of seconds", time.Duration(d))
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads the span from YAML and JSON.
func (d *Duration) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDuration(string(text))
	return err
}

// autoHalfLife is how a schema asks for a half-life to be learned.
const autoHalfLife = "auto"

// IsZero says that events do not fade.
func (h HalfLife) IsZero() bool { return h == HalfLife{} }

// String writes the half-life as a schema does.
func (h HalfLife) String() string {
	if h.Auto {
		return autoHalfLife
	}
	return h.Duration.String()
}

// MarshalText writes the half-life for YAML and JSON.
func (h HalfLife) MarshalText() ([]byte, error) {
	if h.Auto {
		return []byte(autoHalfLife), nil
	}
	return h.Duration.MarshalText()
}

// UnmarshalText reads a time span, or auto.
func (h *HalfLife) UnmarshalText(text []byte) error {
	if string(text) == autoHalfLife {
		*h = HalfLife{Auto: true}
		return nil
	}
	h.Auto = false
	err := h.Duration.UnmarshalText(text)
	if fault, ok := err.(*FieldError); ok {
		fault.Want += ", or auto to have it learned"
	}
	return err
}

// ParseSnapshotRule reads one of the forms that [SnapshotRule] lists.
func ParseSnapshotRule(text string) (SnapshotRule, error) {
	words := strings.Split(strings.TrimSpace(text), " ")
	switch {
	case words[0] == "":
		return SnapshotRule{}, nil
	case strings.HasPrefix(strings.Join(words, ""), "created+"):
		return afterCreated(strings.TrimPrefix(strings.Join(words, ""), "created+"))
	case words[0] == "event" && len(words) > 1:
		return SnapshotRule{Event: afterWord(text)}, nil
	case words[0] == "column" && len(words) > 1:
		return SnapshotRule{Column: afterWord(text)}, nil
	}
	return SnapshotRule{}, &FieldError{Value: text, Problem: "not a snapshot rule",
		Want: "write created + 7d, event TYPE or column NAME, or leave the key out"}
}

// afterCreated reads the delay of a snapshot; 0d looks at a lead the moment it came.
func afterCreated(delay string) (SnapshotRule, error) {
	if delay == "0d" {
		return SnapshotRule{AfterCreated: new(Duration)}, nil
	}
	after, err := ParseDuration(delay)
	if err != nil {
		return SnapshotRule{}, err
	}
	return SnapshotRule{AfterCreated: &after}, nil
}

// afterWord is what follows the first word, inner blanks kept.
func afterWord(text string) string {
	_, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	return strings.TrimSpace(rest)
}

// String writes the rule as [ParseSnapshotRule] reads it.
func (r SnapshotRule) String() string {
	switch {
	case r.AfterCreated != nil && *r.AfterCreated == 0:
		return "created + 0d"
	case r.AfterCreated != nil:
		return "created + " + r.AfterCreated.String()
	case r.Event != "":
		return "event " + r.Event
	case r.Column != "":
		return "column " + r.Column
	}
	return ""
}

// IsZero says that the rule is the empty one.
func (r SnapshotRule) IsZero() bool { return r == SnapshotRule{} }

// MarshalText writes the rule for YAML and JSON.
func (r SnapshotRule) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the rule from YAML and JSON.
func (r *SnapshotRule) UnmarshalText(text []byte) (err error) {
	*r, err = ParseSnapshotRule(string(text))
	return err
}

// String writes a day as 2026-11-22 where the time is midnight UTC, else 2026-11-22T10:00:00Z.
func (d Date8601) String() string {
	if d.IsZero() {
		return ""
	}
	t := d.UTC()
	if t.Equal(t.Truncate(24 * time.Hour)) {
		return t.Format(time.DateOnly)
	}
	return t.Format(time.RFC3339Nano)
}

// Micros is the instant; [NoTime] for the zero value.
func (d Date8601) Micros() Micros {
	if d.IsZero() {
		return NoTime
	}
	return Micros(d.UnixMicro())
}

// MarshalText writes the instant for a text.
func (d Date8601) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads ISO 8601; a time without a zone is UTC, a day its first instant.
func (d *Date8601) UnmarshalText(text []byte) error {
	m, ok := ParseTime(string(text), "", time.UTC)
	if !ok {
		return &FieldError{Value: string(text), Problem: "not a date", Want: "write 2026-11-22 or 2026-11-22T10:00:00Z"}
	}
	d.Time = m.Time()
	return nil
}

// MarshalJSON hides the embedded time's own form.
func (d Date8601) MarshalJSON() ([]byte, error) { return []byte(strconv.Quote(d.String())), nil }

// UnmarshalJSON hides the embedded time's own form. The empty text is the zero value.
func (d *Date8601) UnmarshalJSON(text []byte) error {
	inner, err := strconv.Unquote(string(text))
	if err != nil {
		return fmt.Errorf("date %s is not a text", text)
	}
	if inner == "" {
		*d = Date8601{}
		return nil
	}
	return d.UnmarshalText([]byte(inner))
}

// MarshalYAML hides the embedded time's own form.
func (d Date8601) MarshalYAML() (any, error) { return d.String(), nil }

// Time is the instant in UTC. For [NoTime] it is the zero time.
func (m Micros) Time() time.Time {
	if m == NoTime {
		return time.Time{}
	}
	return time.UnixMicro(int64(m)).UTC()
}

// MicrosOf is a time as microseconds; [NoTime] for the zero time.
func MicrosOf(t time.Time) Micros {
	if t.IsZero() {
		return NoTime
	}
	return Micros(t.UnixMicro())
}

// Days is the instant in days since 1970-01-01 UTC.
func (m Micros) Days() float64 { return float64(m) / float64(Day) }
