package chart

import (
	"html/template"
	"math"
)

// Ranges draws one row a label: a mark and its interval, one for each series.
type Ranges struct {
	ID          string
	Title, Desc string
	X           Axis
	Rows        []string
	Series      []Range
	Zero        *float64 // an upright line to compare with
}

// Range is one series of [Ranges]; At, Low and High have one entry a row, NaN where there is none.
type Range struct {
	Name          string
	Style         Style
	At, Low, High []float64
}

const rowHeight = 22.0

// longestLabel keeps at least half of the width for the figures.
const longestLabel = 21

// SVG draws the rows from the top.
func (r *Ranges) SVG() template.HTML {
	step := rowHeight + 6*float64(max(len(r.Series)-1, 0))
	widest := 0
	for _, row := range r.Rows {
		widest = max(widest, min(len([]rune(row)), longestLabel))
	}
	height := marginTop + step*float64(len(r.Rows)) + marginBottom
	plot := &Plot{X: r.X}
	f := &frame{plot, float64(widest)*(letter+0.3) + 12, marginTop, Width - marginRight, height - marginBottom}
	var c canvas
	c.open(r.ID, r.Title, r.Desc, height)
	f.uprights(&c)
	if r.Zero != nil {
		c.line("axis", f.x(*r.Zero), f.top, f.x(*r.Zero), f.bottom)
	}
	for i, row := range r.Rows {
		y := marginTop + step*(float64(i)+0.5)
		c.text("tick", "end", f.left-6, y+4, Cut(row, longestLabel))
		for k, s := range r.Series {
			if math.IsNaN(s.At[i]) {
				continue
			}
			level := y + 7*(float64(k)-float64(len(r.Series)-1)/2)
			if s.High[i] > s.Low[i] {
				c.line("whisker "+string(s.Style), f.x(s.Low[i]), level, f.x(s.High[i]), level)
			}
			c.mark(s.Style, f.x(s.At[i]), level)
		}
	}
	return template.HTML(c.close()) // every text in it is escaped
}

// uprights draws the X axis with a grid over the whole height.
func (f *frame) uprights(c *canvas) {
	end := math.Inf(-1)
	for _, t := range f.plot.X.ticks(5) {
		x, half := f.x(t.At), float64(len([]rune(t.Text)))*letter/2
		c.line("grid", x, f.top, x, f.bottom)
		center := min(x, Width-half-2)
		if center-half < end+9 {
			continue
		}
		c.text("tick", "middle", center, f.bottom+17, t.Text)
		end = center + half
	}
	c.line("axis", f.left, f.bottom, f.right, f.bottom)
	c.text("label", "middle", (f.left+f.right)/2, f.bottom+37, Cut(f.plot.X.Label, int((f.right-f.left)/letter)+2))
}

// Key lists the series.
func (r *Ranges) Key() template.HTML {
	var items []keyItem
	for _, s := range r.Series {
		items = append(items, keyItem{s.Name, s.Style, "dot"})
	}
	return key(items)
}
