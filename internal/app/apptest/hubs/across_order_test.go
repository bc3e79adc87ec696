package hubs

import (
	"encoding/json"
	"testing"

	"github.com/godwit-health/godwit/internal/area/surveillance/across"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// A notice that is written at a node comes to the hub entry by entry, and the hub may
// look for what leaves between any two of them. It never meets the notice before the
// line of the register by which it knows that it is its own to send: it would pass it
// over and not come back.
func TestTheLineOfTheRegisterComesBeforeItsNotice(t *testing.T) {
	a, b := byCards(t, onDisk(t), onDisk(t))
	id := agreeOnNotices(a, b, nil)
	of, _ := a.contact("Okello Banduwalo", 3)
	_, err := a.tell(across.OfContact, of, id, nil)
	a.must(err)
	notices, lines := 0, map[db.ID]bool{}
	a.must(a.db.Read(t.Context(), func(tx *db.Tx) error {
		heads, err := a.journal.Heads(tx)
		if err != nil {
			return err
		}
		for _, h := range heads {
			entries, err := a.journal.After(tx, h.Origin, 0, 10000)
			if err != nil {
				return err
			}
			for i := range entries {
				switch e := &entries[i]; e.Kind {
				case "surveillance.notice_sent":
					lines[noticeOf(t, e)] = true
				case "surveillance.notice":
					if notices++; !lines[e.Doc] {
						t.Error("a notice stands in the journal before its line in the register")
					}
				}
			}
		}
		return nil
	}))
	if notices != 1 {
		t.Errorf("%d notices", notices)
	}
}

func noticeOf(t *testing.T, e *journal.Entry) db.ID {
	t.Helper()
	var line struct {
		Notice db.ID `json:"notice"`
	}
	if err := json.Unmarshal(e.Payload, &line); err != nil {
		t.Fatal(err)
	}
	return line.Notice
}
