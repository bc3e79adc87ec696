package e2e

import (
	"strings"
	"testing"

	"github.com/godwit-health/godwit/e2e/browser"
)

// A name put right after the clearance: the certificate would show somebody else. The
// board and the case say so, and nothing else than who the person is was changed.
func TestANameChangedAfterTheClearance(t *testing.T) {
	b := open(t, world(t)).size(1280)
	cleared, suspended := say(t, "en", "assessment.state.cleared"), say(t, "en", "assessment.state.suspended")
	b.logIn("reception").in("en").visit("/cases?state=cleared").follow("/cases/0")
	board := b.where()
	const clearedOne = `[...document.querySelectorAll(".board-member")].find(m=>m.innerText.includes(%s)).querySelector("h2 a").getAttribute("href")`
	person := eval[string](b, strings.Replace(clearedOne, "%s", browser.Quote(cleared), 1))
	before := strings.Count(b.text(), suspended)

	b.visit(person + "/edit/about").submit() // nothing is changed
	b.visit(board)
	if n := strings.Count(b.text(), suspended); n != before {
		t.Fatalf("a form sent unchanged suspended somebody: %s", b.text())
	}
	b.visit(person+"/edit/name").set("family_latin", "Whimbrel").submit()
	b.visit(board).sees(suspended)
	b.logIn("physician").visit(board)
	plan := eval[string](b, `[...document.querySelectorAll(".board-member")].find(m=>m.innerText.includes("Whimbrel")).querySelector("a[href*='/members/']").getAttribute("href")`)
	b.visit(plan).sees(suspended, say(t, "en", "assessment.cause.identity"))
	b.cannotPrint(plan)
}

// Two officers stop a row of a destination's rules: the workbench says how far the
// open cases were looked at again, and what an activation would change.
func TestTheWorkbenchTellsOfTheSweep(t *testing.T) {
	b := open(t, world(t)).size(1280)
	b.logIn("medical_officer").in("en").visit("/packs")
	b.until(`(function(){if(document.body.innerText.includes("looked at again after"))return true;if(!window.godwitAgain){window.godwitAgain=setTimeout(function(){location.reload()},300)}return false})()`)
	b.sees("looked at again after the last change of the rules: ")
	b.shot("packs-en-desk").size(360).in("ar").visit("/packs").shot("packs-ar-phone")
}
