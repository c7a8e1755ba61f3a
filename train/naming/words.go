// Package naming reads the words of columns' names.
package naming

import (
	"slices"
	"strings"
	"unicode"
)

// Words cuts a column's name into lower-case words: "TotalVisits", "total_visits" and "Total Visits" are all total, visits.
func Words(name string) []string {
	var list []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			list = append(list, strings.ToLower(string(word)))
			word = word[:0]
		}
	}
	runes := []rune(name)
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			end()
			continue
		case unicode.IsUpper(r) && i > 0:
			afterLower := unicode.IsLower(runes[i-1]) || unicode.IsDigit(runes[i-1])
			beforeLower := i+1 < len(runes) && unicode.IsLower(runes[i+1]) && unicode.IsUpper(runes[i-1])
			if afterLower || beforeLower {
				end()
			}
		}
		word = append(word, r)
	}
	end()
	return list
}

// Has says whether a name holds one of the words.
func Has(name string, any ...string) bool {
	return slices.ContainsFunc(Words(name), func(w string) bool { return slices.Contains(any, w) })
}

// Only says whether a name consists of these words alone.
func Only(name string, of ...string) bool {
	list := Words(name)
	return len(list) > 0 && !slices.ContainsFunc(list, func(w string) bool { return !slices.Contains(of, w) })
}
