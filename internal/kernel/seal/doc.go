// Package seal keeps what only the members of a team can read.
//
// # Vocabulary
//
//   - Room: a team and what it keeps. Its name, members and records are in its leaves.
//   - Leaf: one sealed document of the journal (kind seal.leaf). Every leaf of every room
//     looks the same: no subject, no author, one kind, a size of a few classes, random bytes.
//   - Own key: the X25519 pair of a user on this installation. Its private half lies wrapped
//     by their password in a local table, which does not travel.
//   - Room key: a secret that members hold; it wraps the key of each leaf. A turn replaces it.
//   - Grant: a leaf with the room key sealed to each member (RFC 9180), and to nobody in the
//     boxes that are left over, so that how many members there are cannot be counted.
//   - Open: what a user holds in memory, for one session, after they typed their password.
//
// # How a room changes
//
// Who is admitted gets a grant of the key that holds; earlier keys lie under it (past), so
// that they read what was written before. When somebody is removed the key turns: the next
// one is announced under the key before (so that nobody who can write to the database can
// slip in a key of their own) and granted to those who stay. What was readable to somebody
// cannot be made unread; what comes after can.
//
// # Threat
//
// Whoever has the database, its key, the journal of a hub, or an administrator's account
// learns that leaves exist at a site, how many and when each was written, and nothing else.
// An administrator who resets a password does not open a room: the private key is wrapped
// by the password from before. A member admits them again, or they read the words of a paper.
// A key that is shown at both screens (Fingerprint) is compared by eye before somebody is
// admitted, since a database could give another. Not protected against: a program that was
// changed, a keyboard that is watched, a member who tells, and the memory of a machine on
// which a room is open.
//
// # What it must never do
//
// Write a room's name, a member, a person or a count anywhere outside a leaf, in a log, an
// error or an address. Open by a role, by a glass that was broken, or for the privacy
// officer. Keep a password.
//
// # Standards
//
// RFC 9180 (HPKE: X25519, HKDF-SHA256, ChaCha20-Poly1305), RFC 9106 (argon2id),
// draft-irtf-cfrg-xchacha-03. docs/adr/0033-sealed-rooms.md says why.
package seal
