package access

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/cedar-policy/cedar-go/types"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// All, as the one element of Sites or Programmes, stands for all of them.
const All = "*"

// Stations that a policy names; packs and places use the same words.
const (
	Radiology   = "radiology"
	LabStation  = "laboratory"
	Counselling = "counselling"
	DoctorDesk  = "physician" // where the physician examines and diagnoses
)

// Actor is the user behind a request, as the policies see them.
type Actor struct {
	User        db.ID
	Login, Name string
	Roles       []Role
	Sites       []string            // site codes, or All
	Programmes  []string            // programme codes, or All
	Sensitivity journal.Sensitivity // the highest that this user may open
	Purpose     string              // what for; a code of purposes.csv
	Locale      string
	Shift       string    // the screening shift the user is on, "" when none
	Opened      []db.ID   // persons whom a site of theirs took into its care (opened.go), in order
	OpenedAt    time.Time // when Opened was read
	Glass       []db.ID   // persons whose record the user opened with a reason, for the time being
}

// Is reports whether the actor holds the role.
func (a Actor) Is(r Role) bool { return slices.Contains(a.Roles, r) }

// Author is the actor as the journal knows them.
func (a Actor) Author() journal.Author { return journal.Author{User: a.User} }

// Site is the site that new documents of this actor belong to: the first of
// theirs, or "" when they work everywhere and a page must ask.
func (a Actor) Site() string {
	if len(a.Sites) == 0 || a.Sites[0] == All {
		return ""
	}
	return a.Sites[0]
}

// OpenedTo reports whether a site of the actor took the person into its care.
func (a Actor) OpenedTo(person db.ID) bool {
	_, ok := slices.BinarySearchFunc(a.Opened, person, compareIDs)
	return ok && !person.IsZero()
}

// SiteFor is where the actor writes about somebody whose record has this site: there
// where they work there, else at their own site.
func (a Actor) SiteFor(site string) string {
	if own := a.Site(); own != "" && !slices.Contains(a.Sites, site) {
		return own
	}
	return site
}

// Resource is the document, or the kind of document, that an action is about.
// Station and Shift are empty where the kind has none.
type Resource struct {
	Kind            string
	Doc, Subject    db.ID
	Site, Programme string
	Sensitivity     journal.Sensitivity
	Station         string
	Shift           string
}

// Of is the resource of a document as the journal holds it.
func Of(d *journal.Doc) Resource {
	return Resource{Kind: d.Kind, Doc: d.ID, Subject: d.Subject, Site: d.Site, Programme: d.Programme, Sensitivity: d.Sensitivity}
}

type actorKey struct{}

// held is an actor in a context, with what the policies make of them, worked out
// once a request.
type held struct {
	actor Actor
	once  sync.Once
	who   types.Entity
}

func (h *held) principal(p *policy) types.Entity {
	h.once.Do(func() { h.who = p.principal(h.actor) })
	return h.who
}

// With puts the actor into the context. The middleware does this for a request;
// commands and tests do it themselves.
func With(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, &held{actor: a})
}

// From takes the actor out of the context.
func From(ctx context.Context) (Actor, bool) {
	h, ok := ctx.Value(actorKey{}).(*held)
	if !ok {
		return Actor{}, false
	}
	return h.actor, true
}

// Acting is From for whoever must act: without an actor it is fault.Forbidden.
func Acting(ctx context.Context, op string) (Actor, error) {
	a, ok := From(ctx)
	if !ok {
		return a, fault.New(fault.Forbidden, op, "door.no_actor")
	}
	return a, nil
}

// For returns the context with the actor working for another purpose, such as
// "person_request" on a page that prints a person's own copy.
func For(ctx context.Context, purpose string) context.Context {
	a, ok := From(ctx)
	if !ok {
		return ctx
	}
	a.Purpose = purpose
	return With(ctx, a)
}
