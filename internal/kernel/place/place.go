package place

import (
	"embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

//go:embed data/*.csv
var data embed.FS

// Locales holds the words of this package for the page catalogue.
//
//go:embed locales/*.json
var Locales embed.FS

// Kind says what a code stands for.
type Kind string

// The kinds of code. Only Country and Territory-like places (KindCountry,
// KindPlace) are somewhere a person can have been.
const (
	KindCountry      Kind = "country"      // ISO 3166-1
	KindPlace        Kind = "place"        // a place outside ISO 3166-1 (RKS)
	KindPerson       Kind = "person"       // what a document calls its holder (XXA, XXB, GBN)
	KindOrganisation Kind = "organisation" // an issuer that is no state (UNO)
	KindSpecimen     Kind = "specimen"     // UTO; refused outside tests
)

// The ICAO codes of documents whose holder has no state behind them.
const (
	DocStateless    = "XXA"
	DocRefugee1951  = "XXB"
	DocRefugeeOther = "XXC"
	DocUnspecified  = "XXX"
)

// The languages names exist in, in the order of the data files.
var locales = [...]string{"en", "fr", "es", "ar"}

// Place is a country, territory or special code.
type Place struct {
	Code      string // ISO 3166-1 alpha-3, or the ICAO code
	Alpha2    string // ISO 3166-1 alpha-2; empty for special codes
	Numeric   string // ISO 3166-1 numeric
	Kind      Kind
	Region    string   // UN M49 region (continent)
	Subregion string   // UN M49 subregion
	Of        string   // for a special code: the state it belongs to, if one does
	Aliases   []string // other names in use, in any language
	Note      string   // for whoever maintains the table
	names     [len(locales)]string
}

// Region is an UN M49 region or subregion.
type Region struct {
	Code, Parent string
	names        [len(locales)]string
}

// Language is an ISO 639 language with its names.
type Language struct {
	Code  string
	names [len(locales)]string
}

func nameIn(names [len(locales)]string, locale string) string {
	base, _, _ := strings.Cut(locale, "-")
	if i := slices.Index(locales[:], base); i >= 0 {
		return names[i]
	}
	return names[0]
}

// Name returns the label in a locale, English where the locale is not carried.
func (p Place) Name(locale string) string { return nameIn(p.names, locale) }

// Name returns the label in a locale, English where the locale is not carried.
func (r Region) Name(locale string) string { return nameIn(r.names, locale) }

// Name returns the label in a locale, English where the locale is not carried.
func (l Language) Name(locale string) string { return nameIn(l.names, locale) }

// Somewhere reports whether a person can have stayed there: a country or place,
// not a document code or an organisation.
func (p Place) Somewhere() bool { return p.Kind == KindCountry || p.Kind == KindPlace }

// index is everything the embedded files hold.
type index struct {
	countries []Place // ISO 3166-1, by code
	specials  []Place
	regions   []Region
	languages []Language
	byCode    map[string]*Place // alpha-3 and special codes
	byAlpha2  map[string]*Place
	folded    []foldedName
}

type foldedName struct {
	name  string
	place *Place
}

// load reads the embedded tables once. They are part of the program, so a fault
// in them is a programming error and stops it.
var load = sync.OnceValue(func() *index {
	ix := &index{byCode: map[string]*Place{}, byAlpha2: map[string]*Place{}}
	for _, r := range rows("data/countries.csv", 10) {
		p := Place{Code: r[0], Alpha2: r[1], Numeric: r[2], Kind: KindCountry, Region: r[3], Subregion: r[4], names: [4]string(r[5:9])}
		if r[9] != "" {
			p.Aliases = strings.Split(r[9], "|")
		}
		ix.countries = append(ix.countries, p)
	}
	for _, r := range rows("data/specials.csv", 8) {
		ix.specials = append(ix.specials, Place{Code: r[0], Kind: Kind(r[1]), Of: r[2], Note: r[7], names: [4]string(r[3:7])})
	}
	for _, r := range rows("data/regions.csv", 6) {
		ix.regions = append(ix.regions, Region{Code: r[0], Parent: r[1], names: [4]string(r[2:6])})
	}
	for _, r := range rows("data/languages.csv", 5) {
		ix.languages = append(ix.languages, Language{Code: r[0], names: [4]string(r[1:5])})
	}
	for _, list := range [][]Place{ix.countries, ix.specials} {
		for i := range list {
			ix.add(&list[i])
		}
	}
	return ix
})

func (ix *index) add(p *Place) {
	ix.byCode[p.Code] = p
	if p.Alpha2 != "" {
		ix.byAlpha2[p.Alpha2] = p
	}
	if !p.Somewhere() {
		return
	}
	for _, n := range append(p.names[:], p.Aliases...) {
		ix.folded = append(ix.folded, foldedName{fold(n), p})
	}
}

func rows(name string, width int) [][]string {
	f, err := data.Open(name)
	if err != nil {
		panic(fmt.Sprintf("place: %v", err))
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = width
	all, err := r.ReadAll()
	if err != nil {
		panic(fmt.Sprintf("place: %s: %v", name, err))
	}
	return all[1:]
}

// Country returns the country or place with an ISO 3166-1 alpha-3 code (or RKS).
func Country(code string) (Place, bool) {
	p, ok := Lookup(code)
	return p, ok && p.Somewhere()
}

// Lookup returns whatever a code stands for, special codes included.
func Lookup(code string) (Place, bool) {
	p, ok := load().byCode[code]
	if !ok {
		return Place{}, false
	}
	return *p, true
}

// FromAlpha2 returns the country of an ISO 3166-1 alpha-2 code.
func FromAlpha2(code string) (Place, bool) {
	p, ok := load().byAlpha2[strings.ToUpper(code)]
	if !ok {
		return Place{}, false
	}
	return *p, true
}

// FromMRZ returns what the three-letter code of a machine-readable document
// stands for. Germany prints "D" (Doc 9303 part 3, section 5).
func FromMRZ(code string) (Place, bool) {
	code = strings.TrimRight(code, "< ")
	if code == "D" {
		code = "DEU"
	}
	return Lookup(code)
}

// Countries returns every country and place a person can have been in, by code.
func Countries() []Place {
	ix := load()
	out := slices.Clone(ix.countries)
	for _, p := range ix.specials {
		if p.Somewhere() {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b Place) int { return strings.Compare(a.Code, b.Code) })
	return out
}

// Specials returns the codes outside ISO 3166-1.
func Specials() []Place { return slices.Clone(load().specials) }

// Sorted returns the countries in the alphabetical order of a locale.
func Sorted(locale string) []Place {
	out := Countries()
	sortByName(locale, out)
	return out
}

// Issuers returns what may issue a document, in the alphabetical order of a
// locale: countries first, then organisations.
func Issuers(locale string) []Place {
	out := Sorted(locale)
	for _, p := range load().specials {
		if p.Kind == KindOrganisation {
			out = append(out, p)
		}
	}
	return out
}

// Languages returns the languages people are asked about, in the alphabetical
// order of a locale.
func Languages(locale string) []Language {
	out := slices.Clone(load().languages)
	sortByName(locale, out)
	return out
}

// LanguageOf returns the language of an ISO 639 code.
func LanguageOf(code string) (Language, bool) {
	for _, l := range load().languages {
		if l.Code == code {
			return l, true
		}
	}
	return Language{}, false
}

// Regions returns the UN M49 regions and subregions, by code.
func Regions() []Region { return slices.Clone(load().regions) }

// RegionOf returns a region by its M49 code.
func RegionOf(code string) (Region, bool) {
	for _, r := range load().regions {
		if r.Code == code {
			return r, true
		}
	}
	return Region{}, false
}

func sortByName[T interface{ Name(string) string }](locale string, list []T) {
	tag, err := language.Parse(locale)
	if err != nil {
		tag = language.English
	}
	c := collate.New(tag, collate.Loose)
	slices.SortStableFunc(list, func(a, b T) int { return c.CompareString(a.Name(locale), b.Name(locale)) })
}

// Find returns the countries whose code equals or whose name in any language
// holds the text, names that begin with it first; at most limit.
func Find(text string, limit int) []Place {
	q := fold(text)
	if q == "" {
		return nil
	}
	ix := load()
	var out []Place
	seen := map[string]bool{}
	take := func(p *Place) {
		if !seen[p.Code] && len(out) < limit && p.Somewhere() {
			seen[p.Code] = true
			out = append(out, *p)
		}
	}
	if p, ok := ix.byCode[strings.ToUpper(strings.TrimSpace(text))]; ok {
		take(p)
	}
	if p, ok := ix.byAlpha2[strings.ToUpper(strings.TrimSpace(text))]; ok {
		take(p)
	}
	for _, match := range []func(string, string) bool{strings.HasPrefix, strings.Contains} {
		for _, n := range ix.folded {
			if match(n.name, q) {
				take(n.place)
			}
		}
	}
	return out
}
