package simulate

import (
	"bytes"
	"fmt"
	"strings"
	"time"
)

// describe writes TRUTH.md. Every number in it is read from the tables that the generator uses.
func describe(t *truth, r *Report) []byte {
	d := &document{}
	d.overview(t, r)
	d.fields(t)
	d.events(t)
	d.interactions(t)
	d.outcomes()
	d.gaps(t)
	d.files(r)
	return d.Bytes()
}

// document is a Markdown text that grows.
type document struct{ bytes.Buffer }

func (d *document) say(format string, args ...any) { fmt.Fprintf(d, format+"\n", args...) }

func (d *document) overview(t *truth, r *Report) {
	d.WriteString(truthMark)
	d.say("\nNobody in these files exists. The history was drawn by `leadscore simulate` from the rule below, so the best")
	d.say("possible score of every lead is known: `true_probability` in truth.csv.\n")
	d.say("Seed %d, created %s to %s. %d leads: %d won, %d lost, %d open.", r.Seed, date(r.Start), date(r.End),
		r.Leads, r.Won, r.Lost, r.Open)
	d.say("%d leads were decided before their snapshot. %d were undecided at their snapshot and have a horizon that ended", r.DecidedEarly, r.Mature)
	d.say("before %s (the end); of these %.1f %% won within it, the mean true probability is %.1f %%, and", date(r.End), 100*r.BaseRate, 100*r.MeanTruth)
	d.say("the true probability ranks them with an AUC of %.4f. No model can expect more.\n", r.AUC)
	d.say("## What the probability is\n")
	d.say("The snapshot of a lead is %d days after `created_at`. true_probability is the probability of winning within %d days", snapshotDays, horizonDays)
	d.say("after the snapshot, given that the lead is still undecided then, and given all that the files record of it strictly")
	d.say("before: its fields as recorded, a missing value being missing, and its events. Nothing hidden is in it. (No win")
	d.say("falls in the last %d days of the horizon: counted from `created_at`, %d days mean the same wins.)\n", horizonDays-lastWinDays, horizonDays)
	d.say("    p = 1 / (1 + exp(-η))")
	d.say("    η = intercept + fields + events + interactions + drift, in log-odds (natural logarithm)\n")
	d.say("intercept = %s\n", signed(t.intercept))
	d.say("drift = %s·(1 - 2^(-d/%g)), d being the days from %s to `created_at`: the market grows warmer, fast at first.",
		signed(t.drift.total), t.drift.halfLifeDays, date(r.Start))
	d.say("The mix of leads drifts too, see *source*; so does their number, which doubles between start and end.\n")
}

func (d *document) fields(t *truth) {
	d.say("## Fields\n")
	d.say("Each adds the log-odds of its value. The share is that of all leads.\n")
	for _, c := range []*category{&t.industry, &t.country, &t.role, &t.seniority, &t.source, &t.techStack} {
		d.category(c)
	}
	d.emailKind(t)
	e := t.employees
	d.say("**employees** %s·exp(-(ln(n/%g))²/(2·%g²)): best at %g. Missing: %s.\n", signed(e.height), e.centre, e.width, e.centre, signed(e.missing))
	a := t.age
	d.say("**company_founded** %s·2^(-y/%g), y being the company's age in years (of 365.25 days) at the snapshot. Missing: %s.\n",
		signed(a.atZero), a.halfLifeYears, signed(a.missing))
	b := t.budget
	d.say("**budget_stated** 0 when missing. When stated %s %s·log2(budget/%g), the doublings kept within ±%g.\n",
		signed(b.stated), signed(b.perDoubling), b.referenceEUR, b.limit)
	d.say("**newsletter_opt_out** true: %s.\n", signed(t.optOut))
	d.say("annual_revenue, company, account_id and the day, month and hour of `created_at` add nothing of their own.\n")
}

func (d *document) category(c *category) {
	shifts := false
	for _, l := range c.levels {
		shifts = shifts || l.atEnd != 0
	}
	d.say("**%s**\n", c.field)
	if shifts {
		d.say("| value | log-odds | share at the start | at the end |\n|---|---|---|---|")
	} else {
		d.say("| value | log-odds | share |\n|---|---|---|")
	}
	for _, l := range c.levels {
		row := fmt.Sprintf("| %s | %s | %.1f %% |", l.name, signed(l.logOdds), 100*l.share)
		if shifts {
			row += fmt.Sprintf(" %.1f %% |", 100*l.shareAt(1))
		}
		d.say("%s", row)
	}
	if c.missing > 0 {
		d.say("| (missing) | %s | %.1f %% of all |", signed(c.missingLogOdds), 100*c.missing)
	}
	d.say("")
}

func (d *document) emailKind(t *truth) {
	d.say("**%s** (of the column `email`)\n", t.email.field)
	d.say("| value | log-odds | hosts |\n|---|---|---|")
	free, disposable := freeMailDomains(), disposableDomains()
	hosts := []string{"the company's own, under .example", strings.Join(distinct(free[:]), ", "), strings.Join(disposable[:], ", ")}
	for i, l := range t.email.levels {
		d.say("| %s | %s | %s |", l.name, signed(l.logOdds), hosts[i])
	}
	d.say("\nDisposable: %.0f %% of leads. Free mail: %.0f %% of leads of companies below %d employees, %.0f %% of others.\n",
		100*disposableShare, 100*freeMailSmall, smallCompany, 100*freeMailOther)
}

func (d *document) events(t *truth) {
	d.say("## Events before the snapshot\n")
	d.say("For each type, c = Σ 2^(-a/%g) over its events strictly before the snapshot, a being the age in days at the", t.halfLifeDays)
	d.say("snapshot: an event of %g days ago counts half. The type adds its log-odds times ln(1 + c).\n", t.halfLifeDays)
	d.say("| event_type | log-odds per ln(1 + c) |\n|---|---|")
	for _, k := range t.kinds {
		d.say("| %s | %s |", k.name, signed(k.logOdds))
	}
	d.say("\n**days since the last event**, d, of any type: %s·(1 - 2^(-d/%g)). No event at all: %s.\n",
		signed(t.recency.far), t.recency.halfLifeDays, signed(t.recency.none))
	d.say("**first event**: %s if the very first event is a %s.\n", signed(t.pricingFirst), t.kinds[pricingPage].name)
	d.say("A hidden intent makes leads do more, and more of what buyers do. It is not in η: only what it left behind is.\n")
}

func (d *document) interactions(t *truth) {
	d.say("## Interactions\n")
	d.say("1. seniority × industry: %s if seniority is %s and industry is %s.", signed(t.seniorIndustry.logOdds),
		either(t.seniority, t.seniorIndustry.first), either(t.industry, t.seniorIndustry.second))
	d.say("2. employees × source: %s if employees is %d or more (and not missing) and source is %s.\n", signed(t.sizeSource.logOdds),
		t.minEmployees, either(t.source, t.sizeSource.second))
}

func (d *document) outcomes() {
	after := afterWin()
	d.say("## From probability to outcome\n")
	d.say("- %.0f %% of leads, whoever they are, are closed before their snapshot (%.0f %% of those won). They are not in truth.csv.", 100*decidedEarly, 100*earlyWins)
	d.say("- The others win within the horizon with probability p, between %d seconds and %d days after the snapshot, sooner the", 1, lastWinDays)
	d.say("  better their odds.")
	d.say("- Of those that do not, %.1f %% stay open for ever; of the rest %.0f %% win %d to %d days after the snapshot, too late to count;",
		100*neverDecided, 100*lateWins, lateWinFrom, lateWinTo)
	d.say("  the rest are lost, %.0f %% of them after the horizon.", 100*slowLosses)
	d.say("- What falls on or after the end has not happened: such a lead is open. Young leads are therefore often open, and the")
	d.say("  closed ones among them are no fair sample.")
	d.say("- **Shadows of the outcome**, useless for scoring: `lost_reason` (%.0f %% of lost leads, nobody else), `final_discount_percent`", 100*reasonKnown)
	d.say("  (%.0f %% of won leads, nobody else), `deal_value` (won leads), `closed_at`. So are the events after the snapshot: %s", 100*discountKnown, strings.Join(after[:], ", "))
	d.say("  come only after a win, and leads that will win are busier.\n")
}

func (d *document) gaps(t *truth) {
	d.say("## Missing values\n")
	d.say("At random, whoever the lead is: employees %.0f %%, company_founded %.0f %%, seniority %.0f %%, tech_stack %.0f %%, budget_stated %.0f %%.",
		100*employeesMissing, 100*foundedMissing, 100*t.seniority.missing, 100*t.techStack.missing, 100*(1-budgetStated))
	d.say("Not at random: annual_revenue, %.0f %% below %d euros and %.0f %% from there on.\n",
		100*revenueMissingSmall, smallRevenueEUR, 100*revenueMissingOther)
}

func (d *document) files(r *Report) {
	d.say("## Files\n")
	d.say("- leads.%s: %d leads in the order of their ids, which is not the order of time.", r.Format, r.Leads)
	d.say("- events.%s: %d events, by lead and then time, from %d days before `created_at`.", r.Format, r.Events, historyDays)
	d.say("- truth.csv: `true_probability` of each lead that came to its snapshot before the end and undecided.")
	d.say("- newleads.csv, newevents.csv: %d other leads, all open, created %d to %d days before the end, without outcome columns, and", r.NewLeads, snapshotDays+1, newLeadOldest)
	d.say("  their %d events. newtruth.csv: their true_probability, also at %d days after `created_at`.\n", r.NewEvents, snapshotDays)
	d.say("All times are UTC; money is in euros.")
}

// signed writes log-odds with their sign.
func signed(x float64) string { return fmt.Sprintf("%+.2f", x) }

func date(t time.Time) string { return t.Format(time.DateOnly) }

// either lists levels by name.
func either(c category, at []int) string {
	names := make([]string, len(at))
	for i, position := range at {
		names[i] = c.levels[position].name
	}
	return strings.Join(names, " or ")
}

// distinct drops repetitions of neighbours.
func distinct(names []string) []string {
	var kept []string
	for i, name := range names {
		if i == 0 || name != names[i-1] {
			kept = append(kept, name)
		}
	}
	return kept
}
