package sync

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	gosync "sync"
	"time"

	"github.com/fxamacker/cbor/v2"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// The paths of the hub's sync port.
const (
	pathEnrol   = "/sync/v1/enrol"
	pathSession = "/sync/v1/session"
	pathVouch   = "/sync/v1/vouch"
)

// silence is how long a side waits for the other's next frame: a link of 600 ms that
// is cut and comes back stays within it, and a hub does not keep dead sessions.
const silence = 2 * time.Minute

// Handler is the hub's side over HTTPS. It needs the TLS configuration of Listen.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+pathEnrol, s.serveEnrol)
	mux.HandleFunc("POST "+pathSession, s.serveSession)
	mux.HandleFunc("POST "+pathVouch, s.serveVouch)
	mux.HandleFunc("POST "+pathFarewell, s.serveFarewell)
	mux.HandleFunc("POST "+pathSame, s.serveSame)
	mux.HandleFunc("POST "+pathHubEnrol, s.serveHubEnrol)
	mux.HandleFunc("POST "+pathSwap, s.serveSwap)
	mux.HandleFunc("POST "+pathAsk, s.serveAsk)
	return mux
}

// Server answers nodes on a listener until it is shut down.
func (s *Service) Server(ctx context.Context) (*http.Server, error) {
	var id identity
	err := s.DB.Write(ctx, func(tx *db.Tx) (err error) { id, err = ownIdentity(tx); return err })
	if err != nil {
		return nil, err
	}
	conf, err := serverTLS(id)
	if err != nil {
		return nil, err
	}
	return &http.Server{Handler: s.Handler(), TLSConfig: conf, ReadHeaderTimeout: 20 * time.Second, IdleTimeout: silence, MaxHeaderBytes: 16 << 10,
		ErrorLog: log.New(io.Discard, "", 0)}, nil // its lines quote the addresses of visitors
}

func clientPin(r *http.Request) []byte {
	if r.TLS == nil || len(r.TLS.PeerCertificates) != 1 {
		return nil
	}
	return pinOf(r.TLS.PeerCertificates[0])
}

func (s *Service) serveEnrol(w http.ResponseWriter, r *http.Request) {
	var req enrolRequest
	pin := clientPin(r)
	if !readMessage(w, r, maxRequest, &req) || pin == nil {
		refuse(w, badFrame())
		return
	}
	a, err := s.enrol(r.Context(), pin, req)
	if err != nil {
		refuse(w, err)
		return
	}
	reply(w, a)
}

// refuse answers a fault as trouble.
func refuse(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	switch {
	case fault.Is(err, fault.Forbidden):
		status = http.StatusForbidden
	case answers(err):
		status = http.StatusBadRequest
	case fault.Is(err, fault.Unavailable):
		status = http.StatusServiceUnavailable
	}
	b, _ := cbor.Marshal(Trouble{Code: string(fault.CodeOf(err)), Key: fault.KeyOf(err)})
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

// serveSession exchanges frames with a node: its body is one stream, the answer the
// other, both open at once.
func (s *Service) serveSession(w http.ResponseWriter, r *http.Request) {
	defer s.caught()
	ctx := context.WithoutCancel(r.Context()) // what has arrived is kept, also when the link is cut behind it
	p, err := s.recognise(ctx, clientPin(r))
	if err != nil {
		refuse(w, err)
		return
	}
	rc := http.NewResponseController(w)
	if err := rc.EnableFullDuplex(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.WriteHeader(http.StatusOK)
	if err := rc.Flush(); err != nil {
		return
	}
	in := bufio.NewReader(r.Body)
	session := NewHubSession(s, p)
	for !session.Over() {
		_ = rc.SetReadDeadline(time.Now().Add(silence))
		f, err := ReadFrame(in)
		if err != nil {
			break // cut, or done
		}
		out, err := session.Receive(ctx, f)
		if err != nil {
			s.Log.Warn("sync with a node", "err", err) // ours, and the node comes again
			break
		}
		_ = rc.SetWriteDeadline(time.Now().Add(silence))
		for _, f := range out {
			if err := WriteFrame(w, f); err != nil {
				return
			}
		}
		if len(out) > 0 && rc.Flush() != nil {
			return
		}
	}
	if session.Took() > 0 && s.Wake != nil {
		s.Wake()
	}
}

// caught keeps a panic of ours from passing unseen. The log gets where it happened,
// never the value, which could quote a record.
func (s *Service) caught() {
	if v := recover(); v != nil {
		s.Log.Error("panic", "in", "sync", "type", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
		panic(http.ErrAbortHandler)
	}
}

// recognise finds the node by its key.
func (s *Service) recognise(ctx context.Context, pin []byte) (Peer, error) {
	var p Peer
	if pin == nil {
		return p, fault.New(fault.Forbidden, "sync.Session", "sync.unknown_node")
	}
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) { p, err = peerBy(tx, "pin", pin); return err })
	switch {
	case fault.Is(err, fault.NotFound):
		return p, fault.New(fault.Forbidden, "sync.Session", "sync.unknown_node")
	case err != nil:
		return p, err
	case p.State != Enrolled || !samePin(p.pin, pin):
		return p, fault.New(fault.Forbidden, "sync.Session", "sync.revoked")
	}
	return p, nil
}

// Client is a node's way to its hub.
type Client struct {
	// Proxy finds the proxy for a request; http.ProxyFromEnvironment if nil.
	Proxy func(*http.Request) (*url.URL, error)

	// Dial replaces the dialer, for links of a test.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

func (c Client) http(id identity, pin []byte) (*http.Client, error) {
	if len(id.key) == 0 {
		return nil, needsCode()
	}
	conf, err := clientTLS(id, pin)
	if err != nil {
		return nil, err
	}
	t := &http.Transport{TLSClientConfig: conf, Proxy: c.Proxy, DialContext: c.Dial, ForceAttemptHTTP2: true,
		TLSHandshakeTimeout: 30 * time.Second, DisableCompression: true, MaxIdleConnsPerHost: 1, IdleConnTimeout: silence}
	if t.Proxy == nil {
		t.Proxy = http.ProxyFromEnvironment
	}
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, nil
}

// Enrol enrols this node by a code. It works once.
func (s *Service) Enrol(ctx context.Context, c Client, text string) (Hub, error) {
	co, err := parseCode(text)
	if err != nil {
		return Hub{}, err
	}
	id, req, err := s.asks(ctx, co)
	if err != nil {
		return Hub{}, err
	}
	client, err := c.http(id, co.pin)
	if err != nil {
		return Hub{}, err
	}
	defer client.CloseIdleConnections()
	var a enrolAnswer
	pin, err := post(ctx, client, co.address, pathEnrol, maxAnswer, req, &a)
	if err != nil {
		return Hub{}, err
	}
	return s.enrolled(ctx, co, id, pin, a)
}

// troubled is what the other side said, as a fault here.
func troubled(b []byte) error {
	var t Trouble
	if strict.Unmarshal(b, &t) != nil || t.Key == "" {
		return fault.New(fault.Unavailable, "sync.Connect", "sync.unreachable")
	}
	return t.fault()
}

func (t Trouble) fault() error { return fault.New(codeOf(t.Code), "sync.Hub", t.Key) }

// unreachable hides the address, which the log need not have.
func unreachable(err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return f
	}
	return &fault.Error{Code: fault.Unavailable, Op: "sync.Connect", Key: "sync.unreachable", Err: fmt.Errorf("%T", err)}
}

// Report is what one exchange did.
type Report struct {
	Sent, Up, Down int64 // entries sent, of these acknowledged, and items taken
	Found          bool  // who was asked for
}

// turn waits until no other exchange with the hub is under way.
func (s *Service) turn(ctx context.Context) error {
	select {
	case s.one <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fault.New(fault.Unavailable, "sync.Sync", "sync.unreachable")
	}
}

func (s *Service) free() { <-s.one }

// Sync exchanges once with the hub, until both sides have said all they had. What is
// cut is taken up again by the next call.
func (s *Service) Sync(ctx context.Context, c Client) (Report, error) {
	if err := s.turn(ctx); err != nil {
		return Report{}, err
	}
	defer s.free()
	r, err := s.exchange(ctx, c, nil, false)
	again, err := s.mend(ctx, err)
	if again {
		r, err = s.exchange(ctx, c, nil, true)
	}
	if key := fault.KeyOf(err); key != "" && key != "sync.not_enrolled" && ctx.Err() == nil {
		if kept := s.keepTrouble(ctx, key); kept != nil {
			err = errors.Join(err, kept)
		}
	}
	return r, err
}

// mend does what can be done about what ended an exchange, and says whether another
// one, with a stream that begins from nothing, will do better. Otherwise it answers
// the error again.
func (s *Service) mend(ctx context.Context, err error) (again bool, _ error) {
	switch fault.KeyOf(err) {
	case "journal.other_past": // something was erased here or there
		return true, nil
	case "sync.restored":
		// This database is an older copy of itself: what it writes from now on must
		// not bear numbers that were given out before.
		_, err := s.Journal.NewInstallation(ctx)
		return err == nil, err
	}
	return false, err
}

// Fetch asks the hub for a person by a number, in an exchange of its own, and answers
// whether there is one: they are here then, with all that belongs to them, for a month
// or as long as this node writes about them.
func (s *Service) Fetch(ctx context.Context, c Client, a Ask) (bool, error) {
	if err := s.turn(ctx); err != nil {
		return false, err
	}
	defer s.free()
	r, err := s.exchange(ctx, c, &a, true)
	return r.Found, err
}

// keepTrouble notes why an exchange ended, for the pages; the next one that the hub
// welcomes takes it away. What the hub said is noted already.
func (s *Service) keepTrouble(ctx context.Context, key string) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec("UPDATE sync_hub SET trouble = ? WHERE trouble <> ?", key, key)
		return err
	})
}

func (s *Service) exchange(ctx context.Context, c Client, ask *Ask, fresh bool) (Report, error) {
	session, err := NewNodeSession(ctx, s.Deps)
	if err != nil {
		return Report{}, err
	}
	session.fresh, session.ask = fresh, ask
	s.words.keep(session.hub, nil)
	client, err := c.http(identity{key: session.hub.key, cert: session.hub.cert}, session.hub.pin)
	if err != nil {
		return Report{}, err
	}
	defer client.CloseIdleConnections()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	err = s.talk(ctx, cancel, client, session)
	if session.Down > 0 && s.Wake != nil {
		s.Wake()
	}
	if t := session.Trouble(); t != nil {
		err = t.fault()
	}
	return Report{Sent: session.Sent, Up: session.Up, Down: session.Down, Found: session.found}, err
}

// talk moves frames until the session is done.
func (s *Service) talk(ctx context.Context, cancel context.CancelFunc, client *http.Client, session *NodeSession) error {
	body, pipe := io.Pipe()
	defer pipe.Close()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+session.hub.Address+pathSession, body)
	if err != nil {
		return unreachable(err)
	}
	out := newOutbox(pipe)
	defer out.close()
	first, err := session.Start(ctx)
	if err != nil {
		return err
	}
	out.send(first)
	watch := time.AfterFunc(silence, cancel)
	defer watch.Stop()
	res, err := client.Do(req)
	if err != nil {
		return unreachable(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		b, _ := io.ReadAll(io.LimitReader(res.Body, 64<<10))
		return troubled(b)
	}
	in := bufio.NewReader(res.Body)
	for !session.Done() {
		f, err := ReadFrame(in)
		if err != nil {
			return unreachable(err)
		}
		watch.Reset(silence)
		next, err := session.Receive(ctx, f)
		if err != nil {
			return s.complain(ctx, session, out, in, err)
		}
		out.send(next)
	}
	return nil
}

// complain tells the hub what is wrong here, so that it is seen there too, keeps it,
// and answers it.
func (s *Service) complain(ctx context.Context, session *NodeSession, out *outbox, in io.Reader, err error) error {
	if !answers(err) {
		return err
	}
	t := Trouble{Code: string(fault.CodeOf(err)), Key: fault.KeyOf(err)}
	list, mistake := frames(typeTrouble, t)
	if mistake != nil {
		return err
	}
	out.send(list)
	out.close()
	_, _ = io.Copy(io.Discard, in) // until the hub has read it
	return errors.Join(err, session.keepTrouble(ctx, t.known()))
}

// outbox writes frames behind the back of who reads, so that neither side can wait
// for the other's reading while it should be reading itself.
type outbox struct {
	frames chan []Frame
	once   gosync.Once
}

func newOutbox(w io.WriteCloser) *outbox {
	o := &outbox{frames: make(chan []Frame, 64)}
	go func() {
		defer w.Close()
		b := bufio.NewWriterSize(w, 32<<10)
		for list := range o.frames {
			for _, f := range list {
				if WriteFrame(b, f) != nil {
					drain(o.frames)
					return
				}
			}
			if b.Flush() != nil {
				drain(o.frames)
				return
			}
		}
	}()
	return o
}

func drain(c <-chan []Frame) {
	for range c {
	}
}

func (o *outbox) send(list []Frame) {
	if len(list) > 0 {
		o.frames <- list
	}
}

func (o *outbox) close() { o.once.Do(func() { close(o.frames) }) }

// codeOf reads the code of a trouble; one that is not known is a reason to try again.
func codeOf(s string) fault.Code {
	switch c := fault.Code(s); c {
	case fault.Invalid, fault.NotFound, fault.Conflict, fault.Forbidden:
		return c
	}
	return fault.Unavailable
}
