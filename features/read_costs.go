package features

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"time"

	"leadscore/features/source"
)

// Cost is what one source of leads cost in one month.
type Cost struct {
	Source string
	Month  string // 2026-03
	Amount float64
}

// usualCostColumns are what such lists call them, as [letters] gives them.
var usualCostColumns = [...][]string{
	{"source", "channel", "leadsource", "campaign", "utmsource"},
	{"month", "date", "period", "day"},
	{"amount", "cost", "costs", "spend", "amountspent", "budget"},
}

var costNames = [...]string{"costs.source", "costs.month", "costs.amount"}

// ReadCosts reads what sources cost: a row a source and month, or several that add up; columns source (or channel), month and amount (or cost, spend). A month is
// 2026-03, or any day in it. Faults, all of them as [Faults] of [*FieldError]: no source, no month, one that cannot be read, no amount, one that is no number or
// below zero.
func ReadCosts(ctx context.Context, s *Schema, paths []string, o ReadOptions) ([]Cost, *ReadReport, error) {
	files, err := source.Expand(paths)
	if err != nil {
		return nil, nil, err
	}
	names, err := columnNames(files, s.Format.options())
	if err != nil {
		return nil, nil, err
	}
	from := newCodeColumn(&Field{Name: costNames[0]}, nil)
	month := newCodeColumn(&Field{Name: costNames[1]}, lookMonth(s))
	amount := newNumberColumn(&Field{Name: costNames[2]}, &s.Format)
	var list []wanted
	var faults Faults
	for k, reader := range []columnReader{from, month, amount} {
		column := findColumn(names, "", nil, usualCostColumns[k])
		if column == "" {
			faults.Add(&FieldError{File: filepath.Base(files[0]), Field: costNames[k], Problem: "no such column", Want: fmt.Sprintf("call it %s; the file has %q", strings.Join(usualCostColumns[k][:2], " or "), names)})
		}
		list = append(list, wanted{column, true, costNames[k], reader})
	}
	if err := faults.Err(); err != nil {
		return nil, nil, err
	}
	reader, have, err := openColumns(files, &s.Format, o, list, &notes{}, nil)
	if err != nil {
		return nil, nil, err
	}
	defer reader.Close()
	var costs []Cost
	rows := rowFaults{leaveOut: o.LeaveOutBadRows}
	err = eachBatch(ctx, reader, func(b *source.Batch) {
		rows.begin(b)
		readColumns(b, have, &rows)
		checkCosts(b, &rows, from, month, amount)
		rows.settle(b, func(int) string { return "" })
		for row := range b.Rows {
			if !rows.bad[row] {
				costs = append(costs, Cost{from.levels[from.codes[row]], month.levels[month.codes[row]], amount.values[row]})
			}
		}
	})
	if err == nil {
		err = rows.faults.Err()
	}
	return costs, rows.report(files), err
}

// checkCosts adds what no column's reader sees.
func checkCosts(b *source.Batch, rows *rowFaults, from, month *codeColumn, amount *numberColumn) {
	faulty := map[[2]int]bool{}
	for _, f := range rows.batch {
		faulty[[2]int{f.row, f.column}] = true
	}
	bad := func(row, column int, value, problem, want string) {
		if !faulty[[2]int{row, column}] {
			rows.batch = append(rows.batch, rowFault{row, column, &FieldError{Field: costNames[column], Value: value, Problem: problem, Want: want}})
		}
	}
	for row := range b.Rows {
		if from.codes[row] == 0 {
			bad(row, 0, "", "no source", "every cost needs the source that it was spent on")
		}
		if month.codes[row] == 0 {
			bad(row, 1, "", "no month", "every cost needs one")
		}
		if v := amount.values[row]; math.IsNaN(v) {
			bad(row, 2, "", "no amount", "write 0 where nothing was spent")
		} else if v < 0 {
			bad(row, 2, numberText(v), "below zero", "costs are amounts from 0 on")
		}
	}
}

// lookMonth reads a month, or the month of a day.
func lookMonth(s *Schema) func(string) (string, *FieldError) {
	return func(text string) (string, *FieldError) {
		if t, err := time.Parse("2006-01", text); err == nil {
			return t.Format("2006-01"), nil
		}
		if at, ok := ParseTime(text, s.Format.DateLayout, s.Format.Zone()); ok {
			return at.Time().In(s.Format.Zone()).Format("2006-01"), nil
		}
		return "", &FieldError{Field: costNames[1], Value: text, Problem: "not a month", Want: "write 2026-03, or a day in it"}
	}
}
