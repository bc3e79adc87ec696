package people

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/match"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Below its caps the search by index finds exactly the persons that engine/match
// says match, at the sites the user works at, on both databases.
func TestSearchAgreesWithMatching(t *testing.T) {
	names := []string{"Mohamed", "محمد", "Muhammad", "Ahmed", "አሕመድ", "Fatima", "فاطمة", "Almaz", "አልማዝ", "Bekele", "Shukri", "Щукин", "Müller", "Mueller", "Abd al-Rahman", "عبد الرحمن", "Li", "王小明", "O'Brien", "Ng"}
	both(t, func(t *testing.T, w *world) {
		r := rand.New(rand.NewPCG(5, 6))
		pick := func() string { return names[r.IntN(len(names))] }
		type known struct {
			id   db.ID
			site string
			keys []string
		}
		var all []known
		for _, site := range []string{"KLA", "NBO"} {
			var batch []Registration
			for range 60 {
				p := Person{Given: pick(), Family: pick() + " " + pick()}
				batch = append(batch, Registration{ID: db.NewID(), Person: p})
				all = append(all, known{batch[len(batch)-1].ID, site, nameKeys(p)})
			}
			if err := w.RegisterBatch(w.at(access.Reception, site), batch); err != nil {
				t.Fatal(err)
			}
		}
		for range 150 {
			typed := pick()
			if r.IntN(2) == 0 {
				typed += " " + pick()
			}
			letters := []rune(typed)
			typed = string(letters[:1+r.IntN(len(letters))])
			var want []db.ID
			terms := match.Query(typed)
			for _, k := range all {
				if k.site == "KLA" && len(terms) > 0 && match.Matches(k.keys, terms) {
					want = append(want, k.id)
				}
			}
			var got []db.ID
			ctx := w.as(access.Nurse)
			w.read(func(tx *db.Tx) error {
				scope, err := w.Access.Scope(ctx, access.PersonSearch)
				if err != nil {
					return err
				}
				got, _, err = Find(tx, Query{Terms: terms}, scope, 1000, DefaultCaps)
				if len(terms) == 0 {
					got = nil
				}
				return err
			})
			byID := func(a, b db.ID) int { return slices.Compare(a[:], b[:]) }
			slices.SortFunc(got, byID)
			slices.SortFunc(want, byID)
			if !slices.Equal(got, want) {
				t.Fatalf("%q: the index finds %d, matching %d", typed, len(got), len(want))
			}
		}
	})
}

func TestParseQuery(t *testing.T) {
	for _, c := range []struct {
		typed, number, code string
		words, year         int
	}{
		{"almaz", "", "", 1, 0},
		{"almaz bekele 1988", "", "", 2, 1988},
		{"1988 almaz", "", "", 1, 1988},
		{"almaz ١٩٨٨", "", "", 1, 1988},
		{"1988", "1988", "", 0, 1988},
		{"3088", "3088", "", 0, 0},
		{"AB 12-34", "AB1234", "", 0, 0},
		{"almaz 12345", "ALMAZ12345", "", 0, 0},
		{"  ", "", "", 0, 0},
		{"\x00\u202e", "", "", 0, 0},
		{strings.Repeat("a", 5000), "", "", 1, 0},
	} {
		q := ParseQuery(c.typed, today)
		if q.Number != c.number || q.Code != c.code || len(q.Terms) != c.words || q.Year != c.year {
			t.Errorf("%.20q: %+v", c.typed, q)
		}
	}
}

func TestAKnownDocumentNumberIsALikelyDouble(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.register(almaz(t))
		if err := w.SaveDocument(w.as(access.Reception), id, journal.Base{}, Document{ID: db.NewID(), Type: Passport, Number: "EP 1234567"}); err != nil {
			t.Fatal(err)
		}
		// Another name and birth date on the same passport.
		out, err := w.Register(w.as(access.Reception), Registration{ID: db.NewID(), Person: Person{GivenLatin: "Rahel", Birth: date(t, "1970")},
			Documents: []Document{{Type: Passport, Number: "ep1234567"}}})
		if err != nil || len(out.Likely) != 1 || out.Likely[0].ID != id || out.Likely[0].Reasons[0] != documentSame {
			t.Errorf("%+v %v", out, err)
		}
	})
}

func TestWhoAskedHearsOfChanges(t *testing.T) {
	w := newWorld(t, "")
	var heard []string
	w.OnChange(func(_ context.Context, tx *db.Tx, person db.ID, cause string) error {
		if !tx.Writable() {
			t.Error("told outside the transaction")
		}
		heard = append(heard, cause)
		return nil
	})
	id := w.register(almaz(t))
	st := stay(t, "ETH", "1988", "now")
	st.ID = db.NewID()
	for _, err := range []error{
		w.SaveStay(w.as(access.Reception), id, journal.Base{}, st),
		w.SaveSafety(w.as(access.Nurse), id, journal.Base{}, Safety{HasAllergy: 1}),
		w.SaveContact(w.as(access.Reception), id, journal.Base{}, Contact{ID: db.NewID(), Kind: OtherWay, Value: "x"}),
		w.SaveJourney(w.as(access.Reception), id, journal.Base{}, true),
		w.RemoveStay(w.as(access.Reception), id, st.ID),
		w.EditPerson(w.as(access.Reception), PersonEdit{Person: id, Edit: func(p *Person) { p.Sex = Male }}),
		w.EditPerson(w.as(access.Reception), PersonEdit{Person: id, Edit: func(p *Person) {}}), // nothing differs
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{CauseIdentity, CauseJourney, CauseSafety, CauseJourney, CauseJourney, CauseIdentity}; !slices.Equal(heard, want) {
		t.Errorf("heard %v, want %v", heard, want)
	}
	// If the one who asked fails, nothing is saved.
	w.OnChange(func(context.Context, *db.Tx, db.ID, string) error { return fault.New(fault.Internal, "test", "x") })
	if err := w.EditPerson(w.as(access.Reception), PersonEdit{Person: id, Edit: func(p *Person) { p.Sex = Female }}); err == nil {
		t.Error("no error")
	}
	if p := w.open(id, access.Reception).Person; p.Sex != Male {
		t.Errorf("half of a change was saved: %s", p.Sex)
	}
}

func TestAnUnaccompaniedChildIsUrgentEverywhere(t *testing.T) {
	w := newWorld(t, "")
	id := w.register(Person{GivenLatin: "Sara", Birth: date(t, "2014"), Alone: Unaccompanied, FocalName: "Hana"})
	if _, err := w.Arrived(w.as(access.Reception), id); err != nil {
		t.Fatal(err)
	}
	list, err := w.TodayList(w.as(access.Nurse), "KLA")
	if err != nil || len(list) != 1 || !list[0].Urgent {
		t.Errorf("%+v %v", list, err)
	}
	w.read(func(tx *db.Tx) error {
		b, err := w.Briefs(tx, []db.ID{id})
		if err != nil || !b[id].Urgent {
			t.Errorf("%+v %v", b, err)
		}
		return nil
	})
}
