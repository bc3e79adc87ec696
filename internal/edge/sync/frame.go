package sync

import (
	"encoding/binary"
	"fmt"
	"io"
	"regexp"

	"github.com/fxamacker/cbor/v2"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// protocol is raised when an older program could misread a frame. A hub speaks with
// nodes of this and the protocol before.
const protocol = 1

// Type says what a frame is.
type Type byte

// The frames.
const (
	typeHello Type = 1 + iota
	typeWelcome
	typeEntries
	typeAcked
	typeItems
	typeTaken
	typeEnd
	typeLevel
	typeTrouble
	typeFetch
	typeFetched
	typeParts // to a hub that went back: what it sent before and does not have
)

// Frame is one message.
type Frame struct {
	Type Type
	Body []byte
}

// maxFrame bounds a frame: one chunk of the largest entries.
const maxFrame = 4 << 20

// head is the end of an origin's chain, on the wire.
type head struct {
	_            struct{} `cbor:",toarray"`
	Installation []byte
	Lane         uint32
	Seq          uint64
	Hash         []byte
}

// position is a place in a feed.
type position struct {
	_    struct{} `cbor:",toarray"`
	Seq  uint64
	Hash []byte
}

type hello struct {
	Protocol     int      `cbor:"1,keyasint"`
	Program      string   `cbor:"2,keyasint"`
	Installation []byte   `cbor:"3,keyasint"`
	Heads        []head   `cbor:"4,keyasint"` // what was written here, whole
	Feed         []byte   `cbor:"5,keyasint,omitempty"`
	At           position `cbor:"6,keyasint"`
	Fresh        bool     `cbor:"7,keyasint,omitempty"` // its stream begins from nothing

	// Assumed are what the node believes that the hub has, where it cannot ask: what
	// follows comes as a file, which may be older than the last exchange.
	Assumed []head `cbor:"8,keyasint,omitempty"`
	File    bool   `cbor:"9,keyasint,omitempty"`

	Ticket []byte `cbor:"10,keyasint,omitempty"` // that the hub gave out with the last welcome

	Primes bool `cbor:"11,keyasint,omitempty"` // the stream down may go on from what both sides have, too
}

type welcome struct {
	Protocol int      `cbor:"1,keyasint"`
	Program  string   `cbor:"2,keyasint"`
	Hub      []byte   `cbor:"3,keyasint"`
	Feed     []byte   `cbor:"4,keyasint"`
	At       position `cbor:"5,keyasint"` // where the feed goes on
	Heads    []head   `cbor:"6,keyasint"` // what the hub has of the node's origins
	Name     string   `cbor:"7,keyasint"` // by which the hub knows the node
	Sites    []string `cbor:"8,keyasint"`
	Ticket   []byte   `cbor:"10,keyasint,omitempty"` // to show next time
	Back     bool     `cbor:"9,keyasint,omitempty"`  // the hub does not have all that it sent to the node
	Bare     []head   `cbor:"11,keyasint,omitempty"` // entries that the hub has without a payload, which the node may have
}

type acked struct {
	Heads    []head `cbor:"1,keyasint"`
	Received uint64 `cbor:"2,keyasint"`           // entries of this node, ever
	Parts    uint64 `cbor:"3,keyasint,omitempty"` // chunks of parts taken in this session
	Refused  []head `cbor:"4,keyasint,omitempty"` // of the last chunk of parts: other entries stand under these numbers
}

type items struct {
	From  position `cbor:"1,keyasint"`
	To    position `cbor:"2,keyasint"`
	Runs  []uint32 `cbor:"3,keyasint"` // entries, drops, entries …
	Drops [][]byte `cbor:"4,keyasint,omitempty"`
	Chunk []byte   `cbor:"5,keyasint,omitempty"`
}

type level struct {
	Received uint64 `cbor:"1,keyasint"`
	Full     bool   `cbor:"2,keyasint,omitempty"` // the node's cap keeps people out
}

// Ask asks the hub for a person who is not in the node's scope.
type Ask struct {
	Number  string `cbor:"1,keyasint"` // as it stands on a card or a slip
	Purpose string `cbor:"2,keyasint"`
	User    []byte `cbor:"3,keyasint"` // who asks
}

type fetched struct {
	Found bool `cbor:"1,keyasint"`
}

// Trouble is why a session ended. Key is a message key, so that each side says it in
// its own language.
type Trouble struct {
	Code string `cbor:"1,keyasint"`
	Key  string `cbor:"2,keyasint"`
}

// known is the key, if it is one that a page can say.
func (t Trouble) known() string {
	if len(t.Key) > 64 || !troubleKey.MatchString(t.Key) {
		return "sync.bad_frame"
	}
	return t.Key
}

var troubleKey = regexp.MustCompile(`^[a-z]+(\.[a-z0-9_]+)+$`)

func frameOf(t Type, v any) (Frame, error) {
	b, err := cbor.Marshal(v)
	return Frame{t, b}, err
}

// strict reads control messages: a later version's fields are passed over, and
// nothing else is forgiven.
var strict, _ = cbor.DecOptions{DupMapKey: cbor.DupMapKeyEnforcedAPF, MaxArrayElements: 1 << 17, MaxNestedLevels: 8, IndefLength: cbor.IndefLengthForbidden}.DecMode()

func (f Frame) read(into any) error {
	if err := strict.Unmarshal(f.Body, into); err != nil {
		return badFrame()
	}
	return nil
}

func badFrame() error { return fault.New(fault.Invalid, "sync.Frame", "sync.bad_frame") }

// WriteFrame writes a frame: its type, its length, its body.
func WriteFrame(w io.Writer, f Frame) error {
	b := make([]byte, 0, len(f.Body)+8)
	b = append(b, byte(f.Type))
	b = binary.AppendUvarint(b, uint64(len(f.Body)))
	_, err := w.Write(append(b, f.Body...))
	return err
}

// byteReader is what a frame is read from.
type byteReader interface {
	io.Reader
	io.ByteReader
}

// ReadFrame reads a frame; io.EOF only between two.
func ReadFrame(r byteReader) (Frame, error) {
	t, err := r.ReadByte()
	if err != nil {
		return Frame{}, err
	}
	n, err := binary.ReadUvarint(r)
	if err != nil {
		return Frame{}, cut(err)
	}
	if n > maxFrame || Type(t) < typeHello || Type(t) > typeParts {
		return Frame{}, badFrame()
	}
	f := Frame{Type: Type(t)}
	var b []byte
	for left := int(n); left > 0; { // what is there is read before more is asked for
		part := min(left, 64<<10)
		at := len(b)
		b = append(b, make([]byte, part)...)
		if _, err := io.ReadFull(r, b[at:]); err != nil {
			return Frame{}, cut(err)
		}
		left -= part
	}
	f.Body = b
	return f, nil
}

func cut(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func toHeads(heads []journal.Head) []head {
	out := make([]head, len(heads))
	for i, h := range heads {
		out[i] = head{Installation: h.Origin.Installation[:], Lane: h.Origin.Lane, Seq: h.Seq, Hash: h.Hash[:]}
	}
	return out
}

func fromHeads(in []head) ([]journal.Head, error) {
	out := make([]journal.Head, len(in))
	for i, h := range in {
		if len(h.Installation) != 16 || len(h.Hash) != 32 {
			return nil, badFrame()
		}
		out[i] = journal.Head{Origin: journal.Origin{Installation: db.ID(h.Installation), Lane: h.Lane}, Seq: h.Seq, Hash: [32]byte(h.Hash)}
	}
	return out, nil
}

func toPosition(h journal.FeedHead) position { return position{Seq: h.Seq, Hash: h.Hash[:]} }

func (p position) head() (journal.FeedHead, error) {
	if len(p.Hash) != 32 {
		return journal.FeedHead{}, badFrame()
	}
	return journal.FeedHead{Seq: p.Seq, Hash: [32]byte(p.Hash)}, nil
}

func idOf(b []byte) (db.ID, error) {
	if len(b) != 16 {
		return db.ID{}, badFrame()
	}
	return db.ID(b), nil
}

// String is for logs.
func (t Type) String() string {
	names := [...]string{"hello", "welcome", "entries", "acked", "items", "taken", "end", "level", "trouble", "fetch", "fetched", "parts"}
	if t < typeHello || t > typeParts {
		return fmt.Sprintf("type %d", byte(t))
	}
	return names[t-1]
}
