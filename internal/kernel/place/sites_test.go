package place_test

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/key"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func open(t *testing.T, url string) (*db.DB, *place.Sites) {
	t.Helper()
	o := db.Options{URL: url, Migrations: append(append(journal.Migrations(), access.Migrations()...), place.Migrations()...)}
	if url == "" {
		o.Path, o.Key = filepath.Join(t.TempDir(), "x.db"), key.Plain(bytes.Repeat([]byte{3}, 32))
	}
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	j, err := journal.New(journal.Options{DB: d, Kinds: append(place.Kinds(), access.Kinds()...)})
	if err != nil {
		t.Fatal(err)
	}
	a, err := access.New(access.Options{DB: d, Journal: j})
	if err != nil {
		t.Fatal(err)
	}
	return d, place.NewSites(d, j, a)
}

func as(t *testing.T, r access.Role) context.Context {
	return access.With(t.Context(), access.Actor{User: db.NewID(), Roles: []access.Role{r}, Sites: []string{"KLA"}, Programmes: []string{access.All},
		Sensitivity: journal.Sensitive, Purpose: access.OrdinaryPurpose([]access.Role{r})})
}

func TestSites(t *testing.T) {
	for name, url := range map[string]func(*testing.T) string{"sqlite": func(*testing.T) string { return "" }, "postgres": func(t *testing.T) string { return testkit.Postgres(t) }} {
		t.Run(name, func(t *testing.T) {
			d, sites := open(t, url(t))
			kla := place.Site{Code: "KLA", Kind: place.Centre, Names: map[string]string{"en": "Kampala", "ar": "كمبالا"}, Country: "UGA", Languages: []string{"en", "sw"},
				Stations: []string{"reception", "nurse", "radiology"}, ConsentAge: 16}
			if err := sites.Save(as(t, access.Reception), kla); !fault.Is(err, fault.Forbidden) {
				t.Errorf("reception made a site: %v", err)
			}
			if err := sites.Save(as(t, access.Administrator), kla); err != nil {
				t.Fatal(err)
			}
			kla.Stations, kla.Closed = []string{"reception"}, true
			if err := sites.Save(as(t, access.Administrator), kla); err != nil {
				t.Fatal(err)
			}
			bad := place.Site{Code: "x y", Kind: "castle", Country: "XXA", Languages: []string{"zzz"}, Stations: []string{"dungeon"}}
			if err := sites.Save(as(t, access.Administrator), bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("a bad site: %v", err)
			}
			err := d.Read(t.Context(), func(tx *db.Tx) error {
				all, err := sites.All(tx)
				if err != nil || len(all) != 1 {
					t.Fatalf("%+v %v", all, err)
				}
				got, err := sites.Site(tx, "KLA")
				if err != nil || !got.Closed || !slices.Equal(got.Stations, []string{"reception"}) || got.ConsentAge != 16 || got.Name("ar") != "كمبالا" || got.Name("fr") != "Kampala" {
					t.Errorf("%+v %v", got, err)
				}
				if _, err := sites.Site(tx, "NBO"); !fault.Is(err, fault.NotFound) {
					t.Errorf("a site that is not there: %v", err)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestEveryFaultOfASiteNamesItsField(t *testing.T) {
	var fields []string
	for _, e := range (place.Site{Code: "x y", Kind: "castle", Country: "XXA", Languages: []string{"zzz"}, Stations: []string{"dungeon"}}).Valid() {
		fields = append(fields, fault.FieldOf(e))
	}
	if want := []string{"code", "kind", "names", "country", "languages", "stations"}; !slices.Equal(fields, want) {
		t.Errorf("%v, want %v", fields, want)
	}
}

func TestWordsOfStationsAndSites(t *testing.T) {
	var english map[string]string
	for _, lang := range []string{"en", "fr", "es", "ar"} {
		b, err := place.Locales.ReadFile("locales/" + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var words map[string]string
		if err := json.Unmarshal(b, &words); err != nil {
			t.Fatal(err)
		}
		if english == nil {
			english = words
		}
		for k := range english {
			if words[k] == "" {
				t.Errorf("%s has no %s", lang, k)
			}
		}
		if len(words) != len(english) {
			t.Errorf("%s has %d words, English %d", lang, len(words), len(english))
		}
		for _, s := range place.Stations {
			if words["place.station."+s] == "" {
				t.Errorf("%s: no word for station %s", lang, s)
			}
		}
		for _, k := range place.SiteKinds {
			if words["place.site."+string(k)] == "" {
				t.Errorf("%s: no word for a site of kind %s", lang, k)
			}
		}
	}
}

func TestASiteOrPointIsNamedInTheNearestLanguageThereIs(t *testing.T) {
	for want, names := range map[string]map[string]string{"Soko": {"sw": "Soko"}, "Marché": {"fr": "Marché", "sw": "Soko"}, "Market": {place.AnyLanguage: "Market", "fr": "Marché"}, "KLA": nil} {
		if got := (place.Site{Code: "KLA", Names: names}).Name("ar"); got != want {
			t.Errorf("%v in Arabic: %q, want %q", names, got, want)
		}
		if got := (place.Point{Code: "KLA", Names: names}).Name("ar"); got != want {
			t.Errorf("a point with %v in Arabic: %q, want %q", names, got, want)
		}
	}
}
