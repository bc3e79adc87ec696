package page

import (
	"golang.org/x/text/language"

	"github.com/godwit-health/godwit/internal/kernel/place"
)

// Msg is something to say to the user: a key of the catalogue with its
// placeholders, or a text that comes in several languages from elsewhere (a
// protocol pack). It becomes a sentence only when a page is rendered, in the
// reader's language. The zero Msg says nothing.
type Msg struct {
	Key  string
	Args []any                    // name, value, name, value …
	Say  func(lang string) string // instead of Key: the text in a language
}

// M makes a message: page.M("people.found", "count", 3). A value may be a
// string, a number, a calendar.Date, a time or another Msg; it is isolated in
// right-to-left text.
func M(key string, args ...any) Msg { return Msg{Key: key, Args: args} }

// Words makes a message of a text whose translations live in a pack.
func Words(say func(lang string) string) Msg { return Msg{Say: say} }

// Country names a place by its code, in the reader's own language.
func Country(code string) Msg {
	return Words(func(lang string) string {
		if p, ok := place.Lookup(code); ok {
			return p.Name(lang)
		}
		return code
	})
}

// Language names a language by its code, in the reader's own.
func Language(code string) Msg {
	return Words(func(lang string) string {
		l, ok := localeOf(lang)
		if !ok {
			l = locales[0]
		}
		s := speaker{loc: l}
		return s.langText(code)
	})
}

// IsZero reports whether there is nothing to say.
func (m Msg) IsZero() bool { return m.Key == "" && m.Say == nil }

// langName is the code under which other catalogues (packs) know the language.
func (l Locale) langName() string {
	if l.Code == Pseudo {
		return language.English.String()
	}
	return l.Code
}
