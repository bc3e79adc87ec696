package traveller

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// own are the answers of a traveller on their own phone.
func own(more Answers) Answers {
	return Answers{"td_name": {"Juma Planted"}, "td_sign": {"no"}, "td_contact": {"no"}, "td_list": {"no"}, "td_countries": {"UGA"}}.with(more)
}

// The form that holds depends on the day and on the amendments in force; where those are
// not known somebody is asked, and no form is guessed.
func TestWhichDeclarationHoldsOnADay(t *testing.T) {
	p := ships(t)(packDeclarations)
	day := func(s string) calendar.Day {
		d, err := calendar.ParseDay(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct {
		kind          Declares
		day, version  string
		form, alsoNot string
	}{{ShipDeclares, "2025-09-18", "", "MARITIME_DECLARATION", ""}, {ShipDeclares, "2025-09-18", "2024", "MARITIME_DECLARATION", ""}, {ShipDeclares, "2025-09-19", "2024", "SHIP_DECLARATION", ""},
		{ShipDeclares, "2025-09-19", "2022", "MARITIME_DECLARATION", ""}, {ShipDeclares, "2025-09-19", "", "", ""}, {AircraftDeclares, "2026-06-10", "", "AIRCRAFT_HEALTH", ""}, {TravellerDeclares, "2026-06-10", "", "TRAVELLER_DECLARATION", ""}} {
		if got := whichForm(p, Declaration{Kind: c.kind, Day: day(c.day), Version: c.version}); got != c.form {
			t.Errorf("%s on %s under %q: %q, want %q", c.kind, c.day, c.version, got, c.form)
		}
		if c.form != "" {
			if _, err := formOf(p, formFile(c.form)); err != nil {
				t.Errorf("%s has no form: %v", c.form, err)
			}
		}
	}
}

// Somebody declares on their own phone without an account, the screener at that point
// opens it by the code, and nobody else does; it erases itself.
func TestATravellerDeclaresOnTheirOwnPhone(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		sent := db.NewID()
		d, err := w.DeclareSelf(t.Context(), "10.0.0.7", sent, "BUSIA", own(Answers{"td_contact": {"yes"}}))
		w.must(err)
		id := d.ID
		if !slices.Equal(d.Needs, []string{"SECONDARY_SCREENING"}) || !d.Own || d.Code() == "" {
			t.Errorf("%+v", d)
		}
		for login, point := range map[string]string{"screener": "BUSIA", "screener_2": "LWANDA"} {
			w.shift(login, point)
		}
		if _, err := w.Declared(w.as("screener"), id); !fault.Is(err, fault.Forbidden) {
			t.Errorf("opened without the code: %v", err)
		}
		for login, code := range map[string]string{"screener": "AAAAA-AAAAA", "screener_2": d.Code()} {
			if _, err := w.Shown(w.as(login), code); fault.FieldOf(err) != "code" {
				t.Errorf("%s with %s: %v", login, code, err)
			}
		}
		if _, err := w.Shown(w.as("epidemiologist"), d.Code()); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the desk opens it: %v", err)
		}
		got, err := w.Shown(w.as("screener"), strings.ToLower(d.Code()))
		if err != nil || got != id {
			t.Fatalf("%s, %v", got, err)
		}
		_, body := w.get("screener", declarationPath(id))
		w.says(body, "Juma Planted", "To be looked at", "Second screening")
		_, body = w.get("screener", "/border/declarations")
		if strings.Contains(body, "Planted") || !strings.Contains(body, d.Code()) {
			t.Error("the list shows a name or no code")
		}
		if again, err := w.DeclareSelf(t.Context(), "10.0.0.7", sent, "BUSIA", own(nil)); fault.KeyOf(err) != "traveller.error.sent_twice" || again.ID != id {
			t.Errorf("sent twice: %s, %v", again.ID, err)
		}
		w.clock = w.clock.AddDate(0, 0, 22)
		if n, err := w.sweeps(); err != nil || n != 1 {
			t.Errorf("%d gone, %v", n, err)
		}
		if _, err := w.Declared(w.as("nurse"), id); !fault.Is(err, fault.NotFound) {
			t.Errorf("%v", err)
		}
	})
}

// Whoever has no account takes no id that another document will have.
func TestNobodyTakesAnIDWithoutAnAccount(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		taken := idOf("border.found " + db.NewID().String())
		_, err := w.DeclareSelf(t.Context(), "10.0.0.7", taken, "BUSIA", own(nil))
		w.must(err)
		if err := w.DB.Read(t.Context(), func(tx *db.Tx) error { _, err := w.Journal.Load(tx, taken); return err }); !fault.Is(err, fault.NotFound) {
			t.Errorf("the id is taken: %v", err)
		}
	})
}

// A guarded point has no public page, and from one address come so many and no more.
func TestTheBoundsOfPublicDeclarations(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		if _, err := w.DeclareSelf(t.Context(), "10.0.0.7", db.NewID(), "LWANDA", own(nil)); !fault.Is(err, fault.NotFound) {
			t.Errorf("at a guarded point: %v", err)
		}
		if _, err := w.DeclareSelf(t.Context(), "10.0.0.7", db.NewID(), "BUSIA", Answers{"td_name": {"A"}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("half a form: %v", err)
		}
		nobody := own(nil)
		delete(nobody, "td_name")
		if _, err := w.DeclareSelf(t.Context(), "10.0.0.7", db.NewID(), "BUSIA", nobody); err != nil {
			t.Errorf("whoever is afraid to give a name declares without one: %v", err)
		}
		l := newLimiter()
		for i := range mostFromOne {
			if !l.take("10.0.0.7", "BUSIA", w.clock) {
				t.Fatalf("the %dth is refused", i+1)
			}
		}
		if l.take("10.0.0.7", "BUSIA", w.clock) || !l.take("10.0.0.8", "BUSIA", w.clock) || l.take("::ffff:10.0.0.7", "BUSIA", w.clock) {
			t.Error("one address takes the place of another")
		}
		if !l.take("10.0.0.7", "BUSIA", w.clock.Add(limitWindow)) {
			t.Error("it never ends")
		}
		for range mostAtPoint {
			l.take(db.NewID().String(), "BUSIA", w.clock.Add(limitWindow))
		}
		if l.take("10.0.0.9", "BUSIA", w.clock.Add(limitWindow+time.Second)) {
			t.Error("there is no bound for all")
		}
		if !l.take("10.0.0.9", "MALABA", w.clock.Add(limitWindow+time.Second)) {
			t.Error("whoever fills one point up closes every other")
		}
	})
}

// Of IPv6 one subscriber has as many addresses as they like, in one network.
func TestASubscriberIsOneSender(t *testing.T) {
	l, now := newLimiter(), time.Now()
	for i := range mostFromOne {
		if !l.take(fmt.Sprintf("2001:db8:1:2::%x", i+1), "BUSIA", now) {
			t.Fatalf("the %dth is refused", i+1)
		}
	}
	if l.take("2001:db8:1:2:ffff::1%eth0", "BUSIA", now) || !l.take("2001:db8:1:3::1", "BUSIA", now) {
		t.Error("another address of the same network counts as another sender, or another network does not")
	}
}

// Whoever has no account can send many, and hides none that somebody showed.
func TestWhatWasShownStandsFirst(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		declared := func() Declaration {
			d, err := w.DeclareSelf(t.Context(), "10.0.0.7", db.NewID(), "BUSIA", own(nil))
			w.must(err)
			return d
		}
		w.shift("screener", "BUSIA")
		shown := declared()
		_, err := w.Shown(w.as("screener"), shown.Code())
		w.must(err)
		w.clock = w.clock.Add(time.Minute)
		later := declared()
		for limit, want := range [][]db.ID{1: {shown.ID}, 2: {shown.ID, later.ID}, 3: {shown.ID, later.ID}} {
			var got []db.ID
			w.must(w.DB.Read(t.Context(), func(tx *db.Tx) error {
				list, err := declarationsIn(tx, "s.point = ?", []any{"BUSIA"}, limit)
				for _, d := range list {
					got = append(got, d.ID)
				}
				return err
			}))
			if !slices.Equal(got, want) {
				t.Errorf("of %d: %v, want %v", limit, got, want)
			}
		}
	})
}

func TestThePublicPageShowsACodeAndNoAnswers(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ask := func(method string, form url.Values) (int, string) {
			r := httptest.NewRequest(method, "/declare/BUSIA", strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			rec := httptest.NewRecorder()
			w.pages.ServeHTTP(rec, r) // nobody is logged in
			return rec.Code, rec.Body.String()
		}
		code, body := ask("GET", nil)
		if code != 200 {
			t.Fatalf("%d", code)
		}
		w.says(body, "For the health screening at Busia", "You need no account", "It erases itself after follow-up")
		id := db.NewID()
		if code, _ := ask("POST", typed(id, own(nil).with(Answers{"td_sign": nil}))); code != 422 {
			t.Errorf("a question left open: %d", code)
		}
		_, body = ask("POST", typed(id, own(nil)))
		shown := regexp.MustCompile(`[0-9A-Z]{5}-[0-9A-Z]{5}`).FindString(body)
		w.says(body, "Your code:")
		if strings.Contains(body, "Planted") || shown == "" {
			t.Errorf("code %q", shown)
		}
		if _, again := ask("POST", typed(id, own(nil))); !strings.Contains(again, shown) {
			t.Error("a form that is sent twice loses its code")
		}
		long := typed(db.NewID(), own(nil))
		long.Set("more", strings.Repeat("A", publicLimit))
		if code, _ := ask("POST", long); code != 422 {
			t.Errorf("a form that is too long: %d", code)
		}
		w.shift("screener", "BUSIA")
		if code, to := w.post("screener", "/border/declarations/shown", url.Values{"code": {shown}}); code != 303 || !strings.HasPrefix(to, "/border/declarations/") || to == declarationPath(id) {
			t.Errorf("%d %s", code, to)
		}
		if code, body := w.get("screener", "/border/points/BUSIA/poster"); code != 200 || !strings.Contains(body, "/declare/BUSIA") {
			t.Errorf("poster: %d", code)
		}
	})
}

// A ship declares, its ill are scheduled, and its travellers are a contact list that
// goes with it.
func TestAShipDeclares(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.shift("screener", "BUSIA")
		answers := Answers{"port": {"Busia"}, "arrival": {"2026-11-22"}, "ship_name": {"MV Uhuru"}, "imo": {"9074729"}, "from_port": {"Mwanza"}, "flag_state": {"TZA"}, "ports_30d": {"Mwanza"}, "master": {"Captain Planted"},
			"sanitation_certificate": {"no"}, "reinspection": {"no"}, "affected_area": {"no"}, "crew": {"12"}, "passengers": {"40"}, "sdh_1": {"no"}, "sdh_2": {"yes"}, "sdh_3": {"no"}, "sdh_4": {"no"}, "sdh_5": {"no"}, "sdh_6": {"no"},
			"sdh_7": {"no"}, "sdh_8": {"no"}, "sdh_9": {"no"}, "no_surgeon": {"no"}, "sick_fever_days": {"no"}, "sick_other": {"no"}, "signed_by": {"Captain Planted"}}
		id := db.NewID()
		if err := w.TakeDeclaration(w.as("screener"), id, ShipDeclares, "", answers); fault.FieldOf(err) != "version" {
			t.Errorf("without the amendments in force: %v", err)
		}
		_, body := w.get("screener", "/border/declarations/new?kind=ship")
		w.says(body, "Which amendments")
		if err := w.TakeDeclaration(w.as("screener"), id, ShipDeclares, "2024", answers); err != nil {
			sh, _ := w.DeclarationSheet(w.as("screener"), ShipDeclares, "2024")
			t.Fatalf("%v: %+v", err, sh.Form.Check(answers, nil, sh.Day).Errors)
		}
		w.must(w.AddTo(w.as("screener"), db.NewID(), id, ListSick, Answers{"sick_name": {"Deckhand"}, "sick_illness": {"fever"}, "sick_reported": {"no"}, "sick_disposal": {"ill"}}))
		w.must(w.AddTo(w.as("screener"), db.NewID(), id, ListPassengers, Answers{"pl_name": {"Cabin Two"}}))
		d, err := w.Declared(w.as("screener"), id)
		if err != nil || d.Form != "SHIP_DECLARATION" || !slices.Contains(d.Needs, "PORT_HEALTH_ASSESSMENT") || !slices.Contains(d.Asks, SickSchedule) || len(d.Sick) != 1 || d.Vehicle == nil || len(d.Vehicle.Companions) != 1 {
			t.Errorf("%+v, %v", d, err)
		}
		_, body = w.get("screener", declarationPath(id))
		w.says(body, "MV Uhuru", "Deckhand", "Cabin Two", "1 person listed")
		w.clock = w.clock.AddDate(0, 0, 43)
		if n, err := w.sweeps(); err != nil || n != 3 {
			t.Errorf("%d gone, %v: the declaration, the ship and its traveller", n, err)
		}
	})
}
