package people

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func stayForm(st Stay, base journal.Base, id db.ID, locale string, today calendar.Day) *page.Form {
	from := page.Field{Kind: page.Date, Name: "from", Label: page.M("people.q.from"), Date: page.DateInput{Partial: true, AllowUnknown: true}}
	from.SetDate(st.From, today)
	to := page.Field{Kind: page.Date, Name: "to", Label: page.M("people.q.to"), Date: page.DateInput{Partial: true, AllowUnknown: true},
		Extra: []page.Extra{{Name: "ongoing", Value: "yes", Label: page.M("people.q.ongoing"), Ticked: st.Ongoing}}}
	to.SetDate(st.To, today)
	return &page.Form{Fields: []page.Field{hidden("id", id.String()), hidden("base", base.String()),
		{Kind: page.Select, Name: "place", Label: page.M("people.q.place"), Options: countries(locale), Value: st.Place},
		{Kind: page.Text, Name: "detail", Label: page.M("people.q.detail"), Value: st.Detail, Max: maxName, Optional: true},
		from, to,
		{Kind: page.Radios, Name: "sure", Label: page.M("people.q.sure"), Optional: true, Options: choices("people.sure.", Surenesses), Value: string(st.Sure)},
		{Kind: page.Radios, Name: "source", Label: page.M("people.q.source"), Optional: true, Options: choices("people.source.", StaySources), Value: string(st.Source)},
	}}
}

func readStay(v url.Values, today calendar.Day, errs *[]error) Stay {
	return Stay{Place: v.Get("place"), Detail: text(v, "detail"), From: dateOf(v, "from", today, errs), To: dateOf(v, "to", today, errs),
		Ongoing: v.Get("ongoing") != "", Sure: Sureness(v.Get("sure")), Source: StaySource(v.Get("source"))}
}

func (s *Service) getStay(w http.ResponseWriter, r *http.Request) {
	id, doc, ok := s.target(w, r)
	if !ok {
		return
	}
	st, base, err := loadPart[Stay](s, r, id, doc, access.JourneyWrite, kindStay)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	if n := atoi(r.URL.Query().Get("gap")); doc.IsZero() && n > 0 {
		if st, err = s.fillGap(r, id, n); err != nil {
			s.Pages.Error(w, r, err)
			return
		}
	}
	s.ask(w, r, id, "people.title.stay", stayForm(st, base, orNew(doc), page.LocaleOf(r).Code, s.Today()), removePath(id, "stays", doc))
}

// fillGap is a new stay with the days of the n-th gap of a journey. The days are
// not in the link: paths carry ids and no dates of a person's life.
func (s *Service) fillGap(r *http.Request, id db.ID, n int) (st Stay, err error) {
	err = s.DB.Read(r.Context(), func(tx *db.Tx) error {
		row, err := s.open(r.Context(), tx, access.JourneyWrite, id)
		if err != nil {
			return err
		}
		stays, err := staysOf(tx, id)
		if err != nil {
			return err
		}
		if gaps := Gaps(stays, row.Person.BirthFact(), s.Today()); n <= len(gaps) {
			st.From, st.To = gaps[n-1].First.Date(), gaps[n-1].Last.Date()
		}
		return nil
	})
	return st, err
}

func (s *Service) postStay(w http.ResponseWriter, r *http.Request) {
	id, doc, ok := s.target(w, r)
	if !ok {
		return
	}
	newID, errID := formID(r.PostForm)
	base, errBase := readBase(r.PostForm)
	if err := errors.Join(errID, errBase); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	var errs []error
	st := readStay(r.PostForm, s.Today(), &errs)
	st.ID = newID
	if !doc.IsZero() {
		st.ID = doc
	}
	err := errors.Join(errs...)
	if err == nil {
		err = s.SaveStay(r.Context(), id, base, st)
	}
	f := stayForm(st, base, newID, page.LocaleOf(r).Code, s.Today())
	f.Fill(r.PostForm)
	s.settled(w, r, err, id, "people.title.stay", f, personPath(id)+"/journey", page.M("people.saved"))
}

func (s *Service) postWhole(w http.ResponseWriter, r *http.Request) {
	id, _, ok := s.target(w, r)
	if !ok {
		return
	}
	base, err := readBase(r.PostForm)
	if err == nil {
		err = s.SaveJourney(r.Context(), id, base, r.PostForm.Get("complete") == "yes")
	}
	s.settled(w, r, err, id, "", nil, personPath(id)+"/journey", page.M("people.saved"))
}

func (s *Service) getJourney(w http.ResponseWriter, r *http.Request) {
	id, _, ok := s.target(w, r)
	if !ok {
		return
	}
	rec, err := s.Open(r.Context(), id)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	var base journal.Base
	if err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) { base, err = s.baseOnly(tx, id, kindJourney); return err }); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := sections{Sections: []section{journeySection(rec, base, true, s.Today())}}
	s.remark(r, id, v.Sections)
	s.show(w, r, id, page.Page{Template: "people/sections", Title: "people.title.journey", View: v})
}

// Remark says what follows from a person's journey, in the words of a request.
type Remark func(r *http.Request, person db.ID) []page.Callout

// remark puts what follows from the journey above it.
func (s *Service) remark(r *http.Request, person db.ID, list []section) {
	for i := range list {
		if list[i].ID != "journey" || list[i].Refused {
			continue
		}
		for _, f := range s.remarks {
			list[i].Callouts = append(list[i].Callouts, f(r, person)...)
		}
	}
}

// journeySection is the timeline with its gaps; edit adds the ways to change it.
func journeySection(rec Record, base journal.Base, edit bool, today calendar.Day) section {
	sec := section{ID: "journey", Title: page.M("people.section.journey"), Refused: !rec.MayJourney}
	if sec.Refused {
		return sec
	}
	path := personPath(rec.ID)
	edit = edit && rec.MayWriteJourney
	gap := 0
	for i, st := range rec.Stays {
		for ; gap < len(rec.Gaps) && rec.Gaps[gap].Before == i; gap++ {
			sec.Timeline = append(sec.Timeline, gapEvent(rec.Gaps[gap], gap+1, path, rec.MayWriteJourney))
		}
		e := page.Event{When: stayWhen(st), What: placeMsg(st.Place), State: stayTag(st)}
		if st.Detail != "" {
			e.Detail = st.Detail
		}
		if edit {
			e.Change = page.Link{Href: path + "/stays/" + st.ID.String()}
		}
		sec.Timeline = append(sec.Timeline, e)
	}
	for ; gap < len(rec.Gaps); gap++ {
		sec.Timeline = append(sec.Timeline, gapEvent(rec.Gaps[gap], gap+1, path, rec.MayWriteJourney))
	}
	for _, o := range Overlap(rec.Stays, today) {
		sec.Callouts = append(sec.Callouts, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("people.journey.overlap",
			"one", placeWords(rec.Stays[o[0]].Place), "other", placeWords(rec.Stays[o[1]].Place))}})
	}
	switch {
	case len(rec.Stays) == 0:
		sec.Note = page.M("people.journey.none")
	case rec.Journey.Complete && len(rec.Gaps) == 0:
		sec.Note = page.M("people.journey.whole", "date", rec.Journey.CompleteOn)
	case rec.Journey.Complete:
		sec.Note = page.M("people.journey.whole_gaps", "date", rec.Journey.CompleteOn)
	default:
		sec.Note = page.M("people.journey.open")
	}
	if !rec.MayWriteJourney {
		return sec
	}
	sec.Links = append(sec.Links, page.Link{Href: path + "/stays/new", Text: page.M("people.journey.add")})
	if !edit {
		sec.Links = append(sec.Links, page.Link{Href: path + "/journey", Text: page.M("people.journey.edit")})
		return sec
	}
	if len(rec.Stays) > 0 {
		key, v := "people.journey.say_whole", "yes"
		if rec.Journey.Complete {
			key, v = "people.journey.say_open", "no"
		}
		sec.Forms = append(sec.Forms, button(path+"/journey/whole", key, false, hidden("base", base.String()), hidden("complete", v)))
	}
	return sec
}

func placeWords(code string) page.Msg {
	if m, ok := placeMsg(code).(page.Msg); ok {
		return m
	}
	return page.Words(func(string) string { return code })
}

func gapEvent(g Gap, n int, path string, edit bool) page.Event {
	e := page.Event{When: page.M("people.journey.from_to", "from", g.First, "to", g.Last), What: page.M("people.journey.gap"),
		State: page.Tag{Level: page.Wait, Text: page.M("people.journey.ask")}}
	if edit {
		e.Change = page.Link{Href: path + "/stays/new?gap=" + itoa(n), Text: page.M("people.journey.fill")}
	}
	return e
}

func stayWhen(st Stay) page.Msg {
	switch {
	case st.Ongoing && st.From.IsZero():
		return page.M("people.journey.now")
	case st.Ongoing:
		return page.M("people.journey.since", "from", st.From)
	case st.From.IsZero() && st.To.IsZero():
		return page.M("people.journey.undated")
	case st.From.IsZero():
		return page.M("people.journey.until", "to", st.To)
	case st.To.IsZero():
		return page.M("people.journey.from", "from", st.From)
	}
	return page.M("people.journey.from_to", "from", st.From, "to", st.To)
}

func stayTag(st Stay) page.Tag {
	switch {
	case st.Disputed:
		return page.Tag{Level: page.Wait, Text: page.M("people.flag.conflict")}
	case st.Sure == SureGuess:
		return page.Tag{Level: page.Wait, Text: page.M("people.sure.guess")}
	case st.Sure == SureLikely:
		return page.Tag{Text: page.M("people.sure.likely")}
	case st.Sure == SureCertain:
		return page.Tag{Level: page.Done, Text: page.M("people.sure.certain")}
	}
	return page.Tag{}
}
