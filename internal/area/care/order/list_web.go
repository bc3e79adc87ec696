package order

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// worklistView is a page of a station's list: who is here and whose results are to
// come, or one of the parts that has more than a page has room for.
type worklistView struct {
	Station page.Msg
	Tables  []page.Table
	Later   page.Link   // to who is planned and has not come today
	Actions []page.Link // refresh, what was done, an order by its label, the list on paper for whoever may
}

func (s *Service) getWorklist(w http.ResponseWriter, r *http.Request) {
	station := r.PathValue("station")
	if !slices.Contains(place.Stations, station) {
		s.Pages.Error(w, r, fault.New(fault.NotFound, "order.worklist", "order.error.not_found"))
		return
	}
	part, from := readPart(r.URL.Query())
	list, err := s.ListPart(r.Context(), station, part, from)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	var names map[db.ID]page.Msg
	if err := s.DB.Read(r.Context(), func(tx *db.Tx) error { names = s.serviceNames(tx, list.Lines); return nil }); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := worklist(station, part, list, names)
	if s.mayPrint(r.Context(), station) && part == PartHere {
		v.Actions = append(v.Actions, page.Link{Href: "/worklist/" + station + "/print/list", Text: page.M("order.list.link")})
	}
	s.Pages.Render(w, r, page.Page{Template: "order/worklist", Title: "order.worklist.title", Wide: true, View: v})
}

// readPart reads which page of a list is asked for; what cannot be read is the first.
func readPart(q url.Values) (Part, int) {
	part := Part(q.Get("part"))
	if part != PartAwaited && part != PartLater {
		return PartHere, 0
	}
	from, _ := strconv.Atoi(q.Get("from"))
	return part, min(max(from, 0), 1e6)
}

// partPath is where a page of a part of a list is.
func partPath(station string, part Part, from int) string {
	path := "/worklist/" + station + "?part=" + string(part)
	if from > 0 {
		path += "&from=" + strconv.Itoa(from)
	}
	return path
}

func (s *Service) serviceNames(tx *db.Tx, lines []Line) map[db.ID]page.Msg {
	out := map[db.ID]page.Msg{}
	known := map[[3]string]page.Msg{} // many wait for the same service
	for _, l := range lines {
		key := [3]string{l.Order.Pack, l.Order.Hash, l.Order.Code}
		name, ok := known[key]
		if !ok {
			name = s.serviceName(tx, l.Order.Request)
			known[key] = name
		}
		out[l.Order.ID] = name
	}
	return out
}

func worklist(station string, part Part, list List, names map[db.ID]page.Msg) worklistView {
	v := worklistView{Station: page.M("place.station." + station)}
	if part != PartHere {
		v.Actions = []page.Link{{Href: "/worklist/" + station, Text: page.M("order.to_worklist")}}
		v.Tables = []page.Table{partTable(station, part, list, names)}
		return v
	}
	v.Actions = []page.Link{{Href: "/worklist/" + station, Text: page.M("order.worklist.refresh")},
		{Href: "/worklist/" + station + "/done", Text: page.M("order.done.link")},
		{Href: "/worklist/" + station + "/label", Text: page.M("order.label.find_title")}}
	v.Tables = []page.Table{partTable(station, PartHere, list, names)}
	if awaited := partTable(station, PartAwaited, list, names); len(awaited.Rows) > 0 {
		v.Tables = append(v.Tables, awaited)
	}
	if list.Later > 0 {
		v.Later = page.Link{Href: partPath(station, PartLater, 0), Text: page.M("order.worklist.later", "count", list.Later)}
	}
	return v
}

// captions of the parts of a worklist.
var captions = map[Part]string{PartHere: "order.worklist.caption", PartAwaited: "order.worklist.awaited", PartLater: "order.worklist.later_caption"}

// partTable lists the lines of one part, with the way to the pages around it.
func partTable(station string, part Part, list List, names map[db.ID]page.Msg) page.Table {
	t := lineTable(captions[part])
	t.Empty = page.Empty{Title: page.M("order.worklist.empty"), Text: page.M("order.worklist.empty_text")}
	for _, l := range list.Lines {
		if l.part() == part {
			t.Rows = append(t.Rows, []page.Cell{
				personCell(l), page.Sex(l.Person.Sex), l.Person.Birth, family(l.Person.Family), names[l.Order.ID], waiting(l.Waiting), lineTags(l),
			})
		}
	}
	total := map[Part]int{PartAwaited: list.Awaited, PartLater: list.Later}[part]
	to := list.From + len(t.Rows)
	if list.From > 0 {
		t.Pager.Prev = partPath(station, part, max(list.From-listedAtOnce, 0))
	}
	if to < total && len(t.Rows) > 0 {
		t.Pager.Next = partPath(station, part, to)
	}
	t.Pager.From, t.Pager.To, t.Pager.Total = list.From+1, to, total
	return t
}

func lineTable(caption string) page.Table {
	return page.Table{Caption: page.M(caption), Tight: true,
		Columns: []page.Column{{Label: page.M("order.column.person")}, {Label: page.M("order.column.sex")}, {Label: page.M("order.column.born")},
			{Label: page.M("order.column.family")}, {Label: page.M("order.column.service")}, {Label: page.M("order.column.waiting"), Number: true}, {Label: page.M("order.column.state")}}}
}

// personCell is the name in its own script and in Latin letters, once if they are
// the same.
func personCell(l Line) page.Cell {
	link := page.Link{Href: "/orders/" + l.Order.ID.String(), Name: personName(l.Person), Text: page.M("order.no_name")}
	if l.Person.Latin == "" || l.Person.Latin == link.Name {
		return link
	}
	return []any{link, l.Person.Latin}
}

// personName is what a list shows of a person: the name, else the code of the
// slip; a person may have no name yet.
func personName(b Brief) string {
	switch {
	case b.Name != "":
		return b.Name
	case b.Latin != "":
		return b.Latin
	}
	return b.Code
}

func family(number string) page.Cell {
	if number == "" {
		return page.M("order.no_family")
	}
	return page.Code(number)
}

// waiting says how long somebody waits, in the unit that fits.
func waiting(d time.Duration) page.Msg {
	switch {
	case d < 2*time.Hour:
		return page.M("order.waiting.minutes", "count", int(d.Minutes()))
	case d < 48*time.Hour:
		return page.M("order.waiting.hours", "count", int(d.Hours()))
	}
	return page.M("order.waiting.days", "count", int(d.Hours()/24))
}

func lineTags(l Line) []page.Tag {
	tags := []page.Tag{statusTag(l.Order.Status)}
	if l.Tell {
		tags = []page.Tag{{Level: page.Wait, Text: page.M("order.to_tell")}}
		if l.Again {
			tags = []page.Tag{{Level: page.Wait, Text: page.M("order.to_tell_again")}}
		}
	}
	for _, n := range l.Unmet {
		tags = append(tags, page.Tag{Level: page.Wait, Text: page.M("order.need." + needKey(n, l.Consent))})
	}
	if l.Next > 0 {
		tags = append(tags, page.Tag{Level: page.Info, Text: page.M("order.specimen_next", "n", l.Next, "of", l.Order.Specimens)})
	}
	if l.Order.Disputed {
		tags = append(tags, page.Tag{Level: page.Danger, Text: page.M("order.disputed")})
	}
	return tags
}

func statusTag(st Status) page.Tag {
	level := map[Status]page.Level{Ordered: page.Info, InProgress: page.Info, Done: page.Done, Refused: page.Wait, NotPossible: page.Wait}[st]
	return page.Tag{Level: level, Text: page.M("order.status." + string(st))}
}
