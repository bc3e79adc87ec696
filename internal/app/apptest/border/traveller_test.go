package border

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// A screener finds somebody ill; the desk makes a case of the signal, of whom they came
// with contacts, and one of those becomes a case with a link to the first. The desk reads
// no screening, and what nobody said of a sign is no "no".
func TestASignalOfABorderBecomesACaseWithItsCircle(t *testing.T) {
	n := apptest.Start(t)
	if err := n.OpenPoint(t.Context(), app.DemoPoints[0], border.Post{Code: "BUSIA", Site: "NBO-1", Offset: 180}); err != nil {
		t.Fatal(err)
	}
	phone := n.At(access.Screener)
	phone.Form("/border").Set("point", "BUSIA").Send().Says(t, 200, "Count travellers")
	form := phone.Form("/border/travellers/new")
	for name, v := range map[string]string{"screen_consent": "agreed", "corpse_or_very_ill": "no", "known_contact": "no", "visible_sign": "yes", "temp1_device": "ncit", "temp1_c": "39.2", "recent_sign": "yes",
		"exposed_recently": "unknown", "listed_stay": "no", "temp2_taken": "no"} {
		form.Values.Set("q-"+name, v)
	}
	found := form.Send().Says(t, 200, "What now: Second screening")
	traveller := regexp.MustCompile(`/border/travellers/[0-9a-f-]{36}`).FindString(found.Body)
	form = phone.Form(traveller + "/second")
	for name, v := range map[string]string{"traveller_name": "Amina Otieno", "traveller_age": "31", "traveller_sex": "female", "signs": "bleeding_unexplained", "antipyretic_6h": "no", "suspicion": "vhf", "ended": "isolated",
		"sign_onset-day": "14", "sign_onset-month": "11", "sign_onset-year": "2026"} {
		form.Values.Set("q-"+name, v)
	}
	form.Send().Says(t, 200, "What now: Referred", "Keep two metres away", "A signal was raised")
	phone.Form(traveller+"/companions").Set("kind", "bus").Set("number", "KBA 123A").Send().Says(t, 200, "Whom to list")
	for _, name := range []string{"Boat Man", "Tea Woman"} {
		page := phone.Get(traveller + "/companions")
		one := phone.Pick(page, traveller+"/companions/list")
		one.Values.Set("q-pl_name", name)
		one.Send().Says(t, 200, name)
	}
	desk := n.At(access.Epidemiologist)
	desk.Get(traveller).Says(t, 403)
	list, err := n.Signals.List(n.Actor(access.Epidemiologist), "")
	if err != nil || len(list) != 1 || list[0].Disease != "filovirus" {
		t.Fatalf("%+v, %v", list, err)
	}
	signal := desk.Get("/surveillance/signals/"+list[0].ID.String()).Says(t, 200, "Make a case of it")
	if strings.Contains(signal.Body, "Otieno") {
		t.Error("the signal holds a name")
	}
	made := desk.Form("/linelist/new?signal=" + list[0].ID.String())
	for field, want := range map[string]string{"disease": "filovirus", "name": "Amina Otieno", "sex": "female", "onset-year": "2026", "place": "Busia crossing"} {
		if got := made.Values.Get(field); got != want {
			t.Errorf("%s is prefilled as %q, not %q", field, got, want)
		}
	}
	made.Send().Says(t, 200)
	cases, _, err := n.Cases.List(n.Actor(access.Epidemiologist), linelist.Filter{}, 0)
	if err != nil || len(cases) != 1 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	c := cases[0]
	if len(c.Signs) != 1 || c.Isolated.IsZero() || c.Signal != list[0].ID {
		t.Errorf("%+v", c.Case)
	}
	at := "/linelist/" + c.ID.String()
	desk.Get(at).Says(t, 200, "Who came with them")
	desk.Form(at+"/circle").Send().Says(t, 200, "2 contacts listed", "Boat Man")
	if listed, left, err := n.Cases.ListCircle(n.Actor(access.Epidemiologist), c.ID); err != nil || listed != 0 || left != 0 {
		t.Errorf("listed again: %d, %d, %v", listed, left, err)
	}
	contacts := slices.Compact(regexp.MustCompile(`/contacts/[0-9a-f-]{36}`).FindAllString(desk.Get(at).Body, -1))
	if len(contacts) != 2 {
		t.Fatalf("contacts %v", contacts)
	}
	contact, err := db.ParseID(strings.TrimPrefix(contacts[0], "/contacts/"))
	if err != nil {
		t.Fatal(err)
	}
	second, err := n.Cases.BecomeCase(n.Actor(access.Epidemiologist), contact)
	if err != nil {
		t.Fatal(err)
	}
	desk.Get("/linelist/"+second.String()).Says(t, 200, c.Code())
}

// The demo has somebody who rested and went on, and somebody who is held.
func TestTheDemosPointsFoundAndHold(t *testing.T) {
	n := apptest.Start(t)
	if err := n.SeedBorder(t.Context()); err != nil {
		t.Fatal(err)
	}
	b, err := n.Border.BoardOf(n.Actor(access.Epidemiologist), 0, 2)
	if err != nil || len(b.Found) != 1 || b.Found[0].Held.Open != 1 || b.Found[0].Found["alerts"] != 1 || b.Found[0].Found["listed"] != 1 {
		t.Errorf("%+v, %v", b.Found, err)
	}
	n.At(access.Nurse).Get("/border/measures").Says(t, 200, "Isolation")
	n.At(access.Nurse).Get("/").Says(t, 200, "1 measure holds somebody")
	n.Clock.Move(5 * time.Hour)
	n.At(access.Nurse).Get("/").Says(t, 200, "1 measure should have been looked at again")
	n.At(access.Manager).Get("/").Says(t, 200, "1 hand-washing station is to be repaired")
	n.At(access.Manager).Get("/border").Says(t, 200, "1 hand-washing station is to be repaired")
	n.At(access.Epidemiologist).Get("/border/points/BUSIA/ground").Says(t, 200, "Bus lane", "Thermometer 1", "The other side of the border", "35")
	phone := n.At(access.Screener)
	phone.Form("/border").Set("point", "BUSIA").Send().Says(t, 200, "1 device was not checked in this shift", "From the shift before", "Soap is nearly used up")
	now, err := n.Border.DayOf(n.Actor(access.Nurse), "BUSIA", 0)
	if err != nil || now.Counted[border.Passed] == 0 {
		t.Fatal(now.Counted, err)
	}
	phone.Get("/border/count").Says(t, 200, "Passed "+strconv.FormatInt(now.Counted[border.Passed], 10)) // what the shift counted, and not the days before it
}

// Whoever stands at a border opens the declaration on their own phone: the gate lets
// them to that page and to no other.
func TestATravellerDeclaresWithoutAnAccount(t *testing.T) {
	n := apptest.Start(t)
	if err := n.OpenPoint(t.Context(), app.DemoPoints[0], border.Post{Code: "BUSIA", Site: "NBO-1", Offset: 180}); err != nil {
		t.Fatal(err)
	}
	phone := n.Visit()
	phone.Get("/declare/NOWHERE").Says(t, 404)
	form := phone.Form("/declare/BUSIA")
	for name, v := range map[string]string{"td_name": "Juma Otieno", "td_sign": "yes", "td_contact": "no", "td_list": "no", "td_countries": "UGA"} {
		form.Values.Set("q-"+name, v)
	}
	done := form.Send().Says(t, 200, "Your code:")
	code := regexp.MustCompile(`[0-9A-Z]{5}-[0-9A-Z]{5}`).FindString(done.Body)
	if strings.Contains(phone.Get("/border/declarations").Body, code) {
		t.Error("whoever is not logged in reads declarations")
	}
	screener := n.At(access.Screener)
	screener.Form("/border").Set("point", "BUSIA").Send()
	screener.Pick(screener.Get("/border/declarations"), "/border/declarations/shown").Set("code", code).Send().Says(t, 200, "Juma Otieno", "Second screening")
}
