// Package journal is where every change of Godwit is kept: an append-only,
// hash-chained journal from which every current row is projected.
//
// # Vocabulary
//
// A change is what one author did to one document. An entry is that change in the
// journal: header and payload. A document is what all its entries make, merged;
// its id is a UUIDv7. An origin is an installation and a lane; it numbers its
// entries 1, 2, 3 … without gaps. A lane is leased by one process at a time. A
// version names one entry. A base is what an author had seen of a document: per
// origin, the last entry. A group is a set of fields that change together. A
// projection is a table that an area reads, written from documents and from
// nothing else.
//
// # The chain
//
// The hash of an entry is over its header, the commitment to its payload, and the
// hash before it in its origin. The commitment is salted from a secret of the
// document (see hasher.commit). So a payload and a secret can be destroyed and
// the chain still verifies, and nobody can test guesses against what is left. A
// secret is 16 random bytes, or 32 for a document of an older version.
//
//	salt       = SHA-256("godwit salt 1\0" secret installation lane32 seq64)
//	commitment = SHA-256("godwit payload 1\0" salt payload)
//	hash       = SHA-256("godwit entry 1\0" header commitment previous)
//
// Header bytes are kept as hashed, payload bytes as written. Fields, header
// extensions and kinds that this program does not know are kept, merged as
// registers, and projected by CatchUp or Rebuild after an upgrade.
//
// # Merging
//
// Whether two changes saw each other is decided by their bases alone, never by a
// clock. A document's state is a function of the set of its entries: they are
// put in one canonical order (each after its base, else by version) and folded.
// A change that had seen everything, which is the usual one, is laid over the
// stored state; any other is merged by folding the history again. A document of one
// entry has no stored state: the entry is it. Orders of
// arrival therefore cannot matter. What the classes do:
//
//   - Append: every change is an item of its own (Doc.Items); Fields show the
//     last of each field.
//   - Register: concurrent values are all kept (Doc.Disputed), the one of the
//     greatest version is shown, and a review item is open until a change that
//     has seen them all sets the group again.
//   - Safety: concurrent values are all kept and none is shown in Fields, so the
//     fact is unknown, until a change names those that it resolves.
//
// Two documents can record one act (a dose that two nurses entered). A kind says
// how that is recognised (Kind.Acts); the review item is open while both stand and
// nobody has said that they are distinct. It too is a function of the documents
// that are here, so it does not depend on the order of arrival.
//
// # One change, several names
//
// Where two machines wrote under one name, what the hub refuses is issued again under
// another one: the end of a chain by the machine that wrote it (Reissue), parts of it by
// whoever still has them (IssueAgain), under a name that follows from the entry's hash. So
// a change can stand here under several names. Entries of one document with one author,
// time and payload, of different origins, are merged once, and who had seen one of them
// had seen the change.
//
//	lane, number = of the entry's hash; the hash before it is the entry's
//
// # Lanes and heads
//
// journal_heads has one row an origin: the end of its chain, and for a lane of
// this installation who holds it until when. A process takes a lane that is free
// or expired by compare-and-set, keeps the head in memory, and moves the row once
// a commit, by compare-and-set again; if it loses, everything in that commit runs
// again on another lane. A restored or copied database calls NewInstallation
// before it writes.
//
// # Feeds
//
// What a node wrote goes up whole, origin by origin (After, Apply). What it is sent is
// a feed of its own: entries of any origin, each with the hash before it, and drops, in
// a sequence with a chain of its own (FillFeed, TakeFeed). So a copy that is filtered
// can be verified entry by entry, and proved to be all that was sent. A document travels
// whole or not at all, since merging needs all of its entries; a person travels with
// everything about them and with those whom a family or a case binds to them
// (Kind.Links, Kind.Binds). What leaves a scope is forgotten, which is not erased. A new
// feed of the same subscriber inherits from the one before (Inherit).
//
//	item = SHA-256("godwit feed 1\0" previous op (hash of the entry | document))
//
// # Erasure
//
// Erase writes an entry that names the document and two officers, and then puts
// commitments in the place of payloads, empties the secret, and deletes the
// merged state and all projected rows. The same happens on every node that the
// entry reaches, and to payloads that arrive later. Headers stay: they hold ids,
// a site and a purpose, and must never hold anything else. db.Scrub rewrites the
// file after it.
//
// # Travelling
//
// Between nodes and hubs entries travel in the chunks of a Packer, which an
// Unpacker takes apart: about 40 bytes a change, of which 22 are random. What is
// taken apart is verified; what an origin's chain holds otherwise, Apply says. A
// short session goes on from what both ends have (Packer.Prime).
//
// # What it must never do
//
// Let a clock decide between two values; lose what somebody typed; overwrite or
// reorder an entry; put a payload into an error or a log; let an area write a
// projected row in any other way than Kind.Project.
//
// # Reading
//
// Kulkarni and others, "Logical Physical Clocks" (2014) for the clock; RFC 9562
// for ids; Shapiro and others, "A comprehensive study of CRDTs" (INRIA 7506,
// 2011), section 3.2.2, for registers that keep every concurrent value.
package journal
