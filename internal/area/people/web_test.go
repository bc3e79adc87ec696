package people

import (
	"bytes"
	"context"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// site is the pages of a world, opened as somebody.
type site struct {
	*world
	mux *http.ServeMux
	t   *testing.T
}

func newSite(t *testing.T) *site {
	w := newWorld(t, "")
	w.Pages = renderer(t)
	s := &site{world: w, mux: http.NewServeMux(), t: t}
	w.Routes(s.mux)
	if err := w.Access.Register(Outlets()...); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *site) send(ctx context.Context, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r.WithContext(ctx))
	return w
}

func (s *site) get(role access.Role, path string) *httptest.ResponseRecorder {
	return s.send(s.as(role), httptest.NewRequest(http.MethodGet, path, nil))
}

func (s *site) post(role access.Role, path string, v url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.send(s.as(role), r)
}

// want checks a status and what the page must and (after "!") must not hold.
func (s *site) want(w *httptest.ResponseRecorder, status int, texts ...string) {
	s.t.Helper()
	if w.Code != status {
		s.t.Fatalf("status %d, want %d: %.2000s", w.Code, status, w.Body.String())
	}
	seen := strings.Join(strings.Fields(tags.ReplaceAllString(w.Body.String(), "")), " ")
	for _, text := range texts {
		not := strings.HasPrefix(text, "!")
		bare := strings.TrimPrefix(text, "!")
		if (strings.Contains(w.Body.String(), bare) || strings.Contains(seen, bare)) == not {
			s.t.Errorf("the page with %q: %v", text, !not)
		}
	}
}

var tags = regexp.MustCompile(`<[^>]*>`)

var inputs = regexp.MustCompile(`<input type="(?:hidden|text)"[^>]*\bname="([^"]+)" value="([^"]*)"`)

// fields reads hidden and text fields of the first form with a name.
func fields(body string) url.Values {
	v := url.Values{}
	for _, m := range inputs.FindAllStringSubmatch(body, -1) {
		v.Set(m[1], html.UnescapeString(m[2]))
	}
	return v
}

func location(w *httptest.ResponseRecorder) string { return w.Header().Get("Location") }

func TestRegisterInTheBrowserForm(t *testing.T) {
	s := newSite(t)
	page := s.get(access.Reception, "/people/new")
	s.want(page, 200, `name="family_latin"`, `id="register-form"`, "! checked")
	v := fields(page.Body.String())
	id := v.Get("id")
	for k, x := range map[string]string{"family_latin": "Bekele", "given_latin": "Almaz", "family": "በቀለ", "given": "አልማዝ", "birth-month": "5", "birth-year": "1988",
		"sex": "female", "languages": "am", "interpreter": "yes", "nationalities": "ETH", "place": "UGA", "from-year": "2024", "contact_value": "+256 772 123456",
		"contact_kind": "phone", "with_family": "family", "family_number": "GW-1", "arrived": "yes"} {
		v.Set(k, x)
	}
	w := s.post(access.Reception, "/people", v)
	s.want(w, 303)
	if location(w) != "/people/"+id {
		t.Fatalf("leads to %s", location(w))
	}
	s.want(s.get(access.Reception, location(w)), 200, "Almaz", "አልማዝ", "May 1988", "Uganda", "GW-1", "!Allergies and pregnancy</h2>\n\n<dl")
	// The same form again: one person, and a page that says so.
	s.want(s.post(access.Reception, "/people", v), 409, "saved already", "/people/"+id)
	if f, err := s.Search(s.as(access.Reception), "almaz"); err != nil || len(f.Hits) != 1 {
		t.Errorf("%d persons after a replay, %v", len(f.Hits), err)
	}
}

func TestEveryRefusedInputNamesItsFieldAndKeepsWhatWasTyped(t *testing.T) {
	s := newSite(t)
	base := fields(s.get(access.Reception, "/people/new").Body.String())
	for _, c := range []struct {
		why, field, v, link, sentence string
	}{
		{"a future birth date", "birth-year", "2031", "#f-birth", "lies in the future"},
		{"an impossible date", "birth-month", "13", "#f-birth", "not a day of the calendar"},
		{"letters for a year", "birth-year", "abcd", "#f-birth", "four digits"},
		{"Arabic in the Latin box", "family_latin", "بكلي", "#f-family_latin", "Latin letters"},
		{"a phone that is none", "contact_value", "call me", "#f-contact_value", "5 to 15 digits"},
		{"an unaccompanied person of unknown age", "accompaniment", "unaccompanied", "#f-focal_name", "focal point"},
		{"a document without number", "doc_type", "passport", "#f-doc_number", "number of the document"},
	} {
		v := url.Values{}
		for k := range base {
			v.Set(k, base.Get(k))
		}
		v.Set("given_latin", "Almaz")
		v.Set("birth-year", "1990")
		v.Set("birth-day", "3")
		v.Set("birth-month", "4")
		v.Set("contact_kind", "phone")
		if c.field == "accompaniment" {
			v.Del("birth-year")
			v.Del("birth-day")
			v.Del("birth-month")
		}
		v.Set(c.field, c.v)
		w := s.post(access.Reception, "/people", v)
		s.want(w, 422, c.sentence, `value="Almaz"`, c.link)
		if c.field != "accompaniment" && c.field != "doc_type" {
			s.want(w, 422, `value="`+c.v+`"`)
		}
	}
	if f, _ := s.Search(s.as(access.Reception), "almaz"); len(f.Hits) != 0 {
		t.Error("something was saved")
	}
}

func TestLikelyDoubleInTheForm(t *testing.T) {
	s := newSite(t)
	p := almaz(t)
	p.Birth = date(t, "1988-05-17")
	known := s.register(p)
	v := fields(s.get(access.Reception, "/people/new").Body.String())
	for k, x := range map[string]string{"family_latin": "Bekele", "given_latin": "Almaz", "birth-day": "17", "birth-month": "5", "birth-year": "1988", "sex": "female"} {
		v.Set(k, x)
	}
	w := s.post(access.Reception, "/people", v)
	s.want(w, 422, "someone we know", "Same birth date", "/people/"+known.String(), `name="distinct"`, "! checked>\n")
	v.Set("distinct", known.String())
	s.want(s.post(access.Reception, "/people", v), 303)
}

func TestZone(t *testing.T) {
	s := newSite(t)
	good := "P<D<<HASSAN<<AHMED<<<<<<<<<<<<<<<<<<<<<<<<<<\nC01X00T478XXB9001011M3001019<<<<<<<<<<<<<<<0"
	w := s.post(access.Reception, "/people/new/document", url.Values{"zone": {good}})
	s.want(w, 200, `value="Hassan"`, `value="C01X00T47"`, `value="1990"`, "does not prove")
	v := fields(w.Body.String())
	v.Set("birth-day", "1")
	v.Set("birth-month", "1")
	v.Set("birth-year", "1990")
	v.Set("doc_type", "refugee_travel")
	v.Set("doc_issuer", "DEU")
	v.Set("nationalities", "IRQ")
	w = s.post(access.Reception, "/people", v)
	s.want(w, 303)
	s.want(s.get(access.Physician, location(w)), 200, "The document says", "XXB", "Iraq")
	for why, zone := range map[string]string{
		"a line too short":        "P<D<<HASSAN<<AHMED<<<<<<<<<<<<<<<<<<<<<<<<<<\nC01X00T478XXB9001011M3001019<<<<",
		"a sign outside":          strings.Replace(good, "HASSAN", "HAS*AN", 1),
		"nothing":                 "",
		"the beginning of a poem": "Two roads diverged in a yellow wood",
		"a specimen":              "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
	} {
		w := s.post(access.Reception, "/people/new/document", url.Values{"zone": {zone}})
		if w.Code != 422 || !strings.Contains(w.Body.String(), `href="#f-zone"`) || !strings.Contains(w.Body.String(), `id="register-form"`) {
			t.Errorf("%s: status %d, and the form must still be there", why, w.Code)
		}
	}
	// A failed check digit: shown, and recordable by hand.
	w = s.post(access.Reception, "/people/new/document", url.Values{"zone": {strings.Replace(good, "9001011", "9001021", 1)}})
	s.want(w, 200, "A check digit is wrong", "birth date", `value="Hassan"`)
}

func TestBodiesOfTheWrongType(t *testing.T) {
	s := newSite(t)
	id := s.register(almaz(t))
	for _, path := range []string{"/people", "/people/new/document", "/people/" + id.String() + "/edit/name", "/people/" + id.String() + "/photo", "/people/" + id.String() + "/stays/new"} {
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(`{"given":"x"}`))
		r.Header.Set("Content-Type", "application/json")
		if w := s.send(s.as(access.Reception), r); w.Code != 422 {
			t.Errorf("%s answers a JSON body with %d", path, w.Code)
		}
	}
	s.want(s.post(access.Reception, "/people", url.Values{"given_latin": {"No id"}}), 422, "form is damaged")
	s.want(s.get(access.Reception, "/people/not-an-id"), 404)
	s.want(s.get(access.Reception, "/people/"+db.NewID().String()), 404)
	s.want(s.get(access.Reception, "/people/"+id.String()+"/edit/everything"), 404)
}

// photoBody is a multipart form with a file.
func photoBody(t *testing.T, id string, file []byte) (io.Reader, string) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	_ = m.WriteField("id", id)
	f, err := m.CreateFormFile("photo", "me.jpg")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.Write(file)
	_ = m.Close()
	return &b, m.FormDataContentType()
}

// counting counts what is read of a body.
type counting struct {
	io.Reader
	n int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

func TestPhotoUpload(t *testing.T) {
	s := newSite(t)
	id := s.register(almaz(t))
	path := "/people/" + id.String() + "/photo"
	send := func(file []byte) *httptest.ResponseRecorder {
		body, kind := photoBody(t, db.NewID().String(), file)
		r := httptest.NewRequest(http.MethodPost, path, body)
		r.Header.Set("Content-Type", kind)
		return s.send(s.as(access.Reception), r)
	}
	s.want(send(make([]byte, 50<<20)), 422, "too large", "10 MB")
	s.want(send([]byte("GIF89a")), 422, "JPEG or PNG", `href="#f-photo"`)
	s.want(s.get(access.Reception, path+".jpg"), 404)
	s.want(send(jpegOf(t, corner(800, 600))), 303)
	w := s.get(access.Radiographer, path+".jpg")
	s.want(w, 200)
	if w.Header().Get("Content-Type") != "image/jpeg" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", w.Header())
	}
	s.want(s.get(access.Nurse, "/people/"+id.String()), 200, path+".jpg?v=")
	s.want(s.get(access.Administrator, path+".jpg"), 403)
	// A body that hides its size is cut off at the limit.
	body, kind := photoBody(t, db.NewID().String(), make([]byte, 50<<20))
	c := &counting{Reader: body}
	r := httptest.NewRequest(http.MethodPost, path, c)
	r.ContentLength = -1
	r.Header.Set("Content-Type", kind)
	s.want(s.send(s.as(access.Reception), r), 422, "too large")
	if c.n > MaxPhotoBytes+1<<20 {
		t.Errorf("%d bytes of an endless body were read", c.n)
	}
}

func TestEditKeepsOthersAndNamesFaults(t *testing.T) {
	s := newSite(t)
	id := s.register(almaz(t))
	path := "/people/" + id.String() + "/edit/"
	for name := range editSections() {
		role := access.Physician
		w := s.get(role, path+name)
		s.want(w, 200, `name="base"`)
		v := fields(w.Body.String())
		switch name {
		case "name":
			v.Set("given_latin", "Tigist")
		case "about":
			v.Set("sex", "female")
			v.Set("languages", "am")
			v.Set("languages2", "ti")
			v.Set("interpreter", "no")
		case "nationality":
			v.Set("nationality_state", "stateless")
			v.Del("nationalities")
		case "child":
			v.Set("accompaniment", "accompanied")
		case "dispute":
			v.Set("age_disputed", "yes")
			v.Set("birth_other-year", "2010")
		case "death":
			v.Set("died", "no")
		case "birth":
			v.Set("birth-year", "1987")
			v.Del("birth-month")
		}
		s.want(s.post(role, path+name, v), 303)
	}
	p := s.world.open(id, access.Physician).Person
	if p.GivenLatin != "Tigist" || p.Given != "አልማዝ" || p.NationalityState != NationalityStateless || len(p.Nationalities) != 0 || !slices.Equal(p.Languages, []string{"am", "ti"}) ||
		p.Interpreter != value.No || !p.AgeDisputed || p.Birth.String() != "1987" || p.Died != value.No || p.Alone != Accompanied {
		t.Errorf("%+v", p)
	}
	v := fields(s.get(access.Reception, path+"name").Body.String())
	v.Set("given_latin", "አልማዝ")
	s.want(s.post(access.Reception, path+"name", v), 422, "Latin letters", `value="አልማዝ"`)
	s.want(s.get(access.Reception, path+"dispute"), 403)
	s.want(s.get(access.Reception, path+"protection"), 403)
	s.want(s.get(access.Reception, path+"safety"), 403)
	s.want(s.get(access.Nurse, path+"safety"), 200)
}

// An estimated age that is shown again and saved unchanged stays what it was.
func TestAnEstimatedAgeDoesNotMove(t *testing.T) {
	s := newSite(t)
	v := fields(s.get(access.Reception, "/people/new").Body.String())
	v.Set("given_latin", "Almaz")
	v.Set("birth-age", "30")
	w := s.post(access.Reception, "/people", v)
	s.want(w, 303)
	id, _ := db.ParseID(strings.TrimPrefix(location(w), "/people/"))
	before := s.world.open(id, access.Reception).Person.Birth
	s.clock = s.clock.AddDate(0, 2, 0)
	v = fields(s.get(access.Reception, "/people/"+id.String()+"/edit/birth").Body.String())
	s.want(s.post(access.Reception, "/people/"+id.String()+"/edit/birth", v), 303)
	if after := s.world.open(id, access.Reception).Person.Birth; after != before {
		t.Errorf("%s became %s", before, after)
	}
}

func TestSafetyPage(t *testing.T) {
	s := newSite(t)
	id := s.register(almaz(t))
	path := "/people/" + id.String() + "/edit/safety"
	v := fields(s.get(access.Nurse, path).Body.String())
	v.Set("has_allergy", "yes")
	s.want(s.post(access.Nurse, path, v), 422, "what the person is allergic to")
	v.Set("allergies", "penicillin")
	v.Set("severe", "1")
	v.Set("pregnant", "no")
	s.want(s.post(access.Nurse, path, v), 303)
	r := s.world.open(id, access.Nurse)
	if r.Safety == nil || !slices.Equal(r.Safety.Allergies, []Allergy{{Substance: "penicillin", Severe: true}}) || r.Safety.Pregnant != value.No || r.Safety.PregnantOn != s.world.today() {
		t.Fatalf("%+v", r.Safety)
	}
	// The next day nothing is ticked, and saving the allergies keeps the old answer
	// with its day.
	s.clock = s.clock.AddDate(0, 0, 1)
	w := s.get(access.Nurse, path)
	if strings.Contains(w.Body.String(), `name="pregnant" value="no" checked`) {
		t.Error("yesterday's answer is ticked in advance")
	}
	v = fields(w.Body.String())
	v.Set("has_allergy", "yes")
	s.want(s.post(access.Nurse, path, v), 303)
	if r := s.world.open(id, access.Nurse); r.Safety.Pregnant != value.No || r.Safety.PregnantOn == s.world.today() {
		t.Errorf("%+v", r.Safety)
	}
	s.want(s.get(access.Nurse, "/people/"+id.String()), 200, "Ask again today", "penicillin")
}

func TestJourneyPages(t *testing.T) {
	s := newSite(t)
	id := s.register(almaz(t))
	path := "/people/" + id.String()
	add := func(m map[string]string) *httptest.ResponseRecorder {
		v := fields(s.get(access.Reception, path+"/stays/new").Body.String())
		for k, x := range m {
			v.Set(k, x)
		}
		return s.post(access.Reception, path+"/stays/new", v)
	}
	s.want(add(map[string]string{"place": "ETH", "from-year": "1988", "to-year": "2010"}), 303)
	s.want(add(map[string]string{"place": "UGA", "from-year": "2020", "ongoing": "yes"}), 303)
	s.want(add(map[string]string{"place": "SDN", "from-year": "2015", "to-year": "2012"}), 422, "ends before it begins", `href="#f-to"`)
	w := s.get(access.Reception, path+"/journey")
	s.want(w, 200, "Nothing known", "Ethiopia", "Uganda", "stays/new?gap=1")
	s.want(s.get(access.Reception, path+"/stays/new?gap=1"), 200, `name="from-year" value="2011"`, `name="to-year" value="2019"`)
	v := fields(w.Body.String())
	v.Set("complete", "yes")
	s.want(s.post(access.Reception, path+"/journey/whole", v), 303)
	s.want(s.get(access.Reception, path+"/journey"), 200, "there are gaps")
	stay := s.world.open(id, access.Reception).Stays[0]
	s.want(s.post(access.Reception, path+"/stays/"+stay.ID.String()+"/remove", url.Values{}), 303)
	s.want(s.get(access.Reception, path+"/stays/"+stay.ID.String()), 404)
}

func TestConsentPages(t *testing.T) {
	s := newSite(t)
	id := s.register(almaz(t))
	path := "/people/" + id.String() + "/consents"
	ask := "/people/" + id.String() + "/consent/assessment"
	w := s.get(access.Reception, ask)
	s.want(w, 200, "medical authority of that country", "rests on your application", "! checked")
	v := fields(w.Body.String())
	s.want(s.post(access.Reception, ask, v), 422, "what the person decided", "who decides", "who interpreted", "for which country")
	for k, x := range map[string]string{"named": "USA", "decision": "given", "given_by": "self", "interpreter": "relative", "language": "am", "mode": "signature"} {
		v.Set(k, x)
	}
	w = s.post(access.Reception, ask, v)
	s.want(w, 422, "A relative interpreted", `name="interpreter_sure"`)
	v.Set("interpreter_sure", "yes")
	s.want(s.post(access.Reception, ask, v), 303)
	s.want(s.post(access.Reception, ask, v), 303) // sent twice: one record
	r := s.world.open(id, access.Reception)
	if len(r.Consents) != 1 || r.Consents[0].Named != "USA" {
		t.Fatalf("%+v", r.Consents)
	}
	s.want(s.get(access.Reception, path), 200, "A relative interpreted", "United States", "Withdraw")
	one := path + "/" + r.Consents[0].ID.String()
	s.want(s.post(access.Reception, one+"/withdraw", url.Values{}), 422, "Say who decides")
	s.want(s.post(access.Reception, one+"/withdraw", url.Values{"withdrawn_by": {"self"}}), 303)
	s.want(s.get(access.Reception, path), 200, "Withdrawn")
	s.want(s.get(access.Reception, "/people/"+id.String()+"/consent/hiv_test"), 403)
	s.want(s.get(access.Counsellor, "/people/"+id.String()+"/consent/hiv_test"), 200, "test for HIV")
	s.want(s.get(access.Reception, "/people/"+id.String()+"/consent/anything"), 404)
}

func TestPrints(t *testing.T) {
	s := newSite(t)
	p := almaz(t)
	p.Languages = []string{"ar"}
	id := s.register(p)
	w := s.get(access.Reception, "/people/"+id.String()+"/print/slip")
	s.want(w, 200, ShowCode(Code(id)), "<svg", "!Almaz", "!አልማዝ", "!Bekele")
	w = s.get(access.Reception, "/people/"+id.String()+"/print/consent/assessment")
	s.want(w, 200, ShowCode(Code(id)), `lang="ar"`, `dir="rtl"`, "!Almaz", "!አልማዝ")
	lines, err := s.Access.Reads(s.as(access.PrivacyOfficer), access.ReadFilter{Subject: id, Act: access.ActReleased})
	if err != nil || len(lines) != 2 {
		t.Errorf("%d releases in the audit, %v", len(lines), err)
	}
	// After a death no slip goes out.
	if err := s.EditPerson(s.as(access.Physician), PersonEdit{Person: id, Edit: func(p *Person) { p.Died = value.Yes }}); err != nil {
		t.Fatal(err)
	}
	s.want(s.get(access.Reception, "/people/"+id.String()+"/print/slip"), 403)
	s.want(s.get(access.Reception, "/people/"+id.String()), 200, "Died", "!Print a slip")
}

func TestFindPages(t *testing.T) {
	s := newSite(t)
	id := s.register(almaz(t))
	s.want(s.get(access.Reception, "/people"), 200, "Register a new person")
	s.want(s.post(access.Reception, "/people/find", url.Values{"q": {"almaz"}}), 200, "አልማዝ", "/people/"+id.String())
	s.want(s.post(access.Reception, "/people/find", url.Values{"q": {"nobodyatall"}}), 200, "Nobody was found")
	r := httptest.NewRequest(http.MethodPost, "/people/find", strings.NewReader("q=alm"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("HX-Request", "true")
	w := s.send(s.as(access.Reception), r)
	s.want(w, 200, `class="hits"`, "!<html")
	s.want(s.post(access.Radiographer, "/people/find", url.Values{"q": {"almaz"}}), 403, "!አልማዝ")
	s.want(s.post(access.Reception, "/people/"+id.String()+"/arrive", url.Values{}), 303)
	s.want(s.get(access.Reception, "/people/today"), 200, "አልማዝ")
	s.want(s.get(access.Administrator, "/people/"+id.String()), 403, "!አልማዝ")
}

func TestConflictOnThePage(t *testing.T) {
	s := newSite(t)
	id := s.register(almaz(t))
	path := "/people/" + id.String()
	v := fields(s.get(access.Reception, path+"/edit/name").Body.String())
	for _, name := range []string{"Bekele-Tadesse", "Beqele"} { // two tabs, one base
		v.Set("family_latin", name)
		s.want(s.post(access.Reception, path+"/edit/name", v), 303)
	}
	w := s.get(access.Reception, path)
	s.want(w, 200, "Two entries differ", "Bekele-Tadesse", "Beqele", "Shown meanwhile", "Keep this")
	keep := regexp.MustCompile(`name="version" value="([^"]+)"`).FindAllStringSubmatch(w.Body.String(), -1)
	if len(keep) != 2 {
		t.Fatalf("%d values to keep", len(keep))
	}
	s.want(s.post(access.Reception, path+"/keep", url.Values{"doc": {id.String()}, "group": {"name"}, "version": {keep[0][1]}}), 303)
	s.want(s.get(access.Reception, path), 200, "!Two entries differ")
}

func TestFamilyPages(t *testing.T) {
	s := newSite(t)
	mother, child := s.register(almaz(t)), s.register(Person{GivenLatin: "Sara", FamilyLatin: "Bekele", Birth: date(t, "2018"), Sex: Female})
	v := fields(s.get(access.Reception, "/people/"+mother.String()+"/family").Body.String())
	v.Set("unit", "family")
	v.Set("role", "head")
	w := s.post(access.Reception, "/people/"+mother.String()+"/family", v)
	s.want(w, 303)
	family := location(w)
	v = fields(s.get(access.Reception, family).Body.String())
	v.Set("person", "no such code")
	v.Set("role", "child")
	s.want(s.post(access.Reception, family+"/members", v), 422, "Nobody with this code", `value="no such code"`)
	v.Set("person", ShowCode(Code(child)))
	s.want(s.post(access.Reception, family+"/members", v), 303)
	s.want(s.get(access.Reception, family), 200, "Sara", "Almaz", "Child")
	s.want(s.get(access.Reception, "/people/new?family="+strings.TrimPrefix(family, "/families/")), 200, `name="role"`)
	v = fields(s.get(access.Reception, "/people/"+child.String()+"/relations").Body.String())
	v.Set("other", mother.String())
	v.Set("relation", "mother")
	s.want(s.post(access.Reception, "/people/"+child.String()+"/relations", v), 303)
	s.want(s.get(access.Reception, "/people/"+child.String()), 200, "Mother")
}

// Every page is closed to who has no right to it, whatever its path.
func TestEveryPageChecks(t *testing.T) {
	s := newSite(t)
	id := s.register(almaz(t))
	if err := s.SaveStay(s.as(access.Reception), id, journal.Base{}, Stay{ID: db.NewID(), Place: "ETH"}); err != nil {
		t.Fatal(err)
	}
	r := s.world.open(id, access.Reception)
	stay := r.Stays[0].ID.String()
	p := "/people/" + id.String()
	for _, path := range []string{p, p + "/journey", p + "/stays/new", p + "/stays/" + stay, p + "/documents/new", p + "/contacts/new", p + "/consents", p + "/consent/photo",
		p + "/print/consent/photo", p + "/print/slip", p + "/photo", p + "/photo.jpg", p + "/family", p + "/relations", p + "/edit/name", p + "/edit/safety", "/people", "/people/new", "/people/today"} {
		for _, role := range []access.Role{access.Administrator, access.Epidemiologist, access.Screener} {
			if w := s.get(role, path); w.Code != 403 {
				t.Errorf("%s as %s: %d", path, role, w.Code)
			}
		}
		w := s.send(s.at(access.Reception, "NBO"), httptest.NewRequest(http.MethodGet, path, nil))
		if strings.Contains(w.Body.String(), "Almaz") || strings.Contains(w.Body.String(), "አልማዝ") {
			t.Errorf("%s shows the name to another site", path)
		}
	}
	for _, path := range []string{p + "/arrive", p + "/edit/name", p + "/stays/new", p + "/stays/" + stay + "/remove", p + "/journey/whole", p + "/documents/new", p + "/contacts/new",
		"/people/find", p + "/consent/photo", p + "/photo/remove", p + "/family", p + "/relations", p + "/keep"} {
		v := url.Values{"id": {db.NewID().String()}, "q": {"al"}, "given_latin": {"X"}, "place": {"ETH"}, "doc": {id.String()}, "contact_kind": {"other"}, "contact_value": {"x"}, "doc_type": {"other"},
			"doc_number": {"1"}, "unit": {"single"}, "role": {"head"}}
		if w := s.post(access.Administrator, path, v); w.Code != 403 {
			t.Errorf("POST %s as an administrator: %d", path, w.Code)
		}
	}
}
