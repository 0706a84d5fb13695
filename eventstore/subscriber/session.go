package subscriber

import (
	"context"
	"time"

	"guishu/eventstore/postgres/locks"

	"github.com/jackc/pgx/v5"
)

// session is the one connection of a process over which it holds and asks for leases,
// while there are any. It is no pool's: from a pool, a few leases would take all there
// are, and a busy one would keep them from being renewed.
type session struct {
	connect *pgx.ConnConfig

	// turn is held by whoever uses the rest.
	turn   chan struct{}
	conn   *pgx.Conn // nil while there is none
	holder locks.Holder
	number int             // of conn: how many there were
	lost   []locks.Holder  // earlier ones, which the server may have still
	users  int             // leases held or waited for
	taken  map[string]bool // consumers of which this process holds the lease
}

func newSession(connect *pgx.ConnConfig) *session {
	// Behind somebody who holds the row of one consumer, the others are not held up.
	connect.RuntimeParams["lock_timeout"] = "1s"
	return &session{connect: connect, turn: make(chan struct{}, 1), taken: map[string]bool{}}
}

// do uses the connection, one at a time. A connection whose answer does not come within
// patience is closed; one whose asker goes away is not, since it is others' too.
func (s *session) do(ctx context.Context, patience time.Duration, use func(context.Context) error) error {
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	case <-bounded.Done():
		return bounded.Err()
	}
	defer func() { <-s.turn }()
	if err := s.open(bounded); err != nil {
		return err
	}
	return use(bounded)
}

// open makes a connection where there is none. What an earlier one of this process
// still holds ends at once.
func (s *session) open(ctx context.Context) error {
	if s.conn != nil && !s.conn.IsClosed() {
		return nil
	}
	if s.conn != nil {
		s.lost, s.conn = append(s.lost, s.holder), nil
	}
	holder := locks.NewHolder()
	conn, err := holder.Connect(ctx, s.connect)
	if err != nil {
		return err
	}
	for len(s.lost) > 0 {
		if err := s.lost[0].End(ctx, conn); err != nil {
			_ = conn.Close(ctx)
			s.lost = append(s.lost, holder)
			return err
		}
		s.lost = s.lost[1:]
	}
	s.conn, s.holder = conn, holder
	s.number++
	return nil
}

// join counts a lease that needs the connection.
func (s *session) join() {
	s.turn <- struct{}{}
	s.users++
	<-s.turn
}

// leave counts one that needs it no more, and had these consumers; the last one closes
// the connection.
func (s *session) leave(patience time.Duration, had ...string) {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	for _, consumer := range had {
		delete(s.taken, consumer)
	}
	s.users--
	if s.users > 0 || s.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if s.conn.IsClosed() || s.conn.Close(ctx) != nil {
		s.lost = append(s.lost, s.holder)
	}
	s.conn = nil
}
