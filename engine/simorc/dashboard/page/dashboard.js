"use strict";
// Text of runs reaches the page as text nodes only.

const page = document.body.dataset.page;
const data = JSON.parse(document.getElementById("data").textContent);
const $ = id => document.getElementById(id);

function node(name, text, style) {
  const made = document.createElement(name);
  if (text !== undefined && text !== null) made.textContent = text;
  if (style) made.className = style;
  return made;
}

function duration(seconds) {
  if (seconds === null || seconds === undefined) return "";
  const s = Math.round(seconds);
  if (s < 90) return `${s} s`;
  return s < 5400 ? `${Math.round(s / 60)} min` : `${(s / 3600).toFixed(1)} h`;
}

function moment(seconds) {
  if (!seconds) return "";
  const at = new Date(seconds * 1000), two = value => String(value).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

const count = value => Number(value).toLocaleString("en");
const rate = value => value === null ? "" : `${value < 10 ? value.toFixed(1) : count(Math.round(value))}/s`;
const key = record => JSON.stringify([record.project, record.run]);
const link = (where, record) => `${where}?project=${encodeURIComponent(record.project)}&run=${encodeURIComponent(record.run)}`;

function fillBar(bar, record) {
  bar.replaceChildren(...["completed", "failed", "in_progress"].map(status => {
    const part = node("i", "", status);
    part.style.width = `${100 * record.counts[status] / (record.total || 1)}%`;
    return part;
  }));
}

// The list of runs ------------------------------------------------------------------------------------------

const runs = new Map();

function row(record) {
  const made = node("tr"), run = node("td"), progress = node("td"), bar = node("div", "", "bar");
  const name = node("a", record.shown);
  name.href = link("run", record);
  run.append(name);
  fillBar(bar, record);
  progress.append(bar);
  made.append(
    node("td", record.project), run, node("td", record.state, record.state), progress,
    node("td", `${count(record.counts.completed + record.counts.failed)} / ${count(record.total)}`, "n"),
    node("td", record.counts.failed || "", "n failed"), node("td", rate(record.rate), "n"),
    node("td", duration(record.eta), "n"), node("td", moment(record.started)), node("td", record.host),
    node("td", record.user), node("td", record.note, "quiet"));
  return made;
}

function matches(record, words) {
  const text = [record.project, record.shown, record.run, record.sweep, record.state, record.user, record.host, record.note]
    .join(" ").toLowerCase();
  return words.every(word => text.includes(word));
}

function drawRuns() {
  const words = $("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  const all = [...runs.values()].sort((a, b) => (b.started || 0) - (a.started || 0));
  const shown = all.filter(record => matches(record, words));
  $("runs").replaceChildren(...shown.map(row));
  const active = all.filter(record => record.state === "running").length;
  $("summary").textContent = `${count(all.length)} run${all.length === 1 ? "" : "s"}, ${count(active)} running`;
  $("empty").hidden = all.length > 0;
}

// One run ---------------------------------------------------------------------------------------------------

let sheetAsked = 0, sheetDue = false;

function drawRun(record) {
  const over = record.counts.completed + record.counts.failed;
  fillBar($("bar"), record);
  const facts = [
    [record.state, record.state], [`${count(over)} / ${count(record.total)} cases, ${record.percent} %`],
    record.counts.failed ? [`${count(record.counts.failed)} failed`, "failed"] : null,
    record.rate ? [rate(record.rate)] : null, record.eta ? [`${duration(record.eta)} left`] : null,
    [`started ${moment(record.started)}`, "quiet"], [`${record.user}@${record.host}`, "quiet"],
    record.note ? [record.note, "quiet"] : null];
  $("facts").replaceChildren(...facts.filter(Boolean).map(([text, style]) => node("span", text, style)));
  askForSheet(record);
}

async function askForSheet(record) {
  if (Date.now() - sheetAsked < 5000) {
    if (!sheetDue) setTimeout(() => { sheetDue = false; askForSheet(record); }, 5000);
    sheetDue = true;
    return;
  }
  sheetAsked = Date.now();
  const answer = await fetch(link("api/run", record));
  if (answer.ok) drawSheet(await answer.json());
}

function drawSheet(found) {
  $("verdict").textContent = found.error || found.verdict + (found.yield ? `; yield ${found.yield}` : "");
  const specs = found.specs || [], failures = found.failures || [], cautions = found.cautions || [];
  $("specs").hidden = !specs.length;
  $("sheet").replaceChildren(...specs.map(spec => {
    const made = node("tr"), name = node("td", spec.name), status = node("td", spec.word, spec.status);
    if (spec.description) name.append(node("div", spec.description, "quiet"));
    if (spec.why) status.append(node("div", spec.why, "quiet"));
    made.append(name, ...spec.limits.map(text => node("td", text, "n")),
      ...[spec.least, spec.mean, spec.most].map(text => node("td", text, "n")), status,
      node("td", spec.worst), node("td", spec.margin, "n"), node("td", spec.yield_text, "n"));
    return made;
  }));
  $("failures").hidden = !failures.length;
  $("kinds").replaceChildren(...failures.map(failure => {
    const made = node("tr");
    made.append(node("td", failure.kind, "failed"), node("td", count(failure.count), "n"),
      node("td", failure.first, "n"), node("td", failure.message));
    return made;
  }));
  $("cautions").hidden = !cautions.length;
  $("cautions").replaceChildren(...cautions.map(text => node("p", text)));
}

// Live ------------------------------------------------------------------------------------------------------

function take(changes) {
  if (page === "runs") {
    for (const record of changes.changed) runs.set(key(record), record);
    for (const gone of changes.removed) runs.delete(JSON.stringify(gone));
    drawRuns();
  } else {
    for (const record of changes.changed) if (key(record) === key(data)) drawRun(record);
  }
}

if (page === "runs") $("filter").addEventListener("input", drawRuns);
take({changed: page === "runs" ? data : [data], removed: []});
const stream = new EventSource("events");
stream.onmessage = event => take(JSON.parse(event.data));
stream.onopen = () => { $("live").textContent = "live"; $("live").classList.remove("off"); };
stream.onerror = () => { $("live").textContent = "no connection"; $("live").classList.add("off"); };
