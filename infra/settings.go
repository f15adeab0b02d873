package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
)

// The words of the key mailbox: there is none, people may switch it on, or it
// is on until they switch it off.
const (
	mailboxNone    = "none"
	mailboxOffered = "offered"
	mailboxOn      = "on"
)

// The page leaves out what is longer or more than this (site/src/engine/config.ts), so
// here it is an error.
const (
	maxSTUN       = 16
	maxTURN       = 4
	maxAddress    = 300
	maxCredential = 256
)

// What an account has of API Gateway in a region until AWS raises it. A stage that asks for
// more is deployed without a word and throttled at these.
const (
	maxRequestRate  = 10_000
	maxRequestBurst = 5_000
)

// However short they are, Lambda takes so many requests a second for each copy that may run.
const requestsPerCopy = 10

// The words of the key priceClass, which says how far from home CloudFront keeps the page.
var priceClasses = map[string]awscloudfront.PriceClass{
	"100": awscloudfront.PriceClass_PRICE_CLASS_100,
	"200": awscloudfront.PriceClass_PRICE_CLASS_200,
	"all": awscloudfront.PriceClass_PRICE_CLASS_ALL,
}

// Settings are the keys of cdk.json's context.
type Settings struct {
	STUN    []string
	TURN    []TURN
	Mailbox string

	Domain      string // empty for CloudFront's own
	Certificate string // of the domain
	HostedZone  string // the id of the domain's; empty where DNS is elsewhere

	PriceClass string // a key of priceClasses

	// What the mailbox may do in a second, for everybody together, and at once; it is the
	// ceiling of the bill, too.
	RequestRate         int
	RequestBurst        int
	ReservedConcurrency int // copies of the function; 0 reserves none

	Alarms string // an e-mail address, or the ARN of an SNS topic; empty where nobody is told
}

// TURN is a relay and how to log in there. Everybody who loads the page can
// read it.
type TURN struct {
	URL        string `json:"url"`
	Username   string `json:"username"`
	Credential string `json:"credential"`
}

const hostForm = `(?:\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?)`

var (
	stunForm = regexp.MustCompile(`^` + hostForm + `:([0-9]{1,5})$`)
	turnForm = regexp.MustCompile(`^turns?:` + hostForm + `:([0-9]{1,5})(?:\?transport=(?:udp|tcp))?$`)
	// CloudFront takes certificates from this one region.
	certificateForm = regexp.MustCompile(`^arn:aws[a-z-]*:acm:us-east-1:[0-9]{12}:certificate/[0-9a-f-]+$`)
	domainForm      = regexp.MustCompile(`^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$`)
	hostedZoneForm  = regexp.MustCompile(`^Z[0-9A-Z]+$`)
	// One @, and behind it a host name. SNS writes there and asks whether that is wanted.
	emailForm = regexp.MustCompile(`^[^@\s"<>,;:]+@(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]{2,}$`)
	// A first-in-first-out topic is refused by alarms, and its name ends in .fifo, which has a dot.
	topicForm = regexp.MustCompile(`^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[a-zA-Z0-9_-]{1,256}$`)
)

// readSettings takes the context, key by key. What is wrong with it is one
// sentence that begins with the key.
func readSettings(context func(key string) any) (Settings, error) {
	var s Settings
	for _, key := range []struct {
		name   string
		target any
		is     string
	}{
		{"stun", &s.STUN, "a list of host:port"},
		{"turn", &s.TURN, "a list of relays, each with url, username and credential"},
		{"mailbox", &s.Mailbox, "none, offered or on"},
		{"domain", &s.Domain, "a host name"},
		{"certificate", &s.Certificate, "the ARN of a certificate"},
		{"hostedZone", &s.HostedZone, "the id of a hosted zone"},
		{"priceClass", &s.PriceClass, `"100", "200" or "all"`},
		{"requestRate", &s.RequestRate, "a whole number"},
		{"requestBurst", &s.RequestBurst, "a whole number"},
		{"reservedConcurrency", &s.ReservedConcurrency, "a whole number, 0 for none"},
		{"alarms", &s.Alarms, "an e-mail address or the ARN of an SNS topic"},
	} {
		if err := decode(context(key.name), key.target); err != nil {
			return Settings{}, fmt.Errorf("%s: this must be %s", key.name, key.is)
		}
	}
	return s, s.check()
}

// decode takes a value from cdk.json, or its JSON from the command line
// (-c key=value), where everything is text.
func decode(value, target any) error {
	if value == nil {
		return nil
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return err
	}
	if text, ok := value.(string); ok {
		if word, ok := target.(*string); ok {
			*word = text
			return nil
		}
		raw = []byte(text)
	}
	strict := json.NewDecoder(bytes.NewReader(raw))
	strict.DisallowUnknownFields()
	return strict.Decode(target)
}

func (s Settings) check() error {
	if len(s.STUN) > maxSTUN {
		return fmt.Errorf("stun: these are %d servers, the page takes %d", len(s.STUN), maxSTUN)
	}
	for _, server := range s.STUN {
		if !isServer(stunForm, server) {
			return fmt.Errorf("stun: %q isn't host:port", server)
		}
	}
	if len(s.TURN) > maxTURN {
		return fmt.Errorf("turn: these are %d relays, the page takes %d", len(s.TURN), maxTURN)
	}
	for _, relay := range s.TURN {
		if !isServer(turnForm, relay.URL) {
			return fmt.Errorf("turn: %q isn't turn:host:port or turns:host:port", relay.URL)
		}
		if !isCredential(relay.Username) || !isCredential(relay.Credential) {
			return fmt.Errorf("turn: %s needs a username and a credential, each of at most %d characters", relay.URL, maxCredential)
		}
	}
	switch s.Mailbox {
	case mailboxNone, mailboxOffered, mailboxOn:
	default:
		return fmt.Errorf("mailbox: %q isn't none, offered or on", s.Mailbox)
	}
	switch {
	case s.Domain == "" && s.Certificate != "":
		return fmt.Errorf("certificate: there is no domain that it could be for")
	case s.Domain == "" && s.HostedZone != "":
		return fmt.Errorf("hostedZone: there is no domain to put into it")
	case s.Domain == "":
	case !domainForm.MatchString(s.Domain):
		return fmt.Errorf("domain: %q isn't a host name in lower case", s.Domain)
	case s.Certificate == "":
		return fmt.Errorf("domain: %s needs a certificate, too", s.Domain)
	case !certificateForm.MatchString(s.Certificate):
		return fmt.Errorf("certificate: %q isn't the ARN of a certificate in us-east-1", s.Certificate)
	case s.HostedZone != "" && !hostedZoneForm.MatchString(s.HostedZone):
		return fmt.Errorf("hostedZone: %q isn't the id of a hosted zone", s.HostedZone)
	}
	if _, ok := priceClasses[s.PriceClass]; !ok {
		return fmt.Errorf("priceClass: %q isn't 100, 200 or all", s.PriceClass)
	}
	return s.checkMailbox()
}

// checkMailbox looks at what is only there with a mailbox. Without one it is not used, but for an
// address that would wait for alarms that nobody sets off.
func (s Settings) checkMailbox() error {
	switch {
	case s.RequestRate < 1 || s.RequestRate > maxRequestRate:
		return fmt.Errorf("requestRate: %d isn't from 1 to %d", s.RequestRate, maxRequestRate)
	case s.RequestBurst < 1 || s.RequestBurst > maxRequestBurst:
		return fmt.Errorf("requestBurst: %d isn't from 1 to %d", s.RequestBurst, maxRequestBurst)
	case s.ReservedConcurrency < 0 || s.ReservedConcurrency > 1000:
		return fmt.Errorf("reservedConcurrency: %d isn't from 0 to 1000", s.ReservedConcurrency)
	case s.ReservedConcurrency > 0 && s.ReservedConcurrency*requestsPerCopy < s.RequestRate:
		return fmt.Errorf("reservedConcurrency: %d copies take %d requests a second, and requestRate lets %d through", s.ReservedConcurrency, s.ReservedConcurrency*requestsPerCopy, s.RequestRate)
	case s.Alarms == "":
		return nil
	case s.Mailbox == mailboxNone:
		return fmt.Errorf("alarms: there is no mailbox that they could watch")
	case !topicForm.MatchString(s.Alarms) && !emailForm.MatchString(s.Alarms):
		return fmt.Errorf("alarms: %q is neither an e-mail address nor the ARN of an SNS topic", s.Alarms)
	}
	return nil
}

func isServer(form *regexp.Regexp, text string) bool {
	match := form.FindStringSubmatch(text)
	if match == nil || len(text) > maxAddress {
		return false
	}
	port, err := strconv.Atoi(match[1])
	return err == nil && port >= 1 && port <= 65535
}

func isCredential(text string) bool {
	return text != "" && len(text) <= maxCredential
}

// configJSON is config.json, which the page reads: see site/README.md.
func (s Settings) configJSON() []byte {
	config := struct {
		STUN      []string `json:"stun"`
		TURN      []TURN   `json:"turn"`
		Mailbox   string   `json:"mailbox"`
		Offline   bool     `json:"offline"`
		Addresses []string `json:"addresses"`
	}{append([]string{}, s.STUN...), append([]TURN{}, s.TURN...), s.Mailbox, true, []string{}}
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(config) // strings and one bool: it can't fail
	return []byte(text.String())
}
