package app

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/godwit-health/godwit/internal/kernel/access"
)

// newUser fills the page that adds a user.
func newUser(v *visitor, login string, roles ...string) answer {
	v.t.Helper()
	f := v.form("/admin/users/new")
	f.set("login", login, "name", "Amina Yusuf", "sites", access.All, "programmes", "*", "sensitivity", "clinical", "locale", "fr")
	f.values["roles"] = roles
	return f.send()
}

var spoken = regexp.MustCompile(`[bdfgkmnprstz][aeiou][bdfgkmnprstz][aeiou](-[a-z]{4}){3}`)

// userPath is the page of a user, from the list.
func userPath(v *visitor, name string) string {
	v.t.Helper()
	var path string
	each(v.get("/admin/users").doc, "a", func(e *html.Node) {
		if text(e) == name {
			path = attr(e, "href")
		}
	})
	if path == "" {
		v.t.Fatalf("%s is not in the list", name)
	}
	return path
}

func TestAnAdministratorAddsAUserWhoSignsIn(t *testing.T) {
	n := startNode(t)
	admin := n.at(access.Administrator)
	made := newUser(admin, "ayusuf", "nurse").says(t, 200, "Amina Yusuf", "only now", "Has to choose a password")
	password := spoken.FindString(made.body)
	if password == "" {
		t.Fatalf("no password is shown: %s", text(made.doc))
	}
	path := userPath(admin, "Amina Yusuf")
	if again := admin.get(path); strings.Contains(again.body, password) {
		t.Error("the password is shown a second time")
	}
	newUser(admin, "ayusuf", "nurse").says(t, http.StatusUnprocessableEntity, "Another user has this sign-in name")
	newUser(admin, "other", "nurse", "administrator").says(t, http.StatusUnprocessableEntity, "need an account of their own")
	newUser(admin, "other").says(t, http.StatusUnprocessableEntity, "Give at least one role")

	nurse := n.visit()
	if first := nurse.post("/login", url.Values{"login": {"ayusuf"}, "password": {password}}); first.path != access.PathPassword {
		t.Fatalf("the first page after a temporary password is %s", first.path)
	}
	nurse.formOf(nurse.get(access.PathPassword), "").set("old", password, "password", "sandpiper by the salt pan", "again", "sandpiper by the salt pan").send()
	nurse.get("/worklist").says(t, 200)

	// Every sign-in is ended, a new password is given, the account is disabled and enabled.
	admin.post(path+"/end", nil).says(t, 200, "Every sign-in was ended")
	if a := nurse.get("/worklist"); !strings.HasPrefix(a.path, "/login") {
		t.Errorf("the ended log-in opens %s", a.path)
	}
	given := admin.post(path+"/password", nil).says(t, 200, "only now")
	if p := spoken.FindString(given.body); p == "" || p == password {
		t.Errorf("the new password is %q", p)
	}
	admin.post(path+"/disable", nil).says(t, 200, "Disabled")
	nurse.post("/login", url.Values{"login": {"ayusuf"}, "password": {spoken.FindString(given.body)}}).says(t, http.StatusUnprocessableEntity, "wrong")
	admin.post(path+"/enable", nil).says(t, 200, "Has to choose a password")
}

func TestAnAdministratorChangesRolesAndTheyCountFromTheNextClick(t *testing.T) {
	n := startNode(t)
	admin, nurse := n.at(access.Administrator), n.at(access.Nurse)
	nurse.get("/worklist").says(t, 200)
	f := admin.form(userPath(admin, "Almaz Bekele") + "/edit")
	if f.values.Get("roles") != "nurse" || f.values.Get("sensitivity") != "clinical" || f.values.Get("programmes") != "*" {
		t.Fatalf("the form does not hold what is so: %v", f.values)
	}
	f.set("roles", "epidemiologist").send().says(t, 200, "Epidemiologist", "Roles or rights were changed")
	nurse.get("/worklist").says(t, http.StatusForbidden)
}

func TestAfterWrongPasswordsAnAdministratorLetsTheUserTryAgain(t *testing.T) {
	n := startNode(t)
	admin, door := n.at(access.Administrator), n.visit()
	path := userPath(admin, "Almaz Bekele")
	if a := admin.get(path); strings.Contains(a.body, path+"/unlock") {
		t.Error("an open account can be opened")
	}
	for range 5 {
		door.post("/login", url.Values{"login": {"nurse"}, "password": {"not the password"}})
	}
	right := url.Values{"login": {"nurse"}, "password": {demoPassword()}}
	door.post("/login", right).says(t, http.StatusUnprocessableEntity, "Too many attempts")
	admin.pick(admin.get(path).says(t, 200, "Wrong passwords: waits"), path+"/unlock").send().says(t, 200, "lifted")
	door.post("/login", right).says(t, 200)
}

func TestUsersAreTheAdministratorsToChangeAndNobodyElses(t *testing.T) {
	n := startNode(t)
	path := userPath(n.at(access.Administrator), "Almaz Bekele")
	for _, role := range access.Roles() {
		if role == access.Administrator {
			continue
		}
		v := n.at(role)
		for _, act := range []string{"/password", "/disable", "/enable", "/unlock", "/end", "/edit"} {
			v.post(path+act, url.Values{"roles": {"physician"}}).says(t, http.StatusForbidden)
		}
		v.get("/admin/users/new").says(t, http.StatusForbidden)
		v.post("/admin/users/new", nil).says(t, http.StatusForbidden)
		if a := v.get(path); a.status == 200 && len(v.forms(a)) > 0 {
			t.Errorf("%s is offered %d acts on an account", role, len(v.forms(a)))
		}
	}
	n.at(access.Nurse).get(path).says(t, http.StatusForbidden)
	n.at(access.PrivacyOfficer).get(path).says(t, 200, "Almaz Bekele")
}

func TestAnAdministratorDoesNothingToTheOwnAccount(t *testing.T) {
	n := startNode(t)
	admin := n.at(access.Administrator)
	path := userPath(admin, "Pavel Novak")
	if a := admin.get(path).says(t, 200, "This is your own account"); len(admin.forms(a)) > 0 {
		t.Error("acts on the own account are offered")
	}
	for _, act := range []string{"/password", "/disable"} {
		admin.post(path+act, nil).says(t, http.StatusConflict, "own account")
	}
	f := admin.form(path + "/edit")
	f.set("roles", "physician").send().says(t, http.StatusUnprocessableEntity, "own account")
	admin.get("/people").says(t, http.StatusForbidden)
}

func TestThePrivacyOfficerIsToldOfANewAccountUntilTheyLook(t *testing.T) {
	n := startNode(t)
	officer := n.at(access.PrivacyOfficer)
	look := func() answer {
		f := officer.pick(officer.get("/audit/accounts"), "/audit/accounts")
		return f.send()
	}
	look().says(t, 200) // the demo's own staff
	if a := officer.get("/"); strings.Contains(text(a.doc), "waits for you") {
		t.Fatalf("something waits after all was looked at: %s", text(a.doc))
	}
	newUser(n.at(access.Administrator), "ayusuf", "physician").says(t, 200)
	officer.get("/").says(t, 200, "1 act on an account waits for you")
	officer.get("/audit/accounts").says(t, 200, "Pavel Novak", "Amina Yusuf", "Physician", "The account was made")
	look().says(t, 200)
	if a := officer.get("/"); strings.Contains(text(a.doc), "waits for you") {
		t.Error("it waits after it was looked at")
	}
	n.at(access.Administrator).get("/audit/accounts").says(t, http.StatusForbidden)
}

func TestNoPageOfUsersPutsANameIntoItsAddress(t *testing.T) {
	n := startNode(t)
	admin := n.at(access.Administrator)
	newUser(admin, "ayusuf", "nurse")
	for _, href := range admin.get("/admin/users").links() {
		if strings.Contains(href, "ayusuf") || strings.Contains(strings.ToLower(href), "amina") {
			t.Errorf("an address names a user: %s", href)
		}
	}
}
