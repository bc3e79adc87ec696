package across

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Matter is a case or a contact as it could be told.
type Matter struct {
	About   About
	ID      db.ID
	Disease string
	Code    string
	access.Resource
	Values map[string]string
	Visits []Told
}

// whom is whom the read audit names: the registered person, or the case or contact.
func (m Matter) whom() db.ID {
	if !m.Subject.IsZero() {
		return m.Subject
	}
	return m.ID
}

// matter loads a case or a contact that the actor may send.
func (s *Service) matter(ctx context.Context, tx *db.Tx, about About, id db.ID) (Matter, error) {
	const op = "across.matter"
	m := Matter{About: about, ID: id}
	var err error
	var f linelist.Followed
	var c linelist.Case
	if about == OfContact {
		f, m.Resource, err = s.Cases.FollowedAt(tx, id)
		m.Disease, m.Code = f.Contact.Disease, f.Code()
	} else {
		c, m.Resource, err = s.Cases.CaseAt(tx, id)
		d, _ := linelist.Species(c, s.Lists)
		if m.Disease, m.Code = d.Code, c.Code(); m.Disease == "" {
			m.Disease = c.Disease
		}
	}
	if err != nil {
		return m, err
	}
	if err := s.Access.Check(ctx, access.NoticeSend, m.Resource); err != nil {
		return m, err
	}
	if m.Sensitivity > journal.Clinical {
		return m, fault.New(fault.Forbidden, op, "across.error.sensitive")
	}
	guarded, err := s.guarded(tx, m.Site)
	if err != nil {
		return m, err
	}
	if about == OfContact {
		how, err := s.Cases.ExposureOf(tx, id)
		if err != nil {
			return m, err
		}
		m.Values, m.Visits = valuesOfContact(f, how, guarded, s.today())
		return m, nil
	}
	name, err := s.nameOf(ctx, tx, c)
	m.Values = valuesOfCase(c, name, guarded, s.today())
	return m, err
}

// guarded reports whether a site is a shelter or the like. Who does not know it cannot
// say that it is none.
func (s *Service) guarded(tx *db.Tx, code string) (bool, error) {
	if s.Sites == nil {
		return true, nil
	}
	site, err := s.Sites.Site(tx, code)
	if fault.Is(err, fault.NotFound) {
		return true, nil
	}
	return site.Guarded, err
}

// nameOf is what a case is called: of a registered person their name, if the actor may
// open them.
func (s *Service) nameOf(ctx context.Context, tx *db.Tx, c linelist.Case) (string, error) {
	if c.Person.IsZero() {
		return c.Name, nil
	}
	p, res, err := s.People.Identity(tx, c.Person)
	if fault.Is(err, fault.NotFound) || err == nil && !s.Access.May(ctx, access.PersonRead, res) {
		return "", nil
	}
	original, latin := p.Display()
	if latin != "" {
		return latin, err
	}
	return original, err
}

// Preview is what would be told of a case or a contact, for the officer to read.
type Preview struct {
	Matter
	Terms      Terms
	Registered bool
	Refused    error // why who it is stays here; nil where it may go
	Told, Who  []string
	Digest     string
}

// Offers are the agreements under which something can be told now, and what was told.
func (s *Service) Offers(ctx context.Context, about About, id db.ID) (m Matter, offers []Terms, lines []Line, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if m, err = s.matter(ctx, tx, about, id); err != nil {
			return err
		}
		if err := s.Access.OpenedTx(ctx, tx, m.whom(), "across.matter"); err != nil {
			return err
		}
		all, err := s.Agreements.All(tx)
		if err != nil {
			return err
		}
		offers = slices.DeleteFunc(all, func(t Terms) bool { return !t.Covers(about, m.Disease, m.Site) || !t.InTime(about, m.Values) })
		rows, err := sentOf(tx, id)
		if err != nil {
			return err
		}
		lines, err = s.lines(tx, rows)
		return err
	})
	return m, offers, lines, fault.Wrap("across.Offers", err)
}

// Preview answers what would be told under an agreement.
func (s *Service) Preview(ctx context.Context, about About, id, agreement db.ID) (p Preview, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if p, err = s.preview(ctx, tx, about, id, agreement); err != nil {
			return err
		}
		return s.Access.OpenedTx(ctx, tx, p.whom(), "across.matter")
	})
	return p, fault.Wrap("across.Preview", err)
}

func (s *Service) preview(ctx context.Context, tx *db.Tx, about About, id, agreement db.ID) (Preview, error) {
	const op = "across.preview"
	var p Preview
	var err error
	if p.Matter, err = s.matter(ctx, tx, about, id); err != nil {
		return p, err
	}
	if p.Terms, err = s.Agreements.One(tx, agreement); err != nil {
		return p, err
	}
	if !p.Terms.Covers(about, p.Disease, p.Site) || !p.Terms.InTime(about, p.Values) {
		return p, fault.New(fault.Forbidden, op, "across.error.not_covered")
	}
	p.Registered = !p.Subject.IsZero()
	if p.Registered {
		if p.Refused, err = s.Agreements.MayBeNamed(tx, agreement, p.Subject); err != nil {
			return p, err
		}
	}
	p.Told, p.Who = within(string(about), p.Terms.Fields[string(about)]), within(about.who(), p.Terms.Fields[about.who()])
	values, visits, _ := p.Terms.keep(about, true, p.Values, p.Visits)
	p.Digest = digestOf(values, visits)
	return p, nil
}

// Sending is what an officer says when something is told.
type Sending struct {
	About     About
	Of        db.ID
	Agreement db.ID
	Shield    value.Truth // of somebody who is not registered
	GoingTo   string      // of a contact
	Arrives   calendar.Date
	Reach     string
	Shown     string // the digest of what the officer read
}

// Send tells another authority of a case or a contact. It leaves with the next exchange
// or file.
func (s *Service) Send(ctx context.Context, in Sending) (sent db.ID, err error) {
	const op = "across.Send"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return sent, err
	}
	p, err := s.Preview(ctx, in.About, in.Of, in.Agreement)
	if err != nil {
		return sent, err
	}
	if in.Shown != p.Digest {
		return sent, fault.New(fault.Conflict, op, "across.error.changed")
	}
	if err := in.valid(s.today()); err != nil {
		return sent, err
	}
	named, err := s.release(ctx, p, in, true)
	if err != nil {
		return sent, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		now, err := s.preview(ctx, tx, in.About, in.Of, in.Agreement)
		if err != nil {
			return err
		}
		if now.Digest != in.Shown {
			return fault.New(fault.Conflict, op, "across.error.changed")
		}
		before, err := sentOf(tx, in.Of)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(before, func(r sentRow) bool {
			return r.Agreement == in.Agreement && r.Withdrawn.IsZero() && r.Until >= s.today()
		}) {
			return fault.New(fault.Conflict, op, "across.error.sent")
		}
		n := s.notice(now, in, named)
		sent = db.NewID()
		return s.write(tx, a.Author(), now, n, Sent{ID: sent, Shield: in.Shield, Named: n.names(), At: n.Made}, journal.Base{}, journal.Base{})
	})
	return sent, fault.Wrap(op, err)
}

func (in Sending) valid(today calendar.Day) error {
	const op = "across.Send"
	if first, _, ok := in.Arrives.Bounds(); ok && (first < today-60 || first > today+400) {
		return fault.Field(op, "arrives", "across.error.arrives")
	}
	for field, v := range map[string]string{"going_to": in.GoingTo, "reach": in.Reach} {
		if v = strings.TrimSpace(v); v != "" && !isText(v) {
			return fault.Field(op, field, "across.error.text")
		}
	}
	return nil
}

// release writes into the audit that something leaves, to whom and about whom, and
// answers whether who it is may go with it, where that is wanted. Somebody is named by
// what goes: of whom the officer may not open the name, or nobody knows any, nobody is.
func (s *Service) release(ctx context.Context, p Preview, in Sending, wanted bool) (named bool, err error) {
	row := p.Resource
	named = wanted && mayBeNamed(p.Registered, p.Refused, in.Shield) && s.notice(p, in, true).names()
	if !named {
		row.Subject = db.ID{} // nobody is named
	}
	to := access.HealthAuthority.Of(p.Terms.Country)
	withheld, err := s.Access.ReleaseList(ctx, route, to, []access.Resource{row})
	if named = named && !withheld[p.Subject]; err != nil || named || !p.Registered {
		return named, err
	}
	// That their case was told stands in their record too where they are not named.
	return false, s.Access.ReleaseUnnamed(ctx, unnamedRoute, to, p.Resource)
}

// notice puts together what is told.
func (s *Service) notice(p Preview, in Sending, named bool) Notice {
	n := Notice{ID: db.NewID(), Agreement: p.Terms.ID, About: p.About, Disease: p.Disease, From: s.Name, Made: s.now(), Until: s.today() + calendar.Day(p.Terms.Keep)}
	n.Number = people.ShowCode(people.Code(n.ID))
	all := map[string]string{}
	for f, v := range p.Values {
		all[f] = v
	}
	put(all, "going_to", in.GoingTo)
	putDate(all, "arrives", in.Arrives)
	put(all, "reach", in.Reach)
	n.Values, n.Visits, _ = p.Terms.keep(p.About, named, all, p.Visits)
	if n.names() {
		n.Person = p.Subject
	}
	return n
}

// write appends a notice with its line in the register. line is what stands there: what
// was told once stays told, and the other side's clock runs from the first time. base is
// what a correction saw.
func (s *Service) write(tx *db.Tx, by journal.Author, p Preview, n Notice, line Sent, base, lineBase journal.Base) error {
	fields := slices.Clone(line.Fields)
	for f := range n.Values {
		fields = append(fields, f)
	}
	if len(n.Visits) > 0 {
		fields = append(fields, fieldVisits)
	}
	slices.Sort(fields)
	fields = slices.Compact(fields)
	told := journal.Change{Kind: kindNotice, Doc: n.ID, Subject: n.Person, Sensitivity: journal.Clinical, Purpose: "public_health", Base: base, Fields: noticeFields(n)}
	kept := journal.Change{Kind: kindSent, Doc: line.ID, Subject: p.Subject, Site: p.Site, Programme: p.Programme, Sensitivity: journal.Identity, Purpose: "public_health", Base: lineBase,
		Fields: map[string]any{"notice": n.ID, "agreement": n.Agreement, "peer": p.Terms.Peer, "country": p.Terms.Country, "about": n.About, "of": p.ID, "disease": n.Disease, "number": n.Number,
			"fields": fields, "named": line.Named, "shield": line.Shield, "at": line.At, "until": n.Until}}
	return s.Journal.Append(tx, by, kept, told) // the register first: at a hub, what comes from a node in two parts must not be met without it
}

func noticeFields(n Notice) map[string]any {
	return map[string]any{"agreement": n.Agreement, "about": n.About, "disease": n.Disease, "number": n.Number, "from": n.From, "made": n.Made, "values": n.Values, "visits": n.Visits,
		until: n.Until, "withdrawn": n.Withdrawn, "why": n.Why}
}

// Correct tells again what was told, as it is known now. What the officer had typed
// stays as it was, and the line in the register says all that was ever told.
func (s *Service) Correct(ctx context.Context, sent db.ID) error {
	const op = "across.Correct"
	look := func(tx *db.Tx, r sentRow, old Notice) (Preview, error) {
		if !r.Withdrawn.IsZero() || old.Until < s.today() {
			return Preview{}, fault.New(fault.Conflict, op, "across.error.over")
		}
		return s.preview(ctx, tx, r.About, r.Of, r.Agreement)
	}
	var shown Preview
	var line sentRow
	var before Notice
	err := s.again(ctx, op, sent, func(tx *db.Tx, _ access.Actor, r sentRow, old Notice) (err error) {
		line, before = r, old
		shown, err = look(tx, r, old)
		return err
	})
	if err != nil {
		return err
	}
	named, err := s.release(ctx, shown, saidWith(before, line.Shield), line.Named)
	if err != nil {
		return fault.Wrap(op, err)
	}
	return s.again(ctx, op, sent, func(tx *db.Tx, a access.Actor, r sentRow, old Notice) error {
		p, err := look(tx, r, old)
		if err != nil {
			return err
		}
		if p.Digest != shown.Digest || p.Subject != shown.Subject {
			return fault.New(fault.Conflict, op, "across.error.changed")
		}
		named := named && mayBeNamed(p.Registered, p.Refused, r.Shield)
		n := s.notice(p, saidWith(old, r.Shield), named)
		n.ID, n.Number = old.ID, old.Number
		if n.Person.IsZero() {
			n.Person = old.Person
		}
		doc, line, err := s.both(tx, old.ID, sent)
		if err != nil {
			return err
		}
		r.Named = r.Named || n.names()
		return s.write(tx, a.Author(), p, n, r.Sent, doc.Version, line.Version)
	})
}

// saidWith is what the officer typed and said when a notice was sent.
func saidWith(n Notice, shield value.Truth) Sending {
	return Sending{GoingTo: n.Values["going_to"], Arrives: date(n.Values["arrives"]), Reach: n.Values["reach"], Shield: shield}
}

// Withdraw takes a notice back: its content goes at once from what is sent, and from the
// other side's list when the withdrawal comes there. The last day stays as it was: who
// has not exchanged until the evening must still hear of it.
func (s *Service) Withdraw(ctx context.Context, sent db.ID, why Why) error {
	const op = "across.Withdraw"
	if !slices.Contains(Whys, why) {
		return fault.Field(op, "why", "across.error.choose")
	}
	return s.again(ctx, op, sent, func(tx *db.Tx, a access.Actor, r sentRow, old Notice) error {
		if !r.Withdrawn.IsZero() {
			return fault.New(fault.Conflict, op, "across.error.over")
		}
		doc, line, err := s.both(tx, old.ID, sent)
		if err != nil {
			return err
		}
		n := old
		n.Values, n.Visits, n.Withdrawn, n.Why = map[string]string{}, nil, s.now(), why
		if err := s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindNotice, Doc: n.ID, Purpose: "public_health", Base: doc.Version, Fields: noticeFields(n)},
			journal.Change{Kind: kindSent, Doc: sent, Purpose: "public_health", Base: line.Version, Fields: map[string]any{"withdrawn": n.Withdrawn}}); err != nil {
			return err
		}
		if r.About == OfContact {
			return s.Cases.HandOn(tx, a.Author(), r.Of, false)
		}
		return nil
	})
}

func (s *Service) both(tx *db.Tx, notice, sent db.ID) (doc, line *journal.Doc, err error) {
	if doc, err = s.Journal.Load(tx, notice); err != nil {
		return nil, nil, err
	}
	line, err = s.Journal.Load(tx, sent)
	return doc, line, err
}

// again loads a line of the register that the actor may change, with its notice.
func (s *Service) again(ctx context.Context, op string, sent db.ID, change func(*db.Tx, access.Actor, sentRow, Notice) error) error {
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := findSent(tx, sent)
		if err != nil {
			return err
		}
		res := r.Resource
		res.Sensitivity = journal.Clinical
		if err := s.Access.Check(ctx, access.NoticeSend, res); err != nil {
			return err
		}
		n, err := findNotice(tx, r.Notice)
		if fault.Is(err, fault.NotFound) {
			return fault.New(fault.Conflict, op, "across.error.over") // its content is gone
		}
		if err != nil {
			return err
		}
		return change(tx, a, r, n)
	}))
}

// Line is a line of the sender's register, with where the notice stands.
type Line struct {
	Sent
	State State
	Steps map[Step]Answer
	Due   time.Time // when somebody there should have opened it
	Who   string    // who sent it
}

func (s *Service) lines(tx *db.Tx, rows []sentRow) ([]Line, error) {
	var out []Line
	for _, r := range rows {
		l, err := s.line(tx, r)
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}

func (s *Service) line(tx *db.Tx, r sentRow) (Line, error) {
	said, err := answersOf(tx, r.Notice, r.Agreement)
	if err != nil {
		return Line{}, err
	}
	queued, taken, err := s.Agreements.Sent(tx, r.Agreement, r.Notice)
	if err != nil {
		return Line{}, err
	}
	l := Line{Sent: r.Sent, Steps: stepsOf(said)}
	if l.Due, err = s.openBy(tx, r.At); err != nil {
		return Line{}, err
	}
	l.State = stateOf(r.Sent, l.Steps, queued || taken, s.now(), l.Due)
	l.Who, err = access.UserName(tx, r.By)
	return l, err
}
