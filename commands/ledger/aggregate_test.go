package ledger_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/aggregates"
	"guishu/domain/attachment"
	"guishu/domain/lookup"
	"guishu/domain/migration"
	"guishu/domain/payment"
	"guishu/eventstore"
	"guishu/eventstore/sealing"

	"github.com/google/uuid"
)

// Sent is the event of an aggregate that is new: parcels, each with a number of its
// own.
type Sent struct {
	Parcel domain.RequestID `label:"包裹|Parcel"`
	No     string           `label:"包裹号|Parcel number"`
}

// Made is the parcel.
func (e Sent) Made() uuid.UUID { return e.Parcel.UUID() }

// Parcel is what a parcel's stream is folded into.
type Parcel struct{ no string }

// Apply folds one event.
func (p *Parcel) Apply(event any, _ domain.Fact) {
	if e, ok := event.(Sent); ok {
		p.no = e.No
	}
}

// Clone is a copy that can be changed apart.
func (p *Parcel) Clone() *Parcel { clone := *p; return &clone }

// UniqueKeys is the parcel's number.
func (p *Parcel) UniqueKeys() []domain.UniqueKey {
	if p.no == "" {
		return nil
	}
	return []domain.UniqueKey{parcelNo.Key(p.no)}
}

var parcelNo = domain.UniqueKind{
	Name: "parcel-no", Chinese: "包裹号", English: "parcel number", Field: "no", Taken: domain.ErrFormValue,
}

// sendParcel is a verb of the new aggregate. It says nothing of keys.
type sendParcel struct {
	No string `json:"no"`
}

func (sendParcel) Verb() ledger.Verb { return ledger.Verb{Name: "send-parcel", ByLedger: true} }

func (c sendParcel) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	load := func(context.Context, *ledger.Task) (ledger.Found[struct{}], error) {
		return ledger.Found[struct{}]{Where: ledger.Firm{}}, nil
	}
	return ledger.Create(ctx, t, ledger.Source[struct{}]{Kind: "parcel", Prefix: "parcel-", Load: load},
		func(_ context.Context, id uuid.UUID, _ struct{}) ([]any, error) {
			return []any{Sent{Parcel: domain.RequestID(id), No: c.No}}, nil
		})
}

// withParcels opens a ledger that decides about parcels, too.
func (h *house) withParcels() func(*ledger.Config) {
	h.Helper()
	all, err := aggregates.New(append(aggregates.List(), domain.Aggregate{Name: "parcel", Categories: []domain.Category{{
		Streams: "parcel-{parcel}", Decides: "it is sent once", Customer: domain.NoCustomer, OpenWork: domain.NeverOpenWork,
		Unique: []domain.UniqueKind{parcelNo}, State: domain.StateOf[Parcel](),
		Events: []domain.EventType{domain.DescribeEvent[Sent]("parcel.sent", 1).Titled("寄出包裹", "Parcel sent")},
	}}})...)
	h.Must(err)
	events, err := eventstore.NewRegistry(all.Events())
	h.Must(err)
	return func(c *ledger.Config) {
		c.Aggregates, c.Codec = all, eventstore.NewCodec(events, sealing.NewSealer(h.Ring))
	}
}

func send(t *testing.T, l *ledger.Ledger, key, no string) (ledger.Answer, error) {
	return l.Do(t.Context(), ledger.ByTheLedger(key, uuid.Nil, uuid.Nil), sendParcel{No: no})
}

// What a new aggregate says once is enough: its keys are reserved, settled, found
// and made anew from the log like any other's.
func TestTheKeysOfANewAggregateAreItsOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	l := h.Another(h.withParcels())
	first, err := send(t, l, "first", "P-1")
	h.Must(err)
	if recalled, found, err := l.Recall(t.Context(), domain.StaffID{}, "first"); err != nil || !found || recalled.Answer.ID != first.ID {
		t.Errorf("recalled %+v, %v, %v, want the parcel %s", recalled, found, err, first.ID)
	}
	_, err = send(t, l, "second", "P-1")
	h.Wants(err, parcelNo.Taken)

	before := h.unique()
	_, err = h.Pool.Exec(t.Context(), "DROP SCHEMA registry CASCADE")
	h.Must(err)
	l = h.Another(h.withParcels())
	if after := h.unique(); !slices.Equal(after, before) {
		t.Errorf("the keys were\n%v\nand are\n%v", before, after)
	}
	_, err = send(t, l, "third", "P-1")
	h.Wants(err, parcelNo.Taken)
	if holder, found, err := l.Holder(t.Context(), parcelNo.Key("P-1")); err != nil || !found || holder != first.Stream {
		t.Errorf("%q has the number, %v, %v, want %s", holder, found, err, first.Stream)
	}
}

// A command that was cut off between its reservation and its event has nothing; who
// settles it closes its way.
func TestAKeyOfANewAggregateThatWasOnlyReservedIsNobodys(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	l := h.Another(h.withParcels())
	const stream = "parcel-0192f0c0-0000-7000-8000-000000000001"
	h.Must(l.ReserveFor(t.Context(), parcelNo.Name, []byte("P-1"), stream))
	freed, confirmed, err := l.SettleReservations(t.Context(), 0)
	if err != nil || freed != 1 || confirmed != 0 {
		t.Errorf("freed %d, confirmed %d: %v", freed, confirmed, err)
	}
	if got := h.Events(stream); !slices.Equal(got, []string{"ledger.reservation-abandoned"}) {
		t.Errorf("its stream holds %v", got)
	}
	_, err = send(t, l, "another", "P-1")
	h.Must(err)
}

// Of a stream that is no aggregate's, or that cannot have such a key for all that
// this program knows, nothing follows: its reservation stays, and nothing is written
// into it. It may be another version's of this program.
func TestAReservationOfWhichNothingIsKnownIsLeftAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, err := ledger.Ask(t.Context(), h.Ledger, h.As(h.Ann), commands.LookUpCustomer{CustomerNo: "C900"})
	h.Wants(err, lookup.ErrNotClaimable)
	looked := eventstore.Stream(lookup.StreamOf(h.Ann, h.Ledger.Today())) // its state is in the cache
	parcel := eventstore.Stream("parcel-0192f0c0-0000-7000-8000-000000000001")
	for stream, kind := range map[eventstore.Stream]domain.UniqueName{parcel: parcelNo.Name, looked: "lookup-no"} {
		h.Must(h.Ledger.ReserveFor(t.Context(), kind, []byte("P-1"), stream))
	}
	before := h.Events(looked)
	freed, confirmed, err := h.Ledger.SettleReservations(t.Context(), 0)
	if unknown := new(aggregates.UnknownStreamError); !errors.As(err, &unknown) || unknown.Stream != string(parcel) || freed != 0 || confirmed != 0 {
		t.Errorf("freed %d, confirmed %d: %v", freed, confirmed, err)
	}
	if after := h.Events(looked); !slices.Equal(after, before) || len(h.Events(parcel)) != 0 {
		t.Errorf("the streams hold %v and %v", after, h.Events(parcel))
	}
}

// A stream is folded into what its category says and into nothing else, be its state
// in the cache or not.
func TestAStreamIsNeverFoldedIntoAnotherState(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range 2 {
		if _, err := ledger.Load[payment.State](t.Context(), h.Ledger, "customer-0192f0c0-0000-7000-8000-000000000001"); err == nil {
			t.Error("a customer is folded into a payment")
		}
	}
	if _, err := ledger.Load[payment.State](t.Context(), h.Ledger, "parcel-1"); !errors.As(err, new(*aggregates.UnknownStreamError)) {
		t.Errorf("a parcel is loaded as a payment: %v", err)
	}
}

// A program that goes on with work of its own finds by its key what each command
// made.
func TestRecallGivesWhatACommandMade(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.Sale("recalled")
	of := h.Prospect(h.Ann, h.North, commandstest.Person("王示例"))
	other := h.Prospect(h.Dora, h.Wealth, commandstest.Person("李示例"))
	for _, made := range []struct {
		by      domain.StaffID
		command ledger.Command
	}{
		{h.Admin, commands.EstablishUnit{Parent: h.City, Code: "N09", Name: "新支局", Kind: domain.Outlet, Line: domain.SelfOperated}},
		{h.Admin, commands.HireStaff{EmployeeNo: "E-new", Login: "new", Name: "新员工", Unit: h.North}},
		{h.Ann, commands.RequestAccess{Staff: h.Ann, Role: domain.RoleTeller, Unit: h.North}},
		{h.Ann, h.registering("E77000001")},
		{h.Ann, commands.ClaimCustomer{Customer: of}},
		{h.Dora, commands.AttachAdvisor{Customer: other, Advisor: h.Dora}},
		{h.Dora, commands.RecordContact{Customer: s.Customer, Advisor: h.Dora, OccurredOn: h.Ledger.Today(), Method: attachment.ContactByPhone}},
		{h.Ops, commands.LaunchProduct{Code: "NEW-1", Name: "示例新品", Supplier: "示例基金"}},
		{h.Dora, h.Reserving(s.Customer, s.Product, h.Dora)},
		{h.Admin, commands.ProposeMigration{Name: "旧系统", Sources: []migration.Source{{Name: "a.csv", SHA256: strings.Repeat("ab", 32), Rows: 1}}}},
	} {
		call := h.As(made.by)
		answer, err := h.Ledger.Do(t.Context(), call, made.command)
		if err != nil {
			t.Errorf("%s: %v", made.command.Verb().Name, err)
			continue
		}
		recalled, found, err := h.Ledger.Recall(t.Context(), made.by, call.Key)
		if err != nil || !found || recalled.Answer.ID != answer.ID {
			t.Errorf("%s: recalled %s, %v, %v, want %s", made.command.Verb().Name, recalled.Answer.ID, found, err, answer.ID)
		}
	}
}
