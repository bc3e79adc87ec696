// Package campaign is what is said to many people: about which topic, to whom, in which
// languages and by which ways; what they say in return; and, for tuberculosis, how many
// were screened and came to treatment.
//
// # Vocabulary
//
//   - Campaign: a topic, audiences, languages and channels, from a day to a day.
//   - Message: a text in one language. A change is a new version. A version is approved by
//     a second person who says that they read the language, and used only then; one that
//     was withdrawn is not used again.
//   - Activity: a message version said at a place on a day, and how many people were
//     reached, by sex and age where it is known.
//   - Reach: how many people that may be. Counts of people who may be the same are never
//     added up to one number: the answer is a range.
//   - Cascade: of a stretch of a tuberculosis campaign, how many were screened,
//     presumptive, tested, diagnosed and started on treatment.
//   - Rumour: what is said, in its own words, with the risk it carries, how often it was
//     heard, and its answer. One that speaks of illness or death is raised as a signal.
//
// # Journal kinds
//
// programme.campaign, programme.message, programme.activity, programme.cascade and
// programme.rumour are about nobody.
//
// # What it must never do
//
//   - Send a message to a person, or hold a list of people.
//   - Add people who may be the same, or take what nobody counted for none.
//   - Let a version out that its own author approved.
//   - Raise two signals of one rumour.
//   - Hold a topic, a channel, an audience or a risk in Go: they are lists with sources
//     (data), with their words.
//
// # Standards
//
// The kinds of feedback, and that feedback about abuse, fraud and children goes another
// way, are the IFRC feedback kit's and the RCCE Collective's.
package campaign
