// Package attribution decides who earned the commission of a payment: a pure
// function of the customer's timeline up to the confirmation and the policy in
// force, whose answer names every candidate and every input, so that anyone can
// compute it again and get the same bytes (B-29 … B-31, design §7).
package attribution

import (
	"time"

	"guishu/domain"
	"guishu/domain/policy"

	"github.com/google/uuid"
)

// StreamPrefix begins the name of the stream of a payment's attribution; the
// payment's id follows.
const StreamPrefix = "attribution-"

// Candidate is an advisor who was attached when the payment was confirmed, with
// all that spoke for and against.
type Candidate struct {
	Advisor        domain.StaffID      `label:"财富管理师|Advisor"`
	Unit           domain.UnitID       `label:"财富管理师机构|Advisor's unit"`
	Attachment     domain.AttachmentID `label:"下挂|Attachment"`
	EntryPosition  domain.Position     `label:"录入位置|Position of entry"`
	EntryEvent     uuid.UUID           `label:"录入事件|Event of entry"`
	EntryTime      time.Time           `label:"录入时间|Time of entry"`         // what priority compares first: asserted and approved, or recorded
	Asserted       bool                `label:"陈述过时间|A time was stated"`    // a time of entry was stated or imported
	AssertedTime   time.Time           `label:"陈述的时间|Stated time"`          // … this one
	AssertedCounts bool                `label:"陈述的时间有效|Stated time counts"` // … and its migration batch was approved in time (B-31)
	TimeBasis      TimeBasis           `label:"时间依据|Basis of the time"`     // why EntryTime is what it is
	Rank           int                 `label:"次序|Rank"`                    // by entry, 1 is the earliest
	LastContact    *ContactInput       `label:"最后联络|Last contact"`          // the last one that qualifies for E2, null if none does
	Score          *Score              `label:"效率得分|Score"`                 // of efficiency; null where it was not scored, as always under TIME_FIRST
}

// Score is an advisor's efficiency with its parts, in hundredths (B-31 其一).
type Score struct {
	Contacts int  `label:"联络次数|Contacts"`                    // contacts counted, one a day at most
	Contact  int  `label:"联络得分|For contacts"`                // what they are worth
	Quality  int  `label:"质量得分|For quality"`                 // of the contacts
	Choice   int  `label:"客户选择得分|For the customer's choice"` // the customer's recorded choice
	Chosen   bool `label:"客户选定|Chosen by the customer"`      // that choice was for this advisor, which decides
	Total    int  `label:"总分|Total"`                         // weighted
}

// ContactInput is a contact record that counted.
type ContactInput struct {
	Contact    domain.ContactID `label:"联络|Contact"`
	Event      uuid.UUID        `label:"联络事件|Event of the contact"`
	Position   domain.Position  `label:"账本位置|Position"`
	OccurredOn domain.Date      `label:"联络日期|Date of contact"`
}

// Input is an event the decision was computed from.
type Input struct {
	Event    uuid.UUID       `label:"事件|Event"`
	Position domain.Position `label:"账本位置|Position"`
	Type     string          `label:"事件类型|Type of event"`
}

// Share is what one advisor gets of the deal. The shares of a decision add up to
// its amount and to ten thousand, or there are none.
type Share struct {
	Advisor        domain.StaffID      `label:"财富管理师|Advisor"`
	Unit           domain.UnitID       `label:"财富管理师机构|Advisor's unit"`
	Attachment     domain.AttachmentID `label:"下挂|Attachment"` // zero where a ruling named somebody not attached
	PerTenThousand int                 `label:"份额（万分比）|Share in ten thousand"`
	AmountFen      domain.Fen          `label:"金额（元）|Amount (yuan)"` // of the deal; negative in a counter-entry
}

// Explanation says in a stable code, with what belongs to it, how commission and
// performance came to the same advisor or to two.
type Explanation struct {
	Code   string  `label:"说明|Explanation"`
	Params []Param `label:"说明的参数|Facts of the explanation"`
}

// Param is one fact of an explanation: an id, a position, a day or a code.
type Param struct {
	Name  string `label:"名称|Name"`
	Value string `label:"值|Value"`
}

// Decided says who earned the commission of a confirmed payment and why.
type Decided struct {
	Decision      domain.DecisionID      `label:"判定|Decision"` // the same for the same payment, inputs and policy version
	Payment       domain.PaymentID       `label:"划款|Payment"`
	Customer      domain.CustomerID      `label:"客户|Customer"`
	Product       domain.ProductID       `label:"产品|Product"`
	AmountFen     domain.Fen             `label:"金额（元）|Amount (yuan)"`
	Handler       domain.StaffID         `label:"经办财富管理师|Handler"`      // who handled the deal: performance follows this, commission follows Winner
	HandlerRank   int                    `label:"经办人次序|Handler's rank"` // the handler's rank among the candidates, 0 if not one of them
	Winner        domain.StaffID         `label:"业绩归属人|Winner"`         // has the largest share; zero when no advisor was attached
	WinnerUnit    domain.UnitID          `label:"业绩归属机构|Winner's unit"`
	Shares        []Share                `label:"分成|Shares"`
	Ground        Ground                 `label:"判定依据|Ground"` // empty without a winner
	Mode          policy.AttributionMode `label:"归属方式|Mode"`
	PolicyVersion int                    `label:"规则版本|Policy version"`
	Confirmation  uuid.UUID              `label:"打款确认事件|Event of the confirmation"` // the payment.confirmed event
	Candidates    []Candidate            `label:"候选人|Candidates"`                   // by rank
	Inputs        []Input                `label:"判定所用事件|Input events"`              // by position
	InputsHash    string                 `label:"判定依据校验值|Hash of the inputs"`       // SHA-256 over the canonical inputs, hexadecimal
	Reason        Reason                 `label:"判定原因|Reason"`
	Explanation   Explanation            `label:"说明|Explanation"`            // of winner and handler
	Supersedes    domain.DecisionID      `label:"取代的判定|Supersedes decision"` // an earlier decision that late facts changed, zero if none
}

// Countered takes a decision back because its payment was reversed.
type Countered struct {
	Decision  domain.DecisionID `label:"判定|Decision"` // the one countered
	Payment   domain.PaymentID  `label:"划款|Payment"`
	Customer  domain.CustomerID `label:"客户|Customer"`
	Winner    domain.StaffID    `label:"业绩归属人|Winner"`
	Shares    []Share           `label:"分成|Shares"`                  // each taken back, negative
	AmountFen domain.Fen        `label:"金额（元）|Amount (yuan)"`        // negative: what is taken back in all
	Reversal  uuid.UUID         `label:"冲正事件|Event of the reversal"` // the payment.reversed event
}

// AboutCustomer is the customer who paid.
func (e Decided) AboutCustomer() domain.CustomerID { return e.Customer }

// AboutCustomer is the customer who paid.
func (e Countered) AboutCustomer() domain.CustomerID { return e.Customer }
