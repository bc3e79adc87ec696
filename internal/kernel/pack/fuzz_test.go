package pack

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"os"
	"strings"
	"testing"
)

func testFS(testing.TB) fs.FS { return os.DirFS("testdata") }

// FuzzManifest: any bytes as pack.yaml give a manifest or problems, never a
// panic, and a manifest without problems can be checked again.
func FuzzManifest(f *testing.F) {
	f.Add([]byte(harbour(f)[manifestFile]))
	f.Add([]byte("id: [[[[[["))
	f.Add([]byte("a: &a [*a, *a]"))
	f.Add([]byte("id: x\n---\nid: y"))
	f.Add([]byte("id: !!binary x"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<16 {
			return
		}
		m, ps := parseManifest(b)
		if len(ps) == 0 {
			var again Problems
			if m.check(&again); len(again) > 0 {
				t.Errorf("read without problems, yet: %v", again)
			}
		}
		for _, p := range ps {
			if p.Text == "" || p.Row < 0 {
				t.Errorf("a problem without words: %+v", p)
			}
		}
	})
}

// FuzzSheet: any text as list or hazard sheet is read or refused, and every
// member read has a code and a certainty.
func FuzzSheet(f *testing.F) {
	files := harbour(f)
	f.Add(files["lists/high-risk.csv"])
	f.Add(files[hazardsFile])
	f.Add("code,from,to,value,certainty,source,note\n\"a\nb\",,,,O,,\n")
	f.Fuzz(func(t *testing.T, text string) {
		var ps Problems
		l := parseList("lists/x.csv", text, &ps)
		for _, m := range l.Members {
			if m.Code == "" || !validCertainty(m.Certainty) || m.Line < 2 {
				t.Errorf("bad member kept: %+v", m)
			}
		}
		parseHazards(text, &ps)
	})
}

// FuzzCases: any text as case file gives one case a line that is not empty.
func FuzzCases(f *testing.F) {
	first, _, _ := strings.Cut(harbour(f)[caseFile], "\n")
	f.Add(first)
	f.Add(`{"id":"a","facts":{"x":1,"x":2},"expect":{"hold":[]}}`)
	f.Add("{\n}\n\n[1]\nnull\n\"x\"")
	f.Fuzz(func(t *testing.T, text string) {
		cases, err := ParseCases(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		lines := 0
		for _, l := range strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n") {
			if strings.TrimSpace(l) != "" {
				lines++
			}
		}
		if len(cases) != lines {
			t.Errorf("%d cases of %d lines", len(cases), lines)
		}
	})
}

// FuzzLocale: any text as locale is read or refused.
func FuzzLocale(f *testing.F) {
	f.Add(`{"a":"b"}`)
	f.Add(`{"a":{"b":"c"},"d":1}`)
	f.Add(`{"a":"b","a":"c"}`)
	f.Fuzz(func(t *testing.T, text string) {
		var ps Problems
		parseLocale("locales/xx.json", text, &ps)
	})
}

// FuzzFacts: any JSON as facts is typed or refused by name, and what is typed can
// be decided without a panic and without a problem the reader did not see.
func FuzzFacts(f *testing.F) {
	p := load(f)
	f.Add(`{"dob":"2011","cxr":{"value":"normal","as_of":"2026-05"},"symptoms":null,"pregnant":{"refused":true}}`)
	f.Add(`{"age_years":{"range":[14,15]},"country":{"value":"AAA","disputed":true}}`)
	f.Add(`{"age_years":1e999}`)
	f.Add(`{"facts":{"cxr":"normal"},"journey":{"stays":[{"place":"AAA","from":"2020","ongoing":true}]},"on":"2026-01-01"}`)
	f.Fuzz(func(t *testing.T, text string) {
		in, errs := p.ParseInput([]byte(text), nil, day(t, "2026-06-01"))
		if len(errs) > 0 {
			return
		}
		if d := p.Protocol.Decide(in); len(d.Problems) > 0 {
			t.Errorf("read as %v, yet: %v", in.Facts, d.Problems)
		}
	})
}

// FuzzZip: any bytes as an archive are read or refused within the limits.
func FuzzZip(f *testing.F) {
	f.Add([]byte("PK\x03\x04"))
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range []string{"x/pack.yaml", "x/tables/a.csv", "../pack.yaml", "/pack.yaml"} {
		if w, err := z.Create(name); err == nil {
			_, _ = w.Write([]byte("id: x"))
		}
	}
	_ = z.Close()
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		files, err := ReadZip(b)
		if err != nil {
			return
		}
		for p := range files {
			if role(p) == "" {
				t.Errorf("%q is no part of a pack", p)
			}
		}
	})
}
