package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"strings"
)

//go:embed templates locales
var files embed.FS

// ownAreas are the page package's own areas: one folder below templates/ each
// ("page", "door"), with its words in the folder of the same name below locales/.
func ownAreas() ([]Area, error) {
	dirs, err := fs.ReadDir(files, "templates")
	if err != nil {
		return nil, err
	}
	var out []Area
	for _, d := range dirs {
		if !d.IsDir() || d.Name() == "shared" {
			continue
		}
		a := Area{Name: d.Name(), Templates: under{files, d.Name()}}
		if _, err := fs.Stat(files, "locales/"+d.Name()); err == nil {
			a.Locales = under{files, d.Name()}
		}
		out = append(out, a)
	}
	return out, nil
}

// OwnAreas returns the areas that live in this package, for the tests of their
// words.
func OwnAreas() []Area {
	a, err := ownAreas()
	if err != nil {
		panic(err) // embedded: cannot fail
	}
	return a
}

// SharedTemplates returns the shared parts, for the test of the words they use.
func SharedTemplates() fs.FS { return under{files, "shared"} }

// under shows templates/{name}/x as templates/x, so that the package's own areas
// have the shape of any other.
type under struct {
	fs.FS
	name string
}

func (u under) Open(p string) (fs.File, error) {
	top, rest, _ := strings.Cut(p, "/")
	return u.FS.Open(path.Join(top, u.name, rest))
}

// localeSet is every template in one language.
type localeSet struct {
	loc   Locale
	speak speaker
	base  *template.Template            // the shared parts
	areas map[string]*template.Template // by area
}

func newLocaleSet(l Locale, cat Catalogue, areas []Area) (*localeSet, error) {
	s := &localeSet{loc: l, speak: speaker{l, cat}, areas: map[string]*template.Template{}}
	s.base = template.New("base").Funcs(s.funcs()).Option("missingkey=error")
	shared, err := fs.Sub(files, "templates/shared")
	if err != nil {
		return nil, err
	}
	if s.base, err = s.base.ParseFS(shared, "*.html"); err != nil {
		return nil, fmt.Errorf("page: shared templates: %w", err)
	}
	for _, a := range areas {
		t, err := s.base.Clone()
		if err != nil {
			return nil, err
		}
		names, err := fs.Glob(a.Templates, "templates/*.html")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			b, err := fs.ReadFile(a.Templates, name)
			if err != nil {
				return nil, err
			}
			full := a.Name + "/" + strings.TrimSuffix(path.Base(name), ".html")
			if _, err := t.New(full).Parse(string(b)); err != nil {
				return nil, fmt.Errorf("page: area %s: %w", a.Name, err)
			}
		}
		if _, taken := s.areas[a.Name]; taken {
			return nil, fmt.Errorf("page: two areas are named %q", a.Name)
		}
		s.areas[a.Name] = t
	}
	return s, nil
}

func (s *localeSet) execute(w io.Writer, name string, data any) error {
	area, _, _ := strings.Cut(name, "/")
	t, ok := s.areas[area]
	if !ok {
		return fmt.Errorf("page: no area has a template %q", name)
	}
	return t.ExecuteTemplate(w, name, data)
}

// part renders a shared template; the component functions are made of it.
func (s *localeSet) part(name string, data any) (template.HTML, error) {
	var b bytes.Buffer
	if err := s.base.ExecuteTemplate(&b, name, data); err != nil {
		return "", err
	}
	return template.HTML(b.String()), nil //nolint:gosec // made by html/template
}
