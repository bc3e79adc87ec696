package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/godwit-health/godwit/internal/app"
)

type placeCmd struct {
	Import    placeImportCmd    `cmd:"" help:"Bring areas, points, populations, aliases or boundaries in from a file."`
	List      placeListCmd      `cmd:"" help:"List areas with their population, and points."`
	Find      placeFindCmd      `cmd:"" help:"Say what a name means, or could mean."`
	Unmatched placeUnmatchedCmd `cmd:"" help:"List the names that no place has, with what they could be."`
	Map       placeMapCmd       `cmd:"" help:"Say what such a name means. It is remembered for every file that will come."`
}

// node is which node's gazetteer.
type onNode struct {
	unlocking
	Dir string `xor:"where" required:"" help:"Folder of the node." type:"existingdir"`
}

type placeImportCmd struct {
	Areas      importAreasCmd      `cmd:"" help:"Administrative areas."`
	Points     importPointsCmd     `cmd:"" help:"Points of entry, of congregation and of flow monitoring."`
	Population importPopulationCmd `cmd:"" help:"How many people live in areas, by a source and a date."`
	Aliases    importAliasesCmd    `cmd:"" help:"Other spellings of names, and what they mean."`
	Boundaries importBoundariesCmd `cmd:"" help:"Outlines of areas and disputed lines, from GeoJSON."`
}

// importFile is what the imports of CSV files share.
type importFile struct {
	onNode
	File    string   `arg:"" help:"CSV file, UTF-8." type:"existingfile" placeholder:"FILE.csv"`
	Within  string   `help:"Country (three letters) or code of the area that the names lie in." placeholder:"CODE"`
	Columns []string `help:"Columns, in order, of a file without a header, such as name,population." placeholder:"COLUMN"`
	Source  string   `help:"Whom the data are from; the file's name if neither this nor a column says it." placeholder:"TEXT"`
	Whole   bool     `help:"Keep nothing when a row is wrong. Without it the good rows are kept and the others are listed."`
}

func (c importFile) run(w *world, subject app.ImportSubject, more func(*app.ImportOptions)) error {
	o := app.ImportOptions{Subject: subject, File: filepath.Base(c.File), Columns: c.Columns, Within: strings.ToUpper(c.Within), Source: c.Source, Whole: c.Whole}
	if more != nil {
		more(&o)
	}
	p, err := app.PlaceImport(c.File, o)
	if err != nil {
		return err
	}
	return do(w, c.Dir, c.unlocking, app.Command{Name: "place-import", Place: p})
}

type importAreasCmd struct {
	importFile
	Level int    `help:"Level of the areas, 1 the first below the country; one below the parent if neither this nor a column says it." placeholder:"LEVEL"`
	Type  string `help:"What the areas are called there, such as province or health_zone." placeholder:"TYPE"`
}

// Help documents the columns.
func (importAreasCmd) Help() string {
	return "Columns: name (or nom, zone), and any of code, pcode, iso (ISO 3166-2), country, parent (code or name), level, type, also (other names, with | between), name_fr, name_es …, lat, lon, source. Without code and pcode a code is made of country and name. A file that does not have a column changes nothing of it.\n\n" +
		"Example:\n\n  godwit place import areas provinces.csv --dir ./node --within COD --type province --source OCHA\n  godwit place import areas zones.csv --dir ./node --within COD --level 2 --type health_zone\n\nBring reference data in at the hub: they reach every node. Exit status 1 when a row is wrong."
}

// Run runs the command.
func (c *importAreasCmd) Run(w *world) error {
	return c.run(w, "areas", func(o *app.ImportOptions) { o.Level, o.Type = c.Level, c.Type })
}

type importPointsCmd struct {
	importFile
	Kind string `help:"Kind of all points: airport, port, ground_crossing, unofficial_crossing, bus_park, market, reception_centre, transit_site, camp, shelter, detention, flow_point or health_facility." placeholder:"KIND"`
}

// Help documents the columns.
func (importPointsCmd) Help() string {
	return "Columns: name (or poe_name), kind unless --kind says it, country (code or name; or side_of_border) unless --within says it, and any of lat, lon (or latitude, longitude), area (code or name), faces (country on the other side), designated (yes: under IHR article 20), guarded (yes), also, site, source (or source_url), note (or notes), code. Shelters, places of detention and unofficial crossings are always guarded: they never leave finer than the first level.\n\n" +
		"Example:\n\n  godwit place import points poe_coordinates.csv --dir ./node --kind ground_crossing\n\nA row whose area has no such name waits with the name, and can be imported again once it is mapped."
}

// Run runs the command.
func (c *importPointsCmd) Run(w *world) error {
	return c.run(w, "points", func(o *app.ImportOptions) { o.Kind = app.PointKind(c.Kind) })
}

type importPopulationCmd struct {
	importFile
	Date   string `help:"Date of the figures, such as 2025 or 2025-07-01, where no column says it." placeholder:"DATE"`
	Level  int    `help:"Level of the areas that the names are of." placeholder:"LEVEL"`
	Create bool   `help:"Make an area of every name that there is none of, below --within."`
	Type   string `help:"With --create, what the areas are called there." placeholder:"TYPE"`
}

// Help documents the columns.
func (importPopulationCmd) Help() string {
	return "Columns: name or code of the area (name, nom, zone), population (or count, people), and any of date, source, note. Figures of another source or date stand beside each other; ND is not known, and no zero.\n\n" +
		"Example:\n\n  godwit place import population worldpop__pop_count.csv --dir ./node --within COD --columns name,population --source \"WorldPop, GRID3\" --create --level 2 --type health_zone"
}

// Run runs the command.
func (c *importPopulationCmd) Run(w *world) error {
	return c.run(w, "population", func(o *app.ImportOptions) { o.Date, o.Level, o.Create, o.Type = c.Date, c.Level, c.Create, c.Type })
}

type importAliasesCmd struct {
	importFile
}

// Help documents the columns.
func (importAliasesCmd) Help() string {
	return "Columns: name (or alias, observed_name), target (or canonical_nom: name or code of the place), and any of source (or source_dataset), note (or notes). Case, accents, hyphens and apostrophes need no alias. Import the areas first.\n\n" +
		"Example:\n\n  godwit place import aliases aliases.csv --dir ./node --within COD"
}

// Run runs the command.
func (c *importAliasesCmd) Run(w *world) error { return c.run(w, "aliases", nil) }

type importBoundariesCmd struct {
	onNode
	File      string  `arg:"" help:"GeoJSON FeatureCollection, longitude and latitude in degrees (WGS 84)." type:"existingfile" placeholder:"FILE.geojson"`
	Set       string  `required:"" help:"Code of this set of boundaries, such as COD-2-2026. The same code is written anew; another for the same place and level replaces it." placeholder:"CODE"`
	Within    string  `required:"" help:"Country or area that the set covers." placeholder:"CODE"`
	Level     int     `required:"" help:"Level of the areas." placeholder:"LEVEL"`
	Source    string  `required:"" help:"Whom the boundaries are from; printed under every map." placeholder:"TEXT"`
	Licence   string  `help:"Licence of the source." placeholder:"TEXT"`
	Date      string  `help:"Date of the boundaries, such as 2025." placeholder:"DATE"`
	Note      string  `help:"The source's own disclaimer." placeholder:"TEXT"`
	Code      string  `default:"pcode" help:"Property with the area's code." placeholder:"PROPERTY"`
	Name      string  `default:"name" help:"Property with the area's name." placeholder:"PROPERTY"`
	Disputed  string  `default:"disputed" help:"Property that says that a line is disputed; anything but no." placeholder:"PROPERTY"`
	Tolerance float64 `default:"0.002" help:"How far a line may move when it is simplified, in degrees (0.002 is about 200 m); neighbours go on sharing their border."`
}

// Help adds an example.
func (importBoundariesCmd) Help() string {
	return "Example:\n\n  godwit place import boundaries zones.geojson --dir ./node --set COD-2-2026 --within COD --level 2 --source \"RGC, OCHA\" --licence \"CC BY-IGO\" --code ADM2_PCODE --name ADM2_FR\n\nA shape whose area has no such code or name waits with the name. Disputed lines are kept as such and drawn dashed."
}

// Run runs the command.
func (c *importBoundariesCmd) Run(w *world) error {
	set := app.BoundarySet{Code: strings.ToUpper(c.Set), Within: strings.ToUpper(c.Within), Level: c.Level, Source: c.Source, Licence: c.Licence, Date: c.Date, Note: c.Note}
	p, wrong, err := app.PlaceBoundaries(c.File, set, app.Properties{Code: c.Code, Name: c.Name, Disputed: c.Disputed}, c.Tolerance)
	if err != nil {
		return err
	}
	for _, l := range wrong {
		fmt.Fprintln(w.out, l)
	}
	if err := do(w, c.Dir, c.unlocking, app.Command{Name: "place-boundaries", Place: p}); err != nil {
		return err
	}
	if len(wrong) > 0 {
		return wanting{}
	}
	return nil
}

type placeListCmd struct {
	onNode
	Within string `required:"" help:"Country or code of an area." placeholder:"CODE"`
	Level  int    `help:"Only areas of this level." placeholder:"LEVEL"`
	Areas  bool   `xor:"what" help:"Only areas."`
	Points bool   `xor:"what" help:"Only points."`
}

// Help adds an example.
func (placeListCmd) Help() string {
	return "Example:\n\n  godwit place list --dir ./node --within COD --level 1\n  godwit place list --dir ./node --within UGA --points\n\nOf a shelter, a place of detention and an unofficial crossing only the area of the first level is listed."
}

// Run runs the command.
func (c *placeListCmd) Run(w *world) error {
	q := app.PlaceQuery{Within: strings.ToUpper(c.Within), Level: c.Level}
	if c.Areas {
		q.What = app.IsArea
	}
	if c.Points {
		q.What = app.IsPoint
	}
	return do(w, c.Dir, c.unlocking, app.Command{Name: "place-list", Place: &app.PlaceCommand{Query: q}})
}

type placeFindCmd struct {
	onNode
	Name   string `arg:"" help:"The name as it is written."`
	Within string `help:"Country or code of the area that it lies in." placeholder:"CODE"`
	Level  int    `help:"Only areas of this level." placeholder:"LEVEL"`
}

// Help adds an example.
func (placeFindCmd) Help() string {
	return "Example:\n\n  godwit place find \"Makiso Kisangani\" --dir ./node --within COD\n\nWhat is only near is shown with its reason and never taken."
}

// Run runs the command.
func (c *placeFindCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "place-find", Place: &app.PlaceCommand{Query: app.PlaceQuery{Text: c.Name, Within: strings.ToUpper(c.Within), Level: c.Level}}})
}

type placeUnmatchedCmd struct{ onNode }

// Help adds an example.
func (placeUnmatchedCmd) Help() string { return "Example:\n\n  godwit place unmatched --dir ./node" }

// Run runs the command.
func (c *placeUnmatchedCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "place-unmatched", Place: &app.PlaceCommand{}})
}

type placeMapCmd struct {
	onNode
	Name    string `arg:"" help:"The name as the file has it."`
	To      string `xor:"target" required:"" help:"Code or name of the place that it means." placeholder:"CODE"`
	NoPlace bool   `xor:"target" required:"" help:"It is no place."`
	Within  string `help:"Country or area for which this holds, as the queue shows it." placeholder:"CODE"`
	Note    string `help:"Why." placeholder:"TEXT"`
}

// Help adds an example.
func (placeMapCmd) Help() string {
	return "Example:\n\n  godwit place map Mongbwalu --dir ./node --within COD --to Mongbalu\n  godwit place map \"Sous-total\" --dir ./node --within COD --no-place"
}

// Run runs the command.
func (c *placeMapCmd) Run(w *world) error {
	target := c.To
	if c.NoPlace {
		target = app.NoPlace
	}
	return do(w, c.Dir, c.unlocking, app.Command{Name: "place-map", Place: &app.PlaceCommand{Name: app.PlaceName{Text: c.Name, Within: strings.ToUpper(c.Within), Target: target, Source: "godwit place map", Note: c.Note}}})
}
