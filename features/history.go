package features

// History is leads with their events and the instant at which each is looked at.
type History struct {
	Table  *Table
	Events *EventLog // nil: none
	AsOf   []Micros  // one per lead; NoTime: the snapshot rule gives none, or the data have no times
}
