package domain

// ReservationAbandoned closes the way for a command that reserved a unique key
// (an identity document, a login name) for this stream and never finished: it
// takes the revision that command would have written at, so that the key can be
// given to somebody else without ever belonging to two (design §2). It changes
// no state of its own.
type ReservationAbandoned struct {
	Kind UniqueName `label:"唯一键|Unique key"` // what was reserved, such as "identity"
}

// Ledger is what the ledger itself writes, into streams of any aggregate.
func Ledger() Aggregate {
	return Aggregate{
		Name:     "ledger",
		Codes:    Codes(),
		Anywhere: []EventType{DescribeEvent[ReservationAbandoned]("ledger.reservation-abandoned", 1).Titled("放弃预留", "Reservation given up").ReadIn(AreaCustomer)},
	}
}
