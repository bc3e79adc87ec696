package place

import (
	"regexp"
	"slices"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/flow"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Limits on what the gazetteer keeps.
const (
	MaxLevel     = 5 // levels below the country
	maxNameRunes = 200
	maxNames     = 40
)

// AnyLanguage is the language of a name whose language nobody said (BCP 47).
const AnyLanguage = "und"

// Position is a place on the globe, degrees WGS 84.
type Position struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

func (p *Position) valid() bool {
	return p == nil || flow.Point{Lat: p.Lat, Lon: p.Lon}.Valid() == nil
}

// Kilometres is the great-circle distance between two positions.
func (p Position) Kilometres(q Position) float64 {
	return flow.Kilometres(flow.Point(p), flow.Point(q))
}

// Area is an administrative area below a country, journal kind "place.area". It
// says nothing about the status of a territory.
type Area struct {
	ID      db.ID  `json:"-"`
	Code    string `json:"code,omitempty"`  // its own: the P-code where there is one; never changes
	PCode   string `json:"pcode,omitempty"` // of OCHA's common operational datasets
	ISO     string `json:"iso,omitempty"`   // ISO 3166-2
	Country string `json:"country,omitempty"`
	Level   int    `json:"level,omitempty"`  // 1 is the first below the country
	Parent  string `json:"parent,omitempty"` // code of the area above, or of the country
	Type    string `json:"type,omitempty"`   // what it is called there: province, district, health_zone
	// Names by language; AnyLanguage where nobody said which.
	Names    map[string]string `json:"names,omitempty"`
	Also     []string          `json:"also,omitempty"` // other official names and spellings
	Position *Position         `json:"position,omitempty"`
	Source   string            `json:"source,omitempty"`
	Closed   bool              `json:"closed,omitempty"` // no longer exists
}

// Name is the area's name in a language, else in any, else its code.
func (a Area) Name(locale string) string { return nameOf(a.Names, locale, a.Code) }

func nameOf(names map[string]string, locale, code string) string {
	for _, l := range append([]string{locale, AnyLanguage}, locales[:]...) {
		if n := names[l]; n != "" {
			return n
		}
	}
	for _, l := range sortedKeys(names) { // a language that Godwit has no pages in
		if names[l] != "" {
			return names[l]
		}
	}
	return code
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

var (
	placeCode = regexp.MustCompile(`^[A-Z0-9][A-Z0-9._-]{1,60}$`)
	placeType = regexp.MustCompile(`^[a-z][a-z0-9_]{1,30}$`)
	isoCode   = regexp.MustCompile(`^[A-Z]{2}-[A-Z0-9]{1,3}$`)
	langCode  = regexp.MustCompile(`^[a-z]{2,3}$`)
)

// Valid returns one fault for each thing that is wrong.
func (a Area) Valid() []error {
	f := faults{op: "place.Area"}
	f.check(placeCode.MatchString(a.Code) && !isCountry(a.Code), "code", "code")
	f.check(a.PCode == "" || placeCode.MatchString(a.PCode), "pcode", "code")
	f.check(a.ISO == "" || isoCode.MatchString(a.ISO), "iso", "iso")
	f.check(isCountry(a.Country), "country", "country")
	f.check(a.Level >= 1 && a.Level <= MaxLevel, "level", "level")
	f.check(a.Level == 1 && a.Parent == a.Country || a.Level > 1 && placeCode.MatchString(a.Parent) && a.Parent != a.Code, "parent", "parent")
	f.check(a.Type == "" || placeType.MatchString(a.Type), "type", "type")
	f.names(a.Names, a.Also)
	f.check(a.Position.valid(), "position", "position")
	return f.errs
}

func isCountry(code string) bool { _, ok := Country(code); return ok }

// faults collects what is wrong with something.
type faults struct {
	op   string
	errs []error
}

func (f *faults) check(ok bool, field, key string) {
	if !ok {
		f.errs = append(f.errs, fault.Field(f.op, field, "place.error."+key))
	}
}

func (f *faults) names(names map[string]string, also []string) {
	some := false
	for lang, n := range names {
		some = some || fold(n) != ""
		if !langCode.MatchString(lang) || utf8.RuneCountInString(n) > maxNameRunes {
			f.check(false, "names", "name_bad")
			return
		}
	}
	for _, n := range also {
		if fold(n) == "" || utf8.RuneCountInString(n) > maxNameRunes {
			f.check(false, "also", "name_bad")
			return
		}
	}
	f.check(some && len(names)+len(also) <= maxNames, "names", "name")
}

// Population is how many people live in a place, as one source gave it for one
// date, journal kind "place.population". Figures never overwrite each other.
type Population struct {
	ID     db.ID   `json:"-"`
	Place  string  `json:"place,omitempty"` // code of an area or a point
	Count  float64 `json:"count"`           // persons; models give fractions
	Date   string  `json:"date,omitempty"`  // calendar.Date; empty where the source does not say
	Source string  `json:"source,omitempty"`
	Note   string  `json:"note,omitempty"`
}

// Valid returns one fault for each thing that is wrong.
func (p Population) Valid() []error {
	f := faults{op: "place.Population"}
	f.check(placeCode.MatchString(p.Place), "place", "code")
	f.check(p.Count >= 0 && p.Count < 2e9, "count", "count") // a NaN fails both
	_, err := dateOf(p.Date)
	f.check(err == nil, "date", "date")
	f.check(p.Source != "", "source", "source")
	return f.errs
}
