package journal

import (
	"bytes"
	"encoding/binary"

	"github.com/klauspost/compress/zstd"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Entries travel in chunks of one stream. What both ends know is not sent: hashes,
// which the receiver computes; sequence numbers that follow on; sites, actors and
// kinds that came before; the milliseconds in ids and in times, which are near the
// entry's own. Random bytes (secrets, the tails of ids) stand apart, because they
// cannot be made smaller and would spoil what can. The rest goes through one zstd
// stream for all chunks, payloads of a kind side by side, with a flush a chunk, so
// that each chunk can be read when it is there.
//
//	chunk  = format random-length plain-length random zstd(plain)
//	plain  = entries column-lengths columns kinds text-lengths texts
//	random = ids, secrets, previous hashes, commitments, sealed payloads, check
//
// The check is the beginning of a SHA-256 over the hashes of the chunk's entries:
// what the receiver computed is what the sender has.
const (
	wireFormat     = 1
	wirePrimed     = 2       // the first chunk of a stream with a past, whose sum follows
	wireWindow     = 1 << 20 // zstd's; what either end holds of the text before
	wireDictionary = 1       // zstd's number for the past
	wireCheckSize  = 8

	// WireChunk is how many bytes of headers and payloads make a good chunk: little
	// enough to send again after a cut.
	WireChunk = 64 << 10

	// MaxWireChunk is longer than any chunk can be.
	MaxWireChunk = 2 * maxWireChunk

	// maxWireChunk bounds the headers and payloads in a chunk, and what comes with
	// them. One entry always fits, also into a chunk that was about to be full.
	maxWireChunk = 4 << 20
	wireProof    = 128 // a secret, the hash before, a commitment and two ids, at most

	wireLevel = zstd.SpeedBetterCompression
)

// Columns of a chunk, each alike in itself.
const (
	colShape   = iota // what of an entry is as expected
	colProfile        // kind, sensitivity, purpose, schema
	colPlace          // programme, site, actor
	colTime           // clocks
	colID             // ids that came before
	colNumber         // what is rarely needed
	colStamp          // times in payloads
	colNew            // profiles and places for the first time
	wireColumns
)

// Bits of a shape.
const (
	shapeOrigin  = 1 << 0 // of another origin than the entry before
	shapeSeq     = 1 << 1 // not the next of its origin
	shapeLatest  = 1 << 2 // its author had seen all that this stream has of the document
	shapeBase    = 1 << 3 // its author had seen something else
	shapeText    = 1 << 4 // the payload is text
	shapeOpaque  = 1 << 5 // the payload is bytes
	shapePrev    = 1 << 6 // the hash before it is sent
	shapeUnusual = 1 << 7 // the next bits follow
)

const (
	unusualResolves = 1 << 0
	unusualLater    = 1 << 1 // bytes of a later version follow the header
	unusualSecret   = 1 << 2 // the secret is not the one expected; its length follows
)

// How an id is told.
const (
	idNone     = iota
	idNext     // new, of the same millisecond as the new one before, next in its counter
	idFresh    // new, of version 7
	idOther    // new, of any other form
	idSubject  // the subject of the entry before
	idDocument // the document of this entry
	idAbout    // the subject of this entry
	idRecent   // and above: so many uses ago
)

// Packer turns entries into the chunks of one stream, which an Unpacker takes in
// the same order.
type Packer struct {
	wireTables
	past    *wirePast
	check   wireCheck
	n       int
	size    int // headers and payloads in the chunk
	cols    [wireColumns][]byte
	random  []byte
	texts   wireTexts
	header  []byte
	plain   []byte
	out     bytes.Buffer
	z       *zstd.Encoder
	entropy int
}

// NewPacker begins a stream.
func NewPacker() *Packer {
	return &Packer{wireTables: newWireTables(wireMost), check: newWireCheck(), texts: newWireTexts()}
}

// Knows tells that the receiver has all of an origin up to this head, so that the
// hash before what follows is not sent. The Unpacker must be told the same.
func (t *wireTables) Knows(h Head) { t.heads[h.Origin] = h }

// Size is how many bytes of headers and payloads wait for Chunk.
func (p *Packer) Size() int { return p.size }

// Random is how many bytes of the stream so far were random and cannot be smaller.
func (p *Packer) Random() int { return p.entropy }

// Add puts an entry, as After reads it, into the chunk. prev is the hash before it
// in its origin. Entries of one origin come in order; there may be gaps.
func (p *Packer) Add(e *Entry, prev [32]byte) error {
	const op = "journal.Pack"
	h, err := parseHeader(e.Raw)
	switch {
	case err != nil:
		return err
	case len(e.Payload) > maxPayload:
		return fault.Field(op, "payload", "journal.too_long")
	case e.Payload != nil && !isSecret(e.Secret) || e.Secret != nil && !isSecret(e.Secret):
		return fault.Field(op, "secret", "journal.no_secret")
	case p.size+p.n*wireProof+len(e.Raw)+len(e.Payload) > maxWireChunk:
		return fault.Field(op, "chunk", "journal.too_long")
	}
	whole := *e
	whole.Header = h
	p.entry(&whole, prev)
	p.n, p.size = p.n+1, p.size+len(e.Raw)+len(e.Payload)
	return nil
}

// Chunk answers what was added since the last one, as the receiver takes it. It is
// valid until the next call.
func (p *Packer) Chunk() ([]byte, error) {
	p.assemble()
	p.out.Reset()
	head := []byte{wireFormat}
	if p.z == nil && p.past != nil {
		head = append([]byte{wirePrimed}, p.past.sum[:]...)
	}
	head = binary.AppendUvarint(head, uint64(len(p.random)))
	p.out.Write(binary.AppendUvarint(head, uint64(len(p.plain))))
	p.out.Write(p.random)
	p.entropy += len(p.random)
	p.random, p.n, p.size = p.random[:0], 0, 0
	if err := p.compress(); err != nil {
		return nil, fault.Wrap("journal.Pack", err)
	}
	return p.out.Bytes(), nil
}

// assemble puts the parts of a chunk one after the other.
func (p *Packer) assemble() {
	p.random = append(p.random, p.check.sum()...)
	b := binary.AppendUvarint(p.plain[:0], uint64(p.n))
	for i := range p.cols {
		b = binary.AppendUvarint(b, uint64(len(p.cols[i])))
	}
	for i := range p.cols {
		b = append(b, p.cols[i]...)
		p.cols[i] = p.cols[i][:0]
	}
	p.plain = p.texts.flush(b)
}

// compress writes the plain part to the end of the chunk.
func (p *Packer) compress() (err error) {
	if p.z == nil {
		o := []zstd.EOption{zstd.WithEncoderLevel(wireLevel), zstd.WithWindowSize(wireWindow),
			zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false)}
		if p.past != nil {
			o = append(o, zstd.WithEncoderDictRaw(wireDictionary, p.past.plain))
		}
		if p.z, err = zstd.NewWriter(&p.out, o...); err != nil {
			return err
		}
	}
	if _, err := p.z.Write(p.plain); err != nil {
		return err
	}
	return p.z.Flush()
}

func (p *Packer) uint(col int, v uint64) { p.cols[col] = binary.AppendUvarint(p.cols[col], v) }
func (p *Packer) int(col int, v int64)   { p.cols[col] = binary.AppendVarint(p.cols[col], v) }

func (p *Packer) entry(e *Entry, prev [32]byte) {
	o, h := p.origin(e.Version.Origin), &e.Header
	p.header = appendHeader(p.header[:0], h)
	later := e.Raw[len(p.header):]
	secret := p.secret(e)
	unusual := p.unusual(e, later, secret)
	shape := p.shape(e, o, prev)
	if unusual != 0 {
		shape |= shapeUnusual
	}
	p.cols[colShape] = append(p.cols[colShape], shape)
	if unusual != 0 {
		p.uint(colNumber, unusual)
	}
	p.version(e.Version, o, shape)
	p.profile(h)
	p.time(e.HLC)
	p.id(e.Doc, db.ID{}, db.ID{})
	p.id(e.Subject, e.Doc, db.ID{})
	if shape&shapeBase != 0 {
		p.versions(e.Base.seen, e.Version)
	}
	if unusual&unusualResolves != 0 {
		p.versions(e.Resolves, e.Version)
	}
	if unusual&unusualLater != 0 {
		p.uint(colNumber, uint64(len(later)))
		p.cols[colNew] = append(p.cols[colNew], later...)
	}
	if unusual&unusualSecret != 0 {
		p.uint(colNumber, uint64(len(secret)))
	}
	p.random = append(p.random, secret...)
	if shape&shapePrev != 0 {
		p.random = append(p.random, prev[:]...)
	}
	p.payload(e, shape)
	p.check.add(&e.Hash)
	p.done(o, e)
}

// secret is what has to be sent of an entry's secret.
func (p *Packer) secret(e *Entry) []byte {
	if w := p.ids[e.Doc]; w != nil && w.isDoc && bytes.Equal(w.secret, e.Secret) {
		return nil
	}
	return e.Secret
}

// unusual says what of an entry hardly any other has. A document that is new in
// the stream is expected to bring a secret of today's length, any other none.
func (p *Packer) unusual(e *Entry, later, secret []byte) (bits uint64) {
	if len(e.Resolves) > 0 {
		bits |= unusualResolves
	}
	if len(later) > 0 {
		bits |= unusualLater
	}
	w := p.ids[e.Doc]
	switch {
	case w == nil || !w.isDoc:
		if len(secret) != secretSize {
			bits |= unusualSecret
		}
	case !bytes.Equal(w.secret, e.Secret):
		bits |= unusualSecret
	}
	return bits
}

func (p *Packer) shape(e *Entry, o *wireOrigin, prev [32]byte) (bits byte) {
	if o != p.last {
		bits |= shapeOrigin
	}
	if e.Version.Seq != o.Seq+1 {
		bits |= shapeSeq
	}
	switch {
	case e.Base.IsZero():
	case p.ids[e.Doc].isLatest(e.Base):
		bits |= shapeLatest
	default:
		bits |= shapeBase
	}
	switch {
	case e.Payload == nil:
	case !e.Sealed && isWireText(e.Payload):
		bits |= shapeText
	default:
		bits |= shapeOpaque
	}
	if known, ok := p.before(o, e.Version.Seq); !ok || known != prev {
		bits |= shapePrev
	}
	return bits
}

func (p *Packer) version(v Version, o *wireOrigin, shape byte) {
	if shape&shapeOrigin != 0 {
		if o.Seq > 0 {
			p.uint(colNumber, uint64(o.index)+1)
		} else {
			p.uint(colNumber, 0)
			p.fullOrigin(v.Origin)
		}
	}
	if shape&shapeSeq != 0 {
		p.int(colNumber, int64(v.Seq)-int64(o.Seq)-1)
	}
}

func (p *Packer) fullOrigin(o Origin) {
	p.cols[colNew] = append(p.cols[colNew], o.Installation[:]...)
	p.uint(colNumber, uint64(o.Lane))
}

// How the origin of a version in a list is told.
const (
	originOwn    = iota // the entry's
	originFull          // it follows
	originRecent        // and above: its number in the stream
)

func (p *Packer) versions(list []Version, own Version) {
	p.uint(colNumber, uint64(len(list)))
	for _, v := range list {
		i, ok := p.originAt[v.Origin]
		switch {
		case v.Origin == own.Origin:
			p.uint(colNumber, originOwn)
			p.int(colNumber, int64(own.Seq)-int64(v.Seq))
		case ok:
			p.uint(colNumber, originRecent+uint64(i))
			p.int(colNumber, int64(p.origins[i].Seq)-int64(v.Seq))
		default:
			p.uint(colNumber, originFull)
			p.fullOrigin(v.Origin)
			p.uint(colNumber, v.Seq)
		}
	}
}

// profile tells the parts of a header that many entries share.
func (p *Packer) profile(h *Header) {
	b := appendText(p.header[:0], h.Kind)
	b = appendText(append(b, byte(h.Sensitivity)), h.Purpose)
	b = binary.AppendUvarint(b, uint64(h.Schema))
	flags := byte(0)
	if h.EnteredInError {
		flags |= flagError
	}
	if h.Sealed {
		flags |= flagSealed
	}
	b = append(b, flags)
	p.shared(colProfile, &p.profiles, b)
	b = appendText(b[:0], h.Programme)
	b = appendText(b, h.Site)
	b = appendOptionalID(b, h.Actor)
	p.shared(colPlace, &p.places, b)
	p.header = b
}

func (p *Packer) shared(col int, r *wireRing, b []byte) {
	if i, ok := r.at[string(b)]; ok {
		p.uint(col, uint64(i)+1)
		return
	}
	r.add(string(b))
	p.uint(col, 0)
	p.cols[colNew] = append(p.cols[colNew], b...)
}

// time tells a clock by what passed since the entry before; in the same
// millisecond it usually counts on.
func (p *Packer) time(h HLC) {
	ms := int64(h>>16) - int64(p.hlc>>16)
	p.int(colTime, ms)
	counter := int64(h & 0xffff)
	if ms == 0 {
		counter -= int64(p.hlc&0xffff) + 1
	}
	p.int(colTime, counter)
	p.hlc = h
}

func (p *Packer) id(id, doc, about db.ID) {
	w := p.ids[id]
	switch {
	case id.IsZero():
		p.uint(colID, idNone)
		return
	case id == doc:
		p.uint(colID, idDocument)
	case id == about:
		p.uint(colID, idAbout)
	case id == p.subject:
		p.uint(colID, idSubject)
	case w != nil:
		p.uint(colID, idRecent+p.used-w.at)
	default:
		p.newID(id)
	}
	p.use(id)
}

// newID sends an id: of version 7 (RFC 9562, section 5.7) its time as a difference.
func (p *Packer) newID(id db.ID) {
	switch {
	case !isVersion7(id):
		p.uint(colID, idOther)
		p.random = append(p.random, id[:]...)
		return
	case id == nextID(p.fresh, id):
		p.uint(colID, idNext)
	default:
		p.uint(colID, idFresh)
		p.int(colStamp, idTime(id)-int64(p.hlc>>16))
		p.random = append(p.random, id[6]&0xf, id[7])
	}
	p.random = append(p.random, id[8:]...)
	p.fresh = id
}

func isVersion7(id db.ID) bool { return id[6]>>4 == 7 }

func idTime(id db.ID) int64 { return int64(binary.BigEndian.Uint64(id[:8]) >> 16) }

// nextID is the id that follows another in its millisecond, with the tail given.
func nextID(id, tail db.ID) db.ID {
	n := binary.BigEndian.Uint64(id[:8])
	binary.BigEndian.PutUint64(tail[:8], n&^0xfff|(n+1)&0xfff)
	return tail
}

// payload comes last, since ids in it may be those of the header.
func (p *Packer) payload(e *Entry, shape byte) {
	switch {
	case shape&shapeText != 0:
		p.text(e)
	case shape&shapeOpaque != 0:
		p.uint(colNumber, uint64(len(e.Payload)))
		p.random = append(p.random, e.Payload...)
	default:
		p.random = append(p.random, e.Commitment[:]...)
	}
}
