// Command infra is the hosted tincan as a CDK app: one stack, made from the
// context in cdk.json.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// functionFolder is what make builds of relay/lambda, seen from this folder.
const functionFolder = "../bin/lambda"

func main() {
	err := run(awscdk.NewApp(nil), functionFolder)
	jsii.Close()
	if err != nil {
		fmt.Fprintln(os.Stderr, "infra:", err)
		os.Exit(1)
	}
}

// run writes the template of the app's context, and config.json beside it, so
// that what is uploaded is what the stack was made with.
func run(app awscdk.App, function string) error {
	settings, err := readSettings(func(key string) any { return app.Node().TryGetContext(&key) })
	if err != nil {
		return err
	}
	if settings.Mailbox != mailboxNone {
		if err := onlyBootstrap(function); err != nil {
			return err
		}
	}
	if _, err := NewStack(app, "tincan", settings, function); err != nil {
		return err
	}
	app.Synth(nil)
	return os.WriteFile(filepath.Join(*app.Outdir(), "config.json"), settings.configJSON(), 0o644)
}

// onlyBootstrap says whether the folder is what may go to Lambda: the program
// and nothing else that happened to lie there.
func onlyBootstrap(folder string) error {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(entries) == 0 {
		return errors.New("the mailbox's function is not built: run make bin/lambda/bootstrap")
	}
	if err != nil {
		return err
	}
	if len(entries) != 1 || entries[0].Name() != "bootstrap" || !entries[0].Type().IsRegular() {
		return fmt.Errorf("%s must hold the file bootstrap and nothing else", folder)
	}
	return nil
}
