package locks

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// A lock that a session holds ends with the session, and a session ends when the server
// notices that its client is gone. Of a client whose machine or network fell silent it
// notices nothing for hours by itself. So a session that may hold a lock is lent it: its
// client says something every Beat, and the server ends a session whose client has been
// silent for Silence (L-01).
const (
	// Beat is how often the client of a session that may hold locks says something.
	Beat = 3 * time.Second
	// Silence is after how long without a word such a session ends.
	Silence = 20 * time.Second
	// AnswerWithin is how long such a client waits for an answer before it takes its
	// session for lost.
	AnswerWithin = 5 * time.Second
)

// Holder is the name of a session that may hold locks.
type Holder string

// NewHolder gives a name that no other session has.
func NewHolder() Holder { return Holder("guishu holder " + uuid.NewString()) }

// Connect opens the session. It ends by itself when its client has been silent:
// PostgreSQL has such a limit since version 14. Before, and where the connection hangs in
// the middle of a statement, EndSilent ends it.
func (h Holder) Connect(ctx context.Context, config *pgx.ConnConfig) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*AnswerWithin)
	defer cancel()
	config = config.Copy()
	Settings(config.RuntimeParams)
	config.RuntimeParams["application_name"] = string(h)
	connection, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	_, err = connection.Exec(ctx, `
		SELECT set_config('idle_in_transaction_session_timeout', $1, false),
			CASE WHEN current_setting('server_version_num')::int >= 140000 THEN set_config('idle_session_timeout', $1, false) END`,
		fmt.Sprint(Silence.Milliseconds()))
	if err != nil {
		_ = connection.Close(context.WithoutCancel(ctx))
		return nil, fmt.Errorf("make a session end when its client is silent: %w", err)
	}
	return connection, nil
}

// Settings make the server give up the connection of a client that is gone within half a
// minute, on a network that does not even say so. They are for every connection of the
// program: each may hold a lock for as long as a transaction lasts. What is there stays.
func Settings(of map[string]string) {
	for name, value := range map[string]string{
		"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "4", // seconds
		"tcp_user_timeout": "30000", // milliseconds
	} {
		if _, given := of[name]; !given {
			of[name] = value
		}
	}
}

// Say lets the server know that the client is there.
func Say(ctx context.Context, session Session) error {
	ctx, cancel := context.WithTimeout(ctx, AnswerWithin)
	defer cancel()
	_, err := session.Exec(ctx, "SELECT")
	return err
}

// End ends the session of that name, where there still is one: an earlier one of this
// process, whose connection was lost.
func (h Holder) End(ctx context.Context, session Session) error {
	_, err := session.Exec(ctx, `
		SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE application_name = $1 AND pid <> pg_backend_pid()`, string(h))
	return err
}

// holding is the session that holds the lock of the number $1.
const holding = `
	FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
	WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.pid <> pg_backend_pid()
	AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
	AND (l.classid::bigint << 32 | l.objid::bigint) = $1`

// EndHolder ends the session that holds the lock, whoever's it is.
func (l Lock) EndHolder(ctx context.Context, session Session) error {
	number, err := l.Number(ctx, session)
	if err != nil {
		return err
	}
	_, err = session.Exec(ctx, `SELECT pg_terminate_backend(pid)`+holding, number)
	return err
}

// EndSilent ends the session that holds the lock, where its client was to say something
// and has been silent for Silence, by the server's clock. Sessions of programs that hold
// a lock without a word are left alone.
func (l Lock) EndSilent(ctx context.Context, session Session) error {
	number, err := l.Number(ctx, session)
	if err != nil {
		return err
	}
	_, err = session.Exec(ctx, `SELECT pg_terminate_backend(pid)`+holding+`
		AND a.application_name LIKE 'guishu holder %' AND a.wait_event IN ('ClientRead', 'ClientWrite')
		AND a.state_change < clock_timestamp() - make_interval(secs => $2)`, number, Silence.Seconds())
	return err
}
