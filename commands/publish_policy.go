package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/policy"
	"guishu/domain/staff"
)

// PublishPolicy puts a new version of the rules in force from a day on (B-01).
type PublishPolicy struct {
	EffectiveOn domain.Date  `json:"effective_on"`
	Rules       policy.Rules `json:"rules"`
	Note        string       `json:"note,omitempty"`
}

// PublishPolicy publishes the next version. Errors: policy/value,
// policy/effective-date, policy/mode-unavailable, form/required.
func (l *Ledger) PublishPolicy(ctx context.Context, call Call, c PublishPolicy) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"publish-policy", c})
	if err != nil {
		return Answer{}, err
	}
	return t.write(ctx, policy.Stream, t.made("policy", 0), func(ctx context.Context) (outcome, error) {
		if err := t.authoriseAtRoot(ctx, staff.PublishPolicy); err != nil {
			return outcome{}, err
		}
		versions, err := l.policies(ctx)
		if err != nil {
			return outcome{}, err
		}
		events, err := versions.State.Publish(policy.Publishing{
			EffectiveOn: c.EffectiveOn, Rules: c.Rules, Note: c.Note, Today: l.Today(), History: t.history,
		})
		return outcome{Revision: versions.Revision, Events: events}, err
	})
}

func (l *Ledger) policies(ctx context.Context) (snapshot[policy.State], error) {
	return load[policy.State](ctx, l, policy.Stream)
}

// rules are those in force today; their version goes on record with what the
// task writes (B-01).
func (t *task) rules(ctx context.Context) (policy.Rules, error) {
	versions, err := t.ledger.policies(ctx)
	if err != nil {
		return policy.Rules{}, err
	}
	version, rules := versions.State.InForce(t.today())
	t.policy, t.ruled = version, true
	return rules, nil
}

func (t *task) today() domain.Date { return domain.DateOf(t.now, t.ledger.location) }
