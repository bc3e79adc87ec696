package packweb

import (
	"net/http"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/area/assessment"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// listView is /packs: every version of every pack.
type listView struct {
	Packs []packView
	Links []page.Link
}

type packView struct {
	Title    page.Msg
	Code     page.Code
	Going    []page.Callout
	Done     []page.Msg
	Versions page.Table
}

func (s *Web) getList(w http.ResponseWriter, r *http.Request) {
	vs, err := s.Registry.Versions(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := listView{}
	if s.may(r, access.PackImport) {
		v.Links = append(v.Links, page.Link{Href: "/packs/import", Text: page.M("packs.import.title")})
	}
	err = s.DB.Read(r.Context(), func(tx *db.Tx) error {
		for _, ver := range newestFirst(vs) {
			p, err := s.Registry.ByHash(tx, ver.Hash)
			if err != nil {
				return err
			}
			v.add(ver, p)
		}
		return nil
	})
	var at map[string]assessment.Sweep
	if err == nil {
		at, err = s.sweeps(r)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	for i := range v.Packs {
		v.Packs[i].Going, v.Packs[i].Done = sweepOf(at[string(v.Packs[i].Code)])
	}
	s.Pages.Render(w, r, page.Page{Template: "packs/list", Title: "packs.title", View: v, Wide: true})
}

// newestFirst keeps the order of the packs and turns that of each pack's versions.
func newestFirst(vs []pack.Version) []pack.Version {
	out := slices.Clone(vs)
	slices.Reverse(out)
	slices.SortStableFunc(out, func(a, b pack.Version) int { return strings.Compare(a.Pack, b.Pack) })
	return out
}

// add puts a version under its pack; versions of one pack come together.
func (v *listView) add(ver pack.Version, p *pack.Pack) {
	if n := len(v.Packs); n == 0 || string(v.Packs[n-1].Code) != ver.Pack {
		v.Packs = append(v.Packs, packView{Title: title(p), Code: page.Code(ver.Pack), Versions: versionTable()})
	}
	t := &v.Packs[len(v.Packs)-1].Versions
	t.Rows = append(t.Rows, []page.Cell{page.Link{Href: path(ver), Name: ver.Number}, statusTag(ver.Status), since(ver), unconfirmedTag(p), page.Code(short(ver.Hash))})
}

func versionTable() page.Table {
	return page.Table{Columns: []page.Column{{Label: page.M("packs.version")}, {Label: page.M("packs.state")}, {Label: page.M("packs.from")},
		{Label: page.M("packs.certainty")}, {Label: page.M("packs.hash")}}}
}

// since is the day from which a version holds, or that none is set.
func since(v pack.Version) page.Cell {
	if !v.Life.Activated {
		return page.M("packs.no_date")
	}
	return v.Life.From.Date()
}

// unconfirmedTag says how many rows rest on memory.
func unconfirmedTag(p *pack.Pack) page.Cell {
	n := 0
	for _, t := range p.Tables {
		for _, row := range t.Rows {
			if pack.Certainty(row.Certainty) == pack.Recalled {
				n++
			}
		}
	}
	if n == 0 {
		return page.Tag{Level: page.Done, Text: page.M("packs.all_confirmed")}
	}
	return page.Tag{Level: page.Wait, Text: page.M("packs.rows_unconfirmed", "count", n)}
}

// short is the part of a content hash that people compare.
func short(hash string) string {
	if len(hash) > 12 {
		return hash[:12]
	}
	return hash
}
