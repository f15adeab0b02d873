// Command lambda is the mailbox as an AWS Lambda function behind an API Gateway
// HTTP API: provided.al2023, arm64, built with -tags lambda.norpc and named
// bootstrap. Its table is relay/dynamo's.
//
//	TABLE       the table's name
//	SITE_HOST   the host under which browsers know the page; may be missing
//
// Region and credentials are those that Lambda puts in the environment.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"tincan/relay"
	"tincan/relay/dynamo"
)

func main() {
	for _, name := range []string{"TABLE", "AWS_REGION", "AWS_LAMBDA_RUNTIME_API"} {
		if os.Getenv(name) == "" {
			fmt.Fprintf(os.Stderr, "bootstrap: %s is not set\n", name)
			os.Exit(1)
		}
	}
	if err := silence(); err != nil {
		fmt.Println("bootstrap: standard error cannot be closed")
		os.Exit(1)
	}
	store := dynamo.New(dynamo.Config{
		Table:    os.Getenv("TABLE"),
		Region:   os.Getenv("AWS_REGION"),
		KeyID:    os.Getenv("AWS_ACCESS_KEY_ID"),
		Secret:   os.Getenv("AWS_SECRET_ACCESS_KEY"),
		Session:  os.Getenv("AWS_SESSION_TOKEN"),
		Endpoint: os.Getenv("AWS_ENDPOINT_URL_DYNAMODB"), // tests
	})
	var config relay.Config
	if host := os.Getenv("SITE_HOST"); host != "" {
		config.Origins = []string{relay.Origin("https", host)}
	}
	lambda.Start(&function{relay: relay.New(store, config), out: os.Stdout})
}

// silence sends standard error to nowhere, so that nothing is logged but the lines of function.go.
// aws-lambda-go would log errors with their causes, and when Go ends a program after a panic, it
// prints the arguments of functions, among which are slots and claims.
func silence() error {
	if err := os.Stderr.Close(); err != nil {
		return err
	}
	// The lowest free descriptor is the one just closed.
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if null.Fd() != 2 {
		return errors.New("standard error is another file")
	}
	os.Stderr = null
	return nil
}
