package fit

// A pair's cells also hold what belongs to its inputs alone. Before a model is written, each pair's average by row and by
// column goes to the tables of its two inputs, and the pair keeps what neither can say: its table then reads as "beyond
// the two fields by themselves", and its errors hardly depend on theirs. Every lead's log-odds stay what they are.
// (Purification of Lengerich et al., AISTATS 2020, with the product of both inputs' distributions as weights.)

// purify takes the averages by row and column out of a pair's cells and adds them to rows and columns, as
// deviations from the mean of the cells, which stays. It is linear in the cells.
func (t *term) purify(cells, rows, columns []float64) {
	byRow, byColumn := t.margins()
	height, width := t.shape[0], t.shape[1]
	rowMean, columnMean, mean := make([]float64, height), make([]float64, width), 0.0
	for i := range height {
		for j := range width {
			v := cells[i*width+j]
			rowMean[i] += byColumn[j] * v
			columnMean[j] += byRow[i] * v
		}
		mean += byRow[i] * rowMean[i]
	}
	for i := range height {
		rows[i] += rowMean[i] - mean
	}
	for j := range width {
		columns[j] += columnMean[j] - mean
	}
	for i := range height {
		for j := range width {
			cells[i*width+j] -= rowMean[i] - mean + columnMean[j] - mean
		}
	}
}

// margins are the shares of the training leads by row and by column of a pair.
func (t *term) margins() (rows, columns []float64) {
	rows, columns = make([]float64, t.shape[0]), make([]float64, t.shape[1])
	total := 0.0
	for at, m := range t.mass {
		rows[at/t.shape[1]] += m
		columns[at%t.shape[1]] += m
		total += m
	}
	for i := range rows {
		rows[i] /= total
	}
	for j := range columns {
		columns[j] /= total
	}
	return rows, columns
}

// pure are the tables of the fit with every pair purified.
func (f *fitter) pure() [][]float64 {
	tables := make([][]float64, len(f.tables))
	for k, table := range f.tables {
		tables[k] = append([]float64(nil), table...)
	}
	for k, t := range f.terms {
		if len(t.inputs) < 2 || t.segment {
			continue
		}
		moved := [2][]float64{make([]float64, t.shape[0]), make([]float64, t.shape[1])}
		t.purify(tables[k], moved[0], moved[1])
		for side, input := range t.inputs {
			for code, cell := range t.coarse[side] {
				tables[input][code] += moved[side][cell]
			}
		}
	}
	return tables
}
