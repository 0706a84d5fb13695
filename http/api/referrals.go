package api

import (
	"guishu/commands"
	"guishu/http/question"
)

// referralRoutes are about customers who are offered to colleagues.
func (a *API) referralRoutes() {
	const area = "引见 Referrals"
	list(a, area, "/v1/referrals", question.Referrals())
	one(a, area, "/v1/referrals/{referral}", question.OneReferral())
	command[commands.OfferReferral](a, area, "/v1/referrals")
	command[commands.AcceptReferral](a, area, "/v1/referrals/{referral}/acceptance")
	command[commands.RejectReferral](a, area, "/v1/referrals/{referral}/rejection")
	command[commands.CancelReferral](a, area, "/v1/referrals/{referral}/cancellation")
}
