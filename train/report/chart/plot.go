package chart

import (
	"fmt"
	"html/template"
	"math"
	"strings"
)

// Plot is a chart of lines, bands, dots and bars over two axes. Marks are drawn in the order: bars, bands, lines, dots.
type Plot struct {
	ID          string // unique on the page
	Title, Desc string // Desc says in words what is to be seen
	X, Y        Axis
	Bars        []Bar
	Bands       []Band
	Lines       []Line
	Dots        []Dots
	Names       []Name  // further entries of the key
	Height      float64 // 0: 240
}

// Line is a line through its points.
type Line struct {
	Name   string // for the key; empty: not in it
	Style  Style
	Points []Point
}

// Band is the area between two lines over the same X, such as an interval.
type Band struct {
	Name      string
	Style     Style
	X         []float64
	Low, High []float64
}

// Dots are marks with an interval each; Low == High draws none.
type Dots struct {
	Name      string
	Style     Style
	At        []Point
	Low, High []float64 // empty: none
}

// Bar stands between two X.
type Bar struct {
	Style    Style
	From, To float64
	Foot, Y  float64 // where it begins and ends
	Title    string  // shown when pointed at
}

// Name is an entry of the key for marks that have none of their own.
type Name struct {
	Style Style
	Text  string
}

// Steps turns edges e_0 … e_n and values v_1 … v_n into the line of a step function.
func Steps(edges, values []float64) []Point {
	points := make([]Point, 0, 2*len(values))
	for i, v := range values {
		points = append(points, Point{edges[i], v}, Point{edges[i+1], v})
	}
	return points
}

const (
	marginTop    = 10.0
	marginRight  = 14.0
	marginBottom = 44.0
)

// frame maps values to places inside the margins.
type frame struct {
	plot                     *Plot
	left, top, right, bottom float64
}

func (f *frame) x(v float64) float64 { return f.left + f.plot.X.share(v)*(f.right-f.left) }
func (f *frame) y(v float64) float64 { return f.bottom - f.plot.Y.share(v)*(f.bottom-f.top) }

// SVG draws the plot.
func (p *Plot) SVG() template.HTML {
	height := p.Height
	if height == 0 {
		height = 240
	}
	yTicks := p.Y.ticks(6)
	widest := 3 // a short text would else touch the axis' label
	for _, t := range yTicks {
		widest = max(widest, len([]rune(t.Text)))
	}
	f := &frame{p, float64(widest)*letter + 25, marginTop, Width - marginRight, height - marginBottom}
	var c canvas
	c.open(p.ID, p.Title, p.Desc, height)
	f.axes(&c, yTicks)
	for _, b := range p.Bars {
		x1, x2, y0, y := f.x(b.From), f.x(b.To), f.y(b.Foot), f.y(b.Y)
		fmt.Fprintf(&c, `<rect class="bar %s" x="%s" y="%s" width="%s" height="%s"><title>%s</title></rect>`, b.Style,
			short(min(x1, x2)), short(min(y0, y)), short(max(math.Abs(x2-x1), 0.5)), short(math.Abs(y-y0)), template.HTMLEscapeString(b.Title))
	}
	for _, b := range p.Bands {
		f.band(&c, &b)
	}
	for _, l := range p.Lines {
		fmt.Fprintf(&c, `<path class="line %s" d="%s"/>`, l.Style, f.path(l.Points, "M"))
	}
	for _, d := range p.Dots {
		f.dots(&c, &d)
	}
	return template.HTML(c.close()) // every text in it is escaped
}

// axes draws the grid, the ticks and the labels.
func (f *frame) axes(c *canvas, yTicks []Tick) {
	p := f.plot
	for _, t := range yTicks {
		c.line("grid", f.left, f.y(t.At), f.right, f.y(t.At))
		c.text("tick", "end", f.left-5, f.y(t.At)+4, t.Text)
	}
	end := math.Inf(-1) // of the last text, so that none runs into the next
	for _, t := range p.X.ticks(6) {
		x, half := f.x(t.At), float64(len([]rune(t.Text)))*letter/2
		c.line("grid", x, f.bottom, x, f.bottom+4)
		center := min(max(x, half+2), Width-half-2)
		if center-half < end+9 {
			continue
		}
		c.text("tick", "middle", center, f.bottom+17, t.Text)
		end = center + half
	}
	c.line("axis", f.left, f.bottom, f.right, f.bottom)
	c.text("label", "middle", (f.left+f.right)/2, f.bottom+37, Cut(p.X.Label, int((f.right-f.left)/letter)+4))
	fmt.Fprintf(c, `<text class="label" text-anchor="middle" transform="translate(11 %s) rotate(-90)">%s</text>`,
		short((f.top+f.bottom)/2), template.HTMLEscapeString(Cut(p.Y.Label, int((f.bottom-f.top)/letter)+4)))
}

func (f *frame) band(c *canvas, b *Band) {
	upper, lower := make([]Point, len(b.X)), make([]Point, len(b.X))
	for i := range b.X {
		upper[i] = Point{b.X[i], b.High[i]}
		lower[len(b.X)-1-i] = Point{b.X[i], b.Low[i]}
	}
	fmt.Fprintf(c, `<path class="band %s" d="%s%sZ"/>`, b.Style, f.path(upper, "M"), f.path(lower, "L"))
}

// path writes the points that an eye can tell apart: one that lies on the line between its neighbours is left out.
func (f *frame) path(points []Point, start string) string {
	var text strings.Builder
	var kept []Point
	for _, p := range points {
		at := Point{f.x(p.X), f.y(p.Y)}
		if n := len(kept); n >= 2 && onLine(kept[n-2], kept[n-1], at) {
			kept[n-1] = at
			continue
		}
		kept = append(kept, at)
	}
	for _, p := range kept {
		fmt.Fprintf(&text, "%s%s %s", start, short(p.X), short(p.Y))
		start = "L"
	}
	return text.String()
}

// onLine says that b lies between a and c, on a level or upright line, to a tenth of a unit.
func onLine(a, b, c Point) bool {
	const same = 0.1
	level := math.Abs(a.Y-b.Y) < same && math.Abs(b.Y-c.Y) < same && (b.X-a.X)*(c.X-b.X) >= 0
	upright := math.Abs(a.X-b.X) < same && math.Abs(b.X-c.X) < same && (b.Y-a.Y)*(c.Y-b.Y) >= 0
	return level || upright
}

func (f *frame) dots(c *canvas, d *Dots) {
	for i, p := range d.At {
		x := f.x(p.X)
		if len(d.Low) > 0 && d.High[i] > d.Low[i] {
			c.line("whisker "+string(d.Style), x, f.y(d.Low[i]), x, f.y(d.High[i]))
		}
		c.mark(d.Style, x, f.y(p.Y))
	}
}

// mark draws a style's own shape: a disc, a square or a rhomb.
func (c *canvas) mark(s Style, x, y float64) {
	const r = 3.2
	switch s {
	case Second:
		fmt.Fprintf(c, `<rect class="dot %s" x="%s" y="%s" width="6" height="6"/>`, s, short(x-3), short(y-3))
	case Third:
		fmt.Fprintf(c, `<path class="dot %s" d="M%s %sL%s %sL%s %sL%s %sZ"/>`, s,
			short(x), short(y-4), short(x+4), short(y), short(x), short(y+4), short(x-4), short(y))
	default:
		fmt.Fprintf(c, `<circle class="dot %s" cx="%s" cy="%s" r="%s"/>`, s, short(x), short(y), short(r))
	}
}

// Key lists what the marks mean, as HTML that wraps by itself; empty where nothing is named.
func (p *Plot) Key() template.HTML {
	var items []keyItem
	for _, l := range p.Lines {
		items = append(items, keyItem{l.Name, l.Style, "line"})
	}
	for _, b := range p.Bands {
		items = append(items, keyItem{b.Name, b.Style, "band"})
	}
	for _, d := range p.Dots {
		items = append(items, keyItem{d.Name, d.Style, "dot"})
	}
	for _, n := range p.Names {
		items = append(items, keyItem{n.Text, n.Style, "bar"})
	}
	return key(items)
}

type keyItem struct {
	name  string
	style Style
	kind  string
}

func key(items []keyItem) template.HTML {
	var c canvas
	for _, item := range items {
		if item.name == "" {
			continue
		}
		c.WriteString(`<li><svg class="swatch" viewBox="0 0 22 12" aria-hidden="true">`)
		switch item.kind {
		case "line":
			fmt.Fprintf(&c, `<path class="line %s" d="M0 6L22 6"/>`, item.style)
		case "bar":
			fmt.Fprintf(&c, `<rect class="bar %s" width="12" height="12" x="5"/>`, item.style)
		case "band":
			fmt.Fprintf(&c, `<rect class="band %s" width="22" height="12"/>`, item.style)
		default:
			c.mark(item.style, 11, 6)
		}
		fmt.Fprintf(&c, `</svg>%s</li>`, template.HTMLEscapeString(item.name))
	}
	if c.Len() == 0 {
		return ""
	}
	return template.HTML(`<ul class="key">` + c.String() + `</ul>`)
}
