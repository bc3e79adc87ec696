package travel

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Declaration is a person's own word that they go of their own will with a movement.
type Declaration struct {
	ID       db.ID `json:"-"`
	Person   db.ID `json:"-"`
	Movement db.ID `json:"movement"`

	By          people.Giver       `json:"by"`
	Name        string             `json:"name,omitempty"` // of who declared, if not the person
	Language    string             `json:"language"`
	Interpreter people.Interpreter `json:"interpreter"`
	Witness     string             `json:"witness"`
	At          time.Time          `json:"at"`

	Withdrawn bool   `json:"withdrawn"`
	Why       string `json:"withdrawal,omitempty"`
	Disputed  bool   `json:"disputed,omitempty"` // two nodes say otherwise
}

// Stands reports whether the person may be taken along on it.
func (d Declaration) Stands() bool { return !d.At.IsZero() && !d.Withdrawn && !d.Disputed }

// Valid checks a declaration before it is written down.
func (d Declaration) Valid() []error {
	const op = "travel.Declaration"
	var errs []error
	bad := func(field, key string) { errs = append(errs, fault.Field(op, field, "travel.error."+key)) }
	if !slices.Contains(people.Givers, d.By) {
		bad("by", "choose")
	}
	if d.By != people.BySelf && strings.TrimSpace(d.Name) == "" {
		bad("name", "name")
	}
	if strings.TrimSpace(d.Language) == "" {
		bad("language", "language")
	}
	switch {
	case !slices.Contains(people.Interpreters, d.Interpreter):
		bad("interpreter", "choose")
	case d.Interpreter == people.InterpreterChild:
		bad("interpreter", "interpreter")
	}
	if strings.TrimSpace(d.Witness) == "" {
		bad("witness", "witness")
	}
	for field, text := range map[string]string{"name": d.Name, "language": d.Language, "witness": d.Witness} {
		if utf8.RuneCountInString(text) > longNumber*2 {
			bad(field, "long")
		}
	}
	return errs
}
