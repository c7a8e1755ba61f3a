// Command leadscore trains a lead-scoring model on deal history, scores leads by it and by a rule book, and serves both
// over gRPC. Run leadscore --help.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"leadscore/features"
	"leadscore/serve"
	"leadscore/train"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// commands is the command line. One file a command.
type commands struct {
	Init        initCommand        `cmd:"" help:"Read a deal history and write schema.yaml and rules.yaml for it."`
	Train       trainCommand       `cmd:"" help:"Fit a model to a deal history, judge it beside the rules, and store it."`
	Score       scoreCommand       `cmd:"" help:"Score a file of leads with both scores."`
	Serve       serveCommand       `cmd:"" help:"Answer score requests over gRPC."`
	Explain     explainCommand     `cmd:"" help:"Say why a lead's scores changed between two times or two versions."`
	Ask         askCommand         `cmd:"" help:"Ask a running server for one lead's scores, and print them explained."`
	Token       tokenCommand       `cmd:"" help:"Make tokens for callers of a server."`
	Recalibrate recalibrateCommand `cmd:"" help:"Move a model's level to newer closed deals, without a refit."`
	Compare     compareCommand     `cmd:"" help:"Hold rules and model against newer closed deals: who is right, and where they part."`
	Funnel      funnelCommand      `cmd:"" help:"Follow leads from the score to the deal: stages, hand-over, response, sales feedback, KPIs."`
	Models      modelsCommand      `cmd:"" help:"List, show, compare, promote and roll back the versions of a store."`
	Rules       rulesCommand       `cmd:"" help:"Check, explain, judge and improve a rule book."`
	Snapshots   snapshotsCommand   `cmd:"" help:"Write every lead as training looks at it: its fields and engagement figures at its snapshot."`
	Simulate    simulateCommand    `cmd:"" help:"Make up a deal history with a known truth."`

	Counterfactual counterfactualCommand `cmd:"" help:"Find the least that would take a lead over the threshold of each score."`

	JSON    bool             `help:"Print the result as JSON, for machines." name:"json"`
	Version kong.VersionFlag `help:"Print the version and stop."`
}

// app is what every command gets: where to write, and how far it may talk.
type app struct {
	out, err io.Writer // the result; everything else
	json     bool
	code     string // program and revision
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is main with its surroundings as arguments.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	exited, code := false, exitOK
	var line commands
	parser, err := kong.New(&line,
		kong.Name("leadscore"),
		kong.Description("Predictive lead scoring beside a transparent rule score: both explained, both held against closed deals."),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110}),
		kong.Vars(defaults()),
		kong.PostBuild(serveVariables),
		kong.Writers(stdout, stderr),
		kong.Exit(func(c int) { exited, code = true, c }),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err != nil {
		fmt.Fprintln(stderr, "leadscore:", err)
		return exitFailed
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if exited {
		return code
	}
	if err != nil {
		fmt.Fprintf(stderr, "leadscore: %s\nRun leadscore --help, or leadscore COMMAND --help.\n", plain(err))
		return exitUsage
	}
	err = command.Run(&app{out: stdout, err: stderr, json: line.JSON, code: "leadscore " + version()})
	return report(err, stderr)
}

// defaults are the values that help texts show: the packages' own.
func defaults() map[string]string {
	d, l := train.Defaults(), serve.DefaultLimits()
	return map[string]string{
		"version":    version(),
		"hold_out":   fmt.Sprint(d.HoldOut),
		"max_bins":   fmt.Sprint(d.MaxBins),
		"level_rows": fmt.Sprint(d.MinLevelRows),
		"rolling":    fmt.Sprint(d.Rolling),

		"max_message_bytes": fmt.Sprint(l.MessageBytes),
		"max_batch":         fmt.Sprint(l.Leads),
		"max_fields":        fmt.Sprint(l.Fields),
		"max_events":        fmt.Sprint(l.Events),
		"max_connections":   fmt.Sprint(l.Connections),
		"max_calls":         fmt.Sprint(l.Calls),
		"stream_patience":   l.Patience.String(),
		"idle_connection":   l.IdleConnection.String(),
		"connection_age":    l.ConnectionAge.String(),
	}
}

// errUsage marks an error in how the program was called.
var errUsage = errors.New("wrong usage")

// usage makes an error one of how the program was called, unless it is none.
func usage(flag string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %s: %w", errUsage, flag, err)
}

// report prints an error and gives the exit code of its kind.
func report(err error, stderr io.Writer) int {
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "leadscore: interrupted; nothing was changed")
		return exitFailed
	}
	fmt.Fprintln(stderr, "leadscore:", plain(err))
	if errors.Is(err, features.ErrBadRows) {
		fmt.Fprintln(stderr, "Mend the rows, or give --bad-rows leave-out: then they are left out, counted and listed.")
	}
	if errors.Is(err, errUsage) {
		return exitUsage
	}
	return exitFailed
}

// plain is an error's text without the name of the system call that failed: "open deals.csv: no such file" says no
// more than "deals.csv: no such file".
func plain(err error) string {
	text := err.Error()
	if fault := (*fs.PathError)(nil); errors.As(err, &fault) {
		return strings.Replace(text, fault.Error(), fault.Path+": "+fault.Err.Error(), 1)
	}
	return text
}

// version is the module's version, or the revision that the binary was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	revision, changed := "", ""
	for _, setting := range info.Settings {
		switch {
		case setting.Key == "vcs.revision" && len(setting.Value) >= 12:
			revision = setting.Value[:12]
		case setting.Key == "vcs.modified" && setting.Value == "true":
			changed = "+changes"
		}
	}
	switch {
	case revision != "":
		return revision + changed
	case info.Main.Version != "":
		return info.Main.Version
	}
	return "(devel)"
}
