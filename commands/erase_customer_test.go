package commands_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/attribution"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/domain/ownership"
	"guishu/domain/staff"
	"guishu/eventstore"
)

// The canaries: what must be nowhere in clear.
const (
	canaryName    = "金丝雀"
	canaryNumber  = "E98765432"
	canaryPhone   = "13912345678"
	canaryAddress = "示例市金丝雀路77号"
	canaryAccount = goodAccount
	canaryNote    = "金丝雀偏好短信"
)

func canary() commands.CustomerFields {
	f := complete(canaryName, canaryNumber)
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
func (h *house) bought(l *commands.Ledger) sale {
	h.t.Helper()
	ctx := h.t.Context()
	s := sale{product: h.product("P-canary")}
	made, err := l.RegisterCustomer(ctx, h.as(h.dora), commands.RegisterCustomer{
		Party: domain.Person, HomeUnit: h.wealth, Advisor: h.dora, Fields: canary(),
	})
	h.must(err)
	s.customer = domain.CustomerID(made.ID)
	s.attachment = h.attach(s.customer, h.dora)
	_, err = l.RecordContact(ctx, h.as(h.dora), commands.RecordContact{
		Customer: s.customer, Advisor: h.dora, OccurredOn: l.Today(), Method: attachment.ContactByPhone, Product: s.product, TwoWay: true,
		Purpose: canaryNote, Outcome: canaryName,
	})
	h.must(err)
	_, values, err := l.RevealFields(ctx, h.as(h.dora), commands.RevealFields{Customer: s.customer, Fields: []staff.Field{staff.FieldPhone}, Purpose: "回访"})
	h.must(err)
	if !strings.HasSuffix(values[staff.FieldPhone], canaryPhone) {
		h.t.Errorf("revealed %v", values)
	}
	reserving := h.reserving(s.customer, s.product, h.dora)
	reserving.IdentityNumber = canaryNumber
	reserved, err := l.ReservePayment(ctx, h.as(h.dora), reserving)
	h.must(err)
	s.payment = domain.PaymentID(reserved.ID)
	return s
}

// C-04, design §4: personal data is nowhere in clear: not in data, metadata or
// names of events, not in the registry, not in logs, not in errors.
func TestNothingPersonalIsInClear(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	log := &written{}
	l := h.another(func(c *commands.Config) {
		c.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	s := h.bought(l)
	h.confirm(s.payment, h.dora)
	claimed := h.prospect(h.ann, h.north, person("王示例"))
	_, err := l.ClaimCustomer(t.Context(), h.as(h.ann), commands.ClaimCustomer{Customer: claimed, Phone: canaryPhone})
	h.must(err)
	for _, refused := range []func() error{
		func() error {
			_, err := l.RegisterCustomer(t.Context(), h.as(h.ann), commands.RegisterCustomer{Party: domain.Person, HomeUnit: h.north, Fields: canary()})
			return err
		},
		func() error {
			_, err := l.LookUpCustomer(t.Context(), h.as(h.ann), commands.LookUpCustomer{IdentityType: identity.Passport, IdentityNumber: canaryNumber, Name: "别人"})
			return err
		},
		func() error {
			f := canary()
			f.Phone = canaryPhone + "9"
			_, err := l.RegisterCustomer(t.Context(), h.as(h.ann), commands.RegisterCustomer{Party: domain.Person, HomeUnit: h.north, Fields: f})
			return err
		},
		func() error {
			ended, stop := context.WithCancel(t.Context())
			stop()
			_, err := l.RegisterCustomer(ended, h.as(h.ann), commands.RegisterCustomer{Party: domain.Person, HomeUnit: h.north, Fields: canary()})
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
	for event, err := range h.store.ReadAll(t.Context(), eventstore.AllQuery{}) {
		h.must(err)
		sees(t, "the data of "+event.Type, event.Data)
		sees(t, "the metadata of "+event.Type, event.Metadata)
		sees(t, "a stream's name", []byte(event.Stream))
	}
	rows, err := h.pool.Query(t.Context(), "SELECT kind || holder || encode(key, 'escape') FROM registry.reservation")
	h.must(err)
	for rows.Next() {
		var text string
		h.must(rows.Scan(&text))
		sees(t, "the registry", []byte(text))
	}
	h.must(rows.Err())
	sees(t, "the log", log.bytes())
}

// china-specifics §9: after an erasure no path gives a clear text back, here or in
// another process; everything else goes on, and the attribution is still computed
// to the same.
func TestAnErasureReachesEverywhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := h.process()
	s := h.bought(other)
	h.confirm(s.payment, h.dora)
	decided, err := h.ledger.DecideAttribution(t.Context(), h.as(h.director), commands.DecideAttribution{Payment: s.payment})
	h.must(err)
	before, err := other.Attribute(t.Context(), s.payment)
	h.must(err)
	boss := h.hire("boss", h.root, domain.RoleSuperior, h.root)

	call := h.as(boss)
	erase := commands.EraseCustomer{Customer: s.customer, Basis: "pipl-47"}
	erased, err := h.ledger.EraseCustomer(t.Context(), call, erase)
	h.must(err)
	again, err := h.ledger.EraseCustomer(t.Context(), call, erase)
	h.must(err)
	if again.Position != erased.Position || !again.Repeated {
		t.Errorf("erasing again answered %+v, first %+v", again, erased)
	}

	// This process at once, the other as soon as it has heard: nothing is readable.
	h.unreadable(h.codec, s)
	stream := eventstore.Stream(customer.StreamPrefix + s.customer.String())
	until(t, "the other process has heard of the erasure", func() bool {
		_, err := other.SupplementCustomer(t.Context(), h.as(h.dora), commands.SupplementCustomer{Customer: s.customer, Fields: commands.CustomerFields{Address: "新址"}})
		refused := errors.Is(err, customer.ErrErased) || errors.Is(err, customer.ErrLockedUseModification)
		return refused && other.CachedRevision(stream) == erased.Revision // the key alone may have refused it
	})
	_, values, err := other.RevealFields(t.Context(), h.as(h.dora), commands.RevealFields{Customer: s.customer, Fields: []staff.Field{staff.FieldPhone}, Purpose: "回访"})
	h.wants(err, customer.ErrErased)
	if len(values) != 0 {
		t.Errorf("revealed %v", values)
	}
	var reserved int
	h.must(h.pool.QueryRow(t.Context(), "SELECT count(*) FROM registry.reservation WHERE holder = $1", string(stream)).Scan(&reserved))
	if reserved != 0 {
		t.Errorf("the registry still knows %d keys of theirs", reserved)
	}

	for name, refused := range map[string]func(*commands.Ledger) error{
		"attach": func(l *commands.Ledger) error {
			_, err := l.AttachAdvisor(t.Context(), h.as(h.emil), commands.AttachAdvisor{Customer: s.customer, Advisor: h.emil})
			return err
		},
		"contact": func(l *commands.Ledger) error {
			_, err := l.RecordContact(t.Context(), h.as(h.dora), commands.RecordContact{Customer: s.customer, Advisor: h.dora, OccurredOn: l.Today(), Method: attachment.ContactByPhone})
			return err
		},
		"reserve": func(l *commands.Ledger) error {
			_, err := l.ReservePayment(t.Context(), h.as(h.dora), h.reserving(s.customer, s.product, h.dora))
			return err
		},
		"supplement": func(l *commands.Ledger) error {
			_, err := l.SupplementCustomer(t.Context(), h.as(h.dora), commands.SupplementCustomer{Customer: s.customer, Fields: commands.CustomerFields{Address: "新址"}})
			return err
		},
	} {
		for process, l := range map[string]*commands.Ledger{"this process": h.ledger, "the other": other} {
			if err := refused(l); !errors.Is(err, customer.ErrErased) {
				t.Errorf("%s by %s: got %v, want %s", name, process, err, customer.ErrErased)
			}
		}
	}

	after, err := other.Attribute(t.Context(), s.payment)
	h.must(err)
	if !attribution.Same(before, after) || before.InputsHash != after.InputsHash {
		t.Errorf("the attribution is computed to another one:\n%+v\n%+v", before, after)
	}
	repeated, err := h.ledger.DecideAttribution(t.Context(), h.as(h.director), commands.DecideAttribution{Payment: s.payment})
	h.must(err)
	if !repeated.Repeated || repeated.Position != decided.Position {
		t.Errorf("deciding again wrote %+v after %+v", repeated, decided)
	}
	// What happened stays: the payment can be reversed, and the document is free.
	_, err = h.ledger.ReversePayment(t.Context(), h.as(h.ops), commands.ReversePayment{Payment: s.payment, Reason: "退款"})
	h.must(err)
	_, err = other.RegisterCustomer(t.Context(), h.as(h.dora), commands.RegisterCustomer{Party: domain.Person, HomeUnit: h.wealth, Advisor: h.dora, Fields: canary()})
	h.must(err)
}

// unreadable decodes every event of a customer and looks for the canaries.
func (h *house) unreadable(codec *eventstore.Codec, s sale) {
	h.t.Helper()
	about := map[eventstore.Stream]bool{}
	for _, stream := range []string{
		customer.StreamPrefix + s.customer.String(), attachment.StreamPrefix + s.customer.String(), attachment.ContactStreamPrefix + s.customer.String(),
		"payment-" + s.payment.String(), ownership.StreamOf(s.customer, domain.SelfOperated),
	} {
		about[eventstore.Stream(stream)] = true
	}
	seen := 0
	for event, err := range h.store.ReadAll(h.t.Context(), eventstore.AllQuery{}) {
		h.must(err)
		if !about[event.Stream] {
			continue
		}
		decoded, err := codec.Decode(h.t.Context(), event)
		h.must(err)
		switch e := decoded.Event.(type) {
		case customer.Registered:
			seen++
			for _, field := range []domain.Personal{e.Name, e.IdentityNumber, e.Phone, e.Details.Address, e.Details.BankAccount, e.Details.Remark} {
				if field.Reveal() != "" || !field.Erased() {
					h.t.Errorf("%s still reads %q", event.Type, field.Reveal())
				}
			}
		case attachment.ContactRecorded:
			seen++
			if e.Purpose.Reveal() != "" || e.Outcome.Reveal() != "" {
				h.t.Errorf("%s still reads", event.Type)
			}
		}
	}
	if seen != 2 {
		h.t.Errorf("looked at %d events", seen)
	}
}

// until waits for a condition.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	timeout := time.NewTimer(20 * time.Second)
	defer timeout.Stop()
	for !holds() {
		select {
		case <-ticker.C:
		case <-timeout.C:
			t.Fatalf("waited in vain: %s", what)
		}
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
		filed, err := h.ledger.ClaimCustomer(ctx, h.as(who), commands.ClaimCustomer{Customer: id, Phone: canaryPhone})
		h.must(err)
		return domain.ApplicationID(filed.ID)
	}
	approve := func(id domain.CustomerID, application domain.ApplicationID) error {
		_, err := h.ledger.ApproveClaim(ctx, h.as(h.northHead), commands.ApproveClaim{Customer: id, Line: line, Application: application})
		return err
	}
	asked, owned := h.prospect(h.ann, h.north, person("王示例")), h.prospect(h.ann, h.north, person("李示例"))
	anns, bos := claim(h.ann, asked), claim(h.bo, asked)
	h.must(approve(owned, claim(h.ann, owned)))
	for _, id := range []domain.CustomerID{asked, owned} {
		_, err := h.ledger.EraseCustomer(ctx, h.as(h.director), commands.EraseCustomer{Customer: id, Basis: "pipl-47"})
		h.must(err)
	}

	advised := h.prospect(h.dora, h.wealth, person("赵示例"))
	doras, err := h.ledger.AttachAdvisor(ctx, h.as(h.dora), commands.AttachAdvisor{Customer: advised, Advisor: h.dora})
	h.must(err)
	_, err = h.ledger.EraseCustomer(ctx, h.as(h.director), commands.EraseCustomer{Customer: advised, Basis: "pipl-47"})
	h.must(err)
	_, err = h.ledger.AttachAdvisor(ctx, h.as(h.emil), commands.AttachAdvisor{Customer: advised, Advisor: h.emil})
	h.wants(err, customer.ErrErased)
	_, err = h.ledger.EndAttachment(ctx, h.as(h.dora), commands.EndAttachment{Customer: advised, Attachment: domain.AttachmentID(doras.ID), Reason: "客户已删除"})
	h.must(err)

	h.wants(approve(asked, anns), customer.ErrErased)
	_, err = h.ledger.WithdrawClaim(ctx, h.as(h.ann), commands.WithdrawClaim{Customer: asked, Line: line, Application: anns})
	h.must(err)
	_, err = h.ledger.RejectClaim(ctx, h.as(h.northHead), commands.RejectClaim{Customer: asked, Line: line, Application: bos, Reason: "客户已删除"})
	h.must(err)
	_, err = h.ledger.ClaimCustomer(ctx, h.as(h.ann), commands.ClaimCustomer{Customer: asked})
	h.wants(err, customer.ErrErased)

	_, err = h.ledger.RequestAdjustment(ctx, h.as(h.ann), commands.RequestAdjustment{Customer: owned, Line: line, NewOwner: h.bo, Reason: "交接"})
	h.wants(err, customer.ErrErased)
	release, err := h.ledger.RequestDissolution(ctx, h.as(h.ann), commands.RequestDissolution{Customer: owned, Line: line, Reason: "客户已删除"})
	h.must(err)
	h.must(approve(owned, domain.ApplicationID(release.ID)))
	_, err = h.ledger.RequestDissolution(ctx, h.as(h.northHead), commands.RequestDissolution{Customer: owned, Line: line, Reason: "再次"})
	h.wants(err, ownership.ErrNotOwned)
}

// C-04: a process that has not heard of the erasure reveals nothing and says so.
func TestAProcessThatIsBehindRevealsNothingErased(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	id := h.prospect(h.ann, h.north, person("王示例"))
	behind := h.process(func(c *commands.Config) { c.Store = deaf{c.Store} })
	reveal := commands.RevealFields{Customer: id, Fields: []staff.Field{staff.FieldPhone}, Purpose: "回访"}
	_, values, err := behind.RevealFields(ctx, h.as(h.ann), reveal)
	h.must(err)
	if len(values) != 1 {
		t.Fatalf("revealed %v", values)
	}
	_, err = h.ledger.EraseCustomer(ctx, h.as(h.director), commands.EraseCustomer{Customer: id, Basis: "pipl-47"})
	h.must(err)
	_, values, err = behind.RevealFields(ctx, h.as(h.ann), reveal)
	h.wants(err, customer.ErrErased)
	if len(values) != 0 {
		t.Errorf("revealed %v", values)
	}
}
