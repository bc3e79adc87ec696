package access

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// What a session holds. It never holds rights: those are read with each request,
// so that a change of roles counts from the next click.
const (
	sessUser   = "user"   // hex of the user's id
	sessGen    = "gen"    // generation of the password it was opened with
	sessSeen   = "seen"   // unix seconds of the last click, to the minute
	sessLocked = "locked" // the screen was left alone; the password opens it
	sessShift  = "shift"  // screening shift
)

// expiredFor is how long a session that has run out is still remembered, so that
// a form sent with it can be kept for the right user.
const expiredFor = 12 * time.Hour

// sessionStore keeps sessions in the database under the hash of their token.
type sessionStore struct {
	db    *db.DB
	clock func() time.Time
}

// FindCtx implements scs.CtxStore.
func (s *sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	data, expires, err := s.read(ctx, token)
	if fault.Is(err, fault.NotFound) || err == nil && !expires.After(s.clock()) {
		return nil, false, nil
	}
	return data, err == nil, err
}

func (s *sessionStore) read(ctx context.Context, token string) (data []byte, expires time.Time, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		return tx.Row("SELECT data, expires FROM access_session WHERE token = ?", token).Scan(&data, &expires)
	})
	return data, expires, err
}

// CommitCtx implements scs.CtxStore. It also forgets what ran out long ago.
func (s *sessionStore) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	old := s.clock().Add(-expiredFor)
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec("DELETE FROM access_session WHERE expires < ?", old); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO access_session (token, data, expires) VALUES (?, ?, ?)
			ON CONFLICT (token) DO UPDATE SET data = excluded.data, expires = excluded.expires`, token, b, expiry)
		return err
	})
}

// DeleteCtx implements scs.CtxStore.
func (s *sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec("DELETE FROM access_session WHERE token = ?", token)
		return err
	})
}

// Find, Commit and Delete implement scs.Store, which has no context.
func (s *sessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit implements scs.Store.
func (s *sessionStore) Commit(token string, b []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, b, expiry)
}

// Delete implements scs.Store.
func (s *sessionStore) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

func newSessions(store *sessionStore, o Options) *scs.SessionManager {
	m := scs.New()
	m.Store = store
	m.Lifetime = o.Life
	m.HashTokenInStore = true // a copy of the database opens nobody's session
	m.Cookie.Name = cookieName("godwit_session", o.Secure)
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.Cookie.Secure = o.Secure
	m.Cookie.Persist = false // gone with the browser
	return m
}

// cookieName adds the prefix that makes browsers refuse a cookie set by another
// host or without TLS (RFC 6265bis, section 4.1.3).
func cookieName(name string, secure bool) string {
	if secure {
		return "__Host-" + name
	}
	return name
}

// lastSeen remembers the last click of each session in memory, so that a click
// does not cost a write; the session gets it once a minute.
type lastSeen struct {
	sync.Mutex
	at map[string]time.Time
}

func newLastSeen() *lastSeen { return &lastSeen{at: map[string]time.Time{}} }

// touch notes a click and answers the one before it, no older than stored.
func (l *lastSeen) touch(token string, stored, now time.Time, count bool) time.Time {
	l.Lock()
	defer l.Unlock()
	before := stored
	if at, ok := l.at[token]; ok && at.After(stored) {
		before = at
	}
	if count {
		if len(l.at) > 10000 {
			clear(l.at) // the stored times, a minute old at most, take over
		}
		l.at[token] = now
	}
	return before
}

func (l *lastSeen) forget(token string) {
	l.Lock()
	defer l.Unlock()
	delete(l.at, token)
}

// Standing of a log-in.
type LogInState uint8

// The states.
const (
	LoggedOut LogInState = iota // nobody, or no longer
	Locked                      // somebody, but the screen was left alone
	LoggedIn
)

// session is what the middleware makes of a request's cookie.
type session struct {
	state     LogInState
	user      User
	temporary bool // the password must be changed first
}

// load reads who is logged in. background requests (a worklist that refreshes
// itself) do not count as a click.
func (a *Access) load(ctx context.Context, background bool) (session, error) {
	id, err := db.ParseID(a.sessions.GetString(ctx, sessUser))
	if err != nil {
		return session{}, nil
	}
	var s session
	var generation int64
	err = a.db.Read(ctx, func(tx *db.Tx) error {
		if s.user, err = userByID(tx, id); err != nil {
			return err
		}
		return tx.Row("SELECT generation, temporary FROM access_password WHERE usr = ?", id).Scan(&generation, &s.temporary)
	})
	if fault.Is(err, fault.NotFound) {
		return session{}, nil
	}
	if err != nil {
		return session{}, fault.Wrap("access.load", err)
	}
	if s.user.Disabled || generation != a.sessions.GetInt64(ctx, sessGen) {
		return session{user: s.user}, nil
	}
	s.state = LoggedIn
	if a.idle(ctx, background) {
		s.state = Locked
	}
	return s, nil
}

// idle reports whether the session is locked, locks it when it was left alone,
// and notes the click otherwise.
func (a *Access) idle(ctx context.Context, background bool) bool {
	if a.sessions.GetBool(ctx, sessLocked) {
		return true
	}
	now, token := a.clock(), a.sessions.Token(ctx)
	stored := time.Unix(a.sessions.GetInt64(ctx, sessSeen), 0)
	before := a.seen.touch(token, stored, now, false)
	if now.Sub(before) >= a.options.Idle {
		a.sessions.Put(ctx, sessLocked, true)
		a.seen.forget(token)
		return true
	}
	if background {
		return false
	}
	a.seen.touch(token, stored, now, true)
	if now.Sub(stored) >= time.Minute {
		a.sessions.Put(ctx, sessSeen, now.Unix())
	}
	return false
}

// formerUser is the user of a cookie whose session has run out or been ended,
// so that a form sent with it can be kept for them and nobody else.
func (a *Access) formerUser(r *http.Request) (db.ID, bool) {
	c, err := r.Cookie(a.sessions.Cookie.Name)
	if err != nil {
		return db.ID{}, false
	}
	data, expires, err := a.store.read(r.Context(), tokenHash(c.Value))
	if err != nil || a.clock().Sub(expires) > expiredFor {
		return db.ID{}, false
	}
	_, values, err := a.sessions.Codec.Decode(data)
	if err != nil {
		return db.ID{}, false
	}
	text, _ := values[sessUser].(string)
	id, err := db.ParseID(text)
	return id, err == nil
}
