// Lists the operations of /openapi.json and lets each be tried. Nothing is loaded
// from anywhere but this server, and nothing sent is kept.
"use strict";

const methods = ["get", "post", "put", "patch", "delete"];

// make builds an element with its properties and children.
function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

// resolve follows a reference within the document. What stands beside the reference
// counts first.
function resolve(api, part) {
  if (!part || !part.$ref) return part || {};
  const found = part.$ref.split("/").slice(1).reduce((at, key) => at && at[key], api) || {};
  return { ...found, ...part, about: found.description };
}

// fields are a body's fields with their names, the required ones first.
function fields(known) {
  const required = known.required || [];
  return Object.entries(known.properties || {}).sort(([a], [b]) => required.includes(b) - required.includes(a));
}

// example makes a value that has the schema's shape, of what must be there.
function example(api, schema, depth = 0) {
  const known = resolve(api, schema);
  if (known.examples && known.examples.length) return known.examples[0];
  if (known.enum) return known.enum[0];
  if (known.type === "object" && depth < 5) {
    const value = {};
    for (const [name, part] of fields(known)) {
      if ((known.required || []).includes(name)) value[name] = example(api, part, depth + 1);
    }
    return value;
  }
  if (known.type === "array") return depth < 5 ? [example(api, known.items, depth + 1)] : [];
  if (known.type === "integer" || known.type === "number") return known.minimum || 0;
  if (known.type === "boolean") return false;
  if (known.format === "date") return new Date().toISOString().slice(0, 10);
  return "";
}

// values lists what an enumeration allows, with both names.
function values(known) {
  if (!known.enum) return "";
  const names = known["x-enum-descriptions"] || [];
  return make("ul", { className: "values" }, ...known.enum.map((value, i) =>
    make("li", {}, make("code", { textContent: value }), names[i] ? " " + names[i] : "")));
}

// notes lists the fields of a body, those within others too, with what is said of
// them and which values they take.
function notes(api, schema, depth = 0) {
  const known = resolve(api, schema);
  const list = make("ul");
  for (const [name, part] of fields(known)) {
    const field = resolve(api, part);
    const needed = (known.required || []).includes(name) ? " *" : "";
    const kind = field.format || (field.enum ? "" : field.type) || "";
    list.append(make("li", {}, make("code", { textContent: name }), needed, kind ? make("span", { className: "soft", textContent: " " + kind }) : "",
      part.description ? " — " + part.description : "", values(resolve(api, field.items || field)),
      depth < 4 ? notes(api, field.items || field, depth + 1) : ""));
  }
  return list.childElementCount ? list : "";
}

// input is where a parameter is filled in: a list to choose from where there are
// values.
function input(api, parameter) {
  const known = resolve(api, parameter.schema);
  const properties = { name: parameter.name, required: Boolean(parameter.required), autocomplete: "off" };
  const names = known["x-enum-descriptions"] || [];
  const field = known.enum
    ? make("select", properties, make("option", { value: "", textContent: "" }),
      ...known.enum.map((value, i) => make("option", { value, textContent: value + (names[i] ? " " + names[i] : "") })))
    : make("input", properties);
  if (parameter.name === "Idempotency-Key") field.value = crypto.randomUUID();
  field.dataset.in = parameter.in;
  const about = parameter.description || "";
  return make("label", {}, make("span", { textContent: parameter.name + (parameter.required ? " *" : "") + (about ? " — " + about : "") }), field);
}

// ask sends a request and gives the answer, as JSON where it is.
async function ask(method, path, headers = {}, body) {
  const token = document.getElementById("token").value.trim();
  if (token) headers.Authorization = "Bearer " + token;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, {
    method, body, credentials: "same-origin", headers: { Accept: "application/json", "Accept-Language": navigator.language, ...headers },
  });
  const text = await answer.text();
  try { return { answer, text, json: JSON.parse(text) }; } catch { return { answer, text, json: {} }; }
}

// send asks what a form says and shows what the server answers.
async function send(form, method, path, result) {
  const headers = {};
  const query = new URLSearchParams();
  for (const field of form.querySelectorAll("input, select")) {
    if (field.dataset.in === "path") path = path.replace("{" + field.name + "}", encodeURIComponent(field.value));
    else if (field.value && field.dataset.in === "query") query.set(field.name, field.value);
    else if (field.value && field.dataset.in === "header") headers[field.name] = field.value;
  }
  const area = form.querySelector("textarea");
  const text = query.toString();
  result.hidden = false;
  try {
    const asked = await ask(method, path + (text ? "?" + text : ""), headers, area ? area.value : undefined);
    result.textContent = asked.answer.status + " " + asked.answer.statusText + "\n\n" +
      (Object.keys(asked.json).length ? JSON.stringify(asked.json, null, 2) : asked.text);
  } catch (failure) {
    result.textContent = String(failure);
  }
  const key = form.querySelector('input[name="Idempotency-Key"]');
  if (key) key.value = crypto.randomUUID();
  if (path === "/v1/session" || path.startsWith("/v1/me")) whoAmI();
}

// refusals lists the codes that an operation may be refused with.
function refusals(api, responses) {
  const list = make("ul");
  for (const [status, response] of Object.entries(responses)) {
    const said = resolve(api, response).description || "";
    if (!said.startsWith("- ")) continue;
    for (const line of said.trim().split("\n")) {
      const [, code, sentence] = line.match(/^- `([^`]+)` (.*)$/) || [null, "", line];
      list.append(make("li", {}, status + " ", make("code", { textContent: code }), " " + sentence));
    }
  }
  return list.childElementCount ? make("details", {}, make("summary", { textContent: "可能的错误 What it may be refused with" }), make("div", {}, list)) : "";
}

function operation(api, method, path, described) {
  const result = make("pre", { hidden: true, tabIndex: 0 });
  const form = make("form", { onsubmit: (event) => { event.preventDefault(); send(form, method.toUpperCase(), path, result); } });
  const parameters = [...(described.parameters || [])].sort((a, b) => Boolean(b.required) - Boolean(a.required));
  for (const parameter of parameters) form.append(input(api, parameter));
  const media = described.requestBody && described.requestBody.content["application/json"];
  if (media) {
    form.append(notes(api, media.schema));
    form.append(make("label", {}, make("span", { textContent: "JSON" }),
      make("textarea", { spellcheck: false, value: JSON.stringify(example(api, media.schema), null, 2) })));
  }
  form.append(make("button", { textContent: "发送 Send" }));
  const box = make("details", {},
    make("summary", {}, make("span", { className: "method", textContent: method.toUpperCase() }), make("code", { textContent: path }), " ",
      make("span", { className: "soft", textContent: described.summary || "" })),
    make("div", {}, make("p", { textContent: described.description || "" }), form, result, refusals(api, described.responses || {})));
  box.dataset.words = (method + " " + path + " " + (described.summary || "") + " " + (described.operationId || "")).toLowerCase();
  return box;
}

// whoAmI says who is signed in.
async function whoAmI() {
  const who = document.getElementById("who");
  const { answer, json } = await ask("GET", "/v1/me");
  who.textContent = answer.ok ? "已登录 Signed in: " + (json.staff.name || json.staff.id) + " " + (json.staff.code || "") : "尚未登录 Nobody is signed in";
}

function signing() {
  const form = document.getElementById("sign-in");
  const who = document.getElementById("who");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { answer, json } = await ask("POST", "/v1/session", {}, JSON.stringify({ login: form.login.value, password: form.password.value }));
    form.password.value = "";
    if (answer.ok) await whoAmI();
    else who.textContent = json.detail || answer.statusText;
  });
  document.getElementById("sign-out").addEventListener("click", async () => { await ask("DELETE", "/v1/session"); await whoAmI(); });
}

async function show() {
  signing();
  whoAmI();
  const place = document.getElementById("operations");
  const api = await (await fetch("/openapi.json")).json();
  const areas = new Map((api.tags || []).map((tag) => [tag.name, []]));
  for (const [path, item] of Object.entries(api.paths)) {
    for (const method of methods) {
      if (!item[method]) continue;
      const area = (item[method].tags || ["其他 Other"])[0];
      if (!areas.has(area)) areas.set(area, []);
      areas.get(area).push(operation(api, method, path, item[method]));
    }
  }
  place.replaceChildren(...[...areas].map(([area, boxes]) => make("section", {}, make("h2", { textContent: area }), ...boxes)));
  document.getElementById("filter").addEventListener("input", (event) => {
    const wanted = event.target.value.toLowerCase();
    for (const box of place.querySelectorAll("details[data-words]")) box.hidden = !box.dataset.words.includes(wanted);
    for (const section of place.querySelectorAll("section")) section.hidden = !section.querySelector("details[data-words]:not([hidden])");
  });
}

show().catch((failure) => { document.getElementById("operations").textContent = String(failure); });
