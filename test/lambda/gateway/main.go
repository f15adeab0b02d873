// Command gateway is, on one computer and for tests, what the page has on AWS:
// CloudFront, API Gateway, the real Lambda program and a table. Page and mailbox
// share one address, which is the first line it prints.
//
//	gateway --page http://127.0.0.1:PORT/ [--bootstrap FILE] [--dynalite FILE] [--fault NAME]
//
// A line "fault NAME" on its input sets a fault, and is printed once it is set.
// Standard error has the function's log and nothing else. It ends, with all that
// it started, on SIGINT, on SIGTERM and when its input ends.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"tincan/relay/relaytest"
	"tincan/test/lambda/harness"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintf(os.Stderr, "gateway: %v\n", err)
		os.Exit(1)
	}
}

func run() error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	bin := filepath.Dir(program)
	page := flag.String("page", "", "where tincan serve has the page, a URL")
	bootstrap := flag.String("bootstrap", filepath.Join(bin, "lambda-here/bootstrap"), "the compiled function")
	script := flag.String("dynalite", filepath.Join(bin, "../test/dynalite.mjs"), "the script that starts dynalite")
	fault := flag.String("fault", "none", strings.Join(faults, ", "))
	flag.Parse()
	target, err := url.Parse(*page)
	if err != nil || target.Host == "" {
		return errors.New("--page is not a URL")
	}

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)

	dynalite, err := relaytest.StartDynalite(*script)
	if err != nil {
		return err
	}
	defer dynalite.Close()
	if err := dynalite.CreateTable("mailbox"); err != nil {
		return err
	}
	function, err := harness.Start(harness.Config{
		Bootstrap: *bootstrap, Table: "mailbox", Endpoint: dynalite.URL, Output: os.Stderr,
	})
	if err != nil {
		return err
	}
	defer function.Close()

	api := &faulty{next: harness.CloudFront(function)}
	if !api.set(*fault) {
		return errors.New("--fault is none of " + strings.Join(faults, ", "))
	}
	quiet := log.New(io.Discard, "", 0)
	mux := http.NewServeMux()
	mux.Handle("/api/", api)
	mux.Handle("/", &httputil.ReverseProxy{
		Rewrite:  func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ErrorLog: quiet,
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: mux, ErrorLog: quiet, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	defer func() { _ = server.Close() }()
	fmt.Printf("http://%s/\n", listener.Addr())

	ended := make(chan struct{})
	go func() {
		defer close(ended)
		lines := bufio.NewScanner(os.Stdin)
		for lines.Scan() {
			if name, ok := strings.CutPrefix(lines.Text(), "fault "); ok && api.set(name) {
				fmt.Println("fault " + name)
			} else {
				fmt.Println("not understood")
			}
		}
	}()
	select {
	case <-stop:
	case <-ended:
	}
	return nil
}
