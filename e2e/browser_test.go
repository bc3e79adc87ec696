package e2e

import (
	"testing"

	"github.com/godwit-health/godwit/e2e/browser"
)

// tab is one person at a browser who knows the stories of this package.
type tab struct {
	*browser.Tab
	t testing.TB
}

func open(t testing.TB, base string) *tab { t.Helper(); return &tab{browser.Open(t, base), t} }

func eval[T any](b *tab, js string) T { b.t.Helper(); return browser.Eval[T](b.Tab, js) }

func say(t testing.TB, lang, key string, args ...string) string {
	t.Helper()
	return browser.Say(t, lang, key, args...)
}

func sayPack(t testing.TB, lang, pack, key string) string {
	t.Helper()
	return browser.SayPack(t, lang, pack, key)
}

func begin(text string) string { return browser.Begin(text) }

// The acts of a tab, answering this package's own.
func (b *tab) where() string                { return b.Where() }
func (b *tab) text() string                 { b.t.Helper(); return b.Text() }
func (b *tab) has(name string) bool         { b.t.Helper(); return b.Has(name) }
func (b *tab) leave(js string)              { b.t.Helper(); b.Leave(js) }
func (b *tab) visit(path string) *tab       { b.t.Helper(); b.Visit(path); return b }
func (b *tab) set(name, value string) *tab  { b.t.Helper(); b.Set(name, value); return b }
func (b *tab) submit(id ...string) *tab     { b.t.Helper(); b.Submit(id...); return b }
func (b *tab) follow(part string) *tab      { b.t.Helper(); b.Follow(part); return b }
func (b *tab) sees(words ...string) *tab    { b.t.Helper(); b.Sees(words...); return b }
func (b *tab) seesNot(words ...string) *tab { b.t.Helper(); b.SeesNot(words...); return b }
func (b *tab) logIn(login string) *tab      { b.t.Helper(); b.LogIn(login); return b }
func (b *tab) in(lang string) *tab          { b.t.Helper(); b.In(lang); return b }
func (b *tab) size(width int) *tab          { b.t.Helper(); b.Size(width); return b }
func (b *tab) from(selector string) *tab    { b.t.Helper(); b.From(selector); return b }
func (b *tab) shot(name string) *tab        { b.t.Helper(); b.Shot(name); return b }
func (b *tab) speaks(lang string) *tab      { b.t.Helper(); b.Speaks(lang); return b }
