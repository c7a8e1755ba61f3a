package rules

import (
	"slices"

	"cel.dev/cel-go/common/ast"

	"leadscore/features"
)

// Levels scores the leads of a table: a condition that reads one field of words is judged once for each word that the field's column has, and then
// looked up. It is for one goroutine.
type Levels struct {
	book   *Book
	tables []levelTruths
	truths []truth // of the lead that is being scored, by the condition's place; unasked: to be judged
	fields []int
}

// levelTruths are one condition's truths.
type levelTruths struct {
	place   int // of the condition
	column  *features.Column
	byLevel []truth
}

// Levels judges the book's conditions for a table.
func (b *Book) Levels(t *features.Table) *Levels {
	l := &Levels{book: b, truths: make([]truth, len(b.conditions))}
	needed := map[int]bool{}
	for place, c := range b.conditions {
		l.truths[place] = unasked
		fields, only := c.reads(t)
		if only && len(fields) == 1 && t.Columns[fields[0]].Codes != nil {
			l.tables = append(l.tables, levelTruths{place: place, column: &t.Columns[fields[0]], byLevel: b.judgeLevels(c, t, fields[0])})
			continue
		}
		for _, field := range fields {
			needed[field] = true
		}
	}
	for field := range t.Columns {
		if needed[field] {
			l.fields = append(l.fields, field)
		}
	}
	return l
}

// judgeLevels judges a condition of one field for each of its levels.
func (b *Book) judgeLevels(c *condition, t *features.Table, field int) []truth {
	lead := &features.Snapshot{Values: make([]features.Value, len(t.Columns))}
	truths := make([]truth, len(t.Columns[field].Levels))
	for level := range truths {
		lead.Values[field] = t.LevelValue(field, level)
		m := b.moment(lead)
		truths[level] = c.judge(m)
		b.release(m)
	}
	return truths
}

// Fields are the places in the schema of the values that a snapshot for [Levels.ScoreInto] and [Levels.Points] must have.
func (l *Levels) Fields() []int { return l.fields }

// ScoreInto is [Book.ScoreInto] without explanation for the table's lead of a row.
func (l *Levels) ScoreInto(row int, s *features.Snapshot, out *Score) {
	m := l.moment(row, s)
	l.book.score(m, out, false)
	l.book.release(m)
}

// Points is [Book.Points] for the table's lead of a row.
func (l *Levels) Points(row int, s *features.Snapshot) (points, fit, engagement float64, q Qualification) {
	m := l.moment(row, s)
	defer l.book.release(m)
	return l.book.points(m)
}

// moment is that of a lead, with what is known of its words.
func (l *Levels) moment(row int, s *features.Snapshot) *moment {
	for i := range l.tables {
		t := &l.tables[i]
		l.truths[t.place] = t.byLevel[t.column.Codes.At(row)]
	}
	m := l.book.moment(s)
	m.judged = l.truths
	return m
}

// reads are the fields that a condition reads, by has() too, and whether that is all that it reads of a lead. Not known: all fields.
func (c *condition) reads(t *features.Table) (fields []int, only bool) {
	names, leads, known := 0, 0, 0
	ast.PreOrderVisit(c.expr, ast.NewExprVisitor(func(e ast.Expr) {
		switch e.Kind() {
		case ast.IdentKind:
			names++
			if e.AsIdent() == leadVariable {
				leads++
			}
		case ast.SelectKind:
			operand := e.AsSelect().Operand()
			if operand.Kind() != ast.IdentKind || operand.AsIdent() != leadVariable {
				return
			}
			name := e.AsSelect().FieldName()
			if field := slices.IndexFunc(t.Schema.Fields, func(f features.Field) bool { return f.Name == name }); field >= 0 {
				known++
				fields = append(fields, field)
			}
		}
	}))
	if leads > known {
		return allFields(t), false
	}
	slices.Sort(fields)
	return slices.Compact(fields), names == leads
}

func allFields(t *features.Table) (fields []int) {
	for field := range t.Columns {
		fields = append(fields, field)
	}
	return fields
}
