package fit

import (
	"context"
	"fmt"
)

// Pairs are the settings of the search for pairs.
type Pairs struct {
	// Most is how many pairs may enter; 0 for none.
	Most int
	// Side bounds the coarse cells of each input of a pair; 0: 12.
	Side int
}

// PairsReport tells of the search for pairs.
type PairsReport struct {
	Considered int
}

func (p *Pairs) check() error {
	if p.Most < 0 || p.Side < 0 || p.Side > 64 {
		return fmt.Errorf("pairs: at most %d of side %d, want 0 or more, and sides up to 64", p.Most, p.Side)
	}
	return nil
}

func addPairs(ctx context.Context, inputs []Input, all *sample, f *fitter, config Config) (*fitter, *PairsReport, error) {
	return f, &PairsReport{}, nil
}
