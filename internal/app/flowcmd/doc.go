// Package flowcmd is the command line of engine/flow: godwit flow gravity,
// radiation, distance, import, outbreak, travellers, screening, place-points, seir,
// delay and backtest. It needs no server and no node: CSV files in, CSV or JSON on
// standard output.
//
// Columns are found by name. A column world, network, case_id, case or group (or
// the one named by --by) tells several sets in one file apart, and stands first in
// the output. An empty cell or ND is not known; what cannot be answered for that is
// an empty cell with the state "unknown" beside it.
//
// The package must compute nothing of its own: it reads, calls engine/flow, and
// writes.
package flowcmd
