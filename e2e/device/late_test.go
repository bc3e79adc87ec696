package device

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/e2e/browser"
	"github.com/godwit-health/godwit/e2e/program"
	"github.com/godwit-health/godwit/e2e/story"
)

// A screen that locked itself while somebody typed loses nothing: the password
// opens it, what was typed is shown, and one button sends it.
func TestAFormSentFromALockedScreenIsKept(t *testing.T) {
	b := story.Open(t, program.World(t)).Size(1280)
	b.LogIn("reception").In("en").Visit("/people/new")
	name := "Sandpiper" + letters(time.Now())
	b.Set("family_latin", name).Set("given_latin", "Calidris").Set("birth-year", "1990").Set("sex", "female").Set("languages", "en").Set("interpreter", "no")
	does1(b, `fetch("/lock",{method:"POST",redirect:"manual"})`) // what fifteen minutes without a touch do
	b.Saves()
	b.Sees(story.Say(t, "en", "door.unlock.title"), story.Say(t, "en", "door.kept.waiting")).SeesNot(name)

	b.Set("password", "not the password").Submit().Sees(story.Say(t, "en", "door.unlock.title"))
	b.Set("password", program.Password).Submit()
	b.Sees(story.Say(t, "en", "door.kept.title"), name, "Calidris", "1990")
	b.Leave(`document.querySelector("form[action='/kept/send'] button").click()`)
	if !story.PersonPath.MatchString(b.Where()) {
		t.Fatalf("the kept form was not sent: %s %s", b.Where(), b.Text())
	}
	b.Sees(story.Begin(story.Say(t, "en", "people.registered")), name)
	if b.Visit("/kept").Says(name) {
		t.Error("a form that was sent is still kept")
	}
}

// A log-in that the administrator ended while somebody typed: after logging in
// again, and after the new password was chosen, what was typed is there.
func TestAFormSentAfterTheLogInEndedIsKept(t *testing.T) {
	base, dir := program.World(t), story.WorldDir(t)
	if dir == "" {
		t.Skip("skipped: the folder of the running demo is not known (GODWIT_DEMO_OUTPUT)")
	}
	const login, temporary = "medical_officer_2", "sanderlings run before the wave"
	b := story.Open(t, base).Size(1280)
	b.LogIn("reception").In("en")
	person := b.Visit("/people/today").Links("/people/0")
	if len(person) == 0 {
		t.Fatal("nobody is here today")
	}
	code := story.PersonCode.FindString(b.Visit(person[0]).Text())
	b.LogIn(login).In("en").Visit("/rights/new").Set("code", code).Set("asked", "copy").Set("by", "self").Set("words", "I ask for a copy; my sister Dunlin may fetch it")

	cmd := exec.Command(program.Command(t), "user", "passwd", login, "--dir", dir)
	cmd.Stdin = strings.NewReader(temporary + "\n")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "every log-in") {
		t.Fatalf("user passwd: %v %s", err, out)
	}
	b.Submit()
	b.Sees(story.Say(t, "en", "door.login.title"), story.Say(t, "en", "door.kept.waiting")).SeesNot("Dunlin")
	b.Set("login", login).Set("password", temporary).Submit()
	b.Sees(story.Say(t, "en", "door.password.temporary"))
	b.Set("old", temporary).Set("password", program.Password).Set("again", program.Password).Submit()
	b.Visit("/kept").Sees("Dunlin", code)
	b.Leave(`document.querySelector("form[action='/kept/send'] button").click()`)
	b.Sees(story.Say(t, "en", "stewardship.rights.saved"))
}

// A form that is sent twice is saved once, and says so.
func TestAFormSentTwiceIsSavedOnce(t *testing.T) {
	b := story.Open(t, program.World(t)).Size(1280)
	b.LogIn("reception").In("en").Visit("/people/new")
	name := "Turnstone" + letters(time.Now())
	b.Set("family_latin", name).Set("given_latin", "Arenaria").Set("birth-year", "1991").Set("sex", "male").Set("languages", "en").Set("interpreter", "no").Set("arrived", "yes")
	sendsFirst(b, `main form[action='/people']`)
	b.Saves()
	b.Sees(story.Say(t, "en", "people.saved_already"))
	if b.Status() != 409 {
		t.Errorf("a replayed registration answers %d", b.Status())
	}
	b.Follow("/people/").Sees(name)
	person := b.Where()

	b.Follow("/stays/new").Set("place", "ETH").Set("from-year", "1991").Set("to-year", "2010")
	sendsFirst(b, "main form")
	b.Submit().Sees(story.Say(t, "en", "people.saved_already"))
	if n := strings.Count(b.Visit(person+"/journey").Text(), "Ethiopia"); n != 1 {
		t.Errorf("the stay stands there %d times", n)
	}

	b.Visit(person).Follow("/cases/new").Follow("destination=us-immigrant")
	b.Set("members", strings.TrimPrefix(person, "/people/")).Set("number", "E2E-TWICE-"+letters(time.Now())).Set("exam_country", "KEN")
	sendsFirst(b, "main form")
	b.Submit().Sees(story.Say(t, "en", "assessment.case.already"))
	board := b.Where()

	b.LogIn("radiographer").Visit("/worklist/radiology").Row(name)
	order := b.Where()
	b.Follow(order + "/result")
	for range story.Tries { // until one more would be the last
		if b.Fill(story.Answers{"identity": "photo"}); sendsFirst(b, "main form") == order {
			break
		}
		b.Submit()
	}
	b.Submit().Sees(story.Say(t, "en", "order.error.replayed"))
	b.Visit(order)
	if n := len(b.Links("/results/")); n != 1 {
		t.Errorf("%d results after a form sent twice", n)
	}
	b.LogIn("reception").Visit(board).Sees(name)
}

// does1 runs a script that gives a promise, and waits for it.
func does1(b *story.Tab, js string) {
	b.T.Helper()
	story.Eval[bool](b, `window.godwitDone=false;(`+js+`).then(function(){window.godwitDone=true},function(e){window.godwitDone=String(e)});true`)
	b.Until(`window.godwitDone===true`)
}

// sendsFirst sends a form behind the page's back, as a double click or a reload
// would, and returns the path it led to.
func sendsFirst(b *story.Tab, form string) string {
	b.T.Helper()
	does1(b, fmt.Sprintf(`(function(){var f=document.querySelector(%s);window.godwitLed="";
		return fetch(f.getAttribute("action")||location.href,{method:"POST",body:new URLSearchParams(new FormData(f))}).then(r=>{window.godwitLed=new URL(r.url).pathname});})()`, browser.Quote(form)))
	return story.Eval[string](b, `window.godwitLed`)
}

// letters tells one run from another in a name.
func letters(at time.Time) string {
	return strings.Map(func(r rune) rune { return 'a' + r - '0' }, at.UTC().Format("150405"))
}
