package features

// Nearest finds the name that a mistyped one most likely means: the fewest single-letter changes, at most a third
// of its letters (2 for short names). Of equals the first wins. Letter case counts as no change.
func Nearest(name string, among []string) (string, bool) {
	best, bestDistance := "", max(2, len(name)/3)+1
	for _, candidate := range among {
		if distance := editDistance(foldASCII(name), foldASCII(candidate), bestDistance); distance < bestDistance {
			best, bestDistance = candidate, distance
		}
	}
	return best, best != "" && bestDistance < len(name)
}

// editDistance is Levenshtein's: letters added, dropped or changed; limit where it is not below that.
// Source: Wagner & Fischer, Journal of the ACM 21 (1974), 168–173.
func editDistance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit || len(a) > 200 || len(b) > 200 {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := diagonal
			if a[i-1] != b[j-1] {
				change++
			}
			diagonal = row[j]
			row[j] = min(change, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}

func foldASCII(s string) string {
	folded := []byte(s)
	for i, c := range folded {
		if 'A' <= c && c <= 'Z' {
			folded[i] = c + 'a' - 'A'
		}
	}
	return string(folded)
}
