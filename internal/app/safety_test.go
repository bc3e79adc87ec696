package app_test

import (
	"slices"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Each kind of act against each kind of person. An injection or a medicine that
// the pack does not know has to be safe as any it could be.
func TestWhatIsAboutToBeDoneDecides(t *testing.T) {
	n := apptest.Start(t)
	reception := n.At(access.Reception)
	people := map[string]db.ID{
		"woman, not asked":    n.Woman(),
		"woman, pregnant":     n.Register(reception, "family_latin", "Bekele", "given_latin", "Hiwot", "sex", "female", "birth-year", "1998"),
		"woman, not pregnant": n.Register(reception, "family_latin", "Rojas", "given_latin", "Marta", "sex", "female", "birth-year", "1994"),
		"man":                 n.Register(reception, "family_latin", "Osei", "given_latin", "Kofi", "sex", "male", "birth-year", "1990"),
		"sex not recorded":    n.Register(reception, "family_latin", "Diallo", "given_latin", "Awa", "birth-year", "2000"),
		"girl of five":        n.Register(reception, "family_latin", "Okello", "given_latin", "Grace", "sex", "female", "birth-year", "2021"),
	}
	say := func(person string, answers map[string]value.Value) {
		site, _ := app.DemoSite()
		err := n.DB.Write(t.Context(), func(tx *db.Tx) error {
			for code, v := range answers {
				if err := n.Orders.Answer(tx, journal.Author{User: db.NewID()}, order.Answer{Subject: people[person], Code: code, Value: v, On: apptest.Today(n), Sensitivity: journal.Sensitive, Site: site.Code}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	say("woman, pregnant", map[string]value.Value{"pregnancy_today": value.Of(true)})
	say("woman, not pregnant", map[string]value.Value{"pregnancy_today": value.Of(false), "periods": value.Text("known"), "lmp": value.Day(int(apptest.Today(n) - 9))})

	acts := map[string]order.Order{
		"X-ray":             {Request: order.Request{Service: "chest-xray", Station: "radiology"}, Act: form.Image},
		"MMR":               {Request: order.Request{Service: "vaccine-mmr", Station: "vaccination"}, Act: form.Injection},
		"tetanus":           {Request: order.Request{Service: "vaccine-td", Station: "vaccination"}, Act: form.Injection},
		"skin test":         {Request: order.Request{Service: "tuberculin-skin-test", Station: "nurse"}, Act: form.Injection},
		"unknown injection": {Request: order.Request{Service: "vaccine-of-tomorrow", Station: "vaccination"}, Act: form.Injection},
		"albendazole":       {Request: order.Request{Service: "presumptive-albendazole", Station: "vaccination"}, Act: form.Dispense},
		"praziquantel":      {Request: order.Request{Service: "presumptive-praziquantel", Station: "vaccination"}, Act: form.Dispense},
		"unknown medicine":  {Request: order.Request{Service: "something-new", Station: "pharmacy"}, Act: form.Dispense},
		"blood test":        {Request: order.Request{Service: "hiv-test", Station: "laboratory"}, Act: form.Specimen},
	}
	dangerous := []string{"X-ray", "MMR", "unknown injection", "albendazole", "unknown medicine"}
	stopped := map[string][]string{"woman, not asked": dangerous, "woman, pregnant": dangerous, "sex not recorded": dangerous}
	site, _ := app.DemoSite()
	for who, id := range people {
		for what, o := range acts {
			o.ID, o.Subject, o.Site, o.Sensitivity = db.NewID(), id, site.Code, journal.Clinical
			n.Read(func(tx *db.Tx) error {
				v, err := app.StationSafetyOf(n.Node).Check(n.Actor(access.Nurse), tx, o, apptest.Today(n))
				if want := !slices.Contains(stopped[who], what); v.Clean != want {
					t.Errorf("%s, %s: clean is %v, want %v", who, what, v.Clean, want)
				}
				if !v.Clean && len(v.Why) == 0 {
					t.Errorf("%s, %s: stopped without a reason", who, what)
				}
				return err
			})
		}
	}
}

// Without the rules nobody is touched; who may not know why hears that there is a
// reason.
func TestWithoutTheRulesNobodyIsTouched(t *testing.T) {
	n := apptest.Start(t)
	person := n.Woman()
	site, _ := app.DemoSite()
	o := order.Order{Request: order.Request{ID: db.NewID(), Subject: person, Service: "chest-xray", Station: "radiology", Site: site.Code, Sensitivity: journal.Clinical}, Act: form.Image}
	check := func(ctxOf access.Role, on calendar.Day) order.Verdict {
		var v order.Verdict
		n.Read(func(tx *db.Tx) (err error) {
			v, err = app.StationSafetyOf(n.Node).Check(n.Actor(ctxOf), tx, o, on)
			return err
		})
		return v
	}
	if v := check(access.Radiographer, apptest.Today(n)-3000); v.Clean || n.Pages.Text("en", v.Why[0]) != n.Pages.Text("en", page.M("app.safety.no_pack")) {
		t.Errorf("without the pack: %+v", v)
	}
	if v := check(access.Manager, apptest.Today(n)); v.Clean || v.Ask.Href != "" || n.Pages.Text("en", v.Why[0]) != "There is a clinical reason. Ask the physician." {
		t.Errorf("to a manager: %+v", v)
	}
}

// Her own record says that she is pregnant, what she says at the station is no: one
// of the two is wrong, and until it is known which nobody takes an image.
func TestARecordedPregnancyStandsAgainstANo(t *testing.T) {
	n := apptest.Start(t)
	no, yes := decision.Fact{Value: value.Of(false)}, decision.Fact{Value: value.Of(true)}
	record := func(v value.Truth, on calendar.Day, disputed bool) map[string]decision.Fact {
		return map[string]decision.Fact{people.FactPregnant: {Value: value.OfTruth(v), AsOf: on.Date(), Disputed: disputed}}
	}
	for _, c := range []struct {
		what   string
		record map[string]decision.Fact
		said   decision.Fact
		want   bool
	}{
		{"yes of last week", record(value.Yes, apptest.Today(n)-7, false), no, true},
		{"yes of two years ago", record(value.Yes, apptest.Today(n)-730, false), no, false},
		{"a dispute in the record", record(value.No, apptest.Today(n), true), no, true},
		{"both say yes", record(value.Yes, apptest.Today(n), false), yes, false},
		{"the record says no", record(value.No, apptest.Today(n), false), no, false},
		{"no record", nil, no, false},
	} {
		if got := app.RecordDisagrees(c.record, c.said, apptest.Today(n)); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
}
