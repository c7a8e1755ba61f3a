package features

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// stretches writes value, count, value, count … as a column in the order of time.
func stretches(pairs ...float64) (column []float64) {
	for i := 0; i < len(pairs); i += 2 {
		column = append(column, slices.Repeat([]float64{pairs[i]}, int(pairs[i+1]))...)
	}
	return column
}

func TestCalendarValues(t *testing.T) {
	shuffled := stretches(3, 400, 1, 400, 2, 400)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	var weekly []float64 // every value comes back each week: seen under many circumstances
	for week := range 40 {
		for day := range 5 {
			weekly = append(weekly, stretches(float64(day), float64(30+week%3))...)
		}
	}
	distinct := make([]float64, 1000)
	for i := range distinct {
		distinct[i] = float64(i * 7919 % 1000)
	}
	for name, c := range map[string]struct {
		column      []float64
		least, most int
		want        []float64
	}{
		"an index by month":      {stretches(93.9, 400, 94.4, 300, 93.2, 500), 10, 254, []float64{93.2, 93.9, 94.4}},
		"comes back once":        {stretches(2, 400, 1, 300, 2, 500), 10, 254, []float64{1, 2}},
		"a rare value":           {stretches(2, 400, 7, 9, 1, 300, 2, 500), 10, 254, []float64{1, 2}},
		"the rarest beyond most": {stretches(2, 400, 7, 100, 1, 300), 10, 2, []float64{1, 2}},
		"no order":               {shuffled, 10, 254, nil},
		"every week again":       {weekly, 10, 254, nil},
		"only rises":             {stretches(1, 400, 2, 300, 3, 500), 10, 254, nil},
		"only falls":             {stretches(3, 400, 2, 300, 1, 500), 10, 254, nil},
		"one value":              {stretches(1, 400), 10, 254, nil},
		"all different":          {distinct, 1, 254, nil},
		"stretches of few leads": {stretches(2, 5, 7, 5, 1, 5, 9, 5), 1, 254, nil},
		"one value often enough": {stretches(2, 400, 7, 9, 1, 9), 10, 254, nil},
		"two leads":              {[]float64{2, 1}, 1, 254, nil},
		"no leads":               {nil, 1, 254, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got := calendarValues(c.column, c.least, c.most); !slices.Equal(got, c.want) {
				t.Errorf("calendarValues = %v, want %v", got, c.want)
			}
		})
	}
}

// A number that says the date has a code a value and no order; the same column out of order, or with a promised direction, has bins.
func TestEncoderOfANumberThatSaysTheDate(t *testing.T) {
	const schema = "version: 1\nlead: {id: i}\nfields:\n- {name: rate, kind: number, special: [-1]%s}\n"
	var inOrder strings.Builder
	inOrder.WriteString("i,rate\n")
	for i, rate := range stretches(4.9, 300, 5, 300, -1, 20, 1.3, 300, 0.9, 5) {
		fmt.Fprintf(&inOrder, "%d,%v\n", i, rate)
	}
	inOrder.WriteString("x,\n")
	fitted := func(t *testing.T, more string, reorder func(rows []int32)) (*Encoder, *History) {
		t.Helper()
		table, _, err := readText(t, schemaOf(t, fmt.Sprintf(schema, more)), inOrder.String(), ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		h, err := NewHistory(table, nil)
		if err != nil {
			t.Fatal(err)
		}
		rows := allRows(table)
		reorder(rows)
		e, err := FitEncoder(h, rows, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		return e, h
	}
	e, h := fitted(t, "", func([]int32) {})
	if e.Bins(0) != 6 || e.OrderedBins(0) != 0 {
		t.Fatalf("%d bins, %d of them ordered, want another value, -1, three values and missing, without order", e.Bins(0), e.OrderedBins(0))
	}
	byColumn, err := e.EncodeHistory(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		value any
		code  uint16
		label string
		known Status
	}{
		{1.3, 2, "1.3", Present}, {4.9, 3, "4.9", Present}, {5., 4, "5", Present}, {-1., 1, "-1", Present},
		{0.9, 0, "another value", Unseen}, {2., 0, "another value", Unseen}, {99., 0, "another value", Unseen}, {nil, 5, "missing", Missing},
	} {
		lead, err := h.Table.Schema.NewLead("1", NoTime, map[string]any{"rate": c.value}, nil)
		if err != nil {
			t.Fatal(err)
		}
		snapshot, codes, status := lead.At(NoTime), make([]uint16, 1), make([]Status, 1)
		e.Encode(&snapshot, codes, status)
		if codes[0] != c.code || status[0] != c.known || e.Label(0, codes[0]) != c.label {
			t.Errorf("%v: code %d, %s, %q; want %d, %s, %q", c.value, codes[0], status[0], e.Label(0, codes[0]), c.code, c.known, c.label)
		}
	}
	var snapshot Snapshot
	for row := range h.Table.Len() {
		codes := make([]uint16, 1)
		h.Snapshot(row, &snapshot)
		if e.Encode(&snapshot, codes, nil); codes[0] != byColumn[0].At(row) {
			t.Fatalf("lead %d: code %d of the snapshot, %d by column", row, codes[0], byColumn[0].At(row))
		}
	}
	shuffle := func(rows []int32) {
		rand.New(rand.NewPCG(3, 4)).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	}
	if mixed, _ := fitted(t, "", shuffle); mixed.OrderedBins(0) != 4 {
		t.Errorf("out of order it has %d ordered bins, want one a value", mixed.OrderedBins(0))
	}
	if promised, _ := fitted(t, ", monotone: up", func([]int32) {}); promised.OrderedBins(0) != 4 {
		t.Errorf("with a promised direction it has %d ordered bins, want one a value", promised.OrderedBins(0))
	}
}
