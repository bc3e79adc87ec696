package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Recipient is who gets what leaves the program: one of a closed list, and for
// an authority the country it belongs to (ISO 3166 alpha-3), as in
// "destination_authority/USA". There is no recipient for immigration
// enforcement, and there must never be one (design, section 9).
type Recipient string

// The closed list.
const (
	CareProvider         Recipient = "care_provider"         // somebody who treats the person
	HealthAuthority      Recipient = "health_authority"      // a ministry of health, for notifiable disease
	DestinationAuthority Recipient = "destination_authority" // the medical authority of the country the person applied to
	Applicant            Recipient = "applicant"             // the person
	Statistics           Recipient = "statistics"            // counts with small cells suppressed
)

// Recipients lists them.
func Recipients() []Recipient {
	return []Recipient{CareProvider, HealthAuthority, DestinationAuthority, Applicant, Statistics}
}

// Of is the recipient in a country: DestinationAuthority.Of("USA").
func (r Recipient) Of(country string) Recipient {
	if country == "" {
		return r.Kind()
	}
	return r.Kind() + "/" + Recipient(country)
}

// Kind is the recipient without its country.
func (r Recipient) Kind() Recipient {
	kind, _, _ := strings.Cut(string(r), "/")
	return Recipient(kind)
}

// Country is the country of the recipient, "" when none is given.
func (r Recipient) Country() string {
	_, country, _ := strings.Cut(string(r), "/")
	return country
}

// Authority reports whether r belongs to a state.
func (r Recipient) Authority() bool {
	return r.Kind() == HealthAuthority || r.Kind() == DestinationAuthority
}

// Valid reports whether r is of the closed list, with a country where it needs one.
func (r Recipient) Valid() bool {
	return slices.Contains(Recipients(), r.Kind()) && (r.Authority() == (r.Country() != "")) && !strings.HasSuffix(string(r), "/")
}

// Means is how something leaves the program.
type Means string

// The closed list of means.
const (
	Print   Means = "print"
	Export  Means = "export"
	Message Means = "message"
)

// Route is one way out of the program. Every export, print and message has one,
// registered by the area that owns it; Release refuses what is not registered,
// and the guard in the middleware stops a page below /print or /export that
// answered without a Release.
type Route struct {
	Name       string      // "assessment.certificate"
	Means      Means       // print, export or message
	Purpose    string      // a code of purposes.csv
	Recipients []Recipient // kinds; an authority's country comes with the call
	Action     Action      // the right it needs; one of the export actions

	// Station is the station whose list it is, for the rights of those who work at
	// one station only; "" where it has none.
	Station string

	// Sensitivity is the highest of what it carries; the user must be allowed to
	// see as much. Unset means no more than who the person is.
	Sensitivity journal.Sensitivity

	Consent  bool     // the person's consent is needed, for this purpose and recipient
	Recall   bool     // calls the person: a recall, a slip, a message. A death stops it.
	Patterns []string // mux patterns it is served at, "GET /cases/{id}/print/certificate"
}

// Valid reports what is wrong with a route: our own mistake, found when the
// program starts.
func (r Route) Valid(purposes []Purpose) error {
	bad := func(what string) error {
		return &fault.Error{Code: fault.Internal, Op: "access.Route", Err: fmt.Errorf("route %q: %s", r.Name, what)}
	}
	switch {
	case r.Name == "":
		return bad("has no name")
	case r.Means != Print && r.Means != Export && r.Means != Message:
		return bad("is no print, export or message")
	case !slices.ContainsFunc(purposes, func(p Purpose) bool { return p.Code == r.Purpose }):
		return bad("has no purpose of the list")
	case !r.Action.Export():
		return bad("needs one of the export actions")
	case len(r.Recipients) == 0:
		return bad("has no recipient")
	case r.Means != Message && len(r.Patterns) == 0:
		return bad("is served nowhere")
	}
	for _, to := range r.Recipients {
		if !slices.Contains(Recipients(), to) {
			return bad("has a recipient that is not in the list")
		}
	}
	return nil
}

// Standing is what Release must know of a person. The people area provides it.
type Standing struct {
	Resource // of the person's identity: site, programme, sensitivity

	// Protected is No only when it is known that the person is no refugee, no
	// asylum seeker, not stateless and not of undetermined status. Not asked and
	// refused are not a No.
	Protected value.Truth
	// Nationalities are the states whose national the person is, and Feared the
	// states the person fears or fled, alpha-3. Told says that the list of
	// nationalities is all there is; for a stateless person it is empty and told.
	Nationalities, Feared []string
	Told                  bool
	// Deceased stops recalls, slips and messages.
	Deceased bool
	// Consents are the person's decisions as they stand now.
	Consents []Consent
}

// Consent is one decision of the person on one purpose and recipient.
type Consent struct {
	Purpose   string
	Recipient Recipient // a kind, or an authority with its country
	Given     bool      // false: refused or withdrawn
}

// consents reports whether the person agreed. An authority is agreed to only by
// its country: "a consent names it". What was refused or withdrawn for the
// recipient outweighs what was given for its kind.
func (s Standing) consents(purpose string, to Recipient) bool {
	given := false
	for _, c := range s.Consents {
		if c.Purpose != purpose || c.Recipient.Kind() != to.Kind() {
			continue
		}
		if c.Recipient != to && (to.Authority() || c.Recipient.Country() != "") {
			if !c.Given && c.Recipient.Country() == "" {
				return false // refused to every authority of this kind
			}
			continue
		}
		if !c.Given {
			return false
		}
		given = true
	}
	return given
}

// mayLeave decides whether something identifiable about this person may go to
// this recipient over this route. It answers nil or the reason to tell the user.
func mayLeave(r Route, to Recipient, s Standing) error {
	const op = "access.Release"
	agreed := s.consents(r.Purpose, to)
	if r.Recall && s.Deceased {
		return fault.New(fault.Forbidden, op, "door.release.deceased")
	}
	if r.Consent && !agreed {
		return fault.New(fault.Forbidden, op, "door.release.consent")
	}
	if !to.Authority() || s.Protected == value.No || agreed {
		return nil
	}
	if slices.Contains(s.Nationalities, to.Country()) || slices.Contains(s.Feared, to.Country()) {
		return fault.New(fault.Forbidden, op, "door.release.feared")
	}
	if !s.Told {
		// Whose authority this is cannot be told apart from the one that is feared.
		return fault.New(fault.Forbidden, op, "door.release.nationality")
	}
	return nil
}

// Agreed reports whether the person agreed that something goes to this recipient for
// this purpose. Not asked is not agreed.
func (s Standing) Agreed(purpose string, to Recipient) bool { return s.consents(purpose, to) }
