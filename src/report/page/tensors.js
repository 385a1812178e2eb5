"use strict";
// Every tensor in one table that sorts.

function onesCell(ones) {
  if (!ones || ones.counts.length === 0) return {text: "", sort: -1};
  const largest = most(ones.counts);
  const word = ones.signed_digits ? "digit" : "one";
  const bars = el("span", {class: "ones", role: "img", "aria-label": ones.counts.map((n, i) => `${count(n)} with ${plural(i, word)}`).join(", "),
    title: ones.counts.map((n, i) => `${plural(i, word)}: ${count(n)} constants`).join("\n")},
    ones.counts.map((n) => el("i", {class: n === 0 ? "none" : null, style: `height: ${Math.round(100 * n / largest)}%`})));
  const limit = ones.k_hot > 0 ? `at most ${ones.k_hot}, ` : "";
  return {text: [bars, isNumber(ones.mean) ? `${limit}mean ${ones.mean.toFixed(2)}` : ""], sort: ones.mean ?? -1};
}

function usedCell(used) {
  if (!isNumber(used)) return {text: kDash, sort: -1};
  const over = used > 1;
  return {text: [el("span", {class: "meter", "aria-hidden": "true"}, el("i", {class: over ? "over" : null, style: `width: ${Math.min(100, 100 * used)}%`})), percent(used, 0)],
    sort: used, class: over ? "warn" : null};
}

// What occurs, over what the format holds; of channels with points of their own the widest's and the narrowest's.
function valuesCell(t) {
  const occurs = isNumber(t.minimum) ? `${real(t.minimum)} to ${real(t.maximum)}` : kDash;
  const narrow = isNumber(t.narrow_high) ? `, least ${real(t.narrow_low)} to ${real(t.narrow_high)}` : "";
  const range = isNumber(t.range_low) ? el("small", {}, `of ${real(t.range_low)} to ${real(t.range_high)}${narrow}`) : null;
  return {text: el("span", {class: "stacked"}, el("span", {}, occurs), range), sort: t.maximum ?? 0};
}

const kAllColumns = [
  {head: "Tensor", cell: (t) => ({text: t.name, sort: t.index})},
  {head: "Shape", cell: (t) => ({text: shapeText(t.shape), sort: t.elements ?? -1})},
  {head: "Format", cell: (t) => ({text: el("span", {class: "mono"}, t.format ?? kDash), sort: t.format ?? ""})},
  {head: "F", number: true, cell: (t) => ({text: span(t.frac_bits), sort: t.frac_bits?.length ? mean(t.frac_bits) : -99})},
  {head: "Values", cell: valuesCell},
  {head: "Range used", cell: (t) => usedCell(t.used)},
  {head: "Ones", needs: (t) => t.ones, cell: (t) => onesCell(t.ones)},
  {head: "Became 0", number: true, needs: (t) => isNumber(lastZeros(t)), cell: (t) => {
    const zeros = lastZeros(t);
    return {text: counted(t, zeros), sort: zeros ?? -1, class: zeros > kMostZeros ? "warn" : null};
  }},
  {head: "Overflow", number: true, needs: (t) => isNumber(lastOverflow(t)), cell: (t) => {
    const overflow = lastOverflow(t);
    return {text: counted(t, overflow), sort: overflow ?? -1, class: overflow > kWarn ? "warn" : null};
  }},
];

// One entry a tensor: its cells and its row.
function tensorRows(tensors, columns) {
  return tensors.map((tensor) => {
    const cells = columns.map((column) => column.cell(tensor));
    const row = el("tr", {}, cells.map((cell, i) => el(i === 0 ? "th" : "td", {scope: i === 0 ? "row" : null,
      class: [columns[i].number && "num", cell.class].filter(Boolean).join(" ") || null}, cell.text)));
    return {tensor, cells, row};
  });
}

// The worst few, as they are.
function worstTensors(tensors, columns) {
  const heads = columns.map((column) => el("th", {scope: "col", class: column.number ? "num" : null}, column.head));
  byId("tensor-worst").classList.add("scroll");
  byId("tensor-worst").append(el("table", {class: "pinned"}, el("caption", {}, "The worst first"), el("thead", {}, el("tr", {}, heads)),
    el("tbody", {}, tensorRows(worstFirst(tensors).slice(0, kOpenRows), columns).map(({row}) => row))));
  foldAway(byId("tensor-all"), `All ${plural(tensors.length, "tensor")}, to search and to sort`);
}

function drawTensors(data) {
  const tensors = data.tensors.map((tensor, index) => ({...tensor, index}));
  if (tensors.length === 0) return false;
  const columns = kAllColumns.filter((column) => !column.needs || tensors.some(column.needs));
  const rows = tensorRows(tensors, columns);
  const body = el("tbody", {}, rows.map(({row}) => row));
  const heads = columns.map((column, i) => el("th", {scope: "col", class: column.number ? "num" : null, "aria-sort": i === 0 ? "ascending" : "none"},
    el("button", {type: "button", onclick: () => sortBy(i)}, column.head)));
  function sortBy(column) {
    const descending = heads[column].getAttribute("aria-sort") === "ascending";
    heads.forEach((head) => head.setAttribute("aria-sort", "none"));
    heads[column].setAttribute("aria-sort", descending ? "descending" : "ascending");
    const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b) : a - b);
    rows.sort((a, b) => (descending ? -1 : 1) * compare(a.cells[column].sort, b.cells[column].sort) || a.tensor.index - b.tensor.index);
    body.replaceChildren(...rows.map(({row}) => row));
  }
  const constants = tensors.some((tensor) => tensor.ones);
  byId("tensors-lead").textContent = "Values are those that occur, of the range that the format holds; a range hardly used leaves bits idle." +
    (constants ? " Ones are those in the magnitude of a constant: a product costs one adder less than it has ones." : "");
  byId("tensor-table").append(el("table", {class: "pinned"}, el("caption", {class: "hidden-text"}, "Formats, values and overflow of every tensor"),
    el("thead", {}, el("tr", {}, heads)), body));
  tensorFilter(byId("tensors-controls"), tensors, [], (keep) => rows.forEach(({row, tensor}) => { row.hidden = !keep(tensor); }));
  if (tensors.length > kOpenRows + 4) worstTensors(tensors, columns);
  else byId("tensor-worst").remove();
  return true;
}
