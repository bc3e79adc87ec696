package access

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// GlassKind is the journal kind of a broken glass: it travels to every privacy
// officer, wherever the record was opened.
const GlassKind = "access.glass"

// glassFor is how long a broken glass stays open.
const glassFor = time.Hour

// ReviewWithin is the time in which the privacy officer looks at a broken glass
// (IOM Data Protection Principle 6; the number of days is ours).
const ReviewWithin = 7 * 24 * time.Hour

// Glass is one broken glass: somebody opened a record that their rights do not
// reach, and said why.
type Glass struct {
	ID            db.ID
	User, Subject db.ID
	Reason        string
	Site          string // where the user works
	Opened, Until time.Time
	Reviewer      db.ID
	Reviewed      time.Time // zero while it waits
	Finding       Finding
	Note          string
}

// Due is when it should have been looked at.
func (g Glass) Due() time.Time { return g.Opened.Add(ReviewWithin) }

// Finding is what the privacy officer makes of it.
type Finding string

// The findings.
const (
	Justified  Finding = "justified"
	Unclear    Finding = "unclear"
	Misused    Finding = "misused"
	unreviewed Finding = ""
)

// BreakGlass opens the subject's record to the actor for an hour, for looking
// only. The reason is kept, a line goes into the audit, and the privacy officer
// finds it on their list.
func (a *Access) BreakGlass(ctx context.Context, subject db.ID, reason string) error {
	const op = "access.BreakGlass"
	if err := a.Check(ctx, GlassBreak, Resource{Subject: subject}); err != nil {
		return fault.Wrap(op, err)
	}
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < 10 {
		return fault.Field(op, "reason", "door.glass.reason")
	} else if n > 1000 {
		return fault.Field(op, "reason", "door.glass.long")
	}
	if subject.IsZero() {
		return fault.Field(op, "subject", "door.glass.subject")
	}
	actor, _ := From(ctx)
	now := a.clock().UTC().Truncate(time.Microsecond)
	return fault.Wrap(op, a.db.Write(ctx, func(tx *db.Tx) error {
		err := a.journal.Append(tx, actor.Author(), journal.Change{
			Kind: GlassKind, Doc: db.NewID(), Subject: subject, Site: actor.Site(), Sensitivity: journal.Identity, Purpose: "emergency",
			Fields: map[string]any{"user": actor.User, "reason": reason, "opened": now, "until": now.Add(glassFor)},
		})
		if err != nil {
			return err
		}
		return a.record(tx, Read{User: actor.User, Subject: subject, Act: ActGlass, Purpose: "emergency", What: "access.glass"})
	}))
}

// brokenGlass lists the persons whose record the user has opened by reason now.
func (a *Access) brokenGlass(ctx context.Context, user db.ID) ([]db.ID, error) {
	var out []db.ID
	err := a.db.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query("SELECT DISTINCT subject FROM access_glass WHERE usr = ? AND until > ? AND finding <> 'misused'", user, a.clock())
		if err != nil {
			return err
		}
		out, err = rows.IDs()
		return err
	})
	return out, fault.Wrap("access.brokenGlass", err)
}

// Glasses lists broken glass for the privacy officer, those that wait first,
// oldest first.
func (a *Access) Glasses(ctx context.Context, limit int) ([]Glass, error) {
	if err := a.Check(ctx, AuditRead, Resource{Kind: GlassKind}); err != nil {
		return nil, fault.Wrap("access.Glasses", err)
	}
	var out []Glass
	err := a.db.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(`SELECT `+glassColumns+` FROM access_glass
			ORDER BY CASE WHEN reviewed IS NULL THEN 0 ELSE 1 END, opened, id LIMIT ?`, limit)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			g, err := scanGlass(rows.Scan)
			if err != nil {
				return err
			}
			out = append(out, g)
		}
		return rows.Err()
	})
	return out, fault.Wrap("access.Glasses", err)
}

// GlassesWaiting counts those nobody has looked at: the alert on the privacy
// officer's first page.
func (a *Access) GlassesWaiting(ctx context.Context) (int, error) {
	if err := a.Check(ctx, AuditRead, Resource{Kind: GlassKind}); err != nil {
		return 0, fault.Wrap("access.GlassesWaiting", err)
	}
	var n int
	err := a.db.Read(ctx, func(tx *db.Tx) error {
		return tx.Row("SELECT COUNT(*) FROM access_glass WHERE reviewed IS NULL").Scan(&n)
	})
	return n, fault.Wrap("access.GlassesWaiting", err)
}

// ReviewGlass records what the privacy officer makes of a broken glass. Misused
// shuts it at once.
func (a *Access) ReviewGlass(ctx context.Context, id db.ID, f Finding, note string) error {
	const op = "access.ReviewGlass"
	if err := a.Check(ctx, AuditReview, Resource{Kind: GlassKind, Doc: id}); err != nil {
		return fault.Wrap(op, err)
	}
	if f != Justified && f != Unclear && f != Misused {
		return fault.Field(op, "finding", "door.glass.finding")
	}
	if f != Justified && strings.TrimSpace(note) == "" {
		return fault.Field(op, "note", "door.glass.note")
	}
	if len(note) > 4000 {
		return fault.Field(op, "note", "door.glass.long")
	}
	actor, _ := From(ctx)
	return fault.Wrap(op, a.db.Write(ctx, func(tx *db.Tx) error {
		doc, err := a.journal.Load(tx, id)
		if err != nil {
			return err
		}
		if doc.Kind != GlassKind {
			return fault.New(fault.NotFound, op, "door.glass.none")
		}
		var g glassFields
		if err := doc.Decode(&g); err != nil {
			return err
		}
		if g.User == actor.User {
			return fault.New(fault.Forbidden, op, "door.glass.own")
		}
		return a.journal.Append(tx, actor.Author(), journal.Change{
			Kind: GlassKind, Doc: id, Subject: doc.Subject, Site: doc.Site, Sensitivity: journal.Identity, Purpose: actor.Purpose, Base: doc.Version,
			Fields: map[string]any{"reviewer": actor.User, "reviewed": a.clock().UTC().Truncate(time.Microsecond), "finding": f, "note": strings.TrimSpace(note)},
		})
	}))
}

const glassColumns = "id, usr, subject, reason, site, opened, until, reviewer, reviewed, finding, note"

func scanGlass(scan func(...any) error) (Glass, error) {
	var g Glass
	var finding string
	err := scan(&g.ID, &g.User, &g.Subject, &g.Reason, &g.Site, &g.Opened, &g.Until, &g.Reviewer, &g.Reviewed, &finding, &g.Note)
	g.Finding = Finding(finding)
	return g, err
}

// GlassOf opens one broken glass for the privacy officer.
func (a *Access) GlassOf(ctx context.Context, id db.ID) (Glass, error) {
	if err := a.Check(ctx, AuditRead, Resource{Kind: GlassKind, Doc: id}); err != nil {
		return Glass{}, fault.Wrap("access.GlassOf", err)
	}
	var g Glass
	err := a.db.Read(ctx, func(tx *db.Tx) (err error) {
		g, err = scanGlass(tx.Row("SELECT "+glassColumns+" FROM access_glass WHERE id = ?", id).Scan)
		return err
	})
	return g, fault.Wrap("access.GlassOf", err)
}
