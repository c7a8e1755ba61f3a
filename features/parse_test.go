package features

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestParseNumber(t *testing.T) {
	cases := []struct {
		text    string
		decimal byte
		want    float64
		unit    rune
		ok      bool
	}{
		{"250", '.', 250, 0, true},
		{" -12.5 ", '.', -12.5, 0, true},
		{"+3", '.', 3, 0, true},
		{".5", '.', .5, 0, true},
		{"5.", '.', 5, 0, true},
		{"1e3", '.', 1000, 0, true},
		{"2.5E-2", '.', .025, 0, true},
		{"1,234", '.', 1234, 0, true},
		{"1,234.56", '.', 1234.56, 0, true},
		{"1,234,567", '.', 1234567, 0, true},
		{"1.234,56", ',', 1234.56, 0, true},
		{"1.234", ',', 1234, 0, true},
		{"0,5", ',', .5, 0, true},
		{"1'234.5", '.', 1234.5, 0, true},
		{"1 234,5", ',', 1234.5, 0, true},
		{"1\u00a0234", '.', 1234, 0, true},
		{"12 %", '.', 12, '%', true},
		{"$1,200.50", '.', 1200.5, '$', true},
		{"-$5", '.', -5, '$', true},
		{"1.200,50 €", ',', 1200.5, '€', true},
		{"900719925474099267", '.', 900719925474099267, 0, true},
		{"1,5", '.', 0, 0, false},
		{"1.5", ',', 0, 0, false},
		{"12,34", '.', 0, 0, false},
		{"1,2345", '.', 0, 0, false},
		{"1234,567", '.', 0, 0, false},
		{",123", '.', 0, 0, false},
		{"1,234'567", '.', 0, 0, false},
		{"1.2.3", '.', 0, 0, false},
		{"", '.', 0, 0, false},
		{"-", '.', 0, 0, false},
		{".", '.', 0, 0, false},
		{"--5", '.', 0, 0, false},
		{"-$-5", '.', 0, 0, false},
		{"$5%", '.', 0, 0, false},
		{"(5)", '.', 0, 0, false},
		{"5k", '.', 0, 0, false},
		{"many", '.', 0, 0, false},
		{"NaN", '.', 0, 0, false},
		{"inf", '.', 0, 0, false},
		{"0x10", '.', 0, 0, false},
		{"1_000", '.', 0, 0, false},
		{"1e999", '.', 0, 0, false},
		{"1e", '.', 0, 0, false},
		{strings.Repeat("9", 401), '.', 0, 0, false},
	}
	for _, c := range cases {
		t.Run(c.text+" "+string(c.decimal), func(t *testing.T) {
			got, unit, ok := ParseNumber(c.text, c.decimal)
			if ok != c.ok || ok && (got != c.want || unit != c.unit) {
				t.Errorf("ParseNumber(%q, %q) = %v, %q, %v, want %v, %q, %v", c.text, c.decimal, got, unit, ok, c.want, c.unit, c.ok)
			}
		})
	}
}

func TestParseTime(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	utc := func(year, month, day, hour, minute, second, micro int) Micros {
		return MicrosOf(time.Date(year, time.Month(month), day, hour, minute, second, micro*1000, time.UTC))
	}
	cases := []struct {
		text, layout string
		zone         *time.Location
		want         Micros // NoTime: unreadable
	}{
		{"2026-11-22", "", time.UTC, utc(2026, 11, 22, 0, 0, 0, 0)},
		{"2026/11/22", "", time.UTC, utc(2026, 11, 22, 0, 0, 0, 0)},
		{"20261122", "", time.UTC, utc(2026, 11, 22, 0, 0, 0, 0)},
		{"2026-11-22", "", berlin, utc(2026, 11, 21, 23, 0, 0, 0)},
		{"2026-07-01 10:15", "", berlin, utc(2026, 7, 1, 8, 15, 0, 0)},
		{"2026-11-22T10:15:30Z", "", berlin, utc(2026, 11, 22, 10, 15, 30, 0)},
		{"2026-11-22t10:15:30.123456789z", "", time.UTC, utc(2026, 11, 22, 10, 15, 30, 123456)},
		{"2026-11-22 10:15:30,5", "", time.UTC, utc(2026, 11, 22, 10, 15, 30, 500000)},
		{"20261122T101530Z", "", time.UTC, utc(2026, 11, 22, 10, 15, 30, 0)},
		{"2011-10-01 00:38:44.546+02:00", "", time.UTC, utc(2011, 9, 30, 22, 38, 44, 546000)},
		{"2026-11-22T10:15:30-0530", "", time.UTC, utc(2026, 11, 22, 15, 45, 30, 0)},
		{"2026-11-22T10:15+01", "", time.UTC, utc(2026, 11, 22, 9, 15, 0, 0)},
		{"2026-11-22 10:15:30 UTC", "", berlin, utc(2026, 11, 22, 10, 15, 30, 0)},
		{"1969-12-31T23:59:59.999999Z", "", time.UTC, -1},
		{"2024-02-29", "", time.UTC, utc(2024, 2, 29, 0, 0, 0, 0)},
		{"2023-02-29", "", time.UTC, NoTime},
		{"2026-13-01", "", time.UTC, NoTime},
		{"2026-11-31", "", time.UTC, NoTime},
		{"0000-01-01", "", time.UTC, NoTime},
		{"2026-11", "", time.UTC, NoTime},
		{"2026-11/22", "", time.UTC, NoTime},
		{"22.11.2026", "", time.UTC, NoTime},
		{"11/22/2026", "", time.UTC, NoTime},
		{"2026-11-22T25:00", "", time.UTC, NoTime},
		{"2026-11-22T10:15:30.Z", "", time.UTC, NoTime},
		{"2026-11-22T", "", time.UTC, NoTime},
		{"2026-11-22T10:15:30 ", "", time.UTC, utc(2026, 11, 22, 10, 15, 30, 0)},
		{"2026-11-22T10:15:30+15:00", "", time.UTC, NoTime},
		{"2026-11-22T10:15:30Zx", "", time.UTC, NoTime},
		{"yesterday", "", time.UTC, NoTime},
		{"", "", time.UTC, NoTime},
		{"22.11.2026", "02.01.2006", berlin, utc(2026, 11, 21, 23, 0, 0, 0)},
		{"2026-11-22", "02.01.2006", time.UTC, utc(2026, 11, 22, 0, 0, 0, 0)},
		{"2026-11-02", "2006-02-01", time.UTC, utc(2026, 2, 11, 0, 0, 0, 0)},
		{"2026-11-22", "2006-02-01", time.UTC, NoTime}, // no month 22, and no guess
		{"1700000000", "unix", time.UTC, 1700000000e6},
		{"1700000000.25", "unix", time.UTC, 1700000000250000},
		{"1700000000123", "unix_ms", time.UTC, 1700000000123e3},
		{"99999999999999", "unix", time.UTC, NoTime},
	}
	for _, c := range cases {
		t.Run(c.text+" "+c.layout, func(t *testing.T) {
			got, ok := ParseTime(c.text, c.layout, c.zone)
			if ok != (c.want != NoTime) || got != c.want {
				t.Errorf("ParseTime(%q, %q, %v) = %v (%v), want %v", c.text, c.layout, c.zone, got, got.Time(), c.want)
			}
		})
	}
}

func TestParseBoolean(t *testing.T) {
	usual, own := &Field{}, &Field{True: []string{"Ja"}, False: []string{"Nein", "0"}}
	cases := []struct {
		field     *Field
		text      string
		value, ok bool
	}{
		{usual, "TRUE", true, true}, {usual, " yes ", true, true}, {usual, "1", true, true}, {usual, "n", false, true},
		{usual, "2", false, false}, {usual, "", false, false}, {usual, "ja", false, false},
		{own, "ja", true, true}, {own, "0", false, true}, {own, "yes", false, false},
	}
	for _, c := range cases {
		if value, ok := c.field.ParseBoolean(c.text); ok != c.ok || ok && value != c.value {
			t.Errorf("ParseBoolean(%q) with %v = %v, %v, want %v, %v", c.text, c.field.True, value, ok, c.value, c.ok)
		}
	}
}

func TestEmailKind(t *testing.T) {
	cases := map[string]string{
		"ann@siemens.com":                      CompanyEmail,
		" Ann.Lee+crm@Sub.Example.CO.UK ":      CompanyEmail,
		"ann@müller.de":                        CompanyEmail,
		"ann@gmail.com":                        FreeEmail,
		"ANN@GMX.DE":                           FreeEmail,
		"ann@team.gmail.com":                   CompanyEmail, // a free provider's subdomains are not its users'
		"x@mailinator.com":                     DisposableEmail,
		"x@any.mailinator.com":                 DisposableEmail,
		"ann":                                  InvalidEmail,
		"ann@":                                 InvalidEmail,
		"@gmail.com":                           InvalidEmail,
		"ann@localhost":                        InvalidEmail,
		"ann@10.0.0.1":                         InvalidEmail,
		"ann@@gmail.com":                       InvalidEmail,
		"ann lee@gmail.com":                    InvalidEmail,
		"Ann <ann@gmail.com>":                  InvalidEmail,
		"ann..lee@gmail.com":                   InvalidEmail,
		"ann@-gmail.com":                       InvalidEmail,
		"ann@gmail..com":                       InvalidEmail,
		"ann@gmail.com.":                       InvalidEmail,
		strings.Repeat("a", 65) + "@gmail.com": InvalidEmail,
		"ann@" + strings.Repeat("a.", 130) + "com": InvalidEmail,
		"n/a":                    InvalidEmail,
		"ann@gmail.com\nx@y.com": InvalidEmail,
		"\xff\xfe@gmail.com":     InvalidEmail,
		"ann@" + strings.Repeat("a", 64) + ".com": InvalidEmail,
		"ann@xn--mller-kva.de":                    CompanyEmail,
	}
	for address, want := range cases {
		if got := EmailKind(address); got != want {
			t.Errorf("EmailKind(%q) = %s, want %s", address, got, want)
		}
	}
}

// Every domain of both lists must be found, and nothing between two of them: the search goes over text as it lies.
func TestListed(t *testing.T) {
	for name, list := range map[string]string{"disposable": disposableDomains, "free": freeDomains} {
		lines := strings.Split(strings.TrimSuffix(list, "\n"), "\n")
		if len(lines) < 1000 {
			t.Fatalf("%s: %d domains only", name, len(lines))
		}
		for i, line := range lines {
			if i > 0 && lines[i-1] >= line {
				t.Fatalf("%s: %q does not follow %q", name, line, lines[i-1])
			}
			if !listed(list, line) || listed(list, line+"0") || listed(list, line[1:]+"\n") {
				t.Fatalf("%s: search is wrong at %q", name, line)
			}
		}
		for _, absent := range []string{"", "\n", "a", "zzzzzz.zz", lines[0][:3], "\xff"} {
			if listed(list, absent) {
				t.Errorf("%s: found %q", name, absent)
			}
		}
	}
}

func TestNumberText(t *testing.T) {
	for v, want := range map[float64]string{0: "0", math.Copysign(0, -1): "0", 5: "5", -3: "-3", 2.5: "2.5", 1e15: "1000000000000000", 1e300: "1e+300"} {
		if got := numberText(v); got != want {
			t.Errorf("numberText(%v) = %q, want %q", v, got, want)
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"employees", "country", "industry"}
	for name, want := range map[string]string{"employes": "employees", "Country": "country", "indstry": "industry", "x": "", "revenue": "", "": ""} {
		if got, ok := Nearest(name, known); got != want && (ok || want != "") {
			t.Errorf("Nearest(%q) = %q, want %q", name, got, want)
		}
	}
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"1,234.56", "1.234,56", "-$5", "12 %", "1e999", "1'2", "\u00a0", "NaN", "0x1p-2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, decimal := range []byte{'.', ','} {
			v, _, ok := ParseNumber(text, decimal)
			if ok && (math.IsNaN(v) || math.IsInf(v, 0)) {
				t.Errorf("ParseNumber(%q) = %v", text, v)
			}
		}
		// What reads as a number with both decimal signs must be the same, unless it holds one of the two.
		a, _, okA := ParseNumber(text, '.')
		b, _, okB := ParseNumber(text, ',')
		if okA && okB && a != b && !strings.ContainsAny(text, ".,") {
			t.Errorf("%q is %v or %v", text, a, b)
		}
	})
}

func FuzzParseTime(f *testing.F) {
	for _, s := range []string{"2026-11-22", "2026-11-22T10:15:30.5+01:00", "20261122T101530Z", "22.11.2026", "1700000000", "2026-11-22T24:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, layout := range []string{"", "02.01.2006 15:04", "unix", "unix_ms"} {
			m, ok := ParseTime(text, layout, time.UTC)
			if !ok {
				if m != NoTime {
					t.Errorf("ParseTime(%q, %q) = %d without ok", text, layout, m)
				}
				continue
			}
			again, ok := ParseTime(m.Time().Format(time.RFC3339Nano), "", time.UTC)
			if !ok || again != m {
				t.Errorf("ParseTime(%q, %q) = %v, read again %v, %v", text, layout, m.Time(), again.Time(), ok)
			}
		}
	})
}

func FuzzParseBoolean(f *testing.F) {
	f.Add("yes")
	f.Add("K") // the Kelvin sign folds to k
	f.Fuzz(func(t *testing.T, text string) {
		field := &Field{True: []string{"k"}, False: []string{"nein"}}
		if v, ok := field.ParseBoolean(text); v && !ok {
			t.Errorf("ParseBoolean(%q) = true without ok", text)
		}
	})
}

func FuzzEmailKind(f *testing.F) {
	for _, s := range []string{"ann@gmail.com", "@", "a@b", "a@b.c", "x@any.mailinator.com", "\xff@\xff.\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		switch kind := EmailKind(text); kind {
		case CompanyEmail, FreeEmail, DisposableEmail:
			if strings.Count(text, "@") != 1 {
				t.Errorf("EmailKind(%q) = %s", text, kind)
			}
		case InvalidEmail:
		default:
			t.Errorf("EmailKind(%q) = %q", text, kind)
		}
	})
}
