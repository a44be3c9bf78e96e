package database

import (
	"context"
	"net"
	"sync"
	"time"
)

// dialer connects to a server. A connection on which the server says nothing for
// the given time, though it was asked, breaks: a process that hangs answers TCP's
// own questions as if all were well. 0 waits for ever.
func dialer(silence time.Duration) func(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{
		Timeout:         dialLimit,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3},
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := d.DialContext(ctx, network, address)
		if err != nil || silence == 0 {
			return conn, err
		}
		return &impatient{Conn: conn, silence: silence}, nil
	}
}

// impatient is a connection whose every Read and Write ends in time. The driver
// reads only while it waits for an answer. Deadlines that the driver sets itself,
// when a caller's context ends, go before.
type impatient struct {
	net.Conn
	silence time.Duration

	mu  sync.Mutex
	set bool // the driver has set a deadline
}

func (c *impatient) Read(b []byte) (int, error) {
	c.unlessSet(c.Conn.SetReadDeadline)
	return c.Conn.Read(b)
}

func (c *impatient) Write(b []byte) (int, error) {
	c.unlessSet(c.Conn.SetWriteDeadline)
	return c.Conn.Write(b)
}

func (c *impatient) unlessSet(deadline func(time.Time) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.set {
		_ = deadline(time.Now().Add(c.silence)) // of a closed connection: Read and Write say so
	}
}

// SetDeadline is how the driver cuts an answer short, and with the zero time how it
// goes on.
func (c *impatient) SetDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.set = !t.IsZero()
	return c.Conn.SetDeadline(t)
}
