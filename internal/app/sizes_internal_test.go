package app

import "testing"

func TestConnectionsFitWhatTheServerGrants(t *testing.T) { // L-08
	t.Parallel()
	for name, c := range map[string]struct {
		granted, set int
		tool         bool
		want         sizes
	}{
		"the private server":         {granted: 197, want: sizes{48, 8}},
		"a server as it comes":       {granted: 97, want: sizes{48, 8}},
		"a small server":             {granted: 27, want: sizes{7, 2}},
		"a tiny one":                 {granted: 10, want: sizes{4, 2}},
		"set":                        {granted: 97, set: 40, want: sizes{23, 7}},
		"set to more":                {granted: 97, set: 400, want: sizes{48, 8}},
		"a command beside a server":  {granted: 27, tool: true, want: sizes{4, 2}},
		"a command beside a set one": {granted: 97, set: 40, tool: true, want: sizes{4, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := sizesOf(c.granted, c.set, c.tool)
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			if all := int(got.pool+got.reads) + single; !c.tool && c.set == 0 && c.granted > 25 && all+beside > c.granted {
				t.Errorf("%d connections of %d leave no place for commands beside", all, c.granted)
			}
		})
	}
}
