package access

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Failed log-ins are counted by log-in and by address, in the database so that
// a restart does not forgive them. After a few the delay grows. It is never a
// lock that only an administrator opens: that would let anyone shut a clinic by
// typing its log-ins wrongly (NIST SP 800-63B section 3.2.2 asks for at most 100
// failures in a row; at 15 minutes each that takes a day).
const (
	freeByUser    = 5
	freeByRemote  = 40 // a centre may sit behind one address
	firstDelay    = 30 * time.Second
	longestDelay  = 15 * time.Minute
	forgiveUser   = 24 * time.Hour
	forgiveRemote = time.Hour
)

// delayAfter is how long to wait after n failures in a row.
func delayAfter(n, free int) time.Duration {
	if n < free {
		return 0
	}
	d := firstDelay
	for range min(n-free, 16) {
		d *= 2
	}
	return min(d, longestDelay)
}

// gate is one counter that a log-in passes.
type gate struct {
	key     string
	free    int
	forgive time.Duration
}

func (a *Access) gates(ctx context.Context, login, remote string) ([]gate, error) {
	key, err := a.hashKey(ctx)
	if err != nil {
		return nil, err
	}
	hashed := func(kind, text string) string {
		m := hmac.New(sha256.New, key)
		m.Write([]byte(kind + "\x00" + text))
		return kind + hex.EncodeToString(m.Sum(nil)[:16])
	}
	list := []gate{{hashed("u", foldLogin(login)), freeByUser, forgiveUser}}
	if ip := remoteIP(remote); ip != nil && !ip.IsLoopback() {
		// On the node's own machine there is one address for everybody.
		list = append(list, gate{hashed("r", network(ip)), freeByRemote, forgiveRemote})
	}
	return list, nil
}

// network is the address as it is counted: an IPv6 host has a whole /64.
func network(ip net.IP) string {
	if v4 := ip.To4(); v4 != nil {
		return v4.String()
	}
	return ip.Mask(net.CIDRMask(64, 128)).String()
}

func remoteIP(remote string) net.IP {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	host, _, _ = strings.Cut(host, "%")
	return net.ParseIP(host)
}

// charge counts an attempt before the password is looked at, so that many at
// once cannot all slip under the limit. It answers how long to wait when the
// gate is shut, and then counts nothing.
func charge(tx *db.Tx, gates []gate, now time.Time) (time.Duration, error) {
	type state struct{ failures int }
	states := make([]state, len(gates))
	for i, g := range gates {
		var failures int
		var last, until time.Time
		err := tx.Row("SELECT failures, last, until FROM access_attempt WHERE key = ?", g.key).Scan(&failures, &last, &until)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return 0, err
		}
		if until.After(now) {
			return until.Sub(now), nil
		}
		if now.Sub(last) > g.forgive {
			failures = 0
		}
		states[i].failures = failures + 1
	}
	for i, g := range gates {
		until := now.Add(delayAfter(states[i].failures, g.free))
		_, err := tx.Exec(`INSERT INTO access_attempt (key, failures, last, until) VALUES (?, ?, ?, ?)
			ON CONFLICT (key) DO UPDATE SET failures = excluded.failures, last = excluded.last, until = excluded.until`,
			g.key, states[i].failures, now, until)
		if err != nil {
			return 0, err
		}
	}
	return 0, nil
}

// forgive clears the counter of the log-in that succeeded, and takes this one
// attempt back from the address; its other failures stay, or one good account
// would buy free guesses at all the others.
func forgive(tx *db.Tx, gates []gate, now time.Time) error {
	for i, g := range gates {
		if i == 0 {
			if _, err := tx.Exec("DELETE FROM access_attempt WHERE key = ?", g.key); err != nil {
				return err
			}
			continue
		}
		if _, err := tx.Exec("UPDATE access_attempt SET failures = failures - 1, until = ? WHERE key = ? AND failures > 0", now, g.key); err != nil {
			return err
		}
	}
	_, err := tx.Exec("DELETE FROM access_attempt WHERE last < ?", now.Add(-forgiveUser))
	return err
}

// waitFault tells how long the gate stays shut, in whole minutes rounded up.
func waitFault(op string, wait time.Duration) error {
	minutes := int((wait + time.Minute - 1) / time.Minute)
	e := fault.New(fault.Unavailable, op, "door.wait")
	e.Args = map[string]any{"count": minutes}
	return e
}
