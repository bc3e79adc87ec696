package stewardship

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// What a copy makes of fields of any area.
func TestFieldsAreSaidAsFarAsTheyAreKnown(t *testing.T) {
	w := plainWords{known: New(Deps{}).known, lang: "es"}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal([]byte(`{
		"nationalities": ["ETH", "XXA"], "languages": ["am"], "birth": "1990-05", "at": "2026-11-20T10:00:00Z", "sex": "female",
		"answers": {"cough": "no", "section": {"night_sweats": true}}, "facts": {"weight": {"value": 61.5, "unit": "kg"}, "hiv": {"value": "positive"}},
		"outcomes": [{"kind": "require", "code": "CXR", "state": "definite", "rows": ["US-S1"]}],
		"person": "01930000-0000-7000-8000-000000000001", "hash": "abc", "rows": ["US-S1"], "jpeg": "`+strings.Repeat("A", 6000)+`", "gone": null, "empty": ""}`), &fields); err != nil {
		t.Fatal(err)
	}
	got := map[string]any{}
	for _, r := range w.rows(fields) {
		label := r.Label.Key
		if len(r.Label.Args) == 2 {
			label = fmt.Sprint(r.Label.Args[1])
		}
		got[label] = r.Value
	}
	text := func(v any) string {
		if m, ok := v.(page.Msg); ok {
			return m.Key
		}
		return fmt.Sprint(v)
	}
	for label, want := range map[string]string{
		"stewardship.field.nationalities": "[Etiopía", "stewardship.field.languages": "[amárico]", "stewardship.field.birth": "1990-05",
		"stewardship.field.at": "2026-11-20 10:00:00 +0000 UTC", "stewardship.field.sex": "stewardship.value.female",
		"cough": "stewardship.value.no", "night_sweats": "page.truth.yes", "hiv": "positive", "outcomes": "[require · CXR · definite]",
		"stewardship.field.jpeg": "stewardship.copy.file",
	} {
		if !strings.HasPrefix(text(got[label]), want) {
			t.Errorf("%s: %q, want %q", label, text(got[label]), want)
		}
	}
	if q, ok := got["weight"].(value.Quantity); !ok || q.Number != 61.5 || q.Unit != "kg" {
		t.Errorf("a measured value: %v", got["weight"])
	}
	for _, label := range []string{"person", "hash", "rows", "gone", "empty"} {
		if v, ok := got[label]; ok {
			t.Errorf("%s is in the copy: %v", label, v)
		}
	}
}

func FuzzFields(f *testing.F) {
	f.Add([]byte(`{"a":{"b":{"c":{"d":{"e":{"f":1}}}}},"value":{"value":[{}]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		fields := map[string]json.RawMessage{}
		if json.Unmarshal(b, &fields) != nil {
			return
		}
		plainWords{lang: "en"}.rows(fields)
	})
}
