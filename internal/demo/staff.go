package demo

import (
	"context"
	"fmt"

	"guishu/commands"
	"guishu/domain"
)

// person is a member of staff: where they work, in which role and where they hold
// it.
type person struct {
	login, name string
	unit        string // where they work
	role        domain.Role
	at          string // where the role is held
	superior    string // by sign-in name, may be empty
}

// maintainers are hired first: the second administrator, who approves what the first
// one asks for those they hire (B-28, S-02).
var maintainers = []person{
	{"it", "万俟皓", "IT", domain.RoleAdministrator, "IT", ""},
}

// superiors are hired next: they approve the others' access (B-28).
var superiors = []person{
	{"director", "沈知远", "ROOT", domain.RoleSuperior, "ROOT", ""},
}

// deputies are hired after them, with the heads of the outlets.
func deputies() []person {
	list := []person{
		{"migration", "钱一鸣", "ROOT", domain.RoleSuperior, "ROOT", "director"},
		{"wealth", "顾清和", "W", domain.RoleSuperior, "W", "director"},
	}
	for i, o := range outlets {
		list = append(list, person{o.head(), outletNames[3*i], o.code, domain.RoleOutletHead, o.code, "director"})
	}
	return list
}

// outletNames are the head's and the managers' of each outlet.
var outletNames = []string{
	"华景行", "缪春生", "冼志诚", "那日苏", "员晓岚", "种一川", "盛思源", "令狐瑶",
	"诸葛朗", "葛以安", "瞿半夏", "裴予安", "萧望舒", "易水寒", "樊星河", "闵知夏",
	"纪南乔", "卞秋实", "麦嘉言", "祁连成", "舒锦年", "尚可为", "娄一诺", "佟雪晴",
}

// others is everybody else.
func others() []person {
	list := []person{
		{"ops1", "蓝玉成", "OPS", domain.RoleOperations, "OPS", "director"},
		{"ops2", "解小舟", "OPS", domain.RoleOperations, "OPS", "director"},
		{"service1", "覃若兰", "CSV", domain.RoleCustomerService, "CSV", "director"},
		{"service2", "朴惠善", "CSV", domain.RoleCustomerService, "CSV", "director"},
		{"auditor1", "翟明正", "AUD", domain.RoleAuditor, "ROOT", "director"},
		{"auditor2", "盖云起", "AUD", domain.RoleAuditor, "P01", "director"},
		{"inspector", "仇以宁", "P01", domain.RoleInspector, "P01", "director"},
		{"marketing", "阮诗涵", "P01", domain.RoleMarketingSupervisor, "P01", "director"},
		{"province", "尉迟宁", "P01", domain.RoleCountyManager, "P01", "director"},
		{"city1", "欧阳澈", "C01", domain.RoleCountyManager, "C01", "director"},
		{"county1", "曾广文", "X0101", domain.RoleOutletHead, "X0101", "director"},
		{"importer", "冉归鸿", "OPS", domain.RoleOperations, "ROOT", "director"},
		{"advisor1", "林小棠", "W01", domain.RoleAdvisor, "W01", "wealth"},
		{"advisor2", "单云飞", "W01", domain.RoleAdvisor, "W01", "wealth"},
		{"advisor3", "阿依努尔·热合曼", "W01", domain.RoleAdvisor, "W01", "wealth"},
		{"leaver", "查文昊", "W01", domain.RoleAdvisor, "W01", "wealth"},
		{"advisor4", "区思齐", "W02", domain.RoleAdvisor, "W02", "wealth"},
		{"advisor5", "乐怀瑾", "W02", domain.RoleAdvisor, "W02", "wealth"},
		{"advisor6", "任若溪", "W02", domain.RoleAdvisor, "W02", "wealth"},
	}
	for i, o := range outlets {
		list = append(list,
			person{o.manager(0), outletNames[3*i+1], o.code, domain.RoleRelationshipManager, o.code, o.head()},
			person{o.manager(1), outletNames[3*i+2], o.code, domain.RoleRelationshipManager, o.code, o.head()},
		)
	}
	return append(list,
		person{"zhongshan-teller", "童小满", "O010101", domain.RoleTeller, "O010101", "zhongshan-head"},
		person{"binjiang-wealth", "安若素", "O010201", domain.RoleWealthManager, "O010201", "binjiang-head"},
	)
}

// hire hires everybody. Each asks for a role themselves; a superior grants it,
// the administrators only the first ones' (B-28, B-36, S-02).
func (f *firm) hire(ctx context.Context) error {
	for _, wave := range []struct {
		people   []person
		approver string
	}{{maintainers, "admin"}, {superiors, "it"}, {deputies(), "director"}, {others(), "director"}} {
		err := each(ctx, wave.people, func(ctx context.Context, p person) error { return f.hireOne(ctx, p, wave.approver) })
		if err != nil {
			return err
		}
	}
	if err := f.letImport(ctx); err != nil {
		return err
	}
	return f.refuseOne(ctx)
}

func (f *firm) hireOne(ctx context.Context, p person, approver string) error {
	if p.superior == "wealth" {
		approver = "wealth"
	}
	t := f.story(ctx, "staff/"+p.login)
	var superior domain.StaffID
	if p.superior != "" {
		superior = f.who(p.superior)
	}
	id := domain.StaffID(do(t, "admin", commands.HireStaff{
		EmployeeNo: "D-" + p.login, Login: p.login, Name: p.name, Unit: f.units[p.unit], Superior: superior,
	}))
	f.mu.Lock()
	f.staff[p.login] = id
	f.mu.Unlock()
	request := do(t, p.login, commands.RequestAccess{Staff: id, Role: p.role, Unit: f.units[p.at]})
	do(t, approver, commands.GrantAccess{Staff: id, Request: domain.RequestID(request)})
	if t.err != nil {
		return fmt.Errorf("hire %s: %w", p.login, t.err)
	}
	return nil
}

// letImport gives the importer the further roles that bringing history in needs:
// units and staff are the administrator's to make, contacts customer service's, the
// rest is operations'.
func (f *firm) letImport(ctx context.Context) error {
	t := f.story(ctx, "staff/importer-administrator")
	for _, role := range []domain.Role{domain.RoleAdministrator, domain.RoleCustomerService} {
		request := do(t, "importer", commands.RequestAccess{
			Staff: f.who("importer"), Role: role, Unit: f.units["ROOT"],
		})
		do(t, "director", commands.GrantAccess{Staff: f.who("importer"), Request: domain.RequestID(request)})
	}
	return t.err
}

// refuseOne is a request that is refused: a teller asks for more than fits.
func (f *firm) refuseOne(ctx context.Context) error {
	t := f.story(ctx, "staff/refused")
	request := do(t, "zhongshan-teller", commands.RequestAccess{
		Staff: f.who("zhongshan-teller"), Role: domain.RoleOutletHead, Unit: f.units["O010101"],
	})
	do(t, "director", commands.RefuseAccess{
		Staff: f.who("zhongshan-teller"), Request: domain.RequestID(request), Reason: "岗位与权限不符",
	})
	return t.err
}
