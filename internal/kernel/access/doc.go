// Package access is the gate: who somebody is, what they may do, what may leave,
// and who looked.
//
// # Policy
//
// policy.cedar is the policy, in the Cedar language, and testdata/matrix.txt is
// what it comes to; a privacy officer can read both. A user holds roles, sites,
// programmes and a highest sensitivity; an Action is one of a closed list; a
// Resource is a document by its site, programme, sensitivity and, for orders, its
// station. Check decides about one document. Scope gives lists a WHERE clause
// that is worked out from the same policies, so that the two cannot disagree.
// An evaluation error is a denial.
//
// A document of no programme ("") is shared by the programmes of its site. A
// document of no site is open only to users who are not tied to one (All).
// A document whose sensitivity is not set is open to nobody.
//
// To ask "may this user search at all?" use Ever, not Check with an empty
// Resource.
//
// # Users
//
// Users are journal documents (kind access.user) and reach every node. Passwords
// (argon2id), sessions, failures and the read audit are local tables and reach
// none: somebody who works at two nodes has a password on each, and a stolen
// laptop holds the hashes of its own users only.
//
// Where the node has key slots (package key), they follow the accounts: whoever has
// a password here has the slot that it opens, and whoever may not log in has none.
//
// # The door
//
// Middleware stands in front of every page: host names (DNS rebinding), security
// headers, requests from other sites, log-in, idle lock. A form that arrives
// after the log-in ran out is kept, encrypted with a key that only that browser
// holds, and offered again. Package page serves the door's pages.
//
// # What leaves
//
// Every export, print and message is a registered Route and calls Release, which
// checks the right, the consent and the recipient, and writes the audit. The
// middleware stops a path below /print or /export that made no Release.
//
// # Vocabulary
//
// Purpose: what data are used for, with its legal basis (purposes.csv). Glass:
// opening a record outside the own rights, with a reason, for an hour; the
// privacy officer is told. Recipient: who gets what leaves. Standing: what
// Release must know of a person.
//
// # What it must never do
//
// Log or count a name, a log-in, an address or an id of a person; keep the words
// that somebody searched for; let an error or a missing answer open anything;
// serve immigration enforcement as a recipient.
//
// # Standards
//
// NIST SP 800-63B-4 and OWASP Password Storage (passwords), RFC 9106 (argon2id),
// RFC 6265bis (cookies), CSP Level 3, IOM Data Protection Principles, UN
// Principles on Personal Data Protection and Privacy (2018).
package access
