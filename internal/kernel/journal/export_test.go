package journal

// Recommit makes a payload's commitment and the entry's hash anew, for tests that
// need a well-chained entry of a node that is not honest.
func Recommit(h Header, raw, secret, payload []byte, prev [32]byte) (commitment, hash [32]byte) {
	var s hasher
	commitment = s.commit(secret, h.Version, payload)
	return commitment, s.entry(raw, &commitment, &prev)
}
