package domain_test

import (
	"testing"

	"guishu/domain"
)

// enumerated is what every enumeration of Part D can do.
type enumerated interface {
	~string
	Valid() bool
	Chinese() string
	English() string
}

func TestEnumerationsReadTheirCodesAndChineseNames(t *testing.T) {
	t.Parallel()
	checkEnumeration(t, domain.BusinessLines(), domain.ParseBusinessLine)
	checkEnumeration(t, domain.Parties(), domain.ParseParty)
	checkEnumeration(t, domain.CustomerKinds(), domain.ParseCustomerKind)
	checkEnumeration(t, domain.Natures(), domain.ParseNature)
	checkEnumeration(t, domain.CustomerSources(), domain.ParseCustomerSource)
	checkEnumeration(t, domain.ChannelTypes(), domain.ParseChannelType)
	checkEnumeration(t, domain.Genders(), domain.ParseGender)
	checkEnumeration(t, domain.IDVerifications(), domain.ParseIDVerification)
	checkEnumeration(t, domain.ContactMethods(), domain.ParseContactMethod)
	checkEnumeration(t, domain.IntentionTypes(), domain.ParseIntentionType)
	checkEnumeration(t, domain.ApplicationKinds(), domain.ParseApplicationKind)
	checkEnumeration(t, domain.ApprovalResults(), domain.ParseApprovalResult)
	checkEnumeration(t, domain.ApplicationStatuses(), domain.ParseApplicationStatus)
	checkEnumeration(t, domain.PaymentStatuses(), domain.ParsePaymentStatus)
	checkEnumeration(t, domain.AttributionModes(), domain.ParseAttributionMode)
	checkEnumeration(t, domain.AttributionGrounds(), domain.ParseAttributionGround)
	checkEnumeration(t, domain.DocumentTypes(), domain.ParseDocumentType)
	checkEnumeration(t, domain.DayCounts(), domain.ParseDayCount)
}

func checkEnumeration[T enumerated](t *testing.T, values []T, parse func(string) (T, error)) {
	t.Helper()
	if len(values) < 2 {
		t.Errorf("%T has %d values", values, len(values))
	}
	for _, value := range values {
		if !value.Valid() || value.Chinese() == "" || value.English() == "" {
			t.Errorf("%s: %v %q %q", value, value.Valid(), value.Chinese(), value.English())
		}
		for _, text := range []string{string(value), value.Chinese(), " " + string(value) + " "} {
			if read, err := parse(text); err != nil || read != value {
				t.Errorf("%q reads %s, %v", text, read, err)
			}
		}
	}
	for _, text := range []string{"", "NO_SUCH_VALUE"} {
		if read, err := parse(text); err == nil || domain.CodeOf(err) == "" || read.Valid() {
			t.Errorf("%q reads %s, %v", text, read, err)
		}
	}
}
