package pack

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// Languages every pack speaks.
var Languages = []string{"en", "fr", "es", "ar"}

// parseLocale reads a flat JSON object of texts. A key given twice is a problem:
// one of the two would be lost without a word.
func parseLocale(file, text string, ps *Problems) map[string]string {
	words := map[string]string{}
	dec := json.NewDecoder(strings.NewReader(text))
	line := func() int { return 1 + strings.Count(text[:min(int(dec.InputOffset()), len(text))], "\n") }
	tok, err := dec.Token()
	if err != nil || tok != json.Delim('{') {
		ps.add(file, 1, "", "want one JSON object of texts")
		return words
	}
	for dec.More() {
		tok, err := dec.Token()
		key, ok := tok.(string)
		if err != nil || !ok {
			ps.add(file, line(), "", "is not JSON: %v", err)
			return words
		}
		tok, err = dec.Token()
		if err != nil {
			ps.add(file, line(), key, "is not JSON: %v", err)
			return words
		}
		val, ok := tok.(string)
		switch _, dup := words[key]; {
		case !ok:
			ps.add(file, line(), key, "is not a text")
			if _, nested := tok.(json.Delim); nested {
				return words
			}
		case dup:
			ps.add(file, line(), key, "is there twice")
		default:
			words[key] = val
		}
	}
	if _, err := dec.Token(); err != nil {
		ps.add(file, line(), "", "is not JSON: %v", err)
		return words
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		ps.add(file, line(), "", "has something after the object")
	}
	return words
}
