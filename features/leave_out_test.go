package features

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestLeaveOutForm: rows whose form is wrong are left out and counted by what is wrong, and stop the reading where that is not asked for.
func TestLeaveOutForm(t *testing.T) {
	const schema = `
version: 1
lead: {id: id, created: created}
outcome: {column: stage, won: [won], lost: [lost]}
snapshot: created + 7d
fields:
- {name: size, kind: number}
- {name: notes, kind: category}
`
	long := strings.Repeat("x", 1<<20+1)
	text := "id,created,stage,size,notes\n" +
		"a,2024-01-01,won,1,fine\n" +
		"b,2024-01-01,won,1\n" + // ragged
		"c,2024-01-01,won,1,fine,more\n" + // ragged
		"d,2024-01-01,lost,2,\"closed\"too late\n" +
		"e,2024-01-01,lost,2," + long + "\n" + // oversized
		"f,2024-01-01,lost,2,\"" + strings.Repeat("y\n", 1<<19+1) + "\"\n" + // the same, quoted, over many lines
		"g,2024-01-01,lost,many,fine\n" +
		"h,2024-01-01,lost,3,fine\n"
	s := schemaOf(t, schema)
	table, report, err := readText(t, s, text, ReadOptions{Outcome: true, LeaveOutBadRows: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(slices.Collect(table.IDs.Values()), " "); got != "a h" {
		t.Errorf("kept %s, want a h", got)
	}
	want := map[string]int64{
		"more or fewer cells than the header has columns": 2,
		"text behind a closing quote":                     1,
		"field notes: a cell above 1 MiB":                 2,
		"field size: not a number":                        1,
	}
	for reason, n := range want {
		if report.LeftOut[reason] != n {
			t.Errorf("%s: %d rows, want %d", reason, report.LeftOut[reason], n)
		}
	}
	if len(report.LeftOut) != len(want) || report.Rows != 8 {
		t.Errorf("%d rows, left out %v", report.Rows, report.LeftOut)
	}
	if table.Position(1) != "leads.csv: line "+lineOfLast(text) {
		t.Errorf("the last row stands at %s, want line %s", table.Position(1), lineOfLast(text))
	}
	if _, _, err := readText(t, s, text, ReadOptions{Outcome: true}); err == nil || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("without leaving out: %v", err)
	}
}

func lineOfLast(text string) string { return strconv.Itoa(strings.Count(text, "\n")) }

// TestLeaveOutQuotes: a quote that is not closed costs its own row, whatever stands behind it, and no row more.
func TestLeaveOutQuotes(t *testing.T) {
	s := schemaOf(t, `
version: 1
lead: {id: id}
outcome: {column: stage, won: [won], lost: [lost]}
fields: [{name: notes, kind: category}]
`)
	for _, c := range []struct {
		name, rows, kept string
		leftOut          map[string]int64
	}{
		{"closed by the next row's", "a,won,fine\nb,won,\"open\nc,lost,fine\nd,lost,\"quoted\"\ne,won,fine\n", "a c d e", map[string]int64{"text behind a closing quote": 1}},
		{"doubled quotes behind it", "a,won,\"open\nb,won,\"say \"\"so\"\"\"\nc,lost,\"\"\n", "b c", map[string]int64{"text behind a closing quote": 1}},
		{"never closed", "a,won,fine\nb,won,\"open\nc,lost,fine\nd,lost,fine\n", "a c d", map[string]int64{"a quote that is never closed": 1}},
		{"never closed, on the last line", "a,won,fine\nb,won,\"open", "a", map[string]int64{"a quote that is never closed": 1}},
		{"on a later line of its row", "a,\"won\n\",\"open\nb,lost,fine\n", "b", map[string]int64{"a quote that is never closed": 1}},
		{"a note of several lines that quotes", "a,won,\"he said\n\"hello\" to me\nand left\"\nb,lost,fine\n", "b",
			map[string]int64{"text behind a closing quote": 2, "more or fewer cells than the header has columns": 1}},
		{"far from the end", "a,won,\"open\n" + strings.Repeat("\n,,\n", 1<<22) + "b,lost,fine\n", "b",
			map[string]int64{"a quote that is never closed": 1, "field lead.id: no id": 1 << 22}},
	} {
		t.Run(c.name, func(t *testing.T) {
			table, report, err := readText(t, s, "id,stage,notes\n"+c.rows, ReadOptions{Outcome: true, LeaveOutBadRows: true})
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(slices.Collect(table.IDs.Values()), " "); got != c.kept || !maps.Equal(report.LeftOut, c.leftOut) {
				t.Errorf("kept %s and left out %v, want %s and %v", got, report.LeftOut, c.kept, c.leftOut)
			}
		})
	}
}
