package stewardship

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

func (s *Service) getAgreements(w http.ResponseWriter, r *http.Request) {
	list, err := s.Agreements(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := page.Sheet{Lead: page.M("stewardship.agreements.lead"), Table: agreementTable(list)}
	if s.Access.May(r.Context(), access.AgreementDecide, access.Resource{Kind: kindAgreement}) {
		v.Actions = []page.Link{{Href: "/agreements/new", Text: page.M("stewardship.agreements.new")}}
		if s.Cards != nil {
			v.Actions = append(v.Actions, hubsLink())
		}
	}
	s.Pages.Sheet(w, r, page.Page{Title: "stewardship.agreements.title", Wide: true}, v, nil)
}

func agreementTable(list []AgreementView) *page.Table {
	t := &page.Table{Columns: []page.Column{
		{Label: page.M("stewardship.agreements.peer")}, {Label: page.M("stewardship.agreements.state")}, {Label: page.M("stewardship.agreements.purpose")},
		{Label: page.M("stewardship.agreements.expires")}, {Label: page.M("stewardship.rights.open"), Hide: true},
	}, Empty: page.Empty{Title: page.M("stewardship.agreements.none")}}
	for _, g := range list {
		t.Rows = append(t.Rows, []page.Cell{g.Peer, agreementTag(g.State), page.M("door.purpose." + g.Purpose), g.Expires.Date(),
			page.Link{Href: "/agreements/" + g.ID.String(), Text: page.M("stewardship.rights.open")}})
	}
	return t
}

func agreementTag(st AgreementState) page.Tag {
	level := map[AgreementState]page.Level{AgreementDrafted: page.Wait, AgreementInForce: page.Done, AgreementDisputed: page.Danger}[st]
	return page.Tag{Level: level, Text: page.M("stewardship.agreements.state_" + string(st))}
}

// agreementForm asks for the terms. One question holds the fields of all parts, so that
// what may be sent is read in one place.
func (s *Service) agreementForm(ctx context.Context, lang string, hubs []OtherHub) (*page.Form, error) {
	f := &page.Form{Submit: page.M("stewardship.agreements.draft"), Cancel: page.Link{Href: "/agreements", Text: page.M("stewardship.cancel")}, Fields: []page.Field{
		{Kind: page.Radios, Name: "pin", Label: page.M("stewardship.agreements.peer")},
		{Kind: page.Text, Name: "number", Label: page.M("stewardship.agreements.number"), Hint: page.M("stewardship.agreements.number_hint"), Dir: "ltr", Optional: true, Max: 40},
		{Kind: page.Select, Name: "country", Label: page.M("stewardship.agreements.country"), Hint: page.M("stewardship.agreements.country_hint")},
		{Kind: page.Radios, Name: "purpose", Label: page.M("stewardship.agreements.purpose"), Options: purposeOptions()},
		{Kind: page.Checks, Name: "fields", Label: page.M("stewardship.agreements.fields"), Hint: page.M("stewardship.agreements.fields_hint")},
		{Kind: page.LongText, Name: "codes", Label: page.M("stewardship.agreements.codes"), Hint: page.M("stewardship.agreements.codes_hint"), Dir: "ltr", Rows: 3, Optional: true},
		{Kind: page.LongText, Name: "sensitive", Label: page.M("stewardship.agreements.sensitive"), Hint: page.M("stewardship.agreements.sensitive_hint"), Dir: "ltr", Rows: 2, Optional: true},
		{Kind: page.Date, Name: "from", Label: page.M("stewardship.agreements.from"), Optional: true},
		{Kind: page.Date, Name: "to", Label: page.M("stewardship.agreements.to"), Optional: true},
		{Kind: page.Checks, Name: "diseases", Label: page.M("stewardship.agreements.diseases"), Hint: page.M("stewardship.agreements.diseases_hint"), Options: page.OptionsOf(s.Diseases, "surveillance.disease."), Optional: true},
		{Kind: page.Number, Name: "keep", Label: page.M("stewardship.agreements.keep"), Hint: page.M("stewardship.agreements.keep_hint"), Width: 4, Optional: true},
		{Kind: page.Date, Name: "expires", Label: page.M("stewardship.agreements.expires")},
		{Kind: page.LongText, Name: "contacts", Label: page.M("stewardship.agreements.contacts"), Hint: page.M("stewardship.agreements.contacts_hint"), Rows: 3, Max: 500},
		{Kind: page.Checks, Name: "sites", Label: page.M("stewardship.agreements.sites"), Hint: page.M("stewardship.agreements.sites_hint"), Optional: true},
		{Kind: page.Select, Name: "inbox", Label: page.M("stewardship.agreements.inbox")},
		{Kind: page.Number, Name: "cap", Label: page.M("stewardship.agreements.cap"), Hint: page.M("stewardship.agreements.cap_hint"), Width: 4, Value: strconv.Itoa(defaultCap)},
	}}
	for _, h := range hubs {
		pin := f.Find("pin")
		pin.Options = append(pin.Options, page.Option{Value: h.Pin, Text: h.Name, Hint: page.M("stewardship.agreements.key", "key", h.Pin[:16])})
	}
	for _, p := range place.Sorted(lang) {
		c := f.Find("country")
		c.Options = append(c.Options, page.Option{Value: p.Code, Label: page.Words(p.Name)})
	}
	offered := s.offered()
	for _, part := range partsIn(offered) {
		for _, field := range offered[part] {
			q := f.Find("fields")
			q.Options = append(q.Options, page.Option{Value: string(part) + "." + field, Label: page.M("stewardship.agreements.field", "part", partName(part), "field", plainWords{known: s.known}.field(field))})
		}
	}
	codes, err := s.siteCodes(ctx)
	for _, c := range codes {
		for _, name := range []string{"sites", "inbox"} {
			q := f.Find(name)
			q.Options = append(q.Options, page.Option{Value: c.Code, Text: c.Name(lang) + " (" + c.Code + ")"})
		}
	}
	return f, err
}

func (s *Service) siteCodes(ctx context.Context) (out []place.Site, err error) {
	if s.Sites == nil {
		return nil, nil
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error { out, err = s.Sites.All(tx); return err })
	return out, err
}

func partName(p Part) page.Msg { return page.M("stewardship.part." + string(p)) }

func purposeOptions() []page.Option {
	var out []page.Option
	for _, p := range AgreementPurposes {
		out = append(out, page.Option{Value: p, Label: page.M("door.purpose." + p), Hint: page.RecipientMsg(recipientOf(p), "")})
	}
	return out
}

func (s *Service) newAgreement(w http.ResponseWriter, r *http.Request) *page.Form {
	hubs, err := s.OtherHubs(r.Context())
	var f *page.Form
	if err == nil {
		f, err = s.agreementForm(r.Context(), page.LocaleOf(r).Code, hubs)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return nil
	}
	if len(hubs) == 0 {
		note := page.Callout{Level: page.Info, Text: []page.Msg{page.M("stewardship.agreements.no_hub")}}
		if s.Cards != nil {
			note.Links = []page.Link{hubsLink()}
		}
		s.Pages.Sheet(w, r, page.Page{Title: "stewardship.agreements.new"}, page.Sheet{Notes: []page.Callout{note}}, nil)
		return nil
	}
	return f
}

func (s *Service) getNewAgreement(w http.ResponseWriter, r *http.Request) {
	if f := s.newAgreement(w, r); f != nil {
		s.Pages.Sheet(w, r, page.Page{Title: "stewardship.agreements.new"}, page.Sheet{Lead: page.M("stewardship.agreements.new_lead"), Parts: []page.Part{{Form: f}}}, f)
	}
}

func (s *Service) postNewAgreement(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := s.newAgreement(w, r)
	if f == nil {
		return
	}
	f.Fill(r.PostForm)
	g := readAgreement(r.PostForm, s.today(), f)
	if pin := f.Find("pin"); pin != nil {
		for _, o := range pin.Options {
			if o.Value == g.Pin {
				g.Peer = o.Text
			}
		}
	}
	if !f.Failed() {
		err := s.DraftAgreement(r.Context(), g)
		if err == nil {
			s.Pages.Redirect(w, r, "/agreements/"+g.ID.String(), page.M("stewardship.agreements.drafted"))
			return
		}
		if !f.Fail(err) {
			s.Pages.Error(w, r, err)
			return
		}
	}
	s.Pages.Sheet(w, r, page.Page{Title: "stewardship.agreements.new"}, page.Sheet{Lead: page.M("stewardship.agreements.new_lead"), Parts: []page.Part{{Form: f}}}, f)
}

// readAgreement reads the terms and notes what cannot be read.
func readAgreement(v url.Values, today calendar.Day, f *page.Form) Agreement {
	g := Agreement{ID: db.NewID(), Pin: v.Get("pin"), Country: v.Get("country"), Purpose: v.Get("purpose"), Contacts: strings.TrimSpace(v.Get("contacts")),
		Sites: v["sites"], Inbox: v.Get("inbox"), Fields: map[Part][]string{}, Sensitive: strings.Fields(v.Get("sensitive")), Diseases: v["diseases"]}
	if number := strings.TrimSpace(v.Get("number")); number != "" {
		id, err := db.ParseID(number)
		if err != nil {
			f.Note("number", page.M("stewardship.error.number"))
		}
		g.ID = id
	}
	for _, name := range v["fields"] {
		part, field, _ := strings.Cut(name, ".")
		g.Fields[Part(part)] = append(g.Fields[Part(part)], field)
	}
	if codes := strings.Fields(v.Get("codes")); len(codes) > 0 {
		g.Fields[PartResults] = codes
	}
	for name, into := range map[string]*calendar.Day{"from": &g.From, "to": &g.To, "expires": &g.Expires} {
		d, err := page.ReadDate(v, name, today)
		if err != nil {
			f.Fail(err)
			continue
		}
		day, ok := d.Exact()
		if !ok && !d.IsZero() || name == "expires" && d.IsZero() {
			f.Note(name, page.M("stewardship.error.date"))
		}
		*into = day
	}
	n, ok, err := page.ReadNumber(v, "cap")
	if err != nil || ok && (n < 1 || n > 1000 || n != float64(int(n))) {
		f.Note("cap", page.M("stewardship.error.cap"))
	}
	g.Cap = int(n)
	keep, ok, err := page.ReadNumber(v, "keep")
	if err != nil || ok && keep != float64(int(keep)) {
		f.Note("keep", page.M("stewardship.error.keep"))
	}
	g.Keep = int(keep)
	return g
}

func (s *Service) getAgreement(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	var g AgreementView
	if err == nil {
		g, err = s.OpenAgreement(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "stewardship.agreements.one", Back: page.Link{Href: "/agreements", Text: page.M("stewardship.agreements.title")}},
		s.agreementView(g, s.Access.May(r.Context(), access.AgreementDecide, access.Resource{Kind: kindAgreement})), nil)
}

// agreementView is an agreement in words.
func (s *Service) agreementView(g AgreementView, mayDecide bool) page.Sheet {
	words := plainWords{known: s.known}
	v := page.Sheet{Rows: page.Summary{
		{Label: page.M("stewardship.agreements.state"), Value: agreementTag(g.State)},
		{Label: page.M("stewardship.agreements.peer"), Value: []any{g.Peer, page.M("stewardship.agreements.key", "key", g.Pin[:min(16, len(g.Pin))])}},
		{Label: page.M("stewardship.agreements.recipient"), Value: recipientIn(g.Recipient(), g.Country)},
		{Label: page.M("stewardship.agreements.purpose"), Value: page.M("door.purpose." + g.Purpose)},
	}}
	for _, p := range partsIn(g.Fields) {
		var fields []page.Msg
		for _, f := range sorted(g.Fields[p]) {
			fields = append(fields, words.field(f))
		}
		v.Rows = append(v.Rows, page.Row{Label: partName(p), Value: fields})
	}
	sensitive := any(page.M("stewardship.agreements.no_sensitive"))
	if len(g.Sensitive) > 0 {
		sensitive = []any{page.Tag{Level: page.Danger, Text: page.M("door.sensitivity.sensitive")}, strings.Join(g.Sensitive, ", ")}
	}
	v.Rows = append(v.Rows, page.Row{Label: page.M("stewardship.agreements.sensitive"), Value: sensitive},
		page.Row{Label: page.M("stewardship.agreements.time"), Value: timeWindow(g.From, g.To)},
		page.Row{Label: page.M("stewardship.agreements.expires"), Value: g.Expires.Date()})
	if g.Notices() {
		var diseases []page.Msg
		for _, d := range sorted(g.Diseases) {
			diseases = append(diseases, page.M("surveillance.disease."+d))
		}
		v.Rows = append(v.Rows, page.Row{Label: page.M("stewardship.agreements.diseases"), Value: diseases},
			page.Row{Label: page.M("stewardship.agreements.keep"), Value: page.M("stewardship.agreements.keep_days", "count", g.Keep)})
	}
	v.Rows = append(v.Rows,
		page.Row{Label: page.M("stewardship.agreements.sites"), Value: sitesShown(g.Sites)},
		page.Row{Label: page.M("stewardship.agreements.inbox"), Value: page.Code(g.Inbox)},
		page.Row{Label: page.M("stewardship.agreements.contacts"), Value: g.Contacts},
		page.Row{Label: page.M("stewardship.agreements.cap"), Value: g.Cap},
		page.Row{Label: page.M("stewardship.agreements.number"), Value: page.Code(g.ID.String())},
		page.Row{Label: page.M("stewardship.agreements.digest"), Value: page.Code(g.Terms)},
		page.Row{Label: page.M("stewardship.agreements.officers"), Value: officers(g)})
	v.Parts = append(v.Parts, page.Part{Title: page.M("stewardship.agreements.sent_title"), Lead: page.M("stewardship.agreements.sent_lead"), Rows: sentRows(g)},
		page.Part{Title: page.M("stewardship.agreements.queries"), Lead: page.M("stewardship.agreements.queries_lead"), Table: queryTable(g.Queries)})
	if g.Notices() && s.Register != nil {
		v.Actions = append(v.Actions, s.Register(g.ID))
	}
	action := "/agreements/" + g.ID.String()
	switch {
	case g.MaySign:
		v.Notes = append(v.Notes, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("stewardship.agreements.sign_note")}})
		v.Parts = append(v.Parts, page.Part{Title: page.M("stewardship.agreements.sign_title"), Form: &page.Form{Action: action + "/sign", Submit: page.M("stewardship.agreements.sign")}})
	case g.State == AgreementDrafted:
		v.Notes = append(v.Notes, page.Callout{Level: page.Info, Text: []page.Msg{page.M("stewardship.agreements.waits")}})
	}
	if mayDecide && g.State != AgreementEnded {
		v.Parts = append(v.Parts, page.Part{Title: page.M("stewardship.agreements.end_title"), Lead: page.M("stewardship.agreements.end_lead"),
			Form: &page.Form{Action: action + "/end", Submit: page.M("stewardship.agreements.end"), Danger: true}})
	}
	return v
}

func recipientIn(to access.Recipient, country string) page.Msg {
	c, ok := place.Country(country)
	if !ok {
		return page.RecipientMsg(to, "")
	}
	return page.M("door.recipient.in", "who", page.RecipientMsg(to.Kind(), ""), "country", page.Words(c.Name))
}

func timeWindow(from, to calendar.Day) any {
	if from == 0 && to == 0 {
		return page.M("stewardship.agreements.any_time")
	}
	var out []any
	if from != 0 {
		out = append(out, page.M("stewardship.field.from"), from.Date())
	}
	if to != 0 {
		out = append(out, page.M("stewardship.field.to"), to.Date())
	}
	return out
}

func sitesShown(sites []string) any {
	if len(sites) == 0 {
		return page.M("stewardship.agreements.every_site")
	}
	return strings.Join(sites, ", ")
}

func officers(g AgreementView) any {
	out := []any{g.Drafter, g.Drafted}
	if !g.AgreedBy.IsZero() {
		out = append(out, g.Second, g.Agreed)
	}
	return out
}

// sentRows say what the feed holds: that it is all that was sent can be checked with the
// other side by its number and head.
func sentRows(g AgreementView) page.Summary {
	if !g.Linked {
		return page.Summary{{Label: page.M("stewardship.agreements.sent"), Value: page.M("stewardship.agreements.at_hub")}}
	}
	rows := page.Summary{
		{Label: page.M("stewardship.agreements.people"), Value: g.People},
		{Label: page.M("stewardship.agreements.sent"), Value: int(g.Stand.Sent)},
		{Label: page.M("stewardship.agreements.taken"), Value: int(g.Stand.Took)},
		{Label: page.M("stewardship.agreements.came"), Value: int(g.Stand.Came)},
	}
	if g.Stand.Begun {
		rows = append(rows, page.Row{Label: page.M("stewardship.agreements.head"), Value: page.Code(g.Stand.Head)},
			page.Row{Label: page.M("stewardship.agreements.contact"), Value: g.Stand.Contact})
	}
	return rows
}

func queryTable(list []Query) *page.Table {
	t := &page.Table{Columns: []page.Column{{Label: page.M("stewardship.audit.when")}, {Label: page.M("stewardship.agreements.asked_by")}, {Label: page.M("stewardship.agreements.answer")}},
		Empty: page.Empty{Title: page.M("stewardship.agreements.no_queries")}}
	for _, q := range list {
		by, answer := page.M("stewardship.agreements.they"), page.M("stewardship.agreements.found_no")
		switch {
		case q.Asked:
			by, answer = page.M("stewardship.agreements.we"), page.M("stewardship.agreements.found_there")
		case q.Found:
			answer = page.M("stewardship.agreements.found_yes")
		}
		t.Rows = append(t.Rows, []page.Cell{q.At, by, answer})
	}
	return t
}

func (s *Service) postSign(w http.ResponseWriter, r *http.Request) {
	s.changed(w, r, s.SignAgreement, "stewardship.agreements.signed")
}

func (s *Service) postEnd(w http.ResponseWriter, r *http.Request) {
	s.changed(w, r, s.EndAgreement, "stewardship.agreements.was_ended")
}

func (s *Service) changed(w http.ResponseWriter, r *http.Request, change func(context.Context, db.ID) error, done string) {
	id, err := page.Posted(w, r, "id")
	if err == nil {
		err = change(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Redirect(w, r, "/agreements/"+id.String(), page.M(done))
}

// refusedMsg says a refusal on a page that goes on.
func refusedMsg(err error) page.Msg {
	key := fault.KeyOf(err)
	if slices.Contains([]string{"door.release.consent", "door.release.feared", "door.release.nationality", "stewardship.error.not_site"}, key) {
		return page.M(key)
	}
	return page.M("door.forbidden")
}
