"use strict";
const path = require("node:path");

const tslabFolder = path.dirname(require.resolve("tslab/package.json"));

/** ZeroMQ as tslab has it. */
const zeromq = require(require.resolve("zeromq", { paths: [tslabFolder] }));

/** Of a sending socket: it queues without limit. By default it refuses after some 500 messages in one turn of the event loop, and they are lost. */
const UNLIMITED = { sendTimeout: 0, sendHighWaterMark: 0 };

module.exports = { zeromq, UNLIMITED };
