package assessment

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func TestACertificateFitsItsHolder(t *testing.T) {
	day := func(s string) calendar.Date {
		d, err := calendar.Parse(s)
		must(t, err)
		return d
	}
	passport := people.Document{Type: people.Passport, Number: "EP 1234567", Issuer: "ETH"}
	signed := people.Holder{Name: "أمينة عثمان", Birth: day("1992-10-23"), Sex: people.Female, Nationalities: []string{"ETH", "SOM"}, Documents: []people.Document{passport}}
	latin := signed
	latin.Latin = "Amina Osman"
	bare := people.Holder{Wristband: "W-17"}
	for _, tc := range []struct {
		why    string
		signed people.Holder
		change func(*people.Holder)
		fits   bool
	}{
		{"nothing", signed, func(*people.Holder) {}, true},
		{"a spelling in Latin script is added", signed, func(h *people.Holder) { h.Latin = "Amina Osman" }, true},
		{"a spelling in the own script is added", people.Holder{Latin: "Amina Osman"}, func(h *people.Holder) { h.Name = "أمينة عثمان" }, true},
		{"the same name in capitals is added", people.Holder{Name: "José Núñez"}, func(h *people.Holder) { h.Latin = "JOSE NUNEZ" }, true},
		{"another name in the same script is added", people.Holder{Name: "José Núñez"}, func(h *people.Holder) { h.Latin = "Juan Pérez" }, false},
		{"nationalities in another order", signed, func(h *people.Holder) { h.Nationalities = []string{"SOM", "ETH"} }, true},
		{"a further passport", signed, func(h *people.Holder) {
			h.Documents = append([]people.Document{{Type: people.Passport, Number: "P9", Issuer: "SOM"}}, h.Documents...)
		}, true},
		{"a first passport", people.Holder{Name: "Amina"}, func(h *people.Holder) { h.Documents = []people.Document{passport} }, true},
		{"the passport's number with other blanks", signed, func(h *people.Holder) {
			h.Documents = []people.Document{{Type: people.Passport, Number: "EP1234567", Issuer: "ETH"}}
		}, true},
		{"another passport in its place", signed, func(h *people.Holder) {
			h.Documents = []people.Document{{Type: people.Passport, Number: "EP 7654321", Issuer: "ETH"}}
		}, false},
		{"the passport was entered in error", signed, func(h *people.Holder) { h.Documents = nil }, false},
		{"another name", signed, func(h *people.Holder) { h.Name = "أمينة علي" }, false},
		{"another Latin spelling", latin, func(h *people.Holder) { h.Latin = "Aminah Othman" }, false},
		{"the Latin spelling is taken away", latin, func(h *people.Holder) { h.Latin = "" }, false},
		{"the name of somebody who had none", bare, func(h *people.Holder) { h.Name = "Amina" }, false},
		{"another day of birth", signed, func(h *people.Holder) { h.Birth = day("1992-10-24") }, false},
		{"only the month of birth is known", signed, func(h *people.Holder) { h.Birth = day("1992-10") }, false},
		{"the birth date is not known any more", signed, func(h *people.Holder) { h.Birth = calendar.Date{} }, false},
		{"another sex", signed, func(h *people.Holder) { h.Sex = people.Male }, false},
		{"one nationality less", signed, func(h *people.Holder) { h.Nationalities = []string{"ETH"} }, false},
		{"stateless after all", signed, func(h *people.Holder) { h.Nationalities, h.NationalityState = nil, people.NationalityStateless }, false},
		{"two values of the name, and one is shown", signed, func(h *people.Holder) { h.Disputed = []string{"name"} }, false},
		{"two values of what no certificate shows", signed, func(h *people.Holder) { h.Disputed = []string{"languages"} }, true},
	} {
		l := likenessOf(tc.signed, "salt")
		now := tc.signed
		tc.change(&now)
		if got := l.fits(now); got != tc.fits {
			t.Errorf("%s: %v", tc.why, got)
		}
	}
	if (likeness{}).fits(signed) {
		t.Error("a clearance that does not say whom it was signed for fits everybody")
	}
	if slices.Equal(likenessOf(signed, "one").Names, likenessOf(signed, "two").Names) {
		t.Error("the salt is not used")
	}
}

func TestALaterChangeOfIdentitySuspends(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		caseID, m, p := w.cleared()
		doctor, desk := w.as(access.Physician), w.as(access.Reception)
		edit := func(f func(*people.Person)) {
			t.Helper()
			must(t, w.people.EditPerson(desk, people.PersonEdit{Person: p, Edit: f}))
		}
		stands := func(why string) {
			t.Helper()
			if v := w.look(m); v.Member.State != StateCleared {
				t.Fatalf("%s: %s", why, v.Member.State)
			}
		}
		edit(func(q *people.Person) { q.Languages = []string{"sw", "en"} })
		stands("another language")
		edit(func(q *people.Person) { q.OtherNames = []string{"Mina"} })
		stands("a name of childhood")
		must(t, w.people.SaveContact(desk, p, journal.Base{}, people.Contact{ID: db.NewID(), Kind: people.Phone, Value: "+256700000000", Owner: people.OwnContact}))
		stands("a phone")
		pass := people.Document{ID: db.NewID(), Type: people.Passport, Number: "B0123456", Issuer: "UGA"}
		must(t, w.people.SaveDocument(desk, p, journal.Base{}, pass))
		stands("a passport where there was none")
		must(t, w.Close(desk, caseID))

		edit(func(q *people.Person) { q.Given = "Aminah" })
		v := w.look(m)
		if v.Member.State != StateSuspended || v.Clearance.Cause != "identity" || v.Case.Closed {
			t.Fatalf("another name: %s, cause %q, closed %v", v.Member.State, v.Clearance.Cause, v.Case.Closed)
		}
		if n, _ := w.Waiting(doctor); n != 1 {
			t.Errorf("%d alerts to who signed", n)
		}
		if !w.sign(m) {
			t.Fatalf("not cleared again: %v", w.look(m).obstacles())
		}
		// Now the passport is on the certificate.
		cert, err := w.Certificate(doctor, db.NewID(), m)
		must(t, err)
		b, err := w.banner(p)
		must(t, err)
		if text := w.render(t, "assessment/certificate", certificate(cert, b)); !strings.Contains(text, "UGA B0123456") || !strings.Contains(text, "Aminah") {
			t.Errorf("the certificate: %s", text)
		}
		must(t, w.people.RemoveDocument(desk, p, pass.ID))
		if v := w.look(m); v.Member.State != StateSuspended || v.Clearance.Cause != "identity" {
			t.Fatalf("the passport was entered in error: %s %q", v.Member.State, v.Clearance.Cause)
		}
		w.sign(m)
		edit(func(q *people.Person) { q.Birth, _ = calendar.Parse(q.Birth.String()[:4]) })
		if v := w.look(m); v.Member.State != StateSuspended {
			t.Fatalf("only the year of birth is known: %s", v.Member.State)
		}
		raw, err := json.Marshal(w.look(m).Clearance)
		must(t, err)
		for _, plain := range []string{"Amina", "Okello", "B0123456", "male", "UGA"} {
			if strings.Contains(string(raw), plain) {
				t.Errorf("the clearance holds %q in plain", plain)
			}
		}
		if rep, err := w.Journal.Rebuild(t.Context(), nil); err != nil || !rep.Same() {
			t.Errorf("rebuilt: %v %+v", err, rep.Tables)
		}
	})
}

func TestAPrintSeesAnIdentityThatMovedUnnoticed(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		_, m, p := w.cleared()
		// As a change from another node arrives: nobody calls Changed.
		must(t, w.DB.Write(t.Context(), func(tx *db.Tx) error {
			doc, err := w.Journal.Load(tx, p)
			if err != nil {
				return err
			}
			a, _ := access.From(w.as(access.Reception))
			return w.Journal.Append(tx, a.Author(), journal.Change{Kind: doc.Kind, Doc: p, Base: doc.Version, Purpose: "assessment", Fields: map[string]any{"family": "Odongo"}})
		}))
		_, err := w.Certificate(w.as(access.Physician), db.NewID(), m)
		if err == nil {
			t.Fatal("a certificate of somebody else's name was given out")
		}
		if v := w.look(m); v.Member.State != StateSuspended || v.Clearance.Cause != "identity" {
			t.Errorf("%s %q", v.Member.State, v.Clearance.Cause)
		}
	})
}
