package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/lookup"

	"github.com/google/uuid"
)

// story is a row of commands one after the other. The first that fails ends it;
// the steps after that do nothing. Each step has a key of its own, so a story
// that was cut off is told again from the start and takes effect once.
type story struct {
	*firm
	ctx  context.Context
	name string
	step int
	when time.Time // of the steps to come, zero for live ones
	err  error
}

func (f *firm) story(ctx context.Context, name string) *story {
	return &story{firm: f, ctx: ctx, name: name}
}

// past makes the steps to come history, on a day so many days from the demo's
// beginning.
func (t *story) past(day int) { t.when = t.at(day, 10) }

// live makes the steps to come happen now.
func (t *story) live() { t.when = time.Time{} }

func (t *story) call(who string) ledger.Call {
	t.step++
	call := ledger.Call{Actor: t.firm.who(who), Key: fmt.Sprintf("demo/%s/%d", t.name, t.step)}
	if !t.when.IsZero() {
		call.Batch, call.EffectiveAt = t.batch, t.when
	}
	return call
}

// who is a member of staff by the sign-in name; nobody is the zero id, which no
// story may be told with.
func (f *firm) who(login string) domain.StaffID {
	f.mu.Lock()
	defer f.mu.Unlock()
	id, known := f.staff[login]
	if !known {
		panic("demo: a story names " + login + ", who is not of the staff") // a slip in this package, which its test finds
	}
	return id
}

// recorder is who puts a step on record. What is past comes in through those who
// may import (B-31), but for claims, which everybody makes and approves themselves.
func (t *story) recorder(who string, step any) string {
	if t.when.IsZero() {
		return who
	}
	switch step.(type) {
	case commands.ClaimCustomer, commands.ApproveClaim, commands.RejectClaim, commands.WithdrawClaim, commands.ConsentToClaim:
		return who
	}
	switch who {
	case "ops1", "ops2":
		return who
	}
	return "importer"
}

// do takes one step: somebody gives a command. It returns what the command made.
func do(t *story, who string, c ledger.Command) uuid.UUID {
	if t.err != nil {
		return uuid.UUID{}
	}
	call := t.call(t.recorder(who, c))
	answer, err := t.ledger.Do(t.ctx, call, c)
	if err != nil {
		t.err = fmt.Errorf("%s (%T by %s): %w", call.Key, c, who, err)
	}
	return answer.ID
}

// lookUp is a look-up before a claim. What it answers is on record either way,
// and differs once the claim has been approved.
func (t *story) lookUp(who string, c commands.LookUpCustomer) {
	if t.err != nil {
		return
	}
	call := t.call(who)
	_, err := ledger.Ask(t.ctx, t.ledger, call, c)
	if err != nil && !errors.Is(err, lookup.ErrNotClaimable) {
		t.err = fmt.Errorf("%s (look-up by %s): %w", call.Key, who, err)
	}
}

// reveal shows masked fields, on record (C-04).
func (t *story) reveal(who string, c commands.RevealFields) {
	if t.err != nil {
		return
	}
	call := t.call(who)
	if _, err := ledger.Ask(t.ctx, t.ledger, call, c); err != nil {
		t.err = fmt.Errorf("%s (reveal by %s): %w", call.Key, who, err)
	}
}
