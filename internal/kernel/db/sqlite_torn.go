package db

import (
	"os"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// cipherBlock is what adiantum encrypts as one: the log's size is always a
// multiple of it, unless a power cut came between.
const cipherBlock = 4096

// trimTorn cuts a log that a power cut left in the middle of a cipher block back
// to its last whole block. SQLite would take the rest for a short read and refuse
// the database as damaged. Nothing is lost: a commit is acknowledged after its last
// block was synced, so a torn block was never part of one. The database file needs
// no such help: it grows only at a checkpoint, while the log still holds its pages.
func trimTorn(path string) error {
	log := path + "-wal"
	st, err := os.Stat(log)
	if os.IsNotExist(err) {
		return nil
	}
	if err == nil && st.Size()%cipherBlock != 0 {
		err = os.Truncate(log, st.Size()/cipherBlock*cipherBlock)
	}
	if err != nil {
		return &fault.Error{Code: fault.Unavailable, Op: "db.Open", Key: "db.io", Err: err}
	}
	return nil
}
