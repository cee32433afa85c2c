// Mocha's spec reporter, which also writes its counts and the names of skipped tests as JSON to the file named by ZSQ_MOCHA_COUNTS.
const fs = require("node:fs");
const { reporters, Runner } = require("mocha");

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const skipped = [];
    runner.on(Runner.constants.EVENT_TEST_PENDING, (test) => skipped.push(test.fullTitle()));
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      if (process.env.ZSQ_MOCHA_COUNTS) fs.writeFileSync(process.env.ZSQ_MOCHA_COUNTS, JSON.stringify({ passes, failures, pending, skipped }));
    });
  }
};
