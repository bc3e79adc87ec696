package journal

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Unpacker takes the chunks of one stream apart.
type Unpacker struct {
	wireTables
	hasher
	past   *wirePast
	check  wireCheck
	chunks int
	in     wireInput
	z      *zstd.Decoder
	plain  []byte
	failed error

	cols   [wireColumns]reader
	random reader
	texts  []reader
	kinds  map[string]int
	size   int // headers and payloads of this chunk
	header []byte
	text   []byte
}

// NewUnpacker begins a stream.
func NewUnpacker() *Unpacker {
	return &Unpacker{wireTables: newWireTables(wireMost), check: newWireCheck(), kinds: make(map[string]int)}
}

// Close gives its memory back.
func (u *Unpacker) Close() {
	if u.z != nil {
		u.z.Close()
	}
}

// Unpack answers the entries of the next chunk, all of them verified: header,
// commitment and the hash before give the hashes that the sender has. What cannot
// be read or does not verify is fault.Invalid (journal.bad_chunk,
// journal.broken_chain) and names the place; nothing can follow it in this stream.
func (u *Unpacker) Unpack(chunk []byte) ([]Part, error) {
	if u.failed != nil {
		return nil, u.failed
	}
	u.chunks++
	entries, at, err := u.chunk(chunk)
	if err != nil {
		u.failed = &fault.Error{Code: fault.CodeOf(err), Op: "journal.Unpack", Key: fault.KeyOf(err), Err: err,
			Field: fmt.Sprintf("chunk %d, entry %d", u.chunks, at)}
		return nil, u.failed
	}
	return entries, nil
}

func badChunk() error { return fault.New(fault.Invalid, "journal.Unpack", "journal.bad_chunk") }

// chunk answers the entries, or the number of the one that is at fault; 0 is the
// chunk itself.
func (u *Unpacker) chunk(chunk []byte) ([]Part, int, error) {
	if err := u.open(chunk); err != nil {
		return nil, 0, err
	}
	r := reader{b: u.plain}
	n := r.uvarint()
	if err := u.columns(&r); err != nil {
		return nil, 0, err
	}
	if n > uint64(len(u.cols[colShape].b)) { // one a shape, and a byte each
		return nil, 0, badChunk()
	}
	u.size = 0
	entries := make([]Part, 0, min(n, 1<<10)) // more is believed when it is there
	for range n {
		entries = append(entries, Part{})
		if err := u.entry(&entries[len(entries)-1]); err != nil {
			return nil, len(entries), err
		}
	}
	sum := u.random.bytes(wireCheckSize)
	if u.random.bad || !u.atEnd() {
		return nil, 0, badChunk()
	}
	if !bytes.Equal(sum, u.check.sum()) {
		return nil, 0, fault.New(fault.Invalid, "journal.Unpack", "journal.broken_chain")
	}
	return entries, 0, nil
}

// open undoes the compression.
func (u *Unpacker) open(chunk []byte) (err error) {
	r := reader{b: chunk}
	if err := u.begin(&r); err != nil {
		return err
	}
	random, plain := r.uvarint(), r.uvarint()
	u.random = reader{b: r.bytes(random)}
	if r.bad || plain > MaxWireChunk || len(chunk) > MaxWireChunk {
		return badChunk()
	}
	u.in.b = r.b
	if u.z == nil {
		o := []zstd.DOption{zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(wireWindow), zstd.WithDecoderLowmem(true)}
		if u.past != nil {
			o = append(o, zstd.WithDecoderDictRaw(wireDictionary, u.past.plain))
		}
		if u.z, err = zstd.NewReader(&u.in, o...); err != nil {
			return badChunk()
		}
	}
	u.plain = u.plain[:0]
	for left := int(plain); left > 0; { // what is there is read before more is asked for
		n := min(left, 1<<16)
		at := len(u.plain)
		u.plain = append(u.plain, make([]byte, n)...)
		if _, err := io.ReadFull(u.z, u.plain[at:]); err != nil {
			return badChunk()
		}
		left -= n
	}
	if len(u.in.b) != 0 {
		return badChunk()
	}
	return nil
}

// wireInput hands the chunk under way to zstd.
type wireInput struct{ b []byte }

func (i *wireInput) Read(p []byte) (int, error) {
	if len(i.b) == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n := copy(p, i.b)
	i.b = i.b[n:]
	return n, nil
}

// columns takes the plain part apart.
func (u *Unpacker) columns(r *reader) error {
	var lengths [wireColumns]uint64
	for i := range lengths {
		lengths[i] = r.uvarint()
	}
	for i := range lengths {
		u.cols[i] = reader{b: r.bytes(lengths[i])}
	}
	kinds := r.uvarint()
	if r.bad || kinds > uint64(len(r.b)) {
		return badChunk()
	}
	sizes := make([]uint64, kinds)
	for i := range sizes {
		sizes[i] = r.uvarint()
	}
	u.texts = u.texts[:0]
	for i := range sizes {
		u.texts = append(u.texts, reader{b: r.bytes(sizes[i])})
	}
	if r.bad || len(r.b) > 0 {
		return badChunk()
	}
	clear(u.kinds)
	return nil
}

// atEnd reports whether the entries used all that came.
func (u *Unpacker) atEnd() bool {
	left := len(u.random.b) + len(u.texts) - len(u.kinds)
	for i := range u.cols {
		left += len(u.cols[i].b)
	}
	for i := range u.texts {
		left += len(u.texts[i].b)
	}
	return left == 0
}

func (u *Unpacker) isBad() bool {
	bad := u.random.bad
	for i := range u.cols {
		bad = bad || u.cols[i].bad
	}
	return bad
}

func (u *Unpacker) uint(col int) uint64 { return u.cols[col].uvarint() }

func (u *Unpacker) int(col int) int64 {
	v := u.cols[col].uvarint()
	return int64(v>>1) ^ -int64(v&1)
}

func (u *Unpacker) fail() { u.random.fail() }

// entry reads one entry and computes its hash.
func (u *Unpacker) entry(e *Part) error {
	h := &e.Header
	shape, unusual := u.cols[colShape].byte(), uint64(0)
	if shape&shapeUnusual != 0 {
		unusual = u.uint(colNumber)
	}
	o := u.version(&h.Version, shape)
	u.profile(h)
	u.time(h)
	h.Doc = u.id(db.ID{}, db.ID{})
	isNew := !u.ids[h.Doc].known()
	h.Subject = u.id(h.Doc, db.ID{})
	switch {
	case u.isBad():
		return badChunk()
	case shape&shapeLatest != 0:
		if isNew || u.ids[h.Doc].seen == nil {
			return badChunk()
		}
		h.Base = Base{u.ids[h.Doc].seen}
	case shape&shapeBase != 0:
		h.Base.seen = u.versions(h.Version)
	}
	if unusual&unusualResolves != 0 {
		h.Resolves = u.versions(h.Version)
	}
	if err := u.raw(e, unusual); err != nil {
		return err
	}
	if err := u.proof(e, o, shape, unusual, isNew); err != nil {
		return err
	}
	u.size += len(e.Raw) + len(e.Payload)
	if u.isBad() || u.size > maxWireChunk {
		return badChunk()
	}
	if e.Payload != nil {
		if !isSecret(e.Secret) {
			return fault.New(fault.Invalid, "journal.Unpack", "journal.no_secret")
		}
		e.Commitment = u.commit(e.Secret, h.Version, e.Payload)
	}
	e.Hash = u.hasher.entry(e.Raw, &e.Commitment, &e.Prev)
	u.check.add(&e.Hash)
	u.done(o, &e.Entry)
	return nil
}

func (w *wireID) known() bool { return w != nil && w.isDoc }

// raw writes the header as it is hashed. That it is read back as Apply will read
// it is what bounds all its parts.
func (u *Unpacker) raw(e *Part, unusual uint64) error {
	u.header = appendHeader(u.header[:0], &e.Header)
	if unusual&unusualLater != 0 {
		u.header = append(u.header, u.cols[colNew].bytes(u.uint(colNumber))...)
	}
	if u.isBad() {
		return badChunk()
	}
	h, err := parseHeader(u.header)
	if err != nil {
		return err
	}
	e.Header, e.Raw = h, bytes.Clone(u.header)
	return nil
}

// proof reads the secret, the hash before and the payload.
func (u *Unpacker) proof(e *Part, o *wireOrigin, shape byte, unusual uint64, isNew bool) error {
	switch {
	case unusual&unusualSecret != 0:
		if n := u.uint(colNumber); n > 0 {
			e.Secret = bytes.Clone(u.random.bytes(n))
		}
	case isNew:
		e.Secret = bytes.Clone(u.random.bytes(secretSize))
	default:
		e.Secret = u.ids[e.Doc].secret
	}
	if e.Secret != nil && !isSecret(e.Secret) {
		return badChunk()
	}
	ok := true
	if shape&shapePrev != 0 {
		copy(e.Prev[:], u.random.bytes(32))
	} else if e.Prev, ok = u.before(o, e.Version.Seq); !ok {
		return fault.New(fault.Invalid, "journal.Unpack", "journal.gap")
	}
	switch {
	case shape&shapeText != 0:
		return u.payload(e)
	case shape&shapeOpaque != 0:
		n := u.uint(colNumber)
		if n > maxPayload {
			return badChunk()
		}
		e.Payload = append([]byte{}, u.random.bytes(n)...)
	default:
		copy(e.Commitment[:], u.random.bytes(32))
	}
	return nil
}

func (u *Unpacker) version(v *Version, shape byte) *wireOrigin {
	o := u.last
	if shape&shapeOrigin != 0 {
		if i := u.uint(colNumber); i == 0 {
			o = u.origin(u.fullOrigin())
		} else if o = nil; i <= uint64(len(u.origins)) {
			o = u.origins[i-1]
		}
	}
	if o == nil {
		u.fail()
		o = &wireOrigin{}
	}
	v.Origin, v.Seq = o.Origin, o.Seq+1
	if shape&shapeSeq != 0 {
		v.Seq = uint64(int64(v.Seq) + u.int(colNumber))
	}
	return o
}

func (u *Unpacker) fullOrigin() Origin {
	o := Origin{Installation: u.cols[colNew].id()}
	lane := u.uint(colNumber)
	if lane > 1<<32-1 {
		u.fail()
	}
	o.Lane = uint32(lane)
	return o
}

func (u *Unpacker) versions(own Version) []Version {
	n := u.uint(colNumber)
	if n > maxVersions || n > uint64(len(u.cols[colNumber].b)) {
		u.fail()
		return nil
	}
	list := make([]Version, n)
	for i := range list {
		switch c := u.uint(colNumber); {
		case c == originOwn:
			list[i] = Version{own.Origin, uint64(int64(own.Seq) - u.int(colNumber))}
		case c == originFull:
			list[i] = Version{u.fullOrigin(), u.uint(colNumber)}
		case c-originRecent < uint64(len(u.origins)):
			o := u.origins[c-originRecent]
			list[i] = Version{o.Origin, uint64(int64(o.Seq) - u.int(colNumber))}
		default:
			u.fail()
		}
	}
	return list
}

func (u *Unpacker) profile(h *Header) {
	r := u.shared(colProfile, &u.profiles, func(r *reader) {
		r.text(maxText)
		r.byte()
		r.text(maxText)
		r.uvarint()
		r.byte()
	})
	h.Kind, h.Sensitivity, h.Purpose = r.text(maxText), Sensitivity(r.byte()), r.text(maxText)
	schema, flags := r.uvarint(), r.byte()
	if schema > 1<<31-1 || flags&^flagsKnown != 0 {
		u.fail()
	}
	h.Schema, h.EnteredInError, h.Sealed = int(schema), flags&flagError != 0, flags&flagSealed != 0
	r = u.shared(colPlace, &u.places, func(r *reader) {
		r.text(maxText)
		r.text(maxText)
		r.optionalID()
	})
	h.Programme, h.Site, h.Actor = r.text(maxText), r.text(maxText), r.optionalID()
}

// shared reads what came before, or something new that skip knows the end of.
func (u *Unpacker) shared(col int, ring *wireRing, skip func(r *reader)) reader {
	i := u.uint(col)
	if i > uint64(len(ring.all)) {
		u.fail()
		return reader{bad: true}
	}
	if i > 0 {
		return reader{b: []byte(ring.all[i-1])}
	}
	r := u.cols[colNew]
	before := r.b
	skip(&r)
	if r.bad {
		u.fail()
		return reader{bad: true}
	}
	u.cols[colNew] = r
	b := before[:len(before)-len(r.b)]
	ring.add(string(b))
	return reader{b: b}
}

func (u *Unpacker) time(h *Header) {
	ms := u.int(colTime)
	counter := u.int(colTime)
	if ms == 0 {
		counter += int64(u.hlc&0xffff) + 1
	}
	u.hlc = HLC(uint64(int64(u.hlc>>16)+ms)<<16 | uint64(counter)&0xffff)
	h.HLC = u.hlc
}

func (u *Unpacker) id(doc, about db.ID) (id db.ID) {
	ok := true
	switch c := u.uint(colID); c {
	case idNone:
		return id
	case idNext:
		id = nextID(u.fresh, id)
		copy(id[8:], u.random.bytes(8))
		u.fresh = id
	case idFresh:
		binary.BigEndian.PutUint64(id[:8], uint64(int64(u.hlc>>16)+u.int(colStamp))<<16|0x7000)
		if tail := u.random.bytes(10); tail != nil {
			id[6], id[7] = id[6]|tail[0]&0xf, tail[1]
			copy(id[8:], tail[2:])
		}
		u.fresh = id
	case idOther:
		id = u.random.id()
	case idSubject:
		id = u.subject
	case idDocument:
		id = doc
	case idAbout:
		id = about
	default:
		id, ok = u.ago(c - idRecent)
	}
	if !ok || id.IsZero() {
		u.fail()
		return id
	}
	u.use(id)
	return id
}

// payload reads a text.
func (u *Unpacker) payload(e *Part) error {
	i, ok := u.kinds[e.Kind]
	if !ok {
		i = len(u.kinds)
		u.kinds[e.Kind] = i
	}
	if i >= len(u.texts) {
		return badChunk()
	}
	r := &u.texts[i]
	at, b := e.HLC.micros(), u.text[:0]
	for {
		n := bytes.IndexAny(r.b, "\x00\x01\x02")
		if n < 0 || len(b)+n+36 > maxPayload+36 || u.isBad() {
			return badChunk()
		}
		b = append(b, r.b[:n]...)
		what := r.b[n]
		r.b = r.b[n+1:]
		switch what {
		case textID:
			id := u.id(e.Doc, e.Subject)
			b = append(b, id.String()...)
		case textAt:
			at += u.int(colStamp)
			b = appendTime(b, at)
		default:
			u.text = b
			e.Payload = append(make([]byte, 0, len(b)), b...)
			return nil
		}
	}
}
