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

// resolve follows a reference within the document.
function resolve(api, schema) {
  if (!schema || !schema.$ref) return schema || {};
  return schema.$ref.split("/").slice(1).reduce((at, key) => at && at[key], api) || {};
}

// example makes a value that has the schema's shape, of what must be there; of
// everything where nothing must.
function example(api, schema, depth = 0) {
  const known = resolve(api, schema);
  if (known.examples && known.examples.length) return known.examples[0];
  if (known.enum) return known.enum[0];
  const type = Array.isArray(known.type) ? known.type[0] : known.type;
  if (type === "object" && depth < 5) {
    const value = {};
    for (const [name, part] of Object.entries(known.properties || {})) {
      const wanted = !(known.required || []).length || known.required.includes(name);
      if (wanted && !part.readOnly && name !== "$schema") value[name] = example(api, part, depth + 1);
    }
    return value;
  }
  if (type === "array") return depth < 5 ? [example(api, known.items, depth + 1)] : [];
  if (type === "integer" || type === "number") return 0;
  if (type === "boolean") return false;
  return "";
}

// notes lists the fields of a body, those within others too, with what is said of
// them.
function notes(api, schema, depth = 0) {
  const list = make("ul");
  const known = resolve(api, schema);
  for (const [name, part] of Object.entries(known.properties || {})) {
    const needed = (known.required || []).includes(name) ? " *" : "";
    list.append(make("li", {}, make("code", { textContent: name }), needed + (part.description ? " — " + part.description : ""),
      depth < 4 ? notes(api, part.items || part, depth + 1) : ""));
  }
  return list.childElementCount ? list : "";
}

function input(parameter) {
  const field = make("input", { name: parameter.name, autocomplete: "off", required: Boolean(parameter.required) });
  if (parameter.name === "Idempotency-Key") field.value = crypto.randomUUID();
  const about = parameter.description || (parameter.schema && parameter.schema.description) || "";
  field.dataset.in = parameter.in;
  return make("label", {}, make("span", { textContent: parameter.name + (parameter.required ? " *" : "") + (about ? " — " + about : "") }), field);
}

// send asks the server and shows what it answers.
async function send(form, method, path, result) {
  const headers = { Accept: "application/json", "Accept-Language": navigator.language };
  const query = new URLSearchParams();
  for (const field of form.querySelectorAll("input")) {
    if (field.dataset.in === "path") path = path.replace("{" + field.name + "}", encodeURIComponent(field.value));
    else if (field.value && field.dataset.in === "query") query.set(field.name, field.value);
    else if (field.value && field.dataset.in === "header") headers[field.name] = field.value;
  }
  const token = document.getElementById("token").value.trim();
  if (token) headers.Authorization = "Bearer " + token;
  const area = form.querySelector("textarea");
  if (area) headers["Content-Type"] = "application/json";
  const text = query.toString();
  result.hidden = false;
  try {
    const answer = await fetch(path + (text ? "?" + text : ""), { method, headers, body: area ? area.value : undefined, credentials: "same-origin" });
    const body = await answer.text();
    let shown = body;
    try { shown = JSON.stringify(JSON.parse(body), null, 2); } catch { /* not JSON: as it is */ }
    result.textContent = answer.status + " " + answer.statusText + "\n\n" + shown;
  } catch (failure) {
    result.textContent = String(failure);
  }
  const key = form.querySelector('input[name="Idempotency-Key"]');
  if (key) key.value = crypto.randomUUID();
}

function operation(api, method, path, described) {
  const result = make("pre", { hidden: true, tabIndex: 0 });
  const form = make("form", { onsubmit: (event) => { event.preventDefault(); send(form, method.toUpperCase(), path, result); } });
  for (const parameter of described.parameters || []) form.append(input(parameter));
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
    make("div", {}, described.description ? make("p", { textContent: described.description }) : "", form, result));
  box.dataset.words = (method + " " + path + " " + (described.summary || "") + " " + (described.operationId || "")).toLowerCase();
  return box;
}

async function show() {
  const place = document.getElementById("operations");
  const api = await (await fetch("/openapi.json")).json();
  const areas = new Map();
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
    for (const box of place.querySelectorAll("details")) box.hidden = !box.dataset.words.includes(wanted);
    for (const section of place.querySelectorAll("section")) section.hidden = !section.querySelector("details:not([hidden])");
  });
}

show().catch((failure) => { document.getElementById("operations").textContent = String(failure); });
