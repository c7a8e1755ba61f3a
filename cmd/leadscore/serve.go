package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"leadscore/models"
	"leadscore/serve"
)

type serveCommand struct {
	Config          string             `help:"YAML file of settings: the flags below by name, with _ for -; a flag goes before its variable, that before the file." placeholder:"FILE"`
	Check           bool               `help:"Look at everything that the server would need, without listening, print it and stop."`
	Store           string             `required:"" help:"Directory of the version store." placeholder:"DIR"`
	Model           []string           `required:"" help:"Model to serve: deals (its champion and challenger), deals@challenger or deals/VERSION. May be given more than once." placeholder:"NAME" sep:","`
	Listen          string             `default:"127.0.0.1:50051" help:"Address to listen on; port 0 lets the system choose."`
	HTTPListen      string             `help:"Address for the same calls as JSON over HTTP, with /openapi.json; none if not given." placeholder:"HOST:PORT"`
	ReloadEvery     time.Duration      `default:"10s" help:"How often to look whether an alias has moved; 0 looks only at SIGHUP and when ReloadModels is called."`
	Shadow          bool               `help:"Score the champion's requests with the challenger too, never return that, and count the differences."`
	Canary          map[string]float64 `help:"Let the challenger answer this share of a model's leads, always the same ones, under the bare name." placeholder:"MODEL=SHARE"`
	NotServingFor   time.Duration      `default:"0s" help:"How long health says NOT_SERVING before new calls are refused, for load balancers to look elsewhere."`
	ShutdownTimeout time.Duration      `default:"20s" help:"How long calls may take to finish once the server is told to stop."`
	DataDir         string             `help:"Directory whose CSV and Parquet files ComparisonService may read; none if not given." placeholder:"DIR"`
	LogFormat       string             `enum:"text,json" default:"text" help:"Form of the log on stderr: ${enum}."`

	securityFlags
	limitFlags
	operationFlags
}

func (serveCommand) Help() string {
	return `Answers leadscore.v1.LeadScoringService (ScoreLead, BatchScoreLeads, StreamScoreLeads), leadscore.v1.ModelService, leadscore.v1.ComparisonService,
inference.GRPCInferenceService, grpc.health.v1.Health and reflection until it is told to stop (SIGTERM or Ctrl-C); then health says NOT_SERVING and calls under way
finish. SIGHUP takes up aliases that have moved. An address that other machines can reach needs TLS (--tls-cert, --tls-key) and
authentication (--tokens, --jwt-keys or --tls-client-ca).

--check looks at everything first: exit code 0 if the server would start, 1 if not. docs/configuration.md lists all settings.

Example:
  leadscore serve --store models --model deals --listen 127.0.0.1:50051
  leadscore serve --store models --model deals --listen :50051 --tls-cert server.pem --tls-key server.key --tokens tokens.yaml`
}

// checkFlags wants values that can be meant.
func (c *serveCommand) checkFlags() error {
	for _, name := range c.Model {
		if _, _, err := models.ParseName(name); err != nil {
			return usage("--model", err)
		}
	}
	if c.NotServingFor < 0 {
		return usage("--not-serving-for", fmt.Errorf("%s; write a time such as 5s, or 0s", c.NotServingFor))
	}
	if c.ShutdownTimeout <= 0 {
		return usage("--shutdown-timeout", fmt.Errorf("%s; write a time above 0, such as 20s", c.ShutdownTimeout))
	}
	if c.ReloadEvery < 0 {
		return usage("--reload-every", fmt.Errorf("%s; write a time such as 10s, or 0 for never", c.ReloadEvery))
	}
	for model, share := range c.Canary {
		if !(share >= 0 && share <= 1) {
			return usage("--canary", fmt.Errorf("%s=%v; write a share from 0 to 1, such as %[1]s=0.05", model, share))
		}
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return usage("--listen", fmt.Errorf("%q; write host:port, such as 127.0.0.1:50051", c.Listen))
	}
	if _, err := c.limits(); err != nil {
		return err
	}
	if err := c.securityFlags.check(); err != nil {
		return err
	}
	return c.operationFlags.check()
}

func (c *serveCommand) Run(ctx context.Context, a *app) error {
	if c.Check {
		return c.checkEverything(ctx, a)
	}
	if err := c.checkFlags(); err != nil {
		return err
	}
	if _, _, err := net.SplitHostPort(c.HTTPListen); err != nil && c.HTTPListen != "" {
		return usage("--http-listen", fmt.Errorf("%q; write host:port, such as 127.0.0.1:8080", c.HTTPListen))
	}
	store, err := models.OpenStore(c.Store)
	if err != nil {
		return err
	}
	handler := slog.Handler(slog.NewTextHandler(a.err, nil))
	if c.LogFormat == "json" {
		handler = slog.NewJSONHandler(a.err, nil)
	}
	log := slog.New(handler)
	limits, err := c.limits()
	if err != nil {
		return err
	}
	guard, err := c.securityFlags.guard(ctx, log)
	if err != nil {
		return err
	}
	traces, sendLast, err := c.traces(ctx, log)
	if err != nil {
		return err
	}
	defer sendLast()
	server, err := serve.New(serve.Config{
		Store: store, Models: c.Model, Listen: c.Listen, HTTPListen: c.HTTPListen, InsecureListen: c.InsecureListen,
		DataDir: c.DataDir, ReloadEvery: c.ReloadEvery, Shadow: c.Shadow, Canary: c.Canary,
		AdminListen: c.AdminListen, InsecureAdminListen: c.InsecureAdminListen, Profiles: c.Profiles, Traces: traces,
		NotServingFor: c.NotServingFor,
		Auth:          guard, CredentialsEvery: c.CredentialsEvery, Reflection: serve.Reflection(c.Reflection), Limits: limits,
		ShutdownTimeout: c.ShutdownTimeout, Version: version(), Log: log,
	})
	if err != nil {
		return err
	}
	defer reloadAtHangup(server)()
	return server.Run(ctx)
}

// reloadAtHangup reloads the models at each SIGHUP until the answered function is called.
func reloadAtHangup(server *serve.Server) (end func()) {
	hangups, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(hangups, syscall.SIGHUP)
	go func() {
		for {
			select {
			case <-hangups:
				server.Reload()
			case <-done:
				return
			}
		}
	}()
	return func() { signal.Stop(hangups); close(done) }
}
