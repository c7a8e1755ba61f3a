package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"time"

	"leadscore/models"
	"leadscore/serve"
)

type serveCommand struct {
	Store           string        `required:"" help:"Directory of the version store." placeholder:"DIR"`
	Model           []string      `required:"" help:"Model to serve: deals (its champion and challenger), deals@challenger or deals/VERSION. May be given more than once." placeholder:"NAME" sep:","`
	Listen          string        `default:"127.0.0.1:50051" help:"Address to listen on; port 0 lets the system choose."`
	InsecureListen  bool          `help:"Allow an address that other machines can reach, though the connection is not encrypted."`
	ShutdownTimeout time.Duration `default:"20s" help:"How long calls may take to finish once the server is told to stop."`
	LogFormat       string        `enum:"text,json" default:"text" help:"Form of the log on stderr: ${enum}."`
}

func (serveCommand) Help() string {
	return `Answers leadscore.v1.LeadScoringService (ScoreLead, BatchScoreLeads), grpc.health.v1.Health and reflection until it is told to
stop (SIGTERM or Ctrl-C); then health says NOT_SERVING and calls under way finish.

Example:
  leadscore serve --store models --model deals --listen 127.0.0.1:50051`
}

func (c *serveCommand) Run(ctx context.Context, a *app) error {
	for _, name := range c.Model {
		if _, _, err := models.ParseName(name); err != nil {
			return usage("--model", err)
		}
	}
	if c.ShutdownTimeout <= 0 {
		return usage("--shutdown-timeout", fmt.Errorf("%s; write a time above 0, such as 20s", c.ShutdownTimeout))
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return usage("--listen", fmt.Errorf("%q; write host:port, such as 127.0.0.1:50051", c.Listen))
	}
	store, err := models.OpenStore(c.Store)
	if err != nil {
		return err
	}
	handler := slog.Handler(slog.NewTextHandler(a.err, nil))
	if c.LogFormat == "json" {
		handler = slog.NewJSONHandler(a.err, nil)
	}
	server, err := serve.New(serve.Config{
		Store: store, Models: c.Model, Listen: c.Listen, InsecureListen: c.InsecureListen,
		ShutdownTimeout: c.ShutdownTimeout, Log: slog.New(handler),
	})
	if err != nil {
		return err
	}
	return server.Run(ctx)
}
