package pack

import (
	"strings"
	"testing"
)

func load(t testing.TB) *Pack {
	t.Helper()
	p, err := Load(testFS(t), "harbour")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestThePackOfTheTestsPassesItsOwnCases(t *testing.T) {
	rep := load(t).TestOwn()
	var b strings.Builder
	rep.Print(&b)
	if !rep.OK() || rep.Passed != 8 {
		t.Error(b.String())
	}
}
