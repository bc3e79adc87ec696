package packweb

import (
	"context"
	"embed"
	"net/http"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/assessment"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

//go:embed templates locales
var files embed.FS

// Area is the pages and words of the workbench.
func Area() page.Area { return page.Area{Name: "packs", Templates: files, Locales: files} }

// Deps is what the pages need.
type Deps struct {
	DB       *db.DB
	Registry *pack.Registry
	Access   *access.Access
	Pages    *page.Renderer
	Clock    func() time.Time // time.Now when nil
	// Sweeps says how far the open cases of each pack were looked at again since
	// officers changed its rules; Impact what a version would change if it held from a
	// day. Both may be nil.
	Sweeps func(context.Context) (map[string]assessment.Sweep, error)
	Impact func(context.Context, *pack.Pack, calendar.Day) (assessment.Impact, error)
}

// Web serves the pages.
type Web struct{ Deps }

// New makes the pages.
func New(d Deps) *Web {
	if d.Clock == nil {
		d.Clock = time.Now
	}
	return &Web{d}
}

// Routes adds the pages to a mux.
func (s *Web) Routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /packs", s.getList)
	mux.HandleFunc("GET /packs/import", s.getImport)
	mux.HandleFunc("POST /packs/import", s.postImport)
	mux.HandleFunc("GET /packs/{id}", s.getVersion)
	mux.HandleFunc("GET /packs/{id}/tables/{n}", s.getTable)
	mux.HandleFunc("GET /packs/{id}/lists/{n}", s.getMembers)
	mux.HandleFunc("GET /packs/{id}/check", s.getCheck)
	for name, a := range acts {
		mux.HandleFunc("GET /packs/{id}/"+name, s.getAct(a))
		mux.HandleFunc("POST /packs/{id}/"+name, s.postAct(a))
	}
}

func (s *Web) today() calendar.Day { return calendar.DayOfTime(s.Clock()) }

// may reports whether the user has a right, to show the way or not.
func (s *Web) may(r *http.Request, a access.Action) bool {
	return s.Access.May(r.Context(), a, access.Resource{Kind: pack.VersionKind, Sensitivity: journal.Identity})
}

// open reads the version that a path names.
func (s *Web) open(r *http.Request) (pack.Version, *pack.Pack, error) {
	id, err := db.ParseID(r.PathValue("id"))
	if err != nil {
		return pack.Version{}, nil, fault.New(fault.NotFound, "packweb", "packs.error.no_version")
	}
	return s.Registry.Version(r.Context(), id)
}

// names are the names of the officers who acted on a version.
func (s *Web) names(r *http.Request, v pack.Version) (map[db.ID]string, error) {
	names := map[db.ID]string{}
	err := s.DB.Read(r.Context(), func(tx *db.Tx) error {
		ids := []db.ID{v.By}
		for _, a := range v.Life.All() {
			ids = append(ids, a.By)
		}
		for _, id := range ids {
			if _, ok := names[id]; ok || id.IsZero() {
				continue
			}
			name, err := access.UserName(tx, id)
			if err != nil {
				return err
			}
			names[id] = name
		}
		return nil
	})
	return names, err
}

// statusTag says where a version stands, in a word.
func statusTag(s pack.Status) page.Tag {
	level := map[pack.Status]page.Level{pack.Active: page.Done, pack.Stopped: page.Danger, pack.Review: page.Wait, pack.Approved: page.Info}[s]
	return page.Tag{Level: level, Text: page.M("packs.status." + string(s))}
}

// certaintyTag says how well a source is known.
func certaintyTag(c string) page.Tag {
	switch pack.Certainty(c) {
	case pack.Official:
		return page.Tag{Text: page.M("packs.certainty.official")}
	case pack.Secondary:
		return page.Tag{Level: page.Info, Text: page.M("packs.certainty.secondary")}
	}
	return page.Tag{Level: page.Wait, Text: page.M("packs.certainty.unconfirmed")}
}

func path(v pack.Version, parts ...string) string {
	p := "/packs/" + v.ID.String()
	for _, part := range parts {
		p += "/" + part
	}
	return p
}

// title is a pack's name in the reader's language.
func title(p *pack.Pack) page.Msg { return page.Words(p.Title) }
