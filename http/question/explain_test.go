package question

import (
	"reflect"
	"strings"
	"testing"

	"guishu/domain/attribution"
)

// B-31: every way in which winner and handler come to be the same or two is said
// in a sentence, in both languages.
func TestEveryExplanationIsASentenceInBothLanguages(t *testing.T) {
	t.Parallel()
	codes := []string{
		attribution.ExplainSame, attribution.ExplainEnteredEarlier, attribution.ExplainCommunicated,
		attribution.ExplainHandlerNotAttached, attribution.ExplainNobody,
	}
	field, _ := reflect.TypeFor[Explanation]().FieldByName("Code")
	if described := field.Tag.Get("enum"); described != strings.Join(codes, ",") {
		t.Errorf("described are %s", described)
	}
	said := map[string]string{}
	for _, spoken := range []Language{Chinese, English} {
		asker := &Reader{Language: spoken}
		for _, code := range codes {
			text := asker.explained(code, map[string]string{"position": "41"})
			if text == "" {
				t.Errorf("%s has no sentence", code)
			}
			if other, twice := said[text]; twice {
				t.Errorf("%s and %s say the same: %s", code, other, text)
			}
			said[text] = code
		}
	}
	if text := new(Reader).explained("something-else", nil); text != "" {
		t.Errorf("an unknown code says %q", text)
	}
}
