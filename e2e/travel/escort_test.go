// Package travel tells how somebody who needs help on the way leaves and arrives: from the
// plan of a flight to the hand-over that the other side accepts.
package travel

import (
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/godwit-health/godwit/e2e/browser"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// desk is a tab at the installation.
type desk struct {
	*browser.Tab
	n *apptest.Node
}

func (d *desk) say(lang, key string, args ...string) string {
	d.T.Helper()
	return browser.Say(d.T, lang, key, args...)
}

// sends sends the form whose address ends so.
func (d *desk) sends(ending string) *desk {
	d.T.Helper()
	js := `[...document.querySelectorAll("main form")].find(f=>f.getAttribute("action").endsWith(` + browser.Quote(ending) + `))`
	if !browser.Eval[bool](d.Tab, `!!(`+js+`)`) {
		d.T.Fatalf("no form to %s at %s: %.1500s", ending, d.Where(), d.Text())
	}
	d.Leave("(" + js + `).querySelector("button[type=submit]").click()`)
	return d
}

// What is said of a tab goes on with the desk.
func (d *desk) Set(name, value string) *desk  { d.T.Helper(); d.Tab.Set(name, value); return d }
func (d *desk) Sees(words ...string) *desk    { d.T.Helper(); d.Tab.Sees(words...); return d }
func (d *desk) SeesNot(words ...string) *desk { d.T.Helper(); d.Tab.SeesNot(words...); return d }
func (d *desk) Visit(path string) *desk       { d.T.Helper(); d.Tab.Visit(path); return d }
func (d *desk) Follow(part string) *desk      { d.T.Helper(); d.Tab.Follow(part); return d }
func (d *desk) Submit() *desk                 { d.T.Helper(); d.Tab.Submit(); return d }
func (d *desk) LogIn(login string) *desk      { d.T.Helper(); d.Tab.LogIn(login); return d }
func (d *desk) In(lang string) *desk          { d.T.Helper(); d.Tab.In(lang); return d }
func (d *desk) Window(width, high int) *desk  { d.T.Helper(); d.Tab.Window(width, high); return d }
func (d *desk) Size(width int) *desk          { d.T.Helper(); d.Tab.Size(width); return d }

// answers answers questions of a form alike.
func (d *desk) answers(value string, names ...string) *desk {
	d.T.Helper()
	for _, name := range names {
		d.Set("q-"+name, value)
	}
	return d
}

// checked fills in the check of somebody who needs oxygen and is else well.
func (d *desk) checked() {
	d.T.Helper()
	d.Set("q-temp", "36.7").Set("q-mobility", "wchr").Set("q-predeparture_treatment", "not_due").Set("q-medif", "signed")
	d.answers("none", "heart_event", "surgery", "pneumothorax").answers("yes", "walk_50m", "oxygen_need", "self_care")
	d.answers("no", "ill_today", "contagious", "contact_infectious", "seizure_recent", "critical_care", "heart_unstable", "stroke", "cast", "anaemia", "complex_condition")
	for end := time.Now().Add(time.Minute); !d.Has("q-medif_day-day"); time.Sleep(50 * time.Millisecond) { // it comes up with the signature
		if time.Now().After(end) {
			d.T.Fatal("nobody asks when the carrier’s form was signed")
		}
	}
	y, m, day := apptest.Today(d.n).YMD()
	d.Set("q-medif_day-day", strconv.Itoa(day)).Set("q-medif_day-month", strconv.Itoa(m)).Set("q-medif_day-year", strconv.Itoa(y))
	d.Submit()
}

var codeOfNote = regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}`)

// A woman who needs oxygen flies tomorrow. At a desk, in English, she says that she goes of
// her own will, is checked and signed fit with a nurse, who is briefed. The nurse goes
// along with a phone, in French: she boards only once all of it is in order, writes down
// the way, and hands her over with what has to be done by when. A hospital without this
// program accepts her with the code on the paper, in Arabic.
func TestAnEscortFromPlanToAcceptedHandOver(t *testing.T) {
	n := apptest.Start(t)
	d := &desk{browser.Open(t, n.URL), n}
	woman := n.Woman()

	d.LogIn("reception").In("en").Size(1280).Visit("/travel").Follow("/travel/new")
	d.Set("mode", "flight").Set("number", "GW 909").Set("to", "CAN").Set("at", "9:5").Set("hours", "9").Set("carrier", "general").Submit()
	d.Sees(d.say("en", "travel.error.at")).Set("at", "14:30").Submit()
	flight := d.Where()
	d.Set("typed", people.ShowCode(people.Code(woman))).sends("/on").Sees("Warsame", d.say("en", "travel.gap.undeclared"), d.say("en", "travel.gap.unchecked"))
	d.Shot("departure-en-desk")
	at := flight + "/people/" + woman.String()
	d.Visit(at).Set("by", "self").Set("language", "Somali").Set("interpreter", "staff").sends("/declare").Sees(d.say("en", "travel.error.witness"))
	d.Set("witness", "A. Otieno").sends("/declare").SeesNot(d.say("en", "travel.gap.undeclared"))
	d.Set("state", "boarded").sends("/step").Sees(d.say("en", "travel.gap.unchecked"))

	d.LogIn("nurse").Visit(at).sends("/check").Follow("/result")
	d.checked()
	d.Sees(d.say("en", "travel.said.unknown"), d.say("en", "travel.gap.open"))
	d.LogIn("physician").Visit(at).Sees(browser.SayPack(t, "en", "fit-to-fly", "fact.pregnancy_today")).Set("verdict", "fit").Set("level", "nurse").sends("/sign").Sees(d.say("en", "travel.error.unknown"))
	d.Visit(at).Follow("/result").Set("q-behaviour", "calm").answers("no", "pregnancy_today", "delivered").Submit()
	d.Sees(d.say("en", "travel.said.fit"), browser.SayPack(t, "en", "fit-to-fly", "escort.NURSE"), browser.SayPack(t, "en", "fit-to-fly", "form.MEDIF"))
	d.Set("verdict", "fit").Set("level", "none").sends("/sign").Sees(d.say("en", "travel.error.level"))
	d.Set("level", "nurse").sends("/sign").Sees(d.say("en", "travel.verdict.fit"), d.say("en", "travel.gap.escort"))
	d.Shot("travel-person-en-desk")

	d.LogIn("nurse").Visit(at).Follow("/escort")
	d.Set("with-1", "nurse").Set("role-1", "nurse").Set("litres", "2").Set("oxygen_hours", "8").Set("source", "Concentrator").Set("kit", "Adrenaline 1 mg, 2, 2029-01-31\nOximeter").Set("calls", "Clinic, +254 700 000 000").sends("/assign")
	d.Sees("Adrenaline", d.say("en", "travel.gap.oxygen"), d.say("en", "travel.gap.escort_ready"))
	d.Set("oxygen_hours", "12").sends("/assign").SeesNot(d.say("en", "travel.gap.oxygen"))
	d.sends("/brief").SeesNot(d.say("en", "travel.gap.escort_ready"))
	d.Shot("escort-en-desk")

	n.Clock.Move(26 * time.Hour)
	d.LogIn("nurse").In("fr").Window(360, 740).Visit(at).Set("state", "boarded").sends("/step").Sees(d.say("fr", "travel.state.boarded"))
	d.Visit("/travel").Sees(d.say("fr", "travel.mine")).Follow("/escort").Set("what", "observed").Set("text", "Dort, SpO2 95 %").sends("/log").Sees("SpO2 95 %")
	d.Shot("escort-fr-phone")
	d.sends("/note").Sees(d.say("fr", "travel.error.receiver"))
	d.Set("to", "Hôpital Saint-Luc, Montréal").Set("hand_24h", "Contrôler l’oxygène").Set("hand_30d", "Examen d’arrivée").Set("condition", "Stable, 95 % sous 2 l").Set("medicines", "Salbutamol, 30 jours").sends("/note")
	d.Sees("Contrôler l’oxygène", d.say("fr", "travel.nothing"), browser.SayPack(t, "fr", "fit-to-fly", "form.HAND_24H"))
	d.sends("/print/note")
	code := codeOfNote.FindString(d.Text())
	if code == "" {
		t.Fatalf("no code on the note: %.1500s", d.Text())
	}
	d.Shot("handover-note-fr-phone")
	d.Visit("/travel").Sees(d.say("fr", "travel.not_accepted"))

	there := &desk{browser.Open(t, n.URL), n}
	there.Window(360, 740)
	there.Visit("/reply").In("ar").Visit("/reply").Set("code", "AAAA-BBBB-CCCC-DDDD").Set("step", "received").Submit()
	there.Sees(there.say("ar", "stewardship.error.reply_code")).SeesNot("Warsame")
	there.Set("code", code).Set("words", "السرير ٤").Submit().Sees(there.say("ar", "stewardship.reply.thanks")).SeesNot("Warsame")
	there.Visit("/reply").Set("code", code).Set("step", "received").Submit().Sees(there.say("ar", "stewardship.error.reply_code")) // once

	d.Visit(at+"/escort").Sees(d.say("fr", "travel.accepted"), "السرير ٤", d.say("fr", "travel.by_code"))
	d.Visit(at).Sees(d.say("fr", "travel.state.arrived"))
	d.LogIn("nurse").In("ar").Window(360, 740).Visit(at + "/escort").Sees(d.say("ar", "travel.accepted"))
	d.Shot("escort-ar-phone")
	if a := n.At(access.Reception).Get(at + "/escort"); a.Status != 403 {
		t.Errorf("reception reads what somebody has: %d", a.Status)
	}
}
