package people

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

func (s *Service) getConsents(w http.ResponseWriter, r *http.Request) {
	id, _, ok := s.target(w, r)
	if !ok {
		return
	}
	rec, err := s.Open(r.Context(), id)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	me, err := actor(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	may := func(sc Scope) bool {
		return rec.MayRecordConsent && s.Access.May(r.Context(), access.ConsentRecord, personRow{ID: id, Site: rec.Site, Programme: rec.Programme}.part(kindConsent, consentSensitivity(sc)))
	}
	s.show(w, r, id, page.Page{Template: "people/sections", Title: "people.title.consents", View: consentsView(rec, me.User, may)})
}

// consentsView lists what may be asked, how each stands, and the records.
func consentsView(rec Record, me db.ID, may func(Scope) bool) sections {
	path := personPath(rec.ID)
	v := sections{Lead: page.M("people.consent.lead")}
	if !rec.MayConsent {
		v.Sections = []section{{Title: page.M("people.section.consents"), Refused: true}}
		return v
	}
	ask := &page.Table{Columns: []page.Column{{Label: page.M("people.col.scope"), Wide: true}, {Label: page.M("people.col.state")}, {Label: page.M("people.col.action"), Hide: true}}}
	for _, info := range Scopes {
		mayAsk := may(info.Scope)
		state := StateOf(rec.Consents, info.Scope)
		if !mayAsk && state == ConsentNone {
			continue
		}
		var act any = page.M("people.flag.none")
		if mayAsk {
			act = []page.Link{{Href: path + "/consent/" + string(info.Scope), Text: page.M("people.consent.ask")}, {Href: path + "/print/consent/" + string(info.Scope), Text: page.M("people.consent.print")}}
		}
		ask.Rows = append(ask.Rows, []page.Cell{page.M("people.scope." + string(info.Scope)), consentTag(state), act})
	}
	v.Sections = append(v.Sections, section{ID: "ask", Title: page.M("people.consent.asked"), Table: ask})
	for _, c := range slices.Backward(rec.Consents) {
		v.Sections = append(v.Sections, oneConsent(rec, c, me, may(c.Scope)))
	}
	return v
}

// oneConsent is everything that was recorded of one decision.
func oneConsent(rec Record, c Consent, me db.ID, may bool) section {
	path := personPath(rec.ID) + "/consents/" + c.ID.String()
	sec := section{ID: "c-" + c.ID.String(), Title: page.M("people.consent.title", "scope", page.M("people.scope."+string(c.Scope)), "date", c.On)}
	add := func(key string, v any) {
		sec.Summary = append(sec.Summary, page.Row{Label: page.M("people.row." + key), Value: v})
	}
	add("decision", consentTag(c.State()))
	if c.Named != "" {
		add("named", placeMsg(c.Named))
	}
	add("given_by", []any{word("people.giver.", c.GivenBy), orDash(joinName(c.Giver, c.Relation))})
	if c.Assent != "" {
		add("assent", word("people.assent.", c.Assent))
	}
	if c.Capacity != "" {
		add("capacity", word("people.capacity.", c.Capacity))
	}
	add("interpreted", []any{word("people.interpreter.", c.Interpreter), orDash(c.InterpreterName)})
	if c.Language != "" {
		add("read_in", languageMsgs([]string{c.Language}))
	}
	add("mode", []any{word("people.mode.", c.Mode), orDash(joinName(c.Witness, c.Recording))})
	add("text_version", c.TextVersion)
	if !c.Order.IsZero() {
		add("asked_for", page.M("people.consent.at_station"))
	}
	if c.Countersigned() {
		add("second", c.SecondOn)
	}
	if !c.WithdrawnOn.IsZero() {
		add("withdrawn", []any{c.WithdrawnOn, word("people.giver.", c.WithdrawnBy), orDash(c.Withdrawal)})
	}
	for _, warn := range c.Warnings() {
		level := page.Wait
		if warn == WarnChild {
			level = page.Danger
		}
		sec.Callouts = append(sec.Callouts, page.Callout{Level: level, Text: []page.Msg{page.M("people.warning." + string(warn))}})
	}
	if !may {
		return sec
	}
	if c.State() == ConsentPending && me != c.FirstOfficer {
		sec.Forms = append(sec.Forms, button(path+"/countersign", "people.consent.countersign", false))
	}
	if c.Decision == Given && c.WithdrawnOn.IsZero() {
		sec.Links = append(sec.Links, page.Link{Href: path + "/withdraw", Text: page.M("people.consent.withdraw")})
	}
	return sec
}

// askView is what the form of one consent needs to know.
type asking struct {
	info   scopeInfo
	minor  bool
	age    int // of consent, at the site
	person Person
	today  calendar.Day
	locale string
	// warned: the form was sent with an interpreter or an assent that calls for a
	// second look; the boxes that say it was given are shown now.
	warned bool
}

// consentForm asks about one scope. Nothing on it is ticked in advance; the day
// is today's, because it is the day of the talk.
func consentForm(a asking, id db.ID) *page.Form {
	on := page.Field{Kind: page.Date, Name: "on", Label: page.M("people.q.consent_on")}
	on.SetDate(a.today.Date(), a.today)
	interpreter := page.Field{Kind: page.Radios, Name: "interpreter", Label: page.M("people.q.consent_interpreter"), Options: choices("people.interpreter.", Interpreters)}
	if a.warned {
		interpreter.Extra = []page.Extra{{Name: "interpreter_sure", Value: "yes", Label: page.M("people.consent.interpreter_sure")}}
	}
	f := &page.Form{Submit: page.M("people.consent.save"), Fields: []page.Field{hidden("id", id.String()), hidden("text_version", itoa(a.info.Version)),
		{Kind: page.Heading, Label: page.M("people.consent.text_title")},
		{Kind: page.Note, Label: page.M("people.consent.text." + string(a.info.Scope))},
		{Kind: page.Note, Label: page.M("people.consent.refusal." + string(a.info.Scope))},
		{Kind: page.Note, Label: page.M("people.consent.basis." + a.info.Basis)}}}
	add := func(fields ...page.Field) { f.Fields = append(f.Fields, fields...) }
	if a.info.Sharing {
		add(page.Field{Kind: page.Note, Label: page.M("people.consent.sharing")})
	}
	if a.info.Scope == ScopeAssessment {
		add(page.Field{Kind: page.Select, Name: "named", Label: page.M("people.q.consent_named"), Hint: page.M("people.q.consent_named_hint"), Options: countries(a.locale)})
	}
	add(page.Field{Kind: page.Radios, Name: "decision", Label: page.M("people.q.decision"), Options: []page.Option{
		{Value: string(Given), Label: page.M("people.decision.given")}, {Value: string(Refused), Label: page.M("people.decision.refused")}}},
		page.Field{Kind: page.Radios, Name: "given_by", Label: page.M("people.q.given_by"), Options: choices("people.giver.", Givers), Hint: page.M("people.q.given_by_hint")},
		page.Field{Kind: page.Text, Name: "giver", Label: page.M("people.q.giver"), Max: maxName, Optional: true},
		page.Field{Kind: page.Text, Name: "giver_relation", Label: page.M("people.q.giver_relation"), Max: maxName, Optional: true},
		page.Field{Kind: page.Select, Name: "capacity", Label: page.M("people.q.capacity"), Options: choices("people.capacity.", Capacities), Optional: true})
	assent := page.Field{Kind: page.Radios, Name: "assent", Label: page.M("people.q.assent"), Hint: page.M("people.q.assent_hint"), Options: choices("people.assent.", Assents), Optional: !a.minor}
	if a.warned {
		assent.Extra = []page.Extra{{Name: "assent_sure", Value: "yes", Label: page.M("people.consent.assent_sure")}}
	}
	add(assent, interpreter,
		page.Field{Kind: page.Text, Name: "interpreter_name", Label: page.M("people.q.interpreter_name"), Max: maxName, Optional: true},
		page.Field{Kind: page.Radios, Name: "confidential", Label: page.M("people.q.confidential"), Inline: true, Options: yesNo(), Optional: true},
		page.Field{Kind: page.Text, Name: "emergency", Label: page.M("people.q.emergency"), Max: maxName, Optional: true},
		page.Field{Kind: page.Select, Name: "language", Label: page.M("people.q.consent_language"), Options: languages(a.locale)},
		page.Field{Kind: page.Radios, Name: "mode", Label: page.M("people.q.mode"), Options: choices("people.mode.", Modes)},
		page.Field{Kind: page.Text, Name: "witness", Label: page.M("people.q.witness"), Hint: page.M("people.q.witness_hint"), Max: maxName, Optional: true},
		page.Field{Kind: page.Text, Name: "recording", Label: page.M("people.q.recording"), Max: maxName, Optional: true},
		on)
	return f
}

func readConsent(v url.Values, scope Scope, today calendar.Day, errs *[]error) Consent {
	c := Consent{Scope: scope, Named: v.Get("named"), Decision: Decision(v.Get("decision")), GivenBy: Giver(v.Get("given_by")), Giver: text(v, "giver"),
		Relation: text(v, "giver_relation"), Capacity: Capacity(v.Get("capacity")), Assent: Assent(v.Get("assent")), On: dateOf(v, "on", today, errs),
		Interpreter: Interpreter(v.Get("interpreter")), InterpreterName: text(v, "interpreter_name"), Language: v.Get("language"), Confidential: truth(v, "confidential"),
		Emergency: text(v, "emergency"), TextVersion: atoi(v.Get("text_version")), Mode: Mode(v.Get("mode")), Witness: text(v, "witness"), Recording: text(v, "recording")}
	if c.Named != "" {
		if _, ok := place.Country(c.Named); !ok {
			*errs = append(*errs, fault.Field("people.consent", "named", "people.error.country"))
		}
	}
	if scope == ScopeAssessment && c.Named == "" {
		*errs = append(*errs, fault.Field("people.consent", "named", "people.error.consent_named"))
	}
	return c
}

// secondLook asks for what a warning calls for: a relative as interpreter, or a
// child that said no, is recorded only once the officer has said they saw it.
func secondLook(c Consent, v url.Values) []error {
	var errs []error
	if c.Interpreter == InterpreterRelative && v.Get("interpreter_sure") == "" {
		errs = append(errs, fault.Field("people.consent", "interpreter", "people.error.consent_relative"))
	}
	if c.Assent == AssentNo && c.Decision == Given && v.Get("assent_sure") == "" {
		errs = append(errs, fault.Field("people.consent", "assent", "people.error.consent_child_no"))
	}
	return errs
}

// asking loads what the form must know, with the right to ask.
func (s *Service) asking(ctx context.Context, id db.ID, scope Scope, lang string) (a asking, err error) {
	info, ok := scopeOf(scope)
	if !ok {
		return a, fault.New(fault.NotFound, "people.asking", "page.error.not_found")
	}
	a = asking{info: info, today: s.Today(), locale: lang}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		row, err := s.open(ctx, tx, access.PersonRead, id)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.ConsentRecord, row.part(kindConsent, consentSensitivity(info.Scope))); err != nil {
			return err
		}
		age, err := s.consentAge(tx, row.Site)
		a.minor, a.age, a.person = row.Person.Minor(age, s.Today()), age, row.Person
		return err
	})
	return a, err
}

// askOf reads whom a page asks, and for what.
func (s *Service) askOf(r *http.Request, id db.ID) (asking, error) {
	return s.asking(r.Context(), id, Scope(r.PathValue("scope")), page.LocaleOf(r).Code)
}

// AskForm is the form that asks a person for a consent, for the page of another area;
// typed is what was sent with it, nil at first. PostConsent takes what it sends.
func (s *Service) AskForm(ctx context.Context, person db.ID, scope Scope, lang string, typed url.Values) (*page.Form, error) {
	a, err := s.asking(ctx, person, scope, lang)
	if err != nil {
		return nil, err
	}
	if typed == nil {
		return consentForm(a, db.NewID()), nil
	}
	doc, err := formID(typed)
	if err != nil {
		doc = db.NewID()
	}
	return a.again(doc, typed), nil
}

// again is the form with what was typed.
func (a asking) again(doc db.ID, typed url.Values) *page.Form {
	a.warned = typed.Get("interpreter_sure") != "" || typed.Get("assent_sure") != "" ||
		len(secondLook(Consent{Interpreter: Interpreter(typed.Get("interpreter")), Assent: Assent(typed.Get("assent")), Decision: Decision(typed.Get("decision"))}, typed)) > 0
	f := consentForm(a, doc)
	f.Fill(typed)
	return f
}

// PostConsent records what AskForm sent, for the order that asked for it; the zero
// order is none.
func (s *Service) PostConsent(ctx context.Context, person db.ID, scope Scope, order db.ID, typed url.Values) error {
	a, err := s.asking(ctx, person, scope, "")
	if err != nil {
		return err
	}
	doc, err := formID(typed)
	if err != nil {
		return err
	}
	var errs []error
	c := readConsent(typed, scope, s.Today(), &errs)
	c.ID, c.Order = doc, order
	if errs = append(errs, secondLook(c, typed)...); len(errs) > 0 { // all that is wrong is said at once
		return errors.Join(append(errs, c.Valid(a.person, a.age, s.Today())...)...)
	}
	return s.RecordConsent(ctx, person, []Consent{c})
}

func (s *Service) getAsk(w http.ResponseWriter, r *http.Request) {
	id, _, ok := s.target(w, r)
	if !ok {
		return
	}
	a, err := s.askOf(r, id)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.ask(w, r, id, "people.title.ask", consentForm(a, db.NewID()), "")
}

func (s *Service) postAsk(w http.ResponseWriter, r *http.Request) {
	id, _, ok := s.target(w, r)
	if !ok {
		return
	}
	a, err := s.askOf(r, id)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	doc, err := formID(r.PostForm)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	err = s.PostConsent(r.Context(), id, a.info.Scope, db.ID{}, r.PostForm)
	s.settled(w, r, err, id, "people.title.ask", a.again(doc, r.PostForm), personPath(id)+"/consents", page.M("people.consent.saved"))
}

func withdrawForm() *page.Form {
	return &page.Form{Submit: page.M("people.consent.withdraw"), Danger: true, Fields: []page.Field{
		{Kind: page.Note, Label: page.M("people.consent.withdraw_note")},
		{Kind: page.Radios, Name: "withdrawn_by", Label: page.M("people.q.withdrawn_by"), Options: choices("people.giver.", Givers)},
		{Kind: page.LongText, Name: "withdrawal", Label: page.M("people.q.withdrawal"), Optional: true, Max: maxText, Rows: 2},
	}}
}

func (s *Service) getWithdraw(w http.ResponseWriter, r *http.Request) {
	id, doc, ok := s.target(w, r)
	if !ok {
		return
	}
	if _, _, err := loadPart[Consent](s, r, id, doc, access.PersonRead, kindConsent); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.ask(w, r, id, "people.title.withdraw", withdrawForm(), "")
}

func (s *Service) postWithdraw(w http.ResponseWriter, r *http.Request) {
	id, doc, ok := s.target(w, r)
	if !ok {
		return
	}
	err := s.Withdraw(r.Context(), id, doc, Giver(r.PostForm.Get("withdrawn_by")), text(r.PostForm, "withdrawal"))
	f := withdrawForm()
	f.Fill(r.PostForm)
	s.settled(w, r, err, id, "people.title.withdraw", f, personPath(id)+"/consents", page.M("people.consent.withdrawn"))
}

func (s *Service) postCountersign(w http.ResponseWriter, r *http.Request) {
	id, doc, ok := s.target(w, r)
	if !ok {
		return
	}
	s.settled(w, r, s.Countersign(r.Context(), id, doc), id, "", nil, personPath(id)+"/consents", page.M("people.consent.countersigned"))
}

// consentSheet is the printed text of one consent, to be read out and signed. It
// carries the person's code; the name is written by hand.
type consentSheet struct {
	Code    string
	Scope   page.Msg
	Text    page.Msg
	Refusal page.Msg
	Basis   page.Msg
	Version int
	Sharing bool
	On      calendar.Day
}

func (s *Service) printConsent(w http.ResponseWriter, r *http.Request) {
	id, _, ok := s.target(w, r)
	if !ok {
		return
	}
	a, err := s.askOf(r, id)
	if err == nil {
		err = s.Access.Release(r.Context(), consentRoute, access.Applicant, id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	scope := string(a.info.Scope)
	s.Pages.Render(w, r, page.Page{Template: "people/consent-sheet", Title: "people.title.consent_sheet", Bare: true, Lang: spoken(a.person.Languages, a.locale),
		View: consentSheet{Code: ShowCode(Code(id)), Scope: page.M("people.scope." + scope), Text: page.M("people.consent.text." + scope), Refusal: page.M("people.consent.refusal." + scope),
			Basis: page.M("people.consent.basis." + a.info.Basis), Version: a.info.Version, Sharing: a.info.Sharing, On: s.Today()}})
}

// spoken is the first of a person's languages that Godwit has words in, else the
// officer's.
func spoken(person []string, officer string) string {
	for _, l := range person {
		for _, have := range page.Locales() {
			if have.Code == l {
				return l
			}
		}
	}
	return officer
}
