package clinic

import (
	"io/fs"
	"slices"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/packs"
)

// Every consent that a shipped pack asks for has a text that somebody can agree to.
func TestEveryConsentOfAPackHasAText(t *testing.T) {
	n := 0
	for _, p := range shippedPacks(t) {
		for _, svc := range p.Services {
			if svc.Consent == "" {
				continue
			}
			n++
			if _, ok := people.ScopeFor(svc.Consent); !ok {
				t.Errorf("%s %s asks for the consent %q, which nobody can give", p.ID, svc.Code, svc.Consent)
			}
		}
	}
	if n == 0 {
		t.Error("no pack asks for a consent")
	}
}

func shippedPacks(t *testing.T) (out []*pack.Pack) {
	t.Helper()
	dirs, err := fs.ReadDir(packs.Builtin(), ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		p, err := pack.Load(packs.Builtin(), d.Name())
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
	return out
}

// She agreed to the X-ray on the form of the day and takes it back on her page: the
// station stops.
func TestAWithdrawnConsentStopsTheXRayInPregnancy(t *testing.T) {
	n := apptest.Start(t)
	person := n.Woman()
	film := n.Film(person)
	site, err := app.DemoSite()
	if err != nil {
		t.Fatal(err)
	}
	doctor := n.Actor(access.Physician)
	say := func(code string, v value.Value) {
		t.Helper()
		if err := n.DB.Write(t.Context(), func(tx *db.Tx) error {
			return n.Orders.Answer(tx, journal.Author{User: db.NewID()}, order.Answer{Subject: person, Code: code, Value: v, On: apptest.Today(n), Sensitivity: journal.Sensitive, Site: site.Code})
		}); err != nil {
			t.Fatal(err)
		}
	}
	consent := func(d people.Decision) db.ID {
		t.Helper()
		c := people.Consent{ID: db.NewID(), Scope: people.ScopeXrayPreg, Decision: d, GivenBy: people.BySelf, Interpreter: people.InterpreterNone, Mode: people.ModeSigned, On: apptest.Today(n).Date()}
		if err := n.People.RecordConsent(doctor, person, []people.Consent{c}); err != nil {
			t.Fatal(err)
		}
		return c.ID
	}
	open := func() bool {
		t.Helper()
		return slices.Contains(n.At(access.Radiographer).Get(film).Links(), film+"/collect")
	}
	say("pregnancy_today", value.Of(true))
	say("choice", value.Text("cxr"))
	if open() {
		t.Fatal("without a consent the station may go on")
	}
	yes := consent(people.Given)
	if !open() {
		t.Error("the consent's record is no consent")
	}
	if err := n.People.Withdraw(doctor, person, yes, people.BySelf, ""); err != nil {
		t.Fatal(err)
	}
	if open() {
		t.Error("a consent that was withdrawn is one")
	}
	say("xray_consent", value.Of(true))
	if open() {
		t.Error("the form of the day outdoes a withdrawal of the day")
	}
	consent(people.Given)
	if !open() {
		t.Error("agreed anew, and still stopped")
	}
	// It is of that day only.
	n.Clock.Move(24 * time.Hour)
	say("pregnancy_today", value.Of(true))
	if open() {
		t.Error("the consent of yesterday")
	}
	say("xray_consent", value.Of(true))
	if !open() {
		t.Error("the answer of today does not count")
	}
}
