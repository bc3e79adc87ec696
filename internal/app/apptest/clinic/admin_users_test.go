package clinic

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/kernel/access"
)

// newUser fills the page that adds a user.
func newUser(v *apptest.Visitor, login string, roles ...string) apptest.Answer {
	v.T.Helper()
	f := v.Form("/admin/users/new")
	f.Set("login", login, "name", "Amina Yusuf", "sites", access.All, "programmes", "*", "sensitivity", "clinical", "locale", "fr")
	f.Values["roles"] = roles
	return f.Send()
}

var spoken = regexp.MustCompile(`[bdfgkmnprstz][aeiou][bdfgkmnprstz][aeiou](-[a-z]{4}){3}`)

// userPath is the page of a user, from the list.
func userPath(v *apptest.Visitor, name string) string {
	v.T.Helper()
	var path string
	apptest.Each(v.Get("/admin/users").Doc, "a", func(e *html.Node) {
		if apptest.Text(e) == name {
			path = apptest.Attr(e, "href")
		}
	})
	if path == "" {
		v.T.Fatalf("%s is not in the list", name)
	}
	return path
}

func TestAnAdministratorAddsAUserWhoSignsIn(t *testing.T) {
	n := apptest.Start(t)
	admin := n.At(access.Administrator)
	made := newUser(admin, "ayusuf", "nurse").Says(t, 200, "Amina Yusuf", "only now", "Has to choose a password")
	password := spoken.FindString(made.Body)
	if password == "" {
		t.Fatalf("no password is shown: %s", apptest.Text(made.Doc))
	}
	path := userPath(admin, "Amina Yusuf")
	if again := admin.Get(path); strings.Contains(again.Body, password) {
		t.Error("the password is shown a second time")
	}
	newUser(admin, "ayusuf", "nurse").Says(t, http.StatusUnprocessableEntity, "Another user has this sign-in name")
	newUser(admin, "other", "nurse", "administrator").Says(t, http.StatusUnprocessableEntity, "need an account of their own")
	newUser(admin, "other").Says(t, http.StatusUnprocessableEntity, "Give at least one role")

	nurse := n.Visit()
	if first := nurse.Post("/login", url.Values{"login": {"ayusuf"}, "password": {password}}); first.Path != access.PathPassword {
		t.Fatalf("the first page after a temporary password is %s", first.Path)
	}
	nurse.FormOf(nurse.Get(access.PathPassword), "").Set("old", password, "password", "sandpiper by the salt pan", "again", "sandpiper by the salt pan").Send()
	nurse.Get("/worklist").Says(t, 200)

	// Every sign-in is ended, a new password is given, the account is disabled and enabled.
	admin.Post(path+"/end", nil).Says(t, 200, "Every sign-in was ended")
	if a := nurse.Get("/worklist"); !strings.HasPrefix(a.Path, "/login") {
		t.Errorf("the ended log-in opens %s", a.Path)
	}
	given := admin.Post(path+"/password", nil).Says(t, 200, "only now")
	if p := spoken.FindString(given.Body); p == "" || p == password {
		t.Errorf("the new password is %q", p)
	}
	admin.Post(path+"/disable", nil).Says(t, 200, "Disabled")
	nurse.Post("/login", url.Values{"login": {"ayusuf"}, "password": {spoken.FindString(given.Body)}}).Says(t, http.StatusUnprocessableEntity, "wrong")
	admin.Post(path+"/enable", nil).Says(t, 200, "Has to choose a password")
}

func TestAnAdministratorChangesRolesAndTheyCountFromTheNextClick(t *testing.T) {
	n := apptest.Start(t)
	admin, nurse := n.At(access.Administrator), n.At(access.Nurse)
	nurse.Get("/worklist").Says(t, 200)
	f := admin.Form(userPath(admin, "Almaz Bekele") + "/edit")
	if f.Values.Get("roles") != "nurse" || f.Values.Get("sensitivity") != "clinical" || f.Values.Get("programmes") != "*" {
		t.Fatalf("the form does not hold what is so: %v", f.Values)
	}
	f.Set("roles", "epidemiologist").Send().Says(t, 200, "Epidemiologist", "Roles or rights were changed")
	nurse.Get("/worklist").Says(t, http.StatusForbidden)
}

func TestAfterWrongPasswordsAnAdministratorLetsTheUserTryAgain(t *testing.T) {
	n := apptest.Start(t)
	admin, door := n.At(access.Administrator), n.Visit()
	path := userPath(admin, "Almaz Bekele")
	if a := admin.Get(path); strings.Contains(a.Body, path+"/unlock") {
		t.Error("an open account can be opened")
	}
	for range 5 {
		door.Post("/login", url.Values{"login": {"nurse"}, "password": {"not the password"}})
	}
	right := url.Values{"login": {"nurse"}, "password": {app.DemoPassword()}}
	door.Post("/login", right).Says(t, http.StatusUnprocessableEntity, "Too many attempts")
	admin.Pick(admin.Get(path).Says(t, 200, "Wrong passwords: waits"), path+"/unlock").Send().Says(t, 200, "lifted")
	door.Post("/login", right).Says(t, 200)
}

func TestUsersAreTheAdministratorsToChangeAndNobodyElses(t *testing.T) {
	n := apptest.Start(t)
	path := userPath(n.At(access.Administrator), "Almaz Bekele")
	for _, role := range access.Roles() {
		if role == access.Administrator {
			continue
		}
		v := n.At(role)
		for _, act := range []string{"/password", "/disable", "/enable", "/unlock", "/end", "/edit"} {
			v.Post(path+act, url.Values{"roles": {"physician"}}).Says(t, http.StatusForbidden)
		}
		v.Get("/admin/users/new").Says(t, http.StatusForbidden)
		v.Post("/admin/users/new", nil).Says(t, http.StatusForbidden)
		if a := v.Get(path); a.Status == 200 && len(v.Forms(a)) > 0 {
			t.Errorf("%s is offered %d acts on an account", role, len(v.Forms(a)))
		}
	}
	n.At(access.Nurse).Get(path).Says(t, http.StatusForbidden)
	n.At(access.PrivacyOfficer).Get(path).Says(t, 200, "Almaz Bekele")
}

func TestAnAdministratorDoesNothingToTheOwnAccount(t *testing.T) {
	n := apptest.Start(t)
	admin := n.At(access.Administrator)
	path := userPath(admin, "Pavel Novak")
	if a := admin.Get(path).Says(t, 200, "This is your own account"); len(admin.Forms(a)) > 0 {
		t.Error("acts on the own account are offered")
	}
	for _, act := range []string{"/password", "/disable"} {
		admin.Post(path+act, nil).Says(t, http.StatusConflict, "own account")
	}
	f := admin.Form(path + "/edit")
	f.Set("roles", "physician").Send().Says(t, http.StatusUnprocessableEntity, "own account")
	admin.Get("/people").Says(t, http.StatusForbidden)
}

func TestThePrivacyOfficerIsToldOfANewAccountUntilTheyLook(t *testing.T) {
	n := apptest.Start(t)
	officer := n.At(access.PrivacyOfficer)
	look := func() apptest.Answer {
		f := officer.Pick(officer.Get("/audit/accounts"), "/audit/accounts")
		return f.Send()
	}
	look().Says(t, 200) // the demo's own staff
	if a := officer.Get("/"); strings.Contains(apptest.Text(a.Doc), "waits for you") {
		t.Fatalf("something waits after all was looked at: %s", apptest.Text(a.Doc))
	}
	newUser(n.At(access.Administrator), "ayusuf", "physician").Says(t, 200)
	officer.Get("/").Says(t, 200, "1 act on an account waits for you")
	officer.Get("/audit/accounts").Says(t, 200, "Pavel Novak", "Amina Yusuf", "Physician", "The account was made")
	look().Says(t, 200)
	if a := officer.Get("/"); strings.Contains(apptest.Text(a.Doc), "waits for you") {
		t.Error("it waits after it was looked at")
	}
	n.At(access.Administrator).Get("/audit/accounts").Says(t, http.StatusForbidden)
}

func TestNoPageOfUsersPutsANameIntoItsAddress(t *testing.T) {
	n := apptest.Start(t)
	admin := n.At(access.Administrator)
	newUser(admin, "ayusuf", "nurse")
	for _, href := range admin.Get("/admin/users").Links() {
		if strings.Contains(href, "ayusuf") || strings.Contains(strings.ToLower(href), "amina") {
			t.Errorf("an address names a user: %s", href)
		}
	}
}
