package key

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// resum makes the outer sum right, as somebody who changes a file on purpose would.
func resum(b []byte) []byte {
	sum := sha256.Sum256(b[:len(b)-sha256.Size])
	return append(b[:len(b)-sha256.Size:len(b)-sha256.Size], sum[:]...)
}

// Whichever byte is changed, by chance or on purpose, nobody gets a wrong key: the
// right one with a warning, or none.
func TestAChangedByteIsNoticedWhereverItIs(t *testing.T) {
	s, path, _ := made(t)
	want := dataKey(t, s)
	whole, err := os.ReadFile(path)
	ok(t, err)
	opened := 0
	for at := 0; at < len(whole); at++ {
		if at > headerSize && at < len(whole)-tailSize && at%29 != 0 {
			continue
		}
		for _, purpose := range []bool{false, true} {
			b := bytes.Clone(whole)
			b[at] ^= 1 << (at % 8)
			if purpose && at < len(b)-sha256.Size {
				b = resum(b)
			}
			ok(t, os.WriteFile(path, b, 0o600))
			s := again(path)
			err := s.Unlock(t.Context(), amal, amalsWord)
			if err != nil {
				if purpose || at < headerSize {
					continue
				}
				if s.State().Problem == nil {
					t.Fatalf("byte %d: nothing opens and nobody is told why", at)
				}
				continue
			}
			opened++
			if !bytes.Equal(dataKey(t, s), want) {
				t.Fatalf("byte %d gives another key", at)
			}
			fails(t, s.State().Problem, fault.Conflict, "key.harmed")
			fails(t, s.Since(Stamp{}), fault.Conflict, "key.harmed")
			fails(t, s.Remove(amal), fault.Conflict, "key.harmed")
		}
	}
	if opened < 600 {
		t.Errorf("only %d changed files opened: one bad byte must not lock everybody out", opened)
	}
}

func TestAHarmedFileIsRepairedFromWhatIsWell(t *testing.T) {
	s, path, words := made(t)
	want := dataKey(t, s)
	ok(t, s.Set(t.Context(), boris, borisWord))
	whole, err := os.ReadFile(path)
	ok(t, err)
	im, err := parse(whole, quick)
	ok(t, err)
	b, _, err := im.open(s.held)
	ok(t, err)
	wrapped := headerSize + b.find(userKind, boris)*slotSize + tagSize + nonceSize
	for why, c := range map[string]struct {
		change func([]byte)
		lost   int
	}{
		"a slot that cannot be mended": {func(b []byte) { b[wrapped]++ }, 1},
		"a seal":                       {func(b []byte) { b[len(b)-tailSize]++ }, 0},
		"a number near its end":        {func(b []byte) { binary.BigEndian.PutUint64(b[19:], math.MaxUint64) }, 0},
	} {
		t.Run(why, func(t *testing.T) {
			bad := bytes.Clone(whole)
			c.change(bad)
			ok(t, os.WriteFile(path, resum(bad), 0o600))
			s := again(path)
			ok(t, s.Unlock(t.Context(), amal, amalsWord))
			lost, err := s.Repair()
			if err != nil || lost != c.lost || s.State().Problem != nil {
				t.Fatalf("%d lost, %v, %+v", lost, err, s.State())
			}
			ok(t, s.Since(Stamp{Generation: im.generation, Seal: im.seal})) // it is no older file
			ok(t, s.Set(t.Context(), chidi, chidisWord))
			ok(t, again(path).UnlockWords(t.Context(), words))
			his := again(path).Unlock(t.Context(), boris, borisWord)
			if c.lost == 0 {
				ok(t, his)
			} else {
				fails(t, his, fault.Forbidden, "key.refused")
			}
		})
	}

	// The salt and the cost are in everything: with others nothing is well, and the
	// repair must not throw away what a copy of the file could bring back.
	for _, at := range []int{27, 13, 17, 18} {
		bad := bytes.Clone(whole)
		bad[at]++
		ok(t, os.WriteFile(path, resum(bad), 0o600))
		_, err = s.Repair()
		fails(t, err, fault.Conflict, "key.beyond_repair")
		if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, resum(bad)) {
			t.Error("the repair that was refused changed the file")
		}
	}
	// The way out, as Repair says it.
	ok(t, os.Rename(path, path+".bad"))
	_, err = s.Create(t.Context(), want, amal, chidisWord)
	ok(t, err)
	if !bytes.Equal(dataKey(t, s), want) {
		t.Error("another key")
	}
}

func TestATruncatedFileIsDamaged(t *testing.T) {
	_, path, _ := made(t)
	whole, err := os.ReadFile(path)
	ok(t, err)
	for n := range len(whole) {
		if _, err := parse(whole[:n], quick); fault.KeyOf(err) != "key.damaged" {
			t.Fatalf("%d of %d bytes: %v", n, len(whole), err)
		}
	}
	_, err = parse(append(bytes.Clone(whole), 0), quick)
	fails(t, err, fault.Unavailable, "key.damaged")
	ok(t, os.WriteFile(path, make([]byte, mostBytes+1000), 0o600))
	fails(t, again(path).State().Problem, fault.Unavailable, "key.damaged")
}

func TestALaterFormatAndACheaperHashAreRefusedByName(t *testing.T) {
	_, path, _ := made(t)
	whole, err := os.ReadFile(path)
	ok(t, err)
	later := bytes.Clone(whole)
	later[9] = 2
	_, err = parse(resum(later), quick)
	fails(t, err, fault.Unavailable, "key.version")
	if fault.ArgsOf(err)["version"] != 2 {
		t.Error(fault.ArgsOf(err))
	}
	// The floor: what Godwit itself would never write opens nowhere outside tests.
	fails(t, NewSlots(Options{Path: path}).Unlock(t.Context(), amal, amalsWord), fault.Forbidden, "key.cheap")
	_, err = NewSlots(Options{Path: path + "2", Cost: quick}).Create(t.Context(), nil, amal, amalsWord)
	fails(t, err, fault.Forbidden, "key.cheap")
	for _, c := range []Cost{{Memory: 18 * 1024, Time: 2, Threads: 1}, {Memory: 19 * 1024, Time: 1, Threads: 1}, {Memory: 19 * 1024, Time: 2}} {
		fails(t, c.check("test", floorCost()), fault.Forbidden, "key.cheap")
	}
	for _, c := range []Cost{{mostMemory + 1, 3, 1}, {64 * 1024, mostTime + 1, 1}, {64 * 1024, 3, mostThreads + 1}} {
		fails(t, c.check("test", floorCost()), fault.Unavailable, "key.damaged")
	}
	ok(t, floorCost().check("test", floorCost()))
	ok(t, DefaultCost().check("test", floorCost()))
}

func TestDestroyedMeansForGood(t *testing.T) {
	s, path, words := made(t)
	host := filepath.Join(t.TempDir(), "host.key")
	ok(t, s.AddHost(t.Context(), host))
	kept, err := os.ReadFile(path)
	ok(t, err)
	ok(t, os.WriteFile(fresh(path), kept[:4000], 0o600))
	give, err := s.take(t.Context()) // somebody is at the door: a destruction does not wait
	ok(t, err)
	ok(t, s.Destroy(host))
	give()
	for _, p := range []string{path, fresh(path), host} {
		if _, err := os.Stat(p); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is there: %v", filepath.Base(p), err)
		}
	}
	_, err = s.DataKey(t.Context())
	fails(t, err, fault.Unavailable, "key.locked")
	fails(t, s.Unlock(t.Context(), amal, amalsWord), fault.Unavailable, "key.destroyed")
	fails(t, s.State().Problem, fault.Unavailable, "key.destroyed")
	fails(t, again(path).UnlockWords(t.Context(), words), fault.Unavailable, "key.no_slots")
	// A change that was under way does not bring the file back.
	fails(t, s.Set(t.Context(), boris, borisWord), fault.Unavailable, "key.locked")
	_, err = s.Create(t.Context(), bytes.Repeat([]byte{1}, Size), boris, borisWord)
	fails(t, err, fault.Unavailable, "key.destroyed")
	ok(t, s.Destroy(host)) // again
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) > 0 {
		t.Errorf("left: %v %v", entries, err)
	}
}

// A program that is started on what a cut left destroys that as well.
func TestAHalfGoneFileIsDestroyed(t *testing.T) {
	for why, b := range map[string][]byte{"noise": bytes.Repeat([]byte{0xa5}, 5000), "empty": {}, "a piece": []byte(magic), "too long": make([]byte, 2*mostBytes)} {
		path := filepath.Join(t.TempDir(), "godwit.slots")
		ok(t, os.WriteFile(path, b, 0o400))
		if err := again(path).Destroy(); err != nil {
			t.Errorf("%s: %v", why, err)
		}
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: it is there", why)
		}
	}
}

// When the folder cannot be synced, what is held fits what is on the disk, and the
// same call is right a second time.
func TestAfterAFailedWriteTheSameCallWorks(t *testing.T) {
	const path = "/node/godwit.slots"
	for _, what := range []string{"create", "write", "sync", "rename", "syncdir"} {
		t.Run(what, func(t *testing.T) {
			d := newRAMDisk(nil)
			s := NewSlots(Options{Path: path, Cost: quick, floor: quick, disk: d})
			_, err := s.Create(t.Context(), nil, amal, amalsWord)
			ok(t, err)
			broken := func(w, _ string) error {
				if w == what {
					return errors.New("no")
				}
				return nil
			}
			try := func(call func() error) {
				t.Helper()
				d.fail = broken
				fails(t, call(), fault.Unavailable, "key.unwritable")
				d.fail = nil
				if err := call(); err != nil && fault.KeyOf(err) != "key.not_rotating" {
					t.Errorf("again: %v", err)
				}
			}
			try(func() error { return s.Set(t.Context(), boris, borisWord) })
			var next []byte
			try(func() (err error) { next, err = s.Rotate(); return err })
			try(s.Settle)
			for user, password := range map[string]string{amal: amalsWord, boris: borisWord} {
				s := NewSlots(Options{Path: path, Cost: quick, floor: quick, disk: d})
				if err := s.Unlock(t.Context(), user, password); err != nil || !bytes.Equal(dataKey(t, s), next) || s.State().Problem != nil {
					t.Errorf("%s: %v %+v", user, err, s.State())
				}
			}
		})
	}
}

func TestAKeyFileForAHostStaysApartAndItsOwners(t *testing.T) {
	s, path, _ := made(t)
	folder := filepath.Dir(path)
	link := filepath.Join(t.TempDir(), "link")
	ok(t, os.Symlink(folder, link))
	for _, p := range []string{filepath.Join(folder, "host.key"), filepath.Join(folder, "keys", "more", "host.key"), filepath.Join(link, "host.key"), filepath.Join(link, "new", "host.key")} {
		fails(t, s.AddHost(t.Context(), p), fault.Invalid, "key.inside")
	}
	host := filepath.Join(t.TempDir(), "host.key")
	ok(t, s.AddHost(t.Context(), host))
	fails(t, s.AddHost(t.Context(), host), fault.Conflict, "key.exists")
	ok(t, again(path).UnlockFile(t.Context(), host))
	if runtime.GOOS != "windows" {
		ok(t, os.Chmod(host, 0o640))
		fails(t, again(path).UnlockFile(t.Context(), host), fault.Forbidden, "key.too_open")
		ok(t, os.Chmod(host, 0o400))
		ok(t, again(path).UnlockFile(t.Context(), host))
	}
	raw, err := File(host).DataKey(t.Context())
	ok(t, err)
	if bytes.Equal(raw, dataKey(t, s)) {
		t.Error("the key file holds the data key: it would outlive a rotation")
	}
	other := filepath.Join(t.TempDir(), "other.key")
	ok(t, s.AddHost(t.Context(), other)) // in the place of the first
	fails(t, again(path).UnlockFile(t.Context(), host), fault.Forbidden, "key.refused")
	ok(t, again(path).UnlockFile(t.Context(), other))
	ok(t, s.RemoveHost())
	fails(t, again(path).UnlockFile(t.Context(), other), fault.Forbidden, "key.refused")
	fails(t, again(path).UnlockFile(t.Context(), filepath.Join(folder, "none")), fault.Unavailable, "key.missing")
}

// What the file says is what was put in, field by field.
func TestTheFrameIsWrittenAsItIsRead(t *testing.T) {
	s, path, _ := made(t)
	raw, err := os.ReadFile(path)
	ok(t, err)
	im, err := parse(raw, quick)
	ok(t, err)
	if im.generation != 1 || im.cost != quick || !im.whole || !im.sealed(s.held.current) {
		t.Errorf("%+v", im.header)
	}
	if !bytes.Equal(finish(frame(im.header, im.slots), im.seal), raw) {
		t.Error("written anew it is another file")
	}
	if len(raw) != headerSize+leastSlots*slotSize+tailSize || slotSize != 339 || headerSize != 61 {
		t.Errorf("%d bytes, slots of %d after %d", len(raw), slotSize, headerSize)
	}
	b, lost, err := im.open(s.held)
	if err != nil || lost != 0 || !slices.ContainsFunc(b.members, func(m member) bool { return m.kind == userKind && m.name == amal }) {
		t.Errorf("%d %v", lost, err)
	}
}

func FuzzParse(f *testing.F) {
	s, path, _ := made(f)
	whole, err := os.ReadFile(path)
	ok(f, err)
	f.Add(whole)
	f.Add(whole[:headerSize])
	f.Add([]byte(magic))
	f.Add(bytes.Repeat([]byte{0}, len(whole)))
	f.Fuzz(func(t *testing.T, b []byte) {
		im, err := parse(b, quick)
		if err != nil {
			if fault.Is(err, fault.Internal) || fault.KeyOf(err) == "" {
				t.Errorf("%v", err)
			}
			return
		}
		if !rightCount(len(im.slots)) || im.cost.check("test", quick) != nil {
			t.Errorf("accepted %d slots of %+v", len(im.slots), im.cost)
		}
		if im.whole && !bytes.Equal(finish(frame(im.header, im.slots), im.seal), b) {
			t.Error("what was read is not what is there")
		}
		var tag [tagSize]byte
		im.find(tag, tag2(im))
		for i := range im.slots {
			if m, reads := im.slots[i].read(&im.header, s.held.current); reads && len(m.name) > nameSize {
				t.Error("a name without end")
			}
		}
		if im.sealed(s.held.current) && !bytes.Equal(b, whole) {
			t.Error("a seal was forged")
		}
	})
}

// tag2 tries the first slot of whatever was read.
func tag2(im *image) (k [Size]byte) {
	copy(k[:], im.slots[0].nonce[:])
	im.slots[0].unwrap(&im.header, k)
	return k
}
