//go:build unix

package app

import "golang.org/x/sys/unix"

// freeBytes is the space an ordinary user may still take on the folder's disk.
func freeBytes(dir string) (uint64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, err
	}
	return uint64(st.Bavail) * uint64(st.Bsize), nil
}
