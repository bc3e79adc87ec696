package place

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// importer brings in the rows of one file, inside one transaction.
type importer struct {
	g    *Gazetteer
	ctx  context.Context
	tx   *db.Tx
	o    ImportOptions
	book *book
	seen map[string]int // lines by the key of what they say
	rep  ImportReport
}

// once refuses a second row about the same thing: nobody knows which one holds.
func (im *importer) once(key string, line int) error {
	if first, twice := im.seen[key]; twice {
		return &fault.Error{Code: fault.Invalid, Op: "place.Import", Key: "place.error.row_twice", Args: map[string]any{"line": first}}
	}
	im.seen[key] = line
	return nil
}

// put writes one document and forgets what was read of labels, which may be more now.
func (im *importer) put(kind, key string, wrong []error, fields map[string]any) error {
	if err := errors.Join(wrong...); err != nil {
		return err
	}
	// A file that does not have a column says nothing about it.
	old, err := im.g.journal.Load(im.tx, idOf(kind, key))
	if err == nil {
		for name, v := range fields {
			if same, err := sameField(nil, v); err == nil && same && old.Fields[name] != nil {
				delete(fields, name)
			}
		}
	} else if !fault.Is(err, fault.NotFound) {
		return err
	}
	out, err := im.g.put(im.ctx, im.tx, kind, key, fields)
	if err == nil {
		im.rep.count(out)
		im.book = im.g.book(im.tx)
	}
	return err
}

// look resolves a name without candidates: who decides looks at the queue.
func (im *importer) look(q Query) (Resolution, error) {
	r, f, err := im.book.lookup(q)
	r.Candidates = f.same
	return r, err
}

// names are the columns name and name_<language> of a row.
func (im *importer) names(r row) (names map[string]string, also []string) {
	names = map[string]string{}
	for col, v := range r.cells {
		if lang, ok := strings.CutPrefix(col, "name_"); ok && v != "" {
			names[lang] = v
		}
	}
	if n := r.text("name"); n != "" && !contains(names, n) {
		names[AnyLanguage] = n
	}
	for n := range strings.SplitSeq(r.text("also"), "|") {
		if n = strings.TrimSpace(n); n != "" {
			also = append(also, n)
		}
	}
	return names, also
}

func contains(names map[string]string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

// area is a row of an areas file: name, and code, pcode, iso, country, level,
// parent (code or name), type, also (with |), lat, lon, name_<language>, source.
func (im *importer) area(r row) error {
	a := Area{Code: strings.ToUpper(r.text("code")), PCode: strings.ToUpper(r.text("pcode")), ISO: strings.ToUpper(r.text("iso")), Type: cmpOr(r.text("type"), im.o.Type), Source: cmpOr(r.text("source"), im.o.Source)}
	a.Names, a.Also = im.names(r)
	parent, err := im.parent(r)
	if err != nil {
		return err
	}
	a.Country, a.Parent, a.Level = parent.Country, parent.Code, parent.Level+1
	if level, known, err := r.number("level"); err != nil {
		return err
	} else if known {
		a.Level = int(level)
	} else if im.o.Level != 0 {
		a.Level = im.o.Level
	}
	if a.Position, err = r.position(); err != nil {
		return err
	}
	if a.Code = cmpOr(a.Code, a.PCode); a.Code == "" {
		if a.Code, err = im.code(a.Country, "", r.text("name")); err != nil {
			return err
		}
	}
	if err := im.once(a.Code, r.line); err != nil {
		return err
	}
	return im.put(kindArea, a.Code, a.Valid(), areaFields(a))
}

// parent is what a row's area lies in: its parent column, else its country, else
// what the whole file lies in.
func (im *importer) parent(r row) (Ref, error) {
	text := cmpOr(r.text("parent"), r.text("country"), im.o.Within)
	if text == "" {
		return Ref{}, fault.Field("place.Import", "parent", "place.error.parent")
	}
	within := im.o.Within
	if c := r.text("country"); c != "" && text != c {
		within = ""
	}
	if text == im.o.Within {
		within = ""
	}
	res, err := im.look(Query{Text: text, Within: within})
	switch {
	case err != nil:
		return Ref{}, err
	case res.Place == nil || res.Place.What == IsPoint:
		return Ref{}, fault.Field("place.Import", "parent", "place.error.unknown")
	}
	return *res.Place, nil
}

// code makes the code of what a file gives none: country, a letter for points, and
// the name. Two of one name need codes of their own.
func (im *importer) code(country, letter, name string) (string, error) {
	s := slug(name)
	if s == "" {
		return "", fault.Field("place.Import", "code", "place.error.no_code")
	}
	code := strings.Join(slices.DeleteFunc([]string{country, letter, s}, func(s string) bool { return s == "" }), "-")
	ref, ok, err := im.book.ref(code)
	if err != nil || !ok {
		return code, err
	}
	for _, n := range ref.Names {
		if fold(n) == fold(name) {
			return code, nil
		}
	}
	return "", fault.Field("place.Import", "code", "place.error.code_taken")
}

func cmpOr(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

// point is a row of a points file: name, kind, lat, lon, country (code or name),
// area (code or name), faces, also, designated, guarded, site, source, note, code.
func (im *importer) point(r row) error {
	p := Point{Code: strings.ToUpper(r.text("code")), Kind: PointKind(cmpOr(r.text("kind"), string(im.o.Kind))), Site: strings.ToUpper(r.text("site")),
		Source: cmpOr(r.text("source"), im.o.Source), Note: r.text("note"), Designated: yes(r.text("designated")), Guarded: yes(r.text("guarded"))}
	p.Guarded = p.Guarded || p.Kind.guarded()
	p.Names, p.Also = im.names(r)
	var err error
	if p.Position, err = r.position(); err != nil {
		return err
	}
	if p.Country, err = im.country(cmpOr(r.text("country"), im.o.Within), "country"); err != nil {
		return err
	}
	if f := r.text("faces"); f != "" {
		if p.Faces, err = im.country(f, "faces"); err != nil {
			return err
		}
	}
	if a := r.text("area"); a != "" {
		ref, err := im.match(Query{Text: a, Within: p.Country, What: IsArea})
		if err != nil || ref == nil {
			return err
		}
		p.Area = ref.Code
	}
	if p.Code == "" {
		if p.Code, err = im.code(p.Country, "P", r.text("name")); err != nil {
			return err
		}
	}
	if err := im.once(p.Code, r.line); err != nil {
		return err
	}
	return im.put(kindPoint, p.Code, p.Valid(), pointFields(p))
}

func yes(text string) bool {
	return slices.Contains([]string{"yes", "y", "true", "1", "oui", "sí", "si"}, strings.ToLower(text))
}

// country is the country of a code or a name, or that in which an area lies.
func (im *importer) country(text, col string) (string, error) {
	if text == "" {
		return "", fault.Field("place.Import", col, "place.error.country")
	}
	res, err := im.look(Query{Text: text})
	switch {
	case err != nil:
		return "", err
	case res.Place == nil:
		return "", fault.Field("place.Import", col, "place.error.country")
	}
	return res.Place.Country, nil
}

// match resolves a name of a row. Without a place the name goes into the queue and
// the row with it: nil, and nothing is wrong.
func (im *importer) match(q Query) (*Ref, error) {
	r, err := im.look(q)
	switch {
	case err != nil:
		return nil, err
	case r.Place != nil:
		if r.By == ByChoice {
			im.rep.ByChoice++
		} else {
			im.rep.ByName++
		}
		return r.Place, nil
	case r.NoPlace:
		return nil, fault.Field("place.Import", "name", "place.error.no_place")
	}
	if _, err := im.g.queue(im.ctx, im.tx, q, cmpOr(im.o.File, im.o.Source)); err != nil {
		return nil, err
	}
	im.rep.Queued++
	im.rep.Waiting = append(im.rep.Waiting, q.Text)
	return nil, nil
}

// population is a row of a population file: name (or code), population, and date,
// source, note.
func (im *importer) population(r row) error {
	n, known, err := r.number("population")
	if err != nil || !known {
		return cmpErr(err, fault.Field("place.Import", "population", "place.error.not_known"))
	}
	p := Population{Count: n, Date: cmpOr(r.text("date"), im.o.Date), Source: cmpOr(r.text("source"), im.o.Source), Note: r.text("note")}
	q := Query{Text: r.text("name"), Within: im.o.Within, Level: im.o.Level}
	if im.o.Create {
		if err := im.create(q); err != nil {
			return err
		}
	}
	ref, err := im.match(q)
	if err != nil || ref == nil {
		return err
	}
	p.Place = ref.Code
	if err := im.once(populationKey(p), r.line); err != nil {
		return err
	}
	return im.put(kindPopulation, populationKey(p), p.Valid(), populationFields(p))
}

func cmpErr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// create makes an area of a name that there is none of, below what the file lies in.
func (im *importer) create(q Query) error {
	r, err := im.look(q)
	if err != nil || r.Place != nil || r.NoPlace || len(r.Candidates) > 0 {
		return err
	}
	parent, err := im.parent(row{cells: map[string]string{}})
	if err != nil {
		return err
	}
	a := Area{Country: parent.Country, Parent: parent.Code, Level: parent.Level + 1, Type: im.o.Type, Names: map[string]string{AnyLanguage: q.Text}, Source: im.o.Source}
	if im.o.Level != 0 {
		a.Level = im.o.Level
	}
	if a.Code, err = im.code(a.Country, "", q.Text); err != nil {
		return err
	}
	if err := errors.Join(a.Valid()...); err != nil {
		return err
	}
	out, err := im.g.put(im.ctx, im.tx, kindArea, a.Code, areaFields(a))
	if err == nil && out == Made {
		im.rep.Created++
		im.book = im.g.book(im.tx)
	}
	return err
}

// alias is a row of an aliases file: name, target (code or name of the place), and
// source, note.
func (im *importer) alias(r row) error {
	name := Name{Text: r.text("name"), Within: im.o.Within, Source: cmpOr(r.text("source"), im.o.Source), Note: r.text("note")}
	target, err := im.look(Query{Text: r.text("target"), Within: im.o.Within})
	if err != nil {
		return err
	}
	if target.Place == nil {
		return fault.Field("place.Import", "target", "place.error.unknown")
	}
	if err := im.once(fold(name.Text), r.line); err != nil {
		return err
	}
	own, err := im.look(Query{Text: name.Text, Within: im.o.Within})
	switch {
	case err != nil:
		return err
	case own.Place != nil && own.By == ByName && own.Place.Code == target.Place.Code:
		im.rep.Known++
		return nil
	case own.Place != nil && own.By == ByName:
		return fault.Field("place.Import", "name", "place.error.alias_taken")
	}
	name.Target = target.Place.Code
	out, err := im.g.choose(im.ctx, im.tx, name)
	if err == nil {
		im.rep.count(out)
	}
	return err
}
