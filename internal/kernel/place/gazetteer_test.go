package place_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/key"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/testkit"
)

// atlas is a node with a gazetteer.
type atlas struct {
	t testing.TB
	d *db.DB
	j *journal.Journal
	*place.Gazetteer
}

func newAtlas(t testing.TB, url string) *atlas {
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
	return &atlas{t, d, j, place.NewGazetteer(d, j, a)}
}

// atlases runs a test on SQLite and on PostgreSQL.
func atlases(t *testing.T, f func(*testing.T, *atlas)) {
	t.Run("sqlite", func(t *testing.T) { f(t, newAtlas(t, "")) })
	t.Run("postgres", func(t *testing.T) { f(t, newAtlas(t, testkit.Postgres(t))) })
}

// by is somebody of a role who works everywhere.
func by(t testing.TB, r access.Role) context.Context {
	return access.With(t.Context(), access.Actor{User: db.NewID(), Roles: []access.Role{r}, Sites: []string{access.All}, Programmes: []string{access.All},
		Sensitivity: journal.Identity, Purpose: access.OrdinaryPurpose([]access.Role{r})})
}

// in brings a file in and wants no error.
func (a *atlas) in(file string, o place.ImportOptions) place.ImportReport {
	a.t.Helper()
	rep, err := a.Import(by(a.t, access.Administrator), strings.NewReader(file), o)
	if err != nil {
		a.t.Fatal(err)
	}
	return rep
}

func (a *atlas) read(f func(tx *db.Tx) error) {
	a.t.Helper()
	if err := a.d.Read(a.t.Context(), f); err != nil {
		a.t.Fatal(err)
	}
}

func (a *atlas) resolve(q place.Query) (r place.Resolution) {
	a.t.Helper()
	a.read(func(tx *db.Tx) (err error) { r, err = a.Resolve(tx, q); return err })
	return r
}

// same wants every row to be what the journal says.
func (a *atlas) same() {
	a.t.Helper()
	r, err := a.j.Rebuild(a.t.Context(), nil)
	if err != nil || !r.Same() {
		a.t.Errorf("the rows are not what the journal says: %+v %v", r, err)
	}
}

const provinces = "pcode,name,name_fr,type,lat,lon\nCD54,Ituri,Ituri,province,1.9,29.6\nCD61,North Kivu,Nord-Kivu,province,-0.8,29.0\n"
const zones = "name,parent,also,lat,lon\nBunia,CD54,,1.56,30.25\nMahagi,Ituri,,2.30,30.98\nGoma,North Kivu,,-1.68,29.22\nNia-Nia,CD54,,1.40,27.60\n"

// congo brings two levels of areas in.
func (a *atlas) congo() {
	a.t.Helper()
	if rep := a.in(provinces, place.ImportOptions{Subject: place.ImportAreas, Within: "COD", Source: "test"}); rep.Made != 2 || rep.Bad != 0 {
		a.t.Fatalf("%+v", rep)
	}
	if rep := a.in(zones, place.ImportOptions{Subject: place.ImportAreas, Within: "COD", Type: "health_zone", Source: "test"}); rep.Made != 4 || rep.Bad != 0 {
		a.t.Fatalf("%+v", rep)
	}
}

func TestAreasKnowTheirPlace(t *testing.T) {
	atlases(t, func(t *testing.T, a *atlas) {
		a.congo()
		a.read(func(tx *db.Tx) error {
			children, err := a.Children(tx, "CD54")
			if err != nil || len(children) != 3 || children[0].Code != "COD-BUNIA" || children[0].Level != 2 || children[0].Type != "health_zone" {
				t.Errorf("%+v %v", children, err)
			}
			up, err := a.Ancestors(tx, "COD-BUNIA")
			if err != nil || len(up) != 1 || up[0].Code != "CD54" || up[0].Name("fr") != "Ituri" {
				t.Errorf("%+v %v", up, err)
			}
			if first, err := a.Children(tx, "COD"); err != nil || len(first) != 2 {
				t.Errorf("%+v %v", first, err)
			}
			if all, err := a.Areas(tx, "COD", 0); err != nil || len(all) != 6 {
				t.Errorf("%d areas, %v", len(all), err)
			}
			km, known, err := a.Distance(tx, "COD-BUNIA", "COD-MAHAGI")
			if err != nil || !known || math.Abs(km-115.7) > 1 {
				t.Errorf("%v km (%v) from Bunia to Mahagi, %v", km, known, err)
			}
			if _, err := a.Ancestors(tx, "COD-NOWHERE"); !fault.Is(err, fault.NotFound) {
				t.Errorf("what lies above a place that is not there: %v", err)
			}
			return nil
		})
		// the same file again writes nothing
		if rep := a.in(zones, place.ImportOptions{Subject: place.ImportAreas, Within: "COD", Type: "health_zone", Source: "test"}); rep.Unchanged != 4 || rep.Made+rep.Changed != 0 {
			t.Errorf("%+v", rep)
		}
		// a file that says less takes nothing away
		if rep := a.in("name,parent\nBunia,CD54\n", place.ImportOptions{Subject: place.ImportAreas, Within: "COD", Source: "test"}); rep.Unchanged != 1 {
			t.Errorf("%+v", rep)
		}
		a.same()
	})
}

func TestANameIsFoundByWhatItFoldsToAndNothingLess(t *testing.T) {
	atlases(t, func(t *testing.T, a *atlas) {
		a.congo()
		for text, want := range map[string]string{"bunia": "COD-BUNIA", " BUNIA ": "COD-BUNIA", "Nia Nia": "COD-NIA-NIA", "nord-kivu": "CD61", "Nord Kivu": "CD61", "CD54": "CD54", "cod": "COD", "Uganda": "UGA", "Ouganda": "UGA"} {
			if r := a.resolve(place.Query{Text: text}); r.Place == nil || r.Place.Code != want || r.By != place.ByName {
				t.Errorf("%q is %+v, want %s", text, r, want)
			}
		}
		for text, want := range map[string]struct {
			code string
			why  place.Reason
		}{"Bunai": {"COD-BUNIA", place.ReasonSwapped}, "Bunnia": {"COD-BUNIA", place.ReasonLetter}, "Nianía": {"COD-NIA-NIA", place.ReasonSpaces}, "Bunia Centre": {"COD-BUNIA", place.ReasonPart}, "Mahaghee": {"COD-MAHAGI", place.ReasonSound}} {
			r := a.resolve(place.Query{Text: text, Within: "COD"})
			if r.Place != nil || r.Waiting || len(r.Candidates) == 0 || r.Candidates[0].Code != want.code || r.Candidates[0].Reason != want.why {
				t.Errorf("%q is %+v, want to be asked about %s (%s)", text, r, want.code, want.why)
			}
		}
		if r := a.resolve(place.Query{Text: "Bunia", Within: "UGA"}); r.Place != nil || len(r.Candidates) != 0 {
			t.Errorf("a zone of another country: %+v", r)
		}
		if r := a.resolve(place.Query{Text: "Bunia", Within: "CD61"}); r.Place != nil {
			t.Errorf("a zone of another province: %+v", r)
		}
		if r := a.resolve(place.Query{Text: "Ituri", Level: 2}); r.Place != nil {
			t.Errorf("a province where a zone was asked for: %+v", r)
		}
		err := a.d.Read(t.Context(), func(tx *db.Tx) error { _, err := a.Resolve(tx, place.Query{Text: " - "}); return err })
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("a name without a letter: %v", err)
		}
	})
}

func TestANameThatNobodyKnowsIsAskedForOnce(t *testing.T) {
	atlases(t, func(t *testing.T, a *atlas) {
		a.congo()
		asked := []place.Query{{Text: "Bunya", Within: "COD"}, {Text: "Bunia", Within: "COD"}, {Text: "Market day", Within: "COD"}}
		r, err := a.ResolveOrQueue(by(t, access.Epidemiologist), "sitrep 3", asked...)
		if err != nil || r[0].Place != nil || !r[0].Waiting || r[1].Place == nil || !r[2].Waiting {
			t.Fatalf("%+v %v", r, err)
		}
		if _, err := a.ResolveOrQueue(by(t, access.Epidemiologist), "sitrep 4", asked...); err != nil {
			t.Fatal(err)
		}
		var waiting []place.Waiting
		a.read(func(tx *db.Tx) (err error) { waiting, err = a.Unmatched(tx); return err })
		if len(waiting) != 2 || waiting[0].Text != "Bunya" || waiting[0].Source != "sitrep 3" || waiting[0].Candidates[0].Code != "COD-BUNIA" {
			t.Fatalf("%+v", waiting)
		}
		choose := func(r access.Role, text, target string) error {
			_, err := a.Choose(by(t, r), place.Name{Text: text, Within: "COD", Target: target})
			return err
		}
		if err := choose(access.Reception, "Bunya", "COD-BUNIA"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("reception said what a name means: %v", err)
		}
		if err := choose(access.Epidemiologist, "Bunya", "COD-NOWHERE"); fault.KeyOf(err) != "place.error.unknown" {
			t.Errorf("a place that is not there: %v", err)
		}
		if err := choose(access.Epidemiologist, "Bunya", "UGA"); fault.KeyOf(err) != "place.error.outside" {
			t.Errorf("a place elsewhere: %v", err)
		}
		if err := choose(access.Epidemiologist, "Bunya", "COD-BUNIA"); err != nil {
			t.Fatal(err)
		}
		if err := choose(access.Epidemiologist, "market DAY", place.NoPlace); err != nil {
			t.Fatal(err)
		}
		// remembered, in every writing that folds alike and in every part of the country, but nowhere else
		for _, q := range []place.Query{{Text: "BUNYA", Within: "COD"}, {Text: "Bunya", Within: "CD54"}} {
			if r := a.resolve(q); r.Place == nil || r.Place.Code != "COD-BUNIA" || r.By != place.ByChoice {
				t.Errorf("%+v is %+v", q, r)
			}
		}
		if r := a.resolve(place.Query{Text: "Bunya", Within: "UGA"}); r.Place != nil {
			t.Errorf("what was said of the Congo holds in Uganda: %+v", r)
		}
		if r := a.resolve(place.Query{Text: "Bunya"}); r.Place != nil || r.Candidates[0].Reason != place.ReasonChosen {
			t.Errorf("anywhere it is only a candidate: %+v", r)
		}
		if r := a.resolve(place.Query{Text: "market day", Within: "COD"}); !r.NoPlace || r.Place != nil {
			t.Errorf("%+v", r)
		}
		a.read(func(tx *db.Tx) (err error) { waiting, err = a.Unmatched(tx); return err })
		if len(waiting) != 0 {
			t.Errorf("still in the queue: %+v", waiting)
		}
		a.same()
	})
}

func TestANameOfSeveralPlacesIsNotOneOfThem(t *testing.T) {
	atlases(t, func(t *testing.T, a *atlas) {
		a.congo()
		a.in("code,name,parent\nCD61ZX,Mahagi,CD61\n", place.ImportOptions{Subject: place.ImportAreas, Within: "COD", Source: "test"})
		r := a.resolve(place.Query{Text: "Mahagi", Within: "COD"})
		if r.Place != nil || len(r.Candidates) != 2 || r.Candidates[0].Reason != place.ReasonSame || r.Candidates[1].Reason != place.ReasonSame {
			t.Errorf("%+v", r)
		}
		if r := a.resolve(place.Query{Text: "Mahagi", Within: "CD61"}); r.Place == nil || r.Place.Code != "CD61ZX" {
			t.Errorf("within the province there is only one: %+v", r)
		}
		// a zone that comes later settles a name that waited
		if _, err := a.ResolveOrQueue(by(t, access.Epidemiologist), "x", place.Query{Text: "Drodro", Within: "COD"}); err != nil {
			t.Fatal(err)
		}
		a.in("name,parent\nDrodro,CD54\n", place.ImportOptions{Subject: place.ImportAreas, Within: "COD", Source: "test"})
		a.read(func(tx *db.Tx) error {
			if w, err := a.Unmatched(tx); err != nil || len(w) != 0 {
				t.Errorf("%+v %v", w, err)
			}
			return nil
		})
	})
}

// What one officer says on a node and another elsewhere, before they have met.
func TestOfficersWhoDifferLeaveTheNameUnknownUntilOneSettlesIt(t *testing.T) {
	atlases(t, func(t *testing.T, hub *atlas) {
		node := newAtlas(t, "")
		hub.congo()
		node.pull(hub)
		say := func(a *atlas, text, target string) {
			t.Helper()
			if _, err := a.Choose(by(t, access.Epidemiologist), place.Name{Text: text, Within: "COD", Target: target}); err != nil {
				t.Fatal(err)
			}
		}
		say(hub, "Bunya", "COD-BUNIA")
		say(node, "Bunya", "COD-MAHAGI")
		say(hub, "Gomma", "COD-GOMA")
		say(node, "Gomma", "COD-GOMA")
		hub.pull(node)
		node.pull(hub)
		for _, a := range []*atlas{hub, node} {
			r := a.resolve(place.Query{Text: "Bunya", Within: "COD"})
			if r.Place != nil || len(r.Candidates) < 2 || r.Candidates[0].Reason != place.ReasonChosen || !r.Waiting {
				t.Errorf("two officers differ, and it is %+v", r)
			}
			if r := a.resolve(place.Query{Text: "Gomma", Within: "COD"}); r.Place == nil || r.Place.Code != "COD-GOMA" {
				t.Errorf("two officers say the same, and it is %+v", r)
			}
		}
		say(node, "Bunya", "COD-BUNIA")
		hub.pull(node)
		if r := hub.resolve(place.Query{Text: "Bunya", Within: "COD"}); r.Place == nil || r.Place.Code != "COD-BUNIA" {
			t.Errorf("settled, and it is %+v", r)
		}
		hub.same()
		node.same()
	})
}

// pull takes what another node has and this one has not.
func (a *atlas) pull(from *atlas) {
	a.t.Helper()
	var have, give []journal.Head
	a.read(func(tx *db.Tx) (err error) { have, err = a.j.Heads(tx); return err })
	from.read(func(tx *db.Tx) (err error) { give, err = from.j.Heads(tx); return err })
	for _, h := range give {
		after := uint64(0)
		for _, own := range have {
			if own.Origin == h.Origin {
				after = own.Seq
			}
		}
		var entries []journal.Entry
		from.read(func(tx *db.Tx) (err error) { entries, err = from.j.After(tx, h.Origin, after, 10_000); return err })
		if len(entries) > 0 {
			if err := a.j.Apply(a.t.Context(), entries); err != nil {
				a.t.Fatal(err)
			}
		}
	}
}

func TestPointsAreNearOrGuarded(t *testing.T) {
	atlases(t, func(t *testing.T, a *atlas) {
		a.congo()
		file := "name,kind,lat,lon,country,area,faces\nMahagi post,ground_crossing,2.29,31.02,COD,Mahagi,UGA\nForest path,unofficial_crossing,2.31,31.01,COD,Mahagi,UGA\n" +
			"Bunia airport,airport,1.5657,30.2208,COD,Bunia,\nHouse of women,shelter,1.56,30.25,COD,Bunia,\nGoma market,market,,,COD,Goma,\n"
		if rep := a.in(file, place.ImportOptions{Subject: place.ImportPoints, Source: "test"}); rep.Made != 5 || rep.Bad != 0 || rep.ByName != 5 {
			t.Fatalf("%+v", rep)
		}
		a.read(func(tx *db.Tx) error {
			near, err := a.PointsNear(tx, place.Position{Lat: 2.30, Lon: 31.0}, 20, place.PointFilter{})
			if err != nil || len(near) != 2 || near[0].Code != "COD-P-FOREST-PATH" || near[0].Kilometres > near[1].Kilometres || near[1].Kilometres > 5 {
				t.Errorf("%+v %v", near, err)
			}
			if entry, err := a.Points(tx, place.PointFilter{Country: "COD", Area: "CD54", Kinds: []place.PointKind{place.Airport, place.GroundCrossing}}); err != nil || len(entry) != 2 {
				t.Errorf("%+v %v", entry, err)
			}
			for code, want := range map[string]string{"COD-P-FOREST-PATH": "CD54", "COD-P-HOUSE-OF-WOMEN": "CD54", "COD-P-MAHAGI-POST": "COD-P-MAHAGI-POST", "COD-BUNIA": "COD-BUNIA"} {
				o, err := a.Outward(tx, code)
				if err != nil || o.Code != want || (o.Position == nil) != (want == "CD54") || o.Guarded != (want == "CD54") {
					t.Errorf("of %s leaves %+v %v", code, o, err)
				}
			}
			o, err := a.OutwardSite(tx, place.Site{Code: "SAFE", Guarded: true, Country: "COD", Area: "COD-GOMA", Position: &place.Position{Lat: 1, Lon: 1}})
			if err != nil || o.Code != "CD61" || o.Position != nil || o.Names["fr"] != "Nord-Kivu" {
				t.Errorf("of a guarded site leaves %+v %v", o, err)
			}
			o, err = a.OutwardPoint(tx, place.Point{Code: "X", Kind: place.Detention, Country: "COD", Position: &place.Position{Lat: 1, Lon: 1}})
			if err != nil || o.Code != "COD" || o.Position != nil {
				t.Errorf("of a place of detention whose area nobody knows leaves %+v %v", o, err)
			}
			if _, known, err := a.Distance(tx, "COD-P-GOMA-MARKET", "COD-BUNIA"); known || err != nil {
				t.Errorf("a market without coordinates has a distance: %v", err)
			}
			return nil
		})
		p := place.Point{Code: "COD-P-X", Kind: place.Shelter, Names: map[string]string{"und": "X"}, Country: "COD"}
		if _, err := a.SavePoint(by(t, access.Administrator), p); fault.FieldOf(err) != "guarded" {
			t.Errorf("a shelter that is not guarded: %v", err)
		}
		if _, err := a.SavePoint(by(t, access.Epidemiologist), place.Point{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an epidemiologist made a point: %v", err)
		}
		a.same()
	})
}

// Where one says that a point is guarded and another changes it to open elsewhere,
// the more careful holds.
func TestADisputedMarkerGuards(t *testing.T) {
	atlases(t, func(t *testing.T, hub *atlas) {
		node := newAtlas(t, "")
		p := place.Point{Code: "COD-P-X", Kind: place.TransitSite, Names: map[string]string{"und": "X"}, Country: "COD", Position: &place.Position{Lat: 1, Lon: 2}}
		save := func(a *atlas, p place.Point) {
			t.Helper()
			if _, err := a.SavePoint(by(t, access.Administrator), p); err != nil {
				t.Fatal(err)
			}
		}
		save(hub, p)
		node.pull(hub)
		other := p
		other.Kind, other.Guarded = place.Shelter, true
		save(node, other)
		third := p
		third.Kind = place.Camp
		save(hub, third)
		hub.pull(node)
		node.pull(hub)
		for _, a := range []*atlas{hub, node} {
			a.read(func(tx *db.Tx) error {
				got, err := a.Point(tx, "COD-P-X")
				o, err2 := a.OutwardPoint(tx, got)
				if err != nil || err2 != nil || !got.Keep() || o.Position != nil {
					t.Errorf("%+v leaves %+v: %v %v", got, o, err, err2)
				}
				return nil
			})
			a.same()
		}
	})
}

func TestFiguresOfPopulationStandBesideEachOther(t *testing.T) {
	atlases(t, func(t *testing.T, a *atlas) {
		a.congo()
		file := "name,population,date,source\nBunia,600000,2020,census\nBunia,650000.5,2025-07,model\nBunia,1,,hearsay\nMahagi,ND,2025,model\nGoma,-5,2025,model\nNowhere,7,2025,model\nBunia,2,2020,census\n"
		rep := a.in(file, place.ImportOptions{Subject: place.ImportPopulation, Within: "COD", File: "pop.csv"})
		if rep.Rows != 7 || rep.Made != 3 || rep.Queued != 1 || rep.Bad != 3 || !slices.Equal(rep.Waiting, []string{"Nowhere"}) {
			t.Errorf("%+v", rep)
		}
		var lines []int
		for _, f := range rep.Faults {
			lines = append(lines, f.Line)
		}
		if !slices.Equal(lines, []int{5, 6, 8}) {
			t.Errorf("wrong rows are %v: %v", lines, rep.Faults)
		}
		a.read(func(tx *db.Tx) error {
			p, known, err := a.Population(tx, "COD-BUNIA")
			if err != nil || !known || p.Count != 650000.5 || p.Source != "model" || p.Date != "2025-07" {
				t.Errorf("%+v %v %v", p, known, err)
			}
			if all, err := a.Populations(tx, "COD-BUNIA"); err != nil || len(all) != 3 || all[2].Source != "hearsay" {
				t.Errorf("%+v %v", all, err)
			}
			if p, known, err := a.Population(tx, "COD-MAHAGI"); known || err != nil {
				t.Errorf("a figure nobody has is %+v, %v", p, err)
			}
			return nil
		})
		whole := place.ImportOptions{Subject: place.ImportPopulation, Within: "COD", Source: "later", Whole: true}
		if rep := a.in("name,population\nBunia,9\nGoma,many\n", whole); !rep.NothingKept || rep.Bad != 1 {
			t.Errorf("%+v", rep)
		}
		a.read(func(tx *db.Tx) error {
			if all, err := a.Populations(tx, "COD-BUNIA"); err != nil || len(all) != 3 {
				t.Errorf("something was kept of a file with a wrong row: %+v %v", all, err)
			}
			return nil
		})
		a.same()
	})
}

// The files of the outbreak in the Congo, as they were published.
func TestTheFilesOfAnOutbreakComeIn(t *testing.T) {
	atlases(t, func(t *testing.T, a *atlas) {
		data := func(name string) string {
			b, err := os.ReadFile(testkit.Data(t, "drc-2026/"+name))
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		}
		population := place.ImportOptions{Subject: place.ImportPopulation, Columns: []string{"name", "population"}, Within: "COD", Level: 2, Type: "health_zone", Create: true,
			Source: "WorldPop and GRID3", File: "worldpop__pop_count.csv"}
		rep := a.in(data("worldpop__pop_count.csv"), population)
		t.Logf("worldpop__pop_count.csv: %d rows, %d areas made, %d figures, %d wait, %d wrong", rep.Rows, rep.Created, rep.Made, rep.Queued, rep.Bad)
		if rep.Rows != 519 || rep.Created != 519 || rep.Made != 519 || rep.Bad != 0 || rep.Queued != 0 {
			t.Errorf("%+v", rep)
		}
		if again := a.in(data("worldpop__pop_count.csv"), population); again.Unchanged != 519 || again.Created != 0 || again.ByName != 519 {
			t.Errorf("a second time: %+v", again)
		}
		rep = a.in(data("aliases.csv"), place.ImportOptions{Subject: place.ImportAliases, Within: "COD", File: "aliases.csv"})
		t.Logf("aliases.csv: %d rows, %d names said, %d are the place's own but for hyphens, %d wrong", rep.Rows, rep.Made, rep.Known, rep.Bad)
		if rep.Rows != 7 || rep.Made != 4 || rep.Known != 3 || rep.Bad != 0 {
			t.Errorf("%+v", rep)
		}
		rep = a.in(data("poe_coordinates.csv"), place.ImportOptions{Subject: place.ImportPoints, Kind: place.GroundCrossing, File: "poe_coordinates.csv"})
		t.Logf("poe_coordinates.csv: %d rows, %d points, %d wrong", rep.Rows, rep.Made, rep.Bad)
		if rep.Rows != 7 || rep.Made != 7 || rep.Bad != 0 {
			t.Errorf("%+v", rep)
		}
		// every name of the flows and of the situation reports is found, through the aliases
		names := map[string]bool{}
		files, _ := filepath.Glob(filepath.Join(testkit.Data(t, "drc-2026"), "insp_sitrep__*.csv"))
		for _, f := range files {
			for line := range strings.Lines(strings.TrimPrefix(data(filepath.Base(f)), "\ufeff")) {
				name, _, _ := strings.Cut(line, ",")
				names[strings.TrimSpace(name)] = true
			}
		}
		for i, line := range strings.Split(strings.TrimSpace(data("flowminder_outflow_long.csv")), "\n") {
			if f := strings.Split(line, ","); i > 0 {
				names[f[0]], names[f[1]] = true, true
			}
		}
		var queries []place.Query
		for n := range names {
			queries = append(queries, place.Query{Text: n, Within: "COD", What: place.IsArea})
		}
		found, err := a.ResolveOrQueue(by(t, access.Epidemiologist), "flows and situation reports", queries...)
		if err != nil {
			t.Fatal(err)
		}
		how := map[place.How]int{}
		for _, r := range found {
			if r.Place == nil {
				t.Errorf("%q has no place: %+v", r.Query.Text, r.Candidates)
			}
			how[r.By]++
		}
		t.Logf("flows and situation reports: %d names, %d a place's own, %d through aliases", len(names), how[place.ByName], how[place.ByChoice])
		if how[place.ByChoice] != 3 {
			t.Errorf("%d names went through aliases, want Mongbwalu, Nyankunde and Gety", how[place.ByChoice])
		}
		for name, want := range map[string]string{"Mongbwalu": "Mongbalu", "Nyankunde": "Nyakunde", "Rwmapara": "Rwampara", "Makiso Kisangani": "Makiso-Kisangani"} {
			if r := a.resolve(place.Query{Text: name, Within: "COD"}); r.Place == nil || r.Place.Name("fr") != want {
				t.Errorf("%s is %+v, want %s", name, r.Place, want)
			}
		}
		a.read(func(tx *db.Tx) error {
			near, err := a.PointsNear(tx, place.Position{Lat: 0.04, Lon: 29.73}, 30, place.PointFilter{})
			if err != nil || len(near) != 1 || near[0].Name("en") != "Mpondwe" || near[0].Country != "UGA" {
				t.Errorf("%+v %v", near, err)
			}
			return nil
		})
	})
}

func TestWrongRowsAreSaidAndTheRestIsKept(t *testing.T) {
	a := newAtlas(t, "")
	a.congo()
	areas := place.ImportOptions{Subject: place.ImportAreas, Within: "COD", Source: "test"}
	points := place.ImportOptions{Subject: place.ImportPoints, Kind: place.Market, Source: "test"}
	aliases := place.ImportOptions{Subject: place.ImportAliases, Within: "COD", Source: "test"}
	for _, c := range []struct {
		why, file string
		o         place.ImportOptions
		key       string
	}{
		{"a parent that is not there", "name,parent\nX,Nowhere\n", areas, "place.error.unknown"},
		{"a level that does not fit", "name,level\nX,9\n", areas, "place.error.level"},
		{"a latitude off the globe", "name,lat,lon\nX,95,3\n", areas, "place.error.position"},
		{"a longitude alone", "name,lat,lon\nX,,3\n", areas, "place.error.position"},
		{"a number that is none", "name,lat,lon\nX,north,3\n", areas, "place.error.number"},
		{"a row too short", "name,lat,lon\nX,1\n", areas, "place.error.width"},
		{"a name without a letter", "name\n-\n", areas, "place.error.no_code"},
		{"a script that makes no code", "name\n北京\n", areas, "place.error.no_code"},
		{"a country of no code", "name,country\nX,Atlantis\n", points, "place.error.country"},
		{"a kind of point nobody has", "name,country,kind\nX,COD,castle\n", points, "place.error.point_kind"},
		{"an alias of nothing", "name,target\nX,Nowhere\n", aliases, "place.error.unknown"},
		{"an alias that is another's name", "name,target\nGoma,Bunia\n", aliases, "place.error.alias_taken"},
		{"a figure without a source", "name,population\nBunia,5\n", place.ImportOptions{Subject: place.ImportPopulation, Within: "COD"}, "place.error.source"},
		{"a date that is none", "name,population,date\nBunia,5,18/05/2026\n", place.ImportOptions{Subject: place.ImportPopulation, Within: "COD", Source: "x"}, "place.error.date"},
	} {
		rep := a.in(c.file, c.o)
		if rep.Bad != 1 || len(rep.Faults) != 1 || rep.Faults[0].Line != 2 || !strings.Contains(fmt.Sprint(rep.Faults[0].Err), c.key) {
			t.Errorf("%s: %+v, want %s", c.why, rep, c.key)
		}
	}
	rep := a.in("name,parent\nX,CD54\nX,CD54\nY,CD54\n", areas)
	if rep.Made != 2 || rep.Bad != 1 || rep.Faults[0].Line != 3 || fault.KeyOf(rep.Faults[0].Err) != "place.error.row_twice" {
		t.Errorf("%+v", rep)
	}
	for _, c := range []struct {
		why, file, key string
		o              place.ImportOptions
	}{
		{"nothing", "", "place.error.empty", areas},
		{"no names", "a,b\n1,2\n", "place.error.no_name_column", areas},
		{"a column twice", "name,nom\nX,Y\n", "place.error.column_twice", areas},
		{"no CSV", "name\n\"x\n", "place.error.csv", areas},
		{"within nowhere", "name\nX\n", "place.error.unknown", place.ImportOptions{Subject: place.ImportAreas, Within: "COD-NOWHERE"}},
		{"no subject", "name\nX\n", "place.error.subject", place.ImportOptions{}},
	} {
		if _, err := a.Import(by(t, access.Administrator), strings.NewReader(c.file), c.o); fault.KeyOf(err) != c.key {
			t.Errorf("%s: %v, want %s", c.why, err, c.key)
		}
	}
	if _, err := a.Import(by(t, access.Manager), strings.NewReader("name\nX\n"), areas); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a manager brought a gazetteer in: %v", err)
	}
}

// No file may break an import, and what it says is counted whole.
func FuzzImport(f *testing.F) {
	a := newAtlas(f, "")
	a.congo()
	for i, s := range []string{zones, "name,kind,lat,lon,country\nX,market,1,2,UGA\n", "name,population\nBunia,5\n", "name,target\nBunya,Bunia\n"} {
		f.Add(uint8(i), s)
	}
	ctx := by(f, access.Administrator)
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		if len(text) > 3000 {
			return
		}
		subject := []place.Subject{place.ImportAreas, place.ImportPoints, place.ImportPopulation, place.ImportAliases}[which%4]
		rep, err := a.Import(ctx, strings.NewReader(text), place.ImportOptions{Subject: subject, Within: "COD", Source: "fuzz", Create: which > 127})
		if err != nil {
			if fault.CodeOf(err) != fault.Invalid {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if rep.Made+rep.Changed+rep.Unchanged+rep.Known+rep.Queued+rep.Bad != rep.Rows {
			t.Fatalf("%q: %+v does not add up", text, rep)
		}
	})
}
