// Package team is the sealed rooms of teams (package seal) as pages: who is a member, how one
// becomes one, and where somebody goes with a concern.
//
// # Vocabulary
//
//   - Room: a team and what it keeps, for one purpose: support (package mhpss) or priority
//     (package cmr).
//   - Member: who holds the room's key. Members admit and remove members; no role does.
//   - Supervision: a talk about the work, kept in the room; it names no person in care.
//   - Concern: goes outside the team, by the complaints of package stewardship, which need no
//     account and reach nobody of the site they are about.
//
// # What it must never do
//
// Say the name of a room, a member or a person in an address, a title, a log or an audit that
// somebody outside can read: titles stay in the browser's history. Who looked is kept in the
// room itself.
package team
