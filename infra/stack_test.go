package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/site"
)

type resource struct {
	Type           string
	Properties     map[string]any
	DeletionPolicy string
}

// template is what AWS would be sent.
type template struct {
	Resources map[string]resource
	Outputs   map[string]any
	config    string // config.json, which lies beside it
}

// The stacks that the tests look at, each made once.
var (
	offered   = stackOf(nil)
	none      = stackOf(map[string]any{"mailbox": "none"})
	ownDomain = stackOf(map[string]any{
		"mailbox": "on", "domain": "chat.example.org", "certificate": goodCertificate, "hostedZone": "Z0123456789ABC", "priceClass": "all",
		"requestRate": 1200, "requestBurst": 2400, "reservedConcurrency": 0, "alarms": "ops@example.org",
	})
)

func stackOf(change map[string]any) func() (template, error) {
	return sync.OnceValues(func() (made template, err error) {
		defer func() { // that is how CDK tells what it doesn't like
			if problem := recover(); problem != nil {
				err = fmt.Errorf("%v", problem)
			}
		}()
		folder, err := os.MkdirTemp("", "tincan-infra-")
		if err != nil {
			return made, err
		}
		defer os.RemoveAll(folder)
		function, out := filepath.Join(folder, "lambda"), filepath.Join(folder, "out")
		if err := os.Mkdir(function, 0o755); err != nil {
			return made, err
		}
		if err := os.WriteFile(filepath.Join(function, "bootstrap"), []byte("stands in for the program"), 0o755); err != nil {
			return made, err
		}
		context, err := contextWith(change)
		if err != nil {
			return made, err
		}
		if err := run(awscdk.NewApp(&awscdk.AppProps{Context: &context, Outdir: &out}), function); err != nil {
			return made, err
		}
		raw, err := os.ReadFile(filepath.Join(out, "tincan.template.json"))
		if err != nil {
			return made, err
		}
		config, err := os.ReadFile(filepath.Join(out, "config.json"))
		if err != nil {
			return made, err
		}
		made.config = string(config)
		return made, json.Unmarshal(raw, &made)
	})
}

func get(t *testing.T, stack func() (template, error)) template {
	t.Helper()
	made, err := stack()
	require.NoError(t, err)
	return made
}

// all are the resources of a type, in the order of their names.
func (made template) all(t *testing.T, kind string) []resource {
	t.Helper()
	var found []resource
	for _, name := range slices.Sorted(maps.Keys(made.Resources)) {
		if made.Resources[name].Type == kind {
			found = append(found, made.Resources[name])
		}
	}
	require.NotEmpty(t, found, kind)
	return found
}

func (made template) one(t *testing.T, kind string) resource {
	t.Helper()
	found := made.all(t, kind)
	require.Len(t, found, 1, kind)
	return found[0]
}

// name is the name of the one resource of a type, which references go by.
func (made template) name(t *testing.T, kind string) string {
	t.Helper()
	made.one(t, kind)
	for name, r := range made.Resources {
		if r.Type == kind {
			return name
		}
	}
	return ""
}

// same compares with JSON in which %s are names of resources.
func same(t *testing.T, want string, got any, names ...any) {
	t.Helper()
	raw, err := json.Marshal(got)
	require.NoError(t, err)
	assert.JSONEq(t, fmt.Sprintf(want, names...), string(raw))
}

// TestFunctionalResources: what there is, and that there is nothing else, such
// as a second function or a second role.
func TestFunctionalResources(t *testing.T) {
	page := map[string]int{
		"AWS::S3::Bucket":                        1,
		"AWS::S3::BucketPolicy":                  1,
		"AWS::CloudFront::CachePolicy":           1,
		"AWS::CloudFront::Distribution":          1,
		"AWS::CloudFront::OriginAccessControl":   1,
		"AWS::CloudFront::ResponseHeadersPolicy": 1,
	}
	withMailbox := maps.Clone(page)
	maps.Copy(withMailbox, map[string]int{
		"AWS::DynamoDB::Table":                 1,
		"AWS::Logs::LogGroup":                  1,
		"AWS::IAM::Role":                       1,
		"AWS::IAM::Policy":                     1,
		"AWS::Lambda::Function":                1,
		"AWS::Lambda::Permission":              3,
		"AWS::ApiGatewayV2::Api":               1,
		"AWS::ApiGatewayV2::Stage":             1,
		"AWS::ApiGatewayV2::Integration":       1,
		"AWS::ApiGatewayV2::Route":             3,
		"AWS::CloudWatch::Alarm":               4,
		"AWS::CloudFront::OriginRequestPolicy": 1,
	})
	withDomain := maps.Clone(withMailbox)
	withDomain["AWS::Route53::RecordSet"] = 2
	withDomain["AWS::SNS::Topic"] = 1
	withDomain["AWS::SNS::Subscription"] = 1

	for _, row := range []struct {
		name  string
		stack func() (template, error)
		want  map[string]int
	}{
		{"offered", offered, withMailbox},
		{"none", none, page},
		{"on, with a domain and an address for alarms", ownDomain, withDomain},
	} {
		count := map[string]int{}
		for _, r := range get(t, row.stack).Resources {
			count[r.Type]++
		}
		assert.Equal(t, row.want, count, row.name)
	}
}

// TestFunctionalTable: it forgets, keeps no copies, and has a ceiling.
func TestFunctionalTable(t *testing.T) {
	table := get(t, offered).one(t, "AWS::DynamoDB::Table")
	same(t, `{
		"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
		"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "B"}],
		"TimeToLiveSpecification": {"AttributeName": "exp", "Enabled": true},
		"BillingMode": "PAY_PER_REQUEST",
		"OnDemandThroughput": {"MaxReadRequestUnits": 40, "MaxWriteRequestUnits": 40}
	}`, table.Properties) // no PointInTimeRecoverySpecification, no StreamSpecification
	assert.Equal(t, "Delete", table.DeletionPolicy)
	same(t, `{"MaxReadRequestUnits": 2400, "MaxWriteRequestUnits": 2400}`, get(t, ownDomain).one(t, "AWS::DynamoDB::Table").Properties["OnDemandThroughput"])
}

// TestFunctionalRole: the function may do three things to one table, and write
// its own log.
func TestFunctionalRole(t *testing.T) {
	made := get(t, offered)
	same(t, `{"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
	]}}`, made.one(t, "AWS::IAM::Role").Properties) // no ManagedPolicyArns, no Policies
	policy := made.one(t, "AWS::IAM::Policy").Properties
	same(t, `[{"Ref": "%s"}]`, policy["Roles"], made.name(t, "AWS::IAM::Role"))
	same(t, `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": ["dynamodb:PutItem", "dynamodb:GetItem", "dynamodb:UpdateItem"], "Resource": [{"Fn::GetAtt": ["%s", "Arn"]}]},
		{"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": {"Fn::GetAtt": ["%s", "Arn"]}}
	]}`, policy["PolicyDocument"], made.name(t, "AWS::DynamoDB::Table"), made.name(t, "AWS::Logs::LogGroup"))
}

func TestFunctionalLog(t *testing.T) {
	log := get(t, offered).one(t, "AWS::Logs::LogGroup")
	same(t, `{"RetentionInDays": 1}`, log.Properties)
	assert.Equal(t, "Delete", log.DeletionPolicy)
}

// TestFunctionalFunction: every setting of it, so that nothing else gets into
// its environment.
func TestFunctionalFunction(t *testing.T) {
	made := get(t, offered)
	function := maps.Clone(made.one(t, "AWS::Lambda::Function").Properties)
	assert.Contains(t, function["Code"], "S3Key")
	delete(function, "Code")
	same(t, `{
		"Runtime": "provided.al2023", "Architectures": ["arm64"], "Handler": "bootstrap", "MemorySize": 128, "Timeout": 5,
		"ReservedConcurrentExecutions": 10,
		"Environment": {"Variables": {"TABLE": {"Ref": "%s"}}},
		"Role": {"Fn::GetAtt": ["%s", "Arn"]},
		"LoggingConfig": {"LogFormat": "JSON", "SystemLogLevel": "WARN", "LogGroup": {"Ref": "%s"}}
	}`, function, made.name(t, "AWS::DynamoDB::Table"), made.name(t, "AWS::IAM::Role"), made.name(t, "AWS::Logs::LogGroup"))

	made = get(t, ownDomain)
	function = made.one(t, "AWS::Lambda::Function").Properties
	same(t, `{"Variables": {"TABLE": {"Ref": "%s"}, "SITE_HOST": "chat.example.org"}}`, function["Environment"], made.name(t, "AWS::DynamoDB::Table"))
	assert.NotContains(t, function, "ReservedConcurrentExecutions", "0 is none")
}

// TestFunctionalAPI: three POSTs behind one throttle, no CORS, no log.
func TestFunctionalAPI(t *testing.T) {
	made := get(t, offered)
	api := made.name(t, "AWS::ApiGatewayV2::Api")
	same(t, `{"Name": "Api", "ProtocolType": "HTTP"}`, made.one(t, "AWS::ApiGatewayV2::Api").Properties)
	same(t, `{
		"ApiId": {"Ref": "%s"}, "StageName": "$default", "AutoDeploy": true,
		"DefaultRouteSettings": {"ThrottlingRateLimit": 20, "ThrottlingBurstLimit": 40}
	}`, made.one(t, "AWS::ApiGatewayV2::Stage").Properties, api)
	same(t, `{
		"ApiId": {"Ref": "%s"}, "IntegrationType": "AWS_PROXY", "PayloadFormatVersion": "2.0",
		"IntegrationUri": {"Fn::GetAtt": ["%s", "Arn"]}
	}`, made.one(t, "AWS::ApiGatewayV2::Integration").Properties, api, made.name(t, "AWS::Lambda::Function"))

	var routes []any
	for _, route := range made.all(t, "AWS::ApiGatewayV2::Route") {
		routes = append(routes, route.Properties["RouteKey"])
		same(t, `{"Fn::Join": ["", ["integrations/", {"Ref": "%s"}]]}`, route.Properties["Target"], made.name(t, "AWS::ApiGatewayV2::Integration"))
	}
	assert.ElementsMatch(t, []any{"POST /api/v1/put", "POST /api/v1/take", "POST /api/v1/drop"}, routes)
	for _, permission := range made.all(t, "AWS::Lambda::Permission") {
		assert.Equal(t, "apigateway.amazonaws.com", permission.Properties["Principal"])
		assert.Contains(t, fmt.Sprint(permission.Properties["SourceArn"]), api)
	}

	same(t, `{"ThrottlingRateLimit": 1200, "ThrottlingBurstLimit": 2400}`, get(t, ownDomain).one(t, "AWS::ApiGatewayV2::Stage").Properties["DefaultRouteSettings"])
}

// TestFunctionalAlarms: what is watched, from which number on, and who is told.
func TestFunctionalAlarms(t *testing.T) {
	for _, row := range []struct {
		stack func() (template, error)
		rate  int
		told  bool
	}{{offered, 1080, false}, {ownDomain, 64_800, true}} {
		made := get(t, row.stack)
		watched := map[string]any{}
		for _, alarm := range made.all(t, "AWS::CloudWatch::Alarm") {
			p := alarm.Properties
			watched[fmt.Sprint(p["Namespace"], " ", p["MetricName"])] = p["Threshold"]
			same(t, `["Sum", 60, 1, "GreaterThanOrEqualToThreshold", "notBreaching"]`,
				[]any{p["Statistic"], p["Period"], p["EvaluationPeriods"], p["ComparisonOperator"], p["TreatMissingData"]})
			if row.told {
				same(t, `[{"Ref": "%s"}]`, p["AlarmActions"], made.name(t, "AWS::SNS::Topic"))
			} else {
				assert.NotContains(t, p, "AlarmActions")
			}
		}
		same(t, fmt.Sprintf(`{
			"AWS/ApiGateway 5xx": 1, "AWS/ApiGateway Count": %d, "AWS/Lambda Throttles": 1, "AWS/DynamoDB WriteThrottleEvents": 1
		}`, row.rate), watched)
	}
	made := get(t, ownDomain)
	assert.Empty(t, made.one(t, "AWS::SNS::Topic").Properties)
	same(t, `{"Protocol": "email", "Endpoint": "ops@example.org", "TopicArn": {"Ref": "%s"}}`,
		made.one(t, "AWS::SNS::Subscription").Properties, made.name(t, "AWS::SNS::Topic"))
}

// TestUnitAlarmsToTopic: a topic that is there already is used as it is.
func TestUnitAlarmsToTopic(t *testing.T) {
	stack := awscdk.NewStack(nil, nil, nil)
	assert.Equal(t, goodTopic, *whoIsTold(stack, Settings{Alarms: goodTopic}).TopicArn())
	assert.Len(t, *stack.Node().FindAll(constructs.ConstructOrder_PREORDER), 2, "the stack and what stands for the topic: none is made, and nobody subscribed")
	assert.Nil(t, whoIsTold(stack, Settings{}))
}

// TestFunctionalBucket: nobody reads it but this one distribution, over TLS.
func TestFunctionalBucket(t *testing.T) {
	for _, stack := range []func() (template, error){offered, none, ownDomain} {
		made := get(t, stack)
		bucket := made.one(t, "AWS::S3::Bucket")
		same(t, `{
			"PublicAccessBlockConfiguration": {"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true},
			"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
			"BucketEncryption": {"ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
		}`, bucket.Properties) // no WebsiteConfiguration, no AccessControl, no LoggingConfiguration
		assert.Equal(t, "Delete", bucket.DeletionPolicy)
		name := made.name(t, "AWS::S3::Bucket")
		same(t, `{"Version": "2012-10-17", "Statement": [
			{
				"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": "false"}},
				"Resource": [{"Fn::GetAtt": ["%[1]s", "Arn"]}, {"Fn::Join": ["", [{"Fn::GetAtt": ["%[1]s", "Arn"]}, "/*"]]}]
			},
			{
				"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": ["s3:GetObject", "s3:ListBucket"],
				"Condition": {"StringEquals": {"AWS:SourceArn": {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":cloudfront::", {"Ref": "AWS::AccountId"}, ":distribution/", {"Ref": "%[2]s"}]]}}},
				"Resource": [{"Fn::Join": ["", [{"Fn::GetAtt": ["%[1]s", "Arn"]}, "/*"]]}, {"Fn::GetAtt": ["%[1]s", "Arn"]}]
			}
		]}`, made.one(t, "AWS::S3::BucketPolicy").Properties["PolicyDocument"], name, made.name(t, "AWS::CloudFront::Distribution"))
	}
}

func distribution(t *testing.T, made template) map[string]any {
	t.Helper()
	config, ok := made.one(t, "AWS::CloudFront::Distribution").Properties["DistributionConfig"].(map[string]any)
	require.True(t, ok)
	return config
}

// cachingDisabled and cachingOptimized are CloudFront's own policies; the first
// stores nothing and passes nothing on, the second passes no query and no header on.
const (
	cachingDisabled  = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
	cachingOptimized = "658327ea-f89d-4fab-a63d-7e88639e58f6"
)

// TestFunctionalDistribution: everything about it, so also that it has no log
// and that errors of the mailbox stay what they are.
func TestFunctionalDistribution(t *testing.T) {
	made := get(t, offered)
	config := distribution(t, made)
	origins, ok := config["Origins"].([]any)
	require.True(t, ok)
	require.Len(t, origins, 2)
	files, api := origins[0].(map[string]any)["Id"], origins[1].(map[string]any)["Id"]
	same(t, `{
		"Enabled": true, "IPV6Enabled": true, "HttpVersion": "http2and3", "PriceClass": "PriceClass_100", "DefaultRootObject": "index.html",
		"DefaultCacheBehavior": {
			"TargetOriginId": "%[1]s", "ViewerProtocolPolicy": "redirect-to-https", "Compress": true,
			"CachePolicyId": {"Ref": "%[3]s"}, "ResponseHeadersPolicyId": {"Ref": "%[4]s"}
		},
		"CacheBehaviors": [
			{
				"PathPattern": "/api/*", "TargetOriginId": "%[2]s", "ViewerProtocolPolicy": "https-only", "Compress": true,
				"AllowedMethods": ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"],
				"CachePolicyId": "%[6]s", "OriginRequestPolicyId": {"Ref": "%[5]s"}, "ResponseHeadersPolicyId": {"Ref": "%[4]s"}
			},
			{
				"PathPattern": "/assets/*", "TargetOriginId": "%[1]s", "ViewerProtocolPolicy": "redirect-to-https", "Compress": true,
				"CachePolicyId": "%[7]s", "ResponseHeadersPolicyId": {"Ref": "%[4]s"}
			}
		],
		"Origins": [
			{
				"Id": "%[1]s", "DomainName": {"Fn::GetAtt": ["%[8]s", "RegionalDomainName"]},
				"OriginAccessControlId": {"Fn::GetAtt": ["%[9]s", "Id"]}, "S3OriginConfig": {"OriginAccessIdentity": ""}
			},
			{
				"Id": "%[2]s", "DomainName": {"Fn::Select": [2, {"Fn::Split": ["/", {"Fn::GetAtt": ["%[10]s", "ApiEndpoint"]}]}]},
				"CustomOriginConfig": {"OriginProtocolPolicy": "https-only", "OriginSSLProtocols": ["TLSv1.2"]}
			}
		]
	}`, config, files, api, made.name(t, "AWS::CloudFront::CachePolicy"), made.name(t, "AWS::CloudFront::ResponseHeadersPolicy"),
		made.name(t, "AWS::CloudFront::OriginRequestPolicy"), cachingDisabled, cachingOptimized,
		made.name(t, "AWS::S3::Bucket"), made.name(t, "AWS::CloudFront::OriginAccessControl"), made.name(t, "AWS::ApiGatewayV2::Api"))
	access := made.one(t, "AWS::CloudFront::OriginAccessControl").Properties["OriginAccessControlConfig"].(map[string]any)
	delete(access, "Name")
	same(t, `{"OriginAccessControlOriginType": "s3", "SigningBehavior": "always", "SigningProtocol": "sigv4"}`, access)
}

// TestFunctionalPassedOn: the mailbox gets two headers and no cookie, the
// bucket a path and nothing else, or a visitor could ask it for a list.
func TestFunctionalPassedOn(t *testing.T) {
	made := get(t, offered)
	toAPI := made.one(t, "AWS::CloudFront::OriginRequestPolicy").Properties["OriginRequestPolicyConfig"].(map[string]any)
	same(t, `{"HeaderBehavior": "whitelist", "Headers": ["Content-Type", "Origin", "Sec-Fetch-Site"]}`, toAPI["HeadersConfig"])
	same(t, `{"CookieBehavior": "none"}`, toAPI["CookiesConfig"])
	same(t, `{"QueryStringBehavior": "none"}`, toAPI["QueryStringsConfig"])
	cache := made.one(t, "AWS::CloudFront::CachePolicy").Properties["CachePolicyConfig"].(map[string]any)
	same(t, `[0, 0, 300]`, []any{cache["MinTTL"], cache["DefaultTTL"], cache["MaxTTL"]})
	same(t, `{
		"EnableAcceptEncodingBrotli": true, "EnableAcceptEncodingGzip": true,
		"HeadersConfig": {"HeaderBehavior": "none"}, "CookiesConfig": {"CookieBehavior": "none"}, "QueryStringsConfig": {"QueryStringBehavior": "none"}
	}`, cache["ParametersInCacheKeyAndForwardedToOrigin"])
}

// TestFunctionalHeaders: CloudFront sends what headers.json says, all of it and
// nothing else.
func TestFunctionalHeaders(t *testing.T) {
	headers, err := site.LoadHeaders()
	require.NoError(t, err)
	want := maps.Clone(headers.All)
	maps.Copy(want, headers.Secure)
	require.NotEmpty(t, headers.All)
	require.NotEmpty(t, headers.Secure)

	for _, stack := range []func() (template, error){offered, none, ownDomain} {
		made := get(t, stack)
		config := made.one(t, "AWS::CloudFront::ResponseHeadersPolicy").Properties["ResponseHeadersPolicyConfig"].(map[string]any)
		security := config["SecurityHeadersConfig"].(map[string]any)
		of := func(kind, field string) string {
			header := security[kind].(map[string]any)
			assert.Equal(t, true, header["Override"], kind)
			if field == "" {
				return ""
			}
			return fmt.Sprintf("%v", header[field])
		}
		of("ContentTypeOptions", "") // it has one value
		age := security["StrictTransportSecurity"].(map[string]any)
		assert.Len(t, age, 2, "an age, no more")
		got := map[string]string{
			"Content-Security-Policy":   of("ContentSecurityPolicy", "ContentSecurityPolicy"),
			"Referrer-Policy":           of("ReferrerPolicy", "ReferrerPolicy"),
			"X-Frame-Options":           of("FrameOptions", "FrameOption"),
			"X-Content-Type-Options":    "nosniff",
			"Strict-Transport-Security": fmt.Sprintf("max-age=%.0f", age["AccessControlMaxAgeSec"]),
		}
		assert.Len(t, security, len(got))
		for _, item := range config["CustomHeadersConfig"].(map[string]any)["Items"].([]any) {
			header := item.(map[string]any)
			assert.Equal(t, true, header["Override"], header["Header"])
			got[header["Header"].(string)] = header["Value"].(string)
		}
		assert.Equal(t, want, got)
		assert.NotContains(t, config, "CorsConfig")
	}
}

// TestUnitHeadersRefused: a value that CloudFront has no setting for is an
// error, or it would be sent otherwise than it is written.
func TestUnitHeadersRefused(t *testing.T) {
	for name, value := range map[string]string{
		"Strict-Transport-Security": "max-age=63072000; preload",
		"X-Content-Type-Options":    "sniff",
	} {
		stack := awscdk.NewStack(nil, nil, nil)
		_, err := newHeadersPolicy(stack, site.Headers{All: map[string]string{name: value}})
		assert.ErrorContains(t, err, name)
	}
}

func TestFunctionalNoMailbox(t *testing.T) {
	made := get(t, none)
	config := distribution(t, made)
	behaviors := config["CacheBehaviors"].([]any)
	require.Len(t, behaviors, 1)
	assert.Equal(t, "/assets/*", behaviors[0].(map[string]any)["PathPattern"])
	assert.Len(t, config["Origins"], 1)
}

func TestFunctionalOwnDomain(t *testing.T) {
	made := get(t, ownDomain)
	config := distribution(t, made)
	same(t, `["chat.example.org"]`, config["Aliases"])
	assert.Equal(t, "PriceClass_All", config["PriceClass"])
	same(t, `{"AcmCertificateArn": "%s", "MinimumProtocolVersion": "TLSv1.2_2021", "SslSupportMethod": "sni-only"}`, config["ViewerCertificate"], goodCertificate)
	for i, kind := range []string{"A", "AAAA"} {
		same(t, `{
			"HostedZoneId": "Z0123456789ABC", "Name": "chat.example.org", "Type": "%s",
			"AliasTarget": {"DNSName": {"Fn::GetAtt": ["%s", "DomainName"]}, "HostedZoneId": "Z2FDTNDATAQYW2"}
		}`, made.all(t, "AWS::Route53::RecordSet")[i].Properties, kind, made.name(t, "AWS::CloudFront::Distribution"))
	}
	same(t, `{
		"Address": {"Value": "https://chat.example.org/"}, "Bucket": {"Value": {"Ref": "%s"}}, "CloudFront": {"Value": {"Fn::GetAtt": ["%s", "DomainName"]}}
	}`, made.Outputs, made.name(t, "AWS::S3::Bucket"), made.name(t, "AWS::CloudFront::Distribution"))
}

// TestFunctionalConfig: the page is told what the stack was made with.
func TestFunctionalConfig(t *testing.T) {
	for mailbox, stack := range map[string]func() (template, error){"offered": offered, "none": none, "on": ownDomain} {
		assert.Equal(t, `{"stun":["stun.l.google.com:19302","stun.cloudflare.com:3478"],"turn":[],"mailbox":"`+mailbox+`","offline":true,"addresses":[]}`+"\n", get(t, stack).config)
	}
}

// TestFunctionalBadContext: nothing is written for a context that is wrong.
func TestFunctionalBadContext(t *testing.T) {
	_, err := stackOf(map[string]any{"mailbox": "maybe"})()
	assert.EqualError(t, err, `mailbox: "maybe" isn't none, offered or on`)
}
