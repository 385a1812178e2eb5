"use strict";
// How good the answers are, class by class, label by label or output by output: the measures of the network's task.

const kMaxConfusion = 12, kMaxClassRows = 20;
const numberCell = (text, isWarn) => ({text, class: isWarn ? "num warn" : "num"});

// Rows by what is there, columns by what was answered; a cell is the darker the more of its row it holds.
function confusionTable(confusion, names) {
  const rows = confusion.map((row, i) => {
    const total = sum(row);
    return el("tr", {}, el("th", {scope: "row"}, names[i]), row.map((n, k) => {
      const part = total > 0 ? n / total : 0;
      return el("td", {class: i === k ? "right" : null, title: `${names[i]}, answered ${names[k]}: ${count(n)} of ${count(total)}`,
        style: n > 0 ? `background: rgb(var(--${i === k ? "finer" : "coarser"}) / ${(0.08 + 0.62 * part).toFixed(2)})` : null}, n > 0 ? count(n) : "");
    }));
  });
  return el("div", {class: "scroll", tabindex: "0"}, el("table", {class: "confusion"}, el("caption", {}, "Samples, by what they are (rows) and what was answered (columns)"),
    el("thead", {}, el("tr", {}, el("th", {scope: "col"}, ""), names.map((name) => el("th", {scope: "col", title: name}, name)))), el("tbody", {}, rows)));
}

// Of many classes: which are most often taken for which.
function mistakesTable(confusion, names) {
  const pairs = confusion.flatMap((row, i) => row.map((n, k) => ({i, k, n})).filter(({k, n}) => n > 0 && i !== k));
  pairs.sort((a, b) => b.n - a.n);
  return el("div", {class: "scroll"}, tableOf("Most often mistaken", ["Is", "Answered", numberCell("Samples")],
    pairs.slice(0, kMaxConfusion).map(({i, k, n}) => [names[i], names[k], numberCell(count(n))])));
}

// Recall and precision, the worst recall first.
function rateTable(entries, word) {
  const worst = [...entries].sort((a, b) => (a.recall ?? 2) - (b.recall ?? 2));
  const rows = worst.map((entry) => [entry.name, numberCell(count(entry.samples)), numberCell(count(entry.answers)),
    numberCell(percent(entry.recall, 1), isNumber(entry.recall) && entry.recall < 0.5), numberCell(percent(entry.precision, 1), isNumber(entry.precision) && entry.precision < 0.5)]);
  const head = [word, numberCell("Samples"), numberCell("Answers"), numberCell("Recall"), numberCell("Precision")];
  const place = el("div", {}, el("div", {class: "scroll", tabindex: "0"}, tableOf(`${plural(entries.length, word.toLowerCase(), word === "Class" ? "classes" : null)}, the least recall first`, head, rows.slice(0, kMaxClassRows))));
  if (rows.length > kMaxClassRows) {
    const rest = el("div", {class: "scroll"}, tableOf("The others", head, rows.slice(kMaxClassRows)));
    place.append(rest);
    foldAway(rest, `${count(rows.length - kMaxClassRows)} more`);
  }
  return place;
}

// Who has no name is called by its number.
const nameOf = (entry, key) => (entry.name && entry.name !== String(entry[key]) ? entry.name : `${key} ${entry[key]}`);

function drawClassMeasures(measures) {
  const classes = measures.classes.map((entry) => ({...entry, name: nameOf(entry, "class")})), names = classes.map(({name}) => name);
  const never = classes.filter((entry) => entry.samples > 0 && entry.answers === 0), missing = classes.filter((entry) => entry.samples === 0);
  const lead = byId("classes-lead");
  const list = (entries) => entries.slice(0, 6).map(({name}) => name).join(", ") + (entries.length > 6 ? ` and ${entries.length - 6} more` : "");
  if (never.length > 0) lead.append(el("span", {class: "warn"}, `${plural(never.length, "class", "classes")} ${never.length === 1 ? "is" : "are"} never answered: ${list(never)}. `));
  if (missing.length > 0) lead.append(`${plural(missing.length, "class", "classes")} without a test sample: ${list(missing)}. `);
  const tables = [rateTable(classes, "Class")];
  const {confusion} = measures;
  if (Array.isArray(confusion) && confusion.length === names.length && confusion.every(Array.isArray)) {
    tables.push(names.length <= kMaxConfusion ? confusionTable(confusion, names) : mistakesTable(confusion, names));
  }
  return tables;
}

function drawOutputMeasures(measures) {
  const rows = measures.outputs.map((entry) => [nameOf(entry, "output"), ...["rmse", "mae", "r2"].map((key) => numberCell(real(entry[key]), key === "r2" && entry.r2 < 0.05))]);
  return [el("div", {class: "scroll"}, tableOf("Root of the mean square error, mean error, and the share of the variance explained", ["Output", numberCell("RMSE"), numberCell("MAE"), numberCell("R²")], rows))];
}

function drawRebuilt(measures) {
  const rows = [["Reconstruction error", numberCell(real(measures.reconstruction_error))]];
  if (isNumber(measures.auc)) {
    rows.push(["Of what is odd", numberCell(real(measures.error_of_odd))], ["Of the others", numberCell(real(measures.error_of_others))],
      ["AUC: an odd sample has the larger error", numberCell(measures.auc.toFixed(4), measures.auc < 0.6)]);
  }
  return [tableOf("How well the input is rebuilt", ["", numberCell("")], rows)];
}

function drawClasses(data) {
  const {measures} = data;
  if (!measures) return false;
  const kinds = [["classes", "Classes", drawClassMeasures], ["labels", "Labels", (m) => [rateTable(m.labels.map((entry) => ({...entry, name: nameOf(entry, "label")})), "Label")]],
    ["outputs", "Outputs", drawOutputMeasures], ["reconstruction_error", "Reconstruction", drawRebuilt]];
  const kind = kinds.find(([key]) => (Array.isArray(measures[key]) ? measures[key].length > 0 : isNumber(measures[key])));
  if (!kind) return false;
  byId("classes-title").textContent = kind[1];
  byId("classes-tables").append(...kind[2](measures));
  byId("classes-lead").append(`The integer model on ${samplesOf(data, measures.samples)} of ${data.measured_on ?? "the test set"}.`);
  return true;
}
