package e2e

import (
	"fmt"
	"github.com/godwit-health/godwit/e2e/browser"
	"github.com/godwit-health/godwit/e2e/program"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// A screen that locked itself while somebody typed loses nothing: the password
// opens it, what was typed is shown, and one button sends it.
func TestAFormSentFromALockedScreenIsKept(t *testing.T) {
	b := open(t, world(t)).size(1280)
	b.logIn("reception").in("en").visit("/people/new")
	name := "Sandpiper" + letters(time.Now())
	b.set("family_latin", name).set("given_latin", "Calidris").set("birth-year", "1990").set("sex", "female").set("languages", "en").set("interpreter", "no")
	b.does1(`fetch("/lock",{method:"POST",redirect:"manual"})`) // what fifteen minutes without a touch do
	b.saves()
	b.sees(say(t, "en", "door.unlock.title"), say(t, "en", "door.kept.waiting")).seesNot(name)

	b.set("password", "not the password").submit().sees(say(t, "en", "door.unlock.title"))
	b.set("password", password).submit()
	b.sees(say(t, "en", "door.kept.title"), name, "Calidris", "1990")
	b.leave(`document.querySelector("form[action='/kept/send'] button").click()`)
	if !personPath.MatchString(b.where()) {
		t.Fatalf("the kept form was not sent: %s %s", b.where(), b.text())
	}
	b.sees(begin(say(t, "en", "people.registered")), name)
	if b.visit("/kept").says(name) {
		t.Error("a form that was sent is still kept")
	}
}

// A log-in that the administrator ended while somebody typed: after logging in
// again, and after the new password was chosen, what was typed is there.
func TestAFormSentAfterTheLogInEndedIsKept(t *testing.T) {
	base, dir := world(t), worldDir(t)
	if dir == "" {
		t.Skip("skipped: the folder of the running demo is not known (GODWIT_DEMO_OUTPUT)")
	}
	const login, temporary = "medical_officer_2", "sanderlings run before the wave"
	b := open(t, base).size(1280)
	b.logIn("reception").in("en")
	person := b.visit("/people/today").links("/people/0")
	if len(person) == 0 {
		t.Fatal("nobody is here today")
	}
	code := personCode.FindString(b.visit(person[0]).text())
	b.logIn(login).in("en").visit("/rights/new").set("code", code).set("asked", "copy").set("by", "self").set("words", "I ask for a copy; my sister Dunlin may fetch it")

	cmd := exec.Command(command(t), "user", "passwd", login, "--dir", dir)
	cmd.Stdin = strings.NewReader(temporary + "\n")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "every log-in") {
		t.Fatalf("user passwd: %v %s", err, out)
	}
	b.submit()
	b.sees(say(t, "en", "door.login.title"), say(t, "en", "door.kept.waiting")).seesNot("Dunlin")
	b.set("login", login).set("password", temporary).submit()
	b.sees(say(t, "en", "door.password.temporary"))
	b.set("old", temporary).set("password", password).set("again", password).submit()
	b.visit("/kept").sees("Dunlin", code)
	b.leave(`document.querySelector("form[action='/kept/send'] button").click()`)
	b.sees(say(t, "en", "stewardship.rights.saved"))
}

// A form that is sent twice is saved once, and says so.
func TestAFormSentTwiceIsSavedOnce(t *testing.T) {
	b := open(t, world(t)).size(1280)
	b.logIn("reception").in("en").visit("/people/new")
	name := "Turnstone" + letters(time.Now())
	b.set("family_latin", name).set("given_latin", "Arenaria").set("birth-year", "1991").set("sex", "male").set("languages", "en").set("interpreter", "no").set("arrived", "yes")
	b.sendsFirst(`main form[action='/people']`)
	b.saves()
	b.sees(say(t, "en", "people.saved_already"))
	if b.status() != 409 {
		t.Errorf("a replayed registration answers %d", b.status())
	}
	b.follow("/people/").sees(name)
	person := b.where()

	b.follow("/stays/new").set("place", "ETH").set("from-year", "1991").set("to-year", "2010")
	b.sendsFirst("main form")
	b.submit().sees(say(t, "en", "people.saved_already"))
	if n := strings.Count(b.visit(person+"/journey").text(), "Ethiopia"); n != 1 {
		t.Errorf("the stay stands there %d times", n)
	}

	b.visit(person).follow("/cases/new").follow("destination=us-immigrant")
	b.set("members", strings.TrimPrefix(person, "/people/")).set("number", "E2E-TWICE-"+letters(time.Now())).set("exam_country", "KEN")
	b.sendsFirst("main form")
	b.submit().sees(say(t, "en", "assessment.case.already"))
	board := b.where()

	b.logIn("radiographer").visit("/worklist/radiology").row(name)
	order := b.where()
	b.follow(order + "/result")
	for range tries { // until one more would be the last
		if b.fill(answers{"identity": "photo"}); b.sendsFirst("main form") == order {
			break
		}
		b.submit()
	}
	b.submit().sees(say(t, "en", "order.error.replayed"))
	b.visit(order)
	if n := len(b.links("/results/")); n != 1 {
		t.Errorf("%d results after a form sent twice", n)
	}
	b.logIn("reception").visit(board).sees(name)
}

// does1 runs a script that gives a promise, and waits for it.
func (b *tab) does1(js string) {
	b.t.Helper()
	eval[bool](b, `window.godwitDone=false;(`+js+`).then(function(){window.godwitDone=true},function(e){window.godwitDone=String(e)});true`)
	b.until(`window.godwitDone===true`)
}

// sendsFirst sends a form behind the page's back, as a double click or a reload
// would, and returns the path it led to.
func (b *tab) sendsFirst(form string) string {
	b.t.Helper()
	b.does1(fmt.Sprintf(`(function(){var f=document.querySelector(%s);window.godwitLed="";
		return fetch(f.getAttribute("action")||location.href,{method:"POST",body:new URLSearchParams(new FormData(f))}).then(r=>{window.godwitLed=new URL(r.url).pathname});})()`, browser.Quote(form)))
	return eval[string](b, `window.godwitLed`)
}

// until waits for a condition of the page.
func (b *tab) until(js string) {
	b.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		if eval[bool](b, js) {
			return
		}
	}
	b.t.Fatalf("%s never came at %s", js, b.where())
}

// letters tells one run from another in a name.
func letters(at time.Time) string {
	return strings.Map(func(r rune) rune { return 'a' + r - '0' }, at.UTC().Format("150405"))
}

// worldDir is the folder of the shared demo, "" where nobody says.
func worldDir(t testing.TB) string {
	t.Helper()
	if os.Getenv("GODWIT_DEMO_URL") == "" {
		return program.Shared().Dir
	}
	out, err := os.ReadFile(os.Getenv("GODWIT_DEMO_OUTPUT"))
	if err != nil {
		return ""
	}
	if m := regexp.MustCompile(`(?m)^ *folder +(.+?)( \(.*)?$`).FindSubmatch(out); m != nil {
		return string(m[1])
	}
	return ""
}
