package people

import (
	"context"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// consentAge is the age of consent on health at a site, 18 where none is set.
func (s *Service) consentAge(tx *db.Tx, site string) (int, error) {
	if s.Sites == nil {
		return childAge, nil
	}
	st, err := s.Sites.Site(tx, site)
	if notFound(err) || err == nil && st.ConsentAge == 0 {
		return childAge, nil
	}
	return st.ConsentAge, err
}

// RecordConsent saves decisions made in one talk, all or none. The text version is
// the one in force; the person has been shown it on this form.
func (s *Service) RecordConsent(ctx context.Context, person db.ID, all []Consent) error {
	return fault.Wrap("people.RecordConsent", s.DB.Write(ctx, func(tx *db.Tx) error {
		row, err := s.open(ctx, tx, access.PersonRead, person)
		if err != nil {
			return err
		}
		for _, c := range all {
			if err := s.recordConsent(ctx, tx, row, c, s.Today()); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (s *Service) recordConsent(ctx context.Context, tx *db.Tx, row personRow, c Consent, on calendar.Day) error {
	sens := consentSensitivity(c.Scope)
	if err := s.Access.Check(ctx, access.ConsentRecord, row.part(kindConsent, sens)); err != nil {
		return err
	}
	age, err := s.consentAge(tx, row.Site)
	if err != nil {
		return err
	}
	if info, ok := scopeOf(c.Scope); ok && c.TextVersion == 0 {
		c.TextVersion = info.Version
	}
	if err := join(c.Valid(row.Person, age, on)); err != nil {
		return err
	}
	old, err := consentsOf(tx, row.ID)
	if err != nil {
		return err
	}
	// A consent that names one country says nothing about another.
	old = slices.DeleteFunc(old, func(o Consent) bool { return o.Named != c.Named })
	if before(c.On, LastWord(old, c.Scope)) {
		return fault.Field("people.RecordConsent", "on", "people.error.consent_older")
	}
	c.Replaces = nil
	for _, h := range Heads(old, c.Scope) {
		c.Replaces = append(c.Replaces, h.ID)
	}
	c.SecondOfficer, c.SecondOn, c.WithdrawnOn, c.WithdrawnBy = db.ID{}, calendar.Date{}, calendar.Date{}, ""
	c.ID = orNew(c.ID)
	err = s.put(ctx, tx, row, kindConsent, c.ID, sens, journal.Base{}, nil, c)
	if fault.Is(err, fault.Conflict) {
		return fault.New(fault.Conflict, "people.RecordConsent", "people.error.replayed_part")
	}
	if err != nil {
		return err
	}
	return s.tellConsent(ctx, tx, row.ID, c)
}

func (s *Service) tellConsent(ctx context.Context, tx *db.Tx, person db.ID, c Consent) error {
	for _, f := range s.decided {
		if err := f(ctx, tx, person, c); err != nil {
			return err
		}
	}
	return nil
}

// ConsentsOf returns the consents of some people, for who carries out what they agreed
// to. It checks no rights: the caller shows none of it.
func (s *Service) ConsentsOf(tx *db.Tx, persons []db.ID) (map[db.ID][]Consent, error) {
	return consentsOfAll(tx, persons)
}

// changeConsent changes the second signature or the withdrawal of a record.
func (s *Service) changeConsent(ctx context.Context, person, consent db.ID, edit func(access.Actor, *Consent) error) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		row, err := s.open(ctx, tx, access.PersonRead, person)
		if err != nil {
			return err
		}
		a, err := actor(ctx)
		if err != nil {
			return err
		}
		d, err := s.ownDocument(tx, person, kindConsent, consent)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.ConsentRecord, row.part(kindConsent, d.Sensitivity)); err != nil {
			return err
		}
		var old Consent
		if err := d.Decode(&old); err != nil {
			return err
		}
		old.ID, old.FirstOfficer = d.ID, d.CreatedBy
		after := old
		if err := edit(a, &after); err != nil {
			return err
		}
		if err := s.put(ctx, tx, row, kindConsent, consent, 0, d.Version, old, after); err != nil {
			return err
		}
		return s.tellConsent(ctx, tx, person, after)
	})
}

// Countersign is the second officer's signature under a decision in a child's
// best interests. It is given by logging in, and never by the first officer.
func (s *Service) Countersign(ctx context.Context, person, consent db.ID) error {
	const op = "people.Countersign"
	return fault.Wrap(op, s.changeConsent(ctx, person, consent, func(a access.Actor, c *Consent) error {
		switch {
		case c.GivenBy != ByOfficers || c.Countersigned() || !c.WithdrawnOn.IsZero():
			return fault.New(fault.Conflict, op, "people.error.consent_no_second")
		case a.User == c.FirstOfficer:
			return fault.New(fault.Forbidden, op, "people.error.consent_same_officer")
		}
		c.SecondOfficer, c.SecondOn = a.User, s.Today().Date()
		return nil
	}))
}

// Withdraw records that the person, or who may decide for them, takes a consent
// back. Nothing is asked of them; it cannot be undone, only given anew.
func (s *Service) Withdraw(ctx context.Context, person, consent db.ID, by Giver, words string) error {
	const op = "people.Withdraw"
	if !contains(Givers, by) {
		return fault.Field(op, "withdrawn_by", "people.error.consent_giver")
	}
	if badText(words, maxText) {
		return fault.Field(op, "withdrawal", "people.error.text")
	}
	return fault.Wrap(op, s.changeConsent(ctx, person, consent, func(_ access.Actor, c *Consent) error {
		if c.Decision != Given || !c.WithdrawnOn.IsZero() {
			return fault.New(fault.Conflict, op, "people.error.consent_not_given")
		}
		c.WithdrawnOn, c.WithdrawnBy, c.Withdrawal = s.Today().Date(), by, words
		return nil
	}))
}

// consentSensitivity: that somebody was asked about an HIV test is itself
// sensitive, and that they were asked about an X-ray in pregnancy too.
func consentSensitivity(scope Scope) journal.Sensitivity {
	switch scope {
	case ScopeHIVTest:
		return journal.Sensitive
	case ScopeXrayPreg, ScopeVaccine, ScopeTreatment:
		return journal.Clinical
	}
	return journal.Identity
}

// standingConsents puts the consents that concern a recipient into access's words.
func standingConsents(all []Consent) []access.Consent {
	var out []access.Consent
	for _, info := range Scopes {
		if info.Recipient == "" {
			continue
		}
		named := map[string][]Consent{}
		for _, c := range all {
			if c.Scope == info.Scope {
				named[c.Named] = append(named[c.Named], c)
			}
		}
		for country, some := range named {
			state := StateOf(some, info.Scope)
			if state == ConsentNone {
				continue
			}
			to := access.Recipient(info.Recipient)
			if to.Authority() && country != "" {
				to = to.Of(country)
			}
			out = append(out, access.Consent{Purpose: info.Purpose, Recipient: to, Given: state == ConsentGiven})
		}
	}
	return out
}

// protectedBy answers whether a legal status is one that must be shielded: No only
// where it is known that it is not.
func protectedBy(s LegalStatus) value.Truth {
	switch s {
	case StatusCitizen, StatusResident, StatusReturnee, StatusMigrant:
		return value.No
	case StatusOpen, StatusNotTold, StatusUndetermined:
		return value.Unknown
	}
	return value.Yes
}
