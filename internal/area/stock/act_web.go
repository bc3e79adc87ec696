package stock

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// What can be done with an item at a site. Their words are stock.act.<act>.
var acts = []string{"receive", "issue", "count", "lose", "send"}

func number(name, hint string) page.Field {
	f := page.Field{Kind: page.Number, Name: name, Label: page.M("stock.q." + name), Width: 10}
	if hint != "" {
		f.Hint = page.M(hint)
	}
	return f
}

func words(name string, optional bool) page.Field {
	return page.Field{Kind: page.Text, Name: name, Label: page.M("stock.q." + name), Optional: optional, Max: longText, Auto: "off"}
}

// lotField asks for a lot that stands at the site.
func lotField(c Card) page.Field {
	f := page.Field{Kind: page.Select, Name: "lot", Label: page.M("stock.q.lot")}
	for _, h := range c.Shelves {
		f.Options = append(f.Options, page.Option{Value: h.Lot.ID.String(), Label: page.M("stock.lot_option", "lot", h.Number, "day", page.DateText(h.Expiry.Date()), "count", int(h.N))})
	}
	return f
}

// actForm is the form of an act; id is that of what it writes, so that sent twice is seen.
func actForm(c Card, act string, id db.ID, lang string) *page.Form {
	f := &page.Form{Action: withSite(cardPath(c.Item.ID)+"/act/"+act, c.Site.Code), Submit: page.M("stock.act." + act), Cancel: page.Link{Href: withSite(cardPath(c.Item.ID), c.Site.Code), Text: page.M("stock.card.back")},
		Fields: []page.Field{{Kind: page.Hidden, Name: "id", Value: id.String()}}}
	add := func(list ...page.Field) { f.Fields = append(f.Fields, list...) }
	switch act {
	case "receive":
		add(page.Field{Kind: page.Text, Name: "lot", Label: page.M("stock.q.lot_number"), Hint: page.M("stock.q.lot_hint"), Dir: "ltr", Width: 20, Max: longCode, Auto: "off"},
			page.Field{Kind: page.Date, Name: "expiry", Label: page.M("stock.q.expiry"), Hint: page.M("stock.q.expiry_hint"), Date: page.DateInput{Partial: true}},
			number("n", ""), words("party", true))
		f.Find("party").Label = page.M("stock.q.from")
	case "issue":
		add(number("n", "stock.q.fefo_hint"), words("party", false))
	case "count":
		add(lotField(c), number("n", "stock.q.count_hint"), words("words", true))
	case "lose":
		add(lotField(c), number("n", ""), page.Field{Kind: page.Radios, Name: "reason", Label: page.M("stock.q.reason"), Options: page.OptionsOf(Losses, "stock.loss.")}, words("words", true))
	case "send":
		to := page.Field{Kind: page.Select, Name: "to", Label: page.M("stock.q.to")}
		for _, p := range c.To {
			to.Options = append(to.Options, page.Option{Value: p.Code, Text: p.Name(lang)})
		}
		add(number("n", "stock.q.fefo_hint"), to)
	}
	return f
}

func (s *Service) getAct(w http.ResponseWriter, r *http.Request) { s.showAct(w, r, nil) }

func (s *Service) showAct(w http.ResponseWriter, r *http.Request, failed func(*page.Form) bool) {
	act := r.PathValue("act")
	c, err := s.cardOf(r)
	switch {
	case err != nil:
	case !slices.Contains(acts, act):
		err = fault.New(fault.NotFound, "stock.act", "page.error.not_found")
	case !c.Moves:
		err = fault.New(fault.Forbidden, "stock.act", "door.forbidden")
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	lang := page.LocaleOf(r).Code
	f := actForm(c, act, db.NewID(), lang)
	if failed != nil && !failed(f) {
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "stock.act." + act, Back: page.Link{Href: withSite(cardPath(c.Item.ID), c.Site.Code), Text: page.M("stock.card.back")}}, actSheet(c, f, lang), f)
}

func actSheet(c Card, f *page.Form, lang string) page.Sheet {
	return page.Sheet{Form: f, Rows: page.Summary{{Label: page.M("stock.q.name"), Value: nameOf(c.Item)}, {Label: page.M("stock.q.site"), Value: c.Site.Name(lang)}, {Label: page.M("stock.q.on_hand"), Value: unitText(c.Unit, c.OnHand)}}}
}

func (s *Service) postAct(w http.ResponseWriter, r *http.Request) {
	item, err := page.Posted(w, r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	site := r.URL.Query().Get("site")
	if err = s.act(r, item, site); err == nil {
		s.Pages.Redirect(w, r, withSite(cardPath(item), site), page.M("stock.saved"))
		return
	}
	s.showAct(w, r, func(f *page.Form) bool {
		f.Fill(r.PostForm)
		if !f.Fail(err) {
			s.Pages.Error(w, r, err)
			return false
		}
		return true
	})
}

// act reads what was typed and does it.
func (s *Service) act(r *http.Request, item db.ID, site string) error {
	const op = "stock.act"
	v, act := r.PostForm, r.PathValue("act")
	id, err := db.ParseID(v.Get("id"))
	if err != nil {
		return fault.New(fault.Invalid, op, "page.error.body")
	}
	n, wrong := whole(op, "n", v.Get("n"))
	switch act {
	case "receive":
		day, err := s.expiryOf(v)
		if e := errors.Join(wrong, err); e != nil {
			return e
		}
		return s.Receive(r.Context(), Receipt{ID: id, Site: site, Item: item, Number: v.Get("lot"), Expiry: day, N: n, From: v.Get("party")})
	case "issue":
		if wrong != nil {
			return wrong
		}
		return s.Issue(r.Context(), id, site, item, n, v.Get("party"))
	case "send":
		if wrong != nil {
			return wrong
		}
		return s.Send(r.Context(), id, site, item, n, v.Get("to"))
	case "count", "lose":
		lot, err := db.ParseID(v.Get("lot"))
		if err != nil {
			err = fault.Field(op, "lot", "stock.error.which_lot")
		}
		if e := errors.Join(err, wrong); e != nil {
			return e
		}
		if act == "count" {
			return s.Count(r.Context(), id, site, item, lot, n, v.Get("words"))
		}
		return s.Lose(r.Context(), id, site, item, lot, n, Loss(v.Get("reason")), v.Get("words"))
	}
	return fault.New(fault.NotFound, op, "page.error.not_found")
}

func (s *Service) getArrive(w http.ResponseWriter, r *http.Request) { s.showArrive(w, r, nil) }

func (s *Service) showArrive(w http.ResponseWriter, r *http.Request, typed url.Values) {
	id, err := page.PathID(r, "id")
	var c Coming
	if err == nil {
		c, err = s.Coming(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := arriveForm(c)
	if typed != nil {
		n, err := whole("stock.arrive", "n", typed.Get("n"))
		if err == nil {
			err = s.Arrive(r.Context(), id, n, typed.Get("words"))
		}
		if err == nil {
			s.Pages.Redirect(w, r, withSite(listPath, c.To), page.M("stock.saved"))
			return
		}
		f.Fill(typed)
		if !f.Fail(err) {
			s.Pages.Error(w, r, err)
			return
		}
	}
	s.Pages.Sheet(w, r, page.Page{Title: "stock.arrive.title", Back: backTo(c.To)}, arriveSheet(c, f, page.LocaleOf(r).Code), f)
}

func arriveForm(c Coming) *page.Form {
	f := &page.Form{Action: listPath + "/transfers/" + c.Transfer.ID.String(), Submit: page.M("stock.arrive.title"), Fields: []page.Field{number("n", "stock.q.came_hint"), words("words", true)}}
	f.Fields[0].Label = page.M("stock.q.came")
	return f
}

func arriveSheet(c Coming, f *page.Form, lang string) page.Sheet {
	v := page.Sheet{Rows: page.Summary{{Label: page.M("stock.q.name"), Value: nameOf(c.Item)}, {Label: page.M("stock.q.lot"), Value: page.Code(c.Lot.Number)}, {Label: page.M("stock.q.expiry"), Value: c.Lot.Expiry},
		{Label: page.M("stock.q.sent"), Value: unitText(c.Item.Unit, c.N)}, {Label: page.M("stock.q.from"), Value: c.Sender.Name(lang)}, {Label: page.M("stock.q.day"), Value: c.Day}}}
	if c.Open() && c.Moves {
		v.Form = f
	}
	return v
}

func (s *Service) postArrive(w http.ResponseWriter, r *http.Request) {
	if _, err := page.Posted(w, r, "id"); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.showArrive(w, r, r.PostForm)
}

func (s *Service) getHold(w http.ResponseWriter, r *http.Request) { s.showHold(w, r, nil) }

func (s *Service) showHold(w http.ResponseWriter, r *http.Request, typed url.Values) {
	c, err := s.cardOf(r)
	var lot Lot
	if err == nil {
		id, bad := page.PathID(r, "lot")
		i := slices.IndexFunc(c.Shelves, func(h Shelf) bool { return h.Lot.ID == id })
		if err = bad; err == nil && i < 0 {
			err = fault.New(fault.NotFound, "stock.hold", "page.error.not_found")
		} else if err == nil {
			lot = c.Shelves[i].Lot
		}
	}
	if err == nil && !c.Edits {
		err = fault.New(fault.Forbidden, "stock.hold", "door.forbidden")
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := holdForm(c, lot)
	if typed != nil {
		if err = s.Hold(r.Context(), lot.ID, typed.Get("words")); err == nil {
			s.Pages.Redirect(w, r, withSite(cardPath(c.Item.ID), c.Site.Code), page.M("stock.saved"))
			return
		}
		f.Fill(typed)
		if !f.Fail(err) {
			s.Pages.Error(w, r, err)
			return
		}
	}
	s.Pages.Sheet(w, r, page.Page{Title: "stock.hold.title", Back: page.Link{Href: withSite(cardPath(c.Item.ID), c.Site.Code), Text: page.M("stock.card.back")}}, holdSheet(c, lot, f), f)
}

func holdForm(c Card, lot Lot) *page.Form {
	f := &page.Form{Action: withSite(cardPath(c.Item.ID)+"/lots/"+lot.ID.String(), c.Site.Code), Submit: page.M("stock.hold.submit"), Fields: []page.Field{words("words", true)}}
	f.Fields[0].Hint, f.Fields[0].Value = page.M("stock.hold.hint"), lot.Held
	return f
}

func holdSheet(c Card, lot Lot, f *page.Form) page.Sheet {
	return page.Sheet{Lead: page.M("stock.hold.lead"), Form: f, Rows: page.Summary{{Label: page.M("stock.q.name"), Value: nameOf(c.Item)}, {Label: page.M("stock.q.lot"), Value: page.Code(lot.Number)}, {Label: page.M("stock.q.expiry"), Value: lot.Expiry}}}
}

func (s *Service) postHold(w http.ResponseWriter, r *http.Request) {
	if _, err := page.Posted(w, r, "id"); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.showHold(w, r, r.PostForm)
}

// itemForm asks for an item and how much of it a site keeps.
func itemForm(action string, i Item, l Level, fresh bool) *page.Form {
	text := func(name, value string, width, most int, optional bool) page.Field {
		return page.Field{Kind: page.Text, Name: name, Label: page.M("stock.q." + name), Value: value, Width: width, Max: most, Optional: optional, Auto: "off"}
	}
	amount := func(name string, n int64) page.Field {
		f := number(name, "")
		f.Optional = true
		if n > 0 {
			f.Value = strconv.FormatInt(n, 10)
		}
		return f
	}
	code := text("code", i.Code, 20, longCode, false)
	code.Dir, code.Hint = "ltr", page.M("stock.q.code_hint")
	if !fresh {
		code.Kind, code.Keep = page.Hidden, true
	}
	atc := text("atc", i.ATC, 10, 7, true)
	atc.Dir = "ltr"
	content := amount("content", i.Content)
	content.Hint = page.M("stock.q.content_hint")
	f := &page.Form{Action: action, Fields: []page.Field{code, text("name", i.Name, 0, longName, false),
		{Kind: page.Radios, Name: "sort", Label: page.M("stock.q.sort"), Value: string(i.Sort), Options: page.OptionsOf(Sorts, "stock.sort.")}, atc, text("strength", i.Strength, 20, 60, true),
		{Kind: page.Select, Name: "unit", Label: page.M("stock.q.unit"), Value: string(i.Unit), Options: page.OptionsOf(Units, "stock.unit_name.")}, content, amount("min", l.Min), amount("max", l.Max)}}
	if !fresh {
		gone := page.Field{Kind: page.Checks, Name: "gone", Label: page.M("stock.q.gone"), Options: []page.Option{{Value: "yes", Label: page.M("stock.q.gone_yes")}}, Optional: true}
		if i.Gone {
			gone.Values = []string{"yes"}
		}
		f.Fields = append(f.Fields, gone)
	}
	return f
}

// readItem reads the form.
func readItem(v url.Values) (i Item, l Level, err error) {
	var errs []error
	amount := func(name string) int64 {
		if v.Get(name) == "" {
			return 0
		}
		n, err := whole("stock.item", name, v.Get(name))
		if err != nil {
			errs = append(errs, err)
		}
		return n
	}
	i = Item{Code: v.Get("code"), Name: v.Get("name"), Sort: Sort(v.Get("sort")), ATC: v.Get("atc"), Strength: v.Get("strength"), Unit: Unit(v.Get("unit")), Content: amount("content"), Gone: v.Get("gone") == "yes"}
	l = Level{Min: amount("min"), Max: amount("max")}
	return i, l, errors.Join(errs...)
}

func (s *Service) getNew(w http.ResponseWriter, r *http.Request) { s.showItem(w, r, nil, false) }

func (s *Service) postNew(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.showItem(w, r, r.PostForm, false)
}

func (s *Service) getEdit(w http.ResponseWriter, r *http.Request) { s.showItem(w, r, nil, true) }

func (s *Service) postEdit(w http.ResponseWriter, r *http.Request) {
	if _, err := page.Posted(w, r, "id"); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.showItem(w, r, r.PostForm, true)
}

// showItem asks for an item, new or known, and saves what was typed.
func (s *Service) showItem(w http.ResponseWriter, r *http.Request, typed url.Values, known bool) {
	var c Card
	var err error
	site, title, action := r.URL.Query().Get("site"), "stock.new.title", listPath+"/new"
	if known {
		if c, err = s.cardOf(r); err == nil {
			site, title, action = c.Site.Code, "stock.edit.title", cardPath(c.Item.ID)+"/edit"
		}
	} else {
		site, err = s.editable(r.Context(), site)
	}
	if err == nil && known && !c.Edits {
		err = fault.New(fault.Forbidden, "stock.item", "door.forbidden")
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := itemForm(withSite(action, site), c.Item, c.Level, !known)
	if typed != nil {
		i, l, err := readItem(typed)
		if known {
			i.Code = c.Item.Code
		}
		id := db.ID{}
		if err == nil {
			id, err = s.SaveItem(r.Context(), i, site, l)
		}
		if err == nil {
			s.Pages.Redirect(w, r, withSite(cardPath(id), site), page.M("stock.saved"))
			return
		}
		f.Fill(typed)
		if !f.Fail(err) {
			s.Pages.Error(w, r, err)
			return
		}
	}
	s.Pages.Sheet(w, r, page.Page{Title: title, Back: backTo(site)}, page.Sheet{Form: f}, f)
}

// expiryOf reads the last day of a lot; a month is its last day, as it is printed on boxes.
func (s *Service) expiryOf(v url.Values) (calendar.Day, error) {
	d, err := page.ReadDate(v, "expiry", s.today())
	if err != nil {
		return 0, err
	}
	first, last, ok := d.Bounds()
	if !ok || last-first > 31 {
		return 0, fault.Field("stock.expiryOf", "expiry", "stock.error.expiry")
	}
	return last, nil
}
