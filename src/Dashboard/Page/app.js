// Reads state.json every second and writes text into the page; nothing is ever inserted as markup.
"use strict";

const byId = (id) => document.getElementById(id);
const money = (value) => (value === null ? "–" : value.toFixed(4));
const percent = (value) => (value === null ? "–" : (value * 100).toFixed(1) + " %");

function rows(id, items, cells) {
  const body = byId(id);
  body.replaceChildren(...items.map((item) => {
    const row = document.createElement("tr");
    for (const [text, numeric] of cells(item)) {
      const cell = document.createElement("td");
      cell.textContent = text;
      if (numeric) cell.className = "n";
      row.append(cell);
    }
    return row;
  }));
}

function show(state) {
  const speed = state.speed === 1 ? "" : ` (×${state.speed})`;
  byId("clock").textContent = state.now.slice(0, 19).replace("T", " ") + " UTC" + speed;
  byId("bound-pods").textContent = `${state.pods.bound} of ${state.pods.total}`;
  byId("pending-pods").textContent = state.pods.pending;
  byId("nodes").textContent = state.nodes;
  byId("cost").textContent = money(state.hourlyCost);
  byId("bound").textContent = money(state.bound);
  byId("gap").textContent = percent(state.gap);
  byId("cpu").textContent = percent(state.cpu);
  byId("memory").textContent = percent(state.memory);
  byId("prices").textContent = state.prices;
  byId("waiting").hidden = state.pending.length === 0;
  rows("lines", state.lines, (l) => [
    [l.nodePool], [l.instanceType], [l.zone], [l.capacityType], [l.nodes, true], [l.pods, true],
    [percent(l.cpu), true], [percent(l.memory), true], [money(l.price), true],
  ]);
  rows("pending", state.pending, (p) => [[p.pod], [p.reason]]);
  rows("decisions", state.decisions, (d) => [
    [d.at.slice(11, 19)], [d.kind], [d.subject], [d.why],
    [d.hourlyCostChange === null ? "" : money(d.hourlyCostChange), true],
  ]);
}

async function tick() {
  try {
    const reply = await fetch("state.json", { cache: "no-store" });
    if (reply.ok) show(await reply.json());
    else byId("clock").textContent = "starting";
  } catch {
    byId("clock").textContent = "not reachable: the process has ended";
  }
  setTimeout(tick, 1000);
}

tick();
