package problem

import (
	"strings"
	"testing"
)

func watches(code string) bool { return code == "cholera" || code == "measles" }

func TestCodesHaveTheShapeOfTheirClassification(t *testing.T) {
	for _, k := range []struct {
		system System
		code   string
		ok     bool
	}{
		{ICD10, "A09", true}, {ICD10, "B50.9", true}, {ICD10, "b50.9", true}, {ICD10, "509", false}, {ICD10, "B50.", false}, {ICD10, "", false},
		{ICD11, "1A00", true}, {ICD11, "1F40.Z", true}, {ICD11, "2C82&XS3G/XA8LA4", true}, {ICD11, "1O00", false}, {ICD11, "A09", false},
		{Own, "S-1", true}, {Own, "إسهال", true}, {Own, "two words", false}, {Own, strings.Repeat("x", 21), false}, {"icd9", "001", false},
	} {
		w := Words{System: k.system, Code: k.code, Name: "Name"}
		w.tidy()
		if errs := w.valid(watches); (len(errs) == 0) != k.ok {
			t.Errorf("%s %q: %v", k.system, k.code, errs)
		}
	}
}

func TestAListIsReadLineByLine(t *testing.T) {
	l, err := ReadList(strings.NewReader("\ufeffSystem,code,name,name_fr,condition,sensitive\nicd10,a00.9,Cholera,Choléra,cholera,\nicd10,A00.9,Again,,,\nicd10,XX,Wrong code,,,no\n,,,,,\nown,HIV,HIV,,,yes\nown,M1,Measles,,meazles,\nown,M2,Mumps,,,perhaps\n\"broken\"x,A01,Line,,,\n"), watches)
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Terms) != 2 || l.Terms[0].Code != "A00.9" || l.Terms[0].In("fr") != "Choléra" || l.Terms[0].In("ar") != "Cholera" || l.Terms[0].Disease != "cholera" || l.Terms[0].Sensitive || !l.Terms[1].Sensitive {
		t.Errorf("taken: %+v", l.Terms)
	}
	want := []Row{{3, "code", "problem.error.twice"}, {4, "code", "problem.error.code_icd10"}, {7, "disease", "problem.error.disease"}, {8, "sensitive", "problem.error.yes_no"}, {9, "", "problem.error.line"}}
	if len(l.Bad) != len(want) {
		t.Fatalf("%+v", l.Bad)
	}
	for i, b := range l.Bad {
		if b != want[i] {
			t.Errorf("line %d: %+v, not %+v", i, b, want[i])
		}
	}
}

func TestAFileThatIsNoListIsRefusedWhole(t *testing.T) {
	for name, file := range map[string]string{
		"empty": "", "without a name": "system,code\nicd10,A09\n", "with a column nobody knows": "system,code,name,dose\n", "with a column twice": "system,code,name,name\n",
		"too long": "system,code,name\n" + strings.Repeat("own,X,"+strings.Repeat("n", 1000)+"\n", 1100),
	} {
		if l, err := ReadList(strings.NewReader(file), watches); err == nil {
			t.Errorf("a file %s: %d terms", name, len(l.Terms))
		}
	}
}

func FuzzReadList(f *testing.F) {
	f.Add("system,code,name\nicd10,A09,Diarrhoea\n")
	f.Add("system,code,name,sensitive\n\"own\",é,\"a\nb\",yes\n")
	f.Fuzz(func(t *testing.T, file string) {
		l, err := ReadList(strings.NewReader(file), watches)
		if err != nil && len(l.Terms) > 0 {
			t.Fatal("a file that is refused gives terms")
		}
		for _, w := range l.Terms {
			if errs := w.valid(watches); len(errs) > 0 {
				t.Fatalf("%+v was taken: %v", w, errs)
			}
		}
	})
}
