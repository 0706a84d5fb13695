package domain_test

import (
	"errors"
	"reflect"
	"testing"

	"guishu/domain"
)

func TestAnEnumerationReadsItsCodesAndChineseNames(t *testing.T) {
	t.Parallel()
	lines := domain.BusinessLines
	if values := lines.Values(); !reflect.DeepEqual(values, []domain.BusinessLine{domain.SelfOperated, domain.Agency}) {
		t.Errorf("the values are %v", values)
	}
	for _, word := range domain.BusinessLine("").Words() {
		value := domain.BusinessLine(word.Code)
		if !value.Valid() || domain.WordFor(value.Words(), word.Code) != word || word.Chinese == "" || word.English == "" {
			t.Errorf("%s: %v %v", value, value.Valid(), word)
		}
		for _, text := range []string{word.Code, word.Chinese, " " + word.Code + " "} {
			if read, err := lines.Parse(text); err != nil || read != value {
				t.Errorf("%q reads %s, %v", text, read, err)
			}
		}
	}
	if read, err := lines.Parse("agency"); err != nil || read != domain.Agency {
		t.Errorf("lower case reads %s, %v", read, err)
	}
	for _, text := range []string{"", "NO_SUCH_VALUE"} {
		if read, err := lines.Parse(text); !errors.Is(err, domain.ErrFormValue) || read != "" || domain.BusinessLine(text).Valid() || domain.WordFor(lines.Words(), text) != (domain.Word{Code: text}) {
			t.Errorf("%q reads %s, %v", text, read, err)
		}
	}
}
