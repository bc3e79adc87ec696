package linelist

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/testkit"
)

func goDataFiles(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, name := range GoDataFiles {
		b, err := os.ReadFile(testkit.Data(t, filepath.Join("godata", name)))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = b
	}
	return files
}

func TestTheFilesOfGoDataComeInAsTheyAreAndOnlyOnce(t *testing.T) {
	files := goDataFiles(t)
	both(t, func(t *testing.T, w *world) {
		rep, err := w.ImportGoData(w.As("epidemiologist"), files, "covid")
		w.Must(err)
		want := map[string]int{GoDataCases: 56, GoDataContacts: 66, GoDataVisits: 437, GoDataLinks: 100}
		for file, n := range want {
			if got := rep.Files[file]; got != (Taken{New: n}) {
				t.Errorf("%s: %+v, want %d", file, got, n)
			}
		}
		missing := 0
		for _, d := range rep.Doubts {
			if d.Row < 2 {
				t.Errorf("a doubt about no row: %+v", d)
			}
			if d.File == GoDataLinks && strings.Contains(d.What, "is not in the files") {
				missing++
			}
		}
		if missing != 14 { // 13 sources and one target that no file has
			t.Errorf("%d links with an end that is not there are listed", missing)
		}
		if _, n, err := w.List(w.As("epidemiologist"), Filter{Class: Confirmed}, 0); err != nil || n != 31 {
			t.Errorf("%d confirmed, %v", n, err)
		}
		again, err := w.ImportGoData(w.As("epidemiologist"), files, "covid")
		w.Must(err)
		for file, n := range want {
			if got := again.Files[file]; got != (Taken{Here: n}) {
				t.Errorf("a second time, %s: %+v", file, got)
			}
		}
		if _, err := w.ImportGoData(w.As("nurse"), files, "covid"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a nurse imports: %v", err)
		}
	})
}

func FuzzReadRows(f *testing.F) {
	f.Add([]byte("uuid,age\n1,5\n2\n"))
	f.Add([]byte("uuid,\"a\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var doubts []Doubt
		rows, err := readRows(bytes.NewReader(b), "x.csv", &doubts)
		if err != nil && rows != nil {
			t.Error("rows with an error")
		}
		for _, r := range rows {
			caseOfGoData(r, "covid")
			contactOfGoData(r, "covid")
			visitOfGoData(r)
			linkOfGoData(r)
		}
	})
}
