package access

import "sync/atomic"

// counts are the rates of the gate. They name nobody.
type counts struct {
	allowed, denied, errors    atomic.Int64
	loginsOK, loginsFailed     atomic.Int64
	cross                      atomic.Int64
	outOK, outRefused, stopped atomic.Int64
}

func (c *counts) decided(yes bool) {
	if yes {
		c.allowed.Add(1)
	} else {
		c.denied.Add(1)
	}
}

func (c *counts) failed()  { c.errors.Add(1) }
func (c *counts) crossed() { c.cross.Add(1) }

func (c *counts) login(ok bool) {
	if ok {
		c.loginsOK.Add(1)
	} else {
		c.loginsFailed.Add(1)
	}
}

func (c *counts) released(_ Means, ok bool) {
	if ok {
		c.outOK.Add(1)
	} else {
		c.outRefused.Add(1)
	}
}

// Counts are the totals since the process started, by name, for the metrics
// page of the node: no user, no person, no address.
func (a *Access) Counts() map[string]int64 {
	return map[string]int64{
		"decisions_allowed":     a.counts.allowed.Load(),
		"decisions_denied":      a.counts.denied.Load(),
		"policy_errors":         a.counts.errors.Load(),
		"logins_ok":             a.counts.loginsOK.Load(),
		"logins_failed":         a.counts.loginsFailed.Load(),
		"cross_origin_refused":  a.counts.cross.Load(),
		"releases":              a.counts.outOK.Load(),
		"releases_refused":      a.counts.outRefused.Load(),
		"ways_out_without_pass": a.counts.stopped.Load(),
	}
}
