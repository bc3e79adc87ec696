package backup_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/godwit-health/godwit/internal/edge/backup"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

var credentials = backup.Access{Key: "AKIDGODWIT", Secret: "secret of the test"}

// store3 is a server that speaks S3 and checks the
// signature of every request.
type store3 struct {
	*httptest.Server
	mu       sync.Mutex
	requests []string
	parts    int
}

func startStore(t *testing.T) *store3 {
	t.Helper()
	memory := s3mem.New()
	if err := memory.CreateBucket("backups"); err != nil {
		t.Fatal(err)
	}
	faker := gofakes3.New(memory)
	s := &store3{}
	inner := faker.Server()
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests = append(s.requests, r.Method+" "+r.URL.String())
		if r.URL.Query().Has("partNumber") {
			s.parts++
		}
		s.mu.Unlock()
		if !signed(r, map[string]string{credentials.Key: credentials.Secret}) {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, "<Error><Code>SignatureDoesNotMatch</Code></Error>")
			return
		}
		inner.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *store3) address(rest string) string { return s.URL + "/" + rest }

// places are the two kinds of place, each empty.
func places(t *testing.T) map[string]backup.Place {
	dir, err := backup.At(filepath.Join(t.TempDir(), "made", "when needed"), "", backup.Access{})
	if err != nil {
		t.Fatal(err)
	}
	bucket, err := backup.At(startStore(t).address("backups/of/nairobi"), t.TempDir(), credentials)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]backup.Place{"folder": dir, "bucket": bucket}
}

func put(t *testing.T, p backup.Place, name string, content []byte) {
	t.Helper()
	f, err := p.Create(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Abort()
	if _, err := f.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(nil); err != nil {
		t.Fatal(err)
	}
}

func list(t *testing.T, p backup.Place) []string {
	t.Helper()
	names, err := p.List(t.Context(), "godwit-")
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// The conformance of every place: whole or not there, and in order.
func TestAPlaceHasAFileWholeOrNotAtAll(t *testing.T) {
	for kind, p := range places(t) {
		t.Run(kind, func(t *testing.T) {
			put(t, p, "godwit-2", []byte("second"))
			put(t, p, "godwit-1", []byte("first"))
			put(t, p, "other", []byte("of somebody else"))
			f, err := p.Create(t.Context(), "godwit-3")
			if err != nil {
				t.Fatal(err)
			}
			_, _ = f.Write([]byte("half of"))
			if got := list(t, p); !slices.Equal(got, []string{"godwit-1", "godwit-2"}) {
				t.Errorf("while the third is under way there are %v", got)
			}
			if _, _, err := p.Open(t.Context(), "godwit-3"); fault.KeyOf(err) != "backup.not_there" {
				t.Errorf("the third is under way and opens: %v", err)
			}
			f.Abort()
			f.Abort()
			put(t, p, "godwit-1", []byte("first, again"))
			r, size, err := p.Open(t.Context(), "godwit-1")
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(r)
			if err != nil || r.Close() != nil || string(b) != "first, again" || size != int64(len(b)) {
				t.Errorf("read %q of %d, %v", b, size, err)
			}
			if got := list(t, p); !slices.Equal(got, []string{"godwit-1", "godwit-2"}) {
				t.Errorf("after giving up there are %v", got)
			}
		})
	}
}

// What is larger than a part is sent in parts, and is what was written.
func TestALargeArchiveIsSentInParts(t *testing.T) {
	s := startStore(t)
	spool := t.TempDir()
	p, err := backup.At(s.address("backups"), spool, credentials)
	if err != nil {
		t.Fatal(err)
	}
	content := bytes.Repeat([]byte("0123456789abcdef"), 70<<20/16)
	f, err := p.Create(t.Context(), "godwit-large")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Abort()
	if _, err := f.Write(content); err != nil {
		t.Fatal(err)
	}
	var last, whole int64
	if err := f.Commit(func(done, total int64) { last, whole = done, total }); err != nil {
		t.Fatal(err)
	}
	if s.parts != 2 {
		t.Errorf("sent in %d parts", s.parts)
	}
	if last != whole || whole != int64(len(content)) {
		t.Errorf("the share ended at %d of %d", last, whole)
	}
	r, _, err := p.Open(t.Context(), "godwit-large")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	h := md5.New()
	if _, err := io.Copy(h, r); err != nil || fmt.Sprintf("%x", h.Sum(nil)) != fmt.Sprintf("%x", md5.Sum(content)) {
		t.Errorf("another content came back (%v)", err)
	}
	if left, _ := os.ReadDir(spool); len(left) != 0 {
		t.Errorf("%d files were left in the spool", len(left))
	}
}

// A store that does not take the archive says why, so that somebody can act.
func TestAStoreThatRefuses(t *testing.T) {
	s := startStore(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := silent.Addr().String()
	if err := silent.Close(); err != nil {
		t.Fatal(err)
	}
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "<Error><Code>NotImplemented</Code><Message>user anna@example.org</Message></Error>", http.StatusNotImplemented)
	}))
	defer broken.Close()
	for _, tc := range []struct {
		why, address, key string
		a                 backup.Access
	}{
		{"a secret that is not the one", s.address("backups"), "backup.denied", backup.Access{Key: credentials.Key, Secret: "guessed"}},
		{"a key nobody has", s.address("backups"), "backup.denied", backup.Access{Key: "AKIDNOBODY", Secret: "x"}},
		{"a bucket that is not there", s.address("elsewhere"), "backup.no_bucket", credentials},
		{"a machine that does not answer", "http://" + gone + "/backups", "backup.unreachable", credentials},
		{"a server that is no store", broken.URL + "/backups", "backup.unreachable", credentials},
	} {
		spool := t.TempDir()
		p, err := backup.At(tc.address, spool, tc.a)
		if err != nil {
			t.Fatal(err)
		}
		f, err := p.Create(t.Context(), "godwit-1")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = f.Write([]byte("content"))
		err = f.Commit(nil)
		if fault.KeyOf(err) != tc.key || strings.Contains(fmt.Sprint(err), "anna@") {
			t.Errorf("%s: %v, want %s", tc.why, err, tc.key)
		}
		if left, _ := os.ReadDir(spool); len(left) != 0 {
			t.Errorf("%s: %d files were left in the spool", tc.why, len(left))
		}
	}
}

// Addresses that would send credentials or lists in the open, or nowhere.
func TestAddressesThatAreRefused(t *testing.T) {
	for _, tc := range []struct {
		address, key string
		a            backup.Access
	}{
		{"", "backup.bad_place", credentials},
		{"https://store.example.org", "backup.bad_place", credentials},
		{"https://store.example.org/", "backup.bad_place", credentials},
		{"https://store.example.org/b?x=1", "backup.bad_place", credentials},
		{"ftp://store.example.org/b", "backup.bad_place", credentials},
		{"https://AKID:secret@store.example.org/b", "backup.secret_in_place", credentials},
		{"http://store.example.org/b", "backup.plain_http", credentials},
		{"s3://b", "backup.plain_http", backup.Access{Key: "k", Secret: "s", Endpoint: "http://store.example.org"}},
		{"s3://b", "backup.bad_place", backup.Access{Key: "k", Secret: "s", Endpoint: "store.example.org"}},
		{"s3://b", "backup.no_credentials", backup.Access{}},
	} {
		if _, err := backup.At(tc.address, t.TempDir(), tc.a); fault.KeyOf(err) != tc.key || strings.Contains(fmt.Sprint(err), "secret@") {
			t.Errorf("%s: %v, want %s", tc.address, err, tc.key)
		}
	}
	for _, good := range []string{"s3://b", "s3://b/a/prefix", "https://store.example.org:9000/b/a/prefix", "http://127.0.0.1:9000/b", "http://[::1]:9000/b"} {
		if _, err := backup.At(good, t.TempDir(), credentials); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
}

// Credentials come from the environment or from a file, and never from an address.
func TestWhereCredentialsComeFrom(t *testing.T) {
	file := filepath.Join(t.TempDir(), "credentials")
	if err := os.WriteFile(file, []byte("[default]\naws_access_key_id = FROMFILE\naws_secret_access_key = s1\n[other]\naws_access_key_id = OTHER\naws_secret_access_key = s2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		why, file, want, key string
		env                  map[string]string
	}{
		{"the environment", "", "FROMENV", "", map[string]string{"AWS_ACCESS_KEY_ID": "FROMENV", "AWS_SECRET_ACCESS_KEY": "x"}},
		{"a file that was given, before the environment", file, "FROMFILE", "", map[string]string{"AWS_ACCESS_KEY_ID": "FROMENV"}},
		{"a file that the environment names", "", "FROMFILE", "", map[string]string{"AWS_SHARED_CREDENTIALS_FILE": file}},
		{"another name in it", file, "OTHER", "", map[string]string{"AWS_PROFILE": "other"}},
		{"nothing", "", "", "", nil},
		{"a file that is not there", file + "x", "", "backup.no_credentials", nil},
	} {
		a, err := backup.CredentialsFrom(tc.file, func(k string) string { return tc.env[k] })
		if fault.KeyOf(err) != tc.key || a.Key != tc.want {
			t.Errorf("%s: %q, %v", tc.why, a.Key, err)
		}
	}
}

// A folder that cannot be written to, as on a stick with a lock.
func TestAFolderThatCannotBeWrittenTo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := backup.At(filepath.Join(file, "below"), "", backup.Access{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Create(t.Context(), "godwit-1"); fault.KeyOf(err) != "backup.unwritable" {
		t.Errorf("below a file: %v", err)
	}
}

// On a disk that is really full: the archive before stays whole, and nothing of the
// new one is left under any final name.
func TestAFullDisk(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /dev/full")
	}
	dir := t.TempDir()
	p, err := backup.At(dir, "", backup.Access{})
	if err != nil {
		t.Fatal(err)
	}
	put(t, p, "godwit-1", []byte("the one before"))
	if err := os.Symlink("/dev/full", filepath.Join(dir, "godwit-2"+backup.PartSuffix)); err != nil {
		t.Fatal(err)
	}
	f, err := p.Create(context.Background(), "godwit-2")
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Write([]byte("more than there is room for"))
	f.Abort()
	if fault.KeyOf(err) != "backup.full" {
		t.Errorf("a full disk: %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%d files are left", len(left))
	}
}

// What a backup that was cut off left is cleared away by the next one of the same
// node, and by no other node's.
func TestWhatACutLeftIsClearedAway(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "with [brackets]*")
	p, err := backup.At(dir, "", backup.Access{})
	if err != nil {
		t.Fatal(err)
	}
	mine, other := "01a2042d-252f-7380-a981-d0fce8957cb6", "01a2042d-252f-7380-a981-d0fce8aaaaaa"
	put(t, p, backup.NewName(made, mine), []byte("whole"))
	for _, who := range []string{mine, other} {
		f, err := p.Create(t.Context(), backup.NewName(made.AddDate(0, 0, 1), who))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = f.Write([]byte("half"))
	}
	p.RemoveLeft(t.Context(), mine)
	var left []string
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if !slices.Equal(left, []string{"godwit-20270314T040000Z-957cb6.godwit.age", "godwit-20270315T040000Z-aaaaaa.godwit.age.part"}) {
		t.Errorf("left are %v", left)
	}
}
