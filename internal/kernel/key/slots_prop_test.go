package key

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// world is what a slot file should let in, kept beside it.
type world struct {
	disk     *ramDisk
	s        *Slots
	password map[string]string // by user
	words    string
	rotating []byte // the next key, once there is one
	data     []byte
}

const propPath = "/node/godwit.slots"

var bg = context.Background()

func (w *world) again() *Slots {
	return NewSlots(Options{Path: propPath, Cost: quick, floor: quick, disk: w.disk})
}

var (
	propUsers     = []string{"amal", "boris", "chidi", "dora"}
	propPasswords = []string{amalsWord, borisWord, chidisWord}
)

// Whatever is done in whatever order, with restarts between: exactly the users who
// should can open the file, with their newest password only, and all get the key
// that the database is under.
func TestAnyHistoryLetsInExactlyWhoItShould(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &world{disk: newRAMDisk(nil), password: map[string]string{"amal": amalsWord}}
		w.s = w.again()
		var err error
		if w.words, err = w.s.Create(bg, nil, "amal", amalsWord); err != nil {
			t.Fatal(err)
		}
		w.data, _ = w.s.DataKey(bg)
		acts := map[string]func(*rapid.T){
			"set": func(t *rapid.T) {
				user, password := rapid.SampledFrom(propUsers).Draw(t, "user"), rapid.SampledFrom(propPasswords).Draw(t, "password")
				w.must(t, w.s.Set(bg, user, password))
				w.password[user] = password
			},
			"remove": func(t *rapid.T) {
				user := rapid.SampledFrom(propUsers).Draw(t, "user")
				if err := w.s.Remove(user); (err == nil) != (w.password[user] != "") {
					t.Fatalf("%s: %v", user, err)
				}
				delete(w.password, user)
			},
			"words": func(t *rapid.T) {
				words, err := w.s.NewWords(bg)
				w.must(t, err)
				w.words = words
			},
			"rotate": func(t *rapid.T) {
				next, err := w.s.Rotate()
				w.must(t, err)
				if w.rotating != nil && !bytes.Equal(next, w.rotating) || bytes.Equal(next, w.data) {
					t.Fatal("another key than it said")
				}
				w.rotating = next
			},
			"settle": func(t *rapid.T) {
				if err := w.s.Settle(); (err == nil) != (w.rotating != nil) {
					t.Fatal(err)
				}
				if w.rotating != nil {
					w.data, w.rotating = w.rotating, nil
				}
			},
			"restart": func(t *rapid.T) {
				w.s = w.again()
				w.must(t, w.s.UnlockWords(bg, w.words))
			},
		}
		for range rapid.IntRange(1, 12).Draw(t, "acts") {
			acts[rapid.SampledFrom(slices.Sorted(maps.Keys(acts))).Draw(t, "act")](t)
		}
		w.check(t)
	})
}

func (w *world) must(t *rapid.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) check(t *rapid.T) {
	fresh := w.again()
	for _, user := range propUsers {
		for _, password := range propPasswords {
			fresh.Lock()
			err := fresh.Unlock(bg, user, password)
			if w.password[user] != password {
				if fault.KeyOf(err) != "key.refused" && fault.KeyOf(err) != "door.wait" {
					t.Fatalf("%s with a password that is not theirs: %v", user, err)
				}
				continue
			}
			fresh = w.again() // the wrong ones before may have to wait
			w.must(t, fresh.Unlock(bg, user, password))
			k, _ := fresh.DataKey(bg)
			next, _ := fresh.NextKey(bg)
			if !bytes.Equal(k, w.data) || !bytes.Equal(next, w.rotating) || fresh.State().Problem != nil {
				t.Fatalf("%s gets another key, %+v", user, fresh.State())
			}
		}
	}
	w.must(t, w.s.Since(fresh.Stamp()))
	users, err := w.s.Users()
	if err != nil || !slices.Equal(users, slices.Sorted(maps.Keys(w.password))) {
		t.Fatalf("%v %v", users, err)
	}
}
