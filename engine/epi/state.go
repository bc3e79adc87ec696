package epi

// State says whether a limit or an estimate stands and, where it does not, why. A
// method that cannot answer says so by its state: the number beside it is then NaN
// and the alarm unknown, never zero and never "no". The zero value means that nothing
// was computed.
type State uint8

// The states.
const (
	Unset                  State = iota
	Stands                       // the number stands
	InsufficientHistory          // the series does not reach back far enough
	NotReported                  // this period was not reported: there is a limit, and nothing to hold against it
	HistoryNotReported           // a period that the limit needs was not reported
	NoVariation                  // the baseline does not vary, so that the distance from it has no unit
	TooFewCases                  // the method is silent for so few cases
	NotIdentifiable              // the data do not determine the number
	NotConverged                 // the fit did not settle
	MoreDeathsThanOutcomes       // more deaths than known outcomes: delay, counts or period are wrong
)

var stateNames = [...]string{
	Unset: "", Stands: "ok", InsufficientHistory: "insufficient-history", NotReported: "not-reported",
	HistoryNotReported: "history-not-reported", NoVariation: "no-variation", TooFewCases: "too-few-cases",
	NotIdentifiable: "not-identifiable", NotConverged: "not-converged",
	MoreDeathsThanOutcomes: "more-deaths-than-outcomes",
}

// String is the code written in CSV and JSON.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return ""
}

// MarshalText carries a State in JSON as its code.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
