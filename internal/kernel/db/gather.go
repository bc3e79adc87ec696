package db

// gatherer is a session in which statements can wait for each other.
type gatherer interface {
	gather(on bool)
	flush() error
}

// Gather runs fn, in which statements that return no rows may wait until the next
// one that does, or until fn ends, and go to the server together: a hub that applies
// what a node sent would otherwise spend its time on waiting for answers. The server
// works on them while fn goes on. Exec then answers no count of rows, and an error of
// one statement may come with a later one, or with the commit: it fails the whole
// transaction, as any does. What one statement writes, the next
// that reads sees. On SQLite nothing waits.
func (tx *Tx) Gather(fn func() error) error {
	g, ok := tx.s.(gatherer)
	if !ok || tx.gathers {
		return fn()
	}
	tx.gathers = true
	g.gather(true)
	defer func() { tx.gathers = false; g.gather(false) }()
	err := fn()
	if err == nil {
		err = mapped("db.Exec", g.flush())
	}
	if err != nil {
		return tx.fail(err) // what waited was not done
	}
	return nil
}
