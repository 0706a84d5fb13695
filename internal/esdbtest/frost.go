package esdbtest

import (
	"net"
	"sync"
)

// frost holds up connections while it lasts.
type frost struct {
	mu     sync.Mutex
	thawed chan struct{} // closed when it is over, nil while there is none
}

func (f *frost) set(frozen bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case frozen && f.thawed == nil:
		f.thawed = make(chan struct{})
	case !frozen && f.thawed != nil:
		close(f.thawed)
		f.thawed = nil
	}
}

func (f *frost) is() bool { return f.lasts() != nil }

func (f *frost) lasts() chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.thawed
}

// wait waits for the end of the frost, or of the connection.
func (f *frost) wait(closed <-chan struct{}) {
	if thawed := f.lasts(); thawed != nil {
		select {
		case <-thawed:
		case <-closed:
		}
	}
}

// frosty is a listener whose connections a frost holds up.
type frosty struct {
	net.Listener
	frost *frost
}

// Accept implements net.Listener.
func (l frosty) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &frostyConn{Conn: conn, frost: l.frost, closed: make(chan struct{})}, nil
}

type frostyConn struct {
	net.Conn
	frost  *frost
	once   sync.Once
	closed chan struct{}
}

// Read implements net.Conn.
func (c *frostyConn) Read(into []byte) (int, error) {
	count, err := c.Conn.Read(into)
	c.frost.wait(c.closed) // also for what came before it began
	return count, err
}

// Write implements net.Conn.
func (c *frostyConn) Write(data []byte) (int, error) {
	c.frost.wait(c.closed)
	return c.Conn.Write(data)
}

// Close implements net.Conn.
func (c *frostyConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}
