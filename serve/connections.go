package serve

import (
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// boundedListener closes connections beyond a number at once, so that a client learns that it has to go elsewhere instead
// of waiting in a queue.
type boundedListener struct {
	net.Listener
	counts *connectionCounts
	most   int64
	log    *slog.Logger
	told   atomic.Int64 // when the log last said that one was refused, Unix seconds
}

// connectionCounts are those of a server, and its connections by the address of their other end.
type connectionCounts struct {
	open, refused atomic.Int64
	byAddress     sync.Map // text of a [net.Addr] -> *boundedConn
}

// hangUp closes the connection with an address. It is for a caller that does not read: what is written for it, even the end of
// its call, only waits in memory, and nothing less than the end of the connection frees that.
func (c *connectionCounts) hangUp(other net.Addr) {
	if conn, ok := c.byAddress.Load(other.String()); ok {
		conn.(*boundedConn).Close()
	}
}

// Accept implements [net.Listener].
func (b *boundedListener) Accept() (net.Conn, error) {
	for {
		conn, err := b.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if b.counts.open.Add(1) <= b.most {
			kept := &boundedConn{Conn: conn, from: b}
			b.counts.byAddress.Store(conn.RemoteAddr().String(), kept)
			return kept, nil
		}
		b.counts.open.Add(-1)
		b.counts.refused.Add(1)
		conn.Close()
		if now := time.Now().Unix(); now-b.told.Swap(now) > 0 { // a line a second at most
			b.log.Warn("connection refused: as many are open as the limit allows", "limit", b.most, "refused_so_far", b.counts.refused.Load())
		}
	}
}

type boundedConn struct {
	net.Conn
	from *boundedListener
	once sync.Once
}

// Close implements [net.Conn].
func (c *boundedConn) Close() error {
	c.once.Do(func() {
		c.from.counts.byAddress.CompareAndDelete(c.RemoteAddr().String(), c)
		c.from.counts.open.Add(-1)
	})
	return c.Conn.Close()
}
