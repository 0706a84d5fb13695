package demo

// Password is the one password of everybody in a demo. No other ledger has one
// that is known.
const Password = "haitang-demo-2026"

// SignIn is somebody to sign in as.
type SignIn struct {
	Login   string
	Role    string // Chinese
	English string
	See     string // what to look at, Chinese
	SeeAlso string // English
}

// SignIns are those whom the demo gives a password: one of every role.
var SignIns = []SignIn{
	{"zhongshan-rm1", "客户经理", "relationship manager", "我的客户、申请认领", "own customers, claims"},
	{"zhongshan-rm2", "客户经理", "relationship manager", "同一网点的竞争者", "the rival next desk"},
	{"zhongshan-head", "支行长", "outlet head", "待审批的认领", "the claim inbox"},
	{"zhongshan-teller", "柜员", "teller", "登记客户、待完善客户", "entry, customers to be completed"},
	{"binjiang-wealth", "理财经理", "wealth manager", "认领与划款预约", "claims, reservations"},
	{"beimen-head", "所长(代理)", "head, agency line", "看不到自营客户", "no self-operated customers"},
	{"county1", "县支行长", "county head", "全县网点", "every outlet of the county"},
	{"city1", "市客户经理", "city manager", "认领下级网点的客户(A-06)", "claims below its level"},
	{"marketing", "营销主管", "marketing supervisor", "全省客户与业绩", "the province's customers"},
	{"inspector", "检查人员", "inspector", "只读检查", "reads only"},
	{"advisor1", "财富管理师", "wealth advisor", "下挂客户、提成归属", "attached customers, commission"},
	{"advisor2", "财富管理师", "wealth advisor", "同一客户的另一位顾问", "the other advisor"},
	{"wealth", "财富负责人", "head of wealth", "分公司业绩、交接", "performance, hand-over"},
	{"ops1", "运营部", "operations", "待确认的打款", "payments to confirm"},
	{"service1", "客服部", "customer service", "回访、查看完整信息", "call-backs, reveals"},
	{"auditor1", "审计", "auditor", "时间线、归属判定", "timelines, attribution"},
	{"importer", "数据迁移专员", "importer", "用 guishu import 迁入历史", "brings history in with guishu import"},
	{"migration", "迁移主管", "migration supervisor", "历史数据批次", "migration batches"},
	{"director", "总经理", "director", "全行", "everything"},
	{"admin", "系统管理员", "administrator", "机构、员工、权限;看不到客户", "units, staff; no customers"},
}
