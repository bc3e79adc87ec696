// Package course tells what becomes of somebody who is followed through a programme of
// visits and moves on: a treatment that goes over to another site, and a pregnancy that
// ends across a border.
package course

import (
	"strconv"
	"testing"
	"time"

	"github.com/godwit-health/godwit/e2e/browser"
	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/app/apptest"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// desk is a tab at one installation.
type desk struct {
	*browser.Tab
	n *apptest.Node
}

func at(n *apptest.Node) *desk { return &desk{browser.Open(n.T, n.URL), n} }

func (d *desk) say(lang, key string, args ...string) string {
	d.T.Helper()
	return browser.Say(d.T, lang, key, args...)
}

func (d *desk) word(lang, pack, key string) string {
	d.T.Helper()
	return browser.SayPack(d.T, lang, pack, key)
}

// today is the day of the installation.
func (d *desk) today() calendar.Day { return apptest.Today(d.n) }

// after moves the clock by some days.
func (d *desk) after(days int) *desk {
	d.n.Clock.Move(time.Duration(days) * 24 * time.Hour)
	return d
}

// date answers a question for a day.
func (d *desk) date(name string, on calendar.Day) *desk {
	y, m, day := on.YMD()
	d.Set(name+"-day", strconv.Itoa(day)).Set(name+"-month", strconv.Itoa(m)).Set(name+"-year", strconv.Itoa(y))
	return d
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

// presses presses the button of a value.
func (d *desk) presses(name, value string) *desk {
	d.T.Helper()
	d.Leave(`document.querySelector("main button[name=` + name + `][value=` + value + `]").click()`)
	return d
}

// with sends the form that holds a hidden value.
func (d *desk) with(name, value string) *desk {
	d.T.Helper()
	d.Leave(`document.querySelector("main input[name=` + name + `][value=` + value + `]").form.querySelector("button[type=submit]").click()`)
	return d
}
