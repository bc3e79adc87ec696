package people

import (
	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// DocumentType is what kind of paper or number identifies somebody. No document
// is needed for any service.
type DocumentType string

// The types of document and number.
const (
	Passport         DocumentType = "passport"
	NationalID       DocumentType = "national_id"
	RefugeeTravel    DocumentType = "refugee_travel" // 1951 and 1954 Convention travel documents
	RefugeeCard      DocumentType = "refugee_card"   // UNHCR or national
	AsylumCard       DocumentType = "asylum_card"
	LaissezPasser    DocumentType = "laissez_passer"
	ResidencePermit  DocumentType = "residence_permit"
	Visa             DocumentType = "visa"
	BirthCertificate DocumentType = "birth_certificate"
	SeamanBook       DocumentType = "seaman_book"
	CaseNumber       DocumentType = "case_number"   // of the destination: HAP, IME, GWF, DS case
	AgencyNumber     DocumentType = "agency_number" // of an agency: UNHCR, IOM
	OtherDocument    DocumentType = "other"
)

// DocumentTypes lists what may be chosen, the common ones first.
var DocumentTypes = []DocumentType{Passport, NationalID, RefugeeTravel, RefugeeCard, AsylumCard, LaissezPasser,
	ResidencePermit, Visa, BirthCertificate, SeamanBook, CaseNumber, AgencyNumber, OtherDocument}

// Document is a paper or number of a person, journal kind "people.document". No
// image of it is kept: the number and the zone suffice once somebody has looked
// (reference/programme-protection.md, section 1.8).
type Document struct {
	ID     db.ID         `json:"-"`
	Type   DocumentType  `json:"type,omitempty"`
	Number string        `json:"number,omitempty"`
	Issuer string        `json:"issuer,omitempty"` // alpha-3 or ICAO code
	Issued calendar.Date `json:"issued,omitzero"`
	Expiry calendar.Date `json:"expiry,omitzero"`

	// The zone as read, kept beside the parsed fields: a check digit that passes
	// is no proof of identity (values that differ by ten pass alike).
	Zone      string   `json:"zone,omitempty"`
	ZoneState string   `json:"zone_state,omitempty"` // mrz.State
	ZoneFails []string `json:"zone_fails,omitempty"` // mrz.Field

	// What the document says of its holder. It never overwrites what the person says.
	Holder DocumentHolder `json:"holder,omitzero"`
}

// DocumentHolder is what a document says of its holder.
type DocumentHolder struct {
	Family      string        `json:"family,omitempty"`
	Given       string        `json:"given,omitempty"`
	Truncated   bool          `json:"truncated,omitempty"`
	Birth       calendar.Date `json:"birth,omitzero"`
	Sex         string        `json:"sex,omitempty"`         // M, F, X; "" where the document says nothing
	Nationality string        `json:"nationality,omitempty"` // XXA, XXB … are what a document says
}

// IsZero reports whether the document says nothing of its holder.
func (h DocumentHolder) IsZero() bool { return h == DocumentHolder{} }

// Valid checks the document on a day. An expired document is legal: people live
// with them; the page says that it is expired.
func (d Document) Valid(on calendar.Day) []error {
	var errs []error
	bad := func(field, key string) {
		errs = append(errs, fault.Field("people.Document", field, "people.error."+key))
	}
	if !contains(DocumentTypes, d.Type) {
		bad("doc_type", "choice")
	}
	switch {
	case numberKey(d.Number) == "":
		bad("doc_number", "doc_number")
	case badText(d.Number, maxNumber):
		bad("doc_number", "text")
	}
	if d.Issuer != "" {
		if p, ok := place.Lookup(d.Issuer); !ok || p.Kind == place.KindSpecimen {
			bad("doc_issuer", "issuer")
		}
	}
	if first, _, ok := d.Issued.Bounds(); ok && first > on {
		bad("doc_issued", "doc_issued_future")
	}
	if before(d.Expiry, d.Issued) {
		bad("doc_expiry", "doc_expiry_before")
	}
	return errs
}
