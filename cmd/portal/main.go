// Command portal is Partner Desk: a web admin portal for the billing profiles
// of a Microsoft CSP partner's customers, and what belongs beside it in
// operation and development.
//
// Each command stands in a file of its name. Config is what serve is told from
// outside; run.go is the map of the running program.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"reflect"
	"slices"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/partnerdesk/portal/web/database"
)

// commands is the command line.
type commands struct {
	Serve       serveCommand       `cmd:"" help:"Run the portal."`
	Demo        demoCommand        `cmd:"" help:"Run the portal on this machine with made-up customers, its own sign-in and a simulated Partner Center."`
	Simulate    simulateCommand    `cmd:"" help:"Run the simulated Partner Center alone, for developing against its API."`
	Check       checkCommand       `cmd:"" help:"Check the configuration, the identity provider, the database and Partner Center."`
	Migrate     migrateCommand     `cmd:"" help:"Bring the database up to date. Serve does this by itself when it starts."`
	Audit       auditCommands      `cmd:"" help:"Look after the audit trail."`
	Keys        keysCommands       `cmd:"" help:"Make keys."`
	Healthcheck healthcheckCommand `cmd:"" help:"Ask a running portal whether it is well; for container health checks."`
	Version     versionCommand     `cmd:"" help:"Print the version."`
}

// console is where a command writes: Out is its result, Err its complaints.
type console struct {
	Out, Err io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := execute(ctx, os.Args[1:], console{Out: os.Stdout, Err: os.Stderr})
	stop()
	os.Exit(code)
}

// badConfiguration is the exit code for settings that are wrong. Until somebody mends them
// another start is in vain: deploy/portal.service says so to systemd.
const badConfiguration = 78 // EX_CONFIG of sysexits.h

// execute runs one command line and returns the exit code: 0 for done, 1 for a
// command that failed, badConfiguration, or 80 for a command line that cannot be understood.
func execute(ctx context.Context, args []string, c console) (code int) {
	// kong ends the program for --help; a panic brings the code back here, so
	// that tests can ask for help too.
	type exit int
	defer func() {
		switch value := recover().(type) {
		case nil:
		case exit:
			code = int(value)
		default:
			panic(value)
		}
	}()
	parser, err := kong.New(new(commands),
		kong.Name("portal"),
		kong.Description("Partner Desk edits the billing profiles of your customers in Microsoft Partner Center.\n\n"+
			"Try it with \"portal demo\". Settings of \"serve\" and \"check\" are flags or PORTAL_ variables; a flag wins."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, WrapUpperBound: 100}),
		kong.ValueFormatter(helpText),
		kong.Writers(c.Out, c.Err),
		kong.Exit(func(code int) { panic(exit(code)) }),
		kong.Bind(c),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err != nil {
		return complain(c, err)
	}
	forgetEmpty()
	call, err := parser.Parse(args)
	if err != nil {
		return complain(c, err)
	}
	if err := secretFlag(call); err != nil {
		return complain(c, err)
	}
	takesSettings := func(f *kong.Flag) bool { return len(f.Envs) > 0 }
	if ps := unknownVariables(os.Environ()); len(ps) > 0 && slices.ContainsFunc(call.Selected().Flags, takesSettings) {
		return complain(c, ps)
	}
	if err := call.Run(); err != nil {
		return complain(c, err)
	}
	return 0
}

// secretFlag refuses a key or a password on the command line, where everybody on
// the machine can read it. Hidden from the help, such flags exist all the same,
// because kong fills a variable through a flag.
func secretFlag(call *kong.Context) error {
	for _, part := range call.Path {
		if part.Flag == nil || part.Flag.Target.Type() != reflect.TypeFor[Secret]() {
			continue
		}
		// The database's address may stand there, but not with a password in it.
		if part.Flag.Hidden || database.HoldsPassword(part.Flag.Target.String()) {
			return fmt.Errorf("--%s is not taken: others on this machine can read it. Set %s, or %[2]s_FILE to the path of a file",
				part.Flag.Name, part.Flag.Tag.Envs[0])
		}
	}
	return nil
}

// errReported ends a command whose trouble is already on the screen.
var errReported = errors.New("reported")

func complain(c console, err error) int {
	if errors.Is(err, errReported) {
		return 1
	}
	fmt.Fprintf(c.Err, "portal: %v\n", err)
	var parse *kong.ParseError
	if errors.As(err, &parse) {
		fmt.Fprintln(c.Err, `portal: "portal --help" tells what there is`)
		return parse.ExitCode()
	}
	if _, wrong := errors.AsType[Problems](err); wrong {
		return badConfiguration
	}
	return 1
}

// helpText is the help of a flag with its default and variable.
func helpText(value *kong.Value) string {
	text := value.Help
	if value.HasDefault && value.Default != "" {
		text += " Default: " + value.Default + "."
	}
	if len(value.Tag.Envs) > 0 {
		text += " [" + value.Tag.Envs[0] + "]"
	}
	return text
}
