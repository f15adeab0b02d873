// Package dynamo is the mailbox's Store over one DynamoDB table.
//
//	id   B   the slot, 16 bytes: the table's key
//	b    B   the reply; absent after drop
//	c    B   the claim that took it, 16 bytes; absent before take
//	exp  N   when it expires, in seconds since 1970: the table's TTL attribute
//
// DynamoDB removes expired items within days. Until then they count as not there, because every
// condition here checks exp.
package dynamo

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"tincan/internal/mailbox"
	"tincan/relay"
)

// The Lambda function is ended after 5 s. A whole operation, which takes up to four requests with
// three attempts each, must be over before that.
const (
	operationTimeout = 3500 * time.Millisecond
	attemptTimeout   = 1500 * time.Millisecond
	attempts         = 3
	maxBackoff       = 100 * time.Millisecond
)

// The errors for faults of the table. The messages of AWS are left out, as they may repeat parts
// of the request.
var (
	errRefused   = errors.New("relay/dynamo: the table does not answer as it should")
	errMalformed = errors.New("relay/dynamo: the table holds something else than a reply")
)

// Config names the table and the credentials. Session and Endpoint may be empty.
type Config struct {
	Table, Region string
	// KeyID, Secret and Session are the credentials. They are never renewed, as Lambda
	// starts a new process before they expire.
	KeyID, Secret, Session string
	// Endpoint is a URL instead of the region's own, for tests.
	Endpoint string
}

// Store is a relay.Store. If the table cannot be reached, takes too long or throttles, the error
// is relay.ErrBusy. No error contains anything of the request.
type Store struct {
	client *dynamodb.Client
	table  *string
}

// New makes a Store. It sends no request yet.
func New(config Config) *Store {
	options := dynamodb.Options{
		Region: config.Region,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: config.KeyID, SecretAccessKey: config.Secret, SessionToken: config.Session}, nil
		}),
		Retryer: retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts, o.MaxBackoff = attempts, maxBackoff
		}),
		HTTPClient: awshttp.NewBuildableClient().WithTimeout(attemptTimeout).WithTransportOptions(func(t *http.Transport) {
			t.Proxy = nil
		}),
	}
	if config.Endpoint != "" {
		options.BaseEndpoint = &config.Endpoint
	}
	return &Store{client: dynamodb.New(options), table: &config.Table}
}

// Put implements relay.Store. It writes only if there is no item, or an expired one. Otherwise it
// reads what is there and compares, and changes nothing.
func (s *Store) Put(ctx context.Context, slot mailbox.Slot, reply []byte, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	for range 2 {
		_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: s.table,
			Item: map[string]types.AttributeValue{
				"id":  &types.AttributeValueMemberB{Value: slot[:]},
				"b":   &types.AttributeValueMemberB{Value: reply},
				"exp": seconds(now.Add(mailbox.Lifetime)),
			},
			ConditionExpression:       aws.String("attribute_not_exists(id) OR exp <= :now"),
			ExpressionAttributeValues: map[string]types.AttributeValue{":now": seconds(now)},
		})
		if !conditionFailed(err) {
			return plain(err)
		}
		kept, there, err := s.read(ctx, slot, now)
		switch {
		case err != nil:
			return err
		case there && bytes.Equal(kept, reply):
			return nil
		case there:
			return relay.ErrOccupied
		}
		// The item that was in the way has expired in the meantime.
	}
	return relay.ErrBusy
}

// read returns the reply in a slot, nil after a drop, and whether the slot has an item that has
// not expired.
func (s *Store) read(ctx context.Context, slot mailbox.Slot, now time.Time) (reply []byte, there bool, err error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: s.table,
		Key:       key(slot),
		// Without this the answer could be older than the write that was in the way.
		ConsistentRead:       aws.Bool(true),
		ProjectionExpression: aws.String("id, b, exp"),
	})
	if err != nil {
		return nil, false, plain(err)
	}
	if len(out.Item) == 0 {
		return nil, false, nil
	}
	number, ok := out.Item["exp"].(*types.AttributeValueMemberN)
	if !ok {
		return nil, false, errMalformed
	}
	expires, err := strconv.ParseInt(number.Value, 10, 64)
	switch {
	case err != nil:
		return nil, false, errMalformed
	case expires <= now.Unix():
		return nil, false, nil
	case out.Item["b"] == nil:
		return nil, true, nil
	}
	reply, err = replyOf(out.Item)
	return reply, true, err
}

// Take implements relay.Store with one conditional update.
func (s *Store) Take(ctx context.Context, slot mailbox.Slot, claim mailbox.Claim, now time.Time) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	out, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 s.table,
		Key:                       key(slot),
		UpdateExpression:          aws.String("SET c = :c"),
		ConditionExpression:       aws.String("attribute_exists(b) AND exp > :now AND (attribute_not_exists(c) OR c = :c)"),
		ExpressionAttributeValues: claimed(claim, now),
		ReturnValues:              types.ReturnValueAllNew,
	})
	if conditionFailed(err) {
		return nil, relay.ErrNone
	} else if err != nil {
		return nil, plain(err)
	}
	return replyOf(out.Attributes)
}

// Drop implements relay.Store with one conditional update, which leaves claim and expiry.
func (s *Store) Drop(ctx context.Context, slot mailbox.Slot, claim mailbox.Claim, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 s.table,
		Key:                       key(slot),
		UpdateExpression:          aws.String("REMOVE b"),
		ConditionExpression:       aws.String("c = :c AND exp > :now"),
		ExpressionAttributeValues: claimed(claim, now),
	})
	if conditionFailed(err) {
		return nil // the reply was taken by another claim, or is not there
	}
	return plain(err)
}

func key(slot mailbox.Slot) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"id": &types.AttributeValueMemberB{Value: slot[:]}}
}

func claimed(claim mailbox.Claim, now time.Time) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		":c":   &types.AttributeValueMemberB{Value: claim[:]},
		":now": seconds(now),
	}
}

func seconds(t time.Time) *types.AttributeValueMemberN {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(t.Unix(), 10)}
}

// replyOf checks a reply that was read from the table, as whoever can write to the table may have
// written anything.
func replyOf(item map[string]types.AttributeValue) ([]byte, error) {
	b, ok := item["b"].(*types.AttributeValueMemberB)
	if !ok || len(b.Value) == 0 || len(b.Value) > mailbox.MaxReply {
		return nil, errMalformed
	}
	return b.Value, nil
}

func conditionFailed(err error) bool {
	failed := new(types.ConditionalCheckFailedException)
	return errors.As(err, &failed)
}

var throttles = retry.IsErrorThrottles(retry.DefaultThrottles)

// plain turns err into one of our errors, which has none of its text.
func plain(err error) error {
	if err == nil {
		return nil
	}
	var (
		network net.Error
		status  *awshttp.ResponseError
		answer  smithy.APIError
	)
	switch {
	case throttles.IsErrorThrottle(err) == aws.TrueTernary,
		errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled),
		errors.As(err, &status) && status.HTTPStatusCode() >= http.StatusInternalServerError,
		errors.As(err, &network) && !errors.As(err, &answer):
		return relay.ErrBusy
	}
	return errRefused
}
