package faultproxy

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"time"
)

// message is one of PostgreSQL's protocol: a letter, and text. The letter of the
// first ones of a client is 0.
type message struct {
	kind  byte
	whole []byte
}

// copy passes messages on until the connection ends. before says of each whether the
// connection ends with it, unsent.
func (p *Proxy) copy(to, from net.Conn, before func(message) bool) {
	defer to.Close()
	defer from.Close()
	in := bufio.NewReader(from)
	for {
		m, err := read(in)
		if err != nil {
			return
		}
		if !p.mayPass() {
			return
		}
		if before(m) {
			reset(to)
			reset(from)
			return
		}
		if _, err := to.Write(m.whole); err != nil {
			return
		}
	}
}

// mayPass waits while the proxy hangs; false at its end.
func (p *Proxy) mayPass() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.mode == Hang && !p.closed {
		p.changed.Wait()
	}
	return !p.closed
}

// asks reports whether the connection ends at a client's message.
func (p *Proxy) asks(m message) bool {
	return m.kind == 'Q' && bytes.EqualFold(bytes.TrimRight(m.whole[5:], "\x00"), []byte("commit")) && p.cuts(BeforeCommit)
}

// answers reports whether the connection ends at a server's message.
func (p *Proxy) answers(m message) bool {
	p.mu.Lock()
	delay := p.delay
	p.mu.Unlock()
	time.Sleep(delay)
	return m.kind == 'C' && bytes.Equal(bytes.TrimRight(m.whole[5:], "\x00"), []byte("COMMIT")) && p.cuts(AfterCommit)
}

func (p *Proxy) cuts(at Cut) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cut != at {
		return false
	}
	p.cut = never
	return true
}

// read takes one message. A client begins with a length, whose first byte is 0, and
// no letter; no length of a letter's message is looked at twice.
func read(in *bufio.Reader) (message, error) {
	first, err := in.Peek(1)
	if err != nil {
		return message{}, err
	}
	head := 5
	if first[0] == 0 {
		head = 4
	}
	start, err := in.Peek(head)
	if err != nil {
		return message{}, err
	}
	whole := make([]byte, head-4+int(binary.BigEndian.Uint32(start[head-4:])))
	_, err = io.ReadFull(in, whole)
	return message{first[0], whole}, err
}
