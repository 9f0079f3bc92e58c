//! What must be true of every page for whoever cannot see it, sees little, or has no mouse. Checked by rules of our own
//! on every machine, and by axe-core where its script is there (`tests/run` fetches it into `target/browser`).

use std::fs;

use serde_json::{Value, json};

use super::chromium::{Window, folder, loudly};

/// The release that `tests/run` fetches.
const AXE: &str = "axe-core-4.14.1.min.js";

/// Answers a sentence for each thing that is wrong with the page.
const OWN_RULES: &str = r#"
const wrong = [];
const seen = (one) => one.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
const all = (selector) => [...document.querySelectorAll(selector)].filter(seen);
const told = (one) => one.outerHTML.slice(0, 120);
const name = (one) =>
  one.getAttribute('aria-label') ||
  (one.getAttribute('aria-labelledby') || '').split(' ').map((id) => document.getElementById(id)?.textContent || '').join(' ').trim() ||
  [...(one.labels || [])].map((label) => label.textContent).join(' ').trim() ||
  one.getAttribute('alt') || one.textContent.trim() || one.getAttribute('title') || one.querySelector('title')?.textContent || '';
if (!document.documentElement.lang) wrong.push('the page does not say its language');
if (!document.title.trim()) wrong.push('the page has no title');
if (all('main').length !== 1) wrong.push('there is not one main part');
if (all('h1').length !== 1) wrong.push(`there are ${all('h1').length} first headings`);
let level = 0;
for (const heading of all('h1, h2, h3, h4')) {
  const own = Number(heading.tagName[1]);
  if (own > level + 1) wrong.push(`a heading is skipped before ${told(heading)}`);
  level = own;
}
for (const field of all('input:not([type=hidden]), select, textarea')) if (!name(field)) wrong.push(`a field has no label: ${told(field)}`);
for (const one of all('a[href], button, summary')) if (!name(one)) wrong.push(`nothing says what this does: ${told(one)}`);
for (const one of all('svg[role=img], img:not([alt=""])')) if (!name(one)) wrong.push(`a picture has no name: ${told(one)}`);
for (const table of all('table')) {
  if (!table.caption && !table.closest('[aria-label]')) wrong.push(`a table has no caption: ${told(table)}`);
  for (const cell of table.querySelectorAll('th')) if (!cell.scope) wrong.push(`a heading of a table says not of what: ${told(cell)}`);
}
const ids = all('[id]').map((one) => one.id);
for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) wrong.push(`two things have the id ${id}`);
for (const one of all('[tabindex]')) if (one.tabIndex > 0) wrong.push(`the order of the focus is bent: ${told(one)}`);

// Contrast of text on what lies under it (WCAG 2.2, 1.4.3).
const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
const channels = (colour) => {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  return canvas.getImageData(0, 0, 1, 1).data;
};
const light = (rgb) => {
  const [r, g, b] = [...rgb].slice(0, 3).map((one) => (one /= 255) <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const under = (one) => {
  for (let at = one; at; at = at.parentElement) {
    const colour = channels(getComputedStyle(at).backgroundColor);
    if (colour[3] > 250) return colour;
  }
  return [255, 255, 255, 255];
};
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const looked = new Set();
while (texts.nextNode()) {
  const one = texts.currentNode.parentElement;
  if (!texts.currentNode.data.trim() || looked.has(one) || !seen(one) || one.closest('svg, .hidden-label, .skip, option, [disabled]')) continue;
  looked.add(one);
  const style = getComputedStyle(one);
  const [a, b] = [light(channels(style.color)), light(under(one))];
  const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
  if (contrast < (large ? 3 : 4.5)) wrong.push(`contrast of ${contrast.toFixed(2)}: ${told(one)}`);
}
return wrong;
"#;

/// Nothing sticks out on the right where the window is narrow, except what scrolls by itself.
const FITS: &str = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";

const RUN_AXE: &str = r#"
const done = arguments[arguments.length - 1];
axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
  .then((found) => done(found.violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.map((node) => node.html.slice(0, 140)).join(' | ')}`)))
  .catch((error) => done([String(error)]));
"#;

/// The script of axe-core, if it is there.
pub(crate) fn axe() -> Option<String> {
    let script = fs::read_to_string(folder().join(AXE)).ok();
    if script.is_none() {
        loudly("axe-core is not in target/browser (tests/run fetches it); our own rules alone were checked");
    }
    script
}

/// Everything that is wrong with the page that is open.
pub(crate) fn faults(window: &Window, axe: Option<&str>) -> Vec<String> {
    let mut wrong = sentences(&window.ask(OWN_RULES, &[]));
    let over = window.ask(FITS, &[]).as_i64().unwrap();
    if over > 1 {
        wrong.push(format!("the page is {over} pixels too wide"));
    }
    if let Some(axe) = axe {
        // Script of the test, not of the page: the page's policy does not hold for it.
        window.ask(&format!("{axe}\nwindow.axe = axe; return true"), &[]);
        wrong.extend(sentences(&window.ask_later(RUN_AXE)));
    }
    wrong
}

fn sentences(answer: &Value) -> Vec<String> {
    let sentences = answer.as_array().unwrap().iter();
    sentences.map(|one| one.as_str().unwrap().to_owned()).collect()
}

/// The address of a page, as a name for its picture: the same in every run, whatever ids things were given.
pub(crate) fn named(address: &str) -> String {
    let is_id = |part: &str| part.len() == 36 && part.matches('-').count() == 4;
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let parts = path.split('/').map(|part| if is_id(part) { "one" } else { part });
    let address = format!("{}-{query}", parts.collect::<Vec<_>>().join("/"));
    let letters = address
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' });
    let name: String = letters.take(60).collect();
    let name = name.trim_matches('-').to_owned();
    if name.is_empty() { "home".to_owned() } else { name }
}

/// One thing of everything that is wrong, for the message of a test.
pub(crate) fn report(wrong: &[(String, Vec<String>)]) -> String {
    serde_json::to_string_pretty(&json!(wrong)).unwrap()
}
