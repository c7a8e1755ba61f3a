package logistic

// Cell is the place of a lead's coefficient among the term's Coefficients.
func (t *Term) Cell(codes []uint16) int { return t.cell(codes) }
