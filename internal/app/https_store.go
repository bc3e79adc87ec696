package app

import (
	"crypto/ecdsa"
	"crypto/x509"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// httpsMigrations are the table of a node's authorities. Backups hold it: on the
// machine that takes over, devices go on trusting the pages.
func httpsMigrations() []db.Migration {
	return []db.Migration{{Area: "https", Number: 1, SQL: `
CREATE TABLE https_authority (
	made INTEGER PRIMARY KEY, -- 1, 2, 3 …
	key  BLOB NOT NULL,
	cert BLOB NOT NULL
);
`}}
}

// authorityOf answers the newest authority that may sign for these hosts, and makes
// one where there is none. Those of other hosts are kept: a name that was given by
// mistake for a day costs nobody a second visit to every device.
func authorityOf(tx *db.Tx, hosts []string, now time.Time) (a authority, made bool, err error) {
	all, err := authorities(tx)
	if err != nil {
		return a, false, err
	}
	for _, a := range all {
		if covers(a.cert, hosts) {
			return a, false, nil
		}
	}
	if a, err = newAuthority(hosts, now); err != nil {
		return a, false, err
	}
	key, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		return a, false, err
	}
	_, err = tx.Exec("INSERT INTO https_authority (made, key, cert) SELECT coalesce(max(made), 0) + 1, ?, ? FROM https_authority", key, a.cert.Raw)
	return a, len(all) > 0, err
}

// authorities answers all, the newest first.
func authorities(tx *db.Tx) ([]authority, error) {
	rows, err := tx.Query("SELECT key, cert FROM https_authority ORDER BY made DESC")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []authority
	for rows.Next() {
		var key, cert []byte
		if err := rows.Scan(&key, &cert); err != nil {
			return nil, err
		}
		a, err := parseAuthority(key, cert)
		if err != nil {
			return nil, fault.New(fault.Internal, "app.https", "app.https.damaged")
		}
		all = append(all, a)
	}
	return all, rows.Err()
}

func parseAuthority(key, cert []byte) (a authority, err error) {
	k, err := x509.ParsePKCS8PrivateKey(key)
	if err != nil {
		return a, err
	}
	if a.cert, err = x509.ParseCertificate(cert); err != nil {
		return a, err
	}
	var ok bool
	if a.key, ok = k.(*ecdsa.PrivateKey); !ok || !a.key.PublicKey.Equal(a.cert.PublicKey) {
		return a, fault.New(fault.Internal, "app.https", "app.https.damaged")
	}
	return a, nil
}

// dropAuthorities forgets all, so that the next is another.
func dropAuthorities(tx *db.Tx) error {
	_, err := tx.Exec("DELETE FROM https_authority")
	return err
}
