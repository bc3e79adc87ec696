package linelist

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Taken counts the rows of one file.
type Taken struct{ New, Here int }

// GoDataReport is what came of an import.
type GoDataReport struct {
	Files  map[string]Taken
	Doubts []Doubt
}

// goData is an import on its way.
type goData struct {
	*Service
	ctx      context.Context
	tx       *db.Tx
	a        access.Actor
	disease  string
	report   *GoDataReport
	cases    map[string]db.ID // by the id there
	contacts map[string]db.ID
}

// ImportGoData brings the files of Go.Data in, all or nothing; what came before is not
// taken again. A class that a case had there stands as an officer's word.
func (s *Service) ImportGoData(ctx context.Context, files map[string][]byte, disease string) (GoDataReport, error) {
	const op = "linelist.ImportGoData"
	var rep GoDataReport
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		rep = GoDataReport{Files: map[string]Taken{}}
		a, err := access.Acting(ctx, op)
		if err != nil {
			return err
		}
		res := access.Resource{Kind: kindCase, Site: a.Site(), Sensitivity: journal.Clinical}
		for _, action := range []access.Action{access.LineListWrite, access.LineListOverride} {
			if err := s.Access.Check(ctx, action, res); err != nil {
				return err
			}
		}
		if !s.Lists.HasDisease(disease) {
			return fault.Field(op, "disease", "linelist.error.choose")
		}
		g := goData{Service: s, ctx: ctx, tx: tx, a: a, disease: disease, report: &rep, cases: map[string]db.ID{}, contacts: map[string]db.ID{}}
		for _, step := range []struct {
			file string
			one  func(row) (fresh bool, err error)
		}{{GoDataCases, g.oneCase}, {GoDataContacts, g.oneContact}, {GoDataVisits, g.oneVisit}, {GoDataLinks, g.oneLink}} {
			rows, err := readRows(bytes.NewReader(files[step.file]), step.file, &rep.Doubts)
			if err != nil {
				return &fault.Error{Code: fault.Invalid, Op: op, Field: "files", Key: "linelist.error.choose", Err: err}
			}
			for _, r := range rows {
				fresh, err := step.one(r)
				if errors.Is(err, errSkip) {
					continue
				}
				if err != nil {
					return fmt.Errorf("%s: row %d: %w", r.file, r.line, err)
				}
				n := rep.Files[step.file]
				if fresh {
					n.New++
				} else {
					n.Here++
				}
				rep.Files[step.file] = n
			}
		}
		return nil
	})
	return rep, fault.Wrap(op, err)
}

// may reports whether the importer may write what is here already.
func (g *goData) may(r access.Resource) bool {
	return g.Access.May(g.ctx, access.LineListWrite, r)
}

var errSkip = errors.New("a row that is not taken")

func (g *goData) oneCase(r row) (bool, error) {
	c, class := caseOfGoData(r, g.disease)
	old, err := caseOfOrigin(g.tx, originOf(c.System, c.Foreign))
	if err == nil {
		if !g.may(old.Resource) {
			r.doubt("it is a case of a site that is not the importer's: not touched")
			return false, errSkip
		}
		g.cases[c.Foreign] = old.ID
		return false, nil
	}
	if !fault.Is(err, fault.NotFound) {
		return false, err
	}
	if class != "" {
		c.Officer = &Override{Class: class, Why: "Go.Data", By: g.a.User, At: g.now()}
	}
	if errs := c.Valid(g.Lists, g.today()); len(errs) > 0 {
		for _, e := range errs {
			r.doubt("%s cannot be: not taken", fault.FieldOf(e))
		}
		return false, errSkip
	}
	c, err = g.record(g.ctx, g.tx, c, true)
	g.cases[c.Foreign] = c.ID
	return true, err
}

func (g *goData) oneContact(r row) (bool, error) {
	c, became := contactOfGoData(r, g.disease)
	id, err := ofOrigin(g.tx, "linelist_contact", originOf(c.System, c.Foreign))
	if err == nil {
		old, err := findContact(g.tx, id)
		if err != nil {
			return false, err
		}
		if !g.may(old.Resource) {
			r.doubt("it is a contact of a site that is not the importer's: not touched")
			return false, errSkip
		}
		g.contacts[c.Foreign] = id
		return false, nil
	}
	if !fault.Is(err, fault.NotFound) {
		return false, err
	}
	if became {
		if c.Became = g.cases[c.Foreign]; c.Became.IsZero() {
			r.doubt("became a case that is not in the files")
		}
	}
	if errs := c.Valid(g.Lists, g.today()); len(errs) > 0 {
		for _, e := range errs {
			r.doubt("%s cannot be: not taken", fault.FieldOf(e))
		}
		return false, errSkip
	}
	c.ID = db.NewID()
	g.contacts[c.Foreign] = c.ID
	return true, g.Journal.Append(g.tx, g.a.Author(), journal.Change{Kind: kindContact, Doc: c.ID, Site: g.a.Site(), Sensitivity: journal.Clinical, Purpose: "public_health", Fields: contactFields(c)})
}

func (g *goData) oneVisit(r row) (bool, error) {
	v, ok := visitOfGoData(r)
	id := g.contacts[r.cells["contact_uuid"]]
	if id.IsZero() {
		r.doubt("its contact is not in the files: not taken")
		ok = false
	}
	if !ok {
		return false, errSkip
	}
	doc, err := g.Journal.Load(g.tx, id)
	if err != nil {
		return false, err
	}
	c, err := contactOf(doc)
	if err != nil {
		return false, err
	}
	if first, _, ok := c.Last.Bounds(); ok && v.Day <= first {
		r.doubt("a visit on or before the day of the last exposure")
	}
	for _, x := range c.Visits {
		if x.Foreign == v.Foreign {
			return false, nil
		}
	}
	v.At = g.now()
	return true, g.Journal.Append(g.tx, g.a.Author(), journal.Change{Kind: kindContact, Doc: id, Base: doc.Version, Purpose: "public_health", Fields: map[string]any{"visit": v}})
}

func (g *goData) oneLink(r row) (bool, error) {
	l := linkOfGoData(r)
	end := func(foreign, which string) db.ID {
		if id, ok := g.cases[foreign]; ok {
			return id
		}
		id, ok := g.contacts[foreign]
		if !ok {
			r.doubt("its %s is not in the files: kept without", which)
		}
		return id
	}
	l.From, l.To, l.Site = end(l.Source, "source"), end(l.Target, "target"), g.a.Site()
	_, err := ofOrigin(g.tx, "linelist_link", originOf(l.System, l.Foreign))
	if err == nil {
		return false, nil
	}
	if !fault.Is(err, fault.NotFound) {
		return false, err
	}
	return true, g.link(g.tx, g.a, l)
}
