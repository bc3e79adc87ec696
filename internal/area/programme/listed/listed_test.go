package listed

import (
	"strings"
	"testing"
	"testing/fstest"
)

const good = "code,counted,en,fr,es,ar,certainty,source\nradio,media,Radio,Radio,Radio,الراديو,R,ours\n"

func TestAListAnswersForItsRowsAlone(t *testing.T) {
	l, err := Read(fstest.MapFS{"x.csv": {Data: []byte(good)}}, "x.csv")
	if err != nil {
		t.Fatal(err)
	}
	if it, ok := l.Find("radio"); !ok || it.Columns["counted"] != "media" || it.Source != "ours" || it.Certainty != "R" {
		t.Fatalf("%+v", it)
	}
	if l.Has("post") || l.All([]string{"radio", "post"}) || !l.All([]string{"radio"}) || len(l.Options(nil)) != 1 || len(l.Options(func(Item) bool { return false })) != 0 {
		t.Fatal("a code that no row has is answered for")
	}
	if got := l.Msg("radio").Say("ar"); got != "الراديو" {
		t.Fatal(got)
	}
	if got := l.Msg("post").Say("ar"); got != "post" {
		t.Fatal(got)
	}
}

// A row without a word in one language, without a source, or that is there twice is refused
// and named.
func TestARowThatIsNotWholeIsNamed(t *testing.T) {
	for _, row := range []string{"phone,media,Phone,,Teléfono,الهاتف,R,ours\n", "phone,media,Phone,Téléphone,Teléfono,الهاتف,R,\n", "phone,media,Phone,Téléphone,Teléfono,الهاتف,X,ours\n",
		"radio,media,Radio,Radio,Radio,الراديو,R,ours\n"} {
		if _, err := Read(fstest.MapFS{"x.csv": {Data: []byte(good + row)}}, "x.csv"); err == nil || !strings.Contains(err.Error(), "row 3") {
			t.Errorf("%q: %v", row, err)
		}
	}
}
