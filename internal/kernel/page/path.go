package page

import (
	"net/http"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// PathID reads an id of the path; a malformed one is a page that does not exist.
func PathID(r *http.Request, name string) (db.ID, error) {
	id, err := db.ParseID(r.PathValue(name))
	if err != nil {
		return id, fault.New(fault.NotFound, "page.PathID", "page.error.not_found")
	}
	return id, nil
}
