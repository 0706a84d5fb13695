package organisation_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"guishu/domain"
	"guishu/domain/domaintest"
	"guishu/domain/organisation"

	"pgregory.net/rapid"
)

var unit = domaintest.ID[domain.UnitID]

// established is a unit that inherits line and model.
func established(name, parent string, kind domain.UnitKind) organisation.UnitEstablished {
	e := organisation.UnitEstablished{Unit: unit(name), Code: name, Name: name, Kind: kind}
	if parent != "" {
		e.Parent = unit(parent)
	}
	return e
}

// inLine is a unit of a business line of its own.
func inLine(e organisation.UnitEstablished, line domain.BusinessLine) organisation.UnitEstablished {
	e.Line = line
	return e
}

// bank is a province with two counties, one of them for agency business, and a
// wealth firm's branch beside them.
func bank() []any {
	root := established("bank", "", domain.HeadOffice)
	root.Model = domain.Exclusive
	branch := established("wealth", "bank", domain.Branch)
	branch.Model = domain.Attached
	return []any{
		root,
		established("province", "bank", domain.Province),
		established("east", "province", domain.County),
		inLine(established("west", "province", domain.County), domain.Agency),
		inLine(established("east-1", "east", domain.Outlet), domain.SelfOperated),
		inLine(established("east-2", "east", domain.Outlet), domain.Agency),
		established("west-1", "west", domain.Outlet),
		branch,
		established("operations", "bank", domain.OperationsUnit),
	}
}

func establish(in organisation.Establishing) func(*organisation.Tree) ([]any, error) {
	return func(t *organisation.Tree) ([]any, error) { return t.Establish(in) }
}

// outlet is a well-formed outlet to be added below a unit.
func outlet(name, parent string) organisation.Establishing {
	return organisation.Establishing{Unit: unit(name), Parent: unit(parent), Code: name, Name: name, Kind: domain.Outlet}
}

func TestEstablish(t *testing.T) {
	agency := outlet("new", "east")
	agency.Line = domain.Agency
	spaced := outlet("new", "west")
	spaced.Code, spaced.Name = " new ", "\tnew "
	contradicting := outlet("new", "west")
	contradicting.Line = domain.SelfOperated
	sameCode := outlet("new", "west")
	sameCode.Code = "east-1"
	sameID := outlet("east-1", "west")
	sameID.Code = "another"
	second := outlet("new", "bank")
	second.Parent, second.Kind = domain.UnitID{}, domain.HeadOffice
	below := outlet("new", "west-1")
	upwards := outlet("new", "east")
	upwards.Kind = domain.City
	unnamed := outlet("new", "west")
	unnamed.Name = "  "
	controlled := outlet("new", "west")
	controlled.Name = "a\x00b"
	turned := outlet("new", "west")
	turned.Name = "东\u202e街"
	uncoded := outlet("new", "west")
	uncoded.Code = ""
	outletRoot := organisation.Establishing{Unit: unit("r"), Code: "r", Name: "r", Kind: domain.Outlet, Model: domain.Exclusive, Line: domain.Agency}
	bareRoot := organisation.Establishing{Unit: unit("r"), Code: "r", Name: "r", Kind: domain.HeadOffice}
	unknownKind := outlet("new", "west")
	unknownKind.Kind = "KIOSK"
	unknownModel := outlet("new", "west")
	unknownModel.Model = "SHARED"
	unknownLine := outlet("new", "west")
	unknownLine.Line = "OTHER"
	wealthOutlet := outlet("new", "wealth")

	domaintest.Run(t,
		domaintest.Rule[organisation.Tree]{
			Name: "A-61 an outlet is added below its county", Given: bank(), When: establish(agency),
			Then: []any{inLine(established("new", "east", domain.Outlet), domain.Agency)},
		},
		domaintest.Rule[organisation.Tree]{
			Name: "A-07 an outlet may inherit the line of a unit above; code and name are trimmed", Given: bank(), When: establish(spaced),
			Then: []any{established("new", "west", domain.Outlet)},
		},
		domaintest.Rule[organisation.Tree]{
			Name: "A-07 a unit's line does not contradict a unit above", Given: bank(), When: establish(contradicting),
			Refused: organisation.ErrLine, At: "line",
		},
		domaintest.Rule[organisation.Tree]{
			Name: "A-07 an outlet with exclusive ownership has a line", Given: bank(), When: establish(outlet("new", "east")),
			Refused: organisation.ErrLine, At: "line",
		},
		domaintest.Rule[organisation.Tree]{
			Name: "A-07 an outlet of attached advisors needs no line", Given: bank(), When: establish(wealthOutlet),
			Then: []any{established("new", "wealth", domain.Outlet)},
		},
		domaintest.Rule[organisation.Tree]{
			Name: "A-61 a code is given once", Given: bank(), When: establish(sameCode), Refused: organisation.ErrDuplicate, At: "code",
		},
		domaintest.Rule[organisation.Tree]{
			Name:  "A-61 a closed unit's code is not given again",
			Given: append(bank(), organisation.UnitClosed{Unit: unit("east-1")}), When: establish(sameCode), Refused: organisation.ErrDuplicate,
		},
		domaintest.Rule[organisation.Tree]{
			Name: "A-61 a unit is established once", Given: bank(), When: establish(sameID), Refused: organisation.ErrDuplicate,
		},
		domaintest.Rule[organisation.Tree]{
			Name: "A-61 there is one root", Given: bank(), When: establish(second), Refused: domain.ErrFormRequired, At: "parent",
		},
		domaintest.Rule[organisation.Tree]{
			Name: "A-61 an outlet is no root", When: establish(outletRoot), Refused: organisation.ErrLevel,
		},
		domaintest.Rule[organisation.Tree]{
			Name: "the root says how customers belong to staff", When: establish(bareRoot), Refused: domain.ErrFormRequired, At: "model",
		},
		domaintest.Rule[organisation.Tree]{
			Name: "A-61 the parent exists", Given: bank(), When: establish(outlet("new", "nowhere")), Refused: organisation.ErrUnknown, At: "parent",
		},
		domaintest.Rule[organisation.Tree]{
			Name:  "A-61 the parent is open",
			Given: append(bank(), organisation.UnitClosed{Unit: unit("west-1")}, organisation.UnitClosed{Unit: unit("west")}),
			When:  establish(outlet("new", "west")), Refused: organisation.ErrClosed, At: "parent",
		},
		domaintest.Rule[organisation.Tree]{
			Name: "A-61 nothing but a department stands below an outlet", Given: bank(), When: establish(below), Refused: organisation.ErrLevel,
		},
		domaintest.Rule[organisation.Tree]{
			Name: "A-61 levels go downwards", Given: bank(), When: establish(upwards), Refused: organisation.ErrLevel,
		},
		domaintest.Rule[organisation.Tree]{
			Name: "a unit has a name", Given: bank(), When: establish(unnamed), Refused: domain.ErrFormRequired, At: "name",
		},
		domaintest.Rule[organisation.Tree]{
			Name: "a name has no control characters", Given: bank(), When: establish(controlled), Refused: domain.ErrFormValue, At: "name",
		},
		domaintest.Rule[organisation.Tree]{
			Name: "S-17 a name has nothing that nobody sees", Given: bank(), When: establish(turned), Refused: domain.ErrFormInvisible, At: "name",
		},
		domaintest.Rule[organisation.Tree]{
			Name: "a unit has a code", Given: bank(), When: establish(uncoded), Refused: domain.ErrFormRequired, At: "code",
		},
		domaintest.Rule[organisation.Tree]{
			Name: "a kind is from the list", Given: bank(), When: establish(unknownKind), Refused: domain.ErrFormValue, At: "kind",
		},
		domaintest.Rule[organisation.Tree]{
			Name: "a model is from the list", Given: bank(), When: establish(unknownModel), Refused: domain.ErrFormValue, At: "model",
		},
		domaintest.Rule[organisation.Tree]{
			Name: "a line is from the list", Given: bank(), When: establish(unknownLine), Refused: domain.ErrFormValue, At: "line",
		},
		domaintest.Rule[organisation.Tree]{
			Name: "a unit has an id", Given: bank(), When: establish(organisation.Establishing{Code: "x", Name: "x"}), Refused: domain.ErrFormRequired, At: "unit",
		},
	)
}

// departments is a bank with departments one below the other, so many levels in all.
func departments(levels int) []any {
	given := bank()
	for parent, level := "bank", 2; level <= levels; level++ {
		name := fmt.Sprint("level-", level)
		given = append(given, established(name, parent, domain.Department))
		parent = name
	}
	return given
}

// A path without end would stop the read model of units at the unit for ever.
func TestTheTreeHasSoManyLevelsAtMost(t *testing.T) {
	another := outlet("new", "level-20")
	another.Kind = domain.Department
	last := outlet("new", "level-19")
	last.Kind = domain.Department
	domaintest.Run(t,
		domaintest.Rule[organisation.Tree]{
			Name: "A-61 there is a twentieth level", Given: departments(19), When: establish(last),
			Then: []any{established("new", "level-19", domain.Department)},
		},
		domaintest.Rule[organisation.Tree]{
			Name: "A-61 there is no level below the twentieth", Given: departments(20), When: establish(another), Refused: organisation.ErrLevel, At: "parent",
		},
		domaintest.Rule[organisation.Tree]{
			Name:  "A-61 a unit does not move so low that what is below it has no level",
			Given: append(departments(19), established("top", "bank", domain.Department), established("bottom", "top", domain.Department)),
			When:  move("top", "level-19"), Refused: organisation.ErrLevel, At: "parent",
		},
		domaintest.Rule[organisation.Tree]{
			Name:  "A-61 a unit moves as low as there are levels",
			Given: append(departments(19), established("top", "bank", domain.Department)), When: move("top", "level-19"),
			Then: []any{organisation.UnitMoved{Unit: unit("top"), Parent: unit("level-19")}},
		},
	)
}

func move(id, parent string) func(*organisation.Tree) ([]any, error) {
	return func(t *organisation.Tree) ([]any, error) { return t.Move(unit(id), unit(parent)) }
}

func TestMove(t *testing.T) {
	city := established("city", "province", domain.City)
	agencyCity := inLine(established("agency-city", "province", domain.City), domain.Agency)
	domaintest.Run(t,
		domaintest.Rule[organisation.Tree]{
			Name: "A-61 a unit moves with all below it", Given: append(bank(), city), When: move("east", "city"),
			Then: []any{organisation.UnitMoved{Unit: unit("east"), Parent: unit("city")}},
		},
		domaintest.Rule[organisation.Tree]{
			Name: "a unit that stays where it is does not move", Given: bank(), When: move("east", "province"), Then: nil,
		},
		domaintest.Rule[organisation.Tree]{
			Name: "A-61 a unit does not move below itself", Given: bank(), When: move("province", "east"), Refused: domain.ErrUnitCycle,
		},
		domaintest.Rule[organisation.Tree]{
			Name: "A-61 the root does not move", Given: bank(), When: move("bank", "province"), Refused: domain.ErrUnitCycle,
		},
		domaintest.Rule[organisation.Tree]{
			Name: "A-61 a unit does not move below one of its level or lower", Given: bank(), When: move("east", "west"), Refused: organisation.ErrLevel,
		},
		domaintest.Rule[organisation.Tree]{
			Name: "A-07 a move does not bring a unit into the other line", Given: bank(), When: move("east-1", "west"), Refused: organisation.ErrLine,
		},
		domaintest.Rule[organisation.Tree]{
			Name: "A-07 a move does not bring a unit below into the other line", Given: append(bank(), agencyCity), When: move("east", "agency-city"), Refused: organisation.ErrLine,
		},
		domaintest.Rule[organisation.Tree]{
			Name: "A-07 a move does not take an inherited line away", Given: bank(), When: move("west-1", "east"), Refused: organisation.ErrLine,
		},
		domaintest.Rule[organisation.Tree]{
			Name: "A-07 a unit of the line moves below a unit of the line", Given: bank(), When: move("east-2", "west"),
			Then: []any{organisation.UnitMoved{Unit: unit("east-2"), Parent: unit("west")}},
		},
		domaintest.Rule[organisation.Tree]{
			Name: "the new parent exists", Given: bank(), When: move("east", "nowhere"), Refused: organisation.ErrUnknown, At: "parent",
		},
		domaintest.Rule[organisation.Tree]{
			Name: "the unit exists", Given: bank(), When: move("nowhere", "east"), Refused: organisation.ErrUnknown, At: "unit",
		},
		domaintest.Rule[organisation.Tree]{
			Name: "the new parent is open", Given: append(bank(), city, organisation.UnitClosed{Unit: unit("city")}), When: move("east", "city"), Refused: organisation.ErrClosed, At: "parent",
		},
	)
}

func TestRenameAndClose(t *testing.T) {
	rename := func(id, name string) func(*organisation.Tree) ([]any, error) {
		return func(t *organisation.Tree) ([]any, error) { return t.Rename(unit(id), name) }
	}
	closing := func(id string, staff int, reason string) func(*organisation.Tree) ([]any, error) {
		return func(t *organisation.Tree) ([]any, error) { return t.Close(unit(id), staff, reason) }
	}
	closed := organisation.UnitClosed{Unit: unit("west-1"), Reason: "merged"}
	domaintest.Run(t,
		domaintest.Rule[organisation.Tree]{
			Name: "S-17 another name has nothing that nobody sees", Given: bank(), When: rename("east", "东\u200b城"), Refused: domain.ErrFormInvisible, At: "name",
		},
		domaintest.Rule[organisation.Tree]{
			Name: "a unit gets another name", Given: bank(), When: rename("east", " 东城 "), Then: []any{organisation.UnitRenamed{Unit: unit("east"), Name: "东城"}},
		},
		domaintest.Rule[organisation.Tree]{Name: "the same name is nothing to record", Given: bank(), When: rename("east", "east"), Then: nil},
		domaintest.Rule[organisation.Tree]{Name: "a name is not empty", Given: bank(), When: rename("east", ""), Refused: domain.ErrFormRequired, At: "name"},
		domaintest.Rule[organisation.Tree]{
			Name: "a closed unit keeps its name", Given: append(bank(), closed), When: rename("west-1", "x"), Refused: organisation.ErrClosed, At: "unit",
		},
		domaintest.Rule[organisation.Tree]{Name: "A-61 an empty unit closes", Given: bank(), When: closing("west-1", 0, " merged "), Then: []any{closed}},
		domaintest.Rule[organisation.Tree]{Name: "A-61 a unit with open units below stays", Given: bank(), When: closing("west", 0, "merged"), Refused: organisation.ErrInUse},
		domaintest.Rule[organisation.Tree]{Name: "A-61 a unit whose units below are closed may close", Given: append(bank(), closed), When: closing("west", 0, "merged"),
			Then: []any{organisation.UnitClosed{Unit: unit("west"), Reason: "merged"}}},
		domaintest.Rule[organisation.Tree]{
			Name:  "A-61 a unit whose units moved away may close",
			Given: append(bank(), established("west-2", "west", domain.Outlet), organisation.UnitMoved{Unit: unit("east-2"), Parent: unit("west")}, organisation.UnitMoved{Unit: unit("east-1"), Parent: unit("province")}),
			When:  closing("east", 0, "merged"), Then: []any{organisation.UnitClosed{Unit: unit("east"), Reason: "merged"}},
		},
		domaintest.Rule[organisation.Tree]{Name: "A-61 a unit with staff stays", Given: bank(), When: closing("west-1", 1, "merged"), Refused: organisation.ErrInUse},
		domaintest.Rule[organisation.Tree]{Name: "closing has a reason", Given: bank(), When: closing("west-1", 0, " "), Refused: domain.ErrFormRequired, At: "reason"},
		domaintest.Rule[organisation.Tree]{Name: "closing has a reason in words (S-14)", Given: bank(), When: closing("west-1", 0, "——"), Refused: domain.ErrFormRequired, At: "reason"},
		domaintest.Rule[organisation.Tree]{Name: "a unit closes once", Given: append(bank(), closed), When: closing("west-1", 0, "x"), Refused: organisation.ErrClosed},
		domaintest.Rule[organisation.Tree]{Name: "what never was does not close", When: closing("west-1", 0, "x"), Refused: organisation.ErrUnknown},
	)
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	tree := domaintest.Fold[organisation.Tree](append(bank(), organisation.UnitMoved{Unit: unit("east-2"), Parent: unit("west")})...)

	if got, want := tree.Path(unit("east-1")).Units(), []domain.UnitID{unit("bank"), unit("province"), unit("east"), unit("east-1")}; !slices.Equal(got, want) {
		t.Errorf("the path of east-1: %v, want %v", got, want)
	}
	for _, c := range []struct {
		above, below string
		want         bool
	}{
		{"bank", "east-1", true}, {"east", "east-1", true}, {"east-1", "east-1", true}, {"west", "east-2", true},
		{"east", "east-2", false}, {"east-1", "east", false}, {"west", "east-1", false}, {"nowhere", "east", false}, {"east", "nowhere", false},
	} {
		if got := tree.Path(unit(c.above)).Contains(tree.Path(unit(c.below))); got != c.want {
			t.Errorf("A-06 %s contains %s: %v, want %v", c.above, c.below, got, c.want)
		}
	}
	for name, want := range map[string]domain.BusinessLine{"bank": "", "east": "", "east-1": domain.SelfOperated, "west-1": domain.Agency, "east-2": domain.Agency} {
		if got := tree.Unit(unit(name)).Line; got != want {
			t.Errorf("A-07 line of %s: %q, want %q", name, got, want)
		}
	}
	if tree.Unit(unit("west-1")).Model != domain.Exclusive || tree.Unit(unit("wealth")).Model != domain.Attached || tree.Unit(unit("nowhere")).Model != "" {
		t.Error("models are the own one, else the one above")
	}
	if got := tree.Unit(unit("operations")).Jurisdiction(domain.RoleOperations); got != tree.Path(unit("bank")) {
		t.Errorf("B-03 operations serve what their parent covers, not %s", got)
	}
	if got := tree.Unit(unit("operations")).Jurisdiction(domain.RoleSuperior); got != tree.Path(unit("operations")) {
		t.Errorf("S-03 the head of operations is the department's, not %s", got)
	}
	if tree.Len() != 9 || tree.Root().ID != unit("bank") || tree.ByCode("east-1").ID != unit("east-1") || tree.ByCode("none").Known() {
		t.Error("count, root or code is wrong")
	}
}

// Whatever is asked of a tree, it stays one: one root, no cycle, every path that
// of the parent and the unit, no line against the one above, codes unique; and
// folding the log gives the same tree.
func TestTreeStaysATree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tree, log := new(organisation.Tree), []any{}
		names := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f", "g", "h"})
		take := func(events []any, err error) {
			if err != nil {
				if domain.CodeOf(err).IsZero() {
					t.Fatalf("a refusal without a stable code: %v", err)
				}
				return
			}
			before := tree
			tree = tree.Clone()
			for _, event := range events {
				tree.Apply(event, domain.Fact{})
				log = append(log, event)
			}
			if !reflect.DeepEqual(before, domaintest.Fold[organisation.Tree](log[:len(log)-len(events)]...)) {
				t.Fatal("folding into a clone changed the tree it came from")
			}
		}
		lines := rapid.SampledFrom([]domain.BusinessLine{"", "", domain.SelfOperated, domain.Agency})
		t.Repeat(map[string]func(*rapid.T){
			"establish": func(t *rapid.T) {
				in := organisation.Establishing{
					Unit: unit(names.Draw(t, "unit")), Code: names.Draw(t, "code"), Name: "n",
					Kind: rapid.SampledFrom(domain.UnitKinds.Values()).Draw(t, "kind"), Line: lines.Draw(t, "line"),
					Model: rapid.SampledFrom([]domain.OwnershipModel{"", domain.Attached, domain.Exclusive}).Draw(t, "model"),
				}
				if tree.Len() > 0 {
					in.Parent = unit(names.Draw(t, "parent"))
				}
				take(tree.Establish(in))
			},
			"move":  func(t *rapid.T) { take(tree.Move(unit(names.Draw(t, "unit")), unit(names.Draw(t, "parent")))) },
			"close": func(t *rapid.T) { take(tree.Close(unit(names.Draw(t, "unit")), 0, "r")) },
			"": func(t *rapid.T) {
				if !reflect.DeepEqual(tree, domaintest.Fold[organisation.Tree](log...)) {
					t.Fatal("folding the log gives another tree")
				}
				checkTree(t, tree)
			},
		})
	})
}

func checkTree(t *rapid.T, tree *organisation.Tree) {
	roots, codes := 0, map[string]bool{}
	for u := range tree.Units() {
		if codes[u.Code] {
			t.Fatalf("code %s twice", u.Code)
		}
		codes[u.Code] = true
		if u.Parent.IsZero() {
			roots++
			continue
		}
		parent := tree.Unit(u.Parent)
		path, err := parent.Path.Child(u.ID)
		if err != nil || path != u.Path {
			t.Fatalf("the path of %s is %s, want %s (%v)", u.Code, u.Path, path, err)
		}
		if parent.Line != "" && u.Line != parent.Line {
			t.Fatalf("%s is of line %q below %q", u.Code, u.Line, parent.Line)
		}
		if parent.Closed && !u.Closed {
			t.Fatalf("%s is open below a closed unit", u.Code)
		}
	}
	if tree.Len() > 0 && roots != 1 {
		t.Fatalf("%d roots", roots)
	}
}

// tenThousand is a bank with ten thousand units.
func tenThousand() []any {
	events := bank()[:2]
	for c := range 100 {
		county := fmt.Sprintf("c%d", c)
		events = append(events, inLine(established(county, "province", domain.County), domain.Agency))
		for o := range 99 {
			events = append(events, established(fmt.Sprintf("%s-%d", county, o), county, domain.Outlet))
		}
	}
	return events
}

func BenchmarkTree(b *testing.B) {
	events := tenThousand()
	tree := domaintest.Fold[organisation.Tree](events...)
	leaf, county := unit("c42-42"), unit("c42")
	b.Run("fold 10,000 units", func(b *testing.B) {
		for b.Loop() {
			domaintest.Fold[organisation.Tree](events...)
		}
	})
	b.Run("path", func(b *testing.B) {
		for b.Loop() {
			_ = tree.Path(leaf)
		}
	})
	b.Run("contains", func(b *testing.B) {
		for b.Loop() {
			_ = tree.Path(county).Contains(tree.Path(leaf))
		}
	})
	b.Run("clone and apply", func(b *testing.B) {
		renamed := organisation.UnitRenamed{Unit: leaf, Name: "x"}
		for b.Loop() {
			tree.Clone().Apply(renamed, domain.Fact{})
		}
	})
}
