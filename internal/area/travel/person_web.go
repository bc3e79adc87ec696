package travel

import (
	"net/http"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func personPath(movement, person db.ID) string {
	return path(movement) + "/people/" + person.String()
}

func movementLink(id db.ID) page.Link {
	return page.Link{Href: path(id), Text: page.M("travel.one.title")}
}

func (s *Service) getPerson(w http.ResponseWriter, r *http.Request) { s.showPerson(w, r, nil) }

// showPerson shows somebody's travel page; failed is a form of it that was refused.
func (s *Service) showPerson(w http.ResponseWriter, r *http.Request, failed *page.Form) {
	id, person, err := bothIDs(r)
	var p Person
	if err == nil {
		p, err = s.Person(r.Context(), id, person, page.LocaleOf(r).Code)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "travel.person.title", Banner: p.Banner, Back: movementLink(id)}, personSheet(p, db.NewID(), failed), failed)
}

func bothIDs(r *http.Request) (id, person db.ID, err error) {
	if id, err = page.PathID(r, "id"); err != nil {
		return id, person, err
	}
	person, err = page.PathID(r, "person")
	return id, person, err
}

// personSheet is somebody on a movement: what stands against boarding, what they declared,
// the check, and who goes along. fresh is the id that a check begun here gets.
func personSheet(p Person, fresh db.ID, failed *page.Form) page.Sheet {
	v := page.Sheet{Rows: append(movementRows(p.Movement, nil), page.Row{Label: page.M("travel.q.ready"), Value: standCell(p.Passenger)})}
	or := func(f *page.Form) *page.Form {
		if failed != nil && f != nil && failed.Action == f.Action {
			return failed
		}
		return f
	}
	v.Parts = append(v.Parts, declaredPart(p, or))
	v.Parts = append(v.Parts, checkParts(p, fresh, or)...)
	if p.SeesCheck {
		v.Parts = append(v.Parts, alongPart(p))
	}
	if p.MayWrite {
		v.Parts = append(v.Parts, doorPart(p, or))
	}
	if p.MayFile {
		v.Parts = append(v.Parts, filePart(p, or))
	}
	if p.SeesCheck {
		v.Limits = append(v.Limits, page.M("travel.limit.manifest"))
	}
	return v
}

func declaredPart(p Person, or func(*page.Form) *page.Form) page.Part {
	d, at := p.Declared, personPath(p.Movement.ID, p.ID)
	part := page.Part{Title: page.M("travel.declared"), Lead: page.M("travel.declared_lead")}
	switch {
	case d.Disputed:
		part.Notes = []page.Callout{{Level: page.Danger, Title: page.M("travel.gap.disputed")}}
	case d.Withdrawn:
		part.Notes = []page.Callout{{Level: page.Danger, Title: page.M("travel.gap.withdrawn")}}
	}
	if !d.At.IsZero() {
		by := []any{page.M("people.giver." + string(d.By))}
		if d.Name != "" {
			by = append(by, d.Name)
		}
		part.Rows = page.Summary{{Label: page.M("travel.q.declared_at"), Value: d.At}, {Label: page.M("travel.q.by"), Value: by}, {Label: page.M("travel.q.language"), Value: d.Language},
			{Label: page.M("travel.q.interpreter"), Value: page.M("people.interpreter." + string(d.Interpreter))}, {Label: page.M("travel.q.witness"), Value: d.Witness}}
	}
	if d.Why != "" {
		part.Rows = append(part.Rows, page.Row{Label: page.M("travel.q.withdrawal"), Value: d.Why})
	}
	switch {
	case !p.MayWrite:
	case d.Stands():
		part.Form = or(withdrawForm(at))
	default:
		part.Form = or(declareForm(at))
	}
	return part
}

func declareForm(at string) *page.Form {
	return &page.Form{Action: at + "/declare", Submit: page.M("travel.declare"), Fields: []page.Field{
		{Kind: page.Note, Label: page.M("travel.declare_note")},
		{Kind: page.Radios, Name: "by", Label: page.M("travel.q.by"), Options: page.OptionsOf(people.Givers, "people.giver.")},
		{Kind: page.Text, Name: "name", Label: page.M("travel.q.by_name"), Max: longNumber * 2, Dir: "auto", Auto: "off", Optional: true},
		{Kind: page.Text, Name: "language", Label: page.M("travel.q.language"), Max: longNumber, Width: 20, Auto: "off"},
		{Kind: page.Radios, Name: "interpreter", Label: page.M("travel.q.interpreter"), Options: page.OptionsOf(people.Interpreters, "people.interpreter.")},
		{Kind: page.Text, Name: "witness", Label: page.M("travel.q.witness"), Max: longNumber * 2, Dir: "auto", Auto: "off"}}}
}

func withdrawForm(at string) *page.Form {
	return &page.Form{Action: at + "/withdraw", Submit: page.M("travel.withdraw"), Danger: true, Fields: []page.Field{
		{Kind: page.LongText, Name: "withdrawal", Label: page.M("travel.q.withdrawal"), Hint: page.M("travel.q.withdrawal_hint"), Max: longText, Rows: 2, Optional: true}}}
}

// checkParts are the check of fitness: what the pack says, and what a physician signed.
func checkParts(p Person, fresh db.ID, or func(*page.Form) *page.Form) []page.Part {
	at := personPath(p.Movement.ID, p.ID)
	part := page.Part{Title: page.M("travel.check")}
	begin := &page.Form{Action: at + "/check", Submit: page.M("travel.check_begin"), Fields: []page.Field{{Kind: page.Hidden, Name: "check", Value: fresh.String()}}}
	switch {
	case !p.SeesCheck:
		part.Lead = page.M("travel.check_hidden")
		return []page.Part{part}
	case !p.HasCheck:
		part.Lead = page.M("travel.gap.unchecked")
		if p.MayCheck {
			part.Form = or(begin)
		}
		return []page.Part{part}
	}
	c := p.Check
	part.Rows = page.Summary{{Label: page.M("travel.q.checked"), Value: c.At}}
	for _, o := range c.Orders {
		word := c.Forms[o.Code]
		if o.Status.Open() && c.MayWrite {
			part.Actions = append(part.Actions, page.Link{Href: "/orders/" + o.ID.String() + "/result", Name: word, Text: page.M("travel.check_fill")})
			continue
		}
		part.Rows = append(part.Rows, page.Row{Label: page.M("order.status." + string(o.Status)), Value: page.Link{Href: "/orders/" + o.ID.String(), Name: word, Text: page.M("travel.answers")}})
	}
	if c.Pack == nil {
		part.Notes = append(part.Notes, page.Callout{Level: page.Wait, Title: page.M("travel.error.no_pack")})
	} else if c.Answered {
		part.Notes = append(part.Notes, saidNotes(c)...)
		part.Rows = append(part.Rows, saidRows(c)...)
	}
	part.Rows = append(part.Rows, signedRows(p)...)
	parts := []page.Part{part}
	if c.Answered && c.MaySign {
		parts = append(parts, page.Part{Title: page.M("travel.sign"), Lead: page.M("travel.sign_lead"), Form: or(signForm(at, c))})
	}
	if p.MayCheck {
		parts = append(parts, page.Part{Title: page.M("travel.check_again"), Form: or(begin)})
	}
	return parts
}

// saidNotes is the verdict of the pack, and each thing that holds, with why.
func saidNotes(c Looked) (out []page.Callout) {
	switch c.Said.Fit {
	case value.Yes:
		out = append(out, page.Callout{Level: page.Done, Title: page.M("travel.said.fit")})
	case value.No:
		out = append(out, page.Callout{Level: page.Danger, Title: page.M("travel.said.held")})
	default:
		out = append(out, page.Callout{Level: page.Wait, Title: page.M("travel.said.unknown")})
	}
	return out
}

// saidRows are the outcomes of the pack in words, each with the rules behind it, and what
// would settle what is open.
func saidRows(c Looked) (rows page.Summary) {
	labels := map[decision.Kind]string{decision.Hold: "travel.said.hold", decision.Form: "travel.said.form", decision.Escort: "travel.said.escort", decision.Require: "travel.said.require", decision.Flag: "travel.said.flag"}
	for _, o := range c.Explained.Outcomes {
		label, ok := labels[o.Kind]
		if !ok || o.State != decision.Definite || o.Kind == decision.Escort && levelCodes[o.Code] == Alone {
			continue
		}
		rows = append(rows, page.Row{Label: page.M(label), Value: append([]any{o.Word}, because(o)...)})
	}
	for i, q := range c.Explained.Ask {
		if i == mostAsked {
			break
		}
		rows = append(rows, page.Row{Label: page.M("travel.said.ask"), Value: q.Text})
	}
	return rows
}

const mostAsked = 10

// saidNeeds are the needs on the way, in the words of the pack.
func saidNeeds(c Looked) (rows page.Summary) {
	for _, o := range c.Explained.Outcomes {
		if o.Kind == decision.Flag && o.State == decision.Definite {
			rows = append(rows, page.Row{Label: page.M("travel.said.flag"), Value: o.Word})
		}
	}
	return rows
}

// because are the sentences of the rows that fired, with what is only recalled marked.
func because(o pack.ExplainedOutcome) (out []any) {
	for _, row := range o.Because {
		if row.Truth != value.Yes {
			continue
		}
		out = append(out, row.Sentence)
		if row.Certainty == string(pack.Recalled) {
			out = append(out, page.Tag{Level: page.Wait, Text: page.M("travel.unconfirmed")})
		}
	}
	return out
}

func signedRows(p Person) (rows page.Summary) {
	c := p.Check
	switch {
	case c.Disputed:
		return page.Summary{{Label: page.M("travel.q.signed"), Value: page.Tag{Level: page.Danger, Text: page.M("travel.signed_disputed")}}}
	case !c.Signed():
		return page.Summary{{Label: page.M("travel.q.signed"), Value: page.Tag{Level: page.Wait, Text: page.M("travel.gap.open")}}}
	}
	signed := []any{page.Tag{Level: page.Done, Text: page.M("travel.verdict." + string(c.Verdict))}, p.Signer, c.SignedAt}
	if c.Verdict == Wait {
		signed[0] = page.Tag{Level: page.Danger, Text: page.M("travel.verdict.wait")}
	} else if !c.Holds {
		signed = append(signed, page.Tag{Level: page.Danger, Text: page.M("travel.gap.outdated")})
	}
	rows = page.Summary{{Label: page.M("travel.q.signed"), Value: signed}}
	if c.Level != "" {
		rows = append(rows, page.Row{Label: page.M("travel.q.level"), Value: page.M("travel.level." + string(c.Level))})
	}
	if c.Why != "" {
		rows = append(rows, page.Row{Label: page.M("travel.q.why"), Value: c.Why})
	}
	return rows
}

func signForm(at string, c Looked) *page.Form {
	return &page.Form{Action: at + "/sign", Submit: page.M("travel.sign"), Fields: []page.Field{
		{Kind: page.Radios, Name: "verdict", Label: page.M("travel.q.verdict"), Options: page.OptionsOf(Verdicts, "travel.verdict.")},
		{Kind: page.Radios, Name: "level", Label: page.M("travel.q.level"), Hint: page.M("travel.q.level_hint"), Options: page.OptionsOf(Levels, "travel.level."), Optional: true},
		{Kind: page.LongText, Name: "why", Label: page.M("travel.q.sign_why"), Rows: 2, Max: longText, Optional: true}}}
}

// alongPart leads to the page of whoever goes along.
func alongPart(p Person) page.Part {
	part := page.Part{Title: page.M("travel.escort.title"), Lead: page.M("travel.escort.lead"), Actions: []page.Link{{Href: escortPath(p.Movement.ID, p.ID), Text: page.M("travel.escort.open")}}}
	for _, c := range p.Escort.With {
		part.Rows = append(part.Rows, page.Row{Label: page.M("travel.role." + string(c.Role)), Value: c.Name})
	}
	return part
}

// doorPart is what is done at the door, and what was reported back.
func doorPart(p Person, or func(*page.Form) *page.Form) page.Part {
	at := personPath(p.Movement.ID, p.ID)
	part := page.Part{Title: page.M("travel.door")}
	if p.Traveller.Why != "" {
		part.Rows = append(part.Rows, page.Row{Label: page.M("travel.q.why"), Value: p.Traveller.Why})
	}
	if p.Traveller.Came != "" {
		part.Rows = append(part.Rows, page.Row{Label: page.M("travel.q.arrival"), Value: p.Traveller.Came})
	}
	if p.Traveller.State == Boarded || p.Traveller.State == Arrived {
		part.Form = or(&page.Form{Action: at + "/arrived", Submit: page.M("travel.arrived"), Fields: []page.Field{
			{Kind: page.LongText, Name: "arrival", Label: page.M("travel.q.arrival"), Hint: page.M("travel.q.arrival_hint"), Rows: 3, Max: longText, Optional: true}}})
		return part
	}
	part.Form = or(&page.Form{Action: at + "/step", Submit: page.M("travel.save"), Fields: []page.Field{
		{Kind: page.Radios, Name: "state", Label: page.M("travel.q.state"), Options: page.OptionsOf(append([]State{Boarded}, notGone...), "travel.state.")},
		{Kind: page.Text, Name: "reason", Label: page.M("travel.q.not_gone"), Max: longText, Auto: "off", Optional: true}}})
	return part
}

// act does what a form of the page asks, and shows the page again; form makes the form, to
// be shown with what was typed where it is refused.
func (s *Service) act(w http.ResponseWriter, r *http.Request, form func(at string) *page.Form, do func(movement, person db.ID) error) {
	id, err := page.Posted(w, r, "id")
	var person db.ID
	if err == nil {
		person, err = page.PathID(r, "person")
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	at := personPath(id, person)
	if err = do(id, person); err == nil {
		s.Pages.Redirect(w, r, at, page.M("travel.saved"))
		return
	}
	f := form(at)
	f.Fill(r.PostForm)
	if !f.Fail(err) {
		s.Pages.Error(w, r, err)
		return
	}
	s.showPerson(w, r, f)
}

func (s *Service) postDeclare(w http.ResponseWriter, r *http.Request) {
	s.act(w, r, declareForm, func(movement, person db.ID) error {
		v := r.PostForm
		return s.Declare(r.Context(), person, Declaration{Movement: movement, By: people.Giver(v.Get("by")), Name: v.Get("name"), Language: v.Get("language"),
			Interpreter: people.Interpreter(v.Get("interpreter")), Witness: v.Get("witness")})
	})
}

func (s *Service) postWithdraw(w http.ResponseWriter, r *http.Request) {
	s.act(w, r, withdrawForm, func(movement, person db.ID) error {
		return s.Withdraw(r.Context(), movement, person, r.PostForm.Get("withdrawal"))
	})
}

func (s *Service) postCheck(w http.ResponseWriter, r *http.Request) {
	s.act(w, r, func(at string) *page.Form {
		return &page.Form{Action: at + "/check", Submit: page.M("travel.check_begin")}
	}, func(movement, person db.ID) error {
		id, err := db.ParseID(r.PostForm.Get("check"))
		if err != nil {
			return fault.New(fault.NotFound, "travel.postCheck", "page.error.not_found")
		}
		return s.Begin(r.Context(), id, movement, person)
	})
}

func (s *Service) postSign(w http.ResponseWriter, r *http.Request) {
	s.act(w, r, func(at string) *page.Form { return signForm(at, Looked{}) }, func(movement, person db.ID) error {
		return s.Sign(r.Context(), movement, person, Signature{Verdict: Verdict(r.PostForm.Get("verdict")), Level: Level(r.PostForm.Get("level")), Why: r.PostForm.Get("why")})
	})
}

func (s *Service) postStep(w http.ResponseWriter, r *http.Request) {
	s.act(w, r, func(at string) *page.Form {
		return doorPart(Person{Movement: Movement{}}, func(f *page.Form) *page.Form { f.Action = at + "/step"; return f }).Form
	}, func(movement, person db.ID) error {
		return s.Step(r.Context(), movement, person, State(r.PostForm.Get("state")), r.PostForm.Get("reason"))
	})
}

func (s *Service) postArrived(w http.ResponseWriter, r *http.Request) {
	s.act(w, r, func(at string) *page.Form {
		return doorPart(Person{Passenger: Passenger{Traveller: Traveller{State: Boarded}}}, func(f *page.Form) *page.Form { f.Action = at + "/arrived"; return f }).Form
	}, func(movement, person db.ID) error {
		return s.Arrive(r.Context(), movement, person, r.PostForm.Get("arrival"))
	})
}

// getCheck leads from the form of a check back to the person's travel page.
func (s *Service) getCheck(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	var movement, person db.ID
	if err == nil {
		movement, person, err = s.PlaceOf(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, personPath(movement, person), http.StatusSeeOther)
}
