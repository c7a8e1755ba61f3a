package funnel

import (
	"maps"
	"slices"

	"leadscore/features"
	"leadscore/models/metrics"
)

// mostOwners is how many owners are shown, those with the most leads.
const mostOwners = 30

// response follows how soon leads that were handed over were answered: accepted, rejected, moved on or won, whatever came first.
func (f *follower) response() {
	hand := f.p.handOver()
	var all []metrics.FollowUp
	months, owners := map[string][]metrics.FollowUp{}, map[string][]metrics.FollowUp{}
	limit := f.p.Response.Within.Micros()
	a := &Answer{WithinHours: float64(limit) / float64(hour), Hours: f.p.Response.Hours.String(), Target: f.target(TargetResponse)}
	for i := range f.leads {
		j := &f.leads[i]
		if !j.handedOver() {
			continue
		}
		from := j.reached[hand]
		u := f.followUp(step{from, earlier(j.accepted, j.rejectedFrom(from)), j.lost()}, f.clock)
		all = append(all, u)
		months[f.month(from)] = append(months[f.month(from)], u)
		if owner := f.in.Log.Owners[j.owner]; owner != "" {
			owners[owner] = append(owners[owner], u)
		}
		switch u.Ending {
		case metrics.Reached:
			a.Answered++
		case metrics.EndedOtherwise:
			a.LostFirst++
		default:
			a.Waiting++
			if u.Span > int64(limit) {
				a.Overdue++
			}
		}
	}
	if a.Leads = len(all); a.Leads == 0 {
		return
	}
	incidence := metrics.NewIncidence(all)
	a.Rate, a.MedianHours = incidence.Rate(int64(limit)), medianOf(incidence.Quantile(0.5), hour)
	const points = 40 // of the curve, up to four times as long as agreed
	for k := range points + 1 {
		at := features.Micros(k) * limit / 10
		a.Curve = append(a.Curve, CurvePoint{float64(at) / float64(hour), incidence.Rate(int64(at))})
	}
	for _, month := range slices.Sorted(maps.Keys(months)) {
		a.Months = append(a.Months, groupOf(month, months[month], limit))
	}
	sizes := map[string]int{}
	for owner, leads := range owners {
		sizes[owner] = len(leads)
	}
	for k, c := range CountsOf(sizes) {
		if k < mostOwners {
			a.Owners = append(a.Owners, groupOf(c.Name, owners[c.Name], limit))
		}
	}
	f.out.Response = a
}

func groupOf(name string, leads []metrics.FollowUp, limit features.Micros) Group {
	in := metrics.NewIncidence(leads)
	return Group{Name: name, Leads: len(leads), Rate: in.Rate(int64(limit)), MedianHours: medianOf(in.Quantile(0.5), hour)}
}

// stays follows how long leads stay in each stage, and how long the sales cycle is.
func (f *follower) stays() {
	for k, stage := range f.p.stageNames() {
		var all []metrics.FollowUp
		for i := range f.leads {
			if v := f.leads[i].visits[k]; v.from != none {
				all = append(all, f.followUp(step{v.from, v.to, none}, nil))
			}
		}
		f.out.Stay = append(f.out.Stay, Stay{stage, len(all), medianOf(metrics.NewIncidence(all).Quantile(0.5), features.Day)})
	}
	sql := f.p.handOver() + 1
	f.out.Cycle.From = f.p.Stages[sql].Name
	var closed, won []metrics.FollowUp
	for i := range f.leads {
		j := &f.leads[i]
		if from := j.reached[sql]; from != none {
			closed = append(closed, f.followUp(step{from, j.closed, none}, nil))
			won = append(won, f.followUp(step{from, j.won(), j.lost()}, nil))
		}
	}
	f.out.Cycle.Leads = len(closed)
	f.out.Cycle.Close = medianOf(metrics.NewIncidence(closed).Quantile(0.5), features.Day)
	f.out.Cycle.Win = half(metrics.NewIncidence(won), features.Day)
}
