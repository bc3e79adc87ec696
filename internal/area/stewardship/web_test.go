package stewardship

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

func hidden(t *testing.T, body, name string) string {
	t.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("no hidden %s in\n%s", name, body)
	}
	return m[1]
}

func TestTheAuditPageIsThePrivacyOfficers(t *testing.T) {
	w := newWorld(t, "")
	person := w.register("Tesfaye")
	for range auditPage {
		w.must(w.Access.Opened(w.as("nurse"), person, "people.person"))
	}
	w.must(w.Access.BreakGlass(w.as("nurse"), person, "unconscious, allergy?"))
	for _, login := range []string{"", "nurse", "physician", "administrator", "manager", "reception"} {
		if status, body := w.get(login, "/audit"); status != 403 || strings.Contains(body, "Almaz") {
			t.Errorf("%q: %d", login, status)
		}
	}
	status, body := w.get("privacy_officer", "/audit")
	if status != 200 {
		t.Fatal(status, body)
	}
	code := people.ShowCode(people.Code(person))
	w.want("audit", body, "Almaz Bekele", code, "1 record was opened in an emergency", "Opened", `rel="next"`)
	if strings.Contains(body, "Tesfaye") {
		t.Error("the audit shows a name")
	}
	next := strings.ReplaceAll(regexp.MustCompile(`href="(/audit\?[^"]*before=[^"]*)"`).FindStringSubmatch(body)[1], "&amp;", "&")
	if _, body := w.get("privacy_officer", next); strings.Contains(body, `rel="next"`) || !strings.Contains(body, "Almaz Bekele") {
		t.Errorf("the next page: %s", body)
	}
	_, body = w.get("privacy_officer", "/audit?code="+code+"&act=glass&user="+w.users["nurse"].User.String())
	w.want("filtered", body, "Opened in an emergency", "Emergency")
	if status, body := w.get("privacy_officer", "/audit?code=AAAAA-AAAAA"); status != 422 || !strings.Contains(body, "No person with this code") {
		t.Errorf("a wrong code: %d", status)
	}
	if status, _ := w.get("privacy_officer", "/audit?from-year=99"); status != 422 {
		t.Errorf("a wrong date: %d", status)
	}
	if _, body := w.get("privacy_officer", fmt.Sprintf("/audit?from-year=%d", w.clock.Year()+1)); !strings.Contains(body, "No line fits") {
		t.Errorf("nothing found: %s", body)
	}
}

func TestBrokenGlassIsReviewedOnItsPage(t *testing.T) {
	w := newWorld(t, "")
	person := w.register("Tesfaye")
	w.must(w.Access.BreakGlass(w.as("nurse"), person, "unconscious, allergy?"))
	_, body := w.get("privacy_officer", "/audit/glass")
	w.want("list", body, "unconscious, allergy?", "Almaz Bekele", "Waits for you")
	path := regexp.MustCompile(`href="(/audit/glass/[^"]+)"`).FindStringSubmatch(body)[1]
	if status, _ := w.get("nurse", path); status != 403 {
		t.Errorf("a nurse: %d", status)
	}
	if status, body := w.post("privacy_officer", path, url.Values{"finding": {"misused"}}); status != 422 || !strings.Contains(body, "Say why.") {
		t.Errorf("misused without a note: %d %s", status, body)
	}
	if status, to := w.post("privacy_officer", path, url.Values{"finding": {"justified"}}); status != 303 || to != "/audit/glass" {
		t.Errorf("%d %s", status, to)
	}
	_, body = w.get("privacy_officer", path)
	w.want("reviewed", body, "Justified")
	if status, _ := w.get("privacy_officer", "/audit/glass/"+db.NewID().String()); status != 404 {
		t.Errorf("%d", status)
	}
}

func TestAComplaintOnThePages(t *testing.T) {
	w := newWorld(t, "")
	status, body := w.get("", "/complaint")
	if status != 200 {
		t.Fatalf("without signing in: %d", status)
	}
	w.want("complaint", body, "nobody at this site reads it")
	if regexp.MustCompile(`<input[^>]*checked`).MatchString(body) {
		t.Error("an answer is ticked in advance")
	}
	form := url.Values{"id": {hidden(t, body, "id")}, "about": {"exploitation"}, "words": {"He asked for money and more."}, "contact": {"my sister"}}
	if status, body := w.post("", "/complaint", url.Values{"id": form["id"], "words": {"He asked for money and more."}}); status != 422 || !strings.Contains(body, "He asked for money and more.") {
		t.Errorf("without a subject: %d", status)
	}
	status, body = w.post("", "/complaint", form)
	code := regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}`).FindString(body)
	if status != 200 || code == "" {
		t.Fatalf("%d %s", status, body)
	}
	if status, _ := w.post("", "/complaint", form); status != 422 {
		t.Errorf("the same form twice: %d", status)
	}
	_, body = w.post("", "/complaint/follow", url.Values{"code": {code}})
	w.want("follow", body, "being looked at")
	if status, _ := w.post("", "/complaint/follow", url.Values{"code": {"x"}}); status != 422 {
		t.Errorf("a wrong code: %d", status)
	}
	if status, _ := w.get("nurse", "/complaints"); status != 403 {
		t.Errorf("a nurse reads complaints: %d", status)
	}
	_, body = w.get("privacy_officer", "/complaints")
	path := regexp.MustCompile(`href="(/complaints/[^"]+)"`).FindStringSubmatch(body)[1]
	_, body = w.get("privacy_officer", path)
	w.want("one", body, "He asked for money and more.", "my sister", "Pass it on")
	if status, to := w.post("privacy_officer", path+"/forward", nil); status != 303 || to != path {
		t.Errorf("%d %s", status, to)
	}
	if status, _ := w.post("privacy_officer", path+"/forward", nil); status != 409 {
		t.Errorf("passed on twice: %d", status)
	}
	if status, body := w.post("privacy_officer", path+"/answer", url.Values{"answer": {"done"}}); status != 422 || !strings.Contains(body, "Say what the person is told") {
		t.Errorf("answered without words: %d", status)
	}
	if status, _ := w.post("privacy_officer", path+"/answer", url.Values{"answer": {"done"}, "reply": {"He was dismissed."}}); status != 303 {
		t.Errorf("%d", status)
	}
	_, body = w.post("", "/complaint/follow", url.Values{"code": {code}})
	w.want("follow", body, "He was dismissed.")
}

func TestARequestOnThePages(t *testing.T) {
	w := newWorld(t, "")
	person := w.register("Tesfaye")
	_, body := w.get("reception", "/rights/new?person="+person.String())
	w.want("new", body, people.ShowCode(people.Code(person)))
	form := url.Values{"id": {hidden(t, body, "id")}, "code": {people.Code(person)}, "asked": {"copy"}, "by": {"self"},
		"received-day": {"20"}, "received-month": {"11"}, "received-year": {"2026"}}
	bad := url.Values{"id": form["id"], "code": {"nonsense"}, "received-year": {"2026"}}
	if status, body := w.post("reception", "/rights/new", bad); status != 422 || !strings.Contains(body, "Give the whole date") {
		t.Errorf("%d %s", status, body)
	}
	if status, to := w.post("reception", "/rights/new", form); status != 303 || to != "/rights" {
		t.Errorf("reception: %d %s", status, to)
	}
	if status, body := w.get("reception", "/rights"); status != 200 || strings.Contains(body, people.ShowCode(people.Code(person))) {
		t.Errorf("reception sees the list: %d", status)
	}
	_, body = w.get("privacy_officer", "/rights")
	path := regexp.MustCompile(`href="(/rights/[0-9a-f][^"]+)"`).FindStringSubmatch(body)[1]
	_, body = w.get("privacy_officer", path)
	w.want("one", body, "Tesfaye", "Their own copy", "/print/looked")
	if status, body := w.post("privacy_officer", path+"/answer", url.Values{}); status != 422 || !strings.Contains(body, "Choose one.") {
		t.Errorf("%d", status)
	}
	if status, to := w.post("privacy_officer", path+"/extend", url.Values{"why": {"many papers"}}); status != 303 || to != path {
		t.Errorf("%d %s", status, to)
	}
	if status, to := w.post("privacy_officer", path+"/answer", url.Values{"answer": {"done"}, "reply": {"Handed over."}}); status != 303 || to != path {
		t.Errorf("%d %s", status, to)
	}
	_, body = w.get("privacy_officer", path)
	w.want("answered", body, "Handed over.", "Done as asked")
	for _, login := range []string{"", "epidemiologist", "administrator", "screener"} {
		if status, _ := w.get(login, "/rights"); status != 403 {
			t.Errorf("%q: %d", login, status)
		}
	}
}

func TestAnErasureOnThePages(t *testing.T) {
	w := newWorld(t, "")
	person := w.register(planted)
	_, body := w.get("privacy_officer", "/erasures/new?person="+person.String())
	w.want("new", body, "cannot be brought back", "Who you are (1)", planted)
	if regexp.MustCompile(`<input[^>]*checked`).MatchString(body) {
		t.Error("an answer is ticked in advance")
	}
	form := url.Values{"id": {hidden(t, body, "id")}, "person": {person.String()}, "reason": {"request"}, "kinds": {AllKinds}}
	if status, body := w.post("privacy_officer", "/erasures/new", url.Values{"id": form["id"], "person": form["person"]}); status != 422 || !strings.Contains(body, "Choose what is to be erased") {
		t.Errorf("%d %s", status, body)
	}
	_, path := w.post("privacy_officer", "/erasures/new", form)
	_, body = w.get("privacy_officer", path)
	w.want("the first officer's view", body, "another officer must decide")
	if status, body := w.post("privacy_officer", path+"/approve", nil); status != 403 || !strings.Contains(body, "Another officer") {
		t.Errorf("%d %s", status, body)
	}
	_, body = w.get("medical_officer", path)
	w.want("the second officer's view", body, "Erase now", planted)
	if status, to := w.post("medical_officer", path+"/approve", nil); status != 303 || to != path {
		t.Errorf("%d %s", status, to)
	}
	_, body = w.get("privacy_officer", path)
	w.want("receipt", body, "Receipt of an erasure", "Who you are", "Miriam Cohen", "Dr Anna Keller")
	if strings.Contains(body, planted) {
		t.Error("the receipt names the person")
	}
	if status, _ := w.get("privacy_officer", "/erasures/new?person="+person.String()); status != 404 {
		t.Errorf("asked again: %d", status)
	}
	if status, body := w.get("privacy_officer", "/erasures/new?person=nonsense"); status != 422 || !strings.Contains(body, "No person with this code") {
		t.Errorf("%d", status)
	}
}

func TestPrintsAreInThePersonsLanguage(t *testing.T) {
	w := newWorld(t, "")
	person := w.register("Tesfaye") // speaks French
	path := "/people/" + person.String() + "/print/"
	status, body := w.get("physician", path+"copy")
	if status != 200 {
		t.Fatal(status, body)
	}
	w.want("copy", body, `<html lang="fr"`, "Copie de votre dossier", "Tesfaye", "Éthiopie", "lang=ar")
	_, body = w.get("physician", path+"copy?lang=ar")
	w.want("copy", body, `<html lang="ar" dir="rtl"`, "نسخة من سجلك")
	_, body = w.get("privacy_officer", path+"looked?lang=en")
	w.want("looked", body, "Who looked at your record", "Dr Samira Haddad", "Gave out", "The person asked")
	for _, login := range []string{"", "nurse", "reception", "administrator"} {
		if status, body := w.get(login, path+"copy"); status != 403 || strings.Contains(body, "Éthiopie") {
			t.Errorf("%q: %d", login, status)
		}
	}
}

// Every page of this area, asked by everybody: nothing breaks, and nothing is open
// to somebody without a role.
func TestNoPageBreaksForAnybody(t *testing.T) {
	w := newWorld(t, "")
	person := w.register("Tesfaye")
	paths := []string{"/audit", "/audit/glass", "/audit/policy", "/rights", "/rights/new", "/complaints", "/erasures", "/erasures/new", "/review",
		"/people/" + person.String() + "/print/copy", "/people/" + person.String() + "/print/looked", "/rights/x", "/complaints/x", "/erasures/x", "/review/x", "/audit/glass/x",
		"/review/" + person.String() + "?topic=birth"}
	logins := []string{""}
	for l := range w.users {
		logins = append(logins, l)
	}
	for _, path := range paths {
		for _, login := range logins {
			status, body := w.get(login, path)
			if status >= 500 || strings.Contains(body, "[stewardship.") || strings.Contains(body, "[door.") {
				t.Errorf("%s for %q: %d", path, login, status)
			}
			if login == "" && status < 400 {
				t.Errorf("%s is open to nobody: %d", path, status)
			}
		}
	}
}

func TestEveryWayOutOfThisAreaIsRegistered(t *testing.T) {
	s := New(Deps{})
	var patterns []string
	for _, r := range s.Outlets() {
		patterns = append(patterns, r.Patterns...)
		if err := r.Valid(mustPurposes(t)); err != nil {
			t.Error(err)
		}
	}
	mux := http.NewServeMux()
	s.Routes(mux)
	for _, p := range patterns {
		method, path, _ := strings.Cut(p, " ")
		r, _ := http.NewRequest(method, strings.ReplaceAll(path, "{id}", db.NewID().String()), nil)
		if _, got := mux.Handler(r); got != p {
			t.Errorf("%s is registered and %q is served", p, got)
		}
	}
	if left := access.Unregistered([]string{"GET /people/{id}/print/copy", "GET /people/{id}/print/looked"}, s.Outlets()); len(left) > 0 {
		t.Error(left)
	}
}

func mustPurposes(t *testing.T) []access.Purpose {
	t.Helper()
	a, err := access.New(access.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return a.Purposes()
}

func FuzzAuditKey(f *testing.F) {
	f.Add("1.2.3")
	f.Add("..")
	f.Add("99999999999999999999.0.0")
	f.Fuzz(func(t *testing.T, s string) {
		if k := parseKey(s); k != nil {
			if again := parseKey(formatKey(*k)); again == nil || *again != *k {
				t.Errorf("%q: %v became %v", s, k, again)
			}
		}
	})
}

func TestFirstInstant(t *testing.T) {
	if got := startOf(calendar.DayOf(2026, 11, 22)).Format("2006-01-02T15:04:05Z"); got != "2026-11-22T00:00:00Z" {
		t.Error(got)
	}
}
