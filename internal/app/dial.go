package app

import (
	"net"
	"time"
)

// unansweredFor is how long a database's machine may leave what was sent to it
// unanswered on the network before its connections count as lost. A machine
// that loses power or its cable says nothing; without a bound, appends that were
// sent would wait a quarter of an hour, and silent connections for most of one.
// A statement may take as long as it likes: the machine that works on it answers
// all the while.
const unansweredFor = 30 * time.Second

// databaseDialer connects to the database.
func databaseDialer() *net.Dialer {
	return &net.Dialer{
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: unansweredFor / 3, Interval: unansweredFor / 6, Count: 4},
		Control:         boundUnanswered,
	}
}
