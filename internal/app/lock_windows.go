//go:build windows

package app

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"

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
	err = windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &windows.Overlapped{})
	if err != nil {
		_ = f.Close()
		if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
			return nil, errRunning
		}
		return nil, err
	}
	return func() { _ = f.Close() }, nil
}
