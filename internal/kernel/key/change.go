package key

import (
	"context"
	"crypto/rand"
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// change reads the file, lets fn change it and writes it. It refuses while locked,
// when the file was damaged, and when another file has taken its place.
func (s *Slots) change(op string, fn func(*book) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, lost, err := s.book()
	if err != nil {
		return err
	}
	defer b.keys.wipe()
	if lost > 0 || s.harmed {
		return fault.New(fault.Conflict, op, "key.harmed")
	}
	if err := fn(b); err != nil {
		return err
	}
	return s.save(op, b)
}

// book opens the file for whoever holds the data key; mu is held. A file whose
// seal is wrong is harmed from then on.
func (s *Slots) book() (b *book, lost int, err error) {
	if s.held == nil {
		return nil, 0, fault.New(fault.Unavailable, "key.Slots", "key.locked")
	}
	im, err := s.load()
	if err != nil {
		return nil, 0, err
	}
	if !im.sealed(s.held.current) {
		s.harmed = true
	} else if err := (Stamp{im.generation, im.seal}).since(s.stamp); err != nil {
		return nil, 0, err
	}
	return im.open(s.held)
}

// enrol derives and puts a slot.
func (s *Slots) enrol(ctx context.Context, op string, k kind, name string, secret []byte) error {
	if _, err := s.DataKey(ctx); err != nil { // before the work
		return err
	}
	h, err := s.header()
	if err != nil {
		return err
	}
	tag, wrap, err := s.derive(ctx, &h, k, name, secret)
	if err != nil {
		return err
	}
	defer clear(wrap[:])
	return s.change(op, func(b *book) error {
		if b.salt != h.salt || b.cost != h.cost {
			return fault.New(fault.Conflict, op, "key.rolled_back")
		}
		m, err := enrol(&b.header, k, name, tag, wrap)
		if err != nil {
			return &fault.Error{Code: fault.Internal, Op: op, Key: "key.unwritable"}
		}
		return b.put(m)
	})
}

// Set gives a user a slot, or a new password for the old one. The old password
// opens nothing any more, but whoever has it and an old copy of the file has the
// data key: where that matters, rotate.
func (s *Slots) Set(ctx context.Context, user, password string) error {
	const op = "key.Set"
	name, err := s.newUser(op, user, password)
	if err != nil {
		return err
	}
	secret := normal(password)
	defer clear(secret)
	return s.enrol(ctx, op, userKind, name, secret)
}

// Remove takes a user's slot away. The last way in by a password or the recovery
// key stays. A user whose rights are revoked may have kept a copy of the file and
// the data key: remove, then Rotate.
func (s *Slots) Remove(user string) error {
	return s.change("key.Remove", func(b *book) error { return b.drop(userKind, fold(user)) })
}

// Users are the folded names that have a slot, in order.
func (s *Slots) Users() ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, _, err := s.book()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, m := range b.members {
		if m.kind == userKind {
			names = append(names, m.name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// NewWords makes another recovery key; the one before opens nothing any more.
func (s *Slots) NewWords(ctx context.Context) (words string, err error) {
	secret, words := newWords()
	defer clear(secret)
	if err := s.enrol(ctx, "key.NewWords", paperKind, "", secret); err != nil {
		return "", err
	}
	return words, nil
}

// AddHost makes a key file for a host that nobody attends, and a slot that it
// opens; a key file from before opens nothing any more. The file may not lie in
// the node's folder: whoever copies that would have both.
func (s *Slots) AddHost(ctx context.Context, path string) error {
	const op = "key.AddHost"
	if inside(filepath.Dir(path), filepath.Dir(s.path)) {
		return fault.Field(op, "key-file", "key.inside")
	}
	if _, err := s.DataKey(ctx); err != nil {
		return err
	}
	if err := Create(path); err != nil {
		return err
	}
	secret, err := readKeyFile(op, path)
	if err == nil {
		err = s.enrol(ctx, op, hostKind, "", secret)
		clear(secret)
	}
	if err != nil {
		return errors.Join(err, shred(s.disk, path))
	}
	return nil
}

// RemoveHost takes the key file's slot away; the file opens nothing any more.
func (s *Slots) RemoveHost() error {
	return s.change("key.RemoveHost", func(b *book) error { return b.drop(hostKind, "") })
}

// inside says whether a folder is another or lies below it, whatever links lead
// there. What cannot be found out counts as outside: making the file fails then.
func inside(folder, of string) bool {
	real := func(p string) string {
		p, _ = filepath.Abs(p)
		for at, rest := p, ""; ; at, rest = filepath.Dir(at), filepath.Join(filepath.Base(at), rest) {
			if r, err := filepath.EvalSymlinks(at); err == nil {
				return filepath.Join(r, rest)
			}
			if at == filepath.Dir(at) {
				return p
			}
		}
	}
	rel, err := filepath.Rel(real(of), real(folder))
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// Rotate begins a new data key and answers it. Every slot then holds both, so that
// a cut in the middle loses nothing: the caller writes the database anew under the
// next key, puts it in the place of the old one, durably, and calls Settle.
// After a cut it tries NextKey and then DataKey; asked again before Settle, Rotate
// answers the same key.
func (s *Slots) Rotate() (next []byte, err error) {
	err = s.change("key.Rotate", func(b *book) error {
		if !b.keys.rotating {
			rand.Read(b.keys.next[:])
			b.keys.rotating = true
		}
		next = slices.Clone(b.keys.next[:])
		return nil
	})
	if err != nil {
		clear(next)
		return nil, err
	}
	return next, nil
}

// Settle ends a rotation: the next key is the data key, and the old one is gone
// from every slot. Only when the database under the next key is on the disk.
func (s *Slots) Settle() error {
	return s.change("key.Settle", func(b *book) error {
		if !b.keys.rotating {
			return fault.New(fault.Conflict, "key.Settle", "key.not_rotating")
		}
		b.keys = keys{current: b.keys.next}
		return nil
	})
}

// Repair writes a harmed file anew from the slots that are well, and says how many
// were not: those who had them need their password set again. Where no way in is
// left, it changes nothing and answers fault.Conflict; move the file away then,
// and Create another with the DataKey.
func (s *Slots) Repair() (lost int, err error) {
	const op = "key.Repair"
	s.mu.Lock()
	defer s.mu.Unlock()
	b, lost, err := s.book()
	if err != nil {
		return 0, err
	}
	defer b.keys.wipe()
	if b.ways(-1) == 0 {
		return lost, fault.New(fault.Conflict, op, "key.beyond_repair")
	}
	// The number may be what was harmed. It must not fall, or the file would look
	// like an old one, and it must not come near its end.
	b.generation = min(max(b.generation, s.stamp.Generation), 1<<48)
	return lost, s.save(op, b)
}

// Destroy makes the database unreadable for everybody, for ever: it forgets the
// data key, writes noise over the slot file, waits for the disk, and removes it;
// then the same with a half-written one, and with the key files also. It derives
// nothing and reads nothing, so a damaged file takes it no longer. It may be
// called again until it answers nil, which it does when nothing is left.
//
// What was overwritten is gone from a plain disk. A flash disk or a file system
// that copies on write may keep old blocks; copies elsewhere are not reached. A key
// file on a stick that is not there counts as gone: what it opened is.
func (s *Slots) Destroy(also ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = true
	if s.held != nil {
		s.held.wipe()
	}
	s.held = nil
	var failed bool
	for _, path := range append([]string{s.path, fresh(s.path)}, also...) {
		failed = shred(s.disk, path) != nil || failed
	}
	if failed {
		return &fault.Error{Code: fault.Unavailable, Op: "key.Destroy", Key: "key.not_destroyed"}
	}
	return nil
}
