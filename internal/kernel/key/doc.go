// Package key gives the database its data key.
//
// A Provider answers with the 32 bytes that encrypt everything in a node's
// database file, or says that it cannot yet. That is the whole contract: the
// slots that hold the data key under passwords, and the page that unlocks them,
// come later and sit behind the same interface. So nothing may assume that the
// database is open when the program starts.
//
// Vocabulary: the data key encrypts the database; a provider is locked while it
// does not know the data key; locked is fault.Unavailable, never fault.Internal.
//
// A key is never written to a log, an error, a URL or an environment variable.
// File keys are refused when other users of the machine can read them (the
// habit of ssh: StrictModes in sshd_config(5)).
package key
