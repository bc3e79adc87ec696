package stewardship

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
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

// inner are fields that say how the program works and nothing about the person.
var inner = []string{"hash", "rows", "stopped_rows", "why", "overruled", "combine", "seen", "needs", "replaces", "reading", "receipt"}

// deepest is how far down a field is followed.
const deepest = 4

// rows writes the fields of a document, in a fixed order, without those that only
// link documents to each other.
func (w plainWords) rows(fields map[string]json.RawMessage) page.Summary {
	m := make(map[string]any, len(fields))
	for n, raw := range fields {
		var v any
		if json.Unmarshal(raw, &v) == nil {
			m[n] = v
		}
	}
	return w.object(m, 0)
}

// object writes a map: the answers of a form, the values of a result.
func (w plainWords) object(m map[string]any, depth int) page.Summary {
	names := make([]string, 0, len(m))
	for n := range m {
		if !slices.Contains(inner, n) {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	var out page.Summary
	for _, n := range names {
		switch v := m[n].(type) {
		case map[string]any:
			if measured, ok := v["value"]; ok {
				out = append(out, w.measured(n, measured, v)...)
			} else if depth < deepest {
				out = append(out, w.object(v, depth+1)...)
			}
		default:
			if shown, ok := w.value(n, v); ok {
				out = append(out, page.Row{Label: w.field(n), Value: shown})
			}
		}
	}
	return out
}

// measured writes a value with its unit under the name of what was measured.
func (w plainWords) measured(name string, v any, of map[string]any) page.Summary {
	shown, ok := w.value(name, v)
	if !ok {
		return nil
	}
	if unit, _ := of["unit"].(string); unit != "" {
		if n, ok := v.(float64); ok {
			shown = value.Quantity{Number: n, Unit: unit}
		}
	}
	return page.Summary{{Label: w.field(name), Value: shown}}
}

// line writes an object of a list on one line, such as an outcome of the rules.
func (w plainWords) line(m map[string]any) (any, bool) {
	var parts []string
	for _, n := range []string{"kind", "code", "state", "name", "value", "on"} {
		if s, ok := m[n].(string); ok && s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " · "), len(parts) > 0
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
	case map[string]any:
		return w.line(v)
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
