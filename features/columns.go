package features

import "math"

// Numbers is a column of numbers; NaN is missing.
type Numbers struct{ packed packed }

// NumbersOf holds the given numbers.
func NumbersOf(values []float64) *Numbers {
	n := &Numbers{}
	for _, v := range values {
		n.add(v)
	}
	n.packed.fit()
	return n
}

func (n *Numbers) add(v float64) { n.packed.add(int64(math.Float64bits(v)), packNumbers) }

// Len is the number of leads.
func (n *Numbers) Len() int { return n.packed.len() }

// At is the number of lead i.
func (n *Numbers) At(i int) float64 {
	p := &n.packed
	if k := i >> blockBits; k < len(p.blocks) {
		b := &p.blocks[k]
		return b.number(b.at(i & (blockRows - 1)))
	}
	return math.Float64frombits(uint64(p.at(i)))
}

// Times is a column of instants. The nil column has [NoTime] for every lead.
type Times struct{ packed packed }

// TimesOf holds the given instants.
func TimesOf(values []Micros) *Times {
	t := &Times{}
	for _, v := range values {
		t.add(v)
	}
	t.packed.fit()
	return t
}

func (t *Times) add(v Micros) { t.packed.add(int64(v), packWhole) }

// Len is the number of leads; 0 of the nil column.
func (t *Times) Len() int {
	if t == nil {
		return 0
	}
	return t.packed.len()
}

// At is the instant of lead i; [NoTime] where it has none.
func (t *Times) At(i int) Micros {
	if t == nil {
		return NoTime
	}
	return Micros(t.packed.at(i))
}

// Places is a column of places in a list.
type Places struct{ packed packed }

// PlacesOf holds the given places.
func PlacesOf(values []uint32) *Places {
	p := &Places{}
	for _, v := range values {
		p.add(v)
	}
	p.packed.fit()
	return p
}

func (p *Places) add(v uint32) { p.packed.add(int64(v), packWhole) }

// Len is the number of leads.
func (p *Places) Len() int { return p.packed.len() }

// At is the place of lead i.
func (p *Places) At(i int) uint32 { return uint32(p.packed.at(i)) }
