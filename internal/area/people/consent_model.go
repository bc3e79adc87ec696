package people

import (
	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// Scope is one thing a person may say yes or no to. Each is asked by itself, in
// its own words, and has its own text version, so that a new text asks again for
// that one only.
type Scope string

// The closed list of scopes.
const (
	// ScopeAssessment: the health assessment itself. Its basis is the application
	// and not consent; what is recorded is that the person was told who gets the
	// result and what refusal means, and agrees to go on.
	ScopeAssessment Scope = "assessment"
	ScopeHIVTest    Scope = "hiv_test"
	ScopeXrayPreg   Scope = "xray_pregnancy"
	ScopeVaccine    Scope = "vaccination"
	ScopeTreatment  Scope = "treatment"
	ScopeShareCare  Scope = "share_care" // a summary to a clinic that goes on caring
	ScopeContact    Scope = "contact"    // messages and calls
	ScopePhoto      Scope = "photo"      // a photo in the record
	ScopeStatistics Scope = "statistics" // research beyond routine counts
)

// scopeInfo says what a scope is.
type scopeInfo struct {
	Scope     Scope
	Version   int    // of its text, in the catalogue under people.consent.text.<scope>
	Basis     string // legal basis, reference/programme-protection.md section 1.2
	Sharing   bool   // consent to share: no care ever depends on it
	Purpose   string // access purpose, where something goes to a recipient
	Recipient string // access recipient kind, the same
}

// Scopes is the closed list, in the order in which they are asked. Raise Version
// when the text changes in substance: the person is then asked again.
var Scopes = []scopeInfo{
	{ScopeAssessment, 1, "contract_or_application", false, "assessment", "destination_authority"},
	{ScopeHIVTest, 1, "consent", false, "", ""},
	{ScopeXrayPreg, 1, "consent", false, "", ""},
	{ScopeVaccine, 1, "consent", false, "", ""},
	{ScopeTreatment, 1, "consent", false, "", ""},
	{ScopePhoto, 1, "consent", false, "", ""},
	{ScopeContact, 1, "consent", false, "care", "applicant"},
	{ScopeShareCare, 1, "consent", true, "sharing", "care_provider"},
	{ScopeStatistics, 1, "consent", true, "statistics", "statistics"},
}

func scopeOf(s Scope) (scopeInfo, bool) {
	for _, i := range Scopes {
		if i.Scope == s {
			return i, true
		}
	}
	return scopeInfo{}, false
}

// Decision is what the person said.
type Decision string

// The decisions. The zero Decision is not asked and never stands for "no".
const (
	NotAsked Decision = ""
	Given    Decision = "given"
	Refused  Decision = "refused"
)

// Giver says who decided.
type Giver string

// The givers.
const (
	BySelf     Giver = "self"
	ByParent   Giver = "parent"
	ByGuardian Giver = "guardian"
	ByProxy    Giver = "proxy"    // authorised in writing by an adult
	ByOfficers Giver = "officers" // two officers in the child's best interests
)

// Givers lists what may be chosen.
var Givers = []Giver{BySelf, ByParent, ByGuardian, ByProxy, ByOfficers}

// Capacity says how the person could decide.
type Capacity string

// The capacities.
const (
	CapacityFull      Capacity = "full"
	CapacitySupported Capacity = "supported"
	CapacityLacksNow  Capacity = "lacks_now"
	CapacityMinor     Capacity = "minor"
)

// Capacities lists what may be chosen.
var Capacities = []Capacity{CapacityFull, CapacitySupported, CapacityLacksNow, CapacityMinor}

// Assent is the child's own say.
type Assent string

// The answers of a child.
const (
	AssentOpen     Assent = ""
	AssentYes      Assent = "yes"
	AssentNo       Assent = "no"
	AssentTooYoung Assent = "too_young"
)

// Assents lists what may be chosen.
var Assents = []Assent{AssentYes, AssentNo, AssentTooYoung}

// Interpreter says who carried the words.
type Interpreter string

// The kinds of interpreter.
const (
	InterpreterNone         Interpreter = "none" // officer and person share a language
	InterpreterProfessional Interpreter = "professional"
	InterpreterRemote       Interpreter = "remote"
	InterpreterStaff        Interpreter = "staff"
	InterpreterRelative     Interpreter = "relative"
	InterpreterChild        Interpreter = "child"
)

// Interpreters lists what may be chosen.
var Interpreters = []Interpreter{InterpreterNone, InterpreterProfessional, InterpreterRemote, InterpreterStaff, InterpreterRelative, InterpreterChild}

// Mode says how the decision was made firm.
type Mode string

// The modes.
const (
	ModeSigned Mode = "signature"
	ModeThumb  Mode = "thumbprint"
	ModeAudio  Mode = "audio"
	ModeOral   Mode = "oral"
)

// Modes lists what may be chosen.
var Modes = []Mode{ModeSigned, ModeThumb, ModeAudio, ModeOral}

// Consent is one decision on one scope, journal kind "people.consent". It is
// never changed: a change of mind is a withdrawal, or a new record.
type Consent struct {
	ID       db.ID         `json:"-"`
	Scope    Scope         `json:"scope,omitempty"`
	Named    string        `json:"named,omitempty"` // the recipient or country the consent names, if it does
	Decision Decision      `json:"decision,omitempty"`
	GivenBy  Giver         `json:"given_by,omitempty"`
	Giver    string        `json:"giver,omitempty"`          // name, unless self
	Relation string        `json:"giver_relation,omitempty"` // to the person
	Capacity Capacity      `json:"capacity,omitempty"`
	Assent   Assent        `json:"assent,omitempty"`
	On       calendar.Date `json:"on,omitzero"`

	Interpreter     Interpreter `json:"interpreter,omitempty"`
	InterpreterName string      `json:"interpreter_name,omitempty"`
	Language        string      `json:"language,omitempty"` // the text was read in
	Confidential    value.Truth `json:"confidential,omitzero"`
	Emergency       string      `json:"emergency,omitempty"` // why a child interpreted

	TextVersion int    `json:"text_version,omitempty"`
	Mode        Mode   `json:"mode,omitempty"`
	Witness     string `json:"witness,omitempty"`
	Recording   string `json:"recording,omitempty"` // where paper or audio is kept

	// SecondOfficer signs by logging in, never by being named by the first.
	SecondOfficer db.ID         `json:"second_officer,omitzero"`
	SecondOn      calendar.Date `json:"second_on,omitzero"`

	WithdrawnOn calendar.Date `json:"withdrawn_on,omitzero"`
	WithdrawnBy Giver         `json:"withdrawn_by,omitempty"`
	Withdrawal  string        `json:"withdrawal,omitempty"` // in the person's words, if they give any

	// Order is what it was asked for at a station, if it was: a consent to a test is to
	// that one, and not to the next.
	Order db.ID `json:"order,omitzero"`

	// Replaces are the records on the same scope that the officer saw when this
	// one was made.
	Replaces []db.ID `json:"replaces,omitempty"`

	FirstOfficer db.ID `json:"-"` // the entry's author
}

// Valid checks a new record about p on a day. consentAge is the age from which
// the site's law lets a person decide alone on health.
func (c Consent) Valid(p Person, consentAge int, on calendar.Day) []error {
	var errs []error
	bad := func(field, key string) {
		errs = append(errs, fault.Field("people.Consent", field, "people.error."+key))
	}
	info, ok := scopeOf(c.Scope)
	switch {
	case !ok:
		bad("scope", "choice")
	case c.TextVersion != info.Version:
		bad("scope", "consent_text")
	}
	if c.Decision != Given && c.Decision != Refused {
		bad("decision", "consent_decision")
	}
	if day, ok := c.On.Exact(); !ok || day > on {
		bad("on", "consent_day")
	}
	c.validGiver(p, consentAge, on, bad)
	c.validInterpreter(bad)
	switch {
	case !contains(Modes, c.Mode):
		bad("mode", "consent_mode")
	case c.Mode != ModeSigned && c.Witness == "":
		bad("witness", "consent_witness")
	case c.Mode == ModeAudio && c.Recording == "":
		bad("recording", "consent_recording")
	}
	for _, f := range []struct{ field, text string }{{"giver", c.Giver}, {"giver_relation", c.Relation}, {"interpreter_name", c.InterpreterName},
		{"witness", c.Witness}, {"recording", c.Recording}, {"emergency", c.Emergency}, {"named", c.Named}} {
		if badText(f.text, maxName) {
			bad(f.field, "text")
		}
	}
	return errs
}

func (c Consent) validGiver(p Person, consentAge int, on calendar.Day, bad func(field, key string)) {
	if !contains(Givers, c.GivenBy) {
		bad("given_by", "consent_giver")
		return
	}
	minor := p.Minor(consentAge, on)
	switch {
	case c.GivenBy == BySelf && minor && c.Decision == Given: // a child may always refuse
		bad("given_by", "consent_age")
	case (c.GivenBy == ByParent || c.GivenBy == ByGuardian || c.GivenBy == ByProxy) && c.Giver == "":
		bad("giver", "consent_giver_name")
	case (c.GivenBy == ByParent || c.GivenBy == ByOfficers) && !minor && c.Capacity != CapacityLacksNow:
		bad("given_by", "consent_adult")
	}
	if minor && !contains(Assents, c.Assent) {
		bad("assent", "consent_assent")
	}
	if c.Assent != "" && !contains(Assents, c.Assent) {
		bad("assent", "choice")
	}
	if c.Capacity != "" && !contains(Capacities, c.Capacity) {
		bad("capacity", "choice")
	}
}

func (c Consent) validInterpreter(bad func(field, key string)) {
	switch {
	case !contains(Interpreters, c.Interpreter):
		bad("interpreter", "consent_interpreter")
	case c.Interpreter == InterpreterChild && c.Scope == ScopeHIVTest: // never an emergency: a remote line is offered
		bad("interpreter", "consent_child_hiv")
	case c.Interpreter == InterpreterChild && c.Emergency == "":
		bad("emergency", "consent_child_interpreter")
	case c.Interpreter != InterpreterNone && c.Language == "":
		bad("language", "consent_language")
	}
	if c.Language != "" {
		if _, ok := place.LanguageOf(c.Language); !ok {
			bad("language", "language")
		}
	}
}
