package http

import (
	"context"
	"net/http"

	"guishu/commands"
	"guishu/domain/staff"
)

// revealed is fields in the clear, once the reveal is on record.
type revealed struct {
	commands.Answer
	Fields map[staff.Field]string `json:"fields"`
}

// customerRoutes are about customers, from first entry to erasure.
func (s *Server) customerRoutes() {
	const area = "客户 Customers"
	// Enter a customer.
	command(s, area, route{http.MethodPost, "/v1/customers", "register-customer", "登记客户", "Register a customer", forStaff}, s.Ledger.RegisterCustomer)
	// Complete a potential customer.
	command(s, area, route{http.MethodPost, "/v1/customers/{customer}/supplement", "supplement-customer", "信息补充", "Supplement", forStaff}, s.Ledger.SupplementCustomer)
	// Record what the citizen-ID check gave.
	command(s, area, route{http.MethodPost, "/v1/customers/{customer}/verification", "verify-identity", "联网核查登记", "Record an identity verification", forStaff}, s.Ledger.RecordIdentityVerification)
	// Tie to the core bank's customer number.
	command(s, area, route{http.MethodPost, "/v1/customers/{customer}/link", "link-customer", "关联客户号", "Link to a customer number", forStaff}, s.Ledger.LinkCustomer)
	// Erase the person: the key is destroyed.
	command(s, area, route{http.MethodPost, "/v1/customers/{customer}/erasure", "erase-customer", "删除个人信息", "Erase", forStaff}, s.Ledger.EraseCustomer)
	// Show masked fields in full, on record, for a stated purpose.
	commandGiving(s, area, route{http.MethodPost, "/v1/customers/{customer}/reveal", "reveal-fields", "查看完整信息", "Reveal masked fields", forStaff}, s.reveal)
}

func (s *Server) reveal(ctx context.Context, call commands.Call, c commands.RevealFields) (revealed, error) {
	answer, fields, err := s.Ledger.RevealFields(ctx, call, c)
	return revealed{Answer: answer, Fields: fields}, err
}

func (a revealed) taken() commands.Answer { return a.Answer }
