"use strict";
// Reads the data that `qfx report` wrote into this page and draws every section that has something to show.
//
// kind "run" or "model", name, source, written, notes [text]
// start, calibrated, accuracy {float, ptq, fixed, integer, hls}, seconds, verify   (docs/run_folder.md)
// noun "image" or "sample", classes [their names], kept "last", "calibrated", "epoch 3" or ""
// measure {name, is_accuracy, is_share, higher, chance, classes, r2}: what accuracy's figures are of
// findings [{kind, about, text, mend}], measures (qfx run --json), measured_on, samples {text, picture, worst [{index,
//   truth, answer, error, picture}]} or null
// epochs [{phase, epoch, train_loss, ...}], resumed [epochs done before each resumption]
// moments [text]: when formats were logged; tensors[i].history {frac_bits, f, overflow, zeros, changes}: one entry a moment
// tensors [{name, role, shape, elements, format, frac_bits, range_low, range_high, narrow_low, narrow_high, minimum, maximum, used,
//           at_limit, histogram, ones, history}]
// steps [text]: what calibration did beyond points
// layers [{name, text, inputs, shape, format, params, accumulator_width, carrier, multiply_adds, error {calibrated, refined} or null}]
// hardware {source, clock_ns, interval_cycles, latency_cycles, images_per_second, engines [{name, luts, ...}], rest, total} or null
// model {parameters, parameter_bits, multiply_adds, nodes} or null, recipe, commands [{id, title, command}]

(() => {
  const data = JSON.parse(byId("data").textContent);
  window.qfxReport.data = data;
  drawHeadline(data);
  const sections = [
    ["findings", drawFindings], ["classes", drawClasses], ["samples", drawSamples], ["training", drawTraining], ["formats", drawFormats], ["values", drawValues], ["overflow", drawOverflow],
    ["tensors", drawTensors], ["layers", drawLayers], ["hardware", drawHardware], ["repeat", drawRepeat],
  ];
  const links = [];
  for (const [id, draw] of sections) {
    if (draw(data)) {
      links.push(el("li", {}, el("a", {href: `#${id}`}, byId(`${id}-title`).textContent)));
    } else {
      byId(id).remove();
    }
  }
  byId("nav").append(el("ul", {}, links));
  byId("foot").textContent = `Written by qfx report from ${data.source}. One file, no connection needed. Charts by Chart.js ${Chart.version}, MIT licence.`;
})();
