package page

import (
	"context"
	"net/http"
	"strings"

	"golang.org/x/text/language"
)

// Locale is one language of the interface.
type Locale struct {
	Code string       // as in lang="", "fr"
	Name string       // in its own words, "Français"
	Dir  string       // "ltr" or "rtl"
	Tag  language.Tag // for plurals and names of languages
}

// Pseudo is the pseudo-language: English in ⟦brackets⟧, so that text which never
// passed the catalogue stands out. It is never offered to a user.
const Pseudo = "en-XA"

// locales are the languages Godwit speaks, in the order the switch shows them.
var locales = []Locale{
	{"en", "English", "ltr", language.English},
	{"fr", "Français", "ltr", language.French},
	{"es", "Español", "ltr", language.Spanish},
	{"ar", "العربية", "rtl", language.Arabic},
}

// Locales returns the languages every area must have words in.
func Locales() []Locale { return append([]Locale(nil), locales...) }

func localeOf(code string) (Locale, bool) {
	for _, l := range locales {
		if l.Code == code {
			return l, true
		}
	}
	if code == Pseudo {
		return Locale{Pseudo, "Pseudo", "ltr", language.English}, true
	}
	return Locale{}, false
}

type localeKey struct{}

// WithLocale fixes the language of a request: the user's own, or the one a test
// or a print in another language asks for. It wins over the cookie.
func WithLocale(ctx context.Context, code string) context.Context {
	return context.WithValue(ctx, localeKey{}, code)
}

const localeCookie = "godwit_lang"

// LocaleOf returns the language to answer r in: the context's, the one chosen
// with the switch (a cookie), the browser's first that Godwit speaks, English.
func LocaleOf(r *http.Request) Locale {
	if code, ok := r.Context().Value(localeKey{}).(string); ok {
		if l, ok := localeOf(code); ok {
			return l
		}
	}
	if c, err := r.Cookie(localeCookie); err == nil && c.Value != Pseudo {
		if l, ok := localeOf(c.Value); ok {
			return l
		}
	}
	return negotiate(r.Header.Get("Accept-Language"))
}

// negotiate picks by base language: a browser that asks for ar-SY or es-VE is
// served Arabic or Spanish.
func negotiate(header string) Locale {
	if len(header) <= 512 {
		tags, _, err := language.ParseAcceptLanguage(header)
		if err == nil {
			for _, t := range tags {
				base, _ := t.Base()
				if l, ok := localeOf(base.String()); ok {
					return l
				}
			}
		}
	}
	return locales[0]
}

// SwitchLanguage answers /lang/{code}?return=/path: it remembers the language in
// a cookie and goes back. It is a link and not a form, because it works on every
// page, changes nothing but the reader's own view, and needs no log-in.
func SwitchLanguage(w http.ResponseWriter, r *http.Request) {
	l, ok := localeOf(r.PathValue("code"))
	if !ok || l.Code == Pseudo {
		http.NotFound(w, r)
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: localeCookie, Value: l.Code, Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode,
	})
	http.Redirect(w, r, LocalPath(r.URL.Query().Get("return")), http.StatusSeeOther)
}

// LocalPath returns p if it is a path on this node, and "/" otherwise, so that
// no link can use a return address to send a user elsewhere.
func LocalPath(p string) string {
	if !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || len(p) > 2000 {
		return "/"
	}
	for _, c := range p {
		if c < ' ' || c == '\\' || c == 0x7f {
			return "/"
		}
	}
	return p
}
