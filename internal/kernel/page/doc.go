// Package page is the shell, the components and the words of every page.
//
// # Vocabulary
//
// A Renderer renders a Page: a template of an area with a typed view struct, put
// into the shell (site, role, language switch, person search, navigation, and the
// Banner on any page about a person). A Form is a column of questions (Field). A
// Msg is a key of the catalogue with its placeholders; it becomes a sentence in
// the reader's language only here.
//
// # How to add a page
//
//  1. In your area, write templates/plan.html. Its name is "<area>/plan"; the file
//     holds only what stands below the heading:
//
//     {{callout .Alert}}
//     <h2>{{t "assessment.plan.services"}}</h2>
//     {{tasks .Services}}
//
//  2. Give it a view struct in web.go (no maps), and render it:
//
//     s.pages.Render(w, r, page.Page{Template: "assessment/plan", Title: "assessment.plan.title",
//     Banner: banner, View: planView{…}})
//
//     A page that is one form needs no template: s.pages.Form(w, r, page.Page{Title: …}, form).
//     Nor does one of notes, lists, drawings and forms: s.pages.Sheet(w, r, page.Page{Title: …}, page.Sheet{…}, nil).
//
//  3. Put each text into locales/en.json, fr.json, es.json and ar.json. The key is
//     the meaning ("assessment.plan.title"), and starts with the area. A text that
//     depends on a number is an object with the language's CLDR plural categories
//     and the placeholder {count}: {"one": "{count} test", "other": "{count} tests"}.
//
//  4. Add a Sample, so that the tests render it empty, full and hostile in every
//     language; the tests name what is missing.
//
// # Posting a form
//
//	if err := page.ReadForm(w, r, 1<<20); err != nil { s.pages.Error(w, r, err); return }
//	f := registerForm()            // the same as for GET
//	f.Fill(r.Form)                 // what was typed is shown again
//	birth, err := page.ReadDate(r.Form, "birth", today)
//	…                              // errors.Join what the reading and the service say
//	if err != nil {
//		if !f.Fail(err) { s.pages.Error(w, r, err); return } // not about the form
//		s.pages.Form(w, r, page.Page{Title: "people.register.title"}, f) // 422, summary first
//		return
//	}
//	s.pages.Redirect(w, r, "/people/"+id.String(), page.M("people.registered"))
//
// A fault's Field is the field's Name; its Key is a message of the catalogue, and
// without a Key it is the sentence of its code. A question of a pack's form is
// asked with Form.Ask and read with Answers (questions.go).
//
// # Functions in templates
//
//	t, plain     a message as markup / as text for an attribute: {{t "key" "name" .Name}}, {{t .Msg}}
//	tn           a message that depends on a number: {{tn "key" .Count}}
//	msg, tag     {{tag "wait" "key"}}; levels "", info, done, wait, danger
//	show         any value as its kind is written everywhere: string (isolated), Msg, Tag, []Tag,
//	             Link, calendar.Date, time.Time, value.Quantity, numbers, value.Truth, Code; nil is "Not known"
//	date, moment, clock, age, born    dates as exactly as they are known
//	num, ltr, bdi    numbers, codes and names, isolated for right-to-left text
//	lang, country    the names of a language and a place by code; truth: yes, no, not known
//	form, field, summary, tasks, timeline, table, drawing, pager, empty, callout, banner, link, symbol, refused
//
// A string from outside goes through bdi, show or a placeholder, never bare: that
// isolates it, and tells the pseudo-language test that it is data. An element
// whose bare text is data carries the attribute data-user.
//
// # Classes
//
// web/godwit.css is the whole vocabulary; a page with another class fails its
// test. For an area's own markup: lead, muted, meta (small print), lines (a bare
// list), columns (side by side where there is room), panel (a white box), actions
// (a row of buttons), button with secondary or danger, hits (people found), tag,
// figure (a number in a table), board with board-member (cards of a family),
// latin, facts, next, progress, counts, choose, signing, sheet-body, why-item,
// signature, timeline, only-print, no-print, sr (for screen readers).
// <details> needs no class. A button with data-print prints.
//
// # The person search
//
// Frame.Search is the path of a POST handler for the field q: what is typed is a
// name, and a name never stands in a URL. With script htmx asks it
// while the user types: if IsFragment(r), answer with Fragment and a
// <ul class="hits"> as in templates/page/style-hits.html; otherwise with a page.
//
// # Files
//
// render.go and set.go make pages, locale.go chooses the language, catalogue.go,
// words.go, dates.go and msg.go turn messages into words, form.go, input.go and
// questions.go ask and read, component.go holds the view models, style.go the
// style guide. Charts and maps (server-rendered SVG with a table beneath, design
// section 6) get a file of their own each when the first page needs one. door*.go
// are the pages of log-in and users.
//
// # Must never
//
// Show a text that is not in the catalogue; put a name into a title, a URL, a
// cookie or a log; tick an answer in advance; use an inline script or style (the
// content security policy forbids it); need a script to work; use a physical
// left or right.
//
// # Standards
//
// WCAG 2.2 AA; HTML Living Standard; Unicode UAX #9 (isolates) and CLDR plural
// rules as in golang.org/x/text; patterns of the NHS digital service manual.
package page
