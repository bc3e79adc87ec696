package analysis

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func (s *Service) getAnnex2(w http.ResponseWriter, r *http.Request) { s.showAnnex2(w, r, nil) }

func (s *Service) showAnnex2(w http.ResponseWriter, r *http.Request, wrong error) {
	id, err := page.PathID(r, "id")
	lang := page.LocaleOf(r).Code
	var a Annexed
	if err == nil {
		a, err = s.Annex2Of(r.Context(), id, lang)
	}
	if err != nil {
		s.Pages.Error(w, r, errors.Join(err, wrong))
		return
	}
	f := annex2Form(a)
	if wrong != nil {
		f.Fill(r.PostForm)
		if !f.Fail(wrong) {
			s.Pages.Error(w, r, wrong)
			return
		}
	}
	s.Pages.Sheet(w, r, page.Page{Title: "analysis.annex2.title", Back: page.Link{Href: "/surveillance/signals/" + id.String(), Text: page.M("analysis.annex2.signal")}}, annex2View(a, f), f)
}

// packMsg is a word of the pack, in the reader's language.
func packMsg(a Annexed, word func(lang string) string) page.Msg {
	if a.Pack == nil {
		return page.M("analysis.annex2.no_pack")
	}
	return page.Words(word)
}

// valueMsg is an answer in the words of the pack.
func valueMsg(a Annexed, fact, v string) page.Msg {
	return packMsg(a, func(l string) string { return a.Pack.ValueWord(l, fact, value.Text(v)) })
}

func annex2Form(a Annexed) *page.Form {
	f := &page.Form{Submit: page.M("analysis.annex2.save")}
	if a.Pack == nil {
		return f
	}
	i := slices.IndexFunc(a.Pack.Facts, func(x pack.Fact) bool { return x.Name == factAlways })
	var always []page.Option
	if i >= 0 {
		for _, v := range a.Pack.Facts[i].Values {
			always = append(always, page.Option{Value: v, Label: valueMsg(a, factAlways, v)})
		}
	}
	f.Fields = []page.Field{{Kind: page.Radios, Name: "always", Label: packMsg(a, func(l string) string { return a.Pack.FactWord(l, factAlways) }), Hint: page.M("analysis.annex2.always_hint"), Options: always}}
	for _, q := range Questions {
		var options []page.Option
		for _, v := range Answers {
			options = append(options, page.Option{Value: v, Label: valueMsg(a, q, v)})
		}
		f.Fields = append(f.Fields, page.Field{Kind: page.Radios, Name: q, Inline: true, Label: packMsg(a, func(l string) string { return a.Pack.FactWord(l, q) }), Options: options},
			page.Field{Kind: page.LongText, Name: "why_" + q, Label: page.M("analysis.annex2.why"), Hint: page.M("analysis.annex2.why_hint"), Max: longReason})
	}
	return f
}

func annex2View(a Annexed, f *page.Form) page.Sheet {
	v := page.Sheet{Lead: page.M("analysis.annex2.lead")}
	if a.Pack == nil {
		v.Notes = append(v.Notes, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("analysis.annex2.no_pack")}})
	}
	if n := len(a.Answers); n > 0 {
		v.Parts = append(v.Parts, page.Part{Title: page.M("analysis.annex2.result"), Lead: page.M("analysis.annex2.helps"), Rows: toldRows(a)}, answersPart(a))
	}
	if a.MayWork && a.Pack != nil {
		v.Parts = append(v.Parts, page.Part{Title: page.M("analysis.annex2.answer"), Lead: page.M("analysis.annex2.answer_lead"), Form: f})
	}
	v.Limits = []page.Msg{page.M("analysis.annex2.limit")}
	return v
}

func toldRows(a Annexed) (rows page.Summary) {
	for _, o := range a.Told.Outcomes {
		if o.State != decision.Definite {
			continue
		}
		cells := []any{o.Word}
		for _, b := range o.Because {
			for _, src := range b.Sources {
				cells = append(cells, src.Title)
			}
			if b.Certainty == "R" {
				cells = append(cells, page.Tag{Level: page.Wait, Text: page.M("analysis.annex2.recalled")})
			}
		}
		rows = append(rows, page.Row{Label: page.M("analysis.annex2.kind." + string(o.Kind)), Value: cells})
	}
	return rows
}

func answersPart(a Annexed) page.Part {
	p := page.Part{Title: page.M("analysis.annex2.history"), Lead: page.M("analysis.annex2.history_lead")}
	for _, x := range slices.Backward(a.Answers) {
		detail := []any{a.Names[x.By]}
		if x.Always != "none" {
			detail = append(detail, valueMsg(a, factAlways, x.Always))
		}
		for _, q := range Questions {
			if x.Answers[q] == "" {
				continue
			}
			detail = append(detail, packMsg(a, func(l string) string { return a.Pack.FactWord(l, q) }), valueMsg(a, q, x.Answers[q]), x.Why[q])
		}
		p.Timeline = append(p.Timeline, page.Event{When: x.At, What: page.M("analysis.annex2.says." + strings.ToLower(x.Result)), Detail: detail})
	}
	return p
}

func (s *Service) postAnnex2(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	a := Annex2{Always: r.PostForm.Get("always"), Answers: map[string]string{}, Why: map[string]string{}}
	for _, q := range Questions {
		a.Answers[q], a.Why[q] = r.PostForm.Get(q), strings.TrimSpace(r.PostForm.Get("why_"+q))
	}
	if err := s.Assess(r.Context(), id, a); err != nil {
		s.showAnnex2(w, r, err)
		return
	}
	s.Pages.Redirect(w, r, annexPath+id.String(), page.M("analysis.annex2.saved"))
}
