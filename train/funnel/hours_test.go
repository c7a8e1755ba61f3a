package funnel

import (
	"math/rand/v2"
	"testing"
	"time"

	"leadscore/features"
)

func hoursOf(t *testing.T, text string) Hours {
	t.Helper()
	var h Hours
	if err := h.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return h
}

func TestWorkingTimeByHand(t *testing.T) {
	const office, split, night = "Mon-Fri 09:00-17:00", "Mon-Thu 08:30-12:00, Mon-Thu 13:00-17:30, Fri 9:00-14:00", "Sat-Sun 00:00-24:00"
	for _, test := range []struct {
		name, hours, zone, from, to string
		want                        time.Duration
	}{
		{"within a day", office, "Europe/Berlin", "2026-03-10T10:00", "2026-03-10T11:30", 90 * time.Minute},
		{"before opening", office, "Europe/Berlin", "2026-03-10T07:00", "2026-03-10T09:20", 20 * time.Minute},
		{"after closing to the next morning", office, "Europe/Berlin", "2026-03-10T18:00", "2026-03-11T09:05", 5 * time.Minute},
		{"over a weekend", office, "Europe/Berlin", "2026-03-13T16:00", "2026-03-16T10:00", 2 * time.Hour},
		{"on a weekend alone", office, "Europe/Berlin", "2026-03-14T10:00", "2026-03-15T20:00", 0},
		{"a week", office, "UTC", "2026-03-09T09:00", "2026-03-16T09:00", 40 * time.Hour},
		{"lunch", split, "UTC", "2026-03-09T11:30", "2026-03-09T13:15", 45 * time.Minute},
		{"a split week", split, "UTC", "2026-03-09T00:00", "2026-03-16T00:00", 37 * time.Hour},
		// The clocks go forward on 29 March: the office hours of Berlin begin at 7 UTC from then on, and are as long.
		{"over the change to summer", office, "Europe/Berlin", "2026-03-27T16:00", "2026-03-30T09:30", 90 * time.Minute},
		{"the short night", night, "Europe/Berlin", "2026-03-29T00:00", "2026-03-29T06:00", 5 * time.Hour},
		{"the long night", night, "Europe/Berlin", "2026-10-25T00:00", "2026-10-25T06:00", 7 * time.Hour},
		{"a weekend of 47 hours", night, "Europe/Berlin", "2026-03-27T12:00", "2026-03-30T12:00", 47 * time.Hour},
		{"over the new week, Sunday to Monday", "Sun-Mon 10:00-11:00", "UTC", "2026-03-14T00:00", "2026-03-17T00:00", 2 * time.Hour},
		{"all hours", "", "Europe/Berlin", "2026-03-28T00:00", "2026-03-30T00:00", 47 * time.Hour},
	} {
		t.Run(test.name, func(t *testing.T) {
			zone, err := time.LoadLocation(test.zone)
			if err != nil {
				t.Fatal(err)
			}
			at := func(text string) features.Micros {
				v, err := time.ParseInLocation("2006-01-02T15:04", text, zone)
				if err != nil {
					t.Fatal(err)
				}
				return features.MicrosOf(v)
			}
			r := Response{TimeZone: test.zone}
			if test.hours != "" {
				r.Hours = hoursOf(t, test.hours)
			}
			c := newClock(&r, at(test.from), at(test.to))
			if got := time.Duration(c.span(at(test.from), at(test.to))) * time.Microsecond; got != test.want {
				t.Errorf("%v, want %v", got, test.want)
			}
		})
	}
}

// Against counting minute by minute, over a year with both changes of the clock.
func TestWorkingTimeByCounting(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	r := Response{Hours: hoursOf(t, "Mon-Fri 08:15-12:00, Mon-Fri 13:00-17:45, Sun 01:30-03:30"), TimeZone: "America/New_York"}
	begin := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	c := newClock(&r, features.MicrosOf(begin), features.MicrosOf(begin.AddDate(1, 1, 0)))
	for range 60 {
		from := begin.Add(time.Duration(random.IntN(365*24*60)) * time.Minute)
		to, want := from.Add(time.Duration(random.IntN(9*24*60))*time.Minute), 0
		for at := from; at.Before(to); at = at.Add(time.Minute) {
			local := at.In(zone)
			minute := local.Hour()*60 + local.Minute()
			for _, m := range r.Hours.spans[local.Weekday()] {
				if m.from <= minute && minute < m.to {
					want++
				}
			}
		}
		// In the hours that the change of the clock doubles or leaves out the wall clock cannot tell: those of Sunday 1:30 to 3:30 are counted between two instants.
		got := int(c.span(features.MicrosOf(from), features.MicrosOf(to)) / features.Micros(time.Minute/time.Microsecond))
		if got != want && got != want+30 && got != want-30 {
			t.Errorf("%v to %v: %d minutes, want %d", from.In(zone), to.In(zone), got, want)
		}
	}
}

func TestHoursThatCannotBe(t *testing.T) {
	for _, text := range []string{"", "Mon", "09:00-17:00", "Mon-Fri", "Mon-Fri 9-17", "Mon-Fri 17:00-09:00", "Mon-Fri 09:00-25:00", "Mom 09:00-17:00", "Mon 09:00-12:00, Mon 11:00-17:00", "Mon 09:00-17:00,",
		"Mon 09:00-17:60", "Mon 9:0-17:00", "Mon -1:00-17:00"} {
		var h Hours
		if err := h.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}

func FuzzHours(f *testing.F) {
	f.Add("Mon-Fri 09:00-17:00")
	f.Add("Fri-Mon 22:00-24:00, Tue 0:00-0:01")
	f.Fuzz(func(t *testing.T, text string) {
		var h Hours
		if h.UnmarshalText([]byte(text)) != nil {
			return
		}
		c := newClock(&Response{Hours: h, TimeZone: "Europe/Berlin"}, 0, 40*features.Day)
		if got := c.span(features.Day, 36*features.Day); got < 0 || got > 35*features.Day+hour {
			t.Errorf("%q: %v in 35 days", text, got)
		}
	})
}
