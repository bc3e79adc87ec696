package access

import (
	"bytes"
	"context"
	"slices"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// OpenedKind is the journal kind of a person whom a site takes into its care, who is
// registered at another (docs/adr/0032).
const OpenedKind = "access.opened"

// OpenFor is how long a record stays open to a site that says nothing else. Whoever is
// still in care is taken in again.
const OpenFor = 90 * 24 * time.Hour

// Why a record is opened to a site. The list is closed.
type Why string

// The reasons.
const (
	InPerson    Why = "in_person"   // the person is there and was recognised
	Referred    Why = "referred"    // another site sent them, and they agreed
	Transferred Why = "transferred" // a course of treatment goes on there
	Answered    Why = "answered"    // the site that referred them reads what came of it
)

// Whys lists them.
var Whys = []Why{InPerson, Referred, Transferred, Answered}

// Opening is one person's record open to one site.
type Opening struct {
	ID, Person, User db.ID
	Site             string
	Why              Why
	At, Until        time.Time
	Shut             bool
}

type openedFields struct {
	User  db.ID     `json:"user"`
	Why   Why       `json:"why"`
	At    time.Time `json:"at"`
	Until time.Time `json:"until"`
	Shut  bool      `json:"shut"`
}

const openedTable = `
CREATE TABLE access_opened (
	id      BLOB NOT NULL PRIMARY KEY,
	subject BLOB NOT NULL,
	site    TEXT NOT NULL,
	usr     BLOB NOT NULL,
	why     TEXT NOT NULL,
	at      INTEGER NOT NULL,
	until   INTEGER NOT NULL,
	shut    INTEGER NOT NULL
);
CREATE INDEX access_opened_site ON access_opened (site, shut, until, subject);
CREATE INDEX access_opened_subject ON access_opened (subject, until);
`

func projectOpened(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM access_opened WHERE id = ?", d.ID)
		return err
	}
	var o openedFields
	if err := d.Decode(&o); err != nil {
		return fault.Wrap("access.projectOpened", err)
	}
	shut := 0
	if o.Shut {
		shut = 1
	}
	_, err := tx.Exec(`INSERT INTO access_opened (id, subject, site, usr, why, at, until, shut) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET subject = excluded.subject, site = excluded.site, usr = excluded.usr, why = excluded.why,
			at = excluded.at, until = excluded.until, shut = excluded.shut`,
		d.ID, d.Subject, d.Site, o.User, string(o.Why), o.At, o.Until, shut)
	return err
}

// OpenTo opens a person's record to the clinicians of a site, in the caller's
// transaction. Whoever calls it has checked the actor's right to what leads to it: a
// referral, a transfer, the person in front of them (TakeIn). A record that is open to the
// site for the same reason and for half of the time or more is not opened again.
func (a *Access) OpenTo(ctx context.Context, tx *db.Tx, person db.ID, site string, why Why) error {
	return a.openTo(ctx, tx, person, site, why, "")
}

// openTo is OpenTo with how the person was recognised, "" where they are not there.
func (a *Access) openTo(ctx context.Context, tx *db.Tx, person db.ID, site string, why Why, how string) error {
	const op = "access.OpenTo"
	actor, err := Acting(ctx, op)
	if err != nil {
		return err
	}
	if person.IsZero() || site == "" || site == All || !slices.Contains(Whys, why) {
		return fault.New(fault.Invalid, op, "door.open.what")
	}
	now := a.clock().UTC().Truncate(time.Microsecond)
	var there int
	if err := tx.Row("SELECT COUNT(*) FROM access_opened WHERE subject = ? AND site = ? AND why = ? AND shut = 0 AND until > ?", person, site, string(why), now.Add(OpenFor/2)).Scan(&there); err != nil || there > 0 {
		return fault.Wrap(op, err)
	}
	err = a.journal.Append(tx, actor.Author(), journal.Change{
		Kind: OpenedKind, Doc: db.NewID(), Subject: person, Site: site, Sensitivity: journal.Identity, Purpose: "care",
		Fields: map[string]any{"user": actor.User, "why": why, "how": how, "at": now, "until": now.Add(OpenFor), "shut": false},
	})
	if err != nil {
		return fault.Wrap(op, err)
	}
	return fault.Wrap(op, a.record(tx, Read{User: actor.User, Subject: person, Act: ActTaken, Purpose: "care", What: OpenedKind}))
}

// TakeIn opens the record of somebody who is in front of a clinician, to the site where
// the clinician works. how is one of order.Identified: by what they were recognised.
func (a *Access) TakeIn(ctx context.Context, person db.ID, how string) error {
	const op = "access.TakeIn"
	actor, err := Acting(ctx, op)
	if err != nil {
		return err
	}
	site := actor.Site()
	if site == "" {
		return fault.New(fault.Invalid, op, "door.open.site")
	}
	if err := a.Check(For(ctx, "care"), ClinicalWrite, Resource{Kind: OpenedKind, Subject: person, Site: site, Sensitivity: journal.Clinical}); err != nil {
		return fault.Wrap(op, err)
	}
	return fault.Wrap(op, a.db.Write(ctx, func(tx *db.Tx) error { return a.openTo(ctx, tx, person, site, InPerson, how) }))
}

// ShutTo ends what is open of a person to a site.
func (a *Access) ShutTo(ctx context.Context, tx *db.Tx, person db.ID, site string) error {
	const op = "access.ShutTo"
	actor, err := Acting(ctx, op)
	if err != nil {
		return err
	}
	list, err := a.Openings(tx, person)
	if err != nil {
		return err
	}
	for _, o := range list {
		if o.Site != site || o.Shut {
			continue
		}
		doc, err := a.journal.Load(tx, o.ID)
		if err != nil {
			return fault.Wrap(op, err)
		}
		if err := a.journal.Append(tx, actor.Author(), journal.Change{Kind: OpenedKind, Doc: o.ID, Base: doc.Version, Subject: person, Site: site, Sensitivity: journal.Identity, Purpose: "care", Fields: map[string]any{"shut": true}}); err != nil {
			return fault.Wrap(op, err)
		}
	}
	return nil
}

// Openings are the sites that a person's record is or was open to, the latest first. It
// checks no right.
func (a *Access) Openings(tx *db.Tx, person db.ID) ([]Opening, error) {
	rows, err := tx.Query("SELECT id, subject, usr, site, why, at, until, shut FROM access_opened WHERE subject = ? ORDER BY at DESC, id DESC", person)
	if err != nil {
		return nil, fault.Wrap("access.Openings", err)
	}
	defer rows.Close()
	var out []Opening
	for rows.Next() {
		var o Opening
		var why string
		var shut int
		if err := rows.Scan(&o.ID, &o.Person, &o.User, &o.Site, &why, &o.At, &o.Until, &shut); err != nil {
			return nil, fault.Wrap("access.Openings", err)
		}
		o.Why, o.Shut = Why(why), shut == 1
		out = append(out, o)
	}
	return out, fault.Wrap("access.Openings", rows.Err())
}

// Refresh reads which persons are open to the actor's sites now. The gate does it for
// each request of a clinician; whoever opens a record and goes on with it in the same
// breath does it again.
func (a *Access) Refresh(ctx context.Context, actor Actor) (Actor, error) {
	own := codes(actor.Sites)
	if len(own) == 0 || !slices.ContainsFunc(actor.Roles, Role.clinician) {
		return actor, nil
	}
	now := a.clock().UTC().Truncate(time.Microsecond)
	args := make([]any, 0, len(own)+1)
	for _, s := range own {
		args = append(args, s)
	}
	err := a.db.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query("SELECT DISTINCT subject FROM access_opened WHERE site IN ("+marks(len(own))+") AND shut = 0 AND until > ?", append(args, now)...)
		if err != nil {
			return err
		}
		actor.Opened, err = rows.IDs()
		return err
	})
	slices.SortFunc(actor.Opened, compareIDs)
	actor.OpenedAt = now
	return actor, fault.Wrap("access.Refresh", err)
}

func compareIDs(a, b db.ID) int { return bytes.Compare(a[:], b[:]) }
