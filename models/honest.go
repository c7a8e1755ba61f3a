package models

// HorizonChoice says how the horizon was read from the data, where the schema gave none. Times are days from the
// snapshot; shares are cumulative incidences of a win beside the competing loss (Aalen–Johansen).
type HorizonChoice struct {
	Days  int    `json:"days"`  // chosen; 0: none could be
	Words string `json:"words"` // the choice and its evidence

	Won     int `json:"won"`     // leads with a time from snapshot to win
	Lost    int `json:"lost"`    // and to loss
	Open    int `json:"open"`    // open when the history was taken: censored
	Untimed int `json:"untimed"` // without snapshot or closed time, or decided before the snapshot: not used

	EverWon     float64 `json:"ever_won"`     // share of leads won by the longest time seen
	StillOpen   float64 `json:"still_open"`   // share neither won nor lost by then
	LongestDays float64 `json:"longest_days"` // the longest time to an outcome

	HalfDays         float64 `json:"half_days"` // 50, 75 and 90 % of the eventual wins came within
	ThreeQuarterDays float64 `json:"three_quarter_days"`
	NinetyDays       float64 `json:"ninety_days"`
	WithinHorizon    float64 `json:"within_horizon"` // share of the eventual wins that come within the horizon
	TooShort         bool    `json:"too_short"`      // the history is too short for the horizon that the wins ask for

	Curve []HorizonPoint `json:"curve,omitempty"`
}

// HorizonPoint is one horizon that could have been chosen.
type HorizonPoint struct {
	Days     int     `json:"days"`
	Won      float64 `json:"won"`      // share of leads won within it
	Followed float64 `json:"followed"` // share of leads that are older
}

// Month counts the leads whose snapshot fell into a month; Won is part of Used, the others are disjoint.
type Month struct {
	Month    string `json:"month"` // 2026-05; empty: no time known
	Used     int64  `json:"used"`
	Won      int64  `json:"won"`
	Open     int64  `json:"open"`
	Immature int64  `json:"immature"`
	LeftOut  int64  `json:"left_out"` // for any other reason
}

// Rolling judges the recipe at several origins, each fitted to what was known then and judged on the window behind
// it. The fits have fields without pairs.
type Rolling struct {
	Origins []Origin        `json:"origins"`
	Model   *OriginsSummary `json:"model"`
	Rules   *OriginsSummary `json:"rules"`
	// MostFitted and MostJudged are how many leads, evenly spread, each origin's fit and judgement looked at, where there were more.
	MostFitted int64 `json:"most_fitted,omitempty"`
	MostJudged int64 `json:"most_judged,omitempty"`
}

// Origin is one fit and its window.
type Origin struct {
	From     string         `json:"from,omitempty"`    // first snapshot of the window; empty without times
	Past     int64          `json:"past"`              // leads fitted to
	Gap      int64          `json:"gap"`               // leads before the window whose outcome was not known yet
	Accounts int64          `json:"accounts"`          // leads left out so that no account is on both sides
	Leads    int64          `json:"leads"`             // leads judged
	Won      int64          `json:"won"`               // of those
	Skipped  string         `json:"skipped,omitempty"` // why this origin has no figures
	Model    *OriginFigures `json:"model,omitempty"`
	Rules    *OriginFigures `json:"rules,omitempty"`
}

// RulesInHindsight stands under every table of origins: nobody keeps the rule books of earlier times.
const RulesInHindsight = "The rules are today's rule book: if it was made from these leads, its figures at earlier times flatter it."

// OriginFigures are one score's measures in one window.
type OriginFigures struct {
	AUC     float64 `json:"auc"`
	LogLoss float64 `json:"log_loss"` // nats a lead
	// Slope is 1 where it is right; nil where the predictions are too alike to show one.
	Slope            *float64 `json:"calibration_slope,omitempty"`
	ExpectedObserved float64  `json:"expected_observed"` // wins expected over wins observed
}

// OriginsSummary is the mean over the origins and, measure by measure, the worst: the lowest AUC, the highest log loss, the
// slope and the ratio farthest from 1.
type OriginsSummary struct {
	Mean  OriginFigures `json:"mean"`
	Worst OriginFigures `json:"worst"`
}

// Contrast is what a random split of the same size would have claimed: a figure to distrust, not a promise. Both fits have
// fields without pairs.
type Contrast struct {
	Leads     int64   `json:"leads"`
	RandomAUC float64 `json:"random_auc"`
	TimeAUC   float64 `json:"time_auc"` // the same recipe on the newest part
}
