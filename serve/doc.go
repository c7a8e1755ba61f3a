// Package serve answers scores over gRPC.
//
// One lead's way through a call, each step a file of its own:
//
//	bytes -> request            decode.go    a message that is none is the caller's fault, not the server's
//	request -> version          catalog.go   "deals", "deals@challenger", "deals/VERSION"; loaded once, checked, shared
//	request -> checked lead     check.go     every violated field at once, with its path: lead.fields["employees"]
//	checked lead -> snapshot    lead.go      features.Schema.NewLead and Lead.At: the code that training uses
//	snapshot -> both scores     models.Scorer.Score
//	scores -> response          answer.go
//	error -> status             status.go    the one place that makes gRPC codes
//
// What answers is one table (catalog.go) that a reload (reload.go) replaces as a whole; modelservice.go, resources.go and modelwire.go are
// ModelService, which moves versions. The challenger may score in the shadow (shadow.go) or answer a share (canary.go).
//
// Before each call (gate.go): who calls, by package auth, whether it may, and whether there is room. Beside them: figures for
// Prometheus (metrics*.go, tally.go), spans (traces.go), and a port of its own for those who run the server (admin.go).
//
// Around each call (calls.go): a request id, a line in the log, and a panic that ends this call alone. The log holds ids,
// model, version, code and time taken; never a field or an event of a lead, nor a text that might quote one.
//
// Wire types, those of leadscore/proto, stop inside this package and its client. Start at [New], then [Server.Run].
package serve
