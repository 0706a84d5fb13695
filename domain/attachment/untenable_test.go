package attachment_test

import (
	"testing"

	"guishu/domain"
	"guishu/domain/attachment"

	"github.com/google/uuid"
)

// L-04: an attachment is untenable whose advisor had left, or whose customer had been
// erased, before it was entered; approved history may name people who have left.
func TestAnAttachmentThatCameTooLateIsUntenable(t *testing.T) {
	t.Parallel()
	id, advisor, customer := domain.AttachmentID(uuid.New()), domain.StaffID(uuid.New()), domain.CustomerID(uuid.New())
	for _, c := range []struct {
		left, erased  domain.Position
		history, over bool
		want          bool
	}{
		{want: false},
		{left: 9, want: true},
		{left: 11, want: false},
		{erased: 9, want: true},
		{erased: 11, want: false},
		{left: 9, history: true, want: false},
		{left: 9, over: true, want: false},
	} {
		var s attachment.State
		fact := domain.Fact{Position: 10}
		if c.history {
			fact.Batch = domain.BatchID(uuid.New())
		}
		s.Apply(attachment.Attached{Attachment: id, Customer: customer, Advisor: advisor}, fact)
		if c.over {
			s.Apply(attachment.Ended{Attachment: id, Customer: customer, Advisor: advisor}, domain.Fact{Position: 12})
		}
		if reason, got := s.Untenable(id, c.left, c.erased); got != c.want || (reason != "") != c.want {
			t.Errorf("%+v: %q, %v", c, reason, got)
		}
		events := s.EndUntenable(customer, id, c.left, c.erased)
		if (len(events) == 1) != c.want {
			t.Errorf("%+v: %v", c, events)
		}
		if c.want && events[0].(attachment.Ended).Advisor != advisor {
			t.Errorf("%+v: it ends whose attachment? %v", c, events)
		}
	}
}
