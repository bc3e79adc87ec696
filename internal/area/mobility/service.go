package mobility

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

//go:embed locales
var files embed.FS

// Pages are the pages and words of this package.
func Pages() page.Area { return page.Area{Name: "mobility", Templates: files, Locales: files} }

// Counts are the reported counts that the joined views read.
type Counts interface {
	CountsIn(tx *db.Tx, f surveillance.CountFilter) ([]surveillance.Reported, error)
	CountSeries(ctx context.Context) ([]surveillance.CountSeries, error)
	Lists() surveillance.Lists
}

// Deps is what a Service needs.
type Deps struct {
	DB        *db.DB
	Journal   *journal.Journal
	Access    *access.Access
	Gazetteer *place.Gazetteer
	Counts    Counts
	Pages     *page.Renderer // nil where there are no pages
	Clock     func() time.Time
	Book      Book // what ships, where it has no assumptions
}

// Service is this package's use cases.
type Service struct {
	Deps
	views *views
}

// New makes the service.
func New(d Deps) *Service {
	if d.Clock == nil {
		d.Clock = time.Now
	}
	if d.Book.of == nil {
		folder, err := fs.Sub(data, "data")
		if err == nil {
			d.Book, err = ReadBook(folder)
		}
		if err != nil {
			panic(fmt.Sprintf("mobility/data: %v", err)) // part of the program; a test reads it
		}
	}
	return &Service{Deps: d, views: newViews()}
}

// mayRead checks the right to flows and what is made of them.
func (s *Service) mayRead(ctx context.Context) error {
	return s.Access.Check(ctx, access.StatisticsRead, access.Resource{Kind: kindMatrix})
}

func (s *Service) mayRecord(ctx context.Context) error {
	return s.Access.Check(ctx, access.FlowRecord, access.Resource{Kind: kindMatrix})
}

// Saved says what became of the parts of a matrix.
type Saved struct{ Made, Changed, Unchanged int }

// SaveMatrixIn keeps a matrix and its rows in the caller's transaction. What it says
// already is not written again; the rows of origins that it does not name stay.
func (s *Service) SaveMatrixIn(ctx context.Context, tx *db.Tx, t Table) (out Saved, err error) {
	const op = "mobility.SaveMatrix"
	if err := s.mayRecord(ctx); err != nil {
		return out, fault.Wrap(op, err)
	}
	errs := t.Matrix.Valid()
	for from, cells := range t.Rows {
		errs = append(errs, Row{t.Code, from, cells}.Valid()...)
	}
	if len(errs) > 0 {
		return out, errors.Join(errs...)
	}
	m := t.Matrix
	if err := s.put(ctx, tx, &out, kindMatrix, idOf(kindMatrix, m.Code), map[string]any{"code": m.Code, "name": m.Name, "measure": m.Measure, "per": m.Per, "unlisted": m.Unlisted,
		"fewer": m.Fewer, "from": m.From, "to": m.To, "source": m.Source, "licence": m.Licence, "limits": m.Limits}); err != nil {
		return out, err
	}
	for _, from := range slices.Sorted(maps.Keys(t.Rows)) {
		if err := s.put(ctx, tx, &out, kindRow, idOf(kindRow, m.Code, from), map[string]any{"matrix": m.Code, "from": from, "cells": t.Rows[from]}); err != nil {
			return out, err
		}
	}
	return out, nil
}

// SaveMatrix keeps a matrix and its rows.
func (s *Service) SaveMatrix(ctx context.Context, t Table) (out Saved, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error { out, err = s.SaveMatrixIn(ctx, tx, t); return err })
	return out, err
}

// put writes a document as a whole, unless it says so already.
func (s *Service) put(ctx context.Context, tx *db.Tx, out *Saved, kind string, id db.ID, fields map[string]any) error {
	a, _ := access.From(ctx)
	c := journal.Change{Kind: kind, Doc: id, Site: a.Site(), Sensitivity: journal.Identity, Purpose: "public_health", Fields: fields}
	old, err := s.Journal.Load(tx, id)
	switch {
	case fault.Is(err, fault.NotFound):
		out.Made++
	case err != nil:
		return err
	default:
		same, err := sameFields(old.Fields, fields)
		if err != nil || same {
			out.Unchanged++
			return err
		}
		out.Changed++
		c.Base, c.Site = old.Version, ""
	}
	return s.Journal.Append(tx, a.Author(), c)
}

// sameFields compares stored fields with values as JSON has them.
func sameFields(old map[string]json.RawMessage, now map[string]any) (bool, error) {
	for name, v := range now {
		b, err := json.Marshal(v)
		if err != nil {
			return false, err
		}
		var was, is any
		if raw := old[name]; raw != nil {
			if err := json.Unmarshal(raw, &was); err != nil {
				return false, err
			}
		}
		if err := json.Unmarshal(b, &is); err != nil {
			return false, err
		}
		if !reflect.DeepEqual(was, is) {
			return false, nil
		}
	}
	return true, nil
}

// Matrices lists the matrices, by measure and code.
func (s *Service) Matrices(ctx context.Context) (out []Matrix, err error) {
	const op = "mobility.Matrices"
	if err := s.mayRead(ctx); err != nil {
		return nil, fault.Wrap(op, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error { out, err = matrices(tx); return err })
	return out, fault.Wrap(op, err)
}

// Table opens a matrix with its rows.
func (s *Service) Table(ctx context.Context, code string) (t Table, err error) {
	const op = "mobility.Table"
	if err := s.mayRead(ctx); err != nil {
		return t, fault.Wrap(op, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error { t, err = s.views.tableOf(tx, code); return err })
	return t, fault.Wrap(op, err)
}
