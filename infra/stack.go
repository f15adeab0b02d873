package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2integrations"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfrontorigins"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"tincan/site"
)

// What the mailbox may do in a second, for everybody together. A waiting person
// asks every 5 s, so this is 100 who wait; it is also the ceiling of the bill.
// The table takes one unit for a request.
const (
	requestRate  = 20
	requestBurst = 40
)

// NewStack is the hosted page and, unless it is switched off, the mailbox
// behind the same address. function is the folder with the mailbox's program.
func NewStack(scope constructs.Construct, id string, s Settings, function string) (awscdk.Stack, error) {
	stack := awscdk.NewStack(scope, &id, &awscdk.StackProps{AnalyticsReporting: jsii.Bool(false)})

	headers, err := site.LoadHeaders()
	if err != nil {
		return nil, fmt.Errorf("read headers.json: %w", err)
	}
	responseHeaders, err := newHeadersPolicy(stack, headers)
	if err != nil {
		return nil, fmt.Errorf("read headers.json: %w", err)
	}

	behaviors := map[string]*awscloudfront.BehaviorOptions{}

	if s.Mailbox != mailboxNone {
		// Sealed replies under random ids. The function tells what has run out;
		// DynamoDB deletes it later. No backups: they would keep it for longer.
		table := awsdynamodb.NewTable(stack, jsii.String("Slots"), &awsdynamodb.TableProps{
			PartitionKey:         &awsdynamodb.Attribute{Name: jsii.String("id"), Type: awsdynamodb.AttributeType_BINARY},
			TimeToLiveAttribute:  jsii.String("exp"),
			BillingMode:          awsdynamodb.BillingMode_PAY_PER_REQUEST,
			MaxReadRequestUnits:  jsii.Number(requestBurst),
			MaxWriteRequestUnits: jsii.Number(requestBurst),
			RemovalPolicy:        awscdk.RemovalPolicy_DESTROY,
		})

		logs := awslogs.NewLogGroup(stack, jsii.String("Log"), &awslogs.LogGroupProps{
			Retention:     awslogs.RetentionDays_ONE_DAY,
			RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
		})

		// A role of its own, because the one CDK makes may write every log.
		role := awsiam.NewRole(stack, jsii.String("Role"), &awsiam.RoleProps{
			AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
		})
		table.Grant(role, jsii.String("dynamodb:PutItem"), jsii.String("dynamodb:GetItem"), jsii.String("dynamodb:UpdateItem"))
		logs.GrantWrite(role)

		environment := map[string]*string{"TABLE": table.TableName()}
		if s.Domain != "" {
			environment["SITE_HOST"] = &s.Domain
		}
		var reserved *float64
		if s.ReservedConcurrency > 0 {
			reserved = jsii.Number(s.ReservedConcurrency)
		}
		mailbox := awslambda.NewFunction(stack, jsii.String("Mailbox"), &awslambda.FunctionProps{
			Runtime:                      awslambda.Runtime_PROVIDED_AL2023(),
			Architecture:                 awslambda.Architecture_ARM_64(),
			Code:                         awslambda.Code_FromAsset(&function, nil),
			Handler:                      jsii.String("bootstrap"),
			MemorySize:                   jsii.Number(128),
			Timeout:                      awscdk.Duration_Seconds(jsii.Number(5)),
			ReservedConcurrentExecutions: reserved,
			Environment:                  &environment,
			Role:                         role,
			LogGroup:                     logs,
			// Lambda itself logs a line or three for every request, with its
			// time, unless it is told to speak of failures only.
			LoggingFormat:    awslambda.LoggingFormat_JSON,
			SystemLogLevelV2: awslambda.SystemLogLevel_WARN,
		})

		api := awsapigatewayv2.NewHttpApi(stack, jsii.String("Api"), &awsapigatewayv2.HttpApiProps{
			CreateDefaultStage: jsii.Bool(false), // it would not be throttled
		})
		// Not called Default: CDK leaves that out of names, and it would collide with the API.
		api.AddStage(jsii.String("Live"), &awsapigatewayv2.HttpStageOptions{
			StageName:  jsii.String("$default"),
			AutoDeploy: jsii.Bool(true),
			Throttle:   &awsapigatewayv2.ThrottleSettings{RateLimit: jsii.Number(requestRate), BurstLimit: jsii.Number(requestBurst)},
		})
		integration := awsapigatewayv2integrations.NewHttpLambdaIntegration(jsii.String("ToMailbox"), mailbox, &awsapigatewayv2integrations.HttpLambdaIntegrationProps{
			PayloadFormatVersion: awsapigatewayv2.PayloadFormatVersion_VERSION_2_0(),
		})
		for _, path := range []string{"/api/v1/put", "/api/v1/take", "/api/v1/drop"} {
			api.AddRoutes(&awsapigatewayv2.AddRoutesOptions{
				Path:        &path,
				Methods:     &[]awsapigatewayv2.HttpMethod{awsapigatewayv2.HttpMethod_POST},
				Integration: integration,
			})
		}

		// A request that the API refuses is a 429 and no metric of its own, so
		// the alarm for it watches how close all requests come to the rate.
		sum := &awscloudwatch.MetricOptions{Statistic: jsii.String("Sum"), Period: awscdk.Duration_Minutes(jsii.Number(1))}
		for _, alarm := range []struct {
			id, says string
			metric   awscloudwatch.Metric
			from     float64
		}{
			{"Errors", "The mailbox answered with 5xx.", api.MetricServerError(sum), 1},
			{"Rate", "The mailbox has as many requests as it takes; more are refused.", api.MetricCount(sum), requestRate * 60 * 0.9},
			{"FunctionThrottles", "More copies of the mailbox's function were wanted than may run.", mailbox.MetricThrottles(sum), 1},
			{"TableThrottles", "The mailbox's table refused writes.", table.Metric(jsii.String("WriteThrottleEvents"), sum), 1},
		} {
			alarm.metric.CreateAlarm(stack, jsii.String(alarm.id), &awscloudwatch.CreateAlarmOptions{
				AlarmDescription:   &alarm.says,
				Threshold:          &alarm.from,
				ComparisonOperator: awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
				EvaluationPeriods:  jsii.Number(1),
				TreatMissingData:   awscloudwatch.TreatMissingData_NOT_BREACHING,
			})
		}

		// What passes CloudFront is the body, its path and type, and the two headers that
		// tell a page of another site. Never Host: the API answers it with 403.
		behaviors["/api/*"] = &awscloudfront.BehaviorOptions{
			Origin: awscloudfrontorigins.NewHttpOrigin(awscdk.Fn_Select(jsii.Number(2), awscdk.Fn_Split(jsii.String("/"), api.ApiEndpoint(), nil)), &awscloudfrontorigins.HttpOriginProps{
				ProtocolPolicy:     awscloudfront.OriginProtocolPolicy_HTTPS_ONLY,
				OriginSslProtocols: &[]awscloudfront.OriginSslPolicy{awscloudfront.OriginSslPolicy_TLS_V1_2},
			}),
			AllowedMethods: awscloudfront.AllowedMethods_ALLOW_ALL(), // the only set with POST
			CachePolicy:    awscloudfront.CachePolicy_CACHING_DISABLED(),
			OriginRequestPolicy: awscloudfront.NewOriginRequestPolicy(stack, jsii.String("ToApi"), &awscloudfront.OriginRequestPolicyProps{
				HeaderBehavior:      awscloudfront.OriginRequestHeaderBehavior_AllowList(jsii.String("Content-Type"), jsii.String("Origin"), jsii.String("Sec-Fetch-Site")),
				CookieBehavior:      awscloudfront.OriginRequestCookieBehavior_None(),
				QueryStringBehavior: awscloudfront.OriginRequestQueryStringBehavior_None(),
			}),
			ResponseHeadersPolicy: responseHeaders,
			ViewerProtocolPolicy:  awscloudfront.ViewerProtocolPolicy_HTTPS_ONLY, // a redirect would come after the body was sent
		}
	}

	bucket := awss3.NewBucket(stack, jsii.String("Page"), &awss3.BucketProps{
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		EnforceSSL:        jsii.Bool(true),
		RemovalPolicy:     awscdk.RemovalPolicy_DESTROY,
	})
	// Who may not list gets 403 from S3 for a file that is missing, who may gets
	// 404. Nobody can make a list of it: / is index.html, and a query is not
	// passed on. (CloudFront could turn 403 into 404, but for the mailbox, too.)
	files := awscloudfrontorigins.S3BucketOrigin_WithOriginAccessControl(bucket, &awscloudfrontorigins.S3BucketOriginWithOACProps{
		OriginAccessLevels: &[]awscloudfront.AccessLevel{awscloudfront.AccessLevel_READ, awscloudfront.AccessLevel_LIST},
	})
	awscdk.Annotations_Of(stack).AcknowledgeWarning(jsii.String("@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk"), jsii.String("/ is index.html"))
	// Files with a hash in their name, which are uploaded as immutable.
	behaviors["/assets/*"] = &awscloudfront.BehaviorOptions{
		Origin:                files,
		Compress:              jsii.Bool(true),
		CachePolicy:           awscloudfront.CachePolicy_CACHING_OPTIMIZED(),
		ResponseHeadersPolicy: responseHeaders,
		ViewerProtocolPolicy:  awscloudfront.ViewerProtocolPolicy_REDIRECT_TO_HTTPS,
	}
	page := &awscloudfront.BehaviorOptions{
		Origin:   files,
		Compress: jsii.Bool(true),
		// What is uploaded as no-store is not stored: the ready-made policies
		// keep everything for a second, and what says nothing for a day.
		CachePolicy: awscloudfront.NewCachePolicy(stack, jsii.String("AsUploaded"), &awscloudfront.CachePolicyProps{
			MinTtl:                     awscdk.Duration_Seconds(jsii.Number(0)),
			DefaultTtl:                 awscdk.Duration_Seconds(jsii.Number(0)),
			MaxTtl:                     awscdk.Duration_Minutes(jsii.Number(5)),
			EnableAcceptEncodingBrotli: jsii.Bool(true),
			EnableAcceptEncodingGzip:   jsii.Bool(true),
		}),
		ResponseHeadersPolicy: responseHeaders,
		ViewerProtocolPolicy:  awscloudfront.ViewerProtocolPolicy_REDIRECT_TO_HTTPS,
	}

	distributed := &awscloudfront.DistributionProps{
		DefaultBehavior:     page,
		AdditionalBehaviors: &behaviors,
		DefaultRootObject:   jsii.String("index.html"),
		HttpVersion:         awscloudfront.HttpVersion_HTTP2_AND_3,
		PriceClass:          awscloudfront.PriceClass_PRICE_CLASS_100,
		EnableIpv6:          jsii.Bool(true),
	}
	if s.Domain != "" {
		distributed.DomainNames = jsii.Strings(s.Domain)
		distributed.Certificate = awscertificatemanager.Certificate_FromCertificateArn(stack, jsii.String("Certificate"), &s.Certificate)
		distributed.MinimumProtocolVersion = awscloudfront.SecurityPolicyProtocol_TLS_V1_2_2021
	}
	distribution := awscloudfront.NewDistribution(stack, jsii.String("Site"), distributed)

	address := distribution.DistributionDomainName()
	if s.Domain != "" {
		address = &s.Domain
	}
	if s.HostedZone != "" {
		for _, kind := range []string{"A", "AAAA"} {
			awsroute53.NewCfnRecordSet(stack, jsii.String("Name"+kind), &awsroute53.CfnRecordSetProps{
				HostedZoneId: &s.HostedZone,
				Name:         &s.Domain,
				Type:         &kind,
				AliasTarget: &awsroute53.CfnRecordSet_AliasTargetProperty{
					DnsName:      distribution.DistributionDomainName(),
					HostedZoneId: jsii.String("Z2FDTNDATAQYW2"), // CloudFront's own, the same for everybody
				},
			})
		}
	}

	awscdk.NewCfnOutput(stack, jsii.String("Address"), &awscdk.CfnOutputProps{Value: jsii.String("https://" + *address + "/")})
	awscdk.NewCfnOutput(stack, jsii.String("CloudFront"), &awscdk.CfnOutputProps{Value: distribution.DistributionDomainName()})
	awscdk.NewCfnOutput(stack, jsii.String("Bucket"), &awscdk.CfnOutputProps{Value: bucket.BucketName()})
	return stack, nil
}

// newHeadersPolicy has CloudFront send what headers.json says. Five of the
// names may not be custom headers there and have fields of their own.
func newHeadersPolicy(stack awscdk.Stack, headers site.Headers) (awscloudfront.ResponseHeadersPolicy, error) {
	values := maps.Clone(headers.All)
	maps.Copy(values, headers.Secure) // CloudFront is always https
	override := jsii.Bool(true)
	security := &awscloudfront.ResponseSecurityHeadersBehavior{}
	custom := []*awscloudfront.ResponseCustomHeader{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		value := values[name]
		switch name {
		case "Content-Security-Policy":
			security.ContentSecurityPolicy = &awscloudfront.ResponseHeadersContentSecurityPolicy{ContentSecurityPolicy: &value, Override: override}
		case "Referrer-Policy":
			policy := strings.ToUpper(strings.ReplaceAll(value, "-", "_"))
			security.ReferrerPolicy = &awscloudfront.ResponseHeadersReferrerPolicy{ReferrerPolicy: awscloudfront.HeadersReferrerPolicy(policy), Override: override}
		case "X-Frame-Options":
			security.FrameOptions = &awscloudfront.ResponseHeadersFrameOptions{FrameOption: awscloudfront.HeadersFrameOption(value), Override: override}
		case "X-Content-Type-Options":
			if value != "nosniff" {
				return nil, fmt.Errorf("%s: %q is not to be had", name, value)
			}
			security.ContentTypeOptions = &awscloudfront.ResponseHeadersContentTypeOptions{Override: override}
		case "Strict-Transport-Security":
			var seconds int
			if _, err := fmt.Sscanf(value, "max-age=%d", &seconds); err != nil || value != fmt.Sprintf("max-age=%d", seconds) {
				return nil, fmt.Errorf("%s: %q is more than an age", name, value)
			}
			security.StrictTransportSecurity = &awscloudfront.ResponseHeadersStrictTransportSecurity{AccessControlMaxAge: awscdk.Duration_Seconds(jsii.Number(seconds)), Override: override}
		default:
			custom = append(custom, &awscloudfront.ResponseCustomHeader{Header: &name, Value: &value, Override: override})
		}
	}
	return awscloudfront.NewResponseHeadersPolicy(stack, jsii.String("Headers"), &awscloudfront.ResponseHeadersPolicyProps{
		SecurityHeadersBehavior: security,
		CustomHeadersBehavior:   &awscloudfront.ResponseCustomHeadersBehavior{CustomHeaders: &custom},
	}), nil
}
