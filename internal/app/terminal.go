package app

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// kernelFaults are the message keys of the packages below the pages, which have
// no words of their own. They stand in this package's catalogues, because this is
// where a fault of opening a folder becomes a sentence.
var kernelFaults = []string{
	"db.busy", "db.cancelled", "db.changed_migration", "db.closed", "db.damaged", "db.exists", "db.full", "db.in_use", "db.internal", "db.io",
	"db.newer", "db.not_found", "db.old_sqlite", "db.unreachable", "db.wrong_key",
	"journal.busy", "journal.exists",
	"key.locked", "key.missing", "key.size", "key.too_open", "key.unreadable", "key.unwritable",
}

// terminalWords are the English messages of every area, read when the first error
// is to be said: no page can be rendered while the node did not open.
var terminalWords = sync.OnceValues(func() (map[string]page.Entry, error) {
	all := map[string]page.Entry{}
	for _, a := range append(page.OwnAreas(), areas()...) {
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
	if f := fault.FieldOf(err); f != "" && !strings.HasPrefix(key, "db.") && !strings.HasPrefix(key, "key.") {
		return f + ": " + text
	}
	return text
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
	case fault.KeyOf(err) != "":
		return &explained{dir + ": " + Sentence(err), err}
	}
	return err
}
