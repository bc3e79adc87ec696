package access

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Kinds are the journal kinds of this package.
func Kinds() []journal.Kind {
	return []journal.Kind{
		{
			Name: UserKind, Schema: 1, Tables: []string{"access_user"}, Project: projectUser, Reach: journal.Everywhere,
			Groups: []journal.Group{
				{Name: "identity", Class: journal.Register, Fields: []string{"login", "name"}},
				// Rights in dispute are no rights: see narrowest.
				{Name: "rights", Class: journal.Safety, Fields: []string{"roles", "sites", "programmes", "sensitivity", "disabled"}},
				{Name: "locale", Class: journal.Register, Fields: []string{"locale"}},
			},
		},
		{
			Name: GlassKind, Schema: 1, Tables: []string{"access_glass"}, Project: projectGlass,
			Groups: []journal.Group{
				{Name: "act", Class: journal.Register, Fields: []string{"user", "reason", "opened", "until"}},
				{Name: "review", Class: journal.Register, Fields: []string{"reviewer", "reviewed", "finding", "note"}},
			},
		},
		{
			Name: OpenedKind, Schema: 1, Tables: []string{"access_opened"}, Project: projectOpened,
			Groups: []journal.Group{
				{Name: "opened", Class: journal.Register, Fields: []string{"user", "why", "how", "at", "until"}},
				{Name: "shut", Class: journal.Register, Fields: []string{"shut"}},
			},
		},
		accountKind(),
	}
}

type rights struct {
	Roles       []Role   `json:"roles"`
	Sites       []string `json:"sites"`
	Programmes  []string `json:"programmes"`
	Sensitivity string   `json:"sensitivity"`
	Disabled    bool     `json:"disabled"`
}

// narrowest is what all of several rights have in common. When an administrator
// takes a role away on one node while another gives one on a second node, the
// user has neither until somebody decides.
func narrowest(all []rights) rights {
	out := all[0]
	for _, r := range all[1:] {
		out.Roles = common(out.Roles, r.Roles)
		out.Sites = commonCodes(out.Sites, r.Sites)
		out.Programmes = commonCodes(out.Programmes, r.Programmes)
		if ceilings[r.Sensitivity] < ceilings[out.Sensitivity] {
			out.Sensitivity = r.Sensitivity
		}
		out.Disabled = out.Disabled || r.Disabled
	}
	return out
}

func common[T comparable](a, b []T) []T {
	out := []T{}
	for _, x := range a {
		if slices.Contains(b, x) {
			out = append(out, x)
		}
	}
	return out
}

// commonCodes is common where All holds every code.
func commonCodes(a, b []string) []string {
	switch {
	case slices.Contains(a, All):
		return b
	case slices.Contains(b, All):
		return a
	}
	return common(a, b)
}

func projectUser(tx *db.Tx, d *journal.Doc) error {
	var u User
	if err := d.Decode(&u); err != nil {
		return fault.Wrap("access.projectUser", err)
	}
	r := rights{u.Roles, u.Sites, u.Programmes, u.Ceiling, u.Disabled}
	alternatives := d.Disputed["rights"]
	if len(alternatives) > 0 {
		var all []rights
		for _, alt := range alternatives {
			var x rights
			if err := decodeFields(alt.Fields, &x); err != nil {
				return fault.Wrap("access.projectUser", err)
			}
			all = append(all, x)
		}
		r = narrowest(all)
	}
	if _, ok := ceilings[r.Sensitivity]; !ok {
		r.Sensitivity = "identity"
	}
	_, err := tx.Exec(`INSERT INTO access_user (id, login, name, roles, sites, programmes, sensitivity, locale, disabled, disputed, created)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET login = excluded.login, name = excluded.name, roles = excluded.roles, sites = excluded.sites,
			programmes = excluded.programmes, sensitivity = excluded.sensitivity, locale = excluded.locale,
			disabled = excluded.disabled, disputed = excluded.disputed, created = excluded.created`,
		d.ID, foldLogin(u.Login), u.Name, listText(r.Roles), listText(r.Sites), listText(r.Programmes), r.Sensitivity, u.Locale,
		r.Disabled || d.Error, len(d.Disputed) > 0, d.Created)
	return err
}

// decodeFields reads the fields of one alternative.
func decodeFields(fields map[string]json.RawMessage, into any) error {
	b, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

// listText stores a list; none is the empty list.
func listText[T any](list []T) string {
	if list == nil {
		list = []T{}
	}
	b, err := json.Marshal(list)
	if err != nil {
		return "[]"
	}
	return string(b)
}

type glassFields struct {
	User     db.ID     `json:"user"`
	Reason   string    `json:"reason"`
	Opened   time.Time `json:"opened"`
	Until    time.Time `json:"until"`
	Reviewer db.ID     `json:"reviewer"`
	Reviewed time.Time `json:"reviewed"`
	Finding  string    `json:"finding"`
	Note     string    `json:"note"`
}

func projectGlass(tx *db.Tx, d *journal.Doc) error {
	var g glassFields
	if err := d.Decode(&g); err != nil {
		return fault.Wrap("access.projectGlass", err)
	}
	_, err := tx.Exec(`INSERT INTO access_glass (id, usr, subject, reason, site, opened, until, reviewer, reviewed, finding, note)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET usr = excluded.usr, subject = excluded.subject, reason = excluded.reason, site = excluded.site,
			opened = excluded.opened, until = excluded.until, reviewer = excluded.reviewer, reviewed = excluded.reviewed,
			finding = excluded.finding, note = excluded.note`,
		d.ID, g.User, d.Subject, g.Reason, d.Site, g.Opened, g.Until, g.Reviewer, g.Reviewed, g.Finding, g.Note)
	return err
}
