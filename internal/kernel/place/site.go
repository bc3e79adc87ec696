package place

import (
	"regexp"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// SiteKind is what a site is. Its word in each language is "place.site." + kind.
type SiteKind string

// The kinds of site.
const (
	Centre SiteKind = "centre" // assessment centre
	Clinic SiteKind = "clinic"
	Mobile SiteKind = "mobile" // mobile team
	Entry  SiteKind = "entry"  // point of entry
	Office SiteKind = "office"
)

// SiteKinds lists the kinds.
var SiteKinds = []SiteKind{Centre, Clinic, Mobile, Entry, Office}

// Stations are the closed list of station codes, in the order in which a person
// passes them (reference/programme-protection.md, section 7.2); a site has some
// of them, in its own order. Packs and policies use the same codes. The word of
// each is "place.station." + code.
var Stations = []string{"reception", "counselling", "nurse", "laboratory", "radiology", "physician",
	"vaccination", "pharmacy", "treatment", "quality", "exit", "screening"}

// Site is a building, a mobile team or a post, journal kind "place.site".
type Site struct {
	ID        db.ID             `json:"-"`
	Code      string            `json:"code,omitempty"` // what documents carry in their header
	Kind      SiteKind          `json:"kind,omitempty"`
	Names     map[string]string `json:"names,omitempty"`   // by language; at least one
	Country   string            `json:"country,omitempty"` // alpha-3: the country of examination
	Languages []string          `json:"languages,omitempty"`
	Stations  []string          `json:"stations,omitempty"`
	// ConsentAge is the age from which the law there lets a person decide alone on
	// health; 0 is 18.
	ConsentAge int `json:"consent_age,omitempty"`
	// Guarded: a shelter, a place of detention or an unofficial crossing. It is never
	// exported or mapped finer than its first administrative level.
	Guarded bool `json:"guarded,omitempty"`
	Closed  bool `json:"closed,omitempty"`
	// Area is the code of the smallest administrative area that is known.
	Area     string    `json:"area,omitempty"`
	Position *Position `json:"position,omitempty"`
}

// Name returns the site's name in a language, else in any, else its code.
func (s Site) Name(locale string) string { return nameOf(s.Names, locale, s.Code) }

var siteCode = regexp.MustCompile(`^[A-Z0-9][A-Z0-9-]{1,11}$`)

// Valid returns one fault for each thing that is wrong.
func (s Site) Valid() []error {
	var errs []error
	bad := func(field, key string) { errs = append(errs, fault.Field("place.Site", field, "place.error."+key)) }
	if !siteCode.MatchString(s.Code) {
		bad("code", "site_code")
	}
	if !slices.Contains(SiteKinds, s.Kind) {
		bad("kind", "site_kind")
	}
	if s.Name("") == s.Code {
		bad("names", "site_name")
	}
	if _, ok := Country(s.Country); !ok {
		bad("country", "country")
	}
	for _, l := range s.Languages {
		if _, ok := LanguageOf(l); !ok {
			bad("languages", "language")
			break
		}
	}
	for _, st := range s.Stations {
		if !slices.Contains(Stations, st) {
			bad("stations", "station")
			break
		}
	}
	if s.Area != "" && !placeCode.MatchString(s.Area) {
		bad("area", "code")
	}
	if !s.Position.valid() {
		bad("position", "position")
	}
	return errs
}
