package traveller

import (
	"net/http"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func (s *Service) getCompanions(w http.ResponseWriter, r *http.Request) {
	s.showCompanions(w, r, nil, nil)
}

// showCompanions shows the conveyance and who was in it; cameWith and one are forms that
// failed, if one did.
func (s *Service) showCompanions(w http.ResponseWriter, r *http.Request, cameWith, one *page.Form) {
	id, err := page.PathID(r, "id")
	if err != nil {
		s.fail(w, r, err)
		return
	}
	sh, err := s.VehicleSheet(r.Context(), id)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	failed := cameWith
	if one != nil {
		failed = one
	}
	s.Pages.Sheet(w, r, page.Page{Title: "traveller.do.companions", Back: backTo(id)}, companionsView(sh, cameWith, one), failed)
}

func companionsView(sh VehicleSheet, cameWith, one *page.Form) page.Sheet {
	id := sh.Screening.ID
	v := page.Sheet{Lead: page.M("traveller.lead.companions")}
	if sh.Contacts > 0 {
		v.Notes = append(v.Notes, page.Callout{Level: page.Danger, Title: page.M("traveller.card.list", "count", sh.Contacts)})
	}
	if cameWith == nil {
		cameWith = vehicleForm(sh)
	}
	if sh.Vehicle == nil {
		v.Form = cameWith
		return v
	}
	if len(sh.Vehicle.Lists) > 0 {
		c := page.Callout{Level: page.Wait, Title: page.M("traveller.companions.whom")}
		for _, code := range sh.Vehicle.Lists {
			c.Text = append(c.Text, page.Words(func(lang string) string { return sh.Listing.OutcomeWord(lang, decision.Flag, code) }))
		}
		v.Notes = append(v.Notes, c)
	}
	v.Table = companionTable(sh.Vehicle.Companions)
	if one == nil {
		one, _, _ = asked(sh.Sheet, db.NewID(), path(id)+"/companions/list", false, nil, false)
	}
	one.Submit, one.Cancel = page.M("traveller.companions.add"), backTo(id)
	v.Parts = []page.Part{{Title: page.M("traveller.companions.one"), Form: one}, {Title: page.M("traveller.companions.vehicle"), Form: cameWith}}
	return v
}

// vehicleForm asks what the traveller came with.
func vehicleForm(sh VehicleSheet) *page.Form {
	var c Conveyance
	if sh.Vehicle != nil {
		c = sh.Vehicle.Conveyance
	} else {
		c.Number = sh.Screening.Second.One("conveyance")
	}
	var kinds []page.Option
	for _, k := range sh.Kinds {
		kinds = append(kinds, page.Option{Value: k, Label: page.Words(func(lang string) string { return sh.Listing.ValueWord(lang, factConveyance, value.Text(k)) })})
	}
	truth := func(name string, v value.Truth) page.Field {
		f := page.Field{Kind: page.Radios, Name: name, Label: page.M("traveller.vehicle." + name), Inline: true, Optional: true, Options: []page.Option{{Value: "yes", Label: page.TruthMsg(value.Yes)}, {Value: "no", Label: page.TruthMsg(value.No)}}}
		if v.Known() {
			f.Value = v.String()
		}
		return f
	}
	day := page.Field{Kind: page.Date, Name: "day", Label: page.M("traveller.vehicle.day"), Optional: true}
	if c.Day != 0 {
		day.SetDate(c.Day.Date(), 0)
	}
	return &page.Form{Action: path(sh.Screening.ID) + "/companions", Submit: page.M("traveller.companions.save"), Fields: []page.Field{
		{Kind: page.Radios, Name: "kind", Label: page.M("traveller.vehicle.kind"), Options: kinds, Value: c.Kind},
		{Kind: page.Text, Name: "number", Label: page.M("traveller.vehicle.number"), Value: c.Number, Max: longNumber, Dir: "auto", Auto: "off", Optional: true}, day,
		{Kind: page.Number, Name: "hours", Label: page.M("traveller.vehicle.hours"), Unit: "h", Width: 4, Value: c.Hours, Optional: true},
		truth("ill", c.Ill), truth("fluids", c.Fluids)}}
}

func (s *Service) postCameWith(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err != nil {
		s.fail(w, r, err)
		return
	}
	c := Conveyance{Kind: r.PostForm.Get("kind"), Number: r.PostForm.Get("number"), Hours: page.Digits(r.PostForm.Get("hours"))}
	c.Ill, _ = value.ParseTruth(r.PostForm.Get("ill")) // what is no answer is none
	c.Fluids, _ = value.ParseTruth(r.PostForm.Get("fluids"))
	d, err := page.ReadDate(r.PostForm, "day", 0)
	if err == nil {
		if first, _, ok := d.Bounds(); ok {
			c.Day = first
		}
		err = s.CameWith(r.Context(), id, c)
	}
	if err == nil {
		s.Pages.Redirect(w, r, path(id)+"/companions", page.M("traveller.saved"))
		return
	}
	sh, openErr := s.VehicleSheet(r.Context(), id)
	if openErr != nil {
		s.fail(w, r, openErr)
		return
	}
	f := vehicleForm(sh)
	f.Fill(r.PostForm)
	if !f.Fail(err) {
		s.fail(w, r, err)
		return
	}
	s.showCompanions(w, r, f, nil)
}

func (s *Service) postCompanion(w http.ResponseWriter, r *http.Request) {
	screening, err := page.PathID(r, "id")
	if err != nil {
		s.fail(w, r, err)
		return
	}
	sh, id, err := s.read(w, r, func() (Sheet, error) {
		sh, err := s.VehicleSheet(r.Context(), screening)
		return sh.Sheet, err
	})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	f, res, answers := asked(sh, id, path(screening)+"/companions/list", false, r.PostForm, true)
	if !res.OK() {
		s.showCompanions(w, r, nil, f)
		return
	}
	if err := s.ListCompanion(r.Context(), id, screening, answers); err != nil {
		if !f.Fail(err) {
			s.fail(w, r, err)
			return
		}
		s.showCompanions(w, r, nil, f)
		return
	}
	s.Pages.Redirect(w, r, path(screening)+"/companions", page.M("traveller.saved"))
}
