package referral

import (
	"context"
	"embed"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

//go:embed locales
var files embed.FS

// Pages are the words of this area; its pages are sheets.
func Pages() page.Area { return page.Area{Name: "referral", Templates: files, Locales: files} }

// People is what this area needs of persons.
type People interface {
	Briefs(tx *db.Tx, ids []db.ID) (map[db.ID]people.Brief, error)
	Banner(ctx context.Context, tx *db.Tx, person db.ID) (*page.Banner, error)
}

// Sites are the places of the installation.
type Sites interface {
	Site(tx *db.Tx, code string) (place.Site, error)
	All(tx *db.Tx) ([]place.Site, error)
}

// Deps is what a Service needs.
type Deps struct {
	DB      *db.DB
	Journal *journal.Journal
	Access  *access.Access
	Pages   *page.Renderer
	People  People
	Sites   Sites
	Clock   func() time.Time
	// Pieces are what a sender may choose of the record: what the actor may know of it,
	// of an encounter of the person where one is given.
	Pieces func(ctx context.Context, tx *db.Tx, person, encounter db.ID) ([]Piece, error)
	// Address is where a place without Godwit reaches this installation; an error where
	// nobody outside does, and the letter says so.
	Address Address
	// Urgencies is the list in force; nil is the one that ships.
	Urgencies []Urgency
}

// Service is this area's use cases.
type Service struct {
	Deps
	limit limiter
}

// New makes the service.
func New(d Deps) *Service {
	if d.Clock == nil {
		d.Clock = time.Now
	}
	if d.Urgencies == nil {
		d.Urgencies = Shipped()
	}
	return &Service{Deps: d}
}

func (s *Service) now() time.Time { return s.Clock().UTC().Truncate(time.Microsecond) }

// brief is a person whom the actor may do something about.
func (s *Service) brief(ctx context.Context, tx *db.Tx, action access.Action, person db.ID) (people.Brief, error) {
	list, err := s.People.Briefs(tx, []db.ID{person})
	if err != nil {
		return people.Brief{}, err
	}
	b, ok := list[person]
	if !ok {
		return b, fault.New(fault.NotFound, "referral.brief", "page.error.not_found")
	}
	res := b.Resource
	res.Kind, res.Sensitivity = kindReferral, journal.Clinical
	return b, s.Access.Check(ctx, action, res)
}

// Draft is what the form of a new referral shows.
type Draft struct {
	Person, Encounter db.ID
	Banner            *page.Banner
	Pieces            []Piece
	Sites             []place.Site // without the actor's own; closed ones are shown and refused
	Urgencies         []Urgency
}

// Draft gathers what a referral of somebody may carry. An encounter that is not theirs, or
// that the actor may not know, offers nothing.
func (s *Service) Draft(ctx context.Context, person, encounter db.ID) (out Draft, err error) {
	const op = "referral.Draft"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = Draft{Person: person, Encounter: encounter, Urgencies: s.Urgencies}
		b, err := s.brief(ctx, tx, access.ClinicalWrite, person)
		if err != nil {
			return err
		}
		if out.Pieces, err = s.pieces(ctx, tx, person, encounter); err != nil {
			return err
		}
		all, err := s.Sites.All(tx)
		if err != nil {
			return err
		}
		own := a.SiteFor(b.Resource.Site)
		out.Sites = slices.DeleteFunc(all, func(x place.Site) bool { return x.Code == own })
		out.Banner, err = s.People.Banner(ctx, tx, person)
		return err
	})
	if err == nil {
		err = s.Access.Opened(ctx, person, kindReferral)
	}
	return out, fault.Wrap(op, err)
}

func (s *Service) pieces(ctx context.Context, tx *db.Tx, person, encounter db.ID) ([]Piece, error) {
	if s.Pieces == nil {
		return nil, nil
	}
	return s.Pieces(ctx, tx, person, encounter)
}

// Send refers somebody. The id was made when the form was shown, so that sent twice is
// sent once. To another site the record is opened there, with the person's word; without
// it that site hears nothing, and the person carries the letter.
func (s *Service) Send(ctx context.Context, n Request) error {
	const op = "referral.Send"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		b, err := s.brief(ctx, tx, access.ClinicalWrite, n.Person)
		if err != nil {
			return err
		}
		if b.Died {
			return fault.New(fault.Conflict, op, "referral.error.died")
		}
		r, err := s.made(ctx, tx, a, b, n)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.ClinicalWrite, r.Resource()); err != nil {
			return err
		}
		err = s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindReferral, Doc: r.ID, Subject: r.Person, Site: r.Site, Programme: r.Programme, Sensitivity: r.Sensitivity, Purpose: "care",
			Fields: map[string]any{"to": r.To, "to_site": r.ToSite, "to_name": r.ToName, "urgency": r.Urgency, "due": r.Due, "reason": r.Reason, "done": r.Done, "summary": r.Summary,
				"transport": r.Transport, "agreed": r.Agreed, "encounter": r.Encounter, "at": r.At, "by": r.By}})
		if fault.Is(err, fault.Conflict) {
			return fault.New(fault.Conflict, op, "referral.error.sent_twice")
		}
		if err == nil && r.Shared() {
			err = s.Access.OpenTo(ctx, tx, r.Person, r.ToSite, access.Referred)
		}
		return err
	}))
}

// made is the referral that a form asks for.
func (s *Service) made(ctx context.Context, tx *db.Tx, a access.Actor, b people.Brief, n Request) (Referral, error) {
	own := a.SiteFor(b.Resource.Site)
	all, err := s.Sites.All(tx)
	if err != nil {
		return Referral{}, err
	}
	var known []string
	closed := map[string]bool{}
	for _, x := range all {
		if x.Code != own {
			known, closed[x.Code] = append(known, x.Code), x.Closed
		}
	}
	if errs := n.valid(s.Urgencies, known, closed); len(errs) > 0 {
		return Referral{}, errors.Join(errs...)
	}
	pieces, err := s.pieces(ctx, tx, n.Person, n.Encounter)
	if err != nil {
		return Referral{}, err
	}
	r := Referral{ID: n.ID, Person: n.Person, Site: own, Programme: b.Programme, Sensitivity: journal.Clinical, To: n.To, Urgency: n.Urgency,
		Due: s.now().Add(within(s.Urgencies, n.Urgency)), Reason: strings.TrimSpace(n.Reason), Done: strings.TrimSpace(n.Done), Transport: n.Transport, Encounter: n.Encounter, At: s.now(), By: a.User}
	if n.To == ToSite {
		r.ToSite, r.Agreed = n.ToSite, n.Agreed
	} else {
		r.ToName = strings.TrimSpace(n.ToName)
	}
	var sensitive bool
	if r.Summary, sensitive = chosen(pieces, n.Include); sensitive {
		r.Sensitivity = journal.Sensitive
	}
	return r, nil
}

// Said is one word about a referral, as a form says it.
type Said struct {
	ID       db.ID // made when the form was shown
	Referral db.ID
	Step     StepKind
	Words    string
}

// Say adds what became of a referral: the place sent to says it, or whoever sent writes it
// down from paper or a telephone call, and may cancel. Where nobody is waited for any more
// and the record was open there for this alone, it is shut.
func (s *Service) Say(ctx context.Context, x Said) error {
	const op = "referral.Say"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := find(tx, x.Referral)
		if err != nil {
			return err
		}
		as, err := s.speaks(ctx, a, r)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(r.Steps, func(t Step) bool { return t.ID == x.ID }) {
			return nil // sent twice
		}
		sender := as == r.Site
		step := Step{ID: x.ID, Site: as, Referral: r.ID, Step: x.Step, Words: strings.TrimSpace(x.Words), How: Here, At: s.now(), By: a.User}
		if sender && x.Step != Cancelled {
			step.How = OnPaper
		}
		if errs := step.valid(); len(errs) > 0 {
			return errors.Join(errs...)
		}
		if err := r.mayAdd(x.Step, sender); err != nil {
			return err
		}
		if err := s.add(tx, a.Author(), r, step); err != nil {
			return err
		}
		return s.follow(ctx, tx, r, step)
	}))
}

// speaks is the site for which the actor may say what became of a referral: the one it is
// for where they work there, else the one that sent.
func (s *Service) speaks(ctx context.Context, a access.Actor, r Referral) (string, error) {
	if r.Shared() && a.Site() != r.Site && s.Access.May(ctx, access.ClinicalWrite, r.at(r.ToSite)) && (a.Site() == "" || slices.Contains(a.Sites, r.ToSite)) {
		return r.ToSite, nil
	}
	return r.Site, s.Access.Check(ctx, access.ClinicalWrite, r.Resource())
}

func (s *Service) add(tx *db.Tx, by journal.Author, r Referral, t Step) error {
	fields := map[string]any{"referral": r.ID, "step": t.Step, "how": t.How, "at": t.At}
	if t.Words != "" {
		fields["words"] = t.Words
	}
	if !t.By.IsZero() {
		fields["by"] = t.By
	}
	return s.Journal.Append(tx, by, journal.Change{Kind: kindStep, Doc: t.ID, Subject: r.Person, Site: t.Site, Programme: r.Programme, Sensitivity: r.Sensitivity, Purpose: "care", Fields: fields})
}

// follow is what a step opens and shuts. Whoever sent somebody registered elsewhere reads
// what came of it; where the person is not taken, or not sent any more, what was open for
// the referral alone is shut.
func (s *Service) follow(ctx context.Context, tx *db.Tx, r Referral, t Step) error {
	if !r.Shared() {
		return nil
	}
	if t.Step == Result && t.Site == r.ToSite {
		list, err := s.People.Briefs(tx, []db.ID{r.Person})
		if err != nil {
			return err
		}
		if b, ok := list[r.Person]; ok && b.Resource.Site != r.Site {
			return s.Access.OpenTo(ctx, tx, r.Person, r.Site, access.Answered)
		}
	}
	if t.Step != Declined && t.Step != Cancelled {
		return nil
	}
	open, err := s.Access.Openings(tx, r.Person)
	if err != nil {
		return err
	}
	for _, o := range open {
		if o.Site == r.ToSite && !o.Shut && o.Why != access.Referred {
			return nil // it has the record for a reason of its own
		}
	}
	others, err := of(tx, r.Person)
	if err != nil {
		return err
	}
	for _, x := range others {
		if x.ID != r.ID && x.ToSite == r.ToSite && x.Shared() && !x.State().Answers() {
			return nil
		}
	}
	return s.Access.ShutTo(ctx, tx, r.Person, r.ToSite)
}

// within is how long an answer of an urgency may take.
func within(list []Urgency, code string) time.Duration {
	for _, u := range list {
		if u.Code == code {
			return u.Within
		}
	}
	return 0
}

// truth reads a yes or no of a form; nothing is not an answer.
func truth(text string) value.Truth {
	switch text {
	case "yes":
		return value.Yes
	case "no":
		return value.No
	}
	return value.Unknown
}
