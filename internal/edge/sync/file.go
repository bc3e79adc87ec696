package sync

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"hash"
	"io"

	"filippo.io/age"
	"github.com/fxamacker/cbor/v2"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// What a link would carry also travels as a file, on a stick: the same frames, one way
// at a time, encrypted to the other side (age) and signed by this one. A file that is
// lost is made again; one that is taken twice, or too late, changes nothing.
//
//	"godwit batch 1\n" age( envelope frames signature )

const batchMagic = "godwit batch 1\n"

// envelope says whose batch it is. Cert holds the key that signed it.
type envelope struct {
	From []byte `cbor:"1,keyasint"` // node, or zero for the hub's answer to To
	To   []byte `cbor:"2,keyasint"`
	Cert []byte `cbor:"3,keyasint"`
}

// typeSignature ends a batch. It is no frame of a session.
const typeSignature Type = 250

// Batch is what a batch did.
type Batch struct {
	Node     string // at the hub: whose it was
	Sent     int64  // entries, or items of the feed, in the batch made
	Received int64  // entries, or items, of the batch taken
}

// Export writes what has not left this node into a batch for its hub.
func (s *Service) Export(ctx context.Context, w io.Writer) (Batch, error) {
	session, err := NewNodeSession(ctx, s.Deps)
	if err != nil {
		return Batch{}, err
	}
	if len(session.hub.key) == 0 {
		return Batch{}, needsCode()
	}
	session.file, session.under.open = true, true
	id := identity{key: session.hub.key, cert: session.hub.cert}
	out, err := newBatch(w, id, session.hub.Recipient, envelope{From: session.hub.Node[:], Cert: id.cert})
	if err != nil {
		return Batch{}, err
	}
	first, err := session.Start(ctx)
	if err != nil {
		return Batch{}, err
	}
	more, err := session.pump(ctx)
	if err != nil {
		return Batch{}, err
	}
	return Batch{Sent: session.Sent}, out.finish(append(first, more...))
}

// Import takes a batch: at a hub one of a node's, and writes the answer for it into
// reply; at a node the hub's answer, and reply stays empty. open is called twice:
// nothing is taken of a batch before all of it is read and its signature is good.
func (s *Service) Import(ctx context.Context, open func() (io.ReadCloser, error), reply io.Writer) (Batch, error) {
	var own identity
	if err := s.DB.Write(ctx, func(tx *db.Tx) (err error) { own, err = ownIdentity(tx); return err }); err != nil {
		return Batch{}, err
	}
	e, err := checked(open, own)
	if err != nil {
		return Batch{}, err
	}
	r, err := open()
	if err != nil {
		return Batch{}, err
	}
	defer r.Close()
	in, _, err := openBatch(r, own)
	if err != nil {
		return Batch{}, err
	}
	if len(e.From) > 0 {
		return s.importAtHub(ctx, in, e, own, reply)
	}
	return s.importAtNode(ctx, in, e)
}

func (s *Service) importAtHub(ctx context.Context, in *bufio.Reader, e envelope, own identity, reply io.Writer) (Batch, error) {
	cert, err := x509.ParseCertificate(e.Cert)
	if err != nil {
		return Batch{}, badBatch()
	}
	p, err := s.recognise(ctx, pinOf(cert))
	if err != nil {
		return Batch{}, err
	}
	session := NewHubSession(s, p)
	var answer []Frame
	for !session.Over() {
		f, err := readBatchFrame(in)
		if err == io.EOF {
			break
		}
		if err != nil {
			return Batch{}, err
		}
		out, err := session.Receive(ctx, f)
		if err != nil {
			return Batch{}, err
		}
		answer = append(answer, out...)
	}
	b := Batch{Node: p.Name, Received: session.counted}
	if session.Over() {
		var t Trouble
		if len(answer) > 0 && answer[len(answer)-1].read(&t) == nil {
			return b, t.fault()
		}
		return b, badBatch()
	}
	for _, f := range answer {
		var m items
		if f.Type == typeItems && f.read(&m) == nil {
			for _, n := range m.Runs {
				b.Sent += int64(n)
			}
		}
	}
	out, err := newBatch(reply, own, p.Recipient, envelope{To: p.ID[:], Cert: own.cert})
	if err != nil {
		return b, err
	}
	if s.Wake != nil && b.Received > 0 {
		s.Wake()
	}
	return b, out.finish(answer)
}

func (s *Service) importAtNode(ctx context.Context, in *bufio.Reader, e envelope) (Batch, error) {
	const op = "sync.Import"
	session, err := NewNodeSession(ctx, s.Deps)
	if err != nil {
		return Batch{}, err
	}
	cert, err := x509.ParseCertificate(e.Cert)
	if err != nil {
		return Batch{}, badBatch()
	}
	if !bytes.Equal(e.To, session.hub.Node[:]) || !samePin(pinOf(cert), session.hub.pin) {
		return Batch{}, fault.New(fault.Forbidden, op, "sync.not_for_us")
	}
	session.file, session.ended = true, true
	for {
		f, err := readBatchFrame(in)
		if err == io.EOF {
			break
		}
		if err != nil {
			return Batch{}, err
		}
		if _, err := session.Receive(ctx, f); err != nil {
			return Batch{Received: session.Down}, err
		}
	}
	if s.Wake != nil && session.Down > 0 {
		s.Wake()
	}
	return Batch{Received: session.Down}, nil
}

func badBatch() error { return fault.New(fault.Invalid, "sync.Import", "sync.bad_batch") }

// batchWriter writes and signs.
type batchWriter struct {
	w   io.WriteCloser // age
	to  io.Writer      // age and the sum
	sum hash.Hash
	key []byte
}

func newBatch(w io.Writer, id identity, recipient string, e envelope) (*batchWriter, error) {
	r, err := age.ParseX25519Recipient(recipient)
	if err != nil {
		return nil, fault.New(fault.Internal, "sync.Export", "sync.bad_identity")
	}
	if _, err := io.WriteString(w, batchMagic); err != nil {
		return nil, err
	}
	enc, err := age.Encrypt(w, r)
	if err != nil {
		return nil, err
	}
	b := &batchWriter{w: enc, sum: sha256.New(), key: id.key}
	b.to = io.MultiWriter(enc, b.sum)
	head, err := frameOf(typeHello, e)
	if err != nil {
		return nil, err
	}
	return b, WriteFrame(b.to, head)
}

func (b *batchWriter) finish(list []Frame) error {
	for _, f := range list {
		if err := WriteFrame(b.to, f); err != nil {
			return err
		}
	}
	key, err := x509.ParsePKCS8PrivateKey(b.key)
	signer, ok := key.(ed25519.PrivateKey)
	if err != nil || !ok {
		return fault.New(fault.Internal, "sync.Export", "sync.bad_identity")
	}
	sig := ed25519.Sign(signer, append([]byte(batchMagic), b.sum.Sum(nil)...))
	return errors.Join(WriteFrame(b.w, Frame{typeSignature, sig}), b.w.Close())
}

// openBatch decrypts and answers what follows the envelope.
func openBatch(r io.Reader, own identity) (*bufio.Reader, envelope, error) {
	var e envelope
	in := bufio.NewReader(r)
	magic := make([]byte, len(batchMagic))
	if _, err := io.ReadFull(in, magic); err != nil || string(magic) != batchMagic {
		return nil, e, badBatch()
	}
	id, err := age.ParseX25519Identity(own.age)
	if err != nil {
		return nil, e, fault.New(fault.Internal, "sync.Import", "sync.bad_identity")
	}
	plain, err := age.Decrypt(in, id)
	var other *age.NoIdentityMatchError
	switch {
	case errors.As(err, &other):
		return nil, e, fault.New(fault.Forbidden, "sync.Import", "sync.not_for_us")
	case err != nil:
		return nil, e, badBatch()
	}
	body := bufio.NewReader(plain)
	f, err := ReadFrame(body)
	if err != nil || f.Type != typeHello || f.read(&e) != nil || len(e.Cert) == 0 || (len(e.From) == 0) == (len(e.To) == 0) {
		return nil, e, badBatch()
	}
	return body, e, nil
}

// checked reads all of a batch and checks its signature.
func checked(open func() (io.ReadCloser, error), own identity) (envelope, error) {
	r, err := open()
	if err != nil {
		return envelope{}, err
	}
	defer r.Close()
	in, e, err := openBatch(r, own)
	if err != nil {
		return e, err
	}
	cert, err := x509.ParseCertificate(e.Cert)
	if err != nil {
		return e, badBatch()
	}
	pub, ok := cert.PublicKey.(ed25519.PublicKey)
	if !ok {
		return e, badBatch()
	}
	sum := sha256.New()
	head, err := cbor.Marshal(e)
	if err != nil || WriteFrame(sum, Frame{typeHello, head}) != nil {
		return e, badBatch()
	}
	for {
		f, err := readAnyFrame(in)
		if err != nil {
			return e, badBatch() // cut before its signature
		}
		if f.Type == typeSignature {
			if !ed25519.Verify(pub, append([]byte(batchMagic), sum.Sum(nil)...), f.Body) {
				return e, badBatch()
			}
			return e, nil
		}
		if err := WriteFrame(sum, f); err != nil {
			return e, err
		}
	}
}

// readBatchFrame reads the next frame of a session; io.EOF at the signature.
func readBatchFrame(in *bufio.Reader) (Frame, error) {
	f, err := readAnyFrame(in)
	if err == nil && f.Type == typeSignature {
		return f, io.EOF
	}
	if err != nil {
		return f, badBatch()
	}
	return f, nil
}

func readAnyFrame(in *bufio.Reader) (Frame, error) {
	if b, err := in.Peek(1); err == nil && Type(b[0]) == typeSignature {
		_, _ = in.Discard(1)
		body := make([]byte, ed25519.SignatureSize+1)
		if _, err := io.ReadFull(in, body); err != nil || body[0] != ed25519.SignatureSize {
			return Frame{}, badBatch()
		}
		return Frame{typeSignature, body[1:]}, nil
	}
	return ReadFrame(in)
}
