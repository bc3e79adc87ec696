package people

import (
	"encoding/json"
	"strings"
	"testing"
)

// The wording, the order and the answers of the Washington Group Short Set must not
// be changed (washingtongroup-disability.com, Short Set on Functioning). The English
// is the original; of the other languages the page says that they are not official,
// until somebody has compared them with the official translations.
func TestTheWashingtonGroupQuestionsAreTheOriginalOnes(t *testing.T) {
	official := map[string]string{
		"note":          "The next questions ask about difficulties you may have doing certain activities because of a HEALTH PROBLEM.",
		"seeing":        "Do you have difficulty seeing, even if wearing glasses?",
		"hearing":       "Do you have difficulty hearing, even if using a hearing aid(s)?",
		"walking":       "Do you have difficulty walking or climbing steps?",
		"remembering":   "Do you have difficulty remembering or concentrating?",
		"self_care":     "Do you have difficulty with self-care, such as washing all over or dressing?",
		"communicating": "Using your usual language, do you have difficulty communicating, for example understanding or being understood?",
		"answer.1":      "No difficulty", "answer.2": "Some difficulty", "answer.3": "A lot of difficulty", "answer.4": "Cannot do at all",
	}
	words := func(lang string) map[string]any {
		b, err := Locales.ReadFile("locales/" + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]any{}
		if err := json.Unmarshal(b, &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	en := words("en")
	for key, want := range official {
		if got := en["people.wg."+key]; got != want {
			t.Errorf("%s: %q, the original says %q", key, got, want)
		}
	}
	for lang, says := range map[string]string{"fr": "non officielle", "es": "no oficial", "ar": "غير رسمية"} {
		if got, _ := words(lang)["people.wg.wording"].(string); !strings.Contains(got, says) {
			t.Errorf("%s does not say that it is no official translation: %q", lang, got)
		}
	}
	order := []string{"seeing", "hearing", "walking", "remembering", "self_care", "communicating"}
	for i, d := range FunctioningDomains {
		if d != order[i] {
			t.Errorf("question %d is %s, want %s", i+1, d, order[i])
		}
	}
	shown := map[string]bool{}
	for _, f := range functioningFields(Functioning{}) {
		shown[f.Label.Key] = true
	}
	if !shown["people.wg.wording"] || !shown["people.wg.note"] {
		t.Error("the page does not say where the wording is from")
	}
}
