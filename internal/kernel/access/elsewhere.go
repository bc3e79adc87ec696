package access

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Vouched is whose a log-in and a password are.
type Vouched struct {
	User      db.ID
	Temporary bool // the password was handed out, and has to be changed
}

// UseElsewhere gives a way to ask another installation, where the account has its
// password, whether this is it. Accounts travel by sync and passwords never do: the
// first log-in on a node is checked at the hub, and from then on the password is this
// node's own. ask answers fault.Forbidden for a wrong one, and fault.Unavailable when
// nobody can be asked.
func (a *Access) UseElsewhere(ask func(ctx context.Context, login, password string) (Vouched, error)) {
	a.elsewhere = ask
}

// fromElsewhere checks the password of an account that has none here. Whether the
// account exists here makes no difference to the answer, nor to the work.
func (a *Access) fromElsewhere(ctx context.Context, op string, u User, login, password string) (User, error) {
	wrong := fault.New(fault.Forbidden, op, "door.wrong")
	if a.elsewhere == nil {
		a.hasher.spend(password)
		return User{}, wrong
	}
	v, err := a.elsewhere(ctx, login, password)
	hash, failed := a.hasher.hash(password)
	switch {
	case fault.Is(err, fault.Unavailable):
		return User{}, &fault.Error{Code: fault.Unavailable, Op: op, Key: "door.first_here", Err: err}
	case err != nil || failed != nil || u.ID.IsZero() || v.User != u.ID || u.Disabled:
		return User{}, wrong
	}
	err = a.db.Write(ctx, func(tx *db.Tx) error { return setPassword(tx, u.ID, hash, v.Temporary, a.clock()) })
	return u, fault.Wrap(op, err)
}

// Vouch checks a log-in and a password for another installation, which remote names,
// under the same brakes as a log-in here.
func (a *Access) Vouch(ctx context.Context, login, password, remote string) (Vouched, error) {
	const op = "access.Vouch"
	u, gates, err := a.verify(ctx, op, login, password, remote)
	if err != nil {
		return Vouched{}, err
	}
	if u.Disabled {
		return Vouched{}, fault.New(fault.Forbidden, op, "door.wrong")
	}
	v := Vouched{User: u.ID}
	err = a.db.Write(ctx, func(tx *db.Tx) error {
		if err := forgive(tx, gates, a.clock()); err != nil {
			return err
		}
		return tx.Row("SELECT temporary FROM access_password WHERE usr = ?", u.ID).Scan(&v.Temporary)
	})
	return v, fault.Wrap(op, err)
}
