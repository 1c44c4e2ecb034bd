// SPDX-License-Identifier: Apache-2.0
// One WebSocket to a game server: messages in and out, round trip, how many snapshots arrive.

import { CLOSE_CODE, decode, encode } from "./protocol.js";

const PING_MS = 500;
const OPEN_MS = 8000;

export class Connection {
  /** onMessage(message) and, once, onClose(sentence, broken): broken unless one of the two sides ended it. */
  constructor(url, { onMessage, onClose }) {
    this.onMessage = onMessage;
    this.onClose = onClose;
    this.roundTripMs = null;
    this.snapshotsPerSecond = 0;
    this.counted = 0;
    this.opened = false;
    this.socket = new WebSocket(url);
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => this.open();
    this.socket.onmessage = (event) => this.receive(event.data);
    this.socket.onclose = (event) => this.closed(event);
    this.timeout = setTimeout(() => this.close("The game server does not answer.", true), OPEN_MS);
  }

  open() {
    this.opened = true;
    clearTimeout(this.timeout);
    this.pinger = setInterval(() => {
      this.send("ping", { stamp: Math.floor(performance.now() * 10) % 4294967296 });
      this.snapshotsPerSecond = this.counted * (1000 / PING_MS) * 0.5 + this.snapshotsPerSecond * 0.5;
      this.counted = 0;
    }, PING_MS);
  }

  receive(data) {
    let message;
    try {
      message = decode(data);
    } catch (error) {
      this.close(error.message, true);
      return;
    }
    if (message.type === "pong") this.takePong(message);
    if (message.type === "snapshot") this.counted += 1;
    this.onMessage(message);
  }

  takePong({ stamp }) {
    const ms = (Math.floor(performance.now() * 10) % 4294967296 - stamp) / 10;
    this.roundTripMs = this.roundTripMs === null ? ms : this.roundTripMs * 0.7 + ms * 0.3;
  }

  send(name, values) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(encode(name, values));
  }

  /** Ends it from this side, with a sentence of our own. */
  close(sentence, broken = false) {
    this.socket.close(1000);
    this.end(sentence, broken);
  }

  closed({ code, reason }) {
    if (code === CLOSE_CODE && reason) this.end(`${reason[0].toUpperCase()}${reason.slice(1)}.`, false);
    else if (this.opened) this.end("The connection to the game server was lost.", true);
    else this.end("The game server could not be reached.", true);
  }

  end(sentence, broken) {
    clearTimeout(this.timeout);
    clearInterval(this.pinger);
    const tell = this.onClose;
    this.onClose = () => {};
    this.onMessage = () => {};
    tell(sentence, broken);
  }
}
