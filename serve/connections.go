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

// connectionCounts are those of a server.
type connectionCounts struct{ open, refused atomic.Int64 }

// Accept implements [net.Listener].
func (b *boundedListener) Accept() (net.Conn, error) {
	for {
		conn, err := b.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if b.counts.open.Add(1) <= b.most {
			return &boundedConn{Conn: conn, from: b}, nil
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
	c.once.Do(func() { c.from.counts.open.Add(-1) })
	return c.Conn.Close()
}
