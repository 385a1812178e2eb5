"use strict";
// The binary point of every tensor over time: a strip of numbers per tensor, and one tensor in detail.

const kMaxColumns = 11, kStripRows = 14;

// Indices of the moments that the strip shows: all, or evenly many with the first and the last.
function shownMoments(total) {
  if (total <= kMaxColumns) return [...Array(total).keys()];
  return [...new Set(Array.from({length: kMaxColumns}, (_, i) => Math.round(i * (total - 1) / (kMaxColumns - 1))))];
}

const sum = (list) => list.filter(isNumber).reduce((a, b) => a + b, 0);
const mean = (list) => sum(list) / list.length;

// Blue where the format got finer since the start, orange where it got coarser.
function cellStyle(start, now) {
  const steps = Math.round(10 * (mean(now) - mean(start))) / 10;
  if (steps === 0) return "background: var(--line-soft)";
  return `background: rgb(var(--${steps > 0 ? "finer" : "coarser"}) / ${Math.min(0.75, 0.22 + 0.16 * Math.abs(steps))})`;
}

function stripRow(tensor, moments, columns, select) {
  const {frac_bits: points, f, changes} = tensor.history;
  const start = points.find((list) => list !== null);
  const cells = columns.map((i, k) => {
    const list = points[i];
    if (!list) return el("td", {}, "");
    // Since the column before: a long run does not show every epoch.
    const moves = sum(changes.slice(k > 0 ? columns[k - 1] + 1 : 0, i + 1));
    const moved = moves > 0;
    const low = withMinus(String(least(list))), high = withMinus(String(most(list)));
    const learned = f[i] ? `, f = ${span(f[i].map((x) => Number(x.toFixed(2))))}` : "";
    return el("td", {style: cellStyle(start, list), class: moved ? "moved" : null,
      title: `${tensor.name}, ${momentText(moments[i])}: F = ${span(list)}${learned}${moved ? `, changed ${plural(moves, "time")}` : ""}`},
      low === high ? low : `${low}–${high}`);
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
      {...stepped, label: "F, least of the channels", data: of(points, least), borderWidth: 1.5},
      {...stepped, label: "F, largest", data: of(points, most), borderWidth: 1.5, fill: "-1"},
    ] : [{...stepped, label: "F, in use", data: of(points, (l) => l[0])}];
    if (f.some((list) => list !== null)) {
      datasets.push({label: perChannel ? "f, learned (mean)" : "f, learned", data: of(f, mean), borderColor: colours.learned, backgroundColor: colours.learned,
        borderWidth: 1.75, borderDash: [5, 3], pointRadius: 2, spanGaps: true});
    }
    if (changes.some((n) => n > 0)) {
      datasets.push({type: "bar", label: "changes in the epoch", legendStyle: "rect", data: changes, yAxisID: "changes", backgroundColor: colours.line, borderColor: colours.float, borderWidth: 1, barPercentage: 0.5, order: 9});
    }
    const all = [...points, ...f].filter(Boolean).flat();
    return {
      type: "line", data: {labels: moments, datasets},
      options: {
        interaction: {mode: "index", intersect: false},
        scales: {
          x: scale(colours, {offset: true, grid: {display: false}, ticks: {autoSkip: true, maxTicksLimit: 12}}),
          y: scale(colours, {min: Math.floor(least(all)) - 1, max: Math.ceil(most(all)) + 1, title: "fraction bits", ticks: {precision: 0, callback: (v) => (Number.isInteger(v) ? withMinus(String(v)) : "")}}),
          changes: {display: false, beginAtZero: true, max: 4 * Math.max(1, most(changes.filter(isNumber)))},
        },
        plugins: {legend: legend(colours), tooltip: {callbacks: {title: (items) => momentText(items[0].label),
          label: (item) => `${item.dataset.label}: ${real(item.parsed.y)}`}}},
      },
    };
  };
}

// What the format cost over time.
function lossesConfig(tensor, moments) {
  return (colours) => ({
    type: "line",
    data: {labels: moments, datasets: [{label: "outside", data: tensor.history.overflow.map((x) => (isNumber(x) ? 100 * x : null)), borderColor: colours.outside,
      backgroundColor: colours.outside, borderWidth: 2, pointRadius: 2, spanGaps: true}]},
    options: {
      interaction: {mode: "index", intersect: false},
      scales: {x: scale(colours, {offset: true, grid: {display: false}, ticks: {autoSkip: true, maxTicksLimit: 12}}),
        y: scale(colours, {beginAtZero: true, suggestedMax: 0.1, ticks: {maxTicksLimit: 5, callback: (x) => `${real(x)}${kNarrowSpace}%`}})},
      plugins: {legend: {display: false}, tooltip: {callbacks: {title: (items) => momentText(items[0].label), label: (item) => `${share(item.parsed.y / 100)} outside`}}},
    },
  });
}

function drawFormats(data) {
  const {moments} = data;
  const tensors = data.tensors.filter((tensor) => tensor.history.frac_bits.some((list) => list !== null));
  if (tensors.length === 0) return false;
  const columns = shownMoments(moments.length);
  let shown = [];
  const select = (tensor) => {
    for (const [other, row] of rows) row.setAttribute("aria-selected", String(other === tensor));
    const total = sum(tensor.history.changes);
    const channels = tensor.frac_bits?.length > 1 ? " and one point per channel" : "";
    byId("format-detail-title").textContent = `${tensor.name}: ${tensor.format ?? ""}${channels}, ${total > 0 ? `changed ${plural(total, "time")}` : "never changed"}`;
    for (const chart of shown) chart.remove();
    shown = [new LazyChart(byId("format-detail"), `Fraction bits of ${tensor.name} over time, now ${span(latest(tensor.history.frac_bits))}`, detailConfig(tensor, moments))];
    const losses = latest(tensor.history.overflow);
    byId("format-losses").parentElement.hidden = !isNumber(losses);
    if (isNumber(losses)) {
      shown.push(new LazyChart(byId("format-losses"), `Values of ${tensor.name} outside its format over time, now ${share(losses)}`, lossesConfig(tensor, moments)));
    }
  };
  const moves = (tensor) => sum(tensor.history.changes) / (tensor.frac_bits?.length || 1);
  const order = [...tensors].sort((a, b) => moves(b) - moves(a));
  const short = {calibrated: "start", frozen: "end"};
  const table = (list, caption) => el("table", {}, el("caption", {class: "hidden-text"}, caption),
    el("thead", {}, el("tr", {}, el("th", {scope: "col"}, "Tensor"), columns.map((i) => el("th", {scope: "col", title: momentText(moments[i])}, short[moments[i]] ?? moments[i])))),
    el("tbody", {}, list.map((tensor) => rows.get(tensor))));
  const rows = new Map(tensors.map((tensor) => [tensor, stripRow(tensor, moments, columns, select)]));
  const open = tensors.length > kStripRows + 4 ? order.slice(0, kStripRows) : tensors;
  byId("format-strip").append(el("div", {class: "scroll", tabindex: "0"}, table(open, "Fraction bits of the tensors that moved most, from calibration to the frozen model")));
  if (open.length < tensors.length) {
    const rest = el("div", {class: "scroll", tabindex: "0"}, table(tensors.filter((tensor) => !open.includes(tensor)), "Fraction bits of the other tensors"));
    byId("format-strip").append(rest);
    foldAway(rest, `The other ${plural(tensors.length - open.length, "tensor")}`);
  }
  const swatch = (name, alpha) => el("span", {class: "swatch", style: name === "same" ? "background: var(--line-soft)" : `background: rgb(var(--${name}) / ${alpha})`});
  byId("formats-legend").append(el("span", {}, swatch("finer", 0.54), "finer than at the start"), el("span", {}, swatch("same"), "the same"),
    el("span", {}, swatch("coarser", 0.54), "coarser, wider range"), el("span", {}, el("u", {}, "5"), " moved"));
  select(order[0]);
  return true;
}
