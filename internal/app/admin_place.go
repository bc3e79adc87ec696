package app

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// PlaceCommand is what a command says of the gazetteer.
type PlaceCommand struct {
	Import place.ImportOptions `json:"import"`
	Data   []byte              `json:"data,omitempty"` // place-import: the file

	Set      place.BoundarySet `json:"set"` // place-boundaries
	Features []place.Feature   `json:"features,omitempty"`

	Query place.Query `json:"query"` // place-find, place-list
	Name  place.Name  `json:"name"`  // place-map
}

// maxPlaceFile bounds what travels to a running server, below maxCommand once it is
// base64.
const maxPlaceFile = 11 << 20

// PlaceImport reads the file of an import.
func PlaceImport(file string, o place.ImportOptions) (*PlaceCommand, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxPlaceFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxPlaceFile {
		return nil, fmt.Errorf("%s is larger than %d MB; split it into several files", file, maxPlaceFile>>20)
	}
	return &PlaceCommand{Import: o, Data: data}, nil
}

// PlaceBoundaries reads and simplifies a GeoJSON file here, so that only what is
// kept travels. The lines say what of it could not be read.
func PlaceBoundaries(file string, set place.BoundarySet, p place.Properties, tolerance float64) (*PlaceCommand, []string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	features, wrong, err := place.ReadGeoJSON(f, p, tolerance)
	if err != nil {
		return nil, nil, err
	}
	var lines []string
	for _, w := range wrong {
		lines = append(lines, Sentence(w))
	}
	return &PlaceCommand{Set: set, Features: features}, lines, nil
}

// placeCommand does one of them.
func (n *Node) placeCommand(ctx context.Context, c Command) ([]string, bool, error) {
	if c.Place == nil {
		return nil, false, fmt.Errorf("there is no command %s", c.Name)
	}
	switch c.Name {
	case "place-import":
		rep, err := n.Gazetteer.Import(ctx, bytes.NewReader(c.Place.Data), c.Place.Import)
		return importLines(c.Place.Import, rep), rep.Bad == 0, err
	case "place-boundaries":
		rep, err := n.Gazetteer.ImportFeatures(ctx, c.Place.Set, c.Place.Features)
		lines := append([]string{fmt.Sprintf("boundaries: %d shapes kept, %d of them lines, %d wait for a name", rep.Kept, rep.Lines, len(rep.Waiting))}, waitingLines(rep.Waiting)...)
		return lines, true, err
	case "place-map":
		lines, err := n.mapName(ctx, c.Place.Name)
		return lines, true, err
	}
	var lines []string
	err := n.DB.Read(ctx, func(tx *db.Tx) (err error) {
		switch c.Name {
		case "place-find":
			lines, err = n.findPlace(tx, c.Place.Query)
		case "place-unmatched":
			lines, err = n.unmatched(tx)
		default:
			lines, err = n.listPlaces(tx, c.Place.Query)
		}
		return err
	})
	return lines, true, err
}

// importLines are the counts, then what is wrong, then what waits.
func importLines(o place.ImportOptions, r place.ImportReport) []string {
	if r.Rows == 0 && r.Bad == 0 {
		return []string{string(o.Subject) + ": no rows"}
	}
	line := fmt.Sprintf("%s: %d rows: %d made, %d changed, %d unchanged", o.Subject, r.Rows, r.Made, r.Changed, r.Unchanged)
	if o.Subject == place.ImportAliases {
		line += fmt.Sprintf(", %d the place's own name", r.Known)
	}
	line += fmt.Sprintf(", %d wait for a name, %d wrong", r.Queued, r.Bad)
	lines := []string{line}
	if r.Created > 0 {
		lines = append(lines, fmt.Sprintf("%d areas made for names that had none", r.Created))
	}
	if r.ByName+r.ByChoice > 0 {
		lines = append(lines, fmt.Sprintf("names: %d by name, %d by what was said of them", r.ByName, r.ByChoice))
	}
	if r.NothingKept {
		lines = append(lines, "nothing was kept, because a row is wrong")
	}
	for _, f := range r.Faults {
		for s := range strings.SplitSeq(Sentence(f.Err), "\n") {
			lines = append(lines, fmt.Sprintf("line %d: %s", f.Line, s))
		}
	}
	if more := r.Bad - len(r.Faults); more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more rows", more))
	}
	return append(lines, waitingLines(r.Waiting)...)
}

func waitingLines(names []string) []string {
	if len(names) == 0 {
		return nil
	}
	return []string{"waiting: " + strings.Join(names, ", "), "`godwit place unmatched` shows what they could be, `godwit place map` says it"}
}

// mapName says what a name means; a target that is a name is resolved first.
func (n *Node) mapName(ctx context.Context, name place.Name) ([]string, error) {
	if name.Target != place.NoPlace {
		var r place.Resolution
		err := n.DB.Read(ctx, func(tx *db.Tx) (err error) {
			r, err = n.Gazetteer.Resolve(tx, place.Query{Text: name.Target, Within: name.Within})
			return err
		})
		if err != nil {
			return nil, err
		}
		if r.Place == nil {
			return nil, fmt.Errorf("there is no place %q%s", name.Target, orCandidates(r.Candidates))
		}
		name.Target = r.Place.Code
	}
	out, err := n.Gazetteer.Choose(ctx, name)
	if err != nil {
		return nil, err
	}
	target := name.Target
	if target == place.NoPlace {
		target = "no place"
	}
	if out == place.Unchanged {
		return []string{fmt.Sprintf("%s is %s already", name.Text, target)}, nil
	}
	return []string{fmt.Sprintf("%s is %s from now on", name.Text, target)}, nil
}

func orCandidates(list []place.Ref) string {
	if len(list) == 0 {
		return ""
	}
	return "; " + candidates(list)
}

// candidates are places with the reasons for which they are offered.
func candidates(list []place.Ref) string {
	if len(list) == 0 {
		return "nothing is near"
	}
	out := make([]string, len(list))
	for i, r := range list {
		out[i] = fmt.Sprintf("%s %s (%s)", r.Code, r.Name("en"), word("place.near."+string(r.Reason)))
	}
	return "could be " + strings.Join(out, "; ")
}

// word is an English message of the catalogue, or its key.
func word(key string) string { return Sentence(fault.New(fault.Invalid, "", key)) }

func (n *Node) findPlace(tx *db.Tx, q place.Query) ([]string, error) {
	r, err := n.Gazetteer.Resolve(tx, q)
	switch {
	case err != nil:
		return nil, err
	case r.NoPlace:
		return []string{"an officer said that this is no place"}, nil
	case r.Place == nil && r.Waiting:
		return []string{"waits for an officer; " + candidates(r.Candidates)}, nil
	case r.Place == nil:
		return []string{"no place has this name; " + candidates(r.Candidates)}, nil
	}
	line := fmt.Sprintf("%s  %s  %s", r.Place.Code, r.Place.Name("en"), r.Place.What)
	if r.Place.What != place.IsCountry {
		up, err := n.Gazetteer.Ancestors(tx, r.Place.Code)
		if err != nil {
			return nil, err
		}
		for _, a := range up {
			line += ", in " + a.Name("en")
		}
		line += ", in " + r.Place.Country
	}
	lines := []string{line}
	figures, err := n.Gazetteer.Populations(tx, r.Place.Code)
	for _, p := range figures {
		lines = append(lines, "population "+figure(p))
	}
	return lines, err
}

func figure(p place.Population) string {
	when := p.Date
	if when == "" {
		when = "date not known"
	}
	return fmt.Sprintf("%s (%s, %s)", strconv.FormatFloat(p.Count, 'f', 0, 64), p.Source, when)
}

func (n *Node) unmatched(tx *db.Tx) ([]string, error) {
	list, err := n.Gazetteer.Unmatched(tx)
	if err != nil {
		return nil, err
	}
	lines := make([]string, len(list))
	for i, w := range list {
		within := w.Within
		if within == "" {
			within = "anywhere"
		}
		lines[i] = fmt.Sprintf("%s  (%s, from %s): %s", w.Text, within, w.Source, candidates(w.Candidates))
	}
	if len(lines) == 0 {
		lines = []string{"no name waits"}
	}
	return lines, nil
}

// listPlaces lists the areas and points within a country or an area. A guarded point
// is listed as what may be known of it.
func (n *Node) listPlaces(tx *db.Tx, q place.Query) ([]string, error) {
	country := q.Within
	inside := ""
	if _, ok := place.Country(country); !ok && q.Within != "" {
		a, err := n.Gazetteer.Area(tx, q.Within)
		if err != nil {
			return nil, err
		}
		country, inside = a.Country, a.Code
	}
	if country == "" {
		return nil, fmt.Errorf("say with --within which country or area is meant, such as --within COD")
	}
	var lines []string
	if q.What != place.IsPoint {
		areas, err := n.listAreas(tx, country, inside, q.Level)
		if err != nil {
			return nil, err
		}
		lines = areas
	}
	if q.What != place.IsArea {
		points, err := n.Gazetteer.Points(tx, place.PointFilter{Country: country, Area: inside})
		if err != nil {
			return nil, err
		}
		for _, p := range points {
			out, err := n.Gazetteer.OutwardPoint(tx, p)
			if err != nil {
				return nil, err
			}
			at := "position not known"
			if out.Position != nil {
				at = fmt.Sprintf("%.5f %.5f", out.Position.Lat, out.Position.Lon)
			}
			if out.Guarded {
				at = "guarded, in " + out.Code
			}
			lines = append(lines, fmt.Sprintf("%-28s %-20s %s  (%s)", p.Code, p.Kind, p.Name("en"), at))
		}
	}
	if len(lines) == 0 {
		lines = []string{"nothing is known there; `godwit place import areas` brings it in"}
	}
	return lines, nil
}

func (n *Node) listAreas(tx *db.Tx, country, inside string, level int) ([]string, error) {
	areas, err := n.Gazetteer.Areas(tx, country, level)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, a := range areas {
		if inside != "" && a.Code != inside {
			up, err := n.Gazetteer.Ancestors(tx, a.Code)
			if err != nil {
				return nil, err
			}
			in := false
			for _, u := range up {
				in = in || u.Code == inside
			}
			if !in {
				continue
			}
		}
		people := "population not known"
		p, known, err := n.Gazetteer.Population(tx, a.Code)
		if err != nil {
			return nil, err
		}
		if known {
			people = figure(p)
		}
		lines = append(lines, fmt.Sprintf("%-28s level %d  %s  %s", a.Code, a.Level, a.Name("en"), people))
	}
	return lines, nil
}
