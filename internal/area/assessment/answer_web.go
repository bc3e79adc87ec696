package assessment

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// The answers beside a value: nobody knows, the person declined, and as for the
// whole case. The first two are answers; neither is a no.
const (
	answerUnknown = "?"
	answerRefused = "-"
	answerCase    = "*"
)

// asking is whom a question is put to, which decides what can be answered beside a
// value.
type asking int

const (
	asOffice asking = iota // from the letter of the application: may be left open
	asPerson               // of the person: nobody knows, or prefers not to answer
	asOwn                  // one person's own in place of the case's: as for everybody, or not known
)

// factField asks for a fact of a pack by its type. Nothing is chosen in advance.
func factField(p *pack.Pack, f pack.Fact, v value.Value, to asking) page.Field {
	q := page.Field{Name: "fact." + f.Name, Label: words(p, f.QuestionKey()), Optional: to != asPerson}
	other := []page.Option{{Value: answerUnknown, Label: page.M("assessment.answer.unknown")}}
	// Who refused is not asked again, and a page that is saved over what it shows must
	// not make "nobody knows" of it.
	declined := v.Kind() == value.KindRefused
	if to == asPerson || declined {
		other = append(other, page.Option{Value: answerRefused, Label: page.M("assessment.answer.refused")})
	}
	if to == asOwn {
		other = append([]page.Option{{Value: answerCase, Label: page.M("assessment.own.as_case")}}, other...)
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
		if len(f.Values) > 12 {
			q.Kind = page.Select
		}
		for _, code := range f.Values {
			q.Options = append(q.Options, page.Option{Value: "=" + code, Label: words(p, "value."+f.Name+"."+code)})
		}
		q.Options = append(q.Options, other...)
		if code, ok := v.Str(); ok {
			q.Value = "=" + code
		}
	case "int", "decimal":
		q.Kind, q.Unit, q.Width = page.Number, unit(f.Unit), 10
		if n, ok := v.Float(); ok {
			q.Value = strconv.FormatFloat(n, 'f', -1, 64)
		}
		q.Extra = extras(q.Name, other)
	case "date":
		q.Kind = page.Date
		if n, ok := v.DayNumber(); ok {
			q.SetDate(calendar.Day(n).Date(), calendar.Day(n))
		}
		q.Extra = extras(q.Name, other)
	default:
		q.Kind = page.Text
		if text, ok := v.Str(); ok {
			q.Value = text
		}
		q.Extra = extras(q.Name, other)
	}
	if declined {
		choose(&q, answerRefused)
	}
	return q
}

// choose marks an answer beside a value as the one that was given.
func choose(q *page.Field, answer string) {
	if len(q.Extra) == 0 {
		q.Value = answer
	}
	for i := range q.Extra {
		q.Extra[i].Ticked = q.Extra[i].Value == answer
	}
}

// extras are the answers beside a value as boxes below what is typed.
// "As for the whole case" is to leave it empty.
func extras(name string, other []page.Option) []page.Extra {
	var out []page.Extra
	for _, o := range other {
		if o.Value == answerCase {
			continue
		}
		out = append(out, page.Extra{Name: name + ".other", Value: o.Value, Label: o.Label})
	}
	return out
}

// unit leaves out the units that only say what is counted ({trimester}).
func unit(ucum string) string {
	if strings.HasPrefix(ucum, "{") {
		return ""
	}
	return ucum
}

// readFact reads the answer to factField. answered is false where nothing was
// chosen or typed.
func readFact(typed url.Values, f pack.Fact) (v value.Value, answered bool, err error) {
	const op = "assessment.readFact"
	name := "fact." + f.Name
	raw, other := strings.TrimSpace(typed.Get(name)), typed[name+".other"]
	typedToo := raw != "" || typed.Get(name+"-year") != "" || typed.Get(name+"-month") != "" || typed.Get(name+"-day") != ""
	switch {
	case len(other) > 1, len(other) == 1 && typedToo:
		return value.NotKnown(), false, fault.Field(op, name, "assessment.error.both")
	case len(other) == 1:
		raw = other[0]
	}
	switch {
	case raw == answerUnknown:
		return value.NotKnown(), true, nil
	case raw == answerRefused:
		return value.RefusedAnswer(), true, nil
	case raw == answerCase:
		return value.NotKnown(), false, nil
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

// askable are the open questions that can be answered on the plan's own page:
// observations and facts of the application. What belongs to the person's record
// is answered there.
func askable(v *view, rd reader) []pack.Fact {
	var here []pack.Fact
	for _, name := range v.Plan.Questions {
		f, ok := v.Pack.Fact(name)
		if ok && (strings.HasPrefix(f.From, "obs:") || isApplication(f)) && (rd.sensitive || !isSensitive(f.Sensitivity)) && rd.answers(f) {
			here = append(here, f)
		}
	}
	return here
}

// answerLinks lead to where the open questions are answered.
func answerLinks(v *view, rd reader) []page.Link {
	var out []page.Link
	if len(askable(v, rd)) > 0 {
		out = append(out, page.Link{Href: memberPath(v) + "/answer", Text: page.M("assessment.answer.link")})
	}
	person := "/people/" + v.Member.Person.String()
	journey, record := false, false
	for _, name := range v.Plan.Questions {
		f, ok := v.Pack.Fact(name)
		journey = journey || !ok
		record = record || ok && strings.HasPrefix(f.From, "person.")
	}
	if journey {
		out = append(out, page.Link{Href: person + "/journey", Text: page.M("assessment.answer.journey")})
	}
	if record {
		out = append(out, page.Link{Href: person, Text: page.M("assessment.answer.record")})
	}
	return out
}

// The hidden fields of the answer page, beside what held (order.SeenField): the
// questions as they were open, the day they were put, and of which the user has been
// told that somebody else answered them meanwhile.
const (
	fieldOpen  = "open"
	fieldAsked = "asked"
	fieldTold  = "told"
)

// answerForm asks the open questions. It carries what stood there, so that an answer
// that was thought over for an hour does not come after what was said in that hour.
func answerForm(v *view, facts []pack.Fact, today calendar.Day, seen []db.ID) *page.Form {
	f := &page.Form{Submit: page.M("page.save"), Cancel: page.Link{Href: memberPath(v), Text: page.M("assessment.cancel")}}
	var open []string
	for _, fact := range facts {
		q := factField(v.Pack, fact, value.NotKnown(), asPerson)
		q.Hint = tooEarly(fact, today, v.Input.On)
		f.Fields = append(f.Fields, q)
		open = append(open, fact.Name)
	}
	f.Fields = append(f.Fields, order.SeenField(seen), page.Field{Kind: page.Hidden, Name: fieldAsked, Value: today.String()},
		page.Field{Kind: page.Hidden, Name: fieldOpen, Value: strings.Join(open, " ")}, page.Field{Kind: page.Hidden, Name: fieldTold})
	return f
}

// asked are the questions of a posted answer page: those that are open, and those
// that were when it was shown and that the reader may answer.
func asked(v *view, rd reader, typed url.Values) []pack.Fact {
	out := askable(v, rd)
	for _, name := range strings.Fields(typed.Get(fieldOpen)) {
		f, ok := v.Pack.Fact(name)
		if !ok || !strings.HasPrefix(f.From, "obs:") && !isApplication(f) || isSensitive(f.Sensitivity) && !rd.sensitive || isOpen(out, name) {
			continue
		}
		out = append(out, f)
	}
	return out
}

func isOpen(facts []pack.Fact, name string) bool {
	return slices.ContainsFunc(facts, func(f pack.Fact) bool { return f.Name == name })
}

// readAnswers reads the answers to questions. One of the application that somebody
// answered otherwise meanwhile (late) is put to the user once more before it is
// changed; an observation is recorded beside the other one, and the two are in dispute.
func readAnswers(v *view, rd reader, facts []pack.Fact, typed url.Values) (answers value.Facts, late []string, err error) {
	answers = value.Facts{}
	told, now := strings.Fields(typed.Get(fieldTold)), askable(v, rd)
	var errs []error
	for _, fact := range facts {
		val, answered, err := readFact(typed, fact)
		errs = append(errs, err)
		if !answered {
			continue
		}
		answers[fact.Name] = val
		if isApplication(fact) && !isOpen(now, fact.Name) && !val.Equal(v.Input.Facts[fact.Name].Value) {
			late = append(late, fact.Name)
			if !slices.Contains(told, fact.Name) {
				errs = append(errs, fault.Field("assessment.answer", "fact."+fact.Name, "assessment.error.answered"))
			}
		}
	}
	return answers, late, errors.Join(errs...)
}

// seenFor are the results that hold for the questions.
func (s *Service) seenFor(ctx context.Context, v *view, facts []pack.Fact) (seen []db.ID, err error) {
	var codes []string
	for _, f := range facts {
		if code, ok := strings.CutPrefix(f.From, "obs:"); ok {
			codes = append(codes, code)
		}
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error { seen, err = s.Orders.Seen(tx, v.Member.Person, codes); return err })
	return seen, err
}

// tooEarly says that an answer given today will be too old on the day of the
// examination.
func tooEarly(f pack.Fact, today, exam calendar.Day) page.Msg {
	switch {
	case f.LongestAge == nil || isApplication(f) || int(exam-today) <= *f.LongestAge:
		return page.Msg{}
	case *f.LongestAge == 0:
		return page.M("assessment.answer.on_the_day")
	}
	return page.M("assessment.answer.early", "count", *f.LongestAge)
}

func (s *Service) getAnswer(w http.ResponseWriter, r *http.Request) {
	v, banner, err := s.memberPage(r, access.PlanAnswer)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	facts := askable(v, s.readerOf(r.Context(), v))
	if len(facts) == 0 {
		s.Pages.Redirect(w, r, memberPath(v), page.M("assessment.answer.none"))
		return
	}
	seen, err := s.seenFor(r.Context(), v, facts)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Form(w, r, page.Page{Title: "assessment.answer.title", Banner: banner}, answerForm(v, facts, s.today(), seen))
}

func (s *Service) postAnswer(w http.ResponseWriter, r *http.Request) {
	v, banner, err := s.posted(w, r, access.PlanAnswer)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	rd := s.readerOf(r.Context(), v)
	facts := asked(v, rd, r.Form)
	if len(facts) == 0 {
		s.Pages.Redirect(w, r, memberPath(v), page.M("assessment.answer.none"))
		return
	}
	f := answerForm(v, facts, s.today(), nil)
	f.Fill(r.Form)
	answers, late, err := readAnswers(v, rd, facts, r.Form)
	if err == nil && len(answers) == 0 {
		err = fault.Field("assessment.answer", "fact."+facts[0].Name, "assessment.error.unanswered")
	}
	if err == nil {
		shown := Shown{Seen: order.PostedSeen(r.Form)}
		if day, err := calendar.ParseDay(r.Form.Get(fieldAsked)); err == nil {
			shown.On = day
		}
		err = s.AnswerShown(r.Context(), v.Member.ID, answers, shown)
	}
	f.Find(fieldTold).Value = strings.Join(late, " ")
	s.afterForm(w, r, v, banner, "assessment.answer.title", f, err, page.M("assessment.answer.saved"))
}

// posted reads a posted form about a member and loads the member.
func (s *Service) posted(w http.ResponseWriter, r *http.Request, right access.Action) (*view, *page.Banner, error) {
	if err := page.ReadForm(w, r, maxPosted); err != nil {
		return nil, nil, err
	}
	return s.memberPage(r, right)
}

// afterForm answers a posted form about a member: what was typed again with what
// is wrong, or the member's page.
func (s *Service) afterForm(w http.ResponseWriter, r *http.Request, v *view, banner *page.Banner, titleKey string, f *page.Form, err error, said page.Msg) {
	switch {
	case fault.KeyOf(err) == keyReplayed:
		s.Pages.Redirect(w, r, memberPath(v), page.M(keyReplayed))
	case err != nil && f.Fail(err):
		s.Pages.Form(w, r, page.Page{Title: titleKey, Banner: banner}, f)
	case err != nil:
		s.Pages.Error(w, r, err)
	default:
		s.Pages.Redirect(w, r, memberPath(v), said)
	}
}

// ownable are the facts of the application that a reader may set for one person.
func ownable(v *view, rd reader) []pack.Fact {
	var out []pack.Fact
	for _, f := range v.Pack.Facts {
		if isApplication(f) && (rd.sensitive || !isSensitive(f.Sensitivity)) {
			out = append(out, f)
		}
	}
	return out
}

// ownForm asks what of the application is different for one person.
func ownForm(v *view, rd reader) *page.Form {
	f := &page.Form{Submit: page.M("page.save"), Cancel: page.Link{Href: memberPath(v), Text: page.M("assessment.cancel")},
		Fields: []page.Field{{Kind: page.Note, Label: page.M("assessment.own.note")}}}
	for _, fact := range ownable(v, rd) {
		own, has := v.Own[strings.TrimPrefix(fact.From, "case.")]
		q := factField(v.Pack, fact, own.Value, asOwn)
		if has && !own.Disputed && own.Value.Kind() == value.KindUnknown {
			choose(&q, answerUnknown)
		}
		if common, ok := v.Case.Facts[strings.TrimPrefix(fact.From, "case.")]; ok && common.Known() {
			q.Hint = page.M("assessment.own.case_says", "value", valueMsg(v.Pack, fact, common))
		}
		f.Fields = append(f.Fields, q)
	}
	return f
}

// valueMsg says a value of a fact in words.
func valueMsg(p *pack.Pack, f pack.Fact, v value.Value) page.Msg {
	if v.Truth().Known() {
		return page.TruthMsg(v.Truth())
	}
	if n, ok := v.DayNumber(); ok {
		return page.DateText(calendar.Day(n).Date())
	}
	return page.Words(func(lang string) string { return p.ValueWord(lang, f.Name, v) })
}

func (s *Service) getOwn(w http.ResponseWriter, r *http.Request) {
	v, banner, err := s.memberPage(r, access.PlanAnswer)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Form(w, r, page.Page{Title: "assessment.own.title", Banner: banner}, ownForm(v, s.readerOf(r.Context(), v)))
}

func (s *Service) postOwn(w http.ResponseWriter, r *http.Request) {
	v, banner, err := s.posted(w, r, access.PlanAnswer)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	rd := s.readerOf(r.Context(), v)
	f := ownForm(v, rd)
	f.Fill(r.Form)
	set := value.Facts{}
	var back []string
	var errs []error
	for _, fact := range ownable(v, rd) {
		name := strings.TrimPrefix(fact.From, "case.")
		val, answered, err := readFact(r.Form, fact)
		errs = append(errs, err)
		if answered {
			set[name] = val
		} else {
			back = append(back, name)
		}
	}
	if err = errors.Join(errs...); err == nil {
		err = s.Own(r.Context(), v.Member.ID, set, back)
	}
	s.afterForm(w, r, v, banner, "assessment.own.title", f, err, page.M("assessment.answer.saved"))
}

// postTake orders an offered service.
func (s *Service) postTake(w http.ResponseWriter, r *http.Request) {
	v, _, err := s.posted(w, r, access.PlanRead)
	if err == nil {
		err = s.Take(r.Context(), v.Member.ID, r.Form.Get("service"))
	}
	switch {
	case fault.KeyOf(err) == keyReplayed:
		s.Pages.Redirect(w, r, memberPath(v), page.M(keyReplayed))
	case err != nil:
		s.Pages.Error(w, r, err)
	default:
		s.Pages.Redirect(w, r, memberPath(v), page.M("assessment.take.ordered"))
	}
}
