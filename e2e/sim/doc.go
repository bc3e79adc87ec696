// Package sim runs a hub and several nodes in one process and lets everything go
// wrong that does in the field: power cuts at any write, disks that are full, links
// that are cut, clocks that jump, disks that are put back to an older day or copied,
// programs of two versions. Then it lets all of it heal and looks whether anything
// that was acknowledged is lost, and whether anyone has something else than the hub.
//
// Everything happens under one scheduler: the disks are in memory below SQLite, the
// links are queues of frames, the clocks are numbers, and randomness comes from the
// seed. So a seed replays exactly, and a run that fails is shortened to the fewest
// steps that still fail.
//
//	go test ./e2e/sim -sim.runs 1000 -sim.seed 1
//
// # Vocabulary
//
// A run is a plan carried out: machines and steps drawn from a seed. A machine is a
// device with a disk, a clock and a program. A step is one thing that happens. The
// oracle stands outside of all machines and remembers what was acknowledged, and on
// which disks that can still be.
//
// # What is not encrypted here
//
// The disks are plain, so that the words of erased records can be looked for in their
// raw bytes. Power cuts below the cipher are the matter of kernel/db's own tests.
package sim
