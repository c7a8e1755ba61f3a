package rules

import "strings"

// partTest is contains, startsWith or endsWith with a constant. With lower, it looks at the text with A to Z made small,
// without making a new text.
func partTest(name, constant string, lower bool) func(string) bool {
	if !lower {
		switch name {
		case "contains":
			return func(s string) bool { return strings.Contains(s, constant) }
		case "startsWith":
			return func(s string) bool { return strings.HasPrefix(s, constant) }
		}
		return func(s string) bool { return strings.HasSuffix(s, constant) }
	}
	switch name {
	case "contains":
		return func(s string) bool {
			for i := 0; i+len(constant) <= len(s); i++ {
				if equalLowered(s[i:i+len(constant)], constant) {
					return true
				}
			}
			return false
		}
	case "startsWith":
		return func(s string) bool {
			return len(s) >= len(constant) && equalLowered(s[:len(constant)], constant)
		}
	}
	return func(s string) bool {
		return len(s) >= len(constant) && equalLowered(s[len(s)-len(constant):], constant)
	}
}

// equalLowered says whether s, with A to Z made small, is constant. Both have the same length.
func equalLowered(s, constant string) bool {
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != constant[i] {
			return false
		}
	}
	return true
}
