//go:build unix

package app

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// errRunning says that another process has the node open.
var errRunning = fault.New(fault.Unavailable, "app.lock", "app.running")

// lockDir takes the folder for this process. The system gives the lock back when
// the process ends, however it ends.
func lockDir(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, errRunning
		}
		return nil, err
	}
	return func() { _ = f.Close() }, nil
}
