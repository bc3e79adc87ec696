package pack

import (
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/expr"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// Encounter is a contact of a person with care that a pack carries: the form that is
// filled in and for whom it is.
type Encounter struct {
	Code        string `yaml:"code"` // its word is encounter.CODE
	Form        string `yaml:"form"`
	Station     string `yaml:"station"`
	Sensitivity string `yaml:"sensitivity"`
	When        string `yaml:"when"` // a condition over the pack's facts; empty: for everybody

	when *expr.Expr
}

// checkEncounters is what the manifest can show by itself.
func (m *Manifest) checkEncounters(bad complain) {
	seen := map[string]bool{}
	for i := range m.Encounters {
		e := &m.Encounters[i]
		key := "encounters." + e.Code
		if e.Code == "" || strings.ContainsAny(e.Code, " ,;\"") {
			bad("encounters", "%q is not a code", e.Code)
		}
		once(seen, e.Code, func() { bad(key, "is there twice") })
		if e.Form == "" {
			bad(key, "has no form")
		}
		if _, ok := sensitivities[e.Sensitivity]; !ok {
			bad(key, "sensitivity %q is not identity, clinical, sensitive or sealed", e.Sensitivity)
		}
		if e.When == "" {
			continue
		}
		var err error
		if e.when, err = expr.Parse(e.When, expr.Options{Mode: expr.Feel}); err != nil {
			bad(key, "when: %v", err)
			continue
		}
		for _, name := range e.when.Vars() {
			if _, ok := m.Fact(name); !ok {
				bad(key, "when: %s is not a fact of the pack", name)
			}
		}
	}
}

// For says whether an encounter is for somebody of whom these facts are known, derived
// ones included (Decision.Used). What is not known leaves it open.
func (e Encounter) For(facts value.Facts) value.Truth {
	if e.when == nil {
		return value.Yes
	}
	return e.when.Truth(&expr.Scope{Vars: facts})
}

// Encounter returns an encounter by code.
func (m *Manifest) Encounter(code string) (Encounter, bool) {
	i := slices.IndexFunc(m.Encounters, func(e Encounter) bool { return e.Code == code })
	if i < 0 {
		return Encounter{}, false
	}
	return m.Encounters[i], true
}

// encounters: each has its form, a station that there is, and its word.
func (l *linter) encounters() {
	for _, e := range l.p.Encounters {
		key := "encounters." + e.Code
		if !slices.Contains(place.Stations, e.Station) {
			l.say(Error, "unknown-station", manifestFile, 0, key, "station %q is not one of %s", e.Station, strings.Join(place.Stations, ", "))
		}
		if _, ok := l.p.Forms[e.Form]; !ok {
			l.say(Error, "unknown-form", manifestFile, 0, key, "form %q is not in this pack", e.Form)
		}
	}
}
