package app

import (
	"context"
	"net/http"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

const datePath = "/admin/date"

func (n *Node) dateRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /admin/date", n.getDate)
	mux.HandleFunc("POST /admin/date", n.postDate)
}

// date is how the date of this installation's clock stands.
func (n *Node) date(ctx context.Context) (d journal.Date, err error) {
	err = n.DB.Read(ctx, func(tx *db.Tx) error { d, err = n.Journal.DateIn(tx); return err })
	return d, err
}

// dateNotice is what an administrator should do about the date; none where it is as it
// should be.
func dateNotice(d journal.Date) page.Callout {
	c := page.Callout{Level: page.Danger, Links: []page.Link{{Href: datePath, Text: page.M("app.date.title")}}}
	switch {
	case d.Crept:
		c.Title, c.Text = page.M("app.date.crept"), []page.Msg{page.M("app.date.crept_text")}
	case d.Ahead:
		c.Title, c.Text = page.M("app.date.ahead"), []page.Msg{page.M("app.date.ahead_text")}
	case d.Behind:
		c.Title, c.Text = page.M("app.date.behind"), []page.Msg{page.M("app.date.behind_text")}
	default:
		return page.Callout{}
	}
	return c
}

// dateView is the page of the date. What is confirmed is the day that stands on it.
func dateView(d journal.Date) (page.Sheet, *page.Form) {
	v := page.Sheet{Lead: page.M("app.date.lead"), Rows: page.Summary{{Label: page.M("app.date.clock"), Value: d.Clock}, {Label: page.M("app.date.known"), Value: d.Known}}}
	notice := dateNotice(d)
	if notice.Title.IsZero() {
		v.Notes = []page.Callout{{Level: page.Done, Title: page.M("app.date.well")}}
		return v, nil
	}
	notice.Links = nil
	v.Notes = []page.Callout{notice}
	today := calendar.DayOfTime(d.Clock)
	f := &page.Form{Action: datePath, Submit: page.M("app.date.save"), Fields: []page.Field{{Kind: page.Hidden, Name: "day", Value: today.String()},
		{Kind: page.Checks, Name: "right", Label: page.M("app.date.is_right"), Hint: page.M("app.date.is_right_hint"), Options: []page.Option{{Value: "yes", Label: page.M("app.date.yes", "day", today)}}}}}
	v.Form = f
	return v, f
}

func (n *Node) getDate(w http.ResponseWriter, r *http.Request) { n.showDate(w, r, nil) }

func (n *Node) showDate(w http.ResponseWriter, r *http.Request, failed error) {
	if !n.manages(w, r) {
		return
	}
	d, err := n.date(r.Context())
	if err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	v, f := dateView(d)
	if failed != nil && (f == nil || !f.Fail(failed)) {
		n.Pages.Error(w, r, failed)
		return
	}
	n.Pages.Sheet(w, r, page.Page{Title: "app.date.title", Back: page.Link{Href: DevicePath, Text: page.M("app.device.title")}}, v, f)
}

func (n *Node) postDate(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	if !n.manages(w, r) {
		return
	}
	day, err := calendar.ParseDay(r.PostForm.Get("day"))
	switch {
	case err != nil:
		err = fault.New(fault.Invalid, "app.date", "page.error.body")
	case r.PostForm.Get("right") != "yes":
		err = fault.Field("app.date", "right", "app.date.say")
	default:
		err = n.Journal.ConfirmDate(r.Context(), day)
	}
	if err != nil {
		n.showDate(w, r, err)
		return
	}
	a, _ := access.From(r.Context())
	n.log.Warn("the date of the clock was confirmed", "day", day.String(), "by", a.User.String())
	n.Pages.Redirect(w, r, datePath, page.M("app.date.saved"))
}
