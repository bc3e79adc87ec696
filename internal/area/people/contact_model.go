package people

import (
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// ContactKind is the kind of way to reach somebody.
type ContactKind string

// The kinds of contact.
const (
	Phone     ContactKind = "phone"
	Messaging ContactKind = "messaging" // an application on a phone
	Email     ContactKind = "email"
	Address   ContactKind = "address"
	OtherWay  ContactKind = "other"
)

// ContactKinds lists what may be chosen.
var ContactKinds = []ContactKind{Phone, Messaging, Email, Address, OtherWay}

// ContactOwner says whose the contact is: messages to another person's phone say
// less.
type ContactOwner string

// The owners of a contact.
const (
	OwnContact      ContactOwner = "self"
	RelativeContact ContactOwner = "relative"
	NeighbourOwner  ContactOwner = "neighbour"
	AgencyContact   ContactOwner = "agency"
)

// ContactOwners lists what may be chosen.
var ContactOwners = []ContactOwner{OwnContact, RelativeContact, NeighbourOwner, AgencyContact}

// Safe is one way of using a contact that the person said is safe.
type Safe string

// The ways. None of them is assumed: no safe way told means "do not use it
// without asking".
const (
	SafeCall    Safe = "call"
	SafeText    Safe = "text"
	SafeMessage Safe = "message"
	SafeLetter  Safe = "letter"
	SafeVisit   Safe = "visit"
	SafeEmail   Safe = "email"
)

// Safes lists what may be chosen.
var Safes = []Safe{SafeCall, SafeText, SafeMessage, SafeEmail, SafeLetter, SafeVisit}

// Contact is one way to reach a person and how it is safe, journal kind
// "people.contact".
type Contact struct {
	ID       db.ID        `json:"-"`
	Kind     ContactKind  `json:"kind,omitempty"`
	Value    string       `json:"value,omitempty"`
	Owner    ContactOwner `json:"owner,omitempty"`
	Name     string       `json:"name,omitempty"` // of the relative, neighbour or agency
	Language string       `json:"language,omitempty"`
	Safe     []Safe       `json:"safe,omitempty"`
	SafeTime string       `json:"safe_time,omitempty"` // in the person's words: "after six", "not on Fridays"
	// NoMessage: leave no message and say to nobody else who calls.
	NoMessage bool   `json:"no_message,omitempty"`
	Note      string `json:"note,omitempty"`
}

// Valid checks the contact.
func (c Contact) Valid() []error {
	var errs []error
	bad := func(field, key string) {
		errs = append(errs, fault.Field("people.Contact", field, "people.error."+key))
	}
	if !contains(ContactKinds, c.Kind) {
		bad("contact_kind", "choice")
	}
	switch v := strings.TrimSpace(c.Value); {
	case v == "":
		bad("contact_value", "contact_value")
	case badText(v, maxText):
		bad("contact_value", "text")
	case (c.Kind == Phone || c.Kind == Messaging) && !isPhone(v):
		bad("contact_value", "phone")
	case c.Kind == Email && !isEmail(v):
		bad("contact_value", "email")
	}
	if c.Owner != "" && !contains(ContactOwners, c.Owner) {
		bad("contact_owner", "choice")
	}
	for _, s := range c.Safe {
		if !contains(Safes, s) {
			bad("contact_safe", "choice")
			break
		}
	}
	for _, f := range []struct{ field, text string }{{"contact_name", c.Name}, {"contact_time", c.SafeTime}, {"contact_note", c.Note}} {
		if badText(f.text, maxText) {
			bad(f.field, "text")
		}
	}
	if c.Language != "" {
		if _, ok := place.LanguageOf(c.Language); !ok {
			bad("contact_language", "language")
		}
	}
	return errs
}

// isPhone accepts what people write: digits with spaces, points, hyphens,
// brackets and a leading plus, five to fifteen digits (ITU-T E.164).
func isPhone(s string) bool {
	digits := 0
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9', r >= '٠' && r <= '٩', r >= '۰' && r <= '۹':
			digits++
		case r == '+' && i == 0, strings.ContainsRune(" .-()/\u00a0", r):
		default:
			return false
		}
	}
	return digits >= 5 && digits <= 15
}

func isEmail(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	return ok && local != "" && strings.Contains(domain, ".") && !strings.ContainsAny(s, " \t\r\n<>,;") && !strings.Contains(domain, "@")
}
