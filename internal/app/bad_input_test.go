package app

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Bad input through the whole node, gate included: each has an answer that says
// what is wrong and where, and nothing is half written.

// persons counts who is registered.
func (n *testNode) persons() (count int) {
	n.t.Helper()
	n.read(func(tx *db.Tx) error { return tx.Row("SELECT count(*) FROM people_person").Scan(&count) })
	return count
}

// amina is a whole registration.
var amina = []string{"family", "ورسمة", "given", "أمينة", "family_latin", "Warsame", "given_latin", "Amina", "sex", "female", "birth-day", "3", "birth-month", "3", "birth-year", "1996"}

// What was typed while the log-in ran out is shown after the log-in and goes
// through as if it had come in time: on a screen that locked, and after the log-in
// itself had ended.
func TestAFormSentTooLateIsKept(t *testing.T) {
	for _, tc := range []struct {
		why  string
		away time.Duration
		door string
	}{
		{"the screen had locked", 20 * time.Minute, "/unlock"},
		{"the log-in had ended", 13 * time.Hour, "/login"},
	} {
		t.Run(tc.why, func(t *testing.T) {
			n := startNode(t)
			v := n.at(access.Reception)
			f := v.form("/people/new").set(amina...)
			n.clock.move(tc.away)
			a := f.send().says(t, 200, "kept")
			if !strings.HasPrefix(a.path, tc.door) {
				t.Fatalf("a form that came too late led to %s, want %s", a.path, tc.door)
			}
			if n.persons() != 0 {
				t.Fatal("somebody was registered without a log-in")
			}
			// Another browser's user sees nothing of it.
			other := n.at(access.Nurse)
			if a := other.get(access.PathKept); strings.Contains(a.body, "Amina") {
				t.Error("the form is shown to somebody else")
			}
			door := v.formOf(a, a.path).set("password", demoPassword())
			if door.names["login"] {
				door.set("login", "reception")
			}
			a = door.send().says(t, 200, "Amina", "أمينة", "Warsame", "1996")
			if strings.Contains(text(a.doc), demoPassword()) {
				t.Error("a password is shown")
			}
			f = v.pick(a, access.PathKeptSend)
			a = f.send().says(t, 200, "Amina", "Warsame")
			if n.persons() != 1 || !strings.HasPrefix(a.path, "/people/") {
				t.Errorf("%d persons, at %s", n.persons(), a.path)
			}
			// Taken in once: it is not offered again.
			v.get(access.PathKept).says(t, 200, "No form is waiting")
		})
	}
}

// A log-in that nobody had keeps nothing: there is nobody to keep it for.
func TestAFormOfNobodyIsNotKept(t *testing.T) {
	n := startNode(t)
	v := n.visit()
	a := v.post("/people", url.Values{"family_latin": {"Warsame"}, "id": {db.NewID().String()}}).says(t, 200)
	if !strings.HasPrefix(a.path, "/login") || n.persons() != 0 {
		t.Errorf("at %s with %d persons", a.path, n.persons())
	}
}

// zeros is a file of any size.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }

func TestBadInputHasAClearAnswerAndLeavesNothing(t *testing.T) {
	n := startNode(t)
	v := n.at(access.Reception)
	register := func() *filled { return v.form("/people/new").set(amina...) }
	for _, tc := range []struct {
		why   string
		send  func() answer
		want  int
		words []string
	}{
		{"a birth date in the future", func() answer { return register().set("birth-year", "2027").send() }, 422, []string{"There is a problem", "The birth date lies in the future"}},
		{"a day that is none", func() answer { return register().set("birth-day", "31", "birth-month", "2").send() }, 422, []string{"There is a problem", "not a day of the calendar"}},
		{"a birth date of another century", func() answer { return register().set("birth-year", "1850").send() }, 422, []string{"130 years"}},
		{"a country that is none", func() answer { return register().set("nationalities", "ZZZ").send() }, 422, []string{"Choose a nationality from the list"}},
		{"nobody's name", func() answer {
			return register().set("family", "", "given", "", "family_latin", "", "given_latin", "").send()
		}, 422, []string{"Enter a name in either script"}},
		{"an id that is none", func() answer { return register().set("id", "7").send() }, 422, nil},
		{"a body of another type", func() answer {
			return v.do(v.request(http.MethodPost, "/people", "application/json", strings.NewReader(`{"family_latin":"Warsame"}`)))
		}, 422, []string{"The form could not be read"}},
		{"a body without a type", func() answer {
			return v.do(v.request(http.MethodPost, "/people", "", strings.NewReader("family_latin=Warsame")))
		}, 422, []string{"The form could not be read"}},
		{"a body that is cut", func() answer {
			return v.do(v.request(http.MethodPost, "/people", "multipart/form-data; boundary=x", strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n7")))
		}, 422, []string{"The form could not be read"}},
		{"a form of fifty megabytes", func() answer {
			return v.do(v.request(http.MethodPost, "/people", "application/x-www-form-urlencoded", io.MultiReader(strings.NewReader("notes="), io.LimitReader(letters{}, 50<<20))))
		}, 422, []string{"too large"}},
		{"a machine-readable zone that is cut", func() answer {
			return v.form("/people/new").v.pick(v.get("/people/new"), "/people/new/document").set("zone", "P<UTOERIKSSON<<ANNA<MARIA").send()
		}, 422, nil},
		{"a machine-readable zone with a wrong check digit", func() answer {
			return v.pick(v.get("/people/new"), "/people/new/document").set("zone", "P<ERIWARSAME<<AMINA<<<<<<<<<<<<<<<<<<<<<<<<<\nK1234567<7ERI9603035F3112032<<<<<<<<<<<<<<02").send()
		}, 200, []string{"A check digit is wrong", "Type by hand what does not fit"}},
		{"a page of another site", func() answer {
			req := v.request(http.MethodPost, "/people", "application/x-www-form-urlencoded", strings.NewReader(register().values.Encode()))
			req.Header.Set("Origin", "https://elsewhere.example.org")
			return v.do(req)
		}, 403, nil},
		{"a page that does not exist", func() answer { return v.get("/people/new/nowhere/at/all") }, 404, []string{"does not exist"}},
	} {
		a := tc.send()
		if a.says(t, tc.want, tc.words...); t.Failed() {
			t.Fatalf("%s", tc.why)
		}
		if got := n.persons(); got != 0 {
			t.Fatalf("%s: %d persons are registered", tc.why, got)
		}
	}
	// What was typed is shown again, so that only the wrong answer is typed anew.
	a := register().set("birth-year", "2027").send()
	again := v.formOf(a, "/people")
	for i := 0; i < len(amina); i += 2 {
		if want := amina[i+1]; amina[i] != "birth-year" && again.values.Get(amina[i]) != want {
			t.Errorf("%s: %q is shown again, %q was typed", amina[i], again.values.Get(amina[i]), want)
		}
	}
	again.set("birth-year", "1996").send().says(t, 200, "Warsame")
	if n.persons() != 1 {
		t.Error("a corrected registration is not there")
	}
}

// letters is a text of any size.
type letters struct{}

func (letters) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'a'
	}
	return len(b), nil
}

// A photo of fifty megabytes is refused with its own sentence, and one that is no
// picture with another.
func TestABadPhotoIsRefusedWithItsSentence(t *testing.T) {
	n := startNode(t)
	person := n.woman()
	v := n.at(access.Reception)
	path := "/people/" + person.String() + "/photo"
	v.form(path).sendFile("photo", "amina.jpg", io.LimitReader(zeros{}, 50<<20)).says(t, 422, "The picture is too large. At most")
	v.form(path).sendFile("photo", "amina.jpg", strings.NewReader("GIF89a no picture")).says(t, 422, "JPEG or PNG")
	v.get("/people/"+person.String()).says(t, 200, "No photo")
}
