package pack

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/godwit-health/godwit/engine/calendar"
)

// Status is where a version stands in its life.
type Status string

// The life of a version. In pack.yaml it is what the author says; in the registry
// it is what the officers did.
const (
	Draft    Status = "draft"
	Review   Status = "review"
	Approved Status = "approved" // registry only: two medical officers agreed
	Active   Status = "active"
	Stopped  Status = "stopped" // registry only: in an emergency
	Retired  Status = "retired"
)

// Certainty says how well a rule's source is known.
type Certainty string

// The three certainties, and none.
const (
	Official  Certainty = "O" // the official text, or a stored copy, was read
	Secondary Certainty = "S" // a secondary source was read
	Recalled  Certainty = "R" // memory only: shown as unconfirmed
)

// Manifest is pack.yaml.
type Manifest struct {
	ID            string        `yaml:"id"`
	Version       string        `yaml:"version"`
	Kind          string        `yaml:"kind"`         // destination, safety, …
	Jurisdiction  string        `yaml:"jurisdiction"` // ISO 3166-1 alpha-3, or empty
	Programme     string        `yaml:"programme"`
	Status        Status        `yaml:"status"`
	EffectiveFrom calendar.Date `yaml:"effective_from"`
	EffectiveTo   calendar.Date `yaml:"effective_to"` // last day in force
	DateBasis     string        `yaml:"date_basis"`   // the fact that says on which day the rules are read
	Sources       []Source      `yaml:"sources"`
	Facts         []Fact        `yaml:"facts"`
	Params        []Param       `yaml:"params"`
	Lists         []ListNote    `yaml:"lists"`
	Services      []Service     `yaml:"services"`
	Encounters    []Encounter   `yaml:"encounters"`
	Programmes    []Programme   `yaml:"programmes"`
	Include       []Include     `yaml:"include"`
	With          []With        `yaml:"with"` // packs whose rules hold beside these
}

// Source is a text that rules cite.
type Source struct {
	ID        string        `yaml:"id"`
	Title     string        `yaml:"title"`
	URL       string        `yaml:"url"`
	Section   string        `yaml:"section"`
	Retrieved calendar.Date `yaml:"retrieved"`
	Licence   string        `yaml:"licence"`
	Note      string        `yaml:"note"`
}

// Fact is something the rules ask about a person.
type Fact struct {
	Name        string   `yaml:"name"`
	Type        string   `yaml:"type"`   // bool, int, decimal, date, code, list
	Values      []string `yaml:"values"` // the codes a code fact may have
	Unit        string   `yaml:"unit"`   // UCUM, or an ISO 4217 currency
	Min         *float64 `yaml:"min"`    // the values a number may have at all
	Max         *float64 `yaml:"max"`
	From        string   `yaml:"from"`        // where the record holds it: person.birth, obs:cxr; base:require.CXR beside a destination
	Derive      string   `yaml:"derive"`      // how it follows from others: age_years(dob, exam_date)
	LongestAge  *int     `yaml:"longest_age"` // days after which it is unknown again; 0 is "the same day"; none: it keeps
	Sensitivity string   `yaml:"sensitivity"` // identity, clinical, sensitive, sealed
	Question    string   `yaml:"question"`    // locale key of the question; default fact.<name>
	// Service is the service whose result the fact is, and Absent the value it has
	// once that service is known not to be needed and nobody did it ("not_done").
	// Until then a result nobody has is unknown, so that a test still to come is
	// never read as a test not needed.
	Service string `yaml:"service"`
	Absent  string `yaml:"absent"`
	// Answer says whose judgement an answer on the plan's own page is: AnswerPhysician,
	// or empty for whoever works on the plan. Which roles that are is the policy's.
	Answer string `yaml:"answer"`
	UsedBy string `yaml:"used_by"` // what beside the rules needs it: a form, a report, a certificate
	Note   string `yaml:"note"`
}

// AnswerPhysician marks a fact that is a physician's judgement: a diagnosis, the
// reading of a test, an estimate. No other role answers the question.
const AnswerPhysician = "physician"

// Asked reports whether a person has to supply the fact (it is not derived).
func (f Fact) Asked() bool { return f.Derive == "" }

// QuestionKey is the locale key of the question that asks for the fact.
func (f Fact) QuestionKey() string {
	if f.Question != "" {
		return f.Question
	}
	return "fact." + f.Name
}

// Param is a dated number that rules compare with.
type Param struct {
	ID        string        `yaml:"id"`
	Value     float64       `yaml:"value"`
	Unit      string        `yaml:"unit"`
	From      calendar.Date `yaml:"from"`
	To        calendar.Date `yaml:"to"`
	Certainty Certainty     `yaml:"certainty"`
	Source    string        `yaml:"source"`
	Note      string        `yaml:"note"`
}

// ListNote says what a list is and by when it must be read again at its source.
type ListNote struct {
	ID       string        `yaml:"id"`
	Title    string        `yaml:"title"`
	ReviewBy calendar.Date `yaml:"review_by"` // after this day the list is expired
	Source   string        `yaml:"source"`
}

// Service is what a required code means at the centre.
type Service struct {
	Code        string `yaml:"code"`
	Service     string `yaml:"service"`
	Station     string `yaml:"station"`
	Form        string `yaml:"form"`
	Sensitivity string `yaml:"sensitivity"`
	Consent     string `yaml:"consent"`     // which consent comes first; empty: the general one
	Counselling bool   `yaml:"counselling"` // pre-test counselling comes first
	// Carry is for how many days before the examination what was done for another
	// destination stands for this service. None: it is done for each.
	Carry int    `yaml:"carry"`
	Note  string `yaml:"note"`
	Pack  string `yaml:"-"` // in a joined protocol, the pack it comes from
}

// Include takes forms from another pack, so that the examination form is written
// once. The bytes become part of this pack's version and hash.
type Include struct {
	Pack  string   `yaml:"pack"`
	Forms []string `yaml:"forms"`
}

const manifestFile = "pack.yaml"

// Forms is the kind of a pack that only holds forms for others to include. It is
// never registered or activated by itself.
const Forms = "forms"

// The alphabets of names. Ids are file and URL parts; facts are words of
// expressions; codes are what the destination's system calls them.
var (
	idPattern      = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	versionPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$`)
	factPattern    = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

var factTypes = map[string]bool{"bool": true, "int": true, "decimal": true, "date": true, "code": true, "list": true}

// Sensitivities a fact or service may have, least first (kernel/journal).
var sensitivities = map[string]int{"identity": 0, "clinical": 1, "sensitive": 2, "sealed": 3}

// maxYAMLDepth stops a manifest nested to exhaust the reader.
const maxYAMLDepth = 12

// parseManifest reads pack.yaml strictly. It returns what it could read together
// with the problems, so that the rest of the pack is checked in the same run.
func parseManifest(b []byte) (Manifest, Problems) {
	var m Manifest
	var ps Problems
	if err := refuseYAMLTricks(b); err != nil {
		ps.add(manifestFile, yamlLine(err), "", "%s", yamlMessage(err))
		return m, ps
	}
	dec := yaml.NewDecoder(bytes.NewReader(b), yaml.Strict())
	if err := dec.Decode(&m); err != nil {
		ps.add(manifestFile, yamlLine(err), "", "%s", yamlMessage(err))
		return m, ps
	}
	m.check(&ps)
	return m, ps
}

// errYAML is a refusal with its line.
type errYAML struct {
	line int
	text string
}

func (e *errYAML) Error() string { return e.text }

// refuseYAMLTricks refuses anchors, aliases, merge keys, tags and several
// documents: a manifest has no use for them, and an alias can be made to grow
// without bound.
func refuseYAMLTricks(b []byte) error {
	// Depth is bounded on the text, before the parser, which recurses.
	if n := bytes.Count(b, []byte("[")) + bytes.Count(b, []byte("{")); n > 2000 {
		return &errYAML{0, "too many brackets for a manifest"}
	}
	depth := 0
	for i, c := range b {
		switch c {
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		}
		if depth > maxYAMLDepth {
			return &errYAML{1 + bytes.Count(b[:i], []byte("\n")), "nested too deeply"}
		}
	}
	f, err := parser.ParseBytes(b, 0)
	if err != nil {
		return err
	}
	if len(f.Docs) != 1 || f.Docs[0].Body == nil {
		return &errYAML{0, fmt.Sprintf("want one YAML document, found %d", len(f.Docs))}
	}
	if t := f.Docs[0].Body.Type(); t != ast.MappingType && t != ast.MappingValueType {
		return &errYAML{1, "want keys and values at the top, such as \"id: uk-tb\""}
	}
	v := &trickFinder{}
	ast.Walk(v, f.Docs[0].Body)
	return v.err
}

type trickFinder struct{ err error }

// Visit implements ast.Visitor.
func (v *trickFinder) Visit(n ast.Node) ast.Visitor {
	if n == nil || v.err != nil {
		return nil
	}
	switch n.Type() {
	case ast.AnchorType, ast.AliasType, ast.MergeKeyType, ast.TagType:
		line := 0
		if t := n.GetToken(); t != nil && t.Position != nil {
			line = t.Position.Line
		}
		v.err = &errYAML{line, "anchors, aliases, merge keys and tags are not used in a manifest; write the value out"}
		return nil
	}
	return v
}

func yamlLine(err error) int {
	var e *errYAML
	if errors.As(err, &e) {
		return e.line
	}
	var ye yaml.Error
	if errors.As(err, &ye) {
		if t := ye.GetToken(); t != nil && t.Position != nil {
			return t.Position.Line
		}
	}
	return 0
}

// yamlType matches the reader's words for a value of the wrong type.
var yamlType = regexp.MustCompile(`^cannot unmarshal (\S+) into Go .* of type (\S+)`)

func yamlMessage(err error) string {
	var ye yaml.Error
	if !errors.As(err, &ye) {
		return strings.TrimSpace(err.Error())
	}
	t := ye.GetToken()
	if m := yamlType.FindStringSubmatch(ye.GetMessage()); m != nil && t != nil {
		return fmt.Sprintf("%q is a %s where %s is needed", t.Value, m[1], m[2])
	}
	return ye.GetMessage()
}

// check applies the rules one manifest can show by itself.
func (m *Manifest) check(ps *Problems) {
	bad := func(key, format string, args ...any) { ps.add(manifestFile, 0, key, format, args...) }
	if !idPattern.MatchString(m.ID) {
		bad("id", "%q is not a pack id (lower-case letters, digits and hyphens)", m.ID)
	}
	if !versionPattern.MatchString(m.Version) {
		bad("version", "%q is not a version (letters, digits, dots and hyphens, at most 32)", m.Version)
	}
	if m.Kind == "" {
		bad("kind", "is missing (destination, safety, …)")
	}
	switch m.Status {
	case Draft, Review, Active, Retired:
	default:
		bad("status", "%q is not draft, review, active or retired", m.Status)
	}
	m.checkDates(bad)
	m.checkFacts(bad)
	seen := map[string]bool{}
	for _, s := range m.Sources {
		if !idPattern.MatchString(s.ID) {
			bad("sources", "%q is not a source id (lower-case letters, digits and hyphens)", s.ID)
		}
		if s.Title == "" {
			bad("sources."+s.ID, "has no title")
		}
		once(seen, s.ID, func() { bad("sources."+s.ID, "is there twice") })
	}
	m.checkServices(bad)
	m.checkEncounters(bad)
	m.checkProgrammes(bad)
	m.checkWith(bad)
	for _, inc := range m.Include {
		if !idPattern.MatchString(inc.Pack) || inc.Pack == m.ID {
			bad("include", "%q is not the id of another pack", inc.Pack)
		}
		for _, f := range inc.Forms {
			if !idPattern.MatchString(f) {
				bad("include."+inc.Pack, "%q is not a form name", f)
			}
		}
	}
}

func once(seen map[string]bool, key string, twice func()) {
	if seen[key] {
		twice()
	}
	seen[key] = true
}

type complain func(key, format string, args ...any)

func (m *Manifest) checkDates(bad complain) {
	from, okFrom := m.EffectiveFrom.Exact()
	to, okTo := m.EffectiveTo.Exact()
	if !m.EffectiveFrom.IsZero() && !okFrom {
		bad("effective_from", "%s is not a full day", m.EffectiveFrom)
	}
	if !m.EffectiveTo.IsZero() && !okTo {
		bad("effective_to", "%s is not a full day", m.EffectiveTo)
	}
	if okFrom && okTo && to < from {
		bad("effective_to", "%s is before effective_from %s", to, from)
	}
	for _, p := range m.Params {
		key := "params." + p.ID
		if !factPattern.MatchString(p.ID) {
			bad("params", "%q is not a parameter name", p.ID)
		}
		if !validCertainty(p.Certainty) {
			bad(key, "certainty %q is not O, S or R", p.Certainty)
		}
		for _, d := range []calendar.Date{p.From, p.To} {
			if _, ok := d.Exact(); !ok && !d.IsZero() {
				bad(key, "%s is not a full day", d)
			}
		}
	}
	for _, l := range m.Lists {
		if _, ok := l.ReviewBy.Exact(); !ok && !l.ReviewBy.IsZero() {
			bad("lists."+l.ID, "review_by %s is not a full day", l.ReviewBy)
		}
	}
}

func (m *Manifest) checkFacts(bad complain) {
	seen := map[string]bool{}
	for _, f := range m.Facts {
		key := "facts." + f.Name
		if !factPattern.MatchString(f.Name) {
			bad("facts", "%q is not a fact name (letters, digits, underscore)", f.Name)
		}
		once(seen, f.Name, func() { bad(key, "is there twice") })
		if !factTypes[f.Type] {
			bad(key, "type %q is not bool, int, decimal, date, code or list", f.Type)
		}
		if f.Type == "code" && len(f.Values) == 0 {
			bad(key, "a code needs its values")
		}
		if f.Type != "code" && f.Type != "list" && len(f.Values) > 0 {
			bad(key, "only a code or a list has values")
		}
		if f.Service != "" {
			if _, ok := m.ServiceFor(f.Service); !ok {
				bad(key, "service %q is not among the services", f.Service)
			}
		}
		if f.Absent != "" && (f.Service == "" || !slices.Contains(f.Values, f.Absent)) {
			bad(key, "absent %q must be one of its values, beside the service whose result it is", f.Absent)
		}
		if f.Min != nil && f.Max != nil && *f.Min > *f.Max {
			bad(key, "min is above max")
		}
		vals := map[string]bool{}
		for _, v := range f.Values {
			once(vals, v, func() { bad(key, "value %q is there twice", v) })
		}
		if f.LongestAge != nil && (*f.LongestAge < 0 || *f.LongestAge > 36525) {
			bad(key, "longest_age %d is not a number of days", *f.LongestAge)
		}
		if _, ok := sensitivities[f.Sensitivity]; !ok && f.Sensitivity != "" {
			bad(key, "sensitivity %q is not identity, clinical, sensitive or sealed", f.Sensitivity)
		}
	}
	if (m.Kind == Forms || m.Kind == Medicines) && m.DateBasis == "" {
		return
	}
	if m.DateBasis == "" {
		bad("date_basis", "is missing: which date fact says on which day the rules are read?")
	} else if f, ok := m.Fact(m.DateBasis); !ok || f.Type != "date" {
		bad("date_basis", "%q is not a fact of type date", m.DateBasis)
	}
}

func (m *Manifest) checkServices(bad complain) {
	seen := map[string]bool{}
	for _, s := range m.Services {
		key := "services." + s.Code
		if s.Code == "" || strings.ContainsAny(s.Code, " ,;\"") {
			bad("services", "%q is not a code", s.Code)
		}
		once(seen, s.Code, func() { bad(key, "is there twice") })
		if _, ok := sensitivities[s.Sensitivity]; !ok && s.Sensitivity != "" {
			bad(key, "sensitivity %q is not identity, clinical, sensitive or sealed", s.Sensitivity)
		}
	}
}

func (m *Manifest) checkWith(bad complain) {
	seen := map[string]bool{}
	for _, w := range m.With {
		if !idPattern.MatchString(w.Pack) || w.Pack == m.ID {
			bad("with", "%q is not the id of another pack", w.Pack)
		}
		once(seen, w.Pack, func() { bad("with."+w.Pack, "is there twice") })
		for fact, cell := range w.Where {
			if !factPattern.MatchString(fact) || cell == "" {
				bad("with."+w.Pack, "where %q: %q is not a fact and a cell", fact, cell)
			}
		}
	}
}

// Fact returns the definition of a fact.
func (m *Manifest) Fact(name string) (Fact, bool) {
	for _, f := range m.Facts {
		if f.Name == name {
			return f, true
		}
	}
	return Fact{}, false
}

// SourceByID returns a cited source.
func (m *Manifest) SourceByID(id string) (Source, bool) {
	for _, s := range m.Sources {
		if s.ID == id {
			return s, true
		}
	}
	return Source{}, false
}

// ServiceFor returns what a required code means at the centre.
func (m *Manifest) ServiceFor(code string) (Service, bool) {
	for _, s := range m.Services {
		if s.Code == code {
			return s, true
		}
	}
	return Service{}, false
}

// SourceIDs splits the source cell of a row into the ids it cites.
func SourceIDs(cell string) []string {
	var ids []string
	for _, part := range strings.Split(cell, ";") {
		id, _, _ := strings.Cut(strings.TrimSpace(part), ",")
		id, _, _ = strings.Cut(id, ":")
		id, _, _ = strings.Cut(strings.TrimSpace(id), " ")
		if id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

func validCertainty(c Certainty) bool { return c == Official || c == Secondary || c == Recalled }
