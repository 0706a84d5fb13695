package domain

// ReservationAbandoned closes the way for a command that reserved a unique key
// (an identity document, a login name) for this stream and never finished: it
// takes the revision that command would have written at, so that the key can be
// given to somebody else without ever belonging to two (design §2). It changes
// no state of its own.
type ReservationAbandoned struct {
	Kind string // what was reserved, such as "identity"
}
