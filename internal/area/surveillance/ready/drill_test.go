package ready

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/areatest"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

const score = `{"exercise": true, "scenario": "plague-at-a-crossing", "disease": "plague", "seed": 2, "seven_one_seven": "missed", "lines": [
	{"step": "triage", "took": "12 h 27", "clock": "24 h", "verdict": "in time", "unowned": true},
	{"step": "verification", "took": "22 h 48", "clock": "24 h", "verdict": "in time", "owner": "Dr Elena Petrova", "unowned": false},
	{"step": "response begun", "took": "27 h 29", "clock": "24 h", "verdict": "late", "unowned": false},
	{"step": "early response (7)", "clock": "7 d", "verdict": "not done", "unowned": false}]}`

func TestADrillBecomesAnExerciseWithAnActionForEachFinding(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		code, to := w.send("manager", "/surveillance/ready/point/BUSIA/drill", score)
		if code != http.StatusSeeOther {
			t.Fatal(code, to)
		}
		k, err := w.Open(w.As("manager"), "point/BUSIA")
		w.Must(err)
		held := k.Of(Exercise)
		if len(held) != 1 || held[0].Answers["format"] != "drill" || held[0].Day("held") != day(t, "2026-11-20") || held[0].Answers["people"] != "9" || !strings.Contains(held[0].Answers["findings"], "7-1-7: missed") {
			t.Fatalf("%+v", held)
		}
		got := map[string]bool{}
		for _, a := range k.Of(Action) {
			got[a.Name()] = true
			if a.From != held[0].ID || !a.Open() {
				t.Errorf("%+v", a)
			}
		}
		for _, want := range []string{"triage: nobody had taken it", "response begun: late, 27 h 29 for 24 h", "early response (7): not done"} {
			if !got[want] {
				t.Errorf("no action %q in %v", want, got)
			}
		}
		if len(got) != 3 {
			t.Errorf("actions: %v", got)
		}
	})
}

func TestWhatIsNoScoreIsNoExercise(t *testing.T) {
	w := newWorld(t, "")
	for words, file := range map[string]string{"nothing": "", "a text": "late", "of something real": strings.Replace(score, `"exercise": true`, `"exercise": false`, 1), "no steps": `{"exercise": true, "scenario": "x", "lines": []}`,
		"two": score + score, "a telephone for a step": strings.Replace(score, `"step": "triage"`, `"step": "0712 345 678"`, 1)} {
		if code, body := w.send("manager", "/surveillance/ready/point/BUSIA/drill", file); code != http.StatusUnprocessableEntity && code != http.StatusForbidden {
			t.Errorf("%s: %d %.300s", words, code, areatest.Reads(body))
		}
	}
	if code, _ := w.send("nurse", "/surveillance/ready/point/BUSIA/drill", score); code != http.StatusForbidden {
		t.Errorf("a nurse records a drill: %d", code)
	}
	k, err := w.Open(w.As("manager"), "point/BUSIA")
	w.Must(err)
	if len(k.Records) > 0 {
		t.Errorf("%d records", len(k.Records))
	}
}

// send posts the file of a score, as a browser does.
func (w *world) send(login, path, file string) (int, string) {
	w.T.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for name, v := range map[string]string{"held-day": "20", "held-month": "11", "held-year": "2026", "people": "9"} {
		w.Must(m.WriteField(name, v))
	}
	part, err := m.CreateFormFile("file", "score.json")
	w.Must(err)
	_, err = part.Write([]byte(file))
	w.Must(err)
	w.Must(m.Close())
	r := httptest.NewRequest(http.MethodPost, path, &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return w.Ask(login, r)
}

// Whatever a file holds, it is a score that can be kept, or it is refused with its field.
func FuzzReadScore(f *testing.F) {
	f.Add([]byte(score))
	f.Add([]byte(`{"exercise":true,"scenario":"x","lines":[{"step":"triage","verdict":"late"}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := ReadScore(raw)
		if err != nil {
			if fault.KeyOf(err) == "" {
				t.Errorf("no sentence for %v", err)
			}
			return
		}
		for _, r := range exerciseOf(p, "site/BUS", 20000, "", db.NewID) {
			for _, e := range r.Valid(20000) {
				if fault.KeyOf(e) != "ready.error.personal" { // somebody put a telephone into a step
					t.Errorf("%v", e)
				}
			}
		}
	})
}
