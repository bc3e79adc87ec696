package ground

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// askable is a pack's form on a day, without the question that the day answers.
type askable struct {
	form *form.Form
	day  calendar.Day
	skip string
}

// mayEdit is the first thing that a page to change a point does.
func (s *Service) mayEdit(w http.ResponseWriter, r *http.Request) (border.Point, bool) {
	p, err := s.pointOf(r)
	if err == nil {
		err = s.edits(r.Context(), p)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
	}
	return p, err == nil
}

func nameForm(action string, more ...page.Field) *page.Form {
	return &page.Form{Action: action, Submit: page.M("ground.add"), Fields: append([]page.Field{{Kind: page.Hidden, Name: "id", Value: db.NewID().String()},
		{Kind: page.Text, Name: "name", Label: page.M("ground.name"), Hint: page.M("ground.name_hint"), Max: longName, Dir: "auto", Auto: "off"}}, more...)}
}

func (s *Service) getAddStation(w http.ResponseWriter, r *http.Request) {
	if p, ok := s.mayEdit(w, r); ok {
		f := nameForm("/border/points/" + p.Post.Code + "/stations")
		s.show(w, r, "ground.station.add", p.Post.Code, page.Sheet{Form: f}, f)
	}
}

// posted reads the form of a page to change a point, with the id of what it makes.
func (s *Service) posted(w http.ResponseWriter, r *http.Request) (p border.Point, id db.ID, ok bool) {
	p, err := s.pointOf(r)
	if err == nil {
		err = page.ReadForm(w, r, page.FormLimit)
	}
	if err == nil && r.PostForm.Has("id") {
		if id, err = db.ParseID(r.PostForm.Get("id")); err != nil {
			err = fault.New(fault.Invalid, "ground.posted", "page.error.body")
		}
	}
	if err != nil {
		s.Pages.Error(w, r, err)
	}
	return p, id, err == nil
}

func (s *Service) postAddStation(w http.ResponseWriter, r *http.Request) {
	p, id, ok := s.posted(w, r)
	if !ok {
		return
	}
	f := nameForm("/border/points/" + p.Post.Code + "/stations")
	err := s.AddStation(r.Context(), id, p.Post.Code, r.PostForm.Get("name"))
	s.saved(w, r, err, p.Post.Code, f, func() { s.show(w, r, "ground.station.add", p.Post.Code, page.Sheet{Form: f}, f) })
}

func (s *Service) deviceForm(r *http.Request, point string) (*page.Form, error) {
	var kinds []page.Option
	err := s.DB.Read(r.Context(), func(tx *db.Tx) error {
		p, err := s.active(tx, packScreening)
		if err != nil {
			return err
		}
		kinds = nil
		for _, k := range deviceKinds(p) {
			kinds = append(kinds, page.Option{Value: k, Label: page.Words(func(lang string) string { return p.ValueWord(lang, factDevice, value.Text(k)) })})
		}
		return nil
	})
	return nameForm("/border/points/"+point+"/devices", page.Field{Kind: page.Radios, Name: "kind", Label: page.M("ground.device.kind"), Options: kinds}), err
}

func (s *Service) getAddDevice(w http.ResponseWriter, r *http.Request) {
	p, ok := s.mayEdit(w, r)
	if !ok {
		return
	}
	f, err := s.deviceForm(r, p.Post.Code)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.show(w, r, "ground.device.add", p.Post.Code, page.Sheet{Form: f}, f)
}

func (s *Service) postAddDevice(w http.ResponseWriter, r *http.Request) {
	p, id, ok := s.posted(w, r)
	if !ok {
		return
	}
	f, err := s.deviceForm(r, p.Post.Code)
	if err == nil {
		err = s.AddDevice(r.Context(), id, p.Post.Code, r.PostForm.Get("name"), r.PostForm.Get("kind"))
	}
	s.saved(w, r, err, p.Post.Code, f, func() { s.show(w, r, "ground.device.add", p.Post.Code, page.Sheet{Form: f}, f) })
}

func (s *Service) postRemove(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err == nil {
		err = s.Remove(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Redirect(w, r, overviewPath(r.PathValue("point")), page.M("ground.saved"))
}

func removeForm(point string, id db.ID) *page.Form {
	return &page.Form{Action: "/border/points/" + point + "/remove/" + id.String(), Submit: page.M("ground.remove"), Compact: true}
}

func (s *Service) stationForm(sh StationSheet, typed url.Values, judge bool) (f *page.Form, ok bool, answers map[string][]string) {
	f = &page.Form{Action: stationPath(sh.Station.ID), Live: stationPath(sh.Station.ID) + "/live", Submit: page.M("ground.station.save"), Cancel: overviewLink(sh.Station.Point)}
	ok, answers = packForm(f, askable{sh.Form, sh.Point.HourAt(s.now()).Day(), checkedOn}, typed, judge)
	return f, ok, answers
}

func (s *Service) getStation(w http.ResponseWriter, r *http.Request) {
	sh, err := s.stationOf(r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f, _, _ := s.stationForm(sh, nil, false)
	s.showStation(w, r, sh, f)
}

func (s *Service) stationOf(r *http.Request) (StationSheet, error) {
	id, err := page.PathID(r, "id")
	if err != nil {
		return StationSheet{}, err
	}
	return s.Station(r.Context(), id)
}

func (s *Service) showStation(w http.ResponseWriter, r *http.Request, sh StationSheet, f *page.Form) {
	s.show(w, r, "ground.station.check", sh.Station.Point, stationView(sh, f), f)
}

func stationView(sh StationSheet, f *page.Form) page.Sheet {
	v := page.Sheet{Rows: page.Summary{{Label: page.M("ground.station.station"), Value: sh.Station.Name}}}
	if since := sh.Station.Since(Broken); !since.IsZero() {
		v.Rows = append(v.Rows, page.Row{Label: page.M("ground.station.since"), Value: since})
	}
	if sh.Works {
		v.Form = f
	}
	p := page.Part{Title: page.M("ground.station.history")}
	for _, c := range slices.Backward(sh.Station.Checks) {
		e := page.Event{When: c.At, What: page.M("ground.station.was_checked")}
		if len(c.Alarms) > 0 {
			e.Detail = alarmCells(c.Alarms, sh.Pack)
		} else {
			e.State = page.Tag{Level: page.Done, Text: page.M("ground.station.good")}
		}
		p.Timeline = append(p.Timeline, e)
	}
	v.Parts = []page.Part{p}
	if sh.Edits {
		v.Parts = append(v.Parts, page.Part{Title: page.M("ground.remove_title"), Form: removeForm(sh.Station.Point, sh.Station.ID)})
	}
	return v
}

func (s *Service) liveStation(w http.ResponseWriter, r *http.Request) {
	sh, err := s.stationOf(r)
	if err == nil {
		err = page.ReadForm(w, r, page.FormLimit)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f, _, _ := s.stationForm(sh, r.PostForm, false)
	s.Pages.Fragment(w, r, "page/form", f)
}

func (s *Service) postStation(w http.ResponseWriter, r *http.Request) {
	sh, err := s.stationOf(r)
	if err == nil {
		err = page.ReadForm(w, r, page.FormLimit)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f, ok, answers := s.stationForm(sh, r.PostForm, true)
	if !ok {
		s.showStation(w, r, sh, f)
		return
	}
	err = s.CheckStation(r.Context(), sh.Station.ID, answers)
	s.saved(w, r, err, sh.Station.Point, f, func() { s.showStation(w, r, sh, f) })
}

func deviceForm(id db.ID) *page.Form {
	number := func(name string) page.Field {
		return page.Field{Kind: page.Number, Name: name, Label: page.M("ground.device." + name), Unit: "Cel", Width: 6}
	}
	return &page.Form{Action: devicePath(id), Submit: page.M("ground.device.save"), Fields: []page.Field{number("reference"), number("reading"),
		{Kind: page.Radios, Name: "good", Label: page.M("ground.device.good"), Hint: page.M("ground.device.good_hint"), Inline: true, Options: yesNo()}}}
}

func (s *Service) getDevice(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	var f *page.Form
	if err == nil {
		f = deviceForm(id)
	}
	s.showDevice(w, r, id, err, f)
}

func (s *Service) showDevice(w http.ResponseWriter, r *http.Request, id db.ID, err error, f *page.Form) {
	var d Device
	var p border.Point
	if err == nil {
		d, p, err = s.Device(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.show(w, r, "ground.device.check", d.Point, deviceView(d, f, s.works(r.Context(), p), s.edits(r.Context(), p) == nil), f)
}

func deviceView(d Device, f *page.Form, works, edits bool) page.Sheet {
	v := page.Sheet{Lead: page.M("ground.device.lead"), Rows: page.Summary{{Label: page.M("ground.device.device"), Value: d.Name}}}
	if works {
		v.Form = f
	}
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("ground.station.checked"), Wide: true}, {Label: page.M("ground.device.reference"), Number: true}, {Label: page.M("ground.device.reading"), Number: true}, {Label: page.M("ground.device.good")}},
		Empty: page.Empty{Title: page.M("ground.never")}}
	for _, c := range slices.Backward(d.Checks) {
		t.Rows = append(t.Rows, []page.Cell{c.At, page.Code(c.Reference), page.Code(c.Reading), page.TruthMsg(value.Of(c.Good).Truth())})
	}
	v.Parts = []page.Part{{Title: page.M("ground.station.history"), Table: t}}
	if edits {
		v.Parts = append(v.Parts, page.Part{Title: page.M("ground.remove_title"), Form: removeForm(d.Point, d.ID)})
	}
	return v
}

func (s *Service) postDevice(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := deviceForm(id)
	good := r.PostForm.Get("good")
	if good != "yes" && good != "no" {
		err = fault.Field("ground.device", "good", "ground.error.choose")
	} else {
		err = s.CheckDevice(r.Context(), id, DeviceCheck{Reference: r.PostForm.Get("reference"), Reading: r.PostForm.Get("reading"), Good: good == "yes"})
	}
	if err == nil {
		d, _, openErr := s.Device(r.Context(), id)
		if openErr != nil {
			s.Pages.Error(w, r, openErr)
			return
		}
		s.Pages.Redirect(w, r, overviewPath(d.Point), page.M("ground.saved"))
		return
	}
	f.Fill(r.PostForm)
	if !f.Fail(err) {
		s.Pages.Error(w, r, err)
		return
	}
	s.showDevice(w, r, id, nil, f)
}
