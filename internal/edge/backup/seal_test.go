package backup_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"github.com/godwit-health/godwit/internal/edge/backup"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// An identity file, plain or locked, and everything that is not one.
func TestIdentityFiles(t *testing.T) {
	plain, recipient, err := backup.NewIdentity("", made)
	if err != nil || !strings.HasPrefix(recipient, "age1") || !strings.Contains(string(plain), "AGE-SECRET-KEY-1") {
		t.Fatalf("%q for %s, %v", plain, recipient, err)
	}
	ours, _, err := backup.NewIdentity("seven terns over slack water", made)
	if err != nil || strings.Contains(string(ours), "SECRET-KEY") {
		t.Fatalf("a locked file says its secret (%v)", err)
	}
	locked := quick(t, plain, "seven terns over slack water")
	say := func(p string) func() (string, error) { return func() (string, error) { return p, nil } }
	for _, tc := range []struct {
		why, key, content string
		passphrase        func() (string, error)
	}{
		{"plain", "", string(plain), nil},
		{"locked by us", "", string(ours), say("seven terns over slack water")},
		{"locked, with its passphrase", "", string(locked), say("seven terns over slack water")},
		{"locked, with another", "backup.wrong_passphrase", string(locked), say("eight terns over slack water")},
		{"locked, with none", "backup.wrong_passphrase", string(locked), say("")},
		{"locked, and nobody to ask", "backup.passphrase_needed", string(locked), nil},
		{"locked at a cost nobody waits for", "backup.bad_identity", dear(string(locked)), say("seven terns over slack water")},
		{"a recipient instead", "backup.bad_identity", recipient, nil},
		{"empty", "backup.bad_identity", "", nil},
		{"cut short", "backup.bad_identity", string(locked[:len(locked)-9]), say("seven terns over slack water")},
	} {
		path := filepath.Join(t.TempDir(), "id")
		if err := os.WriteFile(path, []byte(tc.content), 0o600); err != nil {
			t.Fatal(err)
		}
		ids, err := backup.Identities(path, tc.passphrase)
		if fault.KeyOf(err) != tc.key || err == nil && len(ids) != 1 || strings.Contains(fmt.Sprint(err), "SECRET") {
			t.Errorf("%s: %v, want %s", tc.why, err, tc.key)
		}
	}
	if _, err := backup.Identities(filepath.Join(t.TempDir(), "none"), nil); fault.KeyOf(err) != "backup.no_identity_file" {
		t.Errorf("no file: %v", err)
	}
}

// quick locks at a cost that is for tests only.
func quick(t *testing.T, content []byte, passphrase string) []byte {
	r, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		t.Fatal(err)
	}
	r.SetWorkFactor(8)
	var b bytes.Buffer
	w, err := age.Encrypt(&b, r)
	if err == nil {
		_, err = w.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// dear is a locked file that asks for a work of 2^30, as a file from a stranger could.
func dear(string) string {
	return "age-encryption.org/v1\n-> scrypt bBjlhJVYZeE4aqUdmtRHfw 30\nZrC8Q/8YcMoO2vGPdh3x8Nst3qSzFMVAfWX8M+LRBHo\n--- ZwHR0ltdpHUHgQxC6M0yZ1S7pTk1xUUEIlkJKAJvmoI\n"
}

// Recipients: what is none is refused, and a secret that was pasted by mistake is
// neither taken nor repeated.
func TestRecipients(t *testing.T) {
	for why, tc := range map[string]struct {
		texts []string
		key   string
	}{
		"one":      {[]string{identity.Recipient().String()}, ""},
		"nobody":   {nil, "backup.no_recipient"},
		"a word":   {[]string{"organisation"}, "backup.bad_recipient"},
		"a typo":   {[]string{identity.Recipient().String()[:60] + "x"}, "backup.bad_recipient"},
		"a secret": {[]string{identity.String()}, "backup.secret_as_recipient"},
	} {
		if _, err := backup.Recipients(tc.texts); fault.KeyOf(err) != tc.key || strings.Contains(fmt.Sprint(err), "AGE-SECRET") {
			t.Errorf("%s: %v", why, err)
		}
	}
}
