package pack

import (
	"errors"
	"io/fs"
	"path"
	"regexp"
	"sort"
	"strings"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/form"
)

// Pack is one version of a protocol pack, read and checked. It is immutable and
// safe for concurrent use.
type Pack struct {
	Manifest
	Hash       string
	Files      Files
	Lists      []*List
	Schedules  []*Schedule
	Indicators []Indicator
	Doses      []Dose
	DoseCases  []DoseCase
	Tables     []Table
	Protocol   *decision.Protocol
	Hazards    []Hazard
	Cases      []Case
	Words      map[string]map[string]string // language, then key
	Forms      map[string]string            // XLSForm text by form name, included ones too

	StoppedRows []string // rows stopped in an emergency, when the registry gives the pack
	Parts       []Part   // of a joined protocol, the base first; none otherwise
	ruleList    []rule
	forms       map[string]*form.Form
	formOf      map[string]*Pack // of a joined protocol: whose forms a service's are
}

// Load reads the pack in a folder of a file system. Forms that it includes are
// read from the folder beside it. The error lists every problem found, each with
// its file, row and column.
func Load(fsys fs.FS, dir string) (*Pack, error) { return LoadBeside(fsys, dir, nil, "") }

// LoadBeside is Load for a pack whose included forms may also live in another
// file system (the shipped packs), below the folder root.
func LoadBeside(fsys fs.FS, dir string, shared fs.FS, root string) (*Pack, error) {
	files, err := loadFiles(fsys, dir, shared, root)
	if err != nil {
		return nil, err
	}
	return Parse(files)
}

// loadFiles reads a folder and the forms that its manifest includes.
func loadFiles(fsys fs.FS, dir string, shared fs.FS, root string) (Files, error) {
	files, err := ReadFiles(fsys, dir)
	if err != nil {
		return nil, err
	}
	files.include(func(pack, form string) (string, error) {
		text, err := readText(fsys, path.Join(path.Dir(dir), pack, "forms", form+".csv"))
		if err != nil && shared != nil {
			text, err = readText(shared, path.Join(root, pack, "forms", form+".csv"))
		}
		return text, err
	})
	return files, nil
}

// Include takes the forms that the manifest includes from the packs of a file
// system, one folder each. Those that are there already stay.
func (f Files) Include(shared fs.FS) {
	f.include(func(pack, form string) (string, error) {
		return readText(shared, path.Join(pack, "forms", form+".csv"))
	})
}

// includeKey finds the key "include" however YAML writes it, and the word in some texts
// too. A manifest that hides it from this (an escape in a key) has its forms missing,
// which Parse reports.
var includeKey = regexp.MustCompile(`(?m)(?:^|[\s{,"'?])include["']?\s*:`)

// include adds what can be read; Parse says what is still missing.
func (f Files) include(read func(pack, form string) (string, error)) {
	if !includeKey.MatchString(f[manifestFile]) {
		return // six packs in seven: reading a manifest takes longer than all else here
	}
	m, _ := parseManifest([]byte(f[manifestFile]))
	for _, inc := range m.Include {
		for _, form := range inc.Forms {
			if _, there := f[included(inc.Pack, form)]; there || !idPattern.MatchString(inc.Pack) || !idPattern.MatchString(form) {
				continue // a name that is no id could lead out of the folder
			}
			if text, err := read(inc.Pack, form); err == nil {
				f[included(inc.Pack, form)] = text
			}
		}
	}
}

// included is where an included form stands among the files.
func included(pack, form string) string { return path.Join("include", pack, "forms", form+".csv") }

// Parse reads a pack from its files, as Load or the registry holds them.
func Parse(files Files) (*Pack, error) {
	m, ps := parseManifest([]byte(files[manifestFile]))
	p := &Pack{Manifest: m, Files: files, Hash: files.Hash(), Words: map[string]map[string]string{}, Forms: map[string]string{}, forms: map[string]*form.Form{}}
	p.parseLists(&ps)
	p.parseForms(&ps)
	p.parseTables(&ps)
	p.parseSchedules(&ps)
	p.parseDoses(&ps)
	p.parseDoseCases(&ps)
	for _, f := range files.in("locales", ".json") {
		lang := strings.TrimSuffix(path.Base(f), ".json")
		p.Words[lang] = parseLocale(f, files[f], &ps)
	}
	if text, ok := files[hazardsFile]; ok {
		p.Hazards = parseHazards(text, &ps)
	}
	if text, ok := files[indicatorFile]; ok {
		p.Indicators = parseIndicators(text, &ps)
	}
	cases, err := ParseCases(strings.NewReader(files[caseFile]))
	if err != nil {
		ps.add(caseFile, 0, "", "%v", err)
	}
	p.Cases = cases
	p.ruleList = p.rules()
	if len(ps) == 0 {
		p.compile(&ps)
	}
	if err := ps.fault("pack.Parse"); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *Pack) parseLists(ps *Problems) {
	notes := map[string]ListNote{}
	for _, n := range p.Manifest.Lists {
		notes[n.ID] = n
	}
	for _, f := range p.Files.in("lists", ".csv") {
		l := parseList(f, p.Files[f], ps)
		l.Note = notes[l.ID]
		delete(notes, l.ID)
		p.Lists = append(p.Lists, l)
	}
	left := make([]string, 0, len(notes))
	for id := range notes {
		left = append(left, id)
	}
	sort.Strings(left)
	for _, id := range left {
		ps.add(manifestFile, 0, "lists."+id, "there is no file lists/%s.csv", id)
	}
}

func (p *Pack) parseForms(ps *Problems) {
	for _, inc := range p.Include {
		for _, form := range inc.Forms {
			if _, ok := p.Files[included(inc.Pack, form)]; !ok {
				ps.add(manifestFile, 0, "include."+inc.Pack, "form %s cannot be read", form)
			}
		}
	}
	for _, f := range p.Files.paths() {
		if path.Base(path.Dir(f)) != "forms" {
			continue
		}
		name := strings.TrimSuffix(path.Base(f), ".csv")
		if _, dup := p.Forms[name]; dup {
			ps.add(f, 0, "", "a form %s is already in this pack", name)
			continue
		}
		p.Forms[name] = p.Files[f]
		parsed, err := form.Parse(p.Files[f])
		var wrong form.Problems
		switch {
		case errors.As(err, &wrong):
			for _, w := range wrong {
				ps.add(f, w.Row, w.Column, "%s", w.Text)
			}
		case err != nil:
			ps.add(f, 0, "", "%v", err)
		default:
			p.forms[name] = parsed
		}
	}
}

// Form returns a form by name, ready to ask.
func (p *Pack) Form(name string) (*form.Form, bool) {
	f, ok := p.forms[name]
	return f, ok
}

// FormOf returns the form of a service, of the pack that the service comes from.
func (p *Pack) FormOf(s Service) (*form.Form, bool) {
	if q, ok := p.formOf[s.Pack]; ok {
		p = q
	}
	return p.Form(s.Form)
}

// Bound lists what the facts read from one part of the record: Bound("obs:") is
// the codes of the observations that the pack needs, sorted.
func (p *Pack) Bound(prefix string) []string {
	var codes []string
	for _, f := range p.Facts {
		if code, ok := strings.CutPrefix(f.From, prefix); ok {
			codes = append(codes, code)
		}
	}
	return sortedSet(codes)
}

// List returns a list by id.
func (p *Pack) List(id string) (*List, bool) {
	for _, l := range p.Lists {
		if l.ID == id {
			return l, true
		}
	}
	return nil, false
}

// Word returns a text of the pack in a language, in English where that language
// has none, and ok false where neither has.
func (p *Pack) Word(lang, key string) (text string, ok bool) {
	for _, l := range []string{lang, "en"} {
		if w, ok := p.Words[l][key]; ok && w != "" {
			return w, true
		}
	}
	return key, false
}

// Title is the pack's name in a language, its id where it has none.
func (p *Pack) Title(lang string) string {
	if t, ok := p.Word(lang, "pack.title"); ok {
		return t
	}
	return p.ID
}

// Sentence is the rule of a row in plain words.
func (p *Pack) Sentence(lang, row string) string {
	t, _ := p.Word(lang, "row."+row)
	return t
}
