"use strict";
// Which tensors lose values: the shares that fell outside the format, and that the format made 0.

const kWarn = 0.01, kMostZeros = 0.5, kMaxBars = 10;
// A bar below this is a hair; so small a loss is only in the table, unless there is nothing larger.
const kLeastBar = 1e-4;
const lastOverflow = (tensor) => latest(tensor.history.overflow);
const lastZeros = (tensor) => latest(tensor.history.zeros);

// Where the last shares are from: the frozen model's, else the last epoch's.
function shareSource(data) {
  const frozen = data.moments.indexOf("frozen");
  return frozen >= 0 && data.tensors.some((tensor) => isNumber(tensor.history.overflow[frozen])) ? "the frozen model on the test set" : "the last epoch";
}

// "12.50 % (2 of 16)": of a small parameter a share alone says little.
function counted(tensor, fraction) {
  const {elements, role} = tensor, n = fraction * elements;
  if (role === "activation" || !isNumber(elements) || elements > 1000 || !(fraction > 0) || Math.abs(n - Math.round(n)) > 0.01) return share(fraction);
  return `${share(fraction)} (${count(n)} of ${count(elements)})`;
}

function barsConfig(rows, limit, limitText) {
  return (colours) => ({
    type: "bar",
    data: {labels: rows.map((row) => row.name), datasets: [{
      data: rows.map((row) => 100 * row.fraction), minBarLength: 2, barPercentage: 0.75, categoryPercentage: 0.9,
      backgroundColor: rows.map((row) => (row.fraction > limit ? colours.outside : colours.fixed)),
    }]},
    options: {
      indexAxis: "y", layout: {padding: {right: 150}},
      scales: {
        x: scale(colours, {beginAtZero: true, suggestedMax: 100 * limit * 1.1, ticks: {maxTicksLimit: 6, callback: (x) => `${real(x)}${kNarrowSpace}%`}}),
        y: scale(colours, {grid: {display: false}, ticks: {color: colours.ink, autoSkip: false}}),
      },
      plugins: {legend: {display: false}, tooltip: {callbacks: {label: (item) => rows[item.dataIndex].text}}},
    },
    plugins: [
      bands([{from: 100 * limit, to: 100 * limit, colour: "transparent", edge: colours.outside}]),
      barLabels(rows.map((row) => `${row.text}${row.fraction > limit ? `  ${limitText}` : ""}`), colours.ink, colours.surface),
    ],
  });
}

// A chart of the worst; removes its figure where nothing is lost.
function drawBars(id, rows, caption, limit, limitText) {
  const chart = byId(`${id}-chart`);
  if (rows.length === 0) return chart.parentElement.remove();
  const shown = rows.filter((row, i) => row.fraction >= kLeastBar || i < 5).slice(0, kMaxBars);
  byId(`${id}-caption`).textContent = caption + (rows.length > shown.length ? `; the ${shown.length} worst of ${rows.length}` : "");
  chart.style.height = `${shown.length * 1.5 + 2.4}rem`;
  new LazyChart(chart, `${caption}: largest ${rows[0].text} in ${rows[0].name}`, barsConfig(shown, limit, limitText));
}

// The tensors that lose something, worst first.
function losers(tensors, last) {
  return tensors.map((tensor) => ({name: tensor.name, role: tensor.role, fraction: last(tensor), text: counted(tensor, last(tensor))}))
    .filter((row) => row.fraction > 0).sort((a, b) => b.fraction - a.fraction);
}

function drawOverflow(data) {
  const known = data.tensors.filter((tensor) => isNumber(lastOverflow(tensor)));
  if (known.length === 0) return false;
  const rows = losers(known, lastOverflow), source = shareSource(data);
  const warned = rows.filter((row) => row.fraction > kWarn);
  const lead = byId("overflow-lead");
  if (warned.length > 0) {
    const names = warned.slice(0, 8).map((row) => row.name).join(", ") + (warned.length > 8 ? ` and ${warned.length - 8} more` : "");
    lead.append(el("span", {class: "warn"}, `${plural(warned.length, "tensor")} of ${count(known.length)} ${warned.length === 1 ? "loses" : "lose"} more than 1${kNarrowSpace}% of their values`),
      `: ${names}. More integer bits, or a wider format, would keep them.`);
  } else {
    lead.textContent = rows.length > 0 ? `No tensor loses more than 1${kNarrowSpace}% of its values; ${count(rows.length)} of ${count(known.length)} lose some.`
      : `No value of ${plural(known.length, "tensor")} fell outside its format.`;
  }
  lead.append(` Shares are those of ${source}.`);
  drawBars("overflow", rows, "Values outside the format", kWarn, "above 1 %");
  const zeros = losers(data.tensors, lastZeros);
  if (!data.tensors.some((tensor) => isNumber(lastZeros(tensor)))) byId("zeros-chart").parentElement.remove();
  else drawBars("zeros", zeros, "Values that are not 0 and became 0, on calibration samples", kMostZeros, "");
  return true;
}
