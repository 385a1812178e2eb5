"use strict";
// The binary point of every tensor over time: a strip of numbers a tensor, and one tensor in detail.

const kMaxColumns = 28;

// Indices of the moments that the strip shows: all, or evenly many with the first and the last.
function shownMoments(total) {
  if (total <= kMaxColumns) return [...Array(total).keys()];
  return [...new Set(Array.from({length: kMaxColumns}, (_, i) => Math.round(i * (total - 1) / (kMaxColumns - 1))))];
}

const mean = (list) => list.reduce((a, b) => a + b, 0) / list.length;

// Blue where the format got finer since the start, orange where it got coarser.
function cellStyle(start, now) {
  const steps = Math.round(10 * (mean(now) - mean(start))) / 10;
  if (steps === 0) return "background: var(--line-soft)";
  return `background: rgb(var(--${steps > 0 ? "finer" : "coarser"}) / ${Math.min(0.75, 0.22 + 0.16 * Math.abs(steps))})`;
}

function stripRow(tensor, moments, columns, select) {
  const {frac_bits: points, f, changes} = tensor.history;
  const start = points.find((list) => list !== null);
  const cells = columns.map((i) => {
    const list = points[i];
    if (!list) return el("td", {}, "");
    const moved = isNumber(changes[i]) && changes[i] > 0;
    const least = Math.min(...list), most = Math.max(...list);
    const learned = f[i] ? `, f = ${span(f[i].map((x) => Number(x.toFixed(2))))}` : "";
    return el("td", {style: cellStyle(start, list), class: moved ? "moved" : null,
      title: `${tensor.name}, ${momentText(moments[i])}: F = ${span(list)}${learned}${moved ? `, changed ${plural(changes[i], "time")}` : ""}`},
      withMinus(least === most ? String(least) : `${least}–${most}`));
  });
  return el("tr", {"aria-selected": "false"}, el("th", {scope: "row"},
    el("button", {type: "button", onclick: () => select(tensor)}, tensor.name)), cells);
}

function detailConfig(tensor, moments) {
  const {frac_bits: points, f, changes} = tensor.history;
  const perChannel = points.some((list) => list && list.length > 1);
  const of = (series, pick) => series.map((list) => (list && list.length ? pick(list) : null));
  return (colours) => {
    const stepped = {stepped: "middle", borderColor: colours.fixed, backgroundColor: colours.soft, borderWidth: 2.5, pointRadius: 0, pointHitRadius: 8, spanGaps: true};
    const datasets = perChannel ? [
      {...stepped, label: "F, least of the channels", data: of(points, (l) => Math.min(...l)), borderWidth: 1.5},
      {...stepped, label: "F, largest", data: of(points, (l) => Math.max(...l)), borderWidth: 1.5, fill: "-1"},
    ] : [{...stepped, label: "F, in use", data: of(points, (l) => l[0])}];
    if (f.some((list) => list !== null)) {
      datasets.push({label: perChannel ? "f, learned (mean)" : "f, learned", data: of(f, mean), borderColor: colours.learned, backgroundColor: colours.learned,
        borderWidth: 1.75, borderDash: [5, 3], pointRadius: 2, spanGaps: true});
    }
    if (changes.some((n) => n > 0)) {
      datasets.push({type: "bar", label: "changes in the epoch", data: changes, yAxisID: "changes", backgroundColor: colours.line, borderColor: colours.float, borderWidth: 1, barPercentage: 0.5, order: 9});
    }
    const all = [...points, ...f].filter(Boolean).flat();
    return {
      type: "line", data: {labels: moments, datasets},
      options: {
        interaction: {mode: "index", intersect: false},
        scales: {
          x: scale(colours, {grid: {display: false}, ticks: {autoSkip: true, maxTicksLimit: 12}}),
          y: scale(colours, {min: Math.floor(Math.min(...all)) - 1, max: Math.ceil(Math.max(...all)) + 1, title: "fraction bits", ticks: {precision: 0, callback: (v) => (Number.isInteger(v) ? withMinus(String(v)) : "")}}),
          changes: {...scale(colours, {beginAtZero: true, grid: {display: false}, ticks: {precision: 0, maxTicksLimit: 4}}), position: "right",
            display: changes.some((n) => n > 0), suggestedMax: 4 * Math.max(1, ...changes.filter(isNumber))},
        },
        plugins: {legend: legend(colours), tooltip: {callbacks: {title: (items) => momentText(items[0].label),
          label: (item) => `${item.dataset.label}: ${real(item.parsed.y)}`}}},
      },
    };
  };
}

function drawFormats(data) {
  const {moments} = data;
  const tensors = data.tensors.filter((tensor) => tensor.history.frac_bits.some((list) => list !== null));
  if (tensors.length === 0) return false;
  const columns = shownMoments(moments.length);
  let shown = null;
  const select = (tensor) => {
    rows.forEach((row, i) => row.setAttribute("aria-selected", String(tensors[i] === tensor)));
    const total = tensor.history.changes.filter(isNumber).reduce((a, b) => a + b, 0);
    byId("format-detail-title").textContent = `${tensor.name}: ${tensor.format ?? ""}, ${total > 0 ? `changed ${plural(total, "time")}` : "never changed"}`;
    shown?.remove();
    shown = new LazyChart(byId("format-detail"), `Fraction bits of ${tensor.name} over time, now ${span(latest(tensor.history.frac_bits))}`, detailConfig(tensor, moments));
    shown.draw();
  };
  const rows = tensors.map((tensor) => stripRow(tensor, moments, columns, select));
  const short = {calibrated: "start", frozen: "end"};
  byId("format-strip").append(el("table", {}, el("caption", {class: "hidden-text"}, "Fraction bits of every tensor from calibration to the frozen model"),
    el("thead", {}, el("tr", {}, el("th", {scope: "col"}, "Tensor"), columns.map((i) => el("th", {scope: "col", title: momentText(moments[i])}, short[moments[i]] ?? moments[i])))),
    el("tbody", {}, rows)));
  const swatch = (name, alpha) => el("span", {class: "swatch", style: name === "same" ? "background: var(--line-soft)" : `background: rgb(var(--${name}) / ${alpha})`});
  byId("formats-legend").append(el("span", {}, swatch("finer", 0.54), "finer than at the start"), el("span", {}, swatch("same"), "the same"),
    el("span", {}, swatch("coarser", 0.54), "coarser, wider range"), el("span", {}, el("u", {}, "5"), " moved in this epoch"));
  const moves = (tensor) => tensor.history.changes.filter(isNumber).reduce((a, b) => a + b, 0);
  select(tensors.reduce((best, tensor) => (moves(tensor) > moves(best) ? tensor : best)));
  return true;
}
