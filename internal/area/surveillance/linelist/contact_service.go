package linelist

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// ListContact lists a contact under a case. Whoever seems to be a case of the disease
// already is refused, since that is a link between two cases (LinkSource), and so is
// whoever seems to be listed already, since that is a new exposure of one contact; with
// another somebody has looked, and it is somebody else.
func (s *Service) ListContact(ctx context.Context, source db.ID, c Contact, how Exposure, another bool) (db.ID, error) {
	const op = "linelist.ListContact"
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		a, r, err := s.mayChange(ctx, tx, op, source)
		if err != nil {
			return err
		}
		d, _ := Species(r.Case, s.Lists)
		c.Disease, c.Site, c.Programme = d.Code, r.Resource.Site, r.Resource.Programme
		if c.ID.IsZero() {
			c.ID = db.NewID()
		}
		if c.Listed.IsZero() {
			c.Listed = s.today().Date()
		}
		errs := c.Valid(s.Lists, s.today())
		if how != "" && !slices.Contains(Exposures, how) {
			errs = append(errs, fault.Field(op, "type", "linelist.error.choose"))
		}
		if len(errs) > 0 {
			return errors.Join(errs...)
		}
		if !another {
			if err := s.notHereYet(tx, r.Case, c); err != nil {
				return err
			}
		}
		ch := journal.Change{Kind: kindContact, Doc: c.ID, Site: c.Site, Programme: c.Programme, Sensitivity: journal.Clinical, Purpose: "public_health", Fields: contactFields(c)}
		if err := s.Journal.Append(tx, a.Author(), ch); err != nil {
			if fault.Is(err, fault.Conflict) {
				return fault.New(fault.Conflict, op, "linelist.error.sent_twice")
			}
			return err
		}
		return s.link(tx, a, Link{From: source, To: c.ID, Last: c.Last, Type: how, Site: c.Site, Programme: c.Programme})
	})
	return c.ID, fault.Wrap(op, err)
}

// notHereYet refuses a contact who is a case, the source itself among them, and asks
// about one who is listed already.
func (s *Service) notHereYet(tx *db.Tx, source Case, c Contact) error {
	const op = "linelist.notHereYet"
	as := Case{Disease: source.Disease, Name: c.Name, Sex: c.Sex, Birth: c.Birth}
	for _, disease := range []string{source.Disease, c.Disease} {
		as.Disease = disease
		same, err := s.alike(tx, as)
		if err != nil {
			return err
		}
		if len(same) > 0 {
			return fault.Field(op, "another", "linelist.error.is_case")
		}
	}
	listed, err := contactsNamed(tx, c.Disease, c.Name)
	if err != nil {
		return err
	}
	for _, x := range listed {
		if !apart(Case{Sex: x.Sex, Birth: x.Birth}, as) {
			return fault.Field(op, "another", "linelist.error.is_contact")
		}
	}
	return nil
}

func contactFields(c Contact) map[string]any {
	f := map[string]any{"disease": c.Disease, "number": c.Number, "listed": c.Listed, "name": c.Name, "sex": c.Sex, "birth": c.Birth, "area": c.Area, "place": c.Place, "vaccine": c.Vaccine, "last": c.Last}
	if c.Foreign != "" {
		f["system"], f["foreign"] = c.System, c.Foreign
	}
	if c.State != "" {
		f["state"] = c.State
	}
	if !c.Became.IsZero() {
		f["became"] = c.Became
	}
	return f
}

// mayChange answers who asks and the case, where they may write it.
func (s *Service) mayChange(ctx context.Context, tx *db.Tx, op string, id db.ID) (access.Actor, caseRow, error) {
	a, err := access.Acting(ctx, op)
	if err != nil {
		return a, caseRow{}, err
	}
	r, err := findCase(tx, id)
	if err != nil {
		return a, r, err
	}
	return a, r, s.Access.Check(ctx, access.LineListWrite, r.Resource)
}

func (s *Service) link(tx *db.Tx, a access.Actor, l Link) error {
	if l.ID.IsZero() {
		l.ID = db.NewID()
	}
	b, err := json.Marshal(l)
	if err != nil {
		return fault.Wrap("linelist.link", err)
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(b, &fields); err != nil {
		return fault.Wrap("linelist.link", err)
	}
	ch := journal.Change{Kind: kindLink, Doc: l.ID, Site: l.Site, Programme: l.Programme, Sensitivity: journal.Clinical, Purpose: "public_health", Fields: map[string]any{}}
	for name, raw := range fields {
		ch.Fields[name] = raw
	}
	return s.Journal.Append(tx, a.Author(), ch)
}

// Visited records the visit of today, or of a day before.
func (s *Service) Visited(ctx context.Context, id db.ID, v Visit) error {
	const op = "linelist.Visited"
	return s.changeContact(ctx, op, access.ContactFollow, id, func(_ *db.Tx, c Contact) (map[string]any, error) {
		if v.Day == 0 {
			v.Day = s.today()
		}
		v.At = s.now()
		switch {
		case !c.Became.IsZero():
			return nil, fault.Field(op, "how", "linelist.error.is_case")
		case !slices.Contains(Hows, v.How):
			return nil, fault.Field(op, "how", "linelist.error.choose")
		case v.Day > s.today():
			return nil, fault.Field(op, "day", "linelist.error.future")
		}
		return map[string]any{"visit": v}, nil
	})
}

// Declare sets an officer's word on a contact; the empty one takes it back.
func (s *Service) Declare(ctx context.Context, id db.ID, st Standing) error {
	const op = "linelist.Declare"
	return s.changeContact(ctx, op, access.LineListWrite, id, func(_ *db.Tx, c Contact) (map[string]any, error) {
		if !c.Became.IsZero() {
			return nil, fault.Field(op, "state", "linelist.error.is_case")
		}
		if st != "" && !slices.Contains(Standings, st) {
			return nil, fault.Field(op, "state", "linelist.error.choose")
		}
		return map[string]any{"state": st}, nil
	})
}

// BecomeCase makes a case of a contact, with the links to whom they had it from.
func (s *Service) BecomeCase(ctx context.Context, id db.ID) (made db.ID, err error) {
	const op = "linelist.BecomeCase"
	err = s.changeContact(ctx, op, access.LineListWrite, id, func(tx *db.Tx, k Contact) (map[string]any, error) {
		if !k.Became.IsZero() {
			return nil, fault.Field(op, "state", "linelist.error.is_case")
		}
		a, err := access.Acting(ctx, op)
		if err != nil {
			return nil, err
		}
		c, err := s.record(ctx, tx, Case{Disease: k.Disease, Name: k.Name, Sex: k.Sex, Birth: k.Birth, Area: k.Area, Place: k.Place, Reported: s.today().Date(), Site: k.Site, Programme: k.Programme}, true)
		if err != nil {
			return nil, err
		}
		made = c.ID
		links, err := linksOf(tx, id)
		for _, l := range links {
			if err == nil && l.To == id {
				err = s.link(tx, a, Link{From: l.From, To: made, Last: l.Last, Type: l.Type, Site: k.Site, Programme: k.Programme})
			}
		}
		return map[string]any{"became": made}, err
	})
	return made, err
}

func (s *Service) changeContact(ctx context.Context, op string, action access.Action, id db.ID, change func(*db.Tx, Contact) (map[string]any, error)) error {
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := findContact(tx, id)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, action, r.Resource); err != nil {
			return err
		}
		doc, err := s.Journal.Load(tx, id)
		if err != nil {
			return err
		}
		c, err := contactOf(doc)
		if err != nil {
			return err
		}
		fields, err := change(tx, c)
		if err != nil {
			return err
		}
		return s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindContact, Doc: id, Base: doc.Version, Purpose: "public_health", Fields: fields})
	}))
}

// Followed is a contact with where their follow-up stands.
type Followed struct {
	Contact
	Following
	Disease surveillance.Disease
}

// mostContacts is how many contacts a worklist counts over.
const mostContacts = 5000

// Worklist lists the contacts whose visit is due on a day, those who were not seen yet
// first, with the indicators of contact tracing over everybody in the reader's scope.
func (s *Service) Worklist(ctx context.Context) (due []Followed, n Indicators, err error) {
	const op = "linelist.Worklist"
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		sc, err := s.Access.Reach(ctx, op, access.ContactFollow)
		if err != nil {
			return err
		}
		rows, err := contactsIn(tx, sc, mostContacts)
		if err != nil {
			return err
		}
		all, err := s.followed(tx, rows)
		if err != nil {
			return err
		}
		known := map[db.ID]bool{}
		who, err := s.traced(tx, rows, all)
		if err != nil {
			return err
		}
		for _, f := range counted(who) {
			n.count(f.Contact, f.Following)
		}
		for _, f := range all {
			if f.Due {
				due = append(due, f)
			}
			if !f.Became.IsZero() {
				known[f.Became] = true
			}
		}
		if n.KnownBefore, err = s.counting(ctx, tx, known); err != nil {
			return err
		}
		n.Cases, err = tracing(tx, sc)
		return err
	})
	slices.SortStableFunc(due, func(a, b Followed) int {
		switch {
		case (a.Today == "") == (b.Today == ""):
			return 0
		case a.Today == "":
			return -1
		}
		return 1
	})
	return due, n, fault.Wrap(op, err)
}

// counting counts which of some cases are cases for counting that the reader may count: a
// contact who turned out to be no case is none of the cases that were known before.
func (s *Service) counting(ctx context.Context, tx *db.Tx, ids map[db.ID]bool) (n int, err error) {
	for id := range ids {
		r, err := findCase(tx, id)
		if fault.Is(err, fault.NotFound) {
			continue // not here yet
		}
		if err != nil {
			return n, err
		}
		if r.Class().Counts() && s.Access.May(ctx, access.ContactFollow, r.Resource) {
			n++
		}
	}
	return n, nil
}

// followed says where follow-ups stand today. Without the pack in force it says so.
func (s *Service) followed(tx *db.Tx, rows []contactRow) ([]Followed, error) {
	p, err := s.followPack(tx, s.today())
	if err != nil {
		return nil, err
	}
	out := make([]Followed, len(rows))
	for i, r := range rows {
		d, _ := s.Lists.Disease(r.Contact.Disease)
		out[i] = Followed{Contact: r.Contact, Disease: d}
		if p != nil {
			out[i].Following = follow(p, r.Contact, d, s.today())
		}
	}
	return out, nil
}

func (s *Service) followPack(tx *db.Tx, on calendar.Day) (*pack.Pack, error) {
	p, err := s.Packs.Active(tx, packFollow, on)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Unavailable) {
		return nil, nil
	}
	return p, err
}

// OpenedContact is a contact as the page shows it.
type OpenedContact struct {
	Followed
	Sources  []Listed
	Counter  Countermeasures
	MayWrite bool
}

// OpenContact opens one contact.
func (s *Service) OpenContact(ctx context.Context, id db.ID, lang string) (out OpenedContact, err error) {
	const op = "linelist.OpenContact"
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := findContact(tx, id)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.LineListRead, r.Resource); err != nil {
			return err
		}
		list, err := s.followed(tx, []contactRow{r})
		if err != nil {
			return err
		}
		out.Followed, out.MayWrite = list[0], s.Access.May(ctx, access.LineListWrite, r.Resource)
		links, err := linksOf(tx, id)
		if err != nil {
			return err
		}
		if err := s.sources(ctx, tx, id, links, &out); err != nil {
			return err
		}
		if err := s.counterOfContact(tx, &out, lang); err != nil {
			return err
		}
		return s.Access.OpenedTx(ctx, tx, id, "linelist.contact")
	})
	return out, fault.Wrap(op, err)
}

// sources are the cases that a contact is of, where the reader may open them.
func (s *Service) sources(ctx context.Context, tx *db.Tx, id db.ID, links []Link, out *OpenedContact) error {
	var rows []caseRow
	for _, l := range links {
		if l.To != id || l.From.IsZero() {
			continue
		}
		r, err := findCase(tx, l.From)
		if fault.Is(err, fault.NotFound) {
			continue // not here, or not yet
		}
		if err != nil {
			return err
		}
		if s.Access.May(ctx, access.LineListRead, r.Resource) {
			rows = append(rows, r)
		}
	}
	var err error
	out.Sources, err = s.listed(ctx, tx, rows)
	return err
}

// counterOfContact decides by what the sources are known to be now. Where they are
// several viruses, which one it was is in dispute, and nothing is offered.
func (s *Service) counterOfContact(tx *db.Tx, out *OpenedContact, lang string) error {
	p, err := s.Packs.Active(tx, packCounter, s.today())
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Unavailable) {
		return nil
	}
	if err != nil {
		return err
	}
	d, disputed := out.Disease, false
	for i, x := range out.Sources {
		disputed = disputed || i > 0 && x.Disease.Code != d.Code
		d = x.Disease
	}
	received := value.NotKnown()
	if out.Vaccine != "" {
		received = value.Text(out.Vaccine)
	}
	out.Counter = Countermeasures{InForce: true, Told: map[Role][]pack.ExplainedOutcome{RoleContact: counterFor(p, counterFacts(d, RoleContact, received, disputed), s.today(), lang)}}
	return nil
}

// Linked is a link to another case that the reader may open.
type Linked struct {
	Link
	Case Case
}

// circle finds the contacts of a case and the cases that it is linked with.
func (s *Service) circle(ctx context.Context, tx *db.Tx, o *Opened) error {
	rows, err := contactsOf(tx, o.ID)
	if err != nil {
		return err
	}
	rows = slices.DeleteFunc(rows, func(r contactRow) bool { return !s.Access.May(ctx, access.LineListRead, r.Resource) })
	if o.Contacts, err = s.followed(tx, rows); err != nil {
		return err
	}
	links, err := linksOf(tx, o.ID)
	if err != nil {
		return err
	}
	for _, l := range links {
		other := l.To
		if other == o.ID {
			other = l.From
		}
		r, err := findCase(tx, other)
		if fault.Is(err, fault.NotFound) {
			continue // a contact, or a case that is not here
		}
		if err != nil {
			return err
		}
		if s.Access.May(ctx, access.LineListRead, r.Resource) {
			o.Linked = append(o.Linked, Linked{Link: l, Case: r.Case})
		}
	}
	return nil
}
