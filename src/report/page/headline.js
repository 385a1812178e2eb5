"use strict";
// The first screen: the verdicts, the figures, what was run.

// A figure of the run's measure: an accuracy in percent, an error as it is.
const measured = (data, value) => (data.measure.is_share ? percent(value) : real(value));

function figure(name, value, gap, worse, id, isShare) {
  const text = !isNumber(value) ? kDash : isShare ? [(100 * value).toFixed(2), el("small", {}, "%")] : real(value);
  return el("div", {class: "figure", role: "listitem", id}, el("span", {class: "name"}, name),
    el("span", {class: "value"}, text), el("span", {class: worse ? "gap worse" : "gap"}, gap));
}

// What stands between two figures: = where bit-exactness promises the same and it is the same. Equal figures of unequal
// bits are no equality.
function relation(a, b, images, differ) {
  if (!isNumber(a) || !isNumber(b)) return el("span", {class: "relation", "aria-hidden": "true"}, "·");
  const same = !differ && sameAccuracy(a, b, images);
  return el("span", {class: `relation ${same ? "same" : "other"}`, role: "img", "aria-label": same ? "equal to" : "not equal to"}, same ? "=" : "≠");
}

// How a figure stands to float's: points of a share, else the ratio of two errors.
function gapText(data, value) {
  const float = data.accuracy.float;
  if (!isNumber(value) || !isNumber(float)) return "";
  if (data.measure.is_share) return `${points(value - float)} against float`;
  return float !== 0 ? `${(value / float).toFixed(2)} times float’s` : "";
}

function isWorse(data, value) {
  const float = data.accuracy.float;
  if (!isNumber(value) || !isNumber(float)) return false;
  return data.measure.higher ? value - float < -kFewPoints : value > kMoreError * float;
}

function drawFigures(data) {
  const {float, ptq, fixed, integer, hls} = data.accuracy, {verify, measure} = data;
  if (![float, fixed, integer, hls].some(isNumber)) return byId("figures").remove();
  byId("figures").setAttribute("aria-label", `${measure.name} on the test set`);
  const images = verify?.images, partial = verify && !verify.comparable;
  const scope = partial ? `of ${samplesOf(data, images)}` : "";
  const one = (name, value, gap, worse, id) => figure(name, value, gap, worse, id, measure.is_share);
  const kept = {calibrated: "the calibrated network, which is the better one"}[data.kept] ?? (/^epoch/.test(data.kept) ? `of ${data.kept}, the best` : null);
  const notes = [kept, isNumber(ptq) && data.kept !== "calibrated" ? `${measured(data, ptq)} when only calibrated` : null].filter(Boolean);
  byId("figures").append(
    one("Float", float, isNumber(float) ? "the reference" : "no float phase", false, "figure-float"),
    el("span", {class: "relation", "aria-hidden": "true"}, "→"),
    one("Fixed point, in training", fixed, [el("span", {}, gapText(data, fixed)), ...notes.map((note) => el("span", {}, note))], isWorse(data, fixed), "figure-fixed"),
    partial ? relation(null, null) : relation(fixed, integer, images, false),
    one("Integer model", integer, scope || gapText(data, integer), !scope && isWorse(data, integer), "figure-integer"),
    relation(integer, hls, images, bitsDiffer(verify)),
    one(verify ? targetName(verify.target) : "Exported code", hls, scope || gapText(data, hls), !scope && isWorse(data, hls), "figure-hls"));
}

function drawFacts(data) {
  const {start, model, seconds} = data;
  const speeds = data.epochs.map((epoch) => epoch.images_per_second).filter(isNumber);
  const facts = [
    ["Data", data.data],
    [data.noun === "image" ? "Images" : "Samples", isNumber(start?.train_images) && `${count(start.train_images)} + ${count(start.test_images)} for the test`],
    ["Classes", data.classes.length > 0 && (data.classes.length > 6 ? count(data.classes.length) : data.classes.join(", "))],
    ["Parameters", model ? `${count(model.parameters)} (${bytes(Math.ceil(model.parameter_bits / 8))})` : isNumber(start?.parameters) && count(start.parameters)],
    ["Multiply-adds", model && model.multiply_adds > 0 && big(model.multiply_adds)],
    ["Batch", isNumber(start?.batch_size) && count(start.batch_size)],
    ["Seed", isNumber(start?.seed) && String(start.seed)],
    ["Threads", isNumber(start?.threads) && count(start.threads)],
    ["Float training", isNumber(seconds.float_seconds) && seconds.float_seconds > 0 && duration(seconds.float_seconds)],
    ["Fixed-point training", isNumber(seconds.fixed_seconds) && seconds.fixed_seconds > 0 && duration(seconds.fixed_seconds)],
    ["Speed", speeds.length > 0 && `${count(speeds[speeds.length - 1])} ${data.noun}s/s`],
  ];
  byId("facts").append(...facts.filter(([, value]) => value).map(([name, value]) =>
    el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

function drawHeadline(data) {
  byId("source").textContent = [data.source, data.written].filter(Boolean).map((part) => `· ${part}`).join(" ");
  const verdicts = drawVerdicts(data);
  drawFigures(data);
  drawFacts(data);
  drawNext(data, verdicts);
  if (data.notes.length > 0) {
    byId("notes").hidden = false;
    byId("notes").append(el("strong", {}, "Left out of this page"), el("ul", {}, data.notes.map((note) => el("li", {}, note))));
  }
}
