package hubs

import (
	"context"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/stewardship"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/across"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/kernel/tally"
	"github.com/godwit-health/godwit/internal/testkit"
)

// shareHub is a hub of one organisation on one database: what the composition root puts
// together, without its pages.
type shareHub struct {
	t       *testing.T
	db      *db.DB
	journal *journal.Journal
	people  *people.Service
	steward *stewardship.Service
	sync    *sync.Service
	cases   *linelist.Service
	across  *across.Service
	clock   *apptest.Clock
	users   map[string]access.Actor
	facts   []stewardship.Shared // what the clinic knows of everybody
}

var direct = sync.Client{Proxy: http.ProxyURL(nil)}

// twoHubs are a hub on SQLite and one on PostgreSQL that know each other, and hand over
// in either direction.
func twoHubs(t *testing.T, test func(t *testing.T, a, b *shareHub)) {
	for _, from := range []string{"sqlite", "postgres"} {
		t.Run("from "+from, func(t *testing.T) {
			lite := db.Options{Path: filepath.Join(t.TempDir(), "hub.db"), Unencrypted: true}
			big := db.Options{URL: testkit.Postgres(t)}
			if from == "postgres" {
				lite, big = big, lite
			}
			c := apptest.NewClock(apptest.Day)
			a, b := newShareHub(t, "Hub of A", "KLA", "UGA", lite, c), newShareHub(t, "Hub of B", "NBO", "KEN", big, c)
			a.serve()
			_, code, err := a.sync.InviteHub(t.Context(), "Hub of B")
			a.must(err)
			_, err = b.sync.EnrolHub(t.Context(), direct, "Hub of A", code)
			b.must(err)
			_, err = b.sync.EnrolHub(t.Context(), direct, "Hub of A", code)
			wantKey(t, "a code used twice", err, "sync.code_refused")
			test(t, a, b)
		})
	}
}

func newShareHub(t *testing.T, name, site, country string, o db.Options, c *apptest.Clock, change ...func(*journal.Options)) *shareHub {
	t.Helper()
	h := &shareHub{t: t, clock: c, users: map[string]access.Actor{}}
	for _, m := range [][]db.Migration{journal.Migrations(), access.Migrations(), place.Migrations(), sync.Migrations(), people.Migrations(), stewardship.Migrations(), tally.Migrations(), surveillance.Migrations(), linelist.Migrations(), across.Migrations()} {
		o.Migrations = append(o.Migrations, m...)
	}
	var err error
	h.db, err = db.Open(t.Context(), o)
	h.must(err)
	t.Cleanup(func() { _ = h.db.Close() })
	var kinds []journal.Kind
	for _, k := range [][]journal.Kind{access.Kinds(), place.Kinds(), people.Kinds(), stewardship.Kinds(), surveillance.Kinds(), linelist.Kinds(), across.Kinds(), sync.Kinds()} {
		kinds = append(kinds, k...)
	}
	kept := journal.Options{DB: h.db, Kinds: kinds, Clock: c.Now}
	for _, f := range change {
		f(&kept)
	}
	h.journal, err = journal.New(kept)
	h.must(err)
	pages, err := page.New(page.Options{Areas: app.Areas(), Clock: c.Now})
	h.must(err)
	acc, err := access.New(access.Options{DB: h.db, Journal: h.journal, Clock: c.Now, Cost: access.QuickCost(), Fail: pages.Error})
	h.must(err)
	sites := place.NewSites(h.db, h.journal, acc)
	h.people = people.New(people.Deps{DB: h.db, Journal: h.journal, Access: acc, Sites: sites, Pages: pages, Clock: c.Now})
	h.sync = sync.New(sync.Service{Deps: sync.Deps{DB: h.db, Journal: h.journal, Clock: c.Now, Program: "test"}})
	results := stewardship.Sharer{Part: stewardship.PartResults, Share: func(context.Context, *db.Tx, db.ID, []string) ([]stewardship.Shared, error) { return h.facts, nil }}
	h.steward = stewardship.New(stewardship.Deps{DB: h.db, Journal: h.journal, Access: acc, Pages: pages, People: h.people, Clock: c.Now, Name: name,
		Sharers: append(append(app.Sharers(h.people, nil, nil), results), app.NoticeSharers()...), Link: app.HubLink{Sync: h.sync, Client: direct}, Cards: app.HubCards{Sync: h.sync}, Diseases: app.DiseaseCodes(surveillance.Shipped())})
	h.tellAcross(name, acc, pages, sites)
	h.sync.Sharing = app.WithNotices(app.SharingOf(h.steward), h.across)
	h.must(acc.Register(h.steward.Outlets()...))
	h.must(acc.Register(across.Outlets()...))
	for _, u := range access.DemoAccounts([]string{access.All}, []string{access.All}) {
		if !slices.Contains([]string{"physician", "reception", "privacy_officer", "administrator", "epidemiologist", "medical_officer"}, u.User.Login) {
			continue
		}
		for _, twin := range []string{"", "2"} {
			if twin != "" && u.User.Login != "privacy_officer" {
				continue
			}
			x := u.User
			x.Login += twin
			made, err := acc.AddUser(access.Operator(t.Context()), x, u.Password, false)
			h.must(err)
			h.users[made.Login] = access.Actor{User: made.ID, Login: made.Login, Name: made.Name, Roles: made.Roles, Sites: made.Sites, Programmes: made.Programmes,
				Sensitivity: made.Sensitivity, Purpose: access.OrdinaryPurpose(made.Roles)}
		}
	}
	h.must(sites.Save(h.as("administrator"), place.Site{Code: site, Kind: place.Centre, Names: map[string]string{"en": name}, Country: country, ConsentAge: 16}))
	for login, u := range h.users {
		u.Sites = append([]string{site}, u.Sites...) // a hub's officers work everywhere, at one site first
		h.users[login] = u
	}
	return h
}

func (h *shareHub) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatalf("%v [%s]", err, fault.KeyOf(err))
	}
}

func (h *shareHub) as(login string) context.Context {
	u, ok := h.users[login]
	if !ok {
		h.t.Fatalf("no user %q", login)
	}
	return access.With(h.t.Context(), u)
}

func (h *shareHub) serve() {
	h.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	h.must(err)
	h.sync.Address = l.Addr().String()
	srv, err := h.sync.Server(context.Background())
	h.must(err)
	go srv.ServeTLS(l, "", "")
	h.t.Cleanup(func() { srv.Close() })
}

func (h *shareHub) swap() error {
	_, err := h.sync.Swap(h.t.Context(), direct)
	return err
}

func (h *shareHub) register(family string) db.ID {
	h.t.Helper()
	born, _ := calendar.Parse(fmt.Sprintf("19%d-05-03", 50+len(family)*3)) // nobody looks like another
	out, err := h.people.Register(h.as("reception"), people.Registration{ID: db.NewID(), Person: people.Person{
		FamilyLatin: family, GivenLatin: backwards(family), Birth: born, Sex: people.Female, Languages: []string{"fr"}, Nationalities: []string{"ETH"}}})
	h.must(err)
	if out.ID.IsZero() || len(out.Likely) > 0 {
		h.t.Fatalf("not registered: %+v", out)
	}
	return out.ID
}

// backwards is a given name that goes with a family name.
func backwards(s string) string {
	b := []byte(strings.ToLower(s))
	slices.Reverse(b)
	return string(b)
}

func (h *shareHub) consent(person db.ID, d people.Decision, named string) db.ID {
	h.t.Helper()
	c := people.Consent{ID: db.NewID(), Scope: people.ScopeShareCare, Decision: d, GivenBy: people.BySelf, On: calendar.DayOfTime(h.clock.Now()).Date(),
		Interpreter: people.InterpreterNone, Mode: people.ModeSigned, Named: named}
	h.must(h.people.RecordConsent(h.as("physician"), person, []people.Consent{c}))
	return c.ID
}

// agree writes an agreement down on both hubs, signed by two officers on each.
func agree(a, b *shareHub, change func(g *stewardship.Agreement)) db.ID {
	a.t.Helper()
	id := db.NewID()
	for _, side := range []struct{ h, other *shareHub }{{a, b}, {b, a}} {
		h := side.h
		hubs, err := h.steward.OtherHubs(h.as("privacy_officer"))
		if err != nil || len(hubs) != 1 {
			h.t.Fatalf("other hubs: %v %v", hubs, err)
		}
		g := stewardship.Agreement{ID: id, Peer: hubs[0].Name, Pin: hubs[0].Pin, Country: "KEN", Purpose: "sharing",
			Fields:  map[stewardship.Part][]string{stewardship.PartIdentity: {"family_latin", "birth", "sex"}, stewardship.PartResults: {"tb_smear"}},
			Expires: calendar.DayOfTime(h.clock.Now()) + 30, Contacts: "privacy officers of both sides", Inbox: "NBO"}
		if change != nil {
			change(&g)
		}
		h.must(h.steward.DraftAgreement(h.as("privacy_officer"), g))
		wantKey(h.t, "one officer signing twice", h.steward.SignAgreement(h.as("privacy_officer"), id), "stewardship.error.second")
		h.must(h.steward.SignAgreement(h.as("privacy_officer2"), id))
	}
	return id
}

func (h *shareHub) handOver(person, agreement db.ID) (packet db.ID, code string) {
	h.t.Helper()
	packet, code, err := h.tryHandOver(person, agreement)
	h.must(err)
	return packet, code
}

func (h *shareHub) tryHandOver(person, agreement db.ID) (packet db.ID, code string, err error) {
	o, err := h.steward.Preview(h.as("physician"), person, agreement)
	if err != nil {
		return packet, "", err
	}
	return h.steward.HandOver(h.as("physician"), person, agreement, o.Digest)
}

func (h *shareHub) inbox() []stewardship.HandedOver {
	h.t.Helper()
	list, err := h.steward.Inbox(h.as("physician"))
	h.must(err)
	return list
}

// everything is all that a database holds, as text, so that a test can look for a word.
func (h *shareHub) everything() string {
	h.t.Helper()
	var b strings.Builder
	h.must(h.db.Read(h.t.Context(), func(tx *db.Tx) error {
		tables, err := tx.Tables()
		if err != nil {
			return err
		}
		for _, table := range tables {
			rows, err := tx.Query("SELECT * FROM " + table.Name)
			if err != nil {
				return err
			}
			for rows.Next() {
				cells := make([]any, len(table.Columns))
				into := make([]any, len(cells))
				for i := range cells {
					into[i] = &cells[i]
				}
				if err := rows.Scan(into...); err != nil {
					rows.Close()
					return err
				}
				for _, c := range cells {
					if raw, ok := c.([]byte); ok {
						fmt.Fprintf(&b, "%s %x ", raw, raw)
					} else {
						fmt.Fprintf(&b, "%v ", c)
					}
				}
			}
			rows.Close()
			if err := rows.Err(); err != nil {
				return err
			}
		}
		return nil
	}))
	return strings.ToLower(b.String())
}

// nowhere fails if a database holds one of these words, or one of these ids.
func (h *shareHub) nowhere(why string, words []string, ids ...db.ID) {
	h.t.Helper()
	all := h.everything()
	for _, id := range ids {
		words = append(words, id.String(), hex.EncodeToString(id[:]))
	}
	for _, w := range words {
		if strings.Contains(all, strings.ToLower(w)) {
			h.t.Errorf("%s: %q is in the database", why, w)
		}
	}
}

func wantKey(t *testing.T, what string, err error, key string) {
	t.Helper()
	if fault.KeyOf(err) != key {
		t.Errorf("%s: got %v [%s], want [%s]", what, err, fault.KeyOf(err), key)
	}
}

var smear = stewardship.Shared{On: calendar.DayOfTime(apptest.Day) - 3, Sensitivity: journal.Clinical, Values: map[string]any{"tb_smear": "positive-sputum"}}

func TestSomebodyIsHandedOverToAnotherHubAndTheOutcomeComesBack(t *testing.T) {
	twoHubs(t, func(t *testing.T, a, b *shareHub) {
		id := agree(a, b, nil)
		a.facts = []stewardship.Shared{smear, {On: smear.On, Sensitivity: journal.Clinical, Values: map[string]any{"malaria": "plasmodium-vivax"}}}
		amal, other := a.register("Tesfayewit"), a.register("Gebremeskelu")
		a.consent(amal, people.Given, "")
		a.consent(other, people.Given, "")
		packet, _ := a.handOver(amal, id)
		b.must(b.swap())

		list := b.inbox()
		if len(list) != 1 || list[0].ID != packet || list[0].From != "Hub of A" {
			t.Fatalf("what came: %+v", list)
		}
		if got := list[0].Parts[stewardship.PartResults]; len(got) != 1 || got[0].Values["tb_smear"] != "positive-sputum" {
			t.Errorf("the result: %v", got)
		}
		b.nowhere("what was not agreed", []string{"plasmodium-vivax", backwards("Tesfayewit")})
		b.nowhere("somebody who was not handed over", []string{"Gebremeskelu"}, other)

		b.must(b.steward.Answer(b.as("physician"), stewardship.Reply{Packet: packet, Step: stewardship.StepSeen}))
		b.must(b.steward.Answer(b.as("physician"), stewardship.Reply{Packet: packet, Step: stewardship.StepOutcome, Outcome: stewardship.OutcomeContinued, Words: "on treatment"}))
		wantKey(t, "an outcome said twice", b.steward.Answer(b.as("physician"), stewardship.Reply{Packet: packet, Step: stewardship.StepOutcome, Outcome: stewardship.OutcomeDeclined}), "stewardship.error.answered")
		b.must(b.swap())
		mine, err := a.steward.HandOvers(a.as("physician"), amal)
		a.must(err)
		if len(mine) != 1 || !mine[0].Sent || !mine[0].Taken || len(mine[0].Steps) != 3 || mine[0].Steps[stewardship.StepOutcome].Outcome != stewardship.OutcomeContinued {
			t.Errorf("what the sender sees: %+v", mine)
		}
		v, err := a.steward.OpenAgreement(a.as("privacy_officer"), id)
		w, err2 := b.steward.OpenAgreement(b.as("privacy_officer"), id)
		if err != nil || err2 != nil || v.Stand.Sent != 1 || v.Stand.Took != 1 || v.Stand.Came != 3 || w.Stand.Sent != 3 || w.Stand.Came != 1 || v.Terms != w.Terms {
			t.Errorf("what the privacy officers see: %+v, %+v, %v %v", v.Stand, w.Stand, err, err2)
		}
		for _, h := range []*shareHub{a, b} {
			if r, err := h.journal.Verify(t.Context()); err != nil || !r.OK() {
				t.Errorf("the chains: %v %v", err, r.Problems)
			}
		}
	})
}

func TestACorrectionAndAnErasureReachTheOtherHub(t *testing.T) {
	twoHubs(t, func(t *testing.T, a, b *shareHub) {
		id := agree(a, b, nil)
		a.facts = []stewardship.Shared{smear}
		amal := a.register("Tesfayewit")
		a.consent(amal, people.Given, "")
		packet, _ := a.handOver(amal, id)
		b.must(b.swap())
		a.facts = []stewardship.Shared{{On: smear.On, Sensitivity: journal.Clinical, Values: map[string]any{"tb_smear": "negative-sputum"}}}
		if again, _ := a.handOver(amal, id); again != packet {
			t.Error("a correction is another packet")
		}
		b.must(b.swap())
		if got := b.inbox()[0].Parts[stewardship.PartResults][0].Values["tb_smear"]; got != "negative-sputum" {
			t.Errorf("after the correction: %v", got)
		}
		erasure := stewardship.Erasure{ID: db.NewID(), Person: amal, Reason: stewardship.ReasonRequest, Kinds: []string{stewardship.AllKinds}}
		a.must(a.steward.AskErasure(a.as("privacy_officer"), erasure))
		_, err := a.steward.ApproveErasure(a.as("privacy_officer2"), erasure.ID, nil)
		a.must(err)
		b.must(b.swap())
		if list := b.inbox(); len(list) != 0 {
			t.Errorf("after the erasure: %+v", list)
		}
		b.nowhere("what was erased", []string{"Tesfayewit", "negative-sputum", "positive-sputum"})
	})
}

func TestNothingLeavesUnderAnAgreementThatIsOver(t *testing.T) {
	for name, over := range map[string]func(a, b *shareHub, id db.ID){
		"expired": func(a, _ *shareHub, _ db.ID) { a.clock.Move(40 * 24 * time.Hour) },
		"ended":   func(a, _ *shareHub, id db.ID) { a.must(a.steward.EndAgreement(a.as("privacy_officer"), id)) },
	} {
		t.Run(name, func(t *testing.T) {
			twoHubs(t, func(t *testing.T, a, b *shareHub) {
				id := agree(a, b, nil)
				a.facts = []stewardship.Shared{smear}
				amal := a.register("Tesfayewit")
				a.consent(amal, people.Given, "")
				a.handOver(amal, id) // queued: the exchange has not come by
				over(a, b, id)
				err := b.swap()
				if name == "ended" {
					wantKey(t, "the exchange", err, "sync.agreement_over") // B has not ended it
				}
				if list := b.inbox(); len(list) != 0 {
					t.Errorf("it came: %+v", list)
				}
				b.nowhere("what was queued", []string{"Tesfayewit"}, amal)
				_, _, err = a.tryHandOver(amal, id)
				wantKey(t, "another hand-over", err, "stewardship.error.not_in_force")
			})
		})
	}
}

func TestConsentDecidesUntilTheMomentOfSending(t *testing.T) {
	twoHubs(t, func(t *testing.T, a, b *shareHub) {
		id := agree(a, b, func(g *stewardship.Agreement) {
			g.Fields[stewardship.PartResults] = []string{"tb_smear", "hiv", "sealed"}
			g.Sensitive = []string{"sealed"}
		})
		a.facts = []stewardship.Shared{smear, {On: smear.On, Sensitivity: journal.Sensitive, Values: map[string]any{"hiv": "reactive-twice"}},
			{On: smear.On, Sensitivity: journal.Sealed, Values: map[string]any{"sealed": "said-in-confidence"}}}
		amal, bilal := a.register("Tesfayewit"), a.register("Gebremeskelu")
		_, _, err := a.tryHandOver(amal, id)
		wantKey(t, "who was not asked", err, "door.release.consent")
		a.consent(amal, people.Refused, "")
		_, _, err = a.tryHandOver(amal, id)
		wantKey(t, "who refused", err, "door.release.consent")

		given := a.consent(bilal, people.Given, "")
		a.handOver(bilal, id)
		a.must(a.people.Withdraw(a.as("physician"), bilal, given, people.BySelf, ""))
		b.must(b.swap())
		if list := b.inbox(); len(list) != 0 {
			t.Errorf("what was withdrawn came: %+v", list)
		}
		b.nowhere("withdrawn before sending", []string{"Gebremeskelu", "Tesfayewit"}, bilal, amal)

		chaltu := a.register("Worknehitu")
		a.consent(chaltu, people.Given, "")
		a.handOver(chaltu, id)
		b.must(b.swap())
		if len(b.inbox()) != 1 {
			t.Error("who agreed did not come")
		}
		b.nowhere("what the agreement does not name twice, and what is sealed", []string{"reactive-twice", "said-in-confidence"})
	})
}

func TestNobodyIsHandedOverToTheCountryTheyFled(t *testing.T) {
	twoHubs(t, func(t *testing.T, a, b *shareHub) {
		id := agree(a, b, func(g *stewardship.Agreement) { g.Country = "ETH" })
		a.facts = []stewardship.Shared{smear}
		amal := a.register("Tesfayewit") // a national of Ethiopia whose status nobody asked
		a.consent(amal, people.Given, "")
		_, _, err := a.tryHandOver(amal, id)
		wantKey(t, "to the country of nationality", err, "door.release.feared")
		a.consent(amal, people.Given, "ETH")
		a.handOver(amal, id)
	})
}

func TestTheOtherHubCannotChangeTheTermsOrSendAnythingElse(t *testing.T) {
	twoHubs(t, func(t *testing.T, a, b *shareHub) {
		n := 0
		id := agree(a, b, func(g *stewardship.Agreement) {
			if n++; n == 2 {
				g.Fields[stewardship.PartIdentity] = []string{"family_latin", "given_latin", "birth", "sex"}
			}
		})
		a.facts = []stewardship.Shared{smear}
		amal := a.register("Tesfayewit")
		a.consent(amal, people.Given, "")
		a.handOver(amal, id)
		wantKey(t, "other terms", b.swap(), "sync.other_terms")
		b.nowhere("under other terms", []string{"Tesfayewit"}, amal)
	})
}

// What a hub could forge is forged at its own side: a user, a packet of another
// agreement, a field that was not agreed. None of it may come in.
func TestWhatTheAgreementDoesNotAllowIsRefusedWhole(t *testing.T) {
	for name, forge := range map[string]journal.Change{
		"a user, who does not even leave": {Kind: access.UserKind, Sensitivity: journal.Identity, Fields: map[string]any{"login": "intruder", "name": "Intruder", "roles": []string{"administrator"}}},
		"a person":                        {Kind: "people.person", Sensitivity: journal.Identity, Fields: map[string]any{"family_latin": "Intruder"}},
		"a field not agreed":              {Kind: "stewardship.handover", Sensitivity: journal.Clinical, Fields: map[string]any{"from": "A", "parts": map[string]any{"results": []any{map[string]any{"values": map[string]any{"intruder": "x"}}}}}},
		"a site of the other":             {Kind: "stewardship.handover", Site: "NBO", Sensitivity: journal.Clinical, Fields: map[string]any{"from": "intruder", "parts": map[string]any{}}},
		"an answer to nothing":            {Kind: "stewardship.answer", Sensitivity: journal.Clinical, Fields: map[string]any{"step": "seen", "words": "intruder", "packet": db.NewID()}},
	} {
		t.Run(name, func(t *testing.T) {
			twoHubs(t, func(t *testing.T, a, b *shareHub) {
				id := agree(a, b, nil)
				open := app.SharingOf(a.steward)
				open.Kinds = append(open.Kinds, access.UserKind, "people.person")
				open.Leaves = func(*db.Tx, db.ID, db.ID) (bool, error) { return true, nil }
				c := forge
				c.Doc, c.Subject = db.NewID(), db.NewID()
				want := "sync.not_agreed"
				switch c.Kind {
				case access.UserKind:
					c.Subject, want = db.ID{}, ""
				case "people.person":
					c.Subject = c.Doc
				default:
					c.Fields["agreement"] = id
				}
				a.must(a.db.Write(t.Context(), func(tx *db.Tx) error {
					return a.journal.Append(tx, a.users["physician"].Author(), c)
				}))
				a.sync.Sharing = open
				err := b.swap()
				wantKey(t, name, err, want)
				b.nowhere(name, []string{"intruder"}, c.Doc)
			})
		})
	}
}

func TestAQuestionAcrossTheBorderTellsNothingOfWhoIsNotHandedOver(t *testing.T) {
	twoHubs(t, func(t *testing.T, a, b *shareHub) {
		id := agree(a, b, func(g *stewardship.Agreement) { g.Cap = 3 })
		a.facts = []stewardship.Shared{smear}
		amal, known := a.register("Tesfayewit"), a.register("Gebremeskelu")
		a.consent(amal, people.Given, "")
		packet, _ := a.handOver(amal, id)
		b.must(b.swap())
		ask := func(family string) db.ID {
			found, err := b.steward.AskOther(b.as("physician"), b.register(family), id)
			b.must(err)
			return found
		}
		if got := ask("Tesfayewit"); got != packet {
			t.Errorf("who is handed over: %v", got)
		}
		if notHanded, unknown := ask("Gebremeskelu"), ask("Alemayehuwu"); notHanded != unknown || !unknown.IsZero() {
			t.Errorf("known and not handed over %v, unknown %v", notHanded, unknown)
		}
		_, err := b.steward.AskOther(b.as("physician"), b.register("Onemore"), id)
		wantKey(t, "one question too many", err, "sync.asked_enough")
		for _, h := range []*shareHub{a, b} {
			v, err := h.steward.OpenAgreement(h.as("privacy_officer"), id)
			if err != nil || len(v.Queries) != 3 || slices.ContainsFunc(v.Queries, func(q stewardship.Query) bool { return q.Asked != (h == b) }) {
				t.Errorf("what the privacy officer sees: %+v %v", v.Queries, err)
			}
		}
		a.nowhere("the asker's people", []string{"Alemayehuwu"})
		b.nowhere("the answerer's people", nil, known)
	})
}

func TestAClinicWithoutGodwitAnswersByCodeOnceAStep(t *testing.T) {
	twoHubs(t, func(t *testing.T, a, b *shareHub) {
		id := agree(a, b, nil)
		a.facts = []stewardship.Shared{smear}
		amal := a.register("Tesfayewit")
		a.consent(amal, people.Given, "")
		_, code := a.handOver(amal, id)
		say := func(code string, step stewardship.Step, o stewardship.Outcome) error {
			return a.steward.AnswerByCode(t.Context(), code, stewardship.Reply{Step: step, Outcome: o}, "192.0.2.7")
		}
		a.must(say(strings.ToLower(code), stewardship.StepReceived, ""))
		wantKey(t, "the same step again", say(code, stewardship.StepReceived, ""), "stewardship.error.reply_code")
		wantKey(t, "a code made up", say("ABCD-EFGH-JKMN-PQRS", stewardship.StepSeen, ""), "stewardship.error.reply_code")
		a.must(say(code, stewardship.StepOutcome, stewardship.OutcomeNotCome))
		mine, err := a.steward.HandOvers(a.as("physician"), amal)
		if err != nil || len(mine[0].Steps) != 2 || !mine[0].Steps[stewardship.StepOutcome].ByCode {
			t.Errorf("what the sender sees: %+v %v", mine, err)
		}
		a.nowhere("the code", []string{code, strings.ReplaceAll(code, "-", "")})
		var last error
		for range 20 {
			last = say("ABCD-EFGH-JKMN-PQRS", stewardship.StepSeen, "")
		}
		wantKey(t, "guessing", last, "stewardship.error.many")
		a.clock.Move(300 * 24 * time.Hour)
		wantKey(t, "an old code", say(code, stewardship.StepSeen, ""), "stewardship.error.reply_code")
	})
}
