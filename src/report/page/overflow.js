"use strict";
// Which tensors lose values: the fraction that fell outside the format in the last epoch.

const kWarn = 0.01, kMaxBars = 20;
// A bar below this is a hair; so small a loss is only in the table, unless there is nothing larger.
const kLeastBar = 1e-4;
const lastOverflow = (tensor) => latest(tensor.history.overflow);

function overflowConfig(rows) {
  return (colours) => ({
    type: "bar",
    data: {labels: rows.map((row) => row.name), datasets: [{
      data: rows.map((row) => 100 * row.overflow), minBarLength: 2, barPercentage: 0.75, categoryPercentage: 0.9,
      backgroundColor: rows.map((row) => (row.overflow > kWarn ? colours.outside : colours.fixed)),
    }]},
    options: {
      indexAxis: "y", layout: {padding: {right: 110}},
      scales: {
        x: scale(colours, {beginAtZero: true, suggestedMax: 100 * kWarn * 1.1, ticks: {callback: (x) => `${real(x)}${kNarrowSpace}%`}}),
        y: scale(colours, {grid: {display: false}, ticks: {color: colours.ink, autoSkip: false}}),
      },
      plugins: {legend: {display: false}, tooltip: {callbacks: {label: (item) => share(item.parsed.x / 100)}}},
    },
    plugins: [
      bands([{from: 100 * kWarn, to: 100 * kWarn, colour: "transparent", edge: colours.outside}]),
      barLabels(rows.map((row) => `${share(row.overflow)}${row.overflow > kWarn ? "  above 1 %" : ""}`), colours.ink, colours.surface),
    ],
  });
}

function drawOverflow(data) {
  const known = data.tensors.map((tensor) => ({name: tensor.name, overflow: lastOverflow(tensor)})).filter((row) => isNumber(row.overflow));
  if (known.length === 0) return false;
  const rows = known.filter((row) => row.overflow > 0).sort((a, b) => b.overflow - a.overflow);
  const warned = rows.filter((row) => row.overflow > kWarn);
  const lead = byId("overflow-lead");
  if (warned.length > 0) {
    lead.append(el("span", {class: "warn"}, `${plural(warned.length, "tensor")} of ${count(known.length)} lose more than 1${kNarrowSpace}% of their values`),
      `: ${warned.map((row) => row.name).join(", ")}. More integer bits, or a wider format, would keep them.`);
  } else {
    lead.textContent = rows.length > 0 ? `No tensor loses more than 1${kNarrowSpace}% of its values; ${count(rows.length)} of ${count(known.length)} lose some.`
      : `In the last epoch no value of ${plural(known.length, "tensor")} fell outside its format.`;
  }
  if (rows.length === 0) {
    byId("overflow-chart").parentElement.remove();
    return true;
  }
  const visible = rows.filter((row, i) => row.overflow >= kLeastBar || i < 5);
  const shown = visible.slice(0, kMaxBars);
  byId("overflow-caption").textContent = `Values outside the format, last epoch${rows.length > shown.length ? `; the ${shown.length} worst of ${rows.length}, the others are in the table of tensors` : ""}`;
  byId("overflow-chart").style.height = `${shown.length * 1.6 + 2.4}rem`;
  new LazyChart(byId("overflow-chart"), `Overflow of ${plural(shown.length, "tensor")}, largest ${share(rows[0].overflow)} in ${rows[0].name}`, overflowConfig(shown));
  return true;
}
