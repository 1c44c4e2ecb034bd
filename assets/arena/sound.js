// SPDX-License-Identifier: Apache-2.0
// Small synthesised sounds. Browsers allow sound only after a gesture; pressing Play is one.

const VOLUME = 0.16;

export class Sound {
  constructor() {
    this.on = localStorage.getItem("arena.sound") !== "off";
    this.context = null;
    this.lastAt = {};
  }

  /** To be called from a gesture. */
  unlock() {
    if (!this.on || !navigator.userActivation?.hasBeenActive) return;
    if (!this.context) {
      this.context = new AudioContext();
      this.out = this.context.createGain();
      this.out.gain.value = VOLUME;
      this.out.connect(this.context.destination);
      this.noise = makeNoise(this.context);
    }
    this.context.resume();
  }

  toggle() {
    this.on = !this.on;
    localStorage.setItem("arena.sound", this.on ? "on" : "off");
    if (this.on) this.unlock();
    else this.context?.suspend();
  }

  /** Plays a named sound; `near` is 1 here and 0 far away. */
  play(name, near = 1) {
    if (!this.on || this.context?.state !== "running" || near < 0.05) return;
    const now = this.context.currentTime;
    if (now - (this.lastAt[name] ?? -1) < 0.03) return; // many at once sound like one
    this.lastAt[name] = now;
    SOUNDS[name](this, near);
  }

  tone(type, from, to, seconds, level, delay = 0) {
    const at = this.context.currentTime + delay;
    const oscillator = this.context.createOscillator();
    oscillator.type = type;
    oscillator.frequency.setValueAtTime(from, at);
    oscillator.frequency.exponentialRampToValueAtTime(to, at + seconds);
    oscillator.connect(this.fade(level, at, seconds));
    oscillator.start(at);
    oscillator.stop(at + seconds);
  }

  hiss(from, to, seconds, level) {
    const at = this.context.currentTime;
    const source = this.context.createBufferSource(), filter = this.context.createBiquadFilter();
    source.buffer = this.noise;
    filter.type = "lowpass";
    filter.frequency.setValueAtTime(from, at);
    filter.frequency.exponentialRampToValueAtTime(to, at + seconds);
    source.connect(filter).connect(this.fade(level, at, seconds));
    source.start(at, Math.random() * 0.5, seconds);
  }

  fade(level, at, seconds) {
    const gain = this.context.createGain();
    gain.gain.setValueAtTime(level, at);
    gain.gain.exponentialRampToValueAtTime(0.001, at + seconds);
    gain.connect(this.out);
    return gain;
  }
}

function makeNoise(context) {
  const buffer = context.createBuffer(1, context.sampleRate, context.sampleRate);
  const samples = buffer.getChannelData(0);
  for (let index = 0; index < samples.length; index++) samples[index] = Math.random() * 2 - 1;
  return buffer;
}

const SOUNDS = {
  shot: (s, near) => s.tone("square", 900, 240, 0.09, 0.28 * near),
  hit: (s, near) => s.hiss(3000, 700, 0.08, 0.5 * near),
  hurt: (s) => s.tone("sawtooth", 190, 70, 0.16, 0.7),
  boom: (s, near) => {
    s.hiss(1800, 60, 0.6, near);
    s.tone("sine", 150, 36, 0.45, 0.8 * near);
  },
  dash: (s, near) => s.hiss(600, 4200, 0.18, 0.35 * near),
  pickup: (s) => [523, 784, 1047].forEach((hz, index) => s.tone("triangle", hz, hz, 0.14, 0.5, index * 0.06)),
  streak: (s) => [392, 523, 659, 784].forEach((hz, index) => s.tone("triangle", hz, hz, 0.18, 0.5, index * 0.08)),
  tick: (s) => s.tone("sine", 660, 660, 0.09, 0.5),
  go: (s) => s.tone("sine", 1100, 1100, 0.3, 0.6),
  spawn: (s) => s.tone("triangle", 260, 880, 0.22, 0.4),
};
