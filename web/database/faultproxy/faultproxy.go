// Package faultproxy stands between a portal and its PostgreSQL server and makes
// the trouble that networks make. It is for tests, and not for use outside the portal.
package faultproxy

import (
	"fmt"
	"net"
	"net/url"
	"sync"
	"time"
)

// Mode is what the proxy does with connections, those that are open and new ones.
type Mode int

// The modes. Refused connections find nobody listening, and open ones are reset;
// Hang accepts and keeps all of them, and passes nothing on until the mode changes.
const (
	Pass Mode = iota
	Hang
	Refuse
)

// Cut says at which point of the next commit its connection is reset.
type Cut int

// BeforeCommit loses the question, so the server rolls back; AfterCommit loses the
// answer to a commit that was carried out.
const (
	never Cut = iota
	BeforeCommit
	AfterCommit
)

// Proxy is one listener in front of one server.
type Proxy struct {
	target, address string

	mu       sync.Mutex
	changed  *sync.Cond
	mode     Mode
	delay    time.Duration
	cut      Cut
	closed   bool
	listener net.Listener
	open     map[net.Conn]bool
	work     sync.WaitGroup
}

// New listens on a free port in front of the server that a database URL names.
func New(databaseURL string) (*Proxy, error) {
	u, err := url.Parse(databaseURL)
	if err != nil {
		return nil, err
	}
	p := &Proxy{target: u.Host, address: "127.0.0.1:0", open: map[net.Conn]bool{}}
	p.changed = sync.NewCond(&p.mu)
	p.mu.Lock()
	defer p.mu.Unlock()
	return p, p.listen()
}

// URL is the database's URL through the proxy.
func (p *Proxy) URL(databaseURL string) string {
	u, err := url.Parse(databaseURL)
	if err != nil {
		return err.Error() // New has read it
	}
	u.Host = p.address
	return u.String()
}

// Set changes the mode.
func (p *Proxy) Set(mode Mode) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	was := p.mode
	p.mode = mode
	p.changed.Broadcast()
	if mode == Refuse && was != Refuse {
		p.listener.Close()
		p.resetAll()
	}
	if was == Refuse && mode != Refuse {
		return p.listen()
	}
	return nil
}

// Delay holds every message of the server up for so long.
func (p *Proxy) Delay(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = d
}

// CutNext resets the connection on which the next commit is made.
func (p *Proxy) CutNext(at Cut) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = at
}

// Reset cuts every open connection, as a server that fails over does.
func (p *Proxy) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.resetAll()
}

// Close ends the proxy and everything through it.
func (p *Proxy) Close() error {
	p.mu.Lock()
	p.closed = true
	p.changed.Broadcast()
	p.listener.Close()
	p.resetAll()
	p.mu.Unlock()
	p.work.Wait()
	return nil
}

// listen holds p.mu.
func (p *Proxy) listen() error {
	listener, err := net.Listen("tcp", p.address)
	if err != nil {
		return fmt.Errorf("fault proxy: %w", err)
	}
	p.listener, p.address = listener, listener.Addr().String()
	p.work.Go(func() { p.accept(listener) })
	return nil
}

func (p *Proxy) accept(listener net.Listener) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		p.work.Go(func() { p.serve(client) })
	}
}

// serve joins a client to the server, message by message.
func (p *Proxy) serve(client net.Conn) {
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		reset(client)
		return
	}
	p.track(client, server)
	defer p.forget(client, server)
	both := sync.WaitGroup{}
	both.Go(func() { p.copy(server, client, p.asks) })
	both.Go(func() { p.copy(client, server, p.answers) })
	both.Wait()
}

func (p *Proxy) track(pair ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, conn := range pair {
		p.open[conn] = true
		if p.closed || p.mode == Refuse {
			reset(conn)
		}
	}
}

func (p *Proxy) forget(pair ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, conn := range pair {
		delete(p.open, conn)
		conn.Close()
	}
}

// resetAll holds p.mu.
func (p *Proxy) resetAll() {
	for conn := range p.open {
		reset(conn)
	}
}

// reset closes a connection as a machine does that has lost its memory of it.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	conn.Close()
}
