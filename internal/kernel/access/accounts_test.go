package access

import (
	"slices"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// acts are what was done to accounts, by what it was.
func (w *world) acts(t *testing.T) (all []AccountAct, waiting int) {
	t.Helper()
	officer := User{ID: db.NewID(), Roles: []Role{PrivacyOfficer}, Sites: []string{All}, Programmes: []string{All}}
	events, err := w.AccountEvents(as(t.Context(), officer))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		all = append(all, e.Act)
	}
	if waiting, err = w.AccountsWaiting(as(t.Context(), officer)); err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all, waiting
}

func TestWhatOpensAWayToDataWaitsForThePrivacyOfficer(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		op := Operator(t.Context())
		amal := w.add(t, "amal", Nurse)
		if got, n := w.acts(t); !slices.Equal(got, []AccountAct{AccountMade}) || n != 1 {
			t.Fatalf("after one account was made: %v, %d wait", got, n)
		}
		amal.Name = "Amal Idris"
		steps := []struct {
			act   AccountAct
			opens bool
			do    func() error
		}{
			{AccountDetails, false, func() error { return w.EditUser(op, amal) }},
			{AccountRights, true, func() error { amal.Roles = []Role{Physician}; return w.EditUser(op, amal) }},
			{AccountRights, true, func() error { amal.Ceiling = "clinical"; return w.EditUser(op, amal) }},
			{AccountPassword, true, func() error { return w.SetPassword(op, "amal", "plover stands on one leg") }},
			{AccountUnlocked, false, func() error { return w.UnlockUser(op, "amal") }},
			{AccountEnded, false, func() error { return w.EndLogIns(op, "amal") }},
			{AccountDisabled, false, func() error { return w.DisableUser(op, "amal") }},
			{AccountEnabled, true, func() error { return w.EnableUser(op, "amal") }},
		}
		all, waiting := []AccountAct{AccountMade}, 1
		for _, s := range steps {
			if err := s.do(); err != nil {
				t.Fatalf("%s: %v", s.act, err)
			}
			all = append(all, s.act)
			if s.opens {
				waiting++
			}
			slices.Sort(all)
			if got, n := w.acts(t); !slices.Equal(got, all) || n != waiting {
				t.Fatalf("after %s: %v, %d wait; want %v, %d", s.act, got, n, all, waiting)
			}
		}
		if err := w.EditUser(op, amal); err != nil {
			t.Fatal(err)
		}
		if got, _ := w.acts(t); len(got) != len(all) {
			t.Error("a change that changed nothing is an act")
		}
		if err := w.SetPassword(op, "amal", "short"); err == nil {
			t.Fatal("a short password")
		}
		if got, _ := w.acts(t); len(got) != len(all) {
			t.Error("a password that was refused is an act")
		}
	})
}

func TestThePrivacyOfficerLooksAtAccountsAndNobodyElse(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		admin, officer := w.add(t, "pavel", Administrator), w.add(t, "miriam", PrivacyOfficer)
		if _, err := w.AccountEvents(as(t.Context(), admin)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an administrator reads what waits for the privacy officer: %v", err)
		}
		events, err := w.AccountEvents(as(t.Context(), officer))
		if err != nil || len(events) != 2 {
			t.Fatal(events, err)
		}
		if err := w.ReviewAccounts(as(t.Context(), admin), events[0].ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an administrator looked at an own act: %v", err)
		}
		if err := w.ReviewAccounts(as(t.Context(), officer), officer.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a user was looked at as an act: %v", err)
		}
		for range 2 { // twice: the second time there is nothing to do
			if err := w.ReviewAccounts(as(t.Context(), officer), events[0].ID, events[1].ID); err != nil {
				t.Fatal(err)
			}
		}
		if _, n := w.acts(t); n != 0 {
			t.Errorf("%d wait after all were looked at", n)
		}
		events, err = w.AccountEvents(as(t.Context(), officer))
		if err != nil || events[0].Reviewer != officer.ID || events[0].Reviewed.IsZero() {
			t.Errorf("%+v %v", events, err)
		}
	})
}

func TestNobodyGivesThemselvesRights(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		pavel := w.add(t, "pavel", Administrator)
		w.add(t, "ana", Administrator)
		ctx := as(t.Context(), pavel)
		own := func(what string, err error) {
			t.Helper()
			if fault.KeyOf(err) != "door.user.own" {
				t.Errorf("%s: %v", what, err)
			}
		}
		clinical := pavel
		clinical.Roles = []Role{Physician}
		own("a clinical role of the own account", w.EditUser(ctx, clinical))
		wider := pavel
		wider.Ceiling = "clinical"
		own("more than was given", w.EditUser(ctx, wider))
		own("a password without the old one", w.SetPassword(ctx, "pavel", "plover stands on one leg"))
		own("shutting oneself out", w.DisableUser(ctx, "pavel"))
		named := pavel
		named.Name = "Pavel Novak"
		if err := w.EditUser(ctx, named); err != nil {
			t.Errorf("the own name: %v", err)
		}
	})
}

func TestTheLastAdministratorKeepsTheRole(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		pavel := w.add(t, "pavel", Administrator)
		pavel.Roles = []Role{Nurse}
		if err := w.EditUser(Operator(t.Context()), pavel); fault.KeyOf(err) != "door.user.last_administrator" {
			t.Errorf("the last administrator became a nurse: %v", err)
		}
		w.add(t, "ana", Administrator)
		if err := w.EditUser(Operator(t.Context()), pavel); err != nil {
			t.Errorf("with a second one: %v", err)
		}
	})
}

func TestAnAccountThatIsShutByWrongPasswordsIsOpened(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		amal := w.add(t, "amal", Nurse)
		shut := func() bool {
			acc, _, err := w.AccountOf(Operator(t.Context()), amal.ID)
			if err != nil {
				t.Fatal(err)
			}
			return !acc.Shut.IsZero()
		}
		for range freeByUser {
			_, _, _ = w.verify(t.Context(), "test", "amal", "wrong password", "127.0.0.1:1")
		}
		if !shut() {
			t.Fatal("the account is open after wrong passwords")
		}
		if _, _, err := w.verify(t.Context(), "test", "amal", goodPassword, "127.0.0.1:1"); !fault.Is(err, fault.Unavailable) {
			t.Fatalf("the right password while it is shut: %v", err)
		}
		if err := w.UnlockUser(as(t.Context(), amal), "amal"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a nurse opened it: %v", err)
		}
		if err := w.UnlockUser(Operator(t.Context()), "amal"); err != nil {
			t.Fatal(err)
		}
		if shut() {
			t.Error("it is still shut")
		}
		if _, _, err := w.verify(t.Context(), "test", "amal", goodPassword, "127.0.0.1:1"); err != nil {
			t.Errorf("the right password: %v", err)
		}
	})
}

func TestTemporaryPasswordsAreGoodAndDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		p, err := TemporaryPassword()
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckPassword(p, "amal", "Amal Idris"); err != nil || seen[p] {
			t.Fatalf("%q: %v, seen before: %v", p, err, seen[p])
		}
		seen[p] = true
	}
}
