"use strict";
// What qfx estimate found: what each engine takes of an FPGA, and how long.

const kHardwareColumns = [["LUT", "luts"], ["LUT memory", "memory_luts"], ["FF", "registers"], ["DSP", "dsps"], ["BRAM18", "brams"],
  ["URAM", "urams"], ["Multipliers", "multipliers"], ["Adders", "adders"], ["Cycles", "cycles"]];

function hardwareRow(name, of) {
  return [name, ...kHardwareColumns.map(([, key]) => numberCell(count(of[key])))];
}

function drawHardware(data) {
  const {hardware} = data;
  if (!hardware) return false;
  byId("hardware-lead").textContent = `An image every ${plural(hardware.interval_cycles, "cycle")}, ${count(hardware.images_per_second)} a second at ` +
    `${real(hardware.clock_ns)} ns, exact; resources by ${hardware.source}, which are no figures of Vivado’s.`;
  if (hardware.error)
    byId("hardware-lead").textContent += ` Of engines that this table was not fitted to, half are within ${share(hardware.error.median)} of Yosys’ LUTs and nine in ten ` +
      `within ${share(hardware.error.ninetieth)}; qfx estimate counts them.`;
  const rows = hardware.engines.map((engine) => hardwareRow(engine.name, engine));
  rows.push(hardwareRow("FIFOs and ports", hardware.rest), hardwareRow("Total", {...hardware.total, cycles: hardware.interval_cycles}));
  byId("hardware-table").append(tableOf("What each engine takes of an FPGA", ["Engine", ...kHardwareColumns.map(([title]) => numberCell(title))], rows));
  return true;
}
