package profile

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"leadscore/models"
	"leadscore/train/leakage"
)

// Widths of the table's columns of text, in characters.
const (
	widthColumn = 28
	widthValue  = 28
	widthWhy    = 60
	linesValues = 4 // values listed for a column
)

// WriteText prints the profile as a table, then the events, the choices, the suspicions and the warnings.
func (p *Profile) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d rows, %d won, %d lost, %d open; win rate %s of the decided leads\n",
		listed(p.Leads, 3), p.Rows, p.Won, p.Lost, p.Open, leakage.Percent(p.WinRate))
	if int64(p.Sampled) < p.Rows {
		fmt.Fprintf(&b, "The figures rest on a sample of %d rows.\n", p.Sampled)
	}
	p.writeColumns(&b)
	if p.Events != nil {
		p.Events.write(&b)
	}
	b.WriteString("\n")
	for _, c := range p.Choices {
		value := c.Value
		if value == "" {
			value = "none"
		}
		fmt.Fprintf(&b, "%s: %s (%s)\n", c.Name, value, oneLine(c.Why))
	}
	for i := range p.Columns {
		if c := &p.Columns[i]; len(c.Suspicions) > 0 {
			grade := leakage.Worst(c.Suspicions)
			fmt.Fprintf(&b, "%s: %s: %s\n", grade, oneLine(c.Name), oneLine(leakage.Evidence(c.Suspicions, grade)))
		}
	}
	for _, n := range p.Warned {
		fmt.Fprintf(&b, "note: %s\n", oneLine(string(n)))
	}
	if p.SchemaFile != "" {
		fmt.Fprintf(&b, "\nwritten: %s, %s\n", p.SchemaFile, p.RulesFile)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (p *Profile) writeColumns(b *strings.Builder) {
	t := tabwriter.NewWriter(b, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "column\tkind\tmissing\tdistinct\tAUC\tinformation\tuse\twin rate by value\twhy")
	for i := range p.Columns {
		c := &p.Columns[i]
		rates, why := c.rates(), wrap(c.explanation(), widthWhy)
		for line := range max(1, len(rates), len(why)) {
			head := "\t\t\t\t\t\t"
			if line == 0 {
				head = fmt.Sprintf("%s\t%s\t%s\t%d\t%s\t%s\t%s", cutText(oneLine(c.Name), widthColumn), c.Kind, leakage.Percent(c.Missing), c.Distinct,
					figureText(c.AUC, 3), figureText(c.Information, 2), c.use())
			}
			fmt.Fprintf(t, "%s\t%s\t%s\n", head, lineOf(rates, line), lineOf(why, line))
		}
	}
	t.Flush()
}

// use is the column's part: its role, or whether a score uses it.
func (c *Column) use() string {
	switch {
	case c.Role != RoleField:
		return string(c.Role)
	case c.Use && leakage.Worst(c.Suspicions) == models.Suspect:
		return "suspect"
	case c.Use:
		return "yes"
	}
	return "no"
}

func (c *Column) explanation() string {
	why := c.Why
	if c.Use && len(c.Suspicions) > 0 {
		why += "; " + leakage.Evidence(c.Suspicions, models.Suspect)
	}
	return oneLine(why)
}

func lineOf(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}

// wrap breaks a text at blanks into lines of at most so many characters, a longer word apart.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// rates lists the values with most leads and their win rates.
func (c *Column) rates() []string {
	var lines []string
	for i, v := range c.Values {
		if i == linesValues {
			lines = append(lines, fmt.Sprintf("… and %d more", len(c.Values)-i))
			break
		}
		rate := "–"
		if v.WinRate != nil {
			rate = leakage.Percent(*v.WinRate)
		}
		lines = append(lines, fmt.Sprintf("%s: %s of %d", cutText(v.Value, widthValue), rate, v.Leads))
	}
	return lines
}

func figureText(v *float64, digits int) string {
	if v == nil {
		return "–"
	}
	return fmt.Sprintf("%.*f", digits, *v)
}

func (e *Events) write(b *strings.Builder) {
	fmt.Fprintf(b, "\n%s: %d events (lead %s, time %s, type %s)\n", listed(e.Files, 3), e.Rows, e.Columns.Lead, e.Columns.Time, e.Columns.Type)
	rate := func(r *float64) string {
		if r == nil {
			return "–"
		}
		return leakage.Percent(*r)
	}
	t := tabwriter.NewWriter(b, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "event type\tevents\tleads\twin rate\twithout\tat closing\tuse\twhy")
	for i := range e.Types {
		v := &e.Types[i]
		use := "yes"
		if !v.Use {
			use = "no"
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%s\t%s\t%s\t%s\t%s\n", cutText(oneLine(v.Type), widthColumn), v.Events, v.Leads, rate(v.WinRate),
			rate(v.Without), leakage.Percent(v.Late), use, oneLine(v.Why))
	}
	t.Flush()
}
