package query_test

import (
	"errors"
	"testing"

	"guishu/domain"
	"guishu/projections/query"
)

func TestASortIsTheOrderItIsCalled(t *testing.T) {
	t.Parallel()
	sorts := []query.Sort{{Name: "newest", Columns: []string{"position"}, Descending: true}, {Name: "oldest", Columns: []string{"position"}}}
	for name, descending := range map[string]bool{"": true, "newest": true, "-newest": false, "oldest": false, "-oldest": true} {
		if s, err := query.Choose(sorts, name); err != nil || s.Descending != descending {
			t.Errorf("%q: %+v, %v", name, s, err)
		}
	}
	for _, name := range []string{"-", "--newest", "position", "newest "} {
		if s, err := query.Choose(sorts, name); !errors.Is(err, domain.ErrFormValue) {
			t.Errorf("%q: %+v, %v", name, s, err)
		}
	}
}
