package access

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"mime"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// A form that was sent after the log-in had run out is not lost: it is kept in
// the memory of the server, encrypted with a key that only the cookie of that
// browser holds, for half an hour, for the same user, and offered again after
// the log-in. Nothing of it reaches the disk, and without the cookie the server
// cannot read it either.
const (
	keptFor      = 30 * time.Minute
	keptItemSize = 12 << 20 // a form with a photo
	keptTotal    = 48 << 20 // of all forms of all users
	keptEach     = 3        // forms of one user, oldest dropped first
	keptIDSize   = 16
	keptKeySize  = 32
)

// Kept is one kept form as the page shows it.
type Kept struct {
	ID     string // names it in a form; of no use without the cookie
	Path   string
	At     time.Time
	Fields []KeptField // what was typed; passwords and hidden fields of the program left out
	Files  int         // uploaded files, which are kept too
}

// KeptField is one answer.
type KeptField struct{ Name, Value string }

// keptForm is the request that is kept.
type keptForm struct {
	Path string // path and query
	Type string // content type
	Body []byte
}

type keptItem struct {
	user   db.ID
	at     time.Time
	sealed []byte
}

// keeper holds the kept forms of one process.
type keeper struct {
	sync.Mutex
	items map[[keptIDSize]byte]keptItem
	total int
	clock func() time.Time
}

func newKeeper(clock func() time.Time) *keeper {
	return &keeper{items: map[[keptIDSize]byte]keptItem{}, clock: clock}
}

// ticket is what the cookie carries for one kept form.
type ticket struct {
	id  [keptIDSize]byte
	key [keptKeySize]byte
}

func (t ticket) String() string {
	return base64.RawURLEncoding.EncodeToString(append(t.id[:], t.key[:]...))
}

// parseTickets reads the cookie. What is damaged is left out.
func parseTickets(cookie string) []ticket {
	var out []ticket
	for part := range strings.SplitSeq(cookie, ".") {
		if len(out) == keptEach {
			break
		}
		b, err := base64.RawURLEncoding.Strict().DecodeString(part)
		if err != nil || len(b) != keptIDSize+keptKeySize {
			continue
		}
		var t ticket
		copy(t.id[:], b)
		copy(t.key[:], b[keptIDSize:])
		out = append(out, t)
	}
	return out
}

func formatTickets(list []ticket) string {
	parts := make([]string, len(list))
	for i, t := range list {
		parts[i] = t.String()
	}
	return strings.Join(parts, ".")
}

// encode writes a form as path, type and body, each of the first two after its
// length.
func (f keptForm) encode() []byte {
	b := make([]byte, 0, len(f.Path)+len(f.Type)+len(f.Body)+8)
	for _, s := range []string{f.Path, f.Type} {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	return append(b, f.Body...)
}

func decodeKept(b []byte) (keptForm, error) {
	var f keptForm
	for _, into := range []*string{&f.Path, &f.Type} {
		n, w := binary.Uvarint(b)
		if w <= 0 || n > uint64(len(b)-w) {
			return keptForm{}, fault.New(fault.Invalid, "access.decodeKept", "door.kept.damaged")
		}
		*into = string(b[w : w+int(n)])
		b = b[w+int(n):]
	}
	f.Body = b
	if SafeNext(f.Path) != f.Path {
		return keptForm{}, fault.New(fault.Invalid, "access.decodeKept", "door.kept.damaged")
	}
	return f, nil
}

// keep stores a form for a user and returns the ticket for the cookie.
func (k *keeper) keep(user db.ID, f keptForm) (ticket, error) {
	const op = "access.keep"
	plain := f.encode()
	if len(plain) > keptItemSize {
		return ticket{}, fault.New(fault.Invalid, op, "door.kept.large")
	}
	var t ticket
	if _, err := rand.Read(t.id[:]); err != nil {
		return ticket{}, fault.Wrap(op, err)
	}
	if _, err := rand.Read(t.key[:]); err != nil {
		return ticket{}, fault.Wrap(op, err)
	}
	aead, err := keptCipher(t.key)
	if err != nil {
		return ticket{}, fault.Wrap(op, err)
	}
	// The key is used once, so a nonce of zeros cannot repeat under it.
	sealed := aead.Seal(nil, make([]byte, aead.NonceSize()), plain, keptBound(t.id, user))
	k.Lock()
	defer k.Unlock()
	k.sweep()
	k.makeRoom(user, len(sealed))
	k.items[t.id] = keptItem{user: user, at: k.clock(), sealed: sealed}
	k.total += len(sealed)
	return t, nil
}

// open returns the form of a ticket if it is this user's and not too old.
func (k *keeper) open(t ticket, user db.ID) (keptForm, time.Time, error) {
	const op = "access.openKept"
	gone := fault.New(fault.NotFound, op, "door.kept.gone")
	k.Lock()
	k.sweep()
	item, ok := k.items[t.id]
	k.Unlock()
	if !ok || item.user != user {
		return keptForm{}, time.Time{}, gone
	}
	aead, err := keptCipher(t.key)
	if err != nil {
		return keptForm{}, time.Time{}, fault.Wrap(op, err)
	}
	plain, err := aead.Open(nil, make([]byte, aead.NonceSize()), item.sealed, keptBound(t.id, user))
	if err != nil {
		return keptForm{}, time.Time{}, gone
	}
	f, err := decodeKept(plain)
	return f, item.at, err
}

func (k *keeper) drop(t ticket, user db.ID) {
	k.Lock()
	defer k.Unlock()
	if item, ok := k.items[t.id]; ok && item.user == user {
		k.remove(t.id)
	}
}

func (k *keeper) sweep() {
	now := k.clock()
	for id, item := range k.items {
		if now.Sub(item.at) > keptFor {
			k.remove(id)
		}
	}
}

// makeRoom drops the oldest forms of this user, then of all, until size fits.
func (k *keeper) makeRoom(user db.ID, size int) {
	oldest := func(of func(keptItem) bool) ([keptIDSize]byte, int) {
		var first [keptIDSize]byte
		n := 0
		for id, item := range k.items {
			if !of(item) {
				continue
			}
			if n == 0 || item.at.Before(k.items[first].at) {
				first = id
			}
			n++
		}
		return first, n
	}
	for {
		id, n := oldest(func(i keptItem) bool { return i.user == user })
		if n < keptEach {
			break
		}
		k.remove(id)
	}
	for k.total+size > keptTotal {
		id, n := oldest(func(keptItem) bool { return true })
		if n == 0 {
			return
		}
		k.remove(id)
	}
}

func (k *keeper) remove(id [keptIDSize]byte) {
	k.total -= len(k.items[id].sealed)
	delete(k.items, id)
}

func keptCipher(key [keptKeySize]byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// keptBound ties a sealed form to its place and to its user.
func keptBound(id [keptIDSize]byte, user db.ID) []byte { return append(id[:], user[:]...) }

// shown lists what was typed, so that the user knows the form again.
func (f keptForm) shown() (fields []KeptField, files int) {
	kind, params, err := mime.ParseMediaType(f.Type)
	if err != nil {
		return nil, 0
	}
	switch kind {
	case "application/x-www-form-urlencoded":
		values, err := url.ParseQuery(string(f.Body))
		if err != nil {
			return nil, 0
		}
		return shownFields(values), 0
	case "multipart/form-data":
		return shownParts(f.Body, params["boundary"])
	}
	return nil, 0
}

func shownFields(values map[string][]string) []KeptField {
	var out []KeptField
	for name, vs := range values {
		lower := strings.ToLower(name)
		if strings.HasPrefix(lower, "_") || strings.Contains(lower, "password") || lower == "id" || lower == "base" {
			continue
		}
		for _, v := range vs {
			if v = strings.TrimSpace(v); v != "" {
				out = append(out, KeptField{Name: name, Value: v})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b KeptField) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// SafeNext returns p if it is a path within this site, and "/" otherwise: a
// log-in must not send people elsewhere.
func SafeNext(p string) string {
	if len(p) == 0 || len(p) > 2048 || p[0] != '/' || strings.HasPrefix(p, "//") || strings.ContainsAny(p, "\\\r\n\t\x00") {
		return "/"
	}
	u, err := url.ParseRequestURI(p)
	if err != nil || u.Host != "" || u.Scheme != "" {
		return "/"
	}
	return p
}
