package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"leadscore/models"
	"leadscore/serve"
	"leadscore/serve/auth"
)

// finding is what one step of serve --check says.
type finding struct {
	What   string `json:"what"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

// errCheck ends a check that found faults; they are printed already.
var errCheck = errors.New("not ready to serve; see the table")

// checkEverything looks at all that the server would need, without listening, and prints it.
func (c *serveCommand) checkEverything(ctx context.Context, a *app) error {
	var list []finding
	step := func(what string, look func() (string, error)) {
		detail, err := look()
		if err != nil {
			detail = plain(err)
		}
		list = append(list, finding{what, err == nil, detail})
	}
	if c.Config != "" {
		list = append(list, finding{"configuration", true, c.Config}) // it was read before any flag
	}
	step("flags", func() (string, error) { return "", c.checkFlags() })
	guard := new(auth.Guard)
	if c.TLSCert != "" {
		step("certificate", func() (string, error) { return c.certificate(guard, nil) })
	}
	if c.Tokens != "" {
		step("tokens", func() (string, error) { return c.openTokens(guard, nil) })
	}
	if c.JWTKeys != "" {
		step("JWT keys", func() (string, error) { return c.openJWT(ctx, guard, nil) })
	}
	addresses := []struct{ what, address string }{{"address", c.Listen}, {"HTTP address", c.HTTPListen}}
	for _, each := range addresses {
		if each.address != "" {
			step(each.what, func() (string, error) { return c.checkAddress(ctx, each.address, guard) })
		}
	}
	if c.AdminListen != "" {
		step("admin address", func() (string, error) {
			return c.AdminListen, serve.CheckAdminAddress(ctx, c.AdminListen, c.InsecureAdminListen)
		})
	}
	for _, name := range c.Model {
		step("model "+name, func() (string, error) { return c.checkModel(name) })
	}
	if c.DataDir != "" {
		step("data directory", func() (string, error) { return c.DataDir, serve.CheckDataDir(c.DataDir) })
	}
	if len(c.Canary) > 0 {
		step("canary", c.checkCanary)
	}
	return printFindings(a, list)
}

// checkCanary wants shares of models that are served under their bare name, whose challengers are taken up.
func (c *serveCommand) checkCanary() (string, error) {
	var words []string
	for _, model := range slices.Sorted(maps.Keys(c.Canary)) {
		if !slices.Contains(c.Model, model) {
			return "", fmt.Errorf("share of %q: the server does not serve it under its bare name", model)
		}
		words = append(words, fmt.Sprintf("%s %g", model, c.Canary[model]))
	}
	return strings.Join(words, ", "), nil
}

// checkAddress says whether an address may be listened on with these certificates and callers.
func (c *serveCommand) checkAddress(ctx context.Context, address string, guard *auth.Guard) (string, error) {
	if c.TLSCert != "" && guard.Certificates == nil || c.Tokens != "" && guard.Tokens == nil || c.JWTKeys != "" && guard.JWT == nil {
		return "", fmt.Errorf("%s: cannot be judged before the faults above are mended", address)
	}
	err := serve.CheckAddress(ctx, address, guard)
	if errors.Is(err, serve.ErrPublicAddress) && c.InsecureListen {
		return fmt.Sprintf("%s, %s; other machines can reach it, as --insecure-listen allows", address, guard), nil
	}
	return fmt.Sprintf("%s, %s", address, guard), err
}

// checkModel loads what a name stands for as the server does: checksums, rules, golden rows.
func (c *serveCommand) checkModel(name string) (string, error) {
	store, err := models.OpenStore(c.Store)
	if err != nil {
		return "", err
	}
	server, err := serve.New(serve.Config{Store: store, Models: []string{name}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return "", err
	}
	var words []string
	for _, model := range server.Models() {
		for alias, version := range map[string]*serve.VersionState{models.Champion: model.Champion, models.Challenger: model.Challenger} {
			if version != nil {
				words = append(words, alias+" "+version.ID)
			}
		}
	}
	slices.Sort(words)
	if len(words) == 0 {
		return "loads, and reproduces its golden rows", nil
	}
	slices.Reverse(words) // the champion first
	return strings.Join(words, ", "), nil
}

func printFindings(a *app, list []finding) error {
	good := !slices.ContainsFunc(list, func(f finding) bool { return !f.OK })
	var err error
	if a.json {
		err = a.printJSON(map[string]any{"ok": good, "checks": list})
	} else {
		_, err = io.WriteString(a.out, findingsTable(list)+"\n")
	}
	if err == nil && !good {
		err = errCheck
	}
	return err
}

func findingsTable(list []finding) string {
	t := plainTable("Checked", "", "Found")
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 3, WidthMax: 100, WidthMaxEnforcer: text.WrapSoft}})
	for _, each := range list {
		state := "ok"
		if !each.OK {
			state = "FAULT"
		}
		t.AppendRow(table.Row{each.What, state, each.Detail})
	}
	return t.Render()
}

// certificate opens the server's certificate, and says what it is.
func (f *securityFlags) certificate(guard *auth.Guard, report auth.Report) (string, error) {
	certificates, err := auth.OpenCertificates(auth.CertificateFiles{Certificate: f.TLSCert, Key: f.TLSKey, ClientCA: f.TLSClientCA}, report)
	if err != nil {
		return "", err
	}
	scopes, err := auth.ParseScopes(f.TLSClientScopes)
	if err != nil {
		return "", err
	}
	guard.Certificates, guard.CertificateScopes = certificates, scopes
	ends := certificates.Ends()
	return fmt.Sprintf("for %s, until %s (%d days)", strings.Join(certificates.Names(), ", "), ends.UTC().Format(time.DateOnly), int(time.Until(ends).Hours()/24)), nil
}

// openTokens opens the tokens file, and says what is in it.
func (f *securityFlags) openTokens(guard *auth.Guard, report auth.Report) (string, error) {
	tokens, err := auth.OpenTokens(f.Tokens, report)
	if err != nil {
		return "", err
	}
	guard.Tokens = tokens
	return fmt.Sprintf("%d in %s", tokens.Count(), f.Tokens), nil
}

// openJWT reads the key set, and says where it is.
func (f *securityFlags) openJWT(ctx context.Context, guard *auth.Guard, report auth.Report) (string, error) {
	keys, err := auth.OpenJWT(ctx, auth.JWTConfig{Keys: f.JWTKeys, Issuer: f.JWTIssuer, Audience: f.JWTAudience, ScopePrefix: f.JWTScopePrefix}, report)
	if err != nil {
		return "", err
	}
	guard.JWT = keys
	return fmt.Sprintf("%s, issuer %s, audience %s", f.JWTKeys, f.JWTIssuer, f.JWTAudience), nil
}
