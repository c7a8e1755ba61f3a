package simulate

// chunk is one block of leads, encoded, on its way from the goroutine that made it to the files.
type chunk struct {
	leads, events, truth []byte // CSV lines
	stages               []byte
	leadColumns          columns // nil in a history of CSV files
	eventColumns         columns
	tally                tally
}

func (c *chunk) reset() {
	c.leads, c.events, c.truth = c.leads[:0], c.events[:0], c.truth[:0]
	c.stages = c.stages[:0]
	c.leadColumns.reset()
	c.eventColumns.reset()
	c.tally.reset()
}

// sink puts leads into files. encode may be called by several goroutines at once, each with its own chunk; write is called for
// one chunk after the other, in the order of the leads.
type sink interface {
	encode(leads []lead, into *chunk)
	write(c *chunk) error
	close() error
}

// judgedTruth appends the line of truth.csv for every lead that came to its snapshot undecided.
func judgedTruth(to []byte, prefix byte, leads []lead) []byte {
	for i := range leads {
		l := &leads[i]
		if !l.judged {
			continue
		}
		to = append(appendID(to, prefix, l.number), ',')
		to = append(appendTime(to, l.snapshot), ',')
		to = append(appendProbability(to, l.probability), '\n')
	}
	return to
}
