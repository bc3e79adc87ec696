package assessment

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// The answers beside a value: nobody knows, and the person declined. Both are
// answers; neither is a no.
const (
	answerUnknown = "?"
	answerRefused = "-"
)

// factField asks for a fact of a pack by its type. asPerson adds "declined to
// answer", for what a person is asked about themselves.
func factField(p *pack.Pack, f pack.Fact, v value.Value, asPerson bool) page.Field {
	q := page.Field{Name: "fact." + f.Name, Label: words(p, f.QuestionKey()), Optional: !asPerson}
	other := []page.Option{{Value: answerUnknown, Label: page.M("assessment.answer.unknown")}}
	if asPerson {
		other = append(other, page.Option{Value: answerRefused, Label: page.M("assessment.answer.refused")})
	}
	switch f.Type {
	case "bool":
		q.Kind = page.Radios
		q.Options = append([]page.Option{{Value: "yes", Label: page.M("page.truth.yes")}, {Value: "no", Label: page.M("page.truth.no")}}, other...)
		if v.Truth().Known() {
			q.Value = v.Truth().String()
		}
	case "code":
		q.Kind = page.Radios
		for _, code := range f.Values {
			q.Options = append(q.Options, page.Option{Value: "=" + code, Label: words(p, "value."+f.Name+"."+code)})
		}
		q.Options = append(q.Options, other...)
		if code, ok := v.Str(); ok {
			q.Value = "=" + code
		}
	case "int", "decimal":
		q.Kind, q.Unit, q.Width = page.Number, f.Unit, 10
		if n, ok := v.Float(); ok {
			q.Value = strconv.FormatFloat(n, 'f', -1, 64)
		}
	case "date":
		q.Kind = page.Date
		if n, ok := v.DayNumber(); ok {
			q.SetDate(calendar.Day(n).Date(), calendar.Day(n))
		}
	default:
		q.Kind = page.Text
		if text, ok := v.Str(); ok {
			q.Value = text
		}
	}
	return q
}

// readFact reads the answer to factField. answered is false where nothing was
// chosen or typed.
func readFact(typed url.Values, f pack.Fact) (v value.Value, answered bool, err error) {
	const op = "assessment.readFact"
	name := "fact." + f.Name
	raw := strings.TrimSpace(typed.Get(name))
	switch {
	case raw == answerUnknown:
		return value.NotKnown(), true, nil
	case raw == answerRefused:
		return value.RefusedAnswer(), true, nil
	case f.Type == "date":
		d, err := page.ReadDate(typed, name, 0)
		return d.Value(), !d.IsZero(), err
	case f.Type == "int", f.Type == "decimal":
		n, ok, err := page.ReadNumber(typed, name)
		if err != nil || !ok {
			return value.NotKnown(), false, err
		}
		if f.Type == "int" && n != float64(int64(n)) || f.Min != nil && n < *f.Min || f.Max != nil && n > *f.Max {
			return value.NotKnown(), false, fault.Field(op, name, "assessment.error.range")
		}
		return value.Number(n), true, nil
	case raw == "":
		return value.NotKnown(), false, nil
	case f.Type == "bool" && (raw == "yes" || raw == "no"):
		return value.Of(raw == "yes"), true, nil
	case f.Type == "code" && raw[0] == '=' && slices.Contains(f.Values, raw[1:]):
		return value.Text(raw[1:]), true, nil
	case f.Type == "bool", f.Type == "code":
		return value.NotKnown(), false, fault.Field(op, name, "assessment.error.choice")
	}
	return value.Text(raw), true, nil
}

// askable are the open questions that somebody can answer on the plan's own page:
// observations and facts of the application. What belongs to the person's record
// is answered there.
func askable(v *view, rd reader) (here []pack.Fact, elsewhere bool) {
	for _, name := range v.Plan.Questions {
		f, ok := v.Pack.Fact(name)
		switch {
		case !ok:
			elsewhere = true // the journey
		case strings.HasPrefix(f.From, "obs:"), strings.HasPrefix(f.From, "case."):
			if !isSensitive(f.Sensitivity) || rd.sensitive {
				here = append(here, f)
			}
		case strings.HasPrefix(f.From, "person."), f.Derive != "":
			elsewhere = true
		}
	}
	return here, elsewhere
}

func answerForm(v *view, facts []pack.Fact) *page.Form {
	f := &page.Form{Submit: page.M("page.save"), Cancel: page.Link{Href: memberPath(v), Text: page.M("assessment.cancel")}}
	for _, fact := range facts {
		f.Fields = append(f.Fields, factField(v.Pack, fact, value.NotKnown(), true))
	}
	return f
}

func (s *Service) getAnswer(w http.ResponseWriter, r *http.Request) {
	v, banner, err := s.memberPage(r, access.PlanAnswer)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	facts, _ := askable(v, s.readerOf(r, v))
	if len(facts) == 0 {
		s.Pages.Redirect(w, r, memberPath(v), page.M("assessment.answer.none"))
		return
	}
	s.Pages.Form(w, r, page.Page{Title: "assessment.answer.title", Banner: banner}, answerForm(v, facts))
}

func (s *Service) postAnswer(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, 1<<20); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v, banner, err := s.memberPage(r, access.PlanAnswer)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	facts, _ := askable(v, s.readerOf(r, v))
	f := answerForm(v, facts)
	f.Fill(r.Form)
	answers := map[string]value.Value{}
	var errs []error
	for _, fact := range facts {
		val, answered, err := readFact(r.Form, fact)
		errs = append(errs, err)
		if answered {
			answers[fact.Name] = val
		}
	}
	err = errors.Join(errs...)
	if err == nil {
		err = s.Answer(r.Context(), v.Member.ID, answers)
	}
	if err != nil {
		if !f.Fail(err) {
			s.Pages.Error(w, r, err)
			return
		}
		s.Pages.Form(w, r, page.Page{Title: "assessment.answer.title", Banner: banner}, f)
		return
	}
	s.Pages.Redirect(w, r, memberPath(v), page.M("assessment.answer.saved"))
}

func memberPath(v *view) string {
	return "/cases/" + v.Case.ID.String() + "/members/" + v.Member.ID.String()
}

func levelOf(sensitivity string) journal.Sensitivity {
	switch sensitivity {
	case "identity":
		return journal.Identity
	case "sensitive", "sealed":
		return journal.Sensitive
	}
	return journal.Clinical
}

// pathMember reads the member of the URL.
func pathMember(r *http.Request) (db.ID, error) { return pathID(r, "member") }
