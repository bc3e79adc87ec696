package people

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Record is all of a person that the actor may see. What they may not see is nil
// or empty, and the May fields say so, so that a page can tell "not known" from
// "not yours".
type Record struct {
	ID              db.ID
	Code            string
	Site, Programme string
	Person          Person
	Registered      calendar.Day
	Base            journal.Base

	Stays     []Stay // in the order of the timeline
	Journey   Journey
	Gaps      []Gap
	Documents []Document
	Contacts  []Contact
	Consents  []Consent
	Families  []FamilyView
	Relations []RelationView
	Photo     db.ID
	Namesakes []Hit // of today's list
	HereToday bool

	Safety      *Safety
	Protection  *Protection
	Functioning *Functioning

	Conflicts []Conflict

	MayEdit, MayJourney, MayWriteJourney, MayConsent, MayRecordConsent bool
	MaySafety, MayRecordSafety, MayProtection, MayWriteProtection      bool
	MayClinical, MayWriteClinical                                      bool
}

// FamilyView is one family of a person with its members.
type FamilyView struct {
	Family
	Code    string
	Site    string
	Role    Role // of the person it is shown for
	Left    bool
	Members []MemberView
}

// MemberView is one member as the others' page shows them.
type MemberView struct {
	Member
	Hit
	Child  value.Truth
	Urgent bool
}

// RelationView is a relation read from one person's side.
type RelationView struct {
	ID    db.ID
	Other Hit
	Word  string // message key tail: what the other is to this person
	Ended bool
}

// Conflict is a group of a document that two changes, which did not see each
// other, gave two values.
type Conflict struct {
	Kind   string
	Doc    db.ID
	Group  string
	Values []ConflictValue
	Shown  int // the value the page shows meanwhile; -1 for none (safety)
}

// ConflictValue is one of the values.
type ConflictValue struct {
	Version string
	Fields  map[string]json.RawMessage
	At      calendar.Day
}

// Open loads a person's record for the actor and writes a line into the read
// audit.
func (s *Service) Open(ctx context.Context, id db.ID) (Record, error) {
	var r Record
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		r, err = s.record(ctx, tx, id)
		return err
	})
	if err != nil {
		return r, fault.Wrap("people.Open", err)
	}
	return r, fault.Wrap("people.Open", s.Access.Opened(ctx, id, kindPerson))
}

func (s *Service) record(ctx context.Context, tx *db.Tx, id db.ID) (Record, error) {
	row, err := s.open(ctx, tx, access.PersonRead, id)
	if err != nil {
		return Record{}, err
	}
	d, err := s.Journal.Load(tx, id)
	if err != nil {
		return Record{}, err
	}
	r := Record{ID: id, Code: row.Code, Site: row.Site, Programme: row.Programme, Person: row.Person, Registered: row.Registered, Base: d.Version}
	may := func(a access.Action, sens journal.Sensitivity) bool {
		return s.Access.May(ctx, a, row.part(kindPerson, sens))
	}
	r.MayEdit = may(access.PersonEdit, journal.Identity)
	r.MayJourney, r.MayWriteJourney = may(access.JourneyRead, journal.Identity), may(access.JourneyWrite, journal.Identity)
	r.MayConsent, r.MayRecordConsent = may(access.ConsentRead, journal.Identity), may(access.ConsentRecord, journal.Identity)
	r.MaySafety, r.MayRecordSafety = may(access.SafetyRead, journal.Clinical), may(access.SafetyRecord, journal.Clinical)
	r.MayProtection, r.MayWriteProtection = may(access.ProtectionRead, journal.Sensitive), may(access.ProtectionWrite, journal.Sensitive)
	r.MayClinical, r.MayWriteClinical = may(access.ClinicalRead, journal.Clinical), may(access.ClinicalWrite, journal.Clinical)
	for _, load := range []func() error{
		func() error { return s.recordOfIdentity(tx, &r, row) },
		func() error { return s.recordOfParts(ctx, tx, &r, row) },
		func() error { return s.recordOfFamily(ctx, tx, &r) },
		func() error { return s.conflicts(tx, &r, d) },
	} {
		if err := load(); err != nil {
			return Record{}, err
		}
	}
	return r, nil
}

func (s *Service) recordOfIdentity(tx *db.Tx, r *Record, row personRow) (err error) {
	if r.MayJourney {
		if r.Stays, r.Journey, err = journeyOf(tx, r.ID); err != nil {
			return err
		}
		r.Stays = Timeline(r.Stays)
		r.Gaps = Gaps(r.Stays, r.Person.BirthFact(), s.Today())
	}
	if r.Documents, err = documentsOf(tx, r.ID); err != nil {
		return err
	}
	if r.Contacts, err = contactsOf(tx, r.ID); err != nil {
		return err
	}
	if r.Photo, err = latestPhoto(tx, r.ID); err != nil {
		return err
	}
	day := s.Today().String()
	if r.HereToday, err = arrivedOn(tx, r.ID, r.Site, day); err != nil {
		return err
	}
	if r.HereToday {
		r.Namesakes, err = s.namesakes(tx, row, day)
	}
	return err
}

func (s *Service) recordOfParts(ctx context.Context, tx *db.Tx, r *Record, row personRow) error {
	if r.MayConsent {
		all, err := consentsOf(tx, r.ID)
		if err != nil {
			return err
		}
		for _, c := range all {
			if s.Access.May(ctx, access.ConsentRead, row.part(kindConsent, consentSensitivity(c.Scope))) {
				r.Consents = append(r.Consents, c)
			}
		}
	}
	if r.MaySafety {
		v, ok, err := loadOnly(s, tx, r.ID, kindSafety, settleSafety)
		if err != nil {
			return err
		}
		if ok {
			r.Safety = &v
		}
	}
	if r.MayProtection {
		v, ok, err := loadOnly[Protection](s, tx, r.ID, kindProtection, nil)
		if err != nil {
			return err
		}
		if ok {
			r.Protection = &v
		}
	}
	if r.MayClinical {
		v, ok, err := loadOnly[Functioning](s, tx, r.ID, kindFunctioning, nil)
		if err != nil {
			return err
		}
		if ok {
			r.Functioning = &v
		}
	}
	return nil
}

// loadOnly loads the one document of a kind that a person has. settle reads what
// is in conflict.
func loadOnly[T any](s *Service, tx *db.Tx, person db.ID, kind string, settle func(*T, *journal.Doc) error) (v T, ok bool, err error) {
	d, err := s.Journal.Load(tx, only(person, kind))
	if notFound(err) || err == nil && d.Error {
		return v, false, nil
	}
	if err != nil {
		return v, false, err
	}
	if err := d.Decode(&v); err != nil {
		return v, false, err
	}
	if settle != nil {
		err = settle(&v, d)
	}
	return v, true, err
}

// baseOnly is the version of such a document, zero if there is none yet.
func (s *Service) baseOnly(tx *db.Tx, person db.ID, kind string) (journal.Base, error) {
	d, err := s.Journal.Load(tx, only(person, kind))
	if notFound(err) {
		return journal.Base{}, nil
	}
	if err != nil {
		return journal.Base{}, err
	}
	return d.Version, nil
}

// settleSafety reads a safety document in conflict as the more dangerous of what
// it may be: every allergy named, pregnant if any says so (design, section 4).
func settleSafety(v *Safety, d *journal.Doc) error {
	for _, alt := range d.Disputed["allergy"] {
		var one Safety
		if err := decodeFields(alt.Fields, &one); err != nil {
			return err
		}
		if one.HasAllergy == value.Yes {
			v.HasAllergy = value.Yes
		}
		for _, a := range one.Allergies {
			if !slices.Contains(v.Allergies, a) {
				v.Allergies = append(v.Allergies, a)
			}
		}
	}
	for _, alt := range d.Disputed["pregnancy"] {
		var one Safety
		if err := decodeFields(alt.Fields, &one); err != nil {
			return err
		}
		if one.Pregnant == value.Yes {
			v.Pregnant, v.PregnantOn, v.LastPeriod, v.Due = value.Yes, one.PregnantOn, one.LastPeriod, one.Due
		}
	}
	return nil
}

func decodeFields(fields map[string]json.RawMessage, into any) error {
	b, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

// recordOfFamily loads families and relations. Of the others it shows what any
// reader of their identity may see, and nobody whom the actor may not open.
func (s *Service) recordOfFamily(ctx context.Context, tx *db.Tx, r *Record) error {
	mine, err := membershipsOf(tx, r.ID)
	if err != nil {
		return err
	}
	for _, m := range mine {
		v, err := s.familyView(ctx, tx, m.Family)
		if notFound(err) {
			continue
		}
		if err != nil {
			return err
		}
		v.Role, v.Left = m.Role, m.Left
		r.Families = append(r.Families, v)
	}
	rels, err := relationsOf(tx, r.ID)
	if err != nil || len(rels) == 0 {
		return err
	}
	var ids []db.ID
	for _, rel := range rels {
		ids = append(ids, rel.Of, rel.Other)
	}
	rows, err := findPersons(tx, ids)
	if err != nil {
		return err
	}
	for _, rel := range rels {
		other, word := rel.Other, string(rel.Kind)
		if other == r.ID {
			other, word = rel.Of, rel.Kind.Inverse()
		}
		row, ok := rows[other]
		if !ok || !s.Access.May(ctx, access.PersonRead, row.resource()) {
			continue
		}
		r.Relations = append(r.Relations, RelationView{ID: rel.ID, Other: row.hit(), Word: word, Ended: rel.Ended})
	}
	return nil
}

func (s *Service) familyView(ctx context.Context, tx *db.Tx, id db.ID) (FamilyView, error) {
	f, err := findFamily(tx, id)
	if err != nil {
		return FamilyView{}, err
	}
	v := FamilyView{Family: f.Family, Code: f.Code, Site: f.Site}
	ms, err := members(tx, id)
	if err != nil {
		return v, err
	}
	var ids []db.ID
	for _, m := range ms {
		ids = append(ids, m.Person)
	}
	rows, err := findPersons(tx, ids)
	if err != nil {
		return v, err
	}
	for _, m := range ms {
		row, ok := rows[m.Person]
		if !ok || !s.Access.May(ctx, access.PersonRead, row.resource()) {
			continue
		}
		v.Members = append(v.Members, MemberView{Member: m, Hit: row.hit(), Child: row.Person.Child(s.Today()), Urgent: row.Person.Urgent(s.Today())})
	}
	return v, nil
}

// conflicts lists what is disputed in the identity and, where the actor may see
// it, in the safety record.
func (s *Service) conflicts(tx *db.Tx, r *Record, identity *journal.Doc) error {
	docs := []*journal.Doc{identity}
	if r.MaySafety {
		d, err := s.Journal.Load(tx, only(r.ID, kindSafety))
		if err == nil {
			docs = append(docs, d)
		} else if !notFound(err) {
			return err
		}
	}
	for _, st := range r.Stays {
		if !st.Disputed {
			continue
		}
		d, err := s.Journal.Load(tx, st.ID)
		if err != nil {
			return err
		}
		docs = append(docs, d)
	}
	for _, d := range docs {
		r.Conflicts = append(r.Conflicts, conflictsOf(d)...)
	}
	return nil
}

func conflictsOf(d *journal.Doc) []Conflict {
	var out []Conflict
	for group, alts := range d.Disputed {
		c := Conflict{Kind: d.Kind, Doc: d.ID, Group: group, Shown: -1}
		for i, a := range alts {
			c.Values = append(c.Values, ConflictValue{Version: a.Version.String(), Fields: a.Fields, At: calendar.DayOfTime(a.At)})
			if d.Kind != kindSafety && same(a.Fields, d.Fields) {
				c.Shown = i
			}
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Conflict) int {
		if a.Group < b.Group {
			return -1
		}
		return 1
	})
	return out
}

// same reports whether every field of a stands so in b.
func same(a, b map[string]json.RawMessage) bool {
	for k, v := range a {
		if string(b[k]) != string(v) {
			return false
		}
	}
	return true
}

// Keep settles a conflict: the value with this version stays, the others go.
func (s *Service) Keep(ctx context.Context, person, doc db.ID, group, version string) error {
	const op = "people.Keep"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		row, err := s.open(ctx, tx, access.PersonRead, person)
		if err != nil {
			return err
		}
		d, err := s.Journal.Load(tx, doc)
		if err != nil {
			return err
		}
		if d.Subject != person && doc != person {
			return fault.New(fault.NotFound, op, "people.error.conflict_gone")
		}
		action := access.PersonEdit
		switch d.Kind {
		case kindSafety:
			action = access.SafetyRecord
		case kindStay, kindJourney:
			action = access.JourneyWrite
		}
		if err := s.Access.Check(ctx, action, row.part(d.Kind, d.Sensitivity)); err != nil {
			return err
		}
		var others []journal.Version
		kept := false
		for _, a := range d.Disputed[group] {
			if a.Version.String() == version {
				kept = true
				continue
			}
			others = append(others, a.Version)
		}
		if !kept || len(others) == 0 {
			return fault.New(fault.Conflict, op, "people.error.conflict_gone")
		}
		a, err := actor(ctx)
		if err != nil {
			return err
		}
		return s.append(ctx, tx, a, journal.Change{Kind: d.Kind, Doc: doc, Purpose: a.Purpose, Base: d.Version, Resolves: others}, person)
	}))
}

// PersonEdit changes part of a person's identity: edit is called with the person
// as they stand now.
type PersonEdit struct {
	Person db.ID
	Base   journal.Base // of the form; zero takes the record as it stands
	Edit   func(*Person)
	Action access.Action // PersonEdit when empty
	// Faults answers what Edit found wrong with what was typed; it may be nil.
	Faults func() []error
	// Fields are the questions the form shows. A fault the record had before, in a
	// field it does not show, does not stand in the way; nil shows all.
	Fields []string
}

// EditPerson saves a change of identity.
func (s *Service) EditPerson(ctx context.Context, e PersonEdit) error {
	const op = "people.EditPerson"
	if e.Action == "" {
		e.Action = access.PersonEdit
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		row, err := s.open(ctx, tx, access.PersonRead, e.Person)
		if err != nil {
			return err
		}
		sens := journal.Identity
		if e.Action != access.PersonEdit {
			sens = journal.Sensitive
		}
		if err := s.Access.Check(ctx, e.Action, row.part(kindPerson, sens)); err != nil {
			return err
		}
		d, err := s.Journal.Load(tx, e.Person)
		if err != nil {
			return err
		}
		var before Person
		if err := d.Decode(&before); err != nil {
			return err
		}
		after := before
		e.Edit(&after)
		var errs []error
		if e.Faults != nil {
			errs = e.Faults()
		}
		if err := join(append(errs, e.newFaults(before.Valid(s.Today()), after.Valid(s.Today()))...)); err != nil {
			return err
		}
		base := e.Base
		if base.IsZero() {
			base = d.Version
		}
		return s.put(ctx, tx, row, kindPerson, e.Person, 0, base, before, after)
	}))
}

// newFaults drops faults that the record had before in fields the form does not
// show: a form about languages must not be refused for an old birth date.
func (e PersonEdit) newFaults(before, after []error) []error {
	if e.Fields == nil {
		return after
	}
	had := map[string]bool{}
	for _, f := range before {
		had[fault.FieldOf(f)+" "+fault.KeyOf(f)] = true
	}
	return slices.DeleteFunc(after, func(f error) bool {
		return !contains(e.Fields, fault.FieldOf(f)) && had[fault.FieldOf(f)+" "+fault.KeyOf(f)]
	})
}

// part is a document that a person has one of, with the right to change it.
type part struct {
	kind   string
	sens   journal.Sensitivity
	action access.Action
}

// saveOnly writes a document that a person has one of.
func (s *Service) saveOnly(ctx context.Context, person db.ID, p part, base journal.Base, before func(*journal.Doc) (any, error), after any, valid func(Person) []error) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		row, err := s.open(ctx, tx, access.PersonRead, person)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, p.action, row.part(p.kind, p.sens)); err != nil {
			return err
		}
		if err := join(valid(row.Person)); err != nil {
			return err
		}
		doc := only(person, p.kind)
		d, err := s.Journal.Load(tx, doc)
		if notFound(err) {
			if !base.IsZero() {
				return fault.New(fault.Conflict, "people.saveOnly", "people.error.conflict_gone")
			}
			return s.put(ctx, tx, row, p.kind, doc, p.sens, base, nil, after)
		}
		if err != nil {
			return err
		}
		old, err := before(d)
		if err != nil {
			return err
		}
		if base.IsZero() {
			base = d.Version
		}
		return s.put(ctx, tx, row, p.kind, doc, 0, base, old, after)
	})
}

func decoded[T any](d *journal.Doc) (any, error) {
	var v T
	err := d.Decode(&v)
	return v, err
}

// SaveSafety records allergies and pregnancy.
func (s *Service) SaveSafety(ctx context.Context, person db.ID, base journal.Base, v Safety) error {
	return fault.Wrap("people.SaveSafety", s.saveOnly(ctx, person, part{kindSafety, journal.Clinical, access.SafetyRecord}, base, decoded[Safety], v,
		func(Person) []error { return v.Valid(s.Today()) }))
}

// SaveProtection records legal status and feared countries.
func (s *Service) SaveProtection(ctx context.Context, person db.ID, base journal.Base, v Protection) error {
	return fault.Wrap("people.SaveProtection", s.saveOnly(ctx, person, part{kindProtection, journal.Sensitive, access.ProtectionWrite}, base, decoded[Protection], v,
		func(Person) []error { return v.Valid() }))
}

// SaveFunctioning records the answers of the Washington Group short set.
func (s *Service) SaveFunctioning(ctx context.Context, person db.ID, base journal.Base, v Functioning) error {
	return fault.Wrap("people.SaveFunctioning", s.saveOnly(ctx, person, part{kindFunctioning, journal.Clinical, access.ClinicalWrite}, base, decoded[Functioning], v,
		func(p Person) []error { return v.Valid(p.BirthFact(), s.Today()) }))
}

var errGone = fault.New(fault.NotFound, "people", "people.error.gone")

// isGone reports whether what was asked for is not there or not of this person.
func isGone(err error) bool { return errors.Is(err, errGone) || notFound(err) }
