package features

import "math/bits"

// TextCodes tells which of some texts, which are all different, one is: a look-up of every category of every lead and of each event's type. A text is
// looked for from a place on that its length, its first eight and its last eight bytes choose, which are all of most levels; a map steps in where
// too many texts share a place.
type TextCodes struct {
	texts  []string
	keys   []textKey // of each text
	places []uint16  // code+1 of the text that stands there; 0: none. At most a quarter are taken
	byText map[string]uint16
}

// textKey is the length of a text and its two ends: up to 16 bytes, the text itself.
type textKey struct {
	first, last uint64
	length      int
}

// mostSteps from its place a text may stand, so that no set of texts makes a look-up slow.
const mostSteps = 16

// MostTexts is how many [NewTextCodes] takes.
const MostTexts = mostCodes - 2

// NewTextCodes gives the texts the codes 0, 1, …; more than [MostTexts] get none at all. The list must not be changed afterwards.
func NewTextCodes(texts []string) TextCodes {
	if len(texts) > MostTexts {
		texts = nil
	}
	c := TextCodes{texts: texts, keys: make([]textKey, len(texts)), places: make([]uint16, 2<<bits.Len(uint(2*len(texts))))}
	for code, text := range texts {
		c.keys[code] = keyOf(text)
		at, steps := c.place(&c.keys[code]), 0
		for ; c.places[at] != 0; at = (at + 1) & (len(c.places) - 1) {
			if steps++; steps == mostSteps {
				return mappedTexts(texts)
			}
		}
		c.places[at] = uint16(code + 1)
	}
	return c
}

func mappedTexts(texts []string) TextCodes {
	c := TextCodes{texts: texts, byText: make(map[string]uint16, len(texts))}
	for code, text := range texts {
		c.byText[text] = uint16(code)
	}
	return c
}

// Len is the number of texts.
func (c *TextCodes) Len() int { return len(c.texts) }

// Code is the text's code, and whether it is one of the texts.
func (c *TextCodes) Code(text string) (uint16, bool) {
	if c.byText != nil {
		code, known := c.byText[text]
		return code, known
	}
	key := keyOf(text)
	for at := c.place(&key); ; at = (at + 1) & (len(c.places) - 1) {
		code := int(c.places[at]) - 1
		if code < 0 {
			return 0, false
		}
		if c.keys[code] == key && (key.length <= 16 || c.texts[code] == text) {
			return uint16(code), true
		}
	}
}

// place is where the search for a text begins.
func (c *TextCodes) place(k *textKey) int {
	// Two numbers without a pattern: the digits of √2 and √3.
	high, low := bits.Mul64(k.first^0x6a09e667f3bcc908^uint64(k.length), k.last^0xbb67ae8584caa73b)
	return int(high^low) & (len(c.places) - 1)
}

func keyOf(text string) textKey {
	switch n := len(text); {
	case n >= 8:
		return textKey{eightBytes(text), eightBytes(text[n-8:]), n}
	case n >= 4:
		return textKey{fourBytes(text), fourBytes(text[n-4:]), n}
	case n > 0:
		return textKey{uint64(text[0])<<8 | uint64(text[n/2]), uint64(text[n-1]), n}
	}
	return textKey{}
}

func eightBytes(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func fourBytes(s string) uint64 {
	_ = s[3]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}
