package place

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

const kindSite = "place.site"

// Kinds are the journal kinds of this package.
func Kinds() []journal.Kind {
	reg := func(name string, fields ...string) journal.Group {
		return journal.Group{Name: name, Class: journal.Register, Fields: fields}
	}
	return append(gazetteerKinds(), journal.Kind{Name: kindSite, Schema: 2, Tables: []string{"place_site"}, Project: projectSite, Reach: journal.Everywhere, Groups: []journal.Group{
		reg("code", "code"), reg("kind", "kind"), reg("names", "names"), reg("country", "country"), reg("languages", "languages"),
		reg("stations", "stations"), reg("consent_age", "consent_age"), reg("guarded", "guarded"), reg("closed", "closed"), reg("area", "area"), reg("position", "position"),
	}})
}

// Migrations are the tables of this package.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "place", Number: 1, SQL: `
CREATE TABLE place_site (id BLOB NOT NULL, code TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (id));
CREATE INDEX place_site_code ON place_site (code);
`}, {Area: "place", Number: 2, SQL: gazetteerSQL}}
}

func projectSite(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM place_site WHERE id = ?", d.ID)
		return err
	}
	var s Site
	if err := d.Decode(&s); err != nil {
		return err
	}
	body, err := json.Marshal(s)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO place_site (id, code, body) VALUES (?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET code = excluded.code, body = excluded.body`, d.ID, s.Code, string(body))
	return err
}

// Sites keeps the sites of this installation and of those it syncs with.
type Sites struct {
	db      *db.DB
	journal *journal.Journal
	access  *access.Access
}

// NewSites makes the keeper of sites.
func NewSites(d *db.DB, j *journal.Journal, a *access.Access) *Sites {
	return &Sites{db: d, journal: j, access: a}
}

// siteID follows from the code, so that two nodes that set up one site before
// they met write one document.
func siteID(code string) db.ID { return idOf(kindSite, code) }

// idOf is the id of a document of reference data that has a key of its own.
func idOf(kind, key string) db.ID {
	h := sha256.Sum256([]byte(kind + " " + key))
	var id db.ID
	copy(id[:], h[:])
	id[6], id[8] = 0x80|id[6]&0x0f, 0x80|id[8]&0x3f // RFC 9562, version 8
	return id
}

// Save makes a site or changes it. Its code cannot be changed: documents carry it.
func (s *Sites) Save(ctx context.Context, site Site) error {
	const op = "place.Save"
	actor, _ := access.From(ctx)
	if err := s.access.Check(ctx, access.PlaceEdit, access.Resource{Kind: kindSite, Site: site.Code, Sensitivity: journal.Identity}); err != nil {
		return fault.Wrap(op, err)
	}
	if err := errors.Join(site.Valid()...); err != nil {
		return err
	}
	site.ID = siteID(site.Code)
	return fault.Wrap(op, s.db.Write(ctx, func(tx *db.Tx) error {
		c := journal.Change{Kind: kindSite, Doc: site.ID, Site: site.Code, Sensitivity: journal.Identity, Purpose: actor.Purpose, Fields: map[string]any{
			"code": site.Code, "kind": string(site.Kind), "names": site.Names, "country": site.Country, "languages": site.Languages,
			"stations": site.Stations, "consent_age": site.ConsentAge, "guarded": site.Guarded, "closed": site.Closed,
			"area": site.Area, "position": site.Position,
		}}
		old, err := s.journal.Load(tx, site.ID)
		switch {
		case err == nil:
			c.Base = old.Version
		case !fault.Is(err, fault.NotFound):
			return err
		}
		return s.journal.Append(tx, actor.Author(), c)
	}))
}

// Site returns a site by its code, or fault.NotFound.
func (s *Sites) Site(tx *db.Tx, code string) (Site, error) {
	var id db.ID
	var body string
	if err := tx.Row("SELECT id, body FROM place_site WHERE code = ? ORDER BY id LIMIT 1", code).Scan(&id, &body); err != nil {
		return Site{}, err
	}
	site := Site{}
	err := json.Unmarshal([]byte(body), &site)
	site.ID = id
	return site, err
}

// All returns the sites by code, closed ones among them.
func (s *Sites) All(tx *db.Tx) ([]Site, error) {
	rows, err := tx.Query("SELECT id, body FROM place_site ORDER BY code, id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Site
	for rows.Next() {
		var site Site
		var id db.ID
		var body string
		if err := rows.Scan(&id, &body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(body), &site); err != nil {
			return nil, err
		}
		site.ID = id
		out = append(out, site)
	}
	return out, rows.Err()
}
