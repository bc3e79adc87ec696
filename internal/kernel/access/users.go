package access

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// UserKind is the journal kind of a user.
const UserKind = "access.user"

// User is somebody who logs in. What a user may do travels with the journal;
// their password does not.
type User struct {
	ID          db.ID               `json:"-"`
	Login       string              `json:"login"`
	Name        string              `json:"name"`
	Roles       []Role              `json:"roles"`
	Sites       []string            `json:"sites"`
	Programmes  []string            `json:"programmes"`
	Sensitivity journal.Sensitivity `json:"-"`
	Ceiling     string              `json:"sensitivity"` // identity, clinical or sensitive
	Locale      string              `json:"locale"`
	Disabled    bool                `json:"disabled"`
	Disputed    bool                `json:"-"` // changed in two places at once: the narrower rights hold until somebody decides
	Created     time.Time           `json:"-"`
}

// ceilings are the levels that can be given to a user, by name.
var ceilings = map[string]journal.Sensitivity{
	"identity": journal.Identity, "clinical": journal.Clinical, "sensitive": journal.Sensitive,
}

// foldLogin is the form in which log-ins are stored and compared.
func foldLogin(s string) string {
	return cases.Fold().String(norm.NFKC.String(strings.TrimSpace(s)))
}

// Valid says what is wrong with a user.
func (u User) Valid() error {
	const op = "access.User"
	switch {
	case len(u.Login) < 2 || len(u.Login) > 64 || u.Login != foldLogin(u.Login) || strings.ContainsAny(u.Login, " \t\r\n/\\\"'<>"):
		return fault.Field(op, "login", "door.user.login")
	case strings.TrimSpace(u.Name) == "" || len(u.Name) > 200:
		return fault.Field(op, "name", "door.user.name")
	case len(u.Roles) == 0 || slices.ContainsFunc(u.Roles, func(r Role) bool { return !r.Valid() }):
		return fault.Field(op, "roles", "door.user.roles")
	case !Compatible(u.Roles):
		return fault.Field(op, "roles", "door.user.apart")
	case len(u.Sites) == 0:
		return fault.Field(op, "sites", "door.user.sites")
	}
	if _, ok := ceilings[u.Ceiling]; !ok {
		return fault.Field(op, "sensitivity", "door.user.sensitivity")
	}
	return nil
}

// actor is the user as the policies see them.
func (u User) actor() Actor {
	return Actor{
		User: u.ID, Login: u.Login, Name: u.Name, Roles: u.Roles, Sites: u.Sites, Programmes: u.Programmes,
		Sensitivity: u.Sensitivity, Locale: u.Locale, Purpose: OrdinaryPurpose(u.Roles),
	}
}

// AddUser makes a user with a first password, which they change at the first
// log-in when temporary is set.
func (a *Access) AddUser(ctx context.Context, u User, password string, temporary bool) (User, error) {
	const op = "access.AddUser"
	if err := a.Check(ctx, UserEdit, Resource{Kind: UserKind}); err != nil {
		return User{}, fault.Wrap(op, err)
	}
	by, _ := From(ctx)
	u.Login = foldLogin(u.Login)
	if u.Ceiling == "" {
		u.Ceiling = "identity"
	}
	u.Sensitivity = ceilings[u.Ceiling]
	if u.ID.IsZero() {
		u.ID = db.NewID()
	}
	if err := u.Valid(); err != nil {
		return User{}, err
	}
	if err := CheckPassword(password, u.Login, u.Name); err != nil {
		return User{}, err
	}
	hash, err := a.hasher.hash(password)
	if err != nil {
		return User{}, fault.Wrap(op, err)
	}
	err = a.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := userByLogin(tx, u.Login); err == nil {
			return fault.Field(op, "login", "door.user.taken")
		} else if !fault.Is(err, fault.NotFound) {
			return err
		}
		if err := a.journal.Append(tx, by.Author(), journal.Change{
			Kind: UserKind, Doc: u.ID, Sensitivity: journal.Identity, Purpose: by.Purpose, Fields: u.fields(),
		}); err != nil {
			return err
		}
		if err := a.did(tx, by, AccountMade, u); err != nil {
			return err
		}
		return setPassword(tx, u.ID, hash, temporary, a.clock())
	})
	if err != nil {
		return User{}, fault.Wrap(op, err)
	}
	a.keepSlot(ctx, u, password)
	return u, nil
}

func (u User) fields() map[string]any {
	return map[string]any{
		"login": u.Login, "name": u.Name, "roles": u.Roles, "sites": u.Sites, "programmes": u.Programmes,
		"sensitivity": u.Ceiling, "locale": u.Locale, "disabled": u.Disabled,
	}
}

// EditUser changes a user's name, rights or locale; the log-in stays.
func (a *Access) EditUser(ctx context.Context, u User) error {
	const op = "access.EditUser"
	return a.changeUser(ctx, op, u.Login, func(old *User) error {
		u.ID, u.Login, u.Disabled = old.ID, old.Login, old.Disabled
		*old = u
		return u.Valid()
	})
}

// DisableUser shuts an account and ends its log-ins everywhere on this
// installation; elsewhere when the journal arrives.
func (a *Access) DisableUser(ctx context.Context, login string) error {
	err := a.changeUser(ctx, "access.DisableUser", login, func(u *User) error { u.Disabled = true; return nil })
	if err == nil {
		a.dropSlots(ctx)
	}
	return err
}

// EnableUser opens it again.
func (a *Access) EnableUser(ctx context.Context, login string) error {
	return a.changeUser(ctx, "access.EnableUser", login, func(u *User) error { u.Disabled = false; return nil })
}

func (a *Access) changeUser(ctx context.Context, op, login string, change func(*User) error) error {
	return a.withUser(ctx, op, login, func(tx *db.Tx, by Actor, u User) error {
		doc, err := a.journal.Load(tx, u.ID)
		if err != nil {
			return err
		}
		old := u
		if err := change(&u); err != nil {
			return err
		}
		act := changeOf(old, u)
		if err := notOwn(op, by, old, act); err != nil {
			return err
		}
		if u.Disabled && !old.Disabled || !slices.Contains(u.Roles, Administrator) {
			if err := a.keepOneAdministrator(tx, old); err != nil {
				return err
			}
		}
		if act == AccountDisabled {
			if err := endSessions(tx, u.ID); err != nil {
				return err
			}
		}
		if act != "" {
			if err := a.did(tx, by, act, u); err != nil {
				return err
			}
		}
		c := journal.Change{Kind: UserKind, Doc: u.ID, Sensitivity: journal.Identity, Purpose: by.Purpose, Base: doc.Version, Fields: u.fields()}
		for group := range doc.Disputed {
			for _, alt := range doc.Disputed[group] {
				c.Resolves = append(c.Resolves, alt.Version)
			}
		}
		return a.journal.Append(tx, by.Author(), c)
	})
}

// keepOneAdministrator refuses to shut the last door.
func (a *Access) keepOneAdministrator(tx *db.Tx, leaving User) error {
	if !slices.Contains(leaving.Roles, Administrator) || leaving.Disabled {
		return nil
	}
	all, err := users(tx)
	if err != nil {
		return err
	}
	for _, u := range all {
		if u.ID != leaving.ID && !u.Disabled && slices.Contains(u.Roles, Administrator) {
			return nil
		}
	}
	return fault.New(fault.Conflict, "access.DisableUser", "door.user.last_administrator")
}

// SetPassword gives a user a new password, which they change at the next log-in,
// and ends their log-ins.
func (a *Access) SetPassword(ctx context.Context, login, password string) error {
	const op = "access.SetPassword"
	if err := a.Check(ctx, UserEdit, Resource{Kind: UserKind}); err != nil {
		return fault.Wrap(op, err)
	}
	by, _ := From(ctx)
	var u User
	err := a.db.Read(ctx, func(tx *db.Tx) (err error) { u, err = userByLogin(tx, foldLogin(login)); return err })
	if err != nil {
		return fault.Wrap(op, err)
	}
	if err := notOwn(op, by, u, AccountPassword); err != nil {
		return err
	}
	return fault.Wrap(op, a.storePassword(ctx, u, password, true, func(tx *db.Tx) error { return a.did(tx, by, AccountPassword, u) }))
}

// storePassword checks and stores a password; beside, when there is one, runs in
// the same transaction.
func (a *Access) storePassword(ctx context.Context, u User, password string, temporary bool, beside func(*db.Tx) error) error {
	if err := CheckPassword(password, u.Login, u.Name); err != nil {
		return err
	}
	hash, err := a.hasher.hash(password)
	if err != nil {
		return err
	}
	err = a.db.Write(ctx, func(tx *db.Tx) error {
		if beside != nil {
			if err := beside(tx); err != nil {
				return err
			}
		}
		return setPassword(tx, u.ID, hash, temporary, a.clock())
	})
	if err == nil && !u.Disabled {
		a.keepSlot(ctx, u, password)
	}
	return err
}

// Users lists all users by log-in.
func (a *Access) Users(ctx context.Context) ([]User, error) {
	if err := a.Check(ctx, UserRead, Resource{Kind: UserKind}); err != nil {
		return nil, fault.Wrap("access.Users", err)
	}
	var all []User
	err := a.db.Read(ctx, func(tx *db.Tx) (err error) { all, err = users(tx); return err })
	return all, fault.Wrap("access.Users", err)
}

// UserName is how a page names whoever did something; "" when not known here.
// It needs no right of its own: who signed is part of a record.
func UserName(tx *db.Tx, id db.ID) (string, error) {
	if id == operatorID {
		return "command line", nil
	}
	var name string
	err := tx.Row("SELECT name FROM access_user WHERE id = ?", id).Scan(&name)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return name, err
}

// operatorID is the author of what is done at the command line of the machine
// itself, before or beside any user.
var operatorID = db.ID{0x67, 0x6f, 0x64, 0x77, 0x69, 0x74, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1}

// IsOperator reports whether something was done at the command line.
func IsOperator(id db.ID) bool { return id == operatorID }

// anybodyID is the author of what anybody may send without an account.
var anybodyID = db.ID{0x67, 0x6f, 0x64, 0x77, 0x69, 0x74, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 2}

// UserOf is a user by log-in, for an area that lets somebody be named by it.
func UserOf(tx *db.Tx, login string) (User, error) { return userByLogin(tx, foldLogin(login)) }

// Anybody is the author of a complaint: it does not say who typed it, signed in
// or not.
func Anybody() journal.Author { return journal.Author{User: anybodyID} }

// Operator is the context of whoever runs a command on the machine: an
// administrator, who sees nobody's data.
func Operator(ctx context.Context) context.Context {
	return With(ctx, Actor{User: operatorID, Login: "operator", Name: "command line", Roles: []Role{Administrator}, Sites: []string{All}, Purpose: "administration"})
}

// NeedsFirst reports whether there is no administrator yet.
func (a *Access) NeedsFirst(ctx context.Context) (bool, error) {
	var all []User
	err := a.db.Read(ctx, func(tx *db.Tx) (err error) { all, err = users(tx); return err })
	for _, u := range all {
		if slices.Contains(u.Roles, Administrator) && !u.Disabled {
			return false, nil
		}
	}
	return true, fault.Wrap("access.NeedsFirst", err)
}

// Bootstrap makes the first administrator of an installation that has none.
func (a *Access) Bootstrap(ctx context.Context, login, name, password string) (User, error) {
	const op = "access.Bootstrap"
	first, err := a.NeedsFirst(ctx)
	if err != nil {
		return User{}, err
	}
	if !first {
		return User{}, fault.New(fault.Conflict, op, "door.user.not_first")
	}
	return a.AddUser(Operator(ctx), User{
		Login: login, Name: name, Roles: []Role{Administrator}, Sites: []string{All}, Programmes: []string{All}, Ceiling: "identity",
	}, password, false)
}

// userRow reads one row of access_user.
func userRow(scan func(...any) error) (User, error) {
	var u User
	var roles, sites, programmes string
	if err := scan(&u.ID, &u.Login, &u.Name, &roles, &sites, &programmes, &u.Ceiling, &u.Locale, &u.Disabled, &u.Disputed, &u.Created); err != nil {
		return User{}, err
	}
	for _, f := range []struct {
		text string
		into any
	}{{roles, &u.Roles}, {sites, &u.Sites}, {programmes, &u.Programmes}} {
		if err := json.Unmarshal([]byte(f.text), f.into); err != nil {
			return User{}, fault.Wrap("access.userRow", err)
		}
	}
	u.Sensitivity = ceilings[u.Ceiling]
	return u, nil
}

const userColumns = "id, login, name, roles, sites, programmes, sensitivity, locale, disabled, disputed, created"

func userByID(tx *db.Tx, id db.ID) (User, error) {
	return userRow(tx.Row("SELECT "+userColumns+" FROM access_user WHERE id = ?", id).Scan)
}

// userByLogin finds the user of a log-in. Two nodes may have given the same
// log-in to two people before they met; the one whose password is known here
// comes first.
func userByLogin(tx *db.Tx, login string) (User, error) {
	return userRow(tx.Row(`SELECT `+userColumns+` FROM access_user WHERE login = ?
		ORDER BY CASE WHEN EXISTS (SELECT 1 FROM access_password p WHERE p.usr = access_user.id) THEN 0 ELSE 1 END, id LIMIT 1`, login).Scan)
}

func users(tx *db.Tx) ([]User, error) {
	rows, err := tx.Query("SELECT " + userColumns + " FROM access_user ORDER BY login, id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []User
	for rows.Next() {
		u, err := userRow(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, u)
	}
	return out, rows.Err()
}

// setPassword stores a hash and starts a new generation, which ends every
// session of the old one.
func setPassword(tx *db.Tx, user db.ID, hash string, temporary bool, now time.Time) error {
	_, err := tx.Exec(`INSERT INTO access_password (usr, hash, generation, temporary, changed) VALUES (?, ?, 1, ?, ?)
		ON CONFLICT (usr) DO UPDATE SET hash = excluded.hash, generation = access_password.generation + 1,
			temporary = excluded.temporary, changed = excluded.changed, slot = 0`, user, hash, temporary, now)
	return err
}

func endSessions(tx *db.Tx, user db.ID) error {
	_, err := tx.Exec("UPDATE access_password SET generation = generation + 1 WHERE usr = ?", user)
	return err
}
