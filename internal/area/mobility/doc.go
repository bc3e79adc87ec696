// Package mobility is how people move, as it was counted, told and estimated, and what
// that says of an outbreak: who may be next, how many infected travellers to expect,
// where to look for them, and what closing a way would do.
//
// # Vocabulary
//
//   - Matrix: a number for each ordered pair of places, as one source gives it: people
//     who travel in a period, people displaced, minutes on the road, kilometres.
//   - Row: all that a matrix says of one origin.
//   - Flow point: where people are counted who pass (kernel/place.FlowPoint), in some
//     hours of some days; what was not watched is estimated with an interval.
//   - Group: people who passed a flow point together, as somebody saw and asked them.
//   - Watched: an hour in which somebody watched. An hour that nobody watched is no hour
//     in which nobody came.
//   - Assumption: a number of a model that nobody measured, between limits, with who says
//     so (data/assumptions.csv, or an officer of this node).
//   - Sketch: a line of a participatory map.
//   - Corridor: the ways from one place to another that are looked at as one.
//   - Ranking: places not yet affected in the order in which a model expects them to be.
//     It always stands beside others and beside how it did on the days before.
//
// # Journal kinds
//
// mobility.matrix, mobility.row, mobility.assumptions, mobility.watchpoint,
// mobility.group, mobility.watched, mobility.answer, mobility.corridor and
// mobility.sketch are about nobody. Their ids follow from the code of
// the matrix and the origin, so that bringing a file in twice changes nothing.
//
// # What it must never do
//
//   - Give one risk number, or a ranking without its back-test and its limits.
//   - Read a pair that nobody listed, or a day that nobody watched, as zero, unless the
//     source says that its list is whole.
//   - Link what a traveller told to a health record, or keep who a traveller is.
//   - Show or let out where an unofficial crossing, a shelter or a place of detention
//     is, or the origin of a small group, finer than the first administrative level.
//   - Call a delay a prevention.
//
// # Standards
//
// IOM, DTM methodological framework (flow monitoring registry and survey), and
// participatory mapping; IHR (2005) articles 20, 23 and 43; the methods are those of
// engine/flow, with their sources there.
package mobility
