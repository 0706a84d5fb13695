package ledger_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/attribution"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/domain/ownership"
	"guishu/domain/staff"
	"guishu/eventstore"
	"guishu/internal/waiting"
)

// The canaries: what must be nowhere in clear.
const (
	canaryName    = "金丝雀"
	canaryNumber  = "E98765432"
	canaryPhone   = "13912345678"
	canaryAddress = "示例市金丝雀路77号"
	canaryAccount = commandstest.GoodAccount
	canaryNote    = "金丝雀偏好短信"
)

func canary() commands.CustomerFields {
	f := commandstest.Complete(canaryName, canaryNumber)
	f.Phone, f.Address, f.Remark, f.Employer = canaryPhone, canaryAddress, canaryNote, "金丝雀公司"
	return f
}

// canaries are the texts to look for.
func canaries() []string {
	return []string{canaryName, "金丝雀", canaryNumber, canaryPhone, canaryAddress, canaryAccount, canaryNote}
}

// sees fails where a text has a canary.
func sees(t *testing.T, where string, text []byte) {
	t.Helper()
	for _, c := range canaries() {
		if bytes.Contains(text, []byte(c)) {
			t.Errorf("%s shows %q", where, c)
		}
	}
}

// written is a log that tests read.
type written struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *written) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

func (w *written) bytes() []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	return bytes.Clone(w.text.Bytes())
}

// bought takes a customer with the canaries through everything that keeps
// personal data: a claimed slot apart, a contact, a payment, a reveal.
func (h *house) bought(l *ledger.Ledger) commandstest.Sale {
	h.Helper()
	ctx := h.Context()
	s := commandstest.Sale{Product: h.Product("P-canary")}
	made, err := l.Do(ctx, h.As(h.Dora), commands.RegisterCustomer{
		Party: domain.Person, HomeUnit: h.Wealth, Advisor: h.Dora, Fields: canary(),
	})
	h.Must(err)
	s.Customer = domain.CustomerID(made.ID)
	s.Attachment = h.Attach(s.Customer, h.Dora)
	_, err = l.Do(ctx, h.As(h.Dora), commands.RecordContact{
		Customer: s.Customer, Advisor: h.Dora, OccurredOn: l.Today(), Method: attachment.ContactByPhone, Product: s.Product, TwoWay: true,
		Purpose: canaryNote, Outcome: canaryName,
	})
	h.Must(err)
	shown, err := ledger.Ask(ctx, l, h.As(h.Dora), commands.RevealFields{Customer: s.Customer, Fields: []staff.Field{staff.FieldPhone}, Purpose: "回访"})
	h.Must(err)
	if !strings.HasSuffix(shown.Fields[staff.FieldPhone], canaryPhone) {
		h.Errorf("revealed %v", shown.Fields)
	}
	reserving := h.Reserving(s.Customer, s.Product, h.Dora)
	reserving.IdentityNumber = canaryNumber
	reserved, err := l.Do(ctx, h.As(h.Dora), reserving)
	h.Must(err)
	s.Payment = domain.PaymentID(reserved.ID)
	return s
}

// C-04, design §4: personal data is nowhere in clear: not in data, metadata or
// names of events, not in the registry, not in logs, not in errors.
func TestNothingPersonalIsInClear(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	log := &written{}
	l := h.Another(func(c *ledger.Config) {
		c.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	s := h.bought(l)
	h.Confirm(s.Payment, h.Dora)
	claimed := h.Prospect(h.Ann, h.North, commandstest.Person("王示例"))
	_, err := l.Do(t.Context(), h.As(h.Ann), commands.ClaimCustomer{Customer: claimed, Phone: canaryPhone})
	h.Must(err)
	for _, refused := range []func() error{
		func() error {
			_, err := l.Do(t.Context(), h.As(h.Ann), commands.RegisterCustomer{Party: domain.Person, HomeUnit: h.North, Fields: canary()})
			return err
		},
		func() error {
			_, err := ledger.Ask(t.Context(), l, h.As(h.Ann), commands.LookUpCustomer{IdentityType: identity.Passport, IdentityNumber: canaryNumber, Name: "别人"})
			return err
		},
		func() error {
			f := canary()
			f.Phone = canaryPhone + "9"
			_, err := l.Do(t.Context(), h.As(h.Ann), commands.RegisterCustomer{Party: domain.Person, HomeUnit: h.North, Fields: f})
			return err
		},
		func() error {
			ended, stop := context.WithCancel(t.Context())
			stop()
			_, err := l.Do(ended, h.As(h.Ann), commands.RegisterCustomer{Party: domain.Person, HomeUnit: h.North, Fields: canary()})
			return err
		},
	} {
		err := refused()
		if err == nil {
			t.Error("a refusal did not come")
			continue
		}
		sees(t, "an error", []byte(err.Error()))
	}
	for event, err := range h.Store.ReadAll(t.Context(), eventstore.AllQuery{}) {
		h.Must(err)
		sees(t, "the data of "+event.Type, event.Data)
		sees(t, "the metadata of "+event.Type, event.Metadata)
		sees(t, "a stream's name", []byte(event.Stream))
	}
	rows, err := h.Pool.Query(t.Context(), "SELECT kind || holder || encode(key, 'escape') FROM registry.reservation")
	h.Must(err)
	for rows.Next() {
		var text string
		h.Must(rows.Scan(&text))
		sees(t, "the registry", []byte(text))
	}
	h.Must(rows.Err())
	sees(t, "the log", log.bytes())
}

// china-specifics §9: after an erasure no path gives a clear text back, here or in
// another process; everything else goes on, and the attribution is still computed
// to the same.
func TestAnErasureReachesEverywhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := h.Process()
	s := h.bought(other)
	h.Confirm(s.Payment, h.Dora)
	decided, err := h.Ledger.Do(t.Context(), h.As(h.Director), commands.DecideAttribution{Payment: s.Payment})
	h.Must(err)
	before, err := commands.Attribute(t.Context(), other, s.Payment)
	h.Must(err)
	boss := h.Hire("boss", h.Root, domain.RoleSuperior, h.Root)

	call := h.As(boss)
	erase := commands.EraseCustomer{Customer: s.Customer, Basis: "pipl-47"}
	erased, err := h.Ledger.Do(t.Context(), call, erase)
	h.Must(err)
	again, err := h.Ledger.Do(t.Context(), call, erase)
	h.Must(err)
	if again.Position != erased.Position || !again.Repeated {
		t.Errorf("erasing again answered %+v, first %+v", again, erased)
	}

	// This process at once, the other as soon as it has heard: nothing is readable.
	h.unreadable(h.Codec, s)
	stream := eventstore.Stream(customer.StreamPrefix + s.Customer.String())
	waiting.Until(t, "the other process to hear of the erasure", func() bool {
		_, err := other.Do(t.Context(), h.As(h.Dora), commands.SupplementCustomer{Customer: s.Customer, Fields: commands.CustomerFields{Address: "新址"}})
		refused := errors.Is(err, customer.ErrErased) || errors.Is(err, customer.ErrLockedUseModification)
		return refused && other.CachedRevision(stream) == erased.Revision // the key alone may have refused it
	})
	shown, err := ledger.Ask(t.Context(), other, h.As(h.Dora), commands.RevealFields{Customer: s.Customer, Fields: []staff.Field{staff.FieldPhone}, Purpose: "回访"})
	h.Wants(err, customer.ErrErased)
	if len(shown.Fields) != 0 {
		t.Errorf("revealed %v", shown.Fields)
	}
	var reserved int
	h.Must(h.Pool.QueryRow(t.Context(), "SELECT count(*) FROM registry.reservation WHERE holder = $1", string(stream)).Scan(&reserved))
	if reserved != 0 {
		t.Errorf("the registry still knows %d keys of theirs", reserved)
	}

	for name, refused := range map[string]func(*ledger.Ledger) error{
		"attach": func(l *ledger.Ledger) error {
			_, err := l.Do(t.Context(), h.As(h.Director), commands.AttachAdvisor{Customer: s.Customer, Advisor: h.Emil})
			return err
		},
		"contact": func(l *ledger.Ledger) error {
			_, err := l.Do(t.Context(), h.As(h.Dora), commands.RecordContact{Customer: s.Customer, Advisor: h.Dora, OccurredOn: l.Today(), Method: attachment.ContactByPhone})
			return err
		},
		"reserve": func(l *ledger.Ledger) error {
			_, err := l.Do(t.Context(), h.As(h.Dora), h.Reserving(s.Customer, s.Product, h.Dora))
			return err
		},
		"supplement": func(l *ledger.Ledger) error {
			_, err := l.Do(t.Context(), h.As(h.Dora), commands.SupplementCustomer{Customer: s.Customer, Fields: commands.CustomerFields{Address: "新址"}})
			return err
		},
	} {
		for process, l := range map[string]*ledger.Ledger{"this process": h.Ledger, "the other": other} {
			if err := refused(l); !errors.Is(err, customer.ErrErased) {
				t.Errorf("%s by %s: got %v, want %s", name, process, err, customer.ErrErased)
			}
		}
	}

	after, err := commands.Attribute(t.Context(), other, s.Payment)
	h.Must(err)
	if !attribution.Same(before, after) || before.InputsHash != after.InputsHash {
		t.Errorf("the attribution is computed to another one:\n%+v\n%+v", before, after)
	}
	repeated, err := h.Ledger.Do(t.Context(), h.As(h.Director), commands.DecideAttribution{Payment: s.Payment})
	h.Must(err)
	if !repeated.Repeated || repeated.Position != decided.Position {
		t.Errorf("deciding again wrote %+v after %+v", repeated, decided)
	}
	// What happened stays: the payment can be reversed, and the document is free.
	_, err = h.Ledger.Do(t.Context(), h.As(h.Ops), commands.ReversePayment{Payment: s.Payment, Reason: "退款"})
	h.Must(err)
	_, err = other.Do(t.Context(), h.As(h.Dora), commands.RegisterCustomer{Party: domain.Person, HomeUnit: h.Wealth, Advisor: h.Dora, Fields: canary()})
	h.Must(err)
}

// unreadable decodes every event of a customer and looks for the canaries.
func (h *house) unreadable(codec *eventstore.Codec, s commandstest.Sale) {
	h.Helper()
	about := map[eventstore.Stream]bool{}
	for _, stream := range []string{
		customer.StreamPrefix + s.Customer.String(), attachment.StreamPrefix + s.Customer.String(), attachment.ContactStreamPrefix + s.Customer.String(),
		"payment-" + s.Payment.String(), ownership.StreamOf(s.Customer, domain.SelfOperated),
	} {
		about[eventstore.Stream(stream)] = true
	}
	seen := 0
	for event, err := range h.Store.ReadAll(h.Context(), eventstore.AllQuery{}) {
		h.Must(err)
		if !about[event.Stream] {
			continue
		}
		decoded, err := codec.Decode(h.Context(), event)
		h.Must(err)
		switch e := decoded.Event.(type) {
		case customer.Registered:
			seen++
			for _, field := range []domain.Personal{e.Name, e.IdentityNumber, e.Phone, e.Details.Address, e.Details.BankAccount, e.Details.Remark} {
				if field.Reveal() != "" || !field.Erased() {
					h.Errorf("%s still reads %q", event.Type, field.Reveal())
				}
			}
		case attachment.ContactRecorded:
			seen++
			if e.Purpose.Reveal() != "" || e.Outcome.Reveal() != "" {
				h.Errorf("%s still reads", event.Type)
			}
		}
	}
	if seen != 2 {
		h.Errorf("looked at %d events", seen)
	}
}

// B-27: an erasure leaves nobody tied to the customer for ever: who
// applied can withdraw or is rejected, who owns or advises can let go. Nobody is tied anew.
func TestWhoIsTiedToAnErasedCustomerIsLetGo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	line := domain.SelfOperated
	claim := func(who domain.StaffID, id domain.CustomerID) domain.ApplicationID {
		filed, err := h.Ledger.Do(ctx, h.As(who), commands.ClaimCustomer{Customer: id, Phone: canaryPhone})
		h.Must(err)
		return domain.ApplicationID(filed.ID)
	}
	approve := func(id domain.CustomerID, application domain.ApplicationID) error {
		_, err := h.Ledger.Do(ctx, h.As(h.NorthHead), commands.ApproveClaim{Customer: id, Line: line, Application: application})
		return err
	}
	asked, owned := h.Prospect(h.Ann, h.North, commandstest.Person("王示例")), h.Prospect(h.Ann, h.North, commandstest.Person("李示例"))
	anns, bos := claim(h.Ann, asked), claim(h.Bo, asked)
	h.Must(approve(owned, claim(h.Ann, owned)))
	for _, id := range []domain.CustomerID{asked, owned} {
		_, err := h.Ledger.Do(ctx, h.As(h.Director), commands.EraseCustomer{Customer: id, Basis: "pipl-47"})
		h.Must(err)
	}

	advised := h.Prospect(h.Dora, h.Wealth, commandstest.Person("赵示例"))
	doras, err := h.Ledger.Do(ctx, h.As(h.Dora), commands.AttachAdvisor{Customer: advised, Advisor: h.Dora})
	h.Must(err)
	_, err = h.Ledger.Do(ctx, h.As(h.Director), commands.EraseCustomer{Customer: advised, Basis: "pipl-47"})
	h.Must(err)
	_, err = h.Ledger.Do(ctx, h.As(h.Director), commands.AttachAdvisor{Customer: advised, Advisor: h.Emil})
	h.Wants(err, customer.ErrErased)
	_, err = h.Ledger.Do(ctx, h.As(h.Dora), commands.EndAttachment{Customer: advised, Attachment: domain.AttachmentID(doras.ID), Reason: "客户已删除"})
	h.Must(err)

	h.Wants(approve(asked, anns), customer.ErrErased)
	_, err = h.Ledger.Do(ctx, h.As(h.Ann), commands.WithdrawClaim{Customer: asked, Line: line, Application: anns})
	h.Must(err)
	_, err = h.Ledger.Do(ctx, h.As(h.NorthHead), commands.RejectClaim{Customer: asked, Line: line, Application: bos, Reason: "客户已删除"})
	h.Must(err)
	_, err = h.Ledger.Do(ctx, h.As(h.Ann), commands.ClaimCustomer{Customer: asked})
	h.Wants(err, customer.ErrErased)

	_, err = h.Ledger.Do(ctx, h.As(h.Ann), commands.RequestAdjustment{Customer: owned, Line: line, NewOwner: h.Bo, Reason: "交接"})
	h.Wants(err, customer.ErrErased)
	release, err := h.Ledger.Do(ctx, h.As(h.Ann), commands.RequestDissolution{Customer: owned, Line: line, Reason: "客户已删除"})
	h.Must(err)
	h.Must(approve(owned, domain.ApplicationID(release.ID)))
	_, err = h.Ledger.Do(ctx, h.As(h.NorthHead), commands.RequestDissolution{Customer: owned, Line: line, Reason: "再次"})
	h.Wants(err, ownership.ErrNotOwned)
}

// C-04: a process that has not heard of the erasure reveals nothing and says so.
func TestAProcessThatIsBehindRevealsNothingErased(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	id := h.Prospect(h.Ann, h.North, commandstest.Person("王示例"))
	behind := h.Process(func(c *ledger.Config) { c.Store = commandstest.Deaf{Store: c.Store} })
	reveal := commands.RevealFields{Customer: id, Fields: []staff.Field{staff.FieldPhone}, Purpose: "回访"}
	shown, err := ledger.Ask(ctx, behind, h.As(h.Ann), reveal)
	h.Must(err)
	if len(shown.Fields) != 1 {
		t.Fatalf("revealed %v", shown.Fields)
	}
	_, err = h.Ledger.Do(ctx, h.As(h.Director), commands.EraseCustomer{Customer: id, Basis: "pipl-47"})
	h.Must(err)
	shown, err = ledger.Ask(ctx, behind, h.As(h.Ann), reveal)
	h.Wants(err, customer.ErrErased)
	if len(shown.Fields) != 0 {
		t.Errorf("revealed %v", shown.Fields)
	}
}
