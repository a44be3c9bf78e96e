// Command supply answers for what goes into the portal and its repository. It knows
// nothing but what the go command and git say, needs no network, and runs at the root
// of the repository:
//
//	supply sbom              CycloneDX 1.6 on standard output
//	supply licences [-write] is deploy/THIRD_PARTY.md true, and may we ship it all?
//	supply secrets           does something that looks like a secret stand in git?
//	supply gates             do the linters still refuse what they are there to refuse?
//
// It exits with 1 and says what is wrong, or is silent.
package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "supply:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New("say sbom, licences, secrets or gates")
	}
	switch args[0] {
	case "sbom":
		modules, err := linked()
		if err != nil {
			return err
		}
		bom, err := newBOM(modules, os.Getenv("VERSION"))
		if err != nil {
			return err
		}
		return bom.write(os.Stdout)
	case "licences":
		return licences(slices.Contains(args[1:], "-write"))
	case "secrets":
		return secrets()
	case "gates":
		return gates()
	}
	return fmt.Errorf("no command %q", args[0])
}
