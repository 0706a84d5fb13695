package ledger

import (
	"context"
	"slices"

	"guishu/domain"
	"guishu/domain/migration"
	"guishu/domain/staff"
)

// Verb is what can be done: what it is called, who may do it, and what it may be
// refused with. Everything that lists or describes commands follows from it.
type Verb struct {
	// Name is how it is recorded with every event, such as "claim-customer". It is
	// part of what makes a retry one, and never changes.
	Name string
	// Title is what a button says, and Does is a sentence about what it does.
	Title, Does Words
	// Needs is the permission without which nobody learns anything.
	Needs staff.Permission
	// Refuses is what the rules refuse with, beside AnyRefuses.
	Refuses []domain.Code
	// OwnName is for what people say only for themselves, now: who claimed and who
	// approved does so under an approved migration batch too. The slot is decided by
	// position whatever time is stated, and every gate stays shut.
	OwnName bool
	// ByLedger is for what the ledger does by itself. No person may do it.
	ByLedger bool
}

// Words are the same in both languages.
type Words struct{ Chinese, English string }

// Say gives words in both languages.
func Say(chinese, english string) Words { return Words{Chinese: chinese, English: english} }

// Body is a command as it is sent: its fields are the command's body, and its verb
// says what becomes of them.
type Body interface{ Verb() Verb }

// Telling is a command that answers with an A. It is carried out by the task that
// brings it.
type Telling[A any] interface {
	Body
	Run(ctx context.Context, t *Task) (A, error)
}

// Command is a command that answers that it was done, as most do.
type Command = Telling[Answer]

// Do carries out a command once, however often it is sent under the same key.
func (l *Ledger) Do(ctx context.Context, call Call, c Command) (Answer, error) {
	return Ask(ctx, l, call, c)
}

// Ask carries out a command that answers more than that it was done.
func Ask[A any](ctx context.Context, l *Ledger, call Call, c Telling[A]) (A, error) {
	verb := c.Verb()
	answer, err := decide(ctx, func(ctx context.Context) (answer A, err error) {
		t, err := l.begin(ctx, call, verb, c)
		if err != nil {
			return answer, err
		}
		return c.Run(ctx, t)
	})
	err = l.vigil.confirm(ctx, err)
	l.noteDamage(ctx, err)
	if code := domain.CodeOf(err); !code.IsZero() && !slices.Contains(verb.Refuses, code) && !slices.Contains(AnyRefuses(), code) {
		l.log.Warn("a command was refused with a code that its verb does not name", "command", verb.Name, "code", code.Name())
	}
	return answer, err
}

// AnyRefuses is what any command may be refused with, whatever it does.
func AnyRefuses() []domain.Code {
	return []domain.Code{
		domain.ErrAuthzDenied, staff.ErrAccountDisabled, domain.ErrQueryNotFoundOrOutOfScope, domain.ErrFormRequired, domain.ErrFormValue, domain.ErrFormInvisible,
		domain.ErrRequestMalformed, domain.ErrIdempotencyKeyReused, migration.ErrNotApproved, migration.ErrState,
		domain.ErrRequestTooLarge, domain.ErrLedgerBusy, domain.ErrLedgerDamaged, domain.ErrLedgerKeysMissing,
		domain.ErrLedgerPutBack, domain.ErrLedgerOutcomeUnknown, domain.ErrLedgerUnavailable,
	}
}
