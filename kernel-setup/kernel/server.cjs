"use strict";
const { Wire } = require("./wire.cjs");
const { zeromq, UNLIMITED } = require("./zeromq.cjs");

/**
 * The kernel's five sockets. Requests go to `handlers[msg_type](content, request)`, which returns the reply's content;
 * busy and idle stand around each.
 */
class Server {
  constructor(connection, handlers) {
    this.connection = connection;
    this.handlers = handlers;
    this.wire = new Wire(connection.key);
    this.iopub = new zeromq.Publisher(UNLIMITED);
    this.shell = new zeromq.Router(UNLIMITED);
    this.control = new zeromq.Router(UNLIMITED);
    this.stdin = new zeromq.Router(UNLIMITED);
    this.heartbeat = new zeromq.Reply();
    this.beforePublish = () => {};
  }

  async open() {
    const { transport, ip } = this.connection;
    const bind = (name, socket) => socket.bind(`${transport}://${ip}:${this.connection[`${name}_port`]}`);
    await Promise.all([bind("iopub", this.iopub), bind("shell", this.shell), bind("control", this.control), bind("stdin", this.stdin), bind("hb", this.heartbeat)]);
    for (const socket of [this.shell, this.control]) void this.listen(socket, (frames) => this.take(socket, frames));
    void this.listen(this.heartbeat, (frames) => this.heartbeat.send(frames));
    this.publish("status", null, { execution_state: "starting" });
  }

  async listen(socket, take) {
    for await (const frames of socket) take(frames);
  }

  async take(socket, frames) {
    let request;
    try {
      request = this.wire.parse(frames);
    } catch (error) {
      return report(error);
    }
    const type = request.header.msg_type, handle = this.handlers[type];
    request.reply = (content) => this.send(socket, type.replace(/_request$/, "_reply"), request, content, { identities: request.identities });
    if (type === "execute_request") return handle(request.content, request); // waits its turn: busy when that comes
    this.publish("status", request, { execution_state: "busy" });
    try {
      const content = await handle?.(request.content, request);
      if (content) request.reply(content);
    } catch (error) {
      report(error);
      request.reply({ status: "error", ename: String(error?.name), evalue: String(error?.message), traceback: [] });
    } finally {
      this.publish("status", request, { execution_state: "idle" });
    }
    if (type === "shutdown_request") this.handlers.exit();
  }

  /** Sends to every client; what was held back goes first. */
  publish(type, parent, content, metadata) {
    this.beforePublish();
    this.publishAtOnce(type, parent, content, metadata);
  }

  publishAtOnce(type, parent, content, metadata) {
    this.send(this.iopub, type, parent, content, { metadata });
  }

  send(socket, type, parent, content, options) {
    socket.send(this.wire.frames(type, parent, content, options)).catch(report);
  }

  close() {
    for (const socket of [this.iopub, this.shell, this.control, this.stdin, this.heartbeat]) socket.close();
  }
}

// Not console.error, which is a cell's: this is for whoever looks after the kernel.
function report(error) {
  require("node:fs").writeSync(2, `kernel: ${error?.stack ?? error}\n`);
}

module.exports = { Server };
