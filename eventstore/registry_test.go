package eventstore_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"guishu/domain"
	"guishu/eventstore"
)

type (
	shapeA     struct{ A int }
	shapeB     struct{ B int }
	shapeC     struct{ C int }
	nobodys    struct{ Name domain.Personal }
	deepClear  struct{ Lists []map[string]nobodys }
	withAny    struct{ Anything any }
	unexported struct {
		//lint:ignore U1000 that it would be lost is the point
		name string
	}
	tagged struct {
		A int `json:"a"`
	}
	personalKeys struct{ By map[domain.Personal]int }
	hiding       struct{ Inside secretive }
	hidingDeep   struct{ Inside deep }
	hidingList   struct{ Inside list }
	secretive    struct{ Name domain.Personal }
	deep         struct {
		Of []struct{ Former *domain.Personal }
	}
	list      []domain.Personal
	pointing  struct{ Former *domain.Personal }
	withFunc  struct{ Do func() }
	recursive struct {
		At       time.Time
		Children []recursive
		Parent   *recursive
	}
)

func (secretive) MarshalText() ([]byte, error) { return nil, errors.New("own form") }
func (deep) MarshalText() ([]byte, error)      { return nil, errors.New("own form") }
func (list) MarshalText() ([]byte, error)      { return nil, errors.New("own form") }

func toB(e shapeA) shapeB { return shapeB{B: e.A + 1} }
func toC(e shapeB) shapeC { return shapeC{C: e.B * 10} }
func toA(e shapeC) shapeA { return shapeA{A: e.C} }

// What could not be stored or read back is refused when the program starts.
func TestRegistryRefuses(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		types []domain.EventType
		want  []string
	}{
		"a version described twice": {
			types: []domain.EventType{domain.DescribeEvent[shapeA]("test.a", 1), domain.DescribeEvent[shapeB]("test.a", 1)},
			want:  []string{"test.a version 1: described twice"},
		},
		"a Go type described twice": {
			types: []domain.EventType{domain.DescribeEvent[shapeA]("test.a", 1), domain.DescribeEvent[shapeA]("test.b", 1)},
			want:  []string{"test.b version 1: Go type eventstore_test.shapeA already describes test.a version 1"},
		},
		"a missing first version": {
			types: []domain.EventType{domain.DescribeEvent[shapeA]("test.a", 2)},
			want:  []string{"versions 1 to 1 are missing"},
		},
		"a gap": {
			types: []domain.EventType{
				domain.UpcastEvent("test.a", 1, toB), domain.UpcastEvent("test.a", 2, toC), domain.DescribeEvent[shapeC]("test.a", 4),
			},
			want: []string{"versions 3 to 3 are missing"},
		},
		"a version zero": {
			types: []domain.EventType{domain.DescribeEvent[shapeA]("test.a", 0)},
			want:  []string{"versions begin at 1"},
		},
		"an old version without an upcaster": {
			types: []domain.EventType{domain.DescribeEvent[shapeA]("test.a", 1), domain.DescribeEvent[shapeB]("test.a", 2)},
			want:  []string{"test.a version 1: is not the latest and has no upcaster"},
		},
		"an upcaster into nothing": {
			types: []domain.EventType{domain.UpcastEvent("test.a", 1, toB)},
			want:  []string{"version 2 is not described"},
		},
		"an upcaster into another type": {
			types: []domain.EventType{domain.UpcastEvent("test.a", 1, toB), domain.DescribeEvent[shapeC]("test.a", 2)},
			want:  []string{"its upcaster gives eventstore_test.shapeB, version 2 is eventstore_test.shapeC"},
		},
		"a cycle": {
			types: []domain.EventType{
				domain.UpcastEvent("test.a", 1, toB), domain.UpcastEvent("test.a", 2, toC), domain.UpcastEvent("test.a", 3, toA),
			},
			want: []string{"the upcasters from eventstore_test.shapeA come back to it"},
		},
		"a cycle of one": {
			types: []domain.EventType{domain.UpcastEvent("test.a", 1, func(e shapeA) shapeA { return e })},
			want:  []string{"come back to it"},
		},
		"a name that is no stored name": {
			types: []domain.EventType{domain.DescribeEvent[shapeA]("shapeA", 1)},
			want:  []string{"lower-case words"},
		},
		"everything wrong at once": {
			types: []domain.EventType{domain.DescribeEvent[shapeA]("A", 1), domain.DescribeEvent[shapeB]("test.b", 3)},
			want:  []string{"lower-case words", "versions 1 to 2 are missing"},
		},
		"personal texts of nobody": {
			types: []domain.EventType{domain.DescribeEvent[deepClear]("test.a", 1)},
			want:  []string{"has personal texts but no method Subject"},
		},
		"a pointer to nobody's personal text": {
			types: []domain.EventType{domain.DescribeEvent[pointing]("test.a", 1)},
			want:  []string{"has personal texts but no method Subject"},
		},
		"a personal text hidden deeper": {
			types: []domain.EventType{domain.DescribeEvent[hidingDeep]("test.a", 1)},
			want:  []string{"would hide the personal text Of.Former"},
		},
		"hidden personal texts": {
			types: []domain.EventType{domain.DescribeEvent[hidingList]("test.a", 1)},
			want:  []string{"list writes its own JSON, which would hide the personal text"},
		},
		"an interface":             {types: []domain.EventType{domain.DescribeEvent[withAny]("test.a", 1)}, want: []string{"withAny.Anything: a interface cannot be stored"}},
		"a function":               {types: []domain.EventType{domain.DescribeEvent[withFunc]("test.a", 1)}, want: []string{"withFunc.Do: a func cannot be stored"}},
		"an unexported field":      {types: []domain.EventType{domain.DescribeEvent[unexported]("test.a", 1)}, want: []string{"unexported.name is unexported"}},
		"a renamed field":          {types: []domain.EventType{domain.DescribeEvent[tagged]("test.a", 1)}, want: []string{"tagged.A has a json tag"}},
		"personal keys":            {types: []domain.EventType{domain.DescribeEvent[personalKeys]("test.a", 1)}, want: []string{"a map's keys"}},
		"a hidden personal text":   {types: []domain.EventType{domain.DescribeEvent[hiding]("test.a", 1)}, want: []string{"would hide the personal text Name"}},
		"what is no struct at all": {types: []domain.EventType{domain.DescribeEvent[int]("test.a", 1)}, want: []string{"int is not a struct"}},
		"a pointer to a struct":    {types: []domain.EventType{domain.DescribeEvent[*shapeA]("test.a", 1)}, want: []string{"*eventstore_test.shapeA is not a struct"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			registry, err := eventstore.NewRegistry(c.types)
			if err == nil || registry != nil {
				t.Fatal("it was accepted")
			}
			var typed *eventstore.RegistryError
			if !errors.As(err, &typed) {
				t.Errorf("%T is no *RegistryError", err)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("want %q in %q", want, err)
				}
			}
		})
	}
}

func TestRegistryKnows(t *testing.T) {
	t.Parallel()
	registry, err := eventstore.NewRegistry(
		[]domain.EventType{domain.DescribeEvent[shapeC]("test.a", 3), domain.UpcastEvent("test.a", 2, toC), domain.UpcastEvent("test.a", 1, toB)},
		[]domain.EventType{domain.DescribeEvent[recursive]("test.tree", 1)},
	)
	if err != nil {
		t.Fatal(err)
	}
	names, err := registry.Names(recursive{}, shapeC{})
	if err != nil || !slices.Equal(names, []string{"test.tree", "test.a"}) {
		t.Errorf("names %v, %v", names, err)
	}
	var unregistered *eventstore.UnregisteredError
	for _, event := range []any{shapeA{}, &shapeC{}, nil, uuid.Nil} {
		if _, err := registry.Names(event); !errors.As(err, &unregistered) {
			t.Errorf("%T gives %v", event, err)
		}
	}
	if got := len(registry.Versions()); got != 4 {
		t.Errorf("%d versions", got)
	}
}
