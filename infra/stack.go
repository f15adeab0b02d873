package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfrontorigins"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"tincan/site"
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
		behaviors["/api/*"] = newMailbox(stack, s, function, responseHeaders)
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
		PriceClass:          priceClasses[s.PriceClass],
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
