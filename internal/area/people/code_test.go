package people

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/godwit-health/godwit/internal/kernel/db"
)

func TestCode(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var id db.ID
		copy(id[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(r, "id"))
		code := Code(id)
		if got, ok := ParseCode(" " + ShowCode(code) + " "); !ok || got != code {
			r.Fatalf("%s reads as %s %v", code, got, ok)
		}
		at := rapid.IntRange(0, codeLength-1).Draw(r, "slip")
		wrong := []byte(code)
		for wrong[at] == code[at] {
			wrong[at] = codeAlphabet[rapid.IntRange(0, 31).Draw(r, "letter")]
		}
		if _, ok := ParseCode(string(wrong)); ok {
			r.Fatalf("%s for %s passes", wrong, code)
		}
	})
	if _, ok := ParseCode("short"); ok {
		t.Error("five letters are no code")
	}
	id := db.NewID()
	low := []byte(Code(id))
	for i, c := range low {
		if c == '0' {
			low[i] = 'o'
		}
		if c == '1' {
			low[i] = 'l'
		}
	}
	if got, ok := ParseCode(string(low)); !ok || got != Code(id) {
		t.Error("o for 0 and l for 1 are not read")
	}
}

func TestOnlyIsTheSameEverywhere(t *testing.T) {
	a, b := db.NewID(), db.NewID()
	first, again := only(a, "people.safety"), only(a, "people.safety")
	if first != again || first == only(b, "people.safety") || first == only(a, "people.journey") {
		t.Error("an only document's id must follow from person and kind")
	}
	if _, err := db.ParseID(only(a, "x").String()); err != nil {
		t.Error(err)
	}
}
