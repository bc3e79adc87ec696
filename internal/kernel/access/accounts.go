package access

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// An administrator sees nobody's data, and could still make an account that does,
// or take over one by giving it a new password. A second administrator who agrees
// to each would shut most centres, which have one. So whatever opens a way to
// people's data is kept as an AccountEvent, whoever did it and by page or command
// line, and waits until the privacy officer has looked at it; and nobody changes
// the rights of their own account. (docs/adr/0010-accounts.md)

// AccountKind is the journal kind of what was done to an account.
const AccountKind = "access.account"

// AccountAct is what was done to an account.
type AccountAct string

// The closed list.
const (
	AccountMade     AccountAct = "made"
	AccountRights   AccountAct = "rights" // roles, sites, programmes or sensitivity changed
	AccountDetails  AccountAct = "details"
	AccountPassword AccountAct = "password" // a new password was given
	AccountDisabled AccountAct = "disabled"
	AccountEnabled  AccountAct = "enabled"
	AccountUnlocked AccountAct = "unlocked" // the wait after wrong passwords was lifted
	AccountEnded    AccountAct = "ended"    // every log-in was ended
)

// AccountActs lists them.
func AccountActs() []AccountAct {
	return []AccountAct{AccountMade, AccountRights, AccountDetails, AccountPassword, AccountDisabled, AccountEnabled, AccountUnlocked, AccountEnded}
}

// opens reports that the act may have opened a way to people's data: the privacy
// officer is to look at it.
func (a AccountAct) opens() bool {
	return a == AccountMade || a == AccountRights || a == AccountPassword || a == AccountEnabled
}

// AccountEvent is one act on an account.
type AccountEvent struct {
	ID       db.ID
	User, By db.ID
	Act      AccountAct
	Roles    []Role // that the account held afterwards
	At       time.Time
	Opens    bool // to be looked at by the privacy officer
	Reviewer db.ID
	Reviewed time.Time // zero while nobody has
}

// Account is a user with how the account stands on this installation.
type Account struct {
	User
	Password bool      // there is one here
	Given    bool      // it was given by somebody and has to be changed
	Changed  time.Time // when it was set
	Shut     time.Time // wrong passwords: no log-in before this; zero when open
}

type accountFields struct {
	User     db.ID      `json:"user"`
	By       db.ID      `json:"by"`
	Act      AccountAct `json:"act"`
	Roles    []Role     `json:"roles"`
	At       time.Time  `json:"at"`
	Reviewer db.ID      `json:"reviewer"`
	Reviewed time.Time  `json:"reviewed"`
}

const accountTables = `
CREATE TABLE access_account (
	id       BLOB NOT NULL PRIMARY KEY,
	usr      BLOB NOT NULL,
	by_usr   BLOB NOT NULL,
	act      TEXT NOT NULL,
	roles    TEXT NOT NULL,
	at       INTEGER NOT NULL,
	opens    INTEGER NOT NULL,
	reviewer BLOB,
	reviewed INTEGER
);
CREATE INDEX access_account_usr ON access_account (usr, at);
CREATE INDEX access_account_open ON access_account (opens, reviewed, at);
`

func accountKind() journal.Kind {
	return journal.Kind{
		Name: AccountKind, Schema: 1, Tables: []string{"access_account"}, Project: projectAccount, Reach: journal.Everywhere,
		Groups: []journal.Group{
			{Name: "act", Class: journal.Register, Fields: []string{"user", "by", "act", "roles", "at"}},
			{Name: "review", Class: journal.Register, Fields: []string{"reviewer", "reviewed"}},
		},
	}
}

func projectAccount(tx *db.Tx, d *journal.Doc) error {
	var f accountFields
	if err := d.Decode(&f); err != nil {
		return fault.Wrap("access.projectAccount", err)
	}
	_, err := tx.Exec(`INSERT INTO access_account (id, usr, by_usr, act, roles, at, opens, reviewer, reviewed)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET usr = excluded.usr, by_usr = excluded.by_usr, act = excluded.act, roles = excluded.roles,
			at = excluded.at, opens = excluded.opens, reviewer = excluded.reviewer, reviewed = excluded.reviewed`,
		d.ID, f.User, f.By, string(f.Act), listText(f.Roles), f.At, f.Act.opens(), f.Reviewer, f.Reviewed)
	return err
}

// did keeps what the actor did to an account, in the transaction that does it.
func (a *Access) did(tx *db.Tx, by Actor, act AccountAct, u User) error {
	return a.journal.Append(tx, by.Author(), journal.Change{
		Kind: AccountKind, Doc: db.NewID(), Sensitivity: journal.Identity, Purpose: by.Purpose,
		Fields: map[string]any{"user": u.ID, "by": by.User, "act": act, "roles": u.Roles, "at": a.clock().UTC().Truncate(time.Microsecond)},
	})
}

// changeOf says what changed between two states of a user; "" for nothing.
func changeOf(old, u User) AccountAct {
	same := func(a, b []string) bool {
		return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
	}
	switch {
	case u.Disabled && !old.Disabled:
		return AccountDisabled
	case !u.Disabled && old.Disabled:
		return AccountEnabled
	case !slices.Equal(slices.Sorted(slices.Values(old.Roles)), slices.Sorted(slices.Values(u.Roles))),
		!same(old.Sites, u.Sites), !same(old.Programmes, u.Programmes), old.Ceiling != u.Ceiling, old.Disputed:
		return AccountRights
	case old.Name != u.Name || old.Locale != u.Locale:
		return AccountDetails
	}
	return ""
}

// notOwn refuses an act on the own account that would give oneself rights, or
// shut oneself out.
func notOwn(op string, by Actor, u User, act AccountAct) error {
	if by.User == u.ID && act != "" && act != AccountDetails {
		return fault.New(fault.Conflict, op, "door.user.own")
	}
	return nil
}

// UnlockUser lifts the wait after wrong passwords on this installation.
func (a *Access) UnlockUser(ctx context.Context, login string) error {
	const op = "access.UnlockUser"
	gates, err := a.gates(ctx, login, "")
	if err != nil {
		return fault.Wrap(op, err)
	}
	return a.onAccount(ctx, op, login, AccountUnlocked, func(tx *db.Tx, _ User) error {
		_, err := tx.Exec("DELETE FROM access_attempt WHERE key = ?", gates[0].key)
		return err
	})
}

// EndLogIns ends every log-in of a user on this installation.
func (a *Access) EndLogIns(ctx context.Context, login string) error {
	return a.onAccount(ctx, "access.EndLogIns", login, AccountEnded, func(tx *db.Tx, u User) error { return endSessions(tx, u.ID) })
}

// onAccount does an act that changes nothing of the user document.
func (a *Access) onAccount(ctx context.Context, op, login string, act AccountAct, do func(*db.Tx, User) error) error {
	return a.withUser(ctx, op, login, func(tx *db.Tx, by Actor, u User) error {
		if err := do(tx, u); err != nil {
			return err
		}
		return a.did(tx, by, act, u)
	})
}

// withUser does something about a user, for whoever may edit users.
func (a *Access) withUser(ctx context.Context, op, login string, do func(tx *db.Tx, by Actor, u User) error) error {
	if err := a.Check(ctx, UserEdit, Resource{Kind: UserKind}); err != nil {
		return fault.Wrap(op, err)
	}
	by, _ := From(ctx)
	return fault.Wrap(op, a.db.Write(ctx, func(tx *db.Tx) error {
		u, err := userByLogin(tx, foldLogin(login))
		if err != nil {
			return err
		}
		return do(tx, by, u)
	}))
}

// Accounts lists all users by log-in, with how their accounts stand here.
func (a *Access) Accounts(ctx context.Context) ([]Account, error) {
	const op = "access.Accounts"
	list, err := a.Users(ctx)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	out := make([]Account, len(list))
	for i, u := range list {
		if out[i], err = a.account(ctx, u); err != nil {
			return nil, fault.Wrap(op, err)
		}
	}
	return out, nil
}

// AccountOf is one account with what was done to it, latest first.
func (a *Access) AccountOf(ctx context.Context, id db.ID) (Account, []AccountEvent, error) {
	const op = "access.AccountOf"
	if err := a.Check(ctx, UserRead, Resource{Kind: UserKind}); err != nil {
		return Account{}, nil, fault.Wrap(op, err)
	}
	var u User
	var events []AccountEvent
	err := a.db.Read(ctx, func(tx *db.Tx) (err error) {
		if u, err = userByID(tx, id); err != nil {
			return err
		}
		events, err = accountEvents(tx, "WHERE usr = ? ORDER BY at DESC, id LIMIT ?", id, mostEvents)
		return err
	})
	if err != nil {
		return Account{}, nil, fault.Wrap(op, err)
	}
	acc, err := a.account(ctx, u)
	return acc, events, fault.Wrap(op, err)
}

func (a *Access) account(ctx context.Context, u User) (Account, error) {
	acc := Account{User: u}
	gates, err := a.gates(ctx, u.Login, "")
	if err != nil {
		return acc, err
	}
	return acc, a.db.Read(ctx, func(tx *db.Tx) error {
		err := tx.Row("SELECT temporary, changed FROM access_password WHERE usr = ?", u.ID).Scan(&acc.Given, &acc.Changed)
		if acc.Password = err == nil; err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		err = tx.Row("SELECT until FROM access_attempt WHERE key = ?", gates[0].key).Scan(&acc.Shut)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if !acc.Shut.After(a.clock()) {
			acc.Shut = time.Time{}
		}
		return nil
	})
}

// mostEvents bounds a page of what was done to accounts.
const mostEvents = 200

// AccountEvents lists what was done to accounts for the privacy officer: what
// nobody has looked at first, latest first.
func (a *Access) AccountEvents(ctx context.Context) (out []AccountEvent, err error) {
	if err := a.Check(ctx, AuditRead, Resource{Kind: AccountKind}); err != nil {
		return nil, fault.Wrap("access.AccountEvents", err)
	}
	err = a.db.Read(ctx, func(tx *db.Tx) (err error) {
		out, err = accountEvents(tx, "ORDER BY CASE WHEN opens = 1 AND reviewed IS NULL THEN 0 ELSE 1 END, at DESC, id LIMIT ?", mostEvents)
		return err
	})
	return out, fault.Wrap("access.AccountEvents", err)
}

// AccountsWaiting counts the acts that nobody has looked at.
func (a *Access) AccountsWaiting(ctx context.Context) (n int, err error) {
	if err := a.Check(ctx, AuditRead, Resource{Kind: AccountKind}); err != nil {
		return 0, fault.Wrap("access.AccountsWaiting", err)
	}
	err = a.db.Read(ctx, func(tx *db.Tx) error {
		return tx.Row("SELECT COUNT(*) FROM access_account WHERE opens = 1 AND reviewed IS NULL").Scan(&n)
	})
	return n, fault.Wrap("access.AccountsWaiting", err)
}

// ReviewAccounts records that the privacy officer has looked at these acts.
func (a *Access) ReviewAccounts(ctx context.Context, ids ...db.ID) error {
	const op = "access.ReviewAccounts"
	if err := a.Check(ctx, AuditReview, Resource{Kind: AccountKind}); err != nil {
		return fault.Wrap(op, err)
	}
	by, _ := From(ctx)
	now := a.clock().UTC().Truncate(time.Microsecond)
	return fault.Wrap(op, a.db.Write(ctx, func(tx *db.Tx) error {
		for _, id := range ids {
			doc, err := a.journal.Load(tx, id)
			if err != nil {
				return err
			}
			var f accountFields
			if doc.Kind != AccountKind {
				return fault.New(fault.NotFound, op, "page.error.not_found")
			} else if err := doc.Decode(&f); err != nil {
				return err
			} else if !f.Reviewed.IsZero() {
				continue // two officers at once: the first looked
			}
			if err := a.journal.Append(tx, by.Author(), journal.Change{
				Kind: AccountKind, Doc: id, Sensitivity: journal.Identity, Purpose: by.Purpose, Base: doc.Version,
				Fields: map[string]any{"reviewer": by.User, "reviewed": now},
			}); err != nil {
				return err
			}
		}
		return nil
	}))
}

func accountEvents(tx *db.Tx, rest string, args ...any) ([]AccountEvent, error) {
	rows, err := tx.Query("SELECT id, usr, by_usr, act, roles, at, opens, reviewer, reviewed FROM access_account "+rest, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []AccountEvent
	for rows.Next() {
		var e AccountEvent
		var act, roles string
		if err := rows.Scan(&e.ID, &e.User, &e.By, &act, &roles, &e.At, &e.Opens, &e.Reviewer, &e.Reviewed); err != nil {
			return nil, err
		}
		e.Act = AccountAct(act)
		if err := json.Unmarshal([]byte(roles), &e.Roles); err != nil {
			return nil, fault.Wrap("access.accountEvents", err)
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

// TemporaryPassword is a password to be told aloud and changed at the first
// log-in: syllables that every language of the program can say, without letters
// that are mistaken for others; 2^47 of them, and wrong ones make wait.
func TemporaryPassword() (string, error) {
	const consonants, vowels, groups = "bdfgkmnprstz", "aeiou", 4
	pick := func(from string) (byte, error) {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(from))))
		if err != nil {
			return 0, err
		}
		return from[n.Int64()], nil
	}
	for {
		var words []string
		for range groups {
			var w []byte
			for _, from := range []string{consonants, vowels, consonants, vowels} {
				c, err := pick(from)
				if err != nil {
					return "", fault.Wrap("access.TemporaryPassword", err)
				}
				w = append(w, c)
			}
			words = append(words, string(w))
		}
		if p := strings.Join(words, "-"); CheckPassword(p, "", "") == nil {
			return p, nil
		}
	}
}
