package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// buildVersion is set by the linker (see the Makefile). Without that it is what the
// go command knows about the module.
var buildVersion string

type versionCommand struct{}

// Run prints the version on one line.
func (versionCommand) Run(c console) error {
	_, err := fmt.Fprintf(c.Out, "portal %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

func version() string {
	if buildVersion != "" {
		return buildVersion
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
