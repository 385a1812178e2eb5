"use strict";
// The recipe as it was run, and the commands that repeat everything on this page.

const kOpenCommands = 4;

async function copyText(button, text, pre) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "copied";
  } catch {
    // Without a clipboard (an old browser, a page in a frame): selected, ready for the keyboard.
    getSelection().selectAllChildren(pre);
    button.textContent = "selected";
  }
  setTimeout(() => { button.textContent = "copy"; }, 1500);
}

function codeBlock(text, short, content) {
  const pre = el("pre", {tabindex: "0"}, el("code", {}, content ?? text));
  const button = el("button", {type: "button", class: "copy", onclick: () => copyText(button, text, pre)}, "copy");
  return el("div", {class: short ? "code short" : "code"}, pre, button);
}

// Comments, table heads and strings of a TOML text; anything unusual stays plain.
function tomlParts(text) {
  return text.split("\n").flatMap((line) => {
    const parts = [];
    if (/^\s*\[.*\]\s*(#.*)?$/.test(line)) {
      parts.push(el("span", {class: "table"}, line));
    } else {
      for (const [piece] of line.matchAll(/"(?:[^"\\]|\\.)*"|'[^']*'|#.*$|[^"'#]+|["']/g)) {
        const kind = piece[0] === "#" ? "comment" : piece.length > 1 && (piece[0] === "\"" || piece[0] === "'") ? "string" : null;
        parts.push(kind ? el("span", {class: kind}, piece) : piece);
      }
    }
    return [...parts, "\n"];
  });
}

function drawRepeat(data) {
  if (data.recipe) {
    byId("recipe").append(el("h3", {}, "recipe.toml"), codeBlock(data.recipe, false, tomlParts(data.recipe.trimEnd())));
  } else {
    byId("recipe").remove();
  }
  const blocks = (commands) => commands.flatMap(({title, command}) => [el("h3", {}, title), codeBlock(command, true)]);
  byId("commands").append(...blocks(data.commands.slice(0, kOpenCommands)));
  if (data.commands.length > kOpenCommands) {
    const rest = el("div", {}, blocks(data.commands.slice(kOpenCommands)));
    byId("commands").append(rest);
    foldAway(rest, `${count(data.commands.length - kOpenCommands)} more`);
  }
  return true;
}
