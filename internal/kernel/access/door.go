package access

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// tokenHash is how scs stores a token (HashTokenInStore).
func tokenHash(token string) string {
	h := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(h[:])
}

// LogIn checks a log-in and a password and opens a session with a new token.
// remote is the address of the request. It answers fault.Forbidden with one and
// the same message whether the log-in, the password or the account is wrong, and
// fault.Unavailable with the minutes to wait after too many failures.
func (a *Access) LogIn(ctx context.Context, login, password, remote string) error {
	const op = "access.LogIn"
	wrong := fault.New(fault.Forbidden, op, "door.wrong")
	u, gates, err := a.verify(ctx, op, login, password, remote)
	if err != nil {
		a.counts.login(false)
		return err
	}
	if u.Disabled {
		a.counts.login(false)
		return wrong
	}
	if err := a.sessions.Clear(ctx); err != nil {
		return fault.Wrap(op, err)
	}
	if err := a.sessions.RenewToken(ctx); err != nil {
		return fault.Wrap(op, err)
	}
	if err := a.opened(ctx, u.ID, gates); err != nil {
		return fault.Wrap(op, err)
	}
	a.keepSlot(ctx, u, password)
	a.counts.login(true)
	return nil
}

// verify charges the gates, checks the password, and rehashes it if it was
// hashed with other parameters.
func (a *Access) verify(ctx context.Context, op, login, password, remote string) (User, []gate, error) {
	gates, err := a.gates(ctx, login, remote)
	if err != nil {
		return User{}, nil, err
	}
	var wait time.Duration
	var u User
	var hash string
	err = a.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if wait, err = charge(tx, gates, a.clock()); err != nil || wait > 0 {
			return err
		}
		u, hash = User{}, ""
		u, err = userByLogin(tx, foldLogin(login))
		if err == nil {
			err = tx.Row("SELECT hash FROM access_password WHERE usr = ?", u.ID).Scan(&hash)
		}
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		return User{}, nil, fault.Wrap(op, err)
	}
	if wait > 0 {
		return User{}, nil, waitFault(op, wait)
	}
	if hash == "" {
		u, err = a.fromElsewhere(ctx, op, u, login, password)
		return u, gates, err
	}
	ok, again := a.hasher.check(password, hash)
	if !ok {
		return User{}, nil, fault.New(fault.Forbidden, op, "door.wrong")
	}
	if again {
		if fresh, err := a.hasher.hash(password); err == nil {
			err = a.db.Write(ctx, func(tx *db.Tx) error {
				// Only if nobody changed it meanwhile; the password is the same, so
				// the sessions stay.
				_, err := tx.Exec("UPDATE access_password SET hash = ? WHERE usr = ? AND hash = ?", fresh, u.ID, hash)
				return err
			})
			if err != nil {
				return User{}, nil, fault.Wrap(op, err)
			}
		}
	}
	return u, gates, nil
}

// opened fills the session and forgives the failures before it.
func (a *Access) opened(ctx context.Context, user db.ID, gates []gate) error {
	var generation int64
	err := a.db.Write(ctx, func(tx *db.Tx) error {
		if err := forgive(tx, gates, a.clock()); err != nil {
			return err
		}
		return tx.Row("SELECT generation FROM access_password WHERE usr = ?", user).Scan(&generation)
	})
	if err != nil {
		return err
	}
	a.sessions.Put(ctx, sessUser, user.String())
	a.sessions.Put(ctx, sessGen, generation)
	a.sessions.Put(ctx, sessSeen, a.clock().Unix())
	a.sessions.Remove(ctx, sessLocked)
	a.sessions.SetDeadline(ctx, a.clock().Add(a.options.Life))
	return nil
}

// LogOut ends the session of the context.
func (a *Access) LogOut(ctx context.Context) error {
	a.seen.forget(a.sessions.Token(ctx))
	return fault.Wrap("access.LogOut", a.sessions.Destroy(ctx))
}

// Lock locks the screen of the session of the context.
func (a *Access) Lock(ctx context.Context) {
	a.seen.forget(a.sessions.Token(ctx))
	a.sessions.Put(ctx, sessLocked, true)
}

// Unlock opens a locked session with the password alone.
func (a *Access) Unlock(ctx context.Context, password, remote string) error {
	const op = "access.Unlock"
	s, err := a.load(ctx, true)
	if err != nil {
		return err
	}
	if s.state == LoggedOut {
		return fault.New(fault.Forbidden, op, "door.ended")
	}
	u, gates, err := a.verify(ctx, op, s.user.Login, password, remote)
	if err != nil {
		return err
	}
	if u.ID != s.user.ID {
		return fault.New(fault.Forbidden, op, "door.wrong")
	}
	if err := a.sessions.RenewToken(ctx); err != nil {
		return fault.Wrap(op, err)
	}
	return fault.Wrap(op, a.opened(ctx, u.ID, gates))
}

// ChangePassword changes the password of whoever is logged in. Every other
// session of theirs ends.
func (a *Access) ChangePassword(ctx context.Context, old, fresh, remote string) error {
	const op = "access.ChangePassword"
	s, err := a.load(ctx, true)
	if err != nil {
		return err
	}
	if s.state != LoggedIn {
		return fault.New(fault.Forbidden, op, "door.ended")
	}
	u, gates, err := a.verify(ctx, op, s.user.Login, old, remote)
	if fault.Is(err, fault.Forbidden) {
		return fault.Field(op, "old", "door.password.old")
	}
	if err != nil {
		return err
	}
	if old == fresh {
		return fault.Field(op, "password", "door.password.same")
	}
	var beside func(*db.Tx) error
	if a.rewrap != nil {
		if beside, err = a.rewrap(ctx, u.ID, old, fresh); err != nil {
			return fault.Wrap(op, err)
		}
	}
	if err := a.storePassword(ctx, u, fresh, false, beside); err != nil {
		return err
	}
	if err := a.sessions.RenewToken(ctx); err != nil {
		return fault.Wrap(op, err)
	}
	return fault.Wrap(op, a.opened(ctx, u.ID, gates))
}

// OnPassword has f prepare what must be written with a password that its user changes
// (package seal). Who sets another's password knows no old one, and f is not asked.
func (a *Access) OnPassword(f func(ctx context.Context, user db.ID, old, fresh string) (func(*db.Tx) error, error)) {
	a.rewrap = f
}

// inSession marks the context of a request that has a session.
type inSession struct{}

// SessionName names the log-in of a request, for what is held in memory for one screen; it is
// the hash under which the session is stored, and opens nothing. ok is false outside a request.
func (a *Access) SessionName(ctx context.Context) (name string, ok bool) {
	if ctx.Value(inSession{}) == nil {
		return "", false
	}
	return tokenHash(a.sessions.Token(ctx)), true
}

// LogInOf says who is at the door: their state, and their name and log-in when
// there is somebody (a locked screen names its user and asks for the password).
func (a *Access) LogInOf(ctx context.Context) (state LogInState, login, name string, temporary bool, err error) {
	s, err := a.load(ctx, true)
	if err != nil || s.state == LoggedOut {
		return LoggedOut, "", "", false, err
	}
	return s.state, s.user.Login, s.user.Name, s.temporary, nil
}

// TakeShift puts whoever is logged in on a screening shift, "" to leave it.
func (a *Access) TakeShift(ctx context.Context, shift string) { a.sessions.Put(ctx, sessShift, shift) }
