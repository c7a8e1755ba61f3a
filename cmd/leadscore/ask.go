package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc/codes"

	"leadscore/models"
	"leadscore/models/bulk"
	"leadscore/serve/client"
)

type askCommand struct {
	Address string        `default:"127.0.0.1:50051" help:"Address of the server."`
	Model   string        `required:"" help:"Model: deals, deals@challenger or deals/VERSION." placeholder:"NAME"`
	Lead    string        `required:"" help:"JSON file of the lead; - reads standard input." placeholder:"FILE"`
	AsOf    string        `help:"When the lead is looked at, such as 2026-11-22T10:00:00Z; now if not given." placeholder:"TIME"`
	Brief   bool          `help:"Numbers only, without the explanations."`
	Wait    time.Duration `default:"10s" help:"How long to wait for the server to be up and to answer."`

	connectFlags
}

// connectFlags are how a client reaches a server.
type connectFlags struct {
	TLS       bool   `name:"tls" help:"Connect by TLS; the server's certificate has to be of a CA that this machine knows."`
	TLSCA     string `name:"tls-ca" help:"PEM file of the CAs that sign the server's certificate; implies --tls." placeholder:"FILE"`
	TLSCert   string `name:"tls-cert" help:"PEM file of the client's own certificate; implies --tls." placeholder:"FILE"`
	TLSKey    string `name:"tls-key" help:"PEM file of its key." placeholder:"FILE"`
	Token     string `env:"LEADSCORE_TOKEN" help:"Bearer token or JWT. Other users of this machine see flags: prefer the variable or --token-file." placeholder:"TOKEN"`
	TokenFile string `help:"File that holds the token." placeholder:"FILE"`
}

func (f *connectFlags) security() (client.Security, error) {
	s := client.Security{TLS: f.TLS, CA: f.TLSCA, Certificate: f.TLSCert, Key: f.TLSKey, Token: f.Token}
	if (f.TLSCert == "") != (f.TLSKey == "") {
		return s, usage("--tls-cert", errors.New("goes together with --tls-key"))
	}
	if f.TokenFile != "" {
		text, err := os.ReadFile(f.TokenFile)
		if err != nil {
			return s, err
		}
		if s.Token = strings.TrimSpace(string(text)); s.Token == "" {
			return s, fmt.Errorf("%s: the file is empty", f.TokenFile)
		}
	}
	return s, nil
}

func (askCommand) Help() string {
	return `The lead is JSON; a field is just its value, and null means missing:
  {"id": "L-17", "created_time": "2026-11-01T09:00:00Z",
   "fields": {"country": "DE", "employees": 250, "budget": null},
   "events": [{"type": "pricing_page", "time": "2026-11-20T10:12:00Z"}]}

Example:
  leadscore ask --model deals --lead lead.json`
}

func (c *askCommand) Run(ctx context.Context, a *app) error {
	question, err := c.question()
	if err != nil {
		return err
	}
	if question.Lead, err = readLead(c.Lead); err != nil {
		return err
	}
	if question.Security, err = c.security(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.Wait)
	defer cancel()
	answer, err := client.Ask(ctx, question)
	if err != nil {
		return c.absent(err)
	}
	if a.json {
		return client.WriteJSON(a.out, answer)
	}
	return client.Write(a.out, answer)
}

// absent says in plain words that no server answered; any other error stays as it is.
func (c *askCommand) absent(err error) error {
	refusal := (*client.Refusal)(nil)
	if !errors.As(err, &refusal) {
		return err
	}
	if code := refusal.Status.Code(); code != codes.Unavailable && code != codes.DeadlineExceeded {
		return err
	}
	why := refusal.Status.Message()
	_, handshake, failed := strings.Cut(why, "authentication handshake failed: ")
	switch {
	case failed:
		return fmt.Errorf("no secure connection to %s: %s", c.Address, strings.TrimSuffix(handshake, `"`))
	case strings.Contains(why, "server preface"):
		return fmt.Errorf("%s hung up on a connection without TLS: if the server has TLS, add --tls or --tls-ca", c.Address)
	}
	if strings.Contains(why, "connection refused") {
		why = "nothing listens there"
	}
	return fmt.Errorf("no answer from %s within %s: %s; start a server with leadscore serve, or say with --address where it is", c.Address, c.Wait, why)
}

// question is what the flags say.
func (c *askCommand) question() (q client.Question, err error) {
	q = client.Question{Address: c.Address, Model: c.Model, Brief: c.Brief}
	if _, _, err := models.ParseName(c.Model); err != nil {
		return q, usage("--model", err)
	}
	if c.Wait <= 0 {
		return q, usage("--wait", fmt.Errorf("%s; write a time above 0, such as 10s", c.Wait))
	}
	if c.AsOf != "" {
		asOf, err := bulk.ParseAsOf(c.AsOf, time.Now())
		if err != nil || asOf.Rule != bulk.AsOfTime {
			return q, usage("--as-of", fmt.Errorf("%q; write a time such as 2026-11-22 or 2026-11-22T10:00:00Z", c.AsOf))
		}
		q.AsOf = asOf.Time
	}
	return q, nil
}

// readLead reads the lead's JSON and holds it against its form, so that a fault names the file.
func readLead(path string) (text []byte, err error) {
	if path == "-" {
		path = "standard input"
		text, err = io.ReadAll(os.Stdin)
	} else {
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, fmt.Errorf("%s: the file is empty", path)
	}
	if _, err := client.ParseLead(text); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return text, nil
}
