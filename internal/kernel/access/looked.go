package access

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// The guard sees to it that no page about a person goes out without a line of the
// read audit. Most pages write their own, with the name of what was opened; for
// one that does not, the guard writes the line before the first byte is sent. It
// knows whom a page is about from the ids in its address: that of a person, or of
// any document about one. So a page that is added tomorrow is covered as well.

// queryPerson is the parameter by which a page is opened for a person who is not
// in its path (/rights/new?person=…).
const queryPerson = "person"

// partOfPage is how long a picture belongs to the page that was opened before: it
// needs no line of its own.
const partOfPage = 10 * time.Minute

// looked gathers whom the lines of one request are about.
type looked struct {
	mu       sync.Mutex
	subjects []db.ID
}

type lookedKey struct{}

// note remembers that this request has written a line about these persons.
func note(ctx context.Context, subjects ...db.ID) {
	l, ok := ctx.Value(lookedKey{}).(*looked)
	if !ok {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.subjects = append(l.subjects, subjects...)
}

func (l *looked) has(subject db.ID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Contains(l.subjects, subject)
}

// shows reports whether an answer shows a page: one that was asked for, or a form
// that was posted and comes back with what is wrong.
func shows(r *http.Request, status int) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		return status >= 200 && status < 300
	case http.MethodPost:
		return status == http.StatusUnprocessableEntity
	}
	return false
}

// writeMissing writes the lines that the page about to be sent still lacks.
func (a *Access) writeMissing(r *http.Request, l *looked, contentType string) error {
	ctx := r.Context()
	actor, ok := From(ctx)
	ids := idsOf(r)
	if !ok || len(ids) == 0 {
		return nil
	}
	var missing []db.ID
	err := a.db.Read(ctx, func(tx *db.Tx) (err error) {
		missing, err = a.unwritten(tx, l, actor, ids, strings.HasPrefix(contentType, "text/html"))
		return err
	})
	if err != nil || len(missing) == 0 {
		return fault.Wrap("access.guard", err)
	}
	_, path, _ := strings.Cut(r.Pattern, " ")
	return fault.Wrap("access.guard", a.db.Write(ctx, func(tx *db.Tx) error {
		for _, subject := range missing {
			if err := a.OpenedTx(ctx, tx, subject, "page "+path); err != nil {
				return err
			}
		}
		return nil
	}))
}

// unwritten are the persons of a page about whom there is no line yet.
func (a *Access) unwritten(tx *db.Tx, l *looked, actor Actor, ids []db.ID, whole bool) (missing []db.ID, err error) {
	for _, id := range ids {
		doc, err := a.journal.Load(tx, id)
		if fault.Is(err, fault.NotFound) {
			continue // of something else, or of a form that makes a new document
		}
		if err != nil {
			return nil, err
		}
		subject := doc.Subject
		if subject.IsZero() || l.has(subject) || slices.Contains(missing, subject) {
			continue
		}
		if !whole {
			lines, err := readLines(tx, ReadFilter{Subject: subject, User: actor.User, From: a.clock().Add(-partOfPage), Limit: 1})
			if err != nil {
				return nil, err
			}
			if len(lines) > 0 {
				continue
			}
		}
		missing = append(missing, subject)
	}
	return missing, nil
}

// idsOf are the ids in the address of a page.
func idsOf(r *http.Request) []db.ID {
	var ids []db.ID
	add := func(s string) {
		if id, err := db.ParseID(s); err == nil && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for rest := r.Pattern; ; {
		_, after, ok := strings.Cut(rest, "{")
		if !ok {
			break
		}
		name, more, _ := strings.Cut(after, "}")
		add(r.PathValue(strings.TrimSuffix(name, "...")))
		rest = more
	}
	add(r.URL.Query().Get(queryPerson))
	return ids
}
