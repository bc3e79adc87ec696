package access

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func TestUsersAreMadeChangedAndShut(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		op := Operator(t.Context())
		if first, err := w.NeedsFirst(t.Context()); err != nil || !first {
			t.Fatalf("an empty installation needs a first administrator: %v %v", first, err)
		}
		admin, err := w.Bootstrap(t.Context(), "Pavel", "Pavel Novak", goodPassword)
		if err != nil || admin.Login != "pavel" {
			t.Fatalf("%+v %v", admin, err)
		}
		if _, err := w.Bootstrap(t.Context(), "eve", "Eve", goodPassword); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second first administrator: %v", err)
		}
		amal := w.add(t, "amal", Nurse)
		if _, err := w.AddUser(op, User{Login: "AMAL ", Name: "X", Roles: []Role{Nurse}, Sites: []string{"KLA"}}, goodPassword, false); fault.FieldOf(err) != "login" {
			t.Errorf("the same log-in again: %v", err)
		}
		if _, err := w.AddUser(as(t.Context(), amal), User{Login: "x1", Name: "X", Roles: []Role{Nurse}, Sites: []string{"KLA"}}, goodPassword, false); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a nurse made a user: %v", err)
		}
		amal.Roles, amal.Name = []Role{Nurse, Counsellor}, "Amal Idris"
		if err := w.EditUser(op, amal); err != nil {
			t.Fatal(err)
		}
		if err := w.DisableUser(op, "amal"); err != nil {
			t.Fatal(err)
		}
		if err := w.DisableUser(op, "pavel"); fault.KeyOf(err) != "door.user.last_administrator" {
			t.Errorf("the last administrator was shut out: %v", err)
		}
		if err := w.DisableUser(op, "nobody"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a user who is not there: %v", err)
		}
		all, err := w.Users(op)
		if err != nil || len(all) != 2 || !all[0].Disabled || all[0].Name != "Amal Idris" || len(all[0].Roles) != 2 {
			t.Errorf("%+v %v", all, err)
		}
	})
}

func TestAUserMustMakeSense(t *testing.T) {
	good := User{Login: "amal", Name: "Amal", Roles: []Role{Nurse}, Sites: []string{"KLA"}, Ceiling: "clinical"}
	if err := good.Valid(); err != nil {
		t.Fatal(err)
	}
	for field, change := range map[string]func(*User){
		"login":       func(u *User) { u.Login = "Amal Idris" },
		"name":        func(u *User) { u.Name = " " },
		"roles":       func(u *User) { u.Roles = nil },
		"roles ":      func(u *User) { u.Roles = []Role{"janitor"} },
		"roles  ":     func(u *User) { u.Roles = []Role{Nurse, Administrator} },
		"roles   ":    func(u *User) { u.Roles = []Role{PrivacyOfficer, Physician} },
		"sites":       func(u *User) { u.Sites = nil },
		"sensitivity": func(u *User) { u.Ceiling = "sealed" },
	} {
		u := good
		change(&u)
		if err := u.Valid(); fault.FieldOf(err) != strings.TrimSpace(field) {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestDemoAccountsAreValid(t *testing.T) {
	seen := map[Role]bool{}
	for _, d := range DemoAccounts([]string{"KLA"}, []string{"immigrant"}) {
		if err := d.User.Valid(); err != nil {
			t.Errorf("%s: %v", d.User.Login, err)
		}
		if err := CheckPassword(d.Password, d.User.Login, d.User.Name); err != nil {
			t.Errorf("%s: %v", d.User.Login, err)
		}
		for _, r := range d.User.Roles {
			seen[r] = true
		}
	}
	if len(seen) != len(Roles()) {
		t.Errorf("%d of %d roles have an account", len(seen), len(Roles()))
	}
}

// What leaves the node in the journal must not let anybody guess passwords.
func TestNoPasswordHashIsInTheJournal(t *testing.T) {
	w := newWorld(t, db.Options{})
	u := w.add(t, "amal", Nurse)
	err := w.db.Read(t.Context(), func(tx *db.Tx) error {
		entries, err := w.journal.History(tx, u.ID)
		if len(entries) == 0 {
			t.Error("a user is not in the journal")
		}
		for _, e := range entries {
			if bytes.Contains(e.Payload, []byte("argon2")) || bytes.Contains(e.Payload, []byte("password")) {
				t.Error("a password is in the journal")
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Two administrators who did not see each other change one user's rights.
func TestRightsInDisputeAreTheNarrower(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		u := w.add(t, "amal", Nurse, Counsellor)
		var base journal.Base
		change := func(fields map[string]any) {
			t.Helper()
			err := w.db.Write(t.Context(), func(tx *db.Tx) error {
				return w.journal.Append(tx, journal.Author{User: db.NewID()}, journal.Change{Kind: UserKind, Doc: u.ID, Base: base, Fields: fields})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		get := func() User {
			t.Helper()
			var got User
			if err := w.db.Read(t.Context(), func(tx *db.Tx) (err error) { got, err = userByID(tx, u.ID); return err }); err != nil {
				t.Fatal(err)
			}
			return got
		}
		err := w.db.Read(t.Context(), func(tx *db.Tx) error {
			d, err := w.journal.Load(tx, u.ID)
			if err == nil {
				base = d.Version
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		change(map[string]any{"roles": []Role{Nurse}, "sites": []string{"KLA", "NBO"}, "programmes": []string{All}, "sensitivity": "sensitive", "disabled": false})
		change(map[string]any{"roles": []Role{Nurse, Physician}, "sites": []string{All}, "programmes": []string{"refugee"}, "sensitivity": "clinical", "disabled": false})
		got := get()
		if !got.Disputed || !slices.Equal(got.Roles, []Role{Nurse}) || !slices.Equal(got.Sites, []string{"KLA", "NBO"}) ||
			!slices.Equal(got.Programmes, []string{"refugee"}) || got.Ceiling != "clinical" || got.Disabled {
			t.Errorf("%+v", got)
		}
		// An administrator decides, and the dispute is over.
		got.Roles = []Role{Nurse, Physician}
		if err := w.EditUser(Operator(t.Context()), got); err != nil {
			t.Fatal(err)
		}
		if got = get(); got.Disputed || len(got.Roles) != 2 || got.Ceiling != "clinical" {
			t.Errorf("after a decision: %+v", got)
		}
	})
}

func TestNarrowestNeverWidens(t *testing.T) {
	shut := narrowest([]rights{{Roles: []Role{Nurse}, Disabled: false}, {Roles: []Role{Nurse}, Disabled: true}})
	if !shut.Disabled {
		t.Error("an account that one of two shut is open")
	}
}
