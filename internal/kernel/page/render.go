package page

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Area is the pages and words of one area.
type Area struct {
	Name      string // "people": its templates are "people/register" …
	Templates fs.FS  // holds templates/*.html
	Locales   fs.FS  // holds locales/{en,fr,es,ar}.json
}

// Options is what a Renderer is made of.
type Options struct {
	Areas  []Area
	Frame  func(*http.Request) Frame // site, role, navigation; nil before there are users
	Clock  func() time.Time
	Log    *slog.Logger
	Pseudo bool // the language cookie may choose the pseudo-language (style guide)
}

// Renderer renders pages. It is safe for concurrent use.
type Renderer struct {
	opts      Options
	areas     []Area
	catalogue Catalogue

	mu   sync.Mutex
	sets map[string]*localeSet // by locale code
}

// Page is one page to render.
type Page struct {
	Template  string // "people/register"; "page/form" for a page that is one form
	Title     string // message key of the heading and the window title
	TitleArgs []any  // its placeholders; no names: titles stay in the browser's history
	Status    int    // 200, or 422 when there are problems
	Banner    *Banner
	Back      Link
	View      any // the template's data: a struct, no map
	Problems  []Problem
	Wide      bool   // a worklist or board: use the whole window
	Bare      bool   // a sheet to print: no navigation
	Return    string // where the language switch goes back to, if not this URL
	Lang      string // render in this language whatever the reader's (a print for the person)
}

// New parses every template in every language, so that a mistake in one shows
// when the program starts.
func New(o Options) (*Renderer, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	own, err := ownAreas()
	if err != nil {
		return nil, err
	}
	p := &Renderer{opts: o, areas: append(own, o.Areas...), catalogue: Catalogue{}, sets: map[string]*localeSet{}}
	for _, a := range p.areas {
		if a.Locales == nil {
			continue
		}
		c, err := ReadCatalogue(a.Locales, "locales")
		if err != nil {
			return nil, fmt.Errorf("area %s: %w", a.Name, err)
		}
		if err := p.catalogue.merge(a.Name, c); err != nil {
			return nil, err
		}
	}
	// One language shows whether the templates are whole; the others are made when
	// somebody reads in them: a set takes longer than the rest of New.
	if _, err := p.set(locales[0]); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *Renderer) set(l Locale) (*localeSet, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s, ok := p.sets[l.Code]; ok {
		return s, nil
	}
	s, err := newLocaleSet(l, p.catalogue, p.areas)
	if err != nil {
		return nil, err
	}
	p.sets[l.Code] = s
	return s, nil
}

// Text says a message in a language, for what is not a page (a file name, a log
// on the terminal).
func (p *Renderer) Text(lang string, m Msg) string {
	l, ok := localeOf(lang)
	if !ok {
		l = locales[0]
	}
	s := speaker{loc: l, cat: p.catalogue}
	return s.plain(m)
}

// layout is the data of the shell.
type layout struct {
	Page
	Frame   Frame
	Loc     Locale
	Others  []Locale
	Return  string
	Path    string
	Content template.HTML
	Flash   Msg
	Today   calendar.Day
}

// Render writes a page. Everything is rendered before the first byte goes out, so
// that a failing template is an error page and never half a page.
func (p *Renderer) Render(w http.ResponseWriter, r *http.Request, pg Page) {
	if err := p.render(w, r, pg); err != nil {
		p.opts.Log.Error("page", "template", pg.Template, "err", err)
		p.lastResort(w)
	}
}

// Fragment writes a template without the shell, for htmx to put into a page.
func (p *Renderer) Fragment(w http.ResponseWriter, r *http.Request, name string, view any) {
	set, err := p.set(p.locale(r, "", func() Frame { return p.frame(r) }))
	var b bytes.Buffer
	if err == nil {
		err = set.execute(&b, name, view)
	}
	if err != nil {
		p.opts.Log.Error("page", "template", name, "err", err)
		p.lastResort(w)
		return
	}
	headers(w, set.loc)
	_, _ = w.Write(b.Bytes())
}

// IsFragment reports whether htmx asks for a part of a page.
func IsFragment(r *http.Request) bool {
	return r.Header.Get("HX-Request") == "true" && r.Header.Get("HX-Request-Type") != "full"
}

func (p *Renderer) frame(r *http.Request) Frame {
	if p.opts.Frame == nil {
		return Frame{}
	}
	return p.opts.Frame(r)
}

// locale orders the wishes: the page's own, the context's, the switch, the user's
// profile, the browser. The frame is asked only when it can matter.
func (p *Renderer) locale(r *http.Request, fixed string, frame func() Frame) Locale {
	if l, ok := localeOf(fixed); ok {
		return l
	}
	if _, ok := r.Context().Value(localeKey{}).(string); ok {
		return LocaleOf(r)
	}
	c, err := r.Cookie(localeCookie)
	switch {
	case err == nil && c.Value == Pseudo && p.opts.Pseudo:
		l, _ := localeOf(Pseudo)
		return l
	case err != nil:
		if l, ok := localeOf(frame().Locale); ok && l.Code != Pseudo {
			return l
		}
	}
	return LocaleOf(r)
}

func (p *Renderer) render(w http.ResponseWriter, r *http.Request, pg Page) error {
	frame := p.frame(r)
	set, err := p.set(p.locale(r, pg.Lang, func() Frame { return frame }))
	if err != nil {
		return err
	}
	var content bytes.Buffer
	if err := set.execute(&content, pg.Template, pg.View); err != nil {
		return err
	}
	lay := layout{
		Page: pg, Frame: frame, Loc: set.loc, Return: pg.Return, Path: r.URL.Path,
		Content: template.HTML(content.String()), //nolint:gosec // made by html/template above
		Today:   calendar.DayOfTime(p.opts.Clock()),
	}
	if lay.Return == "" {
		lay.Return = r.URL.RequestURI()
	}
	if lay.Banner != nil && lay.Banner.On == 0 {
		b := *lay.Banner
		b.On = lay.Today
		lay.Banner = &b
	}
	for _, l := range locales {
		if l.Code != set.loc.Code {
			lay.Others = append(lay.Others, l)
		}
	}
	flash, hasFlash := readFlash(r)
	lay.Flash = flash
	var out bytes.Buffer
	if err := set.execute(&out, "page/layout", lay); err != nil {
		return err
	}
	headers(w, set.loc)
	if hasFlash {
		http.SetCookie(w, &http.Cookie{Name: flashCookie, Path: "/", MaxAge: -1})
	}
	status := pg.Status
	switch {
	case status != 0:
	case len(pg.Problems) > 0:
		status = http.StatusUnprocessableEntity
	default:
		status = http.StatusOK
	}
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes())
	return nil
}

func headers(w http.ResponseWriter, l Locale) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", l.langName())
	h.Set("Cache-Control", "no-store") // clinical pages leave nothing behind in the browser
	h.Add("Vary", "Accept-Language, Cookie, HX-Request")
}

// Form renders a page that is one form. After a failed post call form.Fill and
// form.Fail first: the problems and the status follow from it.
func (p *Renderer) Form(w http.ResponseWriter, r *http.Request, pg Page, f *Form) {
	if pg.Template == "" {
		pg.Template = "page/form"
		pg.View = f
	}
	pg.Problems = append(pg.Problems, f.Problems()...)
	p.Render(w, r, pg)
}

// errorView is the view of page/error.
type errorView struct {
	Code    fault.Code
	Message Msg
	Home    bool
}

// Error answers with a page for a fault: its status, its sentence, what to do.
func (p *Renderer) Error(w http.ResponseWriter, r *http.Request, err error) {
	code := fault.CodeOf(err)
	if code == fault.Internal {
		// The route, not the address: an address says whose record was open.
		p.opts.Log.Error("page", "route", r.Pattern, "err", err)
	}
	v := errorView{Code: code, Message: faultMsg(err), Home: true}
	if IsFragment(r) {
		// htmx puts the sentence where the fragment would have stood.
		set, serr := p.set(p.locale(r, "", func() Frame { return p.frame(r) }))
		var b bytes.Buffer
		if serr == nil && set.execute(&b, "page/error-fragment", v) == nil {
			headers(w, set.loc)
			w.WriteHeader(code.Status())
			_, _ = w.Write(b.Bytes())
			return
		}
	}
	p.Render(w, r, Page{Template: "page/error", Title: "page.error.title_" + string(code), Status: code.Status(), View: v, Return: "/"})
}

// lastResort needs no template and no words from the catalogue.
func (p *Renderer) lastResort(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusInternalServerError)
	_, _ = w.Write([]byte(`<!doctype html><html lang="en" dir="ltr"><meta charset="utf-8"><title>Godwit</title>` +
		`<p lang="en">Something went wrong. Nothing was saved. Go back and try again.</p>` +
		`<p lang="fr">Une erreur est survenue. Rien n’a été enregistré. Revenez en arrière et réessayez.</p>` +
		`<p lang="es">Algo ha fallado. No se ha guardado nada. Vuelva atrás e inténtelo de nuevo.</p>` +
		`<p lang="ar" dir="rtl">حدث خطأ. لم يُحفظ شيء. ارجع وحاول مرة أخرى.</p></html>`))
}

const flashCookie = "godwit_flash"

// Redirect answers 303 to a path of this node; the message is shown there once.
// The message must hold no personal data: it travels in a cookie.
func (p *Renderer) Redirect(w http.ResponseWriter, r *http.Request, to string, m Msg) {
	if !m.IsZero() && m.Say == nil {
		if b, err := json.Marshal(flash{m.Key, m.Args}); err == nil {
			http.SetCookie(w, &http.Cookie{
				Name: flashCookie, Value: base64.RawURLEncoding.EncodeToString(b), Path: "/", MaxAge: 60,
				HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode,
			})
		}
	}
	to = LocalPath(to)
	if r.Header.Get("HX-Request") == "true" {
		w.Header().Set("HX-Redirect", to)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

type flash struct {
	Key  string `json:"k"`
	Args []any  `json:"a,omitempty"`
}

func readFlash(r *http.Request) (Msg, bool) {
	c, err := r.Cookie(flashCookie)
	if err != nil || c.Value == "" {
		return Msg{}, false
	}
	b, err := base64.RawURLEncoding.DecodeString(c.Value)
	var f flash
	if err != nil || json.Unmarshal(b, &f) != nil || !strings.Contains(f.Key, ".") {
		return Msg{}, true
	}
	return Msg{Key: f.Key, Args: f.Args}, true
}
