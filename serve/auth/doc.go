// Package auth says who calls, and what they may do: certificates of the transport, bearer tokens kept as hashes, and
// JSON Web Tokens of an identity provider.
//
//	files -> certificates  certificates.go  TLS 1.2 and 1.3, a client CA for mutual TLS; replaced files are taken up while serving
//	file  -> tokens        tokens.go        name, SHA-256, scopes, end; a new one by NewToken (mint.go)
//	JWKS  -> keys          jwt.go           issuer, audience, end and signature of a JWT
//	all of them            guard.go         Guard.Identify: a call's headers and connection -> Caller, or a Refusal
//
// Whatever is read from files is read again when it changes (watch.go). A replacement that is broken is refused: what was
// read before stays in force, and [Report] hears of it. Nothing here logs a token, a key or a part of one.
//
// Start at [Guard].
package auth
