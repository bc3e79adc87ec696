// Package backup writes a whole node or hub into one encrypted file, and reads it
// back into a database of either engine.
//
// # Vocabulary
//
// An archive is one file that ends in .godwit.age. A place is where archives are
// kept: a folder, or a bucket of a store that speaks S3. A recipient is a public
// key (age1…) of the organisation; an identity is the private key that belongs to
// it, and is not on the node. To verify is to restore into a scratch database and
// to compare.
//
// # The archive
//
//	age ( "godwit backup 1\n", zstd ( frames ) )
//
// A frame is a letter, a length and a content: the header (what it holds, the head
// of every chain, the migrations its tables had), then for each table its name,
// its columns and its rows, and last the trailer (rows of each table, bytes, and
// SHA-256 of all that came before). A cell is one of the five that both engines
// have. docs/adr/0016-backups.md says why rows and not the file.
//
// The rows are read in one transaction, so they are of one moment: the heads of an
// archive are a prefix of every chain, and what is projected fits them.
//
// # Nothing plain
//
// Rows go from the database's memory through zstd and age into the file; there is
// no step between. What a scratch database keeps on disk is encrypted with a
// random key that exists in memory only.
//
// # What an archive proves
//
// Age authenticates each part to who has the identity: nothing can be changed, left
// out or cut off unseen. It does not say who wrote the archive, since recipients
// are public; the heads do, against those that a hub or a printed report has.
//
// # What it must never do
//
// Write what is not encrypted to a disk or to a place. Put an identity, a
// credential or the name of anybody into a name, an error or a log. Leave half an
// archive under a final name. Run a statement with a name out of an archive that
// is not a table of this program.
package backup
