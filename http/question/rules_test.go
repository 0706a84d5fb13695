package question

import (
	"encoding/json"
	"regexp"
	"testing"

	"guishu/domain/policy"
)

// B-01: the rules that the API shows are those in force, under the API's names,
// and what is shown can be published again.
func TestRulesAreShownWholeAndUnderTheNamesOfTheAPI(t *testing.T) {
	t.Parallel()
	rules := policy.Default()
	rules.Claim.MaxOwned, rules.Claim.MaxClaimsPerDay = 300, 7
	rules.Attribution.CommunicatedAnyProduct, rules.Attribution.Efficiency.Shortlist = true, 3
	shown, err := json.Marshal(showRules(rules))
	if err != nil {
		t.Fatal(err)
	}
	if found := regexp.MustCompile(`"[a-z_]*[A-Z][A-Za-z]*":`).Find(shown); found != nil {
		t.Errorf("%s is no name of the API", found)
	}
	var back Rules
	if err := json.Unmarshal(shown, &back); err != nil {
		t.Fatal(err)
	}
	if back.Rules() != rules {
		t.Errorf("%+v came back as %+v", rules, back.Rules())
	}
}
