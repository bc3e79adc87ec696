package family

import (
	"strings"
	"testing"

	"github.com/godwit-health/godwit/e2e/browser"
	"github.com/godwit-health/godwit/e2e/program"
	"github.com/godwit-health/godwit/e2e/story"
)

// A name put right after the clearance: the certificate would show somebody else. The
// board and the case say so, and nothing else than who the person is was changed.
func TestANameChangedAfterTheClearance(t *testing.T) {
	b := story.Open(t, program.World(t)).Size(1280)
	cleared, suspended := story.Say(t, "en", "assessment.state.cleared"), story.Say(t, "en", "assessment.state.suspended")
	b.LogIn("reception").In("en").Visit("/cases?state=cleared").Follow("/cases/0")
	board := b.Where()
	const clearedOne = `[...document.querySelectorAll(".board-member")].find(m=>m.innerText.includes(%s)).querySelector("h2 a").getAttribute("href")`
	person := story.Eval[string](b, strings.Replace(clearedOne, "%s", browser.Quote(cleared), 1))
	before := strings.Count(b.Text(), suspended)

	b.Visit(person + "/edit/about").Submit() // nothing is changed
	b.Visit(board)
	if n := strings.Count(b.Text(), suspended); n != before {
		t.Fatalf("a form sent unchanged suspended somebody: %s", b.Text())
	}
	b.Visit(person+"/edit/name").Set("family_latin", "Whimbrel").Submit()
	b.Visit(board).Sees(suspended)
	b.LogIn("physician").Visit(board)
	plan := story.Eval[string](b, `[...document.querySelectorAll(".board-member")].find(m=>m.innerText.includes("Whimbrel")).querySelector("a[href*='/members/']").getAttribute("href")`)
	b.Visit(plan).Sees(suspended, story.Say(t, "en", "assessment.cause.identity"))
	cannotPrint(b, plan)
}

// Two officers stop a row of a destination's rules: the workbench says how far the
// open cases were looked at again, and what an activation would change.
func TestTheWorkbenchTellsOfTheSweep(t *testing.T) {
	b := story.Open(t, program.World(t)).Size(1280)
	b.LogIn("medical_officer").In("en").Visit("/packs")
	b.Until(`(function(){if(document.body.innerText.includes("looked at again after"))return true;if(!window.godwitAgain){window.godwitAgain=setTimeout(function(){location.reload()},300)}return false})()`)
	b.Sees("looked at again after the last change of the rules: ")
	b.Shot("packs-en-desk").Size(360).In("ar").Visit("/packs").Shot("packs-ar-phone")
}
