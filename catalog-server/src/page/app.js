// The page: search, releases, artists, Discover Weekly and a player, over /v1 and signed links.
// No framework, no other origin, no innerHTML: text from a catalogue is text.

const $ = (id) => document.getElementById(id);
const audio = $("audio");
const main = $("main");

// ---------------------------------------------------------------- building elements

function h(tag, properties = {}, ...children) {
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
};

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

function clock(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const names = (artists) => (artists ?? []).filter((a) => a.displayed !== false).map((a) => a.name).join(", ");
const titled = (thing) => (thing.version ? `${thing.title} (${thing.version})` : thing.title);

function cover(artwork, label = "", size = 0) {
  const src = artwork?.url ?? "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";
  return h("img", { src, alt: label, loading: "lazy", width: size || undefined, height: size || undefined });
}

// The server speaks of countries by their code; a listener knows them by name.
const regions = new Intl.DisplayNames(["en"], { type: "region" });
function place(text) {
  const code = session.me?.country;
  if (!code || !text) return text ?? "";
  const article = ["AE", "GB", "NL", "PH", "US"].includes(code) ? "the " : "";
  return text.replace(new RegExp(`\\bin ${code}\\b`), `in ${article}${regions.of(code)}`);
}
const why = (track) => place(track.unavailable?.text);

// ---------------------------------------------------------------- talking to the server

const session = { token: "", me: null };

class Refusal extends Error {
  constructor(problem, status) {
    super(problem.detail || problem.title || `HTTP ${status}`);
    this.problem = problem;
    this.status = status;
  }
}

async function ask(path, options = {}) {
  const response = await fetch(path, { ...options, headers: { authorization: `Bearer ${session.token}` } });
  const body = await response.json().catch(() => ({}));
  if (response.ok) return body;
  throw new Refusal(body, response.status);
}

// ---------------------------------------------------------------- player

const player = { queue: [], at: -1, stream: null, wanted: 0, retried: false };

const QUALITIES = [
  ["", "Auto"], ["saver", "Data saver"], ["normal", "Normal, 96"], ["high", "High, 160"],
  ["best", "Best, 320"], ["lossless", "Lossless"],
];

function streamPath(track) {
  const quality = $("quality").value;
  const query = quality === "saver" ? "?data_saver=true" : quality ? `?quality=${quality}` : "";
  return `/v1/tracks/${track.id}/stream${query}`;
}

async function play(queue, at) {
  player.queue = queue;
  player.at = at;
  player.retried = false;
  await load(0);
}

async function load(from) {
  const track = player.queue[player.at];
  if (!track) return;
  const turn = ++player.wanted;
  showNow(track);
  try {
    const stream = await ask(streamPath(track));
    if (turn !== player.wanted) return;
    player.stream = stream;
    audio.src = stream.url;
    if (from > 0) audio.currentTime = from;
    showSound(stream);
    await audio.play();
    speak(`Playing ${titled(track)} by ${names(track.artists)}`);
  } catch (error) {
    if (turn !== player.wanted || error.name === "AbortError") return;
    if (error.name === "NotAllowedError") return showState();
    toast(error instanceof Refusal ? place(error.message) : "This track could not be loaded. Is the server still there?");
    showState();
  }
}

function showNow(track) {
  $("player").hidden = false;
  document.body.classList.add("playing");
  $("now-cover").src = cover(track.release?.artwork).src;
  $("now-title").textContent = titled(track);
  $("now-title").href = track.release ? `#/release/${track.release.id}` : "#/";
  $("now-artists").replaceChildren(...artistLinks(track.artists));
  $("length").textContent = clock(track.duration_ms);
  $("elapsed").textContent = "0:00";
  $("position").value = 0;
  document.title = `${titled(track)} · ${names(track.artists)}`;
  $("previous").disabled = player.at <= 0;
  $("next").disabled = player.at >= player.queue.length - 1;
  markCurrent();
  if ("mediaSession" in navigator) {
    const artwork = track.release?.artwork?.url;
    navigator.mediaSession.metadata = new MediaMetadata({
      title: titled(track), artist: names(track.artists), album: track.release?.title ?? "",
      artwork: artwork ? [{ src: artwork }] : [],
    });
  }
}

function showSound(stream) {
  const codec = stream.codec === "flac" ? "FLAC, lossless" : `Vorbis ${stream.nominal_kbps} kbit/s`;
  const lufs = stream.loudness?.integrated;
  const relinked = stream.relinked_from ? h("div", {}, "from another release") : null;
  $("sound").replaceChildren(h("div", {}, codec), ...(relinked ? [relinked] : lufs == null ? [] : [h("div", {}, `${lufs.toFixed(1).replace("-", "−")} LUFS`)]));
  $("player").dataset.profile = stream.profile;
}

function showState() {
  const playing = !audio.paused && !audio.ended;
  $("toggle").replaceChildren(icon(playing ? "pause" : "play"));
  $("toggle").setAttribute("aria-label", playing ? "Pause" : "Play");
  markCurrent();
}

function showTime() {
  const total = audio.duration || (player.queue[player.at]?.duration_ms ?? 0) / 1000;
  if (!total) return;
  $("elapsed").textContent = clock(audio.currentTime * 1000);
  const position = $("position");
  if (!position.matches(":active")) position.value = Math.round((audio.currentTime / total) * 1000);
  position.setAttribute("aria-valuetext", `${clock(audio.currentTime * 1000)} of ${clock(total * 1000)}`);
}

function markCurrent() {
  const id = player.queue[player.at]?.id;
  const playing = !audio.paused && !audio.ended;
  for (const row of document.querySelectorAll("[data-track]")) {
    const current = row.dataset.track === id;
    row.classList.toggle("current", current);
    if (current) row.setAttribute("aria-current", "true"); else row.removeAttribute("aria-current");
    const button = row.querySelector(".play");
    if (button && !row.classList.contains("blocked")) button.querySelector("svg").replaceWith(icon(current && playing ? "pause" : "play"));
  }
}

const toggle = () => (audio.paused ? audio.src && audio.play() : audio.pause());
const skip = (by) => {
  const at = player.at + by;
  if (at >= 0 && at < player.queue.length) play(player.queue, at);
};
const seek = (by) => { if (audio.src) audio.currentTime = Math.min(Math.max(0, audio.currentTime + by), audio.duration || 0); };

function startPlayer() {
  $("previous").append(icon("previous"));
  $("next").append(icon("next"));
  showState();
  for (const event of ["play", "pause", "ended", "emptied"]) audio.addEventListener(event, showState);
  audio.addEventListener("timeupdate", showTime);
  audio.addEventListener("durationchange", () => { if (Number.isFinite(audio.duration)) $("length").textContent = clock(audio.duration * 1000); });
  audio.addEventListener("ended", () => skip(1));
  audio.addEventListener("playing", () => { player.retried = false; });
  // A link lives for minutes: after a long pause a new one goes on where the old one stopped.
  audio.addEventListener("error", () => {
    if (!audio.src || player.retried) return;
    player.retried = true;
    load(audio.currentTime);
  });
  $("toggle").addEventListener("click", toggle);
  $("previous").addEventListener("click", () => (audio.currentTime > 4 ? seek(-1e9) : skip(-1)));
  $("next").addEventListener("click", () => skip(1));
  $("position").addEventListener("input", (event) => {
    if (audio.duration) audio.currentTime = (event.target.value / 1000) * audio.duration;
  });
  $("volume").addEventListener("input", (event) => { audio.volume = (event.target.value / 100) ** 2; });
  $("quality").addEventListener("change", () => {
    localStorage.setItem("quality", $("quality").value);
    if (audio.src) load(audio.currentTime);
  });
  if ("mediaSession" in navigator) {
    const on = (action, handler) => navigator.mediaSession.setActionHandler(action, handler);
    on("play", toggle); on("pause", toggle);
    on("nexttrack", () => skip(1)); on("previoustrack", () => skip(-1));
    on("seekto", (details) => { audio.currentTime = details.seekTime; });
  }
}

function offerQualities() {
  const open = session.me?.tier === "premium" ? QUALITIES : QUALITIES.slice(0, 4);
  $("quality").replaceChildren(...open.map(([value, text]) => h("option", { value }, text)));
  const kept = localStorage.getItem("quality");
  if (open.some(([value]) => value === kept)) $("quality").value = kept;
}

// ---------------------------------------------------------------- telling

function speak(text) { $("spoken").textContent = text; }

let toastTimer = 0;
function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { $("toast").hidden = true; }, 6000);
}

// ---------------------------------------------------------------- pieces

function artistLinks(artists) {
  const shown = (artists ?? []).filter((artist) => artist.displayed !== false);
  return shown.flatMap((artist, i) => [i ? ", " : "", h("a", { href: `#/artist/${artist.id}` }, artist.name)]);
}

// One row. `list` is the queue that a click starts; blocked tracks say why and start nothing.
function row(track, number, list, { aside = null, plain = false, keep = false } = {}) {
  const blocked = track.available === false;
  const label = blocked ? `${titled(track)} cannot be played: ${why(track)}` : `Play ${titled(track)} by ${names(track.artists)}`;
  const press = () => {
    if (blocked) return toast(why(track));
    if (player.queue[player.at]?.id === track.id) return toggle();
    const queue = list.filter((other) => other.available !== false);
    play(queue, queue.findIndex((other) => other.id === track.id));
  };
  const explicit = track.advisory === "explicit" ? h("abbr", { class: "tag", title: "Explicit" }, "E") : null;
  return h("li", { "data-track": track.id, class: blocked ? "blocked" : false, ondblclick: press },
    h("button", { class: "play", type: "button", "aria-label": label, "aria-disabled": blocked ? "true" : false, title: blocked ? why(track) : undefined, onclick: press },
      h("span", { class: "number", "aria-hidden": "true" }, String(number)), icon(blocked ? "lock" : "play")),
    plain ? null : cover(track.release?.artwork, "", 44),
    h("div", { class: "names" },
      h("span", { class: "title" }, track.release && !plain ? h("a", { href: `#/release/${track.release.id}` }, titled(track)) : titled(track), explicit),
      h("span", { class: "artists" }, artistLinks(track.artists)),
      blocked ? h("span", { class: "why" }, why(track)) : null),
    plain ? null : h("span", { class: `aside${keep ? " keep" : ""}` }, aside ?? ""),
    h("span", { class: "time" }, clock(track.duration_ms)));
}

function trackList(tracks, options = {}) {
  return h("ol", { class: `tracks${options.plain ? " plain" : ""}` },
    tracks.map((track, i) => row(track, options.number?.(track) ?? i + 1, tracks, { ...options, aside: options.aside?.(track, i) })));
}

const releaseLine = (track) => track.release ? h("a", { href: `#/release/${track.release.id}` }, track.release.title) : "";

function releaseCard(release) {
  return h("a", { class: `card${release.available === false ? " blocked" : ""}`, href: `#/release/${release.id}` },
    cover(release.artwork),
    h("span", { class: "title" }, titled(release)),
    h("span", { class: "artists" }, [names(release.artists), release.year].filter(Boolean).join(" · ")));
}

function artistCard(artist) {
  return h("a", { class: "card", href: `#/artist/${artist.id}` },
    h("span", { class: "round-name", "aria-hidden": "true" }, [...artist.name][0] ?? ""),
    h("span", { class: "title" }, artist.name), h("span", { class: "artists" }, "Artist"));
}

function section(title, content, { id, lead, action, kicker } = {}) {
  return h("section", { id, "aria-label": title },
    h("div", { class: "head" },
      h("div", {}, kicker ? h("p", { class: "kicker" }, kicker) : null, h("h2", {}, title), lead ? h("p", {}, lead) : null), action ?? null),
    content);
}

function playAll(tracks) {
  const queue = tracks.filter((track) => track.available !== false);
  return h("button", { class: "pill", type: "button", disabled: queue.length === 0, onclick: () => play(queue, 0) }, icon("play"), "Play");
}

const notice = (strong, text) => h("p", { class: "notice" }, h("strong", {}, strong), text);

// ---------------------------------------------------------------- views

async function homeView() {
  const [weekly, home] = await Promise.all([ask("/v1/me/discover-weekly"), ask("/v1/home")]);
  const tracks = weekly.tracks.map((item) => item.track);
  const personal = weekly.source === "personal";
  const list = trackList(tracks, { keep: true, aside: (_, i) => h("span", { class: "reason" }, place(weekly.tracks[i].reason?.text)) });
  return [
    h("h1", { class: "unseen" }, "Home"),
    section(personal ? "Discover Weekly" : place(weekly.title), tracks.length ? list : notice("Nothing yet.", "This edition has no list for this listener and no chart for this country."), {
      id: "discover-weekly", action: playAll(tracks),
      lead: personal ? `${tracks.length} tracks you have not heard lately` : "Listen for a week and this becomes Discover Weekly.",
    }),
    home.releases.length ? section("New releases", h("div", { class: "cards" }, home.releases.map(releaseCard))) : null,
    home.chart.length && personal ? section(place(home.chart_title), trackList(home.chart.slice(0, 10), { aside: releaseLine })) : null,
  ];
}

async function searchView(query) {
  const found = await ask(`/v1/search?q=${encodeURIComponent(query)}&limit=40`);
  const of = (kind) => found.hits.filter((hit) => hit.kind === kind).map((hit) => hit[kind]);
  const [tracks, artists, releases] = [of("track"), of("artist"), of("release")];
  const meant = found.did_you_mean
    ? h("p", { class: "lead" }, "Did you mean ", h("a", { href: `#/search/${encodeURIComponent(found.did_you_mean)}` }, h("strong", {}, found.did_you_mean)), "?") : null;
  const count = found.total === 1 ? "1 result" : `${found.total} results`;
  speak(`${count} for ${query}`);
  return [
    h("div", {}, h("p", { class: "kicker" }, count), h("h1", {}, `“${query}”`), meant),
    found.hits.length ? null : notice("Nothing in this edition sounds like that.", "Try fewer letters, or the artist instead of the title."),
    tracks.length ? section("Tracks", trackList(tracks, { aside: releaseLine })) : null,
    releases.length ? section("Releases", h("div", { class: "cards" }, releases.map(releaseCard))) : null,
    artists.length ? section("Artists", h("div", { class: "cards" }, artists.map(artistCard))) : null,
  ];
}

async function releaseView(id) {
  const release = await ask(`/v1/releases/${id}`);
  const tracks = release.tracks.map((track) => ({ ...track, release }));
  const total = tracks.reduce((sum, track) => sum + track.duration_ms, 0);
  const facts = [h("span", {}, artistLinks(release.artists)), release.year ? h("span", {}, String(release.year)) : null,
    h("span", {}, tracks.length === 1 ? "1 track" : `${tracks.length} tracks`), h("span", {}, clock(total))];
  const discs = [...new Set(tracks.map((track) => track.disc))];
  const body = discs.map((disc) => [
    discs.length > 1 ? h("h3", { class: "disc" }, `Disc ${disc}`) : null,
    h("ol", { class: "tracks plain" }, tracks.filter((track) => track.disc === disc).map((track) => row(track, track.number, tracks, { plain: true }))),
  ]);
  return [
    h("div", { class: "hero" }, cover(release.artwork, `Cover of ${release.title}`),
      h("div", {}, h("p", { class: "kicker" }, release.kind), h("h1", {}, titled(release)), h("p", { class: "facts" }, facts), playAll(tracks))),
    h("section", { "aria-label": "Tracks" }, body,
      h("p", { class: "fine" }, [release.label, release.p_line, release.c_line].filter(Boolean).flatMap((line, i) => (i ? [h("br"), line] : [line])))),
  ];
}

async function artistView(id) {
  const artist = await ask(`/v1/artists/${id}`);
  return [
    h("div", {}, h("p", { class: "kicker" }, "Artist"), h("h1", {}, artist.name)),
    artist.tracks.length ? section("Tracks", trackList(artist.tracks, { aside: releaseLine }), { action: playAll(artist.tracks) }) : null,
    artist.releases.length ? section("Releases", h("div", { class: "cards" }, artist.releases.map(releaseCard))) : null,
  ];
}

function doorView(why) {
  const field = h("textarea", { id: "token", "aria-label": "Bearer token", spellcheck: "false", placeholder: "eyJhbGciOi…" });
  const enter = async (event) => {
    event.preventDefault();
    await signIn(field.value.trim());
  };
  return [h("form", { class: "door", onsubmit: enter },
    h("h1", {}, "Who is listening?"),
    h("p", { class: "lead" }, "Paste a bearer token. It says who you are, where you listen and on which plan; ", h("code", {}, "backline datasets token"), " makes one for trying."),
    why ? h("p", { class: "notice", role: "alert" }, h("strong", {}, "That token does not open."), why) : null,
    field, h("button", { class: "pill", type: "submit" }, "Listen"))];
}

// ---------------------------------------------------------------- where we are

let shown = 0;
async function show() {
  const turn = ++shown;
  if (!session.me) return render(doorView());
  const [, kind, rest = ""] = location.hash.match(/^#\/(search|release|artist)\/(.+)$/) ?? [];
  const argument = decodeURIComponent(rest);
  main.setAttribute("aria-busy", "true");
  let view;
  try {
    view = kind === "search" ? await searchView(argument) : kind === "release" ? await releaseView(argument)
      : kind === "artist" ? await artistView(argument) : await homeView();
  } catch (error) {
    if (error.status === 401) { session.me = null; view = doorView(error.message); } else {
      view = [h("p", { class: "notice" }, h("strong", {}, error.problem?.title ?? "The server does not answer."),
        error instanceof Refusal ? error.message : "It may be restarting. ", " ", h("button", { type: "button", onclick: show }, "Try again"))];
    }
  }
  if (turn !== shown) return;
  if (document.activeElement !== $("search")) $("search").value = kind === "search" ? argument : "";
  render(view);
}

function render(view) {
  document.body.classList.toggle("out", !session.me);
  main.replaceChildren(...view.flat(9).filter(Boolean));
  main.setAttribute("aria-busy", "false");
  markCurrent();
}

// The address may carry the token once; it is kept for this tab and taken out of the address.
function tokenOfAddress() {
  const found = location.hash.match(/^#token=([^&]+)/);
  if (!found) return null;
  history.replaceState(null, "", location.pathname + "#/");
  return decodeURIComponent(found[1]);
}

async function signIn(token) {
  session.token = token;
  try {
    session.me = await ask("/v1/me");
    sessionStorage.setItem("token", token);
  } catch (error) {
    session.me = null;
    if (error.status === 401) sessionStorage.removeItem("token");
    return render(doorView(token ? error.message : null));
  }
  $("who").hidden = false;
  $("who").textContent = `${session.me.country} · ${session.me.tier}`;
  $("who").setAttribute("aria-label", `Listener ${session.me.listener}, ${session.me.country}, ${session.me.tier}: sign out`);
  $("who").title = `Listener ${session.me.listener}, edition ${session.me.edition}. Click to sign out.`;
  offerQualities();
  await show();
}

function signOut() {
  sessionStorage.removeItem("token");
  audio.pause();
  session.me = null;
  session.token = "";
  $("who").hidden = true;
  show();
}

// ---------------------------------------------------------------- search field

const suggestions = { items: [], at: -1, turn: 0, timer: 0 };

function showSuggestions(items) {
  suggestions.items = items;
  suggestions.at = -1;
  const list = $("suggestions");
  list.replaceChildren(...items.map((item, i) => h("li", { role: "option", id: `suggestion-${i}`, "aria-selected": "false", onpointerdown: (event) => { event.preventDefault(); choose(i); } },
    h("span", {}, item.text), h("span", {}, item.detail))));
  list.hidden = items.length === 0;
  $("search").setAttribute("aria-expanded", String(items.length > 0));
  $("search").removeAttribute("aria-activedescendant");
}

function move(by) {
  const count = suggestions.items.length;
  if (!count) return;
  suggestions.at = (suggestions.at + by + count + 1) % (count + 1);
  if (suggestions.at === count) suggestions.at = by > 0 ? 0 : count - 1;
  [...$("suggestions").children].forEach((item, i) => item.setAttribute("aria-selected", String(i === suggestions.at)));
  $("search").setAttribute("aria-activedescendant", `suggestion-${suggestions.at}`);
  $("suggestions").children[suggestions.at].scrollIntoView({ block: "nearest" });
}

function choose(i) {
  const item = suggestions.items[i];
  showSuggestions([]);
  $("search").blur();
  location.hash = item.kind === "track" ? `#/search/${encodeURIComponent(item.text)}` : `#/${item.kind}/${item.id}`;
}

function startSearch() {
  const field = $("search");
  field.addEventListener("input", () => {
    clearTimeout(suggestions.timer);
    const typed = field.value.trim();
    if (!typed || !session.me) return showSuggestions([]);
    suggestions.timer = setTimeout(async () => {
      const turn = ++suggestions.turn;
      const found = await ask(`/v1/search/suggest?q=${encodeURIComponent(typed)}&limit=8`).catch(() => ({ suggestions: [] }));
      if (turn === suggestions.turn && document.activeElement === field && field.value.trim() === typed) showSuggestions(found.suggestions);
    }, 90);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { event.preventDefault(); move(1); }
    if (event.key === "ArrowUp") { event.preventDefault(); move(-1); }
    if (event.key === "Escape") { if (suggestions.items.length) showSuggestions([]); else field.blur(); }
  });
  field.addEventListener("blur", () => showSuggestions([]));
  $("search-form").addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(suggestions.timer);
    suggestions.turn++;
    if (suggestions.at >= 0) return choose(suggestions.at);
    showSuggestions([]);
    const typed = field.value.trim();
    location.hash = typed ? `#/search/${encodeURIComponent(typed)}` : "#/";
  });
}

function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=range]), textarea, select")) return;
    const onButton = event.target.closest("button, a, input");
    const act = {
      "/": () => $("search").select(), " ": onButton ? null : toggle,
      ArrowLeft: onButton?.matches("input") ? null : () => seek(-5), ArrowRight: onButton?.matches("input") ? null : () => seek(5),
      n: () => skip(1), p: () => skip(-1),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

startPlayer();
startSearch();
startKeys();
$("who").addEventListener("click", signOut);
addEventListener("hashchange", () => {
  const token = tokenOfAddress();
  if (token) return signIn(token);
  show().then(() => { scrollTo(0, 0); main.focus({ preventScroll: true }); });
});
const token = tokenOfAddress() ?? sessionStorage.getItem("token");
if (token) signIn(token); else render(doorView());
