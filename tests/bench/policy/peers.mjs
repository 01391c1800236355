// The same decisions by Cedar, casbin and CASL: usage: peers.mjs TABLE ARTICLES REQUESTS EFFECTS
// TABLE is `qao policy table`, ARTICLES one entry of App. 8 a line, EFFECTS what the policy says of each request.
// Each peer gets the form that suits it best (policies parsed beforehand, columns as groups, no policy per cell), and
// must agree with EFFECTS on every request before it is measured. Prints `name<TAB>decisions a second`.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createMongoAbility, subject } from '@casl/ability';
import { newEnforcer, newModelFromString } from 'casbin';

const require = createRequire(import.meta.url);
const cedar = require('@cedar-policy/cedar-wasm/nodejs');

const lines = (path) => readFileSync(path, 'utf8').trimEnd().split('\n');
const [table, articles, requests, effects] = process.argv.slice(2).map(lines);
const listed = new Set(articles);
const isCase = /^[0-9]{15}$/;

// A column is the set of services that one slot opens to one role with the same demands; equal ones are one group.
const groups = new Map(); // "slot needs services" -> { name, slot, needs, services, roles }
{
  const columns = new Map();
  for (const line of table.slice(1)) {
    const [role, basis, duty, service, effect, needs] = line.split('\t');
    if (effect === 'deny') continue;
    const key = `${role} ${basis}/${duty} ${needs}`;
    columns.set(key, [...(columns.get(key) ?? []), service]);
  }
  for (const [key, services] of columns) {
    const [role, slot, needs] = key.split(' ');
    const id = `${slot} ${needs} ${services}`;
    if (!groups.has(id)) groups.set(id, { name: `g${groups.size}`, slot, needs, services, roles: [] });
    groups.get(id).roles.push(role);
  }
}
const columns = [...groups.values()];
const slotOf = (request) => `${request.basis}/${request.duty ?? '-'}`;
// A case number that is given must be well-formed everywhere: "bad" opens nothing.
const caseOf = (request) => (request.case === null ? 'none' : isCase.test(request.case) ? 'good' : 'bad');

function measure(name, decide, inputs) {
  inputs.forEach((input, i) => {
    const found = decide(input, i), wanted = effects[i] !== 'deny';
    if (found !== wanted) throw new Error(`${name} decides ${requests[i]} otherwise: ${found}`);
  });
  let best = Infinity;
  for (let spent = 0, pass = 0; pass < 3 || (spent < 2e9 && pass < 200); pass++) {
    const began = process.hrtime.bigint();
    for (let i = 0; i < inputs.length; i++) decide(inputs[i], i);
    const took = Number(process.hrtime.bigint() - began);
    spent += took;
    best = Math.min(best, took);
  }
  console.log(`${name}\t${Math.round((inputs.length * 1e9) / best)}`);
}

// CASL: one ability for each role, the objects ready made, no JSON.
{
  const abilities = new Map();
  for (let role = 1; role <= 15; role++) {
    const rules = columns.filter((column) => column.roles.includes(String(role))).map((column) => ({
      action: column.slot,
      subject: 'Service',
      conditions: {
        id: { $in: column.services.map(Number) },
        case: column.needs.includes('case') ? 'good' : { $ne: 'bad' },
        ...(column.needs.includes('article') ? { article: { $in: articles } } : {}),
      },
    }));
    abilities.set(role, createMongoAbility(rules));
  }
  const ready = requests.map((line) => {
    const request = JSON.parse(line);
    const object = subject('Service', { id: request.service, case: caseOf(request), article: request.article });
    return { ability: abilities.get(request.role), slot: slotOf(request), object };
  });
  measure('casl, ready-made objects', ({ ability, slot, object }) => ability.can(slot, object), ready);
}

// casbin: roles and columns as groups, JSON in and out.
{
  const model = newModelFromString(`
[request_definition]
r = role, slot, service, case, article
[policy_definition]
p = roles, slot, column, case, article
[role_definition]
g = _, _
g2 = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.slot == p.slot && g(r.role, p.roles) && g2(r.service, p.column) && r.case != "bad" && (p.case == "-" || r.case == "good") && (p.article == "-" || r.article == "listed")
`);
  const enforcer = await newEnforcer(model);
  for (const column of columns) {
    await enforcer.addPolicy(column.name, column.slot, column.name, column.needs.includes('case') ? 'case' : '-',
      column.needs.includes('article') ? 'article' : '-');
    for (const role of column.roles) await enforcer.addNamedGroupingPolicy('g', `role${role}`, column.name);
    for (const service of column.services) await enforcer.addNamedGroupingPolicy('g2', `service${service}`, column.name);
  }
  await enforcer.buildRoleLinks();
  measure('casbin, JSON in and out', (line) => {
    const request = JSON.parse(line);
    const allowed = enforcer.enforceSync(`role${request.role}`, slotOf(request), `service${request.service}`,
      caseOf(request), listed.has(request.article) ? 'listed' : 'not');
    return JSON.stringify({ effect: allowed ? 'permit' : 'deny' }).includes('permit');
  }, requests);
}

// Cedar: policies parsed beforehand, only the two entities of the request handed in, JSON in and out.
{
  const policies = Object.fromEntries(columns.map((column) => {
    const when = ['context.case != "bad"'];
    if (column.needs.includes('case')) when.push('context.case == "good"');
    if (column.needs.includes('article')) when.push('context.listed');
    return [column.name, `permit(principal in Roles::"${column.name}", action == Action::"${column.slot}", ` +
      `resource in Column::"${column.name}") when { ${when.join(' && ')} };`];
  }));
  const parsed = cedar.preparsePolicySet('order', { staticPolicies: policies });
  if (parsed.type !== 'success') throw new Error(JSON.stringify(parsed));
  const parents = (type, member) => columns.filter(member).map((column) => ({ type, id: column.name }));
  const roles = new Map(), services = new Map();
  for (let role = 1; role <= 15; role++)
    roles.set(role, { uid: { type: 'Role', id: String(role) }, attrs: {},
      parents: parents('Roles', (column) => column.roles.includes(String(role))) });
  for (let service = 1; service <= 76; service++)
    services.set(service, { uid: { type: 'Service', id: String(service) }, attrs: {},
      parents: parents('Column', (column) => column.services.includes(String(service))) });
  measure('cedar-wasm, JSON in and out', (line) => {
    const request = JSON.parse(line);
    const principal = roles.get(request.role), resource = services.get(request.service);
    const answer = cedar.statefulIsAuthorized({
      principal: principal.uid, action: { type: 'Action', id: slotOf(request) }, resource: resource.uid,
      context: { case: caseOf(request), listed: listed.has(request.article) },
      preparsedPolicySetId: 'order', validateRequest: false, entities: [principal, resource],
    });
    if (answer.type !== 'success') throw new Error(JSON.stringify(answer));
    return JSON.stringify(answer.response).includes('"allow"');
  }, requests);
}
