// Package commands is what can be done with the ledger, one file a verb: a struct
// that is the command's body, what the verb says of itself, and how it is carried
// out. What verbs about the same thing share stands in one file a thing, such as
// customer.go. The rules themselves are in domain, and how events get into the store
// is in package ledger.
//
// A command's name and its body are hashed with its idempotency key, and the hash is
// stored for ever. So neither a name nor a field's name ever changes, and a
// field that is added later is left out when it is not given: it is omitzero (omitempty
// does not leave out a number or a boolean). Otherwise a client that sends its request
// again after an upgrade is refused as if it had sent another one.
package commands

import "guishu/commands/ledger"

// All lists every command that people may give. Whatever describes, tests or serves
// commands follows from it.
func All() []ledger.Body {
	return []ledger.Body{
		EstablishUnit{}, RenameUnit{}, MoveUnit{}, CloseUnit{},
		HireStaff{}, TransferStaff{}, RecordDeparture{}, RequestAccess{}, GrantAccess{}, RefuseAccess{}, WithdrawAccessRequest{}, RevokeAccess{},
		RegisterCustomer{}, SupplementCustomer{}, RecordIdentityVerification{}, LinkCustomer{}, EraseCustomer{}, RevealFields{},
		LookUpCustomer{}, ClaimCustomer{}, ConsentToClaim{}, ApproveClaim{}, RejectClaim{}, WithdrawClaim{}, RequestAdjustment{}, RequestDissolution{},
		AttachAdvisor{}, LookUpToAttach{}, RequestAttachment{}, ApproveAttachment{}, RefuseAttachment{}, WithdrawAttachmentRequest{}, EndAttachment{}, RecordContact{},
		OfferReferral{}, AcceptReferral{}, RejectReferral{}, CancelReferral{},
		LaunchProduct{}, OpenSubscription{}, CloseSubscription{}, RecordInception{},
		ReservePayment{}, RegisterPayment{}, ConfirmPayment{}, ReturnPayment{}, CancelPayment{}, ReversePayment{},
		DecideAttribution{}, CounterAttribution{},
		PublishPolicy{},
		ProposeMigration{}, ApproveMigration{}, RefuseMigration{}, CloseMigration{},
	}
}

// OfTheLedger lists every command that the ledger gives by itself.
func OfTheLedger() []ledger.Body {
	return []ledger.Body{
		AppointFirstAdministrator{}, PromoteCustomer{}, DissolveUntenable{}, EndUntenable{}, RecordClaimPhone{}, DestroyCustomerKey{},
	}
}
