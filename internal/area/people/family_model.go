package people

import (
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Family is a case unit: people who are seen together, journal kind
// "people.family". It may be one person.
type Family struct {
	ID     db.ID  `json:"-"`
	Unit   Unit   `json:"unit,omitempty"`
	Number string `json:"number,omitempty"` // the number others know the unit by
	Note   string `json:"note,omitempty"`
}

// Unit is what holds a family together.
type Unit string

// The units.
const (
	UnitFamily Unit = "family"
	UnitGroup  Unit = "group"  // travels together without kinship
	UnitSingle Unit = "single" // one person
)

// Units lists what may be chosen.
var Units = []Unit{UnitFamily, UnitGroup, UnitSingle}

// Role is a member's place in a family, seen from its head.
type Role string

// The roles.
const (
	RoleHead        Role = "head"
	RoleSpouse      Role = "spouse"
	RoleChild       Role = "child"
	RoleParent      Role = "parent"
	RoleSibling     Role = "sibling"
	RoleGrandparent Role = "grandparent"
	RoleGrandchild  Role = "grandchild"
	RoleRelative    Role = "relative"
	RoleWard        Role = "ward"      // a child in the head's care without kinship
	RoleUnrelated   Role = "unrelated" // travels along
)

// Roles lists what may be chosen.
var Roles = []Role{RoleHead, RoleSpouse, RoleChild, RoleParent, RoleSibling, RoleGrandparent, RoleGrandchild, RoleRelative, RoleWard, RoleUnrelated}

// Member is one person's place in one family, journal kind "people.member". A
// person may be in several families over time.
type Member struct {
	ID     db.ID `json:"-"`
	Family db.ID `json:"family,omitzero"`
	Person db.ID `json:"person,omitzero"`
	Role   Role  `json:"role,omitempty"`
	Left   bool  `json:"left,omitempty"` // no longer of this unit
}

// Relation is what one person is to another, journal kind "people.relation".
type Relation struct {
	ID    db.ID        `json:"-"`
	Of    db.ID        `json:"of,omitzero"`    // whose mother, guardian …
	Other db.ID        `json:"other,omitzero"` // who is it
	Kind  RelationKind `json:"kind,omitempty"`
	Ended bool         `json:"ended,omitempty"`
}

// RelationKind says what Other is to Of.
type RelationKind string

// The kinds of relation.
const (
	Mother      RelationKind = "mother"
	Father      RelationKind = "father"
	Guardian    RelationKind = "guardian"
	Caregiver   RelationKind = "caregiver" // cares for the child without being guardian
	Spouse      RelationKind = "spouse"
	Sibling     RelationKind = "sibling"
	Grandparent RelationKind = "grandparent"
	AuntUncle   RelationKind = "aunt_uncle"
	Cousin      RelationKind = "cousin"
	OtherKin    RelationKind = "other_kin"
)

// RelationKinds lists what may be chosen.
var RelationKinds = []RelationKind{Mother, Father, Guardian, Caregiver, Spouse, Sibling, Grandparent, AuntUncle, Cousin, OtherKin}

// Inverse names the relation read from the other side, as a message key tail.
func (k RelationKind) Inverse() string {
	switch k {
	case Mother, Father:
		return "child"
	case Guardian, Caregiver:
		return "ward"
	case Grandparent:
		return "grandchild"
	case AuntUncle:
		return "niece_nephew"
	}
	return string(k)
}

// Valid checks the member.
func (m Member) Valid() []error {
	var errs []error
	if !contains(Roles, m.Role) {
		errs = append(errs, fault.Field("people.Member", "role", "people.error.role"))
	}
	if m.Family.IsZero() || m.Person.IsZero() {
		errs = append(errs, fault.Field("people.Member", "family_id", "people.error.family"))
	}
	return errs
}

// Valid checks the relation.
func (r Relation) Valid() []error {
	var errs []error
	if !contains(RelationKinds, r.Kind) {
		errs = append(errs, fault.Field("people.Relation", "relation", "people.error.relation"))
	}
	switch {
	case r.Of.IsZero() || r.Other.IsZero():
		errs = append(errs, fault.Field("people.Relation", "other", "people.error.relation_who"))
	case r.Of == r.Other:
		errs = append(errs, fault.Field("people.Relation", "other", "people.error.relation_self"))
	}
	return errs
}

// Valid checks the family.
func (f Family) Valid() []error {
	if !contains(Units, f.Unit) {
		return []error{fault.Field("people.Family", "unit", "people.error.choice")}
	}
	if badText(f.Number, maxNumber) {
		return []error{fault.Field("people.Family", "family_number", "people.error.text")}
	}
	if badText(f.Note, maxText) {
		return []error{fault.Field("people.Family", "family_note", "people.error.text")}
	}
	return nil
}

// Arrival is one person coming to one site on one day, journal kind
// "people.arrival".
type Arrival struct {
	ID  db.ID  `json:"-"`
	Day string `json:"day,omitempty"` // 2026-11-22
}
