package serve

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"leadscore/serve/auth"
)

// callerRates are the callers' token buckets.
type callerRates struct {
	perSecond rate.Limit
	burst     int

	mu     sync.Mutex
	byName map[string]*rate.Limiter
}

// mostCallers is when buckets that are full again, and say nothing, are dropped.
const mostCallers = 10_000

// newCallerRates gives nil, which limits nothing, for a rate of 0.
func newCallerRates(perSecond float64, burst int) *callerRates {
	if perSecond == 0 {
		return nil
	}
	return &callerRates{perSecond: rate.Limit(perSecond), burst: burst, byName: map[string]*rate.Limiter{}}
}

// wait takes one call out of the caller's bucket, or says how long until there is one again. Callers are told apart by how
// and as whom they are known.
func (c *callerRates) wait(who auth.Caller) time.Duration {
	if c == nil {
		return 0
	}
	now := time.Now()
	taken := c.bucket(string(who.How)+" "+who.Name, now).ReserveN(now, 1)
	delay := taken.DelayFrom(now)
	if delay > 0 {
		taken.CancelAt(now)
	}
	return delay
}

func (c *callerRates) bucket(name string, now time.Time) *rate.Limiter {
	c.mu.Lock()
	defer c.mu.Unlock()
	bucket, ok := c.byName[name]
	if !ok {
		if len(c.byName) >= mostCallers {
			c.drop(now)
		}
		bucket = rate.NewLimiter(c.perSecond, c.burst)
		c.byName[name] = bucket
	}
	return bucket
}

// drop forgets full buckets; if all are in use, any: memory is bounded before rates are.
func (c *callerRates) drop(now time.Time) {
	for name, bucket := range c.byName {
		if bucket.TokensAt(now) >= float64(c.burst) {
			delete(c.byName, name)
		}
	}
	for name := range c.byName {
		if len(c.byName) < mostCallers {
			return
		}
		delete(c.byName, name)
	}
}
