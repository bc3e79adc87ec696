package travel

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// The schedule of the pack whose dates stand first on a note, and the fact it counts from.
const (
	scheduleNote = "handover"
	factArrival  = "arrival_day"
)

// codeLife is how long a code answers: what became of somebody is told after weeks.
const codeLife = 180 * 24 * time.Hour

// arrivalOf is the day on which a movement arrives, as far as it is known.
func arrivalOf(m Movement) calendar.Day {
	if m.At.IsZero() {
		return m.Day + calendar.Day(m.Hours/24)
	}
	return calendar.DayOfTime(m.At.Add(time.Duration(m.Hours) * time.Hour))
}

// due are the dates of a note by the pack in force, and their words. Without a pack there
// are none: a note can still be written.
func (s *Service) due(tx *db.Tx, arrival calendar.Day, lang string) ([]Action, map[string]string, error) {
	p, err := s.rules(tx)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Conflict) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	sch, ok := p.Schedule(scheduleNote)
	if !ok {
		return nil, nil, nil
	}
	var out []Action
	words := map[string]string{}
	for _, e := range sch.Expect(func(fact string) calendar.Date {
		if fact == factArrival {
			return arrival.Date()
		}
		return calendar.Date{}
	}, nil, s.today()) {
		out = append(out, Action{Visit: e.Code, Day: e.To})
		words[e.Code], _ = p.Word(lang, "form."+e.Code)
	}
	return out, words, nil
}

// receivers are the sites that could take somebody over.
func (s *Service) receivers(tx *db.Tx, but, lang string) (out []Choice, err error) {
	if s.Sites == nil {
		return nil, nil
	}
	all, err := s.Sites.All(tx)
	for _, site := range all {
		if site.Code != but && !site.Closed && !site.Guarded {
			out = append(out, Choice{site.Code, site.Name(lang)})
		}
	}
	return out, err
}

// Write writes the hand-over note, or writes it anew until who takes over has accepted it.
// texts are what has to be done, by visit of the schedule.
func (s *Service) Write(ctx context.Context, movement, person db.ID, n Note, texts map[string]string) error {
	const op = "travel.Write"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		t, _, err := s.escorted(ctx, tx, access.ClinicalWrite, movement, person)
		if err != nil {
			return err
		}
		id := idOf(kindHandOver, movement, person)
		if n.Actions, _, err = s.due(tx, n.Arrival, "en"); err != nil {
			return err
		}
		for i, d := range n.Actions {
			n.Actions[i].Text = strings.TrimSpace(texts[d.Visit])
		}
		if errs := n.Valid(t.move.Day-1, s.today()); len(errs) > 0 {
			return errors.Join(errs...)
		}
		to := t.who.Resource.Site
		if n.ToSite != "" {
			if to, err = s.takesOver(tx, n.ToSite, to); err != nil {
				return err
			}
		}
		given, err := answersOf(tx, id)
		if err != nil {
			return err
		}
		if _, done := told(given, Accepted); done {
			return fault.New(fault.Conflict, op, "travel.error.accepted")
		}
		ch := journal.Change{Kind: kindHandOver, Doc: id, Subject: person, Site: to, Programme: t.who.Resource.Programme, Sensitivity: journal.Clinical, Purpose: a.Purpose,
			Fields: map[string]any{"to_site": n.ToSite, "to": strings.TrimSpace(n.To), "arrival": n.Arrival, "actions": n.Actions, "condition": strings.TrimSpace(n.Condition),
				"medicines": strings.TrimSpace(n.Medicines), "equipment": strings.TrimSpace(n.Equipment), "by": a.Name, "at": s.now()}}
		switch doc, err := s.Journal.Load(tx, id); {
		case fault.Is(err, fault.NotFound):
			ch.Fields["movement"], ch.Fields["from"] = movement, t.who.Resource.Site
		case err != nil:
			return err
		default:
			ch.Base = doc.Version
		}
		return s.Journal.Append(tx, a.Author(), ch)
	}))
}

// takesOver checks that a site can take somebody over.
func (s *Service) takesOver(tx *db.Tx, to, from string) (string, error) {
	const op = "travel.takesOver"
	sites, err := s.receivers(tx, from, "en")
	if err == nil && !slices.ContainsFunc(sites, func(c Choice) bool { return c.Code == to }) {
		err = fault.Field(op, "to_site", "travel.error.no_site")
	}
	return to, err
}

// Outlets are the ways out of this area.
func Outlets() []access.Route { return []access.Route{noteRoute, fileRoute} }

// noteRoute is the way out of a note: on paper, with the escort, to who takes over.
var noteRoute = access.Route{Name: "travel.handover", Means: access.Print, Purpose: "care", Recipients: []access.Recipient{access.CareProvider},
	Action: access.ExportHandOver, Sensitivity: journal.Clinical, Patterns: []string{"POST /travel/{id}/people/{person}/print/note"}}

// Printed is a note on paper, with the code by which who takes over answers.
type Printed struct {
	Along
	Code string
}

// PrintNote releases the note for print and makes a new code for it: the one before
// answers no more.
func (s *Service) PrintNote(ctx context.Context, movement, person db.ID, lang string) (out Printed, err error) {
	const op = "travel.PrintNote"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return out, err
	}
	if out.Along, err = s.Along(ctx, movement, person, lang); err != nil {
		return out, fault.Wrap(op, err)
	}
	if !out.Note.Written() {
		return out, fault.New(fault.Conflict, op, "travel.error.no_note")
	}
	if err := s.Access.Release(ctx, noteRoute, access.CareProvider, person); err != nil {
		return out, fault.Wrap(op, err)
	}
	if s.NewCode == nil {
		return out, nil
	}
	code, hash := s.NewCode()
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		doc, err := s.Journal.Load(tx, out.Note.ID)
		if err != nil {
			return err
		}
		return s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindHandOver, Doc: doc.ID, Base: doc.Version, Subject: person, Site: doc.Site, Programme: doc.Programme, Sensitivity: journal.Clinical, Purpose: a.Purpose,
			Fields: map[string]any{"hash": hash, "until": s.now().Add(codeLife)}})
	})
	out.Code = code
	return out, fault.Wrap(op, err)
}

// Came is a note as a list shows it.
type Came struct {
	Note
	Who     people.Brief
	Answers []Answer
	Mine    bool // this reader's site takes over
}

// mostNotes is how many notes the list shows.
const mostNotes = 50

// Notes lists the hand-overs that a reader may read, the last first, as long as nothing
// was told of what became of them.
func (s *Service) Notes(ctx context.Context) (out []Came, more bool, err error) {
	const op = "travel.Notes"
	if !s.Access.Ever(ctx, access.ClinicalRead) {
		return nil, false, nil
	}
	sc, err := s.Access.Reach(ctx, op, access.ClinicalRead)
	if err != nil {
		return nil, false, fault.Wrap(op, err)
	}
	var shown []db.ID
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, shown = nil, nil
		list, err := notesFrom(tx, sc, s.today()-mostBack, mostNotes+1)
		if err != nil {
			return err
		}
		if more = len(list) > mostNotes; more {
			list = list[:mostNotes]
		}
		for _, n := range list {
			c := Came{Note: n, Mine: n.ToSite != "" && s.Access.May(ctx, access.ClinicalWrite, n.Resource())}
			if c.Answers, err = answersOf(tx, n.ID); err != nil {
				return err
			}
			if _, over := told(c.Answers, Followed); over {
				continue
			}
			who, err := s.People.Briefs(tx, []db.ID{n.Person})
			if err != nil {
				return err
			}
			c.Who = who[n.Person]
			out, shown = append(out, c), append(shown, n.Person)
		}
		return nil
	})
	if err == nil && len(shown) > 0 {
		err = s.Access.Searched(ctx, "travel.handovers", shown)
	}
	return out, more, fault.Wrap(op, err)
}

// Received is a note as who takes over sees it.
type Received struct {
	Came
	Words     map[string]string
	MayAnswer bool
}

// Receive opens a note for who takes over, or who wrote it.
func (s *Service) Receive(ctx context.Context, id db.ID, lang string) (out Received, err error) {
	const op = "travel.Receive"
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = Received{}
		n, err := findNote(tx, id)
		if err != nil {
			return err
		}
		if !n.Written() {
			return fault.New(fault.NotFound, op, "page.error.not_found")
		}
		out.Note = n
		if err := s.Access.Check(ctx, access.ClinicalRead, n.Resource()); err != nil && !s.Access.May(ctx, access.ClinicalRead, n.FromResource()) {
			return err
		}
		out.MayAnswer = n.ToSite != "" && s.Access.May(ctx, access.ClinicalWrite, n.Resource())
		if out.Answers, err = answersOf(tx, id); err != nil {
			return err
		}
		who, err := s.People.Briefs(tx, []db.ID{n.Person})
		if err != nil {
			return err
		}
		out.Who = who[n.Person]
		_, out.Words, err = s.due(tx, n.Arrival, lang)
		return err
	})
	if err == nil {
		err = s.Access.Opened(ctx, out.Person, "travel.handover")
	}
	return out, fault.Wrap(op, err)
}

// Answer tells, as the site that takes over, that somebody is in its care, or what became
// of them. Who is accepted is opened to that site.
func (s *Service) Answer(ctx context.Context, id db.ID, ans Answer) error {
	const op = "travel.Answer"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	if errs := ans.Valid(); len(errs) > 0 {
		return errors.Join(errs...)
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := findNote(tx, id)
		if err != nil {
			return err
		}
		if !n.Written() || n.ToSite == "" {
			return fault.New(fault.NotFound, op, "page.error.not_found")
		}
		if err := s.Access.Check(ctx, access.ClinicalWrite, n.Resource()); err != nil {
			return err
		}
		ans.By, ans.ByCode = a.Name, false
		ok, err := s.tells(tx, a.Author(), a.Purpose, n, ans)
		if err == nil && !ok {
			err = fault.Field(op, "step", "travel.error.answered")
		}
		if err != nil {
			return err
		}
		if ans.Step != Accepted {
			return nil
		}
		return s.Access.OpenTo(ctx, tx, n.Person, n.ToSite, access.Transferred)
	}))
}

// AnswerByCode takes what somebody without an account tells of a note whose code they
// hold. known is false for a code of nothing here, one that is too old, and a step that
// was told.
func (s *Service) AnswerByCode(ctx context.Context, hash string, ans Answer) (known bool, err error) {
	const op = "travel.AnswerByCode"
	if errs := ans.Valid(); len(errs) > 0 {
		return false, errors.Join(errs...)
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		known = false
		n, err := noteByHash(tx, hash)
		if err != nil || !n.Written() || !s.now().Before(n.Until) {
			return err
		}
		ans.By, ans.ByCode = "", true
		known, err = s.tells(tx, access.Anybody(), "care", n, ans)
		return err
	})
	return known, fault.Wrap(op, err)
}

// tells writes a step, each once, and lets the list know that somebody arrived.
func (s *Service) tells(tx *db.Tx, by journal.Author, purpose string, n Note, ans Answer) (ok bool, err error) {
	given, err := answersOf(tx, n.ID)
	if err != nil {
		return false, err
	}
	if _, there := told(given, ans.Step); there {
		return false, nil
	}
	if err := s.Journal.Append(tx, by, journal.Change{Kind: kindAnswer, Doc: db.NewID(), Subject: n.Person, Site: n.From, Programme: n.Programme, Sensitivity: journal.Clinical, Purpose: purpose,
		Fields: map[string]any{"note": n.ID, "step": ans.Step, "outcome": ans.Outcome, "words": strings.TrimSpace(ans.Words), "by": ans.By, "by_code": ans.ByCode, "at": s.now()}}); err != nil {
		return false, err
	}
	list, err := travellers(tx, "movement = ? AND subject = ? AND off = 0", n.Movement, n.Person)
	if err != nil || ans.Step != Accepted || len(list) == 0 || list[0].State != Boarded {
		return true, err
	}
	doc, err := s.Journal.Load(tx, list[0].ID)
	if err != nil {
		return false, err
	}
	return true, s.Journal.Append(tx, by, journal.Change{Kind: kindTraveller, Doc: doc.ID, Base: doc.Version, Subject: n.Person, Site: doc.Site, Programme: doc.Programme, Sensitivity: journal.Identity, Purpose: purpose,
		Fields: map[string]any{"state": Arrived, "why": "", "when": s.now()}})
}
