package app

import (
	"crypto/sha256"
	"net/http"
	"net/url"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// The page where a station asks the safety pack's questions of the day: pregnancy,
// before an X-ray, a live vaccine or a medicine. Nothing is ticked in advance and
// nothing that was said before is shown.

// maxAnswers bounds the posted form, in bytes.
const maxAnswers = 64 << 10

// safetyRoutes adds the page.
func (n *Node) safetyRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /people/{id}/ask/pregnancy", n.getAsk)
	mux.HandleFunc("POST /people/{id}/ask/pregnancy", n.postAsk)
	mux.HandleFunc("POST /people/{id}/ask/pregnancy/live", n.liveAsk)
}

// asking is one person at the questions.
type asking struct {
	person db.ID
	home   access.Resource // of the person's identity: where the answers belong
	pack   *pack.Pack
	form   *form.Form
	known  value.Facts
	seen   []db.ID // answers that hold while the questions are shown
	asked  bool    // by sex and age the questions are for this person
	banner *page.Banner
	on     calendar.Day
}

// askView is the page: the questions, or that they are not for this person.
type askView struct {
	Form  *page.Form
	Empty page.Empty
}

// ask opens the questions for whoever may record the answers.
func (n *Node) ask(r *http.Request) (asking, error) {
	const op = "app.ask"
	a := asking{on: calendar.DayOfTime(n.clock())}
	var err error
	if a.person, err = db.ParseID(r.PathValue("id")); err != nil {
		return a, fault.New(fault.NotFound, op, "page.error.not_found")
	}
	ctx := r.Context()
	err = n.DB.Read(ctx, func(tx *db.Tx) error {
		if _, a.home, err = n.People.Identity(tx, a.person); err != nil {
			return err
		}
		if err := n.mayRecordSafety(r, a.home); err != nil {
			return err
		}
		if a.banner, err = n.People.Banner(ctx, tx, a.person); err != nil {
			return err
		}
		if a.pack, err = n.Packs.Active(tx, safetyPack, a.on); err != nil {
			return &fault.Error{Code: fault.Unavailable, Op: op, Key: "app.safety.no_pack", Err: err}
		}
		var ok bool
		if a.form, ok = a.pack.Form(safetyForm); !ok {
			return fault.New(fault.Unavailable, op, "app.safety.no_pack")
		}
		if a.known, err = (peopleOf{n.People}).Known(tx, a.person, a.on); err != nil {
			return err
		}
		if a.seen, err = n.Orders.Seen(tx, a.person, a.form.Facts()); err != nil {
			return err
		}
		in, err := stationSafety{n}.input(tx, a.pack, a.person, bodyAct{kind: "imaging"}, a.on)
		if err != nil {
			return err
		}
		d := a.pack.Protocol.Decide(in)
		_, a.asked = d.Outcome(decision.Flag, flagWho)
		return nil
	})
	return a, err
}

// mayRecordSafety checks the right to answer what a station must know. The right
// is to what makes an act unsafe (clinical); the answers themselves are kept as
// sensitive as the pack says, and who wrote them need not be able to read them.
func (n *Node) mayRecordSafety(r *http.Request, home access.Resource) error {
	home.Sensitivity = journal.Clinical
	return n.Access.Check(r.Context(), access.SafetyRecord, home)
}

func (a asking) path() string { return "/people/" + a.person.String() + "/ask/pregnancy" }

// back is the order that sent the station here, or the person.
func (a asking) back(orderID string) string {
	if id, err := db.ParseID(orderID); err == nil {
		return "/orders/" + id.String()
	}
	return "/people/" + a.person.String()
}

// page builds the questions with what was typed; judge says what is wrong with it.
func (a asking) page(orderID string, typed url.Values, judge bool) (page.Page, *page.Form, *form.Result) {
	back := page.Link{Href: a.back(orderID), Text: page.M("app.safety.back")}
	pg := page.Page{Template: "app/ask", Title: "app.safety.title", Banner: a.banner, Back: back}
	if !a.asked {
		pg.View = askView{Empty: page.Empty{Title: page.M("app.safety.not_asked"), Text: page.M("app.safety.not_asked_text"), Action: back}}
		return pg, nil, nil
	}
	answers := page.Answers(a.form, typed)
	res := a.form.Check(answers, a.known, a.on)
	f := &page.Form{Action: a.path(), Live: a.path() + "/live", Submit: page.M("app.safety.save"), Cancel: back, Fields: []page.Field{
		{Kind: page.Hidden, Name: "id", Value: db.NewID().String()}, {Kind: page.Hidden, Name: "order", Value: orderID}, order.SeenField(a.seen)}}
	if typed != nil {
		f.Fill(typed)
	}
	f.Ask(a.form.View(answers, res), typed, judge)
	pg.View = askView{Form: f}
	return pg, f, res
}

func (n *Node) getAsk(w http.ResponseWriter, r *http.Request) {
	a, err := n.ask(r)
	if err == nil {
		err = n.Access.Opened(r.Context(), a.person, "app.safety")
	}
	if err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	pg, _, _ := a.page(r.URL.Query().Get("order"), nil, false)
	n.Pages.Render(w, r, pg)
}

// posted reads a posted form and opens the questions.
func (n *Node) posted(w http.ResponseWriter, r *http.Request) (asking, bool) {
	err := page.ReadForm(w, r, maxAnswers)
	var a asking
	if err == nil {
		a, err = n.ask(r)
	}
	if err == nil && !a.asked {
		err = fault.New(fault.Conflict, "app.ask", "app.safety.not_asked")
	}
	if err != nil {
		n.Pages.Error(w, r, err)
	}
	return a, err == nil
}

// liveAsk shows which questions follow from the answers so far; nothing is saved.
func (n *Node) liveAsk(w http.ResponseWriter, r *http.Request) {
	if a, ok := n.posted(w, r); ok {
		_, f, _ := a.page(r.PostForm.Get("order"), r.PostForm, false)
		n.Pages.Fragment(w, r, "page/form", f)
	}
}

func (n *Node) postAsk(w http.ResponseWriter, r *http.Request) {
	a, ok := n.posted(w, r)
	if !ok {
		return
	}
	pg, f, res := a.page(r.PostForm.Get("order"), r.PostForm, true)
	if !res.OK() {
		n.Pages.Form(w, r, pg, f)
		return
	}
	id, err := db.ParseID(r.PostForm.Get("id"))
	if err != nil {
		n.Pages.Error(w, r, fault.New(fault.Invalid, "app.ask", "page.error.body"))
		return
	}
	if err := n.keepAnswers(r, a, id, res); err != nil {
		if fault.Is(err, fault.Conflict) {
			// Sent before, and perhaps answered anew since: an old answer must never
			// come after a newer one.
			err = fault.New(fault.Conflict, "app.ask", "app.safety.replayed")
		}
		n.Pages.Error(w, r, err)
		return
	}
	n.Pages.Redirect(w, r, a.back(r.PostForm.Get("order")), page.M("app.safety.saved"))
}

// keepAnswers records every answer, not known and refused included, and has the
// person's plans made anew, in one transaction.
func (n *Node) keepAnswers(r *http.Request, a asking, id db.ID, res *form.Result) error {
	ctx := r.Context()
	actor, _ := access.From(ctx)
	return n.DB.Write(ctx, func(tx *db.Tx) error {
		if err := n.mayRecordSafety(r, a.home); err != nil {
			return err
		}
		for i := range a.form.Rows {
			row := &a.form.Rows[i]
			v, ok := res.Facts[row.Fact]
			if !ok || row.Fact == "" || row.Type == form.Hidden {
				continue
			}
			if err := n.Orders.Answer(tx, actor.Author(), order.Answer{ID: answerID(id, row.Fact), Subject: a.person, Code: row.Fact, Value: v, Unit: row.Unit,
				On: a.on, Sensitivity: journal.Sensitive, Site: a.home.Site, Programme: a.home.Programme, Purpose: actor.Purpose,
				Seen: order.PostedSeen(r.PostForm)}); err != nil {
				return err
			}
		}
		return n.Assessment.Changed(ctx, tx, a.person, "answer")
	})
}

// answerID follows from the form that was shown and the question, so that a form
// sent twice is seen (RFC 9562, version 8).
func answerID(shown db.ID, code string) db.ID {
	h := sha256.Sum256(append(append([]byte("app.safety answer "), shown[:]...), code...))
	var id db.ID
	copy(id[:], h[:])
	id[6], id[8] = 0x80|id[6]&0x0f, 0x80|id[8]&0x3f
	return id
}
