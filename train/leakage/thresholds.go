package leakage

import "leadscore/features"

// Kinds of evidence. Beside each what Figure is.
const (
	TooGood       = "too good alone"           // AUC of the column alone
	TooInforming  = "too informative alone"    // information value in nats
	FillOutcome   = "filled by outcome"        // ratio of the shares filled, won against lost or the reverse
	OneSided      = "only with one outcome"    // share of the other outcome that has it
	FillClosed    = "filled by closing"        // ratio of the shares filled, decided against open or the reverse
	ClosedOnly    = "values of closed leads"   // share of decided leads with a value that no open lead has
	Deterministic = "decides the outcome"      // share of decided leads whose value settles the outcome
	AfterClosing  = "dated at the closing"     // share of dates, or events, at the closing or later
	AfterSnapshot = "dated after the snapshot" // share of dates after the snapshot
	LateName      = "named after a state"      // information value in nats
	NearUnique    = "names single leads"       // share of different values
	NotAhead      = "does not carry over"      // AUC ranked by other leads of all times, less that ranked by earlier leads or chance
	CarriesModel  = "carries the model"        // gain of the field, as a multiple of what all other fields together explain
)

// Thresholds, the same for all data. docs/decisions/0007-leakage.md says which of them were chosen by looking at which data, and
// what they do on data that were not looked at.
//
// A column may be honestly strong, so strength alone convicts only where it is extreme; else it takes a second sign, of
// another sort. Figures count at the lower end of their 95 % interval, so that small data accuse nobody by chance.
const (
	// LeastEach is how many won and lost leads (or decided and open) a suspicion needs.
	LeastEach = 20

	// Strength. Siddiqi (Credit Risk Scorecards, 2006, p. 81) calls an information value above 0.5 suspicious, which on sales
	// data would accuse every strong honest column. On public data without their known leaks the strongest honest column
	// alone has AUC 0.78 and information value 1.53.
	strongAUC          = 0.80
	strongInformation  = 1.65
	extremeAUC         = 0.90
	extremeInformation = 3.0

	// Fill. A column filled twice as often for one group, by a tenth of its leads and by more than chance gives, is filled by
	// work on the lead.
	fillRatio      = 2.0
	fillDifference = 0.10
	fillErrors     = 4.0
	// One filled by outcome is a leak when it also tells them apart this well.
	fillLeakAUC         = 0.75
	fillLeakInformation = 1.0

	// At most a hundredth of one outcome has it, at least a fifth of the other: no one would record it so by chance.
	oneSidedNone = 0.01
	oneSidedMany = 0.20

	closedOnlyNone = 0.01
	closedOnlyMany = 0.50
	// A value of closed leads only: seen in no open lead though chance would give this many.
	expectedOpen      = 20.0
	closedOnlyLeak    = 0.9
	closedOnlySuspect = 0.5

	// A value settles the outcome when it practically always wins, or wins a twentieth as often as the mean.
	settled           = 0.97
	settledLow        = 0.05
	settledLeads      = 30 // leads of such a value
	settledExpect     = 20 // wins that the mean rate would give a value that never wins
	deterministicMany = 0.5
	deterministicSome = 0.2

	// Dates and events. Half of them late is a habit; a twentieth is more than mistakes.
	LateMost    = 0.5
	lateSuspect = 0.05
	leastDates  = 20
	// CloseBy is how long before the closing a date is the closing's own: exports often give days.
	CloseBy = features.Day
	// EventCloseBy is the same for events, which have clock times.
	EventCloseBy = features.Day / (24 * 60)

	// unpredictive is the information value below which a column tells nothing (Siddiqi, p. 81).
	unpredictive = 0.02

	// notAhead: a column that loses this much AUC, beyond four standard errors, when it is ranked by earlier leads instead of
	// others of its own time, knows the leads rather than their kind. A tenth is half of what separates a useful column
	// (0.6) from a very strong one (0.8).
	notAhead       = 0.10
	notAheadErrors = 4.0

	// NearlyUnique is the share of different values of a number from which it names single leads, where it also rises or falls
	// with the file's order in Rising of the rows; OwnValues is that share for texts.
	NearlyUnique = 0.98
	Rising       = 0.99
	OwnValues    = 0.5

	// carries: a field that tells more than all other fields together, and removes at least a twentieth of the uncertainty.
	carries      = 1.0
	carriesLeast = 0.05
	fewestOthers = 3
	// drawsAttention is Siddiqi's line for a suspicious information value: only such fields are worth a refit.
	drawsAttention = 0.5
)

// lateWords in a name speak of a state, a result or a time spent, which an export shows as it was when it was taken.
var lateWords = []string{"last", "latest", "duration", "elapsed", "closing", "closed", "stage", "stages", "reason", "score", "scoring",
	"index", "rating", "quality", "tag", "tags", "won", "lost", "final", "resolution", "forecast", "probability", "likelihood"}
