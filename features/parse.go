package features

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestNumber is the most bytes a number may have as text; no float64 needs more.
const longestNumber = 400

// ParseNumber reads a number as people and programs write it: a sign, digits, thousands in groups of three (by a
// comma, a point, an apostrophe or a space), a fraction, an exponent. decimal is '.' or ','; the other one of the
// two then can only part thousands, so "1,5" with decimal '.' is no number, never 15 and never 1.5.
//
// One sign of a currency or of per cent before or after the number is returned as unit and otherwise read past: "12 %"
// is 12 with unit '%'. A caller accepts a unit only where the whole column has the same one. NaN, infinity and what
// exceeds a float64 are no numbers.
func ParseNumber(text string, decimal byte) (number float64, unit rune, ok bool) {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > longestNumber {
		return 0, 0, false
	}
	if plainNumber(text, decimal) {
		number, err := strconv.ParseFloat(text, 64)
		return number, 0, err == nil
	}
	text, unit = cutUnit(text)
	var buffer [longestNumber + 8]byte
	digits, ok := plainDigits(buffer[:0], text, decimal)
	if !ok {
		return 0, 0, false
	}
	number, err := strconv.ParseFloat(string(digits), 64)
	if err != nil || math.IsInf(number, 0) {
		return 0, 0, false
	}
	return number, unit, true
}

// plainNumber is the fast path: digits with at most one decimal point, as a program writes them.
func plainNumber(text string, decimal byte) bool {
	points, digits := 0, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case '0' <= c && c <= '9':
			digits++
		case c == '.' && decimal == '.':
			points++
		case c == '-' && i == 0:
		default:
			return false
		}
	}
	return digits > 0 && points <= 1
}

// cutUnit takes one currency or per cent sign off either end: "-$5", "$-5", "5 €", "5%".
func cutUnit(text string) (rest string, unit rune) {
	minus := ""
	if strings.HasPrefix(text, "-") {
		minus, text = "-", text[1:]
	}
	if r, n := utf8.DecodeRuneInString(text); unicode.Is(unicode.Sc, r) {
		rest = strings.TrimSpace(text[n:])
		if minus != "" && strings.HasPrefix(rest, "-") {
			return text, 0 // two signs
		}
		return minus + rest, r
	}
	if r, n := utf8.DecodeLastRuneInString(text); unicode.Is(unicode.Sc, r) || r == '%' {
		return minus + strings.TrimSpace(text[:len(text)-n]), r
	}
	return minus + text, 0
}

// plainDigits rewrites a number without thousands and with a decimal point, or says that it is none.
func plainDigits(into []byte, text string, decimal byte) ([]byte, bool) {
	mantissa, exponent := text, ""
	if e := strings.IndexAny(text, "eE"); e >= 0 {
		mantissa, exponent = text[:e], text[e+1:]
		if !signedDigits(exponent) {
			return nil, false
		}
	}
	if mantissa != "" && (mantissa[0] == '-' || mantissa[0] == '+') {
		into = append(into, mantissa[0])
		mantissa = mantissa[1:]
	}
	whole, fraction := mantissa, ""
	if d := strings.IndexByte(mantissa, decimal); d >= 0 {
		whole, fraction = mantissa[:d], mantissa[d+1:]
		if !allDigits(fraction) {
			return nil, false
		}
	}
	start := len(into)
	into, ok := ungroup(into, whole, decimal)
	if !ok || len(into) == start && fraction == "" {
		return nil, false
	}
	if fraction != "" {
		into = append(append(into, '.'), fraction...)
	}
	if exponent != "" {
		into = append(append(into, 'e'), exponent...)
	}
	return into, true
}

// ungroup drops the thousands separators, where every group but the first has three digits and all separators are
// the same.
func ungroup(into []byte, whole string, decimal byte) ([]byte, bool) {
	separator, group, groups := rune(0), 0, 0
	for _, r := range whole {
		if '0' <= r && r <= '9' {
			into = append(into, byte(r))
			group++
			continue
		}
		if !thousands(r, decimal) || separator != 0 && r != separator || group == 0 || group > 3 || groups > 0 && group != 3 {
			return nil, false
		}
		separator, group, groups = r, 0, groups+1
	}
	return into, groups == 0 || group == 3
}

func thousands(r rune, decimal byte) bool {
	switch r {
	case ',', '.':
		return r != rune(decimal)
	case '\'', '’', ' ', '\u00a0', '\u2009', '\u202f':
		return true
	}
	return false
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func signedDigits(s string) bool {
	if s != "" && (s[0] == '-' || s[0] == '+') {
		s = s[1:]
	}
	return s != "" && allDigits(s)
}

// ParseBoolean reads a truth by the field's own texts, or else by true, yes, 1, y, t and false, no, 0, n, f; letter case
// does not count.
func (f *Field) ParseBoolean(text string) (value, ok bool) {
	text = strings.TrimSpace(text)
	if among(text, f.True, "true", "yes", "1", "y", "t") {
		return true, true
	}
	return false, among(text, f.False, "false", "no", "0", "n", "f")
}

func among(text string, own []string, usual ...string) bool {
	if len(own) > 0 {
		usual = own
	}
	for _, u := range usual {
		if strings.EqualFold(text, u) {
			return true
		}
	}
	return false
}

// isMissing says that a text, without blanks around it, stands for no value.
func (f *Field) isMissing(text string) bool {
	if text == "" {
		return true
	}
	for _, m := range f.Missing {
		if text == m {
			return true
		}
	}
	return false
}

// missingNumbers are the field's missing texts that are numbers, NaN and infinities included: for files and requests
// that hold numbers instead of text.
func (f *Field) missingNumbers(decimal byte) []float64 {
	var numbers []float64
	for _, m := range f.Missing {
		if v, _, ok := ParseNumber(m, decimal); ok {
			numbers = append(numbers, v)
		} else if v, err := strconv.ParseFloat(strings.TrimSpace(m), 64); err == nil && (math.IsNaN(v) || math.IsInf(v, 0)) {
			numbers = append(numbers, v)
		}
	}
	return numbers
}

func containsNumber(numbers []float64, v float64) bool {
	for _, n := range numbers {
		if n == v || math.IsNaN(n) && math.IsNaN(v) {
			return true
		}
	}
	return false
}

// numberText is a number as text: the shortest that reads back as the same float64, without exponent for whole numbers
// below 2^53. It is how a number becomes a category's value.
func numberText(v float64) string {
	if v == 0 {
		return "0" // also for -0
	}
	if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
		return strconv.FormatInt(int64(v), 10)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
