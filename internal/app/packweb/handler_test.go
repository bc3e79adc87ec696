package packweb

import (
	"archive/zip"
	"bytes"
	"context"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/key"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/packs"
)

// desk is a node with the shipped packs and the workbench's pages.
type desk struct {
	t   *testing.T
	mux *http.ServeMux
	reg *pack.Registry
	at  time.Time
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, mux: http.NewServeMux(), at: sampleClock()}
	clock := func() time.Time { d.at = d.at.Add(time.Second); return d.at }
	base, err := db.Open(t.Context(), db.Options{Path: filepath.Join(t.TempDir(), "godwit.db"), Key: key.Plain(bytes.Repeat([]byte{7}, 32)),
		Migrations: append(append(journal.Migrations(), access.Migrations()...), pack.Migrations()...)})
	must(t, err)
	t.Cleanup(func() { must(t, base.Close()) })
	j, err := journal.New(journal.Options{DB: base, Kinds: append(access.Kinds(), pack.Kinds()...), Clock: clock})
	must(t, err)
	t.Cleanup(func() { must(t, j.Close(context.Background())) })
	gate, err := access.New(access.Options{DB: base, Journal: j, Clock: clock})
	must(t, err)
	d.reg = pack.NewRegistry(pack.Deps{DB: base, Journal: j, Access: gate, Clock: clock})
	_, err = d.reg.SyncShipped(access.Operator(t.Context()), packs.Builtin())
	must(t, err)
	New(Deps{DB: base, Registry: d.reg, Access: gate, Pages: renderer(t), Clock: clock}).Routes(d.mux)
	return d
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// who is a user of a role; the number tells them apart.
func who(ctx context.Context, n byte, r access.Role) context.Context {
	return access.With(ctx, access.Actor{User: db.ID{6: 0x70, 8: 0x80, 15: n}, Name: "Test Officer", Roles: []access.Role{r}, Sites: []string{access.All},
		Programmes: []string{access.All}, Sensitivity: journal.Sensitive, Purpose: "administration"})
}

func (d *desk) do(ctx context.Context, method, path string, form url.Values) *httptest.ResponseRecorder {
	d.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	d.mux.ServeHTTP(w, r.WithContext(ctx))
	return w
}

func (d *desk) want(ctx context.Context, method, path string, form url.Values, status int, texts ...string) string {
	d.t.Helper()
	w := d.do(ctx, method, path, form)
	body := w.Body.String()
	if w.Code != status {
		d.t.Fatalf("%s %s: %d, want %d\n%s", method, path, w.Code, status, body)
	}
	for _, text := range texts {
		if !strings.Contains(plainText(body), text) {
			d.t.Errorf("%s %s does not say %q", method, path, text)
		}
	}
	return body
}

var tags = regexp.MustCompile(`<[^>]*>`)

func plainText(body string) string {
	s := tags.ReplaceAllString(body, "")
	s = strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&gt;", ">", "&lt;", "<", "&amp;", "&", "\u2068", "", "\u2069", "").Replace(s)
	return strings.Join(strings.Fields(s), " ")
}

var actField = regexp.MustCompile(`name="act" value="([0-9a-f-]{36})"`)

// act opens a form as a browser would and answers what it would send.
func (d *desk) form(ctx context.Context, path string) url.Values {
	d.t.Helper()
	m := actField.FindStringSubmatch(d.want(ctx, "GET", path, nil, 200))
	if m == nil {
		d.t.Fatalf("%s carries no id of the new act", path)
	}
	return url.Values{"act": {m[1]}}
}

func (d *desk) uk() pack.Version {
	d.t.Helper()
	vs, err := d.reg.Versions(access.Operator(d.t.Context()))
	must(d.t, err)
	for _, v := range vs {
		if v.Pack == "uk-tb" {
			return v
		}
	}
	d.t.Fatal("uk-tb is not registered")
	return pack.Version{}
}

func TestTwoOfficersPutAPackInForceAndStopIt(t *testing.T) {
	d := newDesk(t)
	one, two := who(t.Context(), 1, access.MedicalOfficer), who(t.Context(), 2, access.MedicalOfficer)
	at := path(d.uk())
	d.want(one, "GET", "/packs", nil, 200, "In review", "rows unconfirmed", "No day set")
	d.want(one, "GET", at, nil, 200, "Nothing is decided by this version today.", "Came with the program")
	d.want(one, "GET", at+"/check", nil, 200, "The linter has no error", "No case fails")

	first := d.form(one, at+"/approve")
	d.want(one, "POST", at+"/approve", first, 303)
	d.want(one, "POST", at+"/approve", first, 422, "You approved this version already")
	d.want(one, "GET", at, nil, 200, "A second medical officer must approve too.")
	d.want(two, "POST", at+"/approve", d.form(two, at+"/approve"), 303)
	d.want(one, "GET", at, nil, 200, "Approved, not in force")

	f := d.form(one, at+"/activate")
	d.want(one, "POST", at+"/activate", f, 422, "Enter the day, the month and the year")
	f.Set("from-day", "1")
	f.Set("from-month", "2")
	f.Set("from-year", "2026")
	d.want(one, "POST", at+"/activate", f, 303)
	g := d.form(two, at+"/activate")
	d.want(two, "GET", at+"/activate", nil, 200, "One officer named 1 February 2026")
	for k := range f {
		if k != "act" {
			g.Set(k, f.Get(k))
		}
	}
	d.want(two, "POST", at+"/activate", g, 303)
	d.want(one, "GET", "/packs", nil, 200, "In force", "1 February 2026")

	s := d.form(one, at+"/stop")
	d.want(one, "POST", at+"/stop", s, 422, "Choose what is to be stopped.")
	s.Set("what_is", "whole")
	d.want(one, "POST", at+"/stop", s, 422, "Say why")
	s.Set("reason", "Row UK-S1 reads the wrong age.")
	d.want(one, "POST", at+"/stop", s, 303)
	d.want(two, "GET", at, nil, 200, "asks to stop. A second officer must agree.", "Row UK-S1 reads the wrong age.")
	s2 := d.form(two, at+"/stop")
	s2.Set("what_is", "whole")
	s2.Set("reason", "I have looked and agree.")
	d.want(two, "POST", at+"/stop", s2, 303)
	d.want(two, "GET", at, nil, 200, "This version was stopped in an emergency.")
}

func TestWhoMayNotApproveIsNotAsked(t *testing.T) {
	d := newDesk(t)
	nurse := who(t.Context(), 3, access.Nurse)
	at := path(d.uk())
	body := d.want(nurse, "GET", at, nil, 200)
	if strings.Contains(body, "/approve") || strings.Contains(body, "/stop") {
		t.Error("a nurse is shown the way to approve")
	}
	for _, act := range actOrder {
		d.want(nurse, "GET", at+"/"+act, nil, 403)
		d.want(nurse, "POST", at+"/"+act, url.Values{"act": {db.NewID().String()}, "what_is": {"whole"}, "reason": {"because of it"},
			"from-day": {"1"}, "from-month": {"2"}, "from-year": {"2026"}}, 403)
	}
	d.want(nurse, "GET", "/packs/import", nil, 403)
	d.want(nurse, "POST", "/packs/import", nil, 403)
}

func TestTablesAndListsSayWhereTheirRulesComeFrom(t *testing.T) {
	d := newDesk(t)
	one := who(t.Context(), 1, access.MedicalOfficer)
	at := path(d.uk())
	d.want(one, "GET", at+"/tables/UK.validity", nil, 200, "UK-V2", "Unconfirmed: recalled only", "Secondary source", "screen_date")
	d.want(one, "GET", at+"/lists/uk_tb_list", nil, 200, "AFG", "Afghanistan", "Official text")
	d.want(one, "GET", at+"/tables/UK.nothing", nil, 404)
	d.want(one, "GET", at+"/lists/nothing", nil, 404)
	d.want(one, "GET", "/packs/"+db.NewID().String(), nil, 404)
	d.want(one, "GET", "/packs/not-an-id", nil, 404)
}

// zipped is a shipped pack as an archive, with one text replaced.
func zipped(t *testing.T, folder, file, old, now string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	shipped := packs.Builtin()
	must(t, fs.WalkDir(shipped, "uk-tb", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(shipped, p)
		if err != nil {
			return err
		}
		if strings.HasSuffix(p, file) {
			if !strings.Contains(string(text), old) {
				t.Fatalf("%s does not hold %q", p, old)
			}
			text = []byte(strings.Replace(string(text), old, now, 1))
		}
		w, err := z.Create(folder + strings.TrimPrefix(p, "uk-tb/"))
		if err == nil {
			_, err = w.Write(text)
		}
		return err
	}))
	must(t, z.Close())
	return b.Bytes()
}

func (d *desk) upload(ctx context.Context, content []byte) *httptest.ResponseRecorder {
	d.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	w, err := m.CreateFormFile("zip", "pack.zip")
	must(d.t, err)
	_, err = w.Write(content)
	must(d.t, err)
	must(d.t, m.Close())
	r := httptest.NewRequest("POST", "/packs/import", &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	rec := httptest.NewRecorder()
	d.mux.ServeHTTP(rec, r.WithContext(ctx))
	return rec
}

func TestBringingInAVersion(t *testing.T) {
	d := newDesk(t)
	one := who(t.Context(), 1, access.MedicalOfficer)
	version := regexp.MustCompile(`(?m)^version: .*$`)
	manifest, err := fs.ReadFile(packs.Builtin(), "uk-tb/pack.yaml")
	must(t, err)
	line := version.FindString(string(manifest))

	before, err := d.reg.Versions(one)
	must(t, err)
	w := d.upload(one, zipped(t, "my-pack/", "pack.yaml", line, `version: "2099.1"`))
	if w.Code != 303 {
		t.Fatalf("%d %s", w.Code, plainText(w.Body.String()))
	}
	d.want(one, "GET", w.Header().Get("Location"), nil, 200, "2099.1", "Brought in by")

	for name, c := range map[string]struct {
		content []byte
		says    []string
	}{
		"the same again":            {zipped(t, "", "pack.yaml", line, `version: "2099.1"`), []string{"This version is stored already."}},
		"other content, one number": {zipped(t, "", "pack.yaml", "status: review", "status: draft"), []string{"is stored with other content"}},
		"a cell nobody can read":    {zipped(t, "", "tables/1-need.csv", ">6", ">six"), []string{"The pack has 1 problem.", "tables/1-need.csv:3"}},
		"no archive":                {[]byte("hello"), []string{"This is not a ZIP file with a pack in it."}},
		"an empty archive":          {zipped(t, "a/b/c/", "pack.yaml", line, line), []string{"This is not a ZIP file with a pack in it."}},
	} {
		w := d.upload(one, c.content)
		if w.Code != 422 {
			t.Errorf("%s: %d", name, w.Code)
		}
		for _, s := range c.says {
			if !strings.Contains(plainText(w.Body.String()), s) {
				t.Errorf("%s: does not say %q: %s", name, s, plainText(w.Body.String()))
			}
		}
	}
	d.want(one, "POST", "/packs/import", url.Values{}, 422, "Choose a file.")
	if vs, err := d.reg.Versions(one); err != nil || len(vs) != len(before)+1 {
		t.Errorf("nothing else may be stored: %d versions, %v", len(vs), err)
	}
}
