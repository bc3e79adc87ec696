package packs

import (
	"fmt"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// apart are the packs of surveillance and of the border.
func apart(t *testing.T) []*pack.Pack {
	t.Helper()
	var ps []*pack.Pack
	for _, p := range rules(t) {
		if p.Apart() {
			ps = append(ps, p)
		}
	}
	if len(ps) == 0 {
		t.Fatal("no packs of surveillance or of the border")
	}
	return ps
}

// One vocabulary: an area reads a fact once, by its name, whichever definition asks
// for it, and shows one question for it.
func TestAFactIsOneThingInAllPacksOfHealthSecurity(t *testing.T) {
	type meaning struct{ pack, text string }
	facts, words := map[string]meaning{}, map[string]meaning{}
	same := func(seen map[string]meaning, p *pack.Pack, key, text string) {
		if m, ok := seen[key]; ok && m.text != text {
			t.Errorf("%s is %s in %s and %s in %s", key, m.text, m.pack, text, p.ID)
		}
		seen[key] = meaning{p.ID, text}
	}
	for _, p := range apart(t) {
		for _, f := range p.Facts {
			same(facts, p, f.Name, fmt.Sprint(f.Type, f.Values, f.Unit, f.From, f.Derive, f.Sensitivity))
			for _, lang := range pack.Languages {
				if f.Asked() {
					same(words, p, lang+" "+f.QuestionKey(), p.FactWord(lang, f.Name))
				}
			}
		}
	}
}

// A class is one of five words in every case definition, and the order in which
// they count is one: an explicit negative beats probable and suspected and never
// confirmed. Categories of an exposure and of a cluster have scales of their own.
func TestCaseDefinitionsShareOneScale(t *testing.T) {
	own := map[string]bool{"case-rabies-exposure": true, "case-unexplained-cluster": true}
	scale := strings.Fields("CONFIRMED NOT_A_CASE COMPATIBLE PROBABLE SUSPECTED")
	found := 0
	for _, p := range apart(t) {
		if p.Kind != pack.CaseDefinition {
			continue
		}
		found++
		if !strings.HasPrefix(p.ID, "case-") || p.DateBasis != "report_date" {
			t.Errorf("%s: a case definition is case-DISEASE, read on report_date, not %s", p.ID, p.DateBasis)
		}
		tables := 0
		for _, table := range p.Tables {
			if len(table.Order) == 0 {
				continue
			}
			tables++
			at := 0
			for _, code := range table.Order {
				for at < len(scale) && scale[at] != code {
					at++
				}
				if at == len(scale) && !own[p.ID] {
					t.Errorf("%s: %v is not in the order of %v", p.ID, table.Order, scale)
				}
			}
		}
		if tables != 1 {
			t.Errorf("%s has %d scales, want one", p.ID, tables)
		}
	}
	if found < 20 {
		t.Errorf("%d case definitions", found)
	}
}
