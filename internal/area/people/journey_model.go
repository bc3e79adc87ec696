package people

import (
	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// Sureness is how sure it is that the person was there.
type Sureness string

// The degrees. A guess is never counted as "was there for certain", and always
// as "may have been there".
const (
	SureOpen    Sureness = "" // not said; taken as said in good faith
	SureCertain Sureness = "certain"
	SureLikely  Sureness = "likely"
	SureGuess   Sureness = "guess"
)

// Surenesses lists what may be chosen.
var Surenesses = []Sureness{SureCertain, SureLikely, SureGuess}

// StaySource says how a stay is known.
type StaySource string

// The sources of a stay.
const (
	StaySaid     StaySource = "said"
	StayDocument StaySource = "document" // stamp, permit, lease, school report
	StayRelative StaySource = "relative"
	StayOfficer  StaySource = "officer" // from another file
)

// StaySources lists what may be chosen.
var StaySources = []StaySource{StaySaid, StayDocument, StayRelative, StayOfficer}

// Stay is a time in one country, journal kind "people.stay".
type Stay struct {
	ID      db.ID         `json:"-"`
	Place   string        `json:"place,omitempty"`  // alpha-3
	Detail  string        `json:"detail,omitempty"` // region or town, as told; never exported
	From    calendar.Date `json:"from,omitzero"`
	To      calendar.Date `json:"to,omitzero"`
	Ongoing bool          `json:"ongoing,omitempty"`
	Sure    Sureness      `json:"sure,omitempty"`
	Source  StaySource    `json:"source,omitempty"`
	// Disputed: two versions did not see each other; the stay counts as a guess.
	Disputed bool `json:"-"`
}

// Span returns the stay's time.
func (s Stay) Span() calendar.Span {
	return calendar.Span{From: s.From, To: s.To, Ongoing: s.Ongoing}
}

// Valid checks the stay on a day; birth may be zero.
func (s Stay) Valid(birth calendar.Date, on calendar.Day) []error {
	var errs []error
	bad := func(field, key string) { errs = append(errs, fault.Field("people.Stay", field, "people.error."+key)) }
	if _, ok := place.Country(s.Place); !ok {
		bad("place", "country")
	}
	if badText(s.Detail, maxName) {
		bad("detail", "text")
	}
	from, _, fromOK := s.From.Bounds()
	to, toLast, toOK := s.To.Bounds()
	switch {
	case fromOK && from > on:
		bad("from", "stay_future")
	case fromOK && !birth.IsZero() && before(s.From, birth):
		bad("from", "stay_before_birth")
	}
	switch {
	case toOK && s.Ongoing:
		bad("to", "stay_ongoing_and_end")
	case toOK && to > on:
		bad("to", "stay_future")
	case toOK && fromOK && toLast < from:
		bad("to", "stay_ends_before")
	case toOK && !birth.IsZero() && before(s.To, birth):
		bad("to", "stay_before_birth")
	}
	if s.Sure != "" && !contains(Surenesses, s.Sure) {
		bad("sure", "choice")
	}
	if s.Source != "" && !contains(StaySources, s.Source) {
		bad("source", "choice")
	}
	return errs
}

// before reports whether a lies before b whatever their precision leaves open.
func before(a, b calendar.Date) bool {
	_, last, ok := a.Bounds()
	first, _, ok2 := b.Bounds()
	return ok && ok2 && last < first
}

// Journey is what is said of all stays together, journal kind "people.journey",
// one a person.
type Journey struct {
	// Complete: the person says that the stays listed are their whole history.
	Complete bool `json:"complete,omitempty"`
	// CompleteOn is the day it was said. A stay added later does not undo it.
	CompleteOn calendar.Date `json:"complete_on,omitzero"`
}
