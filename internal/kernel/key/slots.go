package key

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Options say where the slot file of a node is.
type Options struct {
	Path  string           // the file; it need not exist
	Cost  Cost             // of a file that is made; DefaultCost when zero
	Clock func() time.Time // time.Now when nil

	floor Cost // floorCost when zero; lower in tests only
	disk  disk // the real one when nil
}

// Slots is the slot file of a node, and the Provider that its database is opened
// with. It is locked at the start and touches nothing until it is asked. It is
// safe for concurrent use; one process has the file at a time.
type Slots struct {
	path        string
	cost, floor Cost
	disk        disk
	brake       brake
	turn        chan struct{} // one derivation at a time: each takes Cost.Memory

	mu      sync.Mutex
	held    *keys // nil while locked
	stamp   Stamp // of the file as it was last seen unlocked
	harmed  bool  // the file is not as it was left
	refused bool  // destroyed: nothing is written ever again
}

// NewSlots looks at nothing yet.
func NewSlots(o Options) *Slots {
	if o.Cost == (Cost{}) {
		o.Cost = DefaultCost()
	}
	if o.floor == (Cost{}) {
		o.floor = floorCost()
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.disk == nil {
		o.disk = osDisk{}
	}
	return &Slots{path: o.Path, cost: o.Cost, floor: o.floor, disk: o.disk, brake: brake{clock: o.Clock}, turn: make(chan struct{}, 1)}
}

// Format keeps what is held out of every print.
func (s *Slots) Format(f fmt.State, _ rune) { fmt.Fprint(f, "key.Slots") }

// State is what the door page may know.
type State struct {
	Locked   bool
	Rotating bool // the database is on its way to a new data key; see Rotate

	// Problem is what is wrong with the file: there is none (key.no_slots), it is
	// damaged (key.damaged, key.harmed: passwords may still open it), of a later
	// program, or hashed too cheaply. What only the data key can tell shows once
	// unlocked.
	Problem error
}

// State looks at the file.
func (s *Slots) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := State{Locked: s.held == nil, Rotating: s.held != nil && s.held.rotating}
	im, err := s.load()
	switch {
	case err != nil:
		st.Problem = err
	case !im.whole, s.held != nil && s.harmed:
		st.Problem = fault.New(fault.Conflict, "key.State", "key.harmed")
	}
	return st
}

// load reads the file; mu is held.
func (s *Slots) load() (*image, error) {
	if s.refused {
		return nil, fault.New(fault.Unavailable, "key.Load", "key.destroyed")
	}
	b, err := s.disk.read(s.path, int64(mostBytes))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.Unavailable, "key.Load", "key.no_slots")
	}
	if err != nil {
		return nil, &fault.Error{Code: fault.Unavailable, Op: "key.Load", Key: "key.unreadable"}
	}
	return parse(b, s.floor)
}

func (s *Slots) header() (header, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	im, err := s.load()
	if err != nil {
		return header{}, err
	}
	return im.header, nil
}

// take waits for the turn to derive; give ends it.
func (s *Slots) take(ctx context.Context) (give func(), err error) {
	select {
	case s.turn <- struct{}{}:
		return func() { <-s.turn }, nil
	case <-ctx.Done():
		return nil, &fault.Error{Code: fault.Unavailable, Op: "key.Derive", Key: "key.busy"}
	}
}

// derive waits for its turn and spends the file's cost.
func (s *Slots) derive(ctx context.Context, h *header, k kind, name string, secret []byte) (tag [tagSize]byte, wrap [Size]byte, err error) {
	give, err := s.take(ctx)
	if err != nil {
		return tag, wrap, err
	}
	defer give()
	tag, wrap = h.derive(k, name, secret)
	return tag, wrap, nil
}

// Unlock opens the file with a user's password. A wrong password and a user who
// has no slot get the same answer after the same work, and after some tries both
// have to wait.
func (s *Slots) Unlock(ctx context.Context, user, password string) error {
	const op = "key.Unlock"
	name := fold(user)
	if name == "" || len(name) > nameSize || len(password) > longestPassword {
		return refused(op)
	}
	secret := normal(password)
	defer clear(secret)
	return s.unlock(ctx, op, userKind, name, secret)
}

// UnlockWords opens the file with the recovery key, typed in any case and with
// any punctuation; the first four letters of each word are enough.
func (s *Slots) UnlockWords(ctx context.Context, words string) error {
	secret, err := parseWords(words)
	if err != nil {
		return err
	}
	defer clear(secret)
	return s.unlock(ctx, "key.UnlockWords", paperKind, "", secret)
}

// UnlockFile opens the file with a key file that AddHost made.
func (s *Slots) UnlockFile(ctx context.Context, path string) error {
	const op = "key.UnlockFile"
	secret, err := readKeyFile(op, path)
	if err != nil {
		return err
	}
	defer clear(secret)
	return s.unlock(ctx, op, hostKind, "", secret)
}

func refused(op string) error { return fault.New(fault.Forbidden, op, "key.refused") }

func (s *Slots) unlock(ctx context.Context, op string, k kind, name string, secret []byte) error {
	give, err := s.take(ctx)
	if err != nil {
		return err
	}
	defer give() // at the end: whoever tries many at a time is counted as well
	if k == userKind {
		if err := s.brake.hold(op, name); err != nil {
			return err
		}
	}
	h, err := s.header()
	if err != nil {
		return err
	}
	tag, wrap := h.derive(k, name, secret)
	defer clear(wrap[:])
	s.mu.Lock()
	defer s.mu.Unlock()
	im, err := s.load() // again: it may have been destroyed meanwhile
	if err != nil {
		return err
	}
	ks, ok := im.find(tag, wrap)
	if !ok {
		if k == userKind { // the others are drawn by chance and cannot be guessed
			s.brake.failed(name)
		}
		return refused(op)
	}
	if k == userKind {
		s.brake.clear(name)
	}
	s.hold(ks, Stamp{im.generation, im.seal}, !im.sealed(ks.current))
	return nil
}

// hold takes keys into memory; mu is held.
func (s *Slots) hold(ks *keys, stamp Stamp, harmed bool) {
	if s.held != nil {
		s.held.wipe()
	}
	s.held, s.stamp, s.harmed = ks, stamp, harmed
}

// Lock forgets the data key. An open database goes on until it is closed.
func (s *Slots) Lock() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held != nil {
		s.held.wipe()
	}
	s.held = nil
}

// DataKey answers the data key, or fault.Unavailable while locked.
func (s *Slots) DataKey(context.Context) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held == nil {
		return nil, fault.New(fault.Unavailable, "key.Slots", "key.locked")
	}
	return bytes.Clone(s.held.current[:]), nil
}

// NextKey answers the data key that the database is on its way to, and nil when
// it is on no way.
func (s *Slots) NextKey(context.Context) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.held == nil:
		return nil, fault.New(fault.Unavailable, "key.Slots", "key.locked")
	case !s.held.rotating:
		return nil, nil
	}
	return bytes.Clone(s.held.next[:]), nil
}

// Create makes the file with a first user and a recovery key, and unlocks it. The
// words are given once and kept nowhere. dataKey is that of a database which is
// there already, or nil for a new one. A file that exists is left alone.
func (s *Slots) Create(ctx context.Context, dataKey []byte, user, password string) (words string, err error) {
	const op = "key.CreateSlots"
	if dataKey != nil && len(dataKey) != Size {
		return "", fault.Field(op, "key", "key.size")
	}
	if err := s.cost.check(op, s.floor); err != nil {
		return "", err
	}
	name, err := s.newUser(op, user, password)
	if err != nil {
		return "", err
	}
	b := &book{header: header{cost: s.cost}}
	defer b.keys.wipe()
	rand.Read(b.salt[:])
	if copy(b.keys.current[:], dataKey) == 0 {
		rand.Read(b.keys.current[:])
	}
	for range leastSlots {
		d, err := dummy(&b.header)
		if err != nil {
			return "", err
		}
		b.members = append(b.members, d)
	}
	secret := normal(password)
	defer clear(secret)
	paper, words := newWords()
	defer clear(paper)
	for _, w := range []struct {
		kind   kind
		name   string
		secret []byte
	}{{userKind, name, secret}, {paperKind, "", paper}} {
		tag, wrap, err := s.derive(ctx, &b.header, w.kind, w.name, w.secret)
		if err != nil {
			return "", err
		}
		m, err := enrol(&b.header, w.kind, w.name, tag, wrap)
		if err == nil {
			err = b.put(m)
		}
		if err != nil {
			return "", err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch _, err := s.load(); {
	case s.refused:
		return "", err
	case fault.KeyOf(err) != "key.no_slots":
		return "", fault.New(fault.Conflict, op, "key.slots_exist")
	}
	if err := s.save(op, b); err != nil {
		return "", err
	}
	return words, nil
}

func (s *Slots) newUser(op, user, password string) (name string, err error) {
	name = fold(user)
	if len(name) < 2 || len(name) > nameSize {
		return "", fault.Field(op, "login", "door.user.login")
	}
	return name, CheckPassword(password, name, "")
}

// save writes the book and takes over its keys; mu is held.
func (s *Slots) save(op string, b *book) error {
	b.generation++
	raw, stamp, err := b.bytes()
	if err != nil {
		return &fault.Error{Code: fault.Internal, Op: op, Key: "key.unwritable"}
	}
	err = write(s.disk, s.path, raw)
	if err != nil {
		// The name may point to the new file although its folder was not synced:
		// what is held must fit what would be read.
		if now, again := s.disk.read(s.path, int64(mostBytes)); again != nil || !bytes.Equal(now, raw) {
			return &fault.Error{Code: fault.Unavailable, Op: op, Key: "key.unwritable"}
		}
	}
	ks := b.keys
	s.hold(&ks, stamp, false)
	if err != nil {
		return &fault.Error{Code: fault.Unavailable, Op: op, Key: "key.unwritable"}
	}
	return nil
}

// Stamp says which state of the slot file somebody saw. It is no secret, and is
// kept inside the database: a slot file that comes back from an older copy of the
// folder, with a slot that was taken away since, is older than the stamp.
type Stamp struct {
	Generation uint64
	Seal       [32]byte
}

// MarshalText writes "generation:seal".
func (s Stamp) MarshalText() ([]byte, error) {
	return fmt.Appendf(nil, "%d:%x", s.Generation, s.Seal), nil
}

// UnmarshalText reads what MarshalText wrote.
func (s *Stamp) UnmarshalText(b []byte) error {
	number, seal, _ := strings.Cut(string(b), ":")
	n, err := strconv.ParseUint(number, 10, 64)
	raw, bad := hex.DecodeString(seal)
	if err != nil || bad != nil || len(raw) != len(s.Seal) {
		return fault.Field("key.Stamp", "stamp", "key.stamp")
	}
	s.Generation = n
	copy(s.Seal[:], raw)
	return nil
}

// Stamp is the state of the file as it was unlocked or last written.
func (s *Slots) Stamp() Stamp {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stamp
}

// Since answers fault.Conflict when the file is older than the one noted, or as
// old and another one, or harmed, so that nothing can be said. A newer file is
// right: a cut may have come between writing it and noting it.
func (s *Slots) Since(noted Stamp) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.harmed {
		return fault.New(fault.Conflict, "key.Since", "key.harmed")
	}
	return s.stamp.since(noted)
}

func (s Stamp) since(noted Stamp) error {
	if s.Generation < noted.Generation || s.Generation == noted.Generation && s.Seal != noted.Seal {
		return fault.New(fault.Conflict, "key.Since", "key.rolled_back")
	}
	return nil
}
