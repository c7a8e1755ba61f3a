// Package page is the frame that every report of this program stands in: one self-contained HTML file, without a network
// and without JavaScript, in light, dark and on paper.
//
// A report is put together as a [Page] of sections of blocks and written by [Write]; the template only lays out. All texts are escaped
// by html/template; figures come from package chart.
package page

import (
	"embed"
	"fmt"
	"html/template"
	"io"
)

// Page is a whole report.
type Page struct {
	Title    string
	Subtitle string // what it is about, in a line
	Verdicts []Verdict
	Sections []Section
	Footer   string
}

// Verdict is one plain sentence with its judgement.
type Verdict struct {
	Tone Tone
	Text string
}

// Tone says how a sentence is meant; a word stands beside its colour.
type Tone string

const (
	Good    Tone = "good"
	Unclear Tone = "unclear"
	Bad     Tone = "bad"
)

// Word is what the page prints before the sentence.
func (t Tone) Word() string {
	switch t {
	case Good:
		return "Good"
	case Bad:
		return "Mind"
	}
	return "Open"
}

// Section is a chapter with an entry in the contents.
type Section struct {
	ID, Title string
	Intro     string // how to read it
	Blocks    []Block
}

// Block is one part of a section: exactly one member is set.
type Block struct {
	Text    string
	Note    string // a sentence to mind
	Table   *Table
	Figures []Figure
	Fold    *Fold
}

// Fold holds blocks that are shown when asked for; on paper they are shown.
type Fold struct {
	Summary string
	Open    bool
	Blocks  []Block
}

// Figure is a chart with its key and a caption.
type Figure struct {
	Title   string
	Caption string
	SVG     template.HTML
	Key     template.HTML
}

// Table is figures in rows.
type Table struct {
	Caption string
	Columns []Column
	Rows    [][]Cell // the first cell of each is the row's head
	Prose   bool     // its cells are sentences: they wrap
}

// Column is a table's column.
type Column struct {
	Title string
	Under string // what it means, in a few words
}

// Cell is one entry of a table.
type Cell struct {
	Text  string
	Under string // a second, quieter line, such as an interval
	// Key names the figure in the page's data-figure attribute, so that a program can find it and recompute it.
	Key      string
	UnderKey string // the same for Under
}

//go:embed page.html page.css
var files embed.FS

// Write writes the page.
func Write(w io.Writer, p *Page) error {
	css, err := files.ReadFile("page.css")
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	t, err := template.New("page.html").Funcs(template.FuncMap{
		"css": func() template.CSS { return template.CSS(css) },
	}).ParseFS(files, "page.html")
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := t.Execute(w, p); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}
