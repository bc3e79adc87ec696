package vaccine

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
)

// ReadCDSi reads a folder of CDSi supporting data (XML, one schedule file and one file
// an antigen, as published by the CDC). Files that are not *.xml are left alone. The
// version is the hash of the content. Every problem found is reported, each with its
// file and line; supporting data with a problem is not used at all.
func ReadCDSi(fsys fs.FS) (*Data, error) {
	names, err := CDSiFiles(fsys)
	if err != nil {
		return nil, err
	}
	hash := sha256.New()
	files := make([][]byte, len(names))
	for i, name := range names {
		if files[i], err = readLimited(fsys, name); err != nil {
			return nil, err
		}
		fmt.Fprintf(hash, "%s %d\n", path.Base(name), len(files[i]))
		hash.Write(files[i])
	}
	d := &Data{Version: "sha256:" + hex.EncodeToString(hash.Sum(nil))[:16]}
	periods := map[string]Period{}
	var problems []error
	schedules := 0
	for i, name := range names {
		r := reader{file: name, periods: periods}
		root, err := parseXML(name, files[i])
		if err != nil {
			problems = append(problems, err)
			continue
		}
		switch root.name {
		case "scheduleSupportingData":
			schedules++
			r.schedule(root, d)
		case "antigenSupportingData":
			d.Antigens = append(d.Antigens, r.antigen(root))
		default:
			r.fail(root, "is <%s>, neither schedule nor antigen supporting data", root.name)
		}
		problems = append(problems, r.problems...)
	}
	if schedules != 1 && len(problems) == 0 {
		problems = append(problems, errorf("", "has %d schedule files, not one", schedules))
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems[:min(len(problems), 50)]...)
	}
	return d, nil
}

// CDSiFiles are the files of supporting data in a folder, or in the folders in it, as the
// published archive is unpacked.
func CDSiFiles(fsys fs.FS) ([]string, error) {
	for _, pattern := range []string{"*.xml", "*/*.xml"} {
		if names, err := fs.Glob(fsys, pattern); err != nil || len(names) > 0 {
			return names, err
		}
	}
	return nil, errorf("", "no supporting data: the folder has no *.xml")
}

func readLimited(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, errorf(name, "cannot be read: %v", err)
	}
	return b, nil
}

// reader turns the elements of one file into values and collects what is wrong.
type reader struct {
	file     string
	problems []error
	periods  map[string]Period // those read before: the same few are written thousands of times
}

func (r *reader) fail(n *node, format string, args ...any) {
	r.problems = append(r.problems, errorf(fmt.Sprintf("%s line %d", r.file, n.line), format, args...))
}

func (r *reader) period(n *node, name string) Period {
	text := n.str(name)
	p, known := r.periods[text]
	if known {
		return p
	}
	p, err := ParsePeriod(text)
	if err != nil {
		r.fail(n, "%s: %v", name, err)
		return p
	}
	r.periods[text] = p
	return p
}

// day reads 20250827, 08/27/2025 and 2025-08-27.
func (r *reader) day(n *node, name string) (calendar.Day, bool) {
	s := n.str(name)
	if s == "" {
		return 0, false
	}
	iso := s
	switch {
	case len(s) == 8 && strings.Count(s, "/") == 0:
		iso = s[:4] + "-" + s[4:6] + "-" + s[6:]
	case len(s) == 10 && s[2] == '/' && s[5] == '/':
		iso = s[6:] + "-" + s[:2] + "-" + s[3:5]
	}
	d, err := calendar.ParseDay(iso)
	if err != nil {
		r.fail(n, "%s: %q is not a date", name, s)
		return 0, false
	}
	return d, true
}

func (r *reader) span(n *node, from, to string) (s Span) {
	if n == nil {
		return s
	}
	s.From, s.HasFrom = r.day(n, from)
	s.To, s.HasTo = r.day(n, to)
	return s
}

func (r *reader) flag(n *node, name string) bool {
	switch strings.ToLower(n.str(name)) {
	case "y", "yes", "true":
		return true
	case "", "n", "no", "false":
		return false
	}
	r.fail(n, "%s: %q is neither yes nor no", name, n.str(name))
	return false
}

func (r *reader) number(n *node, name string) int {
	s := n.str(name)
	if s == "" {
		return 0
	}
	v, err := strconv.Atoi(s)
	if err != nil || v < 0 || v > 1000 {
		r.fail(n, "%s: %q is not a number", name, s)
		return 0
	}
	return v
}

// list splits "09;28; 35" with blanks or without.
func list(s string) []string {
	var out []string
	for part := range strings.FieldsFuncSeq(s, func(c rune) bool { return c == ';' || c == ',' }) {
		if part = strings.TrimSpace(part); part != "" && !strings.EqualFold(part, "n/a") {
			out = append(out, part)
		}
	}
	return out
}

func (r *reader) schedule(n *node, d *Data) {
	for c := range n.first("liveVirusConflicts").all("liveVirusConflict") {
		d.Conflicts = append(d.Conflicts, Conflict{
			Previous: c.first("previous").str("cvx"), Current: c.first("current").str("cvx"),
			Begin: r.period(c, "conflictBeginInterval"), MinEnd: r.period(c, "minConflictEndInterval"), End: r.period(c, "conflictEndInterval"),
		})
	}
	antigens := map[string][]string{}
	for m := range n.first("vaccineGroupToAntigenMap").all("vaccineGroupMap") {
		for a := range m.all("antigen") {
			antigens[m.str("name")] = append(antigens[m.str("name")], a.text)
		}
	}
	for g := range n.first("vaccineGroups").all("vaccineGroup") {
		d.Groups = append(d.Groups, Group{Name: g.str("name"), Full: r.flag(g, "administerFullVaccineGroup"), Antigens: antigens[g.str("name")]})
	}
	for m := range n.first("cvxToAntigenMap").all("cvxMap") {
		p := Product{Code: m.str("cvx"), Name: m.str("shortDescription")}
		for a := range m.all("association") {
			p.Antigens = append(p.Antigens, Association{Antigen: a.str("antigen"),
				Begin: r.period(a, "associationBeginAge"), End: r.period(a, "associationEndAge")})
		}
		d.Products = append(d.Products, p)
	}
	for o := range n.first("observations").all("observation") {
		d.Observations = append(d.Observations, observation(o))
	}
}

func observation(o *node) Observation {
	out := Observation{Code: o.str("observationCode"), Title: o.str("observationTitle"),
		IndicationText: o.str("indicationText"), ContraindicationText: o.str("contraindicationText")}
	for v := range o.first("codedValues").all("codedValue") {
		out.Coded = append(out.Coded, CodedValue{Code: v.str("code"), System: v.str("codeSystem"), Text: v.str("text")})
	}
	return out
}
