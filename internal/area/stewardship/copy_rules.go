package stewardship

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// plainWords says the fields of a document of any area in the reader's language
// as far as this area's catalogue knows them, and shows the rest as it is stored:
// a field without a word is better on the person's copy than left out of it.
type plainWords struct {
	known map[string]bool // keys of the catalogue
	lang  string
}

// countryFields hold country codes, languageFields language codes.
var (
	countryFields  = []string{"nationalities", "feared", "birth_country", "place", "issuer", "exam_country", "named"}
	languageFields = []string{"languages", "language", "name_lang"}
)

// longestShown is the longest text of a copy; longer ones are pictures and the
// like, which are handed over as files.
const longestShown = 5000

func (w plainWords) kind(name string) page.Msg {
	if key := "stewardship.kind." + strings.ReplaceAll(name, ".", "_"); w.known[key] {
		return page.M(key)
	}
	return page.M("stewardship.kind.other", "kind", name)
}

// field names a field, a question of a form by its own name.
func (w plainWords) field(name string) page.Msg {
	if key := "stewardship.field." + name; w.known[key] {
		return page.M(key)
	}
	return page.M("stewardship.field.other", "field", name)
}

func (w plainWords) topic(name string) page.Msg { return w.field(name) }

// rows writes the fields of a document, in a fixed order, without those that only
// link documents to each other.
func (w plainWords) rows(fields map[string]json.RawMessage) page.Summary {
	names := make([]string, 0, len(fields))
	for n := range fields {
		names = append(names, n)
	}
	slices.Sort(names)
	var out page.Summary
	for _, n := range names {
		var v any
		if json.Unmarshal(fields[n], &v) != nil {
			continue
		}
		if nested, ok := v.(map[string]any); ok {
			out = append(out, w.nested(nested)...)
			continue
		}
		if shown, ok := w.value(n, v); ok {
			out = append(out, page.Row{Label: w.field(n), Value: shown})
		}
	}
	return out
}

// nested writes a map one level deep: the answers of a form.
func (w plainWords) nested(m map[string]any) page.Summary {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	slices.Sort(names)
	var out page.Summary
	for _, n := range names {
		if _, deeper := m[n].(map[string]any); deeper {
			continue
		}
		if shown, ok := w.value(n, m[n]); ok {
			out = append(out, page.Row{Label: w.field(n), Value: shown})
		}
	}
	return out
}

func (w plainWords) value(field string, v any) (any, bool) {
	switch v := v.(type) {
	case string:
		return w.text(field, v)
	case bool:
		if v {
			return page.M("page.truth.yes"), true
		}
		return page.M("page.truth.no"), true
	case float64:
		return v, true
	case []any:
		var all []any
		for _, e := range v {
			if shown, ok := w.value(field, e); ok {
				all = append(all, shown)
			}
		}
		return all, len(all) > 0
	}
	return nil, false
}

var wholeDate = regexp.MustCompile(`^\d{4}(-\d\d(-\d\d)?)?$`)

func (w plainWords) text(field, v string) (any, bool) {
	if _, err := db.ParseID(v); err == nil || v == "" {
		return nil, false
	}
	if len(v) > longestShown {
		return page.M("stewardship.copy.file"), true
	}
	if slices.Contains(countryFields, field) {
		if c, ok := place.Lookup(v); ok {
			return c.Name(w.lang), true
		}
	}
	if slices.Contains(languageFields, field) {
		if l, ok := place.LanguageOf(v); ok {
			return l.Name(w.lang), true
		}
	}
	if wholeDate.MatchString(v) {
		if d, err := calendar.Parse(v); err == nil {
			return d, true
		}
	}
	if t, err := time.Parse(time.RFC3339, v); err == nil {
		return t, true
	}
	if key := "stewardship.value." + v; w.known[key] {
		return page.M(key), true
	}
	return v, true
}
