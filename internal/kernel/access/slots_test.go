package access

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/key"
)

// cabinet is a slot file in memory, which can fail as a full disk does. The real
// one is tested in package key and, with this package, in package app.
type cabinet struct {
	passwords map[string]string
	broken    error
}

func (c *cabinet) Set(_ context.Context, user, password string) error {
	if c.broken == nil {
		c.passwords[user] = password
	}
	return c.broken
}

func (c *cabinet) Remove(user string) error {
	if c.broken == nil {
		delete(c.passwords, user)
	}
	return c.broken
}

func (c *cabinet) Users() ([]string, error) { return slices.Sorted(maps.Keys(c.passwords)), nil }

// with gives a world slots; revoked counts how often the data key was to be replaced.
func (w *world) with(t *testing.T) (c *cabinet, revoked *int) {
	t.Helper()
	c, revoked = &cabinet{passwords: map[string]string{}}, new(int)
	w.UseSlots(c, func() { *revoked++ })
	return c, revoked
}

const otherPassword = "bittern booms in the reeds"

func TestASlotFollowsItsAccount(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		before := w.add(t, "early", Administrator) // before there were slots
		c, revoked := w.with(t)
		w.add(t, "amal", Nurse)
		w.add(t, "boris", Nurse)
		if !maps.Equal(c.passwords, map[string]string{"amal": goodPassword, "boris": goodPassword}) {
			t.Fatalf("slots %v", c.passwords)
		}
		w.keepSlot(t.Context(), before, goodPassword) // as a log-in does
		if c.passwords["early"] != goodPassword {
			t.Error("a log-in made no slot")
		}
		w.keepSlot(t.Context(), before, otherPassword)
		if c.passwords["early"] != goodPassword {
			t.Error("a slot was made of a password that does not log in")
		}
		ctx := Operator(t.Context())
		if err := w.SetPassword(ctx, "amal", otherPassword); err != nil || c.passwords["amal"] != otherPassword {
			t.Errorf("after a new password the slot has %q (%v)", c.passwords["amal"], err)
		}
		if due, err := w.RotationDue(ctx); err != nil || due != nil {
			t.Errorf("a rotation is due: %v", err)
		}
		if err := w.DisableUser(ctx, "amal"); err != nil {
			t.Fatal(err)
		}
		if _, there := c.passwords["amal"]; there || *revoked != 1 {
			t.Errorf("a disabled user keeps a slot (%d rotations)", *revoked)
		}
		if due, err := w.RotationDue(ctx); err != nil || due == nil {
			t.Errorf("no rotation is due: %v", err)
		}
		if err := w.SetPassword(ctx, "amal", goodPassword); err != nil || len(c.passwords) != 2 {
			t.Errorf("a disabled user got a slot: %v %v", c.passwords, err)
		}
		if n, err := w.SettleSlots(ctx); err != nil || n != 0 || *revoked != 1 {
			t.Errorf("settled %d again (%v), %d rotations", n, err, *revoked)
		}
	})
}

// What fails is tried again, and until then the old slot unlocks.
func TestASlotThatCouldNotBeWrittenIsWrittenLater(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		c, revoked := w.with(t)
		u := w.add(t, "amal", Nurse)
		w.add(t, "boris", Administrator)
		c.broken = errors.New("full")
		ctx := Operator(t.Context())
		if err := w.SetPassword(ctx, "amal", otherPassword); err != nil {
			t.Fatal("the password counts all the same:", err)
		}
		if !w.SlotBehind(ctx, "amal") || w.SlotBehind(ctx, "boris") || w.SlotBehind(ctx, "nobody") {
			t.Error("whose slot is behind is not known")
		}
		if err := w.Admit(ctx, "amal", goodPassword, ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the old password: %v", err)
		}
		if err := w.Admit(ctx, "amal", otherPassword, ""); err != nil {
			t.Errorf("the new password: %v", err)
		}
		c.broken = nil
		w.keepSlot(ctx, u, otherPassword)
		if c.passwords["amal"] != otherPassword || w.SlotBehind(ctx, "amal") {
			t.Error("the slot is still behind")
		}
		if err := w.DoubtSlots(ctx); err != nil || !w.SlotBehind(ctx, "boris") {
			t.Errorf("doubted slots are not behind (%v)", err)
		}
		c.broken = errors.New("full")
		if err := w.DisableUser(ctx, "amal"); err != nil {
			t.Fatal("the account is shut all the same:", err)
		}
		if *revoked != 0 {
			t.Error("revoked although the slot is there")
		}
		if err := w.Admit(ctx, "amal", otherPassword, ""); !fault.Is(err, fault.Forbidden) || w.SlotBehind(ctx, "amal") {
			t.Errorf("a disabled user whose slot is left: %v", err)
		}
		c.broken = nil
		if n, err := w.SettleSlots(ctx); err != nil || n != 1 || *revoked != 1 {
			t.Errorf("settled %d (%v)", n, err)
		}
	})
}

// Admit counts like a log-in: too many wrong ones wait, and a right one forgives.
func TestAdmitCountsAsALogIn(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		w.add(t, "amal", Nurse)
		for range 20 { // right ones never wait
			if err := w.Admit(t.Context(), "amal", goodPassword, ""); err != nil {
				t.Fatal(err)
			}
		}
		for range freeByUser {
			if err := w.Admit(t.Context(), "amal", otherPassword, ""); !fault.Is(err, fault.Forbidden) {
				t.Fatal(err)
			}
		}
		if err := w.Admit(t.Context(), "amal", goodPassword, ""); fault.KeyOf(err) != "door.wait" {
			t.Errorf("after too many: %v", err)
		}
	})
}

// The recovery key gives an administrator a password, and nobody else.
func TestOnlyAnAdministratorIsRecovered(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		w.add(t, "amal", Nurse)
		w.add(t, "boris", Administrator)
		w.add(t, "chidi", Administrator)
		if err := w.DisableUser(Operator(t.Context()), "chidi"); err != nil {
			t.Fatal(err)
		}
		for _, login := range []string{"amal", "chidi", "nobody"} {
			if err := w.Recover(t.Context(), login, otherPassword); fault.FieldOf(err) != "login" {
				t.Errorf("%s: %v", login, err)
			}
		}
		if err := w.Recover(t.Context(), "boris", "short"); fault.FieldOf(err) != "password" {
			t.Errorf("a weak password: %v", err)
		}
		if err := w.Recover(t.Context(), "boris", otherPassword); err != nil {
			t.Fatal(err)
		}
		if err := w.Admit(t.Context(), "boris", otherPassword, ""); err != nil {
			t.Error(err)
		}
	})
}

func TestStampAndRotationAreKept(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		if s, err := w.NotedStamp(ctx); err != nil || s != (key.Stamp{}) {
			t.Errorf("%v %v", s, err)
		}
		for n := range uint64(2) {
			want := key.Stamp{Generation: n + 7, Seal: [32]byte{byte(n), 2, 3}}
			if err := w.NoteStamp(ctx, want); err != nil {
				t.Fatal(err)
			}
			if got, err := w.NotedStamp(ctx); err != nil || got != want {
				t.Errorf("%v %v", got, err)
			}
		}
		if err := w.WantRotation(ctx); err != nil {
			t.Fatal(err)
		}
		first, err := w.RotationDue(ctx)
		if err != nil || first == nil {
			t.Fatal(err)
		}
		if err := w.WantRotation(ctx); err != nil { // asked for again meanwhile
			t.Fatal(err)
		}
		if err := w.RotationDone(ctx, first); err != nil {
			t.Fatal(err)
		}
		second, err := w.RotationDue(ctx)
		if err != nil || second == nil || bytes.Equal(first, second) {
			t.Fatalf("the second one was forgotten (%v)", err)
		}
		for range 2 {
			if err := w.RotationDone(ctx, second); err != nil {
				t.Fatal(err)
			}
		}
		if due, err := w.RotationDue(ctx); err != nil || due != nil {
			t.Errorf("still due (%v)", err)
		}
	})
}
