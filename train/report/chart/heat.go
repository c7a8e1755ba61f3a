package chart

import (
	"fmt"
	"html/template"
	"math"
)

// Heat is a table as coloured cells: below 0 one colour, above 0 another, the deeper the further.
type Heat struct {
	ID            string
	Title, Desc   string
	RowName, Name string // of the rows; of the columns
	Rows, Columns []string
	Values        [][]float64 // [row][column]
	Titles        [][]string  // shown when a cell is pointed at; nil: none
}

// leastMost is the largest effect that the deepest colour stands for at least, so that next to nothing does not look like much.
const leastMost = 0.05

// shades is the number of colours on either side of 0.
const shades = 4

// SVG draws the first row at the bottom, as a plot's axis would.
func (h *Heat) SVG() template.HTML {
	widest := 0
	for _, row := range h.Rows {
		widest = max(widest, min(len([]rune(row)), 14))
	}
	left := float64(widest)*letter + 26
	cell := (Width - marginRight - left) / float64(max(len(h.Columns), 1))
	high := min(max(cell, 8), 26)
	names := 92.0 // room for the slanted names of the columns
	bottom := marginTop + high*float64(len(h.Rows))
	var c canvas
	c.open(h.ID, h.Title, h.Desc, bottom+names)
	most := h.most()
	for r, values := range h.Values {
		y := bottom - high*float64(r+1)
		for k, v := range values {
			fmt.Fprintf(&c, `<rect class="h%d" x="%s" y="%s" width="%s" height="%s">`, shade(v, most), short(left+cell*float64(k)), short(y), short(cell), short(high))
			if h.Titles != nil {
				fmt.Fprintf(&c, `<title>%s</title>`, template.HTMLEscapeString(h.Titles[r][k]))
			}
			c.WriteString(`</rect>`)
			if cell >= 28 {
				c.text(cellClass(shade(v, most)), "middle", left+cell*(float64(k)+0.5), y+high/2+3, signed(v))
			}
		}
	}
	h.names(&c, left, cell, high, bottom)
	return template.HTML(c.close()) // every text in it is escaped
}

// names writes the rows' and columns' names, as many as fit.
func (h *Heat) names(c *canvas, left, cell, high, bottom float64) {
	every := int(math.Ceil(12 / high))
	for r, name := range h.Rows {
		if r%every == 0 {
			c.text("tick", "end", left-5, bottom-high*(float64(r)+0.5)+4, Cut(name, 14))
		}
	}
	const slanted = 18 // what a line of text at 45 degrees takes of the width
	every = int(math.Ceil(slanted / cell))
	for k, name := range h.Columns {
		if k%every == 0 {
			fmt.Fprintf(c, `<text class="tick" text-anchor="end" transform="translate(%s %s) rotate(-45)">%s</text>`,
				short(left+cell*(float64(k)+0.5)+4), short(bottom+11), template.HTMLEscapeString(Cut(name, 12)))
		}
	}
	c.text("label", "middle", (left+Width)/2, bottom+86, Cut(h.Name, int((Width-left)/letter)))
	fmt.Fprintf(c, `<text class="label" text-anchor="middle" transform="translate(11 %s) rotate(-90)">%s</text>`,
		short((marginTop+bottom)/2), template.HTMLEscapeString(Cut(h.RowName, max(int((bottom-marginTop)/letter), 8))))
}

func (h *Heat) most() float64 {
	most := leastMost
	for _, row := range h.Values {
		for _, v := range row {
			most = max(most, math.Abs(v))
		}
	}
	return most
}

// cellClass sets a text on the deepest colours in the page's own colour.
func cellClass(shade int) string {
	if shade == 0 || shade == 2*shades {
		return "cell deep"
	}
	return "cell"
}

// shade is a colour's number: 0 the deepest below 0, 4 none, 8 the deepest above.
func shade(v, most float64) int {
	if most == 0 {
		return shades
	}
	return shades + int(math.Round(shades*v/most))
}

// signed writes a figure with its sign.
func signed(v float64) string {
	text := fmt.Sprintf("%+.2f", v)
	if text == "+0.00" || text == "-0.00" {
		return "0"
	}
	if text[0] == '-' {
		return "−" + text[1:]
	}
	return text
}
