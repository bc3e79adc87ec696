package hubs

import (
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/area/stewardship"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/across"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/packs"
)

// inForce gives the packs as they ship, in force from the first day.
type inForce map[string]*pack.Pack

func (s inForce) Active(_ *db.Tx, id string, _ calendar.Day) (*pack.Pack, error) {
	if p := s[id]; p != nil {
		return p, nil
	}
	p, err := pack.Load(packs.Builtin(), id)
	if err == nil {
		s[id] = p
	}
	return p, err
}

func (s inForce) ExplainRecord(*db.Tx, pack.Record, string) (pack.Explanation, error) {
	return pack.Explanation{}, nil
}

// tellAcross gives a hub its line list, and notices across the border.
func (h *shareHub) tellAcross(name string, acc *access.Access, pages *page.Renderer, sites *place.Sites) {
	h.t.Helper()
	lists := surveillance.Shipped()
	h.cases = linelist.New(linelist.Deps{DB: h.db, Journal: h.journal, Access: acc, Pages: pages, People: h.people, Packs: inForce{}, Sites: sites, Clock: h.clock.Now, Lists: lists})
	signals := surveillance.New(surveillance.Deps{DB: h.db, Journal: h.journal, Access: acc, Pages: pages, Sites: sites, Packs: inForce{}, Clock: h.clock.Now})
	h.across = across.New(across.Deps{DB: h.db, Journal: h.journal, Access: acc, Pages: pages, Cases: h.cases, People: h.people, Sites: sites, Lists: lists, Clocks: signals.Clocks, Name: name, Clock: h.clock.Now,
		Agreements: &app.NoticeAgreements{Of: func() *stewardship.Service { return h.steward }}})
}

var followedFields = map[stewardship.Part][]string{
	stewardship.PartCase: {"class", "onset", "ending"}, stewardship.PartCaseWho: {"name"},
	stewardship.PartContact: {"last", "follow_day", "follow_until", "visits", "sex"}, stewardship.PartContactWho: {"name", "reach", "going_to", "arrives"}}

// agreeOnNotices writes an agreement about measles and Ebola down on both hubs.
func agreeOnNotices(a, b *shareHub, change func(h *shareHub, g *stewardship.Agreement)) db.ID {
	id := db.NewID()
	for _, side := range []struct {
		h              *shareHub
		country, inbox string
	}{{a, "KEN", "KLA"}, {b, "UGA", "NBO"}} {
		h := side.h
		hubs, err := h.steward.OtherHubs(h.as("privacy_officer"))
		h.must(err)
		g := stewardship.Agreement{ID: id, Peer: hubs[0].Name, Pin: hubs[0].Pin, Country: side.country, Purpose: "public_health", Fields: followedFields, Diseases: []string{"bdbv", "measles"}, Keep: 21,
			Expires: calendar.DayOfTime(h.clock.Now()) + 90, Contacts: "focal points of both sides", Inbox: side.inbox}
		if change != nil {
			change(h, &g)
		}
		h.must(h.steward.DraftAgreement(h.as("privacy_officer"), g))
		h.must(h.steward.SignAgreement(h.as("privacy_officer2"), id))
	}
	return id
}

// contact lists somebody under a new case of Bundibugyo virus disease, exposed so many
// days ago and seen on each day since.
func (h *shareHub) contact(name string, ago int) (of, source db.ID) {
	h.t.Helper()
	today := calendar.DayOfTime(h.clock.Now())
	source, err := h.cases.Record(h.as("epidemiologist"), linelist.Case{Disease: "bdbv", Name: "Source of " + name, Reported: today.Date(), Onset: (today - calendar.Day(ago)).Date()}, true)
	h.must(err)
	of, err = h.cases.ListContact(h.as("epidemiologist"), source, linelist.Contact{Name: name, Sex: "male", Last: (today - calendar.Day(ago)).Date()}, linelist.Touched, true)
	h.must(err)
	for d := today - calendar.Day(ago) + 1; d <= today; d++ {
		h.must(h.cases.Visited(h.as("epidemiologist"), of, linelist.Visit{Day: d, How: linelist.Seen, Signs: value.No}))
	}
	return of, source
}

func (h *shareHub) tell(about across.About, of, agreement db.ID, change func(in *across.Sending)) (db.ID, error) {
	h.t.Helper()
	p, err := h.across.Preview(h.as("epidemiologist"), about, of, agreement)
	if err != nil {
		return db.ID{}, err
	}
	in := across.Sending{About: about, Of: of, Agreement: agreement, Shield: value.No, Shown: p.Digest}
	if change != nil {
		change(&in)
	}
	return h.across.Send(h.as("epidemiologist"), in)
}

func (h *shareHub) board() across.Board {
	h.t.Helper()
	b, err := h.across.Board(h.as("epidemiologist"))
	h.must(err)
	return b
}

func (h *shareHub) contactNow(id db.ID) linelist.Followed {
	h.t.Helper()
	var f linelist.Followed
	h.must(h.db.Read(h.t.Context(), func(tx *db.Tx) (err error) { f, _, err = h.cases.FollowedAt(tx, id); return err }))
	return f
}

func later(h *shareHub, d time.Duration) { h.clock.Move(d) }

// The whole way: somebody who travelled on is handed over, is in nobody's list there
// before somebody accepts, is followed there from the day they had here, and the outcome
// comes back.
func TestAContactWhoTravelledOnIsFollowedOnTheOtherSideWithoutAGap(t *testing.T) {
	twoHubs(t, func(t *testing.T, a, b *shareHub) {
		id := agreeOnNotices(a, b, nil)
		of, source := a.contact("Okello Banduwalo", 5)
		_, err := a.tell(across.OfContact, of, id, func(in *across.Sending) { in.GoingTo, in.Reach = "Busia-town", "+254 700 000 000" })
		a.must(err)
		_, err = a.tell(across.OfContact, of, id, nil)
		wantKey(t, "handed over twice", err, "across.error.sent")
		if st := a.board().Sent[0].State; st != across.Waits {
			t.Errorf("before the exchange: %s", st)
		}
		b.must(b.swap())

		came := b.board()
		if len(came.Came) != 1 || came.New != 1 || came.Came[0].Notice.Values["name"] != "Okello Banduwalo" || came.Came[0].Notice.Values["reach"] != "+254 700 000 000" {
			t.Fatalf("what came: %+v", came)
		}
		b.nowhere("what was not agreed", []string{source.String()}, of, source)
		if due, _, err := b.cases.Worklist(b.as("epidemiologist")); err != nil || len(due) != 0 {
			t.Errorf("in the worklist before somebody accepted: %d %v", len(due), err)
		}
		b.must(b.swap())
		if st := a.board().Sent[0].State; st != across.Came {
			t.Errorf("after it arrived: %s", st)
		}
		if f := a.contactNow(of); f.State != "" {
			t.Errorf("nobody has accepted, and it is %q here", f.State)
		}
		later(a, 25*time.Hour)
		if late := a.board(); late.Late != 1 || late.Sent[0].State != across.Overdue {
			t.Errorf("nobody opened it in a day: %+v", late)
		}

		in, err := b.across.OpenTaken(b.as("epidemiologist"), came.Came[0].ID)
		b.must(err)
		if !in.MayTake || len(in.Notice.Visits) != 5 || in.Notice.Values["follow_day"] != "5" {
			t.Errorf("opened: %+v", in)
		}
		made, err := b.across.Accept(b.as("epidemiologist"), in.ID, false)
		b.must(err)
		_, err = b.across.Accept(b.as("epidemiologist"), in.ID, false)
		wantKey(t, "accepted twice", err, "across.error.over")
		here, there := a.contactNow(of), b.contactNow(made)
		if there.Last != here.Last || there.Days != here.Days || there.Days == 0 || there.DayNo != here.DayNo || len(there.Visits) != 5 || there.System != "Hub of A" || there.Foreign != in.Number || there.Site != "NBO" {
			t.Errorf("followed there: %+v\nhere: %+v", there, here)
		}
		if due, _, err := b.cases.Worklist(b.as("epidemiologist")); err != nil || len(due) != 1 {
			t.Errorf("in the worklist: %d %v", len(due), err)
		}
		b.must(b.swap())
		if f := a.contactNow(of); f.State != linelist.HandedOver || f.Due {
			t.Errorf("followed there, and here it is %+v", f)
		}

		// Day by day to the end of the follow-up, on the other side.
		for day := there.DayNo; day <= there.Days; day++ {
			b.must(b.cases.Visited(b.as("epidemiologist"), made, linelist.Visit{How: linelist.Seen, Signs: value.No}))
			later(a, 24*time.Hour)
		}
		ended := b.board()
		if ended.Tells != 1 || ended.Came[0].Due != across.Completed {
			t.Fatalf("the outcome that is to be told: %+v", ended)
		}
		b.must(b.across.Tell(b.as("epidemiologist"), in.ID, across.Completed, 0))
		b.must(b.swap())
		l := a.board().Sent[0]
		if l.State != across.Ended || l.Steps[across.StepOutcome].Outcome != across.Completed || l.Fields == nil {
			t.Errorf("what came back: %+v", l)
		}

		// Its last day goes by. What it said is nowhere any more; that it was is.
		later(a, 22*24*time.Hour)
		for _, h := range []*shareHub{a, b} {
			h.must(h.journal.ConfirmDate(t.Context(), calendar.DayOfTime(h.clock.Now()))) // the program notes the time every hour
			gone, err := h.across.Sweep(t.Context())
			h.must(err)
			if gone == 0 {
				t.Error("nothing was erased")
			}
			h.nowhere("what was kept until a day", []string{"+254 700"})
		}
		a.nowhere("where they went, which only the notice said", []string{"busia-town"})
		if s, c := a.board().Sent, b.board().Came; len(s) != 1 || len(c) != 1 || s[0].Peer != "Hub of B" || c[0].Peer != "Hub of A" || c[0].Kept || s[0].Number != c[0].Number {
			t.Errorf("what is left: %+v %+v", s, c)
		}
	})
}
