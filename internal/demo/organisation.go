package demo

import (
	"context"

	"guishu/commands"
	"guishu/domain"
)

// FirmName is the name of the root unit.
const FirmName = "海棠银行总行(演示)"

// place is a unit of the firm.
type place struct {
	code, parent string
	name         string
	kind         domain.UnitKind
	line         domain.BusinessLine
	model        domain.OwnershipModel
}

// places are the units below the root, parents first. Province, cities and
// counties exist nowhere.
var places = []place{
	{"P01", "ROOT", "云州省分行", domain.Province, "", domain.Exclusive},
	{"C01", "P01", "临江市分行", domain.City, "", ""},
	{"X0101", "C01", "青石县支行", domain.County, "", ""},
	{"O010101", "X0101", "青石县中山路支行", domain.Outlet, domain.SelfOperated, ""},
	{"O010102", "X0101", "青石县北门储蓄所", domain.Outlet, domain.Agency, ""},
	{"X0102", "C01", "柳河区支行", domain.County, "", ""},
	{"O010201", "X0102", "柳河区滨江支行", domain.Outlet, domain.SelfOperated, ""},
	{"O010202", "X0102", "柳河镇支局", domain.Outlet, domain.Agency, ""},
	{"S0103", "C01", "临江市直属二级单位", domain.SecondLevel, "", ""},
	{"O010301", "S0103", "临江市分行营业部", domain.Outlet, domain.SelfOperated, ""},
	{"C02", "P01", "望海市分行", domain.City, "", ""},
	{"X0201", "C02", "东屿县支行", domain.County, "", ""},
	{"O020101", "X0201", "东屿县港口支行", domain.Outlet, domain.SelfOperated, ""},
	{"O020102", "X0201", "东屿镇储蓄所", domain.Outlet, domain.Agency, ""},
	{"X0202", "C02", "南屏县支行", domain.County, "", ""},
	{"O020201", "X0202", "南屏县文庙支行", domain.Outlet, domain.SelfOperated, ""},
	{"W", "ROOT", "海棠财富", domain.Branch, "", domain.Attached},
	{"W01", "W", "海棠财富临江分公司", domain.Branch, "", ""},
	{"W02", "W", "海棠财富望海分公司", domain.Branch, "", ""},
	{"OPS", "ROOT", "运营部", domain.OperationsUnit, "", ""},
	{"CSV", "ROOT", "营销服务中心客服部", domain.HQCustomerService, "", ""},
	{"IT", "ROOT", "总部IT部", domain.HQIT, "", ""},
	{"AUD", "ROOT", "审计部", domain.Department, "", ""},
}

// outlet is an outlet with its people, by sign-in name.
type outlet struct {
	code, login string
	line        domain.BusinessLine
	street      string // of its customers
}

func (o outlet) head() string         { return o.login + "-head" }
func (o outlet) manager(n int) string { return [...]string{o.login + "-rm1", o.login + "-rm2"}[n%2] }
func (o outlet) neighbour() outlet    { return outlets[neighbours[o.login]] }

var outlets = []outlet{
	{"O010101", "zhongshan", domain.SelfOperated, "云州省临江市青石县中山路"},
	{"O010102", "beimen", domain.Agency, "云州省临江市青石县北门街"},
	{"O010201", "binjiang", domain.SelfOperated, "云州省临江市柳河区滨江大道"},
	{"O010202", "liuhe", domain.Agency, "云州省临江市柳河镇柳河街"},
	{"O010301", "yingyebu", domain.SelfOperated, "云州省临江市解放路"},
	{"O020101", "gangkou", domain.SelfOperated, "云州省望海市东屿县港口路"},
	{"O020102", "dongyu", domain.Agency, "云州省望海市东屿镇渔港街"},
	{"O020201", "wenmiao", domain.SelfOperated, "云州省望海市南屏县文庙巷"},
}

// neighbours is, for each outlet, the one of the same line whose managers claim
// its customers across institutions.
var neighbours = map[string]int{
	"zhongshan": 2, "binjiang": 0, "yingyebu": 5, "gangkou": 7, "wenmiao": 4, "beimen": 3, "liuhe": 6, "dongyu": 1,
}

// branch is a wealth branch with its advisors, by sign-in name.
type branch struct {
	code     string
	advisors []string
	street   string
}

func (b branch) advisor(n int) string { return b.advisors[n%len(b.advisors)] }

var branches = []branch{
	{"W01", []string{"advisor1", "advisor2", "advisor3"}, "云州省临江市柳河区金融街"},
	{"W02", []string{"advisor4", "advisor5", "advisor6"}, "云州省望海市海滨路"},
}

// found begins the ledger with the root and the administrator, and adds the
// units.
func (f *firm) found(ctx context.Context) error {
	admin, err := commands.Install(ctx, f.ledger, commands.InstallFirstAdministrator{
		Firm: FirmName, Name: "纪安", Login: "admin", EmployeeNo: "D0001",
	})
	if err != nil {
		return err
	}
	tree, err := f.ledger.Tree(ctx)
	if err != nil {
		return err
	}
	f.staff["admin"], f.units["ROOT"] = admin, tree.Root().ID
	t := f.story(ctx, "units")
	for _, p := range places {
		f.units[p.code] = domain.UnitID(do(t, "admin", commands.EstablishUnit{
			Parent: f.units[p.parent], Code: p.code, Name: p.name, Kind: p.kind, Line: p.line, Model: p.model,
		}))
	}
	return t.err
}
