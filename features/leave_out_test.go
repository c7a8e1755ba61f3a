package features

import (
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
