"use strict";
// What qfx estimate found: what each engine takes of an FPGA, and how long.

const kHardwareColumns = [["LUT", "luts"], ["LUT memory", "memory_luts"], ["FF", "registers"], ["DSP", "dsps"], ["BRAM18", "brams"],
  ["URAM", "urams"], ["Multipliers", "multipliers"], ["Adders", "adders"], ["Cycles", "cycles"]];

function hardwareRow(columns, name, of) {
  return [name, ...columns.map(([, key]) => numberCell(count(of[key])))];
}

function drawHardware(data) {
  const {hardware} = data;
  if (!hardware) return false;
  byId("hardware-lead").textContent = `An image every ${plural(hardware.interval_cycles, "cycle")}, ${count(hardware.images_per_second)} a second at ` +
    `${real(hardware.clock_ns)} ns, exact; resources by ${hardware.source}, which are no figures of Vivado’s.`;
  if (hardware.error)
    byId("hardware-lead").textContent += ` Of engines that this table was not fitted to, half are within ${share(hardware.error.median)} of Yosys’ LUTs and nine in ten ` +
      `within ${share(hardware.error.ninetieth)}; qfx estimate counts them.`;
  const columns = [...kHardwareColumns];
  if (hardware.clock_source) {
    columns.push(["ECP5 MHz", "ecp5_mhz"]);
    byId("hardware-lead").textContent += ` Clocks are an ECP5’s by ${hardware.clock_source}, of each engine alone between registers, and not Vivado’s.`;
  }
  const rows = hardware.engines.map((engine) => hardwareRow(columns, engine.name, engine));
  rows.push(hardwareRow(columns, "FIFOs and ports", hardware.rest),
    hardwareRow(columns, "Total", {...hardware.total, cycles: hardware.interval_cycles, ecp5_mhz: hardware.ecp5_mhz}));
  byId("hardware-table").append(tableOf("What each engine takes of an FPGA", ["Engine", ...columns.map(([title]) => numberCell(title))], rows));
  return true;
}
