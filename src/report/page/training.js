"use strict";
// Accuracy and loss over all epochs, float first, then fixed point. x counts epochs from 1 through both phases.

function phaseBands(epochs, colours) {
  const floats = epochs.filter((epoch) => epoch.phase === "float").length;
  const list = [];
  if (floats > 0) list.push({from: 0.5, to: floats + 0.5, colour: "transparent", label: "float"});
  if (floats < epochs.length) {
    list.push({from: floats + 0.5, to: epochs.length + 0.5, colour: colours.phase, label: "fixed point"});
  }
  return bands(list, colours.muted);
}

function line(label, key, epochs, factor, style) {
  return {label, data: epochs.map((epoch, i) => ({x: i + 1, y: isNumber(epoch[key]) ? factor * epoch[key] : null})),
    borderWidth: 2, pointRadius: epochs.length > 40 ? 0 : 2.5, pointHitRadius: 8, tension: 0, spanGaps: true, ...style};
}

function trainingOptions(epochs, colours, unit, y) {
  return {
    interaction: {mode: "index", intersect: false, axis: "x"},
    scales: {
      x: scale(colours, {type: "linear", min: 0.5, max: epochs.length + 0.5, title: "epoch", grid: {display: false},
        ticks: {stepSize: Math.max(1, Math.ceil(epochs.length / 16)), callback: (x) => epochs[x - 1]?.epoch ?? ""},
        afterBuildTicks: (axis) => {
          const step = Math.max(1, Math.ceil(epochs.length / 16));
          axis.ticks = epochs.map((_, i) => ({value: i + 1})).filter((_, i) => i % step === 0);
        }}),
      y: scale(colours, y),
    },
    plugins: {
      legend: legend(colours),
      tooltip: {callbacks: {
        title: (items) => {
          const epoch = epochs[Math.round(items[0].parsed.x) - 1];
          return epoch ? `${epoch.phase === "fixed" ? "fixed point" : "float"}, epoch ${epoch.epoch}` : "calibrated";
        },
        label: (item) => `${item.dataset.label}: ${unit === "%" ? item.parsed.y.toFixed(2) : real(item.parsed.y)}${unit && kNarrowSpace + unit}`,
      }},
    },
  };
}

// The axis of values above 0: logarithmic where they span more than a decade and a half, so that the end is seen too.
function spanScale(values) {
  const there = values.filter(isNumber), low = least(there), high = most(there);
  if (!(low > 0) || high / low < 30) return {beginAtZero: low >= 0 && high > 0 && low / high < 0.5, grace: "4%"};
  return {type: "logarithmic", ticks: {callback: (x) => (/^[125]/.test(x.toExponential()) && Number(x.toPrecision(1)) === Number(x.toPrecision(3)) ? real(x) : "")}};
}

// The axis of a share ends at 100, not above.
const shareScale = {max: 100, grace: "4%"};

function accuracyConfig(data) {
  const {epochs, accuracy, calibrated, measure} = data;
  const floats = epochs.filter((epoch) => epoch.phase === "float").length;
  const factor = measure.is_share ? 100 : 1, unit = measure.is_share ? "%" : "";
  return (colours) => {
    const datasets = [
      line("test set", "test_accuracy", epochs, factor, {borderColor: colours.fixed, backgroundColor: colours.fixed}),
      line("validation set", "validation_accuracy", epochs, factor, {borderColor: colours.learned, backgroundColor: colours.learned}),
      line("training set", "train_accuracy", epochs, factor, {borderColor: colours.float, backgroundColor: colours.float, borderDash: [5, 4], borderWidth: 1.5, pointRadius: 0}),
    ].filter((dataset) => dataset.data.some(({y}) => y !== null));
    const untrained = calibrated ? calibrated.validation_accuracy ?? accuracy.ptq : null;
    if (isNumber(untrained)) {
      datasets.push({label: "calibrated, untrained", data: [{x: floats + 0.5, y: factor * untrained}], showLine: false,
        borderColor: colours.outside, backgroundColor: colours.outside, pointStyle: "rectRot", legendStyle: "rectRot", pointRadius: 6, pointHitRadius: 10});
    }
    const y = measure.is_share ? shareScale : spanScale(datasets.flatMap((dataset) => dataset.data.map((point) => point.y)));
    return {type: "line", data: {datasets}, options: trainingOptions(epochs, colours, unit, y), plugins: [phaseBands(epochs, colours)]};
  };
}

function lossConfig(epochs) {
  const y = spanScale(epochs.map((epoch) => epoch.train_loss));
  return (colours) => ({
    type: "line",
    data: {datasets: [line("training loss", "train_loss", epochs, 1, {borderColor: colours.fixed, backgroundColor: colours.fixed})]},
    options: trainingOptions(epochs, colours, "", y), plugins: [phaseBands(epochs, colours)],
  });
}

function epochTable(data) {
  const {epochs} = data, share = (x) => number(measured(data, x));
  const onValidation = epochs.some((epoch) => isNumber(epoch.validation_accuracy));
  const number = (text) => ({text, class: "num"});
  const head = ["Epoch", ...["Loss", "Training set", onValidation ? "Validation" : "Test set", "Learning rate", "Time", `${data.noun === "image" ? "Images" : "Samples"}/s`].map(number)];
  return tableOf("Every epoch that the log holds", head, epochs.map((epoch) => [
    `${epoch.phase === "fixed" ? "fixed point" : "float"} ${count(epoch.epoch)}`,
    number(isNumber(epoch.train_loss) ? epoch.train_loss.toFixed(4) : kDash), share(epoch.train_accuracy),
    share(epoch.validation_accuracy ?? epoch.test_accuracy), number(isNumber(epoch.learning_rate) ? real(epoch.learning_rate) : kDash),
    number(duration(epoch.seconds)), number(count(epoch.images_per_second))]));
}

function trainingLead(data) {
  const fixed = data.epochs.filter((epoch) => epoch.phase === "fixed").length, floats = data.epochs.length - fixed;
  const parts = [];
  if (floats) parts.push(`${plural(floats, "epoch")} in float`);
  if (fixed) parts.push(`${plural(fixed, "epoch")} in fixed point`);
  let text = parts.join(", then ") + ".";
  if (data.calibrated?.method) {
    text += ` Binary points start from calibration by ${data.calibrated.method}` +
      (isNumber(data.calibrated.images) ? ` on ${samplesOf(data, data.calibrated.images)}.` : ".");
  }
  if (data.resumed.length > 0) {
    text += ` Stopped and resumed ${data.resumed.length === 1 ? "once" : `${data.resumed.length} times`}, after epoch ${data.resumed.join(", ")}.`;
  }
  return text;
}

// False where there is nothing to show; the section then goes away. So for every draw function below.
function drawTraining(data) {
  const {epochs} = data;
  if (epochs.length === 0) return false;
  byId("training-lead").textContent = trainingLead(data);
  const name = data.measure.name[0].toUpperCase() + data.measure.name.slice(1);
  byId("accuracy-caption").textContent = data.measure.is_share ? `${name}, %` : name;
  const spans = spanScale(epochs.map((epoch) => epoch.train_loss)).type === "logarithmic";
  byId("loss-caption").textContent = spans ? "Training loss, logarithmic" : "Training loss";
  const last = epochs[epochs.length - 1];
  new LazyChart(byId("accuracy-chart"), `${name} over ${plural(epochs.length, "epoch")}; the last has ${measured(data, last.validation_accuracy ?? last.test_accuracy)}`, accuracyConfig(data));
  new LazyChart(byId("loss-chart"), `Training loss over ${plural(epochs.length, "epoch")}; the last has ${real(last.train_loss)}`, lossConfig(epochs));
  byId("epoch-table").append(epochTable(data));
  return true;
}
