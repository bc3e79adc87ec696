package across

import (
	"context"
	"slices"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Arrival is a line of the receiver's register, with the notice while it is kept.
type Arrival struct {
	Taken
	Notice  Notice
	Kept    bool // the notice is still here
	AtHub   bool // it is kept, and only at the hub
	Steps   map[Step]Answer
	Due     Outcome // what the follow-up here has come to, and the sender was not told
	Reader  string
	Decider string
	MayTake bool
}

// Over reports whether nothing is to be done any more.
func (a Arrival) Over() bool {
	return a.Decided == StepRefused || a.Outcome != "" || a.Kept && !a.Notice.Withdrawn.IsZero() || !a.Kept && a.Decided == ""
}

func (s *Service) arrivals(tx *db.Tx, rows []takenRow) ([]Arrival, error) {
	var out []Arrival
	for _, r := range rows {
		a, err := s.arrival(tx, r)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

func (s *Service) arrival(tx *db.Tx, r takenRow) (Arrival, error) {
	a := Arrival{Taken: r.Taken}
	n, err := findNotice(tx, r.Taken.Notice)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return a, err
	}
	a.Notice, a.Kept, a.AtHub = n, err == nil && n.Until >= s.today(), err != nil && r.Until >= s.today()
	said, err := answersOf(tx, r.Taken.Notice, r.Agreement)
	if err != nil {
		return a, err
	}
	a.Steps = stepsOf(said)
	if a.Due, err = s.due(tx, r.Taken); err != nil {
		return a, err
	}
	if a.Reader, err = access.UserName(tx, r.ReadBy); err != nil {
		return a, err
	}
	a.Decider, err = access.UserName(tx, r.DecidedBy)
	return a, err
}

// due is what became of what was accepted, where the sender does not know it yet.
func (s *Service) due(tx *db.Tx, t Taken) (Outcome, error) {
	if t.Decided != StepAccepted || t.Outcome != "" || t.Until < s.today() {
		return "", nil
	}
	if t.About == OfContact {
		f, _, err := s.Cases.FollowedAt(tx, t.Became)
		if fault.Is(err, fault.NotFound) {
			return "", nil
		}
		return outcomeOf(f), err
	}
	c, _, err := s.Cases.CaseAt(tx, t.Became)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return caseOutcomeOf(c), err
}

// OpenTaken opens a notice that came: that somebody opened it goes back to the sender.
func (s *Service) OpenTaken(ctx context.Context, id db.ID) (out Arrival, err error) {
	const op = "across.OpenTaken"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return out, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := s.taken(ctx, tx, access.NoticeRead, id)
		if err != nil {
			return err
		}
		if out, err = s.arrival(tx, r); err != nil {
			return err
		}
		out.MayTake = s.Access.May(ctx, access.NoticeTake, clinical(r.Resource))
		if r.ReadBy.IsZero() && out.Kept && out.MayTake {
			if err := s.say(tx, a.Author(), r.Taken, Answer{Step: StepRead}, map[string]any{"read_by": a.User}); err != nil {
				return err
			}
			if r, err = findTaken(tx, id); err != nil {
				return err
			}
			if out, err = s.arrival(tx, r); err != nil {
				return err
			}
			out.MayTake = true
		}
		return s.Access.OpenedTx(ctx, tx, r.Taken.Notice, "across.notice")
	})
	return out, fault.Wrap(op, err)
}

// taken loads a line of the inbox that the actor may act on.
func (s *Service) taken(ctx context.Context, tx *db.Tx, action access.Action, id db.ID) (takenRow, error) {
	r, err := findTaken(tx, id)
	if err != nil {
		return r, err
	}
	return r, s.Access.Check(ctx, action, clinical(r.Resource))
}

// clinical is the resource of a line for what its notice says.
func clinical(r access.Resource) access.Resource {
	r.Sensitivity = max(r.Sensitivity, journal.Clinical)
	return r
}

// open loads a line of the inbox whose notice is still here and not decided.
func (s *Service) open(ctx context.Context, tx *db.Tx, op string, id db.ID) (takenRow, Notice, error) {
	r, err := s.taken(ctx, tx, access.NoticeTake, id)
	if err != nil {
		return r, Notice{}, err
	}
	n, err := findNotice(tx, r.Taken.Notice)
	switch {
	case fault.Is(err, fault.NotFound):
		return r, n, fault.New(fault.Conflict, op, "across.error.over")
	case err != nil:
		return r, n, err
	case r.Decided != "" || !n.Withdrawn.IsZero() || n.Until < s.today():
		return r, n, fault.New(fault.Conflict, op, "across.error.over")
	}
	return r, n, nil
}

// Accept takes a case or a contact into the line list of the receiving site, with where
// it came from, and tells the sender so. A contact's follow-up goes on from the day that
// it had there. another says that somebody looked at those who seem to be the same.
func (s *Service) Accept(ctx context.Context, id db.ID, another bool) (made db.ID, err error) {
	const op = "across.Accept"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return made, err
	}
	var r takenRow
	var n Notice
	var t Terms
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if r, n, err = s.open(ctx, tx, op, id); err != nil {
			return err
		}
		t, err = s.Agreements.One(tx, r.Agreement)
		return err
	})
	if err != nil {
		return made, fault.Wrap(op, err)
	}
	if t.Inbox = r.Taken.Site; n.About == OfContact && date(n.Values["last"]).IsZero() {
		return made, fault.New(fault.Conflict, op, "across.error.no_exposure")
	}
	// The id follows from the notice, so that two who accept at once make one.
	made = idOf("across.accepted " + n.ID.String())
	if err := s.enter(ctx, n, t, made, another); err != nil {
		return made, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		r, _, err := s.open(ctx, tx, op, id)
		if err != nil {
			return err
		}
		return s.say(tx, a.Author(), r.Taken, Answer{Step: StepAccepted}, map[string]any{"decided": StepAccepted, "decided_by": a.User, "decided_at": s.now(), "became": made})
	})
	return made, fault.Wrap(op, err)
}

// enter makes the case or the contact. One that a broken connection left behind is the
// same one.
func (s *Service) enter(ctx context.Context, n Notice, t Terms, id db.ID, another bool) error {
	var err error
	if n.About == OfContact {
		c, visits := n.contactOf(t)
		c.ID = id
		_, err = s.Cases.TakeContact(ctx, c, visits, another)
	} else {
		c := n.caseOf(t, s.today())
		c.ID = id
		_, err = s.Cases.Record(ctx, c, another)
	}
	if fault.KeyOf(err) == "linelist.error.sent_twice" {
		return nil
	}
	return err
}

// Refuse refuses a notice with a reason.
func (s *Service) Refuse(ctx context.Context, id db.ID, why Reason) error {
	const op = "across.Refuse"
	if !slices.Contains(Reasons, why) {
		return fault.Field(op, "reason", "across.error.choose")
	}
	return s.decide(ctx, op, func(tx *db.Tx, a access.Actor) error {
		r, _, err := s.open(ctx, tx, op, id)
		if err != nil {
			return err
		}
		return s.say(tx, a.Author(), r.Taken, Answer{Step: StepRefused, Reason: why}, map[string]any{"decided": StepRefused, "decided_by": a.User, "decided_at": s.now()})
	})
}

// Tell tells the sender what became of what was accepted.
func (s *Service) Tell(ctx context.Context, id db.ID, what Outcome, on calendar.Day) error {
	const op = "across.Tell"
	return s.decide(ctx, op, func(tx *db.Tx, a access.Actor) error {
		r, err := s.taken(ctx, tx, access.NoticeTake, id)
		if err != nil {
			return err
		}
		if on == 0 {
			on = s.today()
		}
		switch {
		case !slices.Contains(OutcomesOf(r.About), what):
			return fault.Field(op, "outcome", "across.error.choose")
		case on > s.today():
			return fault.Field(op, "on", "across.error.future")
		case r.Decided != StepAccepted || r.Outcome != "" || r.Until < s.today():
			return fault.New(fault.Conflict, op, "across.error.over")
		}
		return s.say(tx, a.Author(), r.Taken, Answer{Step: StepOutcome, Outcome: what, On: on}, map[string]any{"outcome": what})
	})
}

func (s *Service) decide(ctx context.Context, op string, do func(*db.Tx, access.Actor) error) error {
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error { return do(tx, a) }))
}

// say writes an answer and the line of the register that goes with it. Each step is said
// once.
func (s *Service) say(tx *db.Tx, by journal.Author, t Taken, a Answer, line map[string]any) error {
	n, err := findNotice(tx, t.Notice)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	a.Notice, a.Agreement, a.At, a.Until = t.Notice, t.Agreement, s.now(), t.Until
	fields := map[string]any{"notice": a.Notice, "agreement": a.Agreement, "step": a.Step, "at": a.At, until: a.Until}
	if a.Reason != "" {
		fields["reason"] = a.Reason
	}
	if a.Outcome != "" {
		fields["outcome"], fields["on"] = a.Outcome, a.On
	}
	changes := []journal.Change{{Kind: kindAnswer, Doc: db.NewID(), Subject: n.Person, Sensitivity: journal.Clinical, Purpose: "public_health", Fields: fields}}
	if len(line) > 0 {
		doc, err := s.Journal.Load(tx, t.ID)
		if err != nil {
			return err
		}
		changes = append(changes, journal.Change{Kind: kindTaken, Doc: t.ID, Purpose: "public_health", Base: doc.Version, Fields: line})
	}
	return s.Journal.Append(tx, by, changes...)
}

// Board is both registers, as far as the reader may open them.
type Board struct {
	Sent  []Line
	Came  []Arrival
	Late  int // sent, and nobody there has opened them in time
	New   int // came, and nobody here has decided
	Tells int // an outcome here that the sender does not know
}

// stillWaits is how long something can wait after it was sent or came: an agreement keeps a
// notice for a year at most, and nothing is to be done once its last day is past.
const stillWaits = 370 * 24 * time.Hour

// Board lists what was sent and what came.
func (s *Service) Board(ctx context.Context) (Board, error) {
	return s.boardSince(ctx, time.Unix(0, 0).UTC())
}

// Waiting is the board without what is so old that nothing of it can wait any more: what
// it costs does not grow with the years.
func (s *Service) Waiting(ctx context.Context) (Board, error) {
	return s.boardSince(ctx, s.now().Add(-stillWaits))
}

func (s *Service) boardSince(ctx context.Context, since time.Time) (b Board, err error) {
	const op = "across.Board"
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		b = Board{}
		sc, err := s.Access.Reach(ctx, op, access.NoticeRead)
		if err != nil {
			return err
		}
		sent, err := listSent(tx, sc, since)
		if err != nil {
			return err
		}
		if b.Sent, err = s.lines(tx, sent); err != nil {
			return err
		}
		came, err := listTaken(tx, sc, since)
		if err != nil {
			return err
		}
		b.Came, err = s.arrivals(tx, came)
		return err
	})
	b.count()
	return b, fault.Wrap(op, err)
}

func (b *Board) count() {
	for _, l := range b.Sent {
		if l.State == Overdue {
			b.Late++
		}
	}
	for _, a := range b.Came {
		switch {
		case a.Decided == "" && !a.Over():
			b.New++
		case a.Due != "":
			b.Tells++
		}
	}
	slices.SortStableFunc(b.Sent, func(x, y Line) int { return late(x) - late(y) })
	slices.SortStableFunc(b.Came, func(x, y Arrival) int { return todo(x) - todo(y) })
}

// late puts first what somebody must look at.
func late(l Line) int {
	if l.State == Overdue {
		return 0
	}
	return 1
}

func todo(a Arrival) int {
	switch {
	case a.Decided == "" && !a.Over():
		return 0
	case a.Due != "":
		return 1
	}
	return 2
}

// OpenSent opens a line of the sender's register with its notice, while that is kept.
func (s *Service) OpenSent(ctx context.Context, id db.ID) (l Line, n Notice, kept bool, err error) {
	const op = "across.OpenSent"
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := findSent(tx, id)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.NoticeRead, clinical(r.Resource)); err != nil {
			return err
		}
		if l, err = s.line(tx, r); err != nil {
			return err
		}
		n, err = findNotice(tx, r.Notice)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		kept = err == nil && n.Until >= s.today()
		about := r.Notice
		if !r.Person.IsZero() {
			about = r.Person
		}
		return s.Access.OpenedTx(ctx, tx, about, "across.notice")
	})
	return l, n, kept, fault.Wrap(op, err)
}

// Register is everything that went and came under one agreement, for those who answer
// for agreements: no name, no number of a case, nothing that a notice says.
func (s *Service) Register(ctx context.Context, agreement db.ID) (t Terms, sent []Line, came []Arrival, err error) {
	const op = "across.Register"
	if err := s.Access.Check(ctx, access.AgreementRead, access.Resource{Kind: kindSent}); err != nil {
		return t, nil, nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if t, err = s.Agreements.One(tx, agreement); err != nil {
			return err
		}
		rows, err := sentUnder(tx, agreement)
		if err != nil {
			return err
		}
		if sent, err = s.lines(tx, rows); err != nil {
			return err
		}
		in, err := takenUnder(tx, agreement)
		if err != nil {
			return err
		}
		came, err = s.arrivals(tx, in)
		return err
	})
	return t, sent, came, fault.Wrap(op, err)
}
