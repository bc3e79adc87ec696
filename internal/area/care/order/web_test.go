package order

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

func area() page.Area { return page.Area{Name: "order", Templates: Templates, Locales: Locales} }

func renderer(t testing.TB) *page.Renderer {
	t.Helper()
	return pagetest.Renderer(t, "", area(), page.Area{Name: "people", Templates: people.Templates, Locales: people.Locales}, page.Area{Name: "place", Locales: place.Locales, Templates: fstest.MapFS{}})
}

func TestWords(t *testing.T) { pagetest.Catalogues(t, area()) }

func TestEveryPageInEveryLanguage(t *testing.T) { pagetest.EveryPage(t, renderer(t), Samples()) }

func TestEveryPageInABrowser(t *testing.T) { pagetest.BrowseSamples(t, renderer(t), Samples()) }

// site serves the area's pages to one role.
type site struct {
	*world
	role access.Role
	mux  *http.ServeMux
}

func newSite(t *testing.T) *site {
	w := newWorld(t, "")
	w.Service.Pages = renderer(t)
	s := &site{world: w, mux: http.NewServeMux()}
	w.Routes(s.mux)
	return s
}

func (s *site) as(r access.Role) *site { return &site{world: s.world, role: r, mux: s.mux} }

func (s *site) do(method, path, lang string, body url.Values) *httptest.ResponseRecorder {
	var rd io.Reader
	if body != nil {
		rd = strings.NewReader(body.Encode())
	}
	r := httptest.NewRequest(method, path, rd)
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	ctx := s.world.as(s.role)
	if lang != "" {
		ctx = page.WithLocale(ctx, lang)
	}
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r.WithContext(ctx))
	return w
}

func (s *site) get(path string) *httptest.ResponseRecorder { return s.do("GET", path, "", nil) }
func (s *site) post(path string, pairs ...string) *httptest.ResponseRecorder {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return s.do("POST", path, "", v)
}

// decides is what the form of a consent sends for an adult who decides alone.
func (s *site) decides(decision string, more ...string) []string {
	day := s.today().Date().String()
	return append([]string{"id", db.NewID().String(), "text_version", "1", "decision", decision, "given_by", "self", "interpreter", "none",
		"mode", "signature", "on-day", day[8:], "on-month", day[5:7], "on-year", day[:4]}, more...)
}

func wants(t *testing.T, what string, w *httptest.ResponseRecorder, status int, texts ...string) {
	t.Helper()
	if w.Code != status {
		t.Fatalf("%s: status %d, want %d\n%s", what, w.Code, status, w.Body)
	}
	for _, x := range texts {
		if !strings.Contains(w.Body.String(), x) {
			t.Errorf("%s: the page does not hold %q", what, x)
		}
	}
}

func lacks(t *testing.T, what string, w *httptest.ResponseRecorder, texts ...string) {
	t.Helper()
	for _, x := range texts {
		if strings.Contains(w.Body.String(), x) {
			t.Errorf("%s: the page holds %q", what, x)
		}
	}
}

func TestTheRadiographersWay(t *testing.T) {
	s := newSite(t)
	id := s.place("CXR", "film", "radiology")
	path := "/orders/" + id.String()
	tech := s.as(access.Radiographer)
	wants(t, "whoever has one station is led there", tech.get("/worklist"), 303, "/worklist/radiology")
	wants(t, "worklist", tech.get("/worklist/radiology"), 200, path, "Amina Warsame", "GW-10001", "Chest X-ray")
	wants(t, "worklist in Arabic", tech.do("GET", "/worklist/radiology", "ar", nil), 200, `dir="rtl"`, "أشعة الصدر")
	wants(t, "order", tech.get(path), 200, path+"/result", path+"/collect")

	s.safety.clean = false
	wants(t, "order that is stopped", tech.get(path), 200, "Stop: not today")
	lacks(t, "order that is stopped", tech.get(path), path+"/collect", path+"/result\"")
	s.safety.clean = true

	form := tech.get(path + "/result")
	wants(t, "form", form, 200, "What does the film show?", "How was it made sure")
	lacks(t, "form", form, "Is there a cavity?", " checked")
	live := tech.post(path+"/result/live", "q-film", "tb")
	wants(t, "live", live, 200, "Is there a cavity?")

	wants(t, "no identity", tech.post(path+"/result", "q-film", "normal"), 422, "Say how it was made sure")
	wants(t, "an answer is missing", tech.post(path+"/result", "q-film", "tb", "identity", "photo"), 422, "Answer this question.", "Is there a cavity?")
	docID := db.NewID().String()
	saved := tech.post(path+"/result", "id", docID, "q-film", "tb", "q-cavity", "unknown", "identity", "photo")
	wants(t, "saved", saved, 303)
	wants(t, "sent twice", tech.post(path+"/result", "id", docID, "q-film", "tb", "q-cavity", "unknown", "identity", "photo"), 303)
	wants(t, "done", tech.get(path), 200, "/results/"+docID, "Person identified", "Amal Idris")
	lacks(t, "worklist", tech.get("/worklist/radiology"), path)

	result := "/results/" + docID
	wants(t, "result", tech.get(result), 200, "Suggestive of tuberculosis", "Not known", result+"/correct")
	wants(t, "correction", tech.get(result+"/correct"), 200, "What does the film show?", "checked")
	wants(t, "correction without a reason", tech.post(result+"/correct", "q-film", "normal"), 422, "Give a reason.")
	wants(t, "doctor reads", s.as(access.Physician).get(result), 200)
	wants(t, "corrected", tech.post(result+"/correct", "q-film", "normal", "reason", "films mixed up"), 303)
	wants(t, "the old result", tech.get(result), 200, "Do not act on this result", "Read")
	wants(t, "struck out twice", tech.post(result+"/correct", "q-film", "normal", "reason", "again"), 422, "already")
}

func TestCounsellingConsentAndTelling(t *testing.T) {
	s := newSite(t)
	id := s.place("HIV", "hiv", "laboratory", sensitive)
	path := "/orders/" + id.String()
	counsellor, lab := s.as(access.Counsellor), s.as(access.Laboratory)
	wants(t, "blocked", lab.get(path), 200, "Something comes first")
	lacks(t, "blocked", lab.get(path), path+"/result\"", path+"/collect")
	wants(t, "result by its address", lab.post(path+"/result", "q-result", "neg", "identity", "photo"), 422, "still missing")
	wants(t, "lab counsels", lab.get(path+"/counselling"), 403)
	wants(t, "talk", counsellor.get(path+"/counselling"), 200, "Who interprets?")
	wants(t, "a child", counsellor.post(path+"/counselling", "interpreter", "child"), 422, "A child must not interpret")
	wants(t, "a relative", counsellor.post(path+"/counselling", "interpreter", "relative"), 422, "confirm below")
	wants(t, "a relative, sure", counsellor.post(path+"/counselling", "interpreter", "relative", "sure", "yes"), 303)
	form := counsellor.get(path + "/consent")
	wants(t, "consent", form, 200, "HIV test")
	lacks(t, "consent", form, " checked")
	wants(t, "nothing decided", counsellor.post(path+"/consent", "id", db.NewID().String()), 422, "Say what the person decided.")
	wants(t, "agreed", counsellor.post(path+"/consent", s.decides("given")...), 303)
	docID := db.NewID().String()
	wants(t, "result", lab.post(path+"/result", "id", docID, "q-result", "neg", "identity", "document", "label", "T-1"), 303)
	wants(t, "not told yet", counsellor.post("/results/"+docID+"/told", "interpreter", "remote"), 422, "belongs to this result")
	wants(t, "told", counsellor.post("/results/"+docID+"/told", "interpreter", "remote", "counselled", "yes", "care", "accepted", "where", "Mulago clinic"), 303)
	wants(t, "acts", counsellor.get("/results/"+docID), 200, "Result given in person", "Link to care", "Referred, and the person accepts", "Mulago clinic")
}

// The page of an order says how its consent stands, and leads to where it is
// countersigned or taken back.
func TestTheStationSeesHowTheConsentStands(t *testing.T) {
	s := newSite(t)
	id := s.place("HIV", "hiv", "laboratory", sensitive)
	path, consents := "/orders/"+id.String(), "/people/"+s.person.String()+"/consents"
	counsellor, lab := s.as(access.Counsellor), s.as(access.Laboratory)
	wants(t, "talk", counsellor.post(path+"/counselling", "interpreter", "not_needed"), 303)
	lacks(t, "before it is asked", counsellor.get(path), consents)
	bad := counsellor.post(path+"/consent", s.decides("given", "given_by", "parent")[2:]...)
	wants(t, "an unknown form", bad, 422)
	child := counsellor.post(path+"/consent", "id", db.NewID().String(), "text_version", "1", "decision", "given", "given_by", "self", "interpreter", "child", "emergency", "none else", "mode", "signature")
	wants(t, "a child interprets", child, 422, "HIV")
	relative := s.decides("given")
	relative[9] = "relative"
	relative = append(relative, "language", "so")
	warned := counsellor.post(path+"/consent", relative...)
	wants(t, "a relative interprets", warned, 422, "interpreter_sure")
	wants(t, "a relative, and the officer has seen it", counsellor.post(path+"/consent", append(relative, "interpreter_sure", "yes")...), 303)
	wants(t, "agreed", counsellor.get(path), 200, consents, "Withdraw the consent", "Agrees")
	lacks(t, "the laboratory", lab.get(path), "Something comes first")

	var c []people.Consent
	s.read(func(tx *db.Tx) error {
		all, err := s.people.ConsentsOf(tx, []db.ID{s.person})
		c = all[s.person]
		return err
	})
	if len(c) != 1 || c[0].Order != id || c[0].Language != "so" || c[0].TextVersion != 1 {
		t.Fatalf("the record: %+v", c)
	}
	if err := s.people.Withdraw(s.world.as(access.Counsellor), s.person, c[0].ID, people.BySelf, ""); err != nil {
		t.Fatal(err)
	}
	wants(t, "withdrawn", counsellor.get(path), 200, "The consent was withdrawn", path+"/consent", "Consent withdrawn")
	lacks(t, "withdrawn, for the laboratory", lab.get(path), path+"/result\"", path+"/collect")
	wants(t, "on the list", lab.get("/worklist/laboratory"), 200, "Consent withdrawn")
	wants(t, "on the list in Arabic", lab.do("GET", "/worklist/laboratory", "ar", nil), 200, "سُحبت الموافقة")
}

// Nobody learns from an address that there is a sensitive order.
func TestASensitivePageIsNotFoundForOthers(t *testing.T) {
	s := newSite(t)
	id := s.place("HIV", "hiv", "laboratory", sensitive)
	nurse := s.as(access.Nurse)
	none := nurse.get("/orders/" + db.NewID().String())
	for _, path := range []string{"", "/result", "/collect", "/consent", "/close", "/counselling"} {
		w := nurse.get("/orders/" + id.String() + path)
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
	// Word for word the page of an order that does not exist, but for its own address.
	strip := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}`)
	if a, b := strip.ReplaceAllString(nurse.get("/orders/"+id.String()).Body.String(), ""), strip.ReplaceAllString(none.Body.String(), ""); a != b {
		t.Error("the page differs from that of an order that does not exist")
	}
	wants(t, "reception", s.as(access.Reception).get("/worklist"), 403)
	wants(t, "reception at a list", s.as(access.Reception).get("/worklist/laboratory"), 403)
}

func TestBadInput(t *testing.T) {
	s := newSite(t)
	id := s.place("CXR", "film", "radiology")
	tech := s.as(access.Radiographer)
	wants(t, "no such station", tech.get("/worklist/moon"), 404)
	wants(t, "no id", tech.get("/orders/drop-table"), 404)
	wants(t, "no such result", tech.get("/results/"+db.NewID().String()), 404)
	big := url.Values{"q-film": {strings.Repeat("x", maxPosted+1)}}
	if w := tech.do("POST", "/orders/"+id.String()+"/result", "", big); w.Code != 422 && w.Code != 413 {
		t.Errorf("a body too large: %d", w.Code)
	}
	r := httptest.NewRequest("POST", "/orders/"+id.String()+"/result", strings.NewReader(`{"q-film":"normal"}`))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r.WithContext(s.world.as(access.Radiographer)))
	if w.Code < 400 || w.Code >= 500 {
		t.Errorf("a body of the wrong type: %d", w.Code)
	}
	wants(t, "no choice", tech.post("/orders/"+id.String()+"/result", "q-film", "<script>", "identity", "photo"), 422, "Choose one of the answers")
	wants(t, "refused without words", tech.post("/orders/"+id.String()+"/close"), 422, "Choose one of the answers")
	wants(t, "not possible without a reason", tech.post("/orders/"+id.String()+"/close", "status", "not_possible"), 422, "Give a reason")
	wants(t, "refused", tech.post("/orders/"+id.String()+"/close", "status", "refused"), 303)
	if o := s.order(id); o.Status != Refused {
		t.Errorf("status %s", o.Status)
	}
}

// Two stations have the form of one kind of result open at once.
func TestAFormCarriesWhatItsAuthorHadSeen(t *testing.T) {
	s := newSite(t)
	doctor := s.as(access.Physician)
	seen := regexp.MustCompile(`name="seen" value="([^"]*)"`)
	open := func() (path, token string) {
		t.Helper()
		path = "/orders/" + s.place("CORE_EXAM", "exam", "physician", func(r *Request) { r.Case = db.ID{} }).String() + "/result"
		m := seen.FindStringSubmatch(doctor.get(path).Body.String())
		if m == nil {
			t.Fatal("the form does not carry what was seen")
		}
		return path, m[1]
	}
	one, oneSaw := open()
	two, twoSaw := open()
	wants(t, "one", doctor.post(one, "seen", oneSaw, "q-cough", "yes", "q-hiv", "no", "q-weight", "60"), 303)
	bad := doctor.post(two, "seen", twoSaw, "q-cough", "no")
	if m := seen.FindStringSubmatch(bad.Body.String()); bad.Code != 422 || m == nil || m[1] != twoSaw {
		t.Errorf("%d: the form that came back carries %v, was shown with %q", bad.Code, m, twoSaw)
	}
	wants(t, "two", doctor.post(two, "seen", twoSaw, "q-cough", "no", "q-hiv", "no", "q-weight", "60"), 303)
	f := s.facts("symptoms", "weight")
	if !f["symptoms"].Disputed || f["weight"].Disputed {
		t.Errorf("facts %+v", f)
	}
	three, threeSaw := open()
	wants(t, "three", doctor.post(three, "seen", threeSaw, "q-cough", "yes", "q-hiv", "no", "q-weight", "60"), 303)
	if f := s.facts("symptoms")["symptoms"]; f.Disputed || f.Value.Truth() != value.Yes {
		t.Errorf("who saw both did not settle it: %+v", f)
	}
}

func TestARefusalOfOneDayIsNoRefusalForEver(t *testing.T) {
	s := newSite(t)
	id := s.place("HIV", "hiv", "laboratory", sensitive)
	path := "/orders/" + id.String()
	counsellor, lab := s.as(access.Counsellor), s.as(access.Laboratory)
	state := func() Status {
		t.Helper()
		var st map[string]Status
		s.read(func(tx *db.Tx) (err error) { st, err = s.States(tx, s.person, s.cas); return err })
		return st["HIV"]
	}
	wants(t, "while it is open", counsellor.post(path+"/again", "how", "agrees"), 422, "Only what was refused")
	wants(t, "refused", counsellor.post(path+"/consent", s.decides("refused")...), 303)
	wants(t, "the closed order", counsellor.get(path), 200, path+"/again", "Try again")
	lacks(t, "the laboratory", lab.get(path), path+"/again")
	wants(t, "the laboratory by its address", lab.post(path+"/again", "how", "agrees"), 403)
	wants(t, "a nurse who may not know of it", s.as(access.Nurse).post(path+"/again", "how", "agrees"), 404)
	wants(t, "no reason", counsellor.post(path+"/again"), 422, "Choose one of the answers")
	form := counsellor.do("GET", path+"/again", "ar", nil)
	wants(t, "form", form, 200, "الشخص موافق الآن")
	lacks(t, "form", form, " checked")
	made := db.NewID()
	next := "/orders/" + made.String()
	once := []string{"id", made.String(), "how", "agrees", "note", "came back with her sister"}
	first, second := counsellor.post(path+"/again", once...), counsellor.post(path+"/again", once...)
	if first.Header().Get("Location") != next || second.Header().Get("Location") != path {
		t.Errorf("led to %s and, sent twice, to %s", first.Header().Get("Location"), second.Header().Get("Location"))
	}
	s.read(func(tx *db.Tx) error {
		all, err := ofCase(tx, s.person, s.cas)
		if len(all) != 2 {
			t.Errorf("%d orders", len(all))
		}
		return err
	})
	if old, o := s.order(id), s.order(made); old.Status != Refused || o.Status != Ordered || o.Code != "HIV" || len(o.Needs) != 2 || o.Hash == "" || state() != Ordered {
		t.Errorf("old %+v, new %+v, state %s", old, o, state())
	}
	wants(t, "the new order asks for its own consent", counsellor.get(next), 200, "Something comes first", "The person agrees now", "came back with her sister")
	wants(t, "twice", counsellor.post(path+"/again", "id", db.NewID().String(), "how", "retry"), 422, "there is an open order")

	film := "/orders/" + s.place("CXR", "film", "radiology").String()
	wants(t, "not possible", s.as(access.Radiographer).post(film+"/close", "status", "not_possible", "reason", "no power"), 303)
	wants(t, "the doctor", s.as(access.Physician).post(film+"/again", "how", "retry"), 303)
}
