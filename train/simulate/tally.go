package simulate

// tally is what the report counts. Tallies add up, in any grouping.
type tally struct {
	leads, events              int
	outcomes                   [3]int // by outcome
	decidedEarly, mature, wins int    // wins within the horizon, of mature leads
	sumProbability             float64
	bySource                   map[sourceMonth]int
	scores                     []score // of the mature leads of one chunk
}

// score is a true probability with its label.
type score struct {
	probability float64
	won         bool
}

func (t *tally) reset() { clear(t.bySource); *t = tally{scores: t.scores[:0], bySource: t.bySource} }

func (t *tally) add(leads []lead) {
	if t.bySource == nil {
		t.bySource = map[sourceMonth]int{}
	}
	t.leads += len(leads)
	for i := range leads {
		l := &leads[i]
		t.events += len(l.events)
		t.outcomes[l.outcome]++
		t.bySource[sourceMonth{monthOf(l.created), l.source}]++
		if l.closed != 0 && l.closed <= l.snapshot {
			t.decidedEarly++
		}
		if l.mature {
			t.scores = append(t.scores, score{probability: l.probability, won: l.wonInTime})
		}
	}
}

// merge adds the counts of one chunk and sorts its scores into the ranking.
func (t *tally) merge(o *tally, r *ranking) {
	t.leads += o.leads
	t.events += o.events
	t.decidedEarly += o.decidedEarly
	for i, n := range o.outcomes {
		t.outcomes[i] += n
	}
	t.mature += len(o.scores)
	if t.bySource == nil {
		t.bySource = map[sourceMonth]int{}
	}
	for key, n := range o.bySource {
		t.bySource[key] += n
	}
	for _, s := range o.scores {
		t.sumProbability += s.probability
		r.add(s)
		if s.won {
			t.wins++
		}
	}
}

// rankingBins cut [0, 1] so finely that ties within a bin change the AUC by less than 1e-4.
const rankingBins = 1 << 14

// ranking is a histogram of true probabilities by label.
type ranking struct{ won, rest [rankingBins]int64 }

func (r *ranking) add(s score) {
	bin := min(int(s.probability*rankingBins), rankingBins-1)
	if s.won {
		r.won[bin]++
	} else {
		r.rest[bin]++
	}
}

// auc is the chance that a won lead has the higher probability of a pair of one won lead and one that is not, ties counting
// half. It is 0 with one class only.
func (r *ranking) auc() float64 {
	var won, rest, concordant float64
	for bin := range r.won {
		w, n := float64(r.won[bin]), float64(r.rest[bin])
		concordant += w * (rest + n/2)
		won += w
		rest += n
	}
	if won == 0 || rest == 0 {
		return 0
	}
	return concordant / (won * rest)
}
