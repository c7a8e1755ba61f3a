package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"leadscore/serve"
	"leadscore/serve/auth"
)

// securityFlags are who may reach the server, and what they may do.
type securityFlags struct {
	TLSCert          string        `name:"tls-cert" help:"PEM file of the server's certificate and those between it and the root; turns TLS on." placeholder:"FILE"`
	TLSKey           string        `name:"tls-key" help:"PEM file of the certificate's key." placeholder:"FILE"`
	TLSClientCA      string        `name:"tls-client-ca" help:"PEM file of CAs; each client then needs a certificate of one of them (mutual TLS)." placeholder:"FILE"`
	TLSClientScopes  []string      `name:"tls-client-scopes" default:"score,read" help:"What a client certificate allows where there are no tokens and no JWT: score, read, admin." placeholder:"SCOPE" sep:","`
	Tokens           string        `help:"File of bearer tokens, made by leadscore token new; each call then needs one." placeholder:"FILE"`
	JWTKeys          string        `name:"jwt-keys" help:"Key set (JWKS) of an identity provider whose JWTs are taken: a file or an https URL." placeholder:"FILE|URL"`
	JWTIssuer        string        `name:"jwt-issuer" help:"Claim iss of those JWTs." placeholder:"ISSUER"`
	JWTAudience      string        `name:"jwt-audience" help:"Claim aud of those JWTs." placeholder:"AUDIENCE"`
	JWTScopePrefix   string        `name:"jwt-scope-prefix" help:"What stands before score, read and admin in claim scope or scp." placeholder:"TEXT"`
	CredentialsEvery time.Duration `default:"5s" help:"How often certificates, tokens and keys are looked at for changes."`
	InsecureListen   bool          `help:"Allow an address that other machines can reach without TLS or without authentication."`
	Reflection       string        `enum:"read,open,off" default:"read" help:"Who may ask for the interface: callers with scope read, everybody, or nobody (${enum})."`
}

// guard reads what the flags name.
func (f *securityFlags) guard(ctx context.Context, log *slog.Logger) (*auth.Guard, error) {
	report := func(what string, err error) {
		if err != nil {
			log.Error("a replaced file is not taken; what was read before stays in force", "what", what, "error", err.Error())
			return
		}
		log.Info("a replaced file is in force", "what", what)
	}
	guard := new(auth.Guard)
	if f.TLSCert != "" {
		if _, err := f.certificate(guard, report); err != nil {
			return nil, err
		}
	}
	if f.Tokens != "" {
		if _, err := f.openTokens(guard, report); err != nil {
			return nil, err
		}
	}
	if f.JWTKeys != "" {
		if _, err := f.openJWT(ctx, guard, report); err != nil {
			return nil, err
		}
	}
	return guard, nil
}

// check wants flags that belong together to be together.
func (f *securityFlags) check() error {
	if _, err := auth.ParseScopes(f.TLSClientScopes); err != nil {
		return usage("--tls-client-scopes", err)
	}
	for _, pair := range []struct {
		flag, value, other, with string
	}{
		{"--tls-cert", f.TLSCert, f.TLSKey, "--tls-key"},
		{"--tls-key", f.TLSKey, f.TLSCert, "--tls-cert"},
		{"--tls-client-ca", f.TLSClientCA, f.TLSCert, "--tls-cert"},
		{"--jwt-keys", f.JWTKeys, f.JWTIssuer, "--jwt-issuer"},
		{"--jwt-keys", f.JWTKeys, f.JWTAudience, "--jwt-audience"},
		{"--jwt-issuer", f.JWTIssuer, f.JWTKeys, "--jwt-keys"},
		{"--jwt-audience", f.JWTAudience, f.JWTKeys, "--jwt-keys"},
		{"--jwt-scope-prefix", f.JWTScopePrefix, f.JWTKeys, "--jwt-keys"},
	} {
		if pair.value != "" && pair.other == "" {
			return usage(pair.flag, fmt.Errorf("needs %s too", pair.with))
		}
	}
	if f.CredentialsEvery <= 0 {
		return usage("--credentials-every", fmt.Errorf("%s; write a time above 0, such as 5s", f.CredentialsEvery))
	}
	return nil
}

// limitFlags are how much the server takes on.
type limitFlags struct {
	MaxMessageBytes int           `default:"${max_message_bytes}" help:"Largest request, in bytes."`
	MaxBatch        int           `default:"${max_batch}" help:"Leads in a batch, ${max_batch} at the most."`
	MaxFields       int           `default:"${max_fields}" help:"Fields of a lead."`
	MaxEvents       int           `default:"${max_events}" help:"Events of a lead, ${max_events} at the most."`
	MaxConnections  int           `default:"${max_connections}" help:"Connections at once; one more is closed."`
	MaxCalls        int           `default:"${max_calls}" help:"Calls under way at once; one more gets RESOURCE_EXHAUSTED."`
	CallerRate      float64       `default:"0" help:"Calls a second of one caller, by token, JWT, certificate or else address; 0 is no limit."`
	CallerBurst     int           `default:"0" help:"Calls of one caller at once before --caller-rate holds; 0 is twice that."`
	StreamPatience  time.Duration `default:"${stream_patience}" help:"How long the other side of a stream may neither read nor send."`
	IdleConnection  time.Duration `default:"${idle_connection}" help:"How long a connection may have no call."`
	ConnectionAge   time.Duration `default:"${connection_age}" help:"After which a gRPC client is asked to connect anew, which takes it to new servers; its calls and streams under way go on."`
}

func (f *limitFlags) limits() (serve.Limits, error) {
	for _, limit := range []struct {
		flag  string
		value float64
	}{
		{"--max-message-bytes", float64(f.MaxMessageBytes)}, {"--max-batch", float64(f.MaxBatch)}, {"--max-fields", float64(f.MaxFields)},
		{"--max-events", float64(f.MaxEvents)}, {"--max-connections", float64(f.MaxConnections)}, {"--max-calls", float64(f.MaxCalls)},
		{"--stream-patience", f.StreamPatience.Seconds()}, {"--idle-connection", f.IdleConnection.Seconds()}, {"--connection-age", f.ConnectionAge.Seconds()},
	} {
		if limit.value <= 0 {
			return serve.Limits{}, usage(limit.flag, errors.New("want more than 0"))
		}
	}
	if !(f.CallerRate >= 0) || f.CallerBurst < 0 {
		return serve.Limits{}, usage("--caller-rate", errors.New("want 0, which is no limit, or more"))
	}
	return serve.Limits{
		MessageBytes: f.MaxMessageBytes, Leads: f.MaxBatch, Fields: f.MaxFields, Events: f.MaxEvents,
		Connections: f.MaxConnections, Calls: f.MaxCalls, CallerRate: f.CallerRate, CallerBurst: f.CallerBurst,
		Patience: f.StreamPatience, IdleConnection: f.IdleConnection, ConnectionAge: f.ConnectionAge,
	}, nil
}
