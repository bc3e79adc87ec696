package people

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// Sex is the person's sex as told. The zero Sex is not known.
type Sex string

// The values of sex. SexOther is also "unspecified", the X of a document.
const (
	SexUnknown Sex = ""
	Female     Sex = "female"
	Male       Sex = "male"
	SexOther   Sex = "other"
)

// Sexes lists what may be recorded, unknown last.
var Sexes = []Sex{Female, Male, SexOther, SexUnknown}

// Valid reports whether s is one of the values.
func (s Sex) Valid() bool { return s == SexUnknown || s == Female || s == Male || s == SexOther }

// NationalityState says why no nationality is recorded. The three are distinct
// and none follows from another, nor from a document's code.
type NationalityState string

// The states. The zero state is "not asked yet", or that nationalities are listed.
const (
	NationalityOpen         NationalityState = ""
	NationalityStateless    NationalityState = "stateless"    // no state considers the person its national
	NationalityUndetermined NationalityState = "undetermined" // being looked into
	NationalityNotTold      NationalityState = "not_told"     // asked, and the person prefers not to say
)

// NationalityStates lists what may be chosen in place of a nationality.
var NationalityStates = []NationalityState{NationalityStateless, NationalityUndetermined, NationalityNotTold}

// Accompaniment says with whom a child is here (Inter-agency Guiding Principles
// on Unaccompanied and Separated Children, 2004, section I).
type Accompaniment string

// The answers. The zero Accompaniment is not known.
const (
	AccompanimentUnknown Accompaniment = ""
	Accompanied          Accompaniment = "accompanied"
	Separated            Accompaniment = "separated"     // with other relatives, from both parents and the usual caregiver
	Unaccompanied        Accompaniment = "unaccompanied" // with no adult who by law or custom is responsible
)

// Accompaniments lists what may be chosen.
var Accompaniments = []Accompaniment{Accompanied, Separated, Unaccompanied}

// BirthSource says where the birth date comes from.
type BirthSource string

// The sources of a birth date. An estimate by looks, X-rays or teeth is not among
// them and never will be (design, section 9).
const (
	BirthSourceOpen BirthSource = ""
	BirthDocument   BirthSource = "document"
	BirthSaid       BirthSource = "said"     // by the person
	BirthRelative   BirthSource = "relative" // by somebody who knows the person
	BirthEvent      BirthSource = "event"    // from a calendar of local events
)

// BirthSources lists what may be chosen.
var BirthSources = []BirthSource{BirthDocument, BirthSaid, BirthRelative, BirthEvent}

// Person is one person's identity, journal kind "people.person". The zero value
// of every field means "not known".
type Person struct {
	Family      string `json:"family,omitempty"` // as the person writes it
	Given       string `json:"given,omitempty"`
	FamilyLatin string `json:"family_latin,omitempty"`
	GivenLatin  string `json:"given_latin,omitempty"`
	NameLang    string `json:"name_lang,omitempty"` // ISO 639, of the original script
	OneName     bool   `json:"one_name,omitempty"`  // the person has one name only; it stands in Family

	OtherNames []string `json:"other_names,omitempty"`
	Wristband  string   `json:"wristband,omitempty"` // stands for a name that is not known yet

	Birth       calendar.Date `json:"birth,omitzero"`
	BirthSource BirthSource   `json:"birth_source,omitempty"`

	AgeDisputed bool          `json:"age_disputed,omitempty"`
	BirthOther  calendar.Date `json:"birth_other,omitzero"` // the other side's reading

	Sex Sex `json:"sex,omitempty"`

	Languages   []string    `json:"languages,omitempty"` // ISO 639, best first
	Interpreter value.Truth `json:"interpreter,omitzero"`

	Nationalities    []string         `json:"nationalities,omitempty"` // alpha-3
	NationalityState NationalityState `json:"nationality_state,omitempty"`

	BirthCountry string `json:"birth_country,omitempty"` // alpha-3

	Died  value.Truth   `json:"died,omitzero"`
	Death calendar.Date `json:"death,omitzero"`

	Alone      Accompaniment `json:"accompaniment,omitempty"`
	FocalName  string        `json:"focal_name,omitempty"`
	FocalReach string        `json:"focal_reach,omitempty"`
	Guardian   string        `json:"guardian,omitempty"` // name of the legal guardian, if there is one

	// DistinctFrom are persons that looked like doubles at registration and whom
	// an officer, with the person present, found to be somebody else.
	DistinctFrom []db.ID `json:"distinct_from,omitempty"`
}

// Limits of what may be typed. They guard the page and the index, not the person:
// the longest names in the reference sets have under 120 characters.
const (
	maxName   = 120
	maxText   = 500
	maxList   = 12
	maxYears  = 130
	maxNumber = 40
)

// Display returns the name in its own script, family name last as most of the
// scripts here are read, and the name in Latin script. Either may be empty.
func (p Person) Display() (original, latin string) {
	return joinName(p.Given, p.Family), joinName(p.GivenLatin, p.FamilyLatin)
}

// Named reports whether any name is known.
func (p Person) Named() bool {
	o, l := p.Display()
	return o != "" || l != ""
}

// AnyName returns the name in its own script, or in Latin, or the wristband.
func (p Person) AnyName() string {
	o, l := p.Display()
	switch {
	case o != "":
		return o
	case l != "":
		return l
	}
	return p.Wristband
}

func joinName(given, family string) string { return strings.TrimSpace(given + " " + family) }

// Valid checks the person on a day and returns one fault for each thing that is
// wrong, in the order of the form's questions. Fields are the form's names.
func (p Person) Valid(on calendar.Day) []error {
	var errs []error
	bad := func(field, key string) { errs = append(errs, fault.Field("people.Person", field, "people.error."+key)) }
	if !p.Named() && p.Wristband == "" {
		bad("family", "name_or_wristband")
	}
	for _, f := range []struct{ field, text string }{
		{"family", p.Family}, {"given", p.Given}, {"family_latin", p.FamilyLatin}, {"given_latin", p.GivenLatin},
		{"focal_name", p.FocalName}, {"guardian", p.Guardian}, {"focal_reach", p.FocalReach},
	} {
		if badText(f.text, maxName) {
			bad(f.field, "text")
		}
	}
	for _, f := range []struct{ field, text string }{{"family_latin", p.FamilyLatin}, {"given_latin", p.GivenLatin}} {
		if !isLatin(f.text) {
			bad(f.field, "not_latin")
		}
	}
	if p.OneName && (p.Given != "" || p.GivenLatin != "") {
		bad("given", "one_name")
	}
	for _, n := range p.OtherNames {
		if badText(n, maxName) || len(p.OtherNames) > maxList {
			bad("other_names", "text")
			break
		}
	}
	if badText(p.Wristband, maxNumber) {
		bad("wristband", "text")
	}
	p.validBirth(on, bad)
	if !p.Sex.Valid() {
		bad("sex", "choice")
	}
	p.validBelonging(bad)
	p.validProtection(on, bad)
	return errs
}

func (p Person) validBirth(on calendar.Day, bad func(field, key string)) {
	for _, b := range []struct {
		field string
		date  calendar.Date
	}{{"birth", p.Birth}, {"birth_other", p.BirthOther}} {
		first, last, ok := b.date.Bounds()
		switch {
		case ok && first > on:
			bad(b.field, "birth_future")
		case ok && last < on.AddYears(-maxYears, calendar.ClampToMonthEnd):
			bad(b.field, "birth_too_old")
		}
	}
	if p.BirthSource != "" && !contains(BirthSources, p.BirthSource) {
		bad("birth_source", "choice")
	}
	if !p.BirthOther.IsZero() && !p.AgeDisputed {
		bad("birth_other", "birth_other_undisputed")
	}
	if first, _, ok := p.Death.Bounds(); ok {
		switch {
		case p.Died != value.Yes:
			bad("death", "death_not_died")
		case first > on:
			bad("death", "death_future")
		case p.Death.Before(p.Birth) == value.Yes:
			bad("death", "death_before_birth")
		}
	}
}

func (p Person) validBelonging(bad func(field, key string)) {
	if len(p.Languages) > maxList {
		bad("languages", "too_many")
	}
	for _, l := range p.Languages {
		if _, ok := place.LanguageOf(l); !ok {
			bad("languages", "language")
			break
		}
	}
	if len(p.Nationalities) > maxList {
		bad("nationalities", "too_many")
	}
	for _, n := range p.Nationalities {
		if !isNationality(n) {
			bad("nationalities", "nationality")
			break
		}
	}
	switch {
	case p.NationalityState != "" && !contains(NationalityStates, p.NationalityState):
		bad("nationality_state", "choice")
	case p.NationalityState != "" && len(p.Nationalities) > 0:
		bad("nationality_state", "nationality_both")
	}
	if p.BirthCountry != "" {
		if _, ok := place.Country(p.BirthCountry); !ok {
			bad("birth_country", "country")
		}
	}
}

func (p Person) validProtection(on calendar.Day, bad func(field, key string)) {
	if p.Alone != "" && !contains(Accompaniments, p.Alone) {
		bad("accompaniment", "choice")
	}
	if p.NeedsFocalPoint(on) && strings.TrimSpace(p.FocalName) == "" {
		bad("focal_name", "focal_needed")
	}
}

// isNationality accepts countries, RKS, and the British nationalities that ICAO
// codes. XXA, XXB, XXC and XXX are what documents say, not nationalities.
func isNationality(code string) bool {
	p, ok := place.Lookup(code)
	return ok && (p.Somewhere() || p.Kind == place.KindPerson && p.Of != "")
}

// badText reports a text that is too long or holds what no name holds: control
// characters, direction overrides, or bytes that are not UTF-8.
func badText(s string, max int) bool {
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > max {
		return true
	}
	for _, r := range s {
		if unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' || r == unicode.ReplacementChar {
			return true
		}
	}
	return false
}

// isLatin reports whether every letter is of the Latin script.
func isLatin(s string) bool {
	for _, r := range s {
		if unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) && !unicode.Is(unicode.Common, r) {
			return false
		}
	}
	return true
}

func contains[T comparable](list []T, v T) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}
