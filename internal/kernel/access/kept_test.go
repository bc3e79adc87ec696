package access

import (
	"encoding/json"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

func (h *house) keptList() []Kept {
	h.t.Helper()
	var list []Kept
	a := h.get(h.t, "/kept")
	if err := json.Unmarshal([]byte(a.body), &list); err != nil {
		h.t.Fatalf("%v in %d %s", err, a.status, a.body)
	}
	return list
}

func TestAFormSentTooLateIsNotLost(t *testing.T) {
	for name, late := range map[string]struct {
		by   time.Duration
		door string
	}{"the screen was locked": {20 * time.Minute, PathUnlock}, "the log-in had ended": {13 * time.Hour, PathLogIn}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, db.Options{})
			h := newHouse(t, w)
			h.add(t, "amal", Nurse)
			h.signIn("amal")
			w.clock.move(late.by)
			typed := url.Values{"name": {"ሰላም ተስፋዬ"}, "_id": {"1"}, "password": {"secret"}, "birth-year": {"2008"}}
			a := h.post(t, "/people?q=7", typed)
			if a.status != 303 || a.header.Get("Location") != late.door+"?next=%2Fkept" {
				t.Fatalf("%d %s", a.status, a.header.Get("Location"))
			}
			if c := strings.Join(a.header.Values("Set-Cookie"), "\n"); !strings.Contains(c, "godwit_kept=") || !strings.Contains(c, "HttpOnly") || strings.Contains(c, "2008") {
				t.Errorf("cookie: %s", c)
			}
			h.post(t, late.door, url.Values{"login": {"amal"}, "password": {goodPassword}})
			list := h.keptList()
			want := []KeptField{{"birth-year", "2008"}, {"name", "ሰላም ተስፋዬ"}}
			if len(list) != 1 || list[0].Path != "/people?q=7" || !reflect.DeepEqual(list[0].Fields, want) {
				t.Fatalf("%+v", list)
			}
			if a := h.post(t, PathKeptSend, url.Values{"id": {list[0].ID}}); a.status != 200 || !strings.Contains(a.body, `"name":"ሰላም ተስፋዬ","q":"7"`) {
				t.Errorf("sent again: %d %s", a.status, a.body)
			}
			if list := h.keptList(); len(list) != 0 {
				t.Errorf("still kept: %+v", list)
			}
			if a := h.post(t, PathKeptSend, url.Values{"id": {list[0].ID}}); a.status != 404 {
				t.Errorf("sent twice: %d", a.status)
			}
		})
	}
}

func TestAKeptPhotoComesThroughWhole(t *testing.T) {
	w := newWorld(t, db.Options{})
	h := newHouse(t, w)
	h.add(t, "amal", Nurse)
	h.signIn("amal")
	w.clock.move(20 * time.Minute)
	body, kind := upload(t, "Amal", 3<<20)
	h.do(t, "POST", "/people", body, "Content-Type", kind)
	h.post(t, "/unlock", url.Values{"password": {goodPassword}})
	list := h.keptList()
	if len(list) != 1 || list[0].Files != 1 || len(list[0].Fields) != 1 {
		t.Fatalf("%+v", list)
	}
	if a := h.post(t, PathKeptSend, url.Values{"id": {list[0].ID}}); !strings.Contains(a.body, `"files":1,"name":"Amal"`) {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestAKeptFormThatFailsStaysKept(t *testing.T) {
	w := newWorld(t, db.Options{})
	h := newHouse(t, w)
	h.add(t, "amal", Nurse)
	h.signIn("amal")
	w.clock.move(20 * time.Minute)
	h.post(t, "/people", url.Values{"name": {"fails"}})
	h.post(t, "/unlock", url.Values{"password": {goodPassword}})
	list := h.keptList()
	if a := h.post(t, PathKeptSend, url.Values{"id": {list[0].ID}}); a.status != 500 {
		t.Fatalf("%d", a.status)
	}
	if len(h.keptList()) != 1 {
		t.Error("an error of ours lost the form")
	}
}

func TestAKeptFormIsForItsUserAloneAndNotForLong(t *testing.T) {
	w := newWorld(t, db.Options{})
	h := newHouse(t, w)
	h.add(t, "amal", Nurse)
	h.add(t, "omar", Nurse)
	h.signIn("amal")
	w.clock.move(20 * time.Minute)
	h.post(t, "/people", url.Values{"name": {"private"}})
	h.post(t, "/logout", nil)
	h.signIn("omar")
	if list := h.keptList(); len(list) != 0 {
		t.Errorf("another user of the same computer sees the form: %+v", list)
	}
	h.signIn("amal")
	if len(h.keptList()) != 1 {
		t.Error("its own user does not")
	}
	w.clock.move(31 * time.Minute)
	h.post(t, "/unlock", url.Values{"password": {goodPassword}})
	if len(h.keptList()) != 0 {
		t.Error("kept for more than half an hour")
	}
}

func TestNothingIsKeptForNobodyAndNothingTooLarge(t *testing.T) {
	w := newWorld(t, db.Options{})
	h := newHouse(t, w)
	h.add(t, "amal", Nurse)
	if a := h.post(t, "/people", url.Values{"name": {"x"}}); a.header.Get("Location") != "/login" || len(w.kept.items) != 0 {
		t.Errorf("kept for nobody: %s, %d kept", a.header.Get("Location"), len(w.kept.items))
	}
	h.signIn("amal")
	w.clock.move(20 * time.Minute)
	body, kind := upload(t, "Amal", keptItemSize)
	if a := h.do(t, "POST", "/people", body, "Content-Type", kind); a.header.Get("Location") != "/unlock?lost=large" {
		t.Errorf("too large: %d %s", a.status, a.header.Get("Location"))
	}
	if a := h.post(t, "/password", url.Values{"old": {goodPassword}}); a.header.Get("Location") != "/unlock" || len(w.kept.items) != 0 {
		t.Errorf("a password was kept: %s", a.header.Get("Location"))
	}
}

func TestTheServerCannotReadAKeptFormWithoutTheCookie(t *testing.T) {
	k := newKeeper(time.Now)
	user := db.NewID()
	ticket, err := k.keep(user, keptForm{Path: "/people", Type: "text/plain", Body: []byte("planted words")})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(k.items[ticket.id].sealed), "planted") {
		t.Error("a kept form is readable in memory")
	}
	wrong := ticket
	wrong.key[0] ^= 1
	if _, _, err := k.open(wrong, user); !fault.Is(err, fault.NotFound) {
		t.Errorf("another key opened it: %v", err)
	}
	if _, _, err := k.open(ticket, db.NewID()); !fault.Is(err, fault.NotFound) {
		t.Errorf("another user opened it: %v", err)
	}
	if f, _, err := k.open(ticket, user); err != nil || string(f.Body) != "planted words" {
		t.Errorf("%+v %v", f, err)
	}
}

func TestKeptFormsMakeRoom(t *testing.T) {
	clock := newFakeClock()
	k := newKeeper(clock.now)
	user := db.NewID()
	var first ticket
	for i := range keptEach + 1 {
		tk, err := k.keep(user, keptForm{Path: "/x", Body: []byte{byte(i)}})
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = tk
		}
		clock.move(time.Second)
	}
	if _, _, err := k.open(first, user); err == nil || len(k.items) != keptEach {
		t.Errorf("%d kept, the oldest among them: %v", len(k.items), err)
	}
	for range 6 {
		if _, err := k.keep(db.NewID(), keptForm{Path: "/x", Body: make([]byte, keptItemSize-100)}); err != nil {
			t.Fatal(err)
		}
		clock.move(time.Second)
	}
	if k.total > keptTotal {
		t.Errorf("%d bytes are kept, at most %d may be", k.total, keptTotal)
	}
	sum := 0
	for _, i := range k.items {
		sum += len(i.sealed)
	}
	if sum != k.total {
		t.Errorf("counted %d, kept %d", k.total, sum)
	}
}

func TestSafeNext(t *testing.T) {
	for in, want := range map[string]string{
		"/people/1?x=2": "/people/1?x=2", "": "/", "people": "/", "//evil.example": "/", "/\\evil.example": "/", "https://evil.example": "/",
		"/a\r\nSet-Cookie: x": "/", "/" + strings.Repeat("a", 3000): "/", "javascript:alert(1)": "/", "/%zz": "/",
	} {
		if got := SafeNext(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func FuzzTickets(f *testing.F) {
	f.Add(ticket{}.String() + "." + ticket{id: [16]byte{1}}.String())
	f.Add("...")
	f.Fuzz(func(t *testing.T, cookie string) {
		list := parseTickets(cookie)
		if len(list) > keptEach {
			t.Fatal("too many")
		}
		if again := parseTickets(formatTickets(list)); len(list) > 0 && !reflect.DeepEqual(again, list) {
			t.Errorf("%v became %v", list, again)
		}
	})
}

func FuzzDecodeKept(f *testing.F) {
	f.Add(keptForm{Path: "/people?q=1", Type: "text/plain", Body: []byte("x")}.encode())
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01})
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := decodeKept(b)
		if err != nil {
			return
		}
		if SafeNext(k.Path) != k.Path {
			t.Errorf("a path that leads elsewhere: %q", k.Path)
		}
		k.shown()
		if again, err := decodeKept(k.encode()); err != nil || again.Path != k.Path || string(again.Body) != string(k.Body) {
			t.Errorf("%v: %+v became %+v", err, k, again)
		}
	})
}
