package profile

import (
	"errors"
	"fmt"
	"strings"
)

// ErrExists says that a file to be written is there already, and [Config.Overwrite] was not set.
var ErrExists = errors.New("file exists")

// Question is what the data cannot tell: everything that has to be named, at once.
type Question struct {
	Asks          []Ask
	Sampled, Rows int64 // rows that its figures rest on, and rows there are
}

// Ask is one thing to name.
type Ask struct {
	What       string   // "the column that identifies a lead"
	Problem    string   // why it is not clear
	Candidates []string // what it might be, best first; may be empty
	Answer     string   // what to do: a flag with an example
}

// Error has a line for each ask.
func (q *Question) Error() string {
	var b strings.Builder
	b.WriteString("the data do not tell everything that is needed:")
	for _, a := range q.Asks {
		fmt.Fprintf(&b, "\n  %s: %s", a.What, a.Problem)
		if len(a.Candidates) > 0 {
			fmt.Fprintf(&b, "; it may be %s", listed(a.Candidates, 12))
		}
		fmt.Fprintf(&b, "; %s", a.Answer)
	}
	if q.Sampled < q.Rows {
		fmt.Fprintf(&b, "\n(looked at %d of %d rows, evenly spread)", q.Sampled, q.Rows)
	}
	return b.String()
}

// listed writes a list for a message, at most so many of it.
func listed(list []string, most int) string {
	if len(list) > most {
		return strings.Join(list[:most], ", ") + fmt.Sprintf(" and %d more", len(list)-most)
	}
	return strings.Join(list, ", ")
}
