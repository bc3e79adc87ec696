package backup

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"filippo.io/age"
	"filippo.io/age/armor"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Recipients reads age recipients, age1…, each of which can open the archive.
func Recipients(texts []string) ([]age.Recipient, error) {
	const op = "backup.Recipients"
	var out []age.Recipient
	for _, t := range texts {
		if strings.HasPrefix(t, "AGE-SECRET-KEY-") {
			return nil, fault.New(fault.Invalid, op, "backup.secret_as_recipient")
		}
		r, err := age.ParseX25519Recipient(strings.TrimSpace(t))
		if err != nil { // no cause: it quotes what may be a secret
			return nil, fault.New(fault.Invalid, op, "backup.bad_recipient")
		}
		out = append(out, r)
	}
	if len(out) == 0 {
		return nil, fault.New(fault.Invalid, op, "backup.no_recipient")
	}
	return out, nil
}

// Seal encrypts what is written to it for the recipients. Close ends the archive;
// without it nobody can read its last part, and reading says so.
func Seal(w io.Writer, to []age.Recipient) (io.WriteCloser, error) { return age.Encrypt(w, to...) }

// Unseal decrypts an archive. Each part of what it answers is authentic when it is
// read; only the end says that nothing is missing.
func Unseal(r io.Reader, ids []age.Identity) (io.Reader, error) {
	const op = "backup.Unseal"
	in := bufio.NewReader(r)
	if _, err := in.Peek(1); err != nil {
		return nil, readError(op, err)
	}
	plain, err := age.Decrypt(in, ids...)
	var none *age.NoIdentityMatchError
	switch {
	case err == nil:
		return plain, nil
	case errors.As(err, &none):
		return nil, fault.New(fault.Forbidden, op, "backup.wrong_identity")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, &fault.Error{Code: fault.Invalid, Op: op, Key: "backup.truncated", Err: err}
	}
	return nil, &fault.Error{Code: fault.Invalid, Op: op, Key: "backup.not_ours", Err: err}
}

// maxIdentity bounds an identity file, in bytes, and maxWork the scrypt work, as a
// power of two, that opening one may cost: about a minute on a slow laptop. What
// Locked makes costs about a second a try, which is what slows guessing.
const (
	maxIdentity = 64 << 10
	maxWork     = 22
	lockWork    = 18
)

// Identities reads an identity file: lines AGE-SECRET-KEY-1…, or the same file
// encrypted with a passphrase, which is then asked for.
func Identities(path string, passphrase func() (string, error)) ([]age.Identity, error) {
	const op = "backup.Identities"
	f, err := os.Open(path)
	if err != nil {
		return nil, &fault.Error{Code: fault.Unavailable, Op: op, Key: "backup.no_identity_file", Err: err}
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxIdentity))
	if err != nil {
		return nil, &fault.Error{Code: fault.Unavailable, Op: op, Key: "backup.no_identity_file", Err: err}
	}
	defer clear(b)
	var sealed io.Reader
	switch {
	case bytes.HasPrefix(b, []byte(armor.Header)):
		sealed = armor.NewReader(bytes.NewReader(b))
	case bytes.HasPrefix(b, []byte("age-encryption.org/")):
		sealed = bytes.NewReader(b)
	}
	if sealed != nil {
		if b, err = unlock(sealed, passphrase); err != nil {
			return nil, err
		}
		defer clear(b)
	}
	ids, err := age.ParseIdentities(bytes.NewReader(b))
	if err != nil { // no cause: it quotes the file
		return nil, fault.New(fault.Invalid, op, "backup.bad_identity")
	}
	return ids, nil
}

// unlock opens a file that a passphrase locks.
func unlock(r io.Reader, passphrase func() (string, error)) ([]byte, error) {
	const op = "backup.Identities"
	if passphrase == nil {
		return nil, fault.New(fault.Invalid, op, "backup.passphrase_needed")
	}
	p, err := passphrase()
	if err != nil {
		return nil, err
	}
	id, err := age.NewScryptIdentity(p)
	if err != nil {
		return nil, fault.New(fault.Invalid, op, "backup.wrong_passphrase")
	}
	id.SetMaxWorkFactor(maxWork)
	plain, err := age.Decrypt(r, id)
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		return nil, fault.New(fault.Forbidden, op, "backup.wrong_passphrase")
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, op, "backup.bad_identity")
	}
	b, err := io.ReadAll(io.LimitReader(plain, maxIdentity))
	if err != nil {
		return nil, fault.New(fault.Invalid, op, "backup.bad_identity")
	}
	return b, nil
}

// NewIdentity makes a key pair: what goes into the identity file, locked with the
// passphrase where one is given, and the recipient that belongs to it.
func NewIdentity(passphrase string, now time.Time) (file []byte, recipient string, err error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, "", err
	}
	recipient = id.Recipient().String()
	text := []byte("# created: " + now.UTC().Format(time.RFC3339) + "\n# public key: " + recipient + "\n" + id.String() + "\n")
	if passphrase == "" {
		return text, recipient, nil
	}
	defer clear(text)
	r, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, "", err
	}
	r.SetWorkFactor(lockWork)
	var b bytes.Buffer
	a := armor.NewWriter(&b)
	w, err := age.Encrypt(a, r)
	if err != nil {
		return nil, "", err
	}
	if _, err := w.Write(text); err != nil {
		return nil, "", err
	}
	if err := errors.Join(w.Close(), a.Close()); err != nil {
		return nil, "", err
	}
	return b.Bytes(), recipient, nil
}

// Names of archives begin with prefix and the time, so that their order is that of
// time, and end with the tail of the installation's id and Extension: nodes that
// share a place do not meet.
const prefix = "godwit-"

// NewName is the name of an archive that an installation makes at a time.
func NewName(at time.Time, installation string) string {
	return prefix + at.UTC().Format("20060102T150405Z") + tail(installation)
}

// IsName reports whether a file's name is an archive's.
func IsName(name string) bool {
	return strings.HasPrefix(name, prefix) && strings.HasSuffix(name, Extension)
}

func tail(installation string) string {
	return "-" + installation[max(0, len(installation)-6):] + Extension
}
