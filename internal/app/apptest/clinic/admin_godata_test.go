package clinic

import (
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/testkit"
)

// The command imports as whoever's password was given, and as nobody else.
func TestGoDataIsImportedAsWhoeverGaveTheirPassword(t *testing.T) {
	n := apptest.Start(t)
	files, err := app.GoDataImport(testkit.Data(t, "godata"), "covid")
	if err != nil {
		t.Fatal(err)
	}
	passwords := map[string]string{}
	for _, a := range access.DemoAccounts([]string{"X"}, nil) {
		passwords[a.User.Login] = a.Password
	}
	do := func(login, password string) app.Answer {
		return n.Do(t.Context(), app.Command{Name: "import-godata", Login: login, Password: password, GoData: files})
	}
	if a := do("epidemiologist", "not the password"); a.Error == "" {
		t.Errorf("with a wrong password: %v", a.Lines)
	}
	if a := do("reception", passwords["reception"]); a.Error == "" {
		t.Errorf("by the reception: %v", a.Lines)
	}
	a := do("epidemiologist", passwords["epidemiologist"])
	if a.Error != "" || !slices.Contains(a.Lines, "cases_clean.csv: 56 rows new, 0 here already") || !slices.Contains(a.Lines, "followups_clean.csv: 437 rows new, 0 here already") {
		t.Fatalf("%s %v", a.Error, a.Lines[:min(len(a.Lines), 6)])
	}
	if !slices.ContainsFunc(a.Lines, func(l string) bool { return strings.HasPrefix(l, "relationships_clean.csv:") }) {
		t.Error("a relationship without its other end is not listed")
	}
}
