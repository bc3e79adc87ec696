package outbreak

import (
	"context"
	"crypto/sha256"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// Care is one thing that may be offered to a person, and how its offer stands.
type Care struct {
	Code, Word  string
	Open        bool // it may be offered once what is in Ask is answered
	Ask         []pack.Question
	Why         []string // the sentences of the rules
	Unconfirmed bool
	Offer       Offer // zero where nobody offered it yet
}

// Who is a person on the list of an outbreak.
type Who struct {
	Person db.ID
	Brief  people.Brief
	Answer Answer
	On     calendar.Day // the day all this is told for
	Last   calendar.Day // of exposure, at the latest; Forever while it goes on
	Care   []Care
	Barred []Care // what is not to be given
	Flags  []string
}

// PageOf is how many people a page of a list has.
const PageOf = 50

// Page is a page of the list of an outbreak.
type Page struct {
	Who            []Who
	Total, Certain int
	Looking        bool              // somebody is still being looked at
	Sites          map[string]string // names by code, in the language of the page
}

// menu is what both packs have for one outbreak.
type menu struct {
	care, counter *pack.Pack
	agent         string
	lang          string
	on            calendar.Day
}

func (s *Service) menu(tx *db.Tx, o Outbreak, lang string) (menu, error) {
	m := menu{lang: lang, on: s.today()}
	if d, ok := s.Lists.Disease(o.Disease); ok {
		m.agent = d.Agent
	}
	var err error
	if m.care, err = s.active(tx, packCare, m.on); err != nil {
		return m, err
	}
	m.counter, err = s.active(tx, packCounter, m.on)
	return m, err
}

// careFor asks the packs what to offer one person. What the pack of countermeasures says
// is not for this agent is not offered, whatever the other one says.
func careFor(m menu, answer Answer, person map[string]decision.Fact, departs calendar.Date) (care, barred []Care, flags []string) {
	if m.care == nil || m.agent == "" {
		return nil, nil, nil
	}
	facts := map[string]decision.Fact{"agent": {Value: value.Text(m.agent)}, "exposed": {Value: answer.Value()}}
	if !departs.IsZero() {
		facts["departure_date"] = decision.Fact{Value: departs.Value()}
	}
	for _, f := range m.care.Facts {
		if fact, ok := person[f.From]; ok && f.Derive == "" {
			facts[f.Name] = fact
		}
	}
	never := neverFor(m)
	_, x := m.care.Explain(decision.Input{On: m.on, Facts: facts}, m.lang)
	for _, o := range x.Outcomes {
		c := Care{Code: o.Code, Word: o.Word, Open: o.State != decision.Definite, Ask: o.Ask, Unconfirmed: o.Unconfirmed}
		for _, r := range o.Because {
			c.Why = append(c.Why, r.Sentence)
		}
		switch {
		case o.Kind == decision.Flag && o.State == decision.Definite:
			flags = append(flags, o.Word)
		case o.Kind == decision.Contraindicate && o.State == decision.Definite, o.Kind == decision.Offer && slices.Contains(never, o.Code):
			barred = append(barred, c)
		case o.Kind == decision.Offer:
			care = append(care, c)
		}
	}
	return care, barred, flags
}

// neverFor is what is not for an agent.
func neverFor(m menu) (out []string) {
	if m.counter == nil {
		return nil
	}
	d := m.counter.Protocol.Decide(decision.Input{On: m.on, Unasked: true, Facts: map[string]decision.Fact{"agent": {Value: value.Text(m.agent)}, "role": {Value: value.Text("contact")}}})
	for _, o := range d.Outcomes {
		if o.Kind == decision.Contraindicate {
			out = append(out, o.Code)
		}
	}
	return out
}

// People lists whom an outbreak met and whom the reader may offer care, at a site or
// at all of theirs, those who met it for certain first.
func (s *Service) PeopleOf(ctx context.Context, id db.ID, site, lang string, skip int) (out Page, o Outbreak, err error) {
	const op = "outbreak.PeopleOf"
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if o, err = findOutbreak(tx, id); err != nil {
			return err
		}
		sc, err := s.Access.Reach(ctx, op, access.ExposureRead)
		if err != nil {
			return err
		}
		out, err = s.page(ctx, tx, sc, o, site, lang, skip)
		return err
	})
	if err != nil {
		return out, o, fault.Wrap(op, err)
	}
	return out, o, fault.Wrap(op, s.shown(ctx, "outbreak.people", out.Who))
}

func (s *Service) page(ctx context.Context, tx *db.Tx, sc access.Scope, o Outbreak, site, lang string, skip int) (out Page, err error) {
	on, a := s.today(), s.atlas(tx)
	p, err := s.active(tx, packCounter, on)
	if err != nil {
		return out, err
	}
	r, err := s.running(a, p, o, on)
	if err != nil {
		return out, err
	}
	f := MetFilter{Site: site, Since: never + 1}
	if r.In.Known {
		f.Since = on - calendar.Day(r.In.Days)
	}
	if out.Total, out.Certain, err = countMet(tx, sc, o.ID, f); err != nil {
		return out, err
	}
	if out.Looking, err = s.looking(a, r, on); err != nil {
		return out, err
	}
	rows, err := listMet(tx, sc, o.ID, f, PageOf, max(skip, 0))
	if err != nil {
		return out, err
	}
	m, err := s.menu(tx, o, lang)
	if err != nil {
		return out, err
	}
	out.Who, err = s.whos(ctx, tx, m, r, rows, calendar.Date{})
	return out, err
}

// looking reports whether the list of an outbreak is not worked out to its end.
func (s *Service) looking(a *atlas, r running, on calendar.Day) (bool, error) {
	from, err := s.sources(a, r, on)
	if err != nil {
		return false, err
	}
	l, err := findLooked(a.tx, r.ID)
	return !l.Done || l.Print != fingerprint(r, from, on), err
}

// whos is what the packs and the offers say of each row, for whom the reader may open.
func (s *Service) whos(ctx context.Context, tx *db.Tx, m menu, r running, rows []met, departs calendar.Date) ([]Who, error) {
	var people []db.ID
	for _, row := range rows {
		people = append(people, row.Person)
	}
	briefs, err := s.People.Briefs(tx, people)
	if err != nil {
		return nil, err
	}
	offers, err := offersFor(tx, r.ID, people)
	if err != nil {
		return nil, err
	}
	var out []Who
	for _, row := range rows {
		b, ok := briefs[row.Person]
		if !ok || !s.Access.May(ctx, access.ExposureRead, clinical(b.Resource)) {
			continue
		}
		w := Who{Person: row.Person, Brief: b, On: m.on, Answer: row.answer(r.In, m.on), Last: row.Possible}
		if b.MayCall {
			if err := s.fill(tx, &w, m, offers[row.Person], departs); err != nil {
				return nil, err
			}
		}
		out = append(out, w)
	}
	return out, nil
}

// fill is what may be offered to one person, and what was.
func (s *Service) fill(tx *db.Tx, w *Who, m menu, offers []Offer, departs calendar.Date) error {
	facts, _, err := s.People.Facts(tx, w.Person, m.on)
	if err != nil {
		return err
	}
	w.Care, w.Barred, w.Flags = careFor(m, w.Answer, facts, departs)
	for _, of := range offers {
		i := slices.IndexFunc(w.Care, func(c Care) bool { return c.Code == of.Care })
		if i < 0 { // what was offered stays on the list when it is no longer to be
			word := of.Care
			if m.care != nil {
				word = m.care.OutcomeWord(m.lang, decision.Offer, of.Care)
			}
			w.Care = append(w.Care, Care{Code: of.Care, Word: word, Offer: of})
			continue
		}
		w.Care[i].Offer = of
	}
	return nil
}

// shown notes whose names were on a list.
func (s *Service) shown(ctx context.Context, what string, who []Who) error {
	var people []db.ID
	for _, w := range who {
		people = append(people, w.Person)
	}
	if len(people) == 0 {
		return nil
	}
	return s.Access.Searched(ctx, what, people)
}

// offerID is one for each person, outbreak and care, so that two nodes that have not met
// write the same document.
func offerID(outbreak, person db.ID, care string) db.ID {
	h := sha256.New()
	h.Write([]byte("surveillance.offer\x00"))
	h.Write(outbreak[:])
	h.Write(person[:])
	h.Write([]byte(care))
	var id db.ID
	copy(id[:], h.Sum(nil))
	id[6], id[8] = 0x80|id[6]&0x0f, 0x80|id[8]&0x3f // RFC 9562, version 8
	return id
}

// Tell is what became of offers to one person.
type Tell struct {
	Outbreak, Person db.ID
	Care             map[string]OfferState // by the code of the care
	Note             string
}

// Offer notes that care was offered to somebody because of an outbreak, and what became
// of it. What is not to be given, or waits for an answer, is not noted as accepted or
// given. An error names the field "state_" and the code.
func (s *Service) Offer(ctx context.Context, t Tell) error {
	const op = "outbreak.Offer"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	t.Note = strings.TrimSpace(t.Note)
	var errs []error
	if len(t.Care) == 0 {
		errs = append(errs, fault.Field(op, "note", "outbreak.error.nothing"))
	}
	for code, state := range t.Care {
		errs = append(errs, (OfferIs{State: state, Note: t.Note}).Valid("state_"+code)...)
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		briefs, err := s.People.Briefs(tx, []db.ID{t.Person})
		if err != nil {
			return err
		}
		b, ok := briefs[t.Person]
		if !ok {
			return fault.New(fault.NotFound, op, "page.error.not_found")
		}
		res := clinical(b.Resource)
		if err := s.Access.Check(ctx, access.ExposureOffer, res); err != nil {
			return err
		}
		if !b.MayCall {
			return fault.New(fault.Invalid, op, "outbreak.error.died")
		}
		if err := s.mayOffer(tx, t); err != nil {
			return err
		}
		for _, code := range slices.Sorted(maps.Keys(t.Care)) {
			if err := s.putOffer(tx, a, t, code, res); err != nil {
				return err
			}
		}
		return nil
	}))
}

// mayOffer asks the packs again: between the list and the button the person may have
// said that she is pregnant.
func (s *Service) mayOffer(tx *db.Tx, t Tell) error {
	const op = "outbreak.mayOffer"
	o, err := findOutbreak(tx, t.Outbreak)
	if err != nil {
		return err
	}
	care, err := s.careNow(tx, o, t.Person)
	if err != nil {
		return err
	}
	var errs []error
	for code, state := range t.Care {
		i := slices.IndexFunc(care, func(c Care) bool { return c.Code == code })
		switch {
		case i < 0 && (state == Declined || state == NotReached): // of what was offered before
		case i < 0:
			errs = append(errs, fault.Field(op, "state_"+code, "outbreak.error.not_for"))
		case care[i].Open && (state == Accepted || state == Given):
			errs = append(errs, fault.Field(op, "state_"+code, "outbreak.error.ask_first"))
		}
	}
	return errors.Join(errs...)
}

// careNow is what the packs offer one person now.
func (s *Service) careNow(tx *db.Tx, o Outbreak, person db.ID) ([]Care, error) {
	on, a := s.today(), s.atlas(tx)
	m, err := s.menu(tx, o, "en")
	if err != nil {
		return nil, err
	}
	r, err := s.running(a, m.counter, o, on)
	if err != nil {
		return nil, err
	}
	w, err := s.People.WhereaboutsOf(tx, person)
	if err != nil {
		return nil, err
	}
	j, err := a.visits(w)
	if err != nil {
		return nil, err
	}
	facts, _, err := s.People.Facts(tx, person, on)
	if err != nil {
		return nil, err
	}
	care, _, _ := careFor(m, row(j, r, on).answer(r.In, on), facts, calendar.Date{})
	return care, nil
}

func (s *Service) putOffer(tx *db.Tx, a access.Actor, t Tell, care string, res access.Resource) error {
	id := offerID(t.Outbreak, t.Person, care)
	is := OfferIs{State: t.Care[care], Note: t.Note, By: a.User, At: s.now()}
	ch := journal.Change{Kind: kindOffer, Doc: id, Subject: t.Person, Site: res.Site, Programme: res.Programme, Sensitivity: journal.Clinical, Purpose: "public_health",
		Fields: map[string]any{"is": is}}
	switch doc, err := s.Journal.Load(tx, id); {
	case fault.Is(err, fault.NotFound):
		ch.Fields["outbreak"], ch.Fields["care"] = t.Outbreak, care
	case err != nil:
		return err
	default:
		ch.Base = doc.Version
	}
	return s.Journal.Append(tx, a.Author(), ch)
}
