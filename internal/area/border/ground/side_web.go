package ground

import (
	"net/http"
	"net/url"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func capacityForm(sh CapacitySheet, typed url.Values, judge bool) (f *page.Form, ok bool, answers map[string][]string) {
	f = &page.Form{Action: "/border/points/" + sh.Point.Post.Code + "/capacities", Submit: page.M("ground.capacity.save"), Cancel: overviewLink(sh.Point.Post.Code)}
	if typed == nil && len(sh.Last.Answers) > 0 {
		typed = url.Values{}
		for name, v := range sh.Last.Answers {
			typed[page.QuestionPrefix+name] = v
		}
	}
	ok, answers = packForm(f, askable{sh.Form, sh.Day, assessedOn}, typed, judge)
	return f, ok, answers
}

func (s *Service) getCapacities(w http.ResponseWriter, r *http.Request) {
	sh, err := s.CapacitySheet(r.Context(), r.PathValue("point"))
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f, _, _ := capacityForm(sh, nil, false)
	s.showCapacities(w, r, sh, f)
}

func (s *Service) showCapacities(w http.ResponseWriter, r *http.Request, sh CapacitySheet, f *page.Form) {
	s.show(w, r, "ground.capacity.do", sh.Point.Post.Code, page.Sheet{Lead: page.M("ground.capacity.lead"), Form: f}, f)
}

func (s *Service) postCapacities(w http.ResponseWriter, r *http.Request) {
	sh, err := s.CapacitySheet(r.Context(), r.PathValue("point"))
	if err == nil {
		err = page.ReadForm(w, r, page.FormLimit)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f, ok, answers := capacityForm(sh, r.PostForm, true)
	if !ok {
		s.showCapacities(w, r, sh, f)
		return
	}
	err = s.Assess(r.Context(), sh.Point.Post.Code, answers)
	s.saved(w, r, err, sh.Point.Post.Code, f, func() { s.showCapacities(w, r, sh, f) })
}

func sideForm(point string, x Side) *page.Form {
	text := func(name, v string) page.Field {
		return page.Field{Kind: page.Text, Name: name, Label: page.M("ground.side." + name), Value: v, Max: 1000, Dir: "auto", Auto: "off", Optional: true}
	}
	ours, theirs := text("ours", x.Ours), text("theirs", x.Theirs)
	ours.Hint, theirs.Hint = page.M("ground.side.focal_hint"), page.M("ground.side.focal_hint")
	shared := page.Field{Kind: page.Radios, Name: "shared", Label: page.M("ground.side.shared"), Hint: page.M("ground.side.shared_hint"), Inline: true, Optional: true, Options: yesNo()}
	if x.Shared.Known() {
		shared.Value = x.Shared.String()
	}
	return &page.Form{Action: "/border/points/" + point + "/side", Submit: page.M("ground.side.save"), Fields: []page.Field{text("other_name", x.OtherName), ours, theirs,
		{Kind: page.Checks, Name: "procedures", Label: page.M("ground.side.procedures"), Optional: true, Values: x.Procedures, Options: page.OptionsOf(joint, "ground.joint.")}, shared,
		{Kind: page.LongText, Name: "words", Label: page.M("ground.side.words"), Hint: page.M("ground.no_names"), Value: x.Words, Max: 1000, Rows: 2, Optional: true}}}
}

func (s *Service) getSide(w http.ResponseWriter, r *http.Request) {
	if _, ok := s.mayEdit(w, r); !ok {
		return
	}
	o, err := s.Overview(r.Context(), r.PathValue("point"))
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := sideForm(o.Point.Post.Code, o.Side)
	s.showSide(w, r, o.Point.Post.Code, f)
}

func (s *Service) showSide(w http.ResponseWriter, r *http.Request, point string, f *page.Form) {
	s.show(w, r, "ground.side.title", point, page.Sheet{Lead: page.M("ground.side.lead"), Form: f}, f)
}

func (s *Service) postSide(w http.ResponseWriter, r *http.Request) {
	p, _, ok := s.posted(w, r)
	if !ok {
		return
	}
	x := Side{Point: p.Post.Code, OtherName: r.PostForm.Get("other_name"), Ours: r.PostForm.Get("ours"), Theirs: r.PostForm.Get("theirs"), Procedures: r.PostForm["procedures"], Words: r.PostForm.Get("words")}
	x.Shared, _ = value.ParseTruth(r.PostForm.Get("shared")) // what is no answer is not known
	f := sideForm(p.Post.Code, Side{})
	s.saved(w, r, s.Agree(r.Context(), x), p.Post.Code, f, func() { s.showSide(w, r, p.Post.Code, f) })
}

func waitForm(point string) *page.Form {
	number := func(name, unit string) page.Field {
		return page.Field{Kind: page.Number, Name: name, Label: page.M("ground.wait." + name), Unit: unit, Width: 6, Optional: true}
	}
	return &page.Form{Action: "/border/points/" + point + "/wait", Submit: page.M("ground.wait.save"), Fields: []page.Field{number("minutes", "min"), number("drivers", ""), number("vehicles", ""), number("goods", ""),
		{Kind: page.LongText, Name: "why", Label: page.M("ground.wait.why"), Hint: page.M("ground.no_names"), Max: 1000, Rows: 2, Optional: true}}}
}

func (s *Service) getWait(w http.ResponseWriter, r *http.Request) {
	o, err := s.Overview(r.Context(), r.PathValue("point"))
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.showWait(w, r, o.Point.Post.Code, waitForm(o.Point.Post.Code))
}

func (s *Service) showWait(w http.ResponseWriter, r *http.Request, point string, f *page.Form) {
	s.show(w, r, "ground.wait.add", point, page.Sheet{Lead: page.M("ground.wait.lead"), Form: f}, f)
}

func (s *Service) postWait(w http.ResponseWriter, r *http.Request) {
	p, _, ok := s.posted(w, r)
	if !ok {
		return
	}
	n := func(name string) Number { return Number(page.Digits(r.PostForm.Get(name))) }
	f := waitForm(p.Post.Code)
	err := s.Waited(r.Context(), p.Post.Code, Wait{Minutes: n("minutes"), Drivers: n("drivers"), Vehicles: n("vehicles"), Goods: n("goods"), Why: r.PostForm.Get("why")})
	s.saved(w, r, err, p.Post.Code, f, func() { s.showWait(w, r, p.Post.Code, f) })
}
