// Package sync carries the journal between nodes and hubs: over a link that is slow
// and cut, or as a file on a stick. It routes by the headers of entries and never
// looks into a payload.
//
// # Vocabulary
//
// A node works at a site, and is enrolled at one hub. Up goes what was written at the
// node: each of its origins whole, in order. Down comes the node's feed (package
// journal): what belongs to its catchment, whom it was sent, and whom it asked for. A
// session is one connection's exchange; a frame is one message of it. A chunk is a
// frame of entries that is committed whole and then acknowledged. The window is how
// much is under way without an acknowledgement. A receipt is what the hub says it has.
//
// # The exchange
//
//	node                         hub
//	hello (heads, feed position) →
//	                             ← welcome (what the hub has of these origins, feed)
//	entries …                    →
//	                             ← acked (heads)
//	                             ← items … (of the feed)
//	taken (feed position)        →
//	parts …                      →   (to a hub that was put back, before entries)
//	                             ← acked (heads, and which parts it refuses)
//	parts (issued again) …       →   (see back.go)
//	end (nothing more)           →
//	                             ← level (nothing more; the receipt)
//
// Both directions run at once. Either side may be cut at any point: what was
// committed is what the next hello and welcome say, and at most a window is sent again.
// A session is a machine that takes frames and answers frames (NodeSession,
// HubSession). What moves the frames is another matter: HTTPS (transport.go), a file
// (file.go), or a simulator that loses them (link.go, e2e/sim). A ticket (ticket.go)
// tells two machines on copies of one disk apart.
//
// # Between hubs
//
// Two hubs of two organisations exchange under agreements (swap.go): a feed in each
// direction for each agreement, with what was handed over under it and nothing else.
// What an agreement allows, Sharing answers; a hub is no node, and is never sent one's
// feed. swap_ask.go asks whether somebody is handed over, without naming them.
//
// # What it must never do
//
// Lose what the hub has not acknowledged; take anything that does not verify; merge a
// fork; send what is not in the feed; put a record, a name or a number into an error,
// a log or a URL; trust a clock.
package sync
