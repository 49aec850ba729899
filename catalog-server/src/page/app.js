// The page: search, releases, artists, Discover Weekly, radio and a player, over /v1 and signed links.
// No framework and no other origin.

import { $, Refusal, artistLinks, ask, clock, counted, cover, h, icon, names, place, session, speak, titled, toast } from "./dom.js";
import { engine, markCurrent, offerQualities, play, skip, startPlayer } from "./player.js";

const main = $("main");
const why = (track) => place(track.unavailable?.text);

// ---------------------------------------------------------------- pieces

// One row. `list` is the queue that a click starts; blocked tracks say why and start nothing.
function row(track, number, list, { aside = null, plain = false, keep = false } = {}) {
  const blocked = track.available === false;
  const label = blocked ? `${titled(track)} cannot be played: ${why(track)}` : `Play ${titled(track)} by ${names(track.artists)}`;
  const press = () => {
    if (blocked) return toast(why(track));
    if (engine.track?.id === track.id) return engine.toggle();
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
    blocked ? h("span", { class: "more" }) : h("button", { class: "more", type: "button", title: "Radio", "aria-label": `Radio from ${titled(track)}`, onclick: () => { location.hash = `#/radio/tracks=${track.id}`; } }, icon("radio")),
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

function playlistCard(list) {
  return h("a", { class: "card", href: `#/playlist/${list.id}` },
    h("span", { class: "round-name square", "aria-hidden": "true" }, [...list.title][0] ?? ""),
    h("span", { class: "title" }, place(list.title)), h("span", { class: "artists" }, list.about));
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
  const [weekly, home, own] = await Promise.all([ask("/v1/me/discover-weekly"), ask("/v1/home"), ask("/v1/playlists")]);
  const others = own.playlists.filter((list) => !["discover-weekly", "chart"].includes(list.id));
  const tracks = weekly.tracks.map((item) => item.track);
  const personal = weekly.source === "personal";
  const list = trackList(tracks, { keep: true, aside: (_, i) => h("span", { class: "reason" }, place(weekly.tracks[i].reason?.text)) });
  return [
    h("h1", { class: "unseen" }, "Home"),
    section(personal ? "Discover Weekly" : place(weekly.title), tracks.length ? list : notice("Nothing yet.", "This edition has no list for this listener and no chart for this country."), {
      id: "discover-weekly", action: playAll(tracks),
      lead: personal ? `${counted(tracks.length, "track")} you have not heard lately`
        : ["Listen for a week and this becomes Discover Weekly. ", h("a", { class: "strong", href: "#/welcome" }, "Choose artists to begin with")],
    }),
    others.length ? section("Made for you", h("div", { class: "cards" }, others.map(playlistCard))) : null,
    home.releases.length ? section("New releases", h("div", { class: "cards" }, home.releases.map(releaseCard))) : null,
    home.chart.length && personal ? section(place(home.chart_title), trackList(home.chart.slice(0, 10), { aside: releaseLine })) : null,
  ];
}

async function searchView(query) {
  const found = await ask(`/v1/search?q=${encodeURIComponent(query)}&limit=40`);
  const of = (kind) => found.hits.filter((hit) => hit.kind === kind).map((hit) => hit[kind]);
  const [tracks, artists, releases, playlists] = [of("track"), of("artist"), of("release"), of("playlist")];
  const meant = found.did_you_mean
    ? h("p", { class: "lead" }, "Did you mean ", h("a", { href: `#/search/${encodeURIComponent(found.did_you_mean)}` }, h("strong", {}, found.did_you_mean)), "?") : null;
  const count = counted(found.total, "result");
  speak(`${count} for ${query}`);
  return [
    h("div", {}, h("p", { class: "kicker" }, count), h("h1", {}, `“${query}”`), meant),
    found.hits.length ? null : notice("Nothing in this edition sounds like that.", "Try fewer letters, or the artist instead of the title."),
    tracks.length ? section("Tracks", trackList(tracks, { aside: releaseLine })) : null,
    releases.length ? section("Releases", h("div", { class: "cards" }, releases.map(releaseCard))) : null,
    artists.length ? section("Artists", h("div", { class: "cards" }, artists.map(artistCard))) : null,
    playlists.length ? section("Playlists", h("div", { class: "cards" }, playlists.map(playlistCard))) : null,
  ];
}

// A list with reasons: a playlist, a radio, what is like a track.
function listView(list, kicker) {
  const tracks = list.tracks.map((item) => item.track);
  const aside = (_, i) => h("span", { class: "reason" }, place(list.tracks[i].reason?.text));
  return [
    h("div", { class: "head" }, h("div", {}, h("p", { class: "kicker" }, kicker), h("h1", {}, place(list.title)), h("p", { class: "lead" }, counted(tracks.length, "track"))), playAll(tracks)),
    tracks.length ? trackList(tracks, { keep: true, aside }) : notice("Nothing near it yet.", "Nobody has played what this would begin with."),
  ];
}

const playlistView = async (id) => listView(await ask(`/v1/playlists/${encodeURIComponent(id)}`), "Playlist");
const radioView = async (query) => listView(await ask(`/v1/radio?${query}`), "Radio");

// Somebody new chooses artists; those chosen become a first list.
async function welcomeView(chosen) {
  if (chosen) return listView(await ask(`/v1/onboarding?artists=${chosen}`), "From the artists you chose");
  const { artists } = await ask("/v1/onboarding");
  const boxes = artists.map((artist) => h("label", { class: "choice" }, h("input", { type: "checkbox", value: artist.id }), artist.name));
  const go = (event) => {
    event.preventDefault();
    const ids = [...event.target.querySelectorAll("input:checked")].map((box) => box.value);
    if (!ids.length) return toast("Choose at least one artist.");
    location.hash = `#/welcome/${ids.join(",")}`;
  };
  return [h("form", { onsubmit: go, class: "welcome" }, h("h1", {}, "Whom do you like?"), h("p", { class: "lead" }, "Choose a few, and a first list is made of what is near them."),
    h("fieldset", {}, h("legend", { class: "unseen" }, "Artists"), boxes), h("button", { class: "pill", type: "submit" }, icon("play"), "Make my list"))];
}

async function releaseView(id) {
  const release = await ask(`/v1/releases/${id}`);
  const tracks = release.tracks.map((track) => ({ ...track, release }));
  const total = tracks.reduce((sum, track) => sum + track.duration_ms, 0);
  const facts = [h("span", {}, artistLinks(release.artists)), release.year ? h("span", {}, String(release.year)) : null,
    h("span", {}, counted(tracks.length, "track")), h("span", {}, clock(total))];
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
    h("div", { class: "head" }, h("div", {}, h("p", { class: "kicker" }, "Artist"), h("h1", {}, artist.name)),
      h("a", { class: "pill", href: `#/radio/artists=${artist.id}` }, icon("radio"), "Radio")),
    artist.tracks.length ? section("Tracks", trackList(artist.tracks, { aside: releaseLine }), { action: playAll(artist.tracks) }) : null,
    artist.releases.length ? section("Releases", h("div", { class: "cards" }, artist.releases.map(releaseCard))) : null,
    artist.similar.length ? section("Listeners hear these too", h("div", { class: "cards" }, artist.similar.slice(0, 12).map(artistCard))) : null,
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

const VIEWS = { search: searchView, release: releaseView, artist: artistView, playlist: playlistView, radio: radioView, welcome: welcomeView };

let shown = 0;
async function show() {
  const turn = ++shown;
  if (!session.me) return render(doorView());
  const [, kind, rest = ""] = location.hash.match(/^#\/(search|release|artist|playlist|radio|welcome)(?:\/(.*))?$/) ?? [];
  const argument = decodeURIComponent(rest);
  main.setAttribute("aria-busy", "true");
  let view;
  try {
    view = await (VIEWS[kind] ?? homeView)(argument);
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
  offerQualities(session.me.tier);
  await show();
}

function signOut() {
  sessionStorage.removeItem("token");
  engine.stop();
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
      "/": () => $("search").select(), " ": onButton ? null : () => engine.toggle(),
      ArrowLeft: onButton?.matches("input") ? null : () => engine.seek(engine.time - 5), ArrowRight: onButton?.matches("input") ? null : () => engine.seek(engine.time + 5),
      n: () => skip(1), p: () => skip(-1), m: () => $("saver").click(), l: () => $("words").click(),
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
