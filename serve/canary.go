package serve

import (
	"fmt"
	"hash/fnv"
	"math"

	leadscorev1 "leadscore/proto/leadscore/v1"
)

// canary lets the challenger answer a share of the leads.
type canary struct {
	below uint64 // of 2^53
	route *route
}

// canaryScale is the number of places that a lead's id may fall on.
const canaryScale = 1 << 53

func newCanary(share float64, challenger *ready) *canary {
	return &canary{below: uint64(share * canaryScale), route: challenger.route("challenger", true)}
}

// takes says whether a lead is the challenger's: by a hash of its id alone, so that a lead stays on its side from request to
// request, from server to server and from challenger to challenger, and a larger share adds leads and moves none back.
func (c *canary) takes(leadID string) bool {
	if c == nil {
		return false
	}
	h := fnv.New64a()
	h.Write([]byte(leadID))
	return mix(h.Sum64())>>11 < c.below
}

// mix spreads FNV's bits, whose upper ones hardly move between ids that differ in their last letter: the finalizer of
// MurmurHash3 (Appleby, 2011).
func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

func checkCanary(shares map[string]float64) error {
	for model, share := range shares {
		if math.IsNaN(share) || share < 0 || share > 1 {
			return fmt.Errorf("canary share of %q: %v; want 0 to 1", model, share)
		}
	}
	return nil
}

// forLead is the route that scores this lead: the canary's for those of its share.
func (r *route) forLead(wire *leadscorev1.Lead) *route {
	if r.canary.takes(wire.GetId()) {
		return r.canary.route
	}
	return r
}
