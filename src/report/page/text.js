"use strict";
// Numbers and elements. Text always enters the page as text nodes, never as markup.

// el("td", {class: "num"}, "1") ; null and false children are left out.
function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== false && child !== undefined));
  return element;
}

const byId = (id) => document.getElementById(id);
const isNumber = (x) => typeof x === "number" && Number.isFinite(x);
const kMinus = "\u2212", kDash = "\u2013", kNarrowSpace = "\u202f";

const withMinus = (text) => text.replace("-", kMinus);
const count = (n) => (isNumber(n) ? withMinus(Math.round(n).toLocaleString("en-US")) : kDash);
const plural = (n, one, many) => `${count(n)} ${n === 1 ? one : many ?? one + "s"}`;

// Four significant digits, no exponent where people read without one.
function real(x) {
  if (!isNumber(x)) return kDash;
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (size >= 1e6 || size < 1e-4) return withMinus(x.toExponential(2));
  return withMinus(String(Number(x.toPrecision(4))));
}

function percent(fraction, digits = 2) {
  return isNumber(fraction) ? `${withMinus((100 * fraction).toFixed(digits))}${kNarrowSpace}%` : kDash;
}

// A share that can be tiny: 0 only if it is 0.
function share(fraction) {
  if (!isNumber(fraction)) return kDash;
  if (fraction === 0) return `0${kNarrowSpace}%`;
  if (fraction < 0.0001) return `<${kNarrowSpace}0.01${kNarrowSpace}%`;
  return percent(fraction, fraction < 0.1 ? 2 : 1);
}

// The difference of two fractions in points, signed.
function points(difference) {
  const rounded = Math.round(difference * 10000) / 100;
  if (rounded === 0) return `±0.00 points`;
  return `${rounded > 0 ? "+" : kMinus}${Math.abs(rounded).toFixed(2)} points`;
}

function duration(seconds) {
  if (!isNumber(seconds)) return kDash;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)}${kNarrowSpace}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}${kNarrowSpace}min ${Math.round(seconds % 60)}${kNarrowSpace}s`;
  return `${Math.floor(minutes / 60)}${kNarrowSpace}h ${minutes % 60}${kNarrowSpace}min`;
}

function bytes(n) {
  if (!isNumber(n)) return kDash;
  if (n < 1024) return `${n}${kNarrowSpace}B`;
  if (n < 1024 * 1024) return `${(n / 1024).toFixed(1)}${kNarrowSpace}KiB`;
  return `${(n / 1024 / 1024).toFixed(1)}${kNarrowSpace}MiB`;
}

function big(n) {
  if (n >= 1e9) return `${(n / 1e9).toFixed(2)} G`;
  if (n >= 1e6) return `${(n / 1e6).toFixed(2)} M`;
  if (n >= 1e4) return `${(n / 1e3).toFixed(0)} k`;
  return count(n);
}

// Of any length: Math.max(...list) overflows the stack on long lists.
const least = (list) => list.reduce((a, b) => Math.min(a, b), Infinity);
const most = (list) => list.reduce((a, b) => Math.max(a, b), -Infinity);

// [5, 5, 5] is "5", [3, 7] is "3 to 7".
function span(list) {
  if (!list || list.length === 0) return kDash;
  const low = withMinus(String(least(list))), high = withMinus(String(most(list)));
  return low === high ? low : `${low} to ${high}`;
}

const shapeText = (shape) => (shape ? (shape.length ? shape.join(" × ") : "1") : kDash);
const momentText = (moment) => (/^\d+$/.test(moment) ? `epoch ${moment}` : moment);

// The last entry that is there.
function latest(series) {
  for (let i = series.length - 1; i >= 0; --i) if (series[i] !== null) return series[i];
  return null;
}

// Head cells and rows of cells; a cell is text, an element, or {text, class, sort}.
function tableOf(caption, head, rows) {
  return el("table", {}, el("caption", {}, caption), el("thead", {}, el("tr", {}, head.map((cell) =>
    el("th", {scope: "col", class: cell.class}, cell.text ?? cell)))),
    el("tbody", {}, rows.map((row) => el("tr", {}, row.map((cell, i) => {
      const content = cell !== null && typeof cell === "object" && !(cell instanceof Node) ? cell : {text: cell};
      return el(i === 0 ? "th" : "td", {scope: i === 0 ? "row" : null, class: content.class}, content.text);
    })))));
}
