package story

import (
	"testing"

	"github.com/godwit-health/godwit/e2e/browser"
)

// Tab is one person at a browser.
type Tab struct {
	*browser.Tab
	T testing.TB
}

// Open opens a browser at an address.
func Open(t testing.TB, base string) *Tab { t.Helper(); return &Tab{browser.Open(t, base), t} }

// Eval runs a script on the page.
func Eval[T any](b *Tab, js string) T { b.T.Helper(); return browser.Eval[T](b.Tab, js) }

// Say is a text of the program in a language.
func Say(t testing.TB, lang, key string, args ...string) string {
	t.Helper()
	return browser.Say(t, lang, key, args...)
}

// SayPack is a text of a pack in a language.
func SayPack(t testing.TB, lang, pack, key string) string {
	t.Helper()
	return browser.SayPack(t, lang, pack, key)
}

// Begin is a text up to its first placeholder.
func Begin(text string) string { return browser.Begin(text) }

// The acts of a tab, answering this package's own.
func (b *Tab) Where() string                { return b.Tab.Where() }
func (b *Tab) Text() string                 { b.T.Helper(); return b.Tab.Text() }
func (b *Tab) Has(name string) bool         { b.T.Helper(); return b.Tab.Has(name) }
func (b *Tab) Leave(js string)              { b.T.Helper(); b.Tab.Leave(js) }
func (b *Tab) Visit(path string) *Tab       { b.T.Helper(); b.Tab.Visit(path); return b }
func (b *Tab) Set(name, value string) *Tab  { b.T.Helper(); b.Tab.Set(name, value); return b }
func (b *Tab) Submit(id ...string) *Tab     { b.T.Helper(); b.Tab.Submit(id...); return b }
func (b *Tab) Follow(part string) *Tab      { b.T.Helper(); b.Tab.Follow(part); return b }
func (b *Tab) Sees(words ...string) *Tab    { b.T.Helper(); b.Tab.Sees(words...); return b }
func (b *Tab) SeesNot(words ...string) *Tab { b.T.Helper(); b.Tab.SeesNot(words...); return b }
func (b *Tab) LogIn(login string) *Tab      { b.T.Helper(); b.Tab.LogIn(login); return b }
func (b *Tab) In(lang string) *Tab          { b.T.Helper(); b.Tab.In(lang); return b }
func (b *Tab) Size(width int) *Tab          { b.T.Helper(); b.Tab.Size(width); return b }
func (b *Tab) From(selector string) *Tab    { b.T.Helper(); b.Tab.From(selector); return b }
func (b *Tab) Shot(name string) *Tab        { b.T.Helper(); b.Tab.Shot(name); return b }
func (b *Tab) Speaks(lang string) *Tab      { b.T.Helper(); b.Tab.Speaks(lang); return b }
