package journal_test

import (
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
)

func TestVerifySeesEveryKindOfTampering(t *testing.T) {
	for name, sql := range map[string]string{
		"a payload":                       "UPDATE journal_entries SET payload = X'7b7d' WHERE slot = (SELECT min(slot) + 1 FROM journal_entries)",
		"a header":                        "UPDATE journal_entries SET header = (SELECT header FROM journal_entries ORDER BY slot LIMIT 1) WHERE slot = (SELECT min(slot) + 1 FROM journal_entries)",
		"a cut header":                    "UPDATE journal_entries SET header = X'01' WHERE slot = (SELECT max(slot) FROM journal_entries)",
		"a hash":                          "UPDATE journal_entries SET hash = (SELECT hash FROM journal_entries ORDER BY slot LIMIT 1) WHERE slot = (SELECT max(slot) FROM journal_entries)",
		"a missing entry":                 "DELETE FROM journal_entries WHERE slot = (SELECT min(slot) + 1 FROM journal_entries)",
		"a missing first entry":           "DELETE FROM journal_entries WHERE slot = (SELECT min(slot) FROM journal_entries)",
		"a missing last entry":            "DELETE FROM journal_entries WHERE slot = (SELECT max(slot) FROM journal_entries)",
		"an entry of another":             "UPDATE journal_entries SET doc = X'0102030405060708090a0b0c0d0e0f10' WHERE slot = (SELECT min(slot) FROM journal_entries)",
		"a secret":                        "UPDATE journal_secrets SET secret = zeroblob(16)",
		"a secret of an older version":    "UPDATE journal_secrets SET secret = zeroblob(32)",
		"a missing secret":                "DELETE FROM journal_secrets",
		"a payload gone":                  "UPDATE journal_entries SET payload = NULL",
		"a payload gone, its secret kept": "UPDATE journal_entries SET payload = NULL, commitment = zeroblob(32)",
		"a head":                          "UPDATE journal_heads SET hash = zeroblob(32)",
		"a head moved back":               "UPDATE journal_heads SET seq = seq - 1",
		"an origin":                       "UPDATE journal_heads SET lane = 7",
		"a missing origin":                "DELETE FROM journal_heads",
	} {
		t.Run(name, func(t *testing.T) {
			n := sqliteNode(t)
			id := n.create(fields{"given": "A"})
			n.update(almaz, id, fields{"given": "B"})
			n.create(fields{"given": "C"})
			n.verify()
			n.write(func(tx *db.Tx) error { _, err := tx.Exec(sql); return err })
			r, err := n.j.Verify(t.Context())
			if err != nil || r.OK() {
				t.Errorf("it was not seen: %+v, %v", r, err)
			}
		})
	}
}
