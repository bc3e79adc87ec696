package people

import (
	"context"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Facts returns what packs may know of a person on a day, and their journey. It
// is for engines, inside a service method that has checked its own rights: it
// checks none and audits nothing.
func (s *Service) Facts(tx *db.Tx, person db.ID, on calendar.Day) (map[string]decision.Fact, *decision.Journey, error) {
	row, err := findPerson(tx, person)
	if err != nil {
		return nil, nil, err
	}
	facts := personFacts(row.Person, row.Disputed)
	safety, err := safetyOf(tx, person)
	if err != nil {
		return nil, nil, err
	}
	if safety.Known {
		for k, f := range safetyFacts(safety.Safety, safety.Disputed) {
			facts[k] = f
		}
	}
	if s.Sites != nil {
		switch site, err := s.Sites.Site(tx, row.Site); {
		case err == nil && site.Country != "":
			facts[FactSiteCountry] = decision.Fact{Value: value.Text(site.Country)}
		case err != nil && !notFound(err):
			return nil, nil, err
		}
	}
	stays, j, err := journeyOf(tx, person)
	if err != nil {
		return nil, nil, err
	}
	return facts, engineJourney(row.Person, row.Disputed, stays, j, on), nil
}

// Brief is a person as another area's lists and rules need them.
type Brief struct {
	Hit
	Programme string
	Resource  access.Resource
	Child     value.Truth // on the service's today; a disputed age is a child's
	Urgent    bool
	MayCall   bool // no recall, slip or message after a death
}

// Briefs returns several persons at once; who does not exist is left out. It
// checks no rights: use Resource with access.
func (s *Service) Briefs(tx *db.Tx, ids []db.ID) (map[db.ID]Brief, error) {
	rows, err := findPersons(tx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[db.ID]Brief, len(rows))
	for id, r := range rows {
		out[id] = Brief{Hit: r.hit(), Programme: r.Programme, Resource: r.resource(), Child: r.Person.Child(s.Today()),
			Urgent: r.Person.Urgent(s.Today()), MayCall: r.Person.MayBeContacted()}
	}
	return out, nil
}

// Identity returns a person's identity. It checks no rights.
func (s *Service) Identity(tx *db.Tx, id db.ID) (Person, access.Resource, error) {
	row, err := findPerson(tx, id)
	return row.Person, row.resource(), err
}

// Holder returns a person as a certificate shows them. It checks no rights.
func (s *Service) Holder(tx *db.Tx, person db.ID) (Holder, error) {
	row, err := findPerson(tx, person)
	if err != nil {
		return Holder{}, err
	}
	p := row.Person
	h := Holder{Wristband: p.Wristband, Birth: p.Birth, Sex: p.Sex, Nationalities: p.Nationalities, NationalityState: p.NationalityState, Disputed: row.Disputed}
	h.Name, h.Latin = p.Display()
	all, err := documentsOf(tx, person)
	for _, t := range travelDocuments {
		for _, d := range all {
			if d.Type == t {
				h.Documents = append(h.Documents, d)
			}
		}
	}
	return h, err
}

// FamilyOf returns who is in a family now. It checks no rights.
func (s *Service) FamilyOf(tx *db.Tx, family db.ID) ([]Member, error) {
	ms, err := members(tx, family)
	var out []Member
	for _, m := range ms {
		if !m.Left {
			out = append(out, m)
		}
	}
	return out, err
}

// FamiliesOf returns the families a person is in now. It checks no rights.
func (s *Service) FamiliesOf(tx *db.Tx, person db.ID) ([]Member, error) {
	ms, err := membershipsOf(tx, person)
	var out []Member
	for _, m := range ms {
		if !m.Left {
			out = append(out, m)
		}
	}
	return out, err
}

// ConsentOf answers how a scope stands for a person. It checks no rights: who may
// not know why still must not go on without it.
func (s *Service) ConsentOf(tx *db.Tx, person db.ID, scope Scope) (ConsentState, error) {
	all, err := consentsOf(tx, person)
	if err != nil {
		return ConsentNone, err
	}
	return StateOf(all, scope), nil
}

// Standing is what access must know of a person before anything leaves
// (access.Release).
func (s *Service) Standing(tx *db.Tx, person db.ID) (access.Standing, error) {
	row, err := findPerson(tx, person)
	if err != nil {
		return access.Standing{}, err
	}
	pr, err := protectionOf(tx, person)
	if err != nil {
		return access.Standing{}, err
	}
	all, err := consentsOf(tx, person)
	if err != nil {
		return access.Standing{}, err
	}
	p := row.Person
	st := access.Standing{Resource: row.resource(), Protected: protectedBy(pr.LegalStatus), Nationalities: p.Nationalities, Feared: pr.Feared,
		Told: p.nationalitiesTold(), Deceased: !p.MayBeContacted()}
	if contains(row.Disputed, "nationality") {
		st.Told = false
	}
	if contains(row.Disputed, "death") {
		st.Deceased = true // one of two nodes says so: no message goes out before somebody has looked
	}
	st.Consents = standingConsents(all)
	return st, nil
}

// Banner is what stands above every page about a person. What the actor may not
// know is left out.
func (s *Service) Banner(ctx context.Context, tx *db.Tx, id db.ID) (*page.Banner, error) {
	row, err := s.open(ctx, tx, access.PersonRead, id)
	if err != nil {
		return nil, err
	}
	p := row.Person
	original, latin := p.Display()
	b := &page.Banner{Href: "/people/" + id.String(), Name: original, NameLang: p.NameLang, Latin: latin, Wristband: p.Wristband,
		Sex: page.Sex(p.Sex), Born: p.Birth, On: s.Today(), AgeDispute: p.AgeDisputed, Languages: p.Languages, Interp: p.Interpreter}
	if b.Name == "" {
		b.Name, b.Latin = b.Latin, ""
	}
	if p.Died == value.Yes {
		b.Died = p.Death
		if p.Death.IsZero() {
			b.Flags = append(b.Flags, page.Tag{Level: page.Danger, Text: page.M("people.died")})
		}
	}
	if err := s.bannerFamily(tx, b, id); err != nil {
		return nil, err
	}
	photo, err := latestPhoto(tx, id)
	if err != nil {
		return nil, err
	}
	if !photo.IsZero() {
		b.Photo = "/people/" + id.String() + "/photo.jpg?v=" + photo.String()[:13]
	}
	if err := s.bannerSafety(ctx, tx, b, row); err != nil {
		return nil, err
	}
	if p.Urgent(s.Today()) {
		b.Flags = append(b.Flags, page.Tag{Level: page.Danger, Text: page.M("people.flag.urgent_child")})
	}
	if len(row.Disputed) > 0 {
		b.Flags = append(b.Flags, page.Tag{Level: page.Wait, Text: page.M("people.flag.conflict")})
	}
	same, err := s.namesakes(tx, row, s.Today().String())
	if err != nil {
		return nil, err
	}
	if len(same) > 0 {
		b.Flags = append(b.Flags, page.Tag{Level: page.Wait, Text: page.M("people.flag.namesake")})
	}
	for _, f := range s.flags {
		flags, err := f(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		b.Flags = append(b.Flags, flags...)
	}
	return b, s.bannerConsent(ctx, tx, b, row)
}

// bannerFamily shows the number others know the family by, or the person's code.
func (s *Service) bannerFamily(tx *db.Tx, b *page.Banner, id db.ID) error {
	b.Case = ShowCode(Code(id))
	ms, err := s.FamiliesOf(tx, id)
	if err != nil {
		return err
	}
	for _, m := range ms {
		f, err := findFamily(tx, m.Family)
		if notFound(err) {
			continue // not here yet
		}
		if err != nil {
			return err
		}
		if f.Number != "" {
			b.Case, b.CaseHref = f.Number, "/families/"+f.ID.String()
		}
	}
	return nil
}

func (s *Service) bannerSafety(ctx context.Context, tx *db.Tx, b *page.Banner, row personRow) error {
	if !s.Access.May(ctx, access.SafetyRead, row.part(kindSafety, sensitivityOf(kindSafety))) {
		b.NoSafety = true // "not asked yet" would be a lie
		return nil
	}
	v, ok, err := loadOnly(s, tx, row.ID, kindSafety, settleSafety)
	if err != nil || !ok {
		return err
	}
	b.HasAllergy = v.HasAllergy
	for _, a := range v.Allergies {
		b.Allergies = append(b.Allergies, a.Substance)
	}
	if v.Pregnant == value.Yes {
		b.Flags = append(b.Flags, page.Tag{Level: page.Danger, Text: page.M("people.flag.pregnant", "date", v.PregnantOn)})
	}
	return nil
}

func (s *Service) bannerConsent(ctx context.Context, tx *db.Tx, b *page.Banner, row personRow) error {
	if !s.Access.May(ctx, access.ConsentRead, row.part(kindConsent, consentSensitivity(ScopeAssessment))) {
		return nil
	}
	state, err := s.ConsentOf(tx, row.ID, ScopeAssessment)
	if err != nil || state == ConsentNone {
		return err
	}
	b.Consent = consentTag(state)
	return nil
}

// consentTag is the state of a consent as a tag.
func consentTag(state ConsentState) page.Tag {
	level := page.Wait
	switch state {
	case ConsentGiven:
		level = page.Done
	case ConsentRefused, ConsentWithdrawn:
		level = page.Danger
	case ConsentNone:
		level = page.Quiet
	}
	return page.Tag{Level: level, Text: page.M("people.consent.state." + strings.ToLower(string(state)))}
}
