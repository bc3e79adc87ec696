package people

import (
	"context"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/match"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Registration is a new person with what was told at the first meeting. Only the
// identity is needed; everything else may be empty.
type Registration struct {
	ID        db.ID // made when the form was shown, so that a replay is seen
	Site      string
	Programme string
	Person    Person
	Documents []Document
	Contacts  []Contact
	Stays     []Stay
	Journey   Journey

	Family       db.ID  // a family to join, or the id of a new one
	NewFamily    bool   // make it
	FamilyUnit   Unit   // of a new family; UnitFamily when empty
	FamilyNumber string // of a new family
	Role         Role

	Safety      *Safety
	Protection  *Protection
	Functioning *Functioning
	Consents    []Consent

	Arrived bool         // the person is here today
	Day     calendar.Day // of the arrival and of the checks; 0 is today
}

// Registered is what became of a registration. If Likely is not empty nothing was
// saved: the officer has to look first.
type Registered struct {
	ID     db.ID
	Code   string
	Likely []Likely
}

// Likely is somebody who may be the same person, with the reasons.
type Likely struct {
	ID          db.ID
	Code        string
	Name, Latin string
	Birth       calendar.Date
	Sex         Sex
	Bits        float64
	Reasons     []match.Reason
}

// Register saves a new person. It refuses a registration whose id exists already
// with fault.Conflict (key people.error.replayed), names each wrong field, and
// saves nothing while likely doubles have not been looked at.
func (s *Service) Register(ctx context.Context, r Registration) (Registered, error) {
	const op = "people.Register"
	if r.Day == 0 {
		r.Day = s.Today()
	}
	out := Registered{ID: r.ID, Code: Code(r.ID)}
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		out.Likely = nil
		if err := s.mayRegister(ctx, tx, &r); err != nil {
			return err
		}
		var numbers []string
		for _, d := range r.Documents {
			numbers = append(numbers, d.Number)
		}
		likely, err := s.likely(ctx, tx, r.Person, r.ID, numbers)
		if err != nil {
			return err
		}
		for _, l := range likely {
			if !contains(r.Person.DistinctFrom, l.ID) {
				out.Likely = likely
				return nil
			}
		}
		return s.register(ctx, tx, r)
	})
	return out, fault.Wrap(op, err)
}

// RegisterBatch saves many persons in one transaction: a seeder, an import. It
// looks for no doubles. Families named in the batch are made where NewFamily says
// so. Any fault undoes the whole batch and names the registration's place in it.
func (s *Service) RegisterBatch(ctx context.Context, all []Registration) error {
	const op = "people.RegisterBatch"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		for i := range all {
			r := all[i]
			if r.Day == 0 {
				r.Day = s.Today()
			}
			err := s.mayRegister(ctx, tx, &r)
			if err == nil {
				err = s.register(ctx, tx, r)
			}
			if err != nil {
				return &fault.Error{Code: fault.CodeOf(err), Op: op, Field: fault.FieldOf(err), Key: fault.KeyOf(err), Args: map[string]any{"row": i + 1}, Err: err}
			}
		}
		return nil
	}))
}

// mayRegister authorises and checks a registration.
func (s *Service) mayRegister(ctx context.Context, tx *db.Tx, r *Registration) error {
	a, err := actor(ctx)
	if err != nil {
		return err
	}
	if r.ID.IsZero() {
		r.ID = db.NewID()
	}
	if r.Site == "" {
		r.Site = a.Site()
	}
	if r.Site == "" {
		return fault.Field("people.Register", "site", "people.error.site")
	}
	res := access.Resource{Kind: kindPerson, Doc: r.ID, Subject: r.ID, Site: r.Site, Programme: r.Programme, Sensitivity: journal.Identity}
	if err := s.Access.Check(ctx, access.PersonRegister, res); err != nil {
		return err
	}
	switch _, err := s.Journal.Load(tx, r.ID); {
	case err == nil:
		return fault.New(fault.Conflict, "people.Register", "people.error.replayed")
	case !notFound(err):
		return err
	}
	return join(r.valid())
}

// valid checks every part of a registration.
func (r *Registration) valid() []error {
	errs := r.Person.Valid(r.Day)
	for _, d := range r.Documents {
		errs = append(errs, d.Valid(r.Day)...)
	}
	for _, c := range r.Contacts {
		errs = append(errs, c.Valid()...)
	}
	for _, st := range r.Stays {
		errs = append(errs, st.Valid(r.Person.BirthFact(), r.Day)...)
	}
	if r.Safety != nil {
		errs = append(errs, r.Safety.Valid(r.Day)...)
	}
	if r.Protection != nil {
		errs = append(errs, r.Protection.Valid()...)
	}
	if r.Functioning != nil {
		errs = append(errs, r.Functioning.Valid(r.Person.BirthFact(), r.Day)...)
	}
	if !r.Family.IsZero() {
		errs = append(errs, Member{Family: r.Family, Person: r.ID, Role: r.Role}.Valid()...)
	}
	if r.NewFamily {
		errs = append(errs, r.family().Valid()...)
	}
	return errs
}

// family is the new family of a registration.
func (r *Registration) family() Family {
	unit := r.FamilyUnit
	if unit == "" {
		unit = UnitFamily
	}
	return Family{Unit: unit, Number: r.FamilyNumber}
}

// register writes a checked registration.
func (s *Service) register(ctx context.Context, tx *db.Tx, r Registration) error {
	row := personRow{ID: r.ID, Site: r.Site, Programme: r.Programme, Sensitivity: journal.Identity, Person: r.Person}
	add := func(kind string, doc db.ID, v any) error {
		return s.put(ctx, tx, row, kind, orNew(doc), sensitivityOf(kind), journal.Base{}, nil, v)
	}
	if err := add(kindPerson, r.ID, r.Person); err != nil {
		return err
	}
	for _, d := range r.Documents {
		if err := add(kindDocument, d.ID, d); err != nil {
			return err
		}
	}
	for _, c := range r.Contacts {
		if err := add(kindContact, c.ID, c); err != nil {
			return err
		}
	}
	for _, st := range r.Stays {
		if err := add(kindStay, st.ID, st); err != nil {
			return err
		}
	}
	if r.Journey != (Journey{}) {
		if err := add(kindJourney, only(r.ID, kindJourney), r.Journey); err != nil {
			return err
		}
	}
	if err := s.registerParts(ctx, tx, row, r); err != nil {
		return err
	}
	if err := s.registerFamily(ctx, tx, row, r); err != nil {
		return err
	}
	if !r.Arrived {
		return nil
	}
	return add(kindArrival, db.ID{}, Arrival{Day: r.Day.String()})
}

// registerParts writes what is more sensitive than identity. The actor of a
// registration desk may not know these; each has its own right.
func (s *Service) registerParts(ctx context.Context, tx *db.Tx, row personRow, r Registration) error {
	if r.Safety != nil {
		if err := s.Access.Check(ctx, access.SafetyRecord, row.part(kindSafety, journal.Clinical)); err != nil {
			return err
		}
		if err := s.put(ctx, tx, row, kindSafety, only(r.ID, kindSafety), journal.Clinical, journal.Base{}, nil, *r.Safety); err != nil {
			return err
		}
	}
	if r.Protection != nil {
		if err := s.Access.Check(ctx, access.ProtectionWrite, row.part(kindProtection, journal.Sensitive)); err != nil {
			return err
		}
		if err := s.put(ctx, tx, row, kindProtection, only(r.ID, kindProtection), journal.Sensitive, journal.Base{}, nil, *r.Protection); err != nil {
			return err
		}
	}
	if r.Functioning != nil {
		if err := s.Access.Check(ctx, access.ClinicalWrite, row.part(kindFunctioning, journal.Clinical)); err != nil {
			return err
		}
		if err := s.put(ctx, tx, row, kindFunctioning, only(r.ID, kindFunctioning), journal.Clinical, journal.Base{}, nil, *r.Functioning); err != nil {
			return err
		}
	}
	for _, c := range r.Consents {
		if err := s.recordConsent(ctx, tx, row, c, r.Day); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) registerFamily(ctx context.Context, tx *db.Tx, row personRow, r Registration) error {
	if r.Family.IsZero() {
		return nil
	}
	if r.NewFamily {
		f := r.family()
		f.ID = r.Family
		if err := s.putFamily(ctx, tx, row, f); err != nil {
			return err
		}
	} else if _, err := s.openFamily(ctx, tx, access.PersonEdit, r.Family); err != nil {
		return err
	}
	return s.put(ctx, tx, row, kindMember, db.NewID(), journal.Identity, journal.Base{}, nil, Member{Family: r.Family, Person: r.ID, Role: r.Role})
}

func orNew(id db.ID) db.ID {
	if id.IsZero() {
		return db.NewID()
	}
	return id
}
