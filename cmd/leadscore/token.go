package main

import (
	"encoding/json"
	"fmt"
	"time"

	"leadscore/serve/auth"
)

type tokenCommand struct {
	New tokenNewCommand `cmd:"" help:"Make a token for a caller of leadscore serve, print it once, and keep its hash."`
}

type tokenNewCommand struct {
	Tokens  string   `required:"" help:"File that holds the tokens' hashes; made if there is none." placeholder:"FILE"`
	Name    string   `required:"" help:"Who will call with it; stands in logs and metrics." placeholder:"NAME"`
	Scopes  []string `default:"score" help:"What it allows: score leads, read models and comparisons, admin to change what is served." placeholder:"SCOPE" sep:","`
	Expires string   `help:"Last day, or instant, at which it counts; never ends if not given." placeholder:"TIME"`
}

func (tokenNewCommand) Help() string {
	return `The token is printed to standard output, this once: only its SHA-256 is kept. A running server takes the file up by itself. To
take a token away, delete its lines from the file.

Example:
  leadscore token new --tokens tokens.yaml --name crm --scopes score --expires 2027-12-31`
}

func (c *tokenNewCommand) Run(a *app) error {
	if err := auth.CheckName(c.Name); err != nil {
		return usage("--name", err)
	}
	scopes, err := auth.ParseScopes(c.Scopes)
	if err != nil {
		return usage("--scopes", err)
	}
	var expires time.Time
	if c.Expires != "" {
		if expires, err = auth.ParseExpiry(c.Expires); err != nil {
			return usage("--expires", err)
		}
		if !expires.After(time.Now()) {
			return usage("--expires", fmt.Errorf("%s is over", c.Expires))
		}
	}
	shown, err := auth.NewToken(c.Tokens, c.Name, scopes, expires)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.err, "written: the hash of %s's token, to %s\n", c.Name, c.Tokens)
	if a.json {
		return json.NewEncoder(a.out).Encode(map[string]any{"name": c.Name, "token": shown, "scopes": c.Scopes, "tokens": c.Tokens})
	}
	_, err = fmt.Fprintln(a.out, shown)
	return err
}
