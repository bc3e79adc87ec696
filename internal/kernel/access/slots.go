package access

import (
	"bytes"
	"context"
	"crypto/rand"
	"log/slog"
	"slices"
	"sync"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/key"
)

// Slots are the key slots of a node (package key), in which the data key lies once
// for each user. Whoever has a password here has a slot that it opens; whoever may
// not log in any more has none, and the data key is replaced, because they may have
// kept a copy of the slot file. (docs/adr/0015-locked-start.md)
type Slots interface {
	Set(ctx context.Context, user, password string) error
	Remove(user string) error
	Users() ([]string, error)
}

// slotKeeper is where the slots are, if there are any.
type slotKeeper struct {
	mu      sync.Mutex // one change at a time, so that the slot is of the password that was stored last
	slots   Slots
	revoked func()
}

const slotColumn = `ALTER TABLE access_password ADD COLUMN slot INTEGER NOT NULL DEFAULT 0;`

// UseSlots makes slots follow the accounts from now on. revoked is called when a
// slot was taken away: the data key is to be replaced. It must not wait.
func (a *Access) UseSlots(s Slots, revoked func()) {
	a.slots.mu.Lock()
	defer a.slots.mu.Unlock()
	a.slots.slots, a.slots.revoked = s, revoked
}

// keepSlot makes the user's slot that of their password, where it is not yet. What
// fails is tried again at the next log-in: the password holds already, and until
// then the one from before unlocks.
func (a *Access) keepSlot(ctx context.Context, u User, password string) {
	if err := a.setSlot(ctx, u, password); err != nil {
		slog.Warn("a key slot could not be written; the next sign-in tries again", "op", "access.keepSlot", "code", string(fault.CodeOf(err)), "key", fault.KeyOf(err))
	}
}

func (a *Access) setSlot(ctx context.Context, u User, password string) error {
	a.slots.mu.Lock()
	defer a.slots.mu.Unlock()
	if a.slots.slots == nil {
		return nil
	}
	var hash string
	var has bool
	err := a.db.Read(ctx, func(tx *db.Tx) error {
		return tx.Row("SELECT hash, slot FROM access_password WHERE usr = ?", u.ID).Scan(&hash, &has)
	})
	if err != nil {
		return err
	}
	names, err := a.slots.slots.Users()
	if err != nil || has && slices.Contains(names, foldLogin(u.Login)) {
		return err
	}
	if ok, _ := a.hasher.check(password, hash); !ok { // changed again meanwhile, and its own turn comes
		return nil
	}
	if err := a.slots.slots.Set(ctx, u.Login, password); err != nil {
		return err
	}
	return a.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec("UPDATE access_password SET slot = ? WHERE usr = ? AND hash = ?", true, u.ID, hash)
		return err
	})
}

// SettleSlots takes the slots of those away who may not log in any more: here, or
// somewhere else, as the journal tells. It answers how many. Before there is a
// user it does nothing: the first one's slot is made before the database.
func (a *Access) SettleSlots(ctx context.Context) (removed int, err error) {
	const op = "access.SettleSlots"
	a.slots.mu.Lock()
	defer a.slots.mu.Unlock()
	if a.slots.slots == nil {
		return 0, nil
	}
	names, err := a.slots.slots.Users()
	if err != nil {
		return 0, fault.Wrap(op, err)
	}
	stay := map[string]bool{}
	err = a.db.Read(ctx, func(tx *db.Tx) error {
		clear(stay)
		return stayers(tx, stay)
	})
	if err != nil || len(stay) == 0 {
		return 0, fault.Wrap(op, err)
	}
	names = slices.DeleteFunc(names, func(name string) bool { return stay[name] })
	if len(names) == 0 {
		return 0, nil
	}
	if err := a.WantRotation(ctx); err != nil { // first: a cut may come after any of the rest
		return 0, fault.Wrap(op, err)
	}
	for _, name := range names {
		if err := a.slots.slots.Remove(name); err != nil && !fault.Is(err, fault.NotFound) {
			return removed, fault.Wrap(op, err)
		}
		removed++
	}
	if a.slots.revoked != nil {
		a.slots.revoked()
	}
	return removed, nil
}

// stayers are the log-ins that may have a slot: enabled, with a password here.
func stayers(tx *db.Tx, stay map[string]bool) error {
	rows, err := tx.Query("SELECT login FROM access_user WHERE disabled = ? AND EXISTS (SELECT 1 FROM access_password p WHERE p.usr = access_user.id)", false)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var login string
		if err := rows.Scan(&login); err != nil {
			return err
		}
		stay[login] = true
	}
	return rows.Err()
}

// dropSlots is SettleSlots after an account was shut: what fails waits for the next
// time that it is asked for.
func (a *Access) dropSlots(ctx context.Context) {
	if _, err := a.SettleSlots(ctx); err != nil {
		slog.Error("a key slot could not be taken away; it is tried again", "op", "access.dropSlots", "code", string(fault.CodeOf(err)), "key", fault.KeyOf(err))
	}
}

// Admit says whether somebody who has unlocked the database may come in: it checks
// log-in, password, account and wait as LogIn does, and opens no session. Who may
// come in is forgiven the failures before.
func (a *Access) Admit(ctx context.Context, login, password, remote string) error {
	const op = "access.Admit"
	u, gates, err := a.verify(ctx, op, login, password, remote)
	switch {
	case err != nil:
		return err
	case u.Disabled:
		return fault.New(fault.Forbidden, op, "door.wrong")
	}
	return fault.Wrap(op, a.db.Write(ctx, func(tx *db.Tx) error { return forgive(tx, gates, a.clock()) }))
}

// SlotBehind says that an enabled user's slot is not yet that of their password: a
// cut came between. The one from before may unlock, and does not log in.
func (a *Access) SlotBehind(ctx context.Context, login string) (behind bool) {
	err := a.db.Read(ctx, func(tx *db.Tx) error {
		u, err := userByLogin(tx, foldLogin(login))
		if err != nil || u.Disabled {
			return err
		}
		var has bool
		if err := tx.Row("SELECT slot FROM access_password WHERE usr = ?", u.ID).Scan(&has); err != nil {
			return err
		}
		behind = !has
		return nil
	})
	return err == nil && behind
}

// DoubtSlots notes that no slot is known to be that of its user's password: the
// slot file is an old one. Each is made anew at the user's next log-in.
func (a *Access) DoubtSlots(ctx context.Context) error {
	return fault.Wrap("access.DoubtSlots", a.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec("UPDATE access_password SET slot = ?", false)
		return err
	}))
}

// Recover gives an administrator a new password, for whoever has shown the recovery
// key: it could be used to read everything, so it may do this much. The rules are
// those of SetPassword: the password is changed at the next log-in, every log-in
// ends, and the privacy officer is told.
func (a *Access) Recover(ctx context.Context, login, password string) error {
	const op = "access.Recover"
	var u User
	err := a.db.Read(ctx, func(tx *db.Tx) (err error) { u, err = userByLogin(tx, foldLogin(login)); return err })
	switch {
	case fault.Is(err, fault.NotFound), err == nil && (u.Disabled || !slices.Contains(u.Roles, Administrator)):
		return fault.Field(op, "login", "door.recover.not_administrator")
	case err != nil:
		return fault.Wrap(op, err)
	}
	return a.SetPassword(Operator(ctx), login, password)
}

const (
	stampName    = "slots"
	rotationName = "rotation"
)

// WantRotation notes that the data key is to be replaced.
func (a *Access) WantRotation(ctx context.Context) error {
	mark := make([]byte, 16)
	rand.Read(mark)
	return fault.Wrap("access.WantRotation", a.keepSecret(ctx, rotationName, mark))
}

// RotationDue is the mark of a replacement that is due, nil where none is.
func (a *Access) RotationDue(ctx context.Context) ([]byte, error) {
	mark, err := a.secretOf(ctx, rotationName)
	return mark, fault.Wrap("access.RotationDue", err)
}

// RotationDone takes the mark away, unless another replacement was asked for since.
func (a *Access) RotationDone(ctx context.Context, mark []byte) error {
	return fault.Wrap("access.RotationDone", a.db.Write(ctx, func(tx *db.Tx) error {
		var now []byte
		err := tx.Row("SELECT value FROM access_secret WHERE name = ?", rotationName).Scan(&now)
		if fault.Is(err, fault.NotFound) || err == nil && !bytes.Equal(now, mark) {
			return nil
		}
		if err == nil {
			_, err = tx.Exec("DELETE FROM access_secret WHERE name = ?", rotationName)
		}
		return err
	}))
}

func (a *Access) keepSecret(ctx context.Context, name string, value []byte) error {
	return a.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec("INSERT INTO access_secret (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value)
		return err
	})
}

func (a *Access) secretOf(ctx context.Context, name string) (value []byte, err error) {
	err = a.db.Read(ctx, func(tx *db.Tx) error {
		return tx.Row("SELECT value FROM access_secret WHERE name = ?", name).Scan(&value)
	})
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	return value, err
}

// NoteStamp keeps which state of the slot file was seen.
func (a *Access) NoteStamp(ctx context.Context, s key.Stamp) error {
	text, err := s.MarshalText()
	if err == nil {
		err = a.keepSecret(ctx, stampName, text)
	}
	return fault.Wrap("access.NoteStamp", err)
}

// NotedStamp is what NoteStamp kept last; the zero Stamp before.
func (a *Access) NotedStamp(ctx context.Context) (s key.Stamp, err error) {
	text, err := a.secretOf(ctx, stampName)
	if err != nil || text == nil {
		return s, fault.Wrap("access.NotedStamp", err)
	}
	return s, s.UnmarshalText(text)
}
