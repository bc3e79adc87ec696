package access

import (
	"context"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// An account that came by sync has its password at the hub only.
func TestTheFirstLogInOnANodeIsCheckedAtTheHub(t *testing.T) {
	engines(t, func(t *testing.T, hub *world) {
		node := newWorld(t, db.Options{})
		amal := hub.add(t, "amal", Nurse)
		gone := hub.add(t, "gone", Nurse)
		pull(t, node, hub)
		reach := true
		asked := 0
		node.UseElsewhere(func(ctx context.Context, login, password string) (Vouched, error) {
			asked++
			if !reach {
				return Vouched{}, fault.New(fault.Unavailable, "test", "db.unreachable")
			}
			return hub.Vouch(ctx, login, password, "node 1")
		})
		check := func(login, password string) error {
			_, _, err := node.verify(t.Context(), "test", login, password, "127.0.0.1:1")
			return err
		}
		reach = false
		if err := check("amal", goodPassword); fault.KeyOf(err) != "door.first_here" {
			t.Errorf("without a link: %v", err)
		}
		if err := check("nobody", goodPassword); fault.KeyOf(err) != "door.first_here" {
			t.Errorf("nobody, without a link: %v", err)
		}
		reach = true
		if err := check("amal", "not the password"); fault.KeyOf(err) != "door.wrong" {
			t.Errorf("another password: %v", err)
		}
		if err := check("nobody", goodPassword); fault.KeyOf(err) != "door.wrong" {
			t.Errorf("nobody: %v", err)
		}
		if err := check("amal", goodPassword); err != nil {
			t.Errorf("the password: %v", err)
		}
		reach, asked = false, 0
		if err := check("amal", goodPassword); err != nil || asked != 0 {
			t.Errorf("the second time: %v, asked %d times", err, asked)
		}
		reach = true
		if err := hub.DisableUser(Operator(t.Context()), gone.Login); err != nil {
			t.Fatal(err)
		}
		if err := check("gone", goodPassword); fault.KeyOf(err) != "door.wrong" {
			t.Errorf("disabled at the hub: %v", err)
		}
		_ = amal
	})
}

// A password that was handed out at the hub has to be changed at the node too.
func TestAPasswordThatWasHandedOutIsChangedWhereItIsUsed(t *testing.T) {
	engines(t, func(t *testing.T, hub *world) {
		u, err := hub.AddUser(Operator(t.Context()), User{Login: "new", Name: "New", Roles: []Role{Nurse}, Sites: []string{"KLA"}, Programmes: []string{"immigrant"}, Ceiling: "clinical"}, goodPassword, true)
		if err != nil {
			t.Fatal(err)
		}
		node := newWorld(t, db.Options{})
		pull(t, node, hub)
		node.UseElsewhere(func(ctx context.Context, login, password string) (Vouched, error) {
			return hub.Vouch(ctx, login, password, "node 1")
		})
		if _, _, err := node.verify(t.Context(), "test", "new", goodPassword, "127.0.0.1:1"); err != nil {
			t.Fatal(err)
		}
		var temporary bool
		err = node.db.Read(t.Context(), func(tx *db.Tx) error {
			return tx.Row("SELECT temporary FROM access_password WHERE usr = ?", u.ID).Scan(&temporary)
		})
		if err != nil || !temporary {
			t.Errorf("temporary %v %v", temporary, err)
		}
	})
}

// pull brings everything of one installation to another.
func pull(t *testing.T, to, from *world) {
	t.Helper()
	var all []journal.Entry
	err := from.db.Read(t.Context(), func(tx *db.Tx) error {
		all = nil
		heads, err := from.journal.Heads(tx)
		for _, h := range heads {
			e, err := from.journal.After(tx, h.Origin, 0, 1<<20)
			if err != nil {
				return err
			}
			all = append(all, e...)
		}
		return err
	})
	if err == nil {
		err = to.journal.Apply(t.Context(), all)
	}
	if err != nil {
		t.Fatal(err)
	}
}
