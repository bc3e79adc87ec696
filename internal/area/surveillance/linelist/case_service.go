package linelist

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// Filter narrows the line list. Zero fields do not.
type Filter struct {
	Disease       string
	Class         Class
	Country, Area string
	From, To      calendar.Day // of the report
}

// Record makes a case and classifies it. another says that somebody looked at those
// that look like the same, and that it is none of them.
func (s *Service) Record(ctx context.Context, c Case, another bool) (db.ID, error) {
	const op = "linelist.Record"
	err := s.DB.Write(ctx, func(tx *db.Tx) (err error) {
		c, err = s.record(ctx, tx, c, another)
		return err
	})
	return c.ID, fault.Wrap(op, err)
}

func (s *Service) record(ctx context.Context, tx *db.Tx, c Case, another bool) (Case, error) {
	const op = "linelist.record"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return c, err
	}
	if c.ID.IsZero() {
		c.ID = db.NewID()
	}
	if c.Site == "" {
		c.Site = a.Site()
	}
	if err := s.Access.Check(ctx, access.LineListWrite, access.Resource{Kind: kindCase, Site: c.Site, Programme: c.Programme, Sensitivity: journal.Clinical}); err != nil {
		return c, err
	}
	if err := s.fromPerson(ctx, tx, &c); err != nil {
		return c, err
	}
	if c.Country == "" && s.Sites != nil {
		if site, err := s.Sites.Site(tx, c.Site); err == nil {
			c.Country = site.Country
		}
	}
	if errs := c.Valid(s.Lists, s.today()); len(errs) > 0 {
		return c, errors.Join(errs...)
	}
	if !another {
		same, err := s.alike(tx, c)
		if err != nil {
			return c, err
		}
		if len(same) > 0 {
			return c, fault.Field(op, "another", "linelist.error.same")
		}
	}
	ch, err := s.change(tx, Case{}, &c, "new")
	if err != nil {
		return c, err
	}
	ch.Subject, ch.Site, ch.Programme, ch.Sensitivity = c.Person, c.Site, c.Programme, journal.Clinical
	err = s.Journal.Append(tx, a.Author(), ch)
	if fault.Is(err, fault.Conflict) {
		err = fault.New(fault.Conflict, op, "linelist.error.sent_twice")
	}
	if err != nil {
		return c, err
	}
	return c, s.tell(ctx, tx, c.ID)
}

// fromPerson takes sex and birth of a registered person, and not the name: whoever may
// open the person finds it there.
func (s *Service) fromPerson(ctx context.Context, tx *db.Tx, c *Case) error {
	if c.Person.IsZero() {
		return nil
	}
	p, res, err := s.People.Identity(tx, c.Person)
	if err != nil {
		return err
	}
	if err := s.Access.Check(ctx, access.PersonRead, res); err != nil {
		return err
	}
	c.Name, c.Sex, c.Birth = "", p.Sex, p.Birth
	return nil
}

// alike lists the cases that may be the same as a new one: the same person, or a name
// that sounds the same and no age that speaks against it.
func (s *Service) alike(tx *db.Tx, c Case) ([]Case, error) {
	var rows []caseRow
	var err error
	if !c.Person.IsZero() {
		rows, err = casesOf(tx, c.Person)
	} else {
		rows, err = likeNamed(tx, c.Disease, c.Name)
	}
	var out []Case
	for _, r := range rows {
		if r.ID == c.ID || r.Disease != c.Disease || apart(r.Case, c) {
			continue
		}
		out = append(out, r.Case)
	}
	return out, err
}

// apart reports whether two cases cannot be one person.
func apart(a, b Case) bool {
	if !a.Person.IsZero() && a.Person == b.Person {
		return false
	}
	return a.Sex != "" && b.Sex != "" && a.Sex != b.Sex || a.Birth.Before(b.Birth) == value.Yes || b.Birth.Before(a.Birth) == value.Yes
}

// Edit changes what was told of a case. base is the version that the author saw.
func (s *Service) Edit(ctx context.Context, c Case, base journal.Base) error {
	return s.change1(ctx, "linelist.Edit", c.ID, access.LineListWrite, base, "edit", func(old Case) (Case, error) {
		c.Person, c.Site, c.Programme = old.Person, old.Site, old.Programme
		c.Signs, c.Results, c.Classed, c.Officer, c.Signal, c.System, c.Foreign = old.Signs, old.Results, old.Classed, old.Officer, old.Signal, old.System, old.Foreign
		if !c.Person.IsZero() {
			c.Name, c.Sex, c.Birth = "", old.Sex, old.Birth
		}
		return c, errors.Join(c.Valid(s.Lists, s.today())...)
	})
}

// Answer records what is known of a case's signs: those that are in the map. A value
// that is not known takes an answer back.
func (s *Service) Answer(ctx context.Context, id db.ID, base journal.Base, signs map[string]value.Value) error {
	return s.change1(ctx, "linelist.Answer", id, access.LineListWrite, base, "sign", func(c Case) (Case, error) {
		kept := map[string]Sign{}
		for from, x := range c.Signs {
			kept[from] = x
		}
		for from, v := range signs {
			if old, ok := kept[from]; ok && old.Value.Equal(v) && !old.Disputed {
				continue
			}
			if v.Kind() == value.KindUnknown {
				delete(kept, from)
				continue
			}
			kept[from] = Sign{Value: v, On: s.today().Date()}
		}
		c.Signs = kept
		return c, nil
	})
}

// AddResult adds a result of a test. Nothing is replaced: the last final one counts.
func (s *Service) AddResult(ctx context.Context, id db.ID, r Result) error {
	const op = "linelist.AddResult"
	return s.change1(ctx, op, id, access.LineListWrite, journal.Base{}, "result", func(c Case) (Case, error) {
		r.At = s.now()
		var errs []error
		bad := func(field, key string) { errs = append(errs, fault.Field(op, field, "linelist.error."+key)) }
		if !isResult(r.Of) {
			bad("of", "choose")
		}
		if r.Final && r.Value.Kind() == value.KindUnknown {
			bad("value", "choose")
		}
		for _, d := range []struct {
			field string
			calendar.Date
		}{{"collected", r.Collected}, {"on", r.On}} {
			if first, _, ok := d.Bounds(); ok && first > s.today() {
				bad(d.field, "future")
			}
		}
		if r.On.Before(r.Collected) == value.Yes {
			bad("on", "before_specimen")
		}
		if r.On.IsZero() {
			r.On = s.today().Date()
		}
		c.Results = append(slices.Clone(c.Results), r)
		return c, errors.Join(errs...)
	})
}

// Override sets an officer's class in place of the definition's, with a reason; the
// empty class takes it back.
func (s *Service) Override(ctx context.Context, id db.ID, class Class, why string) error {
	const op = "linelist.Override"
	return s.change1(ctx, op, id, access.LineListOverride, journal.Base{}, "officer", func(c Case) (Case, error) {
		a, err := access.Acting(ctx, op)
		if err != nil {
			return c, err
		}
		why = strings.TrimSpace(why)
		switch n := utf8.RuneCountInString(why); {
		case class != "" && !slices.Contains(Overrides, class):
			return c, fault.Field(op, "class", "linelist.error.choose")
		case class == "" && c.Officer == nil:
			return c, fault.Field(op, "class", "linelist.error.choose")
		case n < 3:
			return c, fault.Field(op, "why", "linelist.error.why")
		case n > longWhy:
			return c, fault.Field(op, "why", "linelist.error.long")
		}
		c.Officer = &Override{Class: class, Why: why, By: a.User, At: s.now()}
		return c, nil
	})
}

// Look classifies a case anew where what is known of it, or around it, has changed by
// another way than this service: a sync, a rule.
func (s *Service) Look(ctx context.Context, tx *db.Tx, id db.ID, cause string) error {
	a, err := access.Acting(ctx, "linelist.Look")
	if err != nil {
		return err
	}
	doc, err := s.Journal.Load(tx, id)
	if err != nil {
		return err
	}
	c, err := caseOf(doc)
	if err != nil {
		return err
	}
	after := c
	ch, err := s.change(tx, c, &after, cause)
	if err != nil || len(ch.Fields) == 0 {
		return err
	}
	ch.Base = doc.Version
	if err := s.Journal.Append(tx, a.Author(), ch); err != nil {
		return err
	}
	return s.tell(ctx, tx, id)
}

// change1 loads a case, changes it, classifies it anew and appends what is different.
// A zero base is what is here now.
func (s *Service) change1(ctx context.Context, op string, id db.ID, action access.Action, base journal.Base, cause string, change func(Case) (Case, error)) error {
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := findCase(tx, id)
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
		old, err := caseOf(doc)
		if err != nil {
			return err
		}
		after, err := change(old)
		if err != nil {
			return err
		}
		ch, err := s.change(tx, old, &after, cause)
		if err != nil || len(ch.Fields) == 0 {
			return err
		}
		if ch.Base = base; base.IsZero() {
			ch.Base = doc.Version
		}
		if err := s.Journal.Append(tx, a.Author(), ch); err != nil {
			return err
		}
		return s.tell(ctx, tx, id)
	}))
}

// change is the journal change from one state of a case to another, with the decision
// that follows from it.
func (s *Service) change(tx *db.Tx, old Case, c *Case, cause string) (journal.Change, error) {
	ch := journal.Change{Kind: kindCase, Doc: c.ID, Purpose: "public_health", Fields: map[string]any{}}
	if err := changed(old, *c, ch.Fields); err != nil {
		return ch, err
	}
	k, _, err := s.decide(tx, *c)
	if err != nil {
		return ch, err
	}
	if last, ok := c.Last(); !ok || !same(last, k) {
		k.Cause, k.At = cause, s.now()
		c.Classed = append(slices.Clone(c.Classed), k)
		ch.Fields["class"] = k
	}
	return ch, nil
}

// caseFields are the fields of a case's own, by their name in the journal.
var caseFields = []string{"disease", "number", "reported", "signal", "system", "foreign", "name", "sex", "birth", "health_worker", "country", "area", "place", "imported", "from",
	"onset", "admitted", "isolated", "ending", "ended", "officer"}

// changed puts into fields what is different between two states of a case.
func changed(old, c Case, fields map[string]any) error {
	before, err := asFields(old)
	if err != nil {
		return err
	}
	after, err := asFields(c)
	if err != nil {
		return err
	}
	for _, name := range caseFields {
		if string(before[name]) != string(after[name]) {
			fields[name] = after[name]
		}
	}
	for from, sign := range c.Signs {
		if was, ok := old.Signs[from]; !ok || !was.Value.Equal(sign.Value) || was.Disputed && !sign.Disputed {
			fields[signPrefix+from] = sign
		}
	}
	for from := range old.Signs {
		if _, ok := c.Signs[from]; !ok {
			fields[signPrefix+from] = nil
		}
	}
	if len(c.Results) > len(old.Results) {
		fields["result"] = c.Results[len(c.Results)-1]
	}
	return nil
}

func asFields(c Case) (map[string]json.RawMessage, error) {
	b, err := json.Marshal(c)
	if err != nil {
		return nil, fault.Wrap("linelist.asFields", err)
	}
	out := map[string]json.RawMessage{}
	return out, fault.Wrap("linelist.asFields", json.Unmarshal(b, &out))
}

// decide classifies a case by the definition in force. Without one it says so.
func (s *Service) decide(tx *db.Tx, c Case) (Classed, *pack.Pack, error) {
	p, err := s.definition(tx, c)
	if p == nil || err != nil {
		return Classed{Class: NoRule}, nil, err
	}
	around, err := s.around(tx, c)
	if err != nil {
		return Classed{}, nil, err
	}
	k, _, err := classify(p, c, around, s.today())
	return k, p, err
}

// definition answers the case definition in force on the day of the report; nil where
// none is.
func (s *Service) definition(tx *db.Tx, c Case) (*pack.Pack, error) {
	d, ok := s.Lists.Disease(c.Disease)
	if !ok || d.Definition == "" || s.Packs == nil {
		return nil, nil
	}
	on := s.today()
	if first, _, ok := c.Reported.Bounds(); ok {
		on = first
	}
	p, err := s.Packs.Active(tx, d.Definition, on)
	if fault.Is(err, fault.Unavailable) || fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	return p, err
}

func (s *Service) around(tx *db.Tx, c Case) (Around, error) {
	var a Around
	var err error
	if s.OutbreakAt != nil {
		a.Outbreak, err = s.OutbreakAt(tx, c)
	}
	return a, err
}

// Listed is a case on the line list.
type Listed struct {
	Case
	Name    string // of the registered person, where the reader may open it, or as told
	Disease surveillance.Disease
	Known   bool // the species, where it matters
}

// PageOf is how many cases a page of the line list has.
const PageOf = 100

// List lists cases, the latest report first, with how many there are.
func (s *Service) List(ctx context.Context, f Filter, skip int) (out []Listed, total int, err error) {
	const op = "linelist.List"
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		sc, err := s.Access.Reach(ctx, op, access.LineListRead)
		if err != nil {
			return err
		}
		if total, err = countCases(tx, sc, f); err != nil {
			return err
		}
		rows, err := listCases(tx, sc, f, PageOf, max(skip, 0))
		if err != nil {
			return err
		}
		out, err = s.listed(ctx, tx, rows)
		return err
	})
	if err != nil {
		return nil, 0, fault.Wrap(op, err)
	}
	return out, total, fault.Wrap(op, s.shown(ctx, out))
}

// shown notes whose names the reader saw on a list.
func (s *Service) shown(ctx context.Context, list []Listed) error {
	var ids []db.ID
	for _, l := range list {
		if !l.Person.IsZero() && l.Name != "" {
			ids = append(ids, l.Person)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return s.Access.Searched(ctx, "linelist.list", ids)
}

// listed names those that the reader may open.
func (s *Service) listed(ctx context.Context, tx *db.Tx, rows []caseRow) ([]Listed, error) {
	var ids []db.ID
	for _, r := range rows {
		if !r.Person.IsZero() {
			ids = append(ids, r.Person)
		}
	}
	briefs, err := s.People.Briefs(tx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Listed, len(rows))
	for i, r := range rows {
		out[i] = Listed{Case: r.Case, Name: r.Name}
		out[i].Disease, out[i].Known = Species(r.Case, s.Lists)
		if b, ok := briefs[r.Person]; ok && s.Access.May(ctx, access.PersonRead, b.Resource) {
			if out[i].Name = b.Original; out[i].Name == "" {
				out[i].Name = b.Latin
			}
		}
	}
	return out, nil
}

// Opened is a case as its page shows it.
type Opened struct {
	Listed
	Base        journal.Base
	Explanation pack.Explanation // of the last decision, in a language
	Definition  *pack.Pack       // in force; nil where none is
	Counter     Countermeasures
	Contacts    []Followed
	Linked      []Linked
	Stale       bool // what is known has changed since it was classified
	Names       map[db.ID]string
	MayWrite    bool
	MayOverride bool
	MayPerson   bool
	Resource    access.Resource
}

// Open opens one case, in a language for the words of its definition.
func (s *Service) Open(ctx context.Context, id db.ID, lang string) (Opened, error) {
	const op = "linelist.Open"
	var out Opened
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := findCase(tx, id)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.LineListRead, r.Resource); err != nil {
			return err
		}
		list, err := s.listed(ctx, tx, []caseRow{r})
		if err != nil {
			return err
		}
		doc, err := s.Journal.Load(tx, id)
		if err != nil {
			return err
		}
		out = Opened{Listed: list[0], Base: doc.Version, Names: map[db.ID]string{}, Resource: r.Resource,
			MayWrite: s.Access.May(ctx, access.LineListWrite, r.Resource), MayOverride: s.Access.May(ctx, access.LineListOverride, r.Resource), MayPerson: list[0].Name != "" && !r.Person.IsZero()}
		// The table keeps what was decided and not on what: that is in the journal.
		if out.Case, err = caseOf(doc); err != nil {
			return err
		}
		k, p, err := s.decide(tx, out.Case)
		if err != nil {
			return err
		}
		out.Definition = p
		last, ok := out.Last()
		out.Stale = !ok || !same(last, k)
		if ok && len(last.Record) > 0 {
			if rec, err := pack.ParseRecord(last.Record); err == nil {
				if out.Explanation, err = s.Packs.ExplainRecord(tx, rec, lang); err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Unavailable) {
					return err
				}
			}
		}
		if err := s.circle(ctx, tx, &out); err != nil {
			return err
		}
		if err := s.counter(tx, &out, doc, lang); err != nil {
			return err
		}
		if err := s.names(tx, out.Case, out.Names); err != nil {
			return err
		}
		about := r.Person
		if about.IsZero() {
			about = id // somebody who is not registered: the case itself was opened
		}
		return s.Access.OpenedTx(ctx, tx, about, "linelist.case")
	})
	return out, fault.Wrap(op, err)
}

func (s *Service) names(tx *db.Tx, c Case, into map[db.ID]string) (err error) {
	ids := []db.ID{}
	for _, k := range c.Classed {
		ids = append(ids, k.By)
	}
	for _, r := range c.Results {
		ids = append(ids, r.By)
	}
	if c.Officer != nil {
		ids = append(ids, c.Officer.By)
	}
	for _, id := range ids {
		if _, ok := into[id]; ok || id.IsZero() {
			continue
		}
		if into[id], err = access.UserName(tx, id); err != nil {
			return err
		}
	}
	return nil
}

// LookAt is Look for whoever presses the button on the page.
func (s *Service) LookAt(ctx context.Context, id db.ID) error {
	const op = "linelist.LookAt"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := findCase(tx, id)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.LineListWrite, r.Resource); err != nil {
			return err
		}
		return s.Look(ctx, tx, id, "elsewhere")
	}))
}
