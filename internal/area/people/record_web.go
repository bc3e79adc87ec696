package people

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/match"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func (s *Service) getRecord(w http.ResponseWriter, r *http.Request) {
	id, _, ok := s.target(w, r)
	if !ok {
		return
	}
	rec, err := s.Open(r.Context(), id)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	may := recordMay{
		Slip:   s.Access.May(r.Context(), access.ExportSlip, personRow{ID: id, Site: rec.Site, Programme: rec.Programme}.identity()),
		Looked: s.Access.May(r.Context(), access.ExportLooked, personRow{ID: id, Site: rec.Site, Programme: rec.Programme}.identity()),
	}
	v := recordView(rec, may, s.Today())
	s.remark(r, id, v.Sections)
	for _, f := range s.ways {
		v.Links = append(v.Links, f(r.Context(), id)...)
	}
	s.show(w, r, id, page.Page{Template: "people/sections", Title: "people.title.record", View: v, Back: page.Link{Href: "/people", Text: page.M("people.back_to_find")}})
}

// recordMay are rights the record page shows links for, beside those of Record.
type recordMay struct{ Slip, Looked bool }

func recordView(rec Record, may recordMay, today calendar.Day) sections {
	path := personPath(rec.ID)
	v := sections{Lead: page.M("people.code_is", "code", ShowCode(rec.Code)), Alerts: recordAlerts(rec, today)}
	if rec.MayEdit && !rec.HereToday {
		v.Buttons = append(v.Buttons, button(path+"/arrive", "people.arrive", false))
	}
	if may.Slip && rec.Person.MayBeContacted() {
		v.Links = append(v.Links, page.Link{Href: path + "/print/slip", Text: page.M("people.slip.link")})
	}
	if may.Looked {
		v.Links = append(v.Links, page.Link{Href: path + "/print/looked", Text: page.M("people.looked.link")})
	}
	for _, c := range rec.Conflicts {
		v.Sections = append(v.Sections, conflictSection(rec, c))
	}
	v.Sections = append(v.Sections, identitySection(rec), familySection(rec), childSection(rec, today), journeySection(rec, journal.Base{}, false, today),
		documentSection(rec, today), contactSection(rec), consentSection(rec), safetySection(rec, today), protectionSection(rec), functioningSection(rec))
	return v
}

// recordAlerts is what must not be missed when a record is opened.
func recordAlerts(rec Record, today calendar.Day) []page.Callout {
	var out []page.Callout
	p := rec.Person
	if p.Died == value.Yes {
		out = append(out, page.Callout{Level: page.Danger, Title: page.M("people.died"), Text: []page.Msg{page.M("people.died_text")}})
	}
	if p.Urgent(today) {
		c := page.Callout{Level: page.Danger, Title: page.M("people.flag.urgent_child"), Text: []page.Msg{page.M("people.child.urgent_text")}}
		if p.FocalName != "" {
			c.Text = append(c.Text, page.M("people.child.focal_is", "person", p.FocalName, "reach", orDash(p.FocalReach)))
		}
		out = append(out, c)
	}
	if len(rec.Namesakes) > 0 {
		c := page.Callout{Level: page.Wait, Title: page.M("people.namesake.title"), Text: []page.Msg{page.M("people.namesake.text")}}
		for _, h := range rec.Namesakes {
			c.Links = append(c.Links, page.Link{Href: personPath(h.ID), Name: orCode(anyName(h.Original, h.Latin), ShowCode(h.Code)) + " · " + ShowCode(h.Code)})
		}
		out = append(out, c)
	}
	for _, d := range rec.Documents {
		for _, m := range Mismatches(p, d, match.Fold) {
			out = append(out, page.Callout{Level: page.Wait, Title: page.M("people.mismatch.title"), Text: []page.Msg{
				page.M("people.mismatch."+m.Field, "record", shownValue(m.Field, m.Record), "document", shownValue(m.Field, m.Document))}})
		}
	}
	return out
}

// shownValue writes one side of a mismatch; a sex is a word and not a letter.
func shownValue(field, v string) any {
	switch {
	case field == "sex" && (v == "F" || v == "female"):
		return page.M("page.sex.female")
	case field == "sex" && (v == "M" || v == "male"):
		return page.M("page.sex.male")
	case field == "birth":
		if d, err := calendar.Parse(v); err == nil {
			return d
		}
	}
	return v
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// conflictSection shows both values of a group in conflict, which of them is
// shown meanwhile, and a button for each to keep it.
func conflictSection(rec Record, c Conflict) section {
	sec := section{ID: "conflict-" + c.Group, Title: page.M("people.conflict.title", "what", page.M("people.group."+c.Group)), Note: page.M("people.conflict.text")}
	if c.Kind == kindSafety {
		sec.Note = page.M("people.conflict.safety_text")
	}
	t := &page.Table{Columns: []page.Column{{Label: page.M("people.col.value"), Wide: true}, {Label: page.M("people.col.on")}, {Label: page.M("people.col.state")}, {Label: page.M("people.col.action"), Hide: true}}}
	mayKeep := rec.MayEdit && c.Kind == kindPerson || rec.MayRecordSafety && c.Kind == kindSafety || rec.MayWriteJourney && c.Kind == kindStay
	for i, val := range c.Values {
		var state any = page.M("people.conflict.other")
		if i == c.Shown {
			state = page.Tag{Level: page.Info, Text: page.M("people.conflict.shown")}
		}
		var act any = ""
		if mayKeep {
			act = button(personPath(rec.ID)+"/keep", "people.conflict.keep", false, hidden("doc", c.Doc.String()), hidden("group", c.Group), hidden("version", val.Version))
		} else {
			act = page.M("people.conflict.wait")
		}
		t.Rows = append(t.Rows, []page.Cell{fieldLines(val.Fields), val.At, state, act})
	}
	sec.Table = t
	return sec
}

// fieldLines writes the fields of a value, one a line.
func fieldLines(fields map[string]json.RawMessage) any {
	names := make([]string, 0, len(fields))
	for n := range fields {
		names = append(names, n)
	}
	slices.Sort(names)
	var out []any
	for _, n := range names {
		out = append(out, page.M("people.conflict.field", "field", page.M("people.field."+n), "value", plainJSON(fields[n])))
	}
	if len(out) == 0 {
		return page.M("page.unknown")
	}
	return out
}

// plainJSON writes a value of any shape for reading.
func plainJSON(raw json.RawMessage) string {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return ""
	}
	return plainAny(v)
}

func plainAny(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case bool:
		if x {
			return "✓"
		}
		return "–"
	case []any:
		var parts []string
		for _, e := range x {
			parts = append(parts, plainAny(e))
		}
		return strings.Join(parts, "; ")
	case map[string]any:
		names := make([]string, 0, len(x))
		for n := range x {
			names = append(names, n)
		}
		slices.Sort(names)
		var parts []string
		for _, n := range names {
			parts = append(parts, plainAny(x[n]))
		}
		return strings.Join(parts, " · ")
	case nil:
		return "–"
	}
	b, _ := json.Marshal(v)
	return string(b)
}

// rows builds a summary whose lines lead to their edit page.
type rows struct {
	list page.Summary
	path string
	edit bool
}

func (r *rows) add(key string, v any, section string) {
	row := page.Row{Label: page.M("people.row." + key), Value: v}
	if r.edit && section != "" {
		row.Change = page.Link{Href: r.path + "/edit/" + section}
	}
	r.list = append(r.list, row)
}

func identitySection(rec Record) section {
	p := rec.Person
	r := rows{path: personPath(rec.ID), edit: rec.MayEdit}
	original, latin := p.Display()
	r.add("latin", latin, "name")
	r.add("original", original, "name")
	if len(p.OtherNames) > 0 {
		r.add("other_names", p.OtherNames, "name")
	}
	if p.Wristband != "" {
		r.add("wristband", page.Code(p.Wristband), "name")
	}
	birth := []any{p.Birth}
	if p.Birth.IsZero() {
		birth = nil
	}
	if p.BirthSource != "" {
		birth = append(birth, page.M("people.birth_source."+string(p.BirthSource)))
	}
	r.add("birth", listOrNil(birth), "birth")
	if p.AgeDisputed {
		r.add("birth_other", []any{p.BirthOther, page.Tag{Level: page.Wait, Text: page.M("page.banner.age_disputed")}}, "dispute")
	}
	r.add("sex", page.Sex(p.Sex), "about")
	r.add("languages", languageMsgs(p.Languages), "about")
	r.add("interpreter", p.Interpreter, "about")
	var nat any = placeMsgs(p.Nationalities)
	if p.NationalityState != "" {
		nat = page.M("people.nationality." + string(p.NationalityState))
	}
	r.add("nationalities", nat, "nationality")
	photo := page.Link{Href: personPath(rec.ID) + "/photo", Text: page.M("people.photo.add")}
	if !rec.Photo.IsZero() {
		photo.Text = page.M("people.photo.change")
	}
	sec := section{ID: "identity", Title: page.M("people.section.identity"), Summary: r.list}
	if rec.MayEdit {
		sec.Links = append(sec.Links, photo, page.Link{Href: personPath(rec.ID) + "/edit/death", Text: page.M("people.death.link")})
	}
	if rec.MayWriteProtection {
		sec.Links = append(sec.Links, page.Link{Href: personPath(rec.ID) + "/edit/dispute", Text: page.M("people.dispute.link")})
	}
	return sec
}

func listOrNil(l []any) any {
	if len(l) == 0 {
		return nil
	}
	return l
}

func familySection(rec Record) section {
	path := personPath(rec.ID)
	sec := section{ID: "family", Title: page.M("people.section.family_unit")}
	t := &page.Table{Columns: []page.Column{{Label: page.M("people.col.name"), Wide: true}, {Label: page.M("people.col.relation")}, {Label: page.M("people.col.born")}, {Label: page.M("people.col.state")}},
		Empty: page.Empty{Title: page.M("people.family.none")}}
	for _, f := range rec.Families {
		for _, m := range f.Members {
			if m.Person == rec.ID || m.Member.Left {
				continue
			}
			t.Rows = append(t.Rows, []page.Cell{nameLink(m.Person, m.Hit.Original, m.Hit.Latin, ShowCode(m.Hit.Code)), page.M("people.role." + string(m.Role)), m.Birth, memberTags(m)})
		}
		text := page.M("people.family.open")
		if f.Number != "" {
			text = page.M("people.family.open_number", "number", f.Number)
		}
		sec.Links = append(sec.Links, page.Link{Href: familyPath(f.ID), Text: text})
		if rec.MayEdit && !f.Left {
			sec.Links = append(sec.Links, page.Link{Href: "/people/new?family=" + f.ID.String(), Text: page.M("people.family.add_new")})
		}
	}
	for _, rel := range rec.Relations {
		t.Rows = append(t.Rows, []page.Cell{nameLink(rel.Other.ID, rel.Other.Original, rel.Other.Latin, ShowCode(rel.Other.Code)), page.M("people.relation." + rel.Word), rel.Other.Birth, page.M("people.relation.told")})
	}
	sec.Table = t
	if rec.MayEdit {
		if len(rec.Families) == 0 {
			sec.Links = append(sec.Links, page.Link{Href: path + "/family", Text: page.M("people.family.make")})
		}
		sec.Links = append(sec.Links, page.Link{Href: path + "/relations", Text: page.M("people.relation.add")})
	}
	return sec
}

func memberTags(m MemberView) any {
	var tags []page.Tag
	if m.Urgent {
		tags = append(tags, page.Tag{Level: page.Danger, Text: page.M("people.flag.urgent_child")})
	}
	if m.Child == value.Yes {
		tags = append(tags, page.Tag{Text: page.M("people.flag.child")})
	}
	if m.Died {
		tags = append(tags, page.Tag{Level: page.Danger, Text: page.M("people.died")})
	}
	if len(tags) == 0 {
		return page.M("people.flag.none")
	}
	return tags
}

// childSection is shown for whoever is, or may be, a child, or is said to be alone.
func childSection(rec Record, today calendar.Day) section {
	p := rec.Person
	sec := section{ID: "child", Title: page.M("people.section.child")}
	if p.Child(today) == value.No && p.Alone == "" {
		return section{}
	}
	r := rows{path: personPath(rec.ID), edit: rec.MayEdit}
	r.add("accompaniment", word("people.accompaniment.", p.Alone), "child")
	r.add("guardian", p.Guardian, "child")
	if p.FocalName != "" || p.NeedsFocalPoint(today) {
		r.add("focal", []any{p.FocalName, p.FocalReach}, "child")
	}
	sec.Summary = r.list
	return sec
}

func documentSection(rec Record, today calendar.Day) section {
	sec := section{ID: "documents", Title: page.M("people.section.documents")}
	t := &page.Table{Columns: []page.Column{{Label: page.M("people.col.document"), Wide: true}, {Label: page.M("people.col.number")}, {Label: page.M("people.col.issuer")},
		{Label: page.M("people.col.state")}, {Label: page.M("people.col.action"), Hide: true}}, Empty: page.Empty{Title: page.M("people.documents.none"), Text: page.M("people.documents.not_needed")}}
	for _, d := range rec.Documents {
		var issuer any
		if d.Issuer != "" {
			issuer = placeMsg(d.Issuer)
		}
		var act any = page.M("people.flag.none")
		if rec.MayEdit {
			act = page.Link{Href: personPath(rec.ID) + "/documents/" + d.ID.String(), Text: page.M("page.change")}
		}
		t.Rows = append(t.Rows, []page.Cell{page.M("people.document." + string(d.Type)), page.Code(d.Number), issuer, documentState(d, today), act})
	}
	sec.Table = t
	if rec.MayEdit {
		sec.Links = append(sec.Links, page.Link{Href: personPath(rec.ID) + "/documents/new", Text: page.M("people.documents.add")})
	}
	return sec
}

func documentState(d Document, today calendar.Day) any {
	var out []any
	switch {
	case before(d.Expiry, today.Date()):
		out = append(out, page.Tag{Level: page.Wait, Text: page.M("people.document_state.expired", "date", d.Expiry)})
	case !d.Expiry.IsZero():
		out = append(out, page.M("people.document_state.until", "date", d.Expiry))
	}
	switch d.ZoneState {
	case "check_failed":
		out = append(out, page.Tag{Level: page.Wait, Text: page.M("people.mrz.state.check_failed")})
	case "ok", "ok_repaired":
		out = append(out, page.M("people.mrz.state."+d.ZoneState))
	}
	if p, ok := documentSays(d.Holder.Nationality); ok {
		out = append(out, page.M("people.document_state.says", "what", p))
	}
	if len(out) == 0 {
		return page.M("people.flag.none")
	}
	return out
}

// documentSays names what XXA, XXB, XXC or XXX in a document means, as the
// document's word.
func documentSays(code string) (page.Msg, bool) {
	if code == "" || isNationality(code) {
		return page.Msg{}, false
	}
	m, ok := placeMsg(code).(page.Msg)
	return m, ok
}

func contactSection(rec Record) section {
	sec := section{ID: "contacts", Title: page.M("people.section.contacts")}
	t := &page.Table{Columns: []page.Column{{Label: page.M("people.col.contact"), Wide: true}, {Label: page.M("people.col.owner")}, {Label: page.M("people.col.safe"), Wide: true}, {Label: page.M("people.col.action"), Hide: true}},
		Empty: page.Empty{Title: page.M("people.contacts.none")}}
	for _, c := range rec.Contacts {
		owner := word("people.owner.", c.Owner)
		if c.Name != "" {
			owner = []any{owner, c.Name}
		}
		var act any = page.M("people.flag.none")
		if rec.MayEdit {
			act = page.Link{Href: personPath(rec.ID) + "/contacts/" + c.ID.String(), Text: page.M("page.change")}
		}
		t.Rows = append(t.Rows, []page.Cell{[]any{page.M("people.contact." + string(c.Kind)), c.Value}, owner, safeLines(c), act})
	}
	sec.Table = t
	if rec.MayEdit {
		sec.Links = append(sec.Links, page.Link{Href: personPath(rec.ID) + "/contacts/new", Text: page.M("people.contacts.add")})
	}
	return sec
}

// safeLines says how a contact may be used. Nothing told means: ask first.
func safeLines(c Contact) any {
	var out []any
	for _, w := range c.Safe {
		out = append(out, page.M("people.safe."+string(w)))
	}
	if len(out) == 0 {
		out = append(out, page.Tag{Level: page.Wait, Text: page.M("people.contacts.not_told")})
	}
	if c.SafeTime != "" {
		out = append(out, page.M("people.contacts.time", "when", c.SafeTime))
	}
	if c.NoMessage {
		out = append(out, page.Tag{Level: page.Danger, Text: page.M("people.contacts.no_message")})
	}
	if c.Note != "" {
		out = append(out, c.Note)
	}
	return out
}

func consentSection(rec Record) section {
	sec := section{ID: "consents", Title: page.M("people.section.consents"), Refused: !rec.MayConsent}
	if sec.Refused {
		return sec
	}
	r := rows{path: personPath(rec.ID)}
	for _, info := range Scopes {
		if state := StateOf(rec.Consents, info.Scope); state != ConsentNone {
			r.list = append(r.list, page.Row{Label: page.M("people.scope." + string(info.Scope)), Value: consentTag(state)})
		}
	}
	sec.Summary = r.list
	if len(r.list) == 0 {
		sec.Note = page.M("people.consent.none")
	}
	sec.Links = []page.Link{{Href: personPath(rec.ID) + "/consents", Text: page.M("people.consent.open")}}
	return sec
}

func safetySection(rec Record, today calendar.Day) section {
	sec := section{ID: "safety", Title: page.M("people.section.safety"), Refused: !rec.MaySafety}
	if sec.Refused {
		return sec
	}
	r := rows{path: personPath(rec.ID), edit: rec.MayRecordSafety}
	var s Safety
	if rec.Safety != nil {
		s = *rec.Safety
	}
	var allergies any = page.M("people.allergy.not_asked")
	switch {
	case s.HasAllergy == value.No:
		allergies = page.M("people.allergy.none_known")
	case s.HasAllergy == value.Refused:
		allergies = page.TruthMsg(value.Refused)
	case len(s.Allergies) > 0:
		var list []any
		for _, a := range s.Allergies {
			level := page.Wait
			if a.Severe {
				level = page.Danger
			}
			list = append(list, page.Tag{Level: level, Text: page.M("people.allergy.to", "substance", a.Substance)})
			if a.Reaction != "" {
				list = append(list, a.Reaction)
			}
		}
		allergies = list
	}
	r.add("allergies", allergies, "safety")
	if rec.Person.Sex != Male || s.Pregnant != value.Unknown {
		var pregnant any = page.M("people.pregnancy.not_asked")
		if s.Pregnant != value.Unknown || !s.PregnantOn.IsZero() {
			pregnant = []any{page.TruthMsg(s.Pregnant), page.M("people.pregnancy.asked", "date", s.PregnantOn)}
			if d, ok := s.PregnantOn.Exact(); !ok || d != today {
				pregnant = append(pregnant.([]any), page.Tag{Level: page.Wait, Text: page.M("people.pregnancy.ask_again")})
			}
		}
		r.add("pregnant", pregnant, "safety")
		r.add("last_period", s.LastPeriod, "safety")
	}
	sec.Summary = r.list
	return sec
}

func protectionSection(rec Record) section {
	if !rec.MayProtection {
		return section{} // that there is such a section is not shown to who may not know of it
	}
	r := rows{path: personPath(rec.ID), edit: rec.MayWriteProtection}
	var p Protection
	if rec.Protection != nil {
		p = *rec.Protection
	}
	r.add("legal_status", word("people.status.", p.LegalStatus), "protection")
	r.add("feared", placeMsgs(p.Feared), "protection")
	if p.Note != "" {
		r.add("protection_note", p.Note, "protection")
	}
	return section{ID: "protection", Title: page.M("people.section.protection"), Summary: r.list}
}

func functioningSection(rec Record) section {
	if !rec.MayClinical {
		return section{}
	}
	r := rows{path: personPath(rec.ID), edit: rec.MayWriteClinical}
	if rec.Functioning == nil {
		r.add("functioning", page.M("people.wg.not_asked"), "functioning")
	} else {
		f := *rec.Functioning
		r.add("functioning", []any{page.M("people.wg.identified." + f.Disability().String()), page.M("people.wg.asked", "date", f.Asked)}, "functioning")
		for i, a := range f.Answers() {
			if a >= SomeDifficulty {
				r.add("wg_"+FunctioningDomains[i], page.M("people.wg.answer."+string(rune('0'+a))), "")
			}
		}
	}
	return section{ID: "functioning", Title: page.M("people.section.functioning"), Summary: r.list}
}

func (s *Service) postArrive(w http.ResponseWriter, r *http.Request) {
	id, _, ok := s.target(w, r)
	if !ok {
		return
	}
	same, err := s.Arrived(r.Context(), id)
	msg := page.M("people.arrived")
	if len(same) > 0 {
		msg = page.M("people.arrived_namesake")
	}
	s.settled(w, r, err, id, "", nil, personPath(id), msg)
}

func (s *Service) postKeep(w http.ResponseWriter, r *http.Request) {
	id, _, ok := s.target(w, r)
	if !ok {
		return
	}
	doc, err := formID(map[string][]string{"id": {r.PostForm.Get("doc")}})
	if err == nil {
		err = s.Keep(r.Context(), id, doc, r.PostForm.Get("group"), r.PostForm.Get("version"))
	}
	s.settled(w, r, err, id, "", nil, personPath(id), page.M("people.saved"))
}
