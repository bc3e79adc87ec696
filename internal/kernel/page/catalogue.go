package page

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Entry is one message in one language: a text, or a text for each plural
// category of the language.
type Entry struct {
	Text   string
	Plural map[string]string // CLDR category → text; nil for a plain text
}

// UnmarshalJSON reads "text" or {"one": "text", "other": "text"}.
func (e *Entry) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '{' {
		return json.Unmarshal(b, &e.Plural)
	}
	return json.Unmarshal(b, &e.Text)
}

// Texts returns every text of the entry.
func (e Entry) Texts() []string {
	if e.Plural == nil {
		return []string{e.Text}
	}
	var out []string
	for _, c := range sortedKeys(e.Plural) {
		out = append(out, e.Plural[c])
	}
	return out
}

// Catalogue is the words of one area: language → key → entry.
type Catalogue map[string]map[string]Entry

// ReadCatalogue reads {dir}/en.json, fr.json … of every language Godwit speaks.
func ReadCatalogue(fsys fs.FS, dir string) (Catalogue, error) {
	c := Catalogue{}
	for _, l := range locales {
		name := path.Join(dir, l.Code+".json")
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("page: words: %w", err)
		}
		var m map[string]Entry
		if err := json.Unmarshal(b, &m); err != nil {
			return nil, fmt.Errorf("page: words: %s: %w", name, err)
		}
		c[l.Code] = m
	}
	return c, nil
}

// merge adds another area's words; two areas may not claim one key.
func (c Catalogue) merge(area string, o Catalogue) error {
	for lang, m := range o {
		if c[lang] == nil {
			c[lang] = map[string]Entry{}
		}
		for k, e := range m {
			if _, taken := c[lang][k]; taken {
				return fmt.Errorf("page: words: area %s: key %q (%s) is taken by another area", area, k, lang)
			}
			c[lang][k] = e
		}
	}
	return nil
}

// find returns the entry for a language; English stands in for a missing one.
func (c Catalogue) find(l Locale, key string) (Entry, bool) {
	if e, ok := c[l.langName()][key]; ok {
		return e, true
	}
	e, ok := c["en"][key]
	return e, ok
}

var pluralNames = map[plural.Form]string{
	plural.Other: "other", plural.Zero: "zero", plural.One: "one",
	plural.Two: "two", plural.Few: "few", plural.Many: "many",
}

// Category returns the CLDR plural category of a whole number in a language.
func Category(tag language.Tag, n int) string {
	if n < 0 {
		n = -n
	}
	return pluralNames[plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0)]
}

// Categories returns the plural categories that whole numbers take in a
// language, as x/text knows them (CLDR). "other" is always among them: it is
// what fractions take.
func Categories(tag language.Tag) []string {
	seen := map[string]bool{"other": true}
	for n := range 1001 {
		seen[Category(tag, n)] = true
	}
	// CLDR gives French and Spanish a "many" for whole millions.
	for _, n := range []int{1_000_000, 2_000_000, 1_000_000_000} {
		seen[Category(tag, n)] = true
	}
	return sortedKeys(seen)
}

// Placeholders returns the names in {braces} of a text, sorted, once each.
func Placeholders(text string) []string {
	seen := map[string]bool{}
	for _, p := range split(text) {
		if p.name != "" {
			seen[p.name] = true
		}
	}
	return sortedKeys(seen)
}

// piece is a stretch of a message: a text, or the name of a placeholder.
type piece struct{ text, name string }

func split(text string) []piece {
	var out []piece
	for text != "" {
		i := strings.IndexByte(text, '{')
		j := -1
		if i >= 0 {
			j = strings.IndexByte(text[i:], '}')
		}
		if j < 0 {
			return append(out, piece{text: text})
		}
		if i > 0 {
			out = append(out, piece{text: text[:i]})
		}
		out = append(out, piece{name: text[i+1 : i+j]})
		text = text[i+j+1:]
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
