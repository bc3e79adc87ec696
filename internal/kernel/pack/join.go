package pack

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
)

// With names a pack whose rules hold for the same person beside this one's: the
// conditions and vaccines of a destination. A case is decided by all of them as
// one protocol (Join), so that a hold of one blocks the clearance of another.
type With struct {
	Pack string `yaml:"pack"`
	// Where narrows the companion to some persons: every row of it reads these
	// facts as well. The key is a fact, the value a cell of a table.
	Where map[string]string `yaml:"where"`
}

// Part is one pack of a joined protocol, as a record names it.
type Part struct {
	Pack    string `json:"pack"`
	Version string `json:"version"`
	Hash    string `json:"hash"`
}

// fromBase is the prefix of a fact that, beside a destination, is an outcome of
// that destination's tables and not asked ("base:require.CXR").
const fromBase = "base:"

// Join makes one protocol of a pack and its companions. Facts of one name must be
// one thing in all of them; the strictest age and the highest sensitivity hold.
// Words, sources and services of the base win. The error lists every clash.
//
// Rows keep their ids, so that a decision is explained row by row as before, and a
// service says by Service.Pack in which pack its form is.
func Join(base *Pack, companions ...*Pack) (*Pack, error) {
	if len(companions) == 0 {
		return base, nil
	}
	j := joiner{p: &Pack{Manifest: base.Manifest, Files: base.Files, Lists: slices.Clone(base.Lists), Tables: slices.Clone(base.Tables),
		Hazards: slices.Clone(base.Hazards), Words: map[string]map[string]string{}, Forms: base.Forms, forms: base.forms,
		StoppedRows: slices.Clone(base.StoppedRows), formOf: map[string]*Pack{base.ID: base}}}
	p := j.p
	p.Facts, p.Params = slices.Clone(base.Facts), slices.Clone(base.Params)
	p.Sources, p.Services = slices.Clone(base.Sources), slices.Clone(base.Services)
	p.Manifest.Lists = slices.Clone(base.Manifest.Lists)
	for i := range p.Services {
		p.Services[i].Pack = base.ID
	}
	j.words(base)
	p.Parts = []Part{base.part()}
	for _, q := range companions {
		p.Parts = append(p.Parts, q.part())
		j.add(base, q)
	}
	p.Hash = hashParts(p.Parts)
	p.ruleList = p.rules()
	if len(j.ps) == 0 {
		p.compile(&j.ps)
	}
	if err := j.ps.fault("pack.Join"); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *Pack) part() Part { return Part{p.ID, p.Version, p.Hash} }

func hashParts(parts []Part) string {
	h := sha256.New()
	writeSized(h, "godwit joined packs 1")
	for _, q := range parts {
		writeSized(h, q.Hash)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// joiner adds companions to a pack and gathers what stands against it.
type joiner struct {
	p  *Pack
	ps Problems
}

func (j *joiner) clash(q *Pack, key, format string, args ...any) {
	j.ps.add(q.ID+"/"+manifestFile, 0, key, format, args...)
}

func (j *joiner) add(base, q *Pack) {
	p := j.p
	for _, f := range q.Facts {
		if !strings.HasPrefix(f.From, fromBase) {
			j.fact(q, f)
		}
	}
	basis, _ := base.Fact(base.DateBasis)
	if other, _ := q.Fact(q.DateBasis); other.From != basis.From {
		j.clash(q, "date_basis", "%s reads its rules on %s and %s on %s", base.ID, basis.From, q.ID, other.From)
	}
	for _, s := range q.Services {
		have, there := p.ServiceFor(s.Code)
		if !there {
			s.Pack = q.ID
			p.Services = append(p.Services, s)
		} else if have.Service != s.Service || have.Form != s.Form || have.Sensitivity != s.Sensitivity || s.Consent != "" && s.Consent != have.Consent || s.Counselling && !have.Counselling {
			j.clash(q, "services."+s.Code, "asks for another thing, or for more before it, than the service of that code in %s", have.Pack)
		}
	}
	p.formOf[q.ID] = q
	for _, s := range q.Sources {
		if _, there := p.SourceByID(s.ID); !there {
			p.Sources = append(p.Sources, s)
		}
	}
	for _, l := range q.Lists {
		if have, there := p.List(l.ID); !there {
			p.Lists = append(p.Lists, l)
		} else if base.Files["lists/"+l.ID+".csv"] != q.Files["lists/"+l.ID+".csv"] {
			j.clash(q, "lists."+have.ID, "is not the list of the same name in %s", base.ID)
		}
	}
	for _, x := range q.Params {
		if slices.ContainsFunc(base.Params, func(b Param) bool { return b.ID == x.ID }) {
			j.clash(q, "params."+x.ID, "is in %s too", base.ID)
			continue
		}
		p.Params = append(p.Params, x)
	}
	j.tables(base, q)
	j.words(q)
	p.Hazards = append(p.Hazards, q.Hazards...)
	p.StoppedRows = append(p.StoppedRows, q.StoppedRows...)
}

// fact adds a companion's fact, or joins it with the one of the same name.
func (j *joiner) fact(q *Pack, f Fact) {
	i := slices.IndexFunc(j.p.Facts, func(o Fact) bool { return o.Name == f.Name })
	if i < 0 {
		j.p.Facts = append(j.p.Facts, f)
		return
	}
	have := &j.p.Facts[i]
	if have.Type != f.Type || have.From != f.From || have.Derive != f.Derive || have.Unit != f.Unit || !sameWords(have.Values, f.Values) {
		j.clash(q, "facts."+f.Name, "is another thing than the fact of the same name in %s", j.p.ID)
		return
	}
	if f.LongestAge != nil && (have.LongestAge == nil || *f.LongestAge < *have.LongestAge) {
		have.LongestAge = f.LongestAge
	}
	if sensitivities[f.Sensitivity] > sensitivities[have.Sensitivity] {
		have.Sensitivity = f.Sensitivity
	}
	if have.Answer == "" {
		have.Answer = f.Answer
	}
	if have.Service == "" {
		have.Service, have.Absent = f.Service, f.Absent
	}
}

func sameWords(a, b []string) bool { return slices.Equal(sortedSet(a), sortedSet(b)) }

// tables adds a companion's tables, with what narrows them, and with outcomes of
// the base in place of the facts that stand for them.
func (j *joiner) tables(base, q *Pack) {
	var guard With
	if i := slices.IndexFunc(base.With, func(w With) bool { return w.Pack == q.ID }); i >= 0 {
		guard = base.With[i]
	}
	stands := map[string]string{}
	for _, f := range q.Facts {
		if outcome, ok := strings.CutPrefix(f.From, fromBase); ok {
			stands[f.Name] = outcome
		}
	}
	rows := map[string]string{}
	for _, t := range j.p.Tables {
		rows[t.Name] = t.File
		for _, r := range t.Rows {
			rows[r.ID] = t.File
		}
	}
	for _, t := range q.Tables {
		cut := *t.Table
		cut.Inputs = slices.Clone(t.Inputs)
		for i, in := range cut.Inputs {
			if outcome, ok := stands[in]; ok {
				cut.Inputs[i] = outcome
			}
		}
		facts := slices.Sorted(maps.Keys(guard.Where))
		cut.Inputs = append(cut.Inputs, facts...)
		cut.Rows = slices.Clone(t.Rows)
		for i, r := range cut.Rows {
			cut.Rows[i].Cells = slices.Clone(r.Cells)
			for _, f := range facts {
				cut.Rows[i].Cells = append(cut.Rows[i].Cells, guard.Where[f])
			}
			if other, dup := rows[r.ID]; dup {
				j.clash(q, t.File, "row %s is already in %s", r.ID, other)
			}
		}
		if other, dup := rows[t.Name]; dup {
			j.clash(q, t.File, "table %s is already in %s", t.Name, other)
		}
		j.p.Tables = append(j.p.Tables, Table{&cut, q.ID + "/" + t.File})
	}
}

func (j *joiner) words(q *Pack) {
	for lang, words := range q.Words {
		if j.p.Words[lang] == nil {
			j.p.Words[lang] = map[string]string{}
		}
		for key, text := range words {
			if _, there := j.p.Words[lang][key]; !there {
				j.p.Words[lang][key] = text
			}
		}
	}
}
