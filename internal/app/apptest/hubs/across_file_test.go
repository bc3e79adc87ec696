package hubs

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/area/stewardship"
	"github.com/godwit-health/godwit/internal/area/surveillance/across"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/testkit"
)

// byCards are two hubs that never have a link: each added the other's card, by the
// fingerprint that was read out.
func byCards(t *testing.T, from, to db.Options, change ...func(*journal.Options)) (a, b *shareHub) {
	t.Helper()
	c := apptest.NewClock(apptest.Day)
	a, b = newShareHub(t, "Hub of A", "KLA", "UGA", from, c, change...), newShareHub(t, "Hub of B", "NBO", "KEN", to, c, change...)
	for _, side := range []struct {
		h, other *shareHub
		name     string
	}{{a, b, "Hub of B"}, {b, a, "Hub of A"}} {
		card, fingerprint, err := side.other.sync.Card(t.Context(), side.name)
		side.h.must(err)
		_, err = side.h.sync.AddHub(t.Context(), side.name, card, "ABCD-EFGH-JKMN-PQRS")
		wantKey(t, "another fingerprint", err, "sync.other_fingerprint")
		_, err = side.h.sync.AddHub(t.Context(), side.name, card, fingerprint)
		side.h.must(err)
		_, err = side.other.sync.AddHub(t.Context(), "itself", card, fingerprint)
		wantKey(t, "its own card", err, "sync.own_card")
	}
	return a, b
}

func onDisk(t *testing.T) db.Options {
	return db.Options{Path: filepath.Join(t.TempDir(), "hub.db"), Unencrypted: true}
}

func (h *shareHub) file(agreement db.ID) []byte {
	h.t.Helper()
	body, _, err := h.sync.ExportShared(h.t.Context(), agreement)
	h.must(err)
	return body
}

func (h *shareHub) take(file []byte) (int, error) {
	return h.sync.ImportShared(h.t.Context(), file)
}

// A whole hand-over by stick, in both directions, without any link.
func TestAHandOverByFilesAlone(t *testing.T) {
	for name, options := range map[string][2]db.Options{"from sqlite": {onDisk(t), {URL: testkit.Postgres(t)}}, "from postgres": {{URL: testkit.Postgres(t)}, onDisk(t)}} {
		t.Run(name, func(t *testing.T) {
			a, b := byCards(t, options[0], options[1])
			id := agreeOnNotices(a, b, nil)
			of, _ := a.contact("Okello Banduwalo", 3)
			_, err := a.tell(across.OfContact, of, id, nil)
			a.must(err)
			n, err := b.take(a.file(id))
			if err != nil || n == 0 {
				t.Fatalf("%d %v", n, err)
			}
			in := b.board().Came[0]
			_, err = b.across.OpenTaken(b.as("epidemiologist"), in.ID)
			b.must(err)
			_, err = b.across.Accept(b.as("epidemiologist"), in.ID, false)
			b.must(err)
			back := b.file(id)
			_, err = a.take(back)
			a.must(err)
			if l := a.board().Sent[0]; l.State != across.Follows {
				t.Errorf("accepted there, and here it is %s", l.State)
			}
			if n, err := a.take(back); n != 0 || err != nil {
				t.Errorf("the same file again: %d %v", n, err)
			}
			if _, items, err := a.sync.ExportShared(t.Context(), id); items != 0 || err != nil {
				t.Errorf("what the other side is known to have went again: %d %v", items, err)
			}
		})
	}
}

// Files are taken in any order, and again: what comes of them is the same.
func TestFilesInAnyOrderAndAgainComeToTheSame(t *testing.T) {
	want := ""
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 7))
		a, b := byCards(t, onDisk(t), onDisk(t))
		id := agreeOnNotices(a, b, nil)
		var files [][]byte
		var sent []db.ID
		for i, name := range []string{"Okello Banduwalo", "Nakato Sseremba"} {
			of, _ := a.contact(name, 2+i)
			s, err := a.tell(across.OfContact, of, id, nil)
			a.must(err)
			sent, files = append(sent, s), append(files, a.file(id))
			a.must(a.cases.Visited(a.as("epidemiologist"), of, linelist.Visit{How: linelist.NotSeen}))
			a.must(a.across.Correct(a.as("epidemiologist"), s))
		}
		files = append(files, a.file(id))
		a.must(a.across.Withdraw(a.as("epidemiologist"), sent[1], across.WhyPerson))
		files = append(files, a.file(id))
		order := r.Perm(len(files))
		order = append(order, r.Perm(len(files))...) // each twice
		for _, i := range order {
			if _, err := b.take(files[i]); err != nil {
				t.Fatalf("file %d of %v: %v", i, order, err)
			}
		}
		got := ""
		came := b.board().Came
		slices.SortFunc(came, func(x, y across.Arrival) int { return x.Notice.Made.Compare(y.Notice.Made) })
		for _, c := range came {
			got += fmt.Sprintf("%s %v %v %v %s;", c.Disease, c.Notice.Values, len(c.Notice.Visits), c.Notice.Withdrawn.IsZero(), c.Notice.Why)
		}
		if want == "" {
			want = got
		}
		if got != want || len(came) != 2 {
			t.Errorf("in the order %v:\n%s\nwant\n%s", order, got, want)
		}
		b.nowhere("what was withdrawn is said in no table any more", nil)
	}
}

// What is refused of files, with the reason for whoever holds the stick.
func TestAFileThatMayNotBeTakenIsRefusedWithAReason(t *testing.T) {
	a, b := byCards(t, onDisk(t), onDisk(t))
	id := agreeOnNotices(a, b, nil)
	of, _ := a.contact("Okello Banduwalo", 3)
	_, err := a.tell(across.OfContact, of, id, nil)
	a.must(err)
	file := a.file(id)
	refused := func(why string, h *shareHub, file []byte, key string) {
		t.Helper()
		n, err := h.take(file)
		wantKey(t, why, err, key)
		if n != 0 || len(h.board().Came) != 0 {
			t.Errorf("%s: %d taken", why, n)
		}
	}
	altered := slices.Clone(file)
	altered[len(altered)-9] ^= 1
	refused("altered", b, altered, "sync.bad_batch")
	refused("for somebody else", a, file, "sync.not_for_us")
	refused("no file at all", b, []byte("name,age"), "sync.bad_batch")

	stranger := newShareHub(t, "Hub of C", "GOM", "COD", onDisk(t), a.clock)
	card, fingerprint, err := b.sync.Card(t.Context(), "Hub of B")
	b.must(err)
	_, err = stranger.sync.AddHub(t.Context(), "Hub of B", card, fingerprint)
	b.must(err)
	hubs, err := stranger.steward.OtherHubs(stranger.as("privacy_officer"))
	b.must(err)
	g := stewardship.Agreement{ID: db.NewID(), Peer: "Hub of B", Pin: hubs[0].Pin, Country: "KEN", Purpose: "public_health", Fields: followedFields, Diseases: []string{"bdbv"}, Keep: 21,
		Expires: calendar.DayOfTime(a.clock.Now()) + 90, Contacts: "focal points", Inbox: "GOM"}
	b.must(stranger.steward.DraftAgreement(stranger.as("privacy_officer"), g))
	b.must(stranger.steward.SignAgreement(stranger.as("privacy_officer2"), g.ID))
	refused("from a hub that nobody added", b, stranger.file(g.ID), "sync.unknown_sender")

	later(a, 22*24*time.Hour)
	refused("its last day is past", b, file, "across.error.expired")
	later(a, -22*24*time.Hour)

	// A hub that does not keep to what it agreed.
	a.must(a.db.Write(t.Context(), func(tx *db.Tx) error {
		n := across.Notice{ID: db.NewID()}
		return a.journal.Append(tx, a.users["epidemiologist"].Author(),
			journal.Change{Kind: "surveillance.notice", Doc: n.ID, Sensitivity: journal.Clinical, Purpose: "public_health", Fields: map[string]any{"agreement": id, "about": "contact", "disease": "bdbv", "number": "X-1",
				"from": "A", "made": a.clock.Now(), "until": calendar.DayOfTime(a.clock.Now()) + 5, "values": map[string]string{"last": "2026-11-01", "birth": "1990-01-01"}, "visits": nil, "withdrawn": time.Time{}, "why": ""}},
			journal.Change{Kind: "surveillance.notice_sent", Doc: db.NewID(), Site: "KLA", Sensitivity: journal.Identity, Purpose: "public_health", Fields: map[string]any{"notice": n.ID, "agreement": id, "of": of, "about": "contact", "until": calendar.DayOfTime(a.clock.Now()) + 5}})
	}))
	refused("a field that was not agreed", b, a.file(id), "across.error.field")

	b.must(b.steward.EndAgreement(b.as("privacy_officer"), id))
	refused("the agreement was ended here", b, file, "sync.over_here")
	a.must(a.steward.EndAgreement(a.as("privacy_officer"), id))
	_, _, err = a.sync.ExportShared(t.Context(), id)
	wantKey(t, "making one under an agreement that is over", err, "sync.over_here")
}

// Who somebody is does not go to a country that they may need protection from: of a
// registered person their record decides, and of anybody else what they were asked.
func TestNobodyIsNamedToACountryThatTheyMayNeedProtectionFrom(t *testing.T) {
	a, b := byCards(t, onDisk(t), onDisk(t))
	id := agreeOnNotices(a, b, func(h *shareHub, g *stewardship.Agreement) {
		if h == a {
			g.Country = "ETH" // whose national she is
		}
	})
	asked, unasked := value.No, value.Unknown
	for name, shield := range map[string]value.Truth{"Okello Banduwalo": asked, "Nakato Sseremba": unasked, "Mukasa Kigongola": value.Yes} {
		of, _ := a.contact(name, 2)
		_, err := a.tell(across.OfContact, of, id, func(in *across.Sending) { in.Shield, in.Reach = shield, "reach-of-"+name[:6] })
		a.must(err)
	}
	person := a.register("Tesfayewit") // nobody asked her whether she fled
	c, err := a.cases.Record(a.as("physician"), linelist.Case{Disease: "measles", Person: person, Reported: calendar.DayOfTime(a.clock.Now()).Date()}, true)
	if err == nil {
		_, err = a.tell(across.OfCase, c, id, func(in *across.Sending) { in.Shield = value.No })
	}
	a.must(err)
	_, err = b.take(a.file(id))
	b.must(err)
	named := 0
	for _, x := range b.board().Came {
		if x.Notice.Values["name"] != "" {
			named++
		}
	}
	if named != 1 {
		t.Errorf("%d are named", named)
	}
	b.nowhere("who may need protection", []string{"sseremba", "kigongola", "tesfayewit", "reach-of-nakato", "reach-of-mukasa"}, person)
}

// A registered person's own record says to whom something of them went and what, also
// when the notice itself is long erased.
func TestWhatWasToldOfAPersonStandsInTheirOwnRecord(t *testing.T) {
	a, b := byCards(t, onDisk(t), onDisk(t))
	id := agreeOnNotices(a, b, nil) // with a country that is not hers
	person := a.register("Tesfayewit")
	c, err := a.cases.Record(a.as("physician"), linelist.Case{Disease: "measles", Person: person, Reported: calendar.DayOfTime(a.clock.Now()).Date()}, true)
	a.must(err)
	p, err := a.across.Preview(a.as("medical_officer"), across.OfCase, c, id)
	a.must(err)
	sent, err := a.across.Send(a.as("medical_officer"), across.Sending{About: across.OfCase, Of: c, Agreement: id, Shown: p.Digest})
	a.must(err)
	l, n, _, err := a.across.OpenSent(a.as("medical_officer"), sent)
	if err != nil || !l.Named || n.Values["name"] == "" {
		t.Fatalf("%+v %+v %v", l, n, err)
	}
	look := func() (text string, released int) {
		t.Helper()
		sections, err := a.steward.Copy(a.as("physician"), person, "en")
		a.must(err)
		lines, err := a.steward.Looked(a.as("physician"), person)
		a.must(err)
		for _, x := range lines {
			if fmt.Sprint(x.Recipient) == "health_authority:KEN" || fmt.Sprint(x.What) == "surveillance.notice" {
				released++
			}
		}
		return fmt.Sprintf("%+v", sections), released
	}
	for _, when := range []string{"while it is kept", "after its last day"} {
		if text, released := look(); released == 0 || !strings.Contains(text, "notice_sent") || !strings.Contains(text, "Hub of B") {
			t.Errorf("%s: %d lines of disclosure, and the copy says %.600s", when, released, text)
		}
		later(a, 22*24*time.Hour)
		_, err := a.across.Sweep(t.Context())
		a.must(err)
	}
}
