package packs

import (
	"bytes"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/testkit"
)

// today is the day the packs are checked on: fixed, so that a list that expires
// does not break a build nobody touched. Its date moves when a pack is revised.
var today = calendar.DayOf(2026, 11, 22)

// shared are the packs for which worked cases lie in the shared test data.
var shared = []string{"us-immigrant", "uk-tb", "canada-ime", "australia-ime"}

func load(t *testing.T, name string) *pack.Pack {
	t.Helper()
	p, err := pack.Load(Builtin(), name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// rules are the packs that decide something; assessment-forms only lends forms.
func rules(t *testing.T) []*pack.Pack {
	t.Helper()
	var ps []*pack.Pack
	for _, name := range Names() {
		if p := load(t, name); p.Kind != "forms" {
			ps = append(ps, p)
		}
	}
	return ps
}

func TestEveryPackLoadsAndTheLinterHasNoError(t *testing.T) {
	for _, name := range Names() {
		p := load(t, name)
		if p.ID != name {
			t.Errorf("folder %s holds pack %s", name, p.ID)
		}
		if p.Status != pack.Review {
			t.Errorf("%s ships as %s; only officers activate a pack", name, p.Status)
		}
		if p.Kind == "forms" {
			continue
		}
		for _, f := range p.Lint(today) {
			if f.Severity == pack.Error {
				t.Errorf("%s: %s", name, f)
			} else {
				t.Logf("%s: %s", name, f)
			}
		}
	}
}

func TestEveryPackPassesItsOwnCases(t *testing.T) {
	for _, p := range rules(t) {
		var out bytes.Buffer
		rep := p.TestOwn()
		rep.Print(&out)
		if !rep.OK() {
			t.Errorf("%s:\n%s", p.ID, out.String())
		}
		t.Logf("%s: %d own cases", p.ID, rep.Passed)
	}
}

func TestSharedCases(t *testing.T) {
	for _, name := range shared {
		f, err := os.Open(testkit.Data(t, "assessment/"+name+".jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		rep, err := load(t, name).Test(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		if !rep.OK() {
			var out bytes.Buffer
			rep.Print(&out)
			t.Errorf("%s:\n%s", name, out.String())
		}
	}
}

// A form without words in one of the four languages, or one that a service names
// and nobody wrote, would be found at a station.
func TestFormsAreWholeInEveryLanguage(t *testing.T) {
	forms, err := fs.Glob(Builtin(), "*/forms/*.csv")
	if err != nil || len(forms) == 0 {
		t.Fatalf("no forms: %v", err)
	}
	for _, path := range forms {
		text, err := fs.ReadFile(Builtin(), path)
		if err != nil {
			t.Fatal(err)
		}
		f, err := form.Parse(string(text))
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		for _, lang := range pack.Languages {
			if missing := f.Untranslated(lang); len(missing) > 0 {
				t.Errorf("%s: no %s words for %s", path, lang, strings.Join(missing, ", "))
			}
		}
	}
}
