// Package chart draws small charts as inline SVG, for pages that are read without JavaScript or a network.
//
// Every chart is an <svg role="img"> with a <title> and a <desc> that says in words what is to be seen. It is 360 units wide, so
// that its text stays readable on a telephone, and sets no colour: the page's style sheet does, by class, for light, dark and
// paper alike. Series differ by dash and by shape of mark too, not by colour alone. All texts may come from outside: they are escaped here.
//
// Start at [Plot]; [Ranges] draws figures with intervals in rows, [Heat] a table as coloured cells.
package chart

import (
	"fmt"
	"html"
	"strconv"
	"strings"
)

// Width of every chart in its own units; a unit is about a pixel.
const Width = 360.0

// letter is the mean width of a letter at the charts' text size of 12 units, in a wide typeface.
const letter = 7.0

// Style picks a series' colour, dash and mark from the page's style sheet.
type Style string

// The styles of the page's style sheet.
const (
	First  Style = "s1" // the model
	Second Style = "s2" // the rules
	Third  Style = "s3" // the champion
	Fourth Style = "s4"
	Quiet  Style = "s0" // a line to compare with: chance, the ideal
)

// Point is a place in a chart's own units.
type Point struct{ X, Y float64 }

// canvas collects SVG text.
type canvas struct{ strings.Builder }

// open starts an SVG of the given height with its text alternative.
func (c *canvas) open(id, title, desc string, height float64) {
	id = html.EscapeString(id)
	fmt.Fprintf(c, `<svg class="chart" role="img" viewBox="0 0 %s %s" aria-labelledby="%s-t %s-d"><title id="%s-t">%s</title><desc id="%s-d">%s</desc>`,
		short(Width), short(height), id, id, id, html.EscapeString(title), id, html.EscapeString(desc))
}

func (c *canvas) close() string {
	c.WriteString("</svg>")
	return c.String()
}

func (c *canvas) line(class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(c, `<line class="%s" x1="%s" y1="%s" x2="%s" y2="%s"/>`, class, short(x1), short(y1), short(x2), short(y2))
}

// text writes a text; anchor is start, middle or end.
func (c *canvas) text(class, anchor string, x, y float64, text string) {
	fmt.Fprintf(c, `<text class="%s" x="%s" y="%s" text-anchor="%s">%s</text>`, class, short(x), short(y), anchor, html.EscapeString(text))
}

// short writes a coordinate to a tenth of a unit, which no eye can tell from more.
func short(v float64) string {
	text := strconv.FormatFloat(v, 'f', 1, 64)
	text = strings.TrimSuffix(text, ".0")
	if text == "-0" {
		return "0"
	}
	return text
}

// Cut shortens a text to so many letters, with an ellipsis.
func Cut(text string, letters int) string {
	runes := []rune(text)
	if len(runes) <= letters {
		return text
	}
	return strings.TrimRight(string(runes[:max(letters-1, 0)]), " ") + "…"
}
