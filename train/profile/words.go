package profile

import (
	"slices"
	"strings"
	"unicode"
)

// words cuts a column's name into lower-case words: "TotalVisits", "total_visits" and "Total Visits" are all total, visits.
func words(name string) []string {
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

// hasWord says whether a name holds one of the words.
func hasWord(name string, any ...string) bool {
	return slices.ContainsFunc(words(name), func(w string) bool { return slices.Contains(any, w) })
}

// onlyWords says whether a name consists of these words alone.
func onlyWords(name string, of ...string) bool {
	list := words(name)
	return len(list) > 0 && !slices.ContainsFunc(list, func(w string) bool { return !slices.Contains(of, w) })
}
