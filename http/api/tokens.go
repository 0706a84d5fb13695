package api

import (
	"time"

	"guishu/domain/staff"
	"guishu/http/auth"
	"guishu/http/question"

	"github.com/google/uuid"
)

// Token is an API token as it is shown. The secret is shown once, when it is made.
type Token struct {
	ID        uuid.UUID     `json:"id"`
	Name      string        `json:"name"`
	Scope     auth.Scope    `json:"scope" doc:"只读或读写。 Whether it may only ask, or command too."`
	Areas     []staff.Topic `json:"areas,omitempty" doc:"可用于哪些业务；没有则为本人的全部权限。 What it is for; all that its owner may do where there are none."`
	CreatedAt time.Time     `json:"created_at"`
	ExpiresAt time.Time     `json:"expires_at"`
	RevokedAt time.Time     `json:"revoked_at,omitzero"`
	Secret    string        `json:"secret,omitempty" doc:"以 Authorization: Bearer 发送；不再显示。 Send it as Authorization: Bearer. It is not shown again."`
}

// Tokens is somebody's tokens.
type Tokens struct {
	Items []Token `json:"items"`
}

// ShowToken is a token as it is shown in the business's time zone, without its secret.
func ShowToken(t auth.Token, zone *time.Location) Token {
	shown := Token{
		ID: t.ID, Name: t.Name, Scope: t.Scope, Areas: t.Areas,
		CreatedAt: question.When(t.CreatedAt, zone), ExpiresAt: question.When(t.ExpiresAt, zone),
	}
	if t.RevokedAt != nil {
		shown.RevokedAt = question.When(*t.RevokedAt, zone)
	}
	return shown
}

// ShowTokens is somebody's tokens as they are shown.
func ShowTokens(all []auth.Token, zone *time.Location) Tokens {
	list := Tokens{Items: make([]Token, len(all))}
	for i, one := range all {
		list.Items[i] = ShowToken(one, zone)
	}
	return list
}
