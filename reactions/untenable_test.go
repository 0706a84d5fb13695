package reactions_test

import (
	"fmt"
	"sync"
	"testing"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/ownership"
	"guishu/eventstore"
)

// L-04: nobody stays the owner or the advisor of a customer who became it after leaving,
// nor of one who had been erased. A process that has not heard of it approves, and so does one in which
// both happen at once.
func TestNobodyKeepsACustomerWhomTheyGotTooLate(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"postgres", "eventstoredb"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			b := commandstest.BankOf(commandstest.Found(t, "示例银行", kinds()[kind]))
			h := &house{Firm: b.Firm}
			r, _ := h.react()
			behind := b.Another(func(c *ledger.Config) { c.Store = commandstest.Deaf{Store: c.Store} })
			var filed []claimed
			file := func(in *ledger.Ledger, name string, by domain.StaffID) claimed {
				c := claimed{customer: b.Prospect(b.Bo, b.North, commandstest.Person(name)), line: domain.SelfOperated}
				answer, err := in.Do(t.Context(), b.As(by), commands.ClaimCustomer{Customer: c.customer, Line: c.line})
				b.Must(err)
				c.application = domain.ApplicationID(answer.ID)
				filed = append(filed, c)
				return c
			}
			approve := func(c claimed) commands.ApproveClaim {
				return commands.ApproveClaim{Customer: c.customer, Line: c.line, Application: c.application}
			}
			leave := func(who domain.StaffID) commands.RecordDeparture {
				return commands.RecordDeparture{Staff: who, On: b.Ledger.Today(), Reason: "示例离职"}
			}

			// What has happened meanwhile, and the process that approves has not heard of.
			gone, erased, stays := file(behind, "张示例", b.Ann), file(behind, "李示例", b.Bo), file(b.Ledger, "赵示例", b.Bo)
			b.Do(b.Admin, leave(b.Ann))
			b.Do(b.Director, commands.EraseCustomer{Customer: erased.customer, Basis: "本人申请"})
			for _, c := range []claimed{gone, erased} {
				_, err := behind.Do(t.Context(), b.As(b.NorthHead), approve(c))
				b.Must(err)
				if got := b.Events(c.slot()); got[len(got)-1] != "ownership.established" && got[len(got)-1] != "ownership.dissolved" {
					t.Fatalf("the process had heard of it: %v", got)
				}
				h.await(c.slot(), "ownership.dissolved", 1)
			}
			b.Do(b.NorthHead, approve(stays))

			// The same of attachments.
			bought := b.Prospect(b.Dora, b.Wealth, commandstest.Complete("钱示例", "E10000001"))
			wiped := b.Prospect(b.Dora, b.Wealth, commandstest.Complete("冯示例", "E10000002"))
			attach := func(customer domain.CustomerID, advisor domain.StaffID) {
				_, err := behind.Do(t.Context(), b.As(b.Director), commands.AttachAdvisor{Customer: customer, Advisor: advisor})
				b.Must(err)
			}
			attach(bought, b.Dora) // keeps what it has read
			attach(wiped, b.Emil)
			b.Do(b.Admin, leave(b.Emil))
			b.Do(b.Director, commands.EraseCustomer{Customer: wiped, Basis: "本人申请"})
			attach(bought, b.Emil)
			attach(wiped, b.Dora)
			for _, customer := range []domain.CustomerID{bought, wiped} {
				stream := streamOf(attachment.StreamPrefix, customer)
				h.await(stream, "attachment.ended", 1)
				of, err := ledger.Fold[attachment.State](t.Context(), b.Ledger, stream)
				if err != nil || len(of.State.Active()) != 1 {
					t.Errorf("who may be attached is not, or who may not: %v, %v", b.Events(stream), err)
				}
			}

			// Both at once.
			for n := range 8 {
				who := b.Hire(fmt.Sprintf("leaver-%d", n), b.North, domain.RoleRelationshipManager, b.North)
				leaver, subject := file(b.Ledger, "孙示例", who), file(b.Ledger, "周示例", b.Bo)
				var all sync.WaitGroup
				for _, each := range []struct {
					by domain.StaffID
					do ledger.Command
				}{
					{b.NorthHead, approve(leaver)}, {b.Admin, leave(who)},
					{b.NorthHead, approve(subject)}, {b.Director, commands.EraseCustomer{Customer: subject.customer, Basis: "本人申请"}},
				} {
					call := b.As(each.by)
					all.Go(func() { _, _ = b.Ledger.Do(t.Context(), call, each.do) }) // one of two may be refused
				}
				all.Wait()
			}
			h.answered(r)
			for _, c := range filed {
				settled, err := commands.DissolveUntenable{Customer: c.customer, Line: c.line}.Settled(t.Context(), b.Ledger)
				if err != nil || !settled {
					t.Errorf("somebody owns a customer whom they got too late: %v, %v", b.Events(c.slot()), err)
				}
			}
			slot, err := ledger.Fold[ownership.State](t.Context(), b.Ledger, stays.slot())
			if err != nil || slot.State.Owner != b.Bo {
				t.Errorf("who may own a customer does not: %v, %v", b.Events(stays.slot()), err)
			}
		})
	}
}

// claimed is a customer whom somebody has applied for.
type claimed struct {
	customer    domain.CustomerID
	line        domain.BusinessLine
	application domain.ApplicationID
}

func (c claimed) slot() eventstore.Stream {
	return eventstore.Stream(ownership.StreamOf(c.customer, c.line))
}
