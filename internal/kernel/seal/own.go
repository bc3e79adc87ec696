package seal

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"
	"golang.org/x/text/unicode/norm"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/key"
)

// State is how a user stands to their own key.
type State uint8

// The states.
const (
	None   State = iota // they have none here yet
	Closed              // it opens with their password
	Open                // it is open in this session
)

const saltSize = 16

// lock wraps a private key by something secret, at a cost.
func lock(cost key.Cost, secret, private []byte) []byte {
	out := make([]byte, saltSize+chacha20poly1305.NonceSizeX)
	rand.Read(out)
	aead := lockKey(cost, secret, out[:saltSize])
	return aead.Seal(out, out[saltSize:], private, []byte("godwit seal own 1"))
}

func unlock(cost key.Cost, secret, locked []byte) ([]byte, bool) {
	const head = saltSize + chacha20poly1305.NonceSizeX
	if len(locked) < head {
		return nil, false
	}
	private, err := lockKey(cost, secret, locked[:saltSize]).Open(nil, locked[saltSize:head], locked[head:], []byte("godwit seal own 1"))
	return private, err == nil
}

type opener interface {
	Seal(dst, nonce, plaintext, additionalData []byte) []byte
	Open(dst, nonce, ciphertext, additionalData []byte) ([]byte, error)
}

func lockKey(c key.Cost, secret, salt []byte) opener {
	k := argon2.IDKey(secret, append([]byte("godwit seal own 1\x00"), salt...), c.Time, c.Memory, c.Threads, keySize)
	aead, err := chacha20poly1305.NewX(k)
	if err != nil {
		panic(err) // the key has the size it must have
	}
	return aead
}

// normal is the password as it is hashed (RFC 8265: the same characters typed elsewhere).
func normal(password string) []byte { return norm.NFC.Bytes([]byte(password)) }

// Fingerprint is what two people compare before one admits the other: 80 bits of the hash of a
// public key, in groups of four.
func Fingerprint(public []byte) string {
	sum := sha256.Sum256(append([]byte("godwit seal finger 1\x00"), public...))
	text := base32.StdEncoding.EncodeToString(sum[:10])
	var parts []string
	for ; len(text) > 0; text = text[4:] {
		parts = append(parts, text[:4])
	}
	return strings.Join(parts, " ")
}

// ownKey is the row of a user.
type ownKey struct {
	public, wrapped, paper []byte
	cost                   key.Cost
}

func readOwn(tx *db.Tx, user db.ID) (k ownKey, err error) {
	var memory, time, threads int64
	err = tx.Row("SELECT public, wrapped, paper, memory, passes, threads FROM seal_own WHERE usr = ?", user).Scan(&k.public, &k.wrapped, &k.paper, &memory, &time, &threads)
	k.cost = key.Cost{Memory: uint32(memory), Time: uint32(time), Threads: uint8(threads)} //nolint:gosec // what writeOwn wrote
	return k, err
}

func writeOwn(tx *db.Tx, user db.ID, k ownKey) error {
	_, err := tx.Exec(`INSERT INTO seal_own (usr, public, wrapped, paper, memory, passes, threads) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (usr) DO UPDATE SET public = excluded.public, wrapped = excluded.wrapped, paper = excluded.paper,
		memory = excluded.memory, passes = excluded.passes, threads = excluded.threads`,
		user, k.public, k.wrapped, k.paper, int64(k.cost.Memory), int64(k.cost.Time), int64(k.cost.Threads))
	return err
}

// State answers how the user of the context stands.
func (v *Vault) State(ctx context.Context) (st State, err error) {
	const op = "seal.State"
	a, err := v.actor(ctx, op)
	if err != nil {
		return None, err
	}
	if _, ok := v.ring.get(v.Session(ctx), a.User, v.Clock()); ok {
		return Open, nil
	}
	err = v.DB.Read(ctx, func(tx *db.Tx) error {
		_, err := readOwn(tx, a.User)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		st = Closed
		return err
	})
	return st, fault.Wrap(op, err)
}

// Open opens what the user of the context may read, by their password, for this session; who
// has no key yet gets one. A password that holds and does not open is one that somebody else
// set: fault.Conflict under "password", key seal.error.reset.
func (v *Vault) Open(ctx context.Context, password string) error {
	const op = "seal.Open"
	a, err := v.actor(ctx, op)
	if err != nil {
		return err
	}
	if err := v.proves(ctx, a, password); err != nil {
		return err
	}
	var k ownKey
	err = v.DB.Read(ctx, func(tx *db.Tx) (err error) { k, err = readOwn(tx, a.User); return err })
	if fault.Is(err, fault.NotFound) {
		return v.fresh(ctx, a, password)
	}
	if err != nil {
		return fault.Wrap(op, err)
	}
	private, ok := unlock(k.cost, normal(password), k.wrapped)
	if !ok {
		return &fault.Error{Code: fault.Conflict, Op: op, Field: "password", Key: "seal.error.reset"}
	}
	return v.hold(ctx, a, private)
}

// proves checks the password as a log-in does, with its waits after failures.
func (v *Vault) proves(ctx context.Context, a access.Actor, password string) error {
	err := v.Access.Admit(ctx, a.Login, password, "")
	if fault.Is(err, fault.Forbidden) {
		return fault.Field("seal.proves", "password", "seal.error.password")
	}
	return err
}

func (v *Vault) hold(ctx context.Context, a access.Actor, private []byte) error {
	own, err := kem().NewPrivateKey(private)
	clear(private)
	if err != nil {
		return fault.Wrap("seal.hold", err)
	}
	v.ring.put(v.Session(ctx), &opened{user: a.User, own: own, until: v.Clock().Add(openFor), leaves: map[db.ID]*Leaf{}, rooms: map[db.ID]*room{}})
	return nil
}

// Renew throws the own key away for a new one: what it opened is closed until a member
// admits the user again. It is what is left after a reset without the paper.
func (v *Vault) Renew(ctx context.Context, password string) error {
	a, err := v.actor(ctx, "seal.Renew")
	if err != nil {
		return err
	}
	if err := v.proves(ctx, a, password); err != nil {
		return err
	}
	return v.fresh(ctx, a, password)
}

func (v *Vault) fresh(ctx context.Context, a access.Actor, password string) error {
	const op = "seal.fresh"
	own, err := kem().GenerateKey()
	if err != nil {
		return fault.Wrap(op, err)
	}
	private, err := own.Bytes()
	if err != nil {
		return fault.Wrap(op, err)
	}
	k := ownKey{public: own.PublicKey().Bytes(), wrapped: lock(v.Cost, normal(password), private), paper: []byte{}, cost: v.Cost}
	if err := v.DB.Write(ctx, func(tx *db.Tx) error {
		if err := writeOwn(tx, a.User, k); err != nil {
			return err
		}
		return v.Journal.Append(tx, a.Author(), journal.Change{Kind: keyKind, Doc: db.NewID(), Site: a.Site(), Sensitivity: journal.Identity, Purpose: a.Purpose,
			Fields: map[string]any{"user": a.User, "public": k.public}})
	}); err != nil {
		return fault.Wrap(op, err)
	}
	return v.hold(ctx, a, private)
}

// Rewrap is for package access: it answers what must be written with a new password so that
// it opens what the old one opened. A password that did not open it changes nothing.
func (v *Vault) Rewrap(ctx context.Context, user db.ID, old, fresh string) (func(*db.Tx) error, error) {
	const op = "seal.Rewrap"
	nothing := func(*db.Tx) error { return nil }
	var k ownKey
	err := v.DB.Read(ctx, func(tx *db.Tx) (err error) { k, err = readOwn(tx, user); return err })
	if fault.Is(err, fault.NotFound) {
		return nothing, nil
	}
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	private, ok := unlock(k.cost, normal(old), k.wrapped)
	if !ok {
		return nothing, nil
	}
	if k.cost != v.Cost {
		k.paper = []byte{} // it was made at a cost that the row no longer says
	}
	k.wrapped, k.cost = lock(v.Cost, normal(fresh), private), v.Cost
	clear(private)
	return func(tx *db.Tx) error { return writeOwn(tx, user, k) }, nil
}

// Paper answers words that open the own key after a reset, for a member whom no other can
// admit again. They are shown once; asking again makes the ones before worthless.
func (v *Vault) Paper(ctx context.Context) (words string, err error) {
	const op = "seal.Paper"
	a, o, err := v.opened(ctx, op)
	if err != nil {
		return "", err
	}
	private, err := o.own.Bytes()
	if err != nil {
		return "", fault.Wrap(op, err)
	}
	defer clear(private)
	secret, words := key.NewPaper()
	defer clear(secret)
	err = v.DB.Write(ctx, func(tx *db.Tx) error {
		k, err := readOwn(tx, a.User)
		if err != nil {
			return err
		}
		k.paper = lock(k.cost, secret, private)
		return writeOwn(tx, a.User, k)
	})
	return words, fault.Wrap(op, err)
}

// OpenPaper opens by the words of the paper, and wraps by the password that holds now.
func (v *Vault) OpenPaper(ctx context.Context, words, password string) error {
	const op = "seal.OpenPaper"
	a, err := v.actor(ctx, op)
	if err != nil {
		return err
	}
	if err := v.proves(ctx, a, password); err != nil {
		return err
	}
	secret, err := key.ReadPaper(words)
	if err != nil {
		return err
	}
	defer clear(secret)
	var k ownKey
	if err := v.DB.Read(ctx, func(tx *db.Tx) (err error) { k, err = readOwn(tx, a.User); return err }); err != nil {
		return fault.Wrap(op, err)
	}
	private, ok := unlock(k.cost, secret, k.paper)
	if !ok {
		return fault.Field(op, "words", "seal.error.paper")
	}
	k.wrapped = lock(k.cost, normal(password), private)
	if err := v.DB.Write(ctx, func(tx *db.Tx) error { return writeOwn(tx, a.User, k) }); err != nil {
		return fault.Wrap(op, err)
	}
	return v.hold(ctx, a, private)
}

// Close closes what this session opened.
func (v *Vault) Close(ctx context.Context) { v.ring.drop(v.Session(ctx)) }

// OwnFingerprint is that of the user's own key.
func (v *Vault) OwnFingerprint(ctx context.Context) (string, error) {
	_, o, err := v.opened(ctx, "seal.OwnFingerprint")
	if err != nil {
		return "", err
	}
	return Fingerprint(o.own.PublicKey().Bytes()), nil
}
