package people

import (
	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// LegalStatus is what the person's stay rests on. It is optional, hidden from
// reception and never a condition of care.
type LegalStatus string

// The statuses. The zero LegalStatus is not asked.
const (
	StatusOpen         LegalStatus = ""
	StatusCitizen      LegalStatus = "citizen"
	StatusResident     LegalStatus = "resident"
	StatusRefugee      LegalStatus = "refugee"
	StatusAsylumSeeker LegalStatus = "asylum_seeker"
	StatusSubsidiary   LegalStatus = "subsidiary"
	StatusStateless    LegalStatus = "stateless"
	StatusDisplaced    LegalStatus = "displaced"
	StatusReturnee     LegalStatus = "returnee"
	StatusMigrant      LegalStatus = "migrant"
	StatusNoPapers     LegalStatus = "no_papers"
	StatusUndetermined LegalStatus = "undetermined"
	StatusNotTold      LegalStatus = "not_told"
)

// LegalStatuses lists what may be chosen.
var LegalStatuses = []LegalStatus{StatusCitizen, StatusResident, StatusRefugee, StatusAsylumSeeker, StatusSubsidiary,
	StatusStateless, StatusDisplaced, StatusReturnee, StatusMigrant, StatusNoPapers, StatusUndetermined, StatusNotTold}

// Protection is what keeps a person from harm by disclosure, journal kind
// "people.protection", one a person, sensitive.
type Protection struct {
	LegalStatus LegalStatus `json:"legal_status,omitempty"`
	// Feared are countries whose authorities must learn nothing of the person.
	Feared []string `json:"feared,omitempty"`
	Note   string   `json:"note,omitempty"`
}

// Valid checks the record.
func (p Protection) Valid() []error {
	var errs []error
	bad := func(field, key string) {
		errs = append(errs, fault.Field("people.Protection", field, "people.error."+key))
	}
	if p.LegalStatus != "" && !contains(LegalStatuses, p.LegalStatus) {
		bad("legal_status", "choice")
	}
	for _, c := range p.Feared {
		if _, ok := place.Country(c); !ok || len(p.Feared) > maxList {
			bad("feared", "country")
			break
		}
	}
	if badText(p.Note, maxText) {
		bad("protection_note", "text")
	}
	return errs
}

// Shielded returns the countries whose authorities must receive nothing that
// identifies the person without a consent that names them: the feared ones, and
// the nationalities of whoever is a refugee, an asylum seeker, stateless, or of a
// status nobody knows (design, section 9, "Recipients").
func Shielded(p Person, pr Protection) []string {
	out := append([]string(nil), pr.Feared...)
	switch pr.LegalStatus {
	case StatusCitizen, StatusResident, StatusReturnee, StatusMigrant:
		return out
	}
	for _, n := range p.Nationalities {
		if !contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// Allergy is one thing the person must not be given.
type Allergy struct {
	Substance string `json:"substance"`
	Reaction  string `json:"reaction,omitempty"`
	Severe    bool   `json:"severe,omitempty"`
}

// Safety is what a station must know before it touches the person, journal kind
// "people.safety", one a person, of conflict class Safety.
type Safety struct {
	// HasAllergy: Unknown is not asked; No is "none known"; Yes has a list.
	HasAllergy value.Truth `json:"has_allergy,omitzero"`
	Allergies  []Allergy   `json:"allergies,omitempty"`

	Pregnant   value.Truth   `json:"pregnant,omitzero"`
	PregnantOn calendar.Date `json:"pregnant_on,omitzero"` // the day it was asked
	LastPeriod calendar.Date `json:"last_period,omitzero"`
	Due        calendar.Date `json:"due,omitzero"`
}

// Valid checks the record on a day.
func (s Safety) Valid(on calendar.Day) []error {
	var errs []error
	bad := func(field, key string) { errs = append(errs, fault.Field("people.Safety", field, "people.error."+key)) }
	switch {
	case s.HasAllergy == value.Yes && len(s.Allergies) == 0:
		bad("allergies", "allergy_which")
	case s.HasAllergy != value.Yes && len(s.Allergies) > 0:
		bad("has_allergy", "allergy_contradiction")
	case len(s.Allergies) > 3*maxList:
		bad("allergies", "too_many")
	}
	for _, a := range s.Allergies {
		if a.Substance == "" || badText(a.Substance, maxName) || badText(a.Reaction, maxText) {
			bad("allergies", "text")
			break
		}
	}
	if s.Pregnant != value.Unknown {
		if d, ok := s.PregnantOn.Exact(); !ok || d > on {
			bad("pregnant_on", "pregnant_on")
		}
	}
	if first, _, ok := s.LastPeriod.Bounds(); ok && first > on {
		bad("last_period", "future")
	}
	return errs
}

// Functioning is the Washington Group Short Set on Functioning, journal kind
// "people.functioning", one a person, optional. It serves access and
// disaggregation; it is never a medical finding and never a fact for a pack.
type Functioning struct {
	Seeing        Difficulty    `json:"seeing,omitempty"`
	Hearing       Difficulty    `json:"hearing,omitempty"`
	Walking       Difficulty    `json:"walking,omitempty"`
	Remembering   Difficulty    `json:"remembering,omitempty"`
	SelfCare      Difficulty    `json:"self_care,omitempty"`
	Communicating Difficulty    `json:"communicating,omitempty"`
	Asked         calendar.Date `json:"asked,omitzero"`
	Proxy         bool          `json:"proxy,omitempty"` // somebody else answered
}

// Difficulty is one answer. The zero Difficulty is not known.
type Difficulty int

// The four answers, in the set's own order and numbers.
const (
	DifficultyUnknown Difficulty = iota
	NoDifficulty
	SomeDifficulty
	LotOfDifficulty
	CannotDo
)

// functioningAge is the age from which the short set may be asked (Washington
// Group; younger children have a module of their own).
const functioningAge = 5

// FunctioningDomains names the six questions in the set's order, which must not
// be changed.
var FunctioningDomains = []string{"seeing", "hearing", "walking", "remembering", "self_care", "communicating"}

// Answers returns the six answers in the set's order.
func (f Functioning) Answers() [6]Difficulty {
	return [6]Difficulty{f.Seeing, f.Hearing, f.Walking, f.Remembering, f.SelfCare, f.Communicating}
}

// Disability answers by the set's recommended cut-off: any domain "a lot of
// difficulty" or more. An answer not given leaves "no" open.
func (f Functioning) Disability() value.Truth {
	t := value.No
	for _, a := range f.Answers() {
		switch {
		case a >= LotOfDifficulty:
			return value.Yes
		case a == DifficultyUnknown:
			t = value.Unknown
		}
	}
	return t
}

// Valid checks the answers for a person of that birth date on a day.
func (f Functioning) Valid(birth calendar.Date, on calendar.Day) []error {
	var errs []error
	bad := func(field, key string) {
		errs = append(errs, fault.Field("people.Functioning", field, "people.error."+key))
	}
	for i, a := range f.Answers() {
		if a < DifficultyUnknown || a > CannotDo {
			bad(FunctioningDomains[i], "choice")
		}
	}
	if calendar.AtLeast(birth, on.Date(), functioningAge, calendar.Years) == value.No {
		bad("seeing", "functioning_age")
	}
	return errs
}
