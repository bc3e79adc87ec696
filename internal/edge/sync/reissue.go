package sync

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Two machines that wrote under one name are told apart, and one of them is refused.
// What only that one has is not lost: it is issued again under a new name, when
// somebody says so who knows what became of the other machine. If that is gone, this
// one goes on as the node that it is. If both are used, this one enrols as a node of
// its own, with a code. (docs/adr/0023-a-refused-forks-tail.md)

const pathSame = "/sync/v1/same"

// sameMost is how many places one question compares.
const sameMost = 128

// maxSame bounds that question, in bytes.
const maxSame = 32 << 10

type sameRequest struct {
	Heads []head `cbor:"1,keyasint"`
}

type sameAnswer struct {
	Same []bool `cbor:"1,keyasint"`
}

// serveSame answers whether entries that a node names by number and hash are here, with
// all before them.
func (s *Service) serveSame(w http.ResponseWriter, r *http.Request) {
	if _, err := s.recognise(r.Context(), clientPin(r)); err != nil {
		refuse(w, err)
		return
	}
	var q sameRequest
	if !readMessage(w, r, maxSame, &q) || len(q.Heads) > sameMost {
		refuse(w, badFrame())
		return
	}
	heads, err := fromHeads(q.Heads)
	var same []bool
	if err == nil {
		same, err = s.same(r.Context(), heads)
	}
	if err != nil {
		refuse(w, err)
		return
	}
	reply(w, sameAnswer{same})
}

func (s *Service) same(ctx context.Context, heads []journal.Head) ([]bool, error) {
	var out []bool
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		out = make([]bool, len(heads))
		for i, h := range heads {
			var err error
			if out[i], err = s.Journal.InChain(tx, h); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// comparing asks a hub which of these entries it has.
type comparing func(ctx context.Context, heads []journal.Head) ([]bool, error)

// Refused reports whether an exchange ended because two machines wrote under one name:
// what only this one has can be issued again.
func Refused(trouble string) bool {
	return trouble == "sync.fork" || trouble == "sync.copied" || trouble == "journal.fork"
}

// Reissue issues again what this machine wrote and the hub does not have, under a new
// name, and answers how that was done. The next exchange sends it. It asks the hub, so
// that nothing which is there already is sent twice.
func (s *Service) Reissue(ctx context.Context, c Client) ([]journal.Reissued, error) {
	if err := s.turn(ctx); err != nil {
		return nil, err
	}
	defer s.free()
	var h Hub
	if err := s.DB.Read(ctx, func(tx *db.Tx) (err error) { h, err = hubOf(tx); return err }); err != nil {
		return nil, err
	}
	client, err := c.http(identity{key: h.key, cert: h.cert}, h.pin)
	if err != nil {
		return nil, err
	}
	defer client.CloseIdleConnections()
	return s.reissue(ctx, func(ctx context.Context, heads []journal.Head) ([]bool, error) {
		var a sameAnswer
		_, err := post(ctx, client, h.Address, pathSame, maxAnswer, sameRequest{toHeads(heads)}, &a)
		return a.Same, err
	})
}

// ReissueAt is Reissue with a hub of the same process.
func (s *Service) ReissueAt(ctx context.Context, hub *Service) ([]journal.Reissued, error) {
	return s.reissue(ctx, hub.same)
}

func (s *Service) reissue(ctx context.Context, ask comparing) ([]journal.Reissued, error) {
	var heads []journal.Head
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		nodes, err := peers(tx)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(nodes, func(p Peer) bool { return p.State == Enrolled }) {
			return fault.New(fault.Conflict, "sync.Reissue", "sync.reissue_hub")
		}
		heads, err = s.Journal.Heads(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	common := make([]journal.Head, len(heads))
	for i, h := range heads {
		if common[i], err = s.common(ctx, h, ask); err != nil {
			return nil, err
		}
	}
	var out []journal.Reissued
	err = s.DB.Write(ctx, func(tx *db.Tx) (err error) {
		h, err := hubOf(tx)
		if err != nil {
			return err
		}
		if out, err = s.Journal.Reissue(tx, common); err != nil {
			return err
		}
		if _, err := tx.Exec("UPDATE sync_hub SET trouble = '', ticket = NULL"); err != nil {
			return err
		}
		return s.didReissue(ctx, tx, h, out)
	})
	return out, err
}

// common finds the last entry of an origin that both sides have: who has an entry has
// all before it, since each hash is over the one before.
func (s *Service) common(ctx context.Context, end journal.Head, ask comparing) (journal.Head, error) {
	last, from, to := journal.Head{Origin: end.Origin}, uint64(0), end.Seq+1 // the hub has from, and not to
	for to-from > 1 {
		var places []journal.Head
		err := s.DB.Read(ctx, func(tx *db.Tx) error {
			places = places[:0]
			step := max((to-from)/sameMost, 1)
			for at := to - 1; at > from && len(places) < sameMost; at -= min(step, at) {
				hash, _, err := s.Journal.HashAt(tx, end.Origin, at)
				if err != nil {
					return err
				}
				places = append(places, journal.Head{Origin: end.Origin, Seq: at, Hash: hash})
			}
			return nil
		})
		if err != nil {
			return last, err
		}
		same, err := ask(ctx, places)
		if err != nil {
			return last, err
		}
		if len(same) != len(places) {
			return last, badFrame()
		}
		if i := slices.Index(same, true); i >= 0 {
			last, from = places[i], places[i].Seq
			places = places[:i]
		}
		if len(places) > 0 {
			to = places[len(places)-1].Seq
		}
	}
	return last, nil
}

// mostMoved bounds what one act says, as each payload is bounded.
const mostMoved = 1000

// didReissue keeps what was issued again: by whom, when, from which name to which. It
// goes up with the rest, so that the hub can say what these entries were.
func (s *Deps) didReissue(ctx context.Context, tx *db.Tx, h Hub, all []journal.Reissued) error {
	type moved struct {
		From  string `json:"from"`
		After uint64 `json:"after"`
		To    uint64 `json:"to"`
		Head  []byte `json:"head"`
		As    string `json:"as"`
	}
	for some := range slices.Chunk(all, mostMoved) {
		var list []moved
		for _, r := range some {
			list = append(list, moved{r.From.String(), r.After, r.To, r.Head[:], r.As.String()})
		}
		if err := s.keepAct(ctx, tx, NodeReissued, Peer{ID: h.Node, Name: h.Name, Sites: h.Sites}, map[string]any{"reissued": list}); err != nil {
			return err
		}
	}
	return nil
}

// EnrolAnew makes this machine a node of its own at its hub, by a code: another machine
// goes on as the one that it was. What it has of the hub stays, and is brought up to date.
func (s *Service) EnrolAnew(ctx context.Context, c Client, text string) (Hub, error) {
	if err := s.turn(ctx); err != nil {
		return Hub{}, err
	}
	defer s.free()
	co, id, req, err := s.anew(ctx, text)
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
	return s.enrolledAnew(ctx, co, id, pin, a)
}

// anew makes another identity: the one that is here is on the other machine too.
func (s *Service) anew(ctx context.Context, text string) (code, identity, enrolRequest, error) {
	var id identity
	co, err := parseCode(text)
	if err != nil {
		return co, id, enrolRequest{}, err
	}
	if id, err = newIdentity(); err != nil {
		return co, id, enrolRequest{}, err
	}
	recipient, err := id.recipient()
	if err != nil {
		return co, id, enrolRequest{}, err
	}
	var self db.ID
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		h, err := hubOf(tx)
		if err != nil {
			return err
		}
		if !bytes.HasPrefix(h.pin, co.pin) { // what it has of one hub is not for another
			return fault.Field("sync.EnrolAnew", "code", "sync.other_hub")
		}
		self, err = s.Journal.Installation(tx)
		return err
	})
	return co, id, enrolRequest{Secret: co.secret, Program: s.Program, Installation: self[:], Recipient: recipient}, err
}

func (s *Service) enrolledAnew(ctx context.Context, co code, id identity, pin []byte, a enrolAnswer) (Hub, error) {
	node, err := idOf(a.Node)
	if err != nil {
		return Hub{}, err
	}
	sites, err := json.Marshal(append([]string{}, a.Sites...))
	if err != nil {
		return Hub{}, err
	}
	var h Hub
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		// Which feed it took so far it says to the hub, which then knows what it has.
		if _, err := tx.Exec(`UPDATE sync_hub SET address = ?, pin = ?, recipient = ?, node = ?, name = ?, sites = ?, key = ?, cert = ?, received = 0, trouble = '', ticket = NULL, made = ?`,
			co.address, pin, a.Recipient, node, a.Name, string(sites), id.cert, id.cert, s.Clock()); err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO sync_identity (one, key, cert, age) VALUES (1, ?, ?, ?)
			ON CONFLICT (one) DO UPDATE SET key = excluded.key, cert = excluded.cert, age = excluded.age`, id.key, id.cert, id.age); err != nil {
			return err
		}
		if _, err := tx.Exec("DELETE FROM sync_acked"); err != nil {
			return err
		}
		h, err = hubOf(tx)
		return err
	})
	if err == nil {
		s.words.keep(h, nil)
	}
	return h, err
}
