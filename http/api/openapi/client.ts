// A client as a stranger writes one, against the types that openapi-typescript makes
// of the document (schema.ts). It compiles only if these are unions where the API
// takes one of several values, if what is always there is required, and if what may be
// missing is not.
import type { components, operations, paths } from "./schema";

type Schemas = components["schemas"];

const claim: operations["claim-customer"]["requestBody"]["content"]["application/json"] = {
  customer: "0192f7a0-0000-7000-8000-000000000000",
  line: "SELF_OPERATED",
};
// @ts-expect-error a line that there is not
claim.line = "SELF-OPERATED";
// @ts-expect-error whom the claim is about is missing
const nobody: typeof claim = { line: "AGENCY" };

const staff: operations["list-staff"]["parameters"]["query"] = { role: "OUTLET_HEAD", sort: "-name", limit: 50 };
// @ts-expect-error a role that there is not
const wrong: typeof staff = { role: "HEAD" };
// @ts-expect-error an order that there is not
const disorder: typeof staff = { sort: "colour" };

// Every refusal of an operation is known by its code.
type Refusal = operations["approve-claim"]["responses"][409]["content"]["application/problem+json"]["code"];
const refusals: Refusal[] = ["claim/already-owned", "approval/not-pending", "ledger/busy"];
// @ts-expect-error a code that an approval is not refused with
refusals.push("payment/state");

// What is always there needs no question mark.
export function line(application: Schemas["Application"]): string {
  const applicant: string = application.applicant.name ?? application.applicant.id;
  const statuses: Record<Schemas["ApplicationStatus"], string> = {
    PENDING: "待审批", APPROVED: "已同意", REJECTED: "未同意", WITHDRAWN: "已撤回", SUPERSEDED: "已被取代",
  };
  // @ts-expect-error nobody may have decided it yet
  const decided: string = application.decided_at;
  return [application.filed_at, applicant, statuses[application.status], decided].join(" ");
}

export function next(page: paths["/v1/applications"]["get"]["responses"][200]["content"]["application/json"]): string[] {
  return page.items.map((item) => line(item));
}

export default { claim, nobody, staff, wrong, disorder, refusals };
