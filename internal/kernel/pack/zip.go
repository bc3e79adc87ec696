package pack

import (
	"archive/zip"
	"bytes"
	"io/fs"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// ReadZip reads a pack from a ZIP archive: the folder itself or one folder that
// holds it. The limits of ReadFiles apply to what it unpacks to.
func ReadZip(b []byte) (Files, error) {
	bad := func(err error) error {
		return &fault.Error{Code: fault.Invalid, Op: "pack.ReadZip", Field: "zip", Key: "packs.error.zip", Err: err}
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, bad(err)
	}
	if len(z.File) > 10*maxFiles {
		return nil, fault.Field("pack.ReadZip", "zip", "packs.error.too_large")
	}
	dir := "."
	if _, err := fs.Stat(z, manifestFile); err != nil {
		entries, err := fs.ReadDir(z, ".")
		if err != nil {
			return nil, bad(err)
		}
		for _, e := range entries {
			if _, err := fs.Stat(z, e.Name()+"/"+manifestFile); err == nil && dir == "." {
				dir = e.Name()
			}
		}
	}
	files, err := ReadFiles(z, dir)
	if fault.Is(err, fault.NotFound) {
		return nil, bad(err)
	}
	return files, err
}
