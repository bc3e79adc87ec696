package assessment

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// People is what the assessment needs of the people area.
type People interface {
	Facts(tx *db.Tx, person db.ID, on calendar.Day) (map[string]decision.Fact, *decision.Journey, error)
	Holder(tx *db.Tx, person db.ID) (people.Holder, error)
	Banner(ctx context.Context, tx *db.Tx, person db.ID) (*page.Banner, error)
	FamiliesOf(tx *db.Tx, person db.ID) ([]people.Member, error)
	FamilyOf(tx *db.Tx, family db.ID) ([]people.Member, error)
	Briefs(tx *db.Tx, ids []db.ID) (map[db.ID]people.Brief, error)
}

// NewOrder is a service that a plan asks for.
type NewOrder struct {
	Subject, Case   db.ID
	Pack, Code      string
	Why             []string // ids of the rows that ask for it
	Service         pack.Service
	Site, Programme string
}

// Orders is what the assessment needs of orders and results.
type Orders interface {
	// Facts returns the latest observation of each code, with its day: all of the
	// person's but the sensitive results of another case.
	Facts(tx *db.Tx, subject, caseID db.ID, codes []string) (map[string]decision.Fact, error)
	// Earlier lists what was done for other cases and is not sensitive, latest first.
	Earlier(tx *db.Tx, subject, caseID db.ID) ([]Earlier, error)
	// States returns how far each of a case's orders is, by the pack's service code.
	States(tx *db.Tx, subject, caseID db.ID) (map[string]OrderState, error)
	// Waiting are the codes of a case's orders that nobody has begun, each once.
	Waiting(tx *db.Tx, subject, caseID db.ID) ([]string, error)
	// Place orders a service; an order of the same code that is open is left alone.
	Place(tx *db.Tx, by journal.Author, o NewOrder) error
	// Withdraw cancels an order that nobody has begun.
	Withdraw(tx *db.Tx, by journal.Author, subject, caseID db.ID, code string) error
	// Used notes that a signature or another act rests on the person's results.
	Used(tx *db.Tx, by journal.Author, subject db.ID, what string) error
	// Acted lists the users who acted on results of the person.
	Acted(tx *db.Tx, subject db.ID) ([]db.ID, error)
	// Untold are the results of a case that wait to be given to the person and that the
	// actor may give.
	Untold(ctx context.Context, subject, caseID db.ID) ([]Untold, error)
	// Links are the person's orders that the actor may open.
	Links(ctx context.Context, subject, caseID db.ID) (Links, error)
	// Seen lists the results that hold for these codes, for a form to carry from when
	// it is shown to when it is sent.
	Seen(tx *db.Tx, subject db.ID, codes []string) ([]db.ID, error)
	// Answer records an observation that answers a question of the plan.
	Answer(tx *db.Tx, by journal.Author, a NewAnswer) error
}

// Links are orders of a person that a reader may open.
type Links struct {
	Of  map[string]db.ID // of the case, by the pack's service code: the one that is open, else the last
	May map[db.ID]bool   // of whatever case
}

// Untold is a result that waits to be given in person.
type Untold struct {
	Code   string // the pack's service code
	Result db.ID
	Again  bool // something was told before: corrected since, or the link to care is to be recorded
}

// NewAnswer is what a person said to a question of the plan: a value, not known
// (value.NotKnown) or refused.
type NewAnswer struct {
	Subject         db.ID
	Code            string
	Value           value.Value
	On              calendar.Day
	Sensitivity     journal.Sensitivity
	Site, Programme string
	Seen            []db.ID // what held when the question was shown; nil: what holds now
}

// Packs gives the protocol in force.
type Packs interface {
	Active(tx *db.Tx, id string, on calendar.Day) (*pack.Pack, error)
	// Rules names what holds of a destination's rules, whatever the day: it is another
	// text once officers activated or stopped a version, or rows of one.
	Rules(tx *db.Tx, destination string) (string, error)
	// Trial is what the destinations that read a version would be if it held.
	Trial(tx *db.Tx, p *pack.Pack, on calendar.Day) ([]*pack.Pack, error)
	// Destinations lists the packs in force that a case can be opened for.
	Destinations(tx *db.Tx, on calendar.Day) ([]*pack.Pack, error)
}

// Deps are what a Service is made of.
type Deps struct {
	DB      *db.DB
	Journal *journal.Journal
	Access  *access.Access
	Pages   *page.Renderer
	Packs   Packs
	People  People
	Orders  Orders
	Clock   func() time.Time
	// Country is where this site examines, proposed for a new case.
	Country string
}

// Service is the assessment's use cases. Each exported method with a context is
// one transaction; one with a Tx works inside the caller's, who has checked rights.
type Service struct {
	Deps
	classes sync.Map // content hash, officer's class and stopped rows → *pack.Pack
	memo    *memo    // the last decisions
}

// New makes the service.
func New(d Deps) *Service {
	if d.Clock == nil {
		d.Clock = time.Now
	}
	return &Service{Deps: d, memo: &memo{}}
}

func (s *Service) today() calendar.Day { return calendar.DayOfTime(s.Clock()) }

// NewCase is the command that opens a case.
type NewCase struct {
	ID      db.ID // made when the form was shown, so that a second posting is seen
	Case    Case
	Members []NewMember
	Site    string // "" is the actor's own
}

// NewMember is one person who joins a case.
type NewMember struct {
	ID       db.ID
	Person   db.ID
	Relation string
}

// Open opens a case, plans each member's services and orders them. Posted twice
// it is fault.Conflict and changes nothing.
func (s *Service) Open(ctx context.Context, c NewCase) error {
	return fault.Wrap("assessment.Open", s.DB.Write(ctx, func(tx *db.Tx) error { return s.open(ctx, tx, c) }))
}

func (s *Service) open(ctx context.Context, tx *db.Tx, c NewCase) error {
	const op = "assessment.Open"
	actor, _ := access.From(ctx)
	if c.Site == "" {
		c.Site = actor.Site()
	}
	c.Case.ID = c.ID
	p, err := s.validNew(tx, c)
	if err != nil {
		return err
	}
	res := access.Resource{Kind: kindCase, Doc: c.ID, Site: c.Site, Programme: p.Programme, Sensitivity: journal.Identity}
	if err := s.Access.Check(ctx, access.CaseOpen, res); err != nil {
		return err
	}
	common, own := splitFacts(p, c.Case.Facts)
	changes := []journal.Change{{Kind: kindCase, Doc: c.ID, Site: c.Site, Programme: p.Programme, Sensitivity: journal.Identity, Purpose: actor.Purpose,
		Fields: map[string]any{"number": c.Case.Number, "destination": c.Case.Destination, "exam_date": c.Case.ExamDate,
			"exam_country": c.Case.ExamCountry, "facts": common, "closed": false}}}
	for _, m := range c.Members {
		changes = append(changes, memberChange(c.ID, m, c.Site, p.Programme, actor.Purpose))
	}
	if err := s.Journal.Append(tx, actor.Author(), changes...); err != nil {
		return err
	}
	if taken, err := numberTaken(tx, c.Case, c.Site); err != nil || taken {
		if err == nil {
			err = fault.Field(op, "number", "assessment.error.number_taken")
		}
		return err
	}
	d := s.desk(tx)
	for _, m := range c.Members {
		for _, name := range own.Names() {
			if err := s.putOwn(ctx, tx, ownFact{m.ID, m.Person, name, own[name], p, c.Site}); err != nil {
				return err
			}
		}
		if err := d.reassess(ctx, m.ID, "opened"); err != nil {
			return err
		}
	}
	return nil
}

// validNew checks a new case and finds its pack.
func (s *Service) validNew(tx *db.Tx, c NewCase) (*pack.Pack, error) {
	const op = "assessment.Open"
	if err := c.Case.Valid(); err != nil {
		return nil, err
	}
	if c.Site == "" {
		return nil, fault.Field(op, "site", "assessment.error.site")
	}
	if len(c.Members) == 0 {
		return nil, fault.Field(op, "members", "assessment.error.members")
	}
	day, _ := c.Case.ExamDate.Exact()
	p, err := s.Packs.Active(tx, c.Case.Destination, day)
	if err != nil {
		return nil, &fault.Error{Code: fault.Invalid, Op: op, Field: "exam_date", Key: "assessment.error.no_pack", Err: err}
	}
	return p, nil
}

func memberChange(caseID db.ID, m NewMember, site, programme, purpose string) journal.Change {
	return journal.Change{Kind: kindMember, Doc: m.ID, Subject: m.Person, Site: site, Programme: programme, Sensitivity: journal.Identity, Purpose: purpose,
		Fields: map[string]any{"case": caseID, "person": m.Person, "relation": m.Relation, "state": StateQuestions, "stations": []string{}, "left": false}}
}

// splitFacts parts the facts of an application: those of the whole case, and the
// sensitive ones, which are each person's own and are kept apart.
func splitFacts(p *pack.Pack, facts value.Facts) (common, own value.Facts) {
	common, own = value.Facts{}, value.Facts{}
	for name, v := range facts {
		if f, ok := applicationFact(p, name); ok && isSensitive(f.Sensitivity) {
			own[name] = v
		} else {
			common[name] = v
		}
	}
	return common, own
}

// applicationFact finds the fact of a pack that an application's fact feeds.
func applicationFact(p *pack.Pack, name string) (pack.Fact, bool) {
	i := slices.IndexFunc(p.Facts, func(f pack.Fact) bool { return f.From == "case."+name })
	if i < 0 {
		return pack.Fact{}, false
	}
	return p.Facts[i], true
}

// ownFact is a fact of the application that is one member's own.
type ownFact struct {
	Member, Person db.ID
	Fact           string // without "case."
	Value          value.Value
	Pack           *pack.Pack
	Site           string
}

// putOwn writes a member's own fact at the fact's sensitivity, for whoever may
// answer at that sensitivity.
func (s *Service) putOwn(ctx context.Context, tx *db.Tx, o ownFact) error {
	f, ok := applicationFact(o.Pack, o.Fact)
	if !ok {
		return fault.Field("assessment.putOwn", "fact."+o.Fact, "assessment.error.choice")
	}
	return s.writeOwn(ctx, tx, o, levelOf(f.Sensitivity), map[string]any{"own": true, "value": o.Value})
}

// writeOwn writes the document of one member and fact. Where two answers did not
// see each other, this one settles it.
func (s *Service) writeOwn(ctx context.Context, tx *db.Tx, o ownFact, level journal.Sensitivity, fields map[string]any) error {
	actor, _ := access.From(ctx)
	c := journal.Change{Kind: kindAnswer, Doc: answerID(o.Member, o.Fact), Subject: o.Person, Site: o.Site, Programme: o.Pack.Programme,
		Sensitivity: level, Purpose: actor.Purpose, Fields: fields}
	doc, err := s.Journal.Load(tx, c.Doc)
	switch {
	case err == nil:
		c.Base = doc.Version
		for _, alt := range doc.Disputed["value"] {
			c.Resolves = append(c.Resolves, alt.Version)
		}
	case fault.Is(err, fault.NotFound):
		fields["member"], fields["fact"] = o.Member, o.Fact
	default:
		return err
	}
	return s.Journal.Append(tx, actor.Author(), c)
}

// Change is what an officer changes about a case: the day and country of the
// examination, or facts of the application. Nil leaves as it is; of the facts,
// those that are not named stay.
type Change struct {
	Case        db.ID
	Base        journal.Base // the version the officer saw
	ExamDate    *calendar.Date
	ExamCountry *string
	Facts       value.Facts
}

// Edit changes a case and plans every member anew: ages, dated rows and lists are
// read for the new day. A case that was changed since the officer saw it is
// fault.Conflict.
func (s *Service) Edit(ctx context.Context, c Change) error {
	const op = "assessment.Edit"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		doc, err := s.Journal.Load(tx, c.Case)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.CaseEdit, access.Of(doc)); err != nil {
			return err
		}
		if !c.Base.Covers(doc.Version) {
			return fault.New(fault.Conflict, op, "assessment.error.edited")
		}
		fields, err := s.editFields(tx, c)
		if err != nil {
			return err
		}
		actor, _ := access.From(ctx)
		if err := s.Journal.Append(tx, actor.Author(), journal.Change{Kind: kindCase, Doc: c.Case, Purpose: actor.Purpose, Base: doc.Version, Fields: fields}); err != nil {
			return err
		}
		return s.desk(tx).reassessCase(ctx, c.Case, "case")
	}))
}

func (s *Service) editFields(tx *db.Tx, c Change) (map[string]any, error) {
	const op = "assessment.Edit"
	cs, _, _, err := loadCase(tx, c.Case)
	if err != nil {
		return nil, err
	}
	fields := map[string]any{}
	if c.ExamDate != nil {
		cs.ExamDate = *c.ExamDate
	}
	if c.ExamCountry != nil {
		cs.ExamCountry = *c.ExamCountry
	}
	if c.ExamDate != nil || c.ExamCountry != nil {
		fields["exam_date"], fields["exam_country"] = cs.ExamDate, cs.ExamCountry
	}
	if err := cs.Valid(); err != nil {
		return nil, err
	}
	day, _ := cs.ExamDate.Exact()
	p, err := s.Packs.Active(tx, cs.Destination, day)
	if err != nil {
		return nil, &fault.Error{Code: fault.Invalid, Op: op, Field: "exam_date", Key: "assessment.error.no_pack", Err: err}
	}
	if c.Facts != nil {
		merged := value.Facts{}
		for name, v := range cs.Facts {
			merged[name] = v
		}
		for name, v := range c.Facts {
			if f, ok := applicationFact(p, name); !ok || isSensitive(f.Sensitivity) {
				return nil, fault.Field(op, "fact."+name, "assessment.error.choice")
			}
			merged[name] = v
		}
		fields["facts"] = merged
	}
	return fields, nil
}

// Changed plans a person's cases anew after a fact about them changed, in the
// transaction that changed it. cause says what it was, in a word without personal
// data ("result", "journey"). People and orders call it.
func (s *Service) Changed(ctx context.Context, tx *db.Tx, person db.ID, cause string) error {
	members, err := membersAbout(tx, person)
	if err != nil {
		return err
	}
	d := s.desk(tx)
	for _, m := range members {
		if err := d.reassess(ctx, m.ID, cause); err != nil {
			return err
		}
	}
	return nil
}

func orNotFound(err error) error {
	if err != nil {
		return err
	}
	return fault.New(fault.NotFound, "assessment", "page.error.not_found")
}

// levelOf is the sensitivity a document about a fact is kept at.
func levelOf(sensitivity string) journal.Sensitivity {
	switch strings.ToLower(sensitivity) {
	case "identity":
		return journal.Identity
	case "sensitive", "sealed":
		return journal.Sensitive
	}
	return journal.Clinical
}

var errNoDay = errors.New("the decision gives no last day of validity")
