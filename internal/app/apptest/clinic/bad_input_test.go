package clinic

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Bad input through the whole node, gate included: each has an answer that says
// what is wrong and where, and nothing is half written.

// persons counts who is registered.
func persons(n *apptest.Node) (count int) {
	n.T.Helper()
	n.Read(func(tx *db.Tx) error { return tx.Row("SELECT count(*) FROM people_person").Scan(&count) })
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
			n := apptest.Start(t)
			v := n.At(access.Reception)
			f := v.Form("/people/new").Set(amina...)
			n.Clock.Move(tc.away)
			a := f.Send().Says(t, 200, "kept")
			if !strings.HasPrefix(a.Path, tc.door) {
				t.Fatalf("a form that came too late led to %s, want %s", a.Path, tc.door)
			}
			if persons(n) != 0 {
				t.Fatal("somebody was registered without a log-in")
			}
			// Another browser's user sees nothing of it.
			other := n.At(access.Nurse)
			if a := other.Get(access.PathKept); strings.Contains(a.Body, "Amina") {
				t.Error("the form is shown to somebody else")
			}
			door := v.FormOf(a, a.Path).Set("password", app.DemoPassword())
			if door.Names["login"] {
				door.Set("login", "reception")
			}
			a = door.Send().Says(t, 200, "Amina", "أمينة", "Warsame", "1996")
			if strings.Contains(apptest.Text(a.Doc), app.DemoPassword()) {
				t.Error("a password is shown")
			}
			f = v.Pick(a, access.PathKeptSend)
			a = f.Send().Says(t, 200, "Amina", "Warsame")
			if persons(n) != 1 || !strings.HasPrefix(a.Path, "/people/") {
				t.Errorf("%d persons, at %s", persons(n), a.Path)
			}
			// Taken in once: it is not offered again.
			v.Get(access.PathKept).Says(t, 200, "No form is waiting")
		})
	}
}

// A log-in that nobody had keeps nothing: there is nobody to keep it for.
func TestAFormOfNobodyIsNotKept(t *testing.T) {
	n := apptest.Start(t)
	v := n.Visit()
	a := v.Post("/people", url.Values{"family_latin": {"Warsame"}, "id": {db.NewID().String()}}).Says(t, 200)
	if !strings.HasPrefix(a.Path, "/login") || persons(n) != 0 {
		t.Errorf("at %s with %d persons", a.Path, persons(n))
	}
}

// zeros is a file of any size.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }

func TestBadInputHasAClearAnswerAndLeavesNothing(t *testing.T) {
	n := apptest.Start(t)
	v := n.At(access.Reception)
	register := func() *apptest.Filled { return v.Form("/people/new").Set(amina...) }
	for _, tc := range []struct {
		why   string
		send  func() apptest.Answer
		want  int
		words []string
	}{
		{"a birth date in the future", func() apptest.Answer { return register().Set("birth-year", "2027").Send() }, 422, []string{"There is a problem", "The birth date lies in the future"}},
		{"a day that is none", func() apptest.Answer { return register().Set("birth-day", "31", "birth-month", "2").Send() }, 422, []string{"There is a problem", "not a day of the calendar"}},
		{"a birth date of another century", func() apptest.Answer { return register().Set("birth-year", "1850").Send() }, 422, []string{"130 years"}},
		{"a country that is none", func() apptest.Answer { return register().Set("nationalities", "ZZZ").Send() }, 422, []string{"Choose a nationality from the list"}},
		{"nobody's name", func() apptest.Answer {
			return register().Set("family", "", "given", "", "family_latin", "", "given_latin", "").Send()
		}, 422, []string{"Enter a name in either script"}},
		{"an id that is none", func() apptest.Answer { return register().Set("id", "7").Send() }, 422, nil},
		{"a body of another type", func() apptest.Answer {
			return v.Do(v.Request(http.MethodPost, "/people", "application/json", strings.NewReader(`{"family_latin":"Warsame"}`)))
		}, 422, []string{"The form could not be read"}},
		{"a body without a type", func() apptest.Answer {
			return v.Do(v.Request(http.MethodPost, "/people", "", strings.NewReader("family_latin=Warsame")))
		}, 422, []string{"The form could not be read"}},
		{"a body that is cut", func() apptest.Answer {
			return v.Do(v.Request(http.MethodPost, "/people", "multipart/form-data; boundary=x", strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n7")))
		}, 422, []string{"The form could not be read"}},
		{"a form of fifty megabytes", func() apptest.Answer {
			return v.Do(v.Request(http.MethodPost, "/people", "application/x-www-form-urlencoded", io.MultiReader(strings.NewReader("notes="), io.LimitReader(letters{}, 50<<20))))
		}, 422, []string{"too large"}},
		{"a machine-readable zone that is cut", func() apptest.Answer {
			return v.Form("/people/new").V.Pick(v.Get("/people/new"), "/people/new/document").Set("zone", "P<UTOERIKSSON<<ANNA<MARIA").Send()
		}, 422, nil},
		{"a machine-readable zone with a wrong check digit", func() apptest.Answer {
			return v.Pick(v.Get("/people/new"), "/people/new/document").Set("zone", "P<ERIWARSAME<<AMINA<<<<<<<<<<<<<<<<<<<<<<<<<\nK1234567<7ERI9603035F3112032<<<<<<<<<<<<<<02").Send()
		}, 200, []string{"A check digit is wrong", "Type by hand what does not fit"}},
		{"a page of another site", func() apptest.Answer {
			req := v.Request(http.MethodPost, "/people", "application/x-www-form-urlencoded", strings.NewReader(register().Values.Encode()))
			req.Header.Set("Origin", "https://elsewhere.example.org")
			return v.Do(req)
		}, 403, nil},
		{"a page that does not exist", func() apptest.Answer { return v.Get("/people/new/nowhere/at/all") }, 404, []string{"does not exist"}},
	} {
		a := tc.send()
		if a.Says(t, tc.want, tc.words...); t.Failed() {
			t.Fatalf("%s", tc.why)
		}
		if got := persons(n); got != 0 {
			t.Fatalf("%s: %d persons are registered", tc.why, got)
		}
	}
	// What was typed is shown again, so that only the wrong answer is typed anew.
	a := register().Set("birth-year", "2027").Send()
	again := v.FormOf(a, "/people")
	for i := 0; i < len(amina); i += 2 {
		if want := amina[i+1]; amina[i] != "birth-year" && again.Values.Get(amina[i]) != want {
			t.Errorf("%s: %q is shown again, %q was typed", amina[i], again.Values.Get(amina[i]), want)
		}
	}
	again.Set("birth-year", "1996").Send().Says(t, 200, "Warsame")
	if persons(n) != 1 {
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
	n := apptest.Start(t)
	person := n.Woman()
	v := n.At(access.Reception)
	path := "/people/" + person.String() + "/photo"
	v.Form(path).SendFile("photo", "amina.jpg", io.LimitReader(zeros{}, 50<<20)).Says(t, 422, "The picture is too large. At most")
	v.Form(path).SendFile("photo", "amina.jpg", strings.NewReader("GIF89a no picture")).Says(t, 422, "JPEG or PNG")
	v.Get("/people/"+person.String()).Says(t, 200, "No photo")
}
