package traveller

import (
	"context"
	"slices"

	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// DeclarationSheet is the form of a declaration.
type DeclarationSheet struct {
	Sheet
	Declaration Declaration
	Versions    []string // to choose from where the form is not settled; Form is nil then
}

// sheetOf answers the form that holds for a declaration.
func (s *Service) sheetOf(tx *db.Tx, d Declaration, at border.Point) (DeclarationSheet, error) {
	out := DeclarationSheet{Declaration: d, Sheet: Sheet{Point: at, Day: d.Day}}
	var err error
	if out.Pack, err = s.active(tx, packDeclarations, d.Day); err != nil {
		return out, err
	}
	if d.Version != "" && !slices.Contains(versions(out.Pack), d.Version) {
		return out, fault.Field("traveller.sheetOf", "version", "traveller.error.choose")
	}
	if out.Declaration.Form = whichForm(out.Pack, d); out.Declaration.Form == "" {
		out.Versions = versions(out.Pack)
		return out, nil
	}
	out.Form, err = formOf(out.Pack, formFile(out.Declaration.Form))
	return out, err
}

// DeclarationSheet is the form of a ship or an aircraft, on the actor's shift.
func (s *Service) DeclarationSheet(ctx context.Context, kind Declares, version string) (DeclarationSheet, error) {
	const op = "traveller.DeclarationSheet"
	var out DeclarationSheet
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		own, err := s.mayBegin(ctx, tx, op)
		if err != nil {
			return err
		}
		if kind != ShipDeclares && kind != AircraftDeclares {
			return fault.New(fault.NotFound, op, "page.error.not_found")
		}
		out, err = s.sheetOf(tx, Declaration{Kind: kind, Version: version, Day: own.Hour.Day()}, own.Point)
		return err
	})
	return out, fault.Wrap(op, err)
}

// TakeDeclaration records the declaration of a ship or an aircraft. Its travellers are
// listed as those of any conveyance.
func (s *Service) TakeDeclaration(ctx context.Context, id db.ID, kind Declares, version string, answers Answers) error {
	const op = "traveller.TakeDeclaration"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		own, err := s.mayBegin(ctx, tx, op)
		if err != nil {
			return err
		}
		if kind != ShipDeclares && kind != AircraftDeclares {
			return fault.Field(op, "kind", "traveller.error.choose")
		}
		d := Declaration{ID: id, Site: own.Shift.Site, Point: own.Point.Post.Code, Shift: own.Shift.ID, Day: own.Hour.Day(), At: s.now(), Kind: kind, Version: version, Answers: answers,
			Conveyance: idOf("border.conveyance " + id.String())}
		if err := s.declare(tx, a, own.Point, &d, "listed"); err != nil {
			return err
		}
		c := Conveyance{Point: d.Point, Shift: d.Shift, Day: d.Day, At: d.At, Kind: string(kind), Number: answers.One("ship_name") + answers.One("flight"), Until: d.Until}
		return s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindConveyance, Doc: d.Conveyance, Site: d.Site, Sensitivity: journal.Clinical, Purpose: "public_health",
			Fields: map[string]any{"point": c.Point, "shift": c.Shift, "day": c.Day, "at": c.At, "kind": c.Kind, "number": c.Number, until: c.Until}})
	}))
}

// declare checks the answers, judges them and appends the declaration. sort is how long
// it is kept.
func (s *Service) declare(tx *db.Tx, a access.Actor, at border.Point, d *Declaration, sort string) error {
	const op = "traveller.declare"
	sh, err := s.sheetOf(tx, *d, at)
	if err != nil {
		return err
	}
	if sh.Form == nil {
		return fault.Field(op, "version", "traveller.error.choose")
	}
	d.Form = sh.Declaration.Form
	if !sh.Form.Check(d.Answers, nil, d.Day).OK() {
		return fault.New(fault.Invalid, op, "traveller.error.answers")
	}
	if err := judge(sh.Pack, d); err != nil {
		return err
	}
	keep, err := s.active(tx, packScreening, d.Day)
	if err == nil {
		d.Until, err = keptUntil(keep, sort, d.Day)
	}
	if err != nil {
		return err
	}
	err = s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindDeclared, Doc: d.ID, Site: d.Site, Sensitivity: journal.Clinical, Purpose: "public_health", Fields: map[string]any{
		"point": d.Point, "shift": d.Shift, "day": d.Day, "at": d.At, "kind": d.Kind, "version": d.Version, "form": d.Form, "answers": d.Answers, "own": d.Own,
		"needs": d.Needs, "flags": d.Flags, "asks": d.Asks, "record": d.Record, "conveyance": d.Conveyance, until: d.Until}})
	if fault.Is(err, fault.Conflict) {
		return fault.New(fault.Conflict, op, "traveller.error.sent_twice")
	}
	return err
}

// PublicSheet is the form that anybody may fill in for a point, without an account. A
// point that is closed or guarded has none.
func (s *Service) PublicSheet(ctx context.Context, point string) (DeclarationSheet, error) {
	const op = "traveller.PublicSheet"
	var out DeclarationSheet
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		at, err := s.public(tx, point)
		if err != nil {
			return err
		}
		out, err = s.sheetOf(tx, Declaration{Kind: TravellerDeclares, Day: at.HourAt(s.now()).Day()}, at)
		return err
	})
	return out, fault.Wrap(op, err)
}

// public answers a point that anybody may know of.
func (s *Service) public(tx *db.Tx, point string) (border.Point, error) {
	at, err := s.Border.PointIn(tx, point)
	if err == nil && (!at.Open() || at.Keep()) {
		err = fault.New(fault.NotFound, "traveller.public", "page.error.not_found")
	}
	return at, err
}

// DeclareSelf records what a traveller declares on their own phone, and answers the code
// that they show, also of a form that is sent twice. Nobody is logged in: it is written in
// nobody's name, and address only bounds how many come from one place and is kept nowhere.
func (s *Service) DeclareSelf(ctx context.Context, address string, typed db.ID, point string, answers Answers) (Declaration, error) {
	const op = "traveller.DeclareSelf"
	err := s.DB.Read(ctx, func(tx *db.Tx) error { _, err := s.public(tx, point); return err }) // only points that are there are counted
	if err != nil {
		return Declaration{}, fault.Wrap(op, err)
	}
	if !s.limit.take(address, point, s.Clock()) {
		return Declaration{}, fault.New(fault.Unavailable, op, "traveller.error.many")
	}
	program, err := access.Acting(access.Operator(ctx), op)
	if err != nil {
		return Declaration{}, err
	}
	var d Declaration
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		at, err := s.public(tx, point)
		if err != nil {
			return err
		}
		id, err := s.ownID(tx, typed)
		if err != nil {
			return err
		}
		d = Declaration{ID: id, Site: at.Post.Site, Point: at.Post.Code, Day: at.HourAt(s.now()).Day(), At: s.now(), Kind: TravellerDeclares, Answers: answers, Own: true}
		return s.declare(tx, program, at, &d, "declared")
	})
	return d, fault.Wrap(op, err)
}

// ownID is the id of a declaration that somebody sends without an account. What they
// typed only tells two forms apart: were it the id itself, anybody could take, for ever,
// that of a document yet to be made, since many ids follow from public codes.
func (s *Service) ownID(tx *db.Tx, typed db.ID) (db.ID, error) {
	here, err := s.Journal.Installation(tx)
	return idOf("border.declaration.own " + here.String() + " " + typed.String()), err
}

// Shown finds the declaration whose code somebody shows at the point of the actor's
// shift. From then on it is of that shift.
func (s *Service) Shown(ctx context.Context, code string) (db.ID, error) {
	const op = "traveller.Shown"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return db.ID{}, err
	}
	var id db.ID
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		own, err := s.mayBegin(ctx, tx, op)
		if err != nil {
			return err
		}
		code, ok := people.ParseCode(code)
		if !ok {
			return fault.Field(op, "code", "traveller.error.code")
		}
		d, err := declarationOfCode(tx, own.Point.Post.Code, code)
		if fault.Is(err, fault.NotFound) {
			return fault.Field(op, "code", "traveller.error.code")
		}
		if err != nil {
			return err
		}
		if id = d.ID; d.Shift == own.Shift.ID {
			return nil
		}
		return s.put(tx, a, journal.Change{Kind: kindDeclared, Doc: id, Purpose: "public_health", Fields: map[string]any{"shift": own.Shift.ID}})
	})
	return id, fault.Wrap(op, err)
}

// mayReadDeclaration answers a declaration of the actor's own shift, or of any where
// port health looks.
func (s *Service) mayReadDeclaration(ctx context.Context, tx *db.Tx, action access.Action, id db.ID) (Declaration, error) {
	d, err := findDeclaration(tx, id)
	if err != nil {
		return d, err
	}
	if err := s.Access.Check(ctx, access.ScreeningRead, resourceOf(kindDeclared, id, d.Site, d.Shift)); err != nil {
		return d, err
	}
	return d, s.Access.Check(ctx, action, resourceOf(kindDeclared, id, d.Site, d.Shift))
}

// Declared is a declaration as its page shows it.
type Declared struct {
	Declaration
	Pack    *pack.Pack // nil where none is in force any more
	Point   border.Point
	Vehicle *Vehicle
	Mine    bool
}

// Declared opens a declaration.
func (s *Service) Declared(ctx context.Context, id db.ID) (Declared, error) {
	const op = "traveller.Declared"
	var out Declared
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		d, err := s.mayReadDeclaration(ctx, tx, access.ScreeningRead, id)
		if err != nil {
			return err
		}
		out = Declared{Declaration: d, Mine: s.Access.May(ctx, access.ScreeningRecord, resourceOf(kindDeclared, id, d.Site, d.Shift))}
		if out.Point, err = s.Border.PointIn(tx, d.Point); err != nil {
			return err
		}
		if out.Vehicle, err = vehicle(tx, d.Conveyance); err != nil {
			return err
		}
		out.Pack, err = s.active(tx, packDeclarations, d.Day)
		if fault.Is(err, fault.Unavailable) {
			out.Pack, err = nil, nil
		}
		if err != nil {
			return err
		}
		return s.Access.OpenedTx(ctx, tx, id, "border.declaration")
	})
	return out, fault.Wrap(op, err)
}

// Lister is what is listed of a declaration, by the form of the pack.
type Lister string

// The closed list.
const (
	ListSick       Lister = "sick"
	ListPassengers Lister = "passengers"
)

func (l Lister) form() string {
	if l == ListSick {
		return formSick
	}
	return formCompanion
}

// ListerSheet is the form of one who is ill, or of one traveller.
func (s *Service) ListerSheet(ctx context.Context, id db.ID, l Lister) (Sheet, error) {
	const op = "traveller.ListerSheet"
	var out Sheet
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		d, err := s.mayReadDeclaration(ctx, tx, access.ScreeningRecord, id)
		if err != nil {
			return err
		}
		if d.Kind == TravellerDeclares {
			return fault.New(fault.NotFound, op, "page.error.not_found")
		}
		out = Sheet{Day: d.Day}
		if out.Pack, err = s.active(tx, packDeclarations, d.Day); err == nil {
			out.Form, err = formOf(out.Pack, l.form())
		}
		return err
	})
	return out, fault.Wrap(op, err)
}

// AddTo lists one who is ill, or one traveller, of a ship or an aircraft.
func (s *Service) AddTo(ctx context.Context, made, id db.ID, l Lister, answers Answers) error {
	const op = "traveller.AddTo"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	sh, err := s.ListerSheet(ctx, id, l)
	if err != nil {
		return fault.Wrap(op, err)
	}
	if !sh.Form.Check(answers, nil, sh.Day).OK() {
		return fault.New(fault.Invalid, op, "traveller.error.answers")
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		d, err := s.mayReadDeclaration(ctx, tx, access.ScreeningRecord, id)
		if err != nil {
			return err
		}
		if l == ListSick {
			return s.put(tx, a, journal.Change{Kind: kindDeclared, Doc: id, Purpose: "public_health", Fields: map[string]any{"sick": answers}})
		}
		err = s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindCompanion, Doc: made, Site: d.Site, Sensitivity: journal.Clinical, Purpose: "public_health",
			Fields: map[string]any{"conveyance": d.Conveyance, "day": d.Day, "at": s.now(), "answers": answers, until: d.Until}})
		if fault.Is(err, fault.Conflict) {
			return fault.New(fault.Conflict, op, "traveller.error.sent_twice")
		}
		if err != nil {
			return err
		}
		return s.counts(tx, a, made, d.Site, Found{d.Point, d.Day, map[string]int64{"listed": 1}})
	}))
}

// Declarations lists those of the actor's shift, or of the sites of port health, without
// a name: first those whose code somebody showed, since anybody can send others.
func (s *Service) Declarations(ctx context.Context) ([]Declaration, error) {
	const op = "traveller.Declarations"
	var out []Declaration
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		sc, err := s.Access.Scope(ctx, access.ScreeningRead)
		if err != nil {
			return err
		}
		if sc.Empty() {
			_, err = s.Border.OwnIn(ctx, tx, op) // says that a shift is missing, or that it is forbidden
			return err
		}
		where, args := sc.Where("s")
		out, err = declarationsIn(tx, where, args, mostListed)
		return err
	})
	return out, fault.Wrap(op, err)
}
