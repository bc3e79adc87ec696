// Package across tells how a contact who travelled on is handed over between two
// authorities that have no link, from a phone on one side to a desk on the other.
package across

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/e2e/browser"
	"github.com/godwit-health/godwit/e2e/program"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { program.Main(m) }

// side is one authority: its hub, and a browser in front of it.
type side struct {
	*browser.Tab
	t       *testing.T
	dir     string
	lang    string
	country string // of the other side
}

func begin(t *testing.T, seed, lang, country string) *side {
	t.Helper()
	dir := t.TempDir()
	r := program.Start(t, "demo", "--with-hub", "--dir", dir, "--addr", "127.0.0.1:0", "--families", "4", "--seed", seed)
	t.Cleanup(r.Stop)
	return &side{Tab: browser.Open(t, r.URL), t: t, dir: filepath.Join(dir, "hub"), lang: lang, country: country}
}

func (s *side) say(key string, args ...string) string {
	s.t.Helper()
	return browser.Begin(browser.Say(s.t, s.lang, key, args...))
}

// run runs a command at the hub and answers what it printed.
func (s *side) run(args ...string) string {
	s.t.Helper()
	out, err := exec.Command(program.Command(s.t), append(args, "--dir", s.dir)...).CombinedOutput()
	if err != nil {
		s.t.Fatalf("%v: %v %s", args, err, out)
	}
	return string(out)
}

var readOut = regexp.MustCompile(`\b[0-9A-Z]{4}(-[0-9A-Z]{4}){3}\b`)

// knows adds the other's card by the fingerprint that its officer reads out.
func (s *side) knows(other *side, name string) {
	s.t.Helper()
	text := other.run("peer", "card", name)
	card, _, _ := strings.Cut(text, "\n")
	s.run("peer", "add", name, card, readOut.FindString(strings.TrimPrefix(text, card)))
}

// agrees drafts the agreement, under the number of the other side if that has one, and a
// second officer signs it. It answers the number.
func (s *side) agrees(number string) string {
	s.t.Helper()
	s.Size(1280).LogIn("privacy_officer").In(s.lang).Visit("/agreements/new")
	s.choose("pin")
	s.Set("country", s.country).Set("purpose", "public_health")
	for _, f := range []string{"contact.last", "contact.follow_day", "contact.follow_until", "contact.visits", "contact.sex", "contact_who.name", "contact_who.reach", "contact_who.going_to"} {
		s.Set("fields", f)
	}
	for _, d := range []string{"bdbv", "ebov", "sudv", "filovirus", "measles", "cholera"} {
		s.Set("diseases", d)
	}
	last := time.Now().UTC().AddDate(0, 2, 0)
	s.Set("number", number).Set("keep", "30").Set("expires-day", fmt.Sprint(last.Day())).Set("expires-month", fmt.Sprint(int(last.Month()))).Set("expires-year", fmt.Sprint(last.Year()))
	s.Set("contacts", "focal points")
	s.choose("inbox").Submit().Speaks(s.lang)
	made := s.Where()
	s.LogIn("medical_officer_2").Visit(made)
	s.press("/sign").Sees(s.say("stewardship.agreements.state_in_force"))
	return strings.TrimPrefix(made, "/agreements/")
}

// choose takes the first answer of a question.
func (s *side) choose(name string) *browser.Tab {
	s.t.Helper()
	return s.Set(name, browser.Eval[string](s.Tab, `(function(){var e=[...document.querySelectorAll("main [name]")].find(e=>e.name===`+browser.Quote(name)+`);return e.tagName==="SELECT"?[...e.options].map(o=>o.value).find(v=>v):e.value})()`))
}

// press sends the form that goes to a path ending so.
func (s *side) press(end string) *browser.Tab {
	s.t.Helper()
	js := `document.querySelector("main form[action$='` + end + `'] button[type=submit]")`
	if !browser.Eval[bool](s.Tab, `!!`+js) {
		s.t.Fatalf("nothing to press for %s at %s: %.1500s", end, s.Where(), s.Text())
	}
	s.Leave(js + ".click()")
	return s.Tab
}

// file makes a file for the other side, as the button does, and answers it in base64.
func (s *side) file() string {
	s.t.Helper()
	s.Visit("/across/files")
	s.choose("agreement")
	out := browser.Eval[string](s.Tab, `(function(){var f=document.querySelector("main form[action$='/across/export']"),x=new XMLHttpRequest();
		x.open("POST",f.action,false);x.overrideMimeType("text/plain; charset=x-user-defined");x.setRequestHeader("Content-Type","application/x-www-form-urlencoded");
		x.send(new URLSearchParams(new FormData(f)).toString());
		return x.status+" "+btoa([...x.responseText].map(c=>String.fromCharCode(c.charCodeAt(0)&255)).join(""))})()`)
	body, ok := strings.CutPrefix(out, "200 ")
	if !ok {
		s.t.Fatalf("no file: %.300s", out)
	}
	return body
}

// takes puts a file that came on a stick into the form.
func (s *side) takes(file string) *browser.Tab {
	s.t.Helper()
	s.Visit("/across/files")
	browser.Eval[bool](s.Tab, `(function(){var b=Uint8Array.from(atob(`+browser.Quote(file)+`),c=>c.charCodeAt(0)),d=new DataTransfer();
		d.items.add(new File([b],"notices.godwit"));document.querySelector("main input[type=file]").files=d.files;return true})()`)
	return s.press("/across/files")
}

// Two authorities without a link: on a phone in French a contact who travels on is handed
// over; the file goes on a stick; at a desk in Arabic they are accepted and followed; and
// what became of them comes back.
func TestAContactWhoTravelsOnIsHandedOverByStickAndTheOutcomeComesBack(t *testing.T) {
	testkit.Chromium(t)
	a, b := begin(t, "1", "fr", "KEN"), begin(t, "2", "ar", "UGA")
	a.knows(b, "Kenya")
	b.knows(a, "Uganda")
	number := a.agrees("")
	b.agrees(number)

	a.Size(360).LogIn("epidemiologist").In("fr").Visit("/contacts").Follow("/contacts/").Speaks("fr")
	contact := a.Where()
	a.Follow("/across").Follow("/across/new/").Speaks("fr").Shot("across-hand-over-fr-phone")
	a.Set("going_to", "Busia").Set("reach", "+254 700 000 000").Submit().Sees(a.say("across.error.shield"))
	a.Set("shield", "no").Submit().Sees(a.say("across.new.done"), a.say("across.state.waits")).Speaks("fr")
	sent := a.Where()
	stick := a.file()

	b.Size(1280).LogIn("epidemiologist").In("ar")
	b.takes(stick).Sees("Uganda", b.say("across.came.new")).Speaks("ar").Shot("across-board-ar-desk")
	b.takes(stick).Sees(b.say("across.files.again"))
	a.takes(stick).Sees(a.say("sync.not_for_us"))
	b.Visit("/across").Follow("/across/came/").Sees("+254 700 000 000", "Busia").Speaks("ar").Shot("across-came-ar-desk")
	came := b.Where()
	b.press("/accept").Sees(b.say("across.accept.same")).Set("another", "yes") // the two demonstrations list the same names
	b.press("/accept").Sees(b.say("across.came.accepted")).Follow("/contacts/").Speaks("ar").Sees("Busia")

	a.takes(b.file()).Visit(sent).Sees(a.say("across.state.follows"))
	a.Visit(contact).Sees(a.say("linelist.state.handed_over"))
	b.Visit(came).Set("outcome", "completed")
	b.press("/outcome").Sees(b.say("across.came.told"))
	a.takes(b.file()).Visit(sent).Sees(a.say("across.outcome.completed")).Speaks("fr").Shot("across-sent-fr-phone")

	// Whoever answers for the agreement sees both directions, and no name.
	a.Size(1280).LogIn("privacy_officer").In("fr").Visit("/agreements/"+number).Follow("/across/register/").Sees(a.say("across.outcome.completed"), "Kenya").SeesNot("+254").Speaks("fr")
	a.LogIn("epidemiologist").In("en").Visit("/across").Shot("across-en-desk")
}
