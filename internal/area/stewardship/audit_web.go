package stewardship

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

var acts = []access.Act{access.ActOpened, access.ActSearched, access.ActReleased, access.ActGlass, access.ActTaken}

func auditFilter(users []access.User) *page.Form {
	f := &page.Form{Method: "get", Action: "/audit", Compact: true, Submit: page.M("stewardship.audit.show"), Fields: []page.Field{
		{Kind: page.Text, Name: "code", Label: page.M("stewardship.audit.code"), Dir: "ltr", Width: 20, Max: 40, Optional: true},
		{Kind: page.Select, Name: "user", Label: page.M("stewardship.audit.user"), Optional: true},
		{Kind: page.Select, Name: "act", Label: page.M("stewardship.audit.act"), Optional: true, Options: page.OptionsOf(acts, "stewardship.act.")},
		{Kind: page.Date, Name: "from", Label: page.M("stewardship.audit.from"), Optional: true},
		{Kind: page.Date, Name: "to", Label: page.M("stewardship.audit.to"), Optional: true},
	}}
	for _, u := range users {
		f.Fields[1].Options = append(f.Fields[1].Options, page.Option{Value: u.ID.String(), Text: u.Name})
	}
	return f
}

func (s *Service) getAudit(w http.ResponseWriter, r *http.Request) {
	users, err := s.Access.Users(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	typed := r.URL.Query()
	f := auditFilter(users)
	f.Fill(typed)
	q := AuditQuery{Code: typed.Get("code"), Act: access.Act(typed.Get("act")), Before: parseKey(typed.Get("before"))}
	q.User, _ = db.ParseID(typed.Get("user"))
	var lines []AuditLine
	q.From, err = page.ReadDate(typed, "from", s.today())
	if err == nil {
		q.To, err = page.ReadDate(typed, "to", s.today())
	}
	if err == nil {
		lines, err = s.Audit(r.Context(), q)
	}
	if err != nil && !f.Fail(err) {
		s.Pages.Error(w, r, err)
		return
	}
	v := page.Sheet{Filter: f, Actions: []page.Link{
		{Href: "/audit/glass", Text: page.M("stewardship.glass.title")}, {Href: "/audit/policy", Text: page.M("stewardship.policy.title")},
		{Href: "/audit/accounts", Text: page.M("stewardship.accounts.title")}, {Href: "/audit/nodes", Text: page.M("stewardship.nodes.title")},
		{Href: "/complaints", Text: page.M("stewardship.complaints.title")}, {Href: "/erasures", Text: page.M("stewardship.erasures.title")},
	}}
	if n, err := s.Access.GlassesWaiting(r.Context()); err == nil && n > 0 {
		v.Notes = []page.Callout{{Level: page.Danger, Text: []page.Msg{page.M("stewardship.glass.waiting", "count", n)},
			Links: []page.Link{{Href: "/audit/glass", Text: page.M("stewardship.glass.look")}}}}
	}
	v.Table = auditTable(lines, typed)
	s.Pages.Sheet(w, r, page.Page{Title: "stewardship.audit.title", Wide: true}, v, f)
}

func auditTable(lines []AuditLine, typed url.Values) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{
		{Label: page.M("stewardship.audit.when")}, {Label: page.M("stewardship.audit.who")}, {Label: page.M("stewardship.audit.did")},
		{Label: page.M("stewardship.audit.whom")}, {Label: page.M("stewardship.audit.purpose")}, {Label: page.M("stewardship.audit.to_whom")},
	}, Empty: page.Empty{Title: page.M("stewardship.audit.none")}}
	shown := lines[:min(len(lines), auditPage)]
	for _, l := range shown {
		whom := any(page.Link{Href: "/audit?code=" + l.Subject.String(), Name: l.Code})
		if l.Act == access.ActSearched {
			whom = page.M("stewardship.audit.shown", "count", len(l.Shown))
		} else if l.Subject.IsZero() {
			whom = page.M("stewardship.audit.nobody")
		}
		t.Rows = append(t.Rows, []page.Cell{l.At, whoCell(l.Line), actCell(l.Line), whom, page.PurposeMsg(l.Purpose), toCell(l.Recipient)})
	}
	if len(lines) > auditPage {
		next := url.Values{}
		for k, vs := range typed {
			next[k] = vs
		}
		next.Set("before", formatKey(shown[len(shown)-1].Key()))
		t.Pager.Next = "/audit?" + next.Encode()
	}
	t.Pager.From, t.Pager.To = 1, len(shown)
	return t
}

func whoCell(l Line) any {
	if l.Name == "" {
		return page.M("stewardship.audit.unknown_user")
	}
	return l.Name
}

// actCell says what was done, and in which part of the program.
func actCell(l Line) page.Msg {
	return page.M("stewardship.act.in", "act", page.M("stewardship.act."+string(l.Act)), "where", whereMsg(l.What))
}

// whereMsg says in which part of the program something was opened.
func whereMsg(what string) page.Msg {
	area, _, _ := strings.Cut(what, ".")
	if path, ok := strings.CutPrefix(what, "page /"); ok { // a page that wrote no line of its own
		first, _, _ := strings.Cut(path, "/")
		area = map[string]string{"people": "people", "families": "people", "orders": "care", "results": "care", "worklist": "care", "cases": "assessment",
			"rights": "stewardship", "erasures": "stewardship", "review": "stewardship"}[first]
	}
	switch area {
	case "people", "care", "assessment", "stewardship", "sync":
		return page.M("stewardship.where." + area)
	case "access": // a broken glass
		return page.M("stewardship.where.people")
	}
	return page.M("stewardship.where.other")
}

// toCell names a recipient, an authority with its country.
func toCell(recipient string) page.Msg {
	if recipient == "" {
		return page.M("stewardship.audit.nowhere")
	}
	to := access.Recipient(recipient)
	if c, ok := place.Country(to.Country()); ok {
		return page.M("door.recipient.in", "who", page.RecipientMsg(to, ""), "country", page.Words(c.Name))
	}
	return page.RecipientMsg(to, to.Country())
}

func formatKey(k access.ReadKey) string {
	return strconv.FormatInt(k.At.UnixMicro(), 10) + "." + strconv.FormatInt(k.Chain, 10) + "." + strconv.FormatInt(k.Seq, 10)
}

func parseKey(s string) *access.ReadKey {
	parts := strings.Split(s, ".")
	if len(parts) != 3 {
		return nil
	}
	var n [3]int64
	for i, p := range parts {
		v, err := strconv.ParseInt(p, 10, 64)
		if err != nil {
			return nil
		}
		n[i] = v
	}
	return &access.ReadKey{At: time.UnixMicro(n[0]).UTC(), Chain: n[1], Seq: n[2]}
}

func (s *Service) getGlasses(w http.ResponseWriter, r *http.Request) {
	list, err := s.Access.Glasses(r.Context(), 500)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	t := &page.Table{Columns: []page.Column{
		{Label: page.M("stewardship.audit.when")}, {Label: page.M("stewardship.audit.who")}, {Label: page.M("stewardship.audit.whom")},
		{Label: page.M("stewardship.glass.reason"), Wide: true}, {Label: page.M("stewardship.glass.state")}, {Label: page.M("stewardship.glass.look"), Hide: true},
	}, Empty: page.Empty{Title: page.M("stewardship.glass.none")}}
	for _, g := range list {
		name, err := s.userName(r, g.User)
		if err != nil {
			s.Pages.Error(w, r, err)
			return
		}
		t.Rows = append(t.Rows, []page.Cell{g.Opened, name, page.Code(people.ShowCode(people.Code(g.Subject))), g.Reason, s.glassTag(g),
			page.Link{Href: "/audit/glass/" + g.ID.String(), Text: page.M("stewardship.glass.look")}})
	}
	s.Pages.Sheet(w, r, page.Page{Title: "stewardship.glass.title", Wide: true, Back: backToAudit}, page.Sheet{Lead: page.M("stewardship.glass.lead"), Table: t}, nil)
}

var backToAudit = page.Link{Href: "/audit", Text: page.M("stewardship.audit.title")}

func (s *Service) glassTag(g access.Glass) page.Tag {
	switch {
	case g.Finding == access.Justified:
		return page.Tag{Level: page.Done, Text: page.M("stewardship.finding.justified")}
	case g.Finding != "":
		return page.Tag{Level: page.Danger, Text: page.M("stewardship.finding." + string(g.Finding))}
	case s.Clock().After(g.Due()):
		return page.Tag{Level: page.Danger, Text: page.M("stewardship.glass.overdue")}
	}
	return page.Tag{Level: page.Wait, Text: page.M("stewardship.glass.waits")}
}

func (s *Service) userName(r *http.Request, id db.ID) (string, error) {
	var name string
	err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) { name, err = access.UserName(tx, id); return err })
	return name, err
}

func glassForm() *page.Form {
	return &page.Form{Submit: page.M("stewardship.glass.save"), Fields: []page.Field{
		{Kind: page.Radios, Name: "finding", Label: page.M("stewardship.glass.finding"),
			Options: page.OptionsOf([]access.Finding{access.Justified, access.Unclear, access.Misused}, "stewardship.finding.")},
		{Kind: page.LongText, Name: "note", Label: page.M("stewardship.glass.note"), Hint: page.M("stewardship.glass.note_hint"), Max: 4000, Optional: true},
	}}
}

func (s *Service) getGlass(w http.ResponseWriter, r *http.Request) { s.showGlass(w, r, glassForm()) }

func (s *Service) showGlass(w http.ResponseWriter, r *http.Request, f *page.Form) {
	id, err := page.PathID(r, "id")
	var g access.Glass
	if err == nil {
		g, err = s.Access.GlassOf(r.Context(), id)
	}
	var name string
	if err == nil {
		name, err = s.userName(r, g.User)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := page.Sheet{Rows: page.Summary{
		{Label: page.M("stewardship.audit.when"), Value: g.Opened}, {Label: page.M("stewardship.audit.who"), Value: name},
		{Label: page.M("stewardship.audit.whom"), Value: page.Link{Href: "/audit?code=" + g.Subject.String(), Name: people.ShowCode(people.Code(g.Subject))}},
		{Label: page.M("stewardship.glass.reason"), Value: g.Reason},
		{Label: page.M("stewardship.glass.due"), Value: g.Due()}, {Label: page.M("stewardship.glass.state"), Value: s.glassTag(g)},
	}}
	if g.Note != "" {
		v.Rows = append(v.Rows, page.Row{Label: page.M("stewardship.glass.note"), Value: g.Note})
	}
	if g.Finding == "" {
		v.Parts = []page.Part{{Title: page.M("stewardship.glass.judge"), Form: f}}
	}
	s.Pages.Sheet(w, r, page.Page{Title: "stewardship.glass.one", Back: page.Link{Href: "/audit/glass", Text: page.M("stewardship.glass.title")}}, v, f)
}

func (s *Service) postGlass(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	f := glassForm()
	if err == nil {
		f.Fill(r.PostForm)
		err = s.Access.ReviewGlass(r.Context(), id, access.Finding(r.PostForm.Get("finding")), r.PostForm.Get("note"))
	}
	switch {
	case err == nil:
		s.Pages.Redirect(w, r, "/audit/glass", page.M("stewardship.glass.saved"))
	case !fault.Is(err, fault.NotFound) && f.Fail(err):
		s.showGlass(w, r, f)
	default:
		s.Pages.Error(w, r, err)
	}
}

// getPolicy shows the policy in force, the purposes with their basis, and the
// ways out: what a privacy officer must be able to read for themselves.
func (s *Service) getPolicy(w http.ResponseWriter, r *http.Request) {
	if err := s.Access.Check(r.Context(), access.AuditRead, access.Resource{}); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "stewardship.policy.title", Wide: true, Back: backToAudit}, policyView(s.Access), nil)
}

func policyView(a *access.Access) page.Sheet {
	purposes := &page.Table{Columns: []page.Column{{Label: page.M("stewardship.audit.purpose")}, {Label: page.M("stewardship.policy.basis")}, {Label: page.M("stewardship.policy.source"), Wide: true}}}
	for _, p := range a.Purposes() {
		purposes.Rows = append(purposes.Rows, []page.Cell{page.PurposeMsg(p.Code), page.BasisMsg(p.Basis), p.Source})
	}
	out := &page.Table{Columns: []page.Column{{Label: page.M("stewardship.policy.way")}, {Label: page.M("stewardship.audit.purpose")},
		{Label: page.M("stewardship.audit.to_whom")}, {Label: page.M("stewardship.policy.right")}, {Label: page.M("stewardship.policy.consent")}},
		Empty: page.Empty{Title: page.M("stewardship.policy.no_ways")}}
	for _, r := range a.Routes() {
		var to []page.Msg
		for _, x := range r.Recipients {
			to = append(to, page.RecipientMsg(x, ""))
		}
		consent := page.M("page.truth.no")
		if r.Consent {
			consent = page.M("page.truth.yes")
		}
		out.Rows = append(out.Rows, []page.Cell{page.Code(r.Name), page.PurposeMsg(r.Purpose), to, page.Code(r.Action), consent})
	}
	return page.Sheet{Lead: page.M("stewardship.policy.lead"), Parts: []page.Part{
		{Title: page.M("stewardship.policy.purposes"), Table: purposes}, {Title: page.M("stewardship.policy.ways"), Table: out},
		{Title: page.M("stewardship.policy.text"), Lines: policyLines(a.Policy())},
	}}
}

// policyLines keeps the indentation of the file, which markup would swallow.
func policyLines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		rest := strings.TrimLeft(line, " ")
		if rest != "" {
			out = append(out, strings.Repeat("\u00a0", len(line)-len(rest))+rest)
		}
	}
	return out
}
