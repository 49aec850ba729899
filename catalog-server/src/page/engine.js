// How do chunks of a signed file become sound without a gap?
//
// Each chunk is fetched by one small range, decoded by the browser at its own sample rate and scheduled
// to the sample on the audio clock. A chunk's last sample is known from the index, so decoded samples
// are placed from their end; what a decoder gives before (a Vorbis chunk is primed by the page before
// it) fills the cut where the bitrate changes. The next track begins exactly `frames` samples after
// this one.

const AHEAD = 12;          // seconds that are kept scheduled
const LEAD = 0.06;         // seconds between deciding and sounding
const BANDWIDTH_SHARE = 0.7;

// The samples of one chunk: { buffer, end } with `end` = the position of its last sample in seconds.
export async function decodeChunk(stream, index, cache = new Map()) {
  const chunk = stream.chunks[index];
  const bytes = await chunkBytes(stream, index, cache);
  const rate = stream.sample_rate;
  // An offline context of the file's own rate: decoding changes no sample count.
  const buffer = await new OfflineAudioContext(stream.channels, 1, rate).decodeAudioData(bytes);
  return { buffer, end: (chunk.first_frame + chunk.frames) / rate };
}

async function range(url, from, to, cache) {
  const began = performance.now();
  const response = await fetch(url, { headers: { range: `bytes=${from}-${to - 1}` } });
  if (response.status !== 206) throw new Error(`the server answered ${response.status}`);
  const bytes = await response.arrayBuffer();
  cache.onBytes?.(bytes.byteLength, performance.now() - began);
  return bytes;
}

async function chunkBytes(stream, index, cache) {
  const { offset, bytes, priming_bytes } = stream.chunks[index];
  if (index === 0) {
    const kept = cache.get(stream.url);
    const all = kept?.byteLength >= offset + bytes ? kept.slice(0, offset + bytes) : await range(stream.url, 0, offset + bytes, cache);
    cache.set(stream.url, all.slice(0, stream.header_bytes));
    return all;
  }
  if (!cache.has(stream.url)) cache.set(stream.url, await range(stream.url, 0, stream.header_bytes, cache));
  const header = cache.get(stream.url).slice(0, stream.header_bytes);
  const body = await range(stream.url, offset - priming_bytes, offset + bytes, cache);
  const whole = new Uint8Array(header.byteLength + body.byteLength);
  whole.set(new Uint8Array(header), 0);
  whole.set(new Uint8Array(body), header.byteLength);
  return whole.buffer;
}

const duration = (stream) => stream.frames / stream.sample_rate;

// Events: "track" (another one sounds), "state", "wave" (more of the waveform is known), "failed".
export class Engine extends EventTarget {
  constructor(askStream, report) {
    super();
    this.askStream = askStream;    // (track, { kbps, next }) => stream
    this.report = report;          // (track, { first_sound_ms, stalls, stalled_ms, heard_ms })
    this.scheduled = [];           // every piece given to the clock, for whoever wants to check
    this.sources = new Set();
    this.cache = new Map();
    this.cache.onBytes = (bytes, ms) => this.measured(bytes, ms);
    this.queue = [];
    this.at = -1;
    this.turn = 0;
    this.kbps = null;
    this.paused = true;
    this.volume = 1;
  }

  get track() { return this.queue[this.at]; }
  get stream() { return this.deck?.stream; }
  get length() { return this.deck ? duration(this.deck.stream) : 0; }
  get time() {
    if (!this.deck) return 0;
    return Math.min(Math.max(this.deck.from, this.context.currentTime - this.deck.zero), this.deck.upTo);
  }

  wake() {
    if (!this.context) {
      this.context = new AudioContext({ latencyHint: "playback" });
      this.master = this.context.createGain();
      this.master.connect(this.context.destination);
      this.setVolume(this.volume);
    }
    return this.context.resume();
  }

  setVolume(volume) {
    this.volume = volume;
    if (this.master) this.master.gain.setTargetAtTime(volume, this.context.currentTime, 0.01);
  }

  async play(queue, at, from = 0) {
    this.finishReport();
    const turn = ++this.turn;
    const pressed = performance.now();
    this.silence();
    this.queue = queue;
    this.at = at;
    this.deck = null;
    this.ahead = null;
    this.over = false;
    this.paused = false;
    this.wake();
    this.tell("track");
    try {
      const stream = await this.askStream(this.track, { kbps: this.kbps, next: queue[at + 1] });
      if (turn !== this.turn) return;
      this.deck = this.newDeck(stream, this.context.currentTime + LEAD - from, from);
      this.deck.pressed = pressed;
      await this.fill(turn);
    } catch (error) {
      if (turn !== this.turn) return;
      if (this.deck && this.deck.upTo > from) return this.renew(error, this.time);
      this.paused = true;
      this.tell("failed", error);
    }
  }

  newDeck(stream, zero, from) {
    const rate = this.context.sampleRate;
    return {
      track: this.track, stream, from, zero: Math.round(zero * rate) / rate, upTo: from,
      wave: new Float32Array(Math.max(1, Math.ceil(duration(stream) * 4))),
      stalls: 0, stalled: 0, heard: 0, first: null,
    };
  }

  // Keeps the clock fed: decks in order, each chunk after the one before.
  async fill(turn) {
    while (turn === this.turn && this.deck) {
      const deck = this.ahead ?? this.deck;
      const due = deck.zero + deck.upTo;
      const wait = due - this.context.currentTime - AHEAD;
      if (wait > 0 || this.paused) {
        await new Promise((done) => { this.nudge = done; setTimeout(done, Math.min(1000, Math.max(50, wait * 1000))); });
        continue;
      }
      if (deck.upTo >= duration(deck.stream) - 1e-9) {
        if (deck === this.ahead || !(await this.openNext(turn))) {
          if (this.ahead) await new Promise((done) => setTimeout(done, 200));
          else return;
        }
        continue;
      }
      await this.switchIfWanted(deck, turn);
      await this.scheduleNext(deck, turn);
    }
  }

  // The next track's deck begins at the sample at which this one ends.
  async openNext(turn) {
    const track = this.queue[this.at + 1];
    if (!track || this.ahead) return false;
    const stream = await this.askStream(track, { kbps: this.kbps, next: this.queue[this.at + 2] });
    if (turn !== this.turn) return false;
    this.ahead = { ...this.newDeck(stream, this.deck.zero + duration(this.deck.stream), 0), track };
    this.ahead.zero = this.deck.zero + duration(this.deck.stream);
    if (this.over) this.advance();
    return true;
  }

  // Another bitrate goes on at the next chunk: what is scheduled already is not thrown away.
  async switchIfWanted(deck, turn) {
    const wanted = this.wanted ?? this.affordable(deck.stream);
    this.wanted = null;
    if (wanted === undefined || wanted === null || wanted === deck.stream.profile) return;
    const stream = await this.askStream(deck.track, { profile: wanted, next: this.queue[this.at + 1] });
    if (turn === this.turn) { deck.stream = stream; this.tell("state"); }
  }

  async scheduleNext(deck, turn) {
    const stream = deck.stream;
    let index = stream.chunks.findIndex((chunk) => (chunk.first_frame + chunk.frames) / stream.sample_rate > deck.upTo + 1e-9);
    if (index < 0) index = stream.chunks.length - 1;
    const { buffer, end } = await decodeChunk(stream, index, this.cache);
    if (turn !== this.turn) return;
    const rate = stream.sample_rate;
    const begins = end - buffer.length / rate;
    const from = Math.max(deck.upTo, begins);
    const late = this.context.currentTime + LEAD / 3 - (deck.zero + from);
    const stalled = late > 0 ? this.stall(deck, late) : 0;
    this.start(deck, buffer, Math.round((from - begins) * rate), deck.zero + from, end - from, stalled);
    this.draw(deck, buffer, begins);
    deck.upTo = Math.abs(end - duration(stream)) < 1e-6 ? duration(stream) : end;
  }

  start(deck, buffer, offset, when, seconds, stalled) {
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    let out = this.master;
    const gain = deck.stream.apply_gain_db;
    if (gain) {
      out = this.context.createGain();
      out.gain.value = 10 ** (gain / 20);
      out.connect(this.master);
    }
    source.connect(out);
    source.start(when, offset / buffer.sampleRate);
    this.sources.add(source);
    this.scheduled.push({ track: deck.track.id, profile: deck.stream.profile, when, seconds, stalled, frames: buffer.length - offset, rate: buffer.sampleRate });
    if (this.scheduled.length > 400) this.scheduled.shift();
    source.onended = () => { this.sources.delete(source); this.ended(deck); };
    if (deck.first === null && deck.pressed) {
      deck.first = performance.now() - deck.pressed + (when - this.context.currentTime) * 1000;
      this.tell("state");
    }
  }

  // Nothing was there in time: everything after moves by the delay.
  stall(deck, late) {
    if (deck.upTo > deck.from) { deck.stalls += 1; deck.stalled += late; }
    const rate = this.context.sampleRate;
    const zero = Math.round((deck.zero + late) * rate) / rate;
    const moved = zero - deck.zero;
    deck.zero = zero;
    return moved;
  }

  ended(deck) {
    if (deck !== this.deck || this.time < this.length - 0.02) return;
    this.finishReport();
    this.over = true;
    if (this.ahead) return this.advance();
    if (this.queue[this.at + 1]) return;      // it is being asked for
    this.paused = true;
    this.tell("state");
  }

  advance() {
    this.over = false;
    this.deck = this.ahead;
    this.ahead = null;
    this.at += 1;
    this.tell("track");
    this.nudge?.();
  }

  draw(deck, buffer, begins) {
    const samples = buffer.getChannelData(0);
    const step = buffer.sampleRate / 4;
    for (let i = 0; i < samples.length; i += 16) {
      const bar = Math.floor((begins * buffer.sampleRate + i) / step);
      if (bar >= 0 && bar < deck.wave.length) deck.wave[bar] = Math.max(deck.wave[bar], Math.abs(samples[i]));
    }
    this.tell("wave");
  }

  // ------------------------------------------------------------ what a listener does

  async toggle() { return this.paused ? this.resume() : this.pause(); }
  async pause() {
    if (!this.context) return;
    this.paused = true;
    await this.context.suspend();
    this.tell("state");
  }
  async resume() {
    if (!this.track) return;
    if (!this.deck || this.time >= this.length) return this.play(this.queue, this.at);
    this.paused = false;
    await this.wake();
    this.nudge?.();
    this.tell("state");
  }

  async seek(to) {
    if (!this.deck) return;
    const turn = ++this.turn;
    this.silence();
    this.ahead = null;
    const { stream, wave } = this.deck;
    const position = Math.min(Math.max(0, to), Math.max(0, duration(stream) - 0.05));
    const deck = this.newDeck(stream, this.context.currentTime + LEAD - position, position);
    this.deck = { ...this.deck, ...deck, wave, stalls: this.deck.stalls, stalled: this.deck.stalled, first: this.deck.first };
    this.tell("state");
    this.fill(turn).catch((error) => { if (turn === this.turn) this.renew(error, position); });
  }

  // A link lives for minutes: after a long pause a new one goes on where the old one stopped.
  renew(error, position) {
    if (this.renewed === this.track?.id) return this.tell("failed", error);
    this.renewed = this.track?.id;
    return this.play(this.queue, this.at, position);
  }

  // Another rendition from the next chunk on; `null` leaves the choice to the measured line.
  choose(profile) { this.fixed = profile; this.wanted = profile; this.nudge?.(); }

  stop() {
    this.finishReport();
    this.turn += 1;
    this.silence();
    this.deck = null;
    this.ahead = null;
    this.paused = true;
    this.tell("state");
  }

  silence() {
    for (const source of this.sources) { source.onended = null; source.stop(); }
    this.sources.clear();
    this.scheduled.length = 0;
  }

  // ------------------------------------------------------------ measuring

  measured(bytes, ms) {
    const kbps = (bytes * 8) / Math.max(1, ms);
    if (bytes < 16_000) return;
    this.kbps = Math.round(this.kbps === null ? kbps : 0.7 * this.kbps + 0.3 * kbps);
  }

  // The best lossy rendition that the line carries; only where the listener fixed none.
  affordable(stream) {
    if (this.fixed !== null && this.fixed !== undefined) return undefined;
    if (this.kbps === null || stream.codec === "flac") return undefined;
    const lossy = stream.renditions.filter((found) => found.codec !== "flac");
    const fits = lossy.filter((found) => found.nominal_kbps <= this.kbps * BANDWIDTH_SHARE);
    const best = (fits.length ? fits : lossy).reduce((a, b) => ((fits.length ? b.nominal_kbps > a.nominal_kbps : b.nominal_kbps < a.nominal_kbps) ? b : a));
    return best.profile;
  }

  finishReport() {
    const deck = this.deck;
    if (!deck || deck.reported) return;
    deck.reported = true;
    this.report(deck.track, {
      first_sound_ms: deck.first === null ? undefined : Math.max(0, Math.round(deck.first)),
      stalls: deck.stalls, stalled_ms: Math.round(deck.stalled * 1000), heard_ms: Math.round(this.time * 1000),
    });
  }

  tell(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }
}
