package assessment

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// answered is what a page came to.
type answered struct {
	Code int
	Body string
	To   string // where it redirects
}

func (a answered) says(t testing.TB, what string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(a.Body, w) {
			t.Errorf("%s (%d) does not say %q", what, a.Code, w)
		}
	}
}

func (a answered) omits(t testing.TB, what string, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(a.Body, w) {
			t.Errorf("%s says %q", what, w)
		}
	}
}

func (w *world) get(ctx context.Context, path string) answered {
	return w.serve(httptest.NewRequest(http.MethodGet, path, nil).WithContext(ctx))
}

func (w *world) post(ctx context.Context, path string, typed url.Values) answered {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(typed.Encode())).WithContext(ctx)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.serve(r)
}

func (w *world) serve(r *http.Request) answered {
	rec := httptest.NewRecorder()
	w.mux.ServeHTTP(rec, r)
	return answered{rec.Code, rec.Body.String(), rec.Header().Get("Location")}
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)

// carried are the hidden fields of the form that posts to a path ending, as a
// browser would send them.
func (a answered) carried(id string) url.Values {
	body := a.Body
	if i := strings.Index(body, `id="`+id+`"`); id != "" && i >= 0 {
		body = body[i:]
		body = body[:strings.Index(body, "</form>")]
	}
	out := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(body, -1) {
		out.Set(m[1], m[2])
	}
	return out
}

func with(v url.Values, pairs ...string) url.Values {
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

func TestOpeningACaseInTheBrowser(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		family := db.NewID()
		join := func(first bool) func(*people.Registration) {
			return func(r *people.Registration) {
				r.Family, r.NewFamily, r.FamilyNumber, r.Role = family, first, "GW-77", people.RoleChild
				if first {
					r.Role = people.RoleHead
				}
			}
		}
		mother := w.register("Amina", 34, people.Female, join(true))
		child := w.register("Musa", 9, people.Male, join(false))
		reception := w.as(access.Reception)
		choose := w.get(reception, "/cases/new?person="+child.String())
		choose.says(t, "the choice", "United States", "Canada", "destination=uk-tb")
		path := "/cases/new?person=" + child.String() + "&destination=us-immigrant"
		form := w.get(reception, path)
		form.says(t, "the form", "GW-77", "Amina", "Musa", `value="UGA" selected`, ">Uganda<", `name="exam_date-day" value="22"`)
		form.omits(t, "the form", " checked")
		w.get(page.WithLocale(reception, "ar"), path).says(t, "the form in Arabic", ">أوغندا<", `dir="rtl"`)
		typed := form.carried("")
		bad := w.post(reception, path, with(url.Values{}, "id", typed.Get("id"), "destination", "us-immigrant", "exam_date-day", "31", "exam_date-month", "2", "exam_date-year", "2026", "exam_country", "ATLANTIS"))
		if bad.Code != http.StatusUnprocessableEntity {
			t.Errorf("wrong answers: %d", bad.Code)
		}
		bad.says(t, "what is wrong", `href="#f-number"`, `href="#f-members"`, `href="#f-exam_date"`, `href="#f-exam_country"`, `value="31"`)
		good := with(typed, "number", "gw-77", "members", mother.String(), "members", child.String(), "exam_date-day", "22", "exam_date-month", "11", "exam_date-year", "2026", "exam_country", "KEN")
		done := w.post(reception, path, good)
		if done.Code != http.StatusSeeOther || done.To != "/cases/"+typed.Get("id") {
			t.Fatalf("%d %s", done.Code, done.To)
		}
		if again := w.post(reception, path, good); again.Code != http.StatusSeeOther || again.To != done.To {
			t.Errorf("sent twice: %d %s", again.Code, again.To)
		}
		board := w.get(reception, done.To)
		board.says(t, "the board", "Amina", "Musa", "GW-77", "Main applicant", "Child", "Change the case")
		id, err := db.ParseID(typed.Get("id"))
		must(t, err)
		var c Case
		w.read(func(tx *db.Tx) (err error) { c, _, _, err = loadCase(tx, id); return err })
		if c.ExamCountry != "KEN" || c.Number != "GW-77" {
			t.Errorf("%+v", c)
		}
		for _, r := range []access.Role{access.Nurse, access.Manager} {
			if got := w.get(w.as(r), path); got.Code != http.StatusForbidden {
				t.Errorf("%s opens a case: %d", r, got.Code)
			}
		}
	})
}

func TestBadInput(t *testing.T) {
	w := newWorld(t, "")
	id, m, p := w.cleared()
	doctor := w.as(access.Physician)
	member := "/cases/" + id.String() + "/members/" + m.String()
	other := w.register("Musa", 30, people.Male)
	otherCase, _ := w.open("us-immigrant", nil, other)
	for _, tc := range []struct {
		why, path string
		code      int
	}{
		{"no id", "/cases/zzz", 404}, {"no such case", "/cases/" + db.NewID().String(), 404}, {"a member as a case", "/cases/" + m.String(), 404},
		{"a person as a case", "/cases/" + p.String(), 404},
		{"no such member", "/cases/" + id.String() + "/members/" + db.NewID().String(), 404},
		{"a member of another case", "/cases/" + otherCase.String() + "/members/" + m.String(), 404},
		{"a filter nobody knows", "/cases?state=%00&after=x&from=-7&closed=maybe", 200},
		{"a person nobody knows", "/cases/new?person=" + db.NewID().String(), 404},
		{"no person", "/cases/new?person=zzz", 303},
	} {
		if got := w.get(doctor, tc.path); got.Code != tc.code {
			t.Errorf("%s: %d, want %d", tc.why, got.Code, tc.code)
		}
	}
	for _, path := range []string{"/cases/new?person=" + p.String(), "/cases/" + id.String() + "/edit", "/cases/" + id.String() + "/people", member + "/answer", member + "/sign", member + "/waive", "/alerts/" + db.NewID().String()} {
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(`{"a":1}`)).WithContext(doctor)
		r.Header.Set("Content-Type", "application/json")
		if got := w.serve(r); got.Code != 422 && got.Code != 400 {
			t.Errorf("a body of the wrong type to %s: %d", path, got.Code)
		}
	}
	for _, typed := range []url.Values{{}, {"id": {"x"}, "decision": {"y"}}, {"id": {db.NewID().String()}, "decision": {db.ID{}.String()}}} {
		if got := w.post(doctor, member+"/sign", typed); got.Code != 422 && got.Code != 409 {
			t.Errorf("signed with %v: %d", typed, got.Code)
		}
	}
	if w.state(m) != StateCleared {
		t.Error("something was half written")
	}
}

func TestAMovedExaminationInTheBrowser(t *testing.T) {
	w := newWorld(t, "")
	p := w.register("Amina", 34, people.Female)
	id, _ := w.open("uk-tb", value.Facts{"route": value.Text("work"), "stay_months": value.Number(24), "exempt": value.Of(false)}, p)
	reception := w.as(access.Reception)
	path := "/cases/" + id.String() + "/edit"
	form := w.get(reception, path)
	form.says(t, "the form", `value="=work" checked`, `value="24"`)
	typed := with(form.carried(""), "exam_date-day", "1", "exam_date-month", "12", "exam_date-year", "2026", "fact.route", "=fiance", "fact.stay_months", "24", "fact.exempt", "?")
	if got := w.post(reception, path, typed); got.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", got.Code, got.Body)
	}
	var c Case
	w.read(func(tx *db.Tx) (err error) { c, _, _, err = loadCase(tx, id); return err })
	if s, _ := c.Facts["route"].Str(); s != "fiance" || c.Facts["exempt"].Known() || c.ExamDate.String() != "2026-12-01" {
		t.Errorf("%+v", c)
	}
	old := w.post(reception, path, typed)
	if old.Code != http.StatusConflict && old.Code != 422 {
		t.Errorf("over an old page: %d", old.Code)
	}
	old.says(t, "the conflict", "Somebody changed the case", `name="exam_date-day" value="1"`)
	if got := w.post(reception, path, with(old.carried(""), "exam_date-day", "2", "exam_date-month", "12", "exam_date-year", "2026", "fact.stay_months", "24")); got.Code != http.StatusSeeOther {
		t.Errorf("after having looked: %d", got.Code)
	}
	if got := w.post(reception, path, with(w.get(reception, path).carried(""), "exam_date-month", "12", "exam_date-year", "2026")); got.Code != 422 {
		t.Errorf("a month is no day: %d", got.Code)
	}
}

// A page that is saved as it is shown changes nothing: who refused has not said that
// nobody knows.
func TestARefusalSurvivesAnEditInTheBrowser(t *testing.T) {
	w := newWorld(t, "")
	p := w.register("Amina", 34, people.Female)
	refused := value.RefusedAnswer()
	id, ms := w.open("uk-tb", value.Facts{"route": refused, "stay_months": refused, "exempt": refused}, p)
	reception, doctor := w.as(access.Reception), w.as(access.Physician)
	path := "/cases/" + id.String() + "/edit"
	form := w.get(reception, path)
	form.says(t, "the form", `name="fact.route" value="-" checked`, `name="fact.exempt" value="-" checked`, `name="fact.stay_months.other" value="-" checked`)
	typed := with(form.carried(""), "exam_date-day", "1", "exam_date-month", "12", "exam_date-year", "2026", "fact.route", "-", "fact.stay_months.other", "-", "fact.exempt", "-")
	if got := w.post(reception, path, typed); got.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", got.Code, got.Body)
	}
	var c Case
	w.read(func(tx *db.Tx) (err error) { c, _, _, err = loadCase(tx, id); return err })
	for _, name := range []string{"route", "stay_months", "exempt"} {
		if c.Facts[name].Kind() != value.KindRefused {
			t.Errorf("%s became %v", name, c.Facts[name])
		}
	}
	must(t, w.Edit(reception, Change{Case: id, Base: w.version(id), Facts: value.Facts{"exempt": value.Of(false)}}))
	w.get(reception, path).omits(t, "what was not refused", `name="fact.exempt" value="-"`)

	must(t, w.Own(doctor, ms[0], value.Facts{"route": refused, "stay_months": refused}, nil))
	own := "/cases/" + id.String() + "/members/" + ms[0].String() + "/application"
	w.get(doctor, own).says(t, "her own", `name="fact.route" value="-" checked`, `name="fact.stay_months.other" value="-" checked`)
	if got := w.post(doctor, own, url.Values{"fact.route": {"-"}, "fact.stay_months.other": {"-"}}); got.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", got.Code, got.Body)
	}
	if v := w.look(ms[0]).Own; v["route"].Value.Kind() != value.KindRefused || v["stay_months"].Value.Kind() != value.KindRefused {
		t.Errorf("%+v", v)
	}
}

func TestAnsweringInTheBrowser(t *testing.T) {
	w := newWorld(t, "")
	p := w.register("Amina", 34, people.Female)
	id, ms := w.open("us-immigrant", nil, p)
	nurse := w.as(access.Nurse)
	path := "/cases/" + id.String() + "/members/" + ms[0].String() + "/answer"
	form := w.get(nurse, path)
	form.says(t, "the questions", `name="fact.contact"`, `name="fact.symptoms"`, "Nobody knows", "Prefers not to answer")
	form.omits(t, "the questions", " checked", "fact.hiv")
	if got := w.post(nurse, path, url.Values{}); got.Code != 422 {
		t.Errorf("nothing answered: %d", got.Code)
	}
	bad := w.post(nurse, path, url.Values{"fact.contact": {"perhaps"}, "fact.symptoms": {"no"}})
	if bad.Code != 422 {
		t.Errorf("%d", bad.Code)
	}
	bad.says(t, "what is wrong", `href="#f-fact.contact"`, `name="fact.symptoms" value="no" checked`)
	if got := w.post(nurse, path, url.Values{"fact.contact": {"-"}, "fact.symptoms": {"no"}}); got.Code != http.StatusSeeOther {
		t.Fatalf("%d", got.Code)
	}
	v := w.look(ms[0])
	if v.Input.Facts["contact"].Value.Kind() != value.KindRefused || v.Input.Facts["symptoms"].Value.Truth() != value.No {
		t.Errorf("%v", v.Input.Facts)
	}
}

// A page that was left open does not come after what was said while it was open.
func TestAStaleAnswerPageOverwritesNothing(t *testing.T) {
	w := newWorld(t, "")
	p := w.register("Amina", 34, people.Female)
	id, ms := w.open("us-immigrant", nil, p)
	nurse, doctor := w.as(access.Nurse), w.as(access.Physician)
	path := "/cases/" + id.String() + "/members/" + ms[0].String() + "/answer"
	stale := w.get(nurse, path).carried("")
	w.answer(ms[0], value.Facts{"contact": value.Of(true)})
	if got := w.post(nurse, path, with(stale, "fact.contact", "no")); got.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", got.Code, got.Body)
	}
	if f := w.look(ms[0]).Input.Facts["contact"]; !f.Disputed {
		t.Errorf("a stale no came after a yes: %+v", f)
	}
	fresh := w.get(doctor, path)
	fresh.says(t, "what is in dispute", `name="fact.contact"`)
	if got := w.post(doctor, path, with(fresh.carried(""), "fact.contact", "yes")); got.Code != http.StatusSeeOther {
		t.Fatalf("%d", got.Code)
	}
	if f := w.look(ms[0]).Input.Facts["contact"]; f.Disputed || f.Value.Truth() != value.Yes {
		t.Errorf("who saw both did not settle it: %+v", f)
	}

	// Shown yesterday, it is an answer of yesterday.
	old := w.get(nurse, path).carried("")
	w.clock = w.clock.AddDate(0, 0, 1)
	w.answer(ms[0], value.Facts{"symptoms": value.Of(true)})
	w.post(nurse, path, with(old, "fact.symptoms", "no"))
	if f := w.look(ms[0]).Input.Facts["symptoms"]; f.Disputed || f.Value.Truth() != value.Yes {
		t.Errorf("a page of yesterday came after an answer of today: %+v", f)
	}
}

// What belongs to the whole case has one value: who answers it over somebody else's
// answer is told first.
func TestAStaleAnswerOfTheApplicationIsAskedAgain(t *testing.T) {
	w := newWorld(t, "")
	p := w.register("Amina", 34, people.Male)
	id, ms := w.open("australia-ime", value.Facts{"visa": value.NotKnown()}, p)
	nurse := w.as(access.Nurse)
	path := "/cases/" + id.String() + "/members/" + ms[0].String() + "/answer"
	visa := func() string {
		var c Case
		w.read(func(tx *db.Tx) (err error) { c, _, _, err = loadCase(tx, id); return err })
		return c.Facts["visa"].String()
	}
	stale := w.get(nurse, path).carried("")
	w.answer(ms[0], value.Facts{"visa": value.Text("permanent")})
	again := w.post(nurse, path, with(stale, "fact.visa", "=temporary"))
	if again.Code != 422 || visa() != "permanent" {
		t.Fatalf("%d, the visa is %s", again.Code, visa())
	}
	again.says(t, "the form", "Somebody answered this otherwise", `name="fact.visa" value="=temporary" checked`)
	if got := w.post(nurse, path, with(again.carried(""), "fact.visa", "=temporary")); got.Code != http.StatusSeeOther || visa() != "temporary" {
		t.Errorf("who was told: %d, the visa is %s", got.Code, visa())
	}
	if got := w.post(nurse, path, url.Values{fieldOpen: {"exam_date dob hepb_high_risk"}, "fact.hepb_high_risk": {"yes"}, "fact.exam_date": {"x"}}); got.Code != 422 {
		t.Errorf("what was never asked on the page: %d", got.Code)
	}
}

// A result to be told stands on the plan of who may tell it, until the talk is over.
func TestResultsToTellInTheBrowser(t *testing.T) {
	w := newWorld(t, "")
	p := w.register("Amina", 34, people.Male)
	id, ms := w.open("canada-ime", value.Facts{"category": value.Text("refugee")}, p)
	other, os := w.open("us-immigrant", nil, p)
	w.do(ms[0], "HIV", map[string]string{"hiv_result": "pos"})
	path := "/cases/" + id.String() + "/members/" + ms[0].String()
	counsellor := w.as(access.Counsellor)
	results, err := w.orders.ResultsOf(w.as(access.Physician), w.order(ms[0], "HIV").ID)
	must(t, err)
	told := "/results/" + results[0].ID.String() + "/told"
	w.get(counsellor, path).says(t, "the plan", "Results to tell", told, "To be given in person")
	for _, r := range []access.Role{access.Nurse, access.Laboratory} {
		w.get(w.as(r), path).omits(t, string(r), "Results to tell", told)
	}
	w.get(counsellor, "/cases/"+other.String()+"/members/"+os[0].String()).omits(t, "the other application", "Results to tell", told)
	tell := func(care, where string) {
		t.Helper()
		must(t, w.orders.Tell(counsellor, order.Telling{ID: db.NewID(), Result: results[0].ID, Interp: "not_needed", Counselled: true, Care: care, Where: where}))
	}
	tell(order.CareLater, "")
	w.get(counsellor, path).says(t, "without the link to care", told, "Talk to be finished")
	tell(order.CareAccepted, "Mulago clinic")
	w.get(counsellor, path).omits(t, "the talk is over", "Results to tell", told)
}

// What counts only on the day is said to count only on the day.
func TestAnsweringTooEarly(t *testing.T) {
	w := newWorld(t, "")
	p := w.register("Amina", 34, people.Female)
	id, ms := w.open("canada-ime", value.Facts{"category": value.Text("refugee")}, p)
	path := "/cases/" + id.String() + "/members/" + ms[0].String() + "/answer"
	doctor := w.as(access.Physician)
	w.get(doctor, path).omits(t, "on the day", "counts only")
	later := w.day(5).Date()
	must(t, w.Edit(w.as(access.Reception), Change{Case: id, Base: w.version(id), ExamDate: &later}))
	w.get(doctor, path).says(t, "five days before", "fact.pregnancy_today", "It counts only on the day of the examination")
	w.answer(ms[0], value.Facts{"pregnancy_today": value.Of(false)})
	if st := w.item(ms[0], "CXR").State; st != ItemUndecided {
		t.Errorf("answered five days before, the X-ray is %q", st)
	}
	w.clock = w.clock.AddDate(0, 0, 5)
	w.answer(ms[0], value.Facts{"pregnancy_today": value.Of(false)})
	if st := w.item(ms[0], "CXR").State; st != ItemRequired {
		t.Errorf("answered on the day, the X-ray is %q", st)
	}
}

func TestSigningInTheBrowser(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		p := w.register("Amina", 34, people.Male)
		id, ms := w.open("us-immigrant", nil, p)
		doctor := w.as(access.Physician)
		path := "/cases/" + id.String() + "/members/" + ms[0].String()
		before := w.get(doctor, path)
		before.says(t, "what stands against it", "Before the person can be cleared", "To do", "Chest X-ray", "From 15", "Unconfirmed", `href="/orders/`)
		before.omits(t, "a plan that is not ready", path+"/sign", "print/certificate")
		w.ready(ms[0], nil)
		ready := w.get(doctor, path)
		ready.says(t, "the plan", "Ready to sign", path+"/sign", "this is not clearance")
		ready.omits(t, "a medical that is not signed", "Cleared", "Issued", "print/certificate")
		old := ready.carried("sign")
		w.answer(ms[0], value.Facts{"contact": value.Of(true)})
		stale := w.post(doctor, path+"/sign", old)
		if stale.Code != http.StatusConflict {
			t.Errorf("a stale signature: %d", stale.Code)
		}
		stale.says(t, "the conflict", "Something changed since you opened the page", "IGRA")
		w.answer(ms[0], value.Facts{"contact": value.Of(false)})
		typed := w.get(doctor, path).carried("sign")
		if got := w.post(doctor, path+"/sign", typed); got.Code != http.StatusSeeOther || got.To != path {
			t.Fatalf("%d %s", got.Code, got.Body)
		}
		if got := w.post(doctor, path+"/sign", typed); got.Code != http.StatusSeeOther {
			t.Errorf("sent twice: %d", got.Code)
		}
		cleared := w.get(doctor, path)
		cleared.says(t, "the cleared", "Issued", "until", "print/certificate", "Signed and cleared")
		print := w.post(doctor, path+"/print/certificate", cleared.carried("certificate"))
		if print.Code != http.StatusOK {
			t.Fatalf("%d", print.Code)
		}
		print.says(t, "the certificate", "Certificate of clearance", "Amina", `datetime="2027-05-22"`)
		if got := w.get(doctor, path+"/print/certificate"); got.Code != http.StatusMethodNotAllowed {
			t.Errorf("a certificate by a link: %d", got.Code)
		}
		if got := w.post(w.as(access.Nurse), path+"/print/certificate", cleared.carried("certificate")); got.Code != http.StatusForbidden {
			t.Errorf("a nurse prints: %d", got.Code)
		}
	})
}

func TestReasonsInTheBrowser(t *testing.T) {
	w := newWorld(t, "")
	id, m, _ := w.cleared()
	doctor := w.as(access.Physician)
	path := "/cases/" + id.String() + "/members/" + m.String()
	form := w.get(doctor, path+"/override")
	form.omits(t, "the form", " checked", "Lift the officer")
	short := w.post(doctor, path+"/override", with(form.carried(""), "outcome", "hold", "reason", "so"))
	if short.Code != 422 {
		t.Errorf("%d", short.Code)
	}
	short.says(t, "the form again", `href="#f-reason"`, ">so</textarea>", `value="hold" checked`)
	if got := w.post(doctor, path+"/override", with(short.carried(""), "outcome", "hold", "reason", "The family asked to wait.")); got.Code != http.StatusSeeOther {
		t.Fatalf("%d", got.Code)
	}
	w.get(doctor, path).says(t, "the history", "The family asked to wait.", "Put on hold by an officer", "Clearance suspended")
	alerts := w.get(doctor, "/alerts")
	alerts.says(t, "the alerts", "Amina", "An officer decided otherwise")
	a, _ := access.From(doctor)
	var list []Alert
	w.read(func(tx *db.Tx) (err error) { list, err = openAlerts(tx, a.User, 9); return err })
	alert := "/alerts/" + list[0].ID.String()
	if got := w.post(doctor, alert, url.Values{}); got.Code != 422 || !strings.Contains(got.Body, `href="#f-answer-`) {
		t.Errorf("nothing said: %d", got.Code)
	}
	if got := w.post(doctor, alert, url.Values{"answer-" + list[0].ID.String(): {"Spoke with them."}}); got.Code != http.StatusSeeOther {
		t.Errorf("%d", got.Code)
	}
	w.get(doctor, "/alerts").says(t, "the alerts", "No alert for you")
	if got := w.get(w.as(access.Reception), "/alerts"); got.Code != http.StatusForbidden {
		t.Errorf("reception: %d", got.Code)
	}
}

func TestWaivingInTheBrowser(t *testing.T) {
	w := newWorld(t, "")
	p := w.register("Amina", 34, people.Male)
	id, ms := w.open("us-immigrant", nil, p)
	path := "/cases/" + id.String() + "/members/" + ms[0].String() + "/waive"
	doctor := w.as(access.Physician)
	form := w.get(doctor, path)
	form.says(t, "the form", `value="CXR"`, `value="SPUTUM3"`)
	form.omits(t, "the form", `value="HIV"`)
	if got := w.post(doctor, path, with(form.carried(""), "reason", enough)); got.Code != 422 || !strings.Contains(got.Body, `href="#f-service"`) {
		t.Errorf("without a service: %d", got.Code)
	}
	typed := with(form.carried(""), "service", "CXR", "reason", enough)
	w.answer(ms[0], value.Facts{"contact": value.Of(true)})
	moved := w.post(doctor, path, typed)
	if moved.Code != http.StatusConflict && moved.Code != 422 {
		t.Errorf("it moved: %d", moved.Code)
	}
	moved.says(t, "the form again", "Something changed", ">"+enough+"</textarea>")
	if got := w.post(doctor, path, with(moved.carried(""), "service", "CXR", "reason", enough)); got.Code != http.StatusSeeOther {
		t.Errorf("after having looked: %d %s", got.Code, got.Body)
	}
	if st := w.item(ms[0], "CXR").State; st != ItemWaived {
		t.Errorf("%q", st)
	}
}

func TestTheSheetSpeaksThePersonsLanguage(t *testing.T) {
	w := newWorld(t, "")
	p := w.register("Amina", 34, people.Female, func(r *people.Registration) { r.Person.Languages = []string{"ti", "ar", "en"} })
	id, ms := w.open("us-immigrant", nil, p)
	path := "/cases/" + id.String() + "/members/" + ms[0].String() + "/print/why"
	nurse := w.as(access.Nurse)
	own := w.get(nurse, path)
	own.says(t, "the sheet", `lang="ar" dir="rtl"`, "lang=fr", "lang=en", "lang=es")
	own.omits(t, "the sheet", "lang=ar\"")
	w.get(nurse, path+"?lang=fr").says(t, "in French", `<html lang="fr"`, "Pourquoi")
	w.get(nurse, path+"?lang=klingon").says(t, "in a language nobody has", `lang="ar"`)
	english := w.get(nurse, path+"?lang=en")
	english.says(t, "in English", "Chest X-ray", "Source:", "visa and health authorities", "You may say no", "official text read")
	if got := w.get(w.as(access.Reception), path); got.Code != http.StatusForbidden {
		t.Errorf("reception: %d", got.Code)
	}
}

func TestPeopleOfACaseInTheBrowser(t *testing.T) {
	w := newWorld(t, "")
	family := db.NewID()
	in := func(first bool, role people.Role) func(*people.Registration) {
		return func(r *people.Registration) { r.Family, r.NewFamily, r.Role = family, first, role }
	}
	mother := w.register("Amina", 34, people.Female, in(true, people.RoleHead))
	baby := w.register("Sara", 1, people.Female, in(false, people.RoleChild))
	id, ms := w.open("us-immigrant", nil, mother)
	reception := w.as(access.Reception)
	path := "/cases/" + id.String() + "/people"
	form := w.get(reception, path)
	form.says(t, "the page", "Amina", "Sara", "Take out of the case", "Who joins?")
	if got := w.post(reception, path, url.Values{}); got.Code != 422 {
		t.Errorf("nobody chosen: %d", got.Code)
	}
	for range 2 { // sent twice
		if got := w.post(reception, path, url.Values{"join": {baby.String()}}); got.Code != http.StatusSeeOther {
			t.Errorf("%d", got.Code)
		}
	}
	for range 2 {
		if got := w.post(reception, path, url.Values{"leave": {ms[0].String()}}); got.Code != http.StatusSeeOther {
			t.Errorf("%d", got.Code)
		}
	}
	stranger := w.register("Nobody", 50, people.Male)
	if got := w.post(reception, path, url.Values{"join": {stranger.String()}}); got.Code != 422 {
		t.Errorf("somebody of another family: %d", got.Code)
	}
	var members []Member
	w.read(func(tx *db.Tx) (err error) { members, err = membersOf(tx, id); return err })
	if len(members) != 2 || !members[0].Left || members[1].Person != baby {
		t.Errorf("%+v", members)
	}
	board := w.get(reception, "/cases/"+id.String())
	board.says(t, "the board", "Sara")
	board.omits(t, "the board", "Amina")
}

func TestOwnFactsInTheBrowser(t *testing.T) {
	w := newWorld(t, "")
	p := w.register("Amina", 34, people.Male)
	id, ms := w.open("australia-ime", value.Facts{"visa": value.Text("permanent"), "health_worker": value.Of(false), "stay_months": value.Number(0)}, p)
	path := "/cases/" + id.String() + "/members/" + ms[0].String() + "/application"
	doctor, nurse := w.as(access.Physician), w.as(access.Nurse)
	w.get(nurse, path).omits(t, "the nurse's form", "hepb_high_risk", "uhm")
	form := w.get(doctor, path)
	form.says(t, "the form", "As for the whole case", "fact.hepb_high_risk", "For the whole case:")
	if got := w.post(doctor, path, url.Values{"fact.health_worker": {"yes"}, "fact.stay_months": {"12"}, "fact.visa": {"*"}, "fact.uhm": {"?"}}); got.Code != http.StatusSeeOther {
		t.Fatalf("%d", got.Code)
	}
	v := w.look(ms[0])
	if v.Own["health_worker"].Value.Truth() != value.Yes || v.Own["stay_months"].Value.String() != "12" || v.Own["uhm"].Value.Known() || len(v.Own) != 3 {
		t.Errorf("%+v", v.Own)
	}
	w.get(doctor, path).says(t, "the form again", `name="fact.health_worker" value="yes" checked`, `name="fact.uhm" value="?" checked`)
	// The nurse saves what she sees: what she does not see stays.
	if got := w.post(nurse, path, url.Values{}); got.Code != http.StatusSeeOther {
		t.Fatalf("%d", got.Code)
	}
	if own := w.look(ms[0]).Own; len(own) != 1 {
		t.Errorf("%+v", own)
	}
	if got := w.post(doctor, path, url.Values{"fact.stay_months": {"12"}, "fact.stay_months.other": {"?"}}); got.Code != 422 {
		t.Errorf("a value and not known at once: %d", got.Code)
	}
}
