package features

import (
	"math"
	"reflect"
)

// keptFigures are engagement figures of all leads of a history, worked out once.
type keptFigures struct {
	asOf    *Micros // the instants that they are as of: the first of them
	figures []keptFigure
}

type keptFigure struct {
	of     Engagement
	column Column // Numbers, or Codes of a category
}

// KeepFigures works out the used engagement figures of every lead once, on all cores, so that encoders need not go through all events for each of
// them again: the same values, bit for bit, in 1 to 8 bytes a lead and figure. Those whose half-life is still to be learned are left out.
// They are good for the history as it is: of a copy with other instants, or for other figures, they are not used.
func (h *History) KeepFigures() {
	h.kept = nil
	if h.Events == nil || len(h.AsOf) == 0 {
		return
	}
	kept := &keptFigures{asOf: &h.AsOf[0]}
	for _, e := range h.Table.Schema.Engagement {
		if e.Used() && !e.HalfLife.Auto {
			kept.figures = append(kept.figures, h.newFigure(e))
		}
	}
	for first := 0; first < len(h.AsOf) && len(kept.figures) > 0; first += figureSpan {
		kept.add(h, first, min(first+figureSpan, len(h.AsOf)))
	}
	for i := range kept.figures {
		kept.figures[i].fit()
	}
	h.kept = kept
}

// figureSpan is how many leads' figures are held as they are, before they are packed.
const figureSpan = 16 * chunkRows

func (h *History) newFigure(e Engagement) keptFigure {
	f := keptFigure{of: e}
	if e.IsCategory() {
		f.column.Codes, f.column.Levels = &Places{}, append([]string{""}, h.Events.Types...)
	} else {
		f.column.Numbers = &Numbers{}
	}
	return f
}

// add works out the figures of leads first … last−1.
func (k *keptFigures) add(h *History, first, last int) {
	values := make([][]int64, len(k.figures)) // numbers by their bits, or places
	for i := range values {
		values[i] = make([]int64, last-first)
	}
	places := make(map[string]int64, len(h.Events.Types))
	for i, name := range h.Events.Types {
		places[name] = int64(i + 1)
	}
	inParallel((last-first+chunkRows-1)/chunkRows, func(chunk int) {
		var s Snapshot
		for at := chunk * chunkRows; at < min((chunk+1)*chunkRows, last-first); at++ {
			h.eventsOf(first+at, &s)
			for i := range k.figures {
				number, text := k.figures[i].of.Value(s.Events, s.AsOf)
				values[i][at] = int64(math.Float64bits(number))
				if k.figures[i].of.IsCategory() {
					values[i][at] = places[text]
				}
			}
		}
	})
	inParallel(len(k.figures), func(i int) { k.figures[i].add(values[i]) })
}

func (f *keptFigure) add(values []int64) {
	for _, v := range values {
		if f.column.Codes != nil {
			f.column.Codes.packed.add(v, packWhole)
		} else {
			f.column.Numbers.packed.add(v, packNumbers)
		}
	}
}

func (f *keptFigure) fit() {
	if f.column.Codes != nil {
		f.column.Codes.packed.fit()
	} else {
		f.column.Numbers.packed.fit()
	}
}

// figure is the column of a figure that is kept; nil: it is not.
func (h *History) figure(e *Engagement) *Column {
	if h.kept == nil || len(h.AsOf) == 0 || h.kept.asOf != &h.AsOf[0] {
		return nil
	}
	for i := range h.kept.figures {
		if f := &h.kept.figures[i]; reflect.DeepEqual(&f.of, e) {
			return &f.column
		}
	}
	return nil
}
