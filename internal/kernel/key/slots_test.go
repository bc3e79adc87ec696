package key

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

var _ Provider = (*Slots)(nil)

// quick protects nothing; a derivation with it takes a tenth of a millisecond.
var quick = Cost{Memory: 64, Time: 1, Threads: 1}

const (
	amal, amalsWord   = "amal.idris", "heron walks on warm mud"
	boris, borisWord  = "boris", "seven terns over slack water"
	chidi, chidisWord = "chidi", "winter birds cross the bay"
)

// again is the program started anew on a file.
func again(path string) *Slots { return NewSlots(Options{Path: path, Cost: quick, floor: quick}) }

// made is a new file with Amal's slot, open.
func made(t testing.TB) (s *Slots, path, words string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "godwit.slots")
	s = again(path)
	words, err := s.Create(t.Context(), nil, amal, amalsWord)
	if err != nil {
		t.Fatal(err)
	}
	return s, path, words
}

func dataKey(t testing.TB, s *Slots) []byte {
	t.Helper()
	k, err := s.DataKey(t.Context())
	if err != nil || len(k) != Size {
		t.Fatalf("%d bytes, %v", len(k), err)
	}
	return k
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// fails checks code and message.
func fails(t testing.TB, err error, code fault.Code, key string) {
	t.Helper()
	if !fault.Is(err, code) || fault.KeyOf(err) != key {
		t.Errorf("got %v, want %s [%s]", err, code, key)
	}
}

func TestANodeStartsLockedAndEveryWayInGivesTheSameKey(t *testing.T) {
	s, path, words := made(t)
	want := dataKey(t, s)
	host := filepath.Join(t.TempDir(), "keys", "host.key")
	ok(t, s.Set(t.Context(), boris, borisWord))
	ok(t, s.AddHost(t.Context(), host))
	for why, unlock := range map[string]func(*Slots) error{
		"the first user":           func(s *Slots) error { return s.Unlock(t.Context(), amal, amalsWord) },
		"the second":               func(s *Slots) error { return s.Unlock(t.Context(), boris, borisWord) },
		"another writing of both":  func(s *Slots) error { return s.Unlock(t.Context(), " AMAL.Idris", amalsWord) },
		"the recovery key":         func(s *Slots) error { return s.UnlockWords(t.Context(), words) },
		"a host that stands alone": func(s *Slots) error { return s.UnlockFile(t.Context(), host) },
	} {
		s := again(path)
		_, err := s.DataKey(t.Context())
		fails(t, err, fault.Unavailable, "key.locked")
		if st := s.State(); !st.Locked || st.Problem != nil {
			t.Errorf("%s: at the start %+v", why, st)
		}
		if err := unlock(s); err != nil {
			t.Errorf("%s: %v", why, err)
			continue
		}
		if st := s.State(); st.Locked || st.Rotating || st.Problem != nil {
			t.Errorf("%s: %+v", why, st)
		}
		if !bytes.Equal(dataKey(t, s), want) {
			t.Errorf("%s: another key", why)
		}
		s.Lock()
		_, err = s.DataKey(t.Context())
		fails(t, err, fault.Unavailable, "key.locked")
		_, err = s.NextKey(t.Context())
		fails(t, err, fault.Unavailable, "key.locked")
	}
}

func TestAnEmptyFolderSaysThatThereIsNoFile(t *testing.T) {
	s := again(filepath.Join(t.TempDir(), "godwit.slots"))
	fails(t, s.State().Problem, fault.Unavailable, "key.no_slots")
	fails(t, s.Unlock(t.Context(), amal, amalsWord), fault.Unavailable, "key.no_slots")
}

func TestANodeThatHasADataKeyKeepsIt(t *testing.T) {
	s := again(filepath.Join(t.TempDir(), "godwit.slots"))
	k := bytes.Repeat([]byte{7}, Size)
	_, err := s.Create(t.Context(), k, amal, amalsWord)
	ok(t, err)
	if !bytes.Equal(dataKey(t, s), k) {
		t.Error("another key")
	}
	_, err = s.Create(t.Context(), k, boris, borisWord)
	fails(t, err, fault.Conflict, "key.slots_exist")
	_, err = s.Create(t.Context(), k[:31], boris, borisWord)
	fails(t, err, fault.Invalid, "key.size")
}

// A wrong password and a user without a slot: the same words, the same work. The
// work is counted in memory, which argon2id takes anew each time.
func TestNobodyLearnsWhoHasASlot(t *testing.T) {
	dear := Cost{Memory: 8 * 1024, Time: 1, Threads: 1}
	s := NewSlots(Options{Path: filepath.Join(t.TempDir(), "godwit.slots"), Cost: dear, floor: dear})
	_, err := s.Create(t.Context(), nil, amal, amalsWord)
	ok(t, err)
	s.Lock()
	try := func(user, password string) (string, uint64) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := s.Unlock(t.Context(), user, password)
		runtime.ReadMemStats(&after)
		fails(t, err, fault.Forbidden, "key.refused")
		return err.Error(), after.TotalAlloc - before.TotalAlloc
	}
	wrong, wrongWork := try(amal, borisWord)
	unknown, unknownWork := try("nobody", amalsWord)
	if wrong != unknown {
		t.Errorf("%q and %q", wrong, unknown)
	}
	if once := uint64(dear.Memory) * 1024; wrongWork < once || wrongWork > 2*once || unknownWork < once || unknownWork > 2*once {
		t.Errorf("a wrong password takes %d bytes, an unknown user %d; one derivation is %d", wrongWork, unknownWork, once)
	}
}

func TestTheFileNamesNobodyAndDoesNotCountThem(t *testing.T) {
	s, path, words := made(t)
	one, err := os.ReadFile(path)
	ok(t, err)
	for i := range 20 {
		ok(t, s.Set(t.Context(), fmt.Sprintf("nurse.%d", i), borisWord))
	}
	many, err := os.ReadFile(path)
	ok(t, err)
	if len(one) != len(many) {
		t.Errorf("%d bytes with one user, %d with 21", len(one), len(many))
	}
	for _, secret := range []string{words, words[:20], amal, amalsWord, "nurse", string(dataKey(t, s))} {
		if bytes.Contains(many, []byte(secret)) {
			t.Errorf("the file holds %q", secret)
		}
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("something was left beside it: %v %v", entries, err)
	}
	// Nothing in a dummy is a value that stands out: no field of any two slots is equal.
	im, err := parse(many, quick)
	ok(t, err)
	seen := map[string]bool{}
	for i := range im.slots {
		for _, part := range im.slots[i].parts() {
			if seen[string(part)] || bytes.Equal(part, make([]byte, len(part))) {
				t.Fatalf("slot %d has a field that stands out", i)
			}
			seen[string(part)] = true
		}
	}
}

func TestAFileGrowsBeforeItsDummiesRunOut(t *testing.T) {
	s, path, _ := made(t)
	for i := range 30 {
		ok(t, s.Set(t.Context(), fmt.Sprintf("nurse.%d", i), borisWord))
	}
	b, err := os.ReadFile(path)
	ok(t, err)
	im, err := parse(b, quick)
	if err != nil || len(im.slots) != 64 {
		t.Fatalf("%d slots, %v", len(im.slots), err)
	}
	for i := range 30 {
		ok(t, again(path).Unlock(t.Context(), fmt.Sprintf("nurse.%d", i), borisWord))
	}
	full := &book{header: header{cost: quick}, members: make([]member, mostSlots)}
	for i := range full.members {
		full.members[i] = member{kind: userKind, name: fmt.Sprint(i)}
	}
	fails(t, full.put(member{kind: userKind, name: "one too many"}), fault.Conflict, "key.full")
	ok(t, full.put(member{kind: userKind, name: "17"}))
}

func TestANewPasswordReplacesTheOld(t *testing.T) {
	s, path, words := made(t)
	ok(t, s.Set(t.Context(), amal, chidisWord))
	fails(t, again(path).Unlock(t.Context(), amal, amalsWord), fault.Forbidden, "key.refused")
	ok(t, again(path).Unlock(t.Context(), amal, chidisWord))
	more, err := s.NewWords(t.Context())
	ok(t, err)
	fails(t, again(path).UnlockWords(t.Context(), words), fault.Forbidden, "key.refused")
	ok(t, again(path).UnlockWords(t.Context(), more))
	users, err := s.Users()
	if err != nil || !slices.Equal(users, []string{amal}) {
		t.Errorf("%v %v", users, err)
	}
}

func TestRemovingAndTheLastWayIn(t *testing.T) {
	s, path, _ := made(t)
	ok(t, s.Set(t.Context(), boris, borisWord))
	ok(t, s.Remove(" Boris "))
	fails(t, again(path).Unlock(t.Context(), boris, borisWord), fault.Forbidden, "key.refused")
	fails(t, s.Remove(boris), fault.NotFound, "key.no_slot")
	ok(t, s.Remove(amal)) // the recovery key is left
	ok(t, s.Set(t.Context(), amal, amalsWord))
	ok(t, s.change("test", func(b *book) error { return b.drop(paperKind, "") }))
	ok(t, s.AddHost(t.Context(), filepath.Join(t.TempDir(), "host.key")))
	fails(t, s.Remove(amal), fault.Conflict, "key.last") // a key file is no person
	ok(t, s.RemoveHost())
	ok(t, again(path).Unlock(t.Context(), amal, amalsWord))
}

func TestWhileLockedNothingChanges(t *testing.T) {
	s, path, _ := made(t)
	before, err := os.ReadFile(path)
	ok(t, err)
	s.Lock()
	host := filepath.Join(t.TempDir(), "host.key")
	_, words := s.NewWords(t.Context())
	_, next := s.Rotate()
	_, repair := s.Repair()
	_, users := s.Users()
	for why, err := range map[string]error{"set": s.Set(t.Context(), boris, borisWord), "remove": s.Remove(amal), "words": words, "rotate": next,
		"settle": s.Settle(), "repair": repair, "users": users, "host": s.AddHost(t.Context(), host), "no host": s.RemoveHost()} {
		t.Run(why, func(t *testing.T) { fails(t, err, fault.Unavailable, "key.locked") })
	}
	if _, err := os.Stat(host); err == nil {
		t.Error("a key file was made that opens nothing")
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Error("the file changed")
	}
}

func TestWeakPasswordsGetNoSlot(t *testing.T) {
	s, _, _ := made(t)
	for password, key := range map[string]string{
		"short": "short", "Password2026!!": "common", "abcabcabcabc": "pattern", "amal.idris loves tea": "login", "bad\xffbytes and more": "bytes",
		strings.Repeat("long and winding ", 20): "long",
	} {
		err := s.Set(t.Context(), amal, password)
		fails(t, err, fault.Invalid, "door.password."+key)
		if _, err := again(filepath.Join(t.TempDir(), "new")).Create(t.Context(), nil, amal, password); fault.KeyOf(err) != "door.password."+key {
			t.Errorf("%q: %v", password, err)
		}
	}
	for _, user := range []string{"", "  ", "x", strings.Repeat("x", 65)} {
		fails(t, s.Set(t.Context(), user, borisWord), fault.Invalid, "door.user.login")
		fails(t, s.Unlock(t.Context(), user, strings.Repeat("y", 257)), fault.Forbidden, "key.refused")
	}
}

func TestAPasswordDoesNotDependOnTheKeyboard(t *testing.T) {
	s, path, _ := made(t)
	ok(t, s.Set(t.Context(), "ren\u00e9", "h\u00e9ron sur la vase"))
	ok(t, again(path).Unlock(t.Context(), "RENE\u0301", "he\u0301ron sur la vase"))
}

func TestRotationLeavesNobodyWithTheOldKey(t *testing.T) {
	s, path, words := made(t)
	old := dataKey(t, s)
	ok(t, s.Set(t.Context(), boris, borisWord))
	ok(t, s.Set(t.Context(), chidi, chidisWord))
	kept, err := os.ReadFile(path) // what Boris carries away
	ok(t, err)
	ok(t, s.Remove(boris))
	next, err := s.Rotate()
	ok(t, err)
	if bytes.Equal(next, old) || len(next) != Size {
		t.Fatal("the key did not change")
	}

	// The power goes before the database is under the next key: both are there.
	cut := again(path)
	ok(t, cut.Unlock(t.Context(), chidi, chidisWord))
	both, err := cut.NextKey(t.Context())
	if err != nil || !bytes.Equal(both, next) || !bytes.Equal(dataKey(t, cut), old) || !cut.State().Rotating {
		t.Fatalf("after a cut: %v %+v", err, cut.State())
	}
	same, err := cut.Rotate()
	if err != nil || !bytes.Equal(same, next) {
		t.Fatalf("asked again it answers another key (%v)", err)
	}
	ok(t, cut.Settle())
	fails(t, cut.Settle(), fault.Conflict, "key.not_rotating")
	if k, err := cut.NextKey(t.Context()); err != nil || k != nil {
		t.Errorf("%d bytes, %v", len(k), err)
	}

	if cut.held.next != ([Size]byte{}) {
		t.Error("the old key goes on in the slots")
	}

	// Nobody typed a password, and everybody who should has the new key.
	for why, unlock := range map[string]func(*Slots) error{
		"Amal":  func(s *Slots) error { return s.Unlock(t.Context(), amal, amalsWord) },
		"Chidi": func(s *Slots) error { return s.Unlock(t.Context(), chidi, chidisWord) },
		"paper": func(s *Slots) error { return s.UnlockWords(t.Context(), words) },
	} {
		s := again(path)
		if err := unlock(s); err != nil || !bytes.Equal(dataKey(t, s), next) || s.State().Rotating {
			t.Errorf("%s: %v", why, err)
		}
	}
	fails(t, again(path).Unlock(t.Context(), boris, borisWord), fault.Forbidden, "key.refused")

	// With all that he had, Boris gets the old key out of the old file and nothing
	// out of the new one.
	ok(t, os.WriteFile(path+".kept", kept, 0o600))
	his := again(path + ".kept")
	ok(t, his.Unlock(t.Context(), boris, borisWord))
	if !bytes.Equal(dataKey(t, his), old) {
		t.Error("the old file does not hold the old key: the test shows nothing")
	}
	now, err := os.ReadFile(path)
	ok(t, err)
	im, err := parse(now, quick)
	ok(t, err)
	if im.sealed([Size]byte(old)) {
		t.Error("the old key still vouches for the file")
	}
	for i := range im.slots {
		if _, opens := im.slots[i].read(&im.header, [Size]byte(old)); opens {
			t.Error("the old key still reads a card")
		}
	}
}

func TestAnOlderFilePutBackIsNoticed(t *testing.T) {
	s, path, _ := made(t)
	ok(t, s.Set(t.Context(), boris, borisWord))
	older, err := os.ReadFile(path)
	ok(t, err)
	ok(t, s.Remove(boris))
	noted := s.Stamp() // what the database keeps
	text, err := noted.MarshalText()
	ok(t, err)
	var read Stamp
	if err := read.UnmarshalText(text); err != nil || read != noted {
		t.Fatalf("%s: %v", text, err)
	}
	ok(t, s.Since(noted))
	ok(t, s.Set(t.Context(), chidi, chidisWord))
	ok(t, s.Since(noted)) // a cut before the new stamp was noted

	ok(t, os.WriteFile(path, older, 0o600))
	fails(t, s.Set(t.Context(), "dora", chidisWord), fault.Conflict, "key.rolled_back") // while it runs
	restarted := again(path)
	ok(t, restarted.Unlock(t.Context(), boris, borisWord)) // nothing in the file itself can tell
	fails(t, restarted.Since(noted), fault.Conflict, "key.rolled_back")

	// From the older file another history of the same length.
	ok(t, restarted.Remove(boris))
	if restarted.Stamp().Generation != noted.Generation {
		t.Fatal("the test shows nothing")
	}
	fails(t, restarted.Since(noted), fault.Conflict, "key.rolled_back")
	for _, bad := range []string{"", "7", "x:00", "1:zz", "-1:" + strings.Repeat("0", 64), "1:" + strings.Repeat("0", 62)} {
		fails(t, read.UnmarshalText([]byte(bad)), fault.Invalid, "key.stamp")
	}
}

func TestTheDoorSlowsDownWhoGuesses(t *testing.T) {
	_, path, _ := made(t)
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	s := NewSlots(Options{Path: path, Cost: quick, floor: quick, Clock: func() time.Time { return now }})
	for _, user := range []string{amal, "nobody"} {
		for range freeTries {
			fails(t, s.Unlock(t.Context(), user, "a wrong password"), fault.Forbidden, "key.refused")
		}
		err := s.Unlock(t.Context(), user, amalsWord) // right, and too early
		fails(t, err, fault.Unavailable, "door.wait")
		if fault.ArgsOf(err)["count"] != 1 {
			t.Errorf("%v", fault.ArgsOf(err))
		}
	}
	now = now.Add(30 * time.Second)
	fails(t, s.Unlock(t.Context(), amal, "a wrong password"), fault.Forbidden, "key.refused")
	now = now.Add(59 * time.Second)
	fails(t, s.Unlock(t.Context(), amal, amalsWord), fault.Unavailable, "door.wait")
	now = now.Add(time.Second)
	ok(t, s.Unlock(t.Context(), amal, amalsWord))
	for range freeTries - 1 { // what was right wipes the slate
		fails(t, s.Unlock(t.Context(), amal, "a wrong password"), fault.Forbidden, "key.refused")
	}
	ok(t, s.Unlock(t.Context(), amal, amalsWord))
}

func TestInventingNamesDoesNotFillTheMemory(t *testing.T) {
	b := brake{clock: time.Now}
	for i := range 5 * mostTried {
		b.failed(fmt.Sprint(i))
	}
	if len(b.tries) > mostTried+1 {
		t.Errorf("%d names are kept", len(b.tries))
	}
	fails(t, b.hold("test", "one more"), fault.Unavailable, "door.wait")
}

func TestNothingHeldIsEverPrinted(t *testing.T) {
	s, _, _ := made(t)
	k := dataKey(t, s)
	var held Held
	ok(t, held.Unlock(k))
	for _, v := range []any{s, Plain(k), &held} {
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", v)
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "v", v)
		js, _ := json.Marshal(v)
		out := fmt.Sprintf("%v %+v %#v %s %x %d %q", v, v, v, v, v, v, v) + log.String() + string(js)
		for _, form := range []string{string(k), fmt.Sprintf("%x", k), fmt.Sprintf("%X", k), strings.Trim(fmt.Sprint(k), "[]"), string(mustJSON(k))} {
			if strings.Contains(out, form) {
				t.Errorf("%T prints its key: %s", v, out)
			}
		}
	}
}

func mustJSON(v any) []byte {
	b, _ := json.Marshal(v)
	return bytes.Trim(b, `"`)
}

func TestFaultsQuoteNoSecretAndNoName(t *testing.T) {
	s, path, words := made(t)
	var all []string
	add := func(err error) { all = append(all, fmt.Sprintf("%v %+v", err, err)) }
	add(s.Set(t.Context(), amal, "amal.idris is here"))
	add(s.Unlock(t.Context(), amal, borisWord))
	add(s.Remove(boris))
	_, err := s.Create(t.Context(), nil, boris, borisWord)
	add(err)
	add(s.UnlockWords(t.Context(), words+" heron"))
	add(s.UnlockWords(t.Context(), strings.Replace(words, strings.Fields(words)[3], "xylophone", 1)))
	add(again(filepath.Join(path, "amal.idris", "x")).Unlock(t.Context(), amal, amalsWord))
	add(s.AddHost(t.Context(), filepath.Join(filepath.Dir(path), "heron")))
	for _, text := range all {
		for _, secret := range []string{amal, boris, "heron", "terns", "xylophone", "is here", strings.Join(strings.Fields(words)[:2], " ")} {
			if strings.Contains(text, secret) {
				t.Errorf("%q quotes %q", text, secret)
			}
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	s, path, _ := made(t)
	var all sync.WaitGroup
	for i := range 8 {
		user := fmt.Sprintf("nurse.%d", i)
		all.Go(func() {
			if err := s.Set(context.Background(), user, borisWord); err != nil {
				t.Error(err)
			}
			if err := s.Unlock(context.Background(), user, borisWord); err != nil {
				t.Error(err)
			}
			s.State()
			_, _ = s.DataKey(context.Background())
		})
	}
	all.Wait()
	for i := range 8 {
		ok(t, again(path).Unlock(t.Context(), fmt.Sprintf("nurse.%d", i), borisWord))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	give, err := s.take(t.Context())
	ok(t, err)
	fails(t, s.Unlock(ctx, amal, amalsWord), fault.Unavailable, "key.busy") // whoever went away does not wait
	give()
}
