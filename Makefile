# make help lists what can be made. It takes GNU make 4.3, Go and Node; browsers it installs itself where it may.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := build
.DELETE_ON_ERROR:

ifeq ($(filter grouped-target,$(.FEATURES)),)
$(error GNU make 4.3 or newer is needed; on macOS: brew install make, then gmake)
endif

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT ?= $(shell git rev-parse HEAD 2>/dev/null)
RELEASE := -trimpath -buildvcs=false
LDFLAGS := -s -w -buildid= -X main.version=$(VERSION)
# Without inlining the engine is 6 % smaller. The packages that take time keep it: those
# of the cryptography that are used here, and math/bits, whose rotations would be calls.
INLINED := math/bits golang.org/x/crypto/... crypto/internal/fips140deps/byteorder \
	$(addprefix crypto/internal/fips140/,sha256 sha512 sha3 edwards25519/... mlkem)
# Which calls in these are hot, go build reads from wasm/default.pgo: some are just above what
# it inlines otherwise, and wasm has no instruction for what makes them small elsewhere.
WASM_FLAGS := -gcflags=all=-l $(INLINED:%=-gcflags=%=)
JS := GOOS=js GOARCH=wasm

GO_FILES = $(shell find $(1) -name '*.go' -not -name '*_test.go' -not -path '*/node_modules/*') go.mod go.sum
ENGINE_FILES := $(call GO_FILES,wasm internal) wasm/default.pgo bin/version
PROGRAM_FILES := $(call GO_FILES,cmd internal relay site) bin/version
LAMBDA_FILES := $(call GO_FILES,internal/mailbox relay)
SITE_FILES := $(shell find site/src site/public -type f -not -path '*/generated/*' -not -name '*.test.*') site/index.html site/vite.config.ts $(wildcard site/plugins/*.ts) site/notices.ts site/svelte.config.js site/tsconfig.json
SINGLE_FILES := $(shell find site/single site/plugins -type f)
GENERATED := site/src/engine/generated

.PHONY: help run build single test tests check size vectors mutants fuzz times bench bench-engine bench-files bench-relay bench-messages profile hosting network screenshots film slow vuln clean release reproducible workflows \
	check-go check-site check-test test-go test-peer test-site test-browser test-infra \
	synth deploy destroy chromium firefox awscli icons texts webcat

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r name what; do printf '%-12s %s\n' "$$name" "$$what"; done

run: build ## build everything, serve the page on this network, print its address
	@exec bin/tincan serve

build: bin/tincan ## the program, with the page in it: bin/tincan

# Written only where it differs, so that another version is a reason to build, and the same one is none.
ifneq ($(VERSION),$(file <bin/version))
$(shell mkdir -p bin)
$(file >bin/version,$(VERSION))
endif
bin/version:
	@mkdir -p $(@D) && printf '%s\n' '$(VERSION)' > $@

bin/tincan: $(PROGRAM_FILES) site/dist/index.html site/dist.br/index.html site/headers.json
	CGO_ENABLED=0 go build $(RELEASE) -ldflags "$(LDFLAGS)" -o $@ ./cmd/tincan

# The mailbox as Lambda runs it, here for the computer that tests it; for AWS see synth.
LAMBDA := CGO_ENABLED=0 go build $(RELEASE) -tags lambda.norpc -ldflags "-s -w -buildid="
bin/lambda-here/bootstrap: $(LAMBDA_FILES)
	$(LAMBDA) -o $@ ./relay/lambda

# What AWS has in front of the page and the mailbox, for browser tests.
bin/gateway: $(LAMBDA_FILES) $(call GO_FILES,test/lambda) bin/lambda-here/bootstrap test/node_modules/.installed
	go build -o $@ ./test/lambda/gateway

# The engine: the Go program, its loader, and its size for the progress bar.
$(addprefix $(GENERATED)/,engine.wasm wasm_exec.js engine-size.ts) &: $(ENGINE_FILES)
	mkdir -p $(GENERATED)
	$(JS) go build $(RELEASE) $(WASM_FLAGS) -ldflags "$(LDFLAGS)" -o $(GENERATED)/engine.wasm ./wasm
	cp "$$(go env GOROOT)/lib/wasm/wasm_exec.js" $(GENERATED)/wasm_exec.js
	printf 'export const engineBytes = %s;\n' "$$(wc -c < $(GENERATED)/engine.wasm | tr -d ' ')" > $(GENERATED)/engine-size.ts

# What others have written of all that is built here. Any file may import something new; where it did not, the page
# need not be built anew.
$(GENERATED)/notices.json: bin/notices
	@test -e $@ || go run ./cmd/release notices $@
bin/notices: $(sort $(call GO_FILES,cmd internal relay site wasm))
	@mkdir -p $(@D)
	go run ./cmd/release notices $(GENERATED)/notices.json
	@touch $@

site/dist/index.html: $(GENERATED)/engine.wasm $(GENERATED)/notices.json site/node_modules/.installed $(SITE_FILES)
	cd site && TINCAN_VERSION='$(VERSION)' TINCAN_COMMIT='$(COMMIT)' npm run --silent build

# The page as `tincan serve` sends it to browsers that take brotli. It lies beside dist, for every file in
# there is one of the page.
site/dist.br/index.html: site/dist/index.html site/compress.mjs
	node site/compress.mjs site/dist site/dist.br

# The whole page in one file. Where that is opened from a disk, its links begin with SITE, or are bare codes.
SITE ?=
ifneq ($(SITE),$(file <bin/single-site))
$(shell mkdir -p bin)
$(file >bin/single-site,$(SITE))
endif
bin/single-site:
	@mkdir -p $(@D) && printf '%s\n' '$(SITE)' > $@

bin/tincan.html: $(GENERATED)/engine.wasm $(GENERATED)/notices.json site/node_modules/.installed $(SITE_FILES) $(SINGLE_FILES) bin/single-site
	cd site && TINCAN_SITE='$(SITE)' npx --no-install vite build --mode single --logLevel warn

single: bin/tincan.html ## the page as one file that chats from a disk: bin/tincan.html; SITE=https://… begins its links
	@node -e 'const b = fs.readFileSync("bin/tincan.html"); console.log(require("crypto").createHash("sha256").update(b).digest("hex"), "bin/tincan.html", b.length, "bytes")'

# The page with the fake engine, for a history of ten thousand messages.
FAKE_PAGE := bin/fake-page/index.html
$(FAKE_PAGE): site/node_modules/.installed $(GENERATED)/engine.wasm $(GENERATED)/notices.json $(SITE_FILES) $(wildcard site/test/fake-*.ts site/test/*.svelte)
	cd site && npx --no-install vite build --mode fake --logLevel warn

%/node_modules/.installed: %/package.json %/package-lock.json
	cd $* && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

# Everything that has to hold, without and with browsers.
# All output is kept and searched for what nobody may read there (test/seen.mjs).
test: ## everything that must hold, from a fresh clone on
	@mkdir -p bin && : > bin/seen.txt
	@TINCAN_SEEN="$(CURDIR)/bin/seen.txt" $(MAKE) --no-print-directory tests 2>&1 | tee bin/test.log
	@node test/seen.mjs bin/seen.txt bin/test.log bin/go-test.log
	@echo "make test: all of it passed"

# What needs no window side by side, since Go's tests wait often; then the browsers, which need all there is.
tests:
	@$(MAKE) --no-print-directory -j2 --output-sync=target check test-go vectors test-peer test-site
	@$(MAKE) --no-print-directory test-browser test-infra size

check: check-go check-site check-test ## format, types, vet, staticcheck, lint: no test is run

# infra is checked with its tests: under it lie 150 packages of the CDK, a quarter of all there is to read.
OURS = $$(go list ./... | grep -v '^tincan/infra$$')
check-go: bin/staticcheck
	@files=$$(gofmt -l cmd infra/*.go internal relay wasm site/*.go test); test -z "$$files" || { echo "gofmt: $$files"; exit 1; }
	go vet $(OURS)
	$(JS) go vet ./wasm ./internal/... ./test/network/cards ./test/bench/empty
	bin/staticcheck $(OURS)
	$(JS) bin/staticcheck ./wasm ./internal/... ./test/network/cards ./test/bench/empty
	go mod tidy -diff
	go mod verify

check-site: site/node_modules/.installed $(GENERATED)/engine.wasm
	cd site && npm run --silent check && npm run --silent lint

check-test: test/node_modules/.installed $(GENERATED)/engine.wasm
	cd test && npm run --silent check

# The proofs of seal take samples under the race detector, and all of it without.
# What they say is kept for test/seen.mjs.
test-go: bin/tincan test/node_modules/.installed
	@echo 'go test -race ./...'
	@go test -race -v $(OURS) > bin/go-test.log 2>&1 || { grep -v '^=== ' bin/go-test.log; exit 1; }
	@awk '/^(ok|\?) / {print} /^ *--- SKIP/ {print before; print} {before = $$0}' bin/go-test.log
	go test ./internal/seal

# What is given to people, for each computer that it is built for: as Go names them, here with - in between.
RELEASED := linux-amd64 linux-arm64 darwin-amd64 darwin-arm64 windows-amd64 windows-arm64
# Files that are given as they are, beside the archives.
ALONE := bin/tincan.html
# Whom Debian's tools name as the maker of a package.
MAINTAINER ?= The tincan authors <tincan@tincan.invalid>
# The time of everything in a release is that of its commit.
ifeq ($(origin SOURCE_DATE_EPOCH),undefined)
SOURCE_DATE_EPOCH := $(shell git log -1 --format=%ct 2>/dev/null || echo 315532800)
endif

release: $(RELEASED:%=bin/programs/%/tincan) bin/cyclonedx-gomod $(ALONE) ## archives and Debian packages of this version, its list of parts, SHA256SUMS: bin/release
	rm -rf bin/release && mkdir -p bin/release
	go build -o bin/release-tool ./cmd/release
	$(foreach computer,$(RELEASED),bin/release-tool pack bin/release/tincan-$(VERSION)-$(computer)$(if $(findstring windows,$(computer)),.zip,.tar.gz) \
	  $(SOURCE_DATE_EPOCH) tincan$(if $(findstring windows,$(computer)),.exe)=bin/programs/$(computer)/tincan \
	  README.md=README.md LICENSE=LICENSE notices.txt=site/dist/notices.txt$(newline))
	$(foreach processor,$(patsubst linux-%,%,$(filter linux-%,$(RELEASED))),bin/release-tool deb bin/release/tincan-$(VERSION)-$(processor).deb \
	  $(VERSION) $(processor) "$(MAINTAINER)" $(SOURCE_DATE_EPOCH) bin/programs/linux-$(processor)/tincan site/dist/notices.txt$(newline))
	bin/release-tool sbom bin/cyclonedx-gomod site/dist/notices.txt $(VERSION) $(SOURCE_DATE_EPOCH) bin/release/tincan-$(VERSION).cdx.json
	$(if $(ALONE),cp $(ALONE) bin/release/)
	bin/release-tool sums bin/release
	@cat bin/release/SHA256SUMS

# Builds twice, from fresh clones, of which the second knows nothing of the first: a long wait for all, less for RELEASED=linux-amd64.
reproducible: ## the release built twice, in two folders, with another umask, time zone and language, and compared
	test/reproducible.sh $(if $(OUT),"$(OUT)") RELEASED="$(RELEASED)"

define newline


endef

bin/programs/%/tincan: $(PROGRAM_FILES) site/dist/index.html site/dist.br/index.html site/headers.json
	GOOS=$(word 1,$(subst -, ,$*)) GOARCH=$(word 2,$(subst -, ,$*)) CGO_ENABLED=0 go build $(RELEASE) -ldflags "$(LDFLAGS)" -o $@ ./cmd/tincan

# Known holes in what is linked. It asks Go's vulnerability database, so it needs a
# network, and what it says may change from one day to the next.
vuln: bin/govulncheck ## known holes in what is linked; needs a network
	bin/govulncheck ./...

workflows: bin/actionlint ## the jobs of .github read by actionlint
	bin/actionlint

# The peer contract again, over the RTCPeerConnection of a real Chromium, and what waits for its promises.
test-peer: bin/wasmbrowsertest chromium
	$(JS) go test -exec="$(CURDIR)/bin/wasmbrowsertest" ./internal/promise ./internal/peer

# The tools have a module file of their own: none of this is in the programs.
bin/wasmbrowsertest: test/tools.mod test/tools.sum
	go build -modfile=test/tools.mod -o $@ github.com/agnivade/wasmbrowsertest

bin/staticcheck: test/tools.mod test/tools.sum
	go build -modfile=test/tools.mod -o $@ honnef.co/go/tools/cmd/staticcheck

bin/cyclonedx-gomod: test/tools.mod test/tools.sum
	go build -trimpath -modfile=test/tools.mod -o $@ github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod

bin/actionlint: test/tools.mod test/tools.sum
	go build -modfile=test/tools.mod -o $@ github.com/rhysd/actionlint/cmd/actionlint

bin/govulncheck: test/tools.mod test/tools.sum
	go build -modfile=test/tools.mod -o $@ golang.org/x/vuln/cmd/govulncheck

test-site: site/node_modules/.installed site/dist/index.html site/dist.br/index.html bin/tincan.html
	cd site && npm run --silent test

test-browser: bin/tincan bin/tincan.html bin/gateway $(FAKE_PAGE) test/node_modules/.installed chromium firefox
	cd test/browser && npx --no-install playwright test

size: site/dist/index.html bin/tincan.html bin/engine-sized.wasm bin/engine-names.wasm ## what a visitor loads, against the budgets
	node test/size.mjs bin/engine-sized.wasm bin/engine-names.wasm site/dist bin/tincan.html

# What any Go program weighs and takes to start in a page, built as the engine is.
bin/empty.wasm: test/bench/empty/main.go
	$(JS) go build $(RELEASE) $(WASM_FLAGS) -ldflags "-s -w -buildid=" -o $@ ./test/bench/empty

# The engine as it is built, but for the version: its letters alone move what brotli makes of the rest by up to 3,000 bytes.
bin/engine-sized.wasm: $(ENGINE_FILES)
	$(JS) go build $(RELEASE) $(WASM_FLAGS) -ldflags "-s -w -buildid= -X main.version=v1.0.0" -o $@ ./wasm

bin/engine-names.wasm: $(ENGINE_FILES)
	$(JS) go build $(RELEASE) $(WASM_FLAGS) -o $@ ./wasm

# The profile that is committed, anew: messages in the portable code, which is what wasm has.
# For a new version of Go or x/crypto; each time it is a little different.
profile: ## the profile that the engine is built by, anew
	go test -trimpath -tags purego -run '^$$' -bench Message -benchtime 20s -cpuprofile wasm/default.pgo -outputdir . -o /dev/null ./internal/seal

VECTORS := -count=1 -v -run 'Vectors|Wycheproof|Secretbox|Wrappers|ProtocolExample'
COUNTS := grep -E 'vectors[:,]|cases$$|TINCAN_VECTORS|^(ok|FAIL|--- FAIL)'
vectors: ## published and own test vectors, natively and in wasm, with counts
	@echo native:
	@folder="$$(test/wycheproof.sh)"; \
	TINCAN_VECTORS="$$folder" go test $(VECTORS) ./internal/seal ./internal/invite ./internal/files ./internal/chat ./relay | $(COUNTS)
	@echo js/wasm:
	@folder="$$(test/wycheproof.sh)"; \
	TINCAN_VECTORS="$$folder" $(JS) go test $(VECTORS) -exec="$$(go env GOROOT)/lib/wasm/go_js_wasm_exec" ./internal/seal ./internal/invite | $(COUNTS)

mutants: ## the protocol broken on purpose, one way at a time: a test must notice each
	test/mutants/run.sh

FUZZTIME ?= 30s
fuzz: ## each fuzz target for FUZZTIME (30s)
	test/fuzz.sh $(FUZZTIME)

times: bin/tincan test/node_modules/.installed chromium ## how long a link takes, with STUN that answers, that is dead, and without
	cd test/browser && TINCAN_TIMES=1 npx --no-install playwright test --grep @times --workers=1

# The configurations of cmd/tincan/hosting, in Debian's nginx and Caddy on loopback.
hosting: bin/tincan test/node_modules/.installed chromium ## chats through nginx and Caddy, and what is said where they are set up wrongly
	@test/browser/webservers.sh
	cd test/browser && TINCAN_HOSTING=1 npx --no-install playwright test --grep @hosting

# The NATs of a virtual network, then real ones: network namespaces and nftables,
# for root, with Chromium, Firefox and terminals. The chats that lose their line take
# most of it, half an hour.
network: bin/tincan test/node_modules/.installed chromium firefox ## chats through NATs: virtual ones, then real ones in network namespaces, as root
	cd test/network && go test -count=1 -run 'NATs|ManyInterfaces|LoopbackStays'
	cd test/network && npx --no-install playwright test --grep-invert @slow

# One table, each figure beside its peer in the same run, printed and written into BENCHMARKS.md. One after the other, as
# each takes all there is; what these print besides stays above the table. Nothing fails by a figure, only by one that is missing.
ROWS := $(CURDIR)/bin/bench.jsonl
bench: bin/tincan $(FAKE_PAGE) bin/empty.wasm test/node_modules/.installed chromium ## what all of it costs beside bare ones in the same run: one table, into BENCHMARKS.md
	@mkdir -p bin && : > $(ROWS)
	@export TINCAN_BENCH_ROWS=$(ROWS) TINCAN_BENCH_LOAD="$$(uptime | sed 's/.*average[s]*: //; s/,//g')"; \
	node test/bench/weights.mjs $(GENERATED)/engine.wasm bin/empty.wasm site/dist; \
	for each in relay messages files engine; do $(MAKE) --no-print-directory bench-$$each; done; \
	node test/bench/table.mjs $(ROWS) BENCHMARKS.md

# What the engine costs in two pages of Chromium, for messages and for files, beside a raw data channel in the same run; its
# start and opening, an invite beside other packers, memory, and a search beside a bare one.
bench-engine: $(GENERATED)/engine.wasm $(FAKE_PAGE) bin/empty.wasm bin/tincan test/node_modules/.installed chromium
	cd test/browser && TINCAN_BENCH=1 npx --no-install playwright test --grep @bench --workers=1

# What messages and a file cost between two terminals, beside the same bytes over a bare channel.
bench-messages:
	TINCAN_BENCH=1 go test -count=1 -v -run MessagesRate ./internal/chat
bench-files:
	TINCAN_BENCH=1 go test -count=1 -v -run FilesRate ./internal/chat

# What the mailbox costs, beside bare net/http in the same run; 4 clients x 10,000
# operations on both stores; a minute of a flood.
bench-relay: test/node_modules/.installed
	TINCAN_BENCH=1 go test -count=1 -v -p 1 -run 'Rate|Linearizable|Flood' ./relay ./relay/dynamo ./cmd/tincan

screenshots: $(FAKE_PAGE) test/node_modules/.installed chromium ## each screen as it looks, into bin/screenshots; ten of them into site/screenshots
	cd test/browser && TINCAN_SCREENSHOTS=1 npx --no-install playwright test --grep @screenshots

film: bin/tincan test/node_modules/.installed chromium ## the moving picture of the README, anew
	cd test/browser && TINCAN_FILM=1 npx --no-install playwright test --grep @film --workers=1

slow: bin/tincan bin/gateway $(FAKE_PAGE) test/node_modules/.installed chromium firefox ## minutes of waiting: late replies, frozen tabs, half an hour of talking, files of 200 MB, the SDK of AWS for another processor
	TINCAN_SLOW=1 go test -count=1 -timeout 20m -run 'Late' -v ./test/cli
	TINCAN_SLOW=1 go test -count=1 -run 'Arm64' -v ./test/lambda
	go test -count=1 -timeout 60m -run 'LinesAtRandom|EveryOrderOfLines' -v ./internal/chat -lines 100000 -depth 3
	cd test/browser && TINCAN_SLOW=1 npx --no-install playwright test --grep @slow
	cd test/network && TINCAN_SLOW=1 npx --no-install playwright test --grep @slow

# Needs no AWS account, no network. -count=1, because Go's cache doesn't see what
# Node reads.
test-infra: bin/staticcheck site/dist/index.html awscli
	go vet ./infra
	bin/staticcheck ./infra
	@echo 'go test ./infra'
	@go test -count=1 -v ./infra > bin/infra-test.log 2>&1 || { grep -v '^=== ' bin/infra-test.log; exit 1; }
	@awk '/^(ok|\?) / {print} /^ *--- SKIP/ {print before; print} {before = $$0}' bin/infra-test.log

# The command that uploads the page, which the upload's test runs: Debian's where apt can install it.
awscli:
	@command -v aws >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null || exit 0; \
	  echo "installing Debian's awscli for the test of the upload"; apt-get update -qq; \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends awscli >/dev/null; }

# The mailbox as Lambda runs it. The folder is what is uploaded.
bin/lambda/bootstrap: $(LAMBDA_FILES)
	GOOS=linux GOARCH=arm64 $(LAMBDA) -o $@ ./relay/lambda

# CONTEXT goes before cdk.json: make deploy CONTEXT="-c mailbox=on"
CONTEXT ?=
CDK := cd infra && npx --no-install cdk
# Else CDK's runtime says in 11 lines, each time, that Node 20 is old.
test-infra synth deploy destroy: export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20

# What AWS would be asked for, as a template in cdk.out and as a table. Needs no
# AWS account, nor a network once infra/node_modules is there.
synth: bin/lambda/bootstrap infra/node_modules/.installed ## what AWS would be asked for, as a template and as a table
	$(CDK) synth --quiet $(CONTEXT)
	@sed -n 's/^   "Type": "\(AWS::[A-Za-z0-9:]*\)",$$/\1/p' cdk.out/tincan.template.json | sort | uniq -c

deploy: bin/lambda/bootstrap site/dist/index.html infra/node_modules/.installed ## page and mailbox into an AWS account
	$(CDK) deploy --outputs-file ../cdk.out/outputs.json $(CONTEXT)
	node infra/upload.mjs site/dist cdk.out

# Takes the whole site down, without a question. A bucket has to be empty for it.
destroy: bin/lambda/bootstrap infra/node_modules/.installed ## the whole site out of the account, without a question
	bucket=$$(aws cloudformation describe-stacks --stack-name tincan --output text \
	  --query "Stacks[0].Outputs[?OutputKey=='Bucket'].OutputValue"); \
	  test -z "$$bucket" || aws s3 rm --recursive --only-show-errors "s3://$$bucket"
	$(CDK) destroy --force $(CONTEXT)

clean: ## remove all that was built and installed here
	rm -rf bin cdk.out site/dist site/dist.br $(GENERATED) infra/node_modules site/node_modules test/node_modules test/browser/test-results test/network/test-results

# Chromium for the tests: Debian's where apt can install it, else Playwright's own.
chromium: test/node_modules/.installed
	@test/browser/browsers.sh chromium

# APP is where the source of the page is, which the manifest has to say.
APP ?=
webcat: site/dist/index.html ## the manifest for WEBCAT, unsigned, in bin/webcat: make webcat APP=https://where/the/source/is
	@node site/webcat.mjs site/dist bin/webcat $(APP)

icons: test/node_modules/.installed chromium ## the icons of the page, drawn anew from the logo
	node site/icons.mjs

# A translator's program reads and writes the file; what is missing or wrong in it is said.
texts: site/node_modules/.installed ## the sentences in LANGUAGE=de for a translator, into bin/de.po or the folder TO; with FROM=de.po back
	@node site/texts.mjs $(LANGUAGE) $(if $(FROM),--from $(FROM),$(or $(TO),bin))

# Firefox for the tests: Debian's where apt can install it.
firefox:
	@test/browser/browsers.sh firefox
