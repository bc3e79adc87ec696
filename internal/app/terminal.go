package app

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// terminalWords are the English messages of every area, read when the first error
// is to be said: no page can be rendered while the node did not open.
var terminalWords = sync.OnceValues(func() (map[string]page.Entry, error) {
	all := map[string]page.Entry{}
	for _, a := range append(page.OwnAreas(), Areas()...) {
		if a.Locales == nil {
			continue
		}
		c, err := page.ReadCatalogue(a.Locales, "locales")
		if err != nil {
			return nil, err
		}
		for key, e := range c["en"] {
			all[key] = e
		}
	}
	return all, nil
})

// Sentence says an error to whoever typed a command: the words of its fault where
// there are any, and otherwise what the program knows. A field is named first.
func Sentence(err error) string {
	var said *explained
	if errors.As(err, &said) {
		return said.text
	}
	var several interface{ Unwrap() []error }
	if errors.As(err, &several) && len(several.Unwrap()) > 0 {
		lines := make([]string, len(several.Unwrap()))
		for i, e := range several.Unwrap() {
			lines[i] = Sentence(e)
		}
		return strings.Join(lines, "\n")
	}
	key := fault.KeyOf(err)
	words, readErr := terminalWords()
	e, known := words[key]
	if key == "" || readErr != nil || !known {
		return err.Error()
	}
	text := e.Text
	if e.Plural != nil {
		text = e.Plural["other"]
	}
	for name, v := range fault.ArgsOf(err) {
		text = strings.ReplaceAll(text, "{"+name+"}", fmt.Sprint(v))
	}
	if what := todo[key]; what != "" {
		text += " " + what
	}
	if f := fault.FieldOf(err); f != "" && !strings.HasPrefix(key, "db.") && !strings.HasPrefix(key, "key.") {
		return f + ": " + text
	}
	return text
}

// todo is what to do about a fault of opening a folder, beside its sentence. It is
// said at the terminal only, which speaks English as the commands do.
var todo = map[string]string{
	"db.wrong_key":   "Put back the godwit.slots (or godwit.key) that belongs to this folder; if it is that one, the database file is damaged: restore a backup.",
	"key.missing":    "Put godwit.slots (or godwit.key, in an older folder) back from where a copy is kept.",
	"key.no_slots":   "Put godwit.slots back from a backup of this folder.",
	"key.size":       "Put the file back from where a copy is kept.",
	"key.too_open":   "Run chmod 600 on it, and think about who may have read it.",
	"key.unwritable": "See who may write to the folder.",
	"key.harmed":     "Run godwit key repair.",
}

// explained is an error with a sentence in front of its cause.
type explained struct {
	text  string
	cause error
}

// Error is the sentence.
func (e *explained) Error() string { return e.text }

// Unwrap is the cause.
func (e *explained) Unwrap() error { return e.cause }

// explainOpen says why a folder could not be opened.
func explainOpen(dir string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errRunning):
		return &explained{dir + " is in use: another process has it open. Stop that one first.", err}
	case fault.KeyOf(err) != "" && dir == "":
		return &explained{Sentence(err), err}
	case fault.KeyOf(err) != "":
		return &explained{dir + ": " + Sentence(err), err}
	}
	return err
}
