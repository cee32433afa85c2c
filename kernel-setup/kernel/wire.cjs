"use strict";
const { createHmac, randomBytes } = require("node:crypto");

const DELIMITER = Buffer.from("<IDS|MSG>");
const SESSION = randomBytes(16).toString("hex");

/** Jupyter messages to and from the frames of ZeroMQ (messaging protocol 5.3), signed with the connection's key. */
class Wire {
  constructor(key) {
    this.key = key;
  }

  /** The message in `frames`: {identities, header, parent, metadata, content}; throws when it is damaged or signed with another key. */
  parse(frames) {
    const start = frames.findIndex((frame) => frame.equals(DELIMITER));
    if (start < 0) throw new Error("message without delimiter");
    const [signature, ...parts] = frames.slice(start + 1);
    if (signature.toString() !== this.sign(parts.slice(0, 4))) throw new Error("message with a wrong signature");
    const [header, parent, metadata, content] = parts.slice(0, 4).map((part) => JSON.parse(part.toString()));
    return { identities: frames.slice(0, start), header, parent, metadata, content };
  }

  /** Frames of a message of `type` that answers `parent` (a parsed message, or null). */
  frames(type, parent, content, { identities = [], metadata = {} } = {}) {
    const header = { msg_id: randomBytes(16).toString("hex"), session: SESSION, username: "kernel", date: new Date().toISOString(), msg_type: type, version: "5.3" };
    const parts = [header, parent?.header ?? {}, metadata, content].map((part) => JSON.stringify(part));
    return [...identities, DELIMITER, this.sign(parts), ...parts];
  }

  sign(parts) {
    if (!this.key) return "";
    const hash = createHmac("sha256", this.key);
    for (const part of parts) hash.update(part);
    return hash.digest("hex");
  }
}

module.exports = { Wire };
