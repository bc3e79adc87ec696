package stewardship

import (
	"net/url"
	"regexp"
	"testing"

	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// family puts people into a family with a note.
func (w *world) family(note string, who ...db.ID) db.ID {
	w.t.Helper()
	f := people.Family{ID: db.NewID(), Unit: people.UnitFamily, Number: "GW-4711", Note: note}
	w.must(w.people.NewFamily(w.as("reception"), f, who[0], people.RoleHead))
	for _, p := range who[1:] {
		w.must(w.people.AddMember(w.as("reception"), people.Member{ID: db.NewID(), Family: f.ID, Person: p, Role: people.RoleSibling}))
	}
	return f.ID
}

func (w *world) asks(person db.ID, kinds ...string) db.ID {
	w.t.Helper()
	e := Erasure{ID: db.NewID(), Person: person, Reason: ReasonRequest, Kinds: kinds}
	w.must(w.AskErasure(w.as("privacy_officer"), e))
	return e.ID
}

func TestAFamilysDocumentGoesWithItsLastMember(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		person := w.register("Abebe")
		family := w.family(planted+" fell ill on the way", person)
		if w.DB.Engine() == db.SQLite && !w.onDisk(planted) {
			t.Fatal("the planted word was never there")
		}
		done, err := w.ApproveErasure(w.as("medical_officer"), w.asks(person, AllKinds), nil)
		if err != nil || done.Counts["people.family"] != 1 {
			t.Fatalf("%+v %v", done.Counts, err)
		}
		if _, err := w.people.OpenFamily(w.as("reception"), family); !fault.Is(err, fault.NotFound) {
			t.Errorf("the family is still there: %v", err)
		}
		w.must(rebuild(t.Context(), w))
		if w.onDisk(planted) {
			t.Error("the family's note stands in a file")
		}
	})
}

func TestWhoStaysKeepsTheFamilyWithoutWhatNamedTheErasedPerson(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		person, brother := w.register("Abebe"), w.register("Kebede")
		family := w.family(planted+" is the aunt.\nThey share a tent.", person, brother)
		id := w.asks(person, AllKinds)
		for _, login := range []string{"privacy_officer", "medical_officer"} {
			texts, err := w.Texts(w.as(login), id)
			if err != nil || len(texts) != 1 || texts[0].Doc != family || texts[0].Others != 1 {
				t.Fatalf("%s is offered %+v %v", login, texts, err)
			}
			_, body := w.get(login, "/erasures/"+id.String())
			w.want(login, body, planted+" is the aunt.")
		}
		if _, err := w.Texts(w.as("nurse"), id); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a nurse reads them: %v", err)
		}
		status, to := w.post("medical_officer", "/erasures/"+id.String()+"/approve", url.Values{"text-" + family.String(): {"They share a tent.\r\n"}, "shown-" + family.String(): {w.shown(id)}})
		if status != 303 {
			t.Fatalf("%d %s", status, to)
		}
		rec, err := w.people.Open(w.as("reception"), brother)
		if err != nil || len(rec.Families) != 1 || rec.Families[0].Note != "They share a tent." || rec.Families[0].Number != "GW-4711" || len(rec.Families[0].Members) != 1 {
			t.Fatalf("the brother's family: %+v %v", rec.Families, err)
		}
		w.must(rebuild(t.Context(), w))
		if w.onDisk(planted) {
			t.Error("the earlier note stands in a file")
		}
	})
}

func TestATextThatNamesNobodyStaysAsItIs(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		person, brother := w.register("Abebe"), w.register("Kebede")
		family := w.family("They share a tent.", person, brother)
		done, err := w.ApproveErasure(w.as("medical_officer"), w.asks(person, AllKinds), map[db.ID]NewText{
			family: {Text: "They share a tent.\r\n", Shown: textDigest("They share a tent.")}, db.NewID(): {Text: "of nobody"}})
		if err != nil || done.Counts["people.family"] != 0 {
			t.Fatalf("%+v %v", done.Counts, err)
		}
		if v, err := w.people.OpenFamily(w.as("reception"), family); err != nil || len(v.Members) != 1 {
			t.Errorf("%+v %v", v, err)
		}
	})
}

// shown is the digest on the second officer's page of the one text that others share.
func (w *world) shown(erasure db.ID) string {
	w.t.Helper()
	_, body := w.get("medical_officer", "/erasures/"+erasure.String())
	m := regexp.MustCompile(`name="shown-[0-9a-f-]+" value="([0-9a-f]{64})"`).FindStringSubmatch(body)
	if m == nil {
		w.t.Fatal("the page does not say what it showed")
	}
	return m[1]
}

// adds writes more into a family's note, as reception does while a page of an
// erasure is open.
func (w *world) adds(family db.ID, note string) {
	w.t.Helper()
	v, err := w.people.OpenFamily(w.as("reception"), family)
	w.must(err)
	f := v.Family
	f.Note = note
	var doc *journal.Doc
	w.must(w.DB.Read(w.t.Context(), func(tx *db.Tx) (err error) { doc, err = w.Journal.Load(tx, family); return err }))
	w.must(w.people.SaveFamily(w.as("reception"), doc.Version, f))
}

func TestWhatWasAddedToANoteMeanwhileIsNotDestroyed(t *testing.T) {
	const before, after = "Aunt Abebe. They share a tent.", "Aunt Abebe. They share a tent. Kebede is allergic to nuts."
	for what, tc := range map[string]struct {
		text   string
		status int
	}{
		"the officer left the text as it was":     {before + "\r\n", 303},
		"the officer wrote another text":          {"They share a tent.", 409},
		"the officer emptied the text":            {"", 409},
		"the officer wrote what stands there now": {after, 409},
	} {
		t.Run(what, func(t *testing.T) {
			both(t, func(t *testing.T, w *world) {
				person, brother := w.register("Abebe"), w.register("Kebede")
				family := w.family(before, person, brother)
				id := w.asks(person, AllKinds)
				form := url.Values{"text-" + family.String(): {tc.text}, "shown-" + family.String(): {w.shown(id)}}
				w.adds(family, after)
				if status, to := w.post("medical_officer", "/erasures/"+id.String()+"/approve", form); status != tc.status {
					t.Fatalf("%d %s", status, to)
				}
				rec, err := w.people.Open(w.as("reception"), brother)
				if err != nil || len(rec.Families) != 1 || rec.Families[0].Note != after {
					t.Errorf("the family: %+v %v", rec.Families, err)
				}
				if tc.status == 303 {
					return
				}
				if _, err := w.people.Open(w.as("reception"), person); err != nil {
					t.Errorf("something was erased: %v", err)
				}
				if e, err := w.OpenErasure(w.as("medical_officer"), id); err != nil || e.State != ErasureAsked {
					t.Errorf("%s %v", e.State, err)
				}
			})
		})
	}
}

// A text posted without what was shown was not read here.
func TestATextWithoutWhatWasShownIsRefused(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		person, brother := w.register("Abebe"), w.register("Kebede")
		family := w.family("They share a tent.", person, brother)
		_, err := w.ApproveErasure(w.as("medical_officer"), w.asks(person, AllKinds), map[db.ID]NewText{family: {Text: "Nothing."}})
		if fault.KeyOf(err) != "stewardship.error.text_changed" || !fault.Is(err, fault.Conflict) {
			t.Errorf("%v", err)
		}
	})
}

func TestErasingOtherKindsLeavesTheFamily(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		person := w.register("Abebe")
		family := w.family("Alone.", person)
		if _, err := w.ApproveErasure(w.as("medical_officer"), w.asks(person, "people.person"), nil); err != nil {
			t.Fatal(err)
		}
		w.must(w.DB.Read(t.Context(), func(tx *db.Tx) error { _, err := w.Journal.Load(tx, family); return err }))
	})
}
