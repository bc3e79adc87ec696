package app

import (
	"errors"
	"os"
	"time"

	"github.com/godwit-health/godwit/internal/edge/backup"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// MakeIdentity makes the key pair that opens backups: the identity goes into a file
// that does not exist yet, locked with the passphrase where there is one, and the
// recipient is answered.
func MakeIdentity(path, passphrase string) (recipient string, err error) {
	content, recipient, err := backup.NewIdentity(passphrase, time.Now())
	if err != nil {
		return "", err
	}
	defer clear(content)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(path))
	}
	return recipient, nil
}

// StoreAccess are the credentials for a store of backups, from a file or from the
// environment; none where neither has any.
func StoreAccess(file string, getenv func(string) string) (backup.Access, error) {
	return backup.CredentialsFrom(file, getenv)
}

// IsFinding reports whether an error says that what was looked at is not well, and
// not that it could not be looked at.
func IsFinding(err error) bool {
	switch fault.KeyOf(err) {
	case "backup.damaged", "backup.truncated", "backup.not_ours", "backup.other_heads":
		return true
	}
	return false
}
