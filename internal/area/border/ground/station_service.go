package ground

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// AddStation says that a station stands at a point.
func (s *Service) AddStation(ctx context.Context, id db.ID, point, name string) error {
	const op = "ground.AddStation"
	return s.add(ctx, op, kindStation, id, point, name, nil)
}

// AddDevice says that a point has a device; kind is of the screening pack.
func (s *Service) AddDevice(ctx context.Context, id db.ID, point, name, kind string) error {
	const op = "ground.AddDevice"
	return s.add(ctx, op, kindDevice, id, point, name, func(tx *db.Tx) (map[string]any, error) {
		p, err := s.active(tx, packScreening)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(deviceKinds(p), kind) {
			return nil, fault.Field(op, "kind", "ground.error.choose")
		}
		return map[string]any{"kind": kind}, nil
	})
}

// deviceKinds are the devices that the screening pack has thresholds for.
func deviceKinds(p *pack.Pack) []string {
	f, _ := p.Fact(factDevice)
	return f.Values
}

func (s *Service) add(ctx context.Context, op, kind string, id db.ID, point, name string, more func(tx *db.Tx) (map[string]any, error)) error {
	a, err := access.Acting(ctx, op)
	if err == nil {
		err = s.edits(ctx, border.Point{})
	}
	if err != nil {
		return fault.Wrap(op, err)
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		p, err := s.Border.PointIn(tx, point)
		if err == nil {
			err = s.edits(ctx, p)
		}
		if err != nil {
			return err
		}
		name, err := named(op, name)
		if err != nil {
			return err
		}
		fields := map[string]any{}
		if more != nil {
			if fields, err = more(tx); err != nil {
				return err
			}
		}
		fields["point"], fields["name"] = point, name
		err = s.Journal.Append(tx, a.Author(), journal.Change{Kind: kind, Doc: id, Site: p.Post.Site, Sensitivity: journal.Identity, Purpose: "public_health", Fields: fields})
		if fault.Is(err, fault.Conflict) {
			return fault.New(fault.Conflict, op, "ground.error.sent_twice")
		}
		return err
	}))
}

// Remove says that a station or a device is there no more.
func (s *Service) Remove(ctx context.Context, id db.ID) error {
	const op = "ground.Remove"
	a, err := access.Acting(ctx, op)
	if err == nil {
		err = s.edits(ctx, border.Point{})
	}
	if err != nil {
		return fault.Wrap(op, err)
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		d, err := s.Journal.Load(tx, id)
		if err != nil {
			return err
		}
		if d.Kind != kindStation && d.Kind != kindDevice {
			return fault.New(fault.NotFound, op, "page.error.not_found")
		}
		if err := s.Access.Check(ctx, access.BorderEdit, access.Of(d)); err != nil {
			return err
		}
		return s.put(tx, a, journal.Change{Kind: d.Kind, Doc: id, Fields: map[string]any{"gone": true}})
	}))
}

// StationSheet is the check of a station: the pack's form.
type StationSheet struct {
	Station Station
	Point   border.Point
	Pack    *pack.Pack
	Form    *form.Form
	Works   bool
	Edits   bool
}

// Station opens a station with the form of its check.
func (s *Service) Station(ctx context.Context, id db.ID) (StationSheet, error) {
	const op = "ground.Station"
	var out StationSheet
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		out = StationSheet{}
		if out.Station, err = one(tx, kindStation, id, asStation); err != nil {
			return err
		}
		if out.Point, err = s.Border.PointIn(tx, out.Station.Point); err != nil {
			return err
		}
		if err := s.reads(ctx, out.Point); err != nil {
			return err
		}
		out.Works, out.Edits = s.works(ctx, out.Point), s.edits(ctx, out.Point) == nil
		if out.Pack, err = s.active(tx, packStation); err == nil {
			out.Form, err = formOf(out.Pack, formStation)
		}
		return err
	})
	return out, fault.Wrap(op, err)
}

// CheckStation records a check.
func (s *Service) CheckStation(ctx context.Context, id db.ID, answers map[string][]string) error {
	const op = "ground.CheckStation"
	return s.checked(ctx, op, kindStation, id, func(tx *db.Tx, p border.Point, shift db.ID) (any, error) {
		rules, err := s.active(tx, packStation)
		if err != nil {
			return nil, err
		}
		f, err := formOf(rules, formStation)
		if err != nil {
			return nil, err
		}
		day := p.HourAt(s.now()).Day()
		if !f.Check(answers, nil, day, notOn(checkedOn)).OK() {
			return nil, fault.New(fault.Invalid, op, "ground.error.answers")
		}
		for _, text := range answers["remarks"] {
			if err := textFault(op, page.QuestionPrefix+"remarks", text); err != nil {
				return nil, err
			}
		}
		r, err := ruleStation(rules, answers, day, p.Post.Corridor)
		return Check{Answers: answers, Alarms: r.Alarms, Record: r.Record, Shift: shift, At: s.now()}, err
	})
}

// Device opens a device.
func (s *Service) Device(ctx context.Context, id db.ID) (Device, border.Point, error) {
	const op = "ground.Device"
	var d Device
	var p border.Point
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if d, err = one(tx, kindDevice, id, asDevice); err != nil {
			return err
		}
		if p, err = s.Border.PointIn(tx, d.Point); err != nil {
			return err
		}
		return s.reads(ctx, p)
	})
	return d, p, fault.Wrap(op, err)
}

// CheckDevice records that a device measured something whose temperature is known, and
// whether the screener uses it.
func (s *Service) CheckDevice(ctx context.Context, id db.ID, c DeviceCheck) error {
	const op = "ground.CheckDevice"
	return s.checked(ctx, op, kindDevice, id, func(_ *db.Tx, _ border.Point, shift db.ID) (any, error) {
		for _, f := range []struct {
			name string
			text *string
		}{{"reference", &c.Reference}, {"reading", &c.Reading}} {
			*f.text = strings.TrimSpace(page.Digits(*f.text))
			if n, err := strconv.ParseFloat(*f.text, 64); err != nil || n < -60 || n > 100 {
				return nil, fault.Field(op, f.name, "ground.error.number")
			}
		}
		c.Shift, c.At = shift, s.now()
		return c, nil
	})
}

// checked appends a check of a thing at the actor's point.
func (s *Service) checked(ctx context.Context, op, kind string, id db.ID, check func(tx *db.Tx, p border.Point, shift db.ID) (any, error)) error {
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		d, err := s.Journal.Load(tx, id)
		if err != nil {
			return err
		}
		if d.Kind != kind || d.Error {
			return fault.New(fault.NotFound, op, "page.error.not_found")
		}
		var at struct {
			Point string `json:"point"`
		}
		if err := d.Decode(&at); err != nil {
			return err
		}
		p, err := s.Border.PointIn(tx, at.Point)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.ScreeningRecord, access.Resource{Kind: kind, Site: p.Post.Site, Sensitivity: journal.Identity}); err != nil {
			return err
		}
		var shift db.ID
		if own, err := s.Border.OwnIn(ctx, tx, op); err == nil && own.Shift.Point == at.Point {
			shift = own.Shift.ID
		}
		c, err := check(tx, p, shift)
		if err != nil {
			return err
		}
		return s.Journal.Append(tx, a.Author(), journal.Change{Kind: kind, Doc: id, Base: d.Version, Purpose: "public_health", Fields: map[string]any{"check": c}})
	}))
}

// Ready says what a shift has to look at before it screens: devices that were not
// checked in it, and stations that are broken.
func (s *Service) Ready(ctx context.Context, own border.Own) ([]page.Callout, error) {
	const op = "ground.Ready"
	var out []page.Callout
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		o := Overview{Point: own.Point}
		if err := s.gather(tx, &o); err != nil {
			return err
		}
		link := []page.Link{{Href: overviewPath(own.Point.Post.Code), Text: page.M("ground.title")}}
		unchecked, bad := 0, 0
		for _, d := range o.Devices {
			last, ok := d.Last()
			switch {
			case !ok || last.Shift != own.Shift.ID:
				unchecked++
			case !last.Good:
				bad++
			}
		}
		if unchecked > 0 {
			out = append(out, page.Callout{Level: page.Wait, Title: page.M("ground.ready.devices", "count", unchecked), Links: link})
		}
		if bad > 0 {
			out = append(out, page.Callout{Level: page.Danger, Title: page.M("ground.ready.bad", "count", bad), Links: link})
		}
		broken := 0
		for _, st := range o.Stations {
			if !st.Since(Broken).IsZero() {
				broken++
			}
		}
		if broken > 0 {
			out = append(out, page.Callout{Level: page.Wait, Title: page.M("ground.ready.broken", "count", broken), Links: link})
		}
		return nil
	})
	return out, fault.Wrap(op, err)
}

func overviewPath(point string) string { return "/border/points/" + point + "/ground" }

// Tasks says how many stations are to be repaired, to whoever looks after the points.
func (s *Service) Tasks(ctx context.Context) ([]page.Callout, error) {
	list, err := s.Repairs(ctx)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	late := 0
	for _, r := range list {
		if r.Overdue(s.now()) {
			late++
		}
	}
	c := page.Callout{Level: page.Wait, Title: page.M("ground.repairs.count", "count", len(list)), Links: []page.Link{{Href: "/border/repairs", Text: page.M("ground.repairs.title")}}}
	if late > 0 {
		c.Level, c.Text = page.Danger, []page.Msg{page.M("ground.repairs.overdue", "count", late)}
	}
	return []page.Callout{c}, nil
}
