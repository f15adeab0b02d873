package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2integrations"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfrontorigins"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/jsii-runtime-go"
)

// newMailbox makes the mailbox and returns the way to it through CloudFront. function is the folder with its program.
func newMailbox(stack awscdk.Stack, s Settings, function string, headers awscloudfront.ResponseHeadersPolicy) *awscloudfront.BehaviorOptions {
	table := newSlots(stack, s)
	program := newFunction(stack, s, function, table)
	api := newAPI(stack, s, program)
	watch(stack, s, table, program, api)
	return throughCloudFront(stack, api, headers)
}

// newSlots is where replies wait.
func newSlots(stack awscdk.Stack, s Settings) awsdynamodb.Table {
	// A request takes one unit. What the API lets through in a second is
	// mostly its rate, and its burst after a silence.
	units := jsii.Number(max(s.RequestRate, s.RequestBurst))
	// Sealed replies under random ids. The function tells what has run out;
	// DynamoDB deletes it later. No backups: they would keep it for longer.
	return awsdynamodb.NewTable(stack, jsii.String("Slots"), &awsdynamodb.TableProps{
		PartitionKey:         &awsdynamodb.Attribute{Name: jsii.String("id"), Type: awsdynamodb.AttributeType_BINARY},
		TimeToLiveAttribute:  jsii.String("exp"),
		BillingMode:          awsdynamodb.BillingMode_PAY_PER_REQUEST,
		MaxReadRequestUnits:  units,
		MaxWriteRequestUnits: units,
		RemovalPolicy:        awscdk.RemovalPolicy_DESTROY,
	})
}

// newFunction is the mailbox's program, which may write its log and use the table, and nothing else.
func newFunction(stack awscdk.Stack, s Settings, function string, table awsdynamodb.Table) awslambda.Function {
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
	return awslambda.NewFunction(stack, jsii.String("Mailbox"), &awslambda.FunctionProps{
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
}

// newAPI is what the function is asked through.
func newAPI(stack awscdk.Stack, s Settings, program awslambda.Function) awsapigatewayv2.HttpApi {
	api := awsapigatewayv2.NewHttpApi(stack, jsii.String("Api"), &awsapigatewayv2.HttpApiProps{
		CreateDefaultStage: jsii.Bool(false), // it would not be throttled
	})
	// Not called Default: CDK leaves that out of names, and it would collide with the API.
	api.AddStage(jsii.String("Live"), &awsapigatewayv2.HttpStageOptions{
		StageName:  jsii.String("$default"),
		AutoDeploy: jsii.Bool(true),
		Throttle:   &awsapigatewayv2.ThrottleSettings{RateLimit: jsii.Number(s.RequestRate), BurstLimit: jsii.Number(s.RequestBurst)},
	})
	integration := awsapigatewayv2integrations.NewHttpLambdaIntegration(jsii.String("ToMailbox"), program, &awsapigatewayv2integrations.HttpLambdaIntegrationProps{
		PayloadFormatVersion: awsapigatewayv2.PayloadFormatVersion_VERSION_2_0(),
	})
	for _, path := range []string{"/api/v1/put", "/api/v1/take", "/api/v1/drop"} {
		api.AddRoutes(&awsapigatewayv2.AddRoutesOptions{
			Path:        &path,
			Methods:     &[]awsapigatewayv2.HttpMethod{awsapigatewayv2.HttpMethod_POST},
			Integration: integration,
		})
	}
	return api
}

// watch sets off an alarm where somebody should look.
func watch(stack awscdk.Stack, s Settings, table awsdynamodb.Table, program awslambda.Function, api awsapigatewayv2.HttpApi) {
	told := whoIsTold(stack, s)
	// A request that the API refuses is a 429 and no metric of its own, so
	// the alarm for it watches how close all requests come to the rate.
	sum := &awscloudwatch.MetricOptions{Statistic: jsii.String("Sum"), Period: awscdk.Duration_Minutes(jsii.Number(1))}
	for _, alarm := range []struct {
		id, says string
		metric   awscloudwatch.Metric
		from     float64
	}{
		{"Errors", "The mailbox answered with 5xx.", api.MetricServerError(sum), 1},
		{"Rate", "The mailbox has as many requests as it takes; more are refused.", api.MetricCount(sum), float64(s.RequestRate) * 60 * 0.9},
		{"FunctionThrottles", "More copies of the mailbox's function were wanted than may run.", program.MetricThrottles(sum), 1},
		{"TableThrottles", "The mailbox's table refused writes.", table.Metric(jsii.String("WriteThrottleEvents"), sum), 1},
	} {
		made := alarm.metric.CreateAlarm(stack, jsii.String(alarm.id), &awscloudwatch.CreateAlarmOptions{
			AlarmDescription:   &alarm.says,
			Threshold:          &alarm.from,
			ComparisonOperator: awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
			EvaluationPeriods:  jsii.Number(1),
			TreatMissingData:   awscloudwatch.TreatMissingData_NOT_BREACHING,
		})
		if told != nil {
			made.AddAlarmAction(awscloudwatchactions.NewSnsAction(told))
		}
	}
}

// whoIsTold is the topic that alarms are published to, or nil. It keeps the policy that SNS gives it,
// by which the account's own alarms may publish: one of ours would replace that.
func whoIsTold(stack awscdk.Stack, s Settings) awssns.ITopic {
	switch {
	case s.Alarms == "":
		return nil
	case topicForm.MatchString(s.Alarms):
		return awssns.Topic_FromTopicArn(stack, jsii.String("Told"), &s.Alarms)
	}
	topic := awssns.NewTopic(stack, jsii.String("Told"), nil)
	topic.AddSubscription(awssnssubscriptions.NewEmailSubscription(&s.Alarms, nil))
	return topic
}

// throughCloudFront is how requests to the page's own address reach the API.
func throughCloudFront(stack awscdk.Stack, api awsapigatewayv2.HttpApi, headers awscloudfront.ResponseHeadersPolicy) *awscloudfront.BehaviorOptions {
	// What passes CloudFront is the body, its path and type, and the two headers that
	// tell a page of another site. Never Host: the API answers it with 403.
	return &awscloudfront.BehaviorOptions{
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
		ResponseHeadersPolicy: headers,
		ViewerProtocolPolicy:  awscloudfront.ViewerProtocolPolicy_HTTPS_ONLY, // a redirect would come after the body was sent
	}
}
