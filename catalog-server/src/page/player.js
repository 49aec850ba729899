// The player's controls: what sounds now, where it is, how it looks, and what a listener may change.

import { $, Refusal, artistLinks, ask, clock, cover, h, icon, names, place, speak, titled, toast } from "./dom.js";
import { Engine } from "./engine.js";

const QUALITIES = [["", "Auto"], ["normal", "Normal, 96"], ["high", "High, 160"], ["best", "Best, 320"], ["lossless", "Lossless"]];
const PROFILE = { normal: "96", high: "160", best: "320", lossless: "flac", low: "24" };

const saving = () => $("saver").getAttribute("aria-pressed") === "true";

// What is asked for: a named rendition, else what the switches say, else what the line carries.
function wish({ kbps, profile, next }) {
  const query = new URLSearchParams();
  const quality = $("quality").value;
  if (profile) query.set("quality", profile.replace(/^vorbis-/, ""));
  else if (saving()) query.set("data_saver", "true");
  else if (quality) query.set("quality", quality);
  else if (kbps) query.set("bandwidth", String(kbps));
  if (next) query.set("next", next.id);
  return query;
}

async function askStream(track, options) {
  const stream = await ask(`/v1/tracks/${track.id}/stream?${wish(options)}`);
  return stream;
}

function report(track, playback) {
  const body = JSON.stringify({ track: track.id, ...playback });
  ask("/v1/reports/playback", { method: "POST", body, keepalive: true, headers: { "content-type": "application/json" } }).catch(() => {});
}

export const engine = new Engine(askStream, report);

export function play(queue, at) { return engine.play(queue, at); }
export function skip(by) {
  const at = engine.at + by;
  if (at >= 0 && at < engine.queue.length) play(engine.queue, at);
}

function showNow() {
  const track = engine.track;
  if (!track) return;
  $("player").hidden = false;
  document.body.classList.add("playing");
  $("now-cover").src = cover(track.release?.artwork).src;
  $("now-title").textContent = titled(track);
  $("now-title").href = track.release ? `#/release/${track.release.id}` : "#/";
  $("now-artists").replaceChildren(...artistLinks(track.artists));
  $("length").textContent = clock(track.duration_ms);
  document.title = `${titled(track)} · ${names(track.artists)}`;
  $("previous").disabled = engine.at <= 0;
  $("next").disabled = engine.at >= engine.queue.length - 1;
  if ("mediaSession" in navigator) {
    const artwork = track.release?.artwork?.url;
    navigator.mediaSession.metadata = new MediaMetadata({
      title: titled(track), artist: names(track.artists), album: track.release?.title ?? "", artwork: artwork ? [{ src: artwork }] : [],
    });
  }
  speak(`Playing ${titled(track)} by ${names(track.artists)}`);
  showLyrics();
  showState();
  showTime();
}

// The words of what sounds now. Of timed ones the line that is sung is lit, and a click on a line plays it.
let lines = [];
const reading = () => $("words").getAttribute("aria-pressed") === "true";
async function showLyrics() {
  const track = engine.track;
  $("words").hidden = !track?.lyrics;
  $("lyrics").hidden = !(track?.lyrics && reading());
  if ($("lyrics").hidden || $("lyrics").dataset.track === track.id) return;
  const found = await ask(`/v1/tracks/${track.id}/lyrics`).catch(failed);
  if (!found || engine.track !== track) return;
  $("lyrics").dataset.track = track.id;
  lines = found.lines;
  const line = ({ at_ms, text }) => h(at_ms === undefined ? "p" : "button", { type: at_ms === undefined ? null : "button", onclick: at_ms === undefined ? null : () => engine.seek(at_ms / 1000) }, text || "\u00a0");
  $("lyrics").replaceChildren(...lines.map(line));
  $("lyrics").scrollTop = 0;
}
function followLyrics() {
  if ($("lyrics").hidden || lines[0]?.at_ms === undefined) return;
  const sung = lines.findLastIndex((line) => line.at_ms <= engine.time * 1000);
  const [before, now] = [$("lyrics").querySelector("[aria-current]"), $("lyrics").children[sung]];
  if (before === (now ?? null)) return;
  before?.removeAttribute("aria-current");
  now?.setAttribute("aria-current", "true");
  now?.scrollIntoView({ block: "center", behavior: "smooth" });
}
function toggleLyrics() {
  $("words").setAttribute("aria-pressed", String(!reading()));
  showLyrics();
}

function showState() {
  const playing = !engine.paused;
  $("toggle").replaceChildren(icon(playing ? "pause" : "play"));
  $("toggle").setAttribute("aria-label", playing ? "Pause" : "Play");
  if ("mediaSession" in navigator) navigator.mediaSession.playbackState = playing ? "playing" : "paused";
  const stream = engine.stream;
  if (stream) {
    const codec = stream.codec === "flac" ? "FLAC, lossless" : `Vorbis ${stream.nominal_kbps} kbit/s`;
    const lufs = stream.loudness?.integrated;
    const level = stream.relinked_from ? "from another release" : lufs == null ? "" : `${(lufs + (stream.apply_gain_db ?? 0)).toFixed(1).replace("-", "−")} LUFS`;
    $("sound").textContent = [codec, level].filter(Boolean).join("\n");
    $("player").dataset.profile = stream.profile;
  }
  markCurrent();
}

export function markCurrent() {
  const id = engine.track?.id;
  for (const row of document.querySelectorAll("[data-track]")) {
    const current = row.dataset.track === id;
    row.classList.toggle("current", current);
    if (current) row.setAttribute("aria-current", "true"); else row.removeAttribute("aria-current");
    const button = row.querySelector(".play");
    if (button && !row.classList.contains("blocked")) button.querySelector("svg").replaceWith(icon(current && !engine.paused ? "pause" : "play"));
  }
}

function showTime() {
  const total = engine.length || (engine.track?.duration_ms ?? 0) / 1000;
  $("player").dataset.time = engine.time.toFixed(2);
  if (!total) return;
  $("elapsed").textContent = clock(engine.time * 1000);
  const position = $("position");
  if (!position.matches(":active")) position.value = Math.round((engine.time / total) * 1000);
  position.setAttribute("aria-valuetext", `${clock(engine.time * 1000)} of ${clock(total * 1000)}`);
  drawWave();
  followLyrics();
}

// The waveform: of the edition where it has one, else of what was decoded so far. Beside what was heard
// in the accent's colour, what is to come in grey.
function drawWave() {
  const canvas = $("wave");
  const deck = engine.deck;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (!deck || !width) return;
  const scale = devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * scale)) { canvas.width = Math.round(width * scale); canvas.height = Math.round(height * scale); }
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  const style = getComputedStyle(canvas);
  const bars = Math.max(1, Math.floor(width / 3));
  const heard = engine.length ? engine.time / engine.length : 0;
  for (let bar = 0; bar < bars; bar++) {
    const from = Math.floor((bar / bars) * deck.wave.length);
    const to = Math.max(from + 1, Math.floor(((bar + 1) / bars) * deck.wave.length));
    let peak = 0;
    for (let i = from; i < to && i < deck.wave.length; i++) peak = Math.max(peak, deck.wave[i]);
    const tall = Math.max(2, Math.sqrt(peak) * height);
    pen.fillStyle = bar / bars < heard ? style.color : style.outlineColor;
    pen.fillRect(bar * 3, (height - tall) / 2, 2, tall);
  }
}

function failed(error) {
  toast(error instanceof Refusal ? place(error.message) : "This track could not be played here. Is the server still there?");
  showState();
}

// Another quality is heard from the next chunk on.
function chooseQuality() {
  localStorage.setItem("quality", $("quality").value);
  localStorage.setItem("saver", String(saving()));
  $("quality").disabled = saving();
  const quality = saving() ? "low" : $("quality").value;
  const fits = (found) => found.codec === "flac" ? quality === "lossless" : String(found.nominal_kbps) === PROFILE[quality];
  const found = engine.stream?.renditions.find(fits);
  engine.choose(quality ? found?.profile ?? null : null);
}

export function offerQualities(tier) {
  const open = tier === "premium" ? QUALITIES : QUALITIES.slice(0, 3);
  $("quality").replaceChildren(...open.map(([value, text]) => new Option(text, value)));
  const kept = localStorage.getItem("quality");
  if (open.some(([value]) => value === kept)) $("quality").value = kept;
  $("saver").setAttribute("aria-pressed", String(localStorage.getItem("saver") === "true"));
  $("quality").disabled = saving();
}

export function startPlayer() {
  $("previous").append(icon("previous"));
  $("next").append(icon("next"));
  showState();
  engine.addEventListener("track", showNow);
  engine.addEventListener("state", showState);
  engine.addEventListener("wave", drawWave);
  engine.addEventListener("failed", (event) => failed(event.detail));
  setInterval(() => { if (!engine.paused) showTime(); }, 200);
  $("toggle").addEventListener("click", () => engine.toggle());
  $("previous").addEventListener("click", () => (engine.time > 4 ? engine.seek(0) : skip(-1)));
  $("next").addEventListener("click", () => skip(1));
  $("position").addEventListener("change", (event) => engine.seek((event.target.value / 1000) * engine.length));
  $("volume").addEventListener("input", (event) => engine.setVolume((event.target.value / 100) ** 2));
  $("quality").addEventListener("change", chooseQuality);
  $("words").addEventListener("click", toggleLyrics);
  $("saver").addEventListener("click", () => { $("saver").setAttribute("aria-pressed", String(!saving())); chooseQuality(); speak(saving() ? "Data saver on" : "Data saver off"); });
  addEventListener("pagehide", () => engine.finishReport());
  if ("mediaSession" in navigator) {
    const on = (action, handler) => navigator.mediaSession.setActionHandler(action, handler);
    on("play", () => engine.resume()); on("pause", () => engine.pause());
    on("nexttrack", () => skip(1)); on("previoustrack", () => skip(-1));
    on("seekto", (details) => engine.seek(details.seekTime));
  }
  globalThis.engine = engine;
}
