package people

import (
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func almaz(t testing.TB) Person {
	return Person{Given: "አልማዝ", Family: "በቀለ", GivenLatin: "Almaz", FamilyLatin: "Bekele", NameLang: "am", Birth: date(t, "1988-05"),
		Sex: Female, Languages: []string{"am", "ar"}, Interpreter: value.Yes, Nationalities: []string{"ETH"}}
}

func TestRegister(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id, family := db.NewID(), db.NewID()
		reg := Registration{ID: id, Person: almaz(t), Arrived: true, Family: family, NewFamily: true, FamilyNumber: "GW-10001", Role: RoleHead,
			Documents: []Document{{Type: Passport, Number: "EP 123-4567", Issuer: "ETH", Expiry: date(t, "2020-01-01")}},
			Contacts:  []Contact{{Kind: Phone, Value: "+256 772 123456", Safe: []Safe{SafeCall}, NoMessage: true}},
			Stays:     []Stay{stay(t, "ETH", "1988", "2024-03"), stay(t, "UGA", "2024-03", "now")}, Journey: Journey{Complete: true, CompleteOn: w.today()}}
		out, err := w.Register(w.as(access.Reception), reg)
		if err != nil || len(out.Likely) > 0 || out.Code != Code(id) {
			t.Fatalf("%+v %v", out, err)
		}
		r := w.open(id, access.Reception)
		if r.Person.Birth.String() != "1988-05" || r.Person.Given != "አልማዝ" || r.Site != "KLA" || !r.HereToday {
			t.Errorf("%+v", r.Person)
		}
		if len(r.Stays) != 2 || r.Stays[0].Place != "ETH" || !r.Journey.Complete || len(r.Gaps) != 0 {
			t.Errorf("stays %+v gaps %v", r.Stays, r.Gaps)
		}
		if len(r.Documents) != 1 || len(r.Contacts) != 1 || !r.Contacts[0].NoMessage {
			t.Errorf("documents %+v contacts %+v", r.Documents, r.Contacts)
		}
		if len(r.Families) != 1 || r.Families[0].Number != "GW-10001" || len(r.Families[0].Members) != 1 || r.Families[0].Role != RoleHead {
			t.Errorf("families %+v", r.Families)
		}
		// The same form again.
		_, err = w.Register(w.as(access.Reception), reg)
		if !fault.Is(err, fault.Conflict) || fault.KeyOf(err) != "people.error.replayed" {
			t.Errorf("a replayed form: %v", err)
		}
		list, err := w.TodayList(w.as(access.Nurse), "KLA")
		if err != nil || len(list) != 1 || list[0].ID != id || list[0].Namesake {
			t.Errorf("today %+v %v", list, err)
		}
	})
}

func TestARefusedRegistrationLeavesNothing(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := db.NewID()
		_, err := w.Register(w.as(access.Reception), Registration{ID: id, Person: Person{Family: "A", Birth: date(t, "2030")},
			Stays: []Stay{{Place: "XXX"}}, Contacts: []Contact{{Kind: Phone, Value: "no"}}})
		want := []string{"birth birth_future", "contact_value phone", "place country"}
		if got := faults(flattenForTest(err)); !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		// What is wrong deep inside undoes all.
		_, err = w.Register(w.as(access.Reception), Registration{ID: id, Person: Person{Family: "A"}, Safety: &Safety{HasAllergy: value.No}})
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("reception records allergies: %v", err)
		}
		if _, err := w.Open(w.as(access.Reception), id); !fault.Is(err, fault.NotFound) {
			t.Errorf("something was saved: %v", err)
		}
		if f, _ := w.Search(w.as(access.Reception), "a"); len(f.Hits) != 0 {
			t.Errorf("something is found: %+v", f.Hits)
		}
	})
}

func flattenForTest(err error) []error {
	var j interface{ Unwrap() []error }
	for e := err; e != nil; {
		if x, ok := e.(interface{ Unwrap() []error }); ok {
			j = x
			break
		}
		u, ok := e.(interface{ Unwrap() error })
		if !ok {
			return []error{err}
		}
		e = u.Unwrap()
	}
	if j == nil {
		return []error{err}
	}
	return j.Unwrap()
}

func TestLikelyDoubleHoldsTheRegistrationBack(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		first := almaz(t)
		first.Birth = date(t, "1988-05-17")
		known := w.register(first)
		// The same woman, in another script and spelling, no document.
		again := Person{GivenLatin: "Almaaz", FamilyLatin: "Bekelle", Birth: date(t, "1988-05-17"), Sex: Female}
		reg := Registration{ID: db.NewID(), Person: again}
		out, err := w.Register(w.as(access.Reception), reg)
		if err != nil || len(out.Likely) != 1 || out.Likely[0].ID != known || len(out.Likely[0].Reasons) == 0 {
			t.Fatalf("%+v %v", out, err)
		}
		if _, err := w.Open(w.as(access.Reception), reg.ID); !fault.Is(err, fault.NotFound) {
			t.Error("saved before anybody looked")
		}
		reg.Person.DistinctFrom = []db.ID{known}
		out, err = w.Register(w.as(access.Reception), reg)
		if err != nil || len(out.Likely) != 0 {
			t.Fatalf("looked at, and still held back: %+v %v", out, err)
		}
		// A namesake forty years younger is nobody's double.
		young := Person{GivenLatin: "Almaz", FamilyLatin: "Bekele", Birth: date(t, "2020-01-05"), Sex: Female}
		if out, err = w.Register(w.as(access.Reception), Registration{ID: db.NewID(), Person: young}); err != nil || len(out.Likely) != 0 {
			t.Errorf("a child of the same name: %+v %v", out, err)
		}
		// Another site's persons are not shown to whoever may not see them.
		out, err = w.Register(w.at(access.Reception, "NBO"), Registration{ID: db.NewID(), Person: again})
		if err != nil || len(out.Likely) != 0 {
			t.Errorf("another site: %+v %v", out, err)
		}
	})
}

func TestSearch(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := w.as(access.Reception)
		al := w.register(almaz(t))
		mo := w.register(Person{Given: "محمد", Family: "علي حسن", Birth: date(t, "1990"), Sex: Male, Nationalities: []string{"SDN"}})
		mu := w.register(Person{GivenLatin: "Muhammad", FamilyLatin: "Omar", Birth: date(t, "2001-02-03"), Sex: Male})
		wb := w.register(Person{Wristband: "W-014", Sex: Male})
		if err := w.SaveDocument(ctx, mu, journal.Base{}, Document{ID: db.NewID(), Type: RefugeeCard, Number: "851-C 000123"}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			typed string
			want  []db.ID
		}{
			{"alm", []db.ID{al}},
			{"Bekele Almaz", []db.ID{al}},
			{"አልማ", []db.ID{al}},
			{"በቀለ", []db.ID{al}},
			{"mohamed", []db.ID{mo, mu}},
			{"محمد", []db.ID{mo, mu}},
			{"mohamed ali", []db.ID{mo}},
			{"hassan moh", nil}, // "moh" is too short for the skeleton of mhmt, and m-h-m-d has no vowels to go by
			{"hassan moham", []db.ID{mo}},
			{"muhammad 2001", []db.ID{mu}},
			{"muhammad 1990", []db.ID{mo}},
			{"2001", []db.ID{mu}},
			{"W014", []db.ID{wb}},
			{"851c000123", []db.ID{mu}},
			{"851-C 000 123", []db.ID{mu}},
			{ShowCode(Code(wb)), []db.ID{wb}},
			{strings.ToLower(Code(al)), []db.ID{al}},
			{"nobody", nil},
			{"   ", nil},
			{"'; DROP TABLE people_person; --", nil},
			{"%", nil},
		} {
			f, err := w.Search(ctx, c.typed)
			if err != nil {
				t.Fatalf("%q: %v", c.typed, err)
			}
			var got []db.ID
			for _, h := range f.Hits {
				got = append(got, h.ID)
			}
			slices.SortFunc(got, func(a, b db.ID) int { return slices.Compare(a[:], b[:]) })
			if !slices.Equal(got, c.want) {
				t.Errorf("%q finds %d persons, want %d: %+v", c.typed, len(got), len(c.want), f.Hits)
			}
		}
		// Scope: another site finds nobody; a screener and an administrator may not search.
		if f, err := w.Search(w.at(access.Reception, "NBO"), "alm"); err != nil || len(f.Hits) != 0 {
			t.Errorf("another site found %+v %v", f.Hits, err)
		}
		for _, r := range []access.Role{access.Screener, access.Administrator, access.Radiographer} {
			if _, err := w.Search(w.as(r), "alm"); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s searched: %v", r, err)
			}
		}
	})
}

func TestSearchFollowsAChangeOfName(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.register(almaz(t))
		if err := w.EditPerson(w.as(access.Reception), PersonEdit{Person: id, Edit: func(p *Person) { p.GivenLatin, p.Given = "Tigist", "ትግስት" }}); err != nil {
			t.Fatal(err)
		}
		if f, _ := w.Search(w.as(access.Reception), "almaz"); len(f.Hits) != 0 {
			t.Error("the old name still finds her")
		}
		if f, _ := w.Search(w.as(access.Reception), "tigist"); len(f.Hits) != 1 {
			t.Error("the new name does not find her")
		}
	})
}

func TestSearchAndOpenAreAudited(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.register(almaz(t))
		if _, err := w.Search(w.as(access.Reception), "almaz"); err != nil {
			t.Fatal(err)
		}
		w.open(id, access.Nurse)
		lines, err := w.Access.Reads(w.as(access.PrivacyOfficer), access.ReadFilter{Subject: id})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range lines {
			got = append(got, string(l.Act)+" "+l.What)
		}
		slices.Sort(got)
		if !slices.Equal(got, []string{"opened people.person", "searched people.search"}) {
			t.Errorf("audit %v", got)
		}
	})
}

func TestNamesakesOnTodaysList(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := w.as(access.Reception)
		a := w.register(Person{GivenLatin: "Mohamed", FamilyLatin: "Ali", Birth: date(t, "1970"), Sex: Male})
		b := w.register(Person{Given: "محمد", Family: "علي", Birth: date(t, "2015"), Sex: Male})
		c := w.register(almaz(t))
		if same, err := w.Arrived(ctx, a); err != nil || len(same) != 0 {
			t.Fatalf("%+v %v", same, err)
		}
		if same, err := w.Arrived(ctx, b); err != nil || len(same) != 1 || same[0].ID != a {
			t.Fatalf("the namesake in the other script is not seen: %+v %v", same, err)
		}
		for range 2 { // twice is once
			if _, err := w.Arrived(ctx, c); err != nil {
				t.Fatal(err)
			}
		}
		list, err := w.TodayList(ctx, "KLA")
		if err != nil || len(list) != 3 {
			t.Fatalf("%+v %v", list, err)
		}
		if !list[0].Namesake || !list[1].Namesake || list[2].Namesake {
			t.Errorf("marks: %v %v %v", list[0].Namesake, list[1].Namesake, list[2].Namesake)
		}
		if r := w.open(a, access.Reception); len(r.Namesakes) != 1 {
			t.Errorf("the record does not warn: %+v", r.Namesakes)
		}
		w.clock = w.clock.AddDate(0, 0, 1)
		if list, _ := w.TodayList(ctx, "KLA"); len(list) != 0 {
			t.Error("yesterday's list is today's")
		}
	})
}

// Two officers change the name without seeing each other: both values are kept,
// shown and marked, and one of them settles it.
func TestConflictOfNames(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.register(almaz(t))
		base := w.open(id, access.Reception).Base
		for _, name := range []string{"Bekele-Tadesse", "Beqele"} {
			if err := w.EditPerson(w.as(access.Reception), PersonEdit{Person: id, Base: base, Edit: func(p *Person) { p.FamilyLatin = name }}); err != nil {
				t.Fatal(err)
			}
		}
		r := w.open(id, access.Reception)
		if len(r.Conflicts) != 1 || r.Conflicts[0].Group != "name" || len(r.Conflicts[0].Values) != 2 || r.Conflicts[0].Shown < 0 {
			t.Fatalf("%+v", r.Conflicts)
		}
		var b string
		w.read(func(tx *db.Tx) error {
			banner, err := w.Banner(w.as(access.Reception), tx, id)
			for _, f := range banner.Flags {
				b += f.Text.Key
			}
			return err
		})
		if !strings.Contains(b, "people.flag.conflict") {
			t.Error("the banner does not mark the conflict")
		}
		c := r.Conflicts[0]
		keep := c.Values[1-c.Shown]
		if err := w.Keep(w.as(access.Reception), id, c.Doc, c.Group, keep.Version); err != nil {
			t.Fatal(err)
		}
		r = w.open(id, access.Reception)
		if len(r.Conflicts) != 0 || string(keep.Fields["family_latin"]) != `"`+r.Person.FamilyLatin+`"` {
			t.Errorf("kept %s, shown %s, conflicts %+v", keep.Fields["family_latin"], r.Person.FamilyLatin, r.Conflicts)
		}
		if err := w.Keep(w.as(access.Reception), id, c.Doc, c.Group, keep.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("settled twice: %v", err)
		}
	})
}

// Allergies and pregnancy in conflict count as unknown for packs, and are shown as
// the more dangerous.
func TestConflictOfSafety(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.register(almaz(t))
		ctx := w.as(access.Nurse)
		if err := w.SaveSafety(ctx, id, journal.Base{}, Safety{HasAllergy: value.No, Pregnant: value.No, PregnantOn: w.today()}); err != nil {
			t.Fatal(err)
		}
		base := w.baseOf(id, kindSafety)
		first := Safety{HasAllergy: value.Yes, Allergies: []Allergy{{Substance: "penicillin"}}, Pregnant: value.No, PregnantOn: w.today()}
		second := Safety{HasAllergy: value.Yes, Allergies: []Allergy{{Substance: "latex"}}, Pregnant: value.Yes, PregnantOn: w.today(), LastPeriod: date(t, "2026-09-01")}
		for _, v := range []Safety{first, second} {
			if err := w.SaveSafety(ctx, id, base, v); err != nil {
				t.Fatal(err)
			}
		}
		r := w.open(id, access.Nurse)
		if r.Safety == nil || len(r.Safety.Allergies) != 2 || r.Safety.HasAllergy != value.Yes {
			t.Fatalf("shown: %+v", r.Safety)
		}
		if len(r.Conflicts) != 1 || r.Conflicts[0].Group != "allergy" || r.Conflicts[0].Shown != -1 {
			t.Fatalf("conflicts: %+v", r.Conflicts)
		}
		var facts map[string]decision.Fact
		w.read(func(tx *db.Tx) (err error) { facts, _, err = w.Facts(tx, id, w.Today()); return err })
		if !facts[FactHasAllergy].Disputed || facts[FactPregnant].Disputed || facts[FactPregnant].Value.Truth() != value.Yes {
			t.Errorf("facts: %+v", facts)
		}
		// A nurse who sees both settles it in one form.
		both := Safety{HasAllergy: value.Yes, Allergies: []Allergy{{Substance: "latex"}, {Substance: "penicillin", Severe: true}}, Pregnant: value.Yes, PregnantOn: w.today(), LastPeriod: date(t, "2026-09-01")}
		if err := w.SaveSafety(ctx, id, w.baseOf(id, kindSafety), both); err != nil {
			t.Fatal(err)
		}
		r = w.open(id, access.Nurse)
		if len(r.Conflicts) != 0 || !slices.Equal(r.Safety.Allergies, both.Allergies) {
			t.Errorf("after: %+v %+v", r.Conflicts, r.Safety)
		}
	})
}

func (w *world) baseOf(person db.ID, kind string) (b journal.Base) {
	w.t.Helper()
	w.read(func(tx *db.Tx) (err error) { b, err = w.baseOnly(tx, person, kind); return err })
	return b
}

func TestWhoSeesWhat(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.register(almaz(t))
		if err := w.SaveProtection(w.as(access.Physician), id, journal.Base{}, Protection{LegalStatus: StatusRefugee, Feared: []string{"ETH"}}); err != nil {
			t.Fatal(err)
		}
		if err := w.SaveSafety(w.as(access.Nurse), id, journal.Base{}, Safety{HasAllergy: value.Yes, Allergies: []Allergy{{Substance: "latex"}}}); err != nil {
			t.Fatal(err)
		}
		if err := w.SaveFunctioning(w.as(access.Nurse), id, journal.Base{}, Functioning{Seeing: CannotDo, Asked: w.today()}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			role                            access.Role
			safety, protection, functioning bool
		}{
			{access.Reception, false, false, false}, {access.Nurse, true, true, true}, {access.Physician, true, true, true},
			{access.Counsellor, true, true, false},
		} {
			r := w.open(id, c.role)
			if (r.Safety != nil) != c.safety || (r.Protection != nil) != c.protection || (r.Functioning != nil) != c.functioning {
				t.Errorf("%s sees safety %v protection %v functioning %v", c.role, r.Safety != nil, r.Protection != nil, r.Functioning != nil)
			}
		}
		for _, r := range []access.Role{access.Administrator, access.Screener, access.Epidemiologist} {
			if _, err := w.Open(w.as(r), id); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s opened a record: %v", r, err)
			}
		}
		if _, err := w.Open(w.at(access.Physician, "NBO"), id); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a physician of another site: %v", err)
		}
		// Reception changes no legal status; a nurse neither.
		for _, r := range []access.Role{access.Reception, access.Nurse} {
			if err := w.SaveProtection(w.as(r), id, journal.Base{}, Protection{}); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s wrote the legal status: %v", r, err)
			}
		}
		// The banner at reception has no allergies; at the nurse's it has.
		w.read(func(tx *db.Tx) error {
			b, err := w.Banner(w.as(access.Reception), tx, id)
			if err != nil || len(b.Allergies) != 0 {
				t.Errorf("reception's banner: %+v %v", b, err)
			}
			b, err = w.Banner(w.as(access.Nurse), tx, id)
			if err != nil || !slices.Equal(b.Allergies, []string{"latex"}) || b.Latin != "Almaz Bekele" {
				t.Errorf("the nurse's banner: %+v %v", b, err)
			}
			return nil
		})
	})
}

// Neither the Washington Group answers nor the legal status ever reach a pack.
func TestPacksNeverSeeFunctioningOrStatus(t *testing.T) {
	w := newWorld(t, "")
	id := w.register(almaz(t))
	ctx := w.as(access.Physician)
	for _, err := range []error{
		w.SaveProtection(ctx, id, journal.Base{}, Protection{LegalStatus: StatusRefugee, Feared: []string{"ERI"}}),
		w.SaveFunctioning(ctx, id, journal.Base{}, Functioning{Seeing: CannotDo}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	w.read(func(tx *db.Tx) error {
		facts, _, err := w.Facts(tx, id, w.Today())
		for name, f := range facts {
			if strings.Contains(name, "wg") || strings.Contains(name, "status") || strings.Contains(name, "function") || strings.Contains(f.Value.String(), "refugee") || strings.Contains(f.Value.String(), "ERI") {
				t.Errorf("fact %s = %s", name, f.Value)
			}
		}
		return err
	})
}

func TestFactsAndJourney(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		p := almaz(t)
		p.AgeDisputed, p.BirthOther = true, date(t, "1990-01-01")
		id := w.register(p)
		ctx := w.as(access.Reception)
		sure, guess := stay(t, "ETH", "1988", "2024-03"), stay(t, "SDN", "2010", "2011")
		guess.Sure = SureGuess
		for _, s := range []Stay{sure, guess, stay(t, "UGA", "2024-03", "now")} {
			s.ID = db.NewID()
			if err := w.SaveStay(ctx, id, journal.Base{}, s); err != nil {
				t.Fatal(err)
			}
		}
		var facts map[string]decision.Fact
		var j *decision.Journey
		load := func() {
			w.read(func(tx *db.Tx) (err error) { facts, j, err = w.Facts(tx, id, w.Today()); return err })
		}
		load()
		if facts[FactBirth].Value.String() != "1988-05-01/1990-01-01" || facts[FactSiteCountry].Value.String() != "UGA" || facts[FactSex].Value.String() != "female" {
			t.Errorf("facts %v", facts)
		}
		if _, known := facts[FactHasAllergy]; known {
			t.Error("an allergy nobody asked about is a fact")
		}
		if j.Complete || len(j.Stays) != 3 || !j.CitizenshipsComplete || !slices.Equal(j.Citizenships, []string{"ETH"}) {
			t.Errorf("journey %+v", j)
		}
		for _, s := range j.Stays {
			if s.Place == "SDN" && s.Span.Touches(0, w.Today()) != value.Unknown {
				t.Error("a guess counts as having been there, or as not")
			}
			if s.Place == "ETH" && s.Span.Touches(0, w.Today()) != value.Yes {
				t.Error("a sure stay does not count")
			}
		}
		if err := w.SaveJourney(ctx, id, journal.Base{}, true); err != nil {
			t.Fatal(err)
		}
		if load(); !j.Complete {
			t.Error("the person said that is all, and it is not taken over")
		}
	})
}

func TestStayIsChangedAndRemoved(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id, other := w.register(almaz(t)), w.register(Person{Family: "Other"})
		ctx := w.as(access.Reception)
		s := stay(t, "ETH", "1988", "2020")
		s.ID = db.NewID()
		if err := w.SaveStay(ctx, id, journal.Base{}, s); err != nil {
			t.Fatal(err)
		}
		if err := w.SaveStay(ctx, id, journal.Base{}, s); !fault.Is(err, fault.Conflict) {
			t.Errorf("sent twice: %v", err)
		}
		var base journal.Base
		w.read(func(tx *db.Tx) error { d, err := w.j.Load(tx, s.ID); base = d.Version; return err })
		s.To = date(t, "2021-06")
		if err := w.SaveStay(ctx, other, base, s); !isGone(err) {
			t.Errorf("another person's stay was changed through the URL: %v", err)
		}
		if err := w.SaveStay(ctx, id, base, s); err != nil {
			t.Fatal(err)
		}
		if r := w.open(id, access.Reception); len(r.Stays) != 1 || r.Stays[0].To.String() != "2021-06" {
			t.Errorf("%+v", r.Stays)
		}
		if err := w.RemoveStay(ctx, other, s.ID); !isGone(err) {
			t.Errorf("another person's stay was removed: %v", err)
		}
		if err := w.RemoveStay(ctx, id, s.ID); err != nil {
			t.Fatal(err)
		}
		if r := w.open(id, access.Reception); len(r.Stays) != 0 {
			t.Errorf("%+v", r.Stays)
		}
		if err := w.RemoveStay(ctx, id, s.ID); !isGone(err) {
			t.Errorf("removed twice: %v", err)
		}
	})
}

func TestFamily(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := w.as(access.Reception)
		mother := w.register(almaz(t))
		child := w.register(Person{GivenLatin: "Sara", FamilyLatin: "Bekele", Birth: date(t, "2018"), Sex: Female})
		f := Family{ID: db.NewID(), Unit: UnitFamily, Number: "GW-7"}
		if err := w.NewFamily(ctx, f, mother, RoleHead); err != nil {
			t.Fatal(err)
		}
		if err := w.AddMember(ctx, Member{Family: f.ID, Person: child, Role: RoleChild}); err != nil {
			t.Fatal(err)
		}
		if err := w.AddMember(ctx, Member{Family: f.ID, Person: child, Role: RoleChild}); fault.KeyOf(err) != "people.error.member_already" {
			t.Errorf("twice in a family: %v", err)
		}
		if err := w.Relate(ctx, Relation{Of: child, Other: mother, Kind: Mother}); err != nil {
			t.Fatal(err)
		}
		if err := w.Relate(ctx, Relation{Of: mother, Other: child, Kind: Mother}); fault.KeyOf(err) != "people.error.parent_younger" {
			t.Errorf("a mother younger than her child: %v", err)
		}
		if err := w.Relate(ctx, Relation{Of: mother, Other: mother, Kind: Sibling}); fault.KeyOf(err) != "people.error.relation_self" {
			t.Errorf("her own sister: %v", err)
		}
		r := w.open(mother, access.Reception)
		if len(r.Relations) != 1 || r.Relations[0].Word != "child" || r.Relations[0].Other.ID != child {
			t.Errorf("seen from the mother: %+v", r.Relations)
		}
		if r = w.open(child, access.Reception); len(r.Relations) != 1 || r.Relations[0].Word != "mother" {
			t.Errorf("seen from the child: %+v", r.Relations)
		}
		v, err := w.OpenFamily(ctx, f.ID)
		if err != nil || len(v.Members) != 2 {
			t.Fatalf("%+v %v", v, err)
		}
		if got, _ := w.Search(ctx, "GW7"); len(got.Hits) != 2 {
			t.Errorf("the family's number finds %d", len(got.Hits))
		}
		if err := w.ChangeMember(ctx, v.Members[1].Member.ID, RoleChild, true); err != nil {
			t.Fatal(err)
		}
		w.read(func(tx *db.Tx) error {
			ms, err := w.FamilyOf(tx, f.ID)
			if len(ms) != 1 {
				t.Errorf("after one left: %+v", ms)
			}
			return err
		})
		if err := w.EndRelation(ctx, child, r.Relations[0].ID); err != nil {
			t.Fatal(err)
		}
		if r = w.open(child, access.Reception); len(r.Relations) != 0 {
			t.Errorf("ended: %+v", r.Relations)
		}
		if _, err := w.OpenFamily(w.at(access.Reception, "NBO"), f.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("another site opened the family: %v", err)
		}
	})
}

func TestConsentLife(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.register(almaz(t))
		ctx := w.as(access.Reception)
		c := Consent{ID: db.NewID(), Scope: ScopeShareCare, Decision: Given, GivenBy: BySelf, On: w.today(), Interpreter: InterpreterProfessional,
			Language: "am", Mode: ModeThumb, Witness: "Sr. Akello"}
		if err := w.RecordConsent(ctx, id, []Consent{c}); err != nil {
			t.Fatal(err)
		}
		if err := w.RecordConsent(ctx, id, []Consent{c}); !fault.Is(err, fault.Conflict) {
			t.Errorf("sent twice: %v", err)
		}
		standing := func() (given, told bool) {
			w.read(func(tx *db.Tx) error {
				st, err := w.Standing(tx, id)
				for _, k := range st.Consents {
					if k.Purpose == "sharing" && k.Recipient == access.CareProvider {
						given, told = k.Given, true
					}
				}
				return err
			})
			return
		}
		if given, told := standing(); !given || !told {
			t.Error("the consent does not reach access")
		}
		if err := w.Withdraw(ctx, id, c.ID, BySelf, "changed my mind"); err != nil {
			t.Fatal(err)
		}
		if given, told := standing(); given || !told {
			t.Error("a withdrawn consent still holds")
		}
		if err := w.Withdraw(ctx, id, c.ID, BySelf, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("withdrawn twice: %v", err)
		}
		// A paper of last week does not undo today's withdrawal.
		old := c
		old.ID, old.On = db.NewID(), (w.Today() - 7).Date()
		if err := w.RecordConsent(ctx, id, []Consent{old}); fault.KeyOf(err) != "people.error.consent_older" {
			t.Errorf("an old paper: %v", err)
		}
		again := c
		again.ID = db.NewID()
		if err := w.RecordConsent(ctx, id, []Consent{again}); err != nil {
			t.Fatal(err)
		}
		if given, _ := standing(); !given {
			t.Error("given again, and does not hold")
		}
	})
}

func TestConsentOfOneCountrySaysNothingOfAnother(t *testing.T) {
	w := newWorld(t, "")
	id := w.register(almaz(t))
	c := Consent{Scope: ScopeAssessment, Named: "USA", Decision: Given, GivenBy: BySelf, On: w.today(), Interpreter: InterpreterNone, Mode: ModeSigned}
	no := c
	no.Named, no.Decision = "AUS", Refused
	if err := w.RecordConsent(w.as(access.Reception), id, []Consent{c, no}); err != nil {
		t.Fatal(err)
	}
	w.read(func(tx *db.Tx) error {
		st, err := w.Standing(tx, id)
		got := map[access.Recipient]bool{}
		for _, k := range st.Consents {
			got[k.Recipient] = k.Given
		}
		if len(got) != 2 || !got["destination_authority/USA"] || got["destination_authority/AUS"] {
			t.Errorf("%+v", st.Consents)
		}
		return err
	})
}

func TestTwoOfficersForAChild(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		child := w.register(Person{GivenLatin: "Sara", Birth: date(t, "2014-03"), Alone: Unaccompanied, FocalName: "Hana, child protection"})
		c := Consent{ID: db.NewID(), Scope: ScopeAssessment, Decision: Given, GivenBy: ByOfficers, Assent: AssentYes, On: w.today(), Interpreter: InterpreterNone, Mode: ModeSigned}
		if err := w.RecordConsent(w.as(access.Nurse), child, []Consent{c}); err != nil {
			t.Fatal(err)
		}
		state := func() (st ConsentState) {
			w.read(func(tx *db.Tx) (err error) { st, err = w.ConsentOf(tx, child, ScopeAssessment); return err })
			return
		}
		if state() != ConsentPending {
			t.Errorf("one officer: %s", state())
		}
		if err := w.Countersign(w.as(access.Nurse), child, c.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the first officer signed twice: %v", err)
		}
		if err := w.Countersign(w.as(access.Physician), child, c.ID); err != nil {
			t.Fatal(err)
		}
		if state() != ConsentGiven {
			t.Errorf("two officers: %s", state())
		}
	})
}

func TestHIVConsentIsHiddenFromReception(t *testing.T) {
	w := newWorld(t, "")
	id := w.register(almaz(t))
	c := Consent{ID: db.NewID(), Scope: ScopeHIVTest, Decision: Refused, GivenBy: BySelf, On: w.today(), Interpreter: InterpreterNone, Mode: ModeSigned}
	if err := w.RecordConsent(w.as(access.Reception), id, []Consent{c}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("reception recorded a consent to an HIV test: %v", err)
	}
	if err := w.RecordConsent(w.as(access.Counsellor), id, []Consent{c}); err != nil {
		t.Fatal(err)
	}
	if r := w.open(id, access.Reception); len(r.Consents) != 0 {
		t.Errorf("reception sees %+v", r.Consents)
	}
	if r := w.open(id, access.Counsellor); len(r.Consents) != 1 {
		t.Errorf("the counsellor sees %+v", r.Consents)
	}
}

func TestStanding(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.register(almaz(t))
		standing := func() (st access.Standing) {
			w.read(func(tx *db.Tx) (err error) { st, err = w.Standing(tx, id); return err })
			return
		}
		if st := standing(); st.Protected != value.Unknown || !st.Told || st.Deceased || !slices.Equal(st.Nationalities, []string{"ETH"}) {
			t.Errorf("status never asked: %+v", st)
		}
		if err := w.SaveProtection(w.as(access.Counsellor), id, journal.Base{}, Protection{LegalStatus: StatusAsylumSeeker, Feared: []string{"ERI"}}); err != nil {
			t.Fatal(err)
		}
		if st := standing(); st.Protected != value.Yes || !slices.Equal(st.Feared, []string{"ERI"}) {
			t.Errorf("an asylum seeker: %+v", st)
		}
		if err := w.EditPerson(w.as(access.Physician), PersonEdit{Person: id, Edit: func(p *Person) { p.Died = value.Yes }}); err != nil {
			t.Fatal(err)
		}
		if st := standing(); !st.Deceased {
			t.Error("a death does not stop messages")
		}
	})
}

func TestPhoto(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.register(almaz(t))
		ctx := w.as(access.Reception)
		if _, err := w.Photo(ctx, id); !isGone(err) {
			t.Errorf("a photo that is not there: %v", err)
		}
		doc := db.NewID()
		if err := w.SetPhoto(ctx, id, doc, jpegOf(t, corner(300, 400))); err != nil {
			t.Fatal(err)
		}
		got, err := w.Photo(w.as(access.Radiographer), id)
		if err != nil || len(got) == 0 || sniffImage(got) != "jpeg" {
			t.Fatalf("%d bytes %v", len(got), err)
		}
		if err := w.SetPhoto(ctx, id, db.NewID(), []byte("GIF89a")); fault.FieldOf(err) != "photo" {
			t.Errorf("a GIF: %v", err)
		}
		if _, err := w.Photo(w.as(access.Administrator), id); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an administrator saw a face: %v", err)
		}
		// Erasing the document takes the picture with it.
		err = w.DB.Write(t.Context(), func(tx *db.Tx) error {
			return w.j.Erase(tx, journal.Author{User: db.NewID()}, journal.Author{User: db.NewID()}, doc, "request")
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Photo(ctx, id); !isGone(err) {
			t.Errorf("erased, and still there: %v", err)
		}
	})
}

func TestErasureReachesTheSearchIndex(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.register(almaz(t))
		err := w.DB.Write(t.Context(), func(tx *db.Tx) error {
			return w.j.Erase(tx, journal.Author{User: db.NewID()}, journal.Author{User: db.NewID()}, id, "request")
		})
		if err != nil {
			t.Fatal(err)
		}
		w.read(func(tx *db.Tx) error {
			for _, table := range []string{"people_name", "people_keys", "people_person"} {
				var n int
				if err := tx.Row("SELECT count(*) FROM " + table).Scan(&n); err != nil {
					return err
				}
				if n != 0 {
					t.Errorf("%s has %d rows left", table, n)
				}
			}
			return nil
		})
	})
}

func TestRebuildAndRefold(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.register(almaz(t))
		w.register(Person{Wristband: "W1"})
		rep, err := w.j.Rebuild(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%+v", rep)
		find := func() int {
			f, err := w.Search(w.as(access.Reception), "almaz")
			if err != nil {
				t.Fatal(err)
			}
			return len(f.Hits)
		}
		if find() != 1 {
			t.Error("after a rebuild she is not found")
		}
		// An index of another version: its keys are of no use.
		err = w.DB.Write(t.Context(), func(tx *db.Tx) error {
			if _, err := tx.Exec("UPDATE people_name SET key = 'x:' || key"); err != nil {
				return err
			}
			_, err := tx.Exec("UPDATE people_keys SET keys = 'x:old' WHERE person = ?", id)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if find() != 0 {
			t.Fatal("the old index still works")
		}
		batches := 0
		if err := w.Refold(t.Context(), func(int) { batches++ }); err != nil {
			t.Fatal(err)
		}
		if find() != 1 || batches == 0 {
			t.Error("after folding anew she is not found")
		}
		batches = 0
		if err := w.Refold(t.Context(), func(int) { batches++ }); err != nil || batches != 0 {
			t.Errorf("folded twice: %d %v", batches, err)
		}
	})
}

func TestRegisterBatch(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		family := db.NewID()
		all := []Registration{
			{ID: db.NewID(), Person: almaz(t), Family: family, NewFamily: true, Role: RoleHead},
			{ID: db.NewID(), Person: Person{GivenLatin: "Sara", Birth: date(t, "2018")}, Family: family, Role: RoleChild},
		}
		if err := w.RegisterBatch(w.as(access.Reception), all); err != nil {
			t.Fatal(err)
		}
		if v, err := w.OpenFamily(w.as(access.Reception), family); err != nil || len(v.Members) != 2 {
			t.Errorf("%+v %v", v, err)
		}
		bad := []Registration{{ID: db.NewID(), Person: Person{Family: "Good"}}, {ID: db.NewID(), Person: Person{}}}
		err := w.RegisterBatch(w.as(access.Reception), bad)
		if !fault.Is(err, fault.Invalid) || fault.ArgsOf(err)["row"] != 2 {
			t.Errorf("%v %v", err, fault.ArgsOf(err))
		}
		if _, err := w.Open(w.as(access.Reception), bad[0].ID); !fault.Is(err, fault.NotFound) {
			t.Error("half a batch was saved")
		}
	})
}
