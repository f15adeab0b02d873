package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// cdkJSON is cdk.json as the CDK's command reads it.
func cdkJSON() (file map[string]any, err error) {
	raw, err := os.ReadFile("cdk.json")
	if err == nil {
		err = json.Unmarshal(raw, &file)
	}
	return file, err
}

// contextWith is the context of cdk.json with some keys changed.
func contextWith(change map[string]any) (map[string]any, error) {
	file, err := cdkJSON()
	if err != nil {
		return nil, err
	}
	context := file["context"].(map[string]any)
	maps.Copy(context, change)
	return context, nil
}

const goodCertificate = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-1111-2222-333344445555"

const goodTopic = "arn:aws:sns:eu-west-1:123456789012:ops"

func TestUnitSettingsRefused(t *testing.T) {
	turn := func(url, username, credential string) []any {
		return []any{map[string]any{"url": url, "username": username, "credential": credential}}
	}
	for _, row := range []struct {
		name    string
		change  map[string]any
		problem string
	}{
		{"mailbox unknown", map[string]any{"mailbox": "maybe"}, `mailbox: "maybe" isn't none, offered or on`},
		{"mailbox in capitals", map[string]any{"mailbox": "On"}, `mailbox: "On" isn't none, offered or on`},
		{"mailbox missing", map[string]any{"mailbox": nil}, `mailbox: "" isn't none, offered or on`},
		{"mailbox not a word", map[string]any{"mailbox": true}, "mailbox: this must be none, offered or on"},
		{"stun not a list", map[string]any{"stun": "stun.example.org:3478"}, "stun: this must be a list of host:port"},
		{"stun not of words", map[string]any{"stun": []any{3478}}, "stun: this must be a list of host:port"},
		{"stun without port", map[string]any{"stun": []any{"stun.example.org"}}, `stun: "stun.example.org" isn't host:port`},
		{"stun without host", map[string]any{"stun": []any{":3478"}}, `stun: ":3478" isn't host:port`},
		{"stun with a scheme", map[string]any{"stun": []any{"stun:stun.example.org:3478"}}, `stun: "stun:stun.example.org:3478" isn't host:port`},
		{"stun port 0", map[string]any{"stun": []any{"stun.example.org:0"}}, `stun: "stun.example.org:0" isn't host:port`},
		{"stun port too large", map[string]any{"stun": []any{"stun.example.org:65536"}}, `stun: "stun.example.org:65536" isn't host:port`},
		{"stun with a space", map[string]any{"stun": []any{"a.example:1 "}}, `stun: "a.example:1 " isn't host:port`},
		{"17 stun servers", map[string]any{"stun": strings.Split(strings.Repeat("a:1,", 16)+"a:1", ",")}, "stun: these are 17 servers, the page takes 16"},
		{"turn not a list", map[string]any{"turn": map[string]any{}}, "turn: this must be a list of relays, each with url, username and credential"},
		{"turn with another key", map[string]any{"turn": []any{map[string]any{"urls": "turn:a:1"}}}, "turn: this must be a list of relays, each with url, username and credential"},
		{"turn as host:port", map[string]any{"turn": turn("turn.example.org:3478", "u", "c")}, `turn: "turn.example.org:3478" isn't turn:host:port or turns:host:port`},
		{"turn with another transport", map[string]any{"turn": turn("turn:a:1?transport=sctp", "u", "c")}, `turn: "turn:a:1?transport=sctp" isn't turn:host:port or turns:host:port`},
		{"turn without user", map[string]any{"turn": turn("turn:a:1", "", "c")}, "turn: turn:a:1 needs a username and a credential, each of at most 256 characters"},
		{"turn without password", map[string]any{"turn": turn("turn:a:1", "u", "")}, "turn: turn:a:1 needs a username and a credential, each of at most 256 characters"},
		{"turn with a long password", map[string]any{"turn": turn("turn:a:1", "u", strings.Repeat("c", 257))}, "turn: turn:a:1 needs a username and a credential, each of at most 256 characters"},
		{"5 relays", map[string]any{"turn": []any{map[string]any{}, map[string]any{}, map[string]any{}, map[string]any{}, map[string]any{}}}, "turn: these are 5 relays, the page takes 4"},
		{"domain without certificate", map[string]any{"domain": "chat.example.org"}, "domain: chat.example.org needs a certificate, too"},
		{"domain as address", map[string]any{"domain": "https://chat.example.org/", "certificate": goodCertificate}, `domain: "https://chat.example.org/" isn't a host name in lower case`},
		{"domain in capitals", map[string]any{"domain": "Chat.example.org", "certificate": goodCertificate}, `domain: "Chat.example.org" isn't a host name in lower case`},
		{"certificate without domain", map[string]any{"certificate": goodCertificate}, "certificate: there is no domain that it could be for"},
		{"certificate elsewhere", map[string]any{"domain": "chat.example.org", "certificate": strings.Replace(goodCertificate, "us-east-1", "eu-west-1", 1)},
			`certificate: "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b2c3d-0000-1111-2222-333344445555" isn't the ARN of a certificate in us-east-1`},
		{"zone without domain", map[string]any{"hostedZone": "Z0123456789ABC"}, "hostedZone: there is no domain to put into it"},
		{"zone by name", map[string]any{"domain": "chat.example.org", "certificate": goodCertificate, "hostedZone": "example.org"}, `hostedZone: "example.org" isn't the id of a hosted zone`},
		{"price class unknown", map[string]any{"priceClass": "300"}, `priceClass: "300" isn't 100, 200 or all`},
		{"price class missing", map[string]any{"priceClass": nil}, `priceClass: "" isn't 100, 200 or all`},
		{"price class as a number", map[string]any{"priceClass": 100.0}, `priceClass: this must be "100", "200" or "all"`},
		{"rate of nothing", map[string]any{"requestRate": 0.0}, "requestRate: 0 isn't from 1 to 10000"},
		{"rate missing", map[string]any{"requestRate": nil}, "requestRate: 0 isn't from 1 to 10000"},
		{"rate too large", map[string]any{"requestRate": 10001.0}, "requestRate: 10001 isn't from 1 to 10000"},
		{"rate in parts", map[string]any{"requestRate": 0.5}, "requestRate: this must be a whole number"},
		{"burst negative", map[string]any{"requestBurst": "-1"}, "requestBurst: -1 isn't from 1 to 5000"},
		{"burst too large", map[string]any{"requestBurst": 5001.0}, "requestBurst: 5001 isn't from 1 to 5000"},
		{"burst in words", map[string]any{"requestBurst": "many"}, "requestBurst: this must be a whole number"},
		{"alarms to a name", map[string]any{"alarms": "ops"}, `alarms: "ops" is neither an e-mail address nor the ARN of an SNS topic`},
		{"alarms to two", map[string]any{"alarms": "a@example.org,b@example.org"}, `alarms: "a@example.org,b@example.org" is neither an e-mail address nor the ARN of an SNS topic`},
		{"alarms to a host without a dot", map[string]any{"alarms": "ops@localhost"}, `alarms: "ops@localhost" is neither an e-mail address nor the ARN of an SNS topic`},
		{"alarms to a queue", map[string]any{"alarms": "arn:aws:sqs:eu-west-1:123456789012:ops"}, `alarms: "arn:aws:sqs:eu-west-1:123456789012:ops" is neither an e-mail address nor the ARN of an SNS topic`},
		{"alarms to a topic in order", map[string]any{"alarms": goodTopic + ".fifo"}, `alarms: "` + goodTopic + `.fifo" is neither an e-mail address nor the ARN of an SNS topic`},
		{"alarms to a list", map[string]any{"alarms": []any{"ops@example.org"}}, "alarms: this must be an e-mail address or the ARN of an SNS topic"},
		{"alarms of nothing", map[string]any{"mailbox": "none", "alarms": "ops@example.org"}, "alarms: there is no mailbox that they could watch"},
		{"concurrency negative", map[string]any{"reservedConcurrency": -1}, "reservedConcurrency: -1 isn't from 0 to 1000"},
		{"concurrency below the rate", map[string]any{"requestRate": 101.0}, "reservedConcurrency: 10 copies take 100 requests a second, and requestRate lets 101 through"},
		{"concurrency too large", map[string]any{"reservedConcurrency": 1001}, "reservedConcurrency: 1001 isn't from 0 to 1000"},
		{"concurrency in parts", map[string]any{"reservedConcurrency": 1.5}, "reservedConcurrency: this must be a whole number, 0 for none"},
		{"concurrency in words", map[string]any{"reservedConcurrency": "ten"}, "reservedConcurrency: this must be a whole number, 0 for none"},
	} {
		t.Run(row.name, func(t *testing.T) {
			context, err := contextWith(row.change)
			require.NoError(t, err)
			_, err = readSettings(func(key string) any { return context[key] })
			assert.EqualError(t, err, row.problem)
		})
	}
}

// TestUnitSettings: values of cdk.json, and the same from the command line,
// where they are text.
func TestUnitSettings(t *testing.T) {
	want := Settings{
		STUN:                []string{"stun.example.org:3478", "[2001:db8::1]:3478"},
		TURN:                []TURN{{"turns:turn.example.org:443?transport=tcp", "u", "<c>"}},
		Mailbox:             "on",
		Domain:              "chat.example.org",
		Certificate:         goodCertificate,
		HostedZone:          "Z0123456789ABC",
		PriceClass:          "all",
		RequestRate:         10_000,
		RequestBurst:        5_000,
		ReservedConcurrency: 0,
		Alarms:              "the.ops+tincan@mail.example.org",
	}
	file := map[string]any{
		"stun":    []any{"stun.example.org:3478", "[2001:db8::1]:3478"},
		"turn":    []any{map[string]any{"url": "turns:turn.example.org:443?transport=tcp", "username": "u", "credential": "<c>"}},
		"mailbox": "on", "domain": "chat.example.org", "certificate": goodCertificate, "hostedZone": "Z0123456789ABC", "priceClass": "all",
		"requestRate": 10_000.0, "requestBurst": 5_000.0, "reservedConcurrency": 0.0, "alarms": "the.ops+tincan@mail.example.org",
	}
	line := maps.Clone(file)
	line["stun"] = `["stun.example.org:3478", "[2001:db8::1]:3478"]`
	line["turn"] = `[{"url": "turns:turn.example.org:443?transport=tcp", "username": "u", "credential": "<c>"}]`
	line["requestRate"], line["requestBurst"], line["reservedConcurrency"] = "10000", "5000", "0"
	for name, context := range map[string]map[string]any{"file": file, "command line": line} {
		got, err := readSettings(func(key string) any { return context[key] })
		require.NoError(t, err, name)
		assert.Equal(t, want, got, name)
	}
	assert.Equal(t, `{"stun":["stun.example.org:3478","[2001:db8::1]:3478"],`+
		`"turn":[{"url":"turns:turn.example.org:443?transport=tcp","username":"u","credential":"<c>"}],`+
		`"mailbox":"on","offline":true,"addresses":[]}`+"\n", string(want.configJSON()))
	assert.Equal(t, `{"stun":[],"turn":[],"mailbox":"none","offline":true,"addresses":[]}`+"\n", string(Settings{Mailbox: "none"}.configJSON()))
}

// TestUnitDefaults: as delivered the mailbox is offered, the STUN servers are
// the terminal's, and the CDK reports to nobody.
func TestUnitDefaults(t *testing.T) {
	context, err := contextWith(nil)
	require.NoError(t, err)
	settings, err := readSettings(func(key string) any { return context[key] })
	require.NoError(t, err)

	network, err := os.ReadFile("../internal/chat/network.go")
	require.NoError(t, err)
	list := regexp.MustCompile(`var DefaultSTUN = \[\]string\{(.*)\}`).FindSubmatch(network)
	require.NotNil(t, list)
	var servers []string
	require.NoError(t, json.Unmarshal([]byte("["+string(list[1])+"]"), &servers))
	assert.Equal(t, Settings{
		STUN: servers, TURN: []TURN{}, Mailbox: "offered", PriceClass: "100", RequestRate: 20, RequestBurst: 40, ReservedConcurrency: 10,
	}, settings)

	file, err := cdkJSON()
	require.NoError(t, err)
	for _, key := range []string{"versionReporting", "pathMetadata", "notices"} {
		assert.Equal(t, false, file[key], key)
	}
	assert.Equal(t, false, context["cli-telemetry"])
}

func TestUnitOnlyBootstrap(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "lambda")
	assert.ErrorContains(t, onlyBootstrap(folder), "run make bin/lambda/bootstrap")
	require.NoError(t, os.Mkdir(folder, 0o755))
	assert.ErrorContains(t, onlyBootstrap(folder), "run make bin/lambda/bootstrap")
	require.NoError(t, os.WriteFile(filepath.Join(folder, "bootstrap"), nil, 0o755))
	assert.NoError(t, onlyBootstrap(folder))
	require.NoError(t, os.WriteFile(filepath.Join(folder, ".env"), nil, 0o600))
	assert.ErrorContains(t, onlyBootstrap(folder), "nothing else")
}
