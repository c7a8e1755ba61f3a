package profile

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"leadscore/train/naming"
)

// reserved are the words that CEL does not take as a name, and those that a schema uses itself.
var reserved = []string{
	"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop", "namespace",
	"null", "package", "return", "true", "var", "void", "while", "any",
}

// longestName keeps the names of columns that are whole questions readable in a condition.
const longestName = 60

// nameMaker turns columns' names into the names that rules and requests use: lower case, words joined by _, unique.
type nameMaker map[string]bool

func (taken nameMaker) make(column, otherwise string) string {
	var b strings.Builder
	for _, word := range naming.Words(asciiLetters(column)) {
		if b.Len() > 0 {
			b.WriteByte('_')
		}
		b.WriteString(word)
	}
	name := b.String()
	if len(name) > longestName {
		name = strings.TrimRight(name[:longestName], "_")
	}
	if name == "" {
		name = otherwise
	}
	if !('a' <= name[0] && name[0] <= 'z') {
		name = "n" + name
	}
	if slices.Contains(reserved, name) {
		name += "_value"
	}
	unique := name
	for i := 2; taken[unique]; i++ {
		unique = fmt.Sprintf("%s_%d", name, i)
	}
	taken[unique] = true
	return unique
}

// asciiLetters writes ä as a and ß as ss; other letters beyond ASCII are dropped.
func asciiLetters(text string) string {
	text = strings.NewReplacer("ß", "ss", "æ", "ae", "Æ", "Ae", "ø", "o", "Ø", "O", "đ", "d", "ł", "l", "Ł", "L").Replace(text)
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r < unicode.MaxASCII:
			return r
		}
		return ' '
	}, norm.NFD.String(text))
}
