package features

// CodeIn is the code that another encoder of the same inputs gives to what code stands for in this one: for a bin to a value within it,
// for a special value or a level to that itself. −1: the other has no such level.
func (e *Encoder) CodeIn(other *Encoder, input int, code uint16) int {
	own := &e.Coders[input]
	if code == e.MissingCode(input) {
		return int(other.MissingCode(input))
	}
	if !e.Inputs[input].Ordered {
		if int(code) == len(own.Levels) {
			return len(other.Coders[input].Levels)
		}
		if at, known := other.steps[input].levels.Code(own.Levels[code]); known {
			return int(at)
		}
		return -1
	}
	v := 0.0
	switch at := int(code) - len(own.Cuts) - 1; {
	case at < 0 && len(own.Values) > 0: // any value but those
		return 0
	case at < 0:
		v = own.within(int(code))
	case at < len(own.Special):
		v = own.Special[at]
	default:
		v = own.Values[at-len(own.Special)]
	}
	place, _ := other.number(input, v)
	return int(place)
}

// within is a value in the middle of a bin.
func (c *Coder) within(bin int) float64 {
	low, high := c.Min, c.Max
	if bin > 0 {
		low = c.Cuts[bin-1]
	}
	if bin < len(c.Cuts) {
		high = c.Cuts[bin]
	}
	return low/2 + high/2
}
