package pack

import (
	"os"
	"testing"
)

func TestLoadsThePackOfTheTests(t *testing.T) {
	p, err := Load(os.DirFS("testdata"), "harbour")
	if err != nil {
		t.Fatal(err)
	}
	if p.Version != "1.0" || p.EffectiveFrom.String() != "2020-01-01" || !p.EffectiveTo.IsZero() {
		t.Errorf("manifest read wrongly: %+v", p.Manifest)
	}
	if f, _ := p.Fact("pregnant"); f.LongestAge == nil || *f.LongestAge != 0 {
		t.Error("longest_age 0 (the same day) must differ from none")
	}
	if len(p.Cases) != 8 || len(p.Lists) != 1 || len(p.Hazards) != 2 {
		t.Errorf("cases %d, lists %d, hazards %d", len(p.Cases), len(p.Lists), len(p.Hazards))
	}
	for _, c := range p.Cases {
		if c.Err != nil {
			t.Errorf("%s: %v", c.ID, c.Err)
		}
	}
}
