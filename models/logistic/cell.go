package logistic

// Cell is the place of a lead's coefficient among the term's Coefficients.
func (t *Term) Cell(codes []uint16) int {
	if len(t.Inputs) == 1 {
		return int(codes[t.Inputs[0]])
	}
	return t.PairCell(codes[t.Inputs[0]], codes[t.Inputs[1]])
}

// PairCell is [Term.Cell] of a term of two inputs, which have these codes.
func (t *Term) PairCell(first, second uint16) int {
	return int(t.Coarse[0][first])*t.Shape[1] + int(t.Coarse[1][second])
}
