package campaign

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// The journal kinds of this package.
const (
	kindCampaign = "programme.campaign"
	kindMessage  = "programme.message"
	kindActivity = "programme.activity"
	kindCascade  = "programme.cascade"
	kindRumour   = "programme.rumour"
)

const (
	groupVersions = "versions"
	groupVerdicts = "verdicts"
	groupHeard    = "hearings"
	groupSteps    = "steps"
)

// Kinds are this package's journal kinds. What a campaign is and how its messages read is
// one rule for every node; what was done and heard stays at its site.
func Kinds() []journal.Kind {
	reg := func(name string, fields ...string) journal.Group {
		return journal.Group{Name: name, Class: journal.Register, Fields: fields}
	}
	add := func(name, field string) journal.Group {
		return journal.Group{Name: name, Class: journal.Append, Fields: []string{field}}
	}
	tables := []string{"programme_campaign"}
	return []journal.Kind{
		{Name: kindCampaign, Schema: 1, Tables: tables, Project: projectOf(campaignOf), Reach: journal.Everywhere, Groups: []journal.Group{
			reg("campaign", "topic", "name", "goal", "audiences", "languages", "channels", "from", "to")}},
		{Name: kindMessage, Schema: 1, Tables: tables, Project: projectOf(messageOf), Reach: journal.Everywhere, Groups: []journal.Group{
			reg("message", "campaign", "title", "language"), add(groupVersions, "version"), add(groupVerdicts, "verdict")}},
		{Name: kindActivity, Schema: 1, Tables: tables, Project: projectOf(activityOf), Groups: []journal.Group{
			reg("activity", "campaign", "day", "place", "channel", "version", "audience", "reached", "groups", "distinct", "note", "by", "at"), reg("struck", "struck", "why")}},
		{Name: kindCascade, Schema: 1, Tables: tables, Project: projectOf(cascadeOf), Groups: []journal.Group{
			reg("cascade", "campaign", "from", "to", "place", "steps", "why", "by", "at"), reg("struck", "struck")}},
		{Name: kindRumour, Schema: 1, Tables: tables, Project: projectOf(rumourOf), Groups: []journal.Group{
			reg("rumour", "campaign", "kind", "topic", "words", "place", "language", "channel", "since", "risks", "ill", "sign", "cases", "deaths", "by", "at"),
			reg("signal", "signal"), add(groupHeard, "hearing"), add(groupSteps, "step")}},
	}
}

// Migrations are this package's table: what a campaign has is little, and is read by
// campaign.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "campaign", Number: 1, SQL: `
CREATE TABLE programme_campaign (
	id BLOB NOT NULL PRIMARY KEY, kind TEXT NOT NULL, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL, campaign BLOB, day TEXT NOT NULL, body TEXT NOT NULL
);
CREATE INDEX programme_campaign_of ON programme_campaign (kind, campaign, day);
CREATE INDEX programme_campaign_day ON programme_campaign (kind, day);
`}}
}

// thing is what a document of this package is read into: whose it is, and the day or the
// moment by which it stands in a list.
type thing interface {
	row() (campaign db.ID, day string)
}

func (c Campaign) row() (db.ID, string) { return db.ID{}, c.From.String() }
func (m Message) row() (db.ID, string)  { return m.Campaign, m.Title }
func (a Activity) row() (db.ID, string) { return a.Campaign, a.Day.String() }
func (c Cascade) row() (db.ID, string)  { return c.Campaign, c.From.String() }
func (r Rumour) row() (db.ID, string)   { return r.Campaign, r.At.UTC().Format(time.RFC3339) }

func projectOf[T thing](read func(*journal.Doc) (T, error)) func(*db.Tx, *journal.Doc) error {
	return func(tx *db.Tx, d *journal.Doc) error {
		if d.Error {
			_, err := tx.Exec("DELETE FROM programme_campaign WHERE id = ?", d.ID)
			return err
		}
		x, err := read(d)
		if err != nil {
			return err
		}
		body, err := json.Marshal(x)
		if err != nil {
			return fault.Wrap("campaign.project", err)
		}
		campaign, day := x.row()
		_, err = tx.Exec(`INSERT INTO programme_campaign (id, kind, site, programme, sensitivity, campaign, day, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity,
			campaign = excluded.campaign, day = excluded.day, body = excluded.body`, d.ID, d.Kind, d.Site, d.Programme, int(d.Sensitivity), campaign, day, string(body))
		return err
	}
}

// items reads the items of an append group.
func items[T any](d *journal.Doc, group, field string, by func(*T, db.ID)) ([]T, error) {
	var out []T
	for _, it := range d.Items(group) {
		var x T
		if err := json.Unmarshal(it.Fields[field], &x); err != nil {
			return nil, fault.Wrap("campaign.items", err)
		}
		by(&x, it.By)
		out = append(out, x)
	}
	return out, nil
}

func campaignOf(d *journal.Doc) (Campaign, error) {
	var c Campaign
	err := d.Decode(&c)
	return c, err
}

func messageOf(d *journal.Doc) (Message, error) {
	var m Message
	err := d.Decode(&m)
	if err == nil {
		m.Versions, err = items(d, groupVersions, "version", func(v *Version, by db.ID) { v.By = by })
	}
	if err == nil {
		m.Verdicts, err = items(d, groupVerdicts, "verdict", func(v *Verdict, by db.ID) { v.By = by })
	}
	slices.SortStableFunc(m.Versions, func(a, b Version) int { return cmp.Or(a.At.Compare(b.At), slices.Compare(a.ID[:], b.ID[:])) })
	return m, err
}

func activityOf(d *journal.Doc) (Activity, error) {
	var a Activity
	err := d.Decode(&a)
	return a, err
}

func cascadeOf(d *journal.Doc) (Cascade, error) {
	var c Cascade
	err := d.Decode(&c)
	return c, err
}

func rumourOf(d *journal.Doc) (Rumour, error) {
	var r Rumour
	err := d.Decode(&r)
	if err == nil {
		r.Heard, err = items(d, groupHeard, "hearing", func(h *Hearing, by db.ID) { h.By = by })
	}
	if err == nil {
		r.Steps, err = items(d, groupSteps, "step", func(s *Step, by db.ID) { s.By = by })
	}
	return r, err
}

// of lists what there is of a kind, within a scope and, unless it is zero, of a campaign:
// the latest first, most of them and one more, by which a page knows that some are left.
func of[T any](tx *db.Tx, sc access.Scope, kind string, campaign db.ID, most int, id func(*T, db.ID, string)) ([]T, error) {
	where, args := sc.Where("")
	where, args = "kind = ? AND ("+where+")", append([]any{kind}, args...)
	if !campaign.IsZero() {
		where, args = where+" AND campaign = ?", append(args, campaign)
	}
	rows, err := tx.Query("SELECT id, site, body FROM programme_campaign WHERE "+where+" ORDER BY day DESC, id DESC LIMIT ?", append(args, most+1)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		x, err := scanned(rows.Scan, id)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, rows.Err()
}

// one answers one thing of a kind by its id.
func one[T any](tx *db.Tx, kind string, want db.ID, id func(*T, db.ID, string)) (T, error) {
	return scanned(tx.Row("SELECT id, site, body FROM programme_campaign WHERE kind = ? AND id = ?", kind, want).Scan, id)
}

func scanned[T any](scan func(...any) error, id func(*T, db.ID, string)) (T, error) {
	var x T
	var doc db.ID
	var site, body string
	if err := scan(&doc, &site, &body); err != nil {
		return x, err
	}
	err := json.Unmarshal([]byte(body), &x)
	id(&x, doc, site)
	return x, fault.Wrap("campaign.scanned", err)
}

func asCampaign(c *Campaign, id db.ID, site string) { c.ID, c.Site = id, site }
func asMessage(m *Message, id db.ID, site string)   { m.ID, m.Site = id, site }
func asActivity(a *Activity, id db.ID, site string) { a.ID, a.Site = id, site }
func asCascade(c *Cascade, id db.ID, site string)   { c.ID, c.Site = id, site }
func asRumour(r *Rumour, id db.ID, site string)     { r.ID, r.Site = id, site }

// messageWith answers the message of a campaign that has a version; no message where none
// has it. A campaign has few of them.
func messageWith(tx *db.Tx, campaign, version db.ID) (Message, error) {
	rows, err := tx.Query("SELECT id, site, body FROM programme_campaign WHERE kind = ? AND campaign = ?", kindMessage, campaign)
	if err != nil {
		return Message{}, err
	}
	defer rows.Close()
	for rows.Next() {
		m, err := scanned(rows.Scan, asMessage)
		if err != nil {
			return m, err
		}
		if _, ok := m.Version(version); ok {
			return m, rows.Err()
		}
	}
	return Message{}, rows.Err()
}
