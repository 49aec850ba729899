// Elements, icons and words that every part of the page uses. No innerHTML: text from a catalogue is text.

export const $ = (id) => document.getElementById(id);

export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const SHAPES = {
  play: "M7 4.5v15a1 1 0 0 0 1.5.86l12-7.5a1 1 0 0 0 0-1.72l-12-7.5A1 1 0 0 0 7 4.5z",
  pause: "M7 4h3.4v16H7zM13.6 4H17v16h-3.4z",
  next: "M5 5v14l10-7zM16.5 5H19v14h-2.5z",
  previous: "M19 5v14L9 12zM5 5h2.5v14H5z",
  lock: "M7 10V8a5 5 0 0 1 10 0v2h.5A1.5 1.5 0 0 1 19 11.5v7a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 5 18.5v-7A1.5 1.5 0 0 1 6.500 10zm2 0h6V8a3 3 0 0 0-6 0z",
  radio: "M12 10a2 2 0 0 1 1 3.73V20h-2v-6.27A2 2 0 0 1 12 10zM7.05 7.05l1.42 1.42a5 5 0 0 0 0 7.06l-1.42 1.42a7 7 0 0 1 0-9.9zm9.9 0a7 7 0 0 1 0 9.9l-1.42-1.42a5 5 0 0 0 0-7.06zM4.22 4.22l1.42 1.42a9 9 0 0 0 0 12.72l-1.42 1.42a11 11 0 0 1 0-15.56zm15.56 0a11 11 0 0 1 0 15.56l-1.42-1.42a9 9 0 0 0 0-12.72z",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

export function clock(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export const counted = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
export const names = (artists) => (artists ?? []).filter((a) => a.displayed !== false).map((a) => a.name).join(", ");
export const titled = (thing) => (thing.version ? `${thing.title} (${thing.version})` : thing.title);

export function cover(artwork, label = "", size = 0) {
  const src = artwork?.url ?? "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";
  return h("img", { src, alt: label, loading: "lazy", width: size || undefined, height: size || undefined });
}

export function artistLinks(artists) {
  const shown = (artists ?? []).filter((artist) => artist.displayed !== false);
  return shown.flatMap((artist, i) => [i ? ", " : "", h("a", { href: `#/artist/${artist.id}` }, artist.name)]);
}

// ---------------------------------------------------------------- talking to the server

export const session = { token: "", me: null };

export class Refusal extends Error {
  constructor(problem, status) {
    super(problem.detail || problem.title || `HTTP ${status}`);
    this.problem = problem;
    this.status = status;
  }
}

export async function ask(path, options = {}) {
  const headers = { authorization: `Bearer ${session.token}`, ...options.headers };
  let response = await fetch(path, { ...options, headers });
  // A busy server has not begun the request, and says when to ask again.
  for (let again = 0; response.status === 503 && response.headers.has("retry-after") && again < 3; again++) {
    const seconds = Math.min(Number(response.headers.get("retry-after")) || 1, 5);
    await new Promise((done) => setTimeout(done, 1000 * seconds));
    response = await fetch(path, { ...options, headers });
  }
  const body = response.status === 204 ? {} : await response.json().catch(() => ({}));
  if (response.ok) return body;
  throw new Refusal(body, response.status);
}

// The server speaks of countries by their code; a listener knows them by name.
const regions = new Intl.DisplayNames(["en"], { type: "region" });
export function place(text) {
  const code = session.me?.country;
  if (!code || !text) return text ?? "";
  const article = ["AE", "GB", "NL", "PH", "US"].includes(code) ? "the " : "";
  return text.replace(new RegExp(`\\bin ${code}\\b`), `in ${article}${regions.of(code)}`);
}

// ---------------------------------------------------------------- telling

export function speak(text) { $("spoken").textContent = text; }

let toastTimer = 0;
export function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { $("toast").hidden = true; }, 6000);
}
