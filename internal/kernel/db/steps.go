package db

import (
	"context"
	"sync"

	"github.com/ncruces/go-sqlite3"
)

// Steps is the work of SQLite's reads under one context: what a page costs, whatever else
// the machine does. A store on PostgreSQL counts nothing.
type Steps struct {
	mu    sync.Mutex
	Steps int64            // of the virtual machine
	Scans int64            // rows that were stepped over by a scan without an index
	By    map[string]int64 // steps by statement
}

type stepsKey struct{}

// CountSteps counts the reads under the context that it answers.
func CountSteps(ctx context.Context, s *Steps) context.Context {
	return context.WithValue(ctx, stepsKey{}, s)
}

func stepsOf(ctx context.Context) *Steps {
	s, _ := ctx.Value(stepsKey{}).(*Steps)
	return s
}

// begin forgets what a statement of the cache did before.
func (s *Steps) begin(st *stmt) {
	if s != nil {
		st.Status(sqlite3.STMTSTATUS_VM_STEP, true)
		st.Status(sqlite3.STMTSTATUS_FULLSCAN_STEP, true)
	}
}

// end adds what it did.
func (s *Steps) end(st *stmt) {
	if s == nil {
		return
	}
	steps, scans := st.Status(sqlite3.STMTSTATUS_VM_STEP, true), st.Status(sqlite3.STMTSTATUS_FULLSCAN_STEP, true)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.By == nil {
		s.By = map[string]int64{}
	}
	s.Steps += int64(steps)
	s.Scans += int64(scans)
	s.By[st.SQL()] += int64(steps)
}
