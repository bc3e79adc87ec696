package team

import (
	"context"
	"embed"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/seal"
)

//go:embed locales
var files embed.FS

// Pages are the words of this area; its pages are sheets.
func Pages() page.Area { return page.Area{Name: "team", Templates: files, Locales: files} }

// Purpose is what a room is for.
type Purpose string

// The closed list.
const (
	Support  Purpose = "support"  // mental health and psychosocial support
	Priority Purpose = "priority" // survivors of violence: the word that reception uses
)

// Purposes lists them.
var Purposes = []Purpose{Support, Priority}

// Deps is what a Service needs.
type Deps struct {
	Vault  *seal.Vault
	Access *access.Access
	Pages  *page.Renderer
	Clock  func() time.Time
}

// Service is this area's use cases. What is read and written is the vault's.
type Service struct{ Deps }

// New makes the service.
func New(d Deps) *Service {
	if d.Clock == nil {
		d.Clock = time.Now
	}
	return &Service{d}
}

// Kinds of leaves that every room has.
const (
	lookLeaf      = "look"
	supervisLeaf  = "supervision"
	longSupervise = 2000
)

// Supervision is a talk about the work.
type Supervision struct {
	With string `json:"with"`
	Text string `json:"text"`
}

func (s Supervision) valid() error {
	const op = "team.Supervision"
	switch {
	case strings.TrimSpace(s.With) == "":
		return fault.Field(op, "with", "team.error.with")
	case strings.TrimSpace(s.Text) == "":
		return fault.Field(op, "text", "team.error.text")
	case utf8.RuneCountInString(s.Text) > longSupervise || utf8.RuneCountInString(s.With) > 80:
		return fault.Field(op, "text", "team.error.long")
	}
	return nil
}

// Supervise keeps a talk in a room.
func (s *Service) Supervise(ctx context.Context, room, doc db.ID, v Supervision) error {
	if err := v.valid(); err != nil {
		return err
	}
	return s.Vault.Put(ctx, room, doc, supervisLeaf, db.ID{}, db.ID{}, v)
}

// Looked keeps in the room that the user of the context opened a record, once a day: the read
// audit that everybody's records have stands outside the room and would tell that there is one.
func Looked(ctx context.Context, v *seal.Vault, room, record db.ID, now time.Time) error {
	a, err := access.Acting(ctx, "team.Looked")
	if err != nil {
		return err
	}
	_, all, err := v.Leaves(ctx, room)
	if err != nil {
		return err
	}
	day := now.UTC().Format(time.DateOnly)
	for _, l := range slices.Backward(all) {
		if l.At.UTC().Format(time.DateOnly) != day {
			break
		}
		if l.Kind == lookLeaf && l.Record == record && l.By == a.User {
			return nil
		}
	}
	return v.Put(ctx, room, db.NewID(), lookLeaf, record, db.ID{}, struct{}{})
}

// IsLook reports whether a leaf says that somebody looked.
func IsLook(l seal.Leaf) bool { return l.Kind == lookLeaf }

// opened is a room as its page shows it.
type opened struct {
	seal.Room
	Me       db.ID
	Talks    []talk
	Looks    []look
	Looked   int // more looks than are shown
	Sole     bool
	NewTalk  db.ID
	Asked    string          // log-in of who is to be admitted
	Incoming *seal.Candidate // found by it
}

type talk struct {
	At time.Time
	By string
	Supervision
}

type look struct {
	At time.Time
	By string
}

const mostLooks = 20

func (s *Service) open(ctx context.Context, id db.ID) (o opened, err error) {
	a, err := access.Acting(ctx, "team.open")
	if err != nil {
		return o, err
	}
	room, all, err := s.Vault.Leaves(ctx, id)
	if err != nil {
		return o, err
	}
	o = opened{Room: room, Me: a.User, Sole: len(room.Members) == 1, NewTalk: db.NewID()}
	for _, l := range slices.Backward(all) {
		switch l.Kind {
		case supervisLeaf:
			var v Supervision
			if err := l.Into(&v); err != nil {
				return o, err
			}
			o.Talks = append(o.Talks, talk{l.At, NameIn(room, l.By), v})
		case lookLeaf:
			if len(o.Looks) == mostLooks {
				o.Looked++
				continue
			}
			o.Looks = append(o.Looks, look{l.At, NameIn(room, l.By)})
		}
	}
	return o, nil
}

// NameIn is what a room calls somebody; "" who is no member any more.
func NameIn(r seal.Room, user db.ID) string {
	for _, m := range r.Members {
		if m.User == user {
			return m.Name
		}
	}
	return ""
}
