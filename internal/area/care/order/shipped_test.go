package order

import (
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/packs"
)

func shipped(t *testing.T, w *world, id string) *pack.Pack {
	t.Helper()
	p, err := pack.Load(packs.Builtin(), id)
	if err != nil {
		t.Fatal(err)
	}
	w.Service.Packs = packsStub{p}
	return p
}

// order places a service as the pack describes it.
func (w *world) orderOf(p *pack.Pack, code string) db.ID {
	w.t.Helper()
	for _, sv := range p.Services {
		if sv.Code != code {
			continue
		}
		return w.place(code, sv.Form, sv.Station, func(r *Request) {
			r.Pack, r.Service, r.Consent = p.ID, sv.Service, sv.Consent
			if sv.Sensitivity == "sensitive" {
				r.Sensitivity = journal.Sensitive
			}
			if sv.Counselling {
				r.Needs = append(r.Needs, NeedCounselling)
			}
			if sv.Consent != "" {
				r.Needs = append(r.Needs, NeedConsent)
			}
		})
	}
	w.t.Fatalf("%s has no service %s", p.ID, code)
	return db.ID{}
}

// Every service of every destination can be ordered and its form shown in the four
// languages.
func TestEveryShippedServiceCanBeOrdered(t *testing.T) {
	w := newWorld(t, "")
	for _, id := range packs.Names() {
		p := shipped(t, w, id)
		w.cas = db.NewID()
		for _, sv := range p.Services {
			if sv.Form == "" || sv.Station == "" {
				continue
			}
			o := w.order(w.orderOf(p, sv.Code))
			var f *form.Form
			w.read(func(tx *db.Tx) (err error) { f, err = w.form(tx, o.Request); return err })
			for _, l := range page.Locales() {
				if missing := f.Untranslated(l.Code); len(missing) > 0 {
					t.Errorf("%s %s: no words in %s for %v", id, sv.Form, l.Code, missing)
				}
			}
		}
	}
}

func TestShippedFilm(t *testing.T) {
	w := newWorld(t, "")
	p := shipped(t, w, "us-immigrant")
	id := w.orderOf(p, "CXR")
	tech := w.as(access.Radiographer)
	film := func(quality, cxr, day string) map[string][]string {
		a := given("image_date", day, "shielded", "yes", "quality", quality, "reader", "Dr A")
		if cxr != "" {
			a["cxr"], a["tb_signs"] = []string{cxr}, []string{"cavity"}
		}
		return a
	}
	entry := Entry{ID: db.NewID(), Order: id, Answers: film("pending", "", "2026-11-22")}
	_, err := w.Record(tech, entry)
	refused(t, "no identity", err, fault.Invalid, "order.error.identity")
	w.safety.clean = false
	entry.Identity = "photo"
	_, err = w.Record(tech, entry)
	refused(t, "safety not clean", err, fault.Conflict, "order.error.safety")
	w.safety.clean = true
	w.record(tech, entry)
	if o := w.order(id); o.Status != InProgress {
		t.Errorf("a film to repeat and the order is %s", o.Status)
	}
	// The next day the film is repeated: a new touch, asked and identified anew.
	w.clock = w.clock.Add(24 * time.Hour)
	again := Entry{ID: db.NewID(), Order: id, Answers: film("good", "tb", "2026-11-23")}
	_, err = w.Record(tech, again)
	refused(t, "repeated without identity", err, fault.Invalid, "order.error.identity")
	w.safety.clean = false
	again.Identity = "photo"
	_, err = w.Record(tech, again)
	refused(t, "repeated without the question of the day", err, fault.Conflict, "order.error.safety")
	w.safety.clean = true
	w.record(tech, again)
	if f := w.facts("cxr")["cxr"]; f.Value.String() != "tb" || f.AsOf.String() != "2026-11-23" {
		t.Errorf("cxr %+v", f)
	}
}

// A culture that grows keeps the order on the list; what comes later goes on from
// the answers so far.
func TestShippedSputum(t *testing.T) {
	w := newWorld(t, "")
	p := shipped(t, w, "us-immigrant")
	id := w.orderOf(p, "SPUTUM3")
	lab := w.as(access.Laboratory)
	for n := 1; n <= 3; n++ {
		if err := w.Perform(lab, Act{ID: db.NewID(), Order: id, Identity: "wristband", Specimen: n, Label: "S"}); err != nil {
			t.Fatal(err)
		}
		w.record(lab, Entry{Order: id, Specimen: n, Answers: given("smear", "neg", "culture", "pending")})
		w.clock = w.clock.Add(24 * time.Hour)
	}
	if f := w.facts(); f["smear"].Value.String() != "neg" || f["culture"].Value.String() != "pending" || f["smear"].AsOf.String() != "2026-11-24" {
		t.Errorf("facts %v", f)
	}
	if lines, _ := w.Worklist(lab, "laboratory"); len(lines) != 1 {
		t.Errorf("%d on the list while a culture grows", len(lines))
	}
	w.clock = w.clock.Add(56 * 24 * time.Hour)
	for n, culture := range []string{"neg", "pos", "neg"} {
		sh, err := w.Look(lab, id)
		if err != nil {
			t.Fatal(err)
		}
		if reporting(sh) != n+1 || !sh.Touched {
			t.Fatalf("reports specimen %d, touched %v", reporting(sh), sh.Touched)
		}
		last, ok := latest(sh.Results, n+1)
		if !ok {
			t.Fatal("no result to go on from")
		}
		answers := goOn(sh.Form, last.Answers)
		if answers["smear"][0] != "neg" {
			t.Errorf("goes on from %v", answers)
		}
		answers["culture"] = []string{culture}
		w.record(lab, Entry{Order: id, Specimen: n + 1, Answers: answers})
	}
	if f := w.facts("culture")["culture"]; f.Value.String() != "pos" || f.Disputed {
		t.Errorf("culture %+v", f)
	}
	if o := w.order(id); o.Status != Done {
		t.Errorf("status %s", o.Status)
	}
}

func TestShippedHIVTest(t *testing.T) {
	w := newWorld(t, "")
	p := shipped(t, w, "us-immigrant")
	id := w.orderOf(p, "HIV")
	lab, counsellor := w.as(access.Laboratory), w.as(access.Counsellor)
	entry := Entry{ID: db.NewID(), Order: id, Identity: "document", Answers: given("hiv_result", "neg")}
	_, err := w.Record(lab, entry)
	refused(t, "no counselling recorded", err, fault.Conflict, "order.error.needs")
	if err := w.Counsel(counsellor, Talk{ID: db.NewID(), Order: id, Interp: "not_needed"}); err != nil {
		t.Fatal(err)
	}
	if err := w.consent(counsellor, id, people.Given); err != nil {
		t.Fatal(err)
	}
	w.record(lab, entry)
	if f := w.facts("hiv")["hiv"]; f.Value.Truth() != value.No {
		t.Errorf("hiv %+v", f)
	}
}

// The way to look for tuberculosis in a child may be an X-ray: it is guarded like one.
// A departure check or a medicine that the person refuses was not done.
func TestShippedFormsSayWhatIsDoneAndWhatIsRefused(t *testing.T) {
	w := newWorld(t, "")
	child := w.order(w.orderOf(shipped(t, w, "uk-tb"), "CXR_OR_SPUTUM3_OR_LAVAGE3"))
	if child.Act != form.Image {
		t.Errorf("a child's X-ray is %q", child.Act)
	}
	w.safety.clean = false
	_, err := w.Record(w.as(access.Physician), Entry{ID: db.NewID(), Order: child.ID, Identity: "guardian", Answers: given("child_test", "xray", "cxr", "normal")})
	refused(t, "a child's X-ray without a clean check", err, fault.Conflict, "order.error.safety")

	w.cas = db.NewID()
	check := w.orderOf(shipped(t, w, "uk-refugee"), "FIT_TO_TRAVEL")
	w.record(w.as(access.Physician), Entry{Order: check, Answers: given("departure_date", w.today().String(), "dhc_agreed", "refused")})
	if o := w.order(check); o.Status != Refused {
		t.Errorf("a refused departure check is %s", o.Status)
	}
}
