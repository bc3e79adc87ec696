package access

import (
	"context"
	"crypto/rand"
	"net/http"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Options is what New needs.
type Options struct {
	DB      *db.DB
	Journal *journal.Journal
	Clock   func() time.Time // time.Now when nil

	// Secure says that pages are served over TLS; cookies are then Secure.
	Secure bool
	// Unpinned leaves out that browsers are to insist on TLS from then on (HSTS): for
	// a certificate of the node's own authority, where a device has to reach the
	// installation page without TLS after the authority was replaced.
	Unpinned bool
	// Hosts are further names this server answers to, beside the loopback names.
	// A request for any other host is refused (DNS rebinding).
	Hosts []string
	// AnyHost answers to every name: for a hub behind a proxy that checks it.
	AnyHost bool
	// Open are path prefixes that need no log-in ("/verify/"), beside the door's own.
	Open []string
	// Idle is how long a screen may be left alone before it asks for the
	// password, 15 minutes when zero.
	Idle time.Duration
	// Life is how long one log-in lasts at most, 12 hours when zero.
	Life time.Duration
	// Cost of a password check, DefaultCost when zero.
	Cost Cost
	// Fail answers a request that the middleware refuses; a plain text when nil.
	Fail func(w http.ResponseWriter, r *http.Request, err error)
	// Refused answers in place of a page about a person that the actor may not
	// see and whose role may break the glass: it offers to. The page's own refusal
	// when nil.
	Refused func(w http.ResponseWriter, r *http.Request, subject db.ID)
	// Policy replaces the shipped policy file, in tests.
	Policy []byte
}

// Access is the gate: who somebody is, what they may do, and who looked.
type Access struct {
	db       *db.DB
	journal  *journal.Journal
	clock    func() time.Time
	policy   *policy
	purposes []Purpose
	scopes   scopeCache
	hasher   *hasher
	sessions *scs.SessionManager
	store    *sessionStore
	kept     *keeper
	seen     *lastSeen
	routes   routeList
	counts   counts
	options  Options
	slots    slotKeeper
	rewrap   func(ctx context.Context, user db.ID, old, fresh string) (func(*db.Tx) error, error)

	elsewhere func(ctx context.Context, login, password string) (Vouched, error)

	secret struct {
		sync.Mutex
		key []byte // keys the hashes of log-ins and addresses in access_attempt
	}
	standing struct {
		sync.RWMutex
		of func(tx *db.Tx, subject db.ID) (Standing, error)
	}
}

// New makes the gate. It reads nothing from the database, which may not be open yet.
func New(o Options) (*Access, error) {
	const op = "access.New"
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Idle == 0 {
		o.Idle = 15 * time.Minute
	}
	if o.Life == 0 {
		o.Life = 12 * time.Hour
	}
	if o.Cost == (Cost{}) {
		o.Cost = DefaultCost()
	}
	text := o.Policy
	if text == nil {
		text = policyText
	}
	a := &Access{db: o.DB, journal: o.Journal, clock: o.Clock, options: o}
	var err error
	if a.purposes, err = parsePurposes(purposesCSV); err != nil {
		return nil, fault.Wrap(op, err)
	}
	if a.policy, err = compile(text, a.purposes); err != nil {
		return nil, fault.Wrap(op, err)
	}
	a.hasher = newHasher(o.Cost)
	a.kept = newKeeper(o.Clock)
	a.seen = newLastSeen()
	a.store = &sessionStore{db: o.DB, clock: o.Clock}
	a.sessions = newSessions(a.store, o)
	return a, nil
}

// Purposes lists the purposes with their legal basis.
func (a *Access) Purposes() []Purpose { return a.purposes }

// Policy is the text of the policies in force, for the page that shows them.
func (a *Access) Policy() string {
	if a.options.Policy != nil {
		return string(a.options.Policy)
	}
	return string(policyText)
}

// Check answers nil if the actor of the context may do this, fault.Forbidden
// otherwise: without an actor, with a purpose that is not in the list, and when
// a policy cannot be evaluated.
func (a *Access) Check(ctx context.Context, action Action, r Resource) error {
	h, ok := ctx.Value(actorKey{}).(*held)
	if !ok {
		return fault.New(fault.Forbidden, "access.Check "+string(action), "door.no_actor")
	}
	yes, err := a.policy.decideAs(h.principal(a.policy), h.actor, action, r)
	a.counts.decided(yes && err == nil)
	if err != nil {
		a.counts.failed()
		return &fault.Error{Code: fault.Forbidden, Op: "access.Check " + string(action), Key: "door.forbidden", Err: err}
	}
	if !yes {
		return fault.New(fault.Forbidden, "access.Check "+string(action), "door.forbidden")
	}
	return nil
}

// May is Check as a question, for pages that show or leave out a button.
func (a *Access) May(ctx context.Context, action Action, r Resource) bool {
	return a.Check(ctx, action, r) == nil
}

// Reach is Scope for a list that nobody opens who may see nothing of it: an empty scope
// is fault.Forbidden.
func (a *Access) Reach(ctx context.Context, op string, action Action) (Scope, error) {
	sc, err := a.Scope(ctx, action)
	if err == nil && sc.Empty() {
		err = fault.New(fault.Forbidden, op, "door.forbidden")
	}
	return sc, err
}

// Scope is the condition for a list of what the actor may see with this action.
// A policy that cannot be evaluated refuses the list.
func (a *Access) Scope(ctx context.Context, action Action) (Scope, error) {
	h, ok := ctx.Value(actorKey{}).(*held)
	if !ok {
		return Scope{}, fault.New(fault.Forbidden, "access.Scope "+string(action), "door.no_actor")
	}
	s, err := a.policy.scope(&a.scopes, h.actor, action)
	if err != nil {
		return Scope{}, &fault.Error{Code: fault.Forbidden, Op: "access.Scope " + string(action), Key: "door.forbidden", Err: err}
	}
	return s, nil
}

// Ever reports whether the actor may do this anywhere at all: menus ask it.
func (a *Access) Ever(ctx context.Context, action Action) bool {
	if action.Personal() {
		s, err := a.Scope(ctx, action)
		return err == nil && !s.Empty()
	}
	return a.May(ctx, action, Resource{})
}

// hashKey is the secret of this database under which log-ins and addresses are
// hashed before they are stored with failures. It is made on first use.
func (a *Access) hashKey(ctx context.Context) ([]byte, error) {
	a.secret.Lock()
	defer a.secret.Unlock()
	if a.secret.key != nil {
		return a.secret.key, nil
	}
	fresh := make([]byte, 32)
	if _, err := rand.Read(fresh); err != nil {
		return nil, fault.Wrap("access.hashKey", err)
	}
	var got []byte
	err := a.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec("INSERT INTO access_secret (name, value) VALUES ('attempt', ?) ON CONFLICT (name) DO NOTHING", fresh); err != nil {
			return err
		}
		return tx.Row("SELECT value FROM access_secret WHERE name = 'attempt'").Scan(&got)
	})
	if err != nil {
		return nil, fault.Wrap("access.hashKey", err)
	}
	a.secret.key = got
	return got, nil
}
