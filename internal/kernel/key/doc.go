// Package key gives the database its data key, and keeps it from whoever has only
// the disk.
//
// A Provider answers with the 32 bytes that encrypt everything in a node's
// database file, or says that it cannot yet. Slots is the provider of a real node:
// a small file beside the database in which the data key lies wrapped, once for
// each user, opened by that user's password. It is locked when the program starts,
// so nothing may assume that the database is open then.
//
// # The threat
//
// A laptop that is stolen or seized while it is off or locked, and a copy of its
// folder, on a stick or in a backup. Without a password, the recovery key or the
// host's key file, neither gives a record, a name of a user or their exact number;
// guessing costs argon2id a try, and the password rule keeps guesses from being
// few. One who was let in once and is not any more (a revoked user with a copy of
// the file) has nothing of what is written after Remove and Rotate.
//
// # What it does not protect against
//
// A machine that runs unlocked: its memory holds the data key, and the system may
// write memory to a swap file or a sleep image, so the disk should be encrypted as
// a whole besides. Somebody who changes the program, or watches the keyboard. A
// password told or guessed. Somebody who had the data key and copied the database:
// what was in it then is theirs. A disk that keeps what was overwritten (flash, or
// a file system that copies on write), and copies of the file elsewhere: Destroy
// reaches neither. Two copies of the file of different days show which slots
// changed between. A file put back from an older day opens as it did then; Since
// tells it by a Stamp that was kept in the database. Go moves and copies memory: we
// clear what we hold (keys, derived bytes), which is less than a promise, and a
// password that came in as a string cannot be cleared at all.
//
// # Vocabulary
//
// The data key encrypts the database. A slot is one way to it, and is either a
// user's (password), the paper's (recovery key, twelve words printed once), the
// host's (a key file, for machines that nobody attends) or a dummy's (nothing).
// The tag is what a slot is found by. Locked means that the data key is not known;
// it is fault.Unavailable, never fault.Internal. Harmed is a file that is not as it
// was left, by chance or on purpose: it still opens, and is not written until it
// is repaired. The stamp says which state of the file was seen. To rotate is to
// replace the data key, to destroy is to make the database unreadable for ever.
//
// # How (docs/adr/0014-key-slots.md; format.go has the bytes)
//
// Password and name give, by one argon2id, a tag and a wrapping key. The wrapping
// key opens the slot's own private key, and that the data key, which is sealed to
// the slot's public key. So a new data key reaches every slot although nobody
// types a password. The public keys, and whose each slot is, are encrypted with
// the data key. A seal by the data key covers the whole file.
//
// # What it must never do
//
// Put a key, a password, a word of the recovery key or a user's name into a log, an
// error, a URL or an environment variable, or print them by accident (Format).
// Write anything of a key to the disk that is not encrypted, not even for a moment.
// Tell a wrong password from a user without a slot, in words or in work. Leave a
// file that is neither the old nor the new one. Accept a hash cheaper than its
// floor. Write a slot file again after Destroy. Read or make a key file that other
// users of the machine can read (the habit of ssh: StrictModes in sshd_config(5)),
// or that lies in the node's folder.
//
// # Standards
//
// RFC 9106 (argon2id), RFC 9180 (HPKE: X25519, HKDF-SHA256, ChaCha20-Poly1305),
// draft-irtf-cfrg-xchacha-03, RFC 5869 (HKDF), RFC 8265 (passwords), NIST SP
// 800-63B-4 (password rule), BIP-0039 (how the recovery key is written).
package key
