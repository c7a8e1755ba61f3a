package features

import (
	"fmt"
	"maps"
	"strings"
	"testing"
)

func TestTextCodes(t *testing.T) {
	var many, alike []string
	for i := range 1000 {
		many = append(many, fmt.Sprintf("level %d", i))
		alike = append(alike, fmt.Sprintf("https://crm.example/%03d/lead.html", i)) // first and last eight bytes and length of all
	}
	for name, levels := range map[string][]string{"none": nil, "one": {"x"}, "short": {"a", "b", "ab", "ba", "abc", "abcd", "äö"},
		"many": many, "alike": alike, "long": {strings.Repeat("x", 100), strings.Repeat("x", 101), strings.Repeat("x", 50) + "y" + strings.Repeat("x", 49)}} {
		codes := NewTextCodes(levels)
		for want, level := range levels {
			if got, known := codes.Code(strings.Clone(level)); int(got) != want || !known {
				t.Errorf("%s: Code(%q) = %d, %t, want %d", name, level, got, known, want)
			}
		}
		for _, other := range []string{"", "y", "xx", "level", "level 10000", "https://crm.example/000/lead.htm", "https://crm.example/xyz/lead.html", strings.Repeat("x", 102)} {
			if got, known := codes.Code(other); known {
				t.Errorf("%s: Code(%q) = %d, want none", name, other, got)
			}
		}
	}
	if codes := NewTextCodes(many); codes.byText != nil {
		t.Error("a thousand ordinary levels need the map")
	}
	if codes := NewTextCodes(alike); codes.byText == nil {
		t.Error("levels that begin and end alike stand in one long row")
	}
}

// Any levels, any text: what a map says.
func FuzzTextCodes(f *testing.F) {
	f.Add("a\nb\nccccccccc", "b")
	f.Fuzz(func(t *testing.T, text, asked string) {
		want := map[string]uint16{}
		var levels []string
		for level := range strings.SplitSeq(text, "\n") {
			if _, known := want[level]; !known && len(levels) < mostCodes-2 {
				want[level] = uint16(len(levels))
				levels = append(levels, level)
			}
		}
		codes := NewTextCodes(levels)
		for level := range maps.Keys(want) {
			if got, known := codes.Code(level); got != want[level] || !known {
				t.Fatalf("Code(%q) = %d, %t, want %d", level, got, known, want[level])
			}
		}
		if got, known := codes.Code(asked); known != contains(want, asked) || got != want[asked] {
			t.Fatalf("Code(%q) = %d, %t", asked, got, known)
		}
	})
}

func contains(m map[string]uint16, key string) bool { _, ok := m[key]; return ok }

func BenchmarkTextCodes(b *testing.B) {
	var levels []string
	for i := range 50 {
		levels = append(levels, fmt.Sprintf("some level %d", i))
	}
	byText := mappedTexts(levels)
	codes := NewTextCodes(levels)
	for name, c := range map[string]*TextCodes{"map": &byText, "places": &codes} {
		b.Run(name, func(b *testing.B) {
			i := 0
			for b.Loop() {
				c.Code(levels[i])
				i = (i + 7) % len(levels)
			}
		})
	}
}
