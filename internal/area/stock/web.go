package stock

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

const listPath = "/stock"

// Routes adds this area's pages.
func (s *Service) Routes(mux *http.ServeMux) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /stock":                        s.getList,
		"GET /stock/new":                    s.getNew,
		"POST /stock/new":                   s.postNew,
		"GET /stock/import":                 s.getImport,
		"POST /stock/import":                s.postImport,
		"GET /stock/items/{id}":             s.getCard,
		"GET /stock/items/{id}/edit":        s.getEdit,
		"POST /stock/items/{id}/edit":       s.postEdit,
		"GET /stock/items/{id}/act/{act}":   s.getAct,
		"POST /stock/items/{id}/act/{act}":  s.postAct,
		"GET /stock/transfers/{id}":         s.getArrive,
		"POST /stock/transfers/{id}":        s.postArrive,
		"GET /stock/items/{id}/lots/{lot}":  s.getHold,
		"POST /stock/items/{id}/lots/{lot}": s.postHold,
	} {
		mux.HandleFunc(pattern, h)
	}
}

func withSite(path, site string) string {
	if site == "" {
		return path
	}
	return path + "?site=" + url.QueryEscape(site)
}

func cardPath(item db.ID) string { return listPath + "/items/" + item.String() }

func backTo(site string) page.Link {
	return page.Link{Href: withSite(listPath, site), Text: page.M("stock.title")}
}

// The parts of the list that can be asked for. Their words are stock.show.<part>.
var shows = []string{"all", "low", "expiring", "expired", "below"}

// days ahead for which what expires is told, where nobody chose.
const soonDays = 90

func (s *Service) getList(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	within, err := strconv.Atoi(q.Get("within"))
	if err != nil || within < 1 || within > 3650 {
		within = soonDays
	}
	o, err := s.Overview(r.Context(), q.Get("site"), within)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	show := q.Get("show")
	if !slices.Contains(shows, show) {
		show = "all"
	}
	s.Pages.Sheet(w, r, page.Page{Title: "stock.title", Wide: true}, listSheet(o, show, within, page.LocaleOf(r).Code), nil)
}

func shown(x Standing, show string) bool {
	switch show {
	case "low":
		return x.Low()
	case "expiring":
		return x.Expiring > 0
	case "expired":
		return x.Expired > 0 || x.Held > 0
	case "below":
		return len(x.Below) > 0
	}
	return true
}

func listSheet(o Overview, show string, within int, lang string) page.Sheet {
	site := o.Site.Code
	v := page.Sheet{Lead: page.M("stock.lead", "site", o.Site.Name(lang))}
	if o.Edits {
		v.Actions = []page.Link{{Href: withSite(listPath+"/new", site), Text: page.M("stock.new.title")}, {Href: withSite(listPath+"/import", site), Text: page.M("stock.import.title")}}
	}
	var sites []page.Option
	for _, p := range o.Sites {
		sites = append(sites, page.Option{Value: p.Code, Text: p.Name(lang)})
	}
	v.Filter = &page.Form{Method: "get", Action: listPath, Compact: true, Submit: page.M("stock.show"), Fields: []page.Field{
		{Kind: page.Select, Name: "site", Label: page.M("stock.q.site"), Options: sites, Value: site},
		{Kind: page.Select, Name: "show", Label: page.M("stock.q.show"), Options: page.OptionsOf(shows, "stock.show."), Value: show},
		{Kind: page.Number, Name: "within", Label: page.M("stock.q.within"), Value: strconv.Itoa(within), Width: 4}}}
	low, below := 0, 0
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("stock.q.item"), Wide: true}, {Label: page.M("stock.q.on_hand"), Number: true}, {Label: page.M("stock.q.min_max"), Number: true}, {Label: page.M("stock.q.to_order"), Number: true}, {Label: page.M("stock.q.next_expiry")}, {Label: page.M("stock.q.state")}},
		Empty: page.Empty{Title: page.M("stock.none"), Text: page.M("stock.none_text")}}
	for _, x := range o.List {
		if x.Low() {
			low++
		}
		below += len(x.Below)
		if !shown(x, show) {
			continue
		}
		t.Rows = append(t.Rows, []page.Cell{page.Link{Href: withSite(cardPath(x.Item.ID), site), Name: nameOf(x.Item)}, unitText(x.Unit, x.OnHand), minMax(x.Level), orNothing(x.ToOrder()), dayOf(x.Next), states(x)})
	}
	v.Table = t
	if below > 0 {
		v.Notes = append(v.Notes, page.Callout{Level: page.Danger, Title: page.M("stock.below.title", "count", below), Text: []page.Msg{page.M("stock.below.text")}, Links: []page.Link{{Href: withShow(site, "below"), Text: page.M("stock.show.below")}}})
	}
	if low > 0 && show == "all" {
		v.Notes = append(v.Notes, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("stock.low.count", "count", low)}, Links: []page.Link{{Href: withShow(site, "low"), Text: page.M("stock.show.low")}}})
	}
	if o.Left {
		v.Limits = append(v.Limits, page.M("stock.left_out", "count", mostItems))
	}
	if len(o.Transfer) > 0 {
		v.Parts = append(v.Parts, transferPart(o, lang))
	}
	v.Limits = append(v.Limits, page.M("stock.limit"))
	return v
}

func withShow(site, show string) string {
	return listPath + "?" + url.Values{"site": {site}, "show": {show}}.Encode()
}

// nameOf is what a list calls an item: its name and what stands on it.
func nameOf(i Item) string { return strings.TrimSpace(i.Name + " " + i.Strength) }

func unitText(u Unit, n int64) page.Msg {
	return page.M("stock.unit."+string(u), "count", int(n))
}

func minMax(l Level) any {
	switch {
	case l.Min == 0 && l.Max == 0:
		return page.M("stock.nothing_said")
	case l.Max == 0:
		return page.Code(strconv.FormatInt(l.Min, 10))
	}
	return page.Code(strconv.FormatInt(l.Min, 10) + "–" + strconv.FormatInt(l.Max, 10))
}

func orNothing(n int64) any {
	if n == 0 {
		return page.M("stock.nothing")
	}
	return n
}

func dayOf(d calendar.Day) any {
	if d == 0 {
		return page.M("stock.nothing")
	}
	return d
}

func states(x Standing) (out []any) {
	add := func(level page.Level, m page.Msg) { out = append(out, page.Tag{Level: level, Text: m}) }
	if len(x.Below) > 0 {
		add(page.Danger, page.M("stock.state.below"))
	}
	switch {
	case x.OnHand == 0 && len(x.Shelves) > 0:
		add(page.Danger, page.M("stock.state.out"))
	case x.Low():
		add(page.Wait, page.M("stock.state.low"))
	}
	if x.Expired > 0 {
		add(page.Danger, page.M("stock.state.expired", "count", int(x.Expired)))
	}
	if x.Held > 0 {
		add(page.Wait, page.M("stock.state.held", "count", int(x.Held)))
	}
	if x.Expiring > 0 {
		add(page.Wait, page.M("stock.state.expiring", "count", int(x.Expiring)))
	}
	if len(out) == 0 {
		add(page.Quiet, page.M("stock.state.fine"))
	}
	return out
}

func transferPart(o Overview, lang string) page.Part {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("stock.q.item"), Wide: true}, {Label: page.M("stock.q.lot")}, {Label: page.M("stock.q.n"), Number: true}, {Label: page.M("stock.q.from")}, {Label: page.M("stock.q.to")}, {Label: page.M("stock.q.day")}, {Label: page.M("stock.q.state")}}}
	for _, x := range o.Transfer {
		state := any(page.M("stock.on_its_way"))
		if x.To == o.Site.Code && o.Moves {
			state = page.Link{Href: listPath + "/transfers/" + x.ID.String(), Text: page.M("stock.arrive.title")}
		}
		t.Rows = append(t.Rows, []page.Cell{nameOf(o.Names[x.Item]), page.Code(o.Lots[x.Lot].Number), x.N, siteName(o.Sites, x.From, lang), siteName(o.Sites, x.To, lang), x.Day, state})
	}
	return page.Part{Title: page.M("stock.transfers"), Table: t}
}

func siteName(list []place.Site, code, lang string) string {
	for _, p := range list {
		if p.Code == code {
			return p.Name(lang)
		}
	}
	return code
}

func (s *Service) getCard(w http.ResponseWriter, r *http.Request) {
	c, err := s.cardOf(r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "stock.card.title", Back: backTo(c.Site.Code), Wide: true}, cardSheet(c, page.LocaleOf(r).Code), nil)
}

func (s *Service) cardOf(r *http.Request) (Card, error) {
	id, err := page.PathID(r, "id")
	if err != nil {
		return Card{}, err
	}
	return s.Card(r.Context(), id, r.URL.Query().Get("site"))
}

func cardSheet(c Card, lang string) page.Sheet {
	v := page.Sheet{Rows: page.Summary{{Label: page.M("stock.q.name"), Value: nameOf(c.Item)}, {Label: page.M("stock.q.code"), Value: page.Code(c.Code)}, {Label: page.M("stock.q.site"), Value: c.Site.Name(lang)},
		{Label: page.M("stock.q.on_hand"), Value: unitText(c.Unit, c.OnHand)}, {Label: page.M("stock.q.min_max"), Value: minMax(c.Level)}, {Label: page.M("stock.q.state"), Value: states(c.Standing)}}}
	if c.ATC != "" {
		v.Rows = append(v.Rows, page.Row{Label: page.M("stock.q.atc"), Value: page.Code(c.ATC)})
	}
	if c.Moves {
		for _, a := range acts {
			if a == "receive" || len(c.Shelves) > 0 {
				v.Actions = append(v.Actions, page.Link{Href: withSite(cardPath(c.Item.ID)+"/act/"+a, c.Site.Code), Text: page.M("stock.act." + a)})
			}
		}
	}
	if c.Edits {
		v.Actions = append(v.Actions, page.Link{Href: withSite(cardPath(c.Item.ID)+"/edit", c.Site.Code), Text: page.M("stock.edit.title")})
	}
	lots := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("stock.q.lot"), Wide: true}, {Label: page.M("stock.q.expiry")}, {Label: page.M("stock.q.on_hand"), Number: true}, {Label: page.M("stock.q.state")}}, Empty: page.Empty{Title: page.M("stock.no_lots")}}
	for _, h := range c.Shelves {
		number := any(page.Code(h.Number))
		if c.Edits {
			number = page.Link{Href: withSite(cardPath(c.Item.ID)+"/lots/"+h.Lot.ID.String(), c.Site.Code), Name: h.Number}
		}
		lots.Rows = append(lots.Rows, []page.Cell{number, h.Expiry, h.N, lotState(h, c.On)})
	}
	log := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("stock.q.day")}, {Label: page.M("stock.q.why")}, {Label: page.M("stock.q.lot")}, {Label: page.M("stock.q.n"), Number: true}, {Label: page.M("stock.q.words"), Wide: true}}, Empty: page.Empty{Title: page.M("stock.no_movements")}}
	for _, l := range c.Lines {
		log.Rows = append(log.Rows, []page.Cell{l.Day, page.M("stock.why." + string(l.Why)), lotCell(c, l), l.N, wordsOf(l)})
	}
	v.Parts = []page.Part{{Title: page.M("stock.lots"), Table: lots}, {Title: page.M("stock.movements"), Lead: page.M("stock.movements_lead"), Table: log}}
	if c.Left {
		v.Limits = append(v.Limits, page.M("stock.lines_left_out", "count", cardLines))
	}
	return v
}

func lotState(h Shelf, on calendar.Day) any {
	switch {
	case h.N < 0:
		return page.Tag{Level: page.Danger, Text: page.M("stock.state.below")}
	case h.Held != "":
		return []any{page.Tag{Level: page.Danger, Text: page.M("stock.lot_held")}, h.Held}
	case h.Expiry < on:
		return page.Tag{Level: page.Danger, Text: page.M("stock.lot_expired")}
	}
	return page.Tag{Text: page.M("stock.state.fine")}
}

func lotCell(c Card, l Line) any {
	if lot, ok := c.Lots[l.Lot]; ok && !l.Sum {
		return page.Code(lot.Number)
	}
	return page.M("stock.nothing")
}

func wordsOf(l Line) any {
	var out []any
	if l.Why == Lost {
		out = append(out, page.M("stock.loss."+l.Reason))
	}
	if l.Party != "" {
		out = append(out, l.Party)
	}
	if len(out) == 0 {
		return page.M("stock.nothing")
	}
	return out
}

// whole reads a whole number as people type it.
func whole(op, field, typed string) (int64, error) {
	typed = strings.TrimSpace(page.Digits(typed))
	if typed == "" {
		return 0, fault.Field(op, field, "stock.error.number")
	}
	n, err := strconv.ParseInt(typed, 10, 64)
	if err != nil {
		return 0, fault.Field(op, field, "stock.error.number")
	}
	return n, nil
}
